//! A continuation in, the stretches of it that may be what was asked for out.

use super::known::Known;
use super::ways::{is_word, line_start};
use crate::resume::diff::body::{Lead, bodies_from};
use crate::resume::greeting::{announces, first_line, is_sentence, says_so};
use crate::text::fence;

/// The stretches of an answer that may be what was asked for.
pub(super) fn stretches(
    known: &Known<'_>,
    answer: &[u8],
) -> Vec<(Lead, Vec<u8>)> {
    let mut found = Vec::new();
    let whole = (Lead::Nothing, answer.to_vec());
    // A fence that belongs to the whole is only opened again.
    let cut = known.before.get(line_start(known.before)..).unwrap_or_default();
    let is_telling = is_word(cut) || fence::begins(cut);
    let starts = |text: &[u8]| is_telling && text.starts_with(cut);
    let rest = bodies_from(answer, true, starts).into_iter();
    let mut rest: Vec<_> = rest.map(|body| (body.lead, body.text)).collect();
    rest.extend(announced(answer));
    rest.retain(|(lead, text)| {
        let is_again = !cut.trim_ascii().is_empty() && text.starts_with(cut);
        *lead != Lead::Text || greets(answer, text.len()) || is_again
    });
    // The blank line after a greeting belongs to it.
    let first = rest.iter().position(|(lead, _)| *lead == Lead::Text);
    if let Some(at) = first
        && rest.len() > at + 1
        && rest.get(at).is_some_and(|(_, text)| begins_blank(text))
    {
        rest.remove(at);
    }
    let unfenced = |(lead, text): (Lead, Vec<u8>)| {
        let cut = answer.get(..answer.len() - text.len()).unwrap_or_default();
        let above = cut
            .strip_suffix(b"\n")
            .map(|cut| cut.get(line_start(cut)..).unwrap_or_default());
        let opened = above.is_some_and(|line| fence::mark(line).is_some());
        let shut = without_last_fence(&text).filter(|_| opened);
        shut.map(|text| (lead, text)).into_iter().chain([(lead, text)])
    };
    let rest = rest.into_iter().flat_map(unfenced);
    for (lead, text) in std::iter::once(whole).chain(rest) {
        // A patch in parts begins again in each of them.
        let line = text.split_inclusive(|b| *b == b'\n').next();
        let begins = line.filter(|line| {
            line.trim_ascii() == b"*** Begin Patch" && known.is_patch()
        });
        if let Some(line) = begins {
            let text = text.get(line.len()..).unwrap_or_default().to_vec();
            found.push((lead, text));
        }
        if !found.iter().any(|(_, other)| *other == text) {
            found.push((lead, text));
        }
    }
    found
}

/// What follows the first line of an answer, if that announces it.
fn announced(answer: &[u8]) -> Option<(Lead, Vec<u8>)> {
    let blanks = answer.len() - answer.trim_ascii_start().len();
    let rest = answer.get(blanks..).filter(|rest| announces(rest))?;
    let end = memchr::memchr(b'\n', rest)? + 1;
    let rest = rest.get(end..)?;
    let solid = rest.len() - rest.trim_ascii_start().len();
    // The blanks before its first word are the line's own.
    let text = rest.get(line_start(rest.get(..solid)?)..)?;
    let is_apart = begins_blank(rest) || begins_fenced(text);
    let lead = if is_apart { Lead::Text } else { Lead::Words };
    (!text.trim_ascii().is_empty()).then(|| (lead, text.to_vec()))
}

/// Words of the shortest greeting that has no full stop.
const GREETING_WORDS: usize = 3;

/// Whether what stands before the last `kept` bytes can be a greeting: the
/// rest of a line, cut anywhere, seldom is a sentence.
fn greets(answer: &[u8], kept: usize) -> bool {
    let lead = answer.get(..answer.len() - kept).unwrap_or_default();
    first_line(lead).is_none_or(|line| {
        let words = line.split(u8::is_ascii_whitespace);
        let words = words.filter(|word| !word.is_empty()).count();
        let is_fence = fence::mark(line).is_some();
        let is_said = words >= GREETING_WORDS || is_sentence(line);
        is_fence || is_said && !line.ends_with(b"..") || announces(line)
    })
}

/// Words with which a model speaks of its answer.
const OF_ITSELF: [&str; 17] = [
    "apologies",
    "certainly",
    "continuation",
    "continue",
    "continues",
    "continuing",
    "here",
    "here's",
    "okay",
    "remainder",
    "remaining",
    "rest",
    "resuming",
    "sorry",
    "stopped",
    "sure",
    "understood",
];

/// Whether the first words of an answer speak of the answer, as those of a
/// text do not.
pub(super) fn speaks_of_itself(answer: &[u8]) -> bool {
    let mut lines = answer.split(|b| *b == b'\n').map(<[u8]>::trim_ascii);
    let line = lines.find(|l| !l.is_empty() && fence::mark(l).is_none());
    let line = String::from_utf8_lossy(line.unwrap_or_default());
    let is_mark = |c: char| !c.is_alphabetic() && c != '\'';
    let mut words = line.split(is_mark).map(str::to_lowercase);
    says_so(answer) || words.any(|word| OF_ITSELF.contains(&word.as_str()))
}

/// Whether the first line of a text opens a fence.
pub(super) fn begins_fenced(text: &[u8]) -> bool {
    first_line(text).is_some_and(|line| fence::mark(line).is_some())
}

/// Lines that a model writes below its answer.
const CLOSING_LINES: usize = 8;

/// A text without its last line that may close a fence.
fn without_last_fence(text: &[u8]) -> Option<Vec<u8>> {
    let mut end = text.len();
    while end > 0 {
        let head = text.get(..end)?;
        let start = line_start(head.strip_suffix(b"\n").unwrap_or(head));
        let line = head.get(start..)?;
        if fence::mark(line).is_some_and(|mark| mark.info.is_empty()) {
            let rest = text.get(end..)?;
            let feeds = memchr::memchr_iter(b'\n', rest).count();
            let is_last = begins_blank(rest) || rest.is_empty();
            let is_last = is_last && feeds <= CLOSING_LINES;
            let kept = head.get(..start)?;
            return is_last.then(|| [kept, rest].concat());
        }
        end = start;
    }
    None
}

fn begins_blank(text: &[u8]) -> bool {
    let line = text.split_inclusive(|b| *b == b'\n').next();
    line.is_some_and(|line| line.trim_ascii().is_empty())
}
