//! The real binaries, through pipes.

mod edges;
mod layers;
mod support;
