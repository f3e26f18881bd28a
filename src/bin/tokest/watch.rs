//! `tokest watch`: a log in, how often its markers occurred out.

use std::ffi::OsString;

use anyhow::{Context, Error, bail};
use serde::Serialize;

use tornkit::budget::watch::{self, Marker, TOLERANCE, Verdict, Watch};
use tornkit::cli::{self, Diagnostics};
use tornkit::span::Status;
use tornkit::stream::{Input, Output};

/// Count the markers of a log and compare them with a baseline.
#[derive(clap::Args)]
pub(crate) struct WatchArgs {
    /// Logs, taken as one; `-` or none is standard input.
    #[arg(value_name = "FILE")]
    files: Vec<OsString>,

    /// The markers, one JSON object a line:
    /// {"marker":"TEXT","baseline":N,"name":"NAME","tolerance":0.1}.
    #[arg(long, value_name = "FILE")]
    baseline: OsString,

    /// The logs cover so many of the periods that the baseline is of.
    #[arg(long, value_name = "N", default_value_t = 1.0)]
    periods: f64,
}

/// One marker.
#[derive(Serialize)]
#[serde(tag = "type", rename = "watch")]
struct WatchLine<'a> {
    name: &'a str,
    marker: &'a str,
    baseline: f64,
    tolerance: f64,
    count: u64,
    verdict: Verdict,
}

pub(crate) fn run(
    args: &WatchArgs,
    diagnostics: Diagnostics,
) -> Result<Status, Error> {
    if !(args.periods.is_finite() && args.periods > 0.0) {
        bail!("cannot use '{}' periods: it is not above 0", args.periods);
    }
    let markers = read_markers(&args.baseline)?;
    let mut watch = Watch::new(&markers).context("cannot watch")?;
    for operand in cli::operands(args.files.clone()) {
        let mut input = Input::open(&operand)?;
        loop {
            let block = input.read_block()?;
            if block.is_empty() {
                break;
            }
            watch.feed(block);
        }
    }
    let mut out = Output::stdout();
    let mut status = Status::Complete;
    for (marker, count) in markers.iter().zip(watch.counts()) {
        let line = line(marker, *count, args.periods);
        out.write_line(&serde_json::to_vec(&line)?)?;
        if line.verdict == Verdict::Regression {
            status = Status::Incomplete;
            diagnostics.say(&format!(
                "cannot pass '{}': {count} of {} expected",
                cli::printable(line.name),
                marker.baseline * args.periods
            ));
        }
    }
    out.finish()?;
    Ok(status)
}

fn line(marker: &Marker, count: u64, periods: f64) -> WatchLine<'_> {
    WatchLine {
        name: marker.name.as_deref().unwrap_or(&marker.marker),
        marker: &marker.marker,
        baseline: marker.baseline,
        tolerance: marker.tolerance.unwrap_or(TOLERANCE),
        count,
        verdict: watch::judge(marker, count, periods),
    }
}

fn read_markers(file: &OsString) -> Result<Vec<Marker>, Error> {
    let bytes = Input::open(file)?.read_to_end()?;
    let name = file.display();
    let values = serde_json::Deserializer::from_slice(&bytes).into_iter();
    let markers: Result<Vec<Marker>, _> = values.collect();
    let markers = markers
        .with_context(|| format!("cannot read markers from '{name}'"))?;
    if markers.is_empty() || markers.iter().any(|m| m.marker.is_empty()) {
        bail!("cannot read markers from '{name}': none, or an empty one");
    }
    Ok(markers)
}
