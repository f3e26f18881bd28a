//! What blocks ask for.

use crate::span::Span;

/// The smallest part of an answer that can be applied by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// The file, as written; nothing if no line names it.
    pub path: Option<Vec<u8>>,
    /// What happens to it.
    pub action: Action,
    /// Where it stands, the line that names its file included.
    pub span: Span,
    /// Line of its first byte, counted from 1.
    pub line: u64,
}

/// What happens to a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// A text takes the place of another; an empty one creates the file.
    Replace {
        /// The text that goes, whole lines.
        search: Vec<u8>,
        /// The text that comes, whole lines.
        replace: Vec<u8>,
    },
    /// The file appears, with this text.
    Add(Vec<u8>),
    /// The file goes away.
    Delete,
    /// The file gets another name.
    Move(Vec<u8>),
    /// Lines of the file change.
    Update(Chunk),
}

impl Action {
    /// The action as an operation would call it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Replace { search, .. } if search.is_empty() => "create",
            Self::Replace { .. } | Self::Update(_) => "modify",
            Self::Add(_) => "create",
            Self::Delete => "delete",
            Self::Move(_) => "rename",
        }
    }
}

/// A change in a file, by its lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chunk {
    /// Lines that stand somewhere above it, outermost first.
    pub scopes: Vec<Vec<u8>>,
    /// Its lines, each with its first character and LF.
    pub body: Vec<u8>,
    /// Whether it stands at the end of the file.
    pub at_end: bool,
}
