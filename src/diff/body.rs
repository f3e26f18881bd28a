//! A hunk while its lines arrive: which lines belong to it.

use bstr::ByteSlice;

use super::hunk::{Hunk, split_line};
use super::mend::Mend;
use super::name;
use super::range::{self, Said};
use crate::span::Place;
use crate::text::Line;

/// A hunk so far, and lines of which only the next one will tell whether
/// they belong to it.
#[derive(Clone, Debug)]
pub(super) struct Body {
    pub(super) hunk: Hunk,
    /// Where its header begins.
    pub(super) at: Place,
    /// Offset just past its last line.
    pub(super) end: u64,
    pub(super) mends: Vec<(Mend, u64)>,
    /// Undecided lines, as they came.
    pending: Vec<u8>,
    pending_at: Place,
    state: Pending,
    /// Whether CR LF ends the diff's own lines.
    pub(super) has_cr: bool,
    /// Whether all lines of the file stand on one side, so that a blank line
    /// stands there too.
    pub(super) blank: u8,
}

/// What the undecided lines are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pending {
    Nothing,
    /// So many blank lines.
    Blanks(u32),
    /// So many lines without a first character, blanks among them.
    Strays(u32),
    /// A line like that of a code fence, where lines are lacking.
    Fence,
    /// A ruler of dashes behind a hunk that is met, or a removed line.
    Ruler,
    /// A line that may name the old file.
    OldName,
    /// Two lines that may name both.
    BothNames,
}

/// What a line is to a hunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It belongs to the hunk, or is kept until that is known.
    Taken,
    /// The hunk ended before it, and before all that is undecided.
    Ends,
}

/// Lines without a first character that are kept undecided; more of them in
/// a row are prose. Models that forget blanks do so for a block or two.
const MAX_STRAYS: u32 = 12;

/// Blank lines after a hunk that lacks none which are kept undecided. No
/// file has so many in a row, and an answer may end in any number.
const MAX_BLANKS: u32 = 1000;

/// The line after one that ends without a line feed.
const MARKER: &[u8] = b"\\ No newline at end of file\n";

/// What decides about blank lines and wrong counts: how the answer was
/// written so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Habits {
    /// Hunks whose counts were wrong.
    pub(super) miscounts: u32,
    /// Blank lines that stood for context.
    pub(super) bare_blanks: u32,
}

impl Body {
    pub(super) fn new() -> Self {
        let place = Place { byte: 0, line: 1 };
        Self {
            hunk: Hunk::default(),
            at: place,
            end: 0,
            mends: Vec::new(),
            pending: Vec::new(),
            pending_at: place,
            state: Pending::Nothing,
            has_cr: false,
            blank: b' ',
        }
    }

    /// Begins a hunk with its header's line.
    pub(super) fn open(&mut self, line: &Line<'_>) -> Said {
        self.restart(line.at);
        self.end = line.end();
        let (said, section) = range::read(line.text.trim_ascii_end());
        self.hunk.section.extend_from_slice(section);
        match said {
            Said::Numbers(numbers) => self.hunk.numbers = Some(numbers),
            _ => self.mend(Mend::Numbers, line.at.line),
        }
        said
    }

    /// Begins a hunk that has no header at all.
    pub(super) fn open_bare(&mut self, at: Place) {
        self.restart(at);
        self.end = at.byte;
        self.mend(Mend::Numbers, at.line);
    }

    fn restart(&mut self, at: Place) {
        self.hunk.clear();
        self.mends.clear();
        self.at = at;
        self.pending.clear();
        self.state = Pending::Nothing;
    }

    /// Another header inside a file that is one hunk by nature.
    pub(super) fn join(&mut self, line: &Line<'_>) {
        self.hunk.numbers = None;
        self.end = line.end();
        self.mend(Mend::JoinedHunks, line.at.line);
    }

    pub(super) fn mend(&mut self, mend: Mend, line: u64) {
        let known = self.mends.iter().any(|(seen, _)| *seen == mend);
        if !known {
            self.mends.push((mend, line));
        }
    }

    pub(super) fn has_pending(&self) -> bool {
        self.state != Pending::Nothing
    }

