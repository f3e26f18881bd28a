//! Exact token counts of a byte stream, and its first tokens.
//!
//! Bytes flow in, numbers flow out. Valid UTF-8 is tokenized as the encoding
//! does it; each byte that is not part of valid UTF-8 counts as one token,
//! which is what such a byte costs in these encodings when it stands alone. A
//! character torn at the end counts as the tokens that a whole text could
//! begin with: where an answer is cut between two tokens of a character, the
//! rest has as many tokens as were generated.
//! Special tokens are ordinary text. Nothing here reads a file.

use tiktoken::CoreBpe;

use super::segment::{self, Flow, Segments};
use super::torn::Torn;

/// A vocabulary.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Encoding {
    /// `o200k_base`, the one estimates are made in.
    #[default]
    #[value(name = "o200k", alias = "o200k_base")]
    O200k,
    /// `cl100k_base`.
    #[value(name = "cl100k", alias = "cl100k_base")]
    Cl100k,
}

impl Encoding {
    /// Unpacks the vocabulary: some 40 ms and 20 MB, so only who counts
    /// tokens calls it. `None` if this build was made without it.
    pub fn load(self) -> Option<Vocabulary> {
        let name = match self {
            Self::O200k => "o200k_base",
            Self::Cl100k => "cl100k_base",
        };
        tiktoken::get_encoding(name).map(|bpe| Vocabulary { bpe })
    }
}

/// Bytes before a torn character that are tokenized with it, as often as it
/// has completions; words are shorter.
const NEAR: usize = 256;

/// A vocabulary ready for use.
#[derive(Clone, Copy)]
pub struct Vocabulary {
    bpe: &'static CoreBpe,
}

impl Vocabulary {
    /// Tokens of a text that stands alone.
    pub fn count(self, bytes: &[u8]) -> u64 {
        let mut left = bytes.len();
        let mut tokens = 0;
        for part in bytes.utf8_chunks() {
            let (text, rest) = (part.valid(), part.invalid());
            left -= text.len() + rest.len();
            let torn = if left == 0 { Torn::at_end(rest) } else { None };
            let counted = torn.and_then(|torn| self.torn(text, &torn));
            tokens +=
                counted.unwrap_or_else(|| self.bpe.count(text) + rest.len());
        }
        tokens as u64
    }

    /// Tokens of a text and the torn character after it: the fewest that a
    /// longer text has there; `None` if no token can end where it is torn.
    fn torn(self, text: &str, torn: &Torn<'_>) -> Option<usize> {
        let at = segment::last_split(text.as_bytes()).unwrap_or(0);
        let nearest = text.len().saturating_sub(NEAR);
        let at = at.max(text.floor_char_boundary(nearest));
        let (before, near) = text.split_at_checked(at)?;
        let end = near.len() + torn.bytes().len();
        let counts = torn.completions().filter_map(|character| {
            let longer = format!("{near}{character}");
            self.tokens_until(&longer, end)
        });
        Some(self.bpe.count(before) + counts.min()?)
    }

    /// The number of tokens that end at that byte, if one does.
    fn tokens_until(self, text: &str, end: usize) -> Option<usize> {
        let mut at = 0;
        let tokens = self.bpe.encode(text);
        let reached = tokens.iter().position(|token| {
            at += self.bpe.decode(&[*token]).len();
            at >= end
        });
        (at == end).then_some(reached? + 1)
    }

    /// Bytes of the first `limit` tokens of a text that has more.
    fn prefix(self, bytes: &[u8], limit: u64) -> usize {
        let mut left = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut taken = 0;
        for part in bytes.utf8_chunks() {
            let tokens = self.bpe.encode(part.valid());
            if let Some(first) = tokens.get(..left) {
                return taken + self.bpe.decode(first).len();
            }
            left -= tokens.len();
            taken += part.valid().len() + part.invalid().len().min(left);
            left -= part.invalid().len().min(left);
        }
        taken
    }
}

/// Counts a stream; memory is bounded by a segment.
pub struct Counter {
    vocabulary: Vocabulary,
    segments: Segments,
    tokens: u64,
    bytes: u64,
}

impl Counter {
    /// A counter at the start of a stream.
    pub fn new(vocabulary: Vocabulary) -> Self {
        Self { vocabulary, segments: Segments::default(), tokens: 0, bytes: 0 }
    }

    /// Takes the next bytes, in chunks of any size.
    pub fn feed(&mut self, bytes: &[u8]) {
        let Self { vocabulary, segments, tokens, .. } = self;
        segments.feed(bytes, &mut |segment| {
            *tokens += vocabulary.count(segment);
            Flow::More
        });
        self.bytes += bytes.len() as u64;
    }

    /// Tokens and bytes of the stream.
    pub fn finish(self) -> Count {
        let Self { vocabulary, segments, mut tokens, bytes } = self;
        segments.finish(&mut |segment| {
            tokens += vocabulary.count(segment);
            Flow::More
        });
        Count { tokens, bytes }
    }
}

/// The size of a stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// In tokens.
    pub tokens: u64,
    /// In bytes.
    pub bytes: u64,
}

/// Passes on the bytes of a stream's first tokens.
pub struct Taker {
    vocabulary: Vocabulary,
    segments: Segments,
    left: u64,
}

