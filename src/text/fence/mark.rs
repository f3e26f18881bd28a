//! The mark of a fence: a line in, whether it opens or closes one out.

use super::cursor::Cursor;

/// Signs of the shortest mark.
const SHORTEST: usize = 3;

/// Digits of the longest number of a list item.
pub(super) const DIGITS: usize = 9;

/// What some editors put at the start of a text.
pub(super) const BOM: &[u8] = "\u{feff}".as_bytes();

/// The line that opens or closes a fence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark<'a> {
    /// Columns of blanks before it, 0 to 3.
    pub indent: usize,
    /// The sign that it is made of: a backtick or a tilde.
    pub sign: u8,
    /// How many of them, 3 or more.
    pub length: usize,
    /// What stands behind them, without blanks around it and without the
    /// line's ending. Nothing is decoded in it.
    pub info: &'a [u8],
}

impl Mark<'_> {
    /// Decides whether it has no info string: only such a mark closes.
    pub fn is_bare(&self) -> bool {
        self.info.is_empty()
    }
}

/// Returns the mark that a line is, outside of list items and quotations.
pub fn mark(line: &[u8]) -> Option<Mark<'_>> {
    read(Cursor::new(line))
}

/// Returns the mark that the rest of a line is.
pub(super) fn read(rest: Cursor<'_>) -> Option<Mark<'_>> {
    let (indent, text) = rest.text()?;
    let text = text.bytes();
    let sign = *text.first().filter(|b| matches!(b, b'`' | b'~'))?;
    let length = text.iter().take_while(|b| **b == sign).count();
    if length < SHORTEST {
        return None;
    }
    let info = trim(text.get(length..)?);
    // Otherwise it is code in a line of text.
    let is_code = sign == b'`' && memchr::memchr(b'`', info).is_some();
    (!is_code).then_some(Mark { indent, sign, length, info })
}

/// Returns the rest of a line without its ending and blanks around it.
fn trim(rest: &[u8]) -> &[u8] {
    let mut rest = rest.strip_suffix(b"\n").unwrap_or(rest);
    while let [before @ .., b'\r'] = rest {
        rest = before;
    }
    while let [b' ' | b'\t', behind @ ..] = rest {
        rest = behind;
    }
    while let [before @ .., b' ' | b'\t'] = rest {
        rest = before;
    }
    rest
}

/// Decides whether a line that has not ended consists of the first signs of a
/// mark, and of too few of them.
pub fn begins(line: &[u8]) -> bool {
    let Some(sign) = line.first() else { return false };
    b"`~".contains(sign)
        && line.len() < SHORTEST
        && line.iter().all(|b| b == sign)
}

/// Decides whether a line that has not ended is a mark, or may become one
/// when more of it comes: in whatever list items and quotations, with
/// whatever info string. A line of nothing but blanks may.
pub fn may_begin(line: &[u8]) -> bool {
    let mut rest = line.strip_prefix(BOM).unwrap_or(line);
    if BOM.starts_with(rest) {
        return true;
    }
    loop {
        rest = match rest {
            [] => return true,
            [b' ' | b'\t' | b'>', behind @ ..] => behind,
            [b'`' | b'~', ..] => return may_become(rest),
            _ => match behind_bullet(rest) {
                Some(behind) => behind,
                None => return false,
            },
        };
    }
}

/// Decides whether a run of signs is a mark or may become one.
fn may_become(text: &[u8]) -> bool {
    let Some(&sign) = text.first() else { return true };
    let length = text.iter().take_while(|b| **b == sign).count();
    let info = text.get(length..).unwrap_or_default();
    let is_code = sign == b'`' && memchr::memchr(b'`', info).is_some();
    info.is_empty() || length >= SHORTEST && !is_code
}

/// Returns what stands behind the bullet or number of a list item, if it is
/// one as far as it has come.
fn behind_bullet(text: &[u8]) -> Option<&[u8]> {
    let digits = text.iter().take(DIGITS + 1);
    let digits = digits.take_while(|b| b.is_ascii_digit()).count();
    let behind = match (digits, text.get(digits..)?) {
        (1..=DIGITS, []) => return Some(&[]),
        (1..=DIGITS, [b'.' | b')', behind @ ..]) => behind,
        (0, [b'-' | b'*' | b'+', behind @ ..]) => behind,
        _ => return None,
    };
    matches!(behind, [] | [b' ' | b'\t', ..]).then_some(behind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_three_signs_behind_three_blanks_at_most() {
        let found = mark(b"  ````py x \r\n").unwrap();
        let wanted = Mark { indent: 2, sign: b'`', length: 4, info: b"py x" };
        assert_eq!(found, wanted);
        assert!(mark(b"~~~").is_some_and(|mark| mark.is_bare()));
        for line in ["``\n", "    ```\n", "\t```\n", "x ```\n", "", "~~`\n"] {
            assert_eq!(mark(line.as_bytes()), None, "{line:?}");
        }
    }

    #[test]
    fn backticks_in_the_info_make_it_code() {
        assert_eq!(mark(b"```x``` is code\n"), None);
        assert_eq!(mark(b"~~~ x` ~~~\n").unwrap().info, b"x` ~~~");
    }

    #[test]
    fn a_line_may_become_a_mark_while_nothing_speaks_against_it() {
        for line in [
            "",
            " ",
            "`",
            "``",
            "```",
            "```py",
            "~",
            "~~~ a`b",
            "\t``",
            "> `",
            "-",
            "- ~",
            "12",
            "12.",
            "3) ``",
            "> 1. - ```sh",
            "\u{feff}`",
        ] {
            assert!(may_begin(line.as_bytes()), "{line:?}");
        }
        assert!(may_begin(&BOM[..2]));
        for line in [
            "a",
            "`a",
            "``a",
            "```a`",
            "--",
            "-`",
            "1x",
            "1.x",
            "# ",
            "{",
            "1234567890",
            "~~ ",
        ] {
            assert!(!may_begin(line.as_bytes()), "{line:?}");
        }
    }
}
