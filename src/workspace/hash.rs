//! Digests of contents and operations: bytes in, 128 bits out.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

/// The first half of a SHA-256: enough that no two files of a project ever
/// share it, even if a model tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Hash(u128);

impl Hash {
    /// The digest of some bytes.
    pub(super) fn of(bytes: &[u8]) -> Self {
        Self::of_parts(&[bytes])
    }

    /// The digest of several byte strings, each told apart from the next.
    pub(super) fn of_parts(parts: &[&[u8]]) -> Self {
        let mut digest = Sha256::new();
        if let [only] = parts {
            digest.update(only);
        } else {
            for part in parts {
                digest.update((part.len() as u64).to_le_bytes());
                digest.update(part);
            }
        }
        let mut half = [0; 16];
        let full = digest.finalize();
        half.iter_mut().zip(full.iter()).for_each(|(to, from)| *to = *from);
        Self(u128::from_be_bytes(half))
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl FromStr for Hash {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        u128::from_str_radix(text, 16).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_read_back_as_it_was_written() {
        let hash = Hash::of(b"abc");
        assert_eq!(hash.to_string(), "ba7816bf8f01cfea414140de5dae2223");
        assert_eq!(hash.to_string().parse(), Ok(hash));
    }

    #[test]
    fn parts_are_told_apart() {
        assert_ne!(
            Hash::of_parts(&[b"ab", b"c"]),
            Hash::of_parts(&[b"a", b"bc"])
        );
    }
}
