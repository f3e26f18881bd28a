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
use super::{Config, Event, Reason, Summary};
use crate::json::Kind;
use crate::span::{Place, Span};

/// The resumable scanner; see the module.
#[derive(Debug)]
pub struct Scanner {
    config: Config,
    /// Bytes that are not consumed yet, and the offset of the first.
    carry: Vec<u8>,
    base: u64,
    mode: Mode,
    text: Text,
    main: Track,
    /// A second reading, begun at a line that looks like a new record while
    /// the main track's is still open.
    shadow: Option<Shadow>,
    /// Records that the shadow has closed.
    pending: Vec<Closed>,
    /// Where the first of them, or else the shadow, began: the main track's
    /// record may have been cut there.
    doubt: u64,
    /// The record in the making follows other text on its line.
    after_prose: bool,
    /// The search that the record in the making came from.
    sought: Option<Seek>,
    /// A fence closed while a wrapper was open.
    left_open: bool,
    ledger: Ledger,
}

/// A track that runs ahead of the main one.
#[derive(Debug)]
struct Shadow {
    track: Track,
    /// What it came upon, until the main track has come as far.
    ahead: Option<Progress>,
}

#[derive(Debug)]
enum Mode {
    Text,
    Value,
    Seek(Seek),
}

/// Whether there is more to do with the bytes at hand.
#[derive(Debug, PartialEq, Eq)]
enum Flow {
    Continue,
    More,
}

/// A view of the stream: `bytes` start at offset `base`; `last` says that
/// nothing follows them.
#[derive(Clone, Copy)]
struct Window<'w> {
    bytes: &'w [u8],
    base: u64,
    last: bool,
}

