//! What shows that a finished file is none: bytes in, damage out.
//!
//! A file that was saved from an answer, torn by a power cut or left in the
//! middle of a merge has lines that no finished file has. They are looked
//! for as lines and bytes alone: no language is parsed, no name is looked
//! at, and what may be the file's own is let pass. Memory is bounded: no
//! line is kept beyond its first bytes, no list beyond its first entries.

mod fence;
mod mark;
mod note;
mod nul;

use crate::span::Place;
use fence::{Fences, Wrong};
use note::Notes;
use nul::Nuls;

pub use fence::Notation;
pub use mark::{Mark, begins_thinking, mark};

/// What a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A note that stands for text which was left out.
    Placeholder,
    /// A code fence that nothing closes.
    OpenFence,
    /// A fence mark that belonged to the answer around the file.
    StrayFence,
    /// A line of a merge conflict or of a SEARCH/REPLACE block.
    Conflict,
    /// A line of a V4A patch.
    Patch,
    /// NUL bytes in a text.
    Nul,
    /// A tag around what a model thinks.
    Thinking,
    /// A byte order mark that does not begin the file.
    Bom,
}

impl Kind {
    /// As a word that programs can compare.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Placeholder => "placeholder",
            Self::OpenFence => "open-fence",
            Self::StrayFence => "stray-fence",
            Self::Conflict => "conflict-marker",
            Self::Patch => "patch-marker",
            Self::Nul => "nul-bytes",
            Self::Thinking => "thinking-tag",
            Self::Bom => "byte-order-mark",
        }
    }

    /// As words that can follow "has".
    pub fn describe(self) -> &'static str {
        match self {
            Self::Placeholder => "a placeholder",
            Self::OpenFence => "a code fence that nothing closes",
            Self::StrayFence => "a stray code fence",
            Self::Conflict => "a conflict marker",
            Self::Patch => "a patch marker",
            Self::Nul => "NUL bytes",
            Self::Thinking => "a thinking tag",
            Self::Bom => "a byte order mark inside",
        }
    }
}

/// One thing that a finished file does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is.
    pub kind: Kind,
    /// Where it begins.
    pub at: Place,
    /// The line without blanks around it, [`SHOWN`] bytes of it at most;
    /// for NUL bytes, how many there are.
    pub text: String,
}

/// Bytes of a line that are shown.
pub const SHOWN: usize = 80;

/// Findings of a file that are kept. Beyond it only the count grows.
pub const LISTED: usize = 1000;

/// What a file was found to have.
#[derive(Clone, Debug, Default)]
pub struct Damage {
    /// In the order of the file; the first [`LISTED`].
    pub findings: Vec<Finding>,
    /// All of them.
    pub count: u64,
    /// Whether it is binary, and was not judged.
    pub is_binary: bool,
}

/// Bytes of a line that are looked at. What is longer is no mark, and no
/// note.
const LONGEST: usize = 512;

const BOM: &[u8] = b"\xef\xbb\xbf";

/// A judge of one file; see the module.
#[derive(Debug)]
pub struct Judge {
    /// The beginning of the line that is being read, and its length so far.
    head: Vec<u8>,
    length: u64,
    /// Where it begins.
    at: Place,
    /// A line that was not blank came.
    has_begun: bool,
    nuls: Nuls,
    fences: Fences,
    conflict: Conflict,
    notes: Notes,
    damage: Damage,
}

/// What of a conflict came, and has not been told.
#[derive(Debug, Default)]
struct Conflict {
    /// Its first line.
    ours: Option<Finding>,
    /// Its divider came, or a line that looks like one.
    is_divided: bool,
}

impl Judge {
    /// A judge of a file in which fences mean this.
    pub fn new(notation: Notation) -> Self {
        Self {
            head: Vec::new(),
            length: 0,
            at: Place { byte: 0, line: 1 },
            has_begun: false,
            nuls: Nuls::default(),
            fences: Fences::new(notation),
            conflict: Conflict::default(),
            notes: Notes::default(),
            damage: Damage::default(),
        }
    }

