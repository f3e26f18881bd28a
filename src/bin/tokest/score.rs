//! `tokest score`: telemetry in, how good predictions and budgets were out.

use std::ffi::OsString;

use anyhow::{Context, Error};
use serde::Serialize;

use tornkit::budget::board::{Board, label};
use tornkit::budget::gate::{Gate, Passed};
use tornkit::budget::score::Figures;
use tornkit::budget::telemetry::{self, Unread};
use tornkit::cli::{self, Diagnostics};
use tornkit::span::Status;
use tornkit::stream::{Input, Names, Output};

use crate::Style;

/// Say how good predictions and budgets were.
///
/// Reads telemetry: one attempt a line. Answers that were cut are lower
/// bounds of their length, and are not counted as errors.
#[derive(clap::Args)]
pub(crate) struct ScoreArgs {
    /// Telemetry; `-` or none is standard input.
    #[arg(value_name = "FILE")]
    files: Vec<OsString>,

    /// Conditions; status 1 if one is not met: `truncation<=0.1,smape<=50`,
    /// `coverage_p90[scope:>=10]>=0.85`.
    #[arg(long, value_name = "GATES", value_delimiter = ',')]
    gate: Vec<Gate>,

    /// Write the sums to this file, to be merged elsewhere.
    #[arg(long, value_name = "FILE")]
    state_out: Option<OsString>,

    /// Add the sums of these files. Standard input is then read only as `-`.
    #[arg(long, value_name = "FILE", num_args = 1..)]
    merge: Vec<OsString>,
}

/// One group.
#[derive(Serialize)]
#[serde(tag = "type", rename = "score")]
struct ScoreLine<'a> {
    by: &'a str,
    value: &'a str,
    #[serde(flatten)]
    figures: Figures,
}

pub(crate) fn run(
    args: &ScoreArgs,
    style: Style,
    diagnostics: Diagnostics,
) -> Result<Status, Error> {
    if let Some(file) = &args.state_out {
        let mut names = Names::default();
        names.output("", None)?;
        names.output("--state-out", Some(file))?;
        names.inputs(&args.files)?;
    }
    let mut board = Board::default();
    let mut status = Status::Complete;
    for file in &args.merge {
        board.merge(&read_state(file)?);
    }
    let operands = match args.merge.as_slice() {
        [] => cli::operands(args.files.clone()),
        _ => args.files.clone(),
    };
    for operand in &operands {
        let input = Input::open(operand)?;
        status = status.worst(add(input, &mut board, diagnostics)?);
    }
    let mut out = Output::stdout();
    show(&board, style, &mut out)?;
    out.finish()?;
    if let Some(file) = &args.state_out {
        let mut out = Output::file(file)?;
        out.write_line(&serde_json::to_vec(&board)?)?;
        out.finish()?;
    }
    Ok(status.worst(judge(&board, &args.gate, diagnostics)))
}

fn read_state(file: &OsString) -> Result<Board, Error> {
    let bytes = Input::open(file)?.read_to_end()?;
    serde_json::from_slice(&bytes)
        .with_context(|| format!("cannot merge '{}'", file.display()))
}

/// Counts the attempts of one input; says which lines cannot be read.
fn add(
    mut input: Input,
    board: &mut Board,
    diagnostics: Diagnostics,
) -> Result<Status, Error> {
    let name = cli::printable(input.name());
    let unread = telemetry::each(
        |feed| loop {
            let block = input.read_block()?;
            if block.is_empty() {
                return Ok::<(), Error>(());
            }
            feed(block);
        },
        |call| board.add(call),
    )?;
    Ok(say(&unread, &name, diagnostics))
}

/// Says which lines of an input could not be read, the first ones by number.
pub(crate) fn say(
    unread: &Unread,
    name: &str,
    diagnostics: Diagnostics,
) -> Status {
    for (number, why) in &unread.first {
        diagnostics
            .say(&format!("cannot read an attempt: {why} ({name}:{number})"));
    }
    let more = unread.lines.saturating_sub(unread.first.len() as u64);
    if more > 0 {
        diagnostics.say(&format!("cannot read {more} more attempts ({name})"));
    }
    if unread.lines > 0 { Status::Incomplete } else { Status::Complete }
}

fn show(board: &Board, style: Style, out: &mut Output) -> Result<(), Error> {
    if style == Style::Table {
        out.write_line(HEAD.as_bytes())?;
    }
    for (by, value, tally) in board.groups() {
        let figures = tally.figures();
        let line = match style {
            Style::Json => {
                serde_json::to_string(&ScoreLine { by, value, figures })?
            }
            Style::Table => row(&label(by, value), &figures),
        };
        out.write_line(line.as_bytes())?;
    }
    Ok(())
}

/// Headings of the table.
const HEAD: &str = "phases  cut%   att smape   err under%  p50%  p80%  \
                    p90%  p95% waste total  vain sent% group";

fn row(label: &str, figures: &Figures) -> String {
    let number = |value: Option<f64>, digits: usize| match value {
        Some(value) => format!("{value:>5.digits$}"),
        None => String::from("    -"),
    };
    let percent = |part: Option<f64>| number(part.map(|p| 100.0 * p), 1);
    format!(
        "{:>6} {} {} {} {}  {} {} {} {} {} {} {} {} {} {}",
        figures.phases,
        percent(figures.truncation),
        number(figures.attempts_per_phase, 2),
        number(figures.smape, 1),
        number(figures.median_error, 2),
        percent(figures.underestimation),
        percent(figures.coverage_p50),
        percent(figures.coverage_p80),
        percent(figures.coverage_p90),
        percent(figures.coverage_p95),
        number(figures.waste_mean, 2),
        number(figures.waste_total, 2),
        number(figures.wasted_per_truncated, 0),
        percent(figures.sent_as_chosen),
        cli::printable(label)
    )
}

fn judge(board: &Board, gates: &[Gate], diagnostics: Diagnostics) -> Status {
    let mut status = Status::Complete;
    for gate in gates {
        let figures = board.group(&gate.group).map(|tally| tally.figures());
        let why = match gate.judge(&figures.unwrap_or_default()) {
            Passed::Yes => continue,
            Passed::No(figure) => format!("it is {figure:.4}"),
            Passed::Unknown => String::from("nothing is known of it"),
        };
        status = Status::Incomplete;
        diagnostics.say(&format!("cannot pass gate '{gate}': {why}"));
    }
    status
}
