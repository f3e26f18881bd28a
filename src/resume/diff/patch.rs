//! A whole diff in memory: its units, and its end.

use std::convert::Infallible;
use std::rc::Rc;

use crate::answer::{self, Format, Part as Answered, Scope};
use crate::diff::{
    Change, Event, FileHeader, Finished, Hunk, Last, Mend, Rejected, Renderer,
    Unit,
};
use crate::span::Span;

/// One unit, kept.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) file: Rc<FileHeader>,
    pub(super) change: Kept,
    pub(super) is_first: bool,
    pub(super) span: Span,
    pub(super) line: u64,
    pub(super) mends: Vec<(Mend, u64)>,
}

/// A change, kept.
#[derive(Clone, Debug)]
pub(super) enum Kept {
    Header,
    Hunk(Hunk),
    Binary(Vec<u8>),
}

/// A diff as far as it is there.
#[derive(Debug)]
pub(super) struct Patch {
    /// Units that something follows, in order.
    pub(super) parts: Vec<Part>,
    /// How many of `parts` came before each rejected stretch.
    pub(super) rejected: Vec<(usize, Rejected)>,
    pub(super) end: Finished,
}

impl Part {
    pub(super) fn unit(&self) -> Unit<'_> {
        let change = match &self.change {
            Kept::Header => Change::Header,
            Kept::Hunk(hunk) => Change::Hunk(hunk),
            Kept::Binary(data) => Change::Binary(data),
        };
        Unit {
            file: &self.file,
            change,
            is_first: self.is_first,
            span: self.span,
            line: self.line,
            mends: &self.mends,
        }
    }

    /// The last unit of an answer, for those who know that it is whole.
    pub(super) fn of_last(last: &Last) -> Self {
        let change = match &last.hunk {
            Some(hunk) => Kept::Hunk(hunk.clone()),
            None if last.binary.is_empty() => Kept::Header,
            None => Kept::Binary(last.binary.clone()),
        };
        Self {
            file: Rc::new(last.file.clone()),
            change,
            is_first: last.is_first,
            span: last.span,
            line: last.line,
            mends: last.mends.clone(),
        }
    }

    pub(super) fn hunk(&self) -> Option<&Hunk> {
        match &self.change {
            Kept::Hunk(hunk) => Some(hunk),
            _ => None,
        }
    }
}

impl Patch {
    /// The hunks of the last unit's file that came before it.
    pub(super) fn earlier(&self) -> Vec<&Hunk> {
        if self.end.last.as_ref().is_none_or(|last| last.is_first) {
            return Vec::new();
        }
        let first = self.parts.iter().rposition(|part| part.is_first);
        let parts = self.parts.get(first.unwrap_or(0)..).unwrap_or_default();
        parts.iter().filter_map(Part::hunk).collect()
    }
}

/// Reads a whole text.
pub(super) fn read(text: &[u8]) -> Patch {
    let mut parts: Vec<Part> = Vec::new();
    let mut rejected = Vec::new();
    let mut sink = |part: Answered<'_>| {
        match part {
            Answered::Diff(Event::Unit(unit)) => {
                let part = keep(&unit, parts.last());
                parts.push(part);
            }
            Answered::Diff(Event::Rejected(part)) => {
                rejected.push((parts.len(), part));
            }
            // Nothing else is looked for.
            _ => {}
        }
        Ok::<(), Infallible>(())
    };
    let scope = Scope::Only(Format::Diff);
    let Ok(end) = answer::read(text, scope, &mut sink);
    Patch { parts, rejected, end: end.diff }
}

/// Keeps a unit; `before` is the one before it.
pub(super) fn keep(unit: &Unit<'_>, before: Option<&Part>) -> Part {
    let change = match unit.change {
        Change::Header => Kept::Header,
        Change::Hunk(hunk) => Kept::Hunk(hunk.clone()),
        Change::Binary(data) => Kept::Binary(data.to_vec()),
    };
    let file = match before {
        Some(part) if !unit.is_first => Rc::clone(&part.file),
        _ => Rc::new(unit.file.clone()),
    };
    Part {
        file,
        change,
        is_first: unit.is_first,
        span: unit.span,
        line: unit.line,
        mends: unit.mends.to_vec(),
    }
}

/// Writes units as a patch, each into a text of its own.
pub(super) fn render<'a>(
    parts: impl Iterator<Item = &'a Part>,
) -> Vec<Vec<u8>> {
    let mut renderer = Renderer::default();
    parts
        .map(|part| {
            let mut out = Vec::new();
            renderer.write(&part.unit(), &mut out);
            out
        })
        .collect()
}
