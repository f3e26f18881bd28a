//! Whole lines for whole lines, as blocks and patches without numbers ask: a
//! text and what is looked for in, the place and what comes there out. Line
//! endings are those of the lines replaced.

use std::borrow::Cow;

use super::Extent;
use super::draft::{Side, Splice};
use super::fuzzy::Found;
use super::graft::graft;
use super::line_ladder::climb;
use super::lines::{self, LineIndex};
use super::matching::{self, Miss, NAMED_CANDIDATES};
use super::modify::Matching;
use super::refusal::{Refusal, Sought};
use crate::blocks::Reach;

/// Lines for lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WholeLines {
    /// The line, from 1, at which the old ones stand if they stand there.
    pub line: Option<u64>,
    /// Lines above the place, the outermost first; they decide between
    /// several places, and say where lines come that replace none.
    pub anchors: Vec<Vec<u8>>,
    /// The lines that go; if there are none, the new ones come after the last
    /// anchor or at the end.
    pub old: Vec<u8>,
    /// The lines that come.
    pub new: Vec<u8>,
    /// Where the old ones may stand.
    pub reach: Reach,
    /// How the file ends if the new lines are its last.
    pub last: Last,
}

impl WholeLines {
    /// A hunk whose lines need not be the file's to the byte.
    pub(super) fn of_hunk(line: Option<u64>, old: &[u8], new: &[u8]) -> Self {
        Self {
            line,
            anchors: Vec::new(),
            old: old.to_vec(),
            new: new.to_vec(),
            reach: Reach::Anywhere,
            last: Last::AsBefore,
        }
    }
}

/// How the last line of a file ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Last {
    /// As it did.
    AsBefore,
    /// With a line ending.
    Ended,
}

/// A text by lines without their endings.
struct Ground<'a> {
    text: &'a [u8],
    index: LineIndex<'a>,
    lines: Vec<&'a [u8]>,
}

impl<'a> Ground<'a> {
    fn new(text: &'a [u8]) -> Self {
        let body = text.get(lines::body_start(text)..).unwrap_or_default();
        let lines = lines::bare_lines(body).collect();
        Self { text, index: LineIndex::new(text), lines }
    }

    /// Where the line with this index from 0 begins.
    fn start(&self, index: usize) -> usize {
        self.index.start(index as u64 + 1).unwrap_or(self.text.len())
    }

    /// Indices of lines at which `old` stands.
    fn places(&self, old: &[&[u8]]) -> Vec<usize> {
        matching::runs(&self.lines, old)
    }

    /// Index of the line that the last anchor is, if the anchors stand one
    /// after the other in one way only.
    fn anchor(&self, anchors: &[Vec<u8>]) -> Result<Option<usize>, Miss> {
        let mut from = 0;
        let mut found = None;
        for anchor in anchors {
            let wanted = anchor.trim_ascii();
            let rest = self.lines.get(from..).unwrap_or_default();
            let all: Vec<usize> = (from..)
                .zip(rest)
                .filter(|(_, line)| line.trim_ascii() == wanted)
                .map(|(at, _)| at)
                .collect();
            match all.as_slice() {
                [] => return Err(Miss::Nowhere),
                // Below another anchor, the first is the one inside it.
                [at] => (found, from) = (Some(*at), at + 1),
                [at, ..] if found.is_some() => {
                    (found, from) = (Some(*at), at + 1);
                }
                several => return Err(several_lines(several)),
            }
        }
        Ok(found)
    }
}

fn several_lines(places: &[usize]) -> Miss {
    let lines = places.iter().map(|at| *at as u64 + 1);
    let lines = lines.take(NAMED_CANDIDATES).collect();
    Miss::Several { lines, places: places.len() as u64 }
}

/// Where the old lines stand, endings included.
pub(super) fn find(
    text: &[u8],
    block: &WholeLines,
    matching: Matching,
) -> Result<Found, Refusal> {
    let ground = Ground::new(text);
    if block.old.is_empty() {
        let at = insertion(&ground, block)?;
        return Ok(Found::exact(at..at));
    }
    let old: Vec<&[u8]> = lines::bare_lines(&block.old).collect();
    let refused = |miss| Refusal::of(miss, Sought::Lines);
    match place(&ground, block, &old) {
        Ok(at) => {
            let range = ground.start(at)..ground.start(at + old.len());
            Ok(Found::exact(range))
        }
        Err(Miss::Nowhere) if matching == Matching::Fuzzy => {
            almost(&ground, block, &old).map_err(refused)
        }
        Err(miss) => Err(refused(miss)),
    }
}

/// Where new lines come that replace none.
fn insertion(
    ground: &Ground<'_>,
    block: &WholeLines,
) -> Result<usize, Refusal> {
    if block.new.is_empty() {
        return Err(Refusal::NothingToInsert);
    }
    if block.reach == Reach::End {
        return Ok(ground.text.len());
    }
    let anchor = ground
        .anchor(&block.anchors)
        .map_err(|miss| Refusal::of(miss, Sought::Anchor))?;
    Ok(anchor.map_or(ground.text.len(), |at| ground.start(at + 1)))
}

