//! What is to happen to a file, and the words that people say it with.
//!
//! Words flow in, an [`Action`] flows out where one was meant.

use serde::{Deserialize, Serialize};

/// What is to happen to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// It comes into being, or is written anew.
    Create,
    /// It is changed in places.
    Modify,
    /// It goes away.
    Delete,
    /// It gets another name.
    Rename,
}

/// Words that ask for a new file.
const CREATE: [&str; 12] = [
    "create",
    "creates",
    "created",
    "creation",
    "new",
    "add",
    "adds",
    "added",
    "write",
    "implement",
    "introduce",
    "generate",
];

/// Words that ask for a change of an existing file.
const MODIFY: [&str; 26] = [
    "modify",
    "modifies",
    "modified",
    "modification",
    "modifications",
    "update",
    "updates",
    "updated",
    "edit",
    "edits",
    "edited",
    "change",
    "changes",
    "changed",
    "extend",
    "extended",
    "refactor",
    "fix",
    "fixes",
    "integrate",
    "integration",
    "improve",
    "adjust",
    "patch",
    "append",
    "replace",
];

/// Words that ask for a file to go.
const DELETE: [&str; 10] = [
    "delete", "deletes", "deleted", "remove", "removes", "removed", "deletion",
    "removal", "drop", "rm",
];

/// Words that ask for another name.
const RENAME: [&str; 7] =
    ["rename", "renames", "renamed", "move", "moves", "moved", "mv"];

impl Action {
    /// The action that a single word asks for, whatever its case.
    pub fn of_word(word: &str) -> Option<Self> {
        let word = word.to_lowercase();
        let word = word.as_str();
        if CREATE.contains(&word) {
            Some(Self::Create)
        } else if MODIFY.contains(&word) {
            Some(Self::Modify)
        } else if DELETE.contains(&word) {
            Some(Self::Delete)
        } else if RENAME.contains(&word) {
            Some(Self::Rename)
        } else {
            None
        }
    }

    /// The action that a status letter of `git diff --name-status` means.
    pub fn of_letter(letter: &str) -> Option<Self> {
        match letter.as_bytes().first()? {
            b'A' | b'C' => Some(Self::Create),
            b'M' | b'T' => Some(Self::Modify),
            b'D' => Some(Self::Delete),
            b'R' => Some(Self::Rename),
            _ => None,
        }
    }

    /// The action's name in tables and records.
    pub fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Modify => "modify",
            Self::Delete => "delete",
            Self::Rename => "rename",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_in_any_case() {
        assert_eq!(Action::of_word("Create"), Some(Action::Create));
        assert_eq!(Action::of_word("UPDATED"), Some(Action::Modify));
        assert_eq!(Action::of_word("table"), None);
    }
}
