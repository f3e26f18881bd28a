//! What a scanner tells its sink while the stream goes by.

use serde::Serialize;

use crate::span::{Place, Span};

/// What the scanner tells its sink, in stream order.
#[derive(Debug)]
pub enum Event<'a> {
    /// A complete record.
    Record(Record<'a>),
    /// Bytes that were meant as a record and cannot be one.
    Rejected(Rejected<'a>),
    /// Further bytes of the stretch that was rejected last.
    RejectedMore(&'a [u8]),
    /// Other text follows the doubtful records before it: they may be lines
    /// of a broken record, and not the model's own.
    Refuted,
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
    /// It began on a line inside a record that turned out broken, or stands
    /// behind one that did. [`Event::Refuted`], or the end of the stream
    /// without it, tells more.
    pub doubtful: bool,
    /// It follows other text on its line, and may be quoted there.
    pub is_after_text: bool,
    /// It names its type or a file, as an operation does.
    pub names: bool,
    /// Its type is `meta` or `end`.
    pub about_stream: bool,
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
    /// There is no memory for all of it.
    NoMemory,
    /// The rest of a record that a quote and a brace inside of it ended.
    EndedEarly,
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
            Self::NoMemory => "no memory for a record so long",
            Self::EndedEarly => "a quote inside ended the record before",
        }
    }
}
