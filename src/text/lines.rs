//! Chunks of bytes in, whole lines out, each with its place.
//!
//! What a line says is the business of those who take it.

use crate::span::{Place, Span};

/// Puts lines together that arrive in pieces.
#[derive(Clone, Debug)]
pub struct Lines {
    /// The beginning of a line whose end has not arrived.
    carry: Vec<u8>,
    /// Where the next line begins.
    at: Place,
}

/// One line with its ending, if that is there.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    /// The line, with its line feed, without what was taken off before it.
    pub text: &'a [u8],
    /// Where it begins.
    pub at: Place,
    /// Bytes before the text that belong to what the line stands in, such as
    /// the indentation of a list item.
    pub taken_off: usize,
}

impl<'a> Line<'a> {
    /// A line of which nothing was taken off.
    pub fn new(text: &'a [u8], at: Place) -> Self {
        Self { text, at, taken_off: 0 }
    }

    /// Offset just past the line.
    pub fn end(&self) -> u64 {
        self.at.byte + (self.taken_off + self.text.len()) as u64
    }

    /// Whether its line feed is there.
    pub fn is_ended(&self) -> bool {
        self.text.ends_with(b"\n")
    }

    /// Whether it is an ending and nothing else.
    pub fn is_blank(&self) -> bool {
        matches!(self.text, b"\n" | b"\r\n")
    }

    /// The line without its ending and blanks around it.
    pub fn trimmed(&self) -> &'a [u8] {
        self.text.trim_ascii()
    }

    /// The line without its ending.
    pub fn bare(&self) -> &'a [u8] {
        bare(self.text)
    }

    /// From `start` to the end of the line.
    pub fn span_from(&self, start: Place) -> Span {
        Span { start: start.byte, end: self.end() }
    }
}

impl Default for Lines {
    fn default() -> Self {
        Self { carry: Vec::new(), at: Place { byte: 0, line: 1 } }
    }
}

impl Lines {
    /// Hands every line that is now whole to `sink`. A line that lies in one
    /// chunk is not copied.
    ///
    /// # Errors
    ///
    /// Those of `sink`.
    pub fn feed<E>(
        &mut self,
        bytes: &[u8],
        mut sink: impl FnMut(Line<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut start = 0;
        for feed in memchr::memchr_iter(b'\n', bytes) {
            let line = bytes.get(start..=feed).unwrap_or_default();
            start = feed + 1;
            if self.carry.is_empty() {
                sink(Line::new(line, self.pass(line.len())))?;
                continue;
            }
            self.carry.extend_from_slice(line);
            let line = std::mem::take(&mut self.carry);
            sink(Line::new(&line, self.pass(line.len())))?;
            self.carry = line;
            self.carry.clear();
        }
        self.carry.extend_from_slice(bytes.get(start..).unwrap_or_default());
        Ok(())
    }

    /// The line that has not ended.
    pub fn rest(&self) -> Line<'_> {
        Line::new(&self.carry, self.at)
    }

    /// The line that never ended, and where it begins.
    pub fn finish(self) -> (Vec<u8>, Place) {
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

/// The first line of a text, and the rest.
pub fn split_line(text: &[u8]) -> (&[u8], &[u8]) {
    let end = memchr::memchr(b'\n', text).map_or(text.len(), |at| at + 1);
    text.split_at(end)
}

/// A line without its ending.
pub fn bare(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// The last lines of a text.
pub fn last_lines(text: &[u8], lines: usize) -> &[u8] {
    let mut feeds = memchr::memrchr_iter(b'\n', text);
    // The last line may have no line feed.
    if text.ends_with(b"\n") {
        feeds.next();
    }
    let before = feeds.nth(lines.saturating_sub(1));
    let start = before.map_or(0, |feed| feed + 1);
    text.get(start..).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    /// Lines with their places, and what was left.
    type Seen = (Vec<(Vec<u8>, Place)>, Vec<u8>);

    fn seen(chunks: &[&[u8]]) -> Seen {
        let mut lines = Lines::default();
        let mut all = Vec::new();
        for chunk in chunks {
            let done: Result<(), Infallible> = lines.feed(chunk, |line| {
                all.push((line.text.to_vec(), line.at));
                Ok(())
            });
            done.unwrap();
        }
        (all, lines.finish().0)
    }

    #[test]
    fn chunks_make_no_difference() {
        let text = b"a\n\nbc\r\nd";
        let whole = seen(&[text]);
        assert_eq!(whole.0.len(), 3);
        let third = (b"bc\r\n".to_vec(), Place { byte: 3, line: 3 });
        assert_eq!(whole.0[2], third);
        assert_eq!(whole.1, b"d");
        for at in 0..=text.len() {
            assert_eq!(seen(&[&text[..at], &text[at..]]), whole, "{at}");
        }
        let bytes: Vec<&[u8]> = text.chunks(1).collect();
        assert_eq!(seen(&bytes), whole);
    }
}
