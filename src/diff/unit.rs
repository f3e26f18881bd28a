//! What a parser finds: units, what cannot be one, and the doubtful last.

use super::file::{FileHeader, Kind};
use super::hunk::Hunk;
use super::mend::Mend;
use crate::path::NameError;
use crate::span::Span;

/// The smallest part of a diff that can be applied by itself.
#[derive(Clone, Copy, Debug)]
pub struct Unit<'a> {
    /// The file it is about.
    pub file: &'a FileHeader,
    /// What changes.
    pub change: Change<'a>,
    /// Whether no unit of this file patch came before.
    pub is_first: bool,
    /// Where it stands, its file's header included if it is the first.
    pub span: Span,
    /// Line of its first byte, counted from 1.
    pub line: u64,
    /// What was put right in it, and in which line.
    pub mends: &'a [(Mend, u64)],
}

impl<'a> Unit<'a> {
    /// What a patch has of it below the headers.
    pub fn body(&self) -> &'a [u8] {
        match self.change {
            Change::Header => b"",
            Change::Hunk(hunk) => &hunk.body,
            Change::Binary(data) => data,
        }
    }
}

/// What changes in a unit.
#[derive(Clone, Copy, Debug)]
pub enum Change<'a> {
    /// What the header says: a rename, a copy, a mode, an empty file.
    Header,
    /// Lines; all of the file if it is new or deleted.
    Hunk(&'a Hunk),
    /// Bytes, in git's coding: the lines after `GIT binary patch`.
    Binary(&'a [u8]),
}

/// A part of a diff that cannot be applied.
#[derive(Clone, Debug)]
pub struct Rejected {
    /// The file, as far as it is known.
    pub path: Option<Vec<u8>>,
    /// Where it stands.
    pub span: Span,
    /// Line of its first byte, counted from 1.
    pub line: u64,
    /// What is wrong.
    pub reason: Reason,
}

/// Why a part of a diff cannot be applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// No header says which file it is about.
    NoFile,
    /// Line numbers that no file can have.
    AbsurdNumbers,
    /// A name that is refused.
    Name(NameError),
    /// A header that contradicts itself.
    Header,
    /// A binary file without its bytes.
    NoBytes,
    /// Bytes in git's coding that are broken.
    BadBytes,
    /// A line of an existing file in a new one, or a new one in a deleted.
    WrongSide,
    /// A merge's diff, which has more than two sides.
    Combined,
    /// It has no change.
    NoChange,
    /// It has no line numbers, and its file does not tell its place.
    Unnumbered,
    /// It only adds lines, and no line around them shows where.
    NoContext,
    /// CR LF ends the diff's own lines, and its file does not tell whether
    /// it ends the file's too.
    LineEndings,
}

impl Reason {
    /// Why a hunk cannot be one of a file to which this happens, if it cannot.
    pub(super) fn against(hunk: &Hunk, kind: &Kind) -> Option<Self> {
        match kind {
            Kind::New if hunk.old_lines > 0 => Some(Self::WrongSide),
            Kind::Delete if hunk.new_lines > 0 => Some(Self::WrongSide),
            _ if !hunk.is_change() => Some(Self::NoChange),
            _ => None,
        }
    }

    /// The reason in words.
    pub fn describe(self) -> &'static str {
        match self {
            Self::NoFile => "no header names its file",
            Self::AbsurdNumbers => "line numbers that no file can have",
            Self::Name(NameError::NotUtf8) => "its name is not UTF-8",
            Self::Name(_) => "its name is refused",
            Self::Header => "its header contradicts itself",
            Self::NoBytes => "a binary file without its bytes",
            Self::BadBytes => "binary data is broken",
            Self::WrongSide => "a line that a whole file cannot have",
            Self::Combined => "a combined diff of a merge",
            Self::NoChange => "it changes nothing",
            Self::Unnumbered => {
                "it has no line numbers that can be right, and its lines stand \
                 nowhere, or in several places"
            }
            Self::NoContext => {
                "it only adds lines, and no line around them shows where"
            }
            Self::LineEndings => {
                "CR LF ends the lines of the diff, and its file does not tell \
                 whether it ends those of the text"
            }
        }
    }
}

/// Why the last unit may not be whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// The lines are fewer than the header says.
    Unmet,
    /// The counts are met, and nothing follows.
    NothingFollows,
    /// There are no counts, and nothing follows.
    Uncounted,
    /// There is only a header so far.
    HeaderOnly,
    /// There is only a header so far, and it says that lines or data follow.
    Promised,
    /// Binary data may go on.
    Binary,
}

/// The last unit of an answer, where its end does not show that it is whole.
#[derive(Clone, Debug)]
pub struct Last {
    /// The file it is about.
    pub file: FileHeader,
    /// Its lines so far, without those that may be framing.
    pub hunk: Option<Hunk>,
    /// Its binary data so far.
    pub binary: Vec<u8>,
    /// Why it may not be whole.
    pub doubt: Doubt,
    /// Whether the answer's last line is ended.
    pub is_line_ended: bool,
    /// Whether no unit of this file patch came before.
    pub is_first: bool,
    /// Where it stands.
    pub span: Span,
    /// Where its hunk's own header begins, or `span.start`.
    pub hunk_at: u64,
    /// Line of its first byte, counted from 1.
    pub line: u64,
    /// What was put right in it.
    pub mends: Vec<(Mend, u64)>,
}

impl Last {
    /// The unit, for those who know that it is whole.
    pub fn unit(&self) -> Unit<'_> {
        let change = match &self.hunk {
            Some(hunk) => Change::Hunk(hunk),
            None if self.binary.is_empty() => Change::Header,
            None => Change::Binary(&self.binary),
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
}
