//! Chunks of bytes in, whole lines out.

use crate::span::{Place, Span};

/// Puts lines together that arrive in pieces.
#[derive(Clone, Debug)]
pub(super) struct Lines {
    /// The beginning of a line whose end has not arrived.
    carry: Vec<u8>,
    /// Where the next line begins.
    pub(super) at: Place,
}

/// One line with its ending, if that is there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'a> {
    pub(super) text: &'a [u8],
    pub(super) at: Place,
}

impl<'a> Line<'a> {
    /// Offset just past the line.
    pub(super) fn end(&self) -> u64 {
        self.at.byte + self.text.len() as u64
    }

    /// The line without its ending and blanks around it.
    pub(super) fn trimmed(&self) -> &'a [u8] {
        self.text.trim_ascii()
    }

    /// The line without its ending.
    pub(super) fn bare(&self) -> &'a [u8] {
        let text = self.text.strip_suffix(b"\n").unwrap_or(self.text);
        text.strip_suffix(b"\r").unwrap_or(text)
    }

    /// From `start` to the end of the line.
    pub(super) fn span_from(&self, start: Place) -> Span {
        Span { start: start.byte, end: self.end() }
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
        for piece in bytes.split_inclusive(|b| *b == b'\n') {
            self.carry.extend_from_slice(piece);
            if piece.ends_with(b"\n") {
                let at = self.at;
                self.at.byte += self.carry.len() as u64;
                self.at.line += 1;
                sink(Line { text: &self.carry, at })?;
                self.carry.clear();
            }
        }
        Ok(())
    }

    /// The line that was never ended.
    pub(super) fn rest(&self) -> Line<'_> {
        Line { text: &self.carry, at: self.at }
    }
}
