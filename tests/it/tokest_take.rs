//! The first N tokens of a text, for texts made by chance: a prefix that
//! grows with N and has N tokens itself, or fewer where it ends in white
//! space, the last of which belonged to the next word.

use tornkit::budget::encoding::{Encoding, Taker, Vocabulary};
use tornkit::budget::segment::Flow;

use crate::support::Random;

/// Pieces that tokens join, split and tear.
const PIECES: [&str; 30] = [
    "a",
    "The",
    " the",
    "don't",
    "'S",
    "HTTP",
    "x1",
    "12345",
    " ",
    "  ",
    "\t",
    "\n",
    "\r\n",
    "\n\n",
    ".",
    "()",
    "/",
    "//",
    "\u{e9}",
    "e\u{301}",
    "\u{4f60}",
    "\u{1f9d1}\u{200d}\u{1f4bb}",
    "\u{1f680}",
    "\u{d39}\u{d32}",
    "\u{2003}",
    "\u{a0}",
    "\u{0}",
    "\u{1d518}",
    "\u{feff}",
    "_name",
];

fn take(
    text: &[u8],
    tokens: u64,
    chunk: usize,
    vocabulary: Vocabulary,
) -> Vec<u8> {
    let mut out = Vec::new();
    let mut taker = Taker::new(vocabulary, tokens);
    for part in text.chunks(chunk) {
        if taker.feed(part, &mut out) == Flow::Enough {
            break;
        }
    }
    taker.finish(&mut out);
    out
}

#[test]
fn the_first_tokens_of_any_text_are_as_many() {
    let mut random = Random::seeded();
    let seed = random.seed;
    let mut torn = 0;
    for encoding in [Encoding::O200k, Encoding::Cl100k] {
        let vocabulary = encoding.load().expect("a vocabulary");
        for _ in 0..100 {
            let pieces = 1 + random.below(30);
            let text: String = (0..pieces)
                .map(|_| PIECES[random.below(PIECES.len())])
                .collect();
            let total = vocabulary.count(text.as_bytes());
            let chunk = [1, 3, 7, 4_096][random.below(4)];
            let mut last = Vec::new();
            for tokens in 0..=total {
                let part = take(text.as_bytes(), tokens, chunk, vocabulary);
                assert!(text.as_bytes().starts_with(&part), "{text:?}");
                assert!(part.len() > last.len() || tokens == 0, "{text:?}");
                let again = vocabulary.count(&part);
                let end = text.ceil_char_boundary(part.len());
                let blank = text[..end].ends_with(char::is_whitespace);
                // Blanks at the end are another piece when nothing follows
                // them: of fewer tokens, or of one more, as the last of them
                // then no longer begins the next word.
                assert!(
                    again == tokens || blank && again <= tokens + 1,
                    "seed {seed}: {again}, not {tokens}: {part:?} of {text:?}"
                );
                torn += usize::from(std::str::from_utf8(&part).is_err());
                last = part;
            }
            assert_eq!(last, text.as_bytes());
        }
    }
    assert!(torn > 60, "{torn} cuts inside a character");
}
