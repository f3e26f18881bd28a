//! Bytes of an envelope in, documents walked through, one after the other.
//!
//! A document that breaks off in the middle of the stream is told and left;
//! reading goes on at the next line.

use super::binary::{Message, Messages};
use super::envelope::Envelope;
use super::frame::{Framing, Line, Lines};
use super::sniff::is_blank;
use super::walk::Walk;
use crate::json::{Token, Tokens};

/// The data of the last event of many streams.
const DONE: &[u8] = b"[DONE]";

/// A reader of documents; see the module.
#[derive(Debug)]
pub(super) struct Reader {
    pub(super) walk: Walk,
    tokens: Tokens,
    lines: Lines,
    messages: Messages,
    /// Binary messages were followed by something else.
    lost: bool,
    /// The documents are elements of one array.
    in_array: bool,
    array_closed: bool,
    /// Bytes of a line that is no document, the first few of them; they are
    /// skipped up to the line's end.
    foreign: Option<Vec<u8>>,
    /// Nothing but blanks stands on the line so far.
    line_start: bool,
    /// A document broke off within the stream.
    pub(super) broken: u64,
}

impl Reader {
    pub(super) fn new(
        envelope: Envelope,
        framing: Framing,
        only: Option<u64>,
    ) -> Self {
        let mut walk = Walk::new(envelope, framing);
        walk.answer.only = only;
        Self {
            walk,
            tokens: Tokens::default(),
            lines: Lines::default(),
            messages: Messages::default(),
            lost: false,
            in_array: false,
            array_closed: false,
            foreign: None,
            line_start: true,
            broken: 0,
        }
    }

    /// Reads more bytes, the first of which stands at offset `at`.
    pub(super) fn feed(&mut self, mut bytes: &[u8], mut at: u64) {
        match self.walk.framing {
            Framing::Values => return self.data(bytes, at),
            Framing::Messages => return self.message(bytes, at),
            Framing::Events => {}
        }
        loop {
            let (used, line) = self.lines.step(bytes);
            match line {
                Line::More => return,
                Line::Begin if self.walk.is_open() => self.data(b"\n", at),
                Line::Begin => self.line_start = true,
                Line::Data(data) => {
                    let before = used - data.len();
                    self.data(data, at + before as u64);
                }
                Line::End => self.end_foreign(),
                Line::Blank => self.break_off(),
                Line::Foreign => self.walk.answer.skipped += 1,
            }
            bytes = bytes.get(used..).unwrap_or_default();
            at += used as u64;
        }
    }

    /// Reads binary messages. After what is none, nothing can be told.
    fn message(&mut self, mut bytes: &[u8], mut at: u64) {
        while !self.lost {
            match self.messages.step(bytes) {
                Message::More => return,
                Message::Document(document, used) => {
                    self.data(&document, at);
                    self.break_off();
                    bytes = bytes.get(used..).unwrap_or_default();
                    at += used as u64;
                }
                Message::Foreign => {
                    self.lost = true;
                    self.broken += 1;
                }
            }
        }
    }

    /// Whether what was opened has been closed.
    pub(super) fn is_closed(&self) -> bool {
        let array_open = self.in_array && !self.array_closed;
        let open = self.walk.is_open() || self.messages.is_open();
        !open && !array_open && self.foreign.is_none()
    }

    fn data(&mut self, mut bytes: &[u8], mut at: u64) {
        while !bytes.is_empty() {
            let used = match self.walk.is_open() {
                true => self.document(bytes, at),
                false => self.between(bytes, at),
            };
            bytes = bytes.get(used..).unwrap_or_default();
            at += used as u64;
        }
    }

    /// Bytes of an open document; how many were used.
    fn document(&mut self, bytes: &[u8], at: u64) -> usize {
        let mut done = 0;
        while self.walk.is_open() {
            let rest = bytes.get(done..).unwrap_or_default();
            let (used, token) = self.tokens.step(rest);
            let raw = rest.get(..used).unwrap_or_default();
            let fault = token == Token::Fault;
            self.walk.at = at + done as u64;
            self.walk.take(&token, raw);
            done += used;
            self.line_start = begins_line(raw, self.line_start);
            if fault {
                return done + self.fault(rest.get(used).copied());
            }
            if token_ends(used, rest) {
                break;
            }
        }
        done
    }

