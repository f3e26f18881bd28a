//! The resumable scanner: text, records, and the way from one to the next.
//!
//! It holds the bytes of one unfinished record and nothing else of the
//! stream. What a record looks like is the track's business; whether its
//! bytes may go out, the ledger's.

use std::borrow::Cow;

use super::frame::{Closed, Shape};
use super::ledger::Ledger;
use super::mending::Broken;
use super::seek::{self, Seek};
use super::text::{self, Part, Text};
use super::track::{Progress, Track};
use super::verdict;
use super::window::Window;
use super::{Config, Event, Reason, Summary, Values};
use crate::span::{CutState, Place, Span};

/// The resumable scanner; see the module.
#[derive(Clone, Debug)]
pub struct Scanner {
    pub(super) config: Config,
    /// Bytes that are not consumed yet, and the offset of the first.
    carry: Vec<u8>,
    base: u64,
    pub(super) mode: Mode,
    pub(super) text: Text,
    pub(super) main: Track,
    /// A second reading, begun at a line that looks like a new record while
    /// the main track's is still open.
    pub(super) shadow: Option<Shadow>,
    /// Records that the shadow has closed.
    pub(super) pending: Vec<Closed>,
    /// Where the first of them, or else the shadow, began: the main track's
    /// record may have been cut there.
    pub(super) doubt: u64,
    /// The value that so many wrappers hold follows other text on its line.
    pub(super) after_prose: Option<usize>,
    /// The search that the record in the making came from.
    pub(super) sought: Option<Seek>,
    /// The record that a search left behind, if it may be mended.
    pub(super) broken: Option<Broken>,
    /// A fence closed while a wrapper was open.
    pub(super) left_open: bool,
    /// There is no memory for more of the record in the making.
    is_starved: bool,
    /// It stopped where a line begins.
    is_at_line: bool,
    pub(super) ledger: Ledger,
}

/// A track that runs ahead of the main one.
#[derive(Clone, Debug)]
pub(super) struct Shadow {
    pub(super) track: Track,
    /// What it came upon, until the main track has come as far.
    pub(super) ahead: Option<Progress>,
}

#[derive(Clone, Debug)]
pub(super) enum Mode {
    Text,
    Value,
    Seek(Seek),
}

/// Whether there is more to do with the bytes at hand.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Flow {
    Continue,
    More,
    /// A line begins outside of every value, and somebody asked for it.
    Line,
}

/// What became of bytes that were fed line by line.
#[derive(Debug, PartialEq, Eq)]
pub enum Fed<'b> {
    /// All of them are taken: the line, or a value in it, goes on.
    All,
    /// A line begins outside of every value, with these bytes, which are not
    /// taken.
    Line(Cow<'b, [u8]>),
}

impl Scanner {
    /// A scanner at the start of a stream.
    pub fn new(config: Config) -> Self {
        let start = Place { byte: 0, line: 1 };
        Self {
            ledger: Ledger::new(config.repair),
            carry: Vec::new(),
            base: 0,
            mode: Mode::Text,
            text: Text::new(config.values),
            main: Track::new(start, config.values),
            shadow: None,
            pending: Vec::new(),
            doubt: 0,
            after_prose: None,
            sought: None,
            broken: None,
            left_open: false,
            is_starved: false,
            is_at_line: false,
            config,
        }
    }

    /// Takes the next bytes of the stream, in chunks of any size, and tells
    /// `sink` what they completed. The sink's error ends the call; the
    /// scanner is of no use after it.
    pub fn feed<E>(
        &mut self,
        bytes: &[u8],
        sink: &mut impl FnMut(Event<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        if self.carry.is_empty() {
            let consumed = self.process(bytes, false, sink)?;
            let rest = bytes.get(consumed..).unwrap_or_default();
            self.carry.extend_from_slice(rest);
            return Ok(());
        }
        let mut carry = std::mem::take(&mut self.carry);
        if !has_room(&mut carry, bytes.len()) {
            self.starve(&mut carry, sink)?;
        }
        carry.extend_from_slice(bytes);
        let consumed = self.process(&carry, false, sink)?;
        carry.drain(..consumed.min(carry.len()));
        self.carry = carry;
        Ok(())
    }

    /// As [`Scanner::feed`], but only up to where a line begins outside of
    /// every value: whoever feeds decides whose that line is.
    pub fn feed_line<'b, E>(
        &mut self,
        bytes: &'b [u8],
        sink: &mut impl FnMut(Event<'_>) -> Result<(), E>,
    ) -> Result<Fed<'b>, E> {
        self.text.stops_at_lines = true;
        // What waits is copied only where a value goes on from chunk to
        // chunk.
        let untaken = match self.carry.is_empty() {
            true => {
                let taken = self.process(bytes, false, sink)?;
                bytes.get(taken..).unwrap_or_default()
            }
            false => {
                self.feed(bytes, sink)?;
                &[]
            }
        };
        self.text.stops_at_lines = false;
        if !std::mem::take(&mut self.is_at_line) {
            self.carry.extend_from_slice(untaken);
            return Ok(Fed::All);
        }
        let waiting = std::mem::take(&mut self.carry);
        if waiting.is_empty() {
            return Ok(Fed::Line(Cow::Borrowed(untaken)));
        }
        // Mostly they are the last of what just came.
        let from = bytes.len().checked_sub(waiting.len());
        Ok(Fed::Line(match from.and_then(|from| bytes.get(from..)) {
            Some(rest) => Cow::Borrowed(rest),
            None => Cow::Owned(waiting),
        }))
    }

