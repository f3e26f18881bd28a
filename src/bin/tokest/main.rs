//! tokest: arguments and wiring.

mod batch;
mod calibrate;
mod count;
mod estimate;
mod next;
mod score;
mod source;
mod watch;

use std::process::ExitCode;

use anyhow::Error;
use clap::{Parser, Subcommand};

use tornkit::cli::{self, Diagnostics};
use tornkit::span::Status;

/// Predicts how many tokens an answer will need, and chooses its budget.
///
/// Reads a list of files to be produced - a line each, JSON, or a run
/// configuration - and says how many tokens they will need.
#[derive(Parser)]
#[command(name = "tokest", version, disable_help_subcommand = true)]
struct Args {
    #[command(flatten)]
    estimate: estimate::EstimateArgs,

    /// Write records, one JSON object a line.
    #[arg(long, global = true)]
    json: bool,

    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Predict the tokens of deliverables (the default).
    Estimate(estimate::EstimateArgs),
    /// Cut phases into batches that fit the cap.
    Batch(batch::BatchArgs),
    /// Count the tokens of files exactly.
    Count(count::CountArgs),
    /// Pass on the first N tokens of a stream.
    Take(count::TakeArgs),
    /// Print the budget after one that was too small.
    Next(next::NextArgs),
    /// Learn how far a repository and its models are from the predictions.
    Calibrate(calibrate::CalibrateArgs),
    /// Say how good predictions and budgets were.
    Score(score::ScoreArgs),
    /// Count the markers of a log and compare them with a baseline.
    Watch(watch::WatchArgs),
}

/// How results are written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    /// A table for people.
    Table,
    /// Records for machines.
    Json,
}

fn main() -> ExitCode {
    cli::run("tokest", run)
}

fn run(args: Args, diagnostics: Diagnostics) -> Result<Status, Error> {
    let style = if args.json { Style::Json } else { Style::Table };
    match args.command {
        None => estimate::run(args.estimate, style, diagnostics),
        Some(Command::Estimate(given)) => {
            estimate::run(given, style, diagnostics)
        }
        Some(Command::Batch(given)) => batch::run(&given, diagnostics),
        Some(Command::Count(given)) => count::run(given, style, diagnostics),
        Some(Command::Take(given)) => count::take(&given),
        Some(Command::Next(given)) => next::run(&given, diagnostics),
        Some(Command::Calibrate(given)) => {
            calibrate::run(&given, style, diagnostics)
        }
        Some(Command::Score(given)) => score::run(&given, style, diagnostics),
        Some(Command::Watch(given)) => watch::run(&given, diagnostics),
    }
}
