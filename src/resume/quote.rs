//! Text quoted in a prompt so that it can be found again, byte for byte.

use memchr::memmem;

use super::overlap::partial_character;

/// Bytes of the tail that are quoted at least: some ten lines, enough for a
/// model to see where it stopped, about a hundred tokens.
const QUOTED_BYTES: usize = 400;

/// The end of `text`, long enough to stand in it only once, without an
/// unfinished character at its end.
pub(super) fn unique_tail(text: &[u8]) -> &[u8] {
    let end = text.len() - partial_character(text);
    let text = text.get(..end).unwrap_or_default();
    let mut length = QUOTED_BYTES;
    loop {
        let start = boundary(text, end.saturating_sub(length));
        let tail = text.get(start..).unwrap_or_default();
        if start == 0 || memmem::find(text, tail) == Some(start) {
            return tail;
        }
        length *= 2;
    }
}

/// The first start of a character at or before `at`.
fn boundary(text: &[u8], mut at: usize) -> usize {
    while at > 0 && text.get(at).is_some_and(|b| (0x80..0xC0).contains(b)) {
        at -= 1;
    }
    at
}

/// A fenced block with `info` as its info string. The fence is longer than
/// any run of backticks inside.
pub(super) fn block(info: &str, text: &[u8]) -> Vec<u8> {
    let longest =
        text.split(|b| *b != b'`').map(<[u8]>::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let mut block = format!("{fence}{info}\n").into_bytes();
    block.extend_from_slice(text);
    block.push(b'\n');
    block.extend_from_slice(fence.as_bytes());
    block.push(b'\n');
    block
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tail_is_lengthened_until_it_is_unique() {
        let line = "same line\n".repeat(100);
        let text = format!("first\n{line}");
        assert_eq!(unique_tail(text.as_bytes()), text.as_bytes());
        let text = format!("{line}and the end");
        assert_eq!(unique_tail(text.as_bytes()).len(), QUOTED_BYTES);
    }

    #[test]
    fn a_fence_is_longer_than_what_it_holds() {
        assert_eq!(block("tail", b"a ```` b"), b"`````tail\na ```` b\n`````\n");
    }
}
