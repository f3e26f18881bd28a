//! Where a file comes nearest to a text that it does not have, and what the
//! first difference is. Reads bytes, changes nothing.

use std::collections::HashMap;
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
    /// The last line of the file has no line feed, or the other way round.
    FinalNewline,
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
            Self::FinalNewline => "a line feed at the end of the file",
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

/// What is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Any bytes: they may begin and end in the middle of a line.
    Text,
    /// Whole lines.
    Lines,
}

impl Nearest {
    /// What a file has at a line where something else was expected; nothing
    /// if it has no such line.
    pub fn at(line: u64, found: Option<&[u8]>) -> Self {
        Self {
            line,
            differs_at: line,
            difference: found.map_or(Difference::End, |_| Difference::Text),
            found: shown(found.unwrap_or_default()),
        }
    }
}

/// What a text has at a line where something else was expected.
pub(super) fn at_line(text: &[u8], line: u64) -> Nearest {
    let index = usize::try_from(line.saturating_sub(1)).unwrap_or(usize::MAX);
    Nearest::at(line, lines::bare_lines(text).nth(index))
}

/// The place in `text` nearest to `wanted`, if any comes near.
pub(super) fn nearest(
    text: &[u8],
    wanted: &[u8],
    form: Form,
) -> Option<Nearest> {
    let file: Vec<&[u8]> = lines::bare_lines(text).collect();
    let want: Vec<&[u8]> = lines::bare_lines(wanted).collect();
    let key = want.iter().position(|line| !line.trim_ascii().is_empty())?;
    let start = best_start(&file, &want, key)?;
    Some(first_difference(text, &file, (wanted, form), &want, start))
}

/// The index of the line where `want` fits best: where the most of what it
/// says stands at its place, and of several such lines the first.
fn best_start(file: &[&[u8]], want: &[&[u8]], key: usize) -> Option<usize> {
    let file: Vec<String> = file.iter().map(|line| normal(line)).collect();
    let want: Vec<String> = want.iter().map(|line| normal(line)).collect();
    let key_line = want.get(key)?;
    let holds_key = file.iter().enumerate().filter_map(|(at, line)| {
        let start = at.checked_sub(key)?;
        line.contains(key_line).then_some((start, weight(key_line)))
    });
    let mut scores: HashMap<usize, usize> =
        holds_key.take(SCORED_CANDIDATES).collect();
    for (start, weight) in votes(&file, &want) {
        *scores.entry(start).or_insert(0) += weight;
    }
    let best = scores
        .into_iter()
        .max_by_key(|(start, score)| (*score, std::cmp::Reverse(*start)));
    let best = best.map(|(start, _)| start);
    best.or_else(|| most_similar(&file, key_line)?.checked_sub(key))
}

/// For each line of `want` that the file has, where `want` would begin, and
/// how much that says.
fn votes(file: &[String], want: &[String]) -> Vec<(usize, usize)> {
    let mut places: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, line) in file.iter().enumerate() {
        places.entry(line).or_default().push(at);
    }
    let mut votes = Vec::new();
    for (offset, line) in want.iter().enumerate() {
        let at = places.get(line.as_str()).into_iter().flatten();
        let starts = at.filter_map(|at| at.checked_sub(offset));
        let starts = starts.take(SCORED_CANDIDATES);
        votes.extend(starts.map(|start| (start, weight(line))));
    }
    votes
}

/// How much a line says about where it stands: a brace, next to nothing.
fn weight(line: &str) -> usize {
    line.chars().filter(|c| c.is_alphanumeric()).count() + 1
}

/// Places of one line that are looked at; a file of a thousand equal lines
/// has no best one anyway.
const SCORED_CANDIDATES: usize = 200;

fn most_similar(file: &[String], key: &str) -> Option<usize> {
    let scored = file
        .iter()
        .enumerate()
        .map(|(at, line)| (similarity(line, key), std::cmp::Reverse(at)));
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
    (wanted, form): (&[u8], Form),
    want: &[&[u8]],
    start: usize,
) -> Nearest {
    let whole = form == Form::Lines;
    // Text that ends with a line feed ends with a whole line.
    let open_end = !whole && !wanted.ends_with(b"\n");
    let last = want.len() - 1;
    let mut differs = (0, Difference::LineEnding);
    for (index, line) in want.iter().enumerate() {
        let Some(found) = file.get(start + index) else {
            differs = (index, Difference::End);
            break;
        };
        let (is_first, is_last) = (index == 0, index == last);
        if !fits(found, line, is_first && !whole, is_last && open_end) {
            differs = (index, classify(found, line));
            break;
        }
    }
    let (mut index, mut difference) = differs;
    let endings = |t: &[u8]| memchr::memmem::find(t, b"\r\n").is_some();
    if difference == Difference::LineEnding && endings(text) == endings(wanted)
    {
        let at_end = start + want.len() == file.len();
        let same = text.ends_with(b"\n") == wanted.ends_with(b"\n");
        (index, difference) = match at_end && !same {
            true => (last, Difference::FinalNewline),
            false => (index, Difference::Text),
        };
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

/// A line as messages show it.
pub(super) fn shown(line: &[u8]) -> String {
    String::from_utf8_lossy(line).chars().take(SHOWN_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn difference(text: &str, wanted: &str) -> (u64, Difference) {
        let (text, wanted) = (text.as_bytes(), wanted.as_bytes());
        let found = nearest(text, wanted, Form::Text).unwrap();
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
        let wanted = b"if x:\n  b\n  d\n";
        let found = nearest(text.as_bytes(), wanted, Form::Text).unwrap();
        assert_eq!((found.line, found.differs_at), (3, 5));
        assert_eq!(found.found, "  c");
    }

    #[test]
    fn a_line_that_says_little_does_not_outweigh_the_others() {
        let text = "}\nx\ny\n{\n\nfn long_name() {\n  go();\n";
        let wanted = b"}\n\nfn long_name() {\n  go();\n";
        let found = nearest(text.as_bytes(), wanted, Form::Lines).unwrap();
        assert_eq!((found.line, found.differs_at), (4, 4));
        assert_eq!(found.found, "{");
    }

    #[test]
    fn a_final_line_feed_is_a_difference_of_its_own() {
        let found = nearest(b"a\nb", b"a\nb\n", Form::Lines).unwrap();
        assert_eq!(found.difference, Difference::FinalNewline);
        assert_eq!(found.differs_at, 2);
        let found = nearest(b"a\nbc\n", b"a\nb\n", Form::Lines).unwrap();
        assert_eq!((found.differs_at, found.difference), (2, Difference::Text));
    }

    #[test]
    fn a_text_that_resembles_nothing_has_no_nearest_place() {
        let none = |text: &[u8], wanted: &[u8]| {
            assert_eq!(nearest(text, wanted, Form::Text), None);
        };
        none(b"alpha\nbeta\n", b"something else");
        none(b"", b"x");
        none(b"x", b"\n\n");
    }
}
