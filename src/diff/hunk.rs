//! A hunk: its numbers, and its lines with their first characters.

use super::range::Numbers;

/// One hunk. Its lines are canonical: each has its first character and ends
/// with LF.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hunk {
    /// What its header says, where it says anything.
    pub numbers: Option<Numbers>,
    /// Whether its two first lines contradict each other, and it has no line
    /// of the file that would show which is right.
    pub is_adrift: bool,
    /// What follows the closing `@@`, with its blank.
    pub section: Vec<u8>,
    /// The lines.
    pub body: Vec<u8>,
    /// Where CR LF ends the diff's own lines, the lines as they came: `body`
    /// has them without the CR, and only the file tells which of the two
    /// texts is meant. Empty elsewhere.
    pub as_came: Vec<u8>,
    /// Lines of the old side in `body`.
    pub old_lines: u32,
    /// Lines of the new side in `body`.
    pub new_lines: u32,
}

/// Which side a line stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// On both: context.
    Both,
    /// Only before: it is removed.
    Old,
    /// Only after: it is added.
    New,
}

/// One line of a hunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HunkLine<'a> {
    /// Which side it stands on.
    pub side: Side,
    /// Its text, with the final LF where the file has one.
    pub text: &'a [u8],
}

impl Hunk {
    /// Empties the hunk, keeping its memory.
    pub(super) fn clear(&mut self) {
        self.numbers = None;
        self.is_adrift = false;
        self.section.clear();
        self.body.clear();
        self.as_came.clear();
        self.old_lines = 0;
        self.new_lines = 0;
    }

    /// The lines in order.
    pub fn lines(&self) -> impl Iterator<Item = HunkLine<'_>> {
        let mut rest = self.body.as_slice();
        std::iter::from_fn(move || {
            let (line, tail) = split_line(rest)?;
            rest = tail;
            let (&first, mut text) = line.split_first()?;
            if rest.first() == Some(&b'\\') {
                rest = split_line(rest).map_or(&b""[..], |(_, tail)| tail);
                text = text.strip_suffix(b"\n").unwrap_or(text);
            }
            let side = match first {
                b'+' => Side::New,
                b'-' => Side::Old,
                _ => Side::Both,
            };
            Some(HunkLine { side, text })
        })
    }

    /// The text of one side.
    pub fn side(&self, side: Side) -> Vec<u8> {
        let mut text = Vec::with_capacity(self.body.len());
        for line in self.lines() {
            if line.side == Side::Both || line.side == side {
                text.extend_from_slice(line.text);
            }
        }
        text
    }

    /// Whether the header's counts are those of the lines; without counts,
    /// no.
    pub fn is_met(&self) -> bool {
        self.numbers.is_some_and(|n| {
            n.old.count == self.old_lines && n.new.count == self.new_lines
        })
    }

    /// Whether the lines are fewer than the header says, on either side, and
    /// more on none.
    pub fn is_short(&self) -> bool {
        !self.is_met()
            && self.numbers.is_some_and(|n| {
                n.old.count >= self.old_lines && n.new.count >= self.new_lines
            })
    }

    /// Whether it only adds lines, and its numbers alone say where.
    pub fn is_insertion(&self) -> bool {
        self.old_lines == 0 && self.new_lines > 0 && self.numbers.is_some()
    }

    /// Whether a line is added or removed.
    pub fn is_change(&self) -> bool {
        self.lines().any(|line| line.side != Side::Both)
    }
}

/// The first line of a text, with its ending, and the rest.
pub(super) fn split_line(text: &[u8]) -> Option<(&[u8], &[u8])> {
    if text.is_empty() {
        return None;
    }
    let end = memchr::memchr(b'\n', text).map_or(text.len(), |at| at + 1);
    Some(text.split_at(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_side_is_its_lines_and_the_marker_takes_the_line_feed() {
        let body = b" a\n-b\n\\ No newline\n+c\n+d\n\\ No newline\n".to_vec();
        let hunk = Hunk { body, ..Hunk::default() };
        assert_eq!(hunk.side(Side::Old), b"a\nb");
        assert_eq!(hunk.side(Side::New), b"a\nc\nd");
    }
}