    /// Takes the next bytes of the file.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.nuls.feed(bytes);
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            let room = LONGEST.saturating_sub(self.head.len());
            self.head.extend(part.iter().take(room));
            self.length += part.len() as u64;
            if part.ends_with(b"\n") {
                self.end_line();
            }
        }
    }

    /// What was found, once the file has ended.
    pub fn finish(mut self) -> Damage {
        if self.length > 0 {
            self.end_line();
        }
        if self.nuls.is_binary() {
            return Damage { is_binary: true, ..Damage::default() };
        }
        if let Some(at) = self.nuls.first {
            let text = self.nuls.count.to_string();
            self.keep(Finding { kind: Kind::Nul, at, text });
        }
        let Self { fences, mut damage, .. } = self;
        if let Some(wrong) = fences.finish() {
            let (kind, at) = match wrong {
                Wrong::Open(at) => (Kind::OpenFence, at),
                Wrong::Stray(at) => (Kind::StrayFence, at),
            };
            damage.add(Finding { kind, at, text: String::new() });
        }
        damage.findings.sort_by_key(|finding| finding.at.byte);
        damage
    }

    fn end_line(&mut self) {
        let head = std::mem::take(&mut self.head);
        let is_whole = self.length == head.len() as u64;
        self.line(&head, is_whole);
        self.head = head;
        self.head.clear();
        self.at.byte += self.length;
        self.at.line += 1;
        self.length = 0;
    }

    /// Judges a line, or the beginning of a long one.
    fn line(&mut self, line: &[u8], is_whole: bool) {
        let text = match line.strip_prefix(BOM) {
            Some(rest) if self.at.byte == 0 => rest,
            _ => line,
        };
        let is_first = !self.has_begun && !text.trim_ascii().is_empty();
        self.has_begun |= is_first;
        // A line of the file itself quotes nothing.
        let is_own = self.fences.line(text, self.at);
        let leaves_out = self.notes.leaves_out(text) && is_own;
        if is_first && begins_thinking(text.trim_ascii_start()) {
            return self.find(Kind::Thinking, text);
        }
        if text.starts_with(BOM) {
            self.find(Kind::Bom, text);
        }
        if !is_whole || !is_own {
            return;
        }
        match mark(text) {
            Some(Mark::Thinks | Mark::Thought) => {
                self.find(Kind::Thinking, text);
            }
            Some(Mark::Patch) => self.find(Kind::Patch, text),
            Some(Mark::Block) => self.find(Kind::Conflict, text),
            Some(mark) => self.conflict(mark, text),
            None if leaves_out => self.find(Kind::Placeholder, text),
            None => {}
        }
    }

    /// A line of a conflict counts with another one of it: the first with
    /// any, the last with the divider.
    fn conflict(&mut self, mark: Mark, line: &[u8]) {
        match mark {
            Mark::Ours { is_named } => {
                self.conflict = Conflict::default();
                if is_named {
                    return self.find(Kind::Conflict, line);
                }
                self.conflict.ours = Some(self.finding(Kind::Conflict, line));
            }
            Mark::Divider => self.conflict.is_divided = true,
            Mark::Theirs => {
                let conflict = std::mem::take(&mut self.conflict);
                if let Some(ours) = conflict.ours {
                    self.keep(ours);
                }
                if conflict.is_divided {
                    self.find(Kind::Conflict, line);
                }
            }
            _ => {}
        }
    }

    fn find(&mut self, kind: Kind, line: &[u8]) {
        let finding = self.finding(kind, line);
        self.keep(finding);
    }

    fn finding(&self, kind: Kind, line: &[u8]) -> Finding {
        let text = line.trim_ascii();
        let text = text.get(..SHOWN).unwrap_or(text);
        Finding {
            kind,
            at: self.at,
            text: String::from_utf8_lossy(text).into_owned(),
        }
    }

    fn keep(&mut self, finding: Finding) {
        self.damage.add(finding);
    }
}

