//! A reading position in the bytes at hand, for tokens that need a look
//! ahead. It knows offsets and words, nothing of values.

/// The longest unquoted word that is looked at, in bytes. Longer than any
/// key that was ever meant as one; it bounds what is read again.
const LONGEST_WORD: usize = 128;

/// A reading position in the window.
pub(super) struct Cursor<'w> {
    pub(super) window: &'w [u8],
    pub(super) base: u64,
    pub(super) i: usize,
}

pub(super) enum Word<'w> {
    Whole(&'w [u8]),
    Unfinished,
    Endless,
}

impl<'w> Cursor<'w> {
    pub(super) fn at(&self) -> u64 {
        self.base + self.i as u64
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.window.get(self.i).copied()
    }

    pub(super) fn rest(&self) -> &'w [u8] {
        self.window.get(self.i..).unwrap_or_default()
    }

    /// The word that starts here. Only a byte that cannot belong to it shows
    /// that it is whole.
    pub(super) fn word(&self) -> Word<'w> {
        let rest = self.rest();
        let inside = |b: &u8| {
            b.is_ascii_alphanumeric() || matches!(b, b'_' | b'$' | b'-')
        };
        match rest.iter().take(LONGEST_WORD).position(|b| !inside(b)) {
            Some(n) => Word::Whole(rest.get(..n).unwrap_or_default()),
            None if rest.len() < LONGEST_WORD => Word::Unfinished,
            None => Word::Endless,
        }
    }
}

pub(super) fn starts_word(rest: &[u8]) -> bool {
    rest.first()
        .is_some_and(|b| b.is_ascii_alphabetic() || matches!(b, b'_' | b'$'))
}
