//! `tokest brief`: a phase in words, for the prompt that asks for it.

use std::ffi::OsString;

use anyhow::{Context as _, Error, bail};
use serde_json::Value;

use tornkit::budget::brief;
use tornkit::budget::document::{self, Document};
use tornkit::budget::phase::Phase;
use tornkit::cli;
use tornkit::span::Status;
use tornkit::stream::{Input, Output};

use crate::source;

/// Print a phase in words, for the prompt that asks for it.
///
/// Its name and description, its files in the words of the plan, what it must
/// not touch, and its acceptance criteria.
#[derive(clap::Args)]
pub(crate) struct BriefArgs {
    /// Lists or run configurations; `-` or none is standard input.
    #[arg(value_name = "FILE")]
    files: Vec<OsString>,

    /// The phase of that name; needed where there are several.
    #[arg(long, value_name = "ID")]
    phase: Option<String>,

    /// The phase that the record of `tokest batch` in FILE is a part of.
    #[arg(long, value_name = "FILE", conflicts_with = "phase")]
    batch: Option<OsString>,
}

pub(crate) fn run(args: &BriefArgs) -> Result<Status, Error> {
    let mut phases = Vec::new();
    for operand in cli::operands(args.files.clone()) {
        phases.extend(read(&operand)?.1.phases);
    }
    let phase = match &args.batch {
        Some(file) => of_batch(file, phases)?,
        None => only(phases, args.phase.as_deref())?,
    };
    let mut out = Output::stdout();
    out.write(brief::brief(&phase).as_bytes())?;
    out.finish()?;
    Ok(Status::Complete)
}

fn read(operand: &OsString) -> Result<(Vec<u8>, Document), Error> {
    let bytes = Input::open(operand)?.read_to_end()?;
    let document = document::read(&bytes);
    Ok((bytes, document))
}

/// The phase that a batch is a part of, or the batch itself if that phase has
/// no name or is not there.
fn of_batch(file: &OsString, phases: Vec<Phase>) -> Result<Phase, Error> {
    let name = cli::printable(&file.to_string_lossy());
    let (bytes, document) = read(file)?;
    let record: Value = serde_json::from_slice(&bytes)
        .with_context(|| format!("cannot read a batch from '{name}'"))?;
    let of = record.get("of").and_then(Value::as_str);
    let whole =
        phases.into_iter().find(|p| of.is_some() && p.id.as_deref() == of);
    let itself = || document.phases.into_iter().next();
    whole
        .or_else(itself)
        .with_context(|| format!("cannot find a deliverable in '{name}'"))
}

/// The only phase, or the one of that name.
fn only(phases: Vec<Phase>, id: Option<&str>) -> Result<Phase, Error> {
    let mut phases = match id {
        Some(id) => source::chosen(phases, id)?,
        None => phases,
    };
    let there = source::names(phases.iter());
    match (phases.pop(), phases.is_empty()) {
        (Some(phase), true) => Ok(phase),
        (None, _) => bail!("cannot find a deliverable"),
        (Some(_), false) => {
            bail!("cannot choose a phase: there are {there}; use --phase ID")
        }
    }
}
