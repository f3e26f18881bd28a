//! Places of a text in a file: all of them, or the one that must be the
//! only one.

use std::ops::Range;

use memchr::memmem;

use super::lines;

/// Lines named when a text stands in several places.
pub(super) const NAMED_CANDIDATES: usize = 5;

/// What a search for the only place found instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Miss {
    /// There is nothing to search for.
    Empty,
    /// It stands nowhere.
    Nowhere,
    /// It stands in several places; the lines of the first ones.
    Several {
        /// Numbers of the lines, from 1.
        lines: Vec<u64>,
        /// How many places there are.
        places: u64,
    },
}

/// The only place of `wanted`; places may overlap each other.
pub(super) fn only(text: &[u8], wanted: &[u8]) -> Result<Range<usize>, Miss> {
    if wanted.is_empty() {
        return Err(Miss::Empty);
    }
    let finder = memmem::Finder::new(wanted);
    let first = finder.find(text).ok_or(Miss::Nowhere)?;
    let rest = text.get(first + 1..).unwrap_or_default();
    match finder.find(rest) {
        None => Ok(first..first + wanted.len()),
        Some(_) => Err(several(text, wanted)),
    }
}

fn several(text: &[u8], wanted: &[u8]) -> Miss {
    let mut places = 0;
    let mut named = Vec::new();
    for at in memmem::find_iter(text, wanted) {
        places += 1;
        if named.len() < NAMED_CANDIDATES {
            named.push(lines::line_number(text, at));
        }
    }
    // Places that overlap are found once by the iterator and are still two.
    Miss::Several { lines: named, places: places.max(2) }
}

/// Every place of `wanted`, none overlapping another.
pub(super) fn all(text: &[u8], wanted: &[u8]) -> Vec<Range<usize>> {
    if wanted.is_empty() {
        return Vec::new();
    }
    memmem::find_iter(text, wanted).map(|at| at..at + wanted.len()).collect()
}

/// Every place of `wanted` that begins a line.
pub(super) fn whole_lines(
    text: &[u8],
    wanted: &[u8],
) -> impl Iterator<Item = usize> {
    let body = lines::body_start(text);
    memmem::find_iter(text, wanted).filter(move |&at| {
        at == body
            || at.checked_sub(1).and_then(|b| text.get(b)) == Some(&b'\n')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_that_overlap_are_still_several() {
        let miss = only(b"aaa", b"aa").unwrap_err();
        assert_eq!(miss, Miss::Several { lines: vec![1], places: 2 });
    }

    #[test]
    fn several_places_are_named_by_line() {
        let miss = only(b"x\ny\nx\nx x\n", b"x").unwrap_err();
        let lines = vec![1, 3, 4, 4];
        assert_eq!(miss, Miss::Several { lines, places: 4 });
    }

    #[test]
    fn an_empty_text_has_no_place() {
        assert_eq!(only(b"abc", b""), Err(Miss::Empty));
        assert!(all(b"abc", b"").is_empty());
    }
}