    /// Where the next byte stands that is fed, after [`Scanner::feed_line`]
    /// has stopped at a line.
    pub fn at(&self) -> Place {
        self.text.at
    }

    /// How many records came.
    pub fn records(&self) -> u64 {
        self.ledger.records
    }

    /// Passes over text that is somebody else's, from a line where
    /// [`Scanner::feed_line`] has stopped, or from the start.
    pub fn pass_to<E>(
        &mut self,
        at: Place,
        sink: &mut impl FnMut(Event<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        debug_assert!(self.carry.is_empty(), "bytes that wait are lost");
        self.text.pass(at);
        self.base = at.byte;
        self.ledger.ended_whole = false;
        match std::mem::take(&mut self.ledger.doubtful) {
            true => sink(Event::Refuted),
            false => Ok(()),
        }
    }

    /// Says in which code fence the next lines stand, by its info string.
    /// From now on fences are not looked for here.
    pub fn set_fence(&mut self, info: Option<&[u8]>) {
        self.text.set_fence(info);
    }

    /// There is no memory for the record in the making: what is there of it
    /// is let go, as if it were too long.
    fn starve<E>(
        &mut self,
        carry: &mut Vec<u8>,
        sink: &mut impl FnMut(Event<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let longest = std::mem::take(&mut self.config.max_record);
        self.is_starved = true;
        let consumed = self.process(carry, false, sink)?;
        self.is_starved = false;
        self.config.max_record = longest;
        carry.drain(..consumed.min(carry.len()));
        Ok(())
    }

    /// Ends the stream.
    pub fn finish<E>(
        mut self,
        sink: &mut impl FnMut(Event<'_>) -> Result<(), E>,
    ) -> Result<Summary, E> {
        let mut rest = std::mem::take(&mut self.carry);
        let consumed = self.process(&rest, true, sink)?;
        rest.drain(..consumed.min(rest.len()));
        let end = self.base + rest.len() as u64;
        let window = Window { bytes: &rest, base: self.base, last: true };
        self.shed(window, end, sink)?;
        self.ledger.notes(&mut self.main.notes);
        let open = match self.mode {
            Mode::Text => false,
            Mode::Seek(_) => !self.main.frames.is_empty(),
            Mode::Value => true,
        };
        Ok(verdict::summary(verdict::Ending {
            open: open.then_some(&self.main),
            in_fence: self.text.in_fence(),
            left_open: self.left_open,
            rest,
            base: self.base,
            end,
            line: self.line(),
            ledger: self.ledger,
        }))
    }

    /// Works through a window as far as its bytes tell; how many of them are
    /// no longer needed.
    fn process<E>(
        &mut self,
        bytes: &[u8],
        last: bool,
        sink: &mut impl FnMut(Event<'_>) -> Result<(), E>,
    ) -> Result<usize, E> {
        let window = Window { bytes, base: self.base, last };
        loop {
            let flow = match self.mode {
                Mode::Text => self.text_step(window, sink)?,
                Mode::Seek(seek) => self.seek_step(window, seek, sink)?,
                Mode::Value => self.value_step(window, sink)?,
            };
            if flow != Flow::Continue {
                self.is_at_line = flow == Flow::Line;
                break;
            }
        }
        let keep = self.keep_from();
        let consumed = keep.saturating_sub(self.base) as usize;
        self.base = keep;
        Ok(consumed)
    }

    fn keep_from(&self) -> u64 {
        match &self.mode {
            Mode::Text => self.text.at.byte,
            Mode::Seek(seek) => {
                let at = seek.at.byte;
                self.broken.map_or(at, |broken| broken.start.byte.min(at))
            }
            Mode::Value => {
                let pending = self.pending.first().map(|p| p.span.start);
                let shadow = self.shadow.as_ref().map(|s| s.track.keep_from());
                let main = if self.is_outgrown() {
                    self.ledger.settled
                } else {
                    self.main.keep_from()
                };
                let sought = self.sought.filter(|s| s.rejecting);
                let sought = sought.map(|_| self.ledger.settled);
                let others = pending.into_iter().chain(shadow).chain(sought);
                others.fold(main, u64::min)
            }
        }
    }

    fn line(&self) -> u64 {
        match &self.mode {
            Mode::Text => self.text.at.line,
            Mode::Seek(seek) => seek.at.line,
            Mode::Value => self.main.machine.line,
        }
    }

    fn text_step<E>(
        &mut self,
        window: Window<'_>,
        sink: &mut impl FnMut(Event<'_>) -> Result<(), E>,
    ) -> Result<Flow, E> {
        let rest = window.from(self.text.at.byte);
        let found = self.text.advance(rest, window.last);
        if std::mem::take(&mut self.text.has_words)
            && std::mem::take(&mut self.ledger.doubtful)
        {
            sink(Event::Refuted)?;
        }
        if let Some(at) = self.text.ended_early.take() {
            self.ledger.ended_early(at, sink)?;
        }
        self.ledger.strays.add(std::mem::take(&mut self.text.strays));
        match found {
            text::Found::More => return Ok(Flow::More),
            text::Found::Line => return Ok(Flow::Line),
            text::Found::Value | text::Found::Brace => {}
        }
        self.after_prose = (found == text::Found::Brace).then_some(0);
        self.sought = None;
        self.main.begin(self.text.at, self.text.indent);
        self.mode = Mode::Value;
        Ok(Flow::Continue)
    }

    /// Looks for the line on which the next record may begin.
    fn seek_step<E>(
        &mut self,
        window: Window<'_>,
        mut seek: Seek,
        sink: &mut impl FnMut(Event<'_>) -> Result<(), E>,
    ) -> Result<Flow, E> {
        let found = seek.advance(window.from(seek.at.byte), window.last);
        if let Some(at) = seek.ended_early.take() {
            self.ledger.ended_early(at, sink)?;
        }
        self.mode = Mode::Seek(seek);
        if let Some(broken) = self.broken.take() {
            if self.end_broken(window, broken, seek, found, sink)? {
                return Ok(Flow::Continue);
            }
        } else if seek.rejecting {
            let start = self.ledger.settled;
            let span = Span { start, end: seek.at.byte };
            self.ledger.reject_more(window.span(span), span, sink)?;
        }
        match found {
            seek::Found::More => return Ok(Flow::More),
            seek::Found::Opener => {
                let array = self.main.frames.last();
                if array.is_some_and(|top| top.shape == Shape::Object) {
                    self.main.frames.clear();
                    self.left_open = true;
                }
                self.begin_sought(seek);
            }
            seek::Found::Brace => {
                self.begin_sought(seek);
                self.after_prose = Some(self.main.frames.len());
            }
            seek::Found::Closer if self.main.frames.is_empty() => {
                self.mode = Mode::Seek(seek.go_on(seek.at));
            }
            seek::Found::Closer => {
                self.main.resume_framing(seek.at);
                self.sought = Some(seek);
                self.mode = Mode::Value;
            }
            seek::Found::Fence | seek::Found::Text => {
                self.left_open |= !self.main.frames.is_empty();
                self.main.frames.clear();
                self.text.resume_line(seek.at);
                self.text.indent = seek.line_indent();
                self.mode = Mode::Text;
            }
        }
        Ok(Flow::Continue)
    }

    fn begin_sought(&mut self, seek: Seek) {
        self.after_prose = None;
        self.sought = Some(seek);
        self.main.begin_element(seek.at, seek.line_indent());
        self.mode = Mode::Value;
    }

    /// Advances the main track, and the shadow ahead of it, up to the next
    /// thing that happens.
    fn value_step<E>(
        &mut self,
        window: Window<'_>,
        sink: &mut impl FnMut(Event<'_>) -> Result<(), E>,
    ) -> Result<Flow, E> {
        let limit = self.advance_shadow(window);
        let far = limit.min(window.end());
        let from = self.main.machine.at;
        let cap = far.min(self.longest_end(from));
        let main = self.advance_main(window, cap);
        if !matches!(main, Progress::More) {
            return self.take(main, window, sink);
        }
        if cap < far {
            if self.longest_end(u64::MAX) <= cap {
                self.outgrow(window, sink)?;
                return Ok(Flow::Continue);
            }
            // A token that is longer than the limit.
            if self.main.machine.at == from {
                let main = self.advance_main(window, far);
                if !matches!(main, Progress::More) {
                    return self.take(main, window, sink);
                }
            }
            if self.main.machine.at != from {
                return Ok(Flow::Continue);
            }
        }
        match self.shadow.as_mut().and_then(|s| s.ahead.take()) {
            Some(Progress::Closed(closed)) => {
                self.shadow_closed(window, closed, sink)?;
            }
            Some(Progress::Fault | Progress::Ended) => self.shadow = None,
            Some(Progress::LineStart(_)) => {}
            Some(Progress::More) | None => {
                return self.out_of_bytes(window, sink);
            }
        }
        Ok(Flow::Continue)
    }

    /// Advances the shadow up to the next thing that happens to it, but not
    /// past where the main track's record becomes too long; where the main
    /// track must stop to hear of it.
    fn advance_shadow(&mut self, window: Window<'_>) -> u64 {
        let bytes = window.until(self.longest_end(u64::MAX));
        let Some(Shadow { track, ahead }) = &mut self.shadow else {
            return u64::MAX;
        };
        let config = &self.config;
        let ahead = ahead
            .get_or_insert_with(|| track.advance(bytes, window.base, config));
        match ahead {
            Progress::More => u64::MAX,
            _ => track.machine.at,
        }
    }

    fn advance_main(&mut self, window: Window<'_>, end: u64) -> Progress {
        let bytes = window.until(end);
        let before = self.main.candidate().map(|top| top.start);
        let progress = self.main.advance(bytes, window.base, &self.config);
        let now = self.main.candidate().map(|top| top.start);
        if now.is_some() && now != before {
            // It is a wrapper; the shadow took an element for a new record.
            self.shadow = None;
            self.pending.clear();
        }
        progress
    }

    /// Where what is held, or else what begins at `from`, becomes too long.
    fn longest_end(&self, from: u64) -> u64 {
        let start = self.held_from().unwrap_or(from);
        start.saturating_add(self.config.max_record as u64)
    }

    /// Acts on what the main track came upon.
    pub(super) fn take<E>(
        &mut self,
        progress: Progress,
        window: Window<'_>,
        sink: &mut impl FnMut(Event<'_>) -> Result<(), E>,
    ) -> Result<Flow, E> {
        match progress {
            Progress::More => {}
            Progress::LineStart(at) => {
                if self.shadow.is_none() {
                    self.cast_shadow(at);
                }
            }
            Progress::Closed(closed) => self.close(window, &closed, sink)?,
            Progress::Ended => {
                self.leave_value(Part::AfterRecord);
                self.ledger.ended_whole = true;
            }
            Progress::Fault => return self.fault(window, sink),
        }
        Ok(Flow::Continue)
    }

    /// The main track closed a value: whatever the shadow saw lay inside.
    fn close<E>(
        &mut self,
        window: Window<'_>,
        closed: &Closed,
        sink: &mut impl FnMut(Event<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.shadow = None;
        self.pending.clear();
        let prose = !self.settle(window, closed, sink)?;
        if self.main.frames.is_empty() {
            let part = if prose { Part::Prose } else { Part::AfterRecord };
            self.leave_value(part);
        }
        Ok(())
    }

    /// Emits a closed value, rejects it, or finds that it was prose; false
    /// in the last case.
    pub(super) fn settle<E>(
        &mut self,
        window: Window<'_>,
        closed: &Closed,
        sink: &mut impl FnMut(Event<'_>) -> Result<(), E>,
    ) -> Result<bool, E> {
        let raw = window.span(closed.span);
        let marks = closed.marks;
        let sound = closed.fault.is_none() && marks.names();
        let after_prose = self.after_prose == Some(self.main.frames.len());
        let stray = after_prose && !(marks.quoted_name || sound);
        let prose = stray && !closed.oversize;
        if prose || !self.is_record(closed, raw) {
            if let Some(wrapper) = self.main.frames.last_mut() {
                wrapper.elements = wrapper.elements.saturating_sub(1);
            }
            return Ok(false);
        }
        self.sought = None;
        self.ledger.is_after_text = self.after_prose.take().is_some();
        if !closed.oversize && raw.len() > self.config.max_record {
            let (line, at) = (closed.start.line, closed.start);
            let reason = Reason::TooLong;
            self.ledger.reject(raw, closed.span, line, reason, at, sink)?;
        } else if closed.oversize {
            let span =
                Span { start: self.ledger.settled, end: closed.span.end };
            self.ledger.reject_more(window.span(span), span, sink)?;
        } else {
            self.ledger.settle(raw, closed, sink)?;
        }
        Ok(true)
    }

    pub(super) fn leave_value(&mut self, part: Part) {
        let machine = &self.main.machine;
        let at = Place { byte: machine.at, line: machine.line };
        self.text.resume(at, part);
        self.mode = Mode::Text;
        self.ledger.ended_whole = false;
        self.ledger.notes(&mut self.main.notes);
    }

    /// Neither track can go on without more bytes.
    fn out_of_bytes<E>(
        &mut self,
        window: Window<'_>,
        sink: &mut impl FnMut(Event<'_>) -> Result<(), E>,
    ) -> Result<Flow, E> {
        if window.last {
            if let Some(progress) = self.end_scalar(window) {
                return self.take(progress, window, sink);
            }
            if !self.may_be_tail(window) {
                self.end_in_prose(window, sink)?;
                return Ok(Flow::Continue);
            }
        }
        let at = self.main.machine.at;
        let sure = if self.is_in_doubt() { self.doubt } else { at };
        self.shed(window, sure, sink)?;
        Ok(Flow::More)
    }

    /// A string or literal that ends with the stream. A number does not: more
    /// digits may have been cut off.
    fn end_scalar(&mut self, window: Window<'_>) -> Option<Progress> {
        let top = self.main.candidate()?;
        let at = self.main.machine.at;
        let rest = window.from(at);
        let number = self.main.machine.cut_state(rest) == CutState::Number;
        let open = number || self.main.machine.in_text();
        if top.shape != Shape::Scalar || open {
            return None;
        }
        let line = [rest, b"\n"].concat();
        Some(self.main.advance(&line, at, &self.config))
    }

    pub(super) fn is_outgrown(&self) -> bool {
        self.main.candidate().is_some_and(|top| top.oversize)
    }

    fn is_in_doubt(&self) -> bool {
        self.shadow.is_some() || !self.pending.is_empty()
    }

    /// Offset of the first byte of what may still become a record.
    fn held_from(&self) -> Option<u64> {
        if self.is_outgrown() {
            return self.is_in_doubt().then_some(self.doubt);
        }
        self.main.held_from()
    }

    /// The record in the making is too long to be kept, or, if that is
    /// known, what may have cut it off.
    fn outgrow<E>(
        &mut self,
        window: Window<'_>,
        sink: &mut impl FnMut(Event<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let known = self.is_outgrown();
        self.shadow = None;
        self.sought = None;
        self.pending.clear();
        if known {
            return Ok(());
        }
        self.main.outgrow(window.bytes, window.base);
        let end = self.main.machine.at;
        let Some(top) = self.main.candidate() else { return Ok(()) };
        let (span, at) = (Span { start: top.start.byte, end }, top.start);
        let raw = window.span(span);
        let reason = match self.is_starved {
            true => Reason::NoMemory,
            false => Reason::TooLong,
        };
        self.ledger.reject(raw, span, at.line, reason, at, sink)
    }

    /// Passes on what else belongs to a record that is too long to be kept.
    fn shed<E>(
        &mut self,
        window: Window<'_>,
        end: u64,
        sink: &mut impl FnMut(Event<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        if !self.is_outgrown() {
            return Ok(());
        }
        let span = Span { start: self.ledger.settled, end };
        self.ledger.reject_more(window.span(span), span, sink)
    }

    /// Whether a whole value is a record, and not prose or framing.
    pub(super) fn is_record(&self, closed: &Closed, raw: &[u8]) -> bool {
        if closed.oversize {
            return true;
        }
        if closed.fault.is_some() && !closed.marks.keyed {
            let object = closed.shape == Shape::Object;
            return object && self.is_among_records(&self.main.frames, 1);
        }
        let any = self.config.values == Values::Any;
        any || closed.shape == Shape::Object || !is_empty(raw)
    }
}

/// Makes room for so many more bytes, if there is any to be had.
fn has_room(carry: &mut Vec<u8>, more: usize) -> bool {
    carry.try_reserve(more).is_ok() || carry.try_reserve_exact(more).is_ok()
}

/// Whether an object or array has nothing in it.
fn is_empty(raw: &[u8]) -> bool {
    let inside = raw.get(1..raw.len().saturating_sub(1)).unwrap_or_default();
    inside.trim_ascii().is_empty()
}