    /// Whether undecided blank lines follow a hunk that is met, and more
    /// than the end of the last line.
    pub(super) fn is_followed(&self) -> bool {
        !matches!(self.state, Pending::Nothing | Pending::OldName)
            && self.hunk.is_met()
            || self.state == Pending::OldName && self.hunk.is_met()
    }

    /// Where the undecided lines begin.
    pub(super) fn pending_at(&self) -> Place {
        self.pending_at
    }

    /// The undecided lines, which are given away.
    pub(super) fn take_pending(&mut self) -> Vec<u8> {
        self.state = Pending::Nothing;
        std::mem::take(&mut self.pending)
    }

    /// Reads the next line.
    pub(super) fn take(
        &mut self,
        line: &Line<'_>,
        habits: &mut Habits,
    ) -> Verdict {
        match self.state {
            Pending::Nothing if self.is_ruler(line.text, *habits) => {
                self.keep(line, Pending::Ruler);
                Verdict::Taken
            }
            Pending::Nothing => self.take_plain(line),
            Pending::Ruler => {
                if !is_body(line.text) {
                    return Verdict::Ends;
                }
                self.release(habits);
                self.take(line, habits)
            }
            Pending::Blanks(_) | Pending::Strays(_) => {
                self.take_after_doubt(line, habits)
            }
            Pending::Fence => {
                if !goes_on_after_fence(line.text) {
                    return Verdict::Ends;
                }
                self.release(habits);
                self.take_plain(line)
            }
            Pending::OldName => {
                if line.text.starts_with(b"+++ ") {
                    self.keep(line, Pending::BothNames);
                    return Verdict::Taken;
                }
                self.release(habits);
                self.take(line, habits)
            }
            Pending::BothNames => {
                if self.names_end_it(line) {
                    return Verdict::Ends;
                }
                self.release(habits);
                self.take(line, habits)
            }
        }
    }

    fn take_plain(&mut self, line: &Line<'_>) -> Verdict {
        match line.text.first() {
            Some(b' ' | b'+') => self.push(line),
            Some(b'-') if line.text.starts_with(b"--- ") => {
                self.keep(line, Pending::OldName);
            }
            Some(b'-') if is_signature(line.text) && self.hunk.is_met() => {
                return Verdict::Ends;
            }
            Some(b'-') => self.push(line),
            Some(b'\\') if !self.hunk.body.is_empty() => self.push_marker(line),
            _ if line.is_blank() => self.keep(line, Pending::Blanks(1)),
            _ if self.lacks(line.text) => self.keep(line, Pending::Fence),
            _ if self.hunk.is_met() || is_structure(line.text) => {
                return Verdict::Ends;
            }
            _ => self.keep(line, Pending::Strays(1)),
        }
        Verdict::Taken
    }

    fn take_after_doubt(
        &mut self,
        line: &Line<'_>,
        habits: &mut Habits,
    ) -> Verdict {
        let (count, strays) = match self.state {
            Pending::Strays(n) => (n, true),
            Pending::Blanks(n) => (n, false),
            _ => return Verdict::Ends,
        };
        if line.is_blank() {
            if count >= MAX_BLANKS && self.hunk.is_met() {
                return Verdict::Ends;
            }
            let next = match strays {
                true => Pending::Strays(count + 1),
                false => Pending::Blanks(count + 1),
            };
            self.keep(line, next);
            return Verdict::Taken;
        }
        match line.text.first() {
            Some(b' ' | b'+' | b'-') if self.goes_on(line, *habits) => {
                self.release(habits);
                self.take_plain(line)
            }
            Some(b'\\') if !strays => {
                self.release(habits);
                self.take_plain(line)
            }
            Some(b' ' | b'+' | b'-' | b'\\') => Verdict::Ends,
            _ if self.hunk.is_met() || is_structure(line.text) => {
                self.settle_blanks(habits);
                Verdict::Ends
            }
            _ if count >= MAX_STRAYS => Verdict::Ends,
            _ => {
                self.keep(line, Pending::Strays(count + 1));
                Verdict::Taken
            }
        }
    }

    /// Whether a line of dashes alone comes where the counts say that the hunk
    /// has ended, in an answer whose counts were right so far.
    fn is_ruler(&self, text: &[u8], habits: Habits) -> bool {
        let dashes = text.trim_ascii_end();
        let is_line = dashes.len() >= 3 && dashes.iter().all(|b| *b == b'-');
        is_line && self.hunk.is_met() && habits.miscounts == 0
    }

