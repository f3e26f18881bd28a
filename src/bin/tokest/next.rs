//! `tokest next`: the budget after one that was too small.

use anyhow::{Error, anyhow};

use tornkit::budget::escalate::{self, Stop};
use tornkit::budget::seed::CAP;
use tornkit::cli::Diagnostics;
use tornkit::span::Status;
use tornkit::stream::Output;

/// Print the budget after one that was too small: half as much again.
#[derive(clap::Args)]
pub(crate) struct NextArgs {
    /// The budget that was too small, in tokens.
    #[arg(value_name = "N")]
    current: u64,

    /// Why the answer stopped, as the provider says it.
    #[arg(long, value_name = "REASON", default_value = "length")]
    stop: String,

    /// The largest budget there is, in tokens.
    #[arg(long, value_name = "N", default_value_t = CAP)]
    cap: u64,
}

pub(crate) fn run(
    args: &NextArgs,
    diagnostics: Diagnostics,
) -> Result<Status, Error> {
    let stop = Stop::of_name(&args.stop).ok_or_else(|| {
        anyhow!("cannot use stop reason '{}': it is not known", args.stop)
    })?;
    match escalate::next(args.current, stop, args.cap) {
        Ok(next) => {
            let mut out = Output::stdout();
            out.write_line(next.to_string().as_bytes())?;
            out.finish()?;
            Ok(Status::Complete)
        }
        Err(why) => {
            diagnostics
                .say(&format!("cannot go beyond '{}': {why}", args.current));
            Ok(Status::Incomplete)
        }
    }
}
