//! The text that asks for what is missing, and for nothing else.

use super::naming::{name, one_line, unit_noun};
use super::order::{Style, order};
use super::quote;
use super::survey::{Survey, Unit};
use crate::answer::Format;
use crate::span::{CutState, Loop, LoopUnit};

/// What the prompt is written for.
#[derive(Debug)]
pub struct Context {
    /// The task's text, if the model does not remember it.
    pub task: Option<Vec<u8>>,
    /// The files that the whole answer has to cover, one spelling each.
    pub deliverables: Vec<String>,
    /// Where the continuation is asked to begin.
    pub style: Style,
    /// The format of the answer.
    pub format: Format,
}

/// Why there is nothing to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Nothing is known to be missing.
    Complete,
    /// The answer holds nothing that a continuation could build on.
    NothingToBuildOn,
    /// The answer ends in a loop, which a continuation would feed.
    Looping(Loop),
}

/// A prompt, or why there is none.
pub type Prompt = Result<Vec<u8>, Refusal>;

/// Files named one by one; of a longer list the middle is left out, since
/// the model only has to know what not to repeat.
const LISTED: usize = 40;

/// Writes the prompt for `text`, of which `survey` is the survey.
pub fn prompt(text: &[u8], survey: &Survey, context: &Context) -> Prompt {
    if let Some(looping) = survey.summary.looping
        && !leaves_loop(looping, survey, context.style)
    {
        return Err(Refusal::Looping(looping));
    }
    let missing = missing(survey, &context.deliverables);
    if survey.is_whole() && missing.is_empty() {
        return Err(Refusal::Complete);
    }
    if survey.complete().next().is_none() && survey.cut().is_none() {
        return Err(Refusal::NothingToBuildOn);
    }
    if survey.has_all_declared() && missing.is_empty() {
        return Err(Refusal::Complete);
    }
    let mut out = Vec::new();
    if let Some(task) = &context.task {
        out.extend_from_slice(task.trim_ascii_end());
        out.extend_from_slice(b"\n\n---\n");
    }
    out.extend_from_slice(
        b"Your answer to this task was cut off. Do not start over: ",
    );
    out.extend_from_slice(b"everything before the cut is kept.\n\n");
    out.extend_from_slice(whole(survey, context.format).as_bytes());
    out.extend_from_slice(unfinished(text, survey, context).as_bytes());
    out.extend_from_slice(still(&missing, survey).as_bytes());
    out.extend_from_slice(b"The answer so far ends with:\n");
    let text = match (survey.summary.looping, survey.cut()) {
        (Some(_), Some(cut)) => {
            text.get(..cut.span.start as usize).unwrap_or(text)
        }
        _ => said(text, survey),
    };
    let tail = quote::unique_tail(text);
    out.extend_from_slice(&quote::block("tail", tail));
    out.push(b'\n');
    out.extend_from_slice(
        order(text, survey, context.style, context.format).as_bytes(),
    );
    Ok(out)
}

/// Whether a continuation begins before the loop: with the unit in which the
/// model lost its way, or earlier.
fn leaves_loop(looping: Loop, survey: &Survey, style: Style) -> bool {
    looping.unit == LoopUnit::Bytes
        && survey.cut().is_some()
        && matches!(style, Style::Op | Style::File)
}

/// The text without a line feed that a tool added at its end: within a
/// string of JSON no model wrote one.
fn said<'a>(text: &'a [u8], survey: &Survey) -> &'a [u8] {
    let in_string = survey.summary.cut.as_ref().is_some_and(|cut| {
        matches!(cut.state, CutState::String | CutState::Escape)
    });
    let fed = text.strip_suffix(b"\n").filter(|_| in_string);
    fed.map_or(text, |text| text.strip_suffix(b"\r").unwrap_or(text))
}

/// Deliverables that no complete or unfinished operation is about.
fn missing(survey: &Survey, deliverables: &[String]) -> Vec<String> {
    let is_named = |path: &str, line: &str| {
        line.split(|c: char| c.is_whitespace() || "\"'`,()".contains(c))
            .any(|word| covers(word, path))
    };
    let covered = |line: &&String| {
        let mut paths = survey.units.iter().flat_map(Unit::paths);
        !paths.any(|path| is_named(path, line))
    };
    deliverables.iter().filter(covered).cloned().collect()
}

/// Whether a word of a deliverable names `path`; `*` stands for any text
/// within a name.
fn covers(word: &str, path: &str) -> bool {
    let word = word.trim_start_matches("./");
    match word.split_once('*') {
        None => word == path,
        Some((head, tail)) => path.strip_prefix(head).is_some_and(|rest| {
            rest.strip_suffix(tail).is_some_and(|mid| !mid.contains('/'))
        }),
    }
}

