//! Where a file comes nearest to a text that it does not have, and what the
//! first difference is. Reads bytes, changes nothing.

use std::fmt;

use super::lines;

/// Characters of a differing line that are shown.
const SHOWN_CHARS: usize = 80;

/// Share of a line, at its two ends, that must agree before a line that is
/// not the same after normalising is called near: below a half, most lines
/// of a program are "near" every other.
const NEAR_ENOUGH: f64 = 0.5;

/// The place of a file that comes nearest to a text it does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nearest {
    /// The line, from 1, where the text would begin.
    pub line: u64,
    /// The first line, from 1, that differs.
    pub differs_at: u64,
    /// In what it differs.
    pub difference: Difference,
    /// The differing line as the file has it, without its ending.
    pub found: String,
}

/// What keeps two lines from being the same, the least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Difference {
    /// CRLF against LF.
    LineEnding,
    /// Blanks at the end.
    TrailingBlanks,
    /// Tabs against spaces at the start.
    TabsAndSpaces,
    /// The depth of indentation.
    Indentation,
    /// No-break or other unusual spaces.
    UnusualSpace,
    /// Typographic quotes or dashes.
    Typography,
    /// Blanks inside.
    Blanks,
    /// Upper and lower case.
    Case,
    /// The words.
    Text,
    /// The file ends.
    End,
}

impl Difference {
    /// The difference in words, to follow "differs in".
    pub fn describe(self) -> &'static str {
        match self {
            Self::LineEnding => "its line ending (CRLF and LF)",
            Self::TrailingBlanks => "trailing blanks",
            Self::TabsAndSpaces => "tabs and spaces",
            Self::Indentation => "indentation",
            Self::UnusualSpace => "no-break or unusual spaces",
            Self::Typography => "typographic quotes or dashes",
            Self::Blanks => "blanks",
            Self::Case => "upper and lower case",
            Self::Text => "its text",
            Self::End => "that the file ends",
        }
    }
}

impl fmt::Display for Nearest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, differs_at, difference, found } = self;
        let what = difference.describe();
        write!(f, "nearest at line {line}: line {differs_at} ")?;
        write!(f, "differs in {what}")?;
        match difference {
            Difference::Text => write!(f, ", it reads '{found}'"),
            _ => Ok(()),
        }
    }
}

/// The place in `text` nearest to `wanted`, if any comes near.
pub(super) fn nearest(text: &[u8], wanted: &[u8]) -> Option<Nearest> {
    let file: Vec<&[u8]> = lines::bare_lines(text).collect();
    let want: Vec<&[u8]> = lines::bare_lines(wanted).collect();
    let key = want.iter().position(|line| !line.trim_ascii().is_empty())?;
    let start = best_start(&file, &want, key)?;
    Some(first_difference(text, &file, wanted, &want, start))
}

/// The index of the line where `want` fits best.
fn best_start(file: &[&[u8]], want: &[&[u8]], key: usize) -> Option<usize> {
    let key_line = normal(want.get(key)?);
    let whole: Vec<String> = want.iter().map(|line| normal(line)).collect();
    let candidates = file.iter().enumerate().filter_map(|(at, line)| {
        let start = at.checked_sub(key)?;
        let line = normal(line);
        line.contains(&key_line).then_some(start)
    });
    let score = |start: usize| {
        let pairs = file.get(start..).unwrap_or_default().iter().zip(&whole);
        pairs.filter(|(line, want)| normal(line) == **want).count()
    };
    // Of several equally good ones the first.
    let exact = candidates
        .take(SCORED_CANDIDATES)
        .max_by_key(|&start| (score(start), std::cmp::Reverse(start)));
    exact.or_else(|| most_similar(file, &key_line)?.checked_sub(key))
}

/// Candidates that are scored line by line; a file of a thousand equal lines
/// has no best one anyway.
const SCORED_CANDIDATES: usize = 200;

fn most_similar(file: &[&[u8]], key: &str) -> Option<usize> {
    let scored = file.iter().enumerate().map(|(at, line)| {
        (similarity(&normal(line), key), std::cmp::Reverse(at))
    });
    let best = scored.max_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    best.filter(|(score, _)| *score >= NEAR_ENOUGH).map(|(_, at)| at.0)
}

/// The share of the longer line that its common ends with the other make up.
fn similarity(a: &str, b: &str) -> f64 {
    let longest = a.len().max(b.len());
    let shortest = a.len().min(b.len());
    let same = |(x, y): &(u8, u8)| x == y;
    let head = a.bytes().zip(b.bytes()).take_while(same).count();
    let tail = a.bytes().rev().zip(b.bytes().rev()).take_while(same).count();
    let common = (head + tail).min(shortest);
    if longest == 0 { 0.0 } else { common as f64 / longest as f64 }
}

