//! The places of a cut diff at which a continuation may go on.

use std::ops::Range;

use super::body::Lead;
use super::indent::{Indents, leading, level};
use super::last::is_proven;
use super::mark::is_ruler;
use super::patch::Patch;
use crate::diff::{Doubt, Hunk, Numbers};
use crate::edit::hunks::Ground;
use crate::resume::overlap::{is_telling, overlap, partial_character};
use crate::resume::preimage::{Lookup, Preimage};
use crate::resume::seam::How;

/// How well the text alone proves a place; the order is that of strength.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Proof {
    /// The continuation repeats the cut line, or more than chance explains.
    Repeated,
    /// Its line numbers are those that must follow, or its file's name.
    Named,
    /// It repeats whole lines that may stand there twice.
    Again,
    /// It repeats the blanks at the start of a line of context; if that is
    /// chance, the hunk fits nowhere.
    Blank,
    /// Nothing speaks against it.
    Possible,
    /// It goes on with a line that is ended.
    Glued,
    /// It is a guess.
    Weak,
}

/// A place, and what stands there instead of what stood.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) how: How,
    pub(super) proof: Proof,
    /// Bytes kept of what came before.
    pub(super) kept: usize,
    /// Blanks that the continuation has lost.
    pub(super) insert: Vec<u8>,
    /// Bytes left out at the start of the continuation.
    pub(super) skip: usize,
    /// Bytes at the seam that both sides have.
    pub(super) shared: usize,
}

impl Place {
    pub(super) fn new(how: How, proof: Proof, kept: usize) -> Self {
        Self { how, proof, kept, insert: Vec::new(), skip: 0, shared: 0 }
    }
}

/// What came before, and what is known of it.
pub(super) struct Before<'a> {
    pub(super) text: &'a [u8],
    pub(super) patch: &'a Patch,
    pub(super) lookup: &'a Lookup<'a>,
}

