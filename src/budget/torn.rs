//! The beginning of a character whose end was cut off.
//!
//! Bytes flow in, the characters that they could have become flow out.

/// Up to three bytes that begin a character and do not end it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Torn<'a> {
    bytes: &'a [u8],
    missing: usize,
}

/// Last bytes that are tried where two or more are missing: the first, the
/// last, and two between, since all of them would be too many.
const SAMPLE: [u8; 4] = [0x80, 0x8d, 0x98, 0xbf];

impl<'a> Torn<'a> {
    /// The torn character that these bytes are, if they are one.
    pub(super) fn at_end(bytes: &'a [u8]) -> Option<Self> {
        let length = match bytes.first()? {
            0xc2..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xf4 => 4,
            _ => return None,
        };
        let missing = length - bytes.len().min(length);
        (missing > 0).then_some(Self { bytes, missing })
    }

    /// The bytes that are there.
    pub(super) fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Characters that begin with them: all if one byte is missing, else
    /// some for each next byte.
    pub(super) fn completions(&self) -> impl Iterator<Item = char> {
        let mut found: Vec<Vec<u8>> =
            (0x80..0xc0).map(|next| [self.bytes, &[next]].concat()).collect();
        for _ in 1..self.missing {
            let longer = found.iter().flat_map(|begun| {
                SAMPLE.map(|next| [begun.as_slice(), &[next]].concat())
            });
            found = longer.collect();
        }
        found.into_iter().filter_map(|bytes| {
            std::str::from_utf8(&bytes).ok().and_then(|s| s.chars().next())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_torn_character_has_its_completions() {
        let emoji = "\u{1f680}";
        let torn = Torn::at_end(&emoji.as_bytes()[..3]).unwrap();
        assert_eq!(torn.completions().count(), 64);
        assert!(torn.completions().any(|c| c == '\u{1f680}'));
        let torn = Torn::at_end(&emoji.as_bytes()[..1]).unwrap();
        assert!(torn.completions().count() > 500);
    }

    #[test]
    fn whole_characters_and_stray_bytes_are_not_torn() {
        for bytes in [&b""[..], b"a", b"\xff", b"\x80", "\u{e9}".as_bytes()] {
            assert_eq!(Torn::at_end(bytes), None);
        }
    }
}
