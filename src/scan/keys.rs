//! Which keys of an object matter to a scanner, and what they say.

use super::Unwrap;
use crate::json::{Machine, Stop, key_text};
use crate::span::Place;

/// Decides whether an operation names its file by a key.
pub fn is_path_key(key: &str) -> bool {
    matches!(key, "file_path" | "path" | "file" | "filename")
}

/// What an object's key announces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    /// The file the record is about.
    Path,
    /// The record's type.
    Type,
    /// A list of records, if its first element names a file.
    List,
    /// A list of records, because the user said so.
    AskedList,
    /// The number of operations in the whole answer.
    Total,
    /// Anything else.
    Other,
}

impl Key {
    /// Whether it announces a list of records.
    pub(super) fn is_list(self) -> bool {
        matches!(self, Self::List | Self::AskedList)
    }
}

/// Reads a key's token, quotes included.
pub(super) fn classify(token: &[u8], unwrap: &Unwrap) -> Key {
    let key = bare(token);
    match unwrap {
        Unwrap::Also(more) if more.iter().any(|k| k.as_bytes() == key) => {
            return Key::AskedList;
        }
        _ => {}
    }
    match key {
        b"file_path" | b"path" | b"file" | b"filename" => Key::Path,
        b"type" | b"mode" | b"op" => Key::Type,
        b"total_operations" => Key::Total,
        b"operations" | b"files" | b"edits" | b"changes"
            if *unwrap != Unwrap::Never =>
        {
            Key::List
        }
        _ => Key::Other,
    }
}

/// Whether the token stands in quotes of any kind.
pub(super) fn is_quoted(token: &[u8]) -> bool {
    matches!(token.first(), Some(b'"' | b'\'' | 0xE2))
}

/// The key as text.
pub(super) fn name(token: &[u8]) -> String {
    key_text(token)
}

/// The names of an unfinished object's members, but for its last one.
pub(super) fn members(object: &[u8]) -> Vec<String> {
    let mut machine = Machine::new(Place { byte: 0, line: 1 });
    machine.watch = 1;
    let mut names = Vec::new();
    loop {
        match machine.run(object, 0) {
            Stop::Key { start } => {
                let token = object.get(start as usize..machine.at as usize);
                names.push(key_text(token.unwrap_or_default()));
            }
            Stop::More | Stop::Fault | Stop::Close => break,
            _ => {}
        }
    }
    names.pop();
    names
}

/// The whole number that follows a key: `: 12`.
pub(super) fn total(after_key: &[u8]) -> Option<u64> {
    let value = value(after_key)?;
    let digits = value.iter().take_while(|b| b.is_ascii_digit()).count();
    let digits = std::str::from_utf8(value.get(..digits)?).ok()?;
    digits.parse().ok()
}

/// Whether the value that follows a `type` key marks a record that is about
/// the stream, not about a file.
pub(super) fn is_meta(after_key: &[u8]) -> bool {
    let Some(value) = value(after_key) else { return false };
    let Some((quote, word)) = value.split_first() else { return false };
    matches!(quote, b'"' | b'\'')
        && ["meta", "end"].iter().any(|name| {
            word.strip_prefix(name.as_bytes())
                .is_some_and(|rest| rest.first() == Some(quote))
        })
}

fn value(after_key: &[u8]) -> Option<&[u8]> {
    let colon = after_key.trim_ascii_start().strip_prefix(b":")?;
    Some(colon.trim_ascii_start())
}

/// The token without quotes.
fn bare(token: &[u8]) -> &[u8] {
    match token {
        [b'"', key @ .., b'"'] | [b'\'', key @ .., b'\''] => key,
        [0xE2, 0x80, _, key @ .., 0xE2, 0x80, 0x99 | 0x9D] => key,
        _ => token,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_totals_and_types() {
        assert_eq!(total(b" : 12,\"a\""), Some(12));
        assert_eq!(total(b":\"12\""), None);
        assert!(is_meta(b": \"meta\"}"));
        assert!(!is_meta(b":\"metal\"}"));
    }

    #[test]
    fn knows_a_key_in_quotes_of_any_kind() {
        for token in ["file_path", "\"path\"", "'file'", "“filename”", "‘path’"]
        {
            let key = classify(token.as_bytes(), &Unwrap::Known);
            assert_eq!(key, Key::Path, "{token}");
        }
    }

    #[test]
    fn names_members_before_the_last() {
        let names = members(b"{\"summary\":\"x\",'n': 1,\"operations\":[");
        assert_eq!(names, ["summary", "n"]);
    }
}
