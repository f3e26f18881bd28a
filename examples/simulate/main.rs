//! simulate: what each way of asking costs, on changes that were really made.
//!
//! Changes of git histories, or the sizes of such changes, flow in; a table,
//! a picture and one line of JSON flow out. The model is a stand-in: its
//! answer is the change as canonical operations, cut after so many tokens.
//! `scripts/simulate-policy` runs this; it is no installed tool.

mod task;
mod history;
mod recorded;
#[path = "../records/mod.rs"]
mod records;
mod ours;
mod policy;
mod tally;
mod table;
mod picture;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Error};
use clap::Parser;

use tornkit::budget::encoding::Encoding;
use tornkit::cli::{self, Diagnostics};
use tornkit::span::Status;
use tornkit::stream::Output;

use policy::Policy;
use tally::Board;
use task::Task;

/// Compare policies for answers that do not fit their budget.
///
/// Exit status: 0 the policy of these tools stays within its bounds; 1 it
/// does not, or there were too few changes to tell; 2 trouble.
#[derive(Parser)]
#[command(name = "simulate-policy", max_term_width = 80)]
struct Args {
    /// Repository whose changes of several files are the tasks
    #[arg(long, value_name = "DIR")]
    git: Vec<PathBuf>,

    /// The newest change of each repository that is looked at
    #[arg(long, value_name = "REV", default_value = "HEAD")]
    until: String,

    /// Size records of changes, one JSON object a line
    #[arg(long, value_name = "FILE")]
    records: Vec<OsString>,

    /// The newest commits of each repository that are looked at
    #[arg(long, value_name = "N", default_value_t = 4_000)]
    commits: usize,

    /// Tasks that are simulated, drawn by the seed if there are more
    #[arg(long, value_name = "N", default_value_t = 20_000)]
    tasks: usize,

    /// What decides between equal possibilities
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,

    /// Write the picture of the trade-off to FILE
    #[arg(long, value_name = "FILE")]
    svg: Option<OsString>,
}

fn main() -> ExitCode {
    cli::run("simulate-policy", run)
}

fn run(args: Args, diagnostics: Diagnostics) -> Result<Status, Error> {
    let vocabulary = Encoding::O200k
        .load()
        .context("cannot count tokens: no vocabulary in this build")?;
    let mut tasks = Vec::new();
    for directory in &args.git {
        diagnostics.remark(&format!("reading {}", directory.display()));
        tasks.extend(history::read(
            directory,
            (args.commits, &args.until),
            vocabulary,
        )?);
    }
    for file in &args.records {
        tasks.extend(recorded::read(file)?);
    }
    let tasks = task::draw(tasks, args.tasks, args.seed);
    let board = play(&tasks, args.seed, vocabulary);
    let mut out = Output::stdout();
    out.write(table::text(&board).as_bytes())?;
    let missed = board.missed();
    for line in &missed {
        diagnostics.say(line);
    }
    out.write_line(&serde_json::to_vec(&table::json(
        &board, &missed, args.seed,
    ))?)?;
    out.finish()?;
    if let Some(file) = &args.svg {
        let mut out = Output::file(file)?;
        out.write(picture::svg(&board, &tasks).as_bytes())?;
        out.finish()?;
    }
    Ok(if missed.is_empty() { Status::Complete } else { Status::Incomplete })
}

/// Every policy on every task.
fn play(
    tasks: &[Task],
    seed: u64,
    vocabulary: tornkit::budget::encoding::Vocabulary,
) -> Board {
    let mut board = Board::default();
    for (index, task) in tasks.iter().enumerate() {
        board.count(task);
        for policy in policy::ALL {
            let dice = task::Dice::new(seed ^ (index as u64) << 8);
            let outcome = match policy {
                Policy::Ours => ours::obeyed(task, vocabulary),
                Policy::Unruly => ours::disobeyed(task, dice, vocabulary),
                _ => policy::play(task, policy),
            };
            if let Some(outcome) = outcome {
                board.add(task, policy, outcome);
            }
        }
    }
    board
}
