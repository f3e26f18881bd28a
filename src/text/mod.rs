//! What every text shares, whatever it says: its lines and code fences, the
//! names of files in it, and the notes that stand for text which was left
//! out.
//!
//! Bytes in, facts about them out. Nothing here knows a format of edits.

pub mod elision;
pub mod fence;
pub mod filename;
mod lines;

pub use lines::{Line, Lines};
