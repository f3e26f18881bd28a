//! Words that say what follows them: the first line of a continuation in,
//! whether it may be taken for the rest of a line out.

use super::body::{Body, Lead, opens_diff};
use super::places::{Before, Place, first_line};
use crate::resume::greeting::OPENINGS;
use crate::resume::seam::How;

impl Before<'_> {
    /// Whether a place makes what announces the rest, words or a fence, the
    /// end of a line that was cut in its middle.
    pub(super) fn ends_in_words(&self, body: &Body, place: &Place) -> bool {
        let line = self.slice(self.line(place.kept));
        let is_fence = body.lead != Lead::Kept && opens_diff(&body.text)
            || is_bare_fence(&body.text)
                && line.iter().any(u8::is_ascii_alphanumeric);
        place.how == How::Exact
            && self.patch.end.tail.is_some()
            && !line.is_empty()
            && (is_fence || announces(&body.text))
    }
}

/// Whether the first line is a fence and no more. Behind a comment's sign or
/// a bullet it may be the rest of a line; behind words it hardly is.
fn is_bare_fence(text: &[u8]) -> bool {
    let line = text.get(..first_line(text)).unwrap_or_default().trim_ascii();
    line.len() >= 3
        && [b'`', b'~'].iter().any(|mark| line.iter().all(|b| b == mark))
}

/// Whether the first line of a text is no more than an announcement.
fn announces(text: &[u8]) -> bool {
    let end = first_line(text);
    let line = text.get(..end).unwrap_or_default().trim_ascii();
    let is_ellipsis = line.len() >= 3 && line.iter().all(|b| *b == b'.');
    is_ellipsis || line == "…".as_bytes() || is_sentence(line)
}

/// Whether a line is one of the openings, or a short sentence that begins
/// with one: more often a word to the reader than the very next bytes. With
/// code in it, or more than a sentence, it may be the rest of a line.
fn is_sentence(line: &[u8]) -> bool {
    let is_mark = |b: &u8| matches!(b, b'*' | b'_' | b'(' | b'[');
    let marks = line.iter().take_while(|b| is_mark(b)).count();
    let words = line.get(marks..).unwrap_or_default();
    let is_begun =
        marks > 0 || words.first().is_some_and(u8::is_ascii_uppercase);
    let is_end = |b: &u8| b".!:?,*_)]".contains(b) || *b >= 0x80;
    let ends = words.iter().rev().take_while(|b| is_end(b)).count();
    let words = words.get(..words.len() - ends).unwrap_or_default();
    let is_code = words.iter().any(|b| b";{}[]<>=&|\\\"".contains(b));
    let words = words.to_ascii_lowercase();
    let opens = |opening: &&str| {
        let more = words.strip_prefix(opening.as_bytes())?;
        let is_word = more.first().is_some_and(u8::is_ascii_alphanumeric);
        let is_all = more.is_empty();
        Some(!is_word && (is_all || ends > 0))
    };
    // What closes a bracket that it does not open goes on with a line.
    let closes = line.ends_with(b")") && !line.contains(&b'(');
    is_begun
        && !is_code
        && !closes
        && OPENINGS.iter().any(|opening| opens(opening) == Some(true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn announcements_are_told_from_the_rest_of_a_line() {
        let lines = [
            "Sure!",
            "Of course.",
            "Sure, continuing:",
            "Continuing:",
            "Resuming now.",
            "(continued)",
            "...",
            "**Continued:**",
            "Here's the rest of it:",
            "Certainly",
        ];
        for line in lines {
            assert!(announces(format!("{line}\n+a\n").as_bytes()), "{line}");
        }
        let lines = [
            "sure",
            "Surely.",
            "ok)",
            "Sure)",
            "Here is = 1.",
            "2",
            "",
            "Resuming the run",
            "..",
            "Item one.",
        ];
        for line in lines {
            assert!(!announces(format!("{line}\n+a\n").as_bytes()), "{line}");
        }
    }
}
