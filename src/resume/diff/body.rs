//! The part of a continuation that continues a diff: without greeting and
//! fence.

use bstr::ByteSlice;

/// What a join leaves out at the start of a continuation, cheapest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::resume) enum Lead {
    /// Nothing, or the opening of a fence.
    Nothing,
    /// The opening of a fence that may be the rest of a line.
    Fence,
    /// Nothing: what may be the opening of a fence is kept.
    Kept,
    Blanks,
    /// Words to the reader, with a blank line or a fence after them.
    Text,
    /// Words that the rest follows at once: they may be a line of the file.
    Words,
}

/// A stretch of a continuation that may be what was asked for.
#[derive(Clone, Debug)]
pub(in crate::resume) struct Body {
    pub(in crate::resume) lead: Lead,
    pub(in crate::resume) text: Vec<u8>,
}

/// Lines at the start of a continuation that may be prose before its body.
/// Models greet in one or two lines and a blank one.
const GREETING_LINES: usize = 8;

/// The stretches of `answer` that may be what was asked for. `in_fence` says
/// that the fence of the earlier answer is open, so that a closing fence
/// belongs to the whole.
pub(in crate::resume) fn bodies(answer: &[u8], in_fence: bool) -> Vec<Body> {
    let mut found = bodies_from(answer, in_fence, |_| false);
    // A bare fence may close the earlier one, after lines that only look
    // like words to the reader.
    let is_dropped = !found.iter().any(|body| body.text == answer);
    if in_fence && is_dropped && !opens_named(answer) {
        let whole = Body { lead: Lead::Nothing, text: answer.to_vec() };
        found.insert(0, whole);
    }
    let inside = fenced(answer, in_fence).unwrap_or_default();
    if let [kept, rest] = found.as_mut_slice()
        && rest.text == inside
        && may_be_content(answer, &inside, in_fence)
    {
        kept.lead = Lead::Kept;
        rest.lead = Lead::Fence;
    }
    found
}

/// Whether the first fence of an answer says what stands in it.
fn opens_named(answer: &[u8]) -> bool {
    let mut lines = answer.split(|b| *b == b'\n');
    let first = lines.find(|l| l.starts_with(b"```") || l.starts_with(b"~~~"));
    let marks = |b: &u8| matches!(b, b'`' | b'~');
    first.is_some_and(|line| !line.trim_ascii().iter().all(marks))
}

/// Languages that fences around diffs name.
const DIFFS: [&[u8]; 3] = [b"diff", b"patch", b"udiff"];

/// Whether the fence with which an answer begins may be the rest of the line
/// that was cut: code blocks stand in files too. It is none if it is closed,
/// for then nothing would open what closes it. Where it names the language
/// of diffs, it is one only if lines of the hunk begin or end blocks too.
fn may_be_content(answer: &[u8], inside: &[u8], in_fence: bool) -> bool {
    let is_fence =
        |line: &[u8]| line.starts_with(b"```") || line.starts_with(b"~~~");
    let fences = |text: &[u8]| {
        text.split(|b| *b == b'\n').filter(|line| is_fence(line)).count()
    };
    let is_closed = !in_fence && fences(answer) == 2 && fences(inside) == 0;
    let has_blocks = || {
        let lines = inside.split(|b| *b == b'\n');
        let mut texts = lines.filter_map(|line| line.get(1..));
        texts.any(|text| is_fence(text.trim_ascii_start()))
    };
    let is_diff = names_diff(first_line(answer));
    let goes_on = inside.first().is_some_and(|b| b" +-\\@d".contains(b));
    goes_on && !is_closed && (!is_diff || has_blocks())
}

/// The same, and what `starts` knows for the start of what was asked for.
pub(in crate::resume) fn bodies_from(
    answer: &[u8],
    in_fence: bool,
    starts: impl Fn(&[u8]) -> bool,
) -> Vec<Body> {
    let mut found = Vec::new();
    let mut at = 0;
    let mut lead = Lead::Nothing;
    for _ in 0..=GREETING_LINES {
        let rest = answer.get(at..).unwrap_or_default();
        if rest.is_empty() {
            break;
        }
        let line = first_line(rest);
        let inside = fenced(rest, in_fence);
        // A fence around nothing closes what came before.
        if let Some(text) = inside.filter(|text| !text.trim().is_empty()) {
            let lead = match lead {
                Lead::Text | Lead::Words => Lead::Text,
                _ => Lead::Nothing,
            };
            // After a greeting, the fence is where the answer begins, unless
            // what is asked for stands before it.
            if at > 0 {
                found.retain(|body: &Body| starts(&body.text));
                let text = rest.to_vec();
                found.extend(starts(rest).then_some(Body { lead, text }));
            } else {
                let text = rest.to_vec();
                found.push(Body { lead: Lead::Blanks, text });
            }
            found.push(Body { lead, text });
            break;
        }
        found.push(Body { lead, text: rest.to_vec() });
        let blank = line.trim_ascii().is_empty();
        let next = answer.get(at + line.len()..).unwrap_or_default();
        let next = first_line(next);
        if !blank && !is_greeting(line, next) {
            break;
        }
        lead = match lead {
            Lead::Text | Lead::Words if blank => Lead::Text,
            _ if blank => Lead::Blanks,
            _ if is_apart(next) => Lead::Text,
            _ => Lead::Words,
        };
        at += line.len();
    }
    found
}

