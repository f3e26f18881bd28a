//! A code fence under which a file may stand: its lines in, what it holds
//! out.
//!
//! A named fence is a whole file only if its body is the file. What shows
//! that it is not, is in the body: the lines of a diff, the marks of a
//! conflict. Nothing here looks for names.

use crate::blocks::{Change, Open, Reason, Side, has_conflict};
use crate::diff::Section;
use crate::span::Place;
use crate::text::fence::names_diff;

/// A fence that is open, and whose body may be a file.
#[derive(Clone, Debug)]
pub(super) struct Fenced {
    /// What stands behind its mark.
    pub(super) info: Vec<u8>,
    /// Where it opens.
    pub(super) start: Place,
    /// The file, once it is known that the body is one.
    pub(super) path: Option<Vec<u8>>,
    /// The lines of the body, while they are so few that they may name it.
    pub(super) first: Vec<Vec<u8>>,
    /// The body.
    body: Vec<u8>,
    /// The same as it came, with the fence's own line, while it is not known
    /// whose it is.
    pub(super) raw: Vec<u8>,
}

/// What is known of the end of a fence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Closed {
    /// It is where the mark is.
    Surely,
    /// What was taken for the end may be a fence inside.
    InDoubt,
}

impl Fenced {
    pub(super) fn new(info: Vec<u8>, start: Place, raw: &[u8]) -> Self {
        Self {
            info,
            start,
            path: None,
            first: Vec::new(),
            body: Vec::new(),
            raw: raw.to_vec(),
        }
    }

    /// Takes a line of the body; `raw` is how it came.
    pub(super) fn take(&mut self, text: &[u8], raw: &[u8]) {
        self.body.extend_from_slice(text);
        if self.path.is_none() {
            self.raw.extend_from_slice(raw);
            if !text.trim_ascii().is_empty() {
                self.first.push(text.trim_ascii_end().to_vec());
            }
        }
    }

    /// The body is that of a file. A first line that does nothing but say so
    /// is no part of it.
    pub(super) fn name(&mut self, path: Vec<u8>, is_in_first: bool) {
        if is_in_first {
            let blanks = self.body.len() - self.body.trim_ascii_start().len();
            let rest = self.body.get(blanks..).unwrap_or_default();
            let end = memchr::memchr(b'\n', rest).map_or(rest.len(), |n| n + 1);
            self.body.drain(..blanks + end);
        }
        self.path = Some(path);
        self.raw = Vec::new();
    }

    /// Whether its body has a line that is not blank, beside those that may
    /// name it.
    pub(super) fn has_text(&self) -> bool {
        let lines = self.body.split(|b| *b == b'\n');
        let lines = lines.filter(|line| !line.trim_ascii().is_empty());
        lines.count() > self.first.len()
    }

    /// Whether the fence says that it holds a diff.
    pub(super) fn is_diff(&self) -> bool {
        names_diff(&self.info)
    }

    /// Whether its body is a part of a diff, without a header.
    pub(super) fn is_fragment(&self) -> bool {
        is_fragment(&self.body)
    }

    /// The lines of its body.
    pub(super) fn lines(&self) -> impl Iterator<Item = &[u8]> {
        self.body.split_inclusive(|b| *b == b'\n')
    }

    /// What is there of it so far.
    pub(super) fn open(&self) -> Open {
        Open {
            path: self.path.clone(),
            start: self.start,
            side: Side::New,
            old: Vec::new(),
            new: self.body.clone(),
        }
    }

    /// What the fence means, now that it is closed.
    pub(super) fn change(self, closed: Closed) -> Result<Change, Reason> {
        if closed == Closed::InDoubt {
            Err(Reason::NestedFence)
        } else if has_conflict(&self.body) || has_units(&self.body) {
            Err(Reason::OtherNotation)
        } else {
            Ok(Change::Write(self.body))
        }
    }
}

/// Whether each line of a body has the sign of a diff, and both signs are
/// there: what is all of one sign is a list.
fn is_fragment(body: &[u8]) -> bool {
    let (mut old, mut new) = (false, false);
    for line in body.split(|b| *b == b'\n') {
        match line.first() {
            Some(b'-') => old = true,
            Some(b'+') => new = true,
            Some(b' ' | b'\\') | None => {}
            Some(b'\r') if line.len() == 1 => {}
            Some(_) => return false,
        }
    }
    old && new
}

/// Whether the header of a hunk stands in a body, with lines that a hunk has.
fn has_units(body: &[u8]) -> bool {
    let mut lines = body.split(|b| *b == b'\n').peekable();
    while let Some(line) = lines.next() {
        let next = lines.peek().copied().unwrap_or_default();
        let numbers = line.starts_with(b"@@ -") && line.len() > 4;
        if numbers && Section::is_line_of_hunk(next) {
            return true;
        }
    }
    false
}

/// The file formats that records are the content of.
const RECORD_FILES: [&[u8]; 6] =
    [b".json", b".jsonl", b".ndjson", b".json5", b".jsonc", b".jsonlines"];

/// Whether a file of this name holds records.
pub(super) fn holds_records(path: &[u8]) -> bool {
    RECORD_FILES.iter().any(|ending| path.ends_with(ending))
}

/// Whether an operation begins on a line: a record that says what is to be
/// done, or to which file.
pub(super) fn begins_operation(line: &[u8]) -> bool {
    const KEYS: [&[u8]; 3] = [b"\"type\"", b"\"file_path\"", b"\"path\""];
    let text = line.trim_ascii_start();
    let text = text.strip_prefix(b"[").unwrap_or(text).trim_ascii_start();
    text.strip_prefix(b"{").is_some_and(|text| {
        let text = text.trim_ascii_start();
        KEYS.iter().any(|key| text.starts_with(key))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn closed(body: &str) -> Result<Change, Reason> {
        let start = Place { byte: 0, line: 1 };
        let mut fenced = Fenced::new(b"x".to_vec(), start, b"```x\n");
        for line in body.split_inclusive('\n') {
            fenced.take(line.as_bytes(), line.as_bytes());
        }
        fenced.name(b"f".to_vec(), false);
        fenced.change(Closed::Surely)
    }

    #[test]
    fn a_body_is_the_file_unless_it_shows_a_change() {
        for file in ["a\nc\n", "- one\n- two\n", "+ a\n", "", " x\n", "@@\n"] {
            let want = Change::Write(file.into());
            assert_eq!(closed(file), Ok(want), "{file}");
        }
        for part in [" a\n-b\n+c\n", "-b\n+c\n", "\n-b\n\n+c\n"] {
            assert!(is_fragment(part.as_bytes()), "{part}");
        }
        assert!(!is_fragment(b"- a\n- b\n"));
        for other in [
            "x\n<<<<<<< HEAD\nb\n=======\nc\n>>>>>>> y\n",
            "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-b\n+c\n",
        ] {
            assert_eq!(closed(other), Err(Reason::OtherNotation), "{other}");
        }
    }
}
