//! Blocks that say how one file changes: patches of the `*** Begin Patch`
//! kind, and SEARCH/REPLACE blocks.
//!
//! Each has a machine that is fed its lines, and hands out a [`Block`] once
//! the last one is there, or a reason why the lines are none. Where a block
//! begins in an answer, and whose it is, is not known here; no file of the
//! tree is, so whether it fits is not asked.

mod block;
mod finished;
mod marker;
mod patch;
mod search;
mod render;

pub use block::{Block, Change, Chunk, Event, Reach, Reason, Rejected};
pub use finished::{Finished, Open, Side, Totals};
pub use marker::{
    Opening, SHORTEST_MARKER, begins as begins_marker, divides, has_conflict,
    is_closing, is_odd as is_odd_marker, is_usual as is_usual_marker, may_open,
    opening,
};
pub use patch::{Flow, Patch, begins as begins_patch, is_end as ends_patch};
pub use render::Renderer;
pub use search::{Search, Step};
