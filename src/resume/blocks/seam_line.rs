//! The line across a seam: whether it stands elsewhere as it would come out.

use super::indent::{depth, is_comment};
use super::known::Known;
use super::ways::{Way, begins_part, is_word};
use crate::blocks::{Side, divides, is_odd_marker};
use crate::resume::seam::How;
use crate::text::fence;

/// The line that a way makes of what it joins, and the one above it.
#[derive(Debug)]
pub(super) struct SeamLine {
    above: Vec<u8>,
    /// The one above that.
    over: Vec<u8>,
    /// Blank lines below them.
    blanks: usize,
    line: Vec<u8>,
    /// Where in the line the seam is.
    seam: usize,
    /// What the line is to the file, where signs say so.
    sign: Option<u8>,
    is_whole: bool,
    /// Whether the continuation adds nothing to it.
    is_ended: bool,
    /// Blanks of the line that stand before the seam, and nothing else.
    is_blank_before: bool,
    at_start: bool,
    /// Whether the continuation has it from its start.
    is_repeated: bool,
    /// Whether before the seam it is a run of one mark.
    is_run: bool,
    /// Whether the whole lines that the way takes for repeated stand twice
    /// in a row elsewhere.
    may_double: bool,
}

/// Characters, blanks not counted, of two lines that do not follow each other
/// twice by chance.
const TELLING_PAIR: usize = 8;

/// Backticks of the usual fence.
const SHORTEST_FENCE: usize = 3;

impl SeamLine {
    pub(super) fn of(known: &Known<'_>, way: &Way) -> Self {
        // What is repeated says nothing about what follows.
        let head = known.before.get(..way.kept + way.shared);
        let head = head.unwrap_or_default();
        let body = way.body.get(way.shared..).unwrap_or_default();
        let start = super::ways::line_start(head);
        let partial = head.get(start..).unwrap_or_default();
        let end = memchr::memchr(b'\n', body);
        let rest = body.get(..end.unwrap_or(body.len()));
        let line = [partial, &way.filler, rest.unwrap_or_default()].concat();
        let sign = usize::from(known.side() == Side::Signed);
        let above = head.get(..start.saturating_sub(1)).unwrap_or_default();
        let mut above = above.rsplit(|b| *b == b'\n').peekable();
        let is_blank = |line: &[u8]| {
            let line = line.get(sign..).unwrap_or_default();
            line.trim_ascii().is_empty()
        };
        let mut blanks = 0;
        while above.next_if(|line| is_blank(line)).is_some() {
            blanks += 1;
        }
        let mut above = || {
            let line = above.next().unwrap_or_default();
            // A marker is no line of the file's.
            let is_none = divides(line) || sign > 0 && begins_part(line);
            let line = line.get(sign..).filter(|_| !is_none);
            line.unwrap_or_default().to_vec()
        };
        let blank = partial.get(sign.min(partial.len())..);
        Self {
            above: above(),
            over: above(),
            blanks,
            sign: line.first().copied().filter(|_| sign > 0),
            line: line.get(sign..).unwrap_or_default().to_vec(),
            seam: partial.len().saturating_sub(sign),
            is_whole: end.is_some(),
            // Blanks that are repeated, or go on, are no word for either.
            is_ended: rest.is_some_and(|rest| rest.trim_ascii().is_empty())
                || way.shared > 0 && partial.trim_ascii().is_empty(),
            is_blank_before: blank.is_some_and(|b| b.trim_ascii().is_empty()),
            at_start: partial.is_empty(),
            is_repeated: way.shared >= partial.len() && way.shared > 0,
            is_run: blank.is_some_and(is_run),
            may_double: known.doubles_repeated(way),
        }
    }

    /// Whether it is a marker or fence that was put together wrongly.
    pub(super) fn is_odd(&self, known: &Known<'_>) -> bool {
        if self.at_start || self.is_repeated {
            return false;
        }
        let line = self.line.trim_ascii();
        let run = line.iter().take_while(|b| **b == b'`').count();
        let fence = line.get(..run).unwrap_or_default();
        let is_odd_fence = run > SHORTEST_FENCE && !known.has_fence(fence);
        is_odd_fence || is_odd_marker(line)
    }

    /// Whether it repeats a run of one mark, which may as well go on: a line
    /// under a heading and a divider begin alike.
    pub(super) fn repeats_run(&self) -> bool {
        self.is_repeated && self.is_run
    }

    /// Whether its first letter comes after the seam.
    pub(super) fn is_blank_before(&self) -> bool {
        self.is_blank_before
    }

    /// Whether it opens a fence.
    pub(super) fn is_fence(&self) -> bool {
        fence::mark(&self.line).is_some()
    }

