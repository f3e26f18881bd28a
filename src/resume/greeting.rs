//! A continuation in, whether its first words may be said to the reader out.
//!
//! Whether they are, no word tells for sure: texts greet their readers too.
//! What may be a greeting is never taken for the very next bytes unless
//! something else proves that it is.

/// Words with which models begin a continuation, in lower-case letters.
pub(super) const OPENINGS: [&str; 29] = [
    "absolutely",
    "alright",
    "apologies",
    "as requested",
    "carrying on",
    "certainly",
    "continuation",
    "continued",
    "continuing",
    "got it",
    "here are",
    "here is",
    "here it is",
    "here's",
    "here you go",
    "i will continue",
    "i'll continue",
    "let me continue",
    "my apologies",
    "no problem",
    "of course",
    "okay",
    "ok",
    "picking up",
    "resuming",
    "sorry",
    "sure",
    "the rest",
    "understood",
];

/// Lines that say no more than that something goes on.
const ELLIPSES: [&str; 2] = ["...", "\u{2026}"];

/// Whether the first words are those with which a model announces what comes,
/// or the marks.
pub(super) fn announces(answer: &[u8]) -> bool {
    let line = String::from_utf8_lossy(first_line(answer).unwrap_or_default());
    let is_mark = |c| matches!(c, '(' | ')' | '[' | ']' | '*' | '_');
    ELLIPSES.contains(&line.trim().trim_matches(is_mark)) || says_so(answer)
}

/// Whether the first words are those with which a model announces what comes.
pub(super) fn says_so(answer: &[u8]) -> bool {
    let line = String::from_utf8_lossy(first_line(answer).unwrap_or_default())
        .into_owned();
    let line = line.trim().replace('\u{2019}', "'");
    let is_mark = |c| matches!(c, '(' | '[' | '*' | '_');
    let words = line.trim_start_matches(is_mark);
    let is_marked = words.len() < line.len();
    let begins = is_marked || words.starts_with(char::is_uppercase);
    let words = words.to_lowercase();
    let opens = |opening: &str| {
        let rest = words.strip_prefix(opening);
        rest.is_some_and(|rest| !goes_on(rest))
    };
    begins && OPENINGS.into_iter().any(opens)
}

/// Whether the text after some words makes a name or code of them.
fn goes_on(rest: &str) -> bool {
    let is_name = rest.starts_with(|c: char| c.is_alphanumeric() || c == '_');
    let next = rest.trim_start().chars().next();
    is_name || next.is_some_and(|c| "=({[<>+&|;/\"".contains(c))
}

/// Whether they announce something, or are a sentence that stands apart from
/// what follows.
pub(super) fn may_greet(answer: &[u8]) -> bool {
    let line = first_line(answer).unwrap_or_default().trim_ascii();
    let mut lines = answer.split(|b| *b == b'\n');
    lines.find(|line| !line.trim_ascii().is_empty());
    let is_apart = lines.next().is_some_and(|l| l.trim_ascii().is_empty());
    announces(answer) || is_apart && is_sentence(line)
}

/// Whether a line begins like a sentence, ends like one, and is no code.
pub(super) fn is_sentence(line: &[u8]) -> bool {
    let text = String::from_utf8_lossy(line);
    let ends = text.trim_end().ends_with(['.', '!']);
    let is_code = text.contains(|c| ";{}[]<>=&|\\_\"".contains(c));
    ends && !is_code && text.starts_with(char::is_uppercase)
}

/// The first line that is not blank.
pub(super) fn first_line(text: &[u8]) -> Option<&[u8]> {
    let mut lines = text.split(|b| *b == b'\n');
    lines.find(|line| !line.trim_ascii().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_announces_is_told_from_names_and_code() {
        let yes = [
            "Of course.\n\ny = 2\n",
            "Sure! lo\"}",
            "Sure, continuing:\n",
            "\nResuming now.\n",
            "(continued)\n",
            "**Continuing:**\n",
            "...\n",
            "Here\u{2019}s the rest:\n",
        ];
        for text in yes {
            assert!(announces(text.as_bytes()), "{text}");
        }
        let no = [
            "continue\n",
            "surely\n",
            "Sureness\n",
            "Ok(())\n",
            "OK = 200\n",
            "...args)\n",
            "continued = 1\n",
            "x = 1\n",
            "",
        ];
        for text in no {
            assert!(!announces(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn a_sentence_that_stands_apart_may_greet() {
        assert!(may_greet(b"Yes.\n\ny = 2\n"));
        assert!(!may_greet(b"Yes.\ny = 2\n"));
        assert!(!may_greet(b"the end.\n\ny = 2\n"));
        assert!(!may_greet(b"X[1].\n\ny = 2\n"));
    }
}
