//! What a check of finished files found: a line a finding, and a line a file.

use serde::Serialize;

use crate::span::Place;

/// Something that a finished file does not have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Found {
    /// What it is, as a word that programs can compare.
    pub reason: &'static str,
    /// The line it stands in, or its beginning; for NUL bytes, how many.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// Where it begins.
    pub at: Place,
}

/// One finding; a line of `--json`.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename = "finding")]
pub struct FindingLine<'a> {
    /// The operand as given, or `stdin`.
    pub file: &'a str,
    /// What was found there.
    #[serde(flatten)]
    pub found: &'a Found,
}

/// One file; a line of `--report`.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename = "check")]
pub struct Check {
    /// The operand as given, or `stdin`.
    pub file: String,
    /// The exit status that the file alone would give.
    pub status: u8,
    /// Whether it is binary, and was not judged.
    pub binary: bool,
    /// Bytes read.
    pub input_bytes: u64,
    /// How many findings there are.
    pub findings: u64,
    /// The first [`LISTED`](crate::text::damage::LISTED) of them.
    pub found: Vec<Found>,
}