    /// Leaves a document that cannot go on; how many bytes are skipped.
    fn fault(&mut self, byte: Option<u8>) -> usize {
        self.break_off();
        match byte {
            Some(b'\n') => {
                self.line_start = true;
                1
            }
            // A new document begins where this one should have gone on.
            Some(b'{') if self.line_start => 0,
            _ => {
                self.foreign = Some(Vec::new());
                0
            }
        }
    }

    /// Leaves the open document, if there is one.
    fn break_off(&mut self) {
        if self.walk.is_open() {
            self.walk.abandon();
            self.broken += 1;
        }
        self.tokens = Tokens::default();
    }

    /// Bytes between documents; how many were used.
    fn between(&mut self, bytes: &[u8], at: u64) -> usize {
        if self.foreign.is_some() {
            return self.skip_line(bytes);
        }
        let blank = |b: &u8| is_blank(*b) || matches!(b, b',' | 0x1E);
        let Some(from) = bytes.iter().position(|b| !blank(b)) else {
            return bytes.len();
        };
        let values = self.walk.framing == Framing::Values;
        match bytes.get(from) {
            Some(b'{') => {
                self.tokens = Tokens::default();
                let rest = bytes.get(from..).unwrap_or_default();
                self.begin(rest, at + from as u64);
                return from + 1;
            }
            Some(b'[') if values && !self.in_array => self.in_array = true,
            Some(b']') if self.in_array => self.array_closed = true,
            _ => {
                self.foreign = Some(Vec::new());
                return from;
            }
        }
        from + 1
    }

    /// Opens a document at its brace.
    fn begin(&mut self, bytes: &[u8], at: u64) {
        let brace = bytes.get(..1).unwrap_or_default();
        let (_, token) = self.tokens.step(brace);
        self.walk.at = at;
        self.walk.take(&token, brace);
        self.line_start = false;
    }

    /// Skips a line that is no document.
    fn skip_line(&mut self, bytes: &[u8]) -> usize {
        let end = memchr::memchr(b'\n', bytes);
        let line = bytes.get(..end.unwrap_or(bytes.len())).unwrap_or_default();
        if let Some(start) = &mut self.foreign {
            let room = (DONE.len() + 1).saturating_sub(start.len());
            start.extend(line.iter().take(room));
        }
        if end.is_some() {
            self.end_foreign();
        }
        end.map_or(bytes.len(), |end| end + 1)
    }

    /// The end of a line that is no document.
    fn end_foreign(&mut self) {
        let Some(line) = self.foreign.take() else { return };
        self.line_start = true;
        if line.trim_ascii_end() == DONE {
            self.walk.answer.figures.ended = true;
            self.walk.answer.close_calls();
            self.walk.answer.end_answer();
        } else {
            self.walk.answer.skipped += 1;
        }
    }

    /// The end of the input: what is open stays open, and is told.
    pub(super) fn finish(&mut self) {
        if self.foreign.as_ref().is_some_and(|line| line == DONE) {
            self.end_foreign();
        }
        let closed = self.is_closed();
        self.walk.abandon();
        if self.walk.answer.figures.ended {
            self.walk.answer.close_calls();
        } else {
            self.walk.answer.cut_calls();
        }
        // What follows the end of an answer may be lost without loss; a body
        // says why it ended before it is over.
        if self.walk.framing == Framing::Values {
            self.walk.answer.figures.ended &= closed;
        }
    }
}

/// Whether nothing but blanks stands on the last line of `raw`.
fn begins_line(raw: &[u8], before: bool) -> bool {
    let blanks = raw.iter().rev();
    let mut blanks = blanks.take_while(|b| b.is_ascii_whitespace());
    if blanks.any(|b| *b == b'\n') {
        return true;
    }
    before && raw.trim_ascii().is_empty()
}

fn token_ends(used: usize, rest: &[u8]) -> bool {
    used >= rest.len()
}