fn first_line(text: &[u8]) -> &[u8] {
    let end = memchr::memchr(b'\n', text).map_or(text.len(), |at| at + 1);
    text.get(..end).unwrap_or_default()
}

/// Whether a line may be the model's word to its reader, given the line that
/// follows: it begins like a sentence and ends like one, or a blank line or
/// a fence follows. The rest of a line of code does neither.
pub(super) fn is_greeting(line: &[u8], next: &[u8]) -> bool {
    let text = line.trim_ascii_end();
    let first = text.chars().next();
    // Writing without cases has no lower-case letters either.
    let begins = first.is_some_and(|c| match c.is_ascii() {
        true => c.is_ascii_uppercase() || matches!(c, '#' | '*' | '('),
        false => c.is_alphabetic() && !c.is_lowercase(),
    });
    let ends = matches!(text.last(), Some(b':' | b'.' | b'!' | b'?'));
    let is_code = text.iter().any(|b| b";{}[]<>=&|\\_\"".contains(b));
    line.ends_with(b"\n") && begins && !is_code && (ends || is_apart(next))
}

/// Whether an answer is a word to the reader that says what follows, or a
/// fence for a diff, and nothing follows.
pub(super) fn is_promise(answer: &[u8]) -> bool {
    let line = first_line(answer);
    let rest = answer.get(line.len()..).unwrap_or_default();
    let ends = line.trim_ascii_end().last() == Some(&b':');
    let is_word = ends
        && rest.starts_with(b"\n")
        && rest.trim_ascii().is_empty()
        && is_greeting(line, rest);
    let inside = fenced(answer, false).filter(|_| names_diff(line));
    is_word || inside.is_some_and(|text| text.trim_ascii().is_empty())
}

/// Whether a text begins with a fence that names the language of diffs.
pub(super) fn opens_diff(text: &[u8]) -> bool {
    let is_fence = text.starts_with(b"```") || text.starts_with(b"~~~");
    is_fence && names_diff(first_line(text))
}

/// Whether the opening of a fence names the language of diffs.
fn names_diff(opener: &[u8]) -> bool {
    let marks = |c| matches!(c, '`' | '~');
    DIFFS.contains(&opener.trim_ascii().trim_start_with(marks))
}

fn is_apart(next: &[u8]) -> bool {
    next.trim_ascii().is_empty() || next.starts_with(b"```")
}

/// The inside of a fence that begins here, and what follows its end.
fn fenced(text: &[u8], in_fence: bool) -> Option<Vec<u8>> {
    let opener = first_line(text);
    let mark = *opener.first().filter(|b| matches!(b, b'`' | b'~'))?;
    let length = opener.iter().take_while(|b| **b == mark).count();
    // What follows the marks of a fence has none (CommonMark, 4.5).
    let info = opener.get(length..)?;
    let is_code = mark == b'`' && info.contains(&mark);
    if length < 3 || is_code || !opener.ends_with(b"\n") {
        return None;
    }
    let inside = text.get(opener.len()..)?;
    if in_fence {
        return Some(inside.to_vec());
    }
    let mut at = 0;
    while at < inside.len() {
        let line = first_line(inside.get(at..)?);
        let bare = line.trim_ascii_end();
        if bare.len() >= length && bare.iter().all(|b| *b == mark) {
            let rest = inside.get(at + line.len()..).unwrap_or_default();
            return Some([inside.get(..at)?, rest].concat());
        }
        at += line.len();
    }
    Some(inside.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn greetings_and_fences_are_left_out() {
        let texts = |answer: &str, in_fence| -> Vec<String> {
            let found = bodies(answer.as_bytes(), in_fence);
            let text = |b: Body| String::from_utf8(b.text).unwrap();
            found.into_iter().map(text).collect()
        };
        let found = texts("Sure:\n\n```diff\n+a\n```\nDone.\n", false);
        assert_eq!(found.last().unwrap(), "+a\nDone.\n");
        let found = texts("```diff\n+a\n```\n", true);
        assert_eq!(found, ["```diff\n+a\n```\n", "+a\n```\n"]);
        assert_eq!(texts(" a\n+b\n", false), [" a\n+b\n"]);
        assert_eq!(texts("rest\n+b\n", false), ["rest\n+b\n"]);
        assert_eq!(texts("Rest:\n+b\n", false), ["Rest:\n+b\n", "+b\n"]);
    }
}
