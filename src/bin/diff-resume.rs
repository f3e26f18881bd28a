//! diff-resume: arguments and wiring.

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, Error};
use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};

use tornkit::cli::{self, Diagnostics};
use tornkit::report::resume as report;
use tornkit::resume::{
    self, Context, Joined, Refusal, Style, UnitState, prompt, stitch,
};
use tornkit::span::Status;
use tornkit::stream::{Input, Output};

/// Join a cut answer and its continuations, and ask for what is missing.
///
/// Operands are the raw answers of a model in order: the first, then each
/// continuation, as they came. Without a mode, prints the complete
/// operations of the joined answer, one a line.
///
/// Exit status: 0 complete (`prompt`: a prompt was written); 1 something is
/// missing or does not fit (`prompt`: nothing to ask); 2 trouble.
#[derive(Parser)]
#[command(
    name = "diff-resume",
    version,
    max_term_width = 80,
    args_conflicts_with_subcommands = true,
    subcommand_precedence_over_arg = true,
    disable_help_subcommand = true
)]
struct Args {
    #[command(subcommand)]
    mode: Option<Mode>,

    #[command(flatten)]
    answers: Answers,

    #[command(flatten)]
    shared: Shared,
}

#[derive(Subcommand)]
enum Mode {
    /// Print the complete operations of the joined answer
    Stitch {
        #[command(flatten)]
        answers: Answers,
    },
    /// Print a line a unit: its state, a tab, its path
    Status {
        #[command(flatten)]
        answers: Answers,
        /// Print JSON lines, with offsets into the joined text
        #[arg(long)]
        json: bool,
        /// End lines with a NUL instead of a line feed
        #[arg(short = '0', long, conflicts_with = "json")]
        null: bool,
    },
    /// Print the prompt that asks a model for what is missing
    Prompt {
        #[command(flatten)]
        answers: Answers,
        /// Task to repeat, for a model that does not remember it
        #[arg(long, value_name = "FILE")]
        task: Option<OsString>,
        /// Files that the answer has to cover, a line each
        #[arg(long, value_name = "FILE")]
        deliverables: Option<OsString>,
        /// Where the continuation is asked to begin
        #[arg(long, value_enum, default_value_t = Begin::Line)]
        style: Begin,
    },
}

#[derive(ClapArgs)]
struct Answers {
    /// Answers in order; `-` or none is stdin
    answers: Vec<OsString>,

    /// Print the joined text as it is
    #[arg(long)]
    raw: bool,

    /// Judge only: print nothing
    #[arg(long, conflicts_with = "raw")]
    check: bool,
}

#[derive(ClapArgs)]
struct Shared {
    /// Write to FILE instead of stdout
    #[arg(short, long, value_name = "FILE", global = true)]
    output: Option<OsString>,

    /// Write a JSON report to FILE
    #[arg(long, value_name = "FILE", global = true)]
    report: Option<OsString>,

