//! A hunk without unchanged lines below it and its file in, the hunk with
//! lines of the file around it out.
//!
//! `git apply` takes a hunk that ends with a change for one at the end of the
//! file (git-apply(1), `--unidiff-zero`), and puts lines that are only added
//! there without a word.

use std::ops::Range;

use crate::diff::{Hunk, Numbers, Range as Lines, Side};
use crate::edit::hunks::Ground;

/// Lines around a change, as git has them.
const CONTEXT_LINES: u64 = 3;

/// The lines of a file, counted from 1, that a hunk has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spot {
    /// The first; of a hunk that has none, the one before which it adds some.
    pub(super) line: u64,
    /// The first that it has no more.
    pub(super) end: u64,
}

/// Whether a hunk ends with a change.
pub(super) fn is_lacking(hunk: &Hunk) -> bool {
    hunk.lines().last().is_some_and(|line| line.side != Side::Both)
}

/// The hunk with lines around it, and where it is then. Of the lines, only
/// those in `free` may be taken. Nothing if it would have to stand before
/// lines of which none may.
pub(super) fn widen(
    hunk: &Hunk,
    spot: Spot,
    free: Range<u64>,
    ground: &Ground<'_>,
) -> Option<(Hunk, Spot)> {
    let is_at_end = spot.end > ground.lines();
    if is_at_end && hunk.old_lines > 0 {
        return Some((hunk.clone(), spot));
    }
    let mut lines = hunk.lines();
    let has_lead = lines.next().is_some_and(|line| line.side == Side::Both);
    let lead = match has_lead {
        true => spot.line,
        false => {
            let least = spot.line.saturating_sub(CONTEXT_LINES);
            least.max(free.start).min(spot.line)
        }
    };
    let last = (ground.lines() + 1).min(free.end).max(spot.end);
    let end = (spot.end + CONTEXT_LINES).min(last);
    if hunk.old_lines == 0 && end == spot.end && !is_at_end {
        return None;
    }
    let mut body = Vec::with_capacity(hunk.body.len());
    push(ground, lead..spot.line, &mut body);
    body.extend_from_slice(&hunk.body);
    push(ground, spot.end..end, &mut body);
    let more = u32::try_from(spot.line - lead + end - spot.end).ok()?;
    let old_lines = hunk.old_lines + more;
    let new_lines = hunk.new_lines + more;
    let numbers = match more {
        0 => hunk.numbers,
        _ => {
            let start = u32::try_from(lead).ok()?;
            let old = Lines { start, count: old_lines };
            let new = Lines { start, count: new_lines };
            Some(Numbers { old, new })
        }
    };
    let section = hunk.section.clone();
    let as_came = Vec::new();
    let wide = Hunk {
        numbers,
        is_adrift: false,
        section,
        body,
        as_came,
        old_lines,
        new_lines,
    };
    Some((wide, Spot { line: lead, end }))
}

/// Appends lines of the file as those of a hunk.
fn push(ground: &Ground<'_>, lines: Range<u64>, body: &mut Vec<u8>) {
    for text in lines.filter_map(|line| ground.line(line)) {
        body.push(b' ');
        body.extend_from_slice(text);
        if !text.ends_with(b"\n") {
            body.extend_from_slice(b"\n\\ No newline at end of file\n");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &[u8] = b"1\n2\n3\n4\n5\n6\n7\n8";

    fn added(after: u64, free: Range<u64>) -> Option<String> {
        let numbers = Lines { start: u32::try_from(after).unwrap(), count: 0 };
        let hunk = Hunk {
            numbers: Some(Numbers { old: numbers, new: numbers }),
            body: b"+x\n".to_vec(),
            new_lines: 1,
            ..Hunk::default()
        };
        let spot = Spot { line: after + 1, end: after + 1 };
        let ground = Ground::new(TEXT);
        let (hunk, _) = widen(&hunk, spot, free, &ground)?;
        let old = hunk.numbers.unwrap().old;
        let body = String::from_utf8(hunk.body).unwrap();
        Some(format!("{},{}:{body}", old.start, old.count))
    }

    #[test]
    fn lines_around_are_those_of_the_file_that_no_other_hunk_has() {
        let all = 1..u64::MAX;
        let want = "2,6: 2\n 3\n 4\n+x\n 5\n 6\n 7\n";
        assert_eq!(added(4, all.clone()).unwrap(), want);
        let want = "1,3:+x\n 1\n 2\n 3\n";
        assert_eq!(added(0, all.clone()).unwrap(), want);
        let want = "4,2: 4\n+x\n 5\n";
        assert_eq!(added(4, 4..6).unwrap(), want);
        let marker = "\\ No newline at end of file\n";
        let want = format!("5,4: 5\n 6\n 7\n+x\n 8\n{marker}");
        assert_eq!(added(7, all).unwrap(), want);
    }

    #[test]
    fn lines_that_would_come_to_the_end_of_the_file_are_not_shown() {
        assert_eq!(added(4, 1..5), None);
    }
}
