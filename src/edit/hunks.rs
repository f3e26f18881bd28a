//! A hunk and a file's text in, the place of the hunk in the text out.
//!
//! A hunk goes where its number says if its old side stands there, and else
//! to the only place where it stands. No line is forgiven anything.

use std::ops::Range;

use memchr::memmem;

use super::Extent;
use super::lines::{body_start, line_end};
use super::matching;
use super::refusal::{Refusal, Sought};
use crate::diff::{Hunk, Side};

/// Where a hunk belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// The bytes of the old side in the text.
    pub range: Range<usize>,
    /// The line, from 1, at which the old side begins; for a hunk without an
    /// old side, the line before which its new lines come.
    pub line: u64,
    /// Whether that is the line that its header gives.
    pub is_as_numbered: bool,
}

/// Why a hunk belongs nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misplaced {
    /// Its old side stands nowhere.
    Missing,
    /// Its old side stands in several places, and not where its number says.
    Ambiguous,
    /// It has neither an old side nor a number.
    Nowhere,
}

/// A text whose lines can be found by number and searched as wholes.
#[derive(Debug)]
pub struct Ground<'a> {
    text: &'a [u8],
    /// Offset of each line's first byte.
    starts: Vec<usize>,
}

impl<'a> Ground<'a> {
    /// Prepares a text.
    pub fn new(text: &'a [u8]) -> Self {
        let feeds = memchr::memchr_iter(b'\n', text).map(|at| at + 1);
        let starts = std::iter::once(0).chain(feeds);
        let starts = starts.filter(|&at| at < text.len()).collect();
        Self { text, starts }
    }

    /// As [`Ground::new`], from what [`Ground::into_starts`] gave of the same
    /// text.
    pub fn with_starts(text: &'a [u8], starts: Vec<usize>) -> Self {
        Self { text, starts }
    }

    /// Offsets of the first bytes of the lines.
    pub fn into_starts(self) -> Vec<usize> {
        self.starts
    }

    /// How many lines there are.
    pub fn lines(&self) -> u64 {
        self.starts.len() as u64
    }

    /// The text.
    pub fn text(&self) -> &'a [u8] {
        self.text
    }

    /// Whether the old side of a hunk at `line` stands there.
    pub fn stands_at(&self, old: &[u8], line: u64) -> Option<Range<usize>> {
        let index = usize::try_from(line.checked_sub(1)?).ok()?;
        let start = match self.starts.get(index) {
            Some(&start) => start,
            None if index == self.starts.len() && self.is_ended() => {
                self.text.len()
            }
            None => return None,
        };
        // A byte order mark is no part of the first line.
        let start = if start == 0 && !old.starts_with(BOM) {
            body_start(self.text)
        } else {
            start
        };
        let end = start + old.len();
        let here = self.text.get(start..end)? == old;
        (here && self.is_line_end(old, end)).then_some(start..end)
    }

    /// Where the hunk belongs, `shift` lines being known to have been added
    /// by the hunks before it.
    pub fn place(&self, hunk: &Hunk, shift: i64) -> Result<Placed, Misplaced> {
        self.place_lines(&hunk.side(Side::Old), line_of(hunk, shift))
    }

    /// Where whole lines stand, which is at `line` if they stand there.
    fn place_lines(
        &self,
        old: &[u8],
        line: Option<u64>,
    ) -> Result<Placed, Misplaced> {
        if let Some(line) = line
            && let Some(range) = self.stands_at(old, line)
        {
            return Ok(Placed { range, line, is_as_numbered: true });
        }
        if old.is_empty() {
            return Err(Misplaced::Nowhere);
        }
        self.only(old)
    }

    /// Where whole lines begin, wherever they stand.
    fn places(&self, old: &[u8]) -> impl Iterator<Item = usize> {
        memmem::find_iter(self.text, old).filter(|&at| {
            let begins = at == body_start(self.text)
                || self.text.get(at.wrapping_sub(1)) == Some(&b'\n');
            begins && self.is_line_end(old, at + old.len())
        })
    }

    /// Decides whether whole lines, at least one, stand anywhere.
    pub fn has(&self, lines: &[u8]) -> bool {
        !lines.is_empty() && self.places(lines).next().is_some()
    }

    /// The only place where whole lines stand.
    fn only(&self, old: &[u8]) -> Result<Placed, Misplaced> {
        let mut found = self.places(old);
        let at = found.next().ok_or(Misplaced::Missing)?;
        if found.next().is_some() {
            return Err(Misplaced::Ambiguous);
        }
        let line = self.starts.partition_point(|&start| start <= at) as u64;
        let range = at..at + old.len();
        Ok(Placed { range, line: line.max(1), is_as_numbered: false })
    }

    /// Whether lines that end at `end` are whole there: they have their line
    /// feed, or the text ends with them.
    fn is_line_end(&self, old: &[u8], end: usize) -> bool {
        old.is_empty() || old.ends_with(b"\n") || end == self.text.len()
    }

    /// Whether the last line has its line feed.
    pub fn is_ended(&self) -> bool {
        self.text.is_empty() || self.text.ends_with(b"\n")
    }

    /// Where a line, counted from 1, begins.
    pub fn start(&self, line: u64) -> Option<usize> {
        let index = usize::try_from(line.checked_sub(1)?).ok()?;
        self.starts.get(index).copied()
    }

    /// The bytes of a line, counted from 1, its ending included.
    pub fn line(&self, line: u64) -> Option<&'a [u8]> {
        let start = self.start(line)?;
        self.text.get(start..line_end(self.text, start))
    }
}