/// Index of the line at which the old ones stand.
fn place(
    ground: &Ground<'_>,
    block: &WholeLines,
    old: &[&[u8]],
) -> Result<usize, Miss> {
    pick(ground, block, ground.places(old), old.len())
}

/// The one of several places that the block means.
fn pick(
    ground: &Ground<'_>,
    block: &WholeLines,
    mut places: Vec<usize>,
    lines: usize,
) -> Result<usize, Miss> {
    if block.reach == Reach::End {
        places.retain(|at| at + lines == ground.lines.len());
    }
    let numbered = block.line.and_then(|line| {
        let index = usize::try_from(line.checked_sub(1)?).ok()?;
        places.iter().find(|at| **at == index)
    });
    match (places.as_slice(), numbered) {
        (_, Some(at)) | ([at], None) => Ok(*at),
        ([], None) => Err(Miss::Nowhere),
        (several, None) => {
            let anchor = ground.anchor(&block.anchors).ok().flatten();
            let below =
                anchor.and_then(|from| several.iter().find(|at| **at >= from));
            below.copied().ok_or_else(|| several_lines(several))
        }
    }
}

/// A place that differs in what the ladder forgives.
fn almost(
    ground: &Ground<'_>,
    block: &WholeLines,
    old: &[&[u8]],
) -> Result<Found, Miss> {
    let choose = |places, lines| pick(ground, block, places, lines);
    let spot = climb(&ground.lines, old, &choose)?;
    let range = ground.start(spot.at)..ground.start(spot.at + spot.lines);
    Ok(Found::lines(range, spot))
}

/// A hunk's lines where they stand in almost the same form, and what comes
/// there.
pub(super) fn near_hunk(
    text: &[u8],
    block: &WholeLines,
    extent: Extent,
) -> Result<(Found, Splice<'static>), Refusal> {
    let ground = Ground::new(text);
    let old: Vec<&[u8]> = lines::bare_lines(&block.old).collect();
    let missing = || Refusal::Missing(Sought::Hunk, None);
    let found = almost(&ground, block, &old)
        .map_err(|miss| Refusal::of(miss, Sought::Hunk))?;
    let all = lines::body_start(text)..text.len();
    if extent == Extent::File && found.range != all {
        return Err(missing());
    }
    let splice = graft(text, &found, &block.old, &block.new, block.last);
    Ok((found, splice.ok_or_else(missing)?))
}

/// What comes in the place that was found. Lines that stay are left alone.
pub(super) fn splice<'a>(
    text: &[u8],
    block: &WholeLines,
    at: &Found,
) -> Result<Splice<'a>, Refusal> {
    if at.rung.is_some() {
        return graft(text, at, &block.old, &block.new, block.last)
            .ok_or(Refusal::Missing(Sought::Lines, None));
    }
    let new: Vec<&[u8]> = lines::bare_lines(&block.new).collect();
    let here = text.get(at.range.clone()).unwrap_or_default();
    let old: Vec<&[u8]> = here.split_inclusive(|b| *b == b'\n').collect();
    let same = |(o, n): &(&&[u8], &&[u8])| lines::chomp(o) == **n;
    let head = old.iter().zip(&new).take_while(same).count();
    let (old_rest, new_rest) = (rest(&old, head), rest(&new, head));
    let backwards = old_rest.iter().rev().zip(new_rest.iter().rev());
    let tail = backwards.take_while(same).count();
    let old_mid = old_rest.get(..old_rest.len() - tail).unwrap_or_default();
    let new_mid = new_rest.get(..new_rest.len() - tail).unwrap_or_default();
    let before = old.iter().take(head).map(|l| l.len()).sum::<usize>();
    let start = at.range.start + before;
    let end = start + old_mid.iter().map(|l| l.len()).sum::<usize>();
    let near = lines::ending_near(text, lines::line_start(text, start));
    let mut bytes = Vec::new();
    let mut ending = near;
    for (index, line) in new_mid.iter().enumerate() {
        let replaced = old_mid.get(index).and_then(|l| lines::ending(l));
        ending = replaced.unwrap_or(ending);
        bytes.extend_from_slice(line);
        bytes.extend_from_slice(ending);
    }
    let open = !text.is_empty() && !text.ends_with(b"\n");
    if open && end == text.len() && block.last == Last::AsBefore {
        bytes.truncate(lines::chomp(&bytes).len());
    }
    let lead = (!bytes.is_empty()).then_some(ending);
    let side = if start == end { Side::After } else { Side::Instead };
    let bytes = Cow::Owned(bytes);
    Ok(Splice { range: start..end, bytes, side, lead })
}