fn first_difference(
    text: &[u8],
    file: &[&[u8]],
    wanted: &[u8],
    want: &[&[u8]],
    start: usize,
) -> Nearest {
    let last = want.len() - 1;
    let mut differs = (0, Difference::LineEnding);
    for (index, line) in want.iter().enumerate() {
        let Some(found) = file.get(start + index) else {
            differs = (index, Difference::End);
            break;
        };
        if !fits(found, line, index == 0, index == last) {
            differs = (index, classify(found, line));
            break;
        }
    }
    let (index, mut difference) = differs;
    let endings = |t: &[u8]| memchr::memmem::find(t, b"\r\n").is_some();
    if difference == Difference::LineEnding && endings(text) == endings(wanted)
    {
        difference = Difference::Text;
    }
    Nearest {
        line: start as u64 + 1,
        differs_at: (start + index) as u64 + 1,
        difference,
        found: shown(file.get(start + index).copied().unwrap_or_default()),
    }
}

/// Whether a line of the file can be the line of the text: its first line
/// may begin, and its last line may end, in the middle.
fn fits(found: &[u8], want: &[u8], is_first: bool, is_last: bool) -> bool {
    match (is_first, is_last) {
        (true, true) => memchr::memmem::find(found, want).is_some(),
        (true, false) => found.ends_with(want),
        (false, true) => found.starts_with(want),
        (false, false) => found == want,
    }
}

fn classify(found: &[u8], want: &[u8]) -> Difference {
    let (found, want) =
        (String::from_utf8_lossy(found), String::from_utf8_lossy(want));
    let blank = |c: char| c == ' ' || c == '\t' || c == '\r';
    if found.trim_end_matches(blank) == want.trim_end_matches(blank) {
        return Difference::TrailingBlanks;
    }
    let (inner, wanted) = (found.trim_matches(blank), want.trim_matches(blank));
    if inner == wanted {
        let tabs = found.starts_with('\t') != want.starts_with('\t');
        let indented = found.starts_with(blank) && want.starts_with(blank);
        return if tabs && indented {
            Difference::TabsAndSpaces
        } else {
            Difference::Indentation
        };
    }
    if plain_spaces(inner) == plain_spaces(wanted) {
        return Difference::UnusualSpace;
    }
    if plain_marks(inner) == plain_marks(wanted) {
        return Difference::Typography;
    }
    let (found, want) = (normal_text(inner), normal_text(wanted));
    if found == want {
        Difference::Blanks
    } else if found.to_lowercase() == want.to_lowercase() {
        Difference::Case
    } else {
        Difference::Text
    }
}

fn plain_spaces(text: &str) -> String {
    text.chars().map(plain_space).collect()
}

fn plain_space(c: char) -> char {
    match c {
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{3000}' => ' ',
        _ => c,
    }
}

fn plain_marks(text: &str) -> String {
    text.chars().map(|c| plain_mark(plain_space(c))).collect()
}

fn plain_mark(c: char) -> char {
    match c {
        '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{201b}' => '\'',
        '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{201f}' => '"',
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        _ => c,
    }
}

/// A line without what people do not see: blanks as one, marks as ASCII.
fn normal(line: &[u8]) -> String {
    normal_text(&String::from_utf8_lossy(line))
}

fn normal_text(text: &str) -> String {
    let plain = plain_marks(text);
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn shown(line: &[u8]) -> String {
    String::from_utf8_lossy(line).chars().take(SHOWN_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn difference(text: &str, wanted: &str) -> (u64, Difference) {
        let found = nearest(text.as_bytes(), wanted.as_bytes()).unwrap();
        (found.differs_at, found.difference)
    }

    #[test]
    fn each_invisible_difference_is_named() {
        let cases = [
            ("a = 1\r\nb\r\n", "a = 1\nb", (1, Difference::LineEnding)),
            ("x\na = 1  \nb\n", "a = 1\nb", (2, Difference::TrailingBlanks)),
            ("\ta = 1\n", "    a = 1", (1, Difference::TabsAndSpaces)),
            ("  a = 1\n", "    a = 1", (1, Difference::Indentation)),
            ("a\u{a0}= 1\n", "a = 1", (1, Difference::UnusualSpace)),
            (
                "say(\u{201c}x\u{201d})\n",
                "say(\"x\")",
                (1, Difference::Typography),
            ),
            ("f(a,  b)\n", "f(a, b)", (1, Difference::Blanks)),
            ("one\ntwo\nthree\n", "one\nTwo\nthree", (2, Difference::Case)),
            ("one\ntwo\nthree\n", "one\n2\nthree", (2, Difference::Text)),
            ("one\ntwo\n", "one\ntwo\nthree", (3, Difference::End)),
        ];
        for (text, wanted, expected) in cases {
            assert_eq!(difference(text, wanted), expected, "{text:?}");
        }
    }

    #[test]
    fn the_best_of_several_places_is_named() {
        let text = "if x:\n  a\nif x:\n  b\n  c\n";
        let found = nearest(text.as_bytes(), b"if x:\n  b\n  d\n").unwrap();
        assert_eq!((found.line, found.differs_at), (3, 5));
        assert_eq!(found.found, "  c");
    }

    #[test]
    fn a_text_that_resembles_nothing_has_no_nearest_place() {
        assert_eq!(nearest(b"alpha\nbeta\n", b"something else"), None);
        assert_eq!(nearest(b"", b"x"), None);
        assert_eq!(nearest(b"x", b"\n\n"), None);
    }
}
