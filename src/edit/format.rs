//! Which format an answer has, told by its first unit.

use memchr::memmem;

use crate::blocks::{
    Fence, Fenced, SHORTEST_MARKER, file_above, file_in_info, opening,
};

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
    /// Whole files in code fences, each with its name.
    WholeFile,
}

impl Format {
    /// The format as a word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ops => "ops",
            Self::Diff => "diff",
            Self::V4a => "v4a",
            Self::SearchReplace => "search-replace",
            Self::WholeFile => "whole-file",
        }
    }

    /// What a fence with a file's name is in a format of blocks; nothing for
    /// one that has none.
    pub fn fenced(self) -> Option<Fenced> {
        match self {
            Self::Ops | Self::Diff => None,
            Self::V4a | Self::SearchReplace => Some(Fenced::Doubtful),
            Self::WholeFile => Some(Fenced::File),
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
    /// The last line that is not blank.
    above: Vec<u8>,
    /// The code fence that is open.
    fence: Option<Fence>,
    /// The file whose fence has opened, until its first line shows whether
    /// the fence holds that file or units of another format.
    file: Option<Vec<u8>>,
}

impl Detector {
    /// Reads the next bytes; the format, once it is known.
    pub fn feed(&mut self, bytes: &[u8]) -> Option<Format> {
        for piece in bytes.split_inclusive(|b| *b == b'\n') {
            self.line.extend_from_slice(piece);
            let is_whole = piece.ends_with(b"\n");
            if (is_whole || self.file.is_none())
                && let Some(format) = self.judge()
            {
                return Some(format);
            }
            if is_whole {
                self.pass();
            }
        }
        None
    }

    /// The format of an answer that ended here.
    pub fn finish(&mut self) -> Option<Format> {
        self.judge().or_else(|| {
            self.pass();
            self.file.is_some().then_some(Format::WholeFile)
        })
    }

    /// Goes over to the next line.
    fn pass(&mut self) {
        let line = std::mem::take(&mut self.line);
        self.after_old_name = line.starts_with(b"--- ");
        match self.fence {
            Some(fence) if fence.is_closed_by(&line) => self.fence = None,
            Some(_) => {}
            None => {
                if let Some((fence, info)) = opening(&line) {
                    let name = file_in_info(info);
                    let name = name.or_else(|| file_above(&self.above));
                    self.file = name.map(<[u8]>::to_vec);
                    self.fence = Some(fence);
                }
            }
        }
        if !line.trim_ascii().is_empty() {
            self.above = line;
        }
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
        if is_search(text) {
            return Some(Format::SearchReplace);
        }
        match &self.file {
            Some(file) => self.judge_first(file, text),
            None => is_record(text).then_some(Format::Ops),
        }
    }

    /// What a line at the start of a file's fence shows.
    fn judge_first(&self, file: &[u8], line: &[u8]) -> Option<Format> {
        let is_json = file.ends_with(b".json");
        if names_operation(line) || !is_json && is_record(line) {
            return Some(Format::Ops);
        }
        let is_undecided = line.is_empty()
            || line.starts_with(b"--- ")
            || file_above(line).is_some();
        (!is_undecided).then_some(Format::WholeFile)
    }
}

/// Whether a line begins a SEARCH/REPLACE block, as far as it is there.
fn is_search(text: &[u8]) -> bool {
    let [mark @ (b'<' | b'-'), ..] = text else { return false };
    let marks = text.iter().take_while(|b| *b == mark).count();
    let rest = text.get(marks..).unwrap_or_default();
    marks >= SHORTEST_MARKER && rest.starts_with(b" SEARCH")
}

/// Whether a line begins a record, or an operation stands in it.
fn is_record(text: &[u8]) -> bool {
    let opens = match text {
        [b'{', ..] => true,
        [b'['] => false,
        [b'[', next, ..] => next.is_ascii_whitespace() || b"{\"".contains(next),
        _ => false,
    };
    opens || names_operation(text)
}

/// Whether an operation begins in a line.
fn names_operation(text: &[u8]) -> bool {
    const OPERATIONS: [&[u8]; 3] =
        [b"{\"type\"", b"{\"file_path\"", b"{\"path\""];
    OPERATIONS.iter().any(|op| memmem::find(text, op).is_some())
}

/// The format of an answer that is at hand, if it shows one.
pub fn detect(text: &[u8]) -> Option<Format> {
    let mut detector = Detector::default();
    detector.feed(text).or_else(|| detector.finish())
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
            let piecewise = piecewise.or_else(|| detector.finish());
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
        let fenced = |inside: &str| found(&format!("a.x\n```y\n{inside}"));
        assert_eq!(fenced("x = 1\n```\n"), Some(Format::WholeFile));
        assert_eq!(fenced(""), Some(Format::WholeFile));
        assert_eq!(fenced("--- x\n+++ y\n"), Some(Format::Diff));
        assert_eq!(fenced("{\"type\":1}\n"), Some(Format::Ops));
        assert_eq!(
            fenced("b.y\n<<<<<<< SEARCH\n"),
            Some(Format::SearchReplace)
        );
        for marker in ["------- SEARCH", "<<<<< SEARCH", "<<<<<<<<< SEARCH"] {
            let text = format!("<path>a</path>\n<diff>\n{marker}\n");
            assert_eq!(found(&text), Some(Format::SearchReplace), "{text}");
        }
        assert_eq!(found("<<<< SEARCH\n--- SEARCH\n"), None);
        assert_eq!(found("a.json\n```json\n{\n"), Some(Format::WholeFile));
        assert_eq!(found("```sh\nls a.py\n```\n\nx\n"), None);
        assert_eq!(found("--- a rule\n\nprose [1] (see {\"a\"})"), None);
    }
}
