//! Lines in, blocks out: SEARCH/REPLACE blocks, and patches that begin with
//! `*** Begin Patch` (V4A).
//!
//! A [`Parser`] is fed an answer as it arrives and hands out each unit as
//! soon as a marker shows that it is whole. What is open at the end stays
//! open. It knows no file, so whether a text stands in one is not asked.

mod unit;
mod search;
mod v4a;
mod parser;

pub use parser::{Finished, Parser, Style};
pub use unit::{Action, Chunk, Unit};
