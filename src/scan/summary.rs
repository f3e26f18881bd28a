//! What is known once a stream has ended.

use serde::Serialize;

use super::ledger::is_json;
use crate::json;
use crate::span::{Cut, Loop, Place, Verdict};

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
    /// The repetition that the answer ended in, if it is not whole.
    pub looping: Option<Loop>,
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
    /// Places where text that is no record follows one on its line, begins
    /// like one, or stands among the elements of a wrapper.
    pub stray: u64,
    /// The first of them.
    pub first_stray: Option<Place>,
    /// Where the bytes went.
    pub bytes: Bytes,
    /// Where the stream ended: its length, and the line that would go on.
    pub end: Place,
}

impl Summary {
    /// The unfinished record as one line of JSON, closed and marked with
    /// `"_cut":true`; `None` if nothing of it can be told.
    pub fn partial(&self) -> Option<Vec<u8>> {
        json::close(&self.tail).filter(|line| is_json(line))
    }
}
