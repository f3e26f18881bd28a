//! What a model asks for, and what it means for the text of one file.
//!
//! Records flow in and become an [`Operation`]; a file's bytes and an
//! operation's edits flow in and become the file's new bytes. Nothing here
//! opens a file or knows where one lies.

mod decode;
mod draft;
mod elision;
pub mod endings;
mod fields;
mod fuzzy;
pub mod hunks;
mod graft;
pub mod insertion;
mod instructions;
mod line_ladder;
mod lines;
mod malformed;
mod matching;
mod modify;
mod nearest;
mod patch;
mod policy;
mod refusal;
mod replay;
mod step;
mod tools;
mod units;
mod value;
mod whole_lines;
mod blocks;

use crate::path::RelPath;

pub use blocks::from_block;
pub use decode::{Decoded, End, Rejected, Standing, decode};
pub use elision::left_out;
pub use fuzzy::Rung;
pub use malformed::DecodeError;
pub use modify::{Matching, Modified, modify};
pub use nearest::{Difference, Nearest};
pub use patch::{FileChange, Version};
pub use policy::{BadGlob, Policy, Protection, globs_of};
pub use refusal::{EditError, Refusal, Sought};
pub use replay::already_done;
pub use units::{FromUnit, NoUnit, Shift, from_unit};
pub use whole_lines::{Last, WholeLines};

/// One change of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// The file, by the name it has before the operation.
    pub path: RelPath,
    /// What is to happen to it.
    pub action: Action,
    /// Its mode afterwards, where something is said about it.
    pub mode: Option<FileMode>,
}

/// Whether a file is a program: all that is changed of a file's mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileMode {
    /// 100644 in git's words.
    Plain,
    /// 100755.
    Executable,
}

impl Operation {
    /// An operation that says nothing about the file's mode.
    pub fn new(path: RelPath, action: Action) -> Self {
        Self { path, action, mode: None }
    }

    /// The file's name afterwards.
    pub fn target(&self) -> &RelPath {
        match &self.action {
            Action::Rename(to) | Action::Copy(to) => to,
            _ => &self.path,
        }
    }
}

/// What is to happen to a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// A file appears; another one in its place is an error.
    Create(Vec<u8>),
    /// The same where the file may be there and be empty.
    Fill(Vec<u8>),
    /// A file has these bytes afterwards, whatever it was before.
    Write(Vec<u8>),
    /// The file's text changes in places.
    Modify(Vec<Edit>),
    /// The file goes away.
    Delete,
    /// The file gets another name, which must be free.
    Rename(RelPath),
    /// Another file like it appears, whose name must be free.
    Copy(RelPath),
}

impl Action {
    /// The canonical `type` of the operation.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Create(_) | Self::Fill(_) => "create",
            Self::Write(_) => "write",
            Self::Modify(_) => "modify",
            Self::Delete => "delete",
            Self::Rename(_) => "rename",
            Self::Copy(_) => "copy",
        }
    }
}

/// One step of a modify operation. Lines are counted from 1 and end with
/// LF; a CR before it belongs to the ending. Texts called `text` are whole
/// lines: a final line ending is supplied if they lack one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// Lines at the end; an unterminated last line is ended first.
    Append(Vec<u8>),
    /// Lines at the start, after a byte order mark.
    Prepend(Vec<u8>),
    /// Lines after the line in which the anchor ends.
    InsertAfter {
        /// Text that stands in the file exactly once.
        anchor: Vec<u8>,
        /// The new lines.
        text: Vec<u8>,
    },
    /// Lines before the line in which the anchor begins.
    InsertBefore {
        /// Text that stands in the file exactly once.
        anchor: Vec<u8>,
        /// The new lines.
        text: Vec<u8>,
    },
    /// Bytes for bytes, in one place.
    Replace {
        /// The bytes that go.
        old: Vec<u8>,
        /// The bytes that come.
        new: Vec<u8>,
        /// Which of several places.
        which: Occurrence,
    },
    /// Bytes for bytes, everywhere.
    ReplaceAll {
        /// The bytes that go.
        old: Vec<u8>,
        /// The bytes that come.
        new: Vec<u8>,
        /// In how many places, if the model said so.
        places: Option<u64>,
    },
    /// Lines before a line; one past the last line appends.
    Insert {
        /// The line, from 1.
        line: u64,
        /// The new lines.
        text: Vec<u8>,
    },
    /// Whole lines for whole lines: where a number says, if they stand there,
    /// and else where they stand alone.
    Hunk {
        /// The line, from 1, at which they stand or before which the new ones
        /// come, if a number says so.
        line: Option<u64>,
        /// The lines that go, with those around them.
        old: Vec<u8>,
        /// The lines that come, with those around them.
        new: Vec<u8>,
        /// Whether the lines that go are all that there are.
        extent: Extent,
    },
    /// Whole lines for whole lines, however they end.
    Lines(WholeLines),
    /// Lines for a range of lines; empty text deletes them.
    ReplaceLines {
        /// Which lines.
        range: LineRange,
        /// The new lines.
        text: Vec<u8>,
        /// What must stand around them.
        context: Context,
    },
}

/// How much of a file a hunk shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// Some lines.
    Lines,
    /// All of it.
    File,
}

/// Which match of a text is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occurrence {
    /// The only one.
    Only,
    /// The one with this number, from 1.
    Nth(u64),
}

/// Lines of the file before any edit, from 1, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineRange {
    /// The first line.
    pub first: u64,
    /// The last line; never less than the first.
    pub last: u64,
}

/// Lines that must stand directly around a range; empty asks for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context {
    /// Directly before it.
    pub before: Vec<u8>,
    /// Directly after it.
    pub after: Vec<u8>,
}
