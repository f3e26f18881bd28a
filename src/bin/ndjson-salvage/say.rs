//! What is said on stderr: one line a trouble, and what to do next.

use tornkit::answer::Heard;
use tornkit::cli::{self, Diagnostics};
use tornkit::report::{counted, repeated};
use tornkit::span::{Cut, Loop, Place};

use crate::{Args, Found};

/// One line a trouble, and what to do next.
pub(crate) fn explain(
    heard: &Heard,
    found: &Found,
    name: &str,
    args: &Args,
    diagnostics: Diagnostics,
) {
    let Heard { summary, outcome, .. } = heard;
    let shown = cli::printable(name);
    let bytes = summary.bytes.total();
    if let Some(why) = &outcome.absent {
        return diagnostics.say(&format!("cannot read '{shown}': {why}"));
    }
    for reject in found.rejects.iter().take(SHOWN_REJECTS) {
        let fault = Place { byte: reject.fault_byte, line: reject.fault_line };
        let Place { byte, line } = heard.in_input(fault);
        diagnostics.say(&format!(
            "cannot use the record at byte {}: {} ({shown}:{line}, byte \
             {byte})",
            reject.byte, reject.reason,
        ));
    }
    let more = summary.rejected.saturating_sub(SHOWN_REJECTS as u64);
    if more > 0 {
        let more = counted(more, "more record");
        diagnostics.say(&format!("cannot use {more} ({shown})"));
    }
    if let Some(left_out) = outcome.left_out() {
        diagnostics.say(&format!("cannot use {left_out} ({shown})"));
        diagnostics.hint("ndjson-salvage --from raw");
    }
    let before = found.before.says_cut();
    if let Some(cut) = &summary.cut {
        let text = match before {
            true => describe_cut_before(cut, &shown),
            false => describe_cut(cut, heard, &shown),
        };
        diagnostics.say(&text);
    } else if before {
        diagnostics.say(&format!(
            "the filter before says that its input was cut ({shown})"
        ));
    } else if outcome.input_bytes > 0
        && outcome.foreign == 0
        && summary.records == 0
        && summary.rejected == 0
    {
        let (line, byte) = (found.line, outcome.input_bytes);
        diagnostics.say(&format!(
            "cannot find a record in {} of other text ({shown}:{line}, byte \
             {byte})",
            counted(bytes, "byte")
        ));
        diagnostics.hint("edit-apply --instructions  # add it to the prompt");
    }
    if let Some(looping) = summary.looping {
        let end = outcome.input_bytes;
        diagnostics.say(&describe_loop(looping, &shown, end));
    } else if summary.cut.is_some() {
        let file = if name == "stdin" { "ANSWER" } else { &shown };
        diagnostics.hint(&format!("diff-resume prompt {file}"));
    }
    if args.check {
        explain_unclean(heard, found, &shown, diagnostics);
    }
}

/// What only a check objects to.
fn explain_unclean(
    heard: &Heard,
    found: &Found,
    name: &str,
    diagnostics: Diagnostics,
) {
    let Heard { summary, .. } = heard;
    if summary.repaired > 0 {
        let first = found.repairs.first();
        let first = first.map(|r| Place { byte: r.byte, line: r.line });
        let repaired = counted(summary.repaired, "record");
        let place = shown_place(first, heard, name);
        diagnostics.say(&format!("{repaired} needed a repair{place}"));
    }
    if summary.stray > 0 {
        let stray = counted(summary.stray, "place");
        let place = shown_place(summary.first_stray, heard, name);
        diagnostics
            .say(&format!("{stray} with stray text among records{place}"));
    }
}

fn shown_place(place: Option<Place>, heard: &Heard, name: &str) -> String {
    match place.map(|place| heard.in_input(place)) {
        Some(Place { byte, line }) => {
            format!(" ({name}:{line}, byte {byte})")
        }
        None => format!(" ({name})"),
    }
}

/// A cut whose place is one in the input of another filter.
fn describe_cut_before(cut: &Cut, name: &str) -> String {
    let mut text = format!("cannot complete record {}", cut.record);
    if let Some(path) = &cut.file_path {
        text += &format!(" '{}'", cli::printable(path));
    }
    let Cut { line, byte, .. } = cut;
    let state = cut.state.describe();
    text += &format!(": cut {state} at line {line}, byte {byte} of the input");
    text + &format!(" of the filter before ({name})")
}

/// Rejects shown on stderr; the report has more of them.
const SHOWN_REJECTS: usize = 5;

fn describe_cut(cut: &Cut, heard: &Heard, name: &str) -> String {
    let Heard { summary, outcome, .. } = heard;
    let mut text = format!("cannot complete record {}", cut.record);
    if let Some(path) = &cut.file_path {
        text += &format!(" '{}'", cli::printable(path));
    }
    text += &format!(": cut {}", cut.state.describe());
    if cut.lost_bytes > 0 {
        text += &format!(" at {}", cli::printable(&cut.path));
        text += &format!(", {} there", counted(cut.lost_bytes, "byte"));
    }
    let whole = counted(summary.records, "whole record");
    text += &format!(", after {whole}");
    if let Some(declared) = summary.declared {
        let operations = summary.operations;
        let declared = counted(declared, "operation");
        text += &format!(", {operations} of {declared}");
    }
    if let Some(why) = outcome.why_cut() {
        text += &format!("; {}", cli::printable(&why));
    }
    let end = Place { byte: cut.byte, line: cut.line };
    let Place { byte, line } = heard.in_input(end);
    text + &format!(" ({name}:{line}, byte {byte})")
}

fn describe_loop(looping: Loop, name: &str, bytes: u64) -> String {
    format!(
        "cannot trust the end of '{name}': {}; do not continue it, ask anew \
         ({name}, byte {bytes})",
        repeated(looping, "record"),
    )
}
