//! What is said about joined answers, to people and to machines.

use tornkit::answer::Format;
use tornkit::cli::{self, Diagnostics};
use tornkit::report::{counted, repeated, resume as report};
use tornkit::resume::{How, Joined, UnitState};
use tornkit::span::{Cut, Loop, Status};
use tornkit::transcript::Outcome;

use crate::mends::Mends;

/// What is missing, and what did not fit.
pub(crate) fn explain(
    joined: &Joined,
    format: Format,
    outcome: &Outcome,
    diagnostics: Diagnostics,
) {
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
    for (n, unit) in rejected.enumerate() {
        let (line, byte) = (unit.line, unit.span.start);
        let why = survey.reasons.get(n);
        let why = why.map_or(String::new(), |why| format!(": {why}"));
        let path = unit.path.as_deref().filter(|_| format == Format::Diff);
        let path = path.map_or(String::new(), |path| {
            format!(" of '{}'", cli::printable(path))
        });
        diagnostics.say(&format!(
            "cannot read {}{path}{why} (joined answer:{line}, byte {byte})",
            noun(format),
        ));
    }
    if let Some(looping) = survey.summary.looping {
        say_loop(looping, format, diagnostics);
    }
    if let Some(cut) = &survey.summary.cut {
        say_cut(cut, format, survey.summary.operations, diagnostics);
        if let Some(why) = outcome.why_cut() {
            let why = cli::printable(&why);
            diagnostics.say(&format!("the last answer was cut: {why}"));
        }
    } else if survey.units.is_empty() {
        let bytes = counted(joined.text.len() as u64, "byte");
        let what = format!("cannot find an operation in {bytes} of text");
        diagnostics.say(&what);
    }
}

/// That an answer ends in a loop, and what to do.
pub(crate) fn say_loop(
    looping: Loop,
    format: Format,
    diagnostics: Diagnostics,
) {
    diagnostics.say(&format!(
        "cannot trust the end of the answer: {}; do not continue it, ask anew",
        repeated(looping, noun(format)),
    ));
}

/// Where an answer is cut, and what of it is whole.
pub(crate) fn say_cut(
    cut: &Cut,
    format: Format,
    whole: u64,
    diagnostics: Diagnostics,
) {
    let path = cut
        .file_path
        .as_deref()
        .map_or(String::new(), |path| format!(", '{}'", cli::printable(path)));
    diagnostics.say(&format!(
        "cut {}{path} (joined answer:{}, byte {}): {} whole",
        cut.state.describe(),
        cut.line,
        cut.byte,
        counted(whole, noun(format)),
    ));
}

/// What a unit of a format is called.
pub(crate) fn noun(format: Format) -> &'static str {
    match format {
        Format::Ops => "operation",
        Format::Diff => "hunk",
        _ => "block",
    }
}

/// What keeps a document from being as it should be, in words; nothing for
/// one that is whole and needed no mending.
pub(crate) fn fault(joined: &Joined) -> Option<String> {
    let survey = &joined.survey;
    if let Some(cut) = &survey.summary.cut {
        let (line, byte) = (cut.line, cut.byte);
        let state = cut.state.describe();
        return Some(format!("cut {state} (line {line}, byte {byte})"));
    }
    if let Some(looping) = survey.summary.looping {
        let what = repeated(looping, "unit");
        return Some(format!("it ends in a loop, {what}"));
    }
    let mut units = survey.units.iter();
    if let Some(unit) = units.find(|u| u.state == UnitState::Rejected) {
        let why = survey.reasons.first().unwrap_or(&"it is broken");
        let (line, byte) = (unit.line, unit.span.start);
        return Some(format!("{why} (line {line}, byte {byte})"));
    }
    if let Some(mend) = survey.mended.first() {
        return Some(format!("{} (line {})", mend.what, mend.line));
    }
    if survey.units.is_empty() && !joined.text.is_empty() {
        return Some("no operation or hunk in it".to_owned());
    }
    (survey.summary.repaired > 0).then(|| "records were mended".to_owned())
}

pub(crate) fn summed_up<'j>(
    joined: &'j Joined,
    format: Format,
    outcome: &Outcome,
    status: Status,
) -> report::Joined<'j> {
    let summary = &joined.survey.summary;
    let seams = joined.seams.iter().enumerate().map(|(n, seam)| report::Seam {
        answer: n + 2,
        how: seam.how.map(How::name),
        at: seam.at,
        replaced_bytes: seam.replaced_bytes,
        dropped_bytes: seam.dropped_bytes,
        problem: seam.problem,
    });
    report::Joined {
        r#type: "joined",
        verdict: summary.verdict,
        status: status as u8,
        format: format.name(),
        answers: joined.seams.len() + 1,
        bytes: joined.text.len() as u64,
        complete: summary.records,
        declared: summary.declared,
        cut: summary.cut.as_ref(),
        looping: summary.looping,
        envelope: outcome.report(),
        mends: Mends::of(&joined.survey.mended).report(),
        seams: seams.collect(),
    }
}

/// Says that hunks were printed at places that nobody gave.
pub(crate) fn say_unnumbered(hunks: usize, diagnostics: Diagnostics) {
    if hunks > 0 {
        diagnostics.say(&format!(
            "{} without line numbers: those printed are made up",
            counted(hunks as u64, "hunk")
        ));
        diagnostics.hint("diff-resume -C DIR");
    }
}
