//! The indentation of the lines around a seam: it tells blanks that were
//! written again from blanks that go on.

/// Lines on either side of a seam that are looked at. Further away, other
/// levels are as likely as those that are not seen at all.
const NEAR: usize = 30;

/// The blanks with which the lines near a seam begin, after the character
/// that says what each is to the hunk.
pub(super) struct Indents<'a>(Vec<&'a [u8]>);

impl<'a> Indents<'a> {
    /// Those of the whole lines before a seam, and of the lines of `body`
    /// after its first.
    pub(super) fn near(before: &'a [u8], body: &'a [u8]) -> Self {
        Self(lines_near(before, body).filter_map(of_line).collect())
    }

    /// Whether a line near the seam begins with exactly these blanks.
    pub(super) fn has(&self, blanks: &[u8]) -> bool {
        self.0.contains(&blanks)
    }

    /// The next level near the seam inside one.
    fn inside(&self, level: &[u8]) -> Option<&'a [u8]> {
        let levels = self.0.iter().filter(|seen| is_within(seen, level));
        levels.min_by_key(|seen| seen.len()).copied()
    }

    /// The next level near the seam outside of one.
    fn outside(&self, level: &[u8]) -> Option<&'a [u8]> {
        let levels = self.0.iter().filter(|seen| is_within(level, seen));
        levels.max_by_key(|seen| seen.len()).copied()
    }

    /// The shortest blanks near the seam that begin with these, if none are
    /// just these.
    pub(super) fn longer(&self, blanks: &[u8]) -> Option<&'a [u8]> {
        if self.has(blanks) {
            return None;
        }
        let longer = self.0.iter().filter(|seen| seen.starts_with(blanks));
        longer.min_by_key(|seen| seen.len()).copied()
    }
}

/// The blanks of the first line of `body`, as far as the lines next to it
/// tell: it stands on the level of both, or of that one with which it shares
/// a block. Where the hunk ends, the other one tells alone.
pub(super) fn level<'a>(before: &'a [u8], body: &'a [u8]) -> Option<&'a [u8]> {
    let end = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
    let lines = before.get(..end)?.rsplit(|b| *b == b'\n').skip(1);
    let mut after = body.split(|b| *b == b'\n');
    let line = after.next()?.trim_ascii();
    let is_solid = |line: &&[u8]| of_line(line).is_some();
    let above = in_hunk(lines).find(is_solid).and_then(|l| l.get(1..));
    let below = in_hunk(after).find(is_solid).and_then(|l| l.get(1..));
    let is_plain = !opens(line) && !closes(line);
    match (above, below) {
        (Some(above), Some(below)) => {
            let near = Indents::near(before, body);
            of_both(above, line, below, &near)
                .or_else(|| alike(line, [above, below]))
        }
        (Some(one), None) if is_plain && !opens(one) => Some(leading(one)),
        (None, Some(one)) if is_plain && !closes(one) => Some(leading(one)),
        _ => None,
    }
}

/// The level of a line between two others.
fn of_both<'a>(
    above: &'a [u8],
    line: &[u8],
    below: &'a [u8],
    near: &Indents<'a>,
) -> Option<&'a [u8]> {
    let (high, low) = (leading(above), leading(below));
    let is_plain = !opens(line) && !closes(line);
    match (opens(above), closes(below)) {
        (false, false) if high == low => match is_plain {
            true => Some(high),
            false if opens(line) && closes(line) => near.outside(high),
            false => None,
        },
        (true, true) if high == low && is_plain => near.inside(high),
        (true, false) if is_within(low, high) && !closes(line) => {
            if opens(line) { near.inside(high) } else { Some(low) }
        }
        (false, true) if is_within(high, low) && is_plain => Some(high),
        (false, false) if is_within(low, high) && !closes(line) => {
            opens(line).then_some(high)
        }
        (false, false) if is_within(high, low) && !opens(line) => {
            closes(line).then_some(low)
        }
        _ => None,
    }
}

