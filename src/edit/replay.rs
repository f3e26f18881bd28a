//! Whether a file already is what edits ask for. A text and edits in, a
//! yes or no out; a guess is never made.

use std::borrow::Cow;

use super::lines;
use super::matching::{self, Miss};
use super::modify::{Matching, ended, modify};
use super::nearest::{Difference, Form, nearest};
use super::whole_lines;
use super::{Edit, Extent, Occurrence};

/// Whether the file already is what the edits ask for: every old text is
/// gone and every new one stands exactly once at its place. Edits that do
/// not say what was there before are never taken as done.
pub fn already_done(text: &[u8], edits: &[Edit]) -> bool {
    !edits.is_empty() && edits.iter().all(|edit| is_done(text, edit))
}

fn is_done(text: &[u8], edit: &Edit) -> bool {
    match edit {
        Edit::Replace { old, new, which: Occurrence::Only } => {
            is_gone(text, (old, new), Form::Text)
                && matching::only(text, new).is_ok()
        }
        Edit::ReplaceAll { old, new, .. } => {
            is_gone(text, (old, new), Form::Text)
                && !matching::all(text, new).is_empty()
        }
        Edit::Lines(block) => {
            whole_lines::is_done(text, block)
                && is_gone(text, (&block.old, &block.new), Form::Lines)
        }
        Edit::Hunk { old, new, extent: Extent::File, .. } => {
            old.is_empty() && text == new
        }
        Edit::InsertAfter { text: new, .. }
        | Edit::InsertBefore { text: new, .. } => is_inserted(text, edit, new),
        _ => false,
    }
}

/// Whether an old text stands nowhere, and not in a form either that only
/// blanks, case or punctuation keep from being it: then it was never found
/// rather than replaced. Unless the new text is such a form itself.
fn is_gone(text: &[u8], (old, new): (&[u8], &[u8]), form: Form) -> bool {
    let has_like = |text: &[u8]| {
        nearest(text, old, form).is_some_and(|near| {
            !matches!(near.difference, Difference::Text | Difference::End)
        })
    };
    (form == Form::Lines || matching::only(text, old) == Err(Miss::Nowhere))
        && (has_like(new) || !has_like(text))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn is_replaced(text: &str, old: &str, new: &str) -> bool {
        let (old, new) = (old.into(), new.into());
        let which = Occurrence::Only;
        already_done(text.as_bytes(), &[Edit::Replace { old, new, which }])
    }

    #[test]
    fn an_old_text_that_blanks_hide_was_not_replaced() {
        assert!(is_replaced("print(2)\n", "print(1)", "print(2)"));
        assert!(!is_replaced("\tif x:\n", "    if x:", "x"));
        let quoted = "say(\u{201c}x\u{201d})\n";
        assert!(!is_replaced(quoted, "say(\"x\")", "x"));
        assert!(!is_replaced("a\r\nb\r\nc\n", "a\nb\n", "c\n"));
        // A change of blanks alone leaves what is like the old text.
        assert!(is_replaced("\tif x:\n", "    if x:", "\tif x:"));
        assert!(is_replaced("a = 1\n", "a = 1  \n", "a = 1\n"));
    }
}
