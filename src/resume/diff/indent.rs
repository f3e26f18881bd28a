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
    fn only_lines_of_the_hunk_around_the_seam_are_looked_at() {
        let before = b"@@ -1,3 +1,3 @@ x\n if a {\n+    b\n \n  ";
        let seen = Indents::near(before, b"c\n \tx\ndiff\n       y\n");
        let seen: Vec<_> = seen.0.iter().map(|b| b.len()).collect();
        assert_eq!(seen, [4, 0, 1]);
    }
}
