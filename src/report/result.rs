//! Result lines: what became of each operation, in one shape for programs
//! (a JSON object a line) and one for people (a line of text).

use std::borrow::Cow;
use std::fmt::{self, Write as _};

use serde::Serialize;

use super::envelope::Envelope;
use crate::span::{Cut, Place, Verdict};

/// What became of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Fate {
    /// The tree now is what the operation asked for, and was not before.
    Applied,
    /// The tree already was what the operation asks for.
    Unchanged,
    /// A policy forbids it.
    Refused,
    /// It contradicts itself or the tree.
    Failed,
    /// Not tried, because another operation failed and it is all or none.
    Skipped,
}

impl Fate {
    /// The word that begins a line of text.
    pub fn word(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Unchanged => "unchanged",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }

    /// Whether the tree is what the operation asks for.
    pub fn is_good(self) -> bool {
        matches!(self, Self::Applied | Self::Unchanged)
    }
}

/// What became of an operation, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// In one word.
    pub status: Fate,
    /// What was remarkable about how it was done, in short phrases.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub how: Vec<String>,
    /// Why it was not done.
    #[serde(flatten)]
    pub why: Option<Box<Why>>,
    /// Size of the file before, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old_bytes: Option<u64>,
    /// Size of the file after, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_bytes: Option<u64>,
    /// What may surprise although it was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warning: Option<String>,
}

/// Why an operation was not done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Why {
    /// As a word that programs can compare.
    pub reason: &'static str,
    /// As a sentence.
    pub why: String,
    /// The edit at fault, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edit: Option<usize>,
    /// Lines of the file where an ambiguous text stands.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub candidates: Vec<u64>,
    /// Where the file comes nearest to a text that it does not have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nearest: Option<NearestPlace>,
}

/// Where a file comes nearest to a text that it does not have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NearestPlace {
    /// The line where the text would begin, from 1.
    pub line: u64,
    /// The first line that differs, from 1.
    pub differs_at: u64,
    /// In what it differs.
    pub difference: &'static str,
    /// What the file has there.
    pub found: String,
}

impl Outcome {
    fn bare(status: Fate) -> Self {
        Self {
            status,
            how: Vec::new(),
            why: None,
            old_bytes: None,
            new_bytes: None,
            warning: None,
        }
    }

    fn not_done(
        status: Fate,
        reason: &'static str,
        why: impl fmt::Display,
    ) -> Self {
        let why = Why {
            reason,
            why: why.to_string(),
            edit: None,
            candidates: Vec::new(),
            nearest: None,
        };
        Self { why: Some(Box::new(why)), ..Self::bare(status) }
    }

    /// Done.
    pub fn applied() -> Self {
        Self::bare(Fate::Applied)
    }

    /// Already so.
    pub fn unchanged() -> Self {
        Self::bare(Fate::Unchanged)
    }

    /// Forbidden.
    pub fn refused(reason: &'static str, why: impl fmt::Display) -> Self {
        Self::not_done(Fate::Refused, reason, why)
    }

    /// Impossible.
    pub fn failed(reason: &'static str, why: impl fmt::Display) -> Self {
        Self::not_done(Fate::Failed, reason, why)
    }

    /// Not tried.
    pub fn skipped(why: impl fmt::Display) -> Self {
        Self::not_done(Fate::Skipped, "skipped", why)
    }

    /// Adds a phrase about how it was done.
    #[must_use]
    pub fn with(mut self, how: impl Into<String>) -> Self {
        self.how.push(how.into());
        self
    }
}

/// One result line.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename = "result")]
pub struct ResultLine {
    /// The operation's `type`, as far as it could be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub op: Option<Cow<'static, str>>,
    /// The file it names, as far as it could be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_path: Option<String>,
    /// The file's new name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_path: Option<String>,
    /// What became of it.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// Where it stood in the input.
    pub at: Place,
}

impl ResultLine {
    /// The line for programs, without a line feed. Control and bidi
    /// characters are escaped.
    pub fn json(&self) -> String {
        super::json_line(self)
    }

