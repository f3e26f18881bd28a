//! One reading of a stretch of JSON: which value is a record in the making,
//! and which objects and arrays around it are wrappers.
//!
//! A track turns the machine's events into closed records. The scanner runs
//! a second, shadow track where a record may have been cut and a new one
//! begun; both are the same code. It keeps no bytes and emits nothing.

use super::frame::{Closed, Frame, List, Marks, Notes, Role, Shape, Text};
use super::keys::{self, Key};
use super::{Config, Unwrap, Values};
use crate::json::{Kind, Machine, Stop};
use crate::span::{Place, Span};

/// How far a track came.
#[derive(Clone, Debug)]
pub(super) enum Progress {
    /// All bytes that can be understood without the next one are consumed.
    More,
    /// A record could begin at the next byte while one is still open.
    LineStart(Place),
    /// A value that stood where a record may stand has closed.
    Closed(Closed),
    /// The outermost wrapper has closed.
    Ended,
    /// The next byte cannot follow.
    Fault,
}

/// The track; see the module.
#[derive(Clone, Debug)]
pub(super) struct Track {
    pub(super) machine: Machine,
    pub(super) frames: Vec<Frame>,
    pub(super) notes: Notes,
    /// The last place where a record could have begun inside one.
    pub(super) line_start: Option<Place>,
    values: Values,
}

/// Wrappers within wrappers that are looked into; what lies deeper is a
/// record as a whole. Real answers have two; without an end, a nest of them
/// would cost far more than a bit a level.
const DEEPEST_WRAPPER: usize = 64;

/// Names of wrapper members that are remembered, more than any reader of a
/// report looks at.
const MOST_FRAMING: usize = 100;

/// Bytes of a wrapper's own member that are kept to be read again: more
/// than any key and total need.
const LONGEST_FRAMING: u64 = 4096;

impl Track {
    /// A track that waits for a value at `at`.
    pub(super) fn new(at: Place, values: Values) -> Self {
        Self {
            machine: Machine::new(at),
            frames: Vec::new(),
            notes: Notes::default(),
            line_start: None,
            values,
        }
    }

    /// A second track, which reads what begins at `at` as the next element
    /// of the wrappers that are open.
    pub(super) fn branch(&self, at: Place) -> Self {
        let inner = usize::from(self.candidate().is_some());
        let wrappers = self.frames.len().saturating_sub(inner);
        let frames = self.frames.get(..wrappers).unwrap_or_default().to_vec();
        let levels = frames.last().map_or(0, |top| top.depth);
        let mut track = Self {
            machine: self.machine.branch(at, levels),
            frames,
            notes: Notes::default(),
            line_start: None,
            values: self.values,
        };
        track.begin_element(at, self.machine.line_indent);
        track
    }

    /// Begins a value outside of every wrapper.
    pub(super) fn begin(&mut self, at: Place, indent: u32) {
        self.frames.clear();
        self.line_start = None;
        self.machine.restart(at, 0);
        self.machine.line_indent = indent;
        self.settle();
    }

    /// Begins a value at `at` in the wrappers that are open, leaving the
    /// record in the making, if there is one.
    pub(super) fn begin_element(&mut self, at: Place, indent: u32) {
        self.leave_candidate();
        self.line_start = None;
        let levels = self.frames.last().map_or(0, |top| top.depth);
        self.machine.restart(at, levels);
        self.machine.line_indent = indent;
        self.settle();
    }

    /// Waits, at `at`, for what may follow an element of the wrappers that
    /// are open.
    pub(super) fn resume_framing(&mut self, at: Place) {
        self.leave_candidate();
        let levels = self.frames.last().map_or(0, |top| top.depth);
        self.machine.resume_after_value(at, levels);
        self.settle();
    }

    /// Gives up the record in the making, and the wrappers that turned out
    /// to wrap nothing.
    pub(super) fn leave_candidate(&mut self) {
        if self.candidate().is_some() {
            self.frames.pop();
        }
    }

    /// Gives up wrappers in which no record was seen.
    pub(super) fn leave_empty_wrappers(&mut self) {
        while self.frames.last().is_some_and(|top| top.elements == 0) {
            self.frames.pop();
        }
    }

    /// The record in the making.
    pub(super) fn candidate(&self) -> Option<&Frame> {
        self.frames.last().filter(|top| top.role == Role::Candidate)
    }

    /// Whether the record in the making has a key and its colon, so that it
    /// is no word in braces.
    pub(super) fn has_member(&self) -> bool {
        let Some(top) = self.candidate() else { return false };
        let first = top.marks.keys == 1 && self.machine.levels() == top.depth;
        top.marks.keyed && !(first && self.machine.expects_colon())
    }

