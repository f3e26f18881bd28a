//! Which format an answer has, told by its first unit.

use memchr::memmem;

/// The format of a whole answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Operations: JSON records.
    Ops,
    /// A git or plain unified diff.
    Diff,
    /// A patch that begins with `*** Begin Patch`.
    V4a,
    /// SEARCH/REPLACE blocks.
    SearchReplace,
}

impl Format {
    /// The format as a word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ops => "ops",
            Self::Diff => "diff",
            Self::V4a => "v4a",
            Self::SearchReplace => "search-replace",
        }
    }
}

/// Looks for the first unit while an answer arrives.
#[derive(Debug, Default)]
pub struct Detector {
    /// The line that is not whole yet.
    line: Vec<u8>,
    /// Whether the line before named an old file, as in a plain diff.
    after_old_name: bool,
}

impl Detector {
    /// Reads the next bytes; the format, once it is known.
    pub fn feed(&mut self, bytes: &[u8]) -> Option<Format> {
        for piece in bytes.split_inclusive(|b| *b == b'\n') {
            self.line.extend_from_slice(piece);
            if let Some(format) = self.judge() {
                return Some(format);
            }
            if piece.ends_with(b"\n") {
                self.after_old_name = self.line.starts_with(b"--- ");
                self.line.clear();
            }
        }
        None
    }

    /// What the line so far shows.
    fn judge(&self) -> Option<Format> {
        let line = self.line.as_slice();
        if line.starts_with(b"diff --git ")
            || line.starts_with(b"@@ -")
            || self.after_old_name
                && (line.starts_with(b"+++ ") || line.starts_with(b"@@ "))
        {
            return Some(Format::Diff);
        }
        let text = line.trim_ascii_start();
        if text.starts_with(b"*** Begin Patch") {
            return Some(Format::V4a);
        }
        if text.starts_with(b"<<<<<<< SEARCH") {
            return Some(Format::SearchReplace);
        }
        is_record(text).then_some(Format::Ops)
    }
}

/// Whether a line begins a record, or an operation stands in it.
fn is_record(text: &[u8]) -> bool {
    const OPERATIONS: [&[u8]; 3] =
        [b"{\"type\"", b"{\"file_path\"", b"{\"path\""];
    let opens = match text {
        [b'{', ..] => true,
        [b'['] => false,
        [b'[', next, ..] => next.is_ascii_whitespace() || b"{\"".contains(next),
        _ => false,
    };
    opens || OPERATIONS.iter().any(|op| memmem::find(text, op).is_some())
}

/// The format of an answer that is at hand, if it shows one.
pub fn detect(text: &[u8]) -> Option<Format> {
    Detector::default().feed(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_unit_decides() {
        let found = |text: &str| {
            let whole = detect(text.as_bytes());
            let mut detector = Detector::default();
            let mut bytes = text.as_bytes().chunks(1);
            let piecewise = bytes.find_map(|b| detector.feed(b));
            assert_eq!(whole, piecewise, "{text}");
            whole
        };
        assert_eq!(
            found("Sure:\n\n```diff\n--- x\n+++ x\n"),
            Some(Format::Diff)
        );
        assert_eq!(found("diff --git a/x b/x\n+{\"a\":1}"), Some(Format::Diff));
        assert_eq!(found("[\n {\"type\":1"), Some(Format::Ops));
        assert_eq!(found("File 0: {\"type\":\"delete\""), Some(Format::Ops));
        assert_eq!(found("*** Begin Patch\n"), Some(Format::V4a));
        assert_eq!(
            found("a.py\n<<<<<<< SEARCH\n"),
            Some(Format::SearchReplace)
        );
        assert_eq!(found("--- a rule\n\nprose [1] (see {\"a\"})"), None);
    }
}
