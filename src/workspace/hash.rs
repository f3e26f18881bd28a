//! Digests of contents and operations: bytes in, 128 bits out.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
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

    /// Its bytes.
    pub(super) fn bytes(self) -> [u8; 16] {
        self.0.to_be_bytes()
    }

    /// Its hexadecimal digits.
    fn digits(self) -> [u8; 32] {
        let mut digits = [0; 32];
        let mut rest = self.0;
        for digit in digits.iter_mut().rev() {
            let value = (rest & 0xf) as u8;
            *digit = value + if value < 10 { b'0' } else { b'a' - 10 };
            rest >>= 4;
        }
        digits
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.digits()).unwrap_or_default())
    }
}

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let digits = self.digits();
        to.serialize_str(std::str::from_utf8(&digits).unwrap_or_default())
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(from)?;
        text.parse().map_err(de::Error::custom)
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