impl Taker {
    /// A taker that passes on `tokens` tokens.
    pub fn new(vocabulary: Vocabulary, tokens: u64) -> Self {
        Self { vocabulary, segments: Segments::default(), left: tokens }
    }

    /// Takes the next bytes and appends what passes to `out`.
    pub fn feed(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Flow {
        let Self { vocabulary, segments, left } = self;
        if *left == 0 {
            return Flow::Enough;
        }
        segments.feed(bytes, &mut |s| pass(*vocabulary, s, left, out))
    }

    /// Appends what passes of the rest.
    pub fn finish(self, out: &mut Vec<u8>) {
        let Self { vocabulary, segments, mut left } = self;
        if left > 0 {
            segments.finish(&mut |s| pass(vocabulary, s, &mut left, out));
        }
    }
}

fn pass(
    vocabulary: Vocabulary,
    segment: &[u8],
    left: &mut u64,
    out: &mut Vec<u8>,
) -> Flow {
    let tokens = vocabulary.count(segment);
    if tokens <= *left {
        out.extend_from_slice(segment);
        *left -= tokens;
        return if *left == 0 { Flow::Enough } else { Flow::More };
    }
    let end = vocabulary.prefix(segment, *left);
    out.extend_from_slice(segment.get(..end).unwrap_or(segment));
    *left = 0;
    Flow::Enough
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vocabulary() -> Vocabulary {
        Encoding::O200k.load().unwrap()
    }

    fn taken(text: &[u8], tokens: u64, chunk: usize) -> Vec<u8> {
        let mut out = Vec::new();
        let mut taker = Taker::new(vocabulary(), tokens);
        for part in text.chunks(chunk) {
            if taker.feed(part, &mut out) == Flow::Enough {
                break;
            }
        }
        taker.finish(&mut out);
        out
    }

    #[test]
    fn known_texts_have_their_published_counts() {
        for (text, o200k, cl100k) in [
            ("", 0, 0),
            ("hello world", 2, 2),
            ("tiktoken is great!", 6, 6),
            (".\n/", 1, 2),
            ("a\n\nb", 3, 3),
        ] {
            let cl = Encoding::Cl100k.load().unwrap();
            assert_eq!(vocabulary().count(text.as_bytes()), o200k, "{text:?}");
            assert_eq!(cl.count(text.as_bytes()), cl100k, "{text:?}");
        }
    }

    /// Characters of every plane, in rows with all sorts of separators.
    fn many_characters() -> String {
        let separators = ["\n", " ", "a", "1", "'s", "/", "\r\n", "  ", ".\n/"];
        let characters = ('\0'..=char::MAX).step_by(23);
        let mut text = String::new();
        for (index, character) in characters.enumerate() {
            text.push(character);
            if index % 5 == 0 {
                text.push_str(separators[index / 5 % separators.len()]);
            }
        }
        text
    }

    #[test]
    fn neither_segments_nor_chunks_change_a_count() {
        let text = many_characters();
        assert!(text.len() > 150_000);
        for encoding in [Encoding::O200k, Encoding::Cl100k] {
            let vocabulary = encoding.load().unwrap();
            let whole = vocabulary.count(text.as_bytes());
            for chunk in [1, 7, 65_536] {
                let mut counter = Counter::new(vocabulary);
                text.as_bytes().chunks(chunk).for_each(|c| counter.feed(c));
                assert_eq!(counter.finish().tokens, whole, "{chunk}");
            }
        }
    }

    #[test]
    fn a_byte_outside_utf8_is_a_token() {
        assert_eq!(vocabulary().count(b"\xff\xfe"), 2);
        assert_eq!(vocabulary().count(b"hello\xff world"), 3);
        let latin1 = b"caf\xe9 ".repeat(20_000);
        assert_eq!(vocabulary().count(&latin1), 40_001);
    }

    #[test]
    fn what_is_cut_inside_a_character_has_the_tokens_it_was_cut_at() {
        let text = "x = \u{1f9d1}\u{200d}\u{1f4bb}, \u{1d518}\u{1d52b}\u{1d526} \
                    \u{1f680}\u{1f389} \u{0d39}\u{0d32} \u{3042}\u{308a}";
        let total = vocabulary().count(text.as_bytes());
        let mut torn = 0;
        for tokens in 0..=total {
            let part = taken(text.as_bytes(), tokens, 5);
            torn += u64::from(std::str::from_utf8(&part).is_err());
            assert_eq!(vocabulary().count(&part), tokens, "{part:?}");
        }
        assert!(torn > 5, "{torn} cuts inside a character");
    }

    #[test]
    fn the_first_tokens_are_a_prefix_that_grows_by_one_token() {
        let text = "fn main() {\n    // \u{1f9d1}\u{200d}\u{1f4bb} \
                    caf\u{e9}\n}\n\n  \u{4f60}\u{597d} x's";
        let text = text.as_bytes();
        let total = vocabulary().count(text);
        assert!(total > 10);
        let mut last = Vec::new();
        for tokens in 0..=total + 1 {
            let part = taken(text, tokens, 3);
            assert!(text.starts_with(&part));
            assert!(part.len() > last.len() || tokens == 0 || tokens > total);
            last = part;
        }
        assert_eq!(last, text);
    }
}
