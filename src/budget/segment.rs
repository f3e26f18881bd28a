//! A byte stream cut where no token can reach across.
//!
//! Chunks of any size flow in; segments flow out that can be tokenized one
//! by one with the same result as the whole. The split points hold for the
//! pre-tokenizers of `o200k_base` and `cl100k_base`:
//!
//! - between an ASCII letter or digit and an ASCII character of another
//!   class, where that is not an apostrophe: words hold letters only and
//!   numbers digits only, and only an apostrophe can prolong a word;
//! - between a line end and a character that is neither white space nor `/`:
//!   a run of white space or punctuation takes its line ends along, and
//!   nothing else of what follows.
//!
//! Where the segments fall depends on the bytes alone, never on the chunks.

/// Bytes gathered before a split is looked for. The tokenizer looks at all of
/// a segment for each exotic white space in it, so segments are small; much
/// smaller ones cost more than they save.
const BLOCK: usize = 8 * 1024;

/// Bytes of the longest stretch without a split point that is counted as
/// one. It bounds memory and time. Only runs of one class of characters are
/// that long; beyond it the stretch is split at a character, which may cost
/// a token or two.
const LONGEST: usize = 1024 * 1024;

/// Gathers bytes and hands out segments.
#[derive(Debug)]
pub struct Segments {
    /// Bytes since the last split.
    pending: Vec<u8>,
    /// Length of `pending` at which a split is looked for next.
    target: usize,
}

impl Default for Segments {
    fn default() -> Self {
        Self { pending: Vec::new(), target: BLOCK }
    }
}

impl Segments {
    /// Takes the next bytes and hands each complete segment to `sink`, which
    /// says whether it wants more.
    pub fn feed(
        &mut self,
        mut bytes: &[u8],
        sink: &mut impl FnMut(&[u8]) -> Flow,
    ) -> Flow {
        while !bytes.is_empty() {
            let room = self.target.saturating_sub(self.pending.len());
            let (now, later) = bytes.split_at(room.min(bytes.len()));
            self.pending.extend_from_slice(now);
            bytes = later;
            if self.pending.len() >= self.target
                && self.split(sink) == Flow::Enough
            {
                return Flow::Enough;
            }
        }
        Flow::More
    }

    /// Hands out what is left at the end of the stream.
    pub fn finish(self, sink: &mut impl FnMut(&[u8]) -> Flow) -> Flow {
        if self.pending.is_empty() { Flow::More } else { sink(&self.pending) }
    }

    fn split(&mut self, sink: &mut impl FnMut(&[u8]) -> Flow) -> Flow {
        let at = match last_split(&self.pending) {
            Some(at) => at,
            None if self.pending.len() >= LONGEST => {
                character_start(&self.pending)
            }
            None => {
                self.target = (self.target * 2).min(LONGEST);
                return Flow::More;
            }
        };
        let flow = sink(self.pending.get(..at).unwrap_or_default());
        self.pending.drain(..at);
        self.target = BLOCK.max(self.pending.len() + 1);
        flow
    }
}

/// Whether a sink wants more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// It does.
    More,
    /// It has what it needs.
    Enough,
}

/// The last split point, as the offset of the byte after it.
pub(super) fn last_split(bytes: &[u8]) -> Option<usize> {
    let last = bytes.windows(2).rposition(|pair| match *pair {
        [left, right] => is_split(left, right),
        _ => false,
    });
    last.map(|at| at + 1)
}

/// Whether no token holds both of two neighbouring bytes, whatever stands
/// around them.
fn is_split(left: u8, right: u8) -> bool {
    match left {
        b'\n' | b'\r' => match right {
            b'/' => false,
            0x21..=0x7e => true,
            // Lead bytes of blocks without white space.
            0xc3..=0xe0 | 0xe4..=0xf4 => true,
            _ => false,
        },
        b'0'..=b'9' => right.is_ascii() && !right.is_ascii_digit(),
        b'a'..=b'z' | b'A'..=b'Z' => {
            right.is_ascii() && !right.is_ascii_alphabetic() && right != b'\''
        }
        _ => false,
    }
}

/// The start of the last character, or of the last byte that is none.
fn character_start(bytes: &[u8]) -> usize {
    let last = bytes.len().saturating_sub(1);
    let back = bytes.iter().rev().take(4);
    let lead = back.take_while(|b| (0x80..0xc0).contains(*b)).count();
    if lead > 3 { last } else { last - lead.min(last) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segments(bytes: &[u8], chunk: usize) -> Vec<usize> {
        let mut found = Vec::new();
        let mut sink = |segment: &[u8]| {
            found.push(segment.len());
            Flow::More
        };
        let mut segments = Segments::default();
        for part in bytes.chunks(chunk) {
            segments.feed(part, &mut sink);
        }
        segments.finish(&mut sink);
        found
    }

    #[test]
    fn segments_do_not_depend_on_chunks() {
        let text = "some words, and\nmore; (of) them.\n".repeat(20_000);
        let whole = segments(text.as_bytes(), usize::MAX);
        assert!(whole.len() > 4);
        assert_eq!(whole.iter().sum::<usize>(), text.len());
        for chunk in [1, 7, 65_536] {
            assert_eq!(segments(text.as_bytes(), chunk), whole);
        }
    }

    #[test]
    fn a_stretch_without_split_points_is_kept_whole_up_to_the_limit() {
        assert_eq!(segments(&vec![b' '; 1_000_000], 4096), [1_000_000]);
        let long = segments(&vec![b'a'; LONGEST + 5], 4096);
        assert_eq!(long.iter().sum::<usize>(), LONGEST + 5);
        assert!(long.len() == 2);
    }

    #[test]
    fn a_character_is_never_split() {
        assert_eq!(character_start("ab\u{1f600}".as_bytes()), 2);
        assert_eq!(character_start("ab".as_bytes()), 1);
        assert_eq!(character_start(&[0x80; 9]), 8);
    }
}
