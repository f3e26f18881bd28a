//! The real binaries, through pipes.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    dead_code,
    unreachable_pub,
    reason = "a test fails by panicking and owns its own directory"
)]

mod converge;
mod corpus;
mod demo_law;
mod edges;
mod edit_apply;
mod edit_apply_crash;
mod edit_apply_hostile;
mod edit_apply_law;
mod layers;
mod readme;
mod recorded;
mod resume_law;
mod salvage_fuzz;
mod salvage_law;
mod simulate;
mod support;
mod tokest;
mod tokest_calibrate;
mod tokest_data;
mod tokest_score;
