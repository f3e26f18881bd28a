//! Diffs that were cut: what of them is whole, and how parts join.

mod patch;
mod fit;
mod blob;
mod last;
mod number;
mod survey;
pub(super) mod body;
mod indent;
mod places;
mod mark;
mod announce;
mod headers;
mod sound;
mod join;

use crate::diff::Finished;
use crate::scan::{Bytes, Summary};
use crate::span::{Cut, Verdict};

pub use blob::is_disproved;
pub(super) use join::stitch;
pub use last::{AnswerEnd, is_whole};
pub use number::{Numbering, numbering};

/// Where and how a diff ended early, if it did; for those who read it as a
/// stream and of whose last unit [`is_whole`] has said whether it is.
pub fn cut(finished: &Finished, is_whole: bool, end: AnswerEnd) -> Option<Cut> {
    let is_unit = finished.last.is_some() && is_whole;
    let tail = finished.tail.filter(|_| !is_unit);
    survey::cut(finished, tail, end)
}

/// What is known of a diff that was read as a stream, as of any answer.
/// Framing between its units counts with them.
pub fn summary(finished: &Finished, is_whole: bool, end: AnswerEnd) -> Summary {
    let cut = cut(finished, is_whole, end);
    let held = u64::from(finished.last.is_some() && cut.is_none());
    let tail = cut.as_ref().map_or(0, |cut| cut.lost_bytes);
    let total = finished.totals.bytes;
    let units = finished.totals.units + held;
    Summary {
        verdict: match (&cut, end) {
            (Some(_), _) => Verdict::Cut,
            (None, AnswerEnd::Certain) => Verdict::Complete,
            (None, _) => Verdict::Unsure,
        },
        cut,
        tail: Vec::new(),
        records: units,
        operations: units,
        repaired: finished.totals.miscounts,
        rejected: finished.totals.rejected,
        declared: None,
        framing: Vec::new(),
        stray: 0,
        first_stray: None,
        looping: None,
        bytes: Bytes { record: total - tail, tail, ..Bytes::default() },
    }
}

/// The joined text of two answers, if nothing is missing or in doubt.
#[cfg(test)]
fn joined(one: &str, two: &str) -> Option<String> {
    let answers = [one, two].map(|text| text.as_bytes().to_vec());
    let lookup = &super::nothing_known;
    let joined = stitch(&answers, AnswerEnd::Meant, lookup);
    let text = String::from_utf8(joined.text.clone()).expect("text");
    joined.is_whole().then_some(text)
}
