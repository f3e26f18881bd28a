//! Offsets, places and outcomes: the vocabulary every other module speaks.
//!
//! Nothing here reads, writes or parses. Offsets are absolute, in bytes from
//! the first decoded byte of a stream; lines are 1-based.

use serde::{Deserialize, Serialize};

/// A half-open range of stream offsets, in bytes: `start..end`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u64,
    /// Offset just past the last byte; never less than `start`.
    pub end: u64,
}

impl Span {
    /// The number of bytes covered.
    pub fn len(self) -> u64 {
        self.end.saturating_sub(self.start)
    }

    /// Whether the span covers no byte.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }
}

/// A point of a stream that a person can find again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Offset in bytes from the start of the stream.
    pub byte: u64,
    /// Line the byte stands in, counted from 1.
    pub line: u64,
}

/// What the end of a stream says about the answer it carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The stream itself shows that the answer is whole.
    Complete,
    /// The stream ended before the answer did.
    Cut,
    /// It ended between records and nothing declared how many there are.
    Unsure,
}

/// What was open at the last byte of a cut stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CutState {
    /// Inside a string value.
    String,
    /// Inside the name of an object member.
    Key,
    /// Inside a number, or just after one that more digits could follow.
    Number,
    /// Inside a backslash escape of a string or key.
    Escape,
    /// Inside `true`, `false` or `null`.
    Literal,
    /// Inside a comment.
    Comment,
    /// Inside an object or array, between two tokens.
    Container,
    /// Between two records of an open wrapper, or short of a declared count.
    BetweenRecords,
    /// In a code fence that was not closed, between two records.
    Fence,
    /// Inside a hunk, or just after one that may go on.
    Hunk,
    /// Inside the header of a file patch, or just after it.
    Header,
    /// Inside a SEARCH/REPLACE block or the change of one file.
    Block,
    /// In what the model wrote for itself before its answer.
    Thinking,
}

impl CutState {
    /// The state in words, to follow "cut".
    pub fn describe(self) -> &'static str {
        match self {
            Self::String => "in a string",
            Self::Key => "in a key",
            Self::Number => "in a number",
            Self::Escape => "in an escape",
            Self::Literal => "in a literal",
            Self::Comment => "in a comment",
            Self::Container => "between two tokens",
            Self::BetweenRecords => "between records",
            Self::Fence => "in an open fence, between records",
            Self::Hunk => "in a hunk",
            Self::Header => "in a header",
            Self::Block => "in a block",
            Self::Thinking => "in its thinking, before an answer",
        }
    }
}

/// Where and how a stream ended early.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cut {
    /// Offset just past the last byte of the stream.
    pub byte: u64,
    /// Line of the last byte, counted from 1.
    pub line: u64,
    /// Index, from 0, of the record that is unfinished or missing.
    pub record: u64,
    /// What was open.
    pub state: CutState,
    /// JSON path of the innermost open value inside the unfinished record,
    /// such as `$.operations[2].content`; `$` between records.
    pub path: String,
    /// The path key of the unfinished record, if it had arrived whole.
    pub file_path: Option<String>,
    /// Where the tail starts: the first byte of the unfinished record, or
    /// the end of the stream if no record was open.
    pub tail: Place,
    /// Bytes of the tail.
    pub lost_bytes: u64,
    /// Last record that arrived whole, as its index from 0.
    pub last_complete: Option<u64>,
}

impl Cut {
    /// The cut of an answer that ended at `end`, after `whole` records and
    /// in none.
    pub fn between_records(end: Place, whole: u64) -> Self {
        Self {
            byte: end.byte,
            line: end.line,
            record: whole,
            state: CutState::BetweenRecords,
            path: "$".into(),
            file_path: None,
            tail: end,
            lost_bytes: 0,
            last_complete: whole.checked_sub(1),
        }
    }
}

/// A repetition that the end of the stream left running.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Loop {
    /// What `period` counts.
    pub unit: LoopUnit,
    /// Length of what is repeated.
    pub period: u64,
    /// How often it stands there in a row.
    pub times: u64,
}

/// What a repetition is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LoopUnit {
    /// Whole records.
    Records,
    /// Bytes of the unfinished record at the end.
    Bytes,
}

/// What a run can report to its caller; the order is that of gravity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// 0: everything asked for was done.
    Complete,
    /// 1: stdout is valid, but something is missing, refused or below a gate.
    Incomplete,
    /// 2: usage, I/O, or nothing trustworthy was done.
    Trouble,
}

impl Status {
    /// The graver of two.
    pub fn worst(self, other: Self) -> Self {
        self.max(other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trouble_beats_incomplete_beats_complete() {
        assert_eq!(
            Status::Complete.worst(Status::Incomplete),
            Status::Incomplete
        );
        assert_eq!(Status::Trouble.worst(Status::Incomplete), Status::Trouble);
    }

    #[test]
    fn a_span_counts_its_bytes() {
        assert_eq!(Span { start: 3, end: 10 }.len(), 7);
        assert!(Span { start: 3, end: 3 }.is_empty());
    }
}
