//! The one schema of everything the tools say to machines: reports, result
//! lines, telemetry. Plain data; whoever knows the facts fills it in.

pub mod result;
pub mod resume;
pub mod salvage;
