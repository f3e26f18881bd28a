//! The architecture in one screen.
//!
//! ```text
//! bytes -> pieces -> records ------+-> operations -> files
//!              |                   |
//!              +---> hunks, blocks +-> state, prompt, stitch
//! deliverables -> tokens
//! ```
//!
//! A module imports only modules listed above it. Parsers are push state
//! machines (`feed`, `finish`) that do no I/O and give the same result for
//! every chunking.

pub mod span;
pub mod text;
pub mod path;
pub mod stream;
pub mod report;
pub mod json;
pub mod transcript;
pub mod scan;
pub mod diff;
pub mod blocks;
pub mod answer;
pub mod edit;
pub mod resume;
pub mod workspace;
pub mod budget;
pub mod cli;
