//! Where lines begin and end in a text, and how they end. A line ends with
//! LF; a CR before it belongs to the ending. Bytes in, offsets out.

use std::ops::Range;

use bstr::ByteSlice;
use memchr::{memchr, memchr_iter, memrchr};

/// The byte order mark of UTF-8.
const BOM: &[u8] = b"\xef\xbb\xbf";

/// Where the first line begins: after a byte order mark.
pub(super) fn body_start(text: &[u8]) -> usize {
    if text.starts_with(BOM) { BOM.len() } else { 0 }
}

/// The start of the line that holds the byte at `at`.
pub(super) fn line_start(text: &[u8], at: usize) -> usize {
    let before = text.get(..at).unwrap_or(text);
    let start = memrchr(b'\n', before).map_or(0, |lf| lf + 1);
    start.max(body_start(text))
}

/// The end of the line that holds the byte at `at`, its ending included.
pub(super) fn line_end(text: &[u8], at: usize) -> usize {
    let after = text.get(at..).unwrap_or_default();
    memchr(b'\n', after).map_or(text.len(), |lf| at + lf + 1)
}

/// The number, from 1, of the line that holds the byte at `at`.
pub(super) fn line_number(text: &[u8], at: usize) -> u64 {
    let before = text.get(..at).unwrap_or(text);
    memchr_iter(b'\n', before).count() as u64 + 1
}

/// The ending of a text's last line, if it has one.
pub(super) fn ending(line: &[u8]) -> Option<&'static [u8]> {
    if line.ends_with(b"\r\n") {
        Some(b"\r\n")
    } else if line.ends_with(b"\n") {
        Some(b"\n")
    } else {
        None
    }
}

/// The ending to write beside the line that starts at `start`: its own, or
/// that of the line before it, or LF.
pub(super) fn ending_near(text: &[u8], start: usize) -> &'static [u8] {
    let own = text.get(start..line_end(text, start)).unwrap_or_default();
    let before = text.get(..start).unwrap_or_default();
    ending(own).or_else(|| ending(before)).unwrap_or(b"\n")
}

/// A text without its final line ending.
pub(super) fn chomp(line: &[u8]) -> &[u8] {
    let cut = ending(line).map_or(0, <[u8]>::len);
    line.get(..line.len() - cut).unwrap_or_default()
}

/// The lines of a text without their endings.
pub(super) fn bare_lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.lines_with_terminator().map(chomp)
}

/// Every line of a text, to be found by its number.
#[derive(Debug)]
pub(super) struct LineIndex<'a> {
    text: &'a [u8],
    /// Offset of each line's first byte, ascending.
    starts: Vec<usize>,
}

impl<'a> LineIndex<'a> {
    pub(super) fn new(text: &'a [u8]) -> Self {
        let first = body_start(text);
        let feeds = memchr_iter(b'\n', text).map(|lf| lf + 1);
        let starts = std::iter::once(first)
            .chain(feeds)
            .filter(|&start| start < text.len())
            .collect();
        Self { text, starts }
    }

    /// How many lines there are; an unterminated last one counts.
    pub(super) fn count(&self) -> u64 {
        self.starts.len() as u64
    }

    /// Where line `number`, from 1, begins.
    pub(super) fn start(&self, number: u64) -> Option<usize> {
        let index = usize::try_from(number.checked_sub(1)?).ok()?;
        self.starts.get(index).copied()
    }

    /// The bytes of lines `first..=last`, endings included.
    pub(super) fn span(&self, first: u64, last: u64) -> Option<Range<usize>> {
        let end = self.start(last)?;
        Some(self.start(first)?..line_end(self.text, end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unterminated_last_line_counts() {
        assert_eq!(LineIndex::new(b"").count(), 0);
        assert_eq!(LineIndex::new(b"a\n").count(), 1);
        assert_eq!(LineIndex::new(b"a\nb").count(), 2);
        assert_eq!(LineIndex::new(b"\xef\xbb\xbf").count(), 0);
        assert_eq!(LineIndex::new(b"\n\n").count(), 2);
    }

    #[test]
    fn a_byte_order_mark_stands_before_the_first_line() {
        let index = LineIndex::new(b"\xef\xbb\xbfa\nb\n");
        assert_eq!(index.span(1, 1), Some(3..5));
        assert_eq!(index.span(2, 2), Some(5..7));
        assert_eq!(line_start(b"\xef\xbb\xbfa", 4), 3);
    }

    #[test]
    fn a_line_without_ending_takes_that_of_the_line_before() {
        assert_eq!(ending_near(b"a\r\nb", 3), b"\r\n");
        assert_eq!(ending_near(b"a\r\nb\n", 3), b"\n");
        assert_eq!(ending_near(b"a", 0), b"\n");
    }
}