impl Before<'_> {
    /// All places at which `body` may go on.
    pub(super) fn places(&self, body: &[u8], lead: Lead) -> Vec<Place> {
        let mut found = Vec::new();
        if body.trim_ascii().is_empty() {
            return found;
        }
        for stop in self.ends() {
            self.repetitions(body, lead, stop, &mut found);
            self.line_again(body, stop, &mut found);
        }
        self.exact(body, lead, &mut found);
        if body.starts_with(b"@@") {
            self.hunks(body, 0, &mut found);
        }
        if is_header(body) {
            self.files(body, &mut found);
        }
        if self.repeats(body) {
            let end = self.text.len();
            found.push(Place::new(How::Nothing, Proof::Weak, end));
        }
        found
    }

    /// The end of the text, and the end without a line feed that a CLI may
    /// have added.
    pub(super) fn ends(&self) -> Vec<usize> {
        let end = self.text.len();
        let inner = [&b"\r\n"[..], b"\n"]
            .into_iter()
            .find(|feed| self.text.ends_with(feed))
            .map(|feed| end - feed.len());
        std::iter::once(end).chain(inner).collect()
    }

    /// Whether the last hunk lacks lines, as far as anybody can tell.
    pub(super) fn is_open(&self) -> bool {
        let last = self.patch.end.last.as_ref();
        last.is_some_and(|last| {
            last.doubt == Doubt::Unmet && {
                let earlier = self.patch.earlier();
                !is_proven(last, &earlier, self.lookup)
            }
        })
    }

    fn exact(&self, body: &[u8], lead: Lead, found: &mut Vec<Place>) {
        let goes_on = body.first().is_some_and(|b| (0x80..0xC0).contains(b));
        for stop in self.ends() {
            let text = self.text.get(..stop).unwrap_or_default();
            let partial = if goes_on { 0 } else { partial_character(text) };
            let kept = stop - partial;
            // What no character begins is a byte of its own.
            let before = self.text.get(..kept).unwrap_or_default();
            let half = self.text.get(kept..stop).unwrap_or_default();
            if partial > 0 && !body.starts_with(half) {
                let place = Place::new(How::Exact, Proof::Possible, stop);
                found.push(place);
                if std::str::from_utf8(before).is_err() {
                    continue;
                }
            }
            // No line of a header goes on with another, and nothing but its
            // lines follows the beginning of a hunk.
            let begins_line = self.line(kept).is_empty();
            let may_follow = begins_line && !self.is_open();
            let is_odd = !may_follow
                && is_structure(body)
                && !is_open_numbers(self.slice(self.line(kept)));
            if is_odd && (begins_line || self.hunk().is_none()) {
                continue;
            }
            if stop < self.text.len()
                && self.hunk().is_none()
                && is_header_line(body)
            {
                continue;
            }
            // In a hunk, a first character tells a new line from the rest
            // of one.
            let first = body.first();
            let in_hunk = self.hunk().is_some() && begins_line;
            let rest = !matches!(first, Some(b' ' | b'+' | b'-' | b'\\'));
            let line = self.slice(self.line(kept));
            let new =
                matches!(first, Some(b'+' | b'-')) && !self.goes_on(line, body);
            let proof = match stop == self.text.len() {
                _ if self.completes_header(kept, body) => Proof::Named,
                // The rest of a line may look like a header.
                _ if is_odd && lead != Lead::Kept => Proof::Weak,
                true if in_hunk && rest && !self.ends_line(body) => Proof::Weak,
                true if self.has_other_lead(body, kept) => Proof::Weak,
                true => Proof::Possible,
                false if self.hunk().is_some() && new => Proof::Weak,
                false if self.has_other_lead(body, kept) => Proof::Weak,
                false => Proof::Glued,
            };
            found.push(Place::new(How::Exact, proof, kept));
        }
    }

    /// Whether the body makes the line that ends at `stop` the header of a
    /// file or a hunk, which neither is by itself.
    fn completes_header(&self, stop: usize, body: &[u8]) -> bool {
        const FIRST: [&[u8]; 2] = [b"diff --git ", b"@@ -"];
        let line = self.slice(self.line(stop));
        FIRST.iter().any(|first| {
            let begun = !line.is_empty()
                && line.len() < first.len()
                && first.starts_with(line);
            let rest = first.get(line.len()..).unwrap_or_default();
            begun && body.starts_with(rest) && !body.starts_with(first)
        })
    }

    /// Whether a body begins with what may follow a hunk.
    fn ends_line(&self, body: &[u8]) -> bool {
        is_structure(body) || matches!(body.first(), Some(b'\n' | b'\r'))
    }

    /// The line that ends at `stop`, where the text ends.
    pub(super) fn line(&self, stop: usize) -> Range<usize> {
        let text = self.text.get(..stop).unwrap_or_default();
        let start = memchr::memrchr(b'\n', text).map_or(0, |at| at + 1);
        start..stop
    }

    pub(super) fn slice(&self, range: Range<usize>) -> &[u8] {
        self.text.get(range).unwrap_or_default()
    }

    /// Places from which the body repeats everything up to `stop`.
    fn repetitions(
        &self,
        body: &[u8],
        lead: Lead,
        stop: usize,
        found: &mut Vec<Place>,
    ) {
        if self.completes_header(stop, body) {
            return;
        }
        let line = self.line(stop);
        let from = stop.saturating_sub(body.len());
        let longest = stop - overlap(self.slice(from..stop), body);
        let mut starts = vec![longest, line.start];
        starts.extend(self.unit_starts());
        starts.sort_unstable();
        starts.dedup();
        for start in starts {
            let shared = self.slice(start..stop);
            let is_blank = shared.trim_ascii().is_empty();
            if shared.is_empty() || !body.starts_with(shared) {
                continue;
            }
            let begins_line =
                start == 0 || self.text.get(start - 1) == Some(&b'\n');
            // A line that is ended was cut only if a CLI ended it.
            let is_ended = stop < self.text.len();
            let is_restart = is_blank && start == line.start;
            let proof = match (begins_line, line.is_empty()) {
                _ if is_restart && lead < Lead::Text => {
                    let weaker = match is_ended {
                        true => Proof::Again,
                        false => Proof::Blank,
                    };
                    self.blanks_again(shared, body).unwrap_or(weaker)
                }
                (true, false) if is_ruler(shared, body) => Proof::Possible,
                (true, false) if self.may_be_text(shared, body) => {
                    Proof::Possible
                }
                (false, _) if is_telling(shared) => Proof::Weak,
                (false, _) => continue,
                (true, _) if is_ended && !is_telling(shared) => Proof::Again,
                (true, false) if !is_blank => Proof::Repeated,
                (true, false) if start == line.start => Proof::Blank,
                (true, true) if is_telling(shared) => Proof::Repeated,
                (true, false) if is_blank => Proof::Again,
                _ if is_blank => continue,
                _ => Proof::Again,
            };
            let place = Place::new(How::Overlap, proof, start);
            found.push(Place { shared: shared.len(), ..place });
        }
        self.trimmed(body, &line, found);
        self.unmarked(body, &line, found);
    }

    /// What is left of the proof where the blanks of the cut line are hardly
    /// repeated: a line near the seam is indented as the two together would
    /// be, and none as the body's first line is.
    fn blanks_again(&self, shared: &[u8], body: &[u8]) -> Option<Proof> {
        self.hunk()?;
        let rest = leading(body);
        let closes = matches!(body.get(rest.len()), Some(b'}' | b')' | b']'));
        let seen = Indents::near(self.text, body);
        let longer = [shared, rest].concat();
        let again = seen.has(rest.get(1..).unwrap_or_default());
        let goes_on = seen.has(longer.get(1..).unwrap_or_default());
        (goes_on && !again && !closes).then_some(Proof::Weak)
    }

    /// The first blanks of the line that ends at `stop`, where no line near
    /// it begins with those that it has, but others with these. Then the
    /// first ones of a body that begins with none may have been lost.
    fn likelier_lead(&self, body: &[u8], stop: usize) -> Option<Vec<u8>> {
        self.hunk()?;
        let line = self.slice(self.line(stop));
        let is_blank =
            line.trim_ascii().is_empty() && line.first() != Some(&b'\t');
        let begins = body.first().is_some_and(|b| !b" +-\\\t\r\n".contains(b));
        if !is_blank || !begins || is_structure(body) {
            return None;
        }
        let before = self.text.get(..stop).unwrap_or_default();
        let seen = Indents::near(before, body);
        let lead = seen.longer(line.get(1..).unwrap_or_default())?;
        Some([b" ", lead].concat())
    }

    /// Whether the first line of a body is likely to begin with other blanks
    /// than the line that ends at `stop`.
    fn has_other_lead(&self, body: &[u8], stop: usize) -> bool {
        self.likelier_lead(body, stop).is_some()
            || self.level(body, stop).is_some_and(|lead| {
                let line = self.slice(self.line(stop));
                !line.is_empty() && line.get(1..) != Some(lead)
            })
    }

    /// The blanks with which the first line of a body must begin to stand on
    /// the level of its neighbours, if it has lost those that the line which
    /// ends at `stop` has, and perhaps more.
    fn level<'a>(&'a self, body: &'a [u8], stop: usize) -> Option<&'a [u8]> {
        self.hunk()?;
        let line = self.slice(self.line(stop));
        let is_context = line.trim_ascii().is_empty()
            && matches!(line.first(), None | Some(b' '));
        let begins = body.first().is_some_and(|b| !b" +-\\\t\r\n".contains(b));
        if !is_context || !begins || is_structure(body) {
            return None;
        }
        let before = self.text.get(..stop).unwrap_or_default();
        let seen = line.get(1..).unwrap_or_default();
        level(before, body).filter(|lead| lead.starts_with(seen))
    }

    /// The line that ends at `stop` again, with blanks before it that were
    /// lost: those of its level, or a line of context that has nothing else.
    fn blanks_lost(
        &self,
        body: &[u8],
        stop: usize,
        place: &Place,
        found: &mut Vec<Place>,
    ) {
        let line = self.slice(self.line(stop));
        let lead = self.level(body, stop);
        if let Some(lead) = lead {
            let insert = [b" ", lead].concat();
            let proof = match line.is_empty() {
                true => Proof::Glued,
                false => Proof::Possible,
            };
            found.push(Place { insert, proof, ..place.clone() });
        }
        let is_marked = matches!(body.first(), Some(b'+' | b'-'));
        if !matches!(line, b"" | b" ") || !is_marked && lead.is_none() {
            return;
        }
        let first = lead.map(|lead| [b" ", lead].concat());
        let insert = [&b" \n"[..], &first.unwrap_or_default()].concat();
        found.push(Place { insert, ..place.clone() });
    }

    /// The cut line again, without the blanks at its start.
    fn trimmed(
        &self,
        body: &[u8],
        line: &Range<usize>,
        found: &mut Vec<Place>,
    ) {
        let text = self.slice(line.clone());
        let shared = text.trim_ascii_start();
        let blanks = text.len() - shared.len();
        if blanks > 0 && !shared.is_empty() && body.starts_with(shared) {
            let kept = line.start + blanks;
            let place = Place::new(How::Overlap, Proof::Repeated, kept);
            found.push(Place { shared: shared.len(), ..place });
        }
    }

    /// The cut line again in other words, or without its first blanks.
    fn line_again(&self, body: &[u8], stop: usize, found: &mut Vec<Place>) {
        let line = self.line(stop);
        let text = self.slice(line.clone());
        let first = text.first();
        // A header of another file does not say this one again.
        let is_other =
            self.hunk().is_none() && is_header(text) && is_header(body);
        if first.is_some()
            && !is_other
            && body.first() == first
            && !body.starts_with(text)
            && !text.starts_with(body)
        {
            found.push(Place::new(How::Restart, Proof::Weak, line.start));
        }
        let is_blank = text.trim_ascii().is_empty();
        let lost = !matches!(body.first(), Some(b' ' | b'+' | b'-' | b'\\'));
        if is_blank && self.hunk().is_some() && !is_structure(body) {
            let insert = self.lost_blanks(body, line.start);
            let proof = match insert {
                Some(_) => Proof::Named,
                None => Proof::Weak,
            };
            let place = Place::new(How::Overlap, proof, line.start);
            if insert.is_none() {
                self.blanks_lost(body, stop, &place, found);
            }
            if insert.is_none() && lost {
                let lead = self.likelier_lead(body, stop);
                let inserts = std::iter::once(vec![b' ']).chain(lead);
                let places =
                    inserts.map(|i| Place { insert: i, ..place.clone() });
                found.extend(places);
            } else if let Some(insert) = insert {
                found.push(Place { insert, ..place });
            }
        }
    }

    /// The blanks and blank lines that stood before the first line of
    /// `body`: those of the next lines of the file, if the body begins with
    /// the first of them that is not blank.
    fn lost_blanks(&self, body: &[u8], start: usize) -> Option<Vec<u8>> {
        let hunk = self.hunk()?;
        let first = hunk.numbers?.old.start.max(1);
        let file = &self.patch.end.last.as_ref()?.file;
        let Preimage::Text(text) = (self.lookup)(&file.old) else {
            return None;
        };
        let ground = Ground::new(&text);
        let seen = self.lines_until(start, Numbered::Old)?;
        let mut number = u64::from(first) + u64::from(seen);
        let mut blanks = Vec::new();
        loop {
            let line = ground.line(number)?;
            blanks.push(b' ');
            let text = line.trim_ascii_start();
            if !text.is_empty() {
                let lead = line.len() - text.len();
                blanks.extend_from_slice(line.get(..lead)?);
                let body = body.split(|b| *b == b'\n').next()?;
                let same = text.trim_ascii_end() == body.trim_ascii_end();
                return same.then_some(blanks);
            }
            blanks.extend_from_slice(line);
            number += 1;
        }
    }

    /// Lines of one side of the cut hunk that end at or before a byte.
    pub(super) fn lines_until(
        &self,
        upto: usize,
        side: Numbered,
    ) -> Option<u32> {
        let last = self.patch.end.last.as_ref()?;
        let hunk_at = usize::try_from(last.hunk_at).ok()?;
        let text = self.text.get(hunk_at..upto)?;
        let mut lines = text.split_inclusive(|b| *b == b'\n');
        lines.next()?;
        let here = lines.filter(|line| line.ends_with(b"\n") && side.has(line));
        u32::try_from(here.count()).ok()
    }

    /// The hunk that is not known to be whole.
    pub(super) fn hunk(&self) -> Option<&Hunk> {
        self.patch.end.last.as_ref()?.hunk.as_ref()
    }

    /// Where units, and the files and hunks of the last one, begin.
    fn unit_starts(&self) -> Vec<usize> {
        let parts = self.patch.parts.iter().map(|part| part.span.start);
        let last = self.patch.end.last.iter();
        let last = last.flat_map(|last| [last.span.start, last.hunk_at]);
        let tail = self.patch.end.tail.iter().map(|tail| tail.byte);
        let all = parts.chain(last).chain(tail);
        all.filter_map(|at| usize::try_from(at).ok()).chain([0]).collect()
    }

    /// Whether the body only repeats a stretch that begins a unit.
    fn repeats(&self, body: &[u8]) -> bool {
        let body = body.trim_ascii_end();
        is_telling(body)
            && self.unit_starts().into_iter().any(|start| {
                self.slice(start..self.text.len()).starts_with(body)
            })
    }
}

