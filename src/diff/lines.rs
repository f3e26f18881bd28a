//! Chunks of bytes in, whole lines out.

use crate::span::Place;

/// Puts lines together that arrive in pieces.
#[derive(Debug)]
pub(super) struct Lines {
    /// The beginning of a line whose end has not arrived.
    carry: Vec<u8>,
    /// Where the next line begins.
    at: Place,
}

/// One line with its ending, if that is there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'a> {
    pub(super) text: &'a [u8],
    pub(super) at: Place,
}

impl Line<'_> {
    /// Offset just past the line.
    pub(super) fn end(&self) -> u64 {
        self.at.byte + self.text.len() as u64
    }

    pub(super) fn is_ended(&self) -> bool {
        self.text.ends_with(b"\n")
    }

    pub(super) fn is_blank(&self) -> bool {
        matches!(self.text, b"\n" | b"\r\n")
    }
}

impl Default for Lines {
    fn default() -> Self {
        Self { carry: Vec::new(), at: Place { byte: 0, line: 1 } }
    }
}

impl Lines {
    /// Hands every line that is now whole to `sink`.
    pub(super) fn feed<E>(
        &mut self,
        bytes: &[u8],
        mut sink: impl FnMut(Line<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut start = 0;
        for feed in memchr::memchr_iter(b'\n', bytes) {
            let line = bytes.get(start..=feed).unwrap_or_default();
            start = feed + 1;
            if self.carry.is_empty() {
                sink(Line { text: line, at: self.pass(line.len()) })?;
                continue;
            }
            self.carry.extend_from_slice(line);
            let line = std::mem::take(&mut self.carry);
            sink(Line { text: &line, at: self.pass(line.len()) })?;
            self.carry = line;
            self.carry.clear();
        }
        self.carry.extend_from_slice(bytes.get(start..).unwrap_or_default());
        Ok(())
    }

    /// The line that was never ended, and where it begins.
    pub(super) fn finish(self) -> (Vec<u8>, Place) {
        (self.carry, self.at)
    }

    /// Where the line begins that ends after `length` bytes.
    fn pass(&mut self, length: usize) -> Place {
        let at = self.at;
        self.at.byte += length as u64;
        self.at.line += 1;
        at
    }
}
