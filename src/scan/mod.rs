//! Pieces of text in, JSON records out, whatever surrounds them.
//!
//! A [`Scanner`] is fed an answer as it arrives and hands each complete
//! record to a sink the moment its last byte is there. It reads NDJSON,
//! concatenated and pretty-printed values, arrays and wrappers, inside or
//! outside code fences, between lines of prose. It never closes what the
//! input left open: an unfinished record stays in the tail.
//!
//! It knows nothing of files, operations' meaning, or of where bytes go.

mod keys;
mod track;
mod text;
mod seek;
mod ledger;
mod verdict;
mod scanner;

use serde::Serialize;

use crate::span::{Cut, Place, Span, Verdict};

pub use scanner::Scanner;

/// What a record may be forgiven.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Repair {
    /// Nothing: RFC 8259 to the letter.
    None,
    /// Mistakes with one reading only.
    #[default]
    Safe,
}

/// Which arrays of an object are lists of records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Unwrap {
    /// Those under `operations`, `files`, `edits` or `changes`.
    #[default]
    Known,
    /// The known ones and those under these keys.
    Also(Vec<String>),
    /// None: a wrapper is passed on as one record.
    Never,
}

/// Which values count as records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Values {
    /// Objects, and arrays that do not begin with an object.
    #[default]
    Records,
    /// Every value that begins a line, scalars too.
    Any,
}

/// How a scanner reads.
#[derive(Clone, Debug)]
pub struct Config {
    /// What a record may be forgiven.
    pub repair: Repair,
    /// Which arrays are lists of records.
    pub unwrap: Unwrap,
    /// Which values count as records.
    pub values: Values,
    /// Bytes of the largest record that is kept; a larger one is rejected.
    pub max_record: usize,
}

/// Default of [`Config::max_record`], in bytes: 64 MiB, a thousand times the
/// largest answer that a 64,000-token budget allows to write.
pub const MAX_RECORD: usize = 64 * 1024 * 1024;

impl Default for Config {
    fn default() -> Self {
        Self {
            repair: Repair::default(),
            unwrap: Unwrap::default(),
            values: Values::default(),
            max_record: MAX_RECORD,
        }
    }
}

/// What the scanner tells its sink, in stream order.
#[derive(Debug)]
pub enum Event<'a> {
    /// A complete record.
    Record(Record<'a>),
    /// Bytes that were meant as a record and cannot be one.
    Rejected(Rejected<'a>),
    /// Further bytes of the stretch that was rejected last.
    RejectedMore(&'a [u8]),
}

/// A complete record.
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    /// Valid UTF-8 JSON on one line, without a line feed. Byte for byte the
    /// input if that needed no repair and stood on one line.
    pub json: &'a [u8],
    /// Where it stood.
    pub span: Span,
    /// Line of its first byte, counted from 1.
    pub line: u64,
    /// How many mistakes were mended in it.
    pub repairs: u32,
}

/// Bytes that were meant as a record and cannot be one.
#[derive(Clone, Copy, Debug)]
pub struct Rejected<'a> {
    /// The bytes as they came; empty where they exceeded the record limit.
    pub raw: &'a [u8],
    /// Where they stood.
    pub span: Span,
    /// Line of the first byte, counted from 1.
    pub line: u64,
    /// What is wrong with them.
    pub reason: Reason,
    /// Where it went wrong.
    pub at: Place,
}

/// Why bytes that were meant as a record cannot be one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// A byte that cannot follow what stands before it.
    UnexpectedByte,
    /// A backslash escape that JSON does not know.
    BadEscape,
    /// A number that breaks JSON's grammar.
    BadNumber,
    /// A word other than `true`, `false` and `null`.
    BadLiteral,
    /// A raw control character or line feed in a string.
    ControlCharacter,
    /// Bytes that are not UTF-8.
    InvalidUtf8,
    /// Another deviation that the repair level does not forgive.
    NeedsRepair,
    /// A new record began where this one was still open.
    Interrupted,
    /// Longer than the largest record that is kept.
    TooLong,
}

impl Reason {
    /// The reason in words.
    pub fn describe(self) -> &'static str {
        match self {
            Self::UnexpectedByte => "unexpected byte",
            Self::BadEscape => "bad escape",
            Self::BadNumber => "bad number",
            Self::BadLiteral => "bad literal",
            Self::ControlCharacter => "raw control character in a string",
            Self::InvalidUtf8 => "invalid UTF-8",
            Self::NeedsRepair => "not valid JSON at this repair level",
            Self::Interrupted => "a new record began inside",
            Self::TooLong => "record too long",
        }
    }
}

/// Every decoded input byte belongs to exactly one of these.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Bytes {
    /// Bytes of complete records.
    pub record: u64,
    /// Bytes around them: prose, fences, wrappers, separators.
    pub framing: u64,
    /// Bytes of rejected records.
    pub rejected: u64,
    /// Bytes of the unfinished record at the end.
    pub tail: u64,
}

impl Bytes {
    /// All of them, which is the length of the input.
    pub fn total(self) -> u64 {
        self.record + self.framing + self.rejected + self.tail
    }
}

/// What is known once the stream has ended.
#[derive(Clone, Debug)]
pub struct Summary {
    /// Whether the answer is whole.
    pub verdict: Verdict,
    /// Where and how it was cut, if it was.
    pub cut: Option<Cut>,
    /// The unfinished record's bytes.
    pub tail: Vec<u8>,
    /// Complete records emitted.
    pub records: u64,
    /// Those among them that say something about a file: all but a record
    /// that declares a total or whose type is `meta` or `end`.
    pub operations: u64,
    /// Records that were mended.
    pub repaired: u64,
    /// Stretches rejected.
    pub rejected: u64,
    /// The number of operations the answer itself announced.
    pub declared: Option<u64>,
    /// Names of wrapper members that were framing, in order of appearance.
    pub framing: Vec<String>,
    /// Places where text that is no record breaks a wrapper.
    pub stray: u64,
    /// Where the bytes went.
    pub bytes: Bytes,
}
