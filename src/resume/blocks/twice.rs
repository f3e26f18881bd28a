//! Lines and texts in, whether the lines may be meant twice in a row out.

use crate::resume::overlap::is_telling;

/// Whether these lines stand twice in a row in a text, indented as may be.
/// With `is_signed` lines may begin with a sign of a patch.
pub(super) fn stand_twice(text: &[u8], lines: &[u8], is_signed: bool) -> bool {
    let bare = |line| bare(line, is_signed);
    let wanted: Vec<&[u8]> = whole_lines(lines).map(bare).collect();
    let all: Vec<&[u8]> = text.split(|b| *b == b'\n').map(bare).collect();
    !wanted.is_empty()
        && all.windows(2 * wanted.len()).any(|window| {
            let (first, second) = window.split_at(wanted.len());
            first == wanted && second == wanted
        })
}

/// Whether two lines in a row of a text begin with `line`.
pub(super) fn begin_alike(text: &[u8], line: &[u8], is_signed: bool) -> bool {
    let line = bare(line, is_signed);
    let mut above = false;
    text.split(|b| *b == b'\n').any(|other| {
        let begins = bare(other, is_signed).starts_with(line);
        std::mem::replace(&mut above, begins) && begins
    })
}

/// Whether the last two lines of a text begin alike, and that says enough:
/// they are of one list.
pub(super) fn end_alike(text: &[u8], is_signed: bool) -> bool {
    let mut lines = text.rsplit(|b| *b == b'\n').map(|l| bare(l, is_signed));
    let (Some(last), Some(above)) = (lines.next(), lines.next()) else {
        return false;
    };
    let same = last.iter().zip(above).take_while(|(a, b)| a == b).count();
    last.get(..same).is_some_and(is_telling)
}

/// Of the places in a text where the last of these lines stands, whether one
/// of its kind is below it.
pub(super) fn kinds_below(
    text: &[u8],
    lines: &[u8],
    is_signed: bool,
) -> Vec<bool> {
    let bare = |line| bare(line, is_signed);
    let last = whole_lines(lines).last().map(bare).unwrap_or_default();
    let Some(kind) = kind(last) else { return Vec::new() };
    let all: Vec<&[u8]> = whole_lines(text).map(bare).collect();
    let pairs = all.iter().zip(all.iter().skip(1));
    pairs
        .filter(|(line, _)| **line == last)
        .map(|(_, below)| self::kind(below) == Some(kind))
        .collect()
}

/// Lines without their signs.
pub(super) fn without_signs(lines: &[u8], is_signed: bool) -> Vec<u8> {
    let mut plain = Vec::new();
    for line in lines.split_inclusive(|b| *b == b'\n') {
        plain.extend_from_slice(match line {
            [b'+' | b'-' | b' ', line @ ..] if is_signed => line,
            line => line,
        });
    }
    plain
}

/// Whether others of the kind of these lines stand twice in a row in a text.
pub(super) fn others_stand_twice(
    text: &[u8],
    lines: &[u8],
    is_signed: bool,
) -> bool {
    let bare = |line| bare(line, is_signed);
    let mut lines = whole_lines(lines).map(bare).filter(|l| !l.is_empty());
    let kind = lines.next().and_then(kind);
    let mut above = &b""[..];
    kind.is_some()
        && lines.all(|line| self::kind(line) == kind)
        && text.split(|b| *b == b'\n').map(bare).any(|line| {
            let is_same = std::mem::replace(&mut above, line) == line;
            is_same && self::kind(line) == kind
        })
}

/// What may say something new a second time. Most lines do not: a definition,
/// an assignment, a condition, a sentence; and what closes something closes
/// it once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Its effect comes again.
    Call,
    /// A text, a number or a list among others.
    Value,
}

fn kind(line: &[u8]) -> Option<Kind> {
    match line {
        line if is_call(line) => Some(Kind::Call),
        line if is_value(line) => Some(Kind::Value),
        _ => None,
    }
}

/// The lines that are ended.
fn whole_lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let lines = text.split_inclusive(|b| *b == b'\n');
    lines.filter_map(|line| line.strip_suffix(b"\n"))
}

/// A line without its sign and the blanks around it.
pub(super) fn bare(line: &[u8], is_signed: bool) -> &[u8] {
    match line {
        [b'+' | b'-' | b' ', line @ ..] if is_signed => line.trim_ascii(),
        line => line.trim_ascii(),
    }
}

