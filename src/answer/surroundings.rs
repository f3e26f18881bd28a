//! What stands between the unit before and the next one, and which file that
//! says the next one is about.
//!
//! Lines in as they pass, an address out. What a line says is the business
//! of `text::filename`; whose the units are, and what was between them, that
//! of this.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::text::fence;
use crate::text::filename::{self, Inherit, Kind, Known, Named, Sought, Why};

/// Lines kept between two units: more than anybody writes between a name and
/// its file.
const LINES: usize = 40;

/// Bytes kept of each; a longer line names no file.
const LINE_BYTES: usize = 4096;

/// What may say which file a unit is about; see the module.
#[derive(Clone)]
pub(super) struct Surroundings {
    known: Arc<dyn Known + Send + Sync>,
    /// The lines since the unit before, the oldest first.
    above: Vec<Vec<u8>>,
    /// Whether some of them were let go.
    is_long: bool,
    /// How many of them stand above the fence that is open.
    above_fence: usize,
    /// The file of the unit before, if that was about one.
    previous: Option<Vec<u8>>,
    /// The files of all units so far.
    units: BTreeSet<Vec<u8>>,
}

/// What the tree knows, and the answer so far.
struct Together<'a>(&'a dyn Known, &'a BTreeSet<Vec<u8>>);

impl Known for Together<'_> {
    fn has(&self, path: &[u8]) -> bool {
        self.1.contains(path) || self.0.has(path)
    }

    fn in_other_case(&self, path: &[u8]) -> bool {
        !self.1.contains(path) && self.0.in_other_case(path)
    }

    fn ending_with(&self, tail: &[u8]) -> Vec<Vec<u8>> {
        let ends = |path: &&Vec<u8>| {
            let head = path.strip_suffix(tail);
            head.is_some_and(|head| head.ends_with(b"/"))
        };
        let mut found = self.0.ending_with(tail);
        for path in self.1.iter().filter(ends) {
            if !found.contains(path) {
                found.push(path.clone());
            }
        }
        found
    }
}

/// Which file a unit is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Address {
    /// The one that something names.
    Named(Vec<u8>),
    /// That of the unit before.
    Inherited(Vec<u8>),
    /// None, and why not.
    Nothing(Why),
}

/// Where the lines of a fence stand that may name a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// At the start of what may be the file.
    Body,
    /// Above the mark of a unit.
    Mark,
}

impl Address {
    /// The file, if there is one.
    pub(super) fn path(self) -> Option<Vec<u8>> {
        match self {
            Self::Named(path) | Self::Inherited(path) => Some(path),
            Self::Nothing(_) => None,
        }
    }
}

impl Surroundings {
    pub(super) fn new(known: Arc<dyn Known + Send + Sync>) -> Self {
        Self {
            known,
            above: Vec::new(),
            is_long: false,
            above_fence: 0,
            previous: None,
            units: BTreeSet::new(),
        }
    }

    /// Keeps a line for the unit that may follow.
    pub(super) fn note(&mut self, line: &[u8]) {
        let line = line.trim_ascii_end();
        // One blank line parts as much as many.
        if line.is_empty() && self.above.last().is_none_or(Vec::is_empty) {
            return;
        }
        if self.above.len() == LINES {
            self.above.remove(0);
            self.above_fence = self.above_fence.saturating_sub(1);
            self.is_long = true;
        }
        let kept = line.len() <= LINE_BYTES;
        self.above.push(if kept { line.to_vec() } else { b"...".to_vec() });
    }

    /// A fence opens that is no file: what stands in it says nothing of what
    /// comes behind it.
    pub(super) fn enter_fence(&mut self) {
        self.above_fence = self.above.len();
    }

    /// That fence ends.
    pub(super) fn leave_fence(&mut self) {
        self.above.truncate(self.above_fence);
    }

    /// A unit has begun: what stood above was about it.
    pub(super) fn begin(&mut self) {
        self.above.clear();
        self.above_fence = 0;
        self.is_long = false;
    }

    /// A unit has ended, which was about this file, or about one that must
    /// be named again.
    pub(super) fn end(&mut self, path: Option<Vec<u8>>) {
        self.begin();
        self.units.extend(path.clone());
        self.previous = path;
    }

    /// The file of the unit before.
    pub(super) fn previous(&self) -> Option<&[u8]> {
        self.previous.as_deref()
    }

    /// The file that a unit is about which begins here, in a fence with this
    /// info string, behind these lines of the fence.
    pub(super) fn address(
        &self,
        info: &[u8],
        first: &[Vec<u8>],
        place: Place,
    ) -> Address {
        let first: Vec<&[u8]> = first.iter().map(Vec::as_slice).collect();
        let mut above: Vec<&[u8]> =
            self.above.iter().map(Vec::as_slice).collect();
        // The lines between a fence and a mark in it stand above the mark.
        if place == Place::Mark {
            above.extend_from_slice(&first);
        }
        // A name without its directories may be a new file's, whatever is
        // done to it.
        let kind = Kind::Whole;
        let sought = Sought { above: &above, info, first: &first, kind };
        let known = Together(&*self.known, &self.units);
        let named = filename::named(&sought, &known);
        match (named, &self.previous) {
            (Named::Path(path), _) => Address::Named(path),
            (Named::Inherits(Inherit::Bare), Some(path)) if !self.is_long => {
                Address::Inherited(path.clone())
            }
            (Named::Inherits(_), _) => Address::Nothing(Why::NoName),
            (Named::Nothing(why), _) => Address::Nothing(why),
        }
    }

    /// The name that stands alone on the last line, as one does whose file
    /// comes next.
    pub(super) fn begun(&self) -> Option<Vec<u8>> {
        self.name_on(self.last()?)
    }

    /// Whether the last line shows that a new part of the answer begins: a
    /// name, a fence, or a tag.
    pub(super) fn ends_with_mark(&self) -> bool {
        let Some(last) = self.last() else { return false };
        fence::mark(last).is_some()
            || last.trim_ascii_start().starts_with(b"<")
            || self.name_on(last).is_some()
    }

    /// The last line that is not blank.
    fn last(&self) -> Option<&[u8]> {
        let mut lines = self.above.iter().rev().map(Vec::as_slice);
        lines.find(|line| !line.is_empty())
    }

    fn name_on(&self, line: &[u8]) -> Option<Vec<u8>> {
        let known = Together(&*self.known, &self.units);
        match filename::in_line(line, Kind::Edit, &known) {
            Named::Path(path) => Some(path),
            Named::Inherits(_) | Named::Nothing(_) => None,
        }
    }
}