    /// Consumes bytes until something happens that concerns the scanner.
    pub(super) fn advance(
        &mut self,
        window: &[u8],
        base: u64,
        config: &Config,
    ) -> Progress {
        loop {
            let event = self.machine.run(window, base);
            let progress = match event {
                Stop::More => Some(Progress::More),
                Stop::Fault => Some(Progress::Fault),
                Stop::Comma => None,
                Stop::LineStart => self.line_starts(),
                Stop::Open { kind, first } => {
                    self.opened(kind, first, Text { window, base }, config);
                    None
                }
                Stop::Scalar => {
                    self.scalar();
                    None
                }
                Stop::Key { start } => {
                    let text = Text { window, base };
                    self.keyed(text, start, &config.unwrap);
                    None
                }
                Stop::Close => self.closed(Text { window, base }),
            };
            if let Some(progress) = progress {
                return progress;
            }
        }
    }

    /// Offset of the first byte that must stay at hand.
    pub(super) fn keep_from(&self) -> u64 {
        let at = self.machine.at;
        let Some(top) = self.frames.last() else { return at };
        if top.oversize {
            return at;
        }
        let value = top.value_at.map_or(at, |(_, value)| value);
        let framing = self.machine.key_start().min(value);
        let framing = framing.max(at.saturating_sub(LONGEST_FRAMING));
        self.held_from().map_or(framing, |held| held.min(framing))
    }

    /// Offset of the first byte of the record in the making, or of what may
    /// turn out to be one.
    pub(super) fn held_from(&self) -> Option<u64> {
        let top = self.frames.last()?;
        match top.list {
            _ if top.oversize => None,
            _ if top.role == Role::Candidate => Some(top.start.byte),
            List::First { start, .. } => Some(start.byte),
            _ => None,
        }
    }

    /// What is held has become too long to be kept: it is a record that can
    /// only be rejected.
    pub(super) fn outgrow(&mut self, window: &[u8], base: u64) {
        if self.candidate().is_none() {
            self.promote(Text { window, base });
        }
        if let Some(top) = self.frames.last_mut() {
            top.oversize = true;
            top.list = List::No;
        }
        self.settle();
    }

    fn here(&self) -> Place {
        Place { byte: self.machine.at, line: self.machine.line }
    }

    fn line_starts(&mut self) -> Option<Progress> {
        let place = self.here();
        self.line_start = Some(place);
        self.candidate().map(|_| Progress::LineStart(place))
    }

    fn opened(
        &mut self,
        kind: Kind,
        first: bool,
        text: Text<'_>,
        config: &Config,
    ) {
        let levels = self.machine.levels();
        let nests = self.frames.len() < DEEPEST_WRAPPER;
        let byte = self.machine.at.saturating_sub(1);
        let start = Place { byte, line: self.machine.line };
        let Some(top) = self.frames.last_mut() else {
            return self.push_candidate(kind.into(), start);
        };
        let nests = nests && !top.oversize;
        let inside = levels.saturating_sub(top.depth);
        match (top.shape, top.role, inside) {
            (Shape::Array, Role::Wrapper, 1) => {
                return self.push_candidate(kind.into(), start);
            }
            (Shape::Array, Role::Candidate, 1) if first => {
                top.marks.keyed = true;
                if kind == Kind::Object
                    && config.unwrap != Unwrap::Never
                    && nests
                {
                    top.role = Role::Wrapper;
                    return self.push_candidate(kind.into(), start);
                }
            }
            (Shape::Object, _, 1) => {
                let list = top.list == List::Named && kind == Kind::Array;
                let list = list && nests;
                top.list = if list { List::Open } else { List::No };
            }
            (Shape::Object, _, 2) if top.list == List::Open => {
                top.list = List::No;
                if first && kind == Kind::Object {
                    let repairs = self.machine.repairs;
                    let marks = Marks::default();
                    let indent = self.machine.line_indent;
                    top.list = List::First { start, indent, marks, repairs };
                    self.machine.reset_dialect();
                    if top.asked {
                        return self.promote(text);
                    }
                }
            }
            _ => {}
        }
        self.settle();
    }

    /// A scalar begins where a record may: it is one, or in nobody's place.
    fn scalar(&mut self) {
        let here = self.here();
        match self.values {
            Values::Any => self.push_candidate(Shape::Scalar, here),
            Values::Records => self.notes.strays.note(here),
        }
    }

