//! ndjson-salvage: arguments and wiring.

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::Error;
use clap::{Parser, ValueEnum};

use tornkit::cli::{self, Diagnostics};
use tornkit::report::salvage::{End, LISTED, Reject, Repaired, Salvage};
use tornkit::scan::{
    Config, Event, MAX_RECORD, Record, Rejected, Repair, Scanner, Summary,
    Unwrap,
};
use tornkit::span::{Cut, Status, Verdict};
use tornkit::stream::{Input, Output, StreamError};

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

    /// How much a record is forgiven
    #[arg(long, value_enum, default_value_t = Level::Safe)]
    repair: Level,

    /// Also unwrap arrays under KEY; `none` unwraps nothing
    #[arg(long, value_name = "KEY")]
    unwrap: Vec<String>,

    /// Largest record that is kept, in bytes
    #[arg(long, value_name = "BYTES", default_value_t = MAX_RECORD)]
    max_record: usize,

    /// End with a record that says whether the answer was whole
    #[arg(long)]
    end: bool,

    /// Judge only: print nothing; a mended record is status 1 too
    #[arg(long, conflicts_with_all = ["end", "output"])]
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

    /// Say nothing on stderr about cuts and rejects
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

fn main() -> ExitCode {
    cli::run("ndjson-salvage", |args: Args, diagnostics| {
        let mut outputs = Outputs::open(&args)?;
        let mut status = Status::Complete;
        for operand in cli::operands(args.files.clone()) {
            let mut input = Input::open(&operand)?;
            let done = salvage(&mut input, &args, &mut outputs, diagnostics)?;
            status = status.worst(done);
        }
        outputs.finish()?;
        Ok(status)
    })
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

    fn finish(self) -> Result<(), StreamError> {
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
}

fn salvage(
    input: &mut Input,
    args: &Args,
    outputs: &mut Outputs,
    diagnostics: Diagnostics,
) -> Result<Status, Error> {
    let mut scanner = Scanner::new(args.config());
    let mut found = Found::default();
    let Outputs { records, reject, .. } = outputs;
    loop {
        let block = input.next_block(records)?;
        if block.is_empty() {
            break;
        }
        scanner.feed(block, &mut |event| found.take(event, records, reject))?;
    }
    let summary =
        scanner.finish(&mut |event| found.take(event, records, reject))?;
    if args.end {
        records.write_line(&end_record(&summary)?)?;
    }
    records.flush()?;
    outputs.tail.write(&summary.tail)?;
    let status = args.judge(&summary);
    if status != Status::Complete && !args.quiet {
        explain(&summary, &found, input.name(), args, diagnostics);
    }
    let report = found.report(summary, input.name(), status);
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
        let max_record = self.max_record;
        Config { repair, unwrap, max_record, ..Config::default() }
    }

    fn judge(&self, summary: &Summary) -> Status {
        let input = summary.bytes.total();
        let nothing = input > 0 && summary.records == 0;
        let mended = self.check && summary.repaired > 0;
        let cut = summary.verdict == Verdict::Cut;
        if cut || nothing || mended || summary.rejected > 0 {
            Status::Incomplete
        } else {
            Status::Complete
        }
    }
}

impl Found {
    fn take(
        &mut self,
        event: Event<'_>,
        records: &mut Output,
        reject: &mut Output,
    ) -> Result<(), StreamError> {
        match event {
            Event::Record(record) => {
                self.note_repairs(&record);
                records.write_line(record.json)
            }
            Event::Rejected(rejected) => {
                self.note_reject(&rejected);
                reject.write(rejected.raw)
            }
            Event::RejectedMore(raw) => reject.write(raw),
        }
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
                reason: rejected.reason.describe(),
                fault_byte: rejected.at.byte,
                fault_line: rejected.at.line,
            });
        }
    }

    fn report(self, summary: Summary, name: &str, status: Status) -> Salvage {
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
            input_bytes: bytes.total(),
            envelope_bytes: 0,
            record_bytes: bytes.record,
            framing_bytes: bytes.framing,
            rejected_bytes: bytes.rejected,
            tail_bytes: bytes.tail,
            framing: summary.framing,
            cut: summary.cut,
            repairs: self.repairs,
            rejects: self.rejects,
        }
    }
}

fn end_record(summary: &Summary) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec(&End {
        r#type: "end",
        verdict: summary.verdict,
        records: summary.records,
        cut: summary.cut.as_ref(),
    })
}

/// One line a trouble, and what to do next.
fn explain(
    summary: &Summary,
    found: &Found,
    name: &str,
    args: &Args,
    diagnostics: Diagnostics,
) {
    for reject in found.rejects.iter().take(SHOWN_REJECTS) {
        diagnostics.say(&format!(
            "cannot read record: {} ({name}:{}, byte {})",
            reject.reason, reject.fault_line, reject.fault_byte,
        ));
    }
    let more = summary.rejected.saturating_sub(SHOWN_REJECTS as u64);
    if more > 0 {
        diagnostics.say(&format!("{more} more records rejected"));
    }
    if let Some(cut) = &summary.cut {
        diagnostics.say(&describe_cut(cut, summary, name));
        let file = if name == "stdin" { "ANSWER" } else { name };
        diagnostics.hint(&format!("diff-resume prompt {file}"));
    } else if summary.records == 0 {
        let bytes = summary.bytes.total();
        diagnostics.say(&format!(
            "cannot find a record in '{name}': {bytes} bytes of other text \
             (ends at byte {bytes})"
        ));
        diagnostics.hint("edit-apply --instructions  # add it to the prompt");
    }
    if args.check && summary.repaired > 0 {
        let count = summary.repaired;
        diagnostics.say(&format!("{count} records needed a repair ({name})"));
    }
}

/// Rejects shown on stderr; the report has them all.
const SHOWN_REJECTS: usize = 5;

fn describe_cut(cut: &Cut, summary: &Summary, name: &str) -> String {
    let mut text = format!("cut {}", cut.state.describe());
    if cut.lost_bytes > 0 {
        text += &format!(" at {} of record {}", cut.path, cut.record);
    }
    if let Some(path) = &cut.file_path {
        text += &format!(", '{}'", cli::printable(path));
    }
    text += &format!(" ({name}:{}, byte {})", cut.line, cut.byte);
    text += &format!(": {} records whole", summary.records);
    if let Some(declared) = summary.declared {
        text += &format!(" of {declared} operations declared");
    }
    if cut.lost_bytes > 0 {
        text += &format!(", {} bytes to complete", cut.lost_bytes);
    }
    text
}
