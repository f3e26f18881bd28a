//! Diffs that were cut: what of them is whole, and how parts join.

mod patch;
mod fit;
mod blob;
mod last;
mod context;
mod placer;
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
use crate::scan::Summary;
use crate::span::{Cut, Verdict};

pub use blob::{is_disproved, named_reading};
pub(super) use join::stitch;
pub use last::{AnswerEnd, is_whole};
pub use placer::{Placed, Placer, Tree};

/// Where and how a diff ended early, if it did; for those who read it as a
/// stream and of whose last unit [`is_whole`] has said whether it is.
pub fn cut(finished: &Finished, is_whole: bool, end: AnswerEnd) -> Option<Cut> {
    let is_unit = finished.last.is_some() && is_whole;
    let tail = finished.tail.filter(|_| !is_unit);
    survey::cut(finished, tail, end)
}

/// Adds to what is known of an answer what the end of its last diff shows.
pub fn end(
    summary: &mut Summary,
    finished: &Finished,
    is_whole: bool,
    end: AnswerEnd,
) {
    summary.repaired += finished.totals.miscounts;
    let Some(found) = cut(finished, is_whole, end) else {
        let held = u64::from(finished.last.is_some());
        summary.records += held;
        summary.operations += held;
        return;
    };
    let tail = found.lost_bytes.min(summary.bytes.framing);
    summary.bytes.framing -= tail;
    summary.bytes.tail += tail;
    summary.verdict = Verdict::Cut;
    summary.cut = Some(found);
}

/// The joined text of two answers, if nothing is missing or in doubt.
#[cfg(test)]
fn joined(one: &str, two: &str) -> Option<String> {
    let answers = [one, two].map(|text| text.as_bytes().to_vec());
    let tree = Tree { lookup: &super::nothing_known, roots: &[] };
    let joined = stitch(&answers, AnswerEnd::Meant, tree);
    let text = String::from_utf8(joined.text.clone()).expect("text");
    joined.is_whole().then_some(text)
}