    fn push_candidate(&mut self, shape: Shape, start: Place) {
        self.machine.reset_faults();
        self.machine.resync_indent = self.machine.line_indent;
        let inside = u32::from(shape == Shape::Scalar);
        let depth = self.machine.levels() + inside;
        self.frames.push(Frame::new(shape, Role::Candidate, start, depth));
        self.settle();
    }

    fn keyed(&mut self, text: Text<'_>, start: u64, unwrap: &Unwrap) {
        let levels = self.machine.levels();
        let at = self.machine.at;
        let Some(top) = self.frames.last_mut() else { return };
        let token = text.between(start, at);
        let key = keys::classify(token, unwrap);
        if levels == top.depth {
            top.read_value(text, &mut self.notes);
            top.note_key(key, keys::is_quoted(token), at);
            let framing = top.role == Role::Wrapper && !key.is_list();
            if framing && self.notes.framing.len() < MOST_FRAMING {
                self.notes.framing.push(keys::name(token));
            }
        } else if let List::First { marks, .. } = &mut top.list
            && levels == top.depth + 2
        {
            marks.note(key, keys::is_quoted(token));
            if key == Key::Path {
                self.promote(text);
            }
        }
        self.settle();
    }

    /// The candidate turned out to be a wrapper, and the first element of
    /// its list the record in the making.
    fn promote(&mut self, text: Text<'_>) {
        let Some(top) = self.frames.last_mut() else { return };
        let List::First { start, indent, marks, repairs } = top.list else {
            return;
        };
        if top.role == Role::Candidate {
            let before = text.between(top.start.byte, start.byte);
            let names = keys::members(before).into_iter().take(MOST_FRAMING);
            self.notes.framing.extend(names);
            top.role = Role::Wrapper;
        }
        top.list = List::No;
        top.elements += 1;
        let depth = top.depth;
        let array = Frame::new(Shape::Array, Role::Wrapper, start, depth + 1);
        let mut record =
            Frame::new(Shape::Object, Role::Candidate, start, depth + 2);
        record.marks = marks;
        self.frames.push(array);
        self.frames.push(record);
        self.machine.resync_indent = indent;
        self.machine.repairs = self.machine.repairs.saturating_sub(repairs);
        let fault = self.machine.fault.take();
        self.machine.fault = fault.filter(|(_, at)| at.byte > start.byte);
        self.settle();
    }

    fn closed(&mut self, text: Text<'_>) -> Option<Progress> {
        let levels = self.machine.levels();
        let top = self.frames.last_mut()?;
        if levels >= top.depth {
            // The first element of a list named no file: it is no list.
            top.list = List::No;
            self.settle();
            return None;
        }
        top.read_value(text, &mut self.notes);
        let frame = self.frames.pop()?;
        let end = self.machine.at;
        let closed = (frame.role == Role::Candidate).then_some(Closed {
            span: Span { start: frame.start.byte, end },
            start: frame.start,
            end_line: self.machine.line,
            shape: frame.shape,
            repairs: self.machine.repairs,
            fault: self.machine.fault,
            marks: frame.marks,
            oversize: frame.oversize,
        });
        if let Some(wrapper) = self.frames.last_mut() {
            wrapper.elements += 1;
        }
        self.settle();
        match closed {
            Some(closed) => Some(Progress::Closed(closed)),
            None => self.frames.is_empty().then_some(Progress::Ended),
        }
    }

    /// Tells the machine what the innermost frame wants to hear of.
    fn settle(&mut self) {
        let any = self.values == Values::Any;
        let machine = &mut self.machine;
        let Some(top) = self.frames.last() else {
            machine.watch = 1;
            machine.floor = 0;
            machine.loose = 0;
            machine.scalars = any.then_some(0);
            return;
        };
        let probing = matches!(top.list, List::First { .. });
        let list = top.shape == Shape::Array && top.role == Role::Wrapper;
        machine.floor = top.depth - 1 + 2 * u32::from(probing);
        machine.loose = if list { top.depth } else { 0 };
        machine.scalars = list.then_some(top.depth);
        machine.watch = match (top.shape, top.list) {
            (Shape::Scalar, _) => 0,
            (Shape::Array, _) if list => top.depth + 1,
            (Shape::Array, _) if top.marks.keyed => 0,
            (Shape::Array, _) => top.depth + 1,
            (Shape::Object, List::No) if top.marks.is_settled() => 0,
            (Shape::Object, List::No) => top.depth,
            (Shape::Object, List::Named) => top.depth + 1,
            (Shape::Object, _) => top.depth + 2,
        };
    }
}
