//! The decoder: bytes of whatever wraps an answer in, pieces of it out.

use super::answer::Waiting;
use super::envelope::{Envelope, From};
use super::frame::Framing;
use super::outcome::{Absent, Outcome};
use super::piece::{Piece, ToolCall};
use super::places::Places;
use super::reader::Reader;
use super::sniff::{Found, Sniff, is_blank};
use crate::span::Place;

/// The decoder; see the module.
#[derive(Debug)]
pub struct Decoder {
    state: State,
    /// Bytes fed.
    input_bytes: u64,
    /// Bytes that went out as they came.
    raw_bytes: u64,
    /// Where the decoded text came from.
    pub places: Places,
    /// Line feeds among the bytes fed.
    lines: u64,
    /// The only answer that is wanted, counted from 1; all if none.
    only: Option<u64>,
    /// What the input looks like, where it is taken for something whatever
    /// it looks like.
    look: Look,
}

/// A look at an input whose envelope was asked for.
#[derive(Debug)]
enum Look {
    Never,
    Under(Box<Sniff>),
    Done(Found),
}

impl Look {
    fn feed(&mut self, bytes: &[u8]) {
        if let Self::Under(sniff) = self
            && let Some(found) = sniff.feed(bytes)
        {
            *self = Self::Done(found);
        }
    }
}

#[derive(Debug)]
enum State {
    /// The first value or event is not known yet; its bytes are kept.
    Sniffing(Box<Sniff>, Vec<u8>),
    /// An envelope was asked for, and nothing but blanks has come.
    Waiting(Envelope),
    Raw,
    Reading(Box<Reader>),
}

impl Decoder {
    /// A decoder of inputs that are to be taken for `from`.
    pub fn new(from: From) -> Self {
        let (state, look) = match from {
            From::Auto => {
                (State::Sniffing(Box::default(), Vec::new()), Look::Never)
            }
            From::Raw => (State::Raw, Look::Never),
            From::Envelope(envelope) => {
                (State::Waiting(envelope), Look::Under(Box::default()))
            }
        };
        Self {
            state,
            input_bytes: 0,
            raw_bytes: 0,
            places: Places::default(),
            lines: 0,
            only: None,
            look,
        }
    }

    /// Lets only one of several answers through: the `answer`th, counted
    /// from 1. What is raw is one answer.
    pub fn only(mut self, answer: Option<u64>) -> Self {
        self.only = answer;
        self
    }

    /// Whether the input is an answer without envelope, as soon as that is
    /// known.
    pub fn is_raw(&self) -> Option<bool> {
        match self.state {
            State::Sniffing(..) => None,
            State::Raw => Some(true),
            State::Waiting(_) | State::Reading(_) => Some(false),
        }
    }

    /// Takes more bytes, and hands what they hold to `sink`.
    ///
    /// Fails as the sink does.
    pub fn feed<E>(
        &mut self,
        bytes: &[u8],
        sink: &mut impl FnMut(Piece<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let at = self.input_bytes;
        self.input_bytes += bytes.len() as u64;
        self.look.feed(bytes);
        if let State::Waiting(envelope) = self.state {
            let Some(first) = bytes.iter().find(|b| !is_blank(**b)) else {
                return Ok(());
            };
            let framing = match first {
                b'{' | b'[' => Framing::Values,
                0 => Framing::Messages,
                _ => Framing::Events,
            };
            let reader = Reader::new(envelope, framing, self.only);
            self.state = State::Reading(Box::new(reader));
        }
        match &mut self.state {
            State::Raw => self.pass(bytes, sink),
            State::Reading(reader) => {
                reader.feed(bytes, at);
                self.emit(bytes, at, sink)
            }
            State::Sniffing(sniff, kept) => {
                let found = sniff.feed(bytes);
                kept.extend_from_slice(bytes);
                let Some(found) = found else { return Ok(()) };
                let kept = std::mem::take(kept);
                self.decide(found, &kept, sink)
            }
            State::Waiting(_) => Ok(()),
        }
    }

    fn decide<E>(
        &mut self,
        found: Found,
        kept: &[u8],
        sink: &mut impl FnMut(Piece<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        match found {
            Found::Raw => {
                self.state = State::Raw;
                self.pass(kept, sink)
            }
            Found::Envelope(envelope, framing) => {
                let reader = Reader::new(envelope, framing, self.only);
                let mut reader = Box::new(reader);
                reader.feed(kept, 0);
                self.state = State::Reading(reader);
                self.emit(kept, 0, sink)
            }
        }
    }

    fn pass<E>(
        &mut self,
        bytes: &[u8],
        sink: &mut impl FnMut(Piece<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let unwanted = self.only.is_some_and(|answer| answer > 1);
        if bytes.is_empty() || unwanted {
            return Ok(());
        }
        self.raw_bytes += bytes.len() as u64;
        sink(Piece::Text(bytes))
    }

    /// Hands out what waits; `block` are the bytes from offset `at` on.
    fn emit<E>(
        &mut self,
        block: &[u8],
        at: u64,
        sink: &mut impl FnMut(Piece<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let State::Reading(reader) = &mut self.state else { return Ok(()) };
        let answer = &mut reader.walk.answer;
        let mut counted = 0;
        for (decoded, input) in answer.origins.drain(..) {
            let to = input.saturating_sub(at) as usize;
            let stretch = block.get(counted..to).unwrap_or_default();
            self.lines += memchr::memchr_iter(b'\n', stretch).count() as u64;
            counted = counted.max(to);
            let place = Place { byte: input, line: self.lines + 1 };
            self.places.note(decoded, place);
        }
        let rest = block.get(counted..).unwrap_or_default();
        self.lines += memchr::memchr_iter(b'\n', rest).count() as u64;
        for piece in answer.waiting.drain(..) {
            sink(match &piece {
                Waiting::Text(text) => Piece::Text(text),
                Waiting::Reasoning(text) => Piece::Reasoning(text),
                Waiting::Break => Piece::Break,
                Waiting::Next => Piece::Next,
                Waiting::Call(call) => {
                    let (name, args) = (call.name.as_str(), &call.args);
                    let call_of = ToolCall { name, args };
                    match call.whole {
                        true => Piece::Tool(call_of),
                        false => Piece::CutTool(call_of),
                    }
                }
            })?;
        }
        Ok(())
    }

    /// The end of the input. What it held whole and has not been handed out
    /// goes to `sink`.
    ///
    /// Fails as the sink does.
    pub fn finish<E>(
        &mut self,
        sink: &mut impl FnMut(Piece<'_>) -> Result<(), E>,
    ) -> Result<Outcome, E> {
        if let State::Sniffing(_, kept) = &mut self.state {
            let kept = std::mem::take(kept);
            self.decide(Found::Raw, &kept, sink)?;
        }
        if let State::Reading(reader) = &mut self.state {
            reader.finish();
        }
        self.emit(b"", self.input_bytes, sink)?;
        let mut outcome = match &self.state {
            State::Reading(reader) => Outcome::of(reader, self.input_bytes),
            State::Waiting(envelope) => {
                Outcome::blank(*envelope, self.input_bytes)
            }
            _ => Outcome::raw(self.input_bytes, self.raw_bytes),
        };
        outcome.look_for_answer(self.only);
        if let (Some(wanted), Look::Done(found)) =
            (outcome.envelope, &self.look)
            && outcome.is_blank()
        {
            let found = match found {
                Found::Envelope(found, _) => Some(*found),
                Found::Raw => None,
            };
            if found != Some(wanted) {
                outcome.absent = Some(Absent::Envelope { wanted, found });
            }
        }
        Ok(outcome)
    }
}