/// The blanks of the neighbours that begin with the same sign as a line, if
/// they are the same: points of a list, lines of a comment.
fn alike<'a>(line: &[u8], neighbours: [&'a [u8]; 2]) -> Option<&'a [u8]> {
    let sign = line.first().filter(|b| b.is_ascii_punctuation())?;
    let alike =
        |other: &&'a [u8]| other.trim_ascii_start().first() == Some(sign);
    let mut leads = neighbours.into_iter().filter(alike).map(leading);
    let lead = leads.next().filter(|_| !closes(line))?;
    leads.all(|other| other == lead).then_some(lead)
}

fn is_within(inner: &[u8], outer: &[u8]) -> bool {
    inner.len() > outer.len() && inner.starts_with(outer)
}

/// Whether a line begins a block.
fn opens(line: &[u8]) -> bool {
    matches!(line.trim_ascii_end().last(), Some(b'{' | b'(' | b'[' | b':'))
}

/// Whether a line ends a block, or is the next part of one.
fn closes(line: &[u8]) -> bool {
    const WORDS: [&[u8]; 10] = [
        b"end", b"else", b"elif", b"except", b"finally", b"case", b"default",
        b"fi", b"done", b"esac",
    ];
    let line = line.trim_ascii_start();
    let is_word = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
    let word = line.iter().take_while(|b| is_word(b)).count();
    let word = line.get(..word).unwrap_or_default();
    WORDS.contains(&word) || matches!(line.first(), Some(b'}' | b')' | b']'))
}

/// The whole lines of a hunk before a seam, and those of `body` after its
/// first.
pub(super) fn lines_near<'a>(
    before: &'a [u8],
    body: &'a [u8],
) -> impl Iterator<Item = &'a [u8]> {
    let end = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
    let before = before.get(..end).unwrap_or_default();
    let before = before.rsplit(|b| *b == b'\n').skip(1);
    let after = body.split(|b| *b == b'\n').skip(1);
    in_hunk(before).chain(in_hunk(after))
}

/// Lines up to the first that is part of no hunk.
fn in_hunk<'a>(
    lines: impl Iterator<Item = &'a [u8]>,
) -> impl Iterator<Item = &'a [u8]> {
    let is_body = |line: &&[u8]| {
        matches!(line.first(), Some(b' ' | b'+' | b'-' | b'\\'))
            && !line.starts_with(b"--- ")
    };
    lines.take(NEAR).take_while(is_body)
}

/// The blanks of a line that has more than blanks.
fn of_line(line: &[u8]) -> Option<&[u8]> {
    let line = line.get(1..)?;
    let rest = line.trim_ascii_start();
    match rest.is_empty() {
        true => None,
        false => line.get(..line.len() - rest.len()),
    }
}

/// The blanks at the start of a text, up to the end of its first line.
pub(super) fn leading(text: &[u8]) -> &[u8] {
    let blank = |b: &u8| matches!(b, b' ' | b'\t');
    let end = text.iter().position(|b| !blank(b)).unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_neighbours_of_a_line_tell_its_level() {
        let lead = |before: &str, body: &str| {
            level(before.as_bytes(), body.as_bytes()).map(<[u8]>::len)
        };
        let hunk = "@@ -1,3 +1,3 @@\n a {\n     b;\n";
        assert_eq!(lead(&format!("{hunk}   "), "c;\n     d;\n"), Some(4));
        assert_eq!(lead(&format!("{hunk}   "), "c;\n@@ -9 +9 @@\n"), Some(4));
        assert_eq!(lead(hunk, "}\n d\n"), Some(0));
        assert_eq!(lead(hunk, "if c {\n         d;\n"), Some(4));
        assert_eq!(lead(&format!("{hunk} }}\n+f {{\n"), "g\n }\n"), Some(4));
        assert_eq!(lead(hunk, "else:\n     d;\n"), Some(0));
        // What ends a block that did not begin stands on any level.
        assert_eq!(lead(hunk, "}\n     d;\n"), None);
    }

    #[test]
    fn only_lines_of_the_hunk_around_the_seam_are_looked_at() {
        let before = b"@@ -1,3 +1,3 @@ x\n if a {\n+    b\n \n  ";
        let seen = Indents::near(before, b"c\n \tx\ndiff\n       y\n");
        let seen: Vec<_> = seen.0.iter().map(|b| b.len()).collect();
        assert_eq!(seen, [4, 0, 1]);
    }
}
