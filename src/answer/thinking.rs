//! What a model wrote for itself before it answered, as far as it stands in
//! the text of the answer: a line in, whether thinking begins or ends there
//! out.

use crate::text::thinking::{TAGS, Tags};

/// The tags that a line begins with, and how many of its bytes stand before
/// the thinking.
pub(super) fn begins(line: &[u8]) -> Option<(Tags, usize)> {
    let text = line.trim_ascii_start();
    let blanks = line.len() - text.len();
    let is_tag = matches!(text.first(), Some(b'<' | b'[' | 0xE2));
    let mut tags = TAGS.iter().filter(|_| is_tag);
    let found = tags.find(|tags| {
        let begin = text.get(..tags.begin.len());
        begin.is_some_and(|begin| begin.eq_ignore_ascii_case(tags.begin))
    })?;
    Some((*found, blanks + found.begin.len()))
}

/// Whether more of a line may show that thinking begins with it.
pub(super) fn may_begin(line: &[u8]) -> bool {
    let text = line.trim_ascii_start();
    TAGS.iter().any(|tags| tags.begin.starts_with(text))
}

/// Just past a tag that ends what nothing on the way has begun, where it
/// begins or ends the line: the template had begun the thinking already.
pub(super) fn ends_alone(line: &[u8]) -> Option<usize> {
    let text = line.trim_ascii();
    let from = line.len() - line.trim_ascii_start().len();
    if !text.ends_with(b">") && !matches!(text.first(), Some(b'<' | b'[')) {
        return None;
    }
    TAGS.iter().find_map(|tags| {
        if text.starts_with(tags.end) {
            return Some(from + tags.end.len());
        }
        text.ends_with(tags.end).then_some(from + text.len())
    })
}

/// Looks for the end of thinking in bytes as they come.
#[derive(Clone, Debug)]
pub(super) struct Thinking {
    end: &'static [u8],
    /// The last bytes, in which the end may have begun.
    carry: Vec<u8>,
}

impl Thinking {
    pub(super) fn new(tags: Tags) -> Self {
        Self { end: tags.end, carry: Vec::new() }
    }

    /// How many of the bytes are thinking and the tag that ends it; nothing
    /// if all of them are, and it goes on.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Option<usize> {
        let carried = self.carry.len();
        self.carry.extend_from_slice(bytes);
        if let Some(at) = memchr::memmem::find(&self.carry, self.end) {
            return Some((at + self.end.len()).saturating_sub(carried));
        }
        let kept = self.carry.len().min(self.end.len() - 1);
        self.carry.drain(..self.carry.len() - kept);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_at_the_start_of_a_line_begins_thinking() {
        assert_eq!(begins(b" <think>x").unwrap().1, 8);
        assert!(begins(b"[THINK]\n").is_some());
        assert!(begins(b"<|channel|>analysis<|message|>a").is_some());
        assert!(begins(b"the tag <think> is").is_none());
        assert!(begins(b"<thinkers>").is_none());
        assert!(may_begin(b"<thi"));
        assert!(!may_begin(b"<div"));
    }

    #[test]
    fn an_end_is_found_in_any_chunks() {
        let text = b"a </thin b</think>{";
        let (tags, _) = begins(b"<think>").unwrap();
        for size in 1..text.len() {
            let mut thinking = Thinking::new(tags);
            let mut at = 0;
            let end = text.chunks(size).find_map(|chunk| {
                let found = thinking.take(chunk).map(|n| at + n);
                at += chunk.len();
                found
            });
            assert_eq!(end, Some(text.len() - 1), "{size}");
        }
    }

    #[test]
    fn an_end_alone_begins_or_ends_its_line() {
        assert_eq!(ends_alone(b"so.</think>\n"), Some(11));
        assert_eq!(ends_alone(b"</think>{}\n"), Some(8));
        assert_eq!(ends_alone(b"the `</think>` tag\n"), None);
    }
}
