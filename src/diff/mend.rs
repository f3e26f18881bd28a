//! What was put right in a diff.

/// One kind of mistake that has one reading only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mend {
    /// A hunk's counts did not fit its lines.
    Counts,
    /// A hunk had no line numbers.
    Numbers,
    /// A blank line in a hunk lacked its first blank.
    BlankLine,
    /// A line in a hunk lacked its first character.
    Prefix,
    /// The last line had no line ending.
    FinalNewline,
    /// The diff's own lines ended with CR LF.
    CarriageReturns,
    /// Names lacked `a/` and `b/`.
    NamePrefix,
    /// A `+++` line was missing.
    NewName,
    /// A header did not say that the file is new or deleted.
    FileMode,
    /// Several hunks of a new or deleted file were one.
    JoinedHunks,
    /// A hunk came without a header after other text.
    Header,
}

impl Mend {
    /// The mend in words.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Counts => "wrong counts",
            Self::Numbers => "no line numbers",
            Self::BlankLine => "blank line without its blank",
            Self::Prefix => "line without its first character",
            Self::FinalNewline => "no final line feed",
            Self::CarriageReturns => "CR LF in the diff itself",
            Self::NamePrefix => "names without a/ and b/",
            Self::NewName => "no +++ line",
            Self::FileMode => "no mode of a new or deleted file",
            Self::JoinedHunks => "several hunks for a whole file",
            Self::Header => "hunk without its file's header",
        }
    }
}
