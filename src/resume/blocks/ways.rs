//! The ways in which a continuation in blocks may go on: what came before
//! and a stretch of the continuation in, places to join them out.

use std::ops::Range;
use std::rc::Rc;

use super::indent;
use super::known::Known;
use super::stretches::{speaks_of_itself, stretches};
use crate::blocks::{Side, divides, is_odd_marker, is_usual_marker};
use crate::resume::diff::body::Lead;
use crate::resume::overlap::{is_telling, overlap, partial_character, variety};
use crate::resume::seam::How;
use crate::text::fence;

/// One way to go on.
#[derive(Clone, Debug)]
pub(super) struct Way {
    pub(super) how: How,
    pub(super) rank: Rank,
    pub(super) lead: Lead,
    /// Whether the words that are left out, if any, greet the reader.
    pub(super) greets: bool,
    /// Bytes kept of what came before.
    pub(super) kept: usize,
    /// Bytes that it repeats, and whether they tell that it does.
    pub(super) shared: usize,
    pub(super) is_telling: bool,
    /// Blanks that the continuation left out.
    pub(super) filler: Vec<u8>,
    pub(super) body: Rc<Vec<u8>>,
}

/// How well a way is proven by what it repeats, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// The line that was cut, or more than chance explains.
    Repeated,
    /// The unfinished block, in other words.
    Restart,
    /// Nothing that proves it.
    Possible,
}

impl Way {
    /// What comes after the part that is kept.
    pub(super) fn text(&self) -> Vec<u8> {
        [self.filler.as_slice(), &self.body].concat()
    }
}

/// All ways in which `answer` may go on.
pub(super) fn ways(known: &Known<'_>, answer: &[u8]) -> Vec<Way> {
    let mut found = Vec::new();
    for (lead, body) in stretches(known, answer) {
        // That something was left out is supposed already.
        let supposes = body.len() < answer.len();
        let is_bare = matches!(lead, Lead::Nothing | Lead::Blanks);
        let greets = is_bare || speaks_of_itself(answer);
        let body = Rc::new(body);
        let way = |how, rank, kept| {
            let (filler, body) = (Vec::new(), Rc::clone(&body));
            let (shared, is_telling) = (0, false);
            Way {
                how,
                rank,
                lead,
                greets,
                kept,
                shared,
                is_telling,
                filler,
                body,
            }
        };
        for stop in known.stops() {
            let bare = match (lead, supposes) {
                (Lead::Blanks, _) => Bare::Blanks,
                (_, true) => Bare::Text,
                (_, false) => Bare::Nothing,
            };
            let of = overlaps(known, stop, bare, &body);
            found.extend(of.map(|(rank, start)| {
                let text = known.before.get(start..stop).unwrap_or_default();
                // Words that may be the text's own, above a line that may
                // begin like the cut one.
                let is_doubtful = match lead {
                    Lead::Words => !greets,
                    Lead::Text => !greets && !is_telling(text),
                    _ => false,
                };
                let rank = if is_doubtful { Rank::Possible } else { rank };
                let (shared, is_telling) = (text.len(), is_telling(text));
                let way = way(How::Overlap, rank, start);
                Way { shared, is_telling, ..way }
            }));
            if lead == Lead::Blanks {
                continue;
            }
            let goes_on =
                body.first().is_some_and(|b| (0x80..0xC0).contains(b));
            let head = known.before.get(..stop).unwrap_or_default();
            let partial = if goes_on { 0 } else { partial_character(head) };
            if stop < known.before.len() && begins_line(known, head, &body) {
                continue;
            }
            // After words to the reader no model goes on within a line with
            // the indentation of another.
            let last = head.get(line_start(head)..).unwrap_or_default();
            let is_word = is_word(last);
            if supposes && is_word && indent::depth(&body) >= INDENTATION {
                continue;
            }
            let exact = way(How::Exact, Rank::Possible, stop - partial);
            found.extend(filled(known, &exact));
            found.push(exact);
        }
        if let Some(start) = known.begins_again(&body) {
            found.push(way(How::Restart, Rank::Restart, start));
        }
    }
    found
}

