//! An open value that is a record in the making or a wrapper, and what its
//! keys have shown of it. Plain state: the track moves it along.

use super::Record;
use super::keys::{self, Key};
use super::likeness::Strays;
use crate::json::{Fault, Kind};
use crate::span::{Place, Span};

/// A value that stood where a record may stand, whole.
#[derive(Clone, Debug)]
pub(super) struct Closed {
    pub(super) span: Span,
    pub(super) start: Place,
    pub(super) end_line: u64,
    pub(super) shape: Shape,
    pub(super) repairs: u32,
    pub(super) fault: Option<(Fault, Place)>,
    pub(super) marks: Marks,
    /// Its beginning was too long to be kept.
    pub(super) oversize: bool,
}

impl Closed {
    /// The value as a record that reads `json`, and stands alone.
    pub(super) fn record<'a>(
        &self,
        json: &'a [u8],
        repairs: u32,
    ) -> Record<'a> {
        Record {
            json,
            span: self.span,
            line: self.start.line,
            repairs,
            doubtful: false,
            is_after_text: false,
            names: self.marks.names(),
            about_stream: self.marks.is_meta,
        }
    }
}

/// What the keys of an object have shown so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Marks {
    /// It names a file.
    pub(super) path_key: bool,
    /// It names its type.
    pub(super) type_key: bool,
    /// One of these stands in quotes, so that it is no word of prose.
    pub(super) quoted_name: bool,
    /// It declares a total.
    pub(super) total_key: bool,
    /// Keys that were read, while they mattered.
    pub(super) keys: u32,
    /// A quoted or known key was read: this was meant as a record.
    pub(super) keyed: bool,
    /// Its type is `meta` or `end`.
    pub(super) is_meta: bool,
}

/// What a value is, seen from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Object,
    Array,
    Scalar,
}

impl From<Kind> for Shape {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Object => Self::Object,
            Kind::Array => Self::Array,
        }
    }
}

/// An open value that is a record in the making or a wrapper.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    pub(super) start: Place,
    pub(super) shape: Shape,
    pub(super) role: Role,
    pub(super) marks: Marks,
    pub(super) oversize: bool,
    /// Levels open just inside it.
    pub(super) depth: u32,
    /// Elements of a wrapper array that were meant as records.
    pub(super) elements: u64,
    pub(super) list: List,
    /// The user named this list, so that its elements need no path.
    pub(super) asked: bool,
    /// Where the value of the last `type` or total key starts.
    pub(super) value_at: Option<(Key, u64)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Candidate,
    Wrapper,
}

/// The search for a list of records among an object's members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum List {
    /// No list in sight.
    No,
    /// The last key names one; its value has not begun.
    Named,
    /// Its array is open and empty so far.
    Open,
    /// Its first element is an object, whose keys will tell.
    First { start: Place, indent: u32, marks: Marks, repairs: u32 },
}

/// What wrappers say about the answer as a whole.
#[derive(Clone, Debug, Default)]
pub(super) struct Notes {
    /// Names of wrapper members, in order of appearance.
    pub(super) framing: Vec<String>,
    /// The declared number of operations.
    pub(super) declared: Option<u64>,
    /// Scalars among the elements of a wrapper.
    pub(super) strays: Strays,
}

impl Notes {
    /// Puts what was learnt earlier before these.
    pub(super) fn follow(&mut self, earlier: &mut Self) {
        earlier.framing.append(&mut self.framing);
        std::mem::swap(&mut earlier.framing, &mut self.framing);
        self.declared = self.declared.or(earlier.declared.take());
        self.strays.add(std::mem::take(&mut earlier.strays));
    }
}

impl Frame {
    pub(super) fn new(
        shape: Shape,
        role: Role,
        start: Place,
        depth: u32,
    ) -> Self {
        Self {
            start,
            shape,
            role,
            marks: Marks::default(),
            oversize: false,
            depth,
            elements: 0,
            list: List::No,
            asked: false,
            value_at: None,
        }
    }
}

impl Frame {
    pub(super) fn note_key(&mut self, key: Key, quoted: bool, at: u64) {
        self.marks.note(key, quoted);
        let list = key.is_list() && !self.marks.path_key && !self.oversize;
        self.asked = key == Key::AskedList;
        self.list = if list { List::Named } else { List::No };
        self.value_at =
            matches!(key, Key::Type | Key::Total).then_some((key, at));
    }

    /// Reads the value of a `type` or total key, once it has ended.
    pub(super) fn read_value(&mut self, text: Text<'_>, notes: &mut Notes) {
        let Some((key, at)) = self.value_at.take() else { return };
        if self.oversize {
            return;
        }
        let value = text.from(at);
        match key {
            Key::Type => self.marks.is_meta = keys::is_meta(value),
            _ => {
                if let Some(total) = keys::total(value) {
                    notes.declared = Some(total);
                }
            }
        }
    }
}

impl Marks {
    pub(super) fn note(&mut self, key: Key, quoted: bool) {
        self.keys = self.keys.saturating_add(1);
        self.path_key |= key == Key::Path;
        self.type_key |= key == Key::Type;
        self.total_key |= key == Key::Total;
        let names = matches!(key, Key::Path | Key::Type);
        self.quoted_name |= quoted && names;
        self.keyed |= quoted || names;
    }

    /// Whether it says its type or names a file.
    pub(super) fn names(self) -> bool {
        self.path_key || self.type_key
    }

    /// Whether no further key can change what the object is.
    pub(super) fn is_settled(self) -> bool {
        self.path_key && self.type_key
    }
}

/// The bytes at hand, by stream offset.
#[derive(Clone, Copy)]
pub(super) struct Text<'w> {
    pub(super) window: &'w [u8],
    pub(super) base: u64,
}

impl<'w> Text<'w> {
    pub(super) fn between(self, start: u64, end: u64) -> &'w [u8] {
        let from = start.checked_sub(self.base);
        let to = end.checked_sub(self.base);
        from.zip(to)
            .and_then(|(from, to)| self.window.get(from as usize..to as usize))
            .unwrap_or_default()
    }

    pub(super) fn from(self, start: u64) -> &'w [u8] {
        self.between(start, self.base + self.window.len() as u64)
    }
}
