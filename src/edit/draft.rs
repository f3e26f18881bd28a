//! A text with splices in it: several edits are placed in the original's
//! coordinates, and read back as one text. Splices never overlap.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use super::lines;

/// Bytes for a range of the original; an empty range inserts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Splice<'a> {
    /// Offsets in the original.
    pub(super) range: Range<usize>,
    /// What stands there instead.
    pub(super) bytes: Cow<'a, [u8]>,
    /// Which neighbour an insertion belongs to.
    pub(super) side: Side,
    /// For lines inserted at the end: the ending that the line before them
    /// gets if it lacks one.
    pub(super) lead: Option<&'static [u8]>,
}

/// Which neighbour a splice belongs to; the order in which splices at one
/// offset are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Side {
    /// Inserted after what stands before the offset.
    After,
    /// Inserted before what stands at the offset.
    Before,
    /// In the place of what stands at the offset.
    Instead,
}

/// The edit, by its index from 0, whose splice stands in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Overlap(pub(super) usize);

/// Sorts splices by offset, side and order of placing.
type Key = (usize, Side, usize);

#[derive(Debug)]
struct Placed<'a> {
    end: usize,
    bytes: Cow<'a, [u8]>,
    lead: Option<&'static [u8]>,
    edit: usize,
}

/// The original and the splices placed in it so far.
#[derive(Debug)]
pub(super) struct Draft<'a> {
    original: &'a [u8],
    placed: BTreeMap<Key, Placed<'a>>,
    serial: usize,
}

/// A stretch of the current text.
struct Stretch {
    current: Range<usize>,
    original: Range<usize>,
    key: Option<Key>,
}

impl<'a> Draft<'a> {
    pub(super) fn new(original: &'a [u8]) -> Self {
        Self { original, placed: BTreeMap::new(), serial: 0 }
    }

    pub(super) fn is_untouched(&self) -> bool {
        self.placed.is_empty()
    }

    /// The splice that overlaps a range of the original, if there is one.
    /// Insertions at either end of the range do not.
    pub(super) fn overlap(&self, range: &Range<usize>) -> Option<Overlap> {
        let end = (range.end, Side::After, 0);
        for (&(start, ..), placed) in self.placed.range(..end).rev() {
            if start > range.start || placed.end > range.start {
                return Some(Overlap(placed.edit));
            }
            if start < range.start {
                return None;
            }
        }
        None
    }

    /// Places the splices of edit number `edit`: all of them or none.
    pub(super) fn place(
        &mut self,
        splices: Vec<Splice<'a>>,
        edit: usize,
    ) -> Result<(), Overlap> {
        for splice in &splices {
            if let Some(overlap) = self.overlap(&splice.range) {
                return Err(overlap);
            }
        }
        for splice in splices {
            self.insert(splice, edit);
        }
        Ok(())
    }

    fn insert(&mut self, splice: Splice<'a>, edit: usize) {
        let Splice { range, bytes, side, lead } = splice;
        self.serial += 1;
        let key = (range.start, side, self.serial);
        let placed = Placed { end: range.end, bytes, lead, edit };
        self.placed.insert(key, placed);
    }

    /// The text as it now stands.
    pub(super) fn text(&self) -> Vec<u8> {
        self.layout().0
    }

    /// The text as it now stands, and what each stretch of it is.
    fn layout(&self) -> (Vec<u8>, Vec<Stretch>) {
        let mut text = Vec::with_capacity(self.original.len());
        let mut stretches = Vec::with_capacity(self.placed.len() * 2 + 1);
        let mut at = 0;
        for (&key, placed) in &self.placed {
            let kept = at..key.0;
            let begun = text.len();
            text.extend_from_slice(slice(self.original, kept.clone()));
            stretches.push(Stretch {
                current: begun..text.len(),
                original: kept,
                key: None,
            });
            let begun = text.len();
            text.extend_from_slice(lead(&text, placed.lead));
            text.extend_from_slice(&placed.bytes);
            stretches.push(Stretch {
                current: begun..text.len(),
                original: key.0..placed.end,
                key: Some(key),
            });
            at = placed.end;
        }
        let kept = at..self.original.len();
        let begun = text.len();
        text.extend_from_slice(slice(self.original, kept.clone()));
        let current = begun..text.len();
        stretches.push(Stretch { current, original: kept, key: None });
        (text, stretches)
    }

    /// Places a splice whose range counts in `current`, the text as it now
    /// stands. Splices that it touches become one with it.
    pub(super) fn place_current(
        &mut self,
        current: &[u8],
        splice: Splice<'_>,
        edit: usize,
    ) {
        let (_, stretches) = self.layout();
        let touched = touched(&stretches, &splice.range);
        for key in stretches.iter().filter_map(|s| s.key_within(&touched)) {
            self.placed.remove(&key);
        }
        let range = hull(&stretches, &touched);
        let Range { start, end } = splice.range;
        let mut bytes = slice(current, touched.start..start).to_vec();
        let before = slice(current, 0..start);
        bytes.extend_from_slice(lead(before, splice.lead));
        bytes.extend_from_slice(&splice.bytes);
        bytes.extend_from_slice(slice(current, end..touched.end));
        let side = if range.is_empty() { splice.side } else { Side::Instead };
        let bytes = Cow::Owned(bytes);
        self.insert(Splice { range, bytes, side, lead: None }, edit);
    }
}

impl Splice<'_> {
    /// The splice with bytes of its own.
    pub(super) fn into_owned(self) -> Splice<'static> {
        let bytes = Cow::Owned(self.bytes.into_owned());
        let Self { range, side, lead, .. } = self;
        Splice { range, bytes, side, lead }
    }
}

impl Stretch {
    fn touches(&self, range: &Range<usize>) -> bool {
        self.current.start <= range.end && self.current.end >= range.start
    }

    fn key_within(&self, range: &Range<usize>) -> Option<Key> {
        self.key.filter(|_| self.touches(range))
    }
}

/// The range, widened over every splice that it touches.
fn touched(stretches: &[Stretch], range: &Range<usize>) -> Range<usize> {
    let mut wide = range.clone();
    loop {
        let before = wide.clone();
        for stretch in stretches.iter().filter(|s| s.key.is_some()) {
            if stretch.touches(&wide) {
                wide.start = wide.start.min(stretch.current.start);
                wide.end = wide.end.max(stretch.current.end);
            }
        }
        if wide == before {
            return wide;
        }
    }
}

/// The range of the original that a range of the current text stands for;
/// its ends lie in kept stretches or at the edge of a splice.
fn hull(stretches: &[Stretch], range: &Range<usize>) -> Range<usize> {
    let holds = |offset: usize| {
        stretches.iter().filter(move |s| s.touches(&(offset..offset)))
    };
    let start = holds(range.start)
        .map(|s| match s.key {
            Some(_) => s.original.start,
            None => s.original.start + (range.start - s.current.start),
        })
        .min();
    let end = holds(range.end)
        .map(|s| match s.key {
            Some(_) => s.original.end,
            None => s.original.start + (range.end - s.current.start),
        })
        .max();
    start.unwrap_or(0)..end.unwrap_or(0)
}

fn slice(text: &[u8], range: Range<usize>) -> &[u8] {
    text.get(range).unwrap_or_default()
}

/// What must stand between `before` and lines that follow it.
fn lead(before: &[u8], ending: Option<&'static [u8]>) -> &'static [u8] {
    let begun = before.len() > lines::body_start(before);
    match ending {
        Some(ending) if begun && !before.ends_with(b"\n") => ending,
        _ => b"",
    }
}
