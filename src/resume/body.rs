//! The part of a continuation that continues: without greeting or fence.

use std::ops::Range;

/// Lines at the start of a continuation that may be prose before its body.
/// Models greet in one or two lines and a blank one.
const GREETING_LINES: usize = 8;

/// The stretches of `answer` that may be what was asked for, likeliest
/// first. `in_fence` says that the fence of the earlier answer is open, so
/// that a closing fence belongs to the whole.
pub(super) fn bodies(answer: &[u8], in_fence: bool) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let end = answer.len();
    if let Some(fenced) = fenced(answer, in_fence) {
        found.push(fenced);
    }
    let starts = line_starts(answer);
    let first = starts.iter().copied().find(|&at| opens(answer, at));
    found.extend(first.map(|at| at..end));
    found.push(0..end);
    let blanks = answer.len() - answer.trim_ascii_start().len();
    found.push(blanks..end);
    found.extend(starts.iter().skip(1).map(|&at| at..end));
    let greets = |range: &Range<usize>| {
        let lead = answer.get(..range.start).unwrap_or_default();
        lead.split(|b| *b == b'\n').all(is_greeting)
    };
    found.retain(greets);
    let mut unique: Vec<Range<usize>> = Vec::new();
    for range in found {
        if !unique.contains(&range) {
            unique.push(range);
        }
    }
    unique
}

/// Whether a line may be the model's word to its reader, and no part of what
/// was asked for: it has no bracket, and no quote as JSON has them.
fn is_greeting(line: &[u8]) -> bool {
    let marks = |b: &u8| matches!(b, b'{' | b'}' | b'[' | b']' | b'\\');
    let quotes = [&b"\":"[..], b"\",", b"\"\n"];
    let quoted = |q: &[u8]| memchr::memmem::find(line, q).is_some();
    !line.iter().any(marks)
        && !quotes.into_iter().any(quoted)
        && !line.ends_with(b"\"")
}

/// Where the first lines start.
fn line_starts(answer: &[u8]) -> Vec<usize> {
    let feeds = memchr::memchr_iter(b'\n', answer).map(|n| n + 1);
    std::iter::once(0).chain(feeds).take(GREETING_LINES + 1).collect()
}

/// Whether the line at `at` begins with a bracket or brace.
fn opens(answer: &[u8], at: usize) -> bool {
    let line = answer.get(at..).unwrap_or_default();
    let first = line.iter().find(|b| !matches!(b, b' ' | b'\t'));
    matches!(first, Some(b'{' | b'['))
}

/// The inside of the first code fence that begins among the first lines.
fn fenced(answer: &[u8], in_fence: bool) -> Option<Range<usize>> {
    let at = line_starts(answer).into_iter().find(|&at| {
        let line = answer.get(at..).unwrap_or_default();
        line.starts_with(b"```") || line.starts_with(b"~~~")
    })?;
    let rest = answer.get(at..)?;
    let mark = *rest.first()?;
    let length = rest.iter().take_while(|b| **b == mark).count();
    let line = memchr::memchr(b'\n', rest)?;
    let bare = rest.get(length..line)?.trim_ascii().is_empty();
    if in_fence && bare {
        // It closes the fence of the earlier answer.
        return None;
    }
    let start = at + line + 1;
    let end = closing(answer, start, mark, length);
    let end = match end {
        Some(close) if !in_fence => close,
        _ => answer.len(),
    };
    Some(start..end)
}

/// Where the line feed stands that precedes the closing fence.
fn closing(
    answer: &[u8],
    start: usize,
    mark: u8,
    length: usize,
) -> Option<usize> {
    let body = answer.get(start..)?;
    let starts = std::iter::once(0)
        .chain(memchr::memchr_iter(b'\n', body).map(|n| n + 1));
    let close = starts.into_iter().find(|&at| {
        let line = body.get(at..).unwrap_or_default();
        let end = memchr::memchr(b'\n', line).unwrap_or(line.len());
        let line = line.get(..end).unwrap_or_default().trim_ascii();
        line.len() >= length && line.iter().all(|b| *b == mark)
    })?;
    Some(start + close.saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(answer: &str, in_fence: bool) -> &str {
        let range = bodies(answer.as_bytes(), in_fence).remove(0);
        &answer[range]
    }

    #[test]
    fn greetings_and_fences_are_left_out() {
        assert_eq!(first("Sure:\n\n{\"a\":1}\n", false), "{\"a\":1}\n");
        let fenced = "Sure:\n```json\n{\"a\":1}\n```\nDone.";
        assert_eq!(first(fenced, false), "{\"a\":1}");
        assert_eq!(first("```\nDone.\n", true), "```\nDone.\n");
        assert_eq!(first(fenced, true), "{\"a\":1}\n```\nDone.");
        assert_eq!(
            first("rest of a string\"}\n", false),
            "rest of a string\"}\n"
        );
    }
}
