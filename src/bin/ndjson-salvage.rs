//! ndjson-salvage: arguments and wiring.

use std::process::ExitCode;

use tornkit::{cli, span::Status};

#[derive(clap::Parser)]
#[command(name = "ndjson-salvage", version)]
struct Args {}

fn main() -> ExitCode {
    cli::run("ndjson-salvage", |_: Args, _| Ok(Status::Complete))
}
