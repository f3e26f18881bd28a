//! Lines out of a stream of chunks.

use memchr::memchr_iter;

/// Bytes of the longest line that is kept; a longer one is handed on as
/// [`Line::TooLong`]. No telemetry line comes near it.
const LONGEST: usize = 8 * 1024 * 1024;

/// Gathers chunks into lines.
#[derive(Debug, Default)]
pub struct Lines {
    /// The beginning of the current line, from earlier chunks.
    begun: Vec<u8>,
    /// Lines that have ended.
    ended: u64,
    /// Bytes of the current line that were dropped.
    dropped: usize,
}

/// One line, without its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line<'a> {
    /// Its bytes.
    Whole(&'a [u8]),
    /// It was too long to be kept.
    TooLong,
}

impl Lines {
    /// Takes the next bytes, in chunks of any size; hands each line that
    /// ends in them to `sink` with its number, counted from 1.
    pub fn feed(&mut self, bytes: &[u8], sink: &mut impl FnMut(u64, Line)) {
        let mut from = 0;
        for end in memchr_iter(b'\n', bytes) {
            let part = bytes.get(from..end).unwrap_or_default();
            from = end + 1;
            if self.begun.is_empty() && self.dropped == 0 {
                self.ended += 1;
                sink(self.ended, Line::Whole(part));
            } else {
                self.keep(part);
                self.end(sink);
            }
        }
        self.keep(bytes.get(from..).unwrap_or_default());
    }

    /// Hands out the last line if nothing ended it.
    pub fn finish(mut self, sink: &mut impl FnMut(u64, Line)) {
        if !self.begun.is_empty() || self.dropped > 0 {
            self.end(sink);
        }
    }

    fn keep(&mut self, part: &[u8]) {
        let room = LONGEST.saturating_sub(self.begun.len());
        let kept = part.get(..room).unwrap_or(part);
        self.begun.extend_from_slice(kept);
        self.dropped += part.len() - kept.len();
    }

    fn end(&mut self, sink: &mut impl FnMut(u64, Line)) {
        self.ended += 1;
        let line = match self.dropped {
            0 => Line::Whole(&self.begun),
            _ => Line::TooLong,
        };
        sink(self.ended, line);
        self.begun.clear();
        self.dropped = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(bytes: &[u8], chunk: usize) -> Vec<(u64, String)> {
        let mut found = Vec::new();
        let mut sink = |number, line: Line| {
            let text = match line {
                Line::Whole(text) => String::from_utf8_lossy(text).into(),
                Line::TooLong => String::from("too long"),
            };
            found.push((number, text));
        };
        let mut lines = Lines::default();
        for part in bytes.chunks(chunk) {
            lines.feed(part, &mut sink);
        }
        lines.finish(&mut sink);
        found
    }

    #[test]
    fn lines_do_not_depend_on_chunks() {
        let text = b"a\n\nbcd\nlast";
        for chunk in [1, 2, 3, 99] {
            let expected = [(1, "a"), (2, ""), (3, "bcd"), (4, "last")];
            let expected = expected.map(|(n, text)| (n, text.to_owned()));
            assert_eq!(lines(text, chunk), expected);
        }
    }

    #[test]
    fn a_line_too_long_to_keep_is_told() {
        let mut text = vec![b'x'; LONGEST + 1];
        text.extend_from_slice(b"\nshort\n");
        let found = lines(&text, 65_536);
        assert_eq!(found[0].1, "too long");
        assert_eq!(found[1], (2, "short".into()));
    }
}
