//! Lines of a diff in, file headers and hunks out, however badly a model
//! wrote them.
//!
//! A [`Section`] is fed the lines of a diff inside an answer and hands each
//! [`Unit`] to a sink as soon as what follows shows that it is whole. What a hunk holds is
//! decided by its lines; its counts only advise. A [`Renderer`] writes units
//! as a patch that `git apply -p1` reads. Neither knows a file of the tree,
//! so whether a hunk fits is not asked here.

mod name;
mod stamp;
mod range;
mod mend;
mod file;
mod draft;
mod hunk;
mod moved;
mod binary;
mod unit;
mod body;
mod parser;
mod finish;
mod section;
mod render;

pub use file::{FileHeader, Kind};
pub use finish::Finished;
pub use hunk::{Hunk, HunkLine, Side};
pub use mend::Mend;
pub use parser::{Event, Totals};
pub use range::{Numbers, Range};
pub use render::Renderer;
pub use section::Section;
pub use unit::{Change, Doubt, Last, Reason, Rejected, Unit};
