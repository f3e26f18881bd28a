//! Notes that stand for text which was left out, where no other text can tell
//! whether they are the file's own: lines in, whether one surely is out.
//!
//! What is refused in an answer is refused for good reason: the answer was to
//! be the file. A finished file may say `# ...` or "other functions" of its
//! own accord; only a note that has both dots and words, or says that text
//! was left out, has no other reading.

use crate::text::elision::is_placeholder;

/// Words that say it.
const SAYS: [&str; 8] = [
    "unchanged",
    "omitted",
    "existing code",
    "existing implementation",
    "remains the same",
    "remain the same",
    "stays the same",
    "rest of",
];

/// What the line before leaves to be known.
#[derive(Debug, Default)]
pub(super) struct Notes {
    /// The line before was of a comment, whose sentence may go on.
    follows_comment: bool,
}

impl Notes {
    /// Takes a line: whether it stands for text that was left out.
    pub(super) fn leaves_out(&mut self, line: &[u8]) -> bool {
        let line = line.trim_ascii();
        let follows = self.follows_comment;
        let comment = [&b"//"[..], b"#", b"/*", b"*", b"--", b";", b"%"];
        self.follows_comment =
            comment.iter().any(|mark| line.starts_with(mark));
        if !is_placeholder(line) {
            return false;
        }
        let text = String::from_utf8_lossy(line).to_lowercase();
        let is_dotted = text.contains("...") || text.contains('…');
        let has_words = text.contains(char::is_alphabetic);
        let says = SAYS.iter().any(|words| text.contains(words));
        has_words && (is_dotted || says && !follows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves_out(lines: &[&str]) -> bool {
        let mut notes = Notes::default();
        lines.iter().any(|line| notes.leaves_out(line.as_bytes()))
    }

    #[test]
    fn a_note_with_words_and_dots_or_that_says_so_is_one() {
        for note in [
            "    # ... existing code ...",
            "// ... rest of the file ...",
            "// Rest of the function remains the same",
            "/* existing code */",
            "{/* existing code */}",
            "<!-- rest of the file remains unchanged -->",
            "... (rest of the code remains unchanged)",
            "# \u{2026} other methods unchanged \u{2026}",
        ] {
            assert!(leaves_out(&["a = 1", note, ""]), "{note}");
        }
    }

    #[test]
    fn what_people_write_is_none() {
        for lines in [
            &["# ...", "// ...", "/* ... */", "#........", "..."][..],
            &["# Other helper functions", "// Other methods."],
            &["# Remaining base class code"],
            &["// Puts the text where the", "// rest of the code is"],
        ] {
            assert!(!leaves_out(lines), "{lines:?}");
        }
    }
}