    /// Whether a line is like that of a fence, but the hunk lacks lines on
    /// each side on which it would stand: then it may be one of the file's
    /// that has lost its blank. A fence for a diff is none.
    fn lacks(&self, text: &[u8]) -> bool {
        let info = text.trim_ascii().trim_start_with(|c| "`~".contains(c));
        let is_for_diff = info.starts_with(b"diff") || info == b"patch";
        let is_fence = text.starts_with(b"```") || text.starts_with(b"~~~");
        let lacks = self.hunk.numbers.is_some_and(|n| {
            let old = n.old.count > self.hunk.old_lines;
            let new = n.new.count > self.hunk.new_lines;
            (old || self.blank == b'+') && (new || self.blank == b'-')
        });
        is_fence && !is_for_diff && lacks
    }

    /// Whether the last line is one like that of a fence.
    pub(super) fn is_at_fence(&self) -> bool {
        self.state == Pending::Fence
    }

    /// Whether a hunk goes on with this line after undecided ones.
    fn goes_on(&self, line: &Line<'_>, habits: Habits) -> bool {
        if !self.hunk.is_met() {
            return !line.text.starts_with(b"--- ") || self.hunk.is_short();
        }
        // Where the counts say that nothing follows, a list of points is
        // likelier, unless this answer has such blank lines, or miscounts.
        let point = matches!(line.text, [b'-' | b'+' | b' ', b' ' | b'-', ..]);
        let written_so = habits.bare_blanks > 0 && habits.miscounts > 0;
        !line.text.starts_with(b"--- ") && (!point || written_so)
    }

    /// Whether blank lines at the end of an answer may be lines of the file.
    /// What prints an answer ends it with one; in a file that is new nothing
    /// tells the two apart but how blank lines were written before.
    pub(super) fn has_blanks(&self, habits: Habits) -> bool {
        self.blank != b'+' || habits.bare_blanks > 0
    }

    /// Blank lines before the end belong to the hunk if exactly they are
    /// what its counts still lack.
    pub(super) fn settle_blanks(&mut self, habits: &mut Habits) {
        let Pending::Blanks(blanks) = self.state else { return };
        let Some(numbers) = self.hunk.numbers else { return };
        let old = numbers.old.count.checked_sub(self.hunk.old_lines);
        let new = numbers.new.count.checked_sub(self.hunk.new_lines);
        let lacks = match self.blank {
            b'+' => new.filter(|_| old == Some(0)),
            b'-' => old.filter(|_| new == Some(0)),
            _ => new.filter(|_| old == new),
        };
        let Some(lacks) = lacks.filter(|n| (1..=blanks).contains(n)) else {
            return;
        };
        let pending = std::mem::take(&mut self.pending);
        let (mut rest, mut at) = (pending.as_slice(), self.pending_at);
        for n in 0..blanks {
            let Some((text, tail)) = split_line(rest) else { break };
            let line = Line::new(text, at);
            at = Place { byte: line.end(), line: at.line + 1 };
            rest = tail;
            if n < lacks {
                self.push_mended(&line, habits);
                self.pending_at = at;
            }
        }
        self.pending = rest.to_vec();
        let left = blanks - lacks;
        self.state = match left {
            0 => Pending::Nothing,
            left => Pending::Blanks(left),
        };
    }

    /// Whether two names and this line begin the next file. They may also be
    /// a removed line `-- ..` and an added line `++ ..`; then, exactly they
    /// are what the counts still lack.
    fn names_end_it(&self, line: &Line<'_>) -> bool {
        if !line.text.starts_with(b"@@") {
            return self.hunk.is_met() && !is_body(line.text);
        }
        let lacks_both = self.hunk.numbers.is_some_and(|n| {
            n.old.count == self.hunk.old_lines + 1
                && n.new.count == self.hunk.new_lines + 1
        });
        !lacks_both || self.are_names()
    }

    /// Whether the undecided lines name one file in the two ways of a header.
    fn are_names(&self) -> bool {
        let Some((old, new)) = split_line(&self.pending) else { return false };
        let old = name::of_line(old.get(4..).unwrap_or_default());
        let new = name::of_line(new.get(4..).unwrap_or_default());
        let pair = (old.strip_prefix(b"a/"), new.strip_prefix(b"b/"));
        matches!(pair, (Some(old), Some(new)) if old == new)
            || old == b"/dev/null" && pair.1.is_some()
            || new == b"/dev/null" && pair.0.is_some()
    }

