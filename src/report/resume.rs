//! What diff-resume says about joined answers: units, seams, the whole.

use serde::Serialize;

use super::envelope::Envelope;
use crate::span::{Cut, Loop, Verdict};

/// One unit of the joined answer; a line of `status --json`.
#[derive(Debug, Serialize)]
pub struct Unit<'a> {
    /// Always `unit`.
    pub r#type: &'static str,
    /// `complete`, `cut`, `missing` or `rejected`.
    pub state: &'static str,
    /// The operation's type, as far as it is known.
    pub op: Option<&'a str>,
    /// The file it is about, as far as it is known.
    pub file_path: Option<&'a str>,
    /// The name that the file gets beside that one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_path: Option<&'a str>,
    /// Offset of its first byte in the joined text.
    pub start: u64,
    /// Offset just past its last byte.
    pub end: u64,
    /// Line of its first byte, counted from 1.
    pub line: u64,
    /// Why it cannot be used, if it is broken.
    pub reason: Option<&'static str>,
}

/// A kind of mistake that was put right.
#[derive(Debug, Serialize)]
pub struct Mend {
    /// What was wrong.
    pub what: &'static str,
    /// How often.
    pub count: u64,
    /// The file in which it was seen first.
    pub file_path: String,
    /// The line of the joined text in which it was seen first.
    pub line: u64,
}

/// How one continuation joined.
#[derive(Debug, Serialize)]
pub struct Seam {
    /// Which answer, counted from 1; the first has no seam.
    pub answer: usize,
    /// The way it joined; absent if it was left out.
    pub how: Option<&'static str>,
    /// Offset in the joined text from which its text stands.
    pub at: u64,
    /// Bytes of the earlier text that it replaced.
    pub replaced_bytes: u64,
    /// Bytes of it that were not taken.
    pub dropped_bytes: u64,
    /// Why it was left out, or what it lost.
    pub problem: Option<&'static str>,
}

/// The whole; the line of `--report`.
#[derive(Debug, Serialize)]
pub struct Joined<'a> {
    /// Always `joined`.
    pub r#type: &'static str,
    /// Whether the joined answer is whole.
    pub verdict: Verdict,
    /// The exit status.
    pub status: u8,
    /// The format of the answer.
    pub format: &'static str,
    /// Answers read.
    pub answers: usize,
    /// Bytes of the joined text.
    pub bytes: u64,
    /// Complete units.
    pub complete: u64,
    /// The number of operations that the answer announced.
    pub declared: Option<u64>,
    /// Where and how the joined answer is cut.
    pub cut: Option<&'a Cut>,
    /// The repetition that the joined answer ended in; not looked for where
    /// one diff is printed as it arrives.
    pub looping: Option<Loop>,
    /// What wrapped the last answer, and what it said of it.
    #[serde(flatten)]
    pub envelope: Envelope,
    /// What was put right.
    pub mends: Vec<Mend>,
    /// One for each continuation.
    pub seams: Vec<Seam>,
}
