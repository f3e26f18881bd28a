//! Files in, what no finished file has out. Answers and trees are nobody's
//! business here: nothing is opened but the operands, and those to be read.

use std::ffi::OsStr;
use std::path::Path;

use anyhow::Error;

use tornkit::cli::{self, Diagnostics, printable};
use tornkit::report::check::{Check, FindingLine, Found};
use tornkit::report::{self, counted};
use tornkit::span::{Place, Status};
use tornkit::stream::{self, Input, Output, StreamError};
use tornkit::text::damage::{Damage, Finding, Judge, Kind, Notation};

use crate::Args;

/// Findings of a file that are said; `--json` and `--report` have more.
const SHOWN: usize = 10;

/// Endings of names of files in Markdown and what is derived from it. One
/// may stand before another ending, as in `README.md.tmpl`.
const MARKDOWN: [&str; 8] =
    ["md", "markdown", "mdown", "mkd", "mdx", "mdc", "qmd", "rmd"];

/// Endings of names of files that quote code in fences and are no code.
const PROSE: [&str; 7] =
    ["txt", "text", "rst", "adoc", "asciidoc", "org", "typ"];

/// Judges every operand. One that cannot be read is trouble, but no reason
/// to leave the others unread.
pub(crate) fn run(
    args: &Args,
    diagnostics: Diagnostics,
) -> Result<Status, Error> {
    if args.files.is_empty() && !args.quiet && stream::stdin_is_terminal() {
        diagnostics.say("reading stdin (end it with ^D)");
    }
    let mut out = Output::stdout();
    let mut report = match &args.report {
        Some(file) => Output::file(file)?,
        None => Output::nowhere(),
    };
    let mut status = Status::Complete;
    for operand in cli::operands(args.files.clone()) {
        match judge(&operand) {
            Ok((damage, bytes)) => {
                let file = name_of(&operand);
                let found = damage.findings.iter().map(found);
                let check = Check {
                    status: judgement(&damage) as u8,
                    binary: damage.is_binary,
                    input_bytes: bytes,
                    findings: damage.count,
                    found: found.collect(),
                    file,
                };
                status = status.worst(judgement(&damage));
                report.write_line(report::json_line(&check).as_bytes())?;
                if args.json {
                    print(&check, &mut out)?;
                } else if !args.quiet {
                    say(&check.file, &damage, diagnostics);
                }
            }
            Err(StreamError::Read { name, why }) => {
                diagnostics.say(&cli::cannot_read(&name, &why));
                status = Status::Trouble;
            }
            Err(why) => return Err(why.into()),
        }
    }
    out.finish()?;
    if status != Status::Trouble {
        report.finish()?;
    }
    Ok(status)
}

/// Reads a file to its end: what it was found to have, and its length in
/// bytes.
fn judge(operand: &OsStr) -> Result<(Damage, u64), StreamError> {
    let mut input = Input::open(operand)?;
    let mut judge = Judge::new(notation(operand));
    let mut bytes = 0;
    loop {
        let block = input.read_block()?;
        if block.is_empty() {
            return Ok((judge.finish(), bytes));
        }
        bytes += block.len() as u64;
        judge.feed(block);
    }
}

fn judgement(damage: &Damage) -> Status {
    match damage.count {
        0 => Status::Complete,
        _ => Status::Incomplete,
    }
}

/// What fences mean in a file of this name. A name without an ending is one
/// of a text more often than not.
fn notation(operand: &OsStr) -> Notation {
    let name = Path::new(operand).file_name().unwrap_or(operand);
    let name = name.to_string_lossy().to_ascii_lowercase();
    let endings: Vec<&str> = name.split('.').skip(1).collect();
    let is = |ending: &&str, list: &[&str]| list.contains(ending);
    if endings.iter().any(|ending| is(ending, &MARKDOWN)) {
        Notation::Markdown
    } else if endings.last().is_none_or(|ending| is(ending, &PROSE)) {
        Notation::Prose
    } else {
        Notation::Code
    }
}

fn name_of(operand: &OsStr) -> String {
    match operand.to_string_lossy() {
        name if name == "-" => "stdin".to_owned(),
        name => name.into_owned(),
    }
}

fn found(finding: &Finding) -> Found {
    Found {
        reason: finding.kind.reason(),
        text: finding.text.clone(),
        at: finding.at,
    }
}

fn print(check: &Check, out: &mut Output) -> Result<(), StreamError> {
    let file = check.file.as_str();
    for found in &check.found {
        let line = report::json_line(&FindingLine { file, found });
        out.write_line(line.as_bytes())?;
    }
    Ok(())
}

/// A line a finding, and one for those that are too many.
fn say(file: &str, damage: &Damage, diagnostics: Diagnostics) {
    let shown = printable(file);
    for Finding { kind, at, text } in damage.findings.iter().take(SHOWN) {
        let Place { byte, line } = at;
        let what = match kind {
            Kind::Nul if text == "1" => "a NUL byte".to_owned(),
            Kind::Nul => format!("{text} {}", kind.describe()),
            _ if text.is_empty() => kind.describe().to_owned(),
            _ => format!("{}: '{}'", kind.describe(), printable(text)),
        };
        let place = format!("({shown}:{line}, byte {byte})");
        diagnostics.say(&format!("'{shown}' has {what} {place}"));
    }
    let more = damage.count.saturating_sub(SHOWN as u64);
    if more > 0 {
        let more = counted(more, "more such place");
        diagnostics.say(&format!("'{shown}' has {more} ({shown})"));
    }
}
