//! What the scanner does where a record breaks: the second reading that may
//! take over, what gets rejected, and what was prose all along.

use super::frame::{Closed, Frame, Shape};
use super::likeness;
use super::mending::Broken;
use super::scanner::{Flow, Mode, Scanner, Shadow};
use super::seek::{Goal, Seek};
use super::text::{self, Part};
use super::window::Window;
use super::{Event, Reason};
use crate::json::Ending;
use crate::span::{Place, Span};

/// Lines before the one where a record broke that may be events: two, and
/// the empty lines between them.
const EVENT_LINES: usize = 4;

impl Scanner {
    /// A second reading from `at`, in the wrappers of the first.
    pub(super) fn cast_shadow(&mut self, at: Place) {
        if self.pending.is_empty() {
            self.doubt = at.byte;
        }
        let track = self.main.branch(at);
        self.shadow = Some(Shadow { track, ahead: None });
    }

    /// The shadow closed a record while the main track's is still open.
    pub(super) fn shadow_closed<E>(
        &mut self,
        window: Window<'_>,
        closed: Closed,
        sink: &mut impl FnMut(Event<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let raw = window.span(closed.span);
        let carries = closed.marks.keyed && self.is_record(&closed, raw);
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
        self.reject_if_meant(window, self.doubt, reason, sink)?;
        self.after_prose = None;
        self.sought = None;
        let pending = std::mem::take(&mut self.pending);
        for closed in &pending {
            self.settle(window, closed, sink)?;
        }
        let Some(Shadow { mut track, ahead }) = shadow else {
            self.resume_after(pending.last());
            return Ok(());
        };
        track.notes.follow(&mut self.main.notes);
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
        Ok(())
    }

    /// Reads on behind the last record of a shadow that is no more.
    fn resume_after(&mut self, closed: Option<&Closed>) {
        let Some(closed) = closed else { return };
        let at = Place { byte: closed.span.end, line: closed.end_line };
        self.main.resume_framing(at);
        if self.main.frames.is_empty() {
            self.leave_value(Part::AfterRecord);
        }
    }

    /// Rejects the record in the making, up to `end`.
    pub(super) fn reject<E>(
        &mut self,
        window: Window<'_>,
        end: u64,
        reason: Reason,
        sink: &mut impl FnMut(Event<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let Some(top) = self.main.candidate() else { return Ok(()) };
        self.ledger.doubtful |= reason == Reason::Interrupted;
        let machine = &self.main.machine;
        let at = Place { byte: machine.at, line: machine.line };
        let (reason, at) = self.flaw(reason, at);
        let span = Span { start: top.start.byte, end };
        if top.oversize {
            let span = Span { start: self.ledger.settled, end };
            self.ledger.reject_more(window.span(span), span, sink)
        } else {
            let (raw, start) = (window.span(span), top.start);
            if self.mends() {
                let ending = Ending::Followed;
                let read = self.emit_readings(raw, start, ending, sink)?;
                if read > 0 {
                    return Ok(());
                }
            }
            self.ledger.reject(raw, span, start.line, reason, at, sink)
        }
    }

    /// The main track met a byte that cannot follow.
    pub(super) fn fault<E>(
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
            self.broken_framing(window, at);
            return Ok(Flow::Continue);
        };
        let start = top.start;
        if start.line == at.line && self.likely(window).is_none() {
            return Ok(Flow::More);
        }
        if self.shadow.is_some() || !self.pending.is_empty() {
            self.promote(window, Reason::Interrupted, sink)?;
        } else if let Some(line) = line_start
            && line.line == at.line
            && line.byte > start.byte
            && !self.is_outgrown()
        {
            self.reject_if_meant(window, line.byte, Reason::Interrupted, sink)?;
            self.after_prose = None;
            self.main.begin_element(line, indent);
        } else if let Some(line) = self.later_line(window, start, at)
            && let found = text::decorates(window.from(line.byte), window.last)
            && found != text::Found::Brace
        {
            if found == text::Found::More {
                return Ok(Flow::More);
            }
            self.reject_if_meant(window, line.byte, Reason::Interrupted, sink)?;
            self.main.leave_candidate();
            self.text.resume_line(line);
            self.mode = Mode::Text;
        } else if self.is_meant(window) {
            self.break_off(window, start, at, sink)?;
            self.main.leave_candidate();
            let goal = self.goal();
            self.mode = Mode::Seek(Seek::new(at, limit, goal).rejecting());
        } else {
            self.not_a_record(window, start, at);
        }
        Ok(Flow::Continue)
    }

    /// Rejects the record in the making, or keeps it to be mended.
    fn break_off<E>(
        &mut self,
        window: Window<'_>,
        start: Place,
        at: Place,
        sink: &mut impl FnMut(Event<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        if !self.mends() {
            return self.reject(window, at.byte, Reason::UnexpectedByte, sink);
        }
        let (reason, at) = self.flaw(Reason::UnexpectedByte, at);
        self.broken = Some(Broken { start, reason, at });
        Ok(())
    }

    /// The first flaw of the record in the making, or else this one.
    fn flaw(&self, reason: Reason, at: Place) -> (Reason, Place) {
        let first = self.main.machine.fault;
        first.map_or((reason, at), |(fault, at)| (fault.into(), at))
    }

    /// Where the line begins on which a record outside of every wrapper
    /// broke, if that is not its first. `data:` reads like a bare key, so
    /// that an event or two may have been taken for members before that.
    fn later_line(
        &self,
        window: Window<'_>,
        start: Place,
        at: Place,
    ) -> Option<Place> {
        let wrapped = self.main.frames.len() > 1;
        if start.line == at.line || wrapped || self.is_outgrown() {
            return None;
        }
        let before = window.span(Span { start: start.byte, end: at.byte });
        let mut feeds = memchr::memrchr_iter(b'\n', before);
        let mut found = feeds.next()? + 1;
        let mut line = at.line;
        for (n, feed) in feeds.take(EVENT_LINES).enumerate() {
            if before.get(feed + 1..)?.starts_with(b"data:") {
                found = feed + 1;
                line = at.line - 1 - n as u64;
            }
        }
        Some(Place { byte: start.byte + found as u64, line })
    }

    /// Where the next record may begin once the one in the making broke.
    fn goal(&self) -> Goal {
        if self.after_prose == Some(0) && self.main.frames.is_empty() {
            Goal::NextLine
        } else {
            Goal::Record
        }
    }

    fn reject_if_meant<E>(
        &mut self,
        window: Window<'_>,
        end: u64,
        reason: Reason,
        sink: &mut impl FnMut(Event<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        if self.is_meant(window) {
            self.reject(window, end, reason, sink)?;
        }
        Ok(())
    }

    /// A wrapper's own members or separators are broken: its elements may
    /// still be found, line by line.
    fn broken_framing(&mut self, window: Window<'_>, at: Place) {
        self.shadow = None;
        self.pending.clear();
        self.ledger.strays.note(at);
        let list = self.main.frames.last();
        let list = list.is_some_and(|top| top.shape == Shape::Array);
        let seek = match self.sought.take() {
            Some(seek) => seek.go_on(at),
            None => Seek::new(at, u32::MAX, Goal::Record),
        };
        let indent = self.main.machine.resync_indent;
        let tight = at.byte == self.ledger.settled
            && text::goes_on(window.from(at.byte));
        let seek = if list { seek.behind(indent, tight) } else { seek };
        self.mode = Mode::Seek(seek);
    }

    /// What was taken for a record in the making is prose with a bracket.
    fn not_a_record(&mut self, window: Window<'_>, start: Place, at: Place) {
        let inside = without_blanks(window.from(start.byte + 1));
        let quoted = inside.starts_with(b"\"");
        let keyed = self.main.candidate().is_some_and(|top| {
            top.marks.keyed && quoted && top.shape == Shape::Object
        });
        self.main.leave_candidate();
        self.main.leave_empty_wrappers();
        if let Some(seek) = self.sought.take() {
            self.mode = Mode::Seek(seek.go_on(at));
        } else if !self.main.frames.is_empty() {
            self.broken_framing(window, at);
        } else if keyed && self.after_prose.is_none() {
            // A record that broke at once: what follows it on its line
            // would be its values.
            let limit = self.main.machine.resync_indent;
            self.mode = Mode::Seek(Seek::new(at, limit, Goal::NextLine));
        } else {
            self.resume_text(window, start, at);
        }
    }

    /// What is open at the end of the stream is prose with a bracket. What
    /// lies behind that bracket is left alone: had the stream gone on, it
    /// might have been closed, and all of it been prose.
    pub(super) fn end_in_prose<E>(
        &mut self,
        window: Window<'_>,
        sink: &mut impl FnMut(Event<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let end = window.end();
        let at = Place { byte: end, line: self.main.machine.line };
        self.shadow = None;
        self.pending.clear();
        if self.sought.take().is_some_and(|seek| seek.rejecting) {
            let span = Span { start: self.ledger.settled, end };
            self.ledger.reject_more(window.span(span), span, sink)?;
        }
        self.main.leave_candidate();
        self.main.leave_empty_wrappers();
        self.mode = if self.main.frames.is_empty() {
            self.text.resume(at, Part::Prose);
            Mode::Text
        } else {
            Mode::Seek(Seek::new(at, u32::MAX, Goal::Record))
        };
        Ok(())
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
        if top.oversize || top.shape == Shape::Scalar {
            return top.oversize;
        }
        if self.after_prose.is_some_and(|n| self.main.frames.len() == n + 1) {
            return top.marks.quoted_name && self.main.has_member();
        }
        let after = window.from(top.start.byte + 1);
        let inside = without_blanks(after);
        let quoted = inside.starts_with(b"\"");
        if top.shape == Shape::Array {
            return top.marks.keyed || quoted;
        }
        // A brace alone on its line, and a quote on the next: no prose.
        let blanks = after.len() - inside.len();
        let pretty = after.get(..blanks).is_some_and(|b| b.contains(&b'\n'));
        let keyed = self.mends() && top.marks.keyed;
        self.main.has_member()
            || keyed
            || (pretty && quoted)
            || self.likely(window).unwrap_or(false)
    }

    /// Whether the object in the making stands where only records do, or
    /// its first line reads like one; `None` if that line is not here yet.
    fn likely(&self, window: Window<'_>) -> Option<bool> {
        let object = self.main.candidate().filter(|top| {
            let object = top.shape == Shape::Object && !top.oversize;
            object && self.after_prose.is_none()
        });
        let Some(top) = object else { return Some(false) };
        let wrappers = self.main.frames.split_last();
        let wrappers = wrappers.map(|(_, rest)| rest).unwrap_or_default();
        if self.is_among_records(wrappers, 0) {
            return Some(true);
        }
        let rejecting = self.sought.is_some_and(|seek| seek.rejecting);
        if rejecting || self.text.is_other_language() {
            return Some(false);
        }
        let rest = window.from(top.start.byte + 1);
        likeness::line(rest, window.last).map(likeness::is_of_object)
    }

    /// Whether a brace in these wrappers is an object's, since more than so
    /// many others are elements of the innermost one, or all around it are
    /// records.
    pub(super) fn is_among_records(
        &self,
        wrappers: &[Frame],
        others: u64,
    ) -> bool {
        if self.after_prose.is_some() || self.sought.is_some() {
            return false;
        }
        match wrappers.last() {
            Some(top) => top.shape == Shape::Array && top.elements > others,
            None => self.text.expects_records(),
        }
    }

    /// Whether what is open at the end of the stream may be the beginning of
    /// a record, and not prose with a bracket.
    pub(super) fn may_be_tail(&self, window: Window<'_>) -> bool {
        let Some(top) = self.main.candidate() else { return true };
        if self.is_meant(window) || top.shape == Shape::Scalar {
            return true;
        }
        let inside = without_blanks(window.from(top.start.byte + 1));
        let sound = self.main.machine.fault.is_none();
        let begun = match inside {
            [] => self.after_prose.is_none(),
            // A line feed at the end may be the CLI's.
            [b'"', name @ ..] => !name.trim_ascii_end().contains(&b'\n'),
            _ if top.shape == Shape::Object => {
                sound && self.is_loose_beginning(top.marks.keys, inside, window)
            }
            [first, ..] => sound && (first.is_ascii_digit() || *first == b'-'),
        };
        begun && self.sought.is_none()
    }

    /// Whether an object that began with another key than one in double
    /// quotes, and had so many before the end came, may go on.
    fn is_loose_beginning(
        &self,
        keys: u32,
        inside: &[u8],
        window: Window<'_>,
    ) -> bool {
        let inside = inside.trim_ascii_end();
        if self.after_prose.is_some() {
            return keys == 0 && likeness::begins_name(inside);
        }
        if keys == 0 {
            return !inside.contains(&b'\n');
        }
        let word = window.from(self.main.machine.at).trim_ascii();
        self.main.machine.expects_key() || likeness::begins_literal(word)
    }
}

/// What follows JSON's blanks; a form feed is none.
fn without_blanks(bytes: &[u8]) -> &[u8] {
    let blank = |b: &u8| matches!(b, b' ' | b'\t' | b'\r' | b'\n');
    let blanks = bytes.iter().take_while(|b| blank(b)).count();
    bytes.get(blanks..).unwrap_or_default()
}
