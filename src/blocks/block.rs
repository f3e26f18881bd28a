//! What a block says, and why something is none. Data only.

use crate::span::Span;

/// One change of one file, as an answer wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// The file, unchecked.
    pub path: Vec<u8>,
    /// What is to happen to it.
    pub change: Change,
    /// Where the block stands, in bytes of the answer.
    pub span: Span,
    /// Its first line, counted from 1.
    pub line: u64,
    /// Whether it stands in a patch of the `*** Begin Patch` kind.
    pub is_in_patch: bool,
}

/// What is to happen to a file. Texts are whole lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A new file.
    Create(Vec<u8>),
    /// All of a file, whatever it was before.
    Write(Vec<u8>),
    /// The file goes.
    Delete,
    /// Lines for lines.
    Replace {
        /// The line, from 1, at which the old ones are said to begin.
        line: Option<u64>,
        /// The lines that go; never empty.
        old: Vec<u8>,
        /// The lines that come.
        new: Vec<u8>,
    },
    /// Chunks of a patch; none where only the name changes.
    Update {
        /// The file's new name.
        to: Option<Vec<u8>>,
        /// What changes in it, in its order.
        chunks: Vec<Chunk>,
    },
}

/// Lines for lines in a patch without numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chunk {
    /// Lines that stand above, the outermost first.
    pub anchors: Vec<Vec<u8>>,
    /// The lines that go, with those around them.
    pub old: Vec<u8>,
    /// The lines that come, with those around them.
    pub new: Vec<u8>,
    /// Where the lines may stand.
    pub reach: Reach,
}

/// Where the lines of a chunk may stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reach {
    /// Anywhere in the file.
    #[default]
    Anywhere,
    /// At its end.
    End,
}

/// What a parser hands to its sink.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A whole block.
    Block(Block),
    /// Lines that were meant as one, and are none.
    Rejected(Rejected),
}

/// Lines that are no block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// The file, if it was named.
    pub path: Option<Vec<u8>>,
    /// What is wrong.
    pub reason: Reason,
    /// Where the lines stand.
    pub span: Span,
    /// The first of them, counted from 1.
    pub line: u64,
}

/// What is wrong with lines that are no block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Nothing says which file is meant.
    NoPath,
    /// The next block begins before it ends.
    Unclosed,
    /// It begins inside one that is broken.
    Inside,
    /// It has several dividers, so its sides cannot be told apart.
    Dividers,
    /// It has no divider.
    NoDivider,
    /// It has neither an old side nor a new one, or no change.
    Empty,
    /// A line has no sign.
    NoSign,
    /// A code fence that is no longer than the file's own stands inside, so
    /// that nobody can tell where the file ends.
    NestedFence,
    /// A named fence holds two versions of a file, or hunks, among other
    /// lines.
    OtherNotation,
}

impl Reason {
    /// A short word that programs can compare.
    pub fn code(self) -> &'static str {
        match self {
            Self::NoPath => "no-file",
            _ => "rejected-block",
        }
    }

    /// What is wrong, in words.
    pub fn describe(self) -> &'static str {
        match self {
            Self::NoPath => "it names no file",
            Self::Unclosed => "the block is not closed",
            Self::Inside => "the block stands inside one that is not closed",
            Self::Dividers => "the block has several dividers",
            Self::NoDivider => "the block has no divider",
            Self::Empty => "the block is empty",
            Self::NoSign => "a line begins with none of ' ', '+' and '-'",
            Self::NestedFence => {
                "a fence inside may end the file; its own must be longer"
            }
            Self::OtherNotation => {
                "the fence holds marks of a conflict or a diff, and not the \
                 whole file"
            }
        }
    }
}
