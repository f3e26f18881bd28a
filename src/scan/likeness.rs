//! Whether text that is no record was likely meant as one, or as a part of
//! one. Lines in, guesses out: they decide what is said of a loss, and
//! never what is printed.

use memchr::memchr;

use crate::span::Place;

/// Bytes of a line that are looked at. The first key of a record stands in
/// its first few.
pub(super) const LOOKED_AT: usize = 4096;

/// Places where text that is no record stands among records.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Strays {
    pub(super) places: u64,
    pub(super) first: Option<Place>,
}

impl Strays {
    pub(super) fn note(&mut self, at: Place) {
        self.add(Self { places: 1, first: Some(at) });
    }

    /// Adds what was found elsewhere.
    pub(super) fn add(&mut self, more: Self) {
        self.places += more.places;
        let firsts = [self.first, more.first].into_iter().flatten();
        self.first = firsts.min_by_key(|place| place.byte);
    }
}

/// The rest of the line that `rest` begins with, as far as it is looked at;
/// `None` if more of it may come.
pub(super) fn line(rest: &[u8], last: bool) -> Option<&[u8]> {
    let looked = rest.get(..LOOKED_AT).unwrap_or(rest);
    match memchr(b'\n', looked) {
        Some(end) => rest.get(..end),
        None if rest.len() >= LOOKED_AT || last => Some(looked),
        None => None,
    }
}

/// Whether the line behind an opening brace reads like an object's: it
/// begins with a quoted word that no comma and no brace follows, as in a
/// list of words, or some quoted word has a colon behind it.
pub(super) fn is_of_object(line: &[u8]) -> bool {
    let inside = line.trim_ascii_start();
    let first = inside.strip_prefix(b"\"");
    let key = first.is_some_and(|word| match behind_word(word) {
        Some(behind) => !matches!(behind.first(), Some(b',' | b'}')),
        None => true,
    });
    key || has_key(line)
}

/// Whether the line begins with a quoted word and a colon.
pub(super) fn is_member(line: &[u8]) -> bool {
    let word = line.strip_prefix(b"\"").and_then(behind_word);
    word.is_some_and(|behind| behind.starts_with(b":"))
}

/// Whether a quoted word with a colon behind it stands in the line.
fn has_key(mut line: &[u8]) -> bool {
    while let Some(quote) = memchr(b'"', line) {
        let word = line.get(quote + 1..).unwrap_or_default();
        let Some(end) = memchr(b'"', word) else { return false };
        line = word.get(end + 1..).unwrap_or_default();
        if line.trim_ascii_start().starts_with(b":") {
            return true;
        }
    }
    false
}

/// What follows the word that a quote began, but for blanks.
fn behind_word(word: &[u8]) -> Option<&[u8]> {
    let end = memchr(b'"', word)?;
    Some(word.get(end + 1..)?.trim_ascii_start())
}

/// Whether `word` is the beginning of one that JSON or Python has for a
/// value.
pub(super) fn begins_literal(word: &[u8]) -> bool {
    const LITERALS: [&[u8]; 8] = [
        b"true",
        b"false",
        b"null",
        b"True",
        b"False",
        b"None",
        b"NaN",
        b"Infinity",
    ];
    LITERALS.iter().any(|literal| literal.starts_with(word))
}

/// Whether `word` is the beginning of a key that a record has which follows
/// other text on its line, in quotes or not.
pub(super) fn begins_name(word: &[u8]) -> bool {
    const NAMES: [&[u8]; 7] =
        [b"type", b"mode", b"op", b"file_path", b"path", b"file", b"filename"];
    let word = match word {
        [b'\'', word @ ..] | [0xE2, 0x80, 0x98 | 0x9C | 0x9D, word @ ..] => {
            word
        }
        [0xE2] | [0xE2, 0x80] => b"",
        [] => return false,
        word => word,
    };
    NAMES.iter().any(|name| name.starts_with(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_told_from_words_in_braces() {
        let objects = [
            r#""b" 1,"c":2}"#,
            r#""a"=1}"#,
            r#""type:"create","path":"x"}"#,
            r#","b":2}"#,
            r#"{"b":1}}"#,
            r#"1:2,"b":3}"#,
            r#""unclosed"#,
        ];
        for line in objects {
            assert!(is_of_object(line.as_bytes()), "{line}");
        }
        let others = [
            "x}",
            "{ name }}",
            "% if x == \"a\" %}",
            r#""a", "b"}"#,
            r#""a"}"#,
            r#" content: ":"; }"#,
            "",
        ];
        for line in others {
            assert!(!is_of_object(line.as_bytes()), "{line}");
        }
    }
}
