//! The digest of an operation in a form that its spelling does not change:
//! what the log knows it by.

use super::hash::Hash;
use crate::blocks::Reach;
use crate::edit::{
    Action, Context, Edit, Extent, FileMode, Last, LineRange, Occurrence,
    Operation, WholeLines,
};

/// The digest of an operation, and that of the content that it brings along
/// whole, which is the costly part of both.
pub(super) fn digest(operation: &Operation) -> (Hash, Option<Hash>) {
    let path = operation.path.as_str().as_bytes();
    let mode: &[u8] = match operation.mode {
        None => b"",
        Some(FileMode::Plain) => b"plain",
        Some(FileMode::Executable) => b"executable",
    };
    let name = operation.action.name().as_bytes();
    let of = |what: &[u8]| Hash::of_parts(&[name, mode, path, what]);
    match &operation.action {
        Action::Create(text) | Action::Fill(text) | Action::Write(text) => {
            let content = Hash::of(text);
            (of(&content.bytes()), Some(content))
        }
        Action::Modify(edits) => {
            let mut parts = Parts::default();
            edits.iter().for_each(|edit| parts.edit(edit));
            (of(&parts.0), None)
        }
        Action::Delete => (of(b""), None),
        Action::Rename(to) | Action::Copy(to) => {
            (of(to.as_str().as_bytes()), None)
        }
    }
}

/// Edits as bytes, each part told apart from the next by its length.
#[derive(Default)]
struct Parts(Vec<u8>);

impl Parts {
    fn text(&mut self, text: &[u8]) {
        self.number(text.len() as u64);
        self.0.extend_from_slice(text);
    }

    fn number(&mut self, number: u64) {
        self.0.extend_from_slice(&number.to_le_bytes());
    }

    fn maybe(&mut self, number: Option<u64>) {
        self.number(u64::from(number.is_some()));
        self.number(number.unwrap_or_default());
    }

    fn edit(&mut self, edit: &Edit) {
        match edit {
            Edit::Append(text) => {
                self.text(b"append");
                self.text(text);
            }
            Edit::Prepend(text) => {
                self.text(b"prepend");
                self.text(text);
            }
            Edit::InsertAfter { anchor, text } => {
                self.text(b"insert_after");
                self.text(anchor);
                self.text(text);
            }
            Edit::InsertBefore { anchor, text } => {
                self.text(b"insert_before");
                self.text(anchor);
                self.text(text);
            }
            Edit::Replace { old, new, which } => {
                self.text(b"replace");
                self.text(old);
                self.text(new);
                self.maybe(match which {
                    Occurrence::Only => None,
                    Occurrence::Nth(n) => Some(*n),
                });
            }
            Edit::ReplaceAll { old, new, places } => {
                self.text(b"replace_all");
                self.text(old);
                self.text(new);
                self.maybe(*places);
            }
            Edit::Insert { line, text } => {
                self.text(b"insert");
                self.number(*line);
                self.text(text);
            }
            Edit::Hunk { line, old, new, extent } => {
                self.text(b"hunk");
                self.maybe(*line);
                self.text(old);
                self.text(new);
                self.number(u64::from(*extent == Extent::File));
            }
            Edit::Lines(lines) => self.lines(lines),
            Edit::ReplaceLines { range, text, context } => {
                let LineRange { first, last } = *range;
                let Context { before, after } = context;
                self.text(b"replace_lines");
                self.number(first);
                self.number(last);
                [text, before, after].into_iter().for_each(|t| self.text(t));
            }
        }
    }

    fn lines(&mut self, lines: &WholeLines) {
        let WholeLines { line, anchors, old, new, reach, last } = lines;
        self.text(b"lines");
        self.maybe(*line);
        self.number(anchors.len() as u64);
        anchors.iter().for_each(|anchor| self.text(anchor));
        self.text(old);
        self.text(new);
        self.number(match reach {
            Reach::Anywhere => 0,
            Reach::End => 1,
        });
        self.number(match last {
            Last::AsBefore => 0,
            Last::Ended => 1,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::path::{Portability, RelPath};

    fn of(edits: Vec<Edit>) -> Hash {
        let path = RelPath::parse("a", Portability::Unix).unwrap();
        digest(&Operation::new(path, Action::Modify(edits))).0
    }

    #[test]
    fn edits_are_told_apart_by_each_of_their_parts() {
        let text = |t: &str| t.as_bytes().to_vec();
        let replace = |old: &str, new: &str, which| Edit::Replace {
            old: text(old),
            new: text(new),
            which,
        };
        let insert = |line, t: &str| Edit::Insert { line, text: text(t) };
        let all = [
            of(vec![Edit::Append(text("ab"))]),
            of(vec![Edit::Prepend(text("ab"))]),
            of(vec![Edit::Append(text("a")), Edit::Append(text("b"))]),
            of(vec![replace("a", "b", Occurrence::Only)]),
            of(vec![replace("a", "b", Occurrence::Nth(1))]),
            of(vec![replace("a", "b", Occurrence::Nth(2))]),
            of(vec![replace("ab", "", Occurrence::Only)]),
            of(vec![replace("", "ab", Occurrence::Only)]),
            of(vec![insert(1, "a")]),
            of(vec![insert(2, "a")]),
        ];
        for (at, one) in all.iter().enumerate() {
            assert!(!all[at + 1..].contains(one), "{at}");
        }
    }

    #[test]
    fn a_content_is_hashed_for_what_it_is() {
        let path = RelPath::parse("a", Portability::Unix).unwrap();
        let of = |action| digest(&Operation::new(path.clone(), action));
        let (create, content) = of(Action::Create(b"x".to_vec()));
        assert_eq!(content, Some(Hash::of(b"x")));
        let (write, _) = of(Action::Write(b"x".to_vec()));
        assert_ne!(create, write);
        assert_ne!(create, of(Action::Create(b"y".to_vec())).0);
    }
}
