//! The numbers of a hunk header.

/// A stretch of lines of one side, as a header gives it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Range {
    /// The first line, from 1; the line before it if `count` is 0.
    pub start: u32,
    /// How many lines.
    pub count: u32,
}

/// The numbers of both sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numbers {
    /// Before the change.
    pub old: Range,
    /// After it.
    pub new: Range,
}

/// What a line that begins with `@@` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    Numbers(Numbers),
    /// Nothing that can be read as numbers.
    Nothing,
    /// Numbers that no file can have.
    Absurd,
}

/// Reads a hunk header's line, `@@` included, without its line ending. The
/// second value is the text after the closing `@@`, with its blank.
pub(super) fn read(line: &[u8]) -> (Said, &[u8]) {
    let Some(rest) = line.strip_prefix(b"@@") else {
        return (Said::Nothing, b"");
    };
    let blank = |b: &u8| matches!(b, b' ' | b'\t');
    let from = rest.iter().take_while(|b| blank(b)).count();
    let inner = rest.get(from..).unwrap_or_default();
    let close = memchr::memmem::find(inner, b"@@");
    let section = match close {
        Some(at) => inner.get(at + 2..).unwrap_or_default(),
        None if inner.first() == Some(&b'-') => b"",
        None => rest,
    };
    let numbers = inner.get(..close.unwrap_or(inner.len()));
    (both(numbers.unwrap_or_default()), section)
}

fn both(text: &[u8]) -> Said {
    let mut absurd = false;
    let mut sides = text
        .split(|b| matches!(b, b' ' | b'\t'))
        .filter(|word| !word.is_empty())
        .map(|word| side(word, &mut absurd));
    let old = sides.next().flatten();
    let new = sides.next().flatten();
    match (old, new) {
        (Some((b'-', old)), Some((b'+', new))) => {
            Said::Numbers(Numbers { old, new })
        }
        _ if absurd => Said::Absurd,
        _ => Said::Nothing,
    }
}

/// `-12,3`, as its sign and its numbers.
fn side(word: &[u8], absurd: &mut bool) -> Option<(u8, Range)> {
    let (&sign, rest) = word.split_first()?;
    let mut numbers = rest.split(|b| *b == b',');
    let mut next = |or: u32| match numbers.next() {
        None => Some(or),
        Some(digits) => number(digits, absurd),
    };
    let start = next(0)?;
    let count = next(1)?;
    Some((sign, Range { start, count }))
}

/// Lines of the largest file that is thought possible: 2^31, as in git.
const MAX_LINES: u64 = 1 << 31;

fn number(digits: &[u8], absurd: &mut bool) -> Option<u32> {
    let unsigned = digits.strip_prefix(b"-").unwrap_or(digits);
    let text = std::str::from_utf8(unsigned).ok()?;
    let is_number =
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !is_number {
        return None;
    }
    let value = text.parse().unwrap_or(u64::MAX);
    if unsigned.len() < digits.len() || value > MAX_LINES {
        *absurd = true;
        return None;
    }
    u32::try_from(value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(a: u32, b: u32, c: u32, d: u32) -> Said {
        Said::Numbers(Numbers {
            old: Range { start: a, count: b },
            new: Range { start: c, count: d },
        })
    }

    #[test]
    fn a_missing_count_is_one() {
        assert_eq!(
            read(b"@@ -3 +4,2 @@ f()"),
            (numbers(3, 1, 4, 2), &b" f()"[..])
        );
        assert_eq!(read(b"@@ -0,0 +1 @@"), (numbers(0, 0, 1, 1), &b""[..]));
        assert_eq!(read(b"@@ -1,5 +1,6"), (numbers(1, 5, 1, 6), &b""[..]));
    }

    #[test]
    fn what_is_no_number_is_nothing() {
        assert_eq!(read(b"@@"), (Said::Nothing, &b""[..]));
        assert_eq!(read(b"@@ ... @@"), (Said::Nothing, &b""[..]));
        assert_eq!(read(b"@@ def f():").0, Said::Nothing);
    }

    #[test]
    fn numbers_that_no_file_has_are_absurd() {
        assert_eq!(read(b"@@ --1,2 +1,2 @@").0, Said::Absurd);
        assert_eq!(read(b"@@ -1,99999999999 +1 @@").0, Said::Absurd);
    }
}