    /// The line for people, without a line feed. `input` is the name of the
    /// document, for the place of what was not done.
    pub fn text(&self, input: &str) -> String {
        let mut line = self.outcome.status.word().to_owned();
        let words = [self.op.as_deref(), self.file_path.as_deref()];
        for word in words.into_iter().flatten() {
            line.push(' ');
            line.push_str(word);
        }
        if let Some(new_path) = &self.new_path {
            line.push_str(" -> ");
            line.push_str(new_path);
        }
        self.write_details(&mut line, input);
        super::escaped(&line, |c| format!("\\u{{{:x}}}", u32::from(c)))
    }

    /// Writing to a String cannot fail.
    fn write_details(&self, line: &mut String, input: &str) {
        let Outcome { how, why, warning, status, .. } = &self.outcome;
        if !how.is_empty() {
            let _ = write!(line, " ({})", how.join(", "));
        }
        if let Some(why) = why {
            let _ = write!(line, ": {}", why.why);
        }
        if let Some(warning) = warning {
            let _ = write!(line, "; warning: {warning}");
        }
        if !status.is_good() {
            let Place { byte, line: number } = self.at;
            let _ = write!(line, " ({input}:{number}, byte {byte})");
        }
    }
}

/// How many operations had which fate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Fates {
    /// See [`Fate::Applied`].
    pub applied: u64,
    /// See [`Fate::Unchanged`].
    pub unchanged: u64,
    /// See [`Fate::Refused`].
    pub refused: u64,
    /// See [`Fate::Failed`].
    pub failed: u64,
    /// See [`Fate::Skipped`].
    pub skipped: u64,
}

impl Fates {
    /// Counts one more.
    pub fn count(&mut self, fate: Fate) {
        match fate {
            Fate::Applied => self.applied += 1,
            Fate::Unchanged => self.unchanged += 1,
            Fate::Refused => self.refused += 1,
            Fate::Failed => self.failed += 1,
            Fate::Skipped => self.skipped += 1,
        }
    }

    /// Whether the tree is what every operation asked for.
    pub fn all_good(&self) -> bool {
        self.refused + self.failed + self.skipped == 0
    }
}

/// What a document came to as a whole: one line of `--report`.
#[derive(Clone, Debug, Serialize)]
pub struct Apply {
    /// Always `apply`.
    pub r#type: &'static str,
    /// The operand as given, or `stdin`.
    pub file: String,
    /// The run's name in the log.
    pub run: String,
    /// The exit status that the document alone would give.
    pub status: u8,
    /// Whether the answer was whole.
    pub verdict: Verdict,
    /// Where and how it was cut, if it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cut: Option<Cut>,
    /// How many operations had which fate.
    #[serde(flatten)]
    pub fates: Fates,
    /// The number of operations the answer announced.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub declared: Option<u64>,
    /// Records that were mended before they were read.
    pub repaired: u64,
    /// Bytes read.
    pub input_bytes: u64,
    /// What wrapped the answer, and what it said of it.
    #[serde(flatten)]
    pub envelope: Envelope,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(outcome: Outcome) -> ResultLine {
        ResultLine {
            op: Some("create".into()),
            file_path: Some("src/a.py".into()),
            new_path: None,
            outcome,
            at: Place { byte: 10, line: 2 },
        }
    }

    #[test]
    fn what_was_done_is_said_in_three_words() {
        let line = line(Outcome::applied());
        assert_eq!(line.text("stdin"), "applied create src/a.py");
        assert_eq!(
            line.json(),
            "{\"type\":\"result\",\"op\":\"create\",\"file_path\":\"src/a.py\",\
             \"status\":\"applied\",\"at\":{\"byte\":10,\"line\":2}}"
        );
    }

    #[test]
    fn what_was_not_done_is_said_with_its_place() {
        let line = line(Outcome::failed("exists", "it is there"));
        assert_eq!(
            line.text("stdin"),
            "failed create src/a.py: it is there (stdin:2, byte 10)"
        );
        assert!(line.json().contains("\"reason\":\"exists\""));
    }

    #[test]
    fn no_line_carries_a_raw_control_or_bidi_character() {
        let mut line = line(Outcome::applied());
        line.file_path = Some("a\u{1b}[1m\u{85}\u{202e}b\nc".into());
        let raw = |c: char| c.is_control() || crate::report::is_unprintable(c);
        assert!(!line.text("stdin").contains(raw));
        let json = line.json();
        assert!(!json.contains(raw));
        let back: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(back["file_path"], "a\u{1b}[1m\u{85}\u{202e}b\nc");
    }
}
