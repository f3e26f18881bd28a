//! edit-apply: arguments and wiring.

use std::process::ExitCode;

use tornkit::{cli, span::Status};

#[derive(clap::Parser)]
#[command(name = "edit-apply", version)]
struct Args {}

fn main() -> ExitCode {
    cli::run("edit-apply", |_: Args, _| Ok(Status::Complete))
}
