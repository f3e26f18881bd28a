//! The resumable scanner: text, records, and the way from one to the next.
//!
//! It holds the bytes of one unfinished record and nothing else of the
//! stream. What a record looks like is the track's business; whether its
//! bytes may go out, the ledger's.

use super::ledger::Ledger;
use super::seek::{self, Seek};
use super::text::{self, Part, Text};
use super::track::{Closed, Progress, Role, Track};
use super::verdict;
use super::window::Window;
use super::{Config, Event, Reason, Summary};
use crate::json::Kind;
use crate::span::{Place, Span};

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
    /// The record in the making follows other text on its line.
    pub(super) after_prose: bool,
    /// The search that the record in the making came from.
    pub(super) sought: Option<Seek>,
    /// A fence closed while a wrapper was open.
    pub(super) left_open: bool,
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
}

impl Scanner {
    /// A scanner at the start of a stream.
    pub fn new(config: Config) -> Self {
        let start = Place { byte: 0, line: 1 };
        Self {
            ledger: Ledger::new(config.repair),
            config,
            carry: Vec::new(),
            base: 0,
            mode: Mode::Text,
            text: Text::new(),
            main: Track::new(start),
            shadow: None,
            pending: Vec::new(),
            doubt: 0,
            after_prose: false,
            sought: None,
            left_open: false,
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
        carry.extend_from_slice(bytes);
        let consumed = self.process(&carry, false, sink)?;
        carry.drain(..consumed.min(carry.len()));
        self.carry = carry;
        Ok(())
    }

    /// Ends the stream.
    pub fn finish<E>(
        mut self,
        sink: &mut impl FnMut(Event<'_>) -> Result<(), E>,
    ) -> Result<Summary, E> {
        let carry = std::mem::take(&mut self.carry);
        let consumed = self.process(&carry, true, sink)?;
        let end = self.base + (carry.len() - consumed) as u64;
        let rest = carry.get(consumed..).unwrap_or_default();
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
                Mode::Text => self.text_step(window),
                Mode::Seek(seek) => self.seek_step(window, seek, sink)?,
                Mode::Value => self.value_step(window, sink)?,
            };
            if flow == Flow::More {
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
            Mode::Seek(seek) => seek.at.byte,
            Mode::Value => {
                let pending = self.pending.first().map(|p| p.span.start);
                let shadow = self.shadow.as_ref().map(|s| s.track.keep_from());
                let main = self.main.keep_from();
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

    fn text_step(&mut self, window: Window<'_>) -> Flow {
        let rest = window.from(self.text.at.byte);
        let found = self.text.advance(rest, window.last);
        if found == text::Found::More {
            return Flow::More;
        }
        self.after_prose = found == text::Found::Brace;
        self.sought = None;
        self.main.begin(self.text.at, self.text.indent);
        self.mode = Mode::Value;
        Flow::Continue
    }

    /// Looks for the line on which the next record may begin.
    fn seek_step<E>(
        &mut self,
        window: Window<'_>,
        mut seek: Seek,
        sink: &mut impl FnMut(Event<'_>) -> Result<(), E>,
    ) -> Result<Flow, E> {
        let found = seek.advance(window.from(seek.at.byte));
        if seek.rejecting {
            let start = self.ledger.settled;
            let span = Span { start, end: seek.at.byte };
            self.ledger.reject_more(window.span(span), span, sink)?;
        }
        self.mode = Mode::Seek(seek);
        match found {
            seek::Found::More => return Ok(Flow::More),
            seek::Found::Opener => {
                let array = self.main.frames.last();
                if array.is_some_and(|top| top.kind == Kind::Object) {
                    self.main.frames.clear();
                    self.left_open = true;
                }
                self.begin_sought(seek);
            }
            seek::Found::Closer if self.main.frames.is_empty() => {
                self.mode = Mode::Seek(seek.go_on(seek.at));
            }
            seek::Found::Closer => {
                self.main.resume_framing(seek.at);
                self.sought = Some(seek);
                self.mode = Mode::Value;
            }
            seek::Found::Fence => {
                self.left_open |= !self.main.frames.is_empty();
                self.main.frames.clear();
                self.text.resume_line(seek.at);
                self.mode = Mode::Text;
            }
        }
        Ok(Flow::Continue)
    }

    fn begin_sought(&mut self, seek: Seek) {
        self.after_prose = false;
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
        let unwrap = &self.config.unwrap;
        let mut limit = u64::MAX;
        if let Some(Shadow { track, ahead }) = &mut self.shadow {
            ahead.get_or_insert_with(|| {
                track.advance(window.bytes, window.base, unwrap)
            });
            limit = track.machine.at;
        }
        let main = self.main.advance(window.until(limit), window.base, unwrap);
        if !matches!(main, Progress::More) {
            return self.take(main, window, sink);
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
        if !is_record(closed, raw, self.after_prose) {
            return Ok(false);
        }
        self.sought = None;
        if closed.oversize || raw.len() > self.config.max_record {
            self.ledger.reject_oversize(raw, closed, sink)?;
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
        if window.last && !self.may_be_tail(window) {
            return self.fault(window, sink);
        }
        self.shed(window, sink)?;
        Ok(Flow::More)
    }

    /// Lets go of the bytes of a record that is too long to be kept.
    fn shed<E>(
        &mut self,
        window: Window<'_>,
        sink: &mut impl FnMut(Event<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let held = self.main.machine.at.saturating_sub(self.keep_from());
        if held as usize <= self.config.max_record {
            return Ok(());
        }
        self.shadow = None;
        self.sought = None;
        self.pending.clear();
        let end = self.main.machine.at;
        self.reject(window, end, Reason::TooLong, sink)?;
        if let Some(top) = self.main.frames.last_mut()
            && top.role == Role::Candidate
        {
            top.oversize = true;
        }
        Ok(())
    }
}

/// Whether a whole value is a record, and not prose or framing.
pub(super) fn is_record(
    closed: &Closed,
    raw: &[u8],
    after_prose: bool,
) -> bool {
    if closed.oversize {
        return true;
    }
    let marks = closed.marks;
    if after_prose && !marks.path_key && !marks.type_key {
        return false;
    }
    if closed.fault.is_some() && !marks.keyed {
        return false;
    }
    let inside = raw.get(1..raw.len().saturating_sub(1)).unwrap_or_default();
    closed.kind == Kind::Object || !inside.trim_ascii().is_empty()
}
