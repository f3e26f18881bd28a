//! The places of a cut diff at which a continuation may go on.

use std::ops::Range;

use super::last::is_proven;
use super::patch::{self, Patch};
use crate::diff::{Doubt, Hunk, Kind, Numbers};
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
    fn new(how: How, proof: Proof, kept: usize) -> Self {
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
    pub(super) fn places(&self, body: &[u8]) -> Vec<Place> {
        let mut found = Vec::new();
        if body.trim_ascii().is_empty() {
            return found;
        }
        for stop in self.ends() {
            self.repetitions(body, stop, &mut found);
            self.line_again(body, stop, &mut found);
        }
        self.exact(body, &mut found);
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
    fn ends(&self) -> Vec<usize> {
        let end = self.text.len();
        let inner = [&b"\r\n"[..], b"\n"]
            .into_iter()
            .find(|feed| self.text.ends_with(feed))
            .map(|feed| end - feed.len());
        std::iter::once(end).chain(inner).collect()
    }

    /// Whether the last hunk lacks lines, as far as anybody can tell.
    fn is_open(&self) -> bool {
        let last = self.patch.end.last.as_ref();
        last.is_some_and(|last| {
            last.doubt == Doubt::Unmet && !is_proven(last, self.lookup)
        })
    }

    fn exact(&self, body: &[u8], found: &mut Vec<Place>) {
        let goes_on = body.first().is_some_and(|b| (0x80..0xC0).contains(b));
        for stop in self.ends() {
            let text = self.text.get(..stop).unwrap_or_default();
            let partial = if goes_on { 0 } else { partial_character(text) };
            let kept = stop - partial;
            // No line goes on with a header, and nothing but its lines
            // follows the beginning of a hunk.
            let begins_line = self.line(kept).is_empty();
            let may_follow = begins_line && !self.is_open();
            if !may_follow && is_structure(body) {
                continue;
            }
            // In a hunk, a first character tells a new line from the rest
            // of one.
            let first = body.first();
            let in_hunk = self.hunk().is_some() && begins_line;
            let rest = !matches!(first, Some(b' ' | b'+' | b'-' | b'\\'));
            let new = matches!(first, Some(b'+' | b'-'));
            let proof = match stop == self.text.len() {
                true if in_hunk && rest && !self.ends_line(body) => Proof::Weak,
                true => Proof::Possible,
                false if self.hunk().is_some() && new => Proof::Weak,
                false => Proof::Glued,
            };
            found.push(Place::new(How::Exact, proof, kept));
        }
    }

    /// Whether a body begins with what may follow a hunk.
    fn ends_line(&self, body: &[u8]) -> bool {
        is_structure(body) || matches!(body.first(), Some(b'\n' | b'\r'))
    }

    /// The line that ends at `stop`, where the text ends.
    fn line(&self, stop: usize) -> Range<usize> {
        let text = self.text.get(..stop).unwrap_or_default();
        let start = memchr::memrchr(b'\n', text).map_or(0, |at| at + 1);
        start..stop
    }

    fn slice(&self, range: Range<usize>) -> &[u8] {
        self.text.get(range).unwrap_or_default()
    }

    /// Places from which the body repeats everything up to `stop`.
    fn repetitions(&self, body: &[u8], stop: usize, found: &mut Vec<Place>) {
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
            let proof = match (begins_line, line.is_empty()) {
                (false, _) if is_telling(shared) => Proof::Weak,
                (false, _) => continue,
                (true, _) if is_ended && !is_telling(shared) => Proof::Again,
                (true, false) if !is_blank => Proof::Repeated,
                (true, false) if start == line.start => Proof::Blank,
                (true, true) if is_telling(shared) => Proof::Repeated,
                _ if is_blank => continue,
                _ => Proof::Again,
            };
            let place = Place::new(How::Overlap, proof, start);
            found.push(Place { shared: shared.len(), ..place });
        }
        self.trimmed(body, &line, found);
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
        if first.is_some()
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
            if insert.is_some() || lost {
                let insert = insert.unwrap_or_else(|| vec![b' ']);
                let place = Place::new(How::Overlap, proof, line.start);
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
    fn lines_until(&self, upto: usize, side: Numbered) -> Option<u32> {
        let last = self.patch.end.last.as_ref()?;
        let hunk_at = usize::try_from(last.hunk_at).ok()?;
        let text = self.text.get(hunk_at..upto)?;
        let mut lines = text.split_inclusive(|b| *b == b'\n');
        lines.next()?;
        let here = lines.filter(|line| line.ends_with(b"\n") && side.has(line));
        u32::try_from(here.count()).ok()
    }

    /// The hunk that is not known to be whole.
    fn hunk(&self) -> Option<&Hunk> {
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

    /// Places for a body whose hunk header stands at `skip`.
    fn hunks(&self, body: &[u8], skip: usize, found: &mut Vec<Place>) {
        let (Some(last), Some(cut)) = (&self.patch.end.last, self.hunk())
        else {
            return;
        };
        let Some(first) = first_hunk(body.get(skip..).unwrap_or_default())
        else {
            return;
        };
        let hunk_at = usize::try_from(last.hunk_at).unwrap_or_default();
        let side = self.numbered_side();
        let number = |hunk: &Hunk| hunk.numbers.map(|n| side.start(n));
        let (cut_at, at) = (number(cut), number(&first));
        let agree = at.is_none() || cut_at.is_none() || at == cut_at;
        let repeats = self.begins_alike(cut, &first, agree);
        let proof = match repeats {
            true => Proof::Repeated,
            false if cut_at.is_some() && cut_at == at => Proof::Named,
            false => Proof::Weak,
        };
        if proof != Proof::Weak {
            let place = Place::new(How::Restart, proof, hunk_at);
            found.push(Place { skip, ..place.clone() });
            // The first header may be the right one.
            let header = first_line(self.slice(hunk_at..self.text.len()));
            let kept = hunk_at + header;
            let skip = skip + first_line(body.get(skip..).unwrap_or_default());
            found.push(Place { kept, skip, ..place });
        }
        self.tail_only(body, skip, at.zip(cut_at), found);
        if self.is_open() {
            let place = Place::new(How::Skipped, Proof::Weak, hunk_at);
            found.push(Place { skip, ..place });
        }
    }

    /// The side whose numbers say where the cut hunk goes on.
    fn numbered_side(&self) -> Numbered {
        let last = self.patch.end.last.as_ref();
        let is_new = last.is_some_and(|last| {
            let numbers = last.hunk.as_ref().and_then(|hunk| hunk.numbers);
            last.file.kind == Kind::New
                || numbers.is_some_and(|n| n.old.count == 0)
        });
        if is_new { Numbered::New } else { Numbered::Old }
    }

    /// A header of its own for the rest of the cut hunk: both are one hunk.
    fn tail_only(
        &self,
        body: &[u8],
        skip: usize,
        numbers: Option<(u32, u32)>,
        found: &mut Vec<Place>,
    ) {
        let after = body.get(skip..).unwrap_or_default();
        let header = first_line(after);
        for stop in self.ends() {
            let line = self.line(stop);
            let kept = line.start;
            let side = self.numbered_side();
            let Some(seen) = self.lines_until(kept, side) else { continue };
            let place = Place::new(How::Overlap, Proof::Weak, kept);
            let place = Place { skip: skip + header, ..place };
            let Some((at, cut_at)) = numbers else {
                found.push(place);
                continue;
            };
            let expected = cut_at.saturating_add(seen);
            if at == expected {
                found.push(Place { proof: Proof::Named, ..place });
            } else if at > cut_at && at < expected {
                let again = expected - at;
                self.tail_with_context(after, place, header, again, found);
            } else {
                found.push(place);
            }
        }
    }

    /// The rest of the cut hunk, begun some lines earlier: those lines are
    /// kept once.
    fn tail_with_context(
        &self,
        body: &[u8],
        place: Place,
        header: usize,
        again: u32,
        found: &mut Vec<Place>,
    ) {
        let Some(last) = &self.patch.end.last else { return };
        let hunk_at = usize::try_from(last.hunk_at).unwrap_or_default();
        let lines = self.slice(hunk_at..place.kept);
        let mut left = again;
        let mut start = lines.len();
        while left > 0 && start > 0 {
            let before = lines.get(..start - 1).unwrap_or_default();
            start = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
            let line = lines.get(start..).unwrap_or_default();
            left -= u32::from(self.numbered_side().has(line));
        }
        let body = body.get(header..).unwrap_or_default();
        let shared = lines.get(start..).unwrap_or_default();
        if start > 0 && body.starts_with(shared) {
            let kept = hunk_at + start;
            let shared = shared.len();
            let proof = Proof::Repeated;
            found.push(Place { kept, shared, proof, ..place });
        }
    }

    /// Whether a hunk begins with the whole lines that the cut one has.
    /// Where the numbers of both do not agree, chance must be ruled out.
    fn begins_alike(&self, cut: &Hunk, again: &Hunk, agree: bool) -> bool {
        let whole = cut.body.strip_suffix(b"\n").unwrap_or(&cut.body);
        let end = memchr::memrchr(b'\n', whole).map_or(0, |at| at + 1);
        let lines = cut.body.get(..end).unwrap_or_default();
        let lines = if lines.is_empty() { whole } else { lines };
        let again = again.body.as_slice();
        let within = is_telling(lines)
            && memchr::memmem::find(again, lines)
                .is_some_and(|at| at == 0 || again.get(at - 1) == Some(&b'\n'));
        !lines.is_empty() && (within || agree && again.starts_with(lines))
    }

    /// Places for a body that begins with a file's header.
    fn files(&self, body: &[u8], found: &mut Vec<Place>) {
        let Some(path) = first_path(body) else { return };
        let cut = self.patch.end.tail.is_some();
        let mut known = self.file_starts();
        let last = known.last().cloned();
        let same = known.iter().position(|(name, _)| *name == path);
        if let Some((_, at)) = same.map(|n| known.swap_remove(n)) {
            let shared = common(self.slice(at..self.text.len()), body);
            let proof = match is_telling(body.get(..shared).unwrap_or(b"")) {
                true => Proof::Repeated,
                false => Proof::Named,
            };
            let kept = self.header_kept(body, at);
            let place = Place::new(How::Restart, proof, kept);
            found.push(Place { shared, ..place });
        } else if self.begins_header(&path) {
            let tail = self.patch.end.tail.map_or(0, |tail| tail.byte);
            let kept = usize::try_from(tail).unwrap_or_default();
            let place = Place::new(How::Restart, Proof::Named, kept);
            found.push(place);
            return;
        }
        let is_last = last.is_some_and(|(name, _)| name == path);
        if is_last {
            if let Some(skip) = hunk_start(body) {
                self.hunks(body, skip, found);
                let end = self.text.len();
                let place = Place::new(How::Overlap, Proof::Weak, end);
                found.push(Place { skip, ..place });
            }
        } else if cut && same.is_none() {
            let tail = self.patch.end.tail.map_or(0, |tail| tail.byte);
            let at = self.patch.end.last.as_ref();
            let at = at.map_or(tail, |last| match last.is_first {
                true => last.span.start,
                false => last.hunk_at,
            });
            let kept = usize::try_from(at).unwrap_or_default();
            found.push(Place::new(How::Skipped, Proof::Weak, kept));
        }
    }

    /// What is kept of a file's header that begins at `at`, if the body only
    /// repeats its `---` line: all above that line, for it may give the file
    /// a mode or another name.
    fn header_kept(&self, body: &[u8], at: usize) -> usize {
        let header = self.slice(at..self.text.len());
        if !body.starts_with(b"--- ") || !header.starts_with(b"diff --git ") {
            return at;
        }
        let mut kept = at;
        for line in header.split_inclusive(|b| *b == b'\n') {
            let ends = line.starts_with(b"--- ") || line.starts_with(b"@@");
            if ends || !line.ends_with(b"\n") {
                break;
            }
            kept += line.len();
        }
        kept
    }

    /// Whether the text ends in the first line of a header that may be that
    /// of this file.
    fn begins_header(&self, path: &[u8]) -> bool {
        let Some(tail) = self.patch.end.tail else { return false };
        let at = usize::try_from(tail.byte).unwrap_or_default();
        let cut = self.slice(at..self.text.len());
        let cut = cut.strip_suffix(b"\n").unwrap_or(cut);
        let header = [b"diff --git a/", path, b" b/", path].concat();
        let old = [b"--- a/", path].concat();
        header.starts_with(cut) || old.starts_with(cut)
    }

    /// Each file's name and where its header begins, in order.
    fn file_starts(&self) -> Vec<(Vec<u8>, usize)> {
        let parts = self.patch.parts.iter().filter(|part| part.is_first);
        let mut starts: Vec<(Vec<u8>, usize)> = parts
            .map(|part| (part.file.path().to_vec(), part.span.start as usize))
            .collect();
        let end = &self.patch.end;
        let is_new = end.last.as_ref().is_none_or(|last| last.is_first);
        if let (Some(path), Some(tail), true) = (&end.path, end.tail, is_new) {
            starts.push((path.clone(), tail.byte as usize));
        }
        starts
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
enum Numbered {
    Old,
    New,
}

impl Numbered {
    fn start(self, numbers: Numbers) -> u32 {
        match self {
            Self::Old => numbers.old.start,
            Self::New => numbers.new.start,
        }
    }

    /// Whether a line of a hunk stands on this side.
    fn has(self, line: &[u8]) -> bool {
        match line.first() {
            Some(b'+') => self == Self::New,
            Some(b'-') => self == Self::Old,
            Some(b'\\') => false,
            _ => true,
        }
    }
}

/// The length of the first line, with its ending.
fn first_line(text: &[u8]) -> usize {
    memchr::memchr(b'\n', text).map_or(text.len(), |at| at + 1)
}

/// Whether a text begins with the header of a file.
fn is_header(text: &[u8]) -> bool {
    text.starts_with(b"diff --git ") || text.starts_with(b"--- ")
}

/// Whether a text begins with a line that is part of no hunk.
fn is_structure(text: &[u8]) -> bool {
    is_header(text) || text.starts_with(b"@@") || text.starts_with(b"```")
}

/// The name of the first file of a diff.
fn first_path(body: &[u8]) -> Option<Vec<u8>> {
    let patch = patch::read(body);
    let first = patch.parts.first().map(|part| part.file.path().to_vec());
    first.or(patch.end.path)
}

/// The first hunk of a text that begins with its header.
fn first_hunk(text: &[u8]) -> Option<Hunk> {
    let with_file = [b"--- a/x\n+++ b/x\n", text].concat();
    let patch = patch::read(&with_file);
    match patch.parts.first() {
        Some(part) => part.hunk().cloned(),
        None => patch.end.last?.hunk,
    }
}

/// Where the first hunk header of a text begins.
fn hunk_start(text: &[u8]) -> Option<usize> {
    memchr::memmem::find(text, b"\n@@").map(|at| at + 1)
}

/// How many bytes two texts begin alike.
fn common(one: &[u8], other: &[u8]) -> usize {
    one.iter().zip(other).take_while(|(a, b)| a == b).count()
}
