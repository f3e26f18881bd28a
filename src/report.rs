//! The one schema of everything the tools say to machines.