impl<'w> Window<'w> {
    fn from(self, at: u64) -> &'w [u8] {
        let skip = at.saturating_sub(self.base) as usize;
        self.bytes.get(skip..).unwrap_or_default()
    }

    fn span(self, span: Span) -> &'w [u8] {
        let length = span.len() as usize;
        self.from(span.start).get(..length).unwrap_or_default()
    }

    fn until(self, end: u64) -> &'w [u8] {
        let length = end.saturating_sub(self.base) as usize;
        self.bytes.get(..length).unwrap_or(self.bytes)
    }
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
    fn take<E>(
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

    /// A second reading from `at`, in the wrappers of the first.
    fn cast_shadow(&mut self, at: Place) {
        let mut track = self.main.clone();
        track.begin_element(at, self.main.machine.line_indent);
        if self.pending.is_empty() {
            self.doubt = at.byte;
        }
        self.shadow = Some(Shadow { track, ahead: None });
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
    fn settle<E>(
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

    fn leave_value(&mut self, part: Part) {
        let machine = &self.main.machine;
        let at = Place { byte: machine.at, line: machine.line };
        self.text.resume(at, part);
        self.mode = Mode::Text;
        self.ledger.ended_whole = false;
        self.ledger.notes(&mut self.main.notes);
    }

    /// The shadow closed a record while the main track's is still open.
    fn shadow_closed<E>(
        &mut self,
        window: Window<'_>,
        closed: Closed,
        sink: &mut impl FnMut(Event<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let raw = window.span(closed.span);
        let carries = closed.marks.keyed && is_record(&closed, raw, false);
        let ended =
            self.shadow.as_ref().is_none_or(|s| s.track.frames.is_empty());
        if carries {
            self.pending.push(closed);
            if self.main.machine.in_text() {
                return self.promote(window, Reason::Interrupted, sink);
            }
        }
        if ended {
            self.shadow = None;
        }
        Ok(())
    }

    /// The main track's record was cut where the shadow's first began: it is
    /// rejected, and the shadow takes its place.
    fn promote<E>(
        &mut self,
        window: Window<'_>,
        reason: Reason,
        sink: &mut impl FnMut(Event<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let shadow = self.shadow.take();
        self.reject(window, self.doubt, reason, sink)?;
        for closed in std::mem::take(&mut self.pending) {
            self.settle(window, &closed, sink)?;
        }
        self.after_prose = false;
        self.sought = None;
        match shadow {
            Some(Shadow { track, ahead }) => {
                self.main = track;
                match ahead {
                    Some(progress) => {
                        self.take(progress, window, sink)?;
                    }
                    None if self.main.frames.is_empty() => {
                        self.leave_value(Part::AfterRecord);
                    }
                    None => {}
                }
            }
            None => {
                self.main.leave_candidate();
                let limit = self.main.machine.resync_indent;
                let at = self.main.machine.at;
                let line = self.main.machine.line;
                let seek = Seek::new(Place { byte: at, line }, limit, false);
                self.mode = Mode::Seek(seek);
            }
        }
        Ok(())
    }

    /// Rejects the record in the making, up to `end`.
    fn reject<E>(
        &mut self,
        window: Window<'_>,
        end: u64,
        reason: Reason,
        sink: &mut impl FnMut(Event<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let Some(top) = self.main.candidate() else { return Ok(()) };
        let machine = &self.main.machine;
        let at = Place { byte: machine.at, line: machine.line };
        let (reason, at) = machine
            .fault
            .map_or((reason, at), |(fault, at)| (fault.into(), at));
        let span = Span { start: top.start.byte, end };
        if top.oversize {
            let span = Span { start: self.ledger.settled, end };
            self.ledger.reject_more(window.span(span), span, sink)
        } else {
            let raw = window.span(span);
            self.ledger.reject(raw, span, top.start.line, reason, at, sink)
        }
    }

    /// The main track met a byte that cannot follow.
    fn fault<E>(
        &mut self,
        window: Window<'_>,
        sink: &mut impl FnMut(Event<'_>) -> Result<(), E>,
    ) -> Result<Flow, E> {
        let machine = &self.main.machine;
        let at = Place { byte: machine.at, line: machine.line };
        let indent = machine.line_indent;
        let limit = machine.resync_indent;
        let line_start = self.main.line_start;
        let Some(top) = self.main.candidate() else {
            self.broken_framing(at);
            return Ok(Flow::Continue);
        };
        let start = top.start;
        if self.shadow.is_some() || !self.pending.is_empty() {
            self.promote(window, Reason::UnexpectedByte, sink)?;
        } else if let Some(line) = line_start
            && line.line == at.line
            && line.byte > start.byte
        {
            self.reject_if_meant(window, line.byte, sink)?;
            self.after_prose = false;
            self.main.begin_element(line, indent);
        } else if self.is_meant(window) {
            self.reject(window, at.byte, Reason::UnexpectedByte, sink)?;
            self.main.leave_candidate();
            self.mode = Mode::Seek(Seek::new(at, limit, true));
        } else {
            self.not_a_record(window, start, at);
        }
        Ok(Flow::Continue)
    }

    fn reject_if_meant<E>(
        &mut self,
        window: Window<'_>,
        end: u64,
        sink: &mut impl FnMut(Event<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        if self.is_meant(window) {
            self.reject(window, end, Reason::Interrupted, sink)?;
        }
        Ok(())
    }

    /// A wrapper's own members or separators are broken: its elements may
    /// still be found, line by line.
    fn broken_framing(&mut self, at: Place) {
        self.shadow = None;
        self.pending.clear();
        self.ledger.stray += 1;
        let seek = match self.sought.take() {
            Some(seek) => seek.go_on(at),
            None => Seek::new(at, u32::MAX, false),
        };
        self.mode = Mode::Seek(seek);
    }

    /// What was taken for a record in the making is prose with a bracket.
    fn not_a_record(&mut self, window: Window<'_>, start: Place, at: Place) {
        self.main.leave_candidate();
        self.main.leave_empty_wrappers();
        if let Some(seek) = self.sought.take() {
            self.mode = Mode::Seek(seek.go_on(at));
        } else if !self.main.frames.is_empty() {
            self.broken_framing(at);
        } else {
            self.resume_text(window, start, at);
        }
    }

    /// Reads on as text: from the start of the line in which the value
    /// broke, or from where it broke if it began in that same line.
    fn resume_text(&mut self, window: Window<'_>, start: Place, at: Place) {
        self.mode = Mode::Text;
        if at.line == start.line {
            let byte = at.byte.max(start.byte + 1);
            return self.text.resume(Place { byte, ..at }, Part::Prose);
        }
        let span = Span { start: start.byte, end: at.byte };
        let line = memchr::memrchr(b'\n', window.span(span));
        let byte = line.map_or(at.byte, |n| start.byte + n as u64 + 1);
        self.text.resume_line(Place { byte, ..at });
    }

    /// Whether the value in the making was meant as a record, so that its
    /// failure is a loss.
    fn is_meant(&self, window: Window<'_>) -> bool {
        let Some(top) = self.main.candidate() else { return false };
        if top.oversize {
            return true;
        }
        if self.after_prose && self.main.frames.len() == 1 {
            return top.marks.path_key || top.marks.type_key;
        }
        if top.kind == Kind::Object {
            return self.main.has_member();
        }
        let inside = window.from(top.start.byte + 1).trim_ascii_start();
        top.marks.keyed || inside.starts_with(b"\"")
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

    /// Whether what is open at the end of the stream may be the beginning of
    /// a record, and not prose with a bracket.
    fn may_be_tail(&self, window: Window<'_>) -> bool {
        let Some(top) = self.main.candidate() else { return true };
        if self.is_meant(window) {
            return true;
        }
        let inside = window.from(top.start.byte + 1).trim_ascii_start();
        let quoted = match inside {
            [] => !self.after_prose,
            // A line feed at the end may be the CLI's.
            [b'"', name @ ..] => !name.trim_ascii_end().contains(&b'\n'),
            [first, ..] => {
                top.kind == Kind::Array
                    && (first.is_ascii_digit() || *first == b'-')
                    && self.main.machine.fault.is_none()
            }
        };
        quoted && self.sought.is_none()
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
fn is_record(closed: &Closed, raw: &[u8], after_prose: bool) -> bool {
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
