//! Whether bytes that arrive in pieces are UTF-8: bytes in, where they cease
//! to be out.
//!
//! It keeps the bytes of one unfinished character, and does not know what
//! the characters mean.

/// A check of one text; see the module.
#[derive(Clone, Copy, Debug, Default)]
pub struct Utf8 {
    /// The beginning of a character whose end has not arrived.
    begun: [u8; 4],
    /// Bytes in `begun`; at most three between two calls.
    length: usize,
}

impl Utf8 {
    /// Takes the next bytes. Gives the offset in them of the first that is
    /// no text: 0, too, if it is a character begun before which is not
    /// finished by them. After that the check is over.
    pub fn feed(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut used = 0;
        while self.length > 0 {
            let byte = *bytes.get(used)?;
            if !self.goes_on(byte) {
                return Some(used);
            }
            used += 1;
        }
        let rest = bytes.get(used..).unwrap_or_default();
        let why = simdutf8::compat::from_utf8(rest).err()?;
        if why.error_len().is_some() {
            return Some(used + why.valid_up_to());
        }
        let torn = rest.get(why.valid_up_to()..).unwrap_or_default();
        for (slot, byte) in self.begun.iter_mut().zip(torn) {
            *slot = *byte;
        }
        self.length = torn.len();
        None
    }

    /// Adds a byte to the unfinished character: whether it can follow.
    fn goes_on(&mut self, byte: u8) -> bool {
        let Some(slot) = self.begun.get_mut(self.length) else { return false };
        *slot = byte;
        self.length += 1;
        let begun = self.begun.get(..self.length).unwrap_or_default();
        match std::str::from_utf8(begun) {
            Ok(_) => self.length = 0,
            Err(why) if why.error_len().is_some() => return false,
            Err(_) => {}
        }
        true
    }

    /// Whether no character is unfinished.
    pub fn is_whole(&self) -> bool {
        self.length == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_make_no_difference() {
        let texts: [&[u8]; 6] = [
            "a\u{e9}\u{20ac}\u{1f680}b".as_bytes(),
            b"ab\xffc",
            b"\xe2\x82",
            b"\xe2\x28\xa1",
            b"\xed\xa0\x80",
            b"",
        ];
        for text in texts {
            let is_text = std::str::from_utf8(text).is_ok();
            for chunk in 1..=text.len().max(1) {
                let mut utf8 = Utf8::default();
                let broken =
                    text.chunks(chunk).any(|part| utf8.feed(part).is_some());
                assert_eq!(!broken && utf8.is_whole(), is_text, "{text:?}");
            }
        }
    }
}