/// What is supposed to be no part of the text, so that a repetition must say
/// more to be none by chance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bare {
    Nothing,
    /// A greeting, a fence or a line feed.
    Text,
    /// Blank lines, below which a short line may stand again.
    Blanks,
}

/// Whether a body that comes after a line feed begins a line for sure.
fn begins_line(known: &Known<'_>, head: &[u8], body: &[u8]) -> bool {
    let last = head.get(line_start(head)..).unwrap_or_default();
    let signed = known.side() == Side::Signed;
    let last = last.get(usize::from(signed)..).unwrap_or_default();
    if last.trim_ascii().is_empty() {
        // A blank line that the feed would end may be none of the text's.
        return false;
    }
    let line = body.split(|b| *b == b'\n').next().unwrap_or_default();
    let signs = |line: &[u8]| matches!(line.first(), Some(b'+' | b'-' | b' '));
    let text = match signed && signs(line) {
        true => line.get(1..).unwrap_or_default(),
        false => line,
    };
    // Columns are set apart by as many blanks.
    let has_columns = last.ends_with(b" ")
        || last.trim_ascii().windows(2).any(|two| two == b"  ");
    // A text that goes on in the middle may go on with blanks.
    let is_broken = last.last().is_some_and(|b| b";{}(),[]:>".contains(b));
    let is_deep = indent::depth(text) >= INDENTATION
        && !has_columns
        && is_broken
        && !(signed && line.starts_with(b" "));
    let is_patch = signed || known.is_patch();
    let is_marker = is_usual_marker(line) || is_patch && begins_part(line);
    // What comes after a statement on its line is seldom a word.
    let ends = head.ends_with(b";") || head.ends_with(b"}");
    let is_word = text.first().is_some_and(u8::is_ascii_alphabetic);
    is_deep
        || is_marker
        || ends
            && is_word
            && (!signed || signs(line) && !line.starts_with(b" "))
}

/// Whether a line of a patch begins a file or a chunk.
pub(super) fn begins_part(line: &[u8]) -> bool {
    line.starts_with(b"*** ")
        || line.trim_ascii_end() == b"@@"
        || line.starts_with(b"@@ ")
}

/// Characters of a cut line, blanks not counted, whose repetition is no
/// chance, and how many different ones.
const SURE_PARTIAL: usize = 3;

/// Whether the beginning of a line tells it from those around it. Marks alone
/// do not: comments begin with the same ones line after line.
pub(in crate::resume) fn is_word(partial: &[u8]) -> bool {
    let solid: Vec<u8> =
        partial.iter().copied().filter(|b| !b.is_ascii_whitespace()).collect();
    solid.len() >= SURE_PARTIAL
        && variety(&solid) >= SURE_PARTIAL
        && solid.iter().any(|b| b.is_ascii_alphanumeric() || *b >= 0x80)
}

/// Blanks at the start of a line: no line goes on with as many.
const INDENTATION: usize = 2;

/// Where what came before begins to be repeated, up to `stop`.
fn overlaps<'a>(
    known: &'a Known<'_>,
    stop: usize,
    bare: Bare,
    body: &'a [u8],
) -> impl Iterator<Item = (Rank, usize)> + 'a {
    let before = known.before;
    let head = before.get(..stop).unwrap_or_default();
    let from = stop.saturating_sub(body.len());
    let tail = before.get(from..stop).unwrap_or_default();
    let longest = stop - overlap(tail, body);
    let line = line_start(head);
    let bare = match bare {
        Bare::Nothing if stop < before.len() => Bare::Text,
        bare => bare,
    };
    // A text that goes round may go round once more.
    let goes_round = before.split_at_checked(longest).is_some_and(|(a, b)| {
        let b = b.get(..stop - longest).unwrap_or_default();
        is_word(b) && (is_round(b) || a.ends_with(b))
    });
    let mut starts = vec![longest, line, line + blanks(before, line, stop), 0];
    starts.sort_unstable();
    starts.dedup();
    let mut longer = false;
    starts.into_iter().filter_map(move |start| {
        let shared = before.get(start..stop).unwrap_or_default();
        if shared.is_empty() || !body.starts_with(shared) {
            return None;
        }
        let mut rank = rank(known, start..stop, bare, body)?;
        if goes_round {
            rank = rank.max(Rank::Possible);
        }
        if longer && !is_word(shared) {
            // It may as well be the start of what is repeated.
            rank = rank.max(Rank::Possible);
        }
        longer = true;
        Some((rank, start))
    })
}

