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

mod edges;
mod layers;
mod resume_law;
mod salvage_fuzz;
mod salvage_law;
mod support;
mod tokest;
mod tokest_data;
mod transcript;
