//! The formats of edits.

/// How a unit is written. An answer may change from one to the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Operations: JSON records.
    Ops,
    /// A git or plain unified diff.
    Diff,
    /// A patch that begins with `*** Begin Patch`.
    V4a,
    /// SEARCH/REPLACE blocks.
    SearchReplace,
    /// Whole files in code fences, each with its name.
    WholeFile,
}

impl Format {
    /// The format as a word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ops => "ops",
            Self::Diff => "diff",
            Self::V4a => "v4a",
            Self::SearchReplace => "search-replace",
            Self::WholeFile => "whole-file",
        }
    }
}

/// What is looked for in an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Edits in every format.
    All,
    /// Edits in one format. What else there is, is prose.
    Only(Format),
    /// Edits in the formats that are made of lines and have no counts: V4A,
    /// SEARCH/REPLACE, whole files.
    Blocks,
    /// Records, whatever they say, wherever they stand.
    Records,
}

impl Scope {
    /// Whether edits in a format are looked for.
    pub fn has(self, format: Format) -> bool {
        match self {
            Self::All => true,
            Self::Only(only) => only == format,
            Self::Blocks => !matches!(format, Format::Ops | Format::Diff),
            Self::Records => format == Format::Ops,
        }
    }
}