/// What a repetition of `start..stop` proves; nothing if it may be none.
fn rank(
    known: &Known<'_>,
    Range { start, end: stop }: Range<usize>,
    bare: Bare,
    body: &[u8],
) -> Option<Rank> {
    let supposes = bare != Bare::Nothing;
    let before = known.before;
    let head = before.get(..stop).unwrap_or_default();
    let shared = before.get(start..stop).unwrap_or_default();
    let line = line_start(head);
    let own = line_start(before.get(..start).unwrap_or_default());
    let indented = start == own + blanks(before, own, stop);
    if start != own && !indented {
        return is_telling(shared).then_some(Rank::Possible);
    }
    let solid = shared.iter().filter(|b| !b.is_ascii_whitespace()).count();
    if solid == 0 {
        return (line < stop && start == line).then_some(Rank::Possible);
    }
    if line < stop {
        let partial = before.get(line..stop).unwrap_or_default();
        let after = body.get(shared.len()..).unwrap_or_default();
        // Whole lines below which only blanks stand were not cut.
        let is_cut = !partial.trim_ascii().is_empty();
        let is_long = (is_word(shared) || is_cut && assigns(shared))
            && match bare {
                _ if !is_cut => {
                    is_telling(shared)
                        && !known.may_be_twice(shared, start, body)
                }
                // A word may stand twice, if it does elsewhere or if the line
                // is said to be begun again without its blanks.
                Bare::Nothing if start == line => !known.doubles(shared, start),
                Bare::Nothing => {
                    is_telling(shared) || shared.trim_ascii().contains(&b' ')
                }
                Bare::Text => {
                    (is_telling(shared) || !known.has_line(shared, start))
                        && !known.may_be_whole(start..stop, body)
                }
                Bare::Blanks => {
                    is_telling(shared) && !known.has_line(shared, start)
                }
            };
        let is_indented = !supposes
            && start == line
            && partial.iter().take_while(|b| b.is_ascii_whitespace()).count()
                >= INDENTATION;
        let first = body.split(|b| *b == b'\n').next().unwrap_or_default();
        // A line that is no more than its sign is not begun with another.
        let is_sign = !supposes
            && known.side() == Side::Signed
            && shared == b"+"
            && after.first() != Some(&b'+')
            && !first.trim_ascii_end().ends_with(b"+");
        if start == line && is_odd_marker(first) {
            // The rest of a marker, not all of it.
            return None;
        }
        let begins = first.trim_ascii_end() == b"*** Begin Patch";
        let is_fence = stop == before.len()
            && fence::begins(partial)
            && fence::mark(first).is_some()
            && !known.has_fence(&[partial, marks(first)].concat());
        // A row of marks divides the old lines from the new ones, and nothing
        // elsewhere.
        let is_row = marks(first).len() == first.trim_ascii_end().len();
        let is_expected =
            is_usual_marker(first) && (!is_row || known.side() == Side::Old);
        let is_marker = start == line && (begins || is_expected || is_fence);
        let is_sure = is_long || is_indented || is_sign;
        let is_sure = is_sure && !after.starts_with(shared);
        return Some(match is_sure || is_marker {
            true => Rank::Repeated,
            false => Rank::Possible,
        });
    }
    let is_sure =
        is_telling(shared) && !known.may_be_twice(shared, start, body);
    Some(if is_sure { Rank::Repeated } else { Rank::Possible })
}