    fn keep(&mut self, line: &Line<'_>, state: Pending) {
        if self.state == Pending::Nothing {
            self.pending_at = line.at;
        }
        self.pending.extend_from_slice(line.text);
        self.state = state;
    }

    /// Takes the undecided lines into the hunk.
    pub(super) fn release(&mut self, habits: &mut Habits) {
        let pending = self.take_pending();
        let (mut rest, mut at) = (pending.as_slice(), self.pending_at);
        while let Some((text, tail)) = split_line(rest) {
            let line = Line::new(text, at);
            if text.starts_with(b"\\") {
                self.push_marker(&line);
            } else if is_body(text) {
                self.push(&line);
            } else {
                self.push_mended(&line, habits);
            }
            at = Place { byte: line.end(), line: at.line + 1 };
            rest = tail;
        }
    }

    /// Takes a line that lacks its first character.
    fn push_mended(&mut self, line: &Line<'_>, habits: &mut Habits) {
        let mend = match line.is_blank() {
            true => Mend::BlankLine,
            false => Mend::Prefix,
        };
        habits.bare_blanks += u32::from(mend == Mend::BlankLine);
        self.mend(mend, line.at.line);
        self.hunk.body.push(self.blank);
        if self.has_cr {
            self.hunk.as_came.push(self.blank);
        }
        self.count(self.blank);
        self.push_text(line);
    }

    /// Takes the line that says that the one before has no line feed; in
    /// other languages it has other words.
    fn push_marker(&mut self, line: &Line<'_>) {
        self.end = line.end();
        // Said twice, it means no more.
        if !self.hunk.body.ends_with(MARKER) {
            self.hunk.body.extend_from_slice(MARKER);
            if self.has_cr {
                self.hunk.as_came.extend_from_slice(MARKER);
            }
        }
    }

    fn push(&mut self, line: &Line<'_>) {
        self.count(line.text.first().copied().unwrap_or(b' '));
        self.push_text(line);
    }

    fn push_text(&mut self, line: &Line<'_>) {
        self.end = line.end();
        let ended = line.text.strip_suffix(b"\n");
        let text = ended.unwrap_or(line.text);
        let mut without = text;
        if self.has_cr {
            self.hunk.as_came.extend_from_slice(text);
            self.hunk.as_came.push(b'\n');
            without = text.strip_suffix(b"\r").unwrap_or(text);
        }
        self.hunk.body.extend_from_slice(without);
        self.hunk.body.push(b'\n');
        if without.len() < text.len() {
            self.mend(Mend::CarriageReturns, line.at.line);
        }
        if ended.is_none() {
            self.mend(Mend::FinalNewline, line.at.line);
        }
    }

    fn count(&mut self, first: u8) {
        let hunk = &mut self.hunk;
        match first {
            b' ' => {
                hunk.old_lines += 1;
                hunk.new_lines += 1;
            }
            b'-' => hunk.old_lines += 1,
            b'+' => hunk.new_lines += 1,
            _ => {}
        }
    }
}

/// Whether a line that follows one like that of a fence shows that it was
/// none: prose stands below a fence, or a blank line.
pub(super) fn goes_on_after_fence(text: &[u8]) -> bool {
    is_body(text) && !text.starts_with(b"--- ")
}

/// Whether a line has one of a hunk's first characters.
pub(super) fn is_body(line: &[u8]) -> bool {
    matches!(line.first(), Some(b' ' | b'+' | b'-' | b'\\'))
}

/// The line that divides a mail from its signature.
fn is_signature(line: &[u8]) -> bool {
    matches!(line.trim_ascii_end(), b"--")
}

/// Whether a line is part of a diff, or around it, but of no hunk.
pub(super) fn is_structure(line: &[u8]) -> bool {
    const STARTS: [&[u8]; 10] = [
        b"@@",
        b"diff --",
        b"```",
        b"~~~",
        b"Index: ",
        b"diff -",
        b"GIT binary patch",
        b"Binary files ",
        b"Only in ",
        b"*** ",
    ];
    STARTS.iter().any(|start| line.starts_with(start))
}