    /// Whether blank lines may be lost above what the continuation begins
    /// with.
    pub(super) fn may_lack_lines(&self) -> bool {
        self.at_start || self.sign == Some(b' ') && self.seam == 0
    }

    /// The line above, and the one above that.
    pub(super) fn above(&self) -> [&[u8]; 2] {
        [&self.above, &self.over]
    }

    /// Whether it goes on with a comment.
    pub(super) fn is_comment(&self) -> bool {
        is_comment(&self.line)
    }

    /// Whether its first word closes a bracket.
    pub(super) fn closes(&self) -> bool {
        let first = self.line.trim_ascii().first();
        first.is_some_and(|b| b")]}".contains(b))
    }

    /// Whether it closes a bracket or is a mark among the lines between some,
    /// which stands as deep as they do.
    pub(super) fn is_label(&self) -> bool {
        let line = self.line.trim_ascii();
        self.closes()
            || line.ends_with(b":")
            || [&b"#"[..], b"case ", b"default"]
                .into_iter()
                .any(|word| line.starts_with(word))
    }

    /// Blanks at its start.
    pub(super) fn depth(&self) -> usize {
        depth(&self.line)
    }

    /// Those blanks.
    pub(super) fn blanks(&self) -> &[u8] {
        self.line.get(..self.depth()).unwrap_or_default()
    }

    /// Whether the line is one of the file's, so that the file proves it.
    pub(super) fn is_old(&self, side: Side) -> bool {
        match side {
            Side::Old => self.is_whole,
            Side::Signed => {
                self.is_whole && matches!(self.sign, Some(b' ' | b'-'))
            }
            Side::New | Side::Neither => false,
        }
    }

    /// Whether the line comes, and was not in the file.
    pub(super) fn is_new(&self, side: Side) -> bool {
        match side {
            Side::New => true,
            Side::Signed => self.sign == Some(b'+'),
            Side::Old | Side::Neither => false,
        }
    }

    /// Whether as many blank lines are above it as above another.
    pub(super) fn is_as_far(&self, other: &Self) -> bool {
        self.blanks == other.blanks
    }

    /// Whether the continuation may have lost blanks at its start.
    pub(super) fn may_lack_blanks(&self, known: &Known<'_>, way: &Way) -> bool {
        let first = way.body.first();
        let is_solid = first.is_some_and(|b| !b.is_ascii_whitespace());
        let goes_on = way.how == How::Exact && way.filler.is_empty();
        // The lines of a new file all have a sign, and a blank line at the
        // end of a chunk changes nothing.
        let is_safe = match self.sign {
            Some(sign) => {
                let line = [&[sign], self.line.as_slice()].concat();
                self.at_start && known.adds() || begins_part(&line)
            }
            None => self.at_start && divides(&self.line) && known.ends_alike(),
        };
        goes_on
            && is_solid
            && self.is_blank_before
            && known.side() != Side::Neither
            && !is_safe
    }

    /// Whether it differs from another in blanks alone.
    pub(super) fn looks_like(&self, other: &Self) -> bool {
        self.is_blank_before
            && other.is_blank_before
            && self.line.trim_ascii() == other.line.trim_ascii()
    }

    /// Whether the line stands below the one above it elsewhere too. That
    /// tells what differs in blanks; of other ways only one that has words on
    /// both sides of the seam.
    pub(super) fn is_known(&self, known: &Known<'_>, alike: bool) -> bool {
        // As many blank lines between as there are.
        let gap = b"\n".repeat(1 + self.blanks);
        let pair = [&self.above, &gap, &self.line, &b"\n"[..]].concat();
        let solid = pair.iter().filter(|b| !b.is_ascii_whitespace()).count();
        let seam = self.above.len() + gap.len() + self.seam;
        let has_words = pair.split_at_checked(seam).is_some_and(|(a, b)| {
            // A mark at a seam may be half of one.
            is_word(a) && !b.trim_ascii().is_empty()
        });
        let is_below = !self.above.is_empty();
        // That a line is doubled elsewhere does not tell that it is here.
        let is_double = self.above.trim_ascii() == self.line.trim_ascii();
        let adds = self.is_whole && !self.is_ended && is_below && !is_double;
        // Below the second of them the line stands as it does below one.
        let adds = adds && (alike || has_words) && !self.may_double;
        adds && solid >= TELLING_PAIR && known.has_lines(&pair)
    }
}

/// Whether a line is one mark, over and over.
fn is_run(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    let mark = line.first().filter(|b| b.is_ascii_punctuation());
    mark.is_some_and(|mark| line.iter().all(|b| b == mark))
}
