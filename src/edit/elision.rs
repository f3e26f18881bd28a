//! An operation in, the line in it out that stands for text which was left
//! out: written into a file, it would be the loss of that text.

use super::{Action, Edit, Operation};
use crate::text::elision::placeholder;

/// The first line of the new texts of an operation that stands for text left
/// out. A line that the old text has too is the file's own; what that is
/// where the operation does not say, `before` tells: the file as it stands.
pub fn left_out<'a>(
    operation: &'a Operation,
    before: impl Fn() -> Option<Vec<u8>>,
) -> Option<&'a [u8]> {
    let in_file = |new: &'a [u8]| {
        let line = placeholder(new, b"")?;
        let before = before().unwrap_or_default();
        if placeholder(new, &before).is_none() { None } else { Some(line) }
    };
    match &operation.action {
        Action::Create(new) | Action::Fill(new) => placeholder(new, b""),
        Action::Write(new) => in_file(new),
        Action::Modify(edits) => edits.iter().find_map(|edit| match edit {
            Edit::Append(text)
            | Edit::Prepend(text)
            | Edit::InsertAfter { text, .. }
            | Edit::InsertBefore { text, .. }
            | Edit::Insert { text, .. } => placeholder(text, b""),
            Edit::Replace { old, new, .. }
            | Edit::ReplaceAll { old, new, .. }
            | Edit::Hunk { old, new, .. } => placeholder(new, old),
            Edit::Lines(lines) => placeholder(&lines.new, &lines.old),
            Edit::ReplaceLines { text, .. } => in_file(text),
        }),
        Action::Delete | Action::Rename(_) | Action::Copy(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edit::Occurrence;
    use crate::path::{Portability, RelPath};

    fn found(action: Action, before: &str) -> bool {
        let path = RelPath::parse("a", Portability::Unix).unwrap();
        let operation = Operation::new(path, action);
        left_out(&operation, || Some(before.into())).is_some()
    }

    #[test]
    fn a_placeholder_is_found_in_new_texts_only() {
        let note = "# ... existing code ...\n";
        assert!(found(Action::Create(note.into()), ""));
        assert!(found(Action::Write(note.into()), "x\n"));
        assert!(!found(Action::Write(note.into()), note));
        assert!(!found(Action::Write(b"...rest,\n".to_vec()), ""));
        let replace = |old: &str, new: &str| {
            let (old, new) = (old.into(), new.into());
            let which = Occurrence::Only;
            Action::Modify(vec![Edit::Replace { old, new, which }])
        };
        assert!(found(replace("a", note), ""));
        assert!(!found(replace(note, "a"), ""));
        assert!(!found(replace(note, note), ""));
        assert!(found(Action::Modify(vec![Edit::Append(note.into())]), note));
    }
}
