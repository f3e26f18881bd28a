//! New lines for lines that a file has in almost the same form: lines that
//! stay are the file's own, and only those that change are the model's.

use std::borrow::Cow;

use bstr::ByteSlice;
use imara_diff::{Algorithm, Diff, InternedInput};

use super::draft::{Side, Splice};
use super::fuzzy::Found;
use super::lines;
use super::whole_lines::Last;

/// What comes in the place that was found for `old`; nothing if the new
/// lines cannot be adapted to it.
pub(super) fn graft(
    text: &[u8],
    at: &Found,
    old: &[u8],
    new: &[u8],
    last: Last,
) -> Option<Splice<'static>> {
    let fresh = at.adapt(new)?;
    let fresh: Vec<&[u8]> = lines::bare_lines(&fresh).collect();
    let (old, new) = (at.compared(old), at.compared(new));
    let old: Vec<&[u8]> = lines::bare_lines(old).collect();
    let new: Vec<&[u8]> = lines::bare_lines(new).collect();
    let here = text.get(at.range.clone())?;
    let here: Vec<&[u8]> = here.lines_with_terminator().collect();
    if here.len() != old.len() || fresh.len() != new.len() {
        return None;
    }
    let near = lines::ending_near(text, at.range.start);
    let mut out = Lines { bytes: Vec::new(), ending: near };
    let mut kept = 0;
    for change in changes(&old, &new) {
        let (before, after) = (change.before, change.after);
        for line in here.get(kept..before.start)? {
            out.keep(line);
        }
        let gone = here.get(before.clone())?;
        for (index, line) in fresh.get(after)?.iter().enumerate() {
            out.put(line, gone.get(index).copied());
        }
        kept = before.end;
    }
    for line in here.get(kept..)? {
        out.keep(line);
    }
    let is_last = at.range.end == text.len();
    let open = !text.is_empty() && !text.ends_with(b"\n");
    let bytes = match last {
        Last::AsBefore if is_last && open => lines::chomp(&out.bytes).to_vec(),
        Last::Ended => out.ended(),
        Last::AsBefore => out.bytes,
    };
    let (bytes, range) = (Cow::Owned(bytes), at.range.clone());
    Some(Splice { range, bytes, side: Side::Instead, lead: None })
}

/// Changed lines of both sides, by index.
struct Change {
    before: std::ops::Range<usize>,
    after: std::ops::Range<usize>,
}

fn changes(old: &[&[u8]], new: &[&[u8]]) -> Vec<Change> {
    let mut input = InternedInput::default();
    input.update_before(old.iter().copied());
    input.update_after(new.iter().copied());
    let diff = Diff::compute(Algorithm::Histogram, &input);
    let wide =
        |range: std::ops::Range<u32>| range.start as usize..range.end as usize;
    let hunks = diff.hunks();
    hunks
        .map(|h| Change { before: wide(h.before), after: wide(h.after) })
        .collect()
}

/// Lines written so far.
struct Lines {
    bytes: Vec<u8>,
    /// How the next line ends if none that it replaces says otherwise.
    ending: &'static [u8],
}

impl Lines {
    fn keep(&mut self, line: &[u8]) {
        self.end_line();
        self.ending = lines::ending(line).unwrap_or(self.ending);
        self.bytes.extend_from_slice(line);
    }

    fn put(&mut self, line: &[u8], instead_of: Option<&[u8]>) {
        self.end_line();
        let ending = instead_of.and_then(lines::ending);
        self.ending = ending.unwrap_or(self.ending);
        self.bytes.extend_from_slice(line);
        self.bytes.extend_from_slice(self.ending);
    }

    fn end_line(&mut self) {
        if !self.bytes.is_empty() && !self.bytes.ends_with(b"\n") {
            self.bytes.extend_from_slice(self.ending);
        }
    }

    fn ended(mut self) -> Vec<u8> {
        self.end_line();
        self.bytes
    }
}