/// A side whose line numbers are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Numbered {
    Old,
    New,
}

impl Numbered {
    pub(super) fn start(self, numbers: Numbers) -> u32 {
        match self {
            Self::Old => numbers.old.start,
            Self::New => numbers.new.start,
        }
    }

    /// Whether a line of a hunk stands on this side.
    pub(super) fn has(self, line: &[u8]) -> bool {
        match line.first() {
            Some(b'+') => self == Self::New,
            Some(b'-') => self == Self::Old,
            Some(b'\\') => false,
            _ => true,
        }
    }
}

/// The length of the first line, with its ending.
pub(super) fn first_line(text: &[u8]) -> usize {
    memchr::memchr(b'\n', text).map_or(text.len(), |at| at + 1)
}

/// Whether a text begins with the header of a file.
fn is_header(text: &[u8]) -> bool {
    text.starts_with(b"diff --git ") || text.starts_with(b"--- ")
}

/// Whether a line is the header of a hunk without its second `@@`.
fn is_open_numbers(line: &[u8]) -> bool {
    let rest = line.strip_prefix(b"@@ ");
    rest.is_some_and(|rest| memchr::memmem::find(rest, b"@@").is_none())
}

/// Whether a text begins with a line that only headers have.
pub(super) fn is_header_line(text: &[u8]) -> bool {
    const LINES: [&[u8]; 12] = [
        b"+++ ",
        b"index ",
        b"old mode ",
        b"new mode ",
        b"new file mode ",
        b"deleted file mode ",
        b"similarity index ",
        b"rename ",
        b"copy ",
        b"Binary files ",
        b"GIT binary patch",
        b"@@ ",
    ];
    is_header(text) || LINES.iter().any(|line| text.starts_with(line))
}

/// Whether a text begins with a line that is part of no hunk.
pub(super) fn is_structure(text: &[u8]) -> bool {
    is_header(text) || text.starts_with(b"@@") || text.starts_with(b"```")
}