fn whole(survey: &Survey, format: Format) -> String {
    let names = whole_names(survey, format);
    let noun = match format {
        Format::Diff => "file",
        _ => "operation",
    };
    if names.is_empty() {
        return format!("No {} is complete yet.\n", unit_noun(format));
    }
    let mut text = match names.len() {
        1 => format!("Complete (1 {noun}, do not repeat it):\n"),
        n => format!("Complete ({n} {noun}s, do not repeat them):\n"),
    };
    let half = LISTED / 2;
    for (n, name) in names.iter().enumerate() {
        if names.len() <= LISTED || n < half || n >= names.len() - half {
            text += &format!("- {name}\n");
        } else if n == half {
            text += "- ...\n";
        }
    }
    text
}

/// What is complete, a line each; the hunks of one file share a line.
fn whole_names(survey: &Survey, format: Format) -> Vec<String> {
    let units = survey.complete().filter(|unit| unit.is_operation());
    if format != Format::Diff {
        return units.map(name).collect();
    }
    let mut files: Vec<(String, u64)> = Vec::new();
    for unit in units {
        let name = name(unit);
        match files.last_mut() {
            Some((last, hunks)) if *last == name => *hunks += 1,
            _ => files.push((name, 1)),
        }
    }
    let cut = survey.cut().map(name);
    let line = |(name, hunks): (String, u64)| match hunks {
        _ if cut.as_ref() == Some(&name) => {
            let hunks = match hunks {
                1 => "hunk".to_owned(),
                more => format!("{more} hunks"),
            };
            format!("{name}: the first {hunks}")
        }
        1 => name,
        hunks => format!("{name}: {hunks} hunks"),
    };
    files.into_iter().map(line).collect()
}

fn unfinished(text: &[u8], survey: &Survey, context: &Context) -> String {
    let Some(cut) = survey.cut() else { return String::new() };
    let state = survey.summary.cut.as_ref().map(|cut| cut.state);
    let how = state.map_or("", CutState::describe);
    if context.format != Format::Diff {
        return format!("Unfinished: {} (cut {how})\n", name(cut));
    }
    match (&cut.path, hunk_line(text, survey)) {
        (None, _) => "Unfinished: the header of the next file\n".to_owned(),
        // A model that has no answer before it needs the hunk's numbers.
        (_, Some(line)) => format!(
            "Unfinished: {}, cut in the hunk that begins with `{line}`\n",
            name(cut)
        ),
        (Some(path), _) => {
            format!("Unfinished: {} (cut {how})\n", one_line(path))
        }
    }
}

/// The header of the hunk that was cut.
fn hunk_line(text: &[u8], survey: &Survey) -> Option<String> {
    let cut = survey.summary.cut.as_ref()?;
    let unit = text.get(usize::try_from(survey.cut()?.span.start).ok()?..)?;
    let at = match unit.starts_with(b"@@") {
        true => 0,
        false => memchr::memmem::find(unit, b"\n@@")? + 1,
    };
    let line = unit.get(at..)?.split(|b| *b == b'\n').next()?;
    let line = one_line(String::from_utf8_lossy(line).trim_end());
    (cut.state == CutState::Hunk).then_some(line)
}

fn still(missing: &[String], survey: &Survey) -> String {
    let mut text = String::new();
    if !missing.is_empty() {
        text += "Not begun yet:\n";
        for line in missing {
            text += &format!("- {line}\n");
        }
    } else if let Some(total) = survey.summary.declared {
        let left = total.saturating_sub(survey.summary.operations);
        text += &format!("{left} of {total} operations are missing.\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resume::survey;

    fn ends_with(answer: &str, style: Style) -> String {
        let context = Context {
            task: None,
            deliverables: Vec::new(),
            style,
            format: Format::Ops,
        };
        let known = survey(answer.as_bytes());
        let text = prompt(answer.as_bytes(), &known, &context).unwrap();
        let text = String::from_utf8(text).unwrap();
        let (_, tail) = text.split_once("tail\n").unwrap();
        tail.split_once("\n```").unwrap().0.to_owned()
    }

    #[test]
    fn a_line_feed_that_a_tool_added_inside_a_string_is_not_quoted() {
        let cut = "{\"type\":\"create\",\"file_path\":\"a\",\"content\":\"x";
        for (added, tail) in [("", cut), ("\n", cut), ("\r\n", cut)] {
            let answer = format!("{cut}{added}");
            assert_eq!(ends_with(&answer, Style::Exact), tail);
        }
        let between = "{\"type\":\"create\",\n";
        assert_eq!(ends_with(between, Style::Exact), between);
    }
}