/// Whether a line is nothing but a call: blanks and assignments are in its
/// brackets alone.
fn is_call(line: &[u8]) -> bool {
    let text = without_marks(line);
    let text = text.strip_prefix(b"await ").unwrap_or(text);
    let mut depth = 0_usize;
    let is_one = text.iter().all(|b| {
        match b {
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > 0 || b.is_ascii_graphic() && *b != b'='
    });
    is_one && text.ends_with(b")") && !text.starts_with(b"(")
}

/// Values that are words.
const WORDS: [&[u8]; 5] = [b"false", b"nil", b"None", b"null", b"true"];

/// Whether a line is nothing but a text, a number, a word or a list.
fn is_value(line: &[u8]) -> bool {
    if WORDS.contains(&without_marks(line)) {
        return true;
    }
    let (first, last) = match without_marks(line) {
        [b'-', first, .., last] | [first, .., last] => (*first, *last),
        _ => return false,
    };
    match first {
        b'"' | b'\'' => last == first,
        b'[' => last == b']',
        b'{' => last == b'}',
        b'(' => last == b')',
        first => first.is_ascii_digit() && last.is_ascii_digit(),
    }
}

/// A line without the marks that end it.
fn without_marks(line: &[u8]) -> &[u8] {
    let is_mark = |b: &u8| matches!(b, b';' | b',' | b'?');
    let end = line.iter().rposition(|b| !is_mark(b)).map_or(0, |at| at + 1);
    line.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_stand_twice_however_deep_they_are() {
        let text = b"if a {\n    b(1);\n    b(1);\n}\nc();\nd();\n";
        assert!(stand_twice(text, b"  b(1);\n    ", false));
        assert!(!stand_twice(text, b"c();\n", false));
        assert!(!stand_twice(text, b"c();\nd();\n", false));
        assert!(!stand_twice(text, b"b(1);", false), "it is not ended");
        let patch = b"+a();\n+b();\n+a();\n+b();\n";
        assert!(stand_twice(patch, b"+a();\n+b();\n", true));
        assert!(!stand_twice(patch, b"+a();\n", true));
    }

    #[test]
    fn a_call_or_a_value_may_stand_twice() {
        let calls = [
            "self.push(Token::ZeroOrMore)?;",
            "print('a')",
            "await page.keyDown(1);",
        ];
        let values = ["'<p>Hello',", "[true, false]", "-12,", "null", "(1, 2)"];
        let others = [
            "",
            "let x = f(1);",
            "if (x)",
            "fn f(a)",
            "return g(2);",
            "It stops (see below).",
            "Some(n) => Some(n),",
            "}",
        ];
        let all = |lines: &[&str], want| {
            for line in lines {
                assert_eq!(kind(line.as_bytes()), want, "{line}");
            }
        };
        all(&calls, Some(Kind::Call));
        all(&values, Some(Kind::Value));
        all(&others, None);
    }

    #[test]
    fn others_of_its_kind_show_that_a_line_may_stand_twice() {
        let text = b"true\ntrue\n\nf(1);\nx = 1\nx = 1\n";
        assert!(others_stand_twice(text, b"[1, 2]\n  ", false));
        assert!(!others_stand_twice(text, b"f(2);\n", false));
        assert!(!others_stand_twice(text, b"y = 2\n", false));
        assert!(!others_stand_twice(text, b"[1, 2]\nf(1);\n", false));
        assert!(!others_stand_twice(text, b"[1, 2]", false));
    }

    #[test]
    fn what_is_below_a_line_elsewhere_may_be_of_its_kind() {
        let text = b"f\n[1, 2]\n[3]\n\ng\n [1, 2]\n";
        assert_eq!(kinds_below(text, b"[1, 2]\n", false), [true]);
        assert_eq!(kinds_below(text, b"f\n[3]\n", false), [false]);
        assert!(kinds_below(text, b"f\n", false).is_empty(), "no kind");
        let patch = b"+[1, 2]\n+\n+[1, 2]\n+[3]\n";
        assert_eq!(kinds_below(patch, b"+[1, 2]\n", true), [false, true]);
    }

    #[test]
    fn lines_of_a_list_begin_alike() {
        let text = b"-// node command.js help\n-// node command.js serve";
        assert!(end_alike(text, true));
        assert!(!end_alike(b"use a::one;\nuse a::two", false));
        assert_eq!(without_signs(b"+ a\n- b", true), b" a\n b");
        assert_eq!(without_signs(b"- b\n", false), b"- b\n");
    }

    #[test]
    fn lines_in_a_row_may_begin_alike() {
        let text = b"// a.js\n// a.js --b\n// c\n// a.js\n";
        assert!(begin_alike(text, b"// a.js", false));
        assert!(!begin_alike(text, b"// c", false));
        assert!(begin_alike(b"+ab\n+ac\n", b"+a", true));
    }
}
