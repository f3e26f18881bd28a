//! ndjson-salvage: arguments and wiring.

mod before;
mod say;
mod whole_file;

use std::ffi::{OsStr, OsString};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Error, bail};
use clap::{Parser, ValueEnum};

use tornkit::answer::{Answer, Heard, Part, Scope};
use tornkit::cli::{self, Diagnostics};
use tornkit::report::salvage::{End, LISTED, Reject, Repaired, Salvage};
use tornkit::scan::{
    Config, Event, MAX_RECORD, Record, RecordsFile, Rejected, Repair, Strays,
    Summary, Unwrap, Values,
};
use tornkit::span::{Status, Verdict};
use tornkit::stream::{self, Clash, Input, Output, StreamError};
use tornkit::text::filename::NoneKnown;
use tornkit::transcript::From;

use before::Before;

/// Print every complete JSON record of a dirty or cut stream, one a line.
///
/// Reads NDJSON, pretty-printed and concatenated values, arrays and wrapper
/// objects, inside or outside code fences, between lines of prose. A record
/// is printed as soon as its last byte is there. A record that was cut is
/// never closed and passed on: stderr says where it was cut, and the status
/// is 1.
///
/// Exit status: 0 complete; 1 cut, or something was rejected, or there was
/// no record; 2 trouble.
#[derive(Parser)]
#[command(name = "ndjson-salvage", version, max_term_width = 80)]
struct Args {
    /// Documents to read; `-` or none is stdin
    files: Vec<OsString>,

    #[command(flatten)]
    wrapped: cli::Wrapped,

    /// How much a record is forgiven
    #[arg(long, value_enum, default_value_t = Level::Safe)]
    repair: Level,

    /// Which values are records
    #[arg(long, value_enum, default_value_t = Kinds::Records)]
    values: Kinds,

    /// Also unwrap arrays of objects under KEY; `none` unwraps nothing
    #[arg(long, value_name = "KEY")]
    unwrap: Vec<String>,

