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

/// Every index at which `wanted` stands in `items`, places that overlap each
/// other included. Takes as long as both are, however alike their items.
pub(super) fn runs<T: PartialEq>(items: &[T], wanted: &[T]) -> Vec<usize> {
    // For each prefix of `wanted`, the longest that it also ends with.
    let mut borders = vec![0; wanted.len() + 1];
    let mut length = 0;
    for (at, item) in wanted.iter().enumerate().skip(1) {
        length = longest(wanted, &borders, length, item);
        if let Some(border) = borders.get_mut(at + 1) {
            *border = length;
        }
    }
    let mut found = Vec::new();
    let mut length = 0;
    for (at, item) in items.iter().enumerate() {
        length = longest(wanted, &borders, length, item);
        if length == wanted.len() && length > 0 {
            found.push(at + 1 - length);
        }
    }
    found
}

/// The longest prefix of `wanted` that `item` ends, after one of `length`.
fn longest<T: PartialEq>(
    wanted: &[T],
    borders: &[usize],
    mut length: usize,
    item: &T,
) -> usize {
    while length > 0 && wanted.get(length) != Some(item) {
        length = borders.get(length).copied().unwrap_or_default();
    }
    length + usize::from(wanted.get(length) == Some(item))
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
    fn runs_are_found_as_by_trying_every_index() {
        let mut state = 7_u32;
        let mut next = |n| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) % n
        };
        for _ in 0..500 {
            let (long, short) = (next(30), next(5));
            let items: Vec<u32> = (0..long).map(|_| next(2)).collect();
            let wanted: Vec<u32> = (0..short).map(|_| next(2)).collect();
            let tried: Vec<usize> = (0..items.len())
                .filter(|at| short > 0 && items[*at..].starts_with(&wanted))
                .collect();
            assert_eq!(runs(&items, &wanted), tried, "{items:?} {wanted:?}");
        }
    }

    #[test]
    fn an_empty_text_has_no_place() {
        assert_eq!(only(b"abc", b""), Err(Miss::Empty));
        assert!(all(b"abc", b"").is_empty());
    }
}
