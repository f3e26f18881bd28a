//! A file patch and the blobs that its index line names in, whether it makes
//! the one of the other out.
//!
//! Models make index lines up; git does not. So a line proves something only
//! where the file has the name that it gives to the file before, or, for a
//! file that is new, where the name after is right: seven digits are not
//! right by chance.

use std::borrow::Cow;
use std::collections::BTreeSet;

use sha1::{Digest, Sha1};

use super::patch::{Part, Patch};
use crate::diff::{FileHeader, Hunk, Kind, Side};
use crate::edit::endings::{for_text, with_cr};
use crate::edit::hunks::{Ground, apply};
use crate::resume::preimage::{Lookup, Preimage};

/// Whether the hunks of a file patch, all of them in order, make the content
/// that the index line names. Nothing if the line does not tell.
pub(super) fn is_as_named<'a>(
    file: &FileHeader,
    hunks: impl DoubleEndedIterator<Item = &'a Hunk>,
    lookup: &Lookup<'_>,
) -> Option<bool> {
    let hunks: Vec<&Hunk> = hunks.collect();
    let told = is_named_by(file, hunks.iter().copied(), lookup);
    let is_open = |hunk: &&Hunk| !hunk.as_came.is_empty();
    if told == Some(true) || !hunks.iter().any(is_open) {
        return told;
    }
    // The file that is named may be the one with the other line endings.
    let others: Vec<Hunk> = hunks.iter().map(|hunk| with_cr(hunk)).collect();
    match is_named_by(file, others.iter(), lookup) {
        Some(true) => Some(true),
        _ => told,
    }
}

/// The hunk that is all of a file which was empty or not there, with the line
/// endings that make the content which the index line names. Nothing if
/// neither does, or nobody asks.
pub fn named_reading(file: &FileHeader, hunk: &Hunk) -> Option<Hunk> {
    let (_, new) = file.blobs().filter(|_| !hunk.as_came.is_empty())?;
    if hunk.old_lines > 0 || file.names_lines_before() {
        return None;
    }
    let readings = [hunk.clone(), with_cr(hunk)];
    let mut readings = readings.into_iter();
    let reading = readings.find(|one| names(new, &one.side(Side::New)))?;
    Some(Hunk { as_came: Vec::new(), ..reading })
}

fn is_named_by<'a>(
    file: &FileHeader,
    hunks: impl DoubleEndedIterator<Item = &'a Hunk>,
    lookup: &Lookup<'_>,
) -> Option<bool> {
    let (old, new) = file.blobs()?;
    if file.kind == Kind::New {
        let text = after(b"", hunks)?;
        // The marker that the last line has no line feed may be cut off.
        let unended = text.strip_suffix(b"\n");
        return match names(new, &text) {
            true => Some(true),
            false => unended.filter(|text| names(new, text)).map(|_| false),
        };
    }
    let Preimage::Text(text) = lookup(&file.old) else { return None };
    if !names(old, &text) {
        return None;
    }
    let text = after(&text, hunks)?;
    Some(match file.kind {
        Kind::Delete => text.is_empty(),
        _ => names(new, &text),
    })
}

/// Whether hunks, all that a file patch has, do not make the content that its
/// index line names; false if the line does not tell.
pub fn is_disproved(
    file: &FileHeader,
    hunks: &[&Hunk],
    lookup: &Lookup<'_>,
) -> bool {
    is_as_named(file, hunks.iter().copied(), lookup) == Some(false)
}

/// How many files a patch, from the one that reaches byte `from` on, makes as
/// its index lines name them.
pub(super) fn proven(patch: &Patch, from: u64, lookup: &Lookup<'_>) -> usize {
    let last = patch.end.last.as_ref().map(Part::of_last);
    let parts: Vec<&Part> = patch.parts.iter().chain(&last).collect();
    let files = parts.chunk_by(|_, next| !next.is_first);
    let named = files.filter(|parts| {
        let hunks = parts.iter().filter_map(|part| part.hunk());
        let end = parts.last().map_or(0, |part| part.span.end);
        let first = parts.first().filter(|_| end >= from);
        first.is_some_and(|part| {
            is_as_named(&part.file, hunks, lookup) == Some(true)
        })
    });
    let paths = named.filter_map(|parts| Some(parts.first()?.file.path()));
    paths.collect::<BTreeSet<_>>().len()
}

