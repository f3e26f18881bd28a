//! The one schema of everything the tools say to machines: reports, result
//! lines, telemetry. Plain data; whoever knows the facts fills it in.

pub mod attempt;
pub mod batch;
pub mod envelope;
pub mod estimate;
pub mod result;
pub mod resume;
pub mod salvage;
