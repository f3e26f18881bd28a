//! tokest: arguments and wiring.

use std::process::ExitCode;

use tornkit::{cli, span::Status};

#[derive(clap::Parser)]
#[command(name = "tokest", version)]
struct Args {}

fn main() -> ExitCode {
    cli::run("tokest", |_: Args, _| Ok(Status::Complete))
}