impl Damage {
    fn add(&mut self, finding: Finding) {
        self.count += 1;
        if self.findings.len() < LISTED {
            self.findings.push(finding);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(notation: Notation, bytes: &[u8]) -> Vec<(&'static str, u64)> {
        let told = |chunk: usize| {
            let mut judge = Judge::new(notation);
            bytes.chunks(chunk).for_each(|part| judge.feed(part));
            let damage = judge.finish();
            assert_eq!(damage.count, damage.findings.len() as u64);
            let told = |one: &Finding| (one.kind.reason(), one.at.line);
            damage.findings.iter().map(told).collect::<Vec<_>>()
        };
        let whole = told(bytes.len().max(1));
        for chunk in [1, 2, 5] {
            assert_eq!(told(chunk), whole, "chunks of {chunk}");
        }
        whole
    }

    fn in_code(text: &str) -> Vec<(&'static str, u64)> {
        found(Notation::Code, text.as_bytes())
    }

    #[test]
    fn a_conflict_needs_two_of_its_lines_or_a_name() {
        let mark = |line| ("conflict-marker", line);
        let conflict = "a\n<<<<<<< HEAD\nb\n=======\nc\n>>>>>>> x\n";
        assert_eq!(in_code(conflict), [mark(2), mark(6)]);
        assert_eq!(in_code("<<<<<<< HEAD\nb\n"), [mark(1)]);
        assert_eq!(in_code("=======\nc\n>>>>>>> x\n"), [mark(3)]);
        assert_eq!(in_code("<<<<<<<\nb\n>>>>>>>\n"), [mark(1)]);
        assert_eq!(in_code("<<<<<<< SEARCH\nb\n"), [mark(1)]);
        for text in ["Title\n=======\n", ">>>>>>> quoted\n", "a\n<<<<<<<\n"] {
            assert_eq!(in_code(text), [], "{text}");
        }
    }

    #[test]
    fn thinking_stands_alone_on_a_line_or_begins_the_file() {
        let tag = |line| ("thinking-tag", line);
        assert_eq!(in_code("\n<think>I see.\nx\n"), [tag(2)]);
        assert_eq!(in_code("I see.\n</think>\nx\n"), [tag(2)]);
        assert_eq!(in_code("a = '<think>'\n  <think>\n"), []);
    }

    #[test]
    fn what_markdown_quotes_in_a_fence_is_no_damage() {
        let text = "# T\n```\n<<<<<<< HEAD\n# ... existing code ...\n<think>\n\
                    *** Begin Patch\n```\n";
        assert_eq!(found(Notation::Markdown, text.as_bytes()), []);
        let all = ["conflict-marker", "placeholder", "thinking-tag"];
        let said: Vec<_> = in_code(text).into_iter().map(|f| f.0).collect();
        assert_eq!(said[..3], all);
    }

    #[test]
    fn binary_files_are_not_judged() {
        let judge = |bytes: &[u8]| {
            let mut judge = Judge::new(Notation::Code);
            judge.feed(bytes);
            judge.finish()
        };
        let picture = judge(b"\x89PNG\r\n\x1a\n\0\0\n<think>\n");
        assert!(picture.is_binary && picture.count == 0);
        let torn = judge(b"a = 1\nb = \0\0\0");
        assert!(!torn.is_binary);
        assert_eq!(torn.findings[0].text, "3");
        assert_eq!(torn.findings[0].at, Place { byte: 10, line: 2 });
    }

    #[test]
    fn a_byte_order_mark_begins_a_file_or_is_damage() {
        assert_eq!(in_code("\u{feff}a\nb\n"), []);
        assert_eq!(in_code("a\n\u{feff}b\n"), [("byte-order-mark", 2)]);
        assert_eq!(in_code("\u{feff}```py\na\n"), [("stray-fence", 1)]);
    }

    #[test]
    fn long_lines_and_long_lists_are_kept_in_part() {
        let mut judge = Judge::new(Notation::Code);
        for _ in 0..LISTED + 5 {
            judge.feed(b"<<<<<<< HEAD\n");
        }
        judge.feed(&[b'x'; 10 * LONGEST]);
        assert!(judge.head.len() <= LONGEST);
        let damage = judge.finish();
        assert_eq!(damage.findings.len(), LISTED);
        assert_eq!(damage.count, LISTED as u64 + 5);
    }
}
