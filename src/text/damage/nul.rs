//! NUL bytes of a file: bytes in, whether they are damage out.
//!
//! A power cut leaves runs of them where text was to be. A picture has them,
//! too. What tells the two apart is the rest of the file.

use crate::span::Place;
use crate::text::Utf8;

/// NULs at the start of a file that show a block which was never written;
/// UTF-16 and UTF-32 have three at most.
const BLOCK: u64 = 16;

/// What was seen of a file's NUL bytes.
#[derive(Clone, Debug)]
pub(super) struct Nuls {
    /// Where the next byte stands.
    at: Place,
    /// The first NUL, and how many there are.
    pub(super) first: Option<Place>,
    pub(super) count: u64,
    /// NULs that the file begins with.
    leading: u64,
    utf8: Utf8,
    /// Bytes came that no text has.
    is_foreign: bool,
}

impl Default for Nuls {
    fn default() -> Self {
        Self {
            at: Place { byte: 0, line: 1 },
            first: None,
            count: 0,
            leading: 0,
            utf8: Utf8::default(),
            is_foreign: false,
        }
    }
}

impl Nuls {
    pub(super) fn feed(&mut self, bytes: &[u8]) {
        if !self.is_foreign {
            self.is_foreign = self.utf8.feed(bytes).is_some()
                || bytes.iter().any(|byte| is_foreign(*byte));
        }
        for nul in memchr::memchr_iter(0, bytes) {
            let byte = self.at.byte + nul as u64;
            if self.first.is_none() {
                let before = bytes.get(..nul).unwrap_or_default();
                let line = self.at.line + line_feeds(before);
                self.first = Some(Place { byte, line });
            }
            self.leading += u64::from(self.leading == byte);
            self.count += 1;
        }
        self.at.byte += bytes.len() as u64;
        if self.first.is_none() {
            self.at.line += line_feeds(bytes);
        }
    }

    /// Whether the file is binary, and not to be judged: it has NULs, and
    /// either other bytes that no text has or a NUL in its first line. A
    /// first line lost in a block of NULs is damage like any other.
    pub(super) fn is_binary(&self) -> bool {
        let is_early = self.first.is_some_and(|first| first.line == 1);
        self.count > 0 && (self.is_foreign || is_early && self.leading < BLOCK)
    }
}

fn line_feeds(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}

/// Control characters that no text has. Bells, backspaces, form feeds and
/// escapes stand in some.
fn is_foreign(byte: u8) -> bool {
    matches!(byte, 1..=6 | 0x0e..=0x1a | 0x1c..=0x1f)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether NULs are damage, binary, or not there.
    fn judged(bytes: &[u8]) -> &'static str {
        let mut seen = Vec::new();
        for chunk in [1, 7, 4096] {
            let mut nuls = Nuls::default();
            bytes.chunks(chunk).for_each(|part| nuls.feed(part));
            seen.push(match (nuls.count, nuls.is_binary()) {
                (0, _) => "none",
                (_, true) => "binary",
                (_, false) => "damage",
            });
        }
        assert!(seen.iter().all(|one| *one == seen[0]), "{seen:?}");
        seen[0]
    }

    #[test]
    fn the_rest_of_a_file_tells_what_its_nuls_are() {
        assert_eq!(judged(b"a\nb\n"), "none");
        assert_eq!(judged(b"a\nb\0\0\0\0"), "damage");
        assert_eq!(judged("\u{e9}\nb\0\0c\n".as_bytes()), "damage");
        assert_eq!(judged(&[0; 64]), "damage");
        assert_eq!(judged(&[&[0; 64][..], b"a\nb\n"].concat()), "damage");
        assert_eq!(judged(b"\x89PNG\r\n\x1a\n\0\0"), "binary");
        assert_eq!(judged(b"a\0\n\0b\0\n\0"), "binary");
        assert_eq!(judged(b"\0a\0\n\0b\0\n"), "binary");
        assert_eq!(judged(b"P6\n9 9\n255\n\0\xff\0"), "binary");
        assert_eq!(judged(b"name\0\0\0\0ustar\0\na\n"), "binary");
    }

    #[test]
    fn the_first_one_has_its_place() {
        let mut nuls = Nuls::default();
        nuls.feed(b"a\nb");
        nuls.feed(b"c\nd\0\n\0");
        assert_eq!(nuls.first, Some(Place { byte: 6, line: 3 }));
        assert_eq!(nuls.count, 2);
    }
}
