//! The bytes at hand, addressed by their offsets in the stream.

use crate::span::Span;

/// A view of the stream: `bytes` start at offset `base`; `last` says that
/// nothing follows them.
#[derive(Clone, Copy)]
pub(super) struct Window<'w> {
    pub(super) bytes: &'w [u8],
    pub(super) base: u64,
    pub(super) last: bool,
}

impl<'w> Window<'w> {
    pub(super) fn from(self, at: u64) -> &'w [u8] {
        let skip = at.saturating_sub(self.base) as usize;
        self.bytes.get(skip..).unwrap_or_default()
    }

    /// Offset just past the last byte.
    pub(super) fn end(self) -> u64 {
        self.base + self.bytes.len() as u64
    }

    pub(super) fn span(self, span: Span) -> &'w [u8] {
        let length = span.len() as usize;
        self.from(span.start).get(..length).unwrap_or_default()
    }

    pub(super) fn until(self, end: u64) -> &'w [u8] {
        let length = end.saturating_sub(self.base) as usize;
        self.bytes.get(..length).unwrap_or(self.bytes)
    }
}
