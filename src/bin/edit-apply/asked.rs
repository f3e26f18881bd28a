//! What a part of an answer asks for, read as far as that goes without the
//! tree. It owns its bytes: whoever reads it need not be who does it.

use std::sync::Arc;

use tornkit::answer;
use tornkit::blocks;
use tornkit::diff::{self, Change, FileHeader, Hunk, Unit};
use tornkit::edit::{Decoded, Rejected as NoOperation, Standing, decode};
use tornkit::path::Names;
use tornkit::scan::{Event, Reason, Record};
use tornkit::span::{Place, Span};

/// What an answer asks for, part by part.
pub(crate) enum Asked {
    /// A record.
    Record(Result<Decoded, NoOperation>, Place),
    /// A record that may be a line of a broken one.
    Doubtful(Vec<u8>, Place),
    /// The doubtful records are lines of a broken one.
    Refuted,
    /// Bytes that were meant as a record and cannot be one.
    Rejected(Reason, Place),
    /// A unit of a diff.
    Unit(Whole),
    /// A part of a diff that cannot be applied.
    BadUnit(diff::Rejected),
    /// A block.
    Block(blocks::Event),
    /// Lines that carry the mark of an edit and cannot be taken as one.
    Refused(answer::Rejected),
}

impl Asked {
    /// What an event of a scanner asks for, if anything.
    pub(crate) fn by_event(event: Event<'_>, names: &Names) -> Option<Self> {
        Some(match event {
            Event::Record(record) if record.doubtful => {
                Self::Doubtful(record.json.to_vec(), place(&record))
            }
            Event::Record(record) => {
                let standing = match record.is_after_text {
                    true => Standing::AfterText,
                    false => Standing::Alone,
                };
                let decoded = decode(record.json, names, standing);
                // What names neither a file nor a type is data.
                if decoded.is_err() && !record.names {
                    return None;
                }
                Self::Record(decoded, place(&record))
            }
            Event::Refuted => Self::Refuted,
            Event::Rejected(bad) => Self::Rejected(bad.reason, bad.at),
            Event::RejectedMore(_) => return None,
        })
    }

    /// What a part of a diff asks for; `before` is the header of the unit
    /// before it.
    pub(crate) fn by_unit(
        event: diff::Event<'_>,
        before: &mut Option<Arc<FileHeader>>,
    ) -> Self {
        match event {
            diff::Event::Unit(unit) => Self::Unit(Whole::new(&unit, before)),
            diff::Event::Rejected(bad) => Self::BadUnit(bad),
        }
    }
}

fn place(record: &Record<'_>) -> Place {
    Place { byte: record.span.start, line: record.line }
}

/// A whole unit of a diff.
pub(crate) struct Whole {
    pub(crate) file: Arc<FileHeader>,
    change: Kept,
    pub(crate) is_first: bool,
    pub(crate) at: Place,
    /// Where it ends in its answer.
    pub(crate) end: u64,
}

enum Kept {
    Header,
    Hunk(Box<Hunk>),
    Binary,
}

impl Whole {
    /// Keeps a unit. Those of one file patch share their header, which
    /// `before` holds.
    pub(crate) fn new(
        unit: &Unit<'_>,
        before: &mut Option<Arc<FileHeader>>,
    ) -> Self {
        let file = match before {
            Some(file) if **file == *unit.file => Arc::clone(file),
            _ => Arc::new(unit.file.clone()),
        };
        *before = Some(Arc::clone(&file));
        Self {
            file,
            change: match unit.change {
                Change::Header => Kept::Header,
                Change::Hunk(hunk) => Kept::Hunk(Box::new(hunk.clone())),
                Change::Binary(_) => Kept::Binary,
            },
            is_first: unit.is_first,
            at: Place { byte: unit.span.start, line: unit.line },
            end: unit.span.end,
        }
    }

    pub(crate) fn hunk(&self) -> Option<&Hunk> {
        match &self.change {
            Kept::Hunk(hunk) => Some(hunk),
            _ => None,
        }
    }

    /// The same unit with another hunk.
    pub(crate) fn with(self, hunk: Hunk) -> Self {
        Self { change: Kept::Hunk(Box::new(hunk)), ..self }
    }

    pub(crate) fn unit(&self) -> Unit<'_> {
        Unit {
            file: &self.file,
            change: match &self.change {
                Kept::Header => Change::Header,
                Kept::Hunk(hunk) => Change::Hunk(hunk),
                Kept::Binary => Change::Binary(b""),
            },
            is_first: self.is_first,
            span: Span { start: self.at.byte, end: self.end },
            line: self.at.line,
            mends: &[],
        }
    }
}
