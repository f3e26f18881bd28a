//! What documents say, put together: pieces that wait to leave, and what is
//! known of the answer as a whole.

use super::tools::{Call, Delta, Tools};

/// A piece that waits to leave.
#[derive(Debug)]
pub(super) enum Waiting {
    Text(Vec<u8>),
    Reasoning(Vec<u8>),
    Call(Call),
    Break,
    Next,
}

/// How an answer ended.
#[derive(Clone, Debug, Default)]
pub(super) struct Figures {
    pub(super) stop: Option<String>,
    pub(super) tokens: Option<u64>,
    pub(super) cap: Option<u64>,
    pub(super) model: Option<String>,
    pub(super) error: Option<String>,
    /// The answer's own end has come.
    pub(super) ended: bool,
}

/// The answer so far.
#[derive(Debug, Default)]
pub(super) struct Answer {
    /// The only answer that is wanted, counted from 1.
    pub(super) only: Option<u64>,
    /// How that one ended.
    chosen: Option<Figures>,
    pub(super) figures: Figures,
    pub(super) waiting: Vec<Waiting>,
    /// Where text came from: decoded offset and input offset.
    pub(super) origins: Vec<(u64, u64)>,
    pub(super) tools: Tools,
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
    /// Documents that are operations, and no part of the answer.
    pub(super) foreign: u64,
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

/// Whose the words are that come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Same,
    Answer,
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
        let next = self.begin_answer();
        if !self.is_wanted() {
            return;
        }
        if apart && self.last_byte.is_some_and(|byte| byte != b'\n') {
            self.waiting.push(Waiting::Break);
            self.break_bytes += 1;
        }
        if next == Next::Answer {
            self.waiting.push(Waiting::Next);
        }
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

    /// Counts an answer when it begins to speak.
    fn begin_answer(&mut self) -> Next {
        let over = std::mem::take(&mut self.over);
        if !over && self.answers > 0 {
            return Next::Same;
        }
        self.answers += 1;
        self.figures.ended = false;
        let first = self.only.is_some() || self.answers == 1;
        if first { Next::Same } else { Next::Answer }
    }

    fn is_wanted(&self) -> bool {
        self.only.is_none_or(|only| only == self.answers)
    }

    /// How the answer ended that was asked for, or the last one.
    pub(super) fn ending(&self) -> Figures {
        match (&self.chosen, self.is_wanted()) {
            (Some(chosen), _) => chosen.clone(),
            (None, true) => self.figures.clone(),
            (None, false) => Figures::default(),
        }
    }

    pub(super) fn reasoning(&mut self, text: &[u8]) {
        // Reasoning comes before the text that makes an answer begin.
        let coming = self.answers + u64::from(self.over || self.answers == 0);
        if self.only.is_some_and(|only| only != coming) {
            return;
        }
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
            let next = self.begin_answer();
            self.calls += 1;
            if !self.is_wanted() {
                continue;
            }
            if next == Next::Answer {
                self.waiting.push(Waiting::Next);
            }
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
        if !self.over && self.only == Some(self.answers) {
            self.chosen = Some(self.figures.clone());
        }
        self.apart = true;
        self.over = true;
    }
}
