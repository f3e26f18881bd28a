//! diff-resume: arguments and wiring.

mod mends;
mod repeats;
mod say;
mod stream;
mod tree;

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Error, bail};
use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};

use tornkit::answer::Format;
use tornkit::blocks::Renderer;
use tornkit::budget::document;
use tornkit::cli::{self, Diagnostics};
use tornkit::report::resume as report;
use tornkit::resume::{
    AnswerEnd, Context, Joined, Known, Refusal, Style, UnitState, join, prompt,
};
use tornkit::span::{Status, Verdict};
use tornkit::stream::{Clash, Input, Names, Output};
use tornkit::transcript::{self, Outcome};

use crate::stream::Streamed;
use crate::tree::Files;

/// Join a cut answer and its continuations, and ask for what is missing.
///
/// Operands are the raw answers of a model in order: the first, then each
/// continuation, as they came: edit operations or diffs. Without a mode,
/// prints what is whole in the joined answer: a patch for `git apply -p1`, or
/// the complete operations, one a line.
///
/// Exit status: 0 complete (`prompt`: a prompt was written); 1 something is
/// missing or does not fit (`prompt`: nothing to ask); 2 trouble.
#[derive(Parser)]
#[command(
    name = "diff-resume",
    version,
    max_term_width = 80,
    subcommand_precedence_over_arg = true,
    disable_help_subcommand = true
)]
struct Args {
    #[command(subcommand)]
    mode: Option<Mode>,

    #[command(flatten)]
    answers: Operands,

    #[command(flatten)]
    shared: Shared,
}

