//! Why an edit cannot be made, in words for people and in one for programs.

use std::fmt;

use super::lines;
use super::matching::Miss;
use super::nearest::{Nearest, shown};
use crate::report::counted;

/// An edit that could not be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditError {
    /// Which one, from 1.
    pub edit: usize,
    /// Why not.
    pub why: Refusal,
}

/// Why an edit cannot be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The text to look for is empty.
    Empty(Sought),
    /// There is nothing to insert.
    NothingToInsert,
    /// The text stands nowhere; what comes nearest to it.
    Missing(Sought, Option<Box<Nearest>>),
    /// The text stands nowhere, and nothing is like its first line.
    Unlike(Sought, String),
    /// The text stands in several places.
    Ambiguous {
        /// What was looked for.
        sought: Sought,
        /// Lines of the first places, from 1.
        lines: Vec<u64>,
        /// How many places there are.
        places: u64,
    },
    /// There are fewer or more places than the edit says.
    Places {
        /// The number in the edit.
        wanted: u64,
        /// How many there are.
        found: u64,
    },
    /// A line number past the end.
    NoSuchLine {
        /// The number in the edit.
        wanted: u64,
        /// How many lines the file has.
        lines: u64,
    },
    /// The hunk is for an empty file, and this one is not.
    NotEmpty {
        /// How many lines the file has.
        lines: u64,
    },
    /// The lines around a range are not those that the edit names.
    Context {
        /// The first line that differs, from 1.
        line: u64,
        /// What stands there, if there is such a line.
        found: Option<Vec<u8>>,
    },
    /// Another edit of the operation, from 1, changes the same place.
    Overlap(usize),
}

/// Which text an edit looks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sought {
    /// Where to insert.
    Anchor,
    /// What to replace.
    OldText,
    /// The lines that a hunk takes for those of the file.
    Hunk,
    /// The lines that a block looks for.
    Lines,
}

impl Refusal {
    /// A short word that programs can compare.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty(_) => "empty-anchor",
            Self::NothingToInsert => "nothing-to-insert",
            Self::Missing(..) | Self::Unlike(..) => "no-match",
            Self::Ambiguous { .. } => "ambiguous",
            Self::Places { .. } => "wrong-count",
            Self::NoSuchLine { .. } => "no-such-line",
            Self::NotEmpty { .. } => "not-empty",
            Self::Context { .. } => "context-differs",
            Self::Overlap(_) => "overlap",
        }
    }

    /// Nothing in a file is like the text that was looked for.
    pub(super) fn unlike(sought: Sought, wanted: &[u8]) -> Self {
        let mut lines = lines::bare_lines(wanted);
        let first = lines.find(|line| !line.trim_ascii().is_empty());
        Self::Unlike(sought, shown(first.unwrap_or_default()))
    }

    pub(super) fn of(miss: Miss, sought: Sought) -> Self {
        match miss {
            Miss::Empty => Self::Empty(sought),
            Miss::Nowhere => Self::Missing(sought, None),
            Miss::Several { lines, places } => {
                Self::Ambiguous { sought, lines, places }
            }
        }
    }
}

impl fmt::Display for Sought {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Anchor => "anchor",
            Self::OldText => "old_text",
            Self::Hunk => "hunk",
            Self::Lines => "search text",
        })
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty(sought) => write!(f, "{sought} is empty"),
            Self::NothingToInsert => f.write_str("there is no text to insert"),
            Self::Missing(sought, None) => write!(f, "{sought} not found"),
            Self::Missing(sought, Some(nearest)) => {
                write!(f, "{sought} not found; {nearest}")
            }
            Self::Unlike(sought, line) => {
                write!(f, "{sought} not found; no line is like '{line}'")
            }
            Self::Ambiguous { sought, lines, places } => {
                write!(f, "{sought} stands in {places} places, lines ")?;
                write_lines(f, lines, *places)
            }
            Self::Places { wanted, found } => {
                write!(f, "old_text stands in {found} places, not {wanted}")
            }
            Self::NoSuchLine { wanted, lines } => {
                write!(f, "no line {wanted}: the file has {lines}")
            }
            Self::NotEmpty { lines } => {
                let lines = counted(*lines, "line");
                write!(f, "hunk is for an empty file: this one has {lines}")
            }
            Self::Context { line, found: Some(found) } => {
                let found = String::from_utf8_lossy(found);
                write!(f, "context differs: line {line} reads '{found}'")
            }
            Self::Context { line, found: None } => {
                write!(f, "context differs: there is no line {line}")
            }
            Self::Overlap(edit) => {
                write!(f, "edit {edit} changes the same place")
            }
        }
    }
}

fn write_lines(
    f: &mut fmt::Formatter<'_>,
    lines: &[u64],
    places: u64,
) -> fmt::Result {
    for (index, line) in lines.iter().enumerate() {
        let comma = if index == 0 { "" } else { ", " };
        write!(f, "{comma}{line}")?;
    }
    if places > lines.len() as u64 { f.write_str(", ...") } else { Ok(()) }
}

impl fmt::Display for EditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "edit {}: {}", self.edit, self.why)
    }
}

impl std::error::Error for EditError {}
