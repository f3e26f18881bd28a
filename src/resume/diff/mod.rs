//! Diffs that were cut: what of them is whole, and how parts join.

mod patch;
mod fit;
mod last;
mod survey;
mod body;
mod places;
mod join;

use crate::diff::Finished;
use crate::span::Cut;

pub(super) use join::stitch;
pub use last::{AnswerEnd, is_whole};

use super::preimage::Lookup;

/// Where and how a diff ended early, if it did; for those who read it as a
/// stream. Whether its last unit is whole is for [`is_whole`] to say.
pub fn cut(
    finished: &Finished,
    end: AnswerEnd,
    lookup: &Lookup<'_>,
) -> Option<Cut> {
    let whole = finished.last.is_some() && is_whole(finished, end, lookup);
    let tail = finished.tail.filter(|_| !whole);
    survey::cut(finished, tail, end)
}
