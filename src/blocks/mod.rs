//! Lines of an answer in, blocks that say how one file changes out: patches
//! of the `*** Begin Patch` kind, SEARCH/REPLACE blocks, and whole files in
//! code fences.
//!
//! A [`Parser`] is fed an answer as it arrives and hands each [`Block`] to a
//! sink once its last line is there. What is no proper block is rejected with
//! a reason. No file of the tree is known here, so whether a block fits is
//! not asked.

mod block;
mod fence;
mod file;
mod finished;
mod marker;
mod name;
mod parser;
mod patch;
mod search;
mod render;

pub use block::{Block, Change, Chunk, Event, Reach, Reason, Rejected};
pub use fence::{Fence, begins as begins_fence, opening};
pub use finished::{Finished, Open, Side, Totals};
pub use marker::{
    SHORTEST_MARKER, divides, is_odd as is_odd_marker,
    is_usual as is_usual_marker,
};
pub use name::{file_above, file_in_info};
pub use parser::{Fenced, Parser};
pub use render::Renderer;