/// The line, from 1, at which a hunk's header says that its old side begins,
/// after `shift` lines were added before it. Of a hunk that has no old side,
/// but should, no number says where in that side its new lines belong, and
/// numbers that contradict each other say nothing.
pub(super) fn line_of(hunk: &Hunk, shift: i64) -> Option<u64> {
    let old = hunk.numbers?.old;
    if hunk.is_adrift || hunk.old_lines == 0 && old.count > 0 {
        return None;
    }
    let first = u64::from(old.start) + u64::from(hunk.old_lines == 0);
    first.max(1).checked_add_signed(shift)
}

/// Where whole lines stand in a text; see [`Ground`].
pub(super) fn find(
    text: &[u8],
    old: &[u8],
    line: Option<u64>,
    extent: Extent,
) -> Result<Range<usize>, Refusal> {
    let ground = Ground::new(text);
    let sought = Sought::Hunk;
    if extent == Extent::File && old.is_empty() && !text.is_empty() {
        return Err(Refusal::NotEmpty { lines: ground.lines() });
    }
    if extent == Extent::File && old != text {
        return Err(Refusal::Missing(sought, None));
    }
    match ground.place_lines(old, line) {
        Ok(placed) => Ok(placed.range),
        Err(Misplaced::Missing) => Err(Refusal::Missing(sought, None)),
        Err(Misplaced::Nowhere) => match line {
            Some(wanted) => {
                Err(Refusal::NoSuchLine { wanted, lines: ground.lines() })
            }
            None => Err(Refusal::Empty(sought)),
        },
        Err(Misplaced::Ambiguous) => {
            let places = matching::only(text, old).err();
            Err(places.map_or(Refusal::Missing(sought, None), |miss| {
                Refusal::of(miss, sought)
            }))
        }
    }
}

const BOM: &[u8] = b"\xef\xbb\xbf";

/// The text after a hunk was put in its place.
pub fn apply(text: &[u8], hunk: &Hunk, placed: &Placed) -> Vec<u8> {
    let new = hunk.side(Side::New);
    let mut out = Vec::with_capacity(text.len() + new.len());
    out.extend_from_slice(text.get(..placed.range.start).unwrap_or_default());
    out.extend_from_slice(&new);
    out.extend_from_slice(text.get(placed.range.end..).unwrap_or_default());
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::{Numbers, Range as Lines};

    fn hunk(start: u32, body: &str) -> Hunk {
        let count = |sign: char| {
            let other = if sign == '-' { '+' } else { '-' };
            body.lines().filter(|l| !l.starts_with([other, '\\'])).count()
                as u32
        };
        let (old_lines, new_lines) = (count('-'), count('+'));
        let old = Lines { start, count: old_lines };
        let new = Lines { start, count: new_lines };
        Hunk {
            numbers: Some(Numbers { old, new }),
            body: body.as_bytes().to_vec(),
            old_lines,
            new_lines,
            ..Hunk::default()
        }
    }

    #[test]
    fn the_number_decides_where_the_old_side_stands_there() {
        let ground = Ground::new(b"a\nb\na\nb\n");
        let at = |start| ground.place(&hunk(start, "-a\n+c\n b\n"), 0);
        assert_eq!(at(3).unwrap().range, 4..8);
        assert_eq!(at(1).unwrap().range, 0..4);
        assert_eq!(at(2), Err(Misplaced::Ambiguous));
        let lost = ground.place(&hunk(1, "-x\n+c\n"), 0);
        assert_eq!(lost, Err(Misplaced::Missing));
    }

    #[test]
    fn a_hunk_is_found_by_its_lines_where_they_stand_once() {
        let text = b"x\na\nb\n";
        let ground = Ground::new(text);
        let hunk = hunk(7, " a\n-b\n+c\n");
        let placed = ground.place(&hunk, 0).unwrap();
        assert!(!placed.is_as_numbered);
        assert_eq!(placed.line, 2);
        assert_eq!(apply(text, &hunk, &placed), b"x\na\nc\n");
    }

    #[test]
    fn a_line_without_its_feed_stands_only_at_the_end() {
        let old = "-a\n\\ No newline at end of file\n+b\n";
        assert!(Ground::new(b"x\na").place(&hunk(2, old), 0).is_ok());
        assert!(Ground::new(b"a\na\n").place(&hunk(1, old), 0).is_err());
    }

    #[test]
    fn lines_without_an_old_side_come_before_a_line() {
        let add = hunk(1, "+n\n");
        let placed = Ground::new(b"a\nb\n").place(&add, 0).unwrap();
        assert_eq!((placed.range, placed.line), (2..2, 2));
        let placed = Ground::new(b"").place(&hunk(0, "+n\n"), 0).unwrap();
        assert_eq!(placed.range, 0..0);
        assert!(Ground::new(b"a").place(&hunk(1, "+n\n"), 0).is_err());
    }
}
