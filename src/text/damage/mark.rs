//! Lines that stand in no finished file: a line in, what it is a mark of out.
//!
//! Each begins its line, and none is judged by what stands around it: that
//! two of them make a pair is for those who see the others.

use crate::text::thinking::TAGS;

/// What a line is a mark of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// `<<<<<<< X`, the first line of a conflict. Without a name behind it,
    /// it may be the underline of a heading.
    Ours {
        /// Whether a name follows.
        is_named: bool,
    },
    /// `=======`, which divides one, or underlines a heading.
    Divider,
    /// `>>>>>>> X`, the last line of one, or a quotation seven deep.
    Theirs,
    /// A line of a SEARCH/REPLACE block that names its part.
    Block,
    /// The first or last line of a V4A patch.
    Patch,
    /// A tag that begins a model's thinking.
    Thinks,
    /// A tag that ends it.
    Thought,
}

/// Marks of a line of a conflict; git, Mercurial and Subversion agree.
const CONFLICT: usize = 7;

/// The mark that a line is; blanks at its end do not count.
pub fn mark(line: &[u8]) -> Option<Mark> {
    let line = line.trim_ascii_end();
    // Most lines of a file end here.
    match line.first()? {
        b'<' | b'>' | b'=' | b'-' | b'+' | b'*' | b'[' | 0xE2 => {}
        _ => return None,
    }
    if is_block_line(line) {
        return Some(Mark::Block);
    }
    match line {
        b"=======" => return Some(Mark::Divider),
        b"*** Begin Patch" | b"*** End Patch" => return Some(Mark::Patch),
        _ => {}
    }
    if let Some(name) = conflict(line, b'<') {
        return Some(Mark::Ours { is_named: !name.is_empty() });
    }
    if conflict(line, b'>').is_some() {
        return Some(Mark::Theirs);
    }
    TAGS.iter().find_map(|tags| match line {
        line if line == tags.begin => Some(Mark::Thinks),
        line if line == tags.end => Some(Mark::Thought),
        _ => None,
    })
}

/// Whether a text begins with a tag that begins a model's thinking.
pub fn begins_thinking(text: &[u8]) -> bool {
    TAGS.iter().any(|tags| text.starts_with(tags.begin))
}

/// What follows the seven marks of a line of a conflict.
fn conflict(line: &[u8], mark: u8) -> Option<&[u8]> {
    let (marks, name) = line.split_at_checked(CONFLICT)?;
    let is_run = marks.iter().all(|byte| *byte == mark);
    let ends = matches!(name.first(), None | Some(b' '));
    (is_run && ends).then(|| name.trim_ascii())
}

/// `<<<<<<< SEARCH`, `------- SEARCH`, `>>>>>>> REPLACE`, `+++++++ REPLACE`,
/// of five marks or more.
fn is_block_line(line: &[u8]) -> bool {
    let parts = [(b"<-", &b" SEARCH"[..]), (b">+", &b" REPLACE"[..])];
    parts.iter().any(|(marks, word)| {
        let Some(run) = line.strip_suffix(*word) else { return false };
        let first = run.first().filter(|byte| marks.contains(byte));
        run.len() >= 5
            && first.is_some_and(|mark| run.iter().all(|byte| byte == mark))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_begin_their_line_and_are_all_of_it() {
        let of = |line: &str| mark(line.as_bytes());
        let named = Mark::Ours { is_named: true };
        assert_eq!(of("<<<<<<< HEAD\r\n"), Some(named));
        assert_eq!(of("<<<<<<<\n"), Some(Mark::Ours { is_named: false }));
        assert_eq!(of("=======\n"), Some(Mark::Divider));
        assert_eq!(of(">>>>>>> a branch"), Some(Mark::Theirs));
        assert_eq!(of("<<<<<<< SEARCH"), Some(Mark::Block));
        assert_eq!(of("+++++++ REPLACE"), Some(Mark::Block));
        assert_eq!(of("*** Begin Patch"), Some(Mark::Patch));
        assert_eq!(of("</think>"), Some(Mark::Thought));
        assert_eq!(of("[THINK]"), Some(Mark::Thinks));
        for text in [
            "",
            "a",
            " <<<<<<< HEAD",
            "<<<<<<<< HEAD",
            "<<<<<<<HEAD",
            "======",
            "========",
            "<think>x",
            "> a",
            "*** Begin",
            "<b>",
            "---- SEARCH",
            "<<-<<<< SEARCH",
            "[think]",
        ] {
            assert_eq!(of(text), None, "{text}");
        }
    }
}
