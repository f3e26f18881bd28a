//! What documents say, put together: pieces that wait to leave, and what is
//! known of the answer as a whole.

use super::tools::{Call, Delta, Tools};

/// A piece that waits to leave.
#[derive(Debug)]
pub(super) enum Waiting {
    Text(Vec<u8>),
    Reasoning(Vec<u8>),
    Call(Call),
    Next,
}

/// The answer so far.
#[derive(Debug, Default)]
pub(super) struct Answer {
    pub(super) waiting: Vec<Waiting>,
    /// Where text came from: decoded offset and input offset.
    pub(super) origins: Vec<(u64, u64)>,
    pub(super) tools: Tools,
    pub(super) stop: Option<String>,
    pub(super) tokens: Option<u64>,
    pub(super) cap: Option<u64>,
    pub(super) model: Option<String>,
    pub(super) error: Option<String>,
    /// The answer's own end has come.
    pub(super) ended: bool,
    pub(super) text_bytes: u64,
    pub(super) reasoning_bytes: u64,
    pub(super) argument_bytes: u64,
    /// Line feeds that stand between two messages and in neither.
    pub(super) break_bytes: u64,
    pub(super) calls: u64,
    /// Answers that had text, or calls.
    pub(super) answers: u64,
    /// Documents and lines that nothing could be made of.
    pub(super) skipped: u64,
    /// Choices beside the first were offered.
    pub(super) other_choices: bool,
    /// The message that the text belongs to.
    message: Option<String>,
    /// The next text begins a message of its own.
    apart: bool,
    /// The next text begins an answer of its own.
    over: bool,
    last_byte: Option<u8>,
}

impl Answer {
    /// Bytes that leave as content.
    pub(super) fn decoded_bytes(&self) -> u64 {
        self.text_bytes + self.break_bytes + self.argument_bytes
    }

    /// Adds text of the answer; `at` is where in the input it stands.
    pub(super) fn text(&mut self, text: &[u8], at: u64) {
        let Some(last) = text.last() else { return };
        let apart = std::mem::take(&mut self.apart);
        if apart && self.last_byte.is_some_and(|byte| byte != b'\n') {
            self.push_text(b"\n");
            self.break_bytes += 1;
        }
        self.begin_answer();
        self.origins.push((self.text_bytes + self.break_bytes, at));
        self.push_text(text);
        self.last_byte = Some(*last);
        self.text_bytes += text.len() as u64;
    }

    fn push_text(&mut self, text: &[u8]) {
        match self.waiting.last_mut() {
            Some(Waiting::Text(waiting)) => waiting.extend_from_slice(text),
            _ => self.waiting.push(Waiting::Text(text.to_vec())),
        }
    }

    fn begin_answer(&mut self) {
        let over = std::mem::take(&mut self.over);
        if over || self.answers == 0 {
            self.answers += 1;
            self.ended = false;
        }
        if over && self.answers > 1 {
            self.waiting.push(Waiting::Next);
        }
    }

    pub(super) fn reasoning(&mut self, text: &[u8]) {
        self.reasoning_bytes += text.len() as u64;
        match self.waiting.last_mut() {
            Some(Waiting::Reasoning(waiting)) => {
                waiting.extend_from_slice(text);
            }
            _ => self.waiting.push(Waiting::Reasoning(text.to_vec())),
        }
    }

    /// Adds what a document says about a tool call.
    pub(super) fn tool(&mut self, delta: Delta) {
        let call = self.tools.take(delta);
        self.calls_leave(call);
    }

    pub(super) fn close_call(&mut self, key: Option<&str>) {
        let call = self.tools.close(key);
        self.calls_leave(call);
    }

    pub(super) fn close_calls(&mut self) {
        let calls = self.tools.close_all();
        self.calls_leave(calls);
    }

    pub(super) fn cut_calls(&mut self) {
        let calls = self.tools.cut_all();
        self.calls_leave(calls);
    }

    fn calls_leave(&mut self, calls: impl IntoIterator<Item = Call>) {
        for call in calls {
            self.begin_answer();
            self.calls += 1;
            self.argument_bytes += call.args.len() as u64;
            self.waiting.push(Waiting::Call(call));
        }
    }

    /// Says which message the next text belongs to; that of another one
    /// begins a line.
    pub(super) fn in_message(&mut self, id: Option<&str>) {
        if id.is_some() && self.message.as_deref() != id {
            self.apart = self.message.is_some();
            self.message = id.map(str::to_owned);
        }
    }

    /// The answer is over; text that follows is that of another.
    pub(super) fn end_answer(&mut self) {
        self.apart = true;
        self.over = true;
    }
}