fn rest<'a, 'b>(lines: &'b [&'a [u8]], head: usize) -> &'b [&'a [u8]] {
    lines.get(head..).unwrap_or_default()
}

/// Whether the old lines are gone and the new ones stand once.
pub(super) fn is_done(text: &[u8], block: &WholeLines) -> bool {
    let ground = Ground::new(text);
    let places = |side: &[u8]| {
        let side: Vec<&[u8]> = lines::bare_lines(side).collect();
        ground.places(&side).len()
    };
    !block.old.is_empty()
        && !block.new.is_empty()
        && places(&block.old) == 0
        && places(&block.new) == 1
}

#[cfg(test)]
mod tests {
    use super::super::{Edit, modify};
    use super::*;

    fn block(old: &str, new: &str) -> WholeLines {
        WholeLines {
            line: None,
            anchors: Vec::new(),
            old: old.into(),
            new: new.into(),
            reach: Reach::Anywhere,
            last: Last::AsBefore,
        }
    }

    fn done(text: &str, block: WholeLines) -> Result<String, Refusal> {
        done_with(text, block, Matching::Exact)
    }

    fn done_with(
        text: &str,
        block: WholeLines,
        matching: Matching,
    ) -> Result<String, Refusal> {
        let made = modify(text.as_bytes(), &[Edit::Lines(block)], matching);
        let made = made.map_err(|error| error.why)?;
        Ok(String::from_utf8(made.bytes).unwrap())
    }

    #[test]
    fn new_lines_end_as_those_they_replace() {
        let made = done("a\r\nb\r\nc\n", block("b\n", "x\ny\n"));
        assert_eq!(made.unwrap(), "a\r\nx\r\ny\r\nc\n");
        let made = done("a\r\nb\nc\n", block("a\nb\n", "a\nn\nb\n"));
        assert_eq!(made.unwrap(), "a\r\nn\nb\nc\n");
        let made = done("\u{feff}a\nb", block("b\n", "x\ny\n"));
        assert_eq!(made.unwrap(), "\u{feff}a\nx\ny");
        let ended = WholeLines { last: Last::Ended, ..block("b\n", "c\n") };
        assert_eq!(done("a\nb", ended).unwrap(), "a\nc\n");
        assert_eq!(done("a", block("a\n", "a\nb\n")).unwrap(), "a\nb");
        assert_eq!(done("a\nb\n", block("b\n", "")).unwrap(), "a\n");
    }

    #[test]
    fn only_whole_lines_match_and_ties_are_refused() {
        let why = done("ab\n", block("b\n", "c\n")).unwrap_err();
        assert_eq!(why.code(), "no-match");
        let why = done("b\nb\n", block("b\n", "c\n")).unwrap_err();
        assert_eq!(why.code(), "ambiguous");
        let there = WholeLines { line: Some(2), ..block("b\n", "c\n") };
        assert_eq!(done("b\nb\n", there).unwrap(), "b\nc\n");
    }

    #[test]
    fn anchors_decide_between_places() {
        let text = "class A\n f\n  x\nclass B\n f\n  x\n";
        let under = |anchors: &[&str], old: &str| WholeLines {
            anchors: anchors.iter().map(|a| a.as_bytes().to_vec()).collect(),
            ..block(old, "  y\n")
        };
        let wanted = "class A\n f\n  x\nclass B\n f\n  y\n";
        assert_eq!(done(text, under(&["class B"], "  x\n")).unwrap(), wanted);
        let both = under(&["class B", "f"], "  x\n");
        assert_eq!(done(text, both).unwrap(), wanted);
        assert!(done(text, under(&["f"], "  x\n")).is_err());
        let wanted = "class A\n f\n  x\nclass B\n  y\n f\n  x\n";
        assert_eq!(done(text, under(&["class B"], "")).unwrap(), wanted);
        assert!(done(text, under(&["class C"], "")).is_err());
    }

    #[test]
    fn lines_that_replace_none_come_at_the_end() {
        let end = |text| {
            let last = Last::Ended;
            done(text, WholeLines { last, ..block("", "n\n") })
        };
        assert_eq!(end("a\n").unwrap(), "a\nn\n");
        assert_eq!(end("a").unwrap(), "a\nn\n");
        assert_eq!(end("").unwrap(), "n\n");
        let last = WholeLines { reach: Reach::End, ..block("a\n", "b\n") };
        assert_eq!(done("a\na\n", last).unwrap(), "a\nb\n");
    }

    #[test]
    fn what_the_ladder_forgives_the_new_lines_are_given() {
        let moved = block("a:\n  b\n", "a:\n  c\n");
        let made = done_with("  a:\n    b\nz\n", moved, Matching::Fuzzy);
        assert_eq!(made.unwrap(), "  a:\n    c\nz\n");
        let blanks = block("b\n", "c\n");
        let made = done_with("a\nb  \nz\n", blanks, Matching::Fuzzy);
        assert_eq!(made.unwrap(), "a\nc\nz\n");
    }
}
