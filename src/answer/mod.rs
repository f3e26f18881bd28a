//! The one model of an answer in any format.
//!
//! An answer is a sequence of segments: units, prose, fences, thinking. A
//! [`Reader`] is fed its text as it arrives and hands out each [`Part`] that
//! asks for something as soon as it is whole: a record, a unit of a diff, a
//! block, or lines that carry the mark of an edit and cannot be taken as one.
//! None vanishes. An [`Answer`] does the same for an answer in whatever wraps
//! it. Whose file a unit is about, is found out here once, for every format.
//!
//! Nothing here opens a file, or asks whether a unit fits.

mod format;
mod part;
mod surroundings;
mod thinking;
mod fenced;
mod totals;
mod read;
mod units;
mod heard;

pub use format::{Format, Scope};
pub use heard::{Answer, Heard};
pub use part::{End, Part, Rejected, Why};
pub use read::Reader;

use std::convert::Infallible;
use std::sync::Arc;

use crate::scan::Config;
use crate::text::filename::NoneKnown;

/// The format of the first unit in the text of an answer, whole or not.
pub fn detect(text: &[u8]) -> Option<Format> {
    let known = Arc::new(NoneKnown);
    let mut reader = Reader::new(Scope::All, Config::default(), known);
    let mut ignore = |_: Part<'_>| Ok::<(), Infallible>(());
    let Ok(()) = reader.feed(text, &mut ignore);
    let Ok(end) = reader.finish(&mut ignore);
    end.first
}
