//! Why no file is named: the reason as a value, and in words for the user.

use std::fmt;

/// Why nothing near a fence or marker names the file that it acts on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// No word there is a name, and the words are not such that the file
    /// before goes on.
    NoName,
    /// Two names that differ.
    TwoNames(String, String),
    /// A name that stands in a sentence which does not say that the file is
    /// changed there.
    Mention(String),
    /// A name, and words after it that may lead elsewhere.
    OutOfReach(String),
    /// A name beside a word such as `old` or `deleted`; empty if only the
    /// deletion is told.
    Gone(String),
    /// Another file, a command or its output is announced without a name.
    Announced,
    /// A command is what stands below the name.
    Command(String),
    /// The end of a longer known path.
    Abbreviated(String, String),
    /// The end of several known paths.
    Ambiguous(String),
    /// A directory.
    Folder(String),
    /// A pattern for names: `*`, `{}`, `<name>`, `path/to`, `...`.
    Pattern(String),
    /// It begins at a home directory, a variable, a drive or a device, or
    /// leads upwards.
    Outside(String),
    /// A known name in another case.
    OtherCase(String),
    /// A name with blanks that is neither quoted nor known, or whose quotes
    /// do not hold it whole.
    Blanks(String),
    /// A word that may be a name or something else.
    Unsure(String),
    /// Bytes that are not UTF-8.
    NotUtf8,
    /// A line that is too long to be read.
    TooLong,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoName => f.write_str("names no file"),
            Self::TwoNames(one, two) => {
                write!(f, "two names: '{one}' and '{two}'")
            }
            Self::Mention(name) => {
                write!(f, "mentions '{name}', but not as the file to change")
            }
            Self::OutOfReach(name) => {
                write!(f, "other words stand below the name '{name}'")
            }
            Self::Gone(name) if name.is_empty() => {
                f.write_str("says that the file is deleted")
            }
            Self::Gone(name) => {
                write!(f, "says that '{name}' is old or deleted")
            }
            Self::Announced => {
                f.write_str("announces something else without a file name")
            }
            Self::Command(name) => {
                write!(f, "a command stands below the name '{name}'")
            }
            Self::Abbreviated(name, known) => {
                write!(f, "'{name}' may be '{known}'")
            }
            Self::Ambiguous(name) => {
                write!(f, "'{name}' may be one of several files")
            }
            Self::Folder(name) => write!(f, "'{name}' names a folder"),
            Self::Pattern(name) => {
                write!(f, "'{name}' is a pattern or a placeholder")
            }
            Self::Outside(name) => {
                write!(f, "'{name}' does not name a file of the tree")
            }
            Self::OtherCase(name) => {
                write!(f, "'{name}' is known in another case only")
            }
            Self::Blanks(name) => {
                write!(
                    f,
                    "where the name with '{name}' begins or ends is unsure"
                )
            }
            Self::Unsure(word) => {
                write!(f, "'{word}' may be a file or something else")
            }
            Self::NotUtf8 => f.write_str("the text is not UTF-8"),
            Self::TooLong => f.write_str("the line is too long"),
        }
    }
}
