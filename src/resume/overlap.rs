//! What two texts share at a seam, and whether that can be chance.

/// Shared bytes, blanks not counted, that are hardly a coincidence. Shorter
/// runs at a seam are common: indentation, brackets, `", "`.
pub(in crate::resume) const TELLING_OVERLAP: usize = 12;

/// Different bytes among them. Fewer make a ruler (`------`) or a row of
/// zeros, which do stand twice in a row.
const TELLING_VARIETY: usize = 6;

/// Inside a string, where no structure tells a repetition from the next
/// bytes, half as much raises the question.
const DOUBTFUL_OVERLAP: usize = TELLING_OVERLAP / 2;
/// Different bytes among them.
const DOUBTFUL_VARIETY: usize = 4;

/// The length of the longest end of `before` that `body` begins with.
pub(super) fn overlap(before: &[u8], body: &[u8]) -> usize {
    overlaps(before, body).next().unwrap_or(0)
}

/// The lengths of all ends of `before` that `body` begins with, the longest
/// first.
pub(super) fn overlaps(
    before: &[u8],
    body: &[u8],
) -> impl Iterator<Item = usize> + use<> {
    // Knuth, Morris and Pratt: how much of `body` matches before each byte.
    let mut borders = vec![0_usize; body.len()];
    let mut matched = 0;
    for at in 1..body.len() {
        matched = extend(body, &borders, matched, body.get(at));
        if let Some(border) = borders.get_mut(at) {
            *border = matched;
        }
    }
    matched = 0;
    for byte in before {
        if matched == body.len() {
            matched = previous(&borders, matched);
        }
        matched = extend(body, &borders, matched, Some(byte));
    }
    let next = move |length: &usize| Some(previous(&borders, *length));
    std::iter::successors(Some(matched), next).take_while(|length| *length > 0)
}

fn extend(
    body: &[u8],
    borders: &[usize],
    mut matched: usize,
    byte: Option<&u8>,
) -> usize {
    while matched > 0 && body.get(matched) != byte {
        matched = previous(borders, matched);
    }
    matched + usize::from(body.get(matched) == byte)
}

fn previous(borders: &[usize], matched: usize) -> usize {
    borders.get(matched.wrapping_sub(1)).copied().unwrap_or(0)
}

/// Whether a text is too long and too varied to stand twice by chance.
pub(super) fn is_telling(text: &[u8]) -> bool {
    solid(text) >= TELLING_OVERLAP && variety(text) >= TELLING_VARIETY
}

/// Whether a text that stands twice in a row may have been repeated.
pub(super) fn is_doubtful(text: &[u8]) -> bool {
    solid(text) >= DOUBTFUL_OVERLAP && variety(text) >= DOUBTFUL_VARIETY
}

fn solid(text: &[u8]) -> usize {
    text.iter().filter(|b| !b.is_ascii_whitespace()).count()
}

/// How many different bytes a text has.
pub(super) fn variety(text: &[u8]) -> usize {
    let mut seen = [false; 256];
    for byte in text {
        if let Some(seen) = seen.get_mut(usize::from(*byte)) {
            *seen = true;
        }
    }
    seen.iter().filter(|seen| **seen).count()
}

/// Bytes at the end of `text` that begin a character and do not finish it.
pub(super) fn partial_character(text: &[u8]) -> usize {
    let tail = text.get(text.len().saturating_sub(3)..).unwrap_or_default();
    let lead = tail.iter().rposition(|b| !(0x80..0xC0).contains(b));
    let Some(lead) = lead else { return 0 };
    let length = tail.len() - lead;
    let wanted = match tail.get(lead) {
        Some(0xC2..=0xDF) => 2,
        Some(0xE0..=0xEF) => 3,
        Some(0xF0..=0xF4) => 4,
        _ => 1,
    };
    if length < wanted { length } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_overlap_is_found() {
        assert_eq!(overlap(b"abcabc", b"abcabd"), 3);
        assert_eq!(overlap(b"xaab", b"aabaab"), 3);
        assert_eq!(overlap(b"aaaa", b"aa"), 2);
        assert_eq!(overlap(b"abc", b"xyz"), 0);
        let all: Vec<_> = overlaps(b"ababab", b"ababab!").collect();
        assert_eq!(all, [6, 4, 2]);
    }

    #[test]
    fn an_unfinished_character_is_measured() {
        let text = "aé€😀".as_bytes();
        for (cut, want) in [(1, 0), (2, 1), (3, 0), (5, 2), (9, 3), (10, 0)] {
            assert_eq!(partial_character(&text[..cut]), want, "{cut}");
        }
    }
}
