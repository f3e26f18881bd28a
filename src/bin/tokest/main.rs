//! tokest: arguments and wiring.

mod batch;
mod brief;
mod calibrate;
mod count;
mod estimate;
mod next;
mod score;
mod source;
mod watch;

use std::process::ExitCode;

use anyhow::{Error, bail};
use clap::{Parser, Subcommand};

use tornkit::cli::{self, Diagnostics};
use tornkit::span::Status;

use estimate::EstimateArgs;

/// Predicts how many tokens an answer will need, and chooses its budget.
///
/// Reads a list of files to be produced - a line each, JSON, or a run
/// configuration - and says how many tokens they will need.
#[derive(Parser)]
#[command(name = "tokest", version, disable_help_subcommand = true)]
struct Args {
    #[command(flatten)]
    estimate: EstimateArgs,

    /// Write records, one JSON object a line.
    #[arg(long, global = true)]
    json: bool,

    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Predict the tokens of deliverables (the default).
    Estimate(EstimateArgs),
    /// Cut phases into batches that fit the cap.
    Batch(batch::BatchArgs),
    /// Print a phase in words, for the prompt that asks for it.
    Brief(brief::BriefArgs),
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

fn run(mut args: Args, diagnostics: Diagnostics) -> Result<Status, Error> {
    let style = if args.json { Style::Json } else { Style::Table };
    let Some(mut command) = args.command.take() else {
        return estimate::run(args.estimate, style, diagnostics);
    };
    pass_directory(&mut args.estimate, &mut command);
    if args.estimate != Args::try_parse_from(["tokest"])?.estimate {
        bail!("cannot use what stands before the command: put it after");
    }
    match command {
        Command::Estimate(given) => estimate::run(given, style, diagnostics),
        Command::Batch(given) => batch::run(&given, diagnostics),
        Command::Brief(given) => brief::run(&given),
        Command::Count(given) => count::run(given, style, diagnostics),
        Command::Take(given) => count::take(&given),
        Command::Next(given) => next::run(&given, diagnostics),
        Command::Calibrate(given) => calibrate::run(&given, style, diagnostics),
        Command::Score(given) => score::run(&given, style, diagnostics),
        Command::Watch(given) => watch::run(&given, diagnostics),
    }
}

/// `-C` may stand before the command, as `--json` may.
fn pass_directory(before: &mut EstimateArgs, command: &mut Command) {
    let inside = match command {
        Command::Estimate(given) => &mut given.source.directory,
        Command::Batch(given) => &mut given.source.directory,
        Command::Calibrate(given) => &mut given.directory,
        _ => return,
    };
    let outside = before.source.directory.take();
    *inside = inside.take().or(outside);
}
