//! diff-resume: arguments and wiring.

use std::process::ExitCode;

use tornkit::{cli, span::Status};

#[derive(clap::Parser)]
#[command(name = "diff-resume", version)]
struct Args {}

fn main() -> ExitCode {
    cli::run("diff-resume", |_: Args, _| Ok(Status::Complete))
}
