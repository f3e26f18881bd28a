//! Whether the last unit of an answer is whole.

use super::blob;
use crate::diff::{Doubt, Finished, Hunk, HunkLine, Kind, Last, Side};
use crate::edit::endings::for_text;
use crate::edit::hunks::Ground;
use crate::resume::preimage::{Lookup, Preimage};

/// What is known of an answer's end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AnswerEnd {
    /// It may have been cut anywhere.
    #[default]
    MayBeCut,
    /// It is the end, unless the answer itself shows otherwise: by what it
    /// lacks, or by a last line without a line feed, which may be half.
    Meant,
    /// The model stopped by itself; what is missing it has left out.
    Stopped,
    /// Somebody knows that it is the end.
    Certain,
}

/// Whether the last unit may be taken as whole. The hunks of its file that
/// came before are of use where an index line names the file's content.
pub fn is_whole(
    end: &Finished,
    earlier: &[&Hunk],
    known: AnswerEnd,
    lookup: &Lookup<'_>,
) -> bool {
    let Some(last) = &end.last else { return true };
    if last.hunk.as_ref().is_some_and(|hunk| !hunk.is_change()) {
        return false;
    }
    match known {
        AnswerEnd::Certain => true,
        AnswerEnd::Meant if !last.is_line_ended => {
            is_proven(last, earlier, lookup)
        }
        AnswerEnd::Meant | AnswerEnd::Stopped
            if !end.in_fence && is_end(end, last) =>
        {
            !is_refuted(last, earlier, lookup)
        }
        _ => is_proven(last, earlier, lookup),
    }
}

/// Whether a unit that ends with the answer is whole if the answer is.
fn is_end(end: &Finished, last: &Last) -> bool {
    match last.doubt {
        // Lines are missing. Where other counts were wrong, these are too.
        Doubt::Unmet => last.is_line_ended && end.totals.miscounts > 0,
        // A file that appears or goes away has lines, unless it is empty.
        Doubt::HeaderOnly => !last.file.is_whole_file(),
        Doubt::Promised => false,
        _ => true,
    }
}

/// Whether the last unit does not make the file that the index line names, or
/// the file has the last line, but longer: then it was cut.
fn is_refuted(last: &Last, earlier: &[&Hunk], lookup: &Lookup<'_>) -> bool {
    if is_as_named(last, earlier, lookup) == Some(false) {
        return true;
    }
    let Some(hunk) = last.hunk.as_ref().filter(|_| !last.is_line_ended) else {
        return false;
    };
    if !ends_on_old_side(hunk) || ends_with_marker(hunk) {
        return false;
    }
    let (Some(numbers), Preimage::Text(text)) =
        (hunk.numbers, lookup(&last.file.old))
    else {
        return false;
    };
    let ground = Ground::new(&text);
    let line = u64::from(numbers.old.start.max(1));
    let hunk = for_text(hunk, &text);
    let old = hunk.side(Side::Old);
    let shown = old.strip_suffix(b"\n").unwrap_or(&old);
    let here = ground.start(line).and_then(|start| text.get(start..));
    let more = here.and_then(|here| here.strip_prefix(shown));
    more.is_some_and(|more| !matches!(more, [] | [b'\n' | b'\r', ..]))
}

/// Whether nothing can follow.
pub(super) fn is_proven(
    last: &Last,
    earlier: &[&Hunk],
    lookup: &Lookup<'_>,
) -> bool {
    match last.doubt {
        Doubt::HeaderOnly => {
            let file = &last.file;
            let empty = file.is_whole_file() && file.names_empty_blob();
            let same = file.similarity.as_deref() == Some(b"100%");
            let renamed = file.kind == Kind::Rename && same;
            empty || (renamed && last.is_line_ended)
        }
        Doubt::NothingFollows | Doubt::Unmet => {
            let Some(hunk) = &last.hunk else { return false };
            // Where context is still to come, all changes may be there.
            match is_as_named(last, earlier, lookup) {
                Some(true) if hunk.is_met() => return true,
                Some(false) => return false,
                _ => {}
            }
            if hunk.is_met() && ends_with_marker(hunk) {
                return true;
            }
            match lookup(&last.file.old) {
                Preimage::Text(text) if last.file.kind != Kind::New => {
                    is_proven_by(&for_text(hunk, &text), &Ground::new(&text))
                }
                _ => false,
            }
        }
        _ => false,
    }
}

/// Whether the file patch makes the content that its index line names, where
/// the line tells.
fn is_as_named(
    last: &Last,
    earlier: &[&Hunk],
    lookup: &Lookup<'_>,
) -> Option<bool> {
    let hunks = earlier.iter().copied().chain(&last.hunk);
    blob::is_as_named(&last.file, hunks, lookup)
}

/// Whether the old side stands where the number says, with the last line,
/// and the counts leave nothing to follow.
fn is_proven_by(hunk: &Hunk, ground: &Ground<'_>) -> bool {
    let Some(numbers) = hunk.numbers else { return false };
    let old = hunk.side(Side::Old);
    let line = u64::from(numbers.old.start.max(1));
    let Some(range) = ground.stands_at(&old, line) else { return false };
    let at_end = range.end == ground.text().len();
    if !ends_on_old_side(hunk) {
        // The last line is new, so the file cannot show that it is whole:
        // it may be half, or a marker may follow that it is not ended.
        return false;
    }
    let left = |said: u32, have: u32| said.checked_sub(have);
    let old_left = left(numbers.old.count, hunk.old_lines);
    let new_left = left(numbers.new.count, hunk.new_lines);
    // Context that the file does not have cannot follow.
    hunk.is_met() || (at_end && old_left == new_left && old_left.is_some())
}

/// Whether the file ends without a line feed after the hunk: then nothing
/// follows.
fn ends_with_marker(hunk: &Hunk) -> bool {
    let text = hunk.body.strip_suffix(b"\n").unwrap_or(&hunk.body);
    let start = memchr::memrchr(b'\n', text).map_or(0, |at| at + 1);
    text.get(start) == Some(&b'\\')
}

fn ends_on_old_side(hunk: &Hunk) -> bool {
    let last: Option<HunkLine<'_>> = hunk.lines().last();
    last.is_some_and(|line| line.side != Side::New)
}
