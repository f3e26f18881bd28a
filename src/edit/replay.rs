//! Whether a file already is what edits ask for. A text and edits in, a
//! yes or no out; a guess is never made.

use std::borrow::Cow;

use super::lines;
use super::matching::{self, Miss};
use super::modify::{Matching, ended, modify};
use super::whole_lines;
use super::{Edit, Occurrence};

/// Whether the file already is what the edits ask for: every old text is
/// gone and every new one stands exactly once at its place. Edits that do
/// not say what was there before are never taken as done.
pub fn already_done(text: &[u8], edits: &[Edit]) -> bool {
    !edits.is_empty() && edits.iter().all(|edit| is_done(text, edit))
}

fn is_done(text: &[u8], edit: &Edit) -> bool {
    match edit {
        Edit::Replace { old, new, which: Occurrence::Only } => {
            matching::only(text, old) == Err(Miss::Nowhere)
                && matching::only(text, new).is_ok()
        }
        Edit::ReplaceAll { old, new, .. } => {
            matching::only(text, old) == Err(Miss::Nowhere)
                && !matching::all(text, new).is_empty()
        }
        Edit::Lines(block) => whole_lines::is_done(text, block),
        Edit::InsertAfter { text: new, .. }
        | Edit::InsertBefore { text: new, .. } => is_inserted(text, edit, new),
        _ => false,
    }
}

/// Whether taking the new lines out and inserting them again gives the same.
fn is_inserted(text: &[u8], edit: &Edit, new: &[u8]) -> bool {
    let new = Cow::Borrowed(new);
    let Ok(bytes) = ended(new, lines::ending_near(text, 0)) else {
        return false;
    };
    let mut places = matching::whole_lines(text, &bytes);
    let (Some(at), None) = (places.next(), places.next()) else {
        return false;
    };
    let (head, tail) = text.split_at_checked(at).unwrap_or_default();
    let tail = tail.get(bytes.len()..).unwrap_or_default();
    let without = [head, tail].concat();
    modify(&without, std::slice::from_ref(edit), Matching::Exact)
        .is_ok_and(|again| again.bytes == text)
}
