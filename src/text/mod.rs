//! What every text shares, whatever it says: its lines and code fences, the
//! names of files in it, the notes that stand for text which was left out, and
//! what shows that a file is damaged.
//!
//! Bytes in, facts about them out. Nothing here knows a format of edits.

pub mod elision;
pub mod fence;
pub mod filename;
mod lines;
pub mod thinking;
mod utf8;
pub mod damage;

pub use lines::{Line, Lines, bare, last_lines, split_line};
pub use utf8::Utf8;
