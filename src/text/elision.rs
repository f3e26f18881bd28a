//! Notes that stand for text that a model left out: a line in, whether it is
//! one out.

/// Words that begin such a note.
const FIRST: [&str; 9] = [
    "rest",
    "the rest",
    "existing",
    "remaining",
    "other",
    "previous",
    "keep",
    "same",
    "code",
];

/// Words that end one.
const LAST: [&str; 13] = [
    "code",
    "unchanged",
    "same",
    "here",
    "before",
    "file",
    "function",
    "class",
    "methods",
    "functions",
    "implementation",
    "omitted",
    "is",
];

/// Words of the longest note; what is longer is a comment.
const MAX_WORDS: usize = 9;

/// Openings of comments, the longer first.
const COMMENTS: [&str; 8] = ["<!--", "{/*", "//", "/*", "--", "#", ";", "%"];

/// Whether a line stands for text that is left out: dots and nothing else in
/// a comment, or a note between dots or in a comment.
pub fn is_placeholder(line: &[u8]) -> bool {
    if !may_be_note(line) {
        return false;
    }
    let Ok(text) = std::str::from_utf8(line) else { return false };
    let text = text.trim();
    let opening = COMMENTS.iter().find_map(|mark| text.strip_prefix(mark));
    let is_comment = opening.is_some();
    let text = opening.unwrap_or(text);
    let ends: &[char] = &['-', '>', '*', '/', '}', ' ', '#', '%'];
    let text = text.trim_end_matches(ends).trim();
    let undotted = text.trim_matches(['.', '…', ' ', '(', ')', '[', ']']);
    let is_dotted = text.contains("...") || text.contains('…');
    if undotted.is_empty() {
        return is_comment && is_dotted;
    }
    (is_comment || is_dotted) && is_note(&undotted.to_lowercase())
}

/// Bytes of the longest note.
const MAX_BYTES: usize = 160;

/// Whether a line is short, and begins or ends as notes do. Every line of
/// every new text is asked.
fn may_be_note(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    if line.len() > MAX_BYTES {
        return false;
    }
    match line.first() {
        Some(b'<' | b'{' | b'/' | b'-' | b'#' | b';' | b'%') => true,
        Some(b'.' | b'[' | b'(' | 0xE2) => true,
        Some(_) => {
            memchr::memmem::find(line, b"...").is_some()
                || memchr::memmem::find(line, "\u{2026}".as_bytes()).is_some()
        }
        None => false,
    }
}

fn is_note(text: &str) -> bool {
    let starts = |word: &str| {
        let rest = text.strip_prefix(word);
        rest.is_some_and(|rest| rest.starts_with(' '))
    };
    let ends = |word: &str| {
        let rest = text.strip_suffix(word);
        rest.is_some_and(|rest| rest.ends_with(' '))
    };
    text.split_whitespace().count() <= MAX_WORDS
        && FIRST.iter().any(|word| starts(word))
        && LAST.iter().any(|word| ends(word))
}

/// The first line of a new text that stands for text left out and that the
/// old one does not have.
pub fn placeholder<'a>(new: &'a [u8], old: &[u8]) -> Option<&'a [u8]> {
    let mut lines = new.split(|b| *b == b'\n').filter(|l| is_placeholder(l));
    lines.find(|line| !old.split(|b| *b == b'\n').any(|l| l == *line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_for_text_left_out_are_told_from_comments() {
        let notes = [
            "... existing code ...",
            "    # ... existing code ...",
            "// rest unchanged",
            "// ... rest of the file ...",
            "/* ... */",
            "# ...",
            "<!-- rest of the file remains unchanged -->",
            "{/* existing code */}",
            "    // Rest of the function remains the same",
            "... (rest of the code remains unchanged)",
        ];
        for note in notes {
            assert!(is_placeholder(note.as_bytes()), "{note}");
        }
        let texts = [
            "    ...",
            "# rest of the arguments go to the child",
            "rest unchanged",
            "print('...')",
            "# keep this in step with the schema",
            "return other.code",
            "",
            "#",
            "f(...rest)",
            "[...items, other]",
        ];
        for text in texts {
            assert!(!is_placeholder(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn a_note_that_the_old_text_has_is_the_files_own() {
        assert_eq!(placeholder(b"# ...\nb\n", b"# ...\na\n"), None);
        assert_eq!(placeholder(b"# ...\nb\n", b"a\n"), Some(&b"# ..."[..]));
    }
}