/// Whether a text is the left side of an assignment: its right side does not
/// begin with all of that.
fn assigns(text: &[u8]) -> bool {
    let left = text.trim_ascii().strip_suffix(b"=").unwrap_or_default();
    let is_name = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
    left.trim_ascii_end().last().is_some_and(is_name)
}

/// Whether a text is one and the same several times in a row: how often it
/// is to stand there, its repetition does not tell.
fn is_round(text: &[u8]) -> bool {
    let (_, tail) = text.split_at(text.len().div_ceil(2));
    // A border as long as half of it is a period as short.
    let border = text.get(1..).map_or(0, |end| overlap(end, text));
    !tail.is_empty() && border >= tail.len()
}

/// The marks with which a line begins that are all alike.
fn marks(line: &[u8]) -> &[u8] {
    let mark = line.first();
    let length = line.iter().take_while(|b| Some(*b) == mark).count();
    line.get(..length).unwrap_or_default()
}

/// Blank lines that a continuation may have lost.
const MOST_BLANK_LINES: usize = 2;

/// Ways with blanks put in that the continuation left out, as the file has
/// them.
fn filled(known: &Known<'_>, exact: &Way) -> Vec<Way> {
    let side = known.side();
    let head = known.before.get(..exact.kept).unwrap_or_default();
    let partial = head.get(line_start(head)..).unwrap_or_default();
    let (sign, blank) = match (side, partial.split_first()) {
        (Side::Signed, None) => (&b" "[..], partial),
        (Side::Signed, Some((b' ' | b'-', rest))) => (&b""[..], rest),
        (Side::Old, _) => (&b""[..], partial),
        _ => return Vec::new(),
    };
    let is_line = exact.body.first().is_some_and(|b| !b.is_ascii_whitespace());
    if !is_line || !blank.trim_ascii().is_empty() {
        return Vec::new();
    }
    let first = exact.body.split(|b| *b == b'\n').next().unwrap_or_default();
    let signed = side == Side::Signed;
    let is_signed = signed
        && (matches!(first.first(), Some(b'+' | b'-')) || begins_part(first));
    let indentations = known.indentations(first.trim_ascii_end());
    let strip = |all: &Vec<u8>| {
        let filler = all.strip_prefix(blank)?;
        Some([sign, filler].concat())
    };
    let mut fills: Vec<Vec<u8>> =
        indentations.iter().filter_map(strip).collect();
    if indentations.is_empty() && !sign.is_empty() && !is_signed {
        fills.push(sign.to_vec());
    }
    let is_part = signed && begins_part(first);
    if known.has_file() && !is_part && !(signed && known.adds()) {
        // The blank lines before it, which only the file can show.
        let sign = if signed { &b" "[..] } else { b"" };
        let feed = [sign, b"\n"].concat();
        for lines in 1..=MOST_BLANK_LINES {
            let mut gap = feed.repeat(lines);
            let cut = if sign.is_empty() { 0 } else { partial.len().min(1) };
            gap.drain(..cut);
            if is_signed || divides(first) {
                fills.push(gap.clone());
            }
            let deep = indentations.iter();
            fills.extend(deep.map(|all| [&gap, sign, all].concat()));
        }
    }
    fills.retain(|filler| !filler.is_empty());
    fills.into_iter().map(|filler| Way { filler, ..exact.clone() }).collect()
}

/// Where the last line of a text starts.
pub(super) fn line_start(text: &[u8]) -> usize {
    memchr::memrchr(b'\n', text).map_or(0, |at| at + 1)
}

/// How many blanks stand at the start of a line.
fn blanks(text: &[u8], line: usize, stop: usize) -> usize {
    let line = text.get(line..stop).unwrap_or_default();
    line.iter().take_while(|b| matches!(b, b' ' | b'\t')).count()
}