    /// Say nothing on stderr about what is missing
    #[arg(short, long, global = true)]
    quiet: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Begin {
    /// With the line that was cut, but not before its operation
    Line,
    /// With the very next character
    Exact,
    /// With the operation that was cut
    Op,
    /// With the first operation on the file that was cut
    File,
}

impl From<Begin> for Style {
    fn from(begin: Begin) -> Self {
        match begin {
            Begin::Line => Self::Line,
            Begin::Exact => Self::Exact,
            Begin::Op => Self::Op,
            Begin::File => Self::File,
        }
    }
}

fn main() -> ExitCode {
    cli::run("diff-resume", run)
}

fn run(args: Args, diagnostics: Diagnostics) -> Result<Status, Error> {
    let Args { mode, answers, shared } = args;
    let answers = match &mode {
        None => &answers,
        Some(
            Mode::Stitch { answers }
            | Mode::Status { answers, .. }
            | Mode::Prompt { answers, .. },
        ) => answers,
    };
    let joined = stitch(&read_all(&answers.answers)?);
    let mut out = match &shared.output {
        _ if answers.check => Output::nowhere(),
        Some(file) => Output::file(file)?,
        None => Output::stdout(),
    };
    let status = match &mode {
        Some(Mode::Status { json, null, .. }) => {
            print_units(&joined, *json, *null, &mut out)?;
            judge(&joined)
        }
        Some(Mode::Prompt { task, deliverables, style, .. }) => {
            let context = Context {
                task: task.as_deref().map(read).transpose()?,
                deliverables: lines(deliverables.as_ref())?,
                style: (*style).into(),
            };
            ask(&joined, &context, &mut out, diagnostics)?
        }
        _ => {
            print_joined(&joined, answers.raw, &mut out)?;
            judge(&joined)
        }
    };
    out.finish()?;
    if status == Status::Incomplete && !shared.quiet {
        explain(&joined, diagnostics);
    }
    if let Some(file) = &shared.report {
        let mut out = Output::file(file)?;
        out.write_line(&serde_json::to_vec(&summed_up(&joined, status))?)?;
        out.finish()?;
    }
    Ok(status)
}

fn read_all(operands: &[OsString]) -> Result<Vec<Vec<u8>>, Error> {
    let operands = cli::operands(operands.to_vec());
    operands.iter().map(|operand| read(operand)).collect()
}

fn read(operand: &std::ffi::OsStr) -> Result<Vec<u8>, Error> {
    Ok(Input::open(operand)?.read_to_end()?)
}

/// The lines of a file that are not blank.
fn lines(file: Option<&OsString>) -> Result<Vec<String>, Error> {
    let Some(file) = file else { return Ok(Vec::new()) };
    let text = String::from_utf8(read(file)?).with_context(|| {
        format!("cannot read '{}'", Path::new(file).display())
    })?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    Ok(lines.map(str::to_owned).collect())
}

fn judge(joined: &Joined) -> Status {
    let empty = joined.text.is_empty();
    if empty || joined.is_whole() {
        Status::Complete
    } else {
        Status::Incomplete
    }
}

fn print_joined(
    joined: &Joined,
    raw: bool,
    out: &mut Output,
) -> Result<(), Error> {
    if raw {
        return Ok(out.write(&joined.text)?);
    }
    for unit in joined.survey.complete() {
        out.write_line(&unit.json)?;
    }
    Ok(())
}

fn print_units(
    joined: &Joined,
    json: bool,
    null: bool,
    out: &mut Output,
) -> Result<(), Error> {
    for unit in &joined.survey.units {
        if json {
            out.write_line(&serde_json::to_vec(&report::Unit {
                r#type: "unit",
                state: unit.state.name(),
                op: unit.op.as_deref(),
                file_path: unit.path.as_deref(),
                start: unit.span.start,
                end: unit.span.end,
                line: unit.line,
            })?)?;
            continue;
        }
        if !unit.is_operation() {
            continue;
        }
        let path = unit.path.as_deref().unwrap_or("?");
        let end = if null { '\0' } else { '\n' };
        let path = if null { path.to_owned() } else { cli::printable(path) };
        let line = format!("{}\t{path}{end}", unit.state.name());
        out.write(line.as_bytes())?;
    }
    Ok(())
}

fn ask(
    joined: &Joined,
    context: &Context,
    out: &mut Output,
    diagnostics: Diagnostics,
) -> Result<Status, Error> {
    match prompt(&joined.text, &joined.survey, context) {
        Ok(text) => {
            out.write(&text)?;
            Ok(Status::Complete)
        }
        Err(Refusal::Complete) => {
            diagnostics.say("nothing to ask: the answer is complete");
            Ok(Status::Incomplete)
        }
        Err(Refusal::NothingToBuildOn) => {
            diagnostics.say(
                "nothing to build on: no operation has begun; ask again from \
                 the start",
            );
            Ok(Status::Incomplete)
        }
    }
}

/// What is missing, and what did not fit.
fn explain(joined: &Joined, diagnostics: Diagnostics) {
    for (n, seam) in joined.seams.iter().enumerate() {
        let Some(problem) = seam.problem else { continue };
        let lost = seam.lost.as_deref().map_or(String::new(), |path| {
            format!(" on '{}'", cli::printable(path))
        });
        diagnostics.say(&format!(
            "cannot join answer {}: {problem}{lost} (byte {})",
            n + 2,
            seam.at,
        ));
    }
    let survey = &joined.survey;
    let rejected = survey.units.iter();
    let rejected = rejected.filter(|u| u.state == UnitState::Rejected);
    for unit in rejected {
        diagnostics.say(&format!(
            "cannot read operation (joined answer:{}, byte {})",
            unit.line, unit.span.start,
        ));
    }
    if let Some(cut) = &survey.summary.cut {
        let path = cut.file_path.as_deref().map_or(String::new(), |path| {
            format!(", '{}'", cli::printable(path))
        });
        diagnostics.say(&format!(
            "cut {}{path} (joined answer:{}, byte {}): {} operations whole",
            cut.state.describe(),
            cut.line,
            cut.byte,
            survey.summary.operations,
        ));
    } else if survey.units.is_empty() {
        let bytes = joined.text.len();
        diagnostics.say(&format!(
            "cannot find an operation in {bytes} bytes of text",
        ));
    }
}

fn summed_up(joined: &Joined, status: Status) -> report::Joined<'_> {
    let summary = &joined.survey.summary;
    let seams = joined.seams.iter().enumerate().map(|(n, seam)| report::Seam {
        answer: n + 2,
        how: seam.how.map(resume::How::name),
        at: seam.at,
        replaced_bytes: seam.replaced_bytes,
        dropped_bytes: seam.dropped_bytes,
        problem: seam.problem,
    });
    report::Joined {
        r#type: "joined",
        verdict: summary.verdict,
        status: status as u8,
        answers: joined.seams.len() + 1,
        bytes: joined.text.len() as u64,
        complete: summary.records,
        declared: summary.declared,
        cut: summary.cut.as_ref(),
        seams: seams.collect(),
    }
}
