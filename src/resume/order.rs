//! Where a continuation is asked to begin, in words that a model follows.

use super::blocks::is_word;
use super::naming::{name, one_line, unit_noun};
use super::overlap::is_telling;
use super::quote;
use super::survey::{Survey, Unit};
use crate::answer::Format;
use crate::span::CutState;

/// Where the continuation is asked to begin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// With the line that was cut, but not before its operation.
    #[default]
    Line,
    /// With the very next character.
    Exact,
    /// With the operation that was cut.
    Op,
    /// With the first operation on the file that was cut.
    File,
}

/// What to write, beginning where.
pub(super) fn order(
    text: &[u8],
    survey: &Survey,
    style: Style,
    format: Format,
) -> String {
    let noun = unit_noun(format);
    let begin = match (survey.cut(), style) {
        (None, _) if format == Format::Diff => {
            "Go on with the diff of the next file.".to_owned()
        }
        (None, _) => {
            format!("Go on with the next {noun}, in the same format.")
        }
        (Some(_), Style::Exact) => {
            "Go on with the very next character after the text above: repeat \
             nothing of it, not even the line."
                .to_owned()
        }
        (Some(cut), Style::Line) if is_blocks(format) => {
            from_told_line(text, survey, cut, format)
        }
        (Some(cut), Style::Line) => from_line(text, survey, cut, format),
        (Some(cut), Style::Op) => from_unit(survey, cut, format),
        (Some(cut), Style::File) => match cut.path.as_deref().map(one_line) {
            Some(path) if format == Format::Diff => {
                format!("Begin again with the header of {path}, then go on.")
            }
            Some(path) => format!(
                "Begin again with the first {noun} on {path}, then go on."
            ),
            None => from_unit(survey, cut, format),
        },
    };
    let keep = match format {
        Format::Diff => "Keep writing the same unified diff",
        _ => "Keep the same format",
    };
    let fence = match is_blocks(format) {
        true => "no code fence around your answer",
        false => "no code fence",
    };
    format!(
        "{begin} {keep} and write what is missing to the end. No \
         greeting, no explanation, {fence}.\n"
    )
}

/// From the start of the last line, unless its unit began after that.
fn from_line(
    text: &[u8],
    survey: &Survey,
    cut: &Unit,
    format: Format,
) -> String {
    let end = text.len();
    let line = memchr::memrchr(b'\n', text).map_or(0, |at| at + 1);
    let in_text = survey.summary.cut.as_ref().is_some_and(|cut| {
        matches!(cut.state, CutState::String | CutState::Comment)
    });
    if line <= cut.span.start as usize || line == end {
        return if line == end && !in_text {
            "Go on with the next line.".to_owned()
        } else {
            from_unit(survey, cut, format)
        };
    }
    LAST_LINE.to_owned()
}

fn is_blocks(format: Format) -> bool {
    !matches!(format, Format::Ops | Format::Diff)
}

/// From the start of the last line that tells itself from those around it.
/// In blocks nothing else shows where a continuation goes on.
fn from_told_line(
    text: &[u8],
    survey: &Survey,
    cut: &Unit,
    format: Format,
) -> String {
    let Some(line) = told_line(text, cut.span.start as usize) else {
        return from_unit(survey, cut, format);
    };
    let after = text.get(line..).unwrap_or_default();
    if !after.contains(&b'\n') {
        return LAST_LINE.to_owned();
    }
    let first = after.split(|b| *b == b'\n').next().unwrap_or_default();
    let first = String::from_utf8_lossy(first.trim_ascii_end());
    format!(
        "Begin with this line of the text above, written again with its \
         indentation, and go on from there:\n{}",
        String::from_utf8_lossy(&quote::block("", first.as_bytes())),
    )
}

/// Where the last line starts that can be told, if it is one of the unit that
/// begins at `unit`.
fn told_line(text: &[u8], unit: usize) -> Option<usize> {
    let mut end = text.len();
    loop {
        let head = text.get(..end)?;
        let start = memchr::memrchr(b'\n', head).map_or(0, |at| at + 1);
        let line = text.get(start..end)?;
        let is_cut = end == text.len();
        if is_cut && is_word(line) || is_telling(line) {
            return (start > unit).then_some(start);
        }
        end = start.checked_sub(1).filter(|end| *end > unit)?;
    }
}

const LAST_LINE: &str = "Begin with the last line above, written again from \
     its first character with its indentation, and go on from there.";

fn from_unit(survey: &Survey, cut: &Unit, format: Format) -> String {
    match format {
        Format::Diff => from_header_or_hunk(survey, cut),
        Format::SearchReplace | Format::WholeFile => {
            again(cut, format, "with the name of its file above it")
        }
        Format::Ops | Format::V4a => {
            again(cut, format, "from its first character")
        }
    }
}

fn again(cut: &Unit, format: Format, how: &str) -> String {
    format!(
        "Begin with the unfinished {} ({}), written again {how}, then go \
         on with those that are missing.",
        unit_noun(format),
        name(cut)
    )
}

fn from_header_or_hunk(survey: &Survey, cut: &Unit) -> String {
    let state = survey.summary.cut.as_ref().map(|cut| cut.state);
    if cut.path.is_some() && state == Some(CutState::Hunk) {
        return "Begin with the hunk that was cut, written again from its \
                `@@` line, then go on."
            .to_owned();
    }
    let of = cut.path.as_deref().map(one_line);
    let of = of.map(|path| format!(" of {path}")).unwrap_or_default();
    format!("Begin again with the first line of the header{of}, then go on.")
}
