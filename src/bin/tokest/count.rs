//! `tokest count` and `tokest take`: exact tokens of streams.

use std::ffi::{OsStr, OsString};

use anyhow::{Context, Error};
use serde::Serialize;

use tornkit::budget::approx::Approximation;
use tornkit::budget::encoding::{Count, Counter, Encoding, Taker, Vocabulary};
use tornkit::budget::segment::Flow;
use tornkit::cli::{self, Diagnostics};
use tornkit::span::Status;
use tornkit::stream::{Input, Output, StreamError};

use crate::Style;

/// Count the tokens of files exactly, like wc(1).
///
/// A byte that is not UTF-8 counts as one token. Special tokens are ordinary
/// text.
#[derive(clap::Args)]
pub(crate) struct CountArgs {
    /// Files to read; `-` or none is standard input.
    #[arg(value_name = "FILE")]
    files: Vec<OsString>,

    /// The vocabulary.
    #[arg(long, value_enum, default_value_t)]
    encoding: Encoding,

    /// Estimate o200k tokens without a vocabulary: some 10 % off at worst.
    #[arg(long, conflicts_with = "encoding")]
    approx: bool,
}

/// Pass on the bytes of the first N tokens, wherever that cuts.
#[derive(clap::Args)]
pub(crate) struct TakeArgs {
    /// How many tokens pass.
    #[arg(value_name = "N")]
    tokens: u64,

    /// The file to read; `-` or none is standard input.
    #[arg(value_name = "FILE")]
    file: Option<OsString>,

    /// The vocabulary.
    #[arg(long, value_enum, default_value_t)]
    encoding: Encoding,
}

/// One file, or all of them (without a name).
#[derive(Serialize)]
#[serde(tag = "type", rename = "count")]
struct CountLine<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    tokens: u64,
    bytes: u64,
}

pub(crate) fn run(
    args: CountArgs,
    style: Style,
    diagnostics: Diagnostics,
) -> Result<Status, Error> {
    let method = match args.approx {
        true => Method::Approximate,
        false => Method::Exact(load(args.encoding)?),
    };
    let mut out = Output::stdout();
    let mut status = Status::Complete;
    let mut total = Count::default();
    let named = !args.files.is_empty();
    let operands = cli::operands(args.files);
    for operand in &operands {
        match count_one(operand, method, &mut out) {
            Ok(count) => {
                total.tokens += count.tokens;
                total.bytes += count.bytes;
                let name = operand.to_string_lossy();
                let name = named.then_some(name.as_ref());
                show(name, count, style, &mut out)?;
            }
            Err(StreamError::Read { name, why }) => {
                diagnostics.say(&cli::cannot_read(&name, &why));
                status = Status::Trouble;
            }
            Err(other) => return Err(other.into()),
        }
    }
    if operands.len() > 1 {
        let name = (style == Style::Table).then_some("total");
        show(name, total, style, &mut out)?;
    }
    out.finish()?;
    Ok(status)
}

/// How tokens are counted.
#[derive(Clone, Copy)]
enum Method {
    Exact(Vocabulary),
    Approximate,
}

/// A count under way.
enum Progress {
    Exact(Counter),
    Approximate(Approximation),
}

impl Progress {
    fn begin(method: Method) -> Self {
        match method {
            Method::Exact(vocabulary) => Self::Exact(Counter::new(vocabulary)),
            Method::Approximate => Self::Approximate(Approximation::default()),
        }
    }

    fn feed(&mut self, bytes: &[u8]) {
        match self {
            Self::Exact(counter) => counter.feed(bytes),
            Self::Approximate(approximation) => approximation.feed(bytes),
        }
    }

    fn finish(self) -> Count {
        match self {
            Self::Exact(counter) => counter.finish(),
            Self::Approximate(approximation) => Count {
                tokens: approximation.tokens(),
                bytes: approximation.bytes(),
            },
        }
    }
}

fn load(encoding: Encoding) -> Result<Vocabulary, Error> {
    encoding.load().context("cannot count tokens: no vocabulary in this build")
}

fn count_one(
    operand: &OsStr,
    method: Method,
    out: &mut Output,
) -> Result<Count, StreamError> {
    let mut input = Input::open(operand)?;
    let mut counter = Progress::begin(method);
    loop {
        let block = input.next_block(out)?;
        if block.is_empty() {
            return Ok(counter.finish());
        }
        counter.feed(block);
    }
}

fn show(
    file: Option<&str>,
    count: Count,
    style: Style,
    out: &mut Output,
) -> Result<(), Error> {
    let Count { tokens, bytes } = count;
    let line = match (style, file) {
        (Style::Json, file) => {
            serde_json::to_string(&CountLine { file, tokens, bytes })?
        }
        (Style::Table, Some(name)) => {
            format!("{tokens:>8} {}", cli::printable(name))
        }
        (Style::Table, None) => tokens.to_string(),
    };
    Ok(out.write_line(line.as_bytes())?)
}

pub(crate) fn take(args: &TakeArgs) -> Result<Status, Error> {
    let mut input =
        Input::open(args.file.as_deref().unwrap_or(OsStr::new("-")))?;
    let mut taker = Taker::new(load(args.encoding)?, args.tokens);
    let mut out = Output::stdout();
    let mut passed = Vec::new();
    loop {
        let block = input.next_block(&mut out)?;
        if block.is_empty() || taker.feed(block, &mut passed) == Flow::Enough {
            break;
        }
        out.write(&passed)?;
        passed.clear();
    }
    taker.finish(&mut passed);
    out.write(&passed)?;
    out.finish()?;
    Ok(Status::Complete)
}
