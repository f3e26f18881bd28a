//! How far a string goes on before a byte that needs a look.
//!
//! Eight bytes at a time in one machine word, the trick known as SWAR
//! (Bit Twiddling Hacks, "determine if a word has a byte less than n").

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// The number of leading bytes that are neither `quote`, nor a backslash,
/// nor a control character below 0x20.
pub(super) fn plain(bytes: &[u8], quote: u8) -> usize {
    let quotes = ONES * u64::from(quote);
    let (words, rest) = bytes.as_chunks::<8>();
    for (n, word) in words.iter().enumerate() {
        let hits = special(u64::from_le_bytes(*word), quotes);
        if hits != 0 {
            return n * 8 + (hits.trailing_zeros() / 8) as usize;
        }
    }
    let stop = |b: &u8| *b == quote || *b == b'\\' || *b < 0x20;
    bytes.len() - rest.len() + rest.iter().position(stop).unwrap_or(rest.len())
}

/// The high bit of the first byte that stops a run; bits above it are noise.
fn special(word: u64, quotes: u64) -> u64 {
    let control = word.wrapping_sub(ONES * 0x20) & !word;
    let quote = zero(word ^ quotes);
    let backslash = zero(word ^ (ONES * u64::from(b'\\')));
    (control | quote | backslash) & HIGH
}

fn zero(word: u64) -> u64 {
    word.wrapping_sub(ONES) & !word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_a_look_at_every_byte() {
        for stop in 0..=255_u8 {
            for length in 0..20 {
                for at in 0..length {
                    let mut text = vec![b'a'; length];
                    text[at] = stop;
                    let want = text
                        .iter()
                        .position(|b| matches!(b, b'"' | b'\\' | 0..0x20))
                        .unwrap_or(length);
                    assert_eq!(plain(&text, b'"'), want, "{stop} at {at}");
                }
            }
        }
    }
}