    /// Largest record that is kept, in bytes
    #[arg(
        long,
        value_name = "BYTES",
        default_value_t = MAX_RECORD as u64,
        value_parser = clap::value_parser!(u64).range(1..)
    )]
    max_record: u64,

    /// End with a record that says whether the answer was whole
    #[arg(long)]
    end: bool,

    /// Print the unfinished record too, closed and marked `"_cut":true`
    #[arg(long)]
    partial: bool,

    /// Judge only: print nothing; repairs and stray text are status 1 too.
    /// With `--from raw --values any`, judge a file of records: each line is
    /// one strict value, or blank
    #[arg(long, conflicts_with_all = ["end", "partial", "output"])]
    check: bool,

    /// Write the unfinished record at the end to FILE
    #[arg(long, value_name = "FILE")]
    tail: Option<OsString>,

    /// Write what was rejected to FILE
    #[arg(long, value_name = "FILE")]
    reject: Option<OsString>,

    /// Write a JSON report, a line a document, to FILE
    #[arg(long, value_name = "FILE")]
    report: Option<OsString>,

    /// Write records to FILE instead of stdout
    #[arg(short, long, value_name = "FILE")]
    output: Option<OsString>,

    /// Say nothing on stderr about cuts, rejects and loops
    #[arg(short, long)]
    quiet: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Level {
    /// Nothing: RFC 8259 to the letter
    None,
    /// Mistakes with one reading only
    Safe,
    /// Mistakes whose likely reading is a guess, too
    All,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kinds {
    /// Objects, and arrays that do not begin with one
    Records,
    /// Scalars that begin a line and empty arrays, too
    Any,
}

fn main() -> ExitCode {
    cli::run("ndjson-salvage", |args: Args, diagnostics| {
        args.check_unwrap()?;
        args.check_files()?;
        if args.files.is_empty() && !args.quiet && stream::stdin_is_terminal() {
            diagnostics.say("reading stdin (end it with ^D)");
        }
        let mut outputs = Outputs::open(&args)?;
        let mut status = Status::Complete;
        for operand in cli::operands(args.files.clone()) {
            let done = document(&operand, &args, &mut outputs, diagnostics)?;
            status = status.worst(done);
        }
        outputs.finish(status)?;
        Ok(status)
    })
}

/// Reads one operand. One that cannot be read is trouble, but no reason to
/// leave the others unread.
fn document(
    operand: &OsStr,
    args: &Args,
    outputs: &mut Outputs,
    diagnostics: Diagnostics,
) -> Result<Status, Error> {
    let done = Input::open(operand)
        .map_err(Error::from)
        .and_then(|mut input| salvage(&mut input, args, outputs, diagnostics));
    match done.as_ref().map_err(|why| why.downcast_ref()) {
        Err(Some(StreamError::Read { name, why })) => {
            diagnostics.say(&cli::cannot_read(name, why));
            Ok(Status::Trouble)
        }
        _ => done,
    }
}

/// Where the four kinds of output go.
struct Outputs {
    records: Output,
    tail: Output,
    reject: Output,
    report: Output,
}

impl Outputs {
    fn open(args: &Args) -> Result<Self, StreamError> {
        let file = |name: &Option<OsString>| match name {
            Some(name) => Output::file(name),
            None => Ok(Output::nowhere()),
        };
        let records = match &args.output {
            _ if args.check => Output::nowhere(),
            Some(name) => Output::file(name)?,
            None => Output::stdout(),
        };
        Ok(Self {
            records,
            tail: file(&args.tail)?,
            reject: file(&args.reject)?,
            report: file(&args.report)?,
        })
    }

    /// Files appear unless there was trouble; stdout is flushed anyway.
    fn finish(mut self, status: Status) -> Result<(), StreamError> {
        if status == Status::Trouble {
            return self.records.flush();
        }
        self.records.finish()?;
        self.tail.finish()?;
        self.reject.finish()?;
        self.report.finish()
    }
}

/// What is remembered of a document beside the scanner's own summary.
#[derive(Default)]
struct Found {
    repairs: Vec<Repaired>,
    rejects: Vec<Reject>,
    /// The last byte of the reject file is no line feed.
    mid_line: bool,
    before: Before,
    /// What the filter before said goes into a record of our own.
    speaks: bool,
    /// Records came, or were rejected.
    any: bool,
    /// Until then, the line of the last byte, and whether it ends there.
    line: u64,
    ends_line: bool,
}

fn salvage(
    input: &mut Input,
    args: &Args,
    outputs: &mut Outputs,
    diagnostics: Diagnostics,
) -> Result<Status, Error> {
    let from = (args.wrapped.from, args.wrapped.answer);
    let known = Arc::new(NoneKnown);
    let mut answer = Answer::new(Scope::Records, args.config(), known, from);
    let mut file = args.is_about_file().then(RecordsFile::default);
    let mut found = Found { speaks: args.end, line: 1, ..Found::default() };
    let Outputs { records, reject, .. } = outputs;
    loop {
        let block = input.next_block(records)?;
        if block.is_empty() {
            break;
        }
        answer.feed(block, &mut |part| found.hear(part, records, reject))?;
        if let Some(file) = &mut file {
            file.feed(block);
        }
        if !found.any {
            found.count_lines(block);
        }
    }
    let mut heard =
        answer.finish(&mut |part| found.hear(part, records, reject))?;
    found.before.correct(&mut heard.summary);
    let summary = &heard.summary;
    if args.partial
        && let Some(line) = summary.partial()
    {
        records.write_line(&line)?;
    }
    if args.end {
        let others = summary.records - found.before.count;
        records.write_line(&end_record(summary, others)?)?;
    }
    records.flush()?;
    if found.mid_line {
        outputs.reject.write(b"\n")?;
    }
    outputs.tail.write(&summary.tail)?;
    let strays = file.map(RecordsFile::finish);
    let status = args.judge(&heard, strays.as_ref());
    if status != Status::Complete && !args.quiet {
        match &strays {
            Some(strays) if strays.count > 0 => {
                whole_file::explain(strays, input.name(), diagnostics);
            }
            _ => say::explain(&heard, &found, input.name(), args, diagnostics),
        }
    }
    let report = found.report(heard, input.name(), status, strays);
    outputs.report.write_line(&serde_json::to_vec(&report)?)?;
    Ok(status)
}

impl Args {
    fn config(&self) -> Config {
        let unwrap = match self.unwrap.as_slice() {
            [] => Unwrap::Known,
            [none] if none == "none" => Unwrap::Never,
            more => Unwrap::Also(more.to_vec()),
        };
        let repair = match self.repair {
            Level::None => Repair::None,
            Level::Safe => Repair::Safe,
            Level::All => Repair::All,
        };
        let values = match self.values {
            Kinds::Records => Values::Records,
            Kinds::Any => Values::Any,
        };
        let max_record = usize::try_from(self.max_record);
        let max_record = max_record.unwrap_or(usize::MAX);
        Config { repair, unwrap, values, max_record }
    }

    fn check_unwrap(&self) -> Result<(), Error> {
        let none = self.unwrap.iter().any(|key| key == "none");
        if none && self.unwrap.len() > 1 {
            bail!("cannot unwrap both 'none' and a key");
        }
        Ok(())
    }

    /// No file may be two outputs, or an output and an input.
    fn check_files(&self) -> Result<(), Clash> {
        let mut names = stream::Names::default();
        if !self.check {
            names.output("-o", self.output.as_deref())?;
        }
        let more = [
            ("--tail", &self.tail),
            ("--reject", &self.reject),
            ("--report", &self.report),
        ];
        for (option, file) in more {
            if let Some(file) = file {
                names.output(option, Some(file))?;
            }
        }
        names.inputs(&cli::operands(self.files.clone()))
    }

    /// Whether the input is a file that has to be records and nothing else:
    /// nothing wraps it, and every value in it is one.
    fn is_about_file(&self) -> bool {
        let any = matches!(self.values, Kinds::Any);
        self.check && any && self.wrapped.from == From::Raw
    }

    fn judge(&self, heard: &Heard, strays: Option<&Strays>) -> Status {
        let Heard { summary, outcome, .. } = heard;
        let nothing = outcome.input_bytes > 0 && summary.records == 0;
        let unclean = summary.repaired > 0 || summary.stray > 0;
        let unclean = self.check && unclean;
        let cut = summary.verdict == Verdict::Cut;
        // A file may say the same many times; an answer goes astray so.
        let looping = summary.looping.is_some() && strays.is_none();
        let damaged = strays.is_some_and(|strays| strays.count > 0);
        let unread = outcome.foreign > 0;
        if outcome.absent.is_some() {
            Status::Trouble
        } else if unread
            || cut
            || looping
            || nothing
            || unclean
            || damaged
            || summary.rejected > 0
        {
            Status::Incomplete
        } else {
            Status::Complete
        }
    }
}

impl Found {
    fn hear(
        &mut self,
        part: Part<'_>,
        records: &mut Output,
        reject: &mut Output,
    ) -> Result<(), StreamError> {
        match part {
            Part::Record(event) => self.take(event, records, reject),
            Part::Rejected(bad) => {
                self.any = true;
                if self.rejects.len() < LISTED {
                    self.rejects.push(Reject {
                        byte: bad.span.start,
                        line: bad.line,
                        reason: bad.why.to_string().into(),
                        fault_byte: bad.span.end,
                        fault_line: bad.line,
                    });
                }
                Ok(())
            }
            // Nothing else is looked for.
            Part::Diff(_) | Part::Block(_) => Ok(()),
        }
    }

    fn take(
        &mut self,
        event: Event<'_>,
        records: &mut Output,
        reject: &mut Output,
    ) -> Result<(), StreamError> {
        match event {
            Event::Record(record) => {
                self.any = true;
                self.note_repairs(&record);
                if record.about_stream {
                    if self.before.hear(record.json) && self.speaks {
                        return Ok(());
                    }
                } else {
                    self.before.other();
                }
                records.write_line(record.json)
            }
            Event::Rejected(rejected) => {
                self.any = true;
                self.note_reject(&rejected);
                if self.mid_line {
                    reject.write(b"\n")?;
                }
                self.write_reject(rejected.raw, reject)
            }
            Event::RejectedMore(raw) => self.write_reject(raw, reject),
            Event::Refuted => Ok(()),
        }
    }

    fn count_lines(&mut self, block: &[u8]) {
        let feeds = block.iter().filter(|byte| **byte == b'\n').count() as u64;
        let ends = block.ends_with(b"\n");
        self.line += u64::from(self.ends_line) + feeds - u64::from(ends);
        self.ends_line = ends;
    }

    /// Rejected bytes as they came; the next stretch begins a new line.
    fn write_reject(
        &mut self,
        raw: &[u8],
        reject: &mut Output,
    ) -> Result<(), StreamError> {
        if let Some(last) = raw.last() {
            self.mid_line = *last != b'\n';
        }
        reject.write(raw)
    }

    fn note_repairs(&mut self, record: &Record<'_>) {
        if record.repairs > 0 && self.repairs.len() < LISTED {
            self.repairs.push(Repaired {
                byte: record.span.start,
                line: record.line,
                repairs: record.repairs,
            });
        }
    }

    fn note_reject(&mut self, rejected: &Rejected<'_>) {
        if self.rejects.len() < LISTED {
            self.rejects.push(Reject {
                byte: rejected.span.start,
                line: rejected.line,
                reason: rejected.reason.describe().into(),
                fault_byte: rejected.at.byte,
                fault_line: rejected.at.line,
            });
        }
    }

    fn report(
        self,
        heard: Heard,
        name: &str,
        status: Status,
        strays: Option<Strays>,
    ) -> Salvage {
        let Heard { summary, outcome, .. } = heard;
        let bytes = summary.bytes;
        Salvage {
            r#type: "salvage",
            file: name.to_owned(),
            verdict: summary.verdict,
            status: status as u8,
            records: summary.records,
            operations: summary.operations,
            declared: summary.declared,
            repaired: summary.repaired,
            rejected: summary.rejected,
            stray: summary.stray,
            input_bytes: outcome.input_bytes,
            envelope: outcome.report(),
            record_bytes: bytes.record,
            framing_bytes: bytes.framing,
            rejected_bytes: bytes.rejected,
            tail_bytes: bytes.tail,
            framing: summary.framing,
            looping: summary.looping,
            cut: summary.cut,
            repairs: self.repairs,
            rejects: self.rejects,
            findings: strays.as_ref().map(|strays| strays.count),
            found: strays.map(whole_file::found).unwrap_or_default(),
        }
    }
}

fn end_record(
    summary: &Summary,
    records: u64,
) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec(&End {
        r#type: "end",
        verdict: summary.verdict,
        records,
        cut: summary.cut.as_ref(),
    })
}
