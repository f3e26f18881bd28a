//! Answers in, the answer they are parts of out: what is whole, what is
//! missing, how to ask for it, and how the parts join.
//!
//! A cut answer is a byte prefix of the answer that was meant. Its
//! continuation may go on at the very byte, or begin again at a line, an
//! operation, a file, or the start; it may come with prose and fences
//! around. [`stitch`] tries every way that fits and keeps the one that the
//! structure proves; where two prove different things, it says so and
//! keeps what both agree on. This module opens no file.

mod preimage;
mod survey;
mod other;
mod overlap;
mod greeting;
mod body;
mod vain;
mod seam;
mod stitch;
pub mod diff;
mod blocks;
mod quote;
mod naming;
mod order;
mod prompt;

pub use diff::AnswerEnd;
pub use order::Style;
pub use other::{OTHER, Other};
pub use preimage::{Lookup, Preimage, nothing_known};
pub use prompt::{Context, Prompt, Refusal, prompt};
pub use seam::How;
pub use stitch::{Joined, Known, Seam, join, stitch};
pub use survey::{Mended, Survey, Unit, UnitState, survey};
