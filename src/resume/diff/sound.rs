//! What a join must not do, however well it fits: a patch before and after in,
//! yes or no out.

use super::body::is_greeting;
use super::join::{odd_at_end, odd_mends};
use super::patch::{Part, Patch};
use super::places::{Place, is_header_line, is_structure};
use crate::diff::{Doubt, Hunk};
use crate::resume::seam::How;

/// A text on one side of a join.
pub(super) struct Side<'a> {
    pub(super) text: &'a [u8],
    pub(super) patch: &'a Patch,
    /// Where units begin that do not fit the files.
    pub(super) misfits: &'a [u64],
}

/// What a continuation that is taken from its very start begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum First {
    /// Lines of the diff, or the rest of one.
    Lines,
    /// What may be words to the reader. Then a blank line behind them does
    /// not end the diff.
    Words,
}

/// Whether a join may be taken if it is the best. A hunk that goes through
/// the seam must be in order there and fit its file, unless what came before
/// was careless itself: where its counts are not those of its lines, some of
/// them were lost or are there twice. What begins again must not hold less
/// than what it replaces, and no line at the seam may be lost to framing.
pub(super) fn is_sound(
    before: &Side<'_>,
    after: &Side<'_>,
    place: &Place,
    first: First,
) -> bool {
    match place.how {
        How::Nothing | How::Skipped => true,
        How::Restart if holds_less(before, after, place.kept) => false,
        _ => {
            is_in_order(before, after, place)
                && !loses_line(before, after, place.kept, first)
        }
    }
}

fn is_in_order(before: &Side<'_>, after: &Side<'_>, place: &Place) -> bool {
    let at = place.kept as u64;
    let part = after
        .patch
        .parts
        .iter()
        .find(|part| hunk_at(part, after.text) < at && at <= part.span.end);
    let last = after.patch.end.last.as_ref().filter(|last| last.hunk_at < at);
    let odd_part = part.is_some_and(|part| odd_mends(&part.mends) > 0);
    let odd_last = last.is_some_and(|last| odd_at_end(last) > 0);
    let careless = before.patch.end.totals.miscounts > 0;
    let more = place.how != How::Restart
        && after.patch.rejected.len() > before.patch.rejected.len();
    let starts = part.map(|part| part.span.start);
    let starts = starts.into_iter().chain(last.map(|last| last.hunk_at));
    let misfit = place.how != How::Restart
        && starts.into_iter().any(|start| {
            after.misfits.contains(&start) && !before.misfits.contains(&start)
        });
    !misfit && (careless || !(odd_part || odd_last || more))
}

/// Where the header of a unit's hunk begins, or the unit.
fn hunk_at(part: &Part, text: &[u8]) -> u64 {
    let start = part.span.start;
    let from = usize::try_from(start).unwrap_or(usize::MAX);
    let to = usize::try_from(part.span.end).unwrap_or(usize::MAX);
    let unit = text.get(from..to).unwrap_or_default();
    if part.hunk().is_none() || unit.starts_with(b"@@") {
        return start;
    }
    let found = memchr::memmem::find(unit, b"\n@@");
    found.map_or(start, |at| start + at as u64 + 1)
}

/// Whether fewer lines stand behind the seam than stood there, and nothing
/// shows that more of them are still to come.
fn holds_less(before: &Side<'_>, after: &Side<'_>, kept: usize) -> bool {
    let goes_on = match &after.patch.end.last {
        Some(last) => matches!(
            last.doubt,
            Doubt::Unmet | Doubt::HeaderOnly | Doubt::Promised
        ),
        None => after.patch.end.tail.is_some(),
    };
    !goes_on && lines_from(after, kept) < lines_from(before, kept)
}

/// Whole lines of hunks in the units that end behind a byte.
fn lines_from(side: &Side<'_>, from: usize) -> usize {
    let lines = |hunk: &Hunk| hunk.lines().count();
    let parts = side.patch.parts.iter();
    let parts = parts.filter(|part| part.span.end > from as u64);
    let whole: usize = parts.filter_map(Part::hunk).map(lines).sum();
    let last = side.patch.end.last.as_ref().map_or(0, |last| {
        let half = usize::from(!last.is_line_ended);
        last.hunk.as_ref().map_or(0, lines).saturating_sub(half)
    });
    whole + last
}

/// Lines behind a seam in which something may have been lost; further away
/// it is the answer's own matter.
const NEAR: usize = 8;

/// Whether a line at the seam, or one behind it that no blank line sets
/// apart, is neither of the diff nor known framing. Where the seam is in
/// framing itself, only lines that headers have are missed.
fn loses_line(
    before: &Side<'_>,
    after: &Side<'_>,
    kept: usize,
    first: First,
) -> bool {
    let was_inside = before.patch.end.tail.is_some();
    let text = after.text;
    let head = text.get(..kept).unwrap_or_default();
    let mut at = memchr::memrchr(b'\n', head).map_or(0, |at| at + 1);
    let rest = text.get(at..).unwrap_or_default();
    let mut lines = rest.split_inclusive(|b| *b == b'\n').peekable();
    for _ in 0..NEAR {
        let Some(line) = lines.next() else { return false };
        let next = lines.peek().copied().unwrap_or_default();
        let is_inside = is_inside(after.patch, at as u64);
        let is_framing =
            is_structure(line) || line.starts_with(b"--") || ends_fence(line);
        let is_blank = line.trim_ascii().is_empty();
        if !is_inside && is_blank && first == First::Words {
            at += line.len();
            continue;
        }
        if !is_inside && (is_blank || is_framing) {
            return false;
        }
        let is_missed = match was_inside {
            true => !is_greeting(line, next),
            false => is_header_line(line),
        };
        if !is_inside && is_missed {
            return true;
        }
        at += line.len();
    }
    false
}

fn ends_fence(line: &[u8]) -> bool {
    line.starts_with(b"```") || line.starts_with(b"~~~")
}

/// Whether a byte is part of a unit, whole or not. A header that is a unit
/// by itself reaches to the hunk that follows it.
fn is_inside(patch: &Patch, at: u64) -> bool {
    let end = &patch.end;
    let tail = end.tail.map_or(u64::MAX, |tail| tail.byte);
    let bad = patch.rejected.iter().map(|(_, bad)| bad.span);
    let bad = bad.into_iter().any(|span| span.start <= at && at < span.end);
    let mut next = tail;
    let parts = patch.parts.iter().rev().any(|part| {
        let span = part.span;
        let end = if span.end == span.start { next } else { span.end };
        next = span.start;
        span.start <= at && at < end
    });
    at >= tail || bad || parts
}
