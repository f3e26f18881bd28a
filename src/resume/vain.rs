//! What an answer says once: said again, it would fail or change nothing.
//!
//! Of two ways to join, one may say the end of the earlier text once more.
//! Where that is a change that cannot be made twice, it is not meant.

use std::collections::HashMap;

use super::survey::{Survey, Unit};
use crate::edit::{Action, Decoded, Edit, Occurrence, Standing, decode};
use crate::path::Names;

/// A change that cannot be made twice.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Once {
    /// A file comes, goes or gets a name, or the answer speaks of itself.
    Record(Vec<u8>),
    /// A text that stands in a file once gives way to another.
    Replace { path: String, old: Vec<u8>, new: Vec<u8> },
}

/// How often an answer says what can be said once.
#[derive(Debug)]
pub(super) struct Said(HashMap<Once, usize>);

impl Said {
    pub(super) fn of(survey: &Survey) -> Self {
        let mut said = HashMap::new();
        for change in survey.complete().flat_map(once) {
            *said.entry(change).or_default() += 1;
        }
        Self(said)
    }

    /// Whether it says again what another says once.
    pub(super) fn is_vain_beside(&self, other: &Self) -> bool {
        let once = |change| other.0.get(change) == Some(&1);
        self.0.iter().any(|(change, times)| *times > 1 && once(change))
    }
}

/// What a unit says that cannot be said twice.
fn once(unit: &Unit) -> Vec<Once> {
    let record = || vec![Once::Record(unit.json.clone())];
    let operation = match decode(&unit.json, &Names::default(), Standing::Alone)
    {
        Ok(Decoded::Operation(operation)) => operation,
        Ok(Decoded::Meta { .. } | Decoded::End(_)) => return record(),
        Err(_) => return Vec::new(),
    };
    match operation.action {
        Action::Modify(edits) => {
            let path = operation.path.as_str();
            edits.into_iter().filter_map(|edit| replaces(path, edit)).collect()
        }
        Action::Create(_)
        | Action::Fill(_)
        | Action::Write(_)
        | Action::Delete
        | Action::Rename(_)
        | Action::Copy(_) => record(),
    }
}

/// An edit whose old text is gone when it is made.
fn replaces(path: &str, edit: Edit) -> Option<Once> {
    let Edit::Replace { old, new, which: Occurrence::Only } = edit else {
        return None;
    };
    let stays = memchr::memmem::find(&new, &old).is_some();
    let path = path.to_owned();
    (!stays).then_some(Once::Replace { path, old, new })
}

#[cfg(test)]
mod tests {
    use super::super::survey::survey;
    use super::*;

    #[test]
    fn a_change_that_can_be_made_twice_is_never_vain() {
        let cases = [
            (r#"{"type":"delete","file_path":"a"}"#, true),
            (r#"{"type":"create","file_path":"a","content":"x"}"#, true),
            (
                r#"{"type":"modify","file_path":"a","operations":[
                {"type":"replace","old_text":"x","new_text":"y"}]}"#,
                true,
            ),
            (
                r#"{"type":"modify","file_path":"a","operations":[
                {"type":"replace","old_text":"x","new_text":"xx"}]}"#,
                false,
            ),
            (
                r#"{"type":"modify","file_path":"a","operations":[
                {"type":"append","content":"y"}]}"#,
                false,
            ),
            (r#"{"id":1}"#, false),
        ];
        for (record, want) in cases {
            let said = |times: usize| {
                let text = format!("{record}\n").repeat(times);
                Said::of(&survey(text.as_bytes()))
            };
            assert_eq!(said(2).is_vain_beside(&said(1)), want, "{record}");
            assert!(!said(3).is_vain_beside(&said(2)), "{record}");
        }
    }
}
