//! Where a continuation goes on that begins with the header of a hunk or of
//! a file.

use std::ops::Range;

use super::patch;
use super::places::{Before, Numbered, Place, Proof, first_line};
use crate::diff::{Hunk, Kind};
use crate::resume::overlap::is_telling;
use crate::resume::seam::How;

impl Before<'_> {
    /// Places for a body whose hunk header stands at `skip`.
    pub(super) fn hunks(
        &self,
        body: &[u8],
        skip: usize,
        found: &mut Vec<Place>,
    ) {
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
        let proof = self.begun_again(cut, &first, side);
        if proof != Proof::Weak {
            let place = Place::new(How::Restart, proof, hunk_at);
            found.push(Place { skip, ..place.clone() });
            // The first header may be the right one, if both say the same
            // place.
            if at.is_none() || cut_at.is_none() || at == cut_at {
                let after = body.get(skip..).unwrap_or_default();
                let header = first_line(self.slice(hunk_at..self.text.len()));
                let kept = hunk_at + header;
                let skip = skip + first_line(after);
                found.push(Place { kept, skip, ..place });
            }
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
        // Blanks make a line of context, line feeds alone make none.
        let is_feed = |b: &u8| matches!(b, b'\r' | b'\n');
        if after.get(header..).is_none_or(|rest| rest.iter().all(is_feed)) {
            return;
        }
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

    /// How well a hunk is proven to be the cut one again: it has the whole
    /// lines of that one, and where the numbers say. Where they say
    /// otherwise, the lines may be others that only look the same.
    fn begun_again(&self, cut: &Hunk, again: &Hunk, side: Numbered) -> Proof {
        let number =
            |hunk: &Hunk| hunk.numbers.map(|n| u64::from(side.start(n)));
        let numbers = number(cut).zip(number(again));
        let is_named = numbers.is_some_and(|(cut, again)| cut == again);
        let lines = whole_lines(&cut.body);
        let begins = !lines.is_empty() && again.body.starts_with(lines);
        if begins && (is_named || numbers.is_none()) {
            return Proof::Repeated;
        }
        let before = |at: usize| {
            let before = again.body.get(..at).unwrap_or_default();
            let lines = before.split_inclusive(|b| *b == b'\n');
            lines.filter(|line| side.has(line)).count() as u64
        };
        let stands = |at: usize| {
            numbers.is_none_or(|(cut, again)| again + before(at) == cut)
        };
        let is_telling = is_telling(lines);
        match is_telling && line_matches(&again.body, lines).any(stands) {
            true => Proof::Repeated,
            false if is_named => Proof::Named,
            false if is_telling && begins => Proof::Again,
            false => Proof::Weak,
        }
    }

    /// Places for a body that begins with a file's header.
    pub(super) fn files(&self, body: &[u8], found: &mut Vec<Place>) {
        if let Some(header) = self.renaming(body) {
            let header = self.slice(header);
            let mut lines = header.split_inclusive(|b| *b == b'\n');
            let is_named = lines.any(|line| {
                let gives = line.starts_with(b"rename to ")
                    || line.starts_with(b"copy to ");
                gives && line.ends_with(b"\n")
            });
            // Without its new name, it would be the change of the old file.
            if is_named {
                let at = self.text.len() - header.len();
                let place = self.header_again(body, at, Proof::Named);
                found.extend(place);
            }
            return;
        }
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
            let place = self.header_again(body, at, proof);
            found.extend(place.map(|place| Place { shared, ..place }));
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

    /// The header at which the text ends, if it gives another name to the
    /// file whose `---` line a body begins with.
    fn renaming(&self, body: &[u8]) -> Option<Range<usize>> {
        let old = body.strip_prefix(b"--- a/")?;
        let old = old.get(..first_line(old))?.trim_ascii_end();
        let at = usize::try_from(self.patch.end.tail?.byte).ok()?;
        let header = at..self.text.len();
        let names =
            self.slice(header.clone()).strip_prefix(b"diff --git a/")?;
        let new = names.strip_prefix(old)?.strip_prefix(b" b/")?;
        let is_header = memchr::memmem::find(names, b"\n@@").is_none();
        let line = new.get(..first_line(new))?;
        let is_same = match line.strip_suffix(b"\n") {
            Some(line) => line.trim_ascii_end() == old,
            None => old.starts_with(line),
        };
        (is_header && !is_same).then_some(header)
    }

    /// The header of a file again, which begins at `at`. If the body only
    /// repeats its `---` line, all above that line is kept, for it may give
    /// the file a mode or another name; there is no such place if the cut
    /// line begins to give one that the body does not have.
    fn header_again(
        &self,
        body: &[u8],
        at: usize,
        proof: Proof,
    ) -> Option<Place> {
        let header = self.slice(at..self.text.len());
        let mut place = Place::new(How::Restart, proof, at);
        if !body.starts_with(b"--- ") || !header.starts_with(b"diff --git ") {
            return Some(place);
        }
        let mut at_line = at;
        for line in header.split_inclusive(|b| *b == b'\n') {
            if line.starts_with(b"--- ") || line.starts_with(b"@@") {
                break;
            }
            // The last line may be half, though a CLI ended it.
            let is_ended = line.ends_with(b"\n");
            let is_last = at_line + line.len() == self.text.len();
            let text = line.trim_ascii_end();
            if is_last && begins_mode(text) && !is_mode(text) {
                return None;
            }
            let is_kept = match is_last {
                true => is_mode(text) || is_ended && !is_half_mode(text),
                false => true,
            };
            if is_kept {
                place.kept += line.len();
                place.insert = if is_ended { vec![] } else { vec![b'\n'] };
            }
            at_line += line.len();
        }
        let kept = self.slice(at..place.kept);
        let gives = |line| memchr::memmem::find(kept, line).is_some();
        let is_pair = gives(b"\nold mode ") == gives(b"\nnew mode ");
        is_pair.then_some(place)
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
}

/// Whether a line of a header gives a mode, whole.
fn is_mode(line: &[u8]) -> bool {
    const LINES: [&[u8]; 3] = [b"new file mode ", b"old mode ", b"new mode "];
    let digits = LINES.iter().find_map(|begin| line.strip_prefix(*begin));
    digits.is_some_and(|digits| {
        digits.len() == 6 && digits.iter().all(u8::is_ascii_digit)
    })
}

/// Whether a line of a header begins to give a mode that a file does not have
/// by itself.
fn begins_mode(line: &[u8]) -> bool {
    let begins = |words: &[u8]| line.starts_with(words);
    !PLAIN.starts_with(line) && (begins(b"o") || begins(b"new "))
}

/// Whether a line begins to give the mode that a new file has by itself.
fn is_half_mode(line: &[u8]) -> bool {
    line.starts_with(b"n")
        && line.len() < PLAIN.len()
        && PLAIN.starts_with(line)
}

/// What git writes of a new file that nothing is said of.
const PLAIN: &[u8] = b"new file mode 100644";

/// The name of the first file of a diff.
fn first_path(body: &[u8]) -> Option<Vec<u8>> {
    let patch = patch::read(body);
    let first = patch.parts.first().map(|part| part.file.path().to_vec());
    first.or(patch.end.path)
}

/// The first hunk of a text that begins with its header.
fn first_hunk(text: &[u8]) -> Option<Hunk> {
    const NAME: &[u8] = b"x";
    // Nothing after it is read: a hunk that changes nothing is none, and
    // the next one would be taken for it.
    let ends = [&b"\n@@"[..], b"\ndiff --git "];
    let ends = ends.iter().filter_map(|end| memchr::memmem::find(text, end));
    let end = ends.min().map_or(text.len(), |at| at + 1);
    let text = text.get(..end).unwrap_or(text);
    let read =
        |text: &[u8]| patch::read(&[b"--- a/x\n+++ b/x\n", text].concat());
    let patch = read(text);
    let first = patch.parts.first().filter(|part| part.file.path() == NAME);
    if let Some(part) = first {
        return part.hunk().cloned();
    }
    // One that is all context is none, unless nothing follows it yet.
    let last = patch.end.last.or_else(|| read(lines_of_hunk(text)).end.last);
    last?.hunk
}

/// The header of a hunk and the lines below that begin as its lines do.
fn lines_of_hunk(text: &[u8]) -> &[u8] {
    let mut end = first_line(text);
    while let Some(b' ' | b'+' | b'-' | b'\\') = text.get(end) {
        end += first_line(text.get(end..).unwrap_or_default());
    }
    text.get(..end).unwrap_or(text)
}

/// The lines of a hunk that was cut, without the last one, unless that is
/// all there is.
fn whole_lines(body: &[u8]) -> &[u8] {
    let whole = body.strip_suffix(b"\n").unwrap_or(body);
    let end = memchr::memrchr(b'\n', whole).map_or(0, |at| at + 1);
    let lines = body.get(..end).unwrap_or_default();
    if lines.is_empty() { whole } else { lines }
}

/// Where whole lines begin in a text that has them.
fn line_matches(text: &[u8], lines: &[u8]) -> impl Iterator<Item = usize> {
    let found = memchr::memmem::find_iter(text, lines);
    found.filter(|at| *at == 0 || text.get(at - 1) == Some(&b'\n'))
}

/// Where the first hunk header of a text begins that a file's header begins,
/// if the hunk is of that file.
fn hunk_start(text: &[u8]) -> Option<usize> {
    let at = memchr::memmem::find(text, b"\n@@").map(|at| at + 1)?;
    let header = text.get(first_line(text)..at)?;
    let is_next = |line: &[u8]| line.starts_with(b"diff --git ");
    let other = header.split(|b| *b == b'\n').any(is_next);
    (!other).then_some(at)
}

/// How many bytes two texts begin alike.
fn common(one: &[u8], other: &[u8]) -> usize {
    one.iter().zip(other).take_while(|(a, b)| a == b).count()
}

#[cfg(test)]
mod tests {
    use super::super::joined;

    #[test]
    fn a_header_for_lines_of_blanks_alone_is_none_of_their_text() {
        let first = "--- a/f\n+++ b/f\n@@ -7,5 +7,5 @@\n \n-x\n+y\n";
        for end in
            ["", "diff --git a/e b/e\nold mode 100644\nnew mode 100755\n"]
        {
            let rest = format!(" \n \n \n{end}");
            for numbers in ["-9,3 +9,3", "-9,7 +9,2"] {
                let tail = format!("@@ {numbers} @@\n{rest}");
                let want = Some([first, &rest].concat());
                assert_eq!(joined(first, &tail), want, "{tail}");
            }
        }
    }

    #[test]
    fn a_mode_is_not_lost_with_the_line_feed_of_its_line() {
        let mode = "diff --git a/n b/n\nnew file mode ";
        let rest = "--- /dev/null\n+++ b/n\n@@ -0,0 +1 @@\n+x\n";
        for digits in ["100755", "100644", "160000"] {
            let first = [mode, digits].concat();
            let want = Some(format!("{first}\n{rest}"));
            assert_eq!(joined(&first, &format!("\n{rest}")), want);
            assert_eq!(joined(&first, rest), want);
        }
        // A half one may be that of any file, or tells that it is not.
        let plain = Some(format!("diff --git a/n b/n\n{rest}"));
        for (digits, want) in [("100", &plain), ("1007", &None), ("1", &plain)]
        {
            assert_eq!(&joined(&[mode, digits].concat(), rest), want);
            let fed = joined(&format!("{mode}{digits}\n"), rest);
            // git refuses the mode that is half.
            let is_said = fed.as_ref().is_some_and(|t| t.contains("1007\n"));
            assert!(&fed == want || is_said, "{digits}: {fed:?}");
        }
        let mode = "diff --git a/n b/n\nold mode 100644\nnew mode 100755";
        let rest = "--- a/n\n+++ b/n\n@@ -1 +1 @@\n-x\n+y\n";
        for (cut, byte) in mode.bytes().enumerate().skip(20) {
            // Below a whole line, the next one may have been left out.
            let got = joined(&mode[..cut], rest).filter(|_| byte != b'n');
            assert!(got.is_none_or(|got| got.contains(mode)), "{cut}");
        }
        assert_eq!(joined(mode, rest), Some(format!("{mode}\n{rest}")));
    }
}
