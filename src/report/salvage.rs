//! What a scan of one document found, and the record that ends a stream.

use std::borrow::Cow;

use serde::Serialize;

use super::check::Found;
use super::envelope::Envelope;
use crate::span::{Cut, Loop, Verdict};

/// Entries kept of each list. Beyond it only counts grow, so that a report
/// stays small however long the stream.
pub const LISTED: usize = 1000;

/// One document's report; a line of `--report`.
#[derive(Debug, Serialize)]
pub struct Salvage {
    /// Always `salvage`.
    pub r#type: &'static str,
    /// The operand as given, or `stdin`.
    pub file: String,
    /// Whether the answer is whole.
    pub verdict: Verdict,
    /// The exit status this document alone would give.
    pub status: u8,
    /// Complete records emitted.
    pub records: u64,
    /// Those among them that are about a file.
    pub operations: u64,
    /// The number of operations that the answer announced.
    pub declared: Option<u64>,
    /// Records that were mended.
    pub repaired: u64,
    /// Stretches rejected.
    pub rejected: u64,
    /// Places where text that is no record stands among records.
    pub stray: u64,
    /// Bytes read.
    pub input_bytes: u64,
    /// What wrapped the answer, and what it said of it.
    #[serde(flatten)]
    pub envelope: Envelope,
    /// Bytes of complete records.
    pub record_bytes: u64,
    /// Bytes around records: prose, fences, wrappers, separators.
    pub framing_bytes: u64,
    /// Bytes of rejected stretches.
    pub rejected_bytes: u64,
    /// Bytes of the unfinished record at the end.
    pub tail_bytes: u64,
    /// Names of wrapper members that are not records.
    pub framing: Vec<String>,
    /// The repetition that the answer ended in; it is not worth continuing.
    pub looping: Option<Loop>,
    /// Where and how the answer was cut.
    pub cut: Option<Cut>,
    /// Where records were mended; the first [`LISTED`].
    pub repairs: Vec<Repaired>,
    /// What was rejected, and why; the first [`LISTED`].
    pub rejects: Vec<Reject>,
    /// Lines of a file of records that are none; absent where an answer is
    /// judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub findings: Option<u64>,
    /// The first [`LISTED`] of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub found: Vec<Found>,
}

/// A record that was mended.
#[derive(Debug, Serialize)]
pub struct Repaired {
    /// Offset of its first byte.
    pub byte: u64,
    /// Line of that byte, counted from 1.
    pub line: u64,
    /// How many mistakes were mended.
    pub repairs: u32,
}

/// A stretch that was rejected.
#[derive(Debug, Serialize)]
pub struct Reject {
    /// Offset of its first byte.
    pub byte: u64,
    /// Line of that byte, counted from 1.
    pub line: u64,
    /// What is wrong with it, in words.
    pub reason: Cow<'static, str>,
    /// Offset of the byte where it went wrong.
    pub fault_byte: u64,
    /// Line of that byte, counted from 1.
    pub fault_line: u64,
}

/// The last record of a stream whose end must survive a pipe.
#[derive(Debug, Serialize)]
pub struct End<'a> {
    /// Always `end`.
    pub r#type: &'static str,
    /// Whether the answer is whole.
    pub verdict: Verdict,
    /// Records before this one.
    pub records: u64,
    /// Where and how the answer was cut.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cut: Option<&'a Cut>,
}