/// The text after the hunks. Each must stand where its number says.
fn after<'a>(
    text: &[u8],
    hunks: impl DoubleEndedIterator<Item = &'a Hunk>,
) -> Option<Vec<u8>> {
    let hunks = hunks.map(|hunk| for_text(hunk, text));
    let hunks: Vec<Cow<'_, Hunk>> = hunks.collect();
    let mut text = text.to_vec();
    let mut below = usize::MAX;
    // From the last on, so that the numbers of the others stay true.
    for hunk in hunks.iter().rev() {
        let placed = Ground::new(&text).place(hunk, 0).ok()?;
        if !placed.is_as_numbered || placed.range.end > below {
            return None;
        }
        below = placed.range.start;
        text = apply(&text, hunk, &placed);
    }
    Some(text)
}

/// Whether a name, whole or the first digits of it, is the one that git gives
/// to a content: the SHA-1 of its length and its bytes (gitformat, "loose
/// objects").
fn names(name: &[u8], text: &[u8]) -> bool {
    let mut digest = Sha1::new();
    digest.update(format!("blob {}\0", text.len()));
    digest.update(text);
    let digits = digest.finalize();
    let digits = digits.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    let digits =
        digits.map(|digit| b"0123456789abcdef".get(usize::from(digit)));
    let mut digits = digits.take(name.len());
    name.len() <= 40
        && name.iter().all(|digit| digits.next() == Some(Some(digit)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::rc::Rc;

    fn hunk(header: &str, body: &str) -> Hunk {
        let text = format!("--- a/f\n+++ b/f\n{header}\n{body}");
        let patch = super::super::patch::read(text.as_bytes());
        patch.end.last.and_then(|last| last.hunk).unwrap()
    }

    fn file(kind: Kind, index: &str) -> FileHeader {
        FileHeader {
            kind,
            old: b"f".to_vec(),
            new: b"f".to_vec(),
            old_mode: None,
            new_mode: None,
            similarity: None,
            index: Some(index.into()),
            is_git: true,
        }
    }

    // Names by `git hash-object`: "a\n", "a\nb\n" and "a\nb".
    const A: &str = "78981922613b2afb6025042ff6bd878ac1994e85";
    const AB: &str = "422c2b7ab3b3c668038da977e4e93a5fc623169c";
    const AB_UNENDED: &str = "0a207c060e61f3b88eaee0a8cd0696f46fb155eb";

    #[test]
    fn what_the_index_line_names_is_told_from_what_it_does_not() {
        let lookup = |_: &[u8]| Preimage::Text(Rc::new(b"a\n".to_vec()));
        let ended = hunk("@@ -1 +1,2 @@", " a\n+b\n");
        let told = |old: &str, new: &str| {
            let index = format!("{old}..{new} 100644");
            let file = file(Kind::Modify, &index);
            is_as_named(&file, [&ended].into_iter(), &lookup)
        };
        assert_eq!(told(A, AB), Some(true));
        assert_eq!(told(&A[..7], &AB[..7]), Some(true));
        assert_eq!(told(&A[..7], &AB_UNENDED[..7]), Some(false));
        // Made up, or too short to say anything.
        assert_eq!(told("1234567", &AB[..7]), None);
        assert_eq!(told(&A[..6], &AB[..6]), None);
        assert_eq!(told(&A[..9], &AB[..7]), None);
    }

    #[test]
    fn a_new_file_is_refuted_only_by_the_name_that_it_has_without_its_end() {
        let lookup = |_: &[u8]| Preimage::Unknown;
        let lines = hunk("@@ -0,0 +1,2 @@", "+a\n+b\n");
        let told = |new: &str| {
            let file = file(Kind::New, &format!("0000000..{new}"));
            is_as_named(&file, [&lines].into_iter(), &lookup)
        };
        assert_eq!(told(&AB[..7]), Some(true));
        assert_eq!(told(&AB_UNENDED[..7]), Some(false));
        assert_eq!(told("1234567"), None);
    }
}