#[derive(Subcommand)]
enum Mode {
    /// As without a mode, but the end is that of the answer
    Stitch {
        #[command(flatten)]
        answers: Operands,
    },
    /// Print a line a unit: its state, a tab, its path
    Status {
        #[command(flatten)]
        answers: Operands,
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
        answers: Operands,
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
struct Operands {
    /// Answers in order; `-` or none is stdin
    answers: Vec<OsString>,
}

#[derive(ClapArgs)]
struct Shared {
    #[command(flatten)]
    wrapped: cli::Wrapped,

    /// The tree that the answer changes
    #[arg(short = 'C', long, value_name = "DIR", global = true)]
    directory: Option<PathBuf>,

    /// Format of the answer; told by its first unit if not given
    #[arg(long, value_enum, global = true)]
    format: Option<Named>,

    /// Take the last unit as whole: the answer is known to be
    #[arg(long, global = true)]
    complete: bool,

    /// Print the joined text as it is
    #[arg(long, global = true)]
    raw: bool,

    /// Judge each operand by itself: print nothing
    #[arg(long, conflicts_with = "raw", global = true)]
    check: bool,

    /// Hold the last unit back in every mode: the answer is known to be cut
    #[arg(long, global = true, conflicts_with = "complete")]
    cut: bool,

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
enum Named {
    /// Edit operations in JSON
    Ops,
    /// A git or unified diff
    Diff,
    /// A patch that begins with `*** Begin Patch`
    V4a,
    /// SEARCH/REPLACE blocks
    SearchReplace,
    /// Whole files in code fences
    WholeFile,
}

impl From<Named> for Format {
    fn from(named: Named) -> Self {
        match named {
            Named::Ops => Self::Ops,
            Named::Diff => Self::Diff,
            Named::V4a => Self::V4a,
            Named::SearchReplace => Self::SearchReplace,
            Named::WholeFile => Self::WholeFile,
        }
    }
}

#[derive(Clone, Copy, ValueEnum)]
enum Begin {
    /// With the line that was cut, but not before its operation
    Line,
    /// With the very next character
    Exact,
    /// With the operation or hunk that was cut
    #[value(alias = "hunk")]
    Op,
    /// With the file that was cut
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
    let mut operands = answers.answers;
    match &mode {
        None => {}
        Some(
            Mode::Stitch { answers }
            | Mode::Status { answers, .. }
            | Mode::Prompt { answers, .. },
        ) => operands.extend_from_slice(&answers.answers),
    }
    check_files(&shared, mode.as_ref(), &operands)?;
    let files = Files::open(shared.directory.as_deref())?;
    let end = match &mode {
        _ if shared.complete => AnswerEnd::Certain,
        _ if shared.cut => AnswerEnd::MayBeCut,
        None if !shared.check => AnswerEnd::MayBeCut,
        _ => AnswerEnd::Meant,
    };
    let run = Run { shared: &shared, files, end, diagnostics };
    if shared.check {
        return run.check(&operands);
    }
    let mut first = None;
    if mode.is_none() && !shared.raw && operands.len() < 2 {
        match stream::prefix(&run, operands.first())? {
            Streamed::Done(status) => return Ok(status),
            Streamed::Other(bytes) => first = Some(bytes),
        }
    }
    let inputs = match first {
        Some(bytes) => vec![bytes],
        None => read_all(&operands)?,
    };
    let said = Said::of(&inputs, &operands, shared.wrapped)?;
    run.join(&said, mode.as_ref())
}

/// No file may be two outputs, or an output and an input.
fn check_files(
    shared: &Shared,
    mode: Option<&Mode>,
    operands: &[OsString],
) -> Result<(), Clash> {
    let mut names = Names::default();
    if !shared.check {
        names.output("-o", shared.output.as_deref())?;
    }
    if let Some(file) = &shared.report {
        names.output("--report", Some(file))?;
    }
    if let Some(Mode::Prompt { task, deliverables, .. }) = mode {
        let read = [task, deliverables].into_iter().flatten();
        names.inputs(&read.cloned().collect::<Vec<_>>())?;
    }
    names.inputs(&cli::operands(operands.to_vec()))
}

/// The answers in the inputs, in order, and how the last one ended.
struct Said {
    texts: Vec<Vec<u8>>,
    outcome: Outcome,
}

impl Said {
    /// Reads inputs of these names. Of several answers in a log only one may
    /// be wanted; what follows the log need not be one.
    ///
    /// Fails if an input holds nothing of what it was taken for.
    fn of(
        inputs: &[Vec<u8>],
        names: &[OsString],
        wrapped: cli::Wrapped,
    ) -> Result<Self, Error> {
        let mut said = Self { texts: Vec::new(), outcome: Outcome::default() };
        for (index, input) in inputs.iter().enumerate() {
            let mut answers = transcript::answers(input, wrapped.decoder());
            if index > 0 && answers.outcome.envelope.is_none() {
                let all = cli::Wrapped { answer: None, ..wrapped };
                answers = transcript::answers(input, all.decoder());
            }
            if let Some(why) = answers.outcome.absent {
                let name = names.get(index).map(|name| name.to_string_lossy());
                let name = name.filter(|name| name != "-");
                let name = name.as_deref().unwrap_or("stdin");
                bail!("cannot read '{name}': {why}");
            }
            said.texts.append(&mut answers.texts);
            said.outcome = answers.outcome;
        }
        Ok(said)
    }
}

/// What all modes need.
struct Run<'a> {
    shared: &'a Shared,
    files: Files,
    end: AnswerEnd,
    diagnostics: Diagnostics,
}

impl Run<'_> {
    fn known<T>(&self, body: impl FnOnce(Known<'_>) -> T) -> T {
        self.known_with(self.end, body)
    }

    fn known_with<T>(
        &self,
        end: AnswerEnd,
        body: impl FnOnce(Known<'_>) -> T,
    ) -> T {
        let lookup = |name: &[u8]| self.files.get(name);
        let format = self.shared.format.map(Format::from);
        let roots = &self.files.roots;
        body(Known { format, end, lookup: &lookup, roots })
    }

    /// Joins what was said, and takes the last envelope's word for its end.
    fn joined(&self, said: &Said) -> (Joined, Format) {
        let verdict = said.outcome.verdict();
        let end = match (self.end, verdict) {
            (AnswerEnd::Certain, _) => AnswerEnd::Certain,
            (_, Verdict::Complete) => AnswerEnd::Stopped,
            (_, Verdict::Cut) => AnswerEnd::MayBeCut,
            (end, Verdict::Unsure) => end,
        };
        let (mut joined, format) =
            self.known(|known| join(&said.texts, Known { end, ..known }));
        match self.end {
            AnswerEnd::Certain => joined.survey.summary.looping = None,
            _ => joined.heed(verdict),
        }
        (joined, format)
    }

    fn output(&self) -> Result<Output, Error> {
        Ok(match &self.shared.output {
            Some(file) => Output::file(file)?,
            None => Output::stdout(),
        })
    }

    /// Joins answers that are at hand, and does what the mode says.
    fn join(&self, said: &Said, mode: Option<&Mode>) -> Result<Status, Error> {
        let (joined, format) = self.joined(said);
        let mut out = self.output()?;
        let status = match mode {
            Some(Mode::Status { json, null, .. }) => {
                print_units(&joined, *json, *null, &mut out)?;
                judge(&joined)
            }
            Some(Mode::Prompt { task, deliverables, style, .. }) => {
                let context = Context {
                    task: task.as_deref().map(read).transpose()?,
                    deliverables: wanted(deliverables.as_ref())?,
                    style: (*style).into(),
                    format,
                };
                self.ask(&said.texts, &joined, &context, &mut out)?
            }
            _ => {
                print_joined(&joined, format, self.shared.raw, &mut out)?;
                if !self.shared.quiet && !self.shared.raw {
                    let hunks = joined.survey.unnumbered;
                    say::say_unnumbered(hunks, self.diagnostics);
                }
                judge(&joined)
            }
        };
        out.finish()?;
        if status == Status::Incomplete && !self.shared.quiet {
            say::explain(&joined, format, &said.outcome, self.diagnostics);
        }
        self.report(|| say::summed_up(&joined, format, &said.outcome, status))?;
        Ok(status)
    }

    /// Judges each operand by itself; a line for each that is not whole or
    /// was mended.
    fn check(&self, operands: &[OsString]) -> Result<Status, Error> {
        let mut status = Status::Complete;
        let mut reports = self.report_file()?;
        for operand in cli::operands(operands.to_vec()) {
            let mut input = Input::open(&operand)?;
            let name = input.name().to_owned();
            let inputs = [input.read_to_end()?];
            let names = std::slice::from_ref(&operand);
            let said = Said::of(&inputs, names, self.shared.wrapped)?;
            let (joined, format) = self.joined(&said);
            let mut found = judge(&joined);
            if let Some(fault) = say::fault(&joined) {
                found = Status::Incomplete;
                let line = format!("'{}': {fault}", cli::printable(&name));
                self.say(&line);
            }
            status = status.worst(found);
            let outcome = &said.outcome;
            let report = say::summed_up(&joined, format, outcome, found);
            reports.write_line(&serde_json::to_vec(&report)?)?;
        }
        reports.finish()?;
        Ok(status)
    }

    fn say(&self, line: &str) {
        if !self.shared.quiet {
            self.diagnostics.say(line);
        }
    }

    fn report_file(&self) -> Result<Output, Error> {
        Ok(match &self.shared.report {
            Some(file) => Output::file(file)?,
            None => Output::nowhere(),
        })
    }

    fn report<'r>(
        &self,
        report: impl FnOnce() -> report::Joined<'r>,
    ) -> Result<(), Error> {
        if self.shared.report.is_some() {
            let mut out = self.report_file()?;
            out.write_line(&serde_json::to_vec(&report())?)?;
            out.finish()?;
        }
        Ok(())
    }

    fn ask(
        &self,
        texts: &[Vec<u8>],
        joined: &Joined,
        context: &Context,
        out: &mut Output,
    ) -> Result<Status, Error> {
        let mut asked = prompt(&joined.text, &joined.survey, context);
        if asked.is_ok() && self.end == AnswerEnd::Meant {
            // Something is missing, so the end was not meant.
            let cut = AnswerEnd::MayBeCut;
            let (joined, _) = self.known_with(cut, |k| join(texts, k));
            asked = prompt(&joined.text, &joined.survey, context).or(asked);
        }
        let refusal = match asked {
            Ok(text) => {
                out.write(&text)?;
                return Ok(Status::Complete);
            }
            Err(refusal) => refusal,
        };
        self.diagnostics.say(match refusal {
            Refusal::Complete => "nothing to ask: the answer is complete",
            Refusal::NothingToBuildOn => {
                "nothing to build on: no unit has begun; ask again from the \
                 start"
            }
            // What is said of every answer that is not whole says it.
            Refusal::Looping(_) => return Ok(Status::Incomplete),
        });
        Ok(Status::Incomplete)
    }
}

fn read_all(operands: &[OsString]) -> Result<Vec<Vec<u8>>, Error> {
    let operands = cli::operands(operands.to_vec());
    operands.iter().map(|operand| read(operand)).collect()
}

fn read(operand: &OsStr) -> Result<Vec<u8>, Error> {
    Ok(Input::open(operand)?.read_to_end()?)
}

/// The files that a list of deliverables names.
fn wanted(file: Option<&OsString>) -> Result<Vec<String>, Error> {
    let Some(file) = file else { return Ok(Vec::new()) };
    Ok(document::read(&read(file)?).wanted())
}

fn judge(joined: &Joined) -> Status {
    let empty = joined.text.is_empty();
    let is_looping = joined.survey.summary.looping.is_some();
    if empty || joined.is_whole() && !is_looping {
        Status::Complete
    } else {
        Status::Incomplete
    }
}

fn print_joined(
    joined: &Joined,
    format: Format,
    raw: bool,
    out: &mut Output,
) -> Result<(), Error> {
    if raw {
        return Ok(out.write(&joined.text)?);
    }
    let mut renderer = Renderer::default();
    let mut text = Vec::new();
    for unit in joined.survey.complete() {
        match format {
            Format::Diff => out.write(&unit.json)?,
            Format::Ops => out.write_line(&unit.json)?,
            Format::V4a | Format::SearchReplace | Format::WholeFile => {
                let path = unit.path.as_deref().unwrap_or_default();
                renderer.write(path.as_bytes(), &unit.json, &mut text);
                out.write(&text)?;
                text.clear();
            }
        }
    }
    renderer.finish(&mut text);
    Ok(out.write(&text)?)
}

fn print_units(
    joined: &Joined,
    json: bool,
    null: bool,
    out: &mut Output,
) -> Result<(), Error> {
    let mut reasons = joined.survey.reasons.iter();
    for unit in &joined.survey.units {
        let broken = unit.state == UnitState::Rejected;
        let reason = if broken { reasons.next().copied() } else { None };
        if json {
            out.write_line(&serde_json::to_vec(&report::Unit {
                r#type: "unit",
                state: unit.state.name(),
                op: unit.op.as_deref(),
                file_path: unit.path.as_deref(),
                new_path: unit.new_path.as_deref(),
                start: unit.span.start,
                end: unit.span.end,
                line: unit.line,
                reason,
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
