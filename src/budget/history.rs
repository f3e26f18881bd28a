//! A repository's commits as answers that a model could have given.
//!
//! The lines of `git diff-tree --raw -p` flow in, commit by commit; each
//! commit flows out as a [`Phase`], with the sizes as they were before it,
//! and the canonical operations that make the same change. Nothing here runs
//! git.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::action::Action;
use super::category::Category;
use super::deliverable::{Deliverable, Sizes};
use super::kind;
use super::neighbours::Neighbours;
use super::phase::Phase;

/// What begins the line that [`FORMAT`] makes of a commit; no line of a diff
/// begins with it.
const COMMIT: &str = "\u{1}";

/// The format to ask git for.
pub const FORMAT: &str = "--format=%x01%s";

/// Lines of context that make an anchor unique most of the time.
pub const CONTEXT: &str = "-U1";

/// Bytes of the largest patch of a file that is looked at; larger ones are
/// data that no model wrote.
const LARGEST: usize = 1024 * 1024;

/// A commit as an answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// What was to be done, with the sizes before it.
    pub phase: Phase,
    /// The operations that do it, one a line.
    pub operations: String,
}

/// Commits, read line by line, and the tree as they change it.
#[derive(Debug, Default)]
pub struct History {
    files: HashMap<String, u64>,
    neighbours: Neighbours,
    subject: Option<String>,
    changes: Vec<FileChange>,
    /// Index of the file whose patch is being read.
    current: Option<usize>,
    /// Files whose patch has begun.
    begun: usize,
}

/// What a commit does to a file.
#[derive(Clone, Debug)]
struct FileChange {
    path: String,
    /// Its name before, if it got a new one.
    before: Option<String>,
    action: Action,
    hunks: Vec<Hunk>,
    /// Bytes of added and removed lines.
    added: u64,
    removed: u64,
    content: Content,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Content {
    /// Lines that a model could have written.
    Text,
    /// Binary, or too large.
    Data,
}

/// A hunk as the texts before and after it.
#[derive(Clone, Debug, Default)]
struct Hunk {
    old: String,
    new: String,
    /// Lines still to come of each.
    old_left: u64,
    new_left: u64,
}

impl History {
    /// A file of the tree before the first commit.
    pub fn add_file(&mut self, path: &str, bytes: u64) {
        self.neighbours.add(path, bytes);
        self.files.insert(path.to_owned(), bytes);
    }

    /// Takes the next line; returns the commit that it ends.
    pub fn line(&mut self, line: &[u8]) -> Option<Change> {
        let text = String::from_utf8_lossy(line);
        if let Some(subject) = text.strip_prefix(COMMIT) {
            let ended = self.finish();
            self.subject = Some(subject.to_owned());
            return ended;
        }
        let file = self.current.and_then(|at| self.changes.get_mut(at));
        match file {
            Some(file) if file.is_open() => file.hunk_line(&text),
            _ if text.starts_with("diff --git ") => {
                self.current = Some(self.begun);
                self.begun += 1;
            }
            Some(file) => file.header_line(&text),
            None => {
                let raw = text.strip_prefix(':').and_then(raw_change);
                self.changes.extend(raw);
            }
        }
        None
    }

    /// Ends the last commit.
    pub fn finish(&mut self) -> Option<Change> {
        let subject = self.subject.take();
        let changes = std::mem::take(&mut self.changes);
        self.current = None;
        self.begun = 0;
        let change = subject.and_then(|s| self.change(&s, &changes));
        for file in &changes {
            self.apply(file);
        }
        change
    }

    fn change(&self, subject: &str, files: &[FileChange]) -> Option<Change> {
        let mut phase = Phase {
            category: Some(Category::of_subject(subject)),
            ..Phase::default()
        };
        let mut operations = String::new();
        let written = files.iter().filter(|file| {
            file.content == Content::Text && !kind::is_generated(&file.path)
        });
        for file in written {
            phase.deliverables.push(self.deliverable(file));
            operations.push_str(&file.operation());
            operations.push('\n');
        }
        let some = !phase.deliverables.is_empty();
        some.then_some(Change { phase, operations })
    }

    fn deliverable(&self, file: &FileChange) -> Deliverable {
        let before = file.before.as_ref().unwrap_or(&file.path);
        let size = match file.action {
            Action::Create => None,
            _ => self.files.get(before).copied(),
        };
        let sizes: Sizes = self.neighbours.around(&file.path, size);
        Deliverable {
            action: Some(file.action),
            sizes,
            ..Deliverable::of_path(&file.path)
        }
    }

    fn apply(&mut self, file: &FileChange) {
        let before = file.before.as_ref().unwrap_or(&file.path);
        let size = self.files.remove(before).unwrap_or(0);
        self.neighbours.remove(before, size);
        if file.action != Action::Delete {
            let size = (size + file.added).saturating_sub(file.removed);
            self.add_file(&file.path.clone(), size);
        }
    }
}

/// `100644 100644 OLD NEW M<TAB>PATH`, or with two paths for a new name.
fn raw_change(raw: &str) -> Option<FileChange> {
    let mut fields = raw.split('\t');
    let letter = fields.next()?.rsplit(' ').next()?;
    let first = fields.next()?.to_owned();
    let action = Action::of_letter(letter)?;
    let (before, path) = match (action, fields.next()) {
        (Action::Rename, Some(path)) => (Some(first), path.to_owned()),
        (_, Some(path)) => (None, path.to_owned()),
        (_, None) => (None, first),
    };
    Some(FileChange {
        path,
        before,
        action,
        hunks: Vec::new(),
        added: 0,
        removed: 0,
        content: Content::Text,
    })
}

impl FileChange {
    /// Whether lines of a hunk are still to come.
    fn is_open(&self) -> bool {
        let last = self.hunks.last();
        last.is_some_and(|hunk| hunk.old_left > 0 || hunk.new_left > 0)
    }

    fn header_line(&mut self, text: &str) {
        if text.starts_with("Binary files ") {
            self.content = Content::Data;
        } else if let Some(numbers) = text.strip_prefix("@@ -") {
            let mut ranges = numbers.split(' ');
            let old_left = ranges.next().map_or(0, lines_of);
            let new = ranges.next().and_then(|r| r.strip_prefix('+'));
            let new_left = new.map_or(0, lines_of);
            self.hunks.push(Hunk { old_left, new_left, ..Hunk::default() });
        }
    }

    fn hunk_line(&mut self, text: &str) {
        let Some(hunk) = self.hunks.last_mut() else { return };
        let line = text.get(1..).unwrap_or_default();
        let bytes = line.len() as u64 + 1;
        let mark = text.as_bytes().first();
        if matches!(mark, Some(b'-' | b' ') | None) {
            hunk.old_left = hunk.old_left.saturating_sub(1);
            hunk.old.push_str(line);
            hunk.old.push('\n');
        }
        if matches!(mark, Some(b'+' | b' ') | None) {
            hunk.new_left = hunk.new_left.saturating_sub(1);
            hunk.new.push_str(line);
            hunk.new.push('\n');
        }
        match mark {
            Some(b'+') => self.added += bytes,
            Some(b'-') => self.removed += bytes,
            _ => {}
        }
        if self.added + self.removed > LARGEST as u64 {
            self.content = Content::Data;
            hunk.old.clear();
            hunk.new.clear();
        }
    }

    /// The operation that makes the same change.
    fn operation(&self) -> String {
        let path = quoted(&self.path);
        match self.action {
            Action::Create => {
                let all = self.hunks.iter().map(|hunk| hunk.new.as_str());
                let content = quoted(&all.collect::<String>());
                format!(
                    r#"{{"type":"create","file_path":{path},"content":{content}}}"#
                )
            }
            Action::Delete => {
                format!(r#"{{"type":"delete","file_path":{path}}}"#)
            }
            Action::Modify => self.modification(&path),
            Action::Rename => {
                let before = self.before.as_deref().unwrap_or_default();
                let rename = format!(
                    r#"{{"type":"rename","file_path":{},"new_path":{path}}}"#,
                    quoted(before)
                );
                match self.hunks.as_slice() {
                    [] => rename,
                    _ => format!("{rename}\n{}", self.modification(&path)),
                }
            }
        }
    }

    fn modification(&self, path: &str) -> String {
        let mut text =
            format!(r#"{{"type":"modify","file_path":{path},"operations":["#);
        for (index, hunk) in self.hunks.iter().enumerate() {
            let comma = if index > 0 { "," } else { "" };
            // Writing to a String cannot fail.
            let _ = write!(
                text,
                r#"{comma}{{"type":"replace","old_text":{},"new_text":{}}}"#,
                quoted(&hunk.old),
                quoted(&hunk.new)
            );
        }
        text + "]}"
    }
}

/// The number of lines of `12,3` or `12`.
fn lines_of(range: &str) -> u64 {
    match range.split_once(',') {
        Some((_, lines)) => lines.parse().unwrap_or(0),
        None => 1,
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "\u{1}feat: add b\n\
        :000000 100644 0000000 1111111 A\tsrc/b.py\n\
        :100644 100644 2222222 3333333 M\tsrc/a.py\n\
        :100644 000000 4444444 0000000 D\told.md\n\
        :100644 100644 5555555 6666666 M\tlogo.png\n\
        \n\
        diff --git a/src/b.py b/src/b.py\nnew file mode 100644\n\
        --- /dev/null\n+++ b/src/b.py\n@@ -0,0 +1,2 @@\n+x = \"1\"\n+y\n\
        diff --git a/src/a.py b/src/a.py\n--- a/src/a.py\n+++ b/src/a.py\n\
        @@ -1,2 +1,2 @@ def\n same\n--- old\n+new\n\
        diff --git a/old.md b/old.md\n--- a/old.md\n+++ /dev/null\n\
        @@ -1 +0,0 @@\n-gone\n\
        diff --git a/logo.png b/logo.png\nBinary files differ\n\
        \u{1}next\n\
        :000000 100644 0000000 1111111 A\tsrc/c.py\n\n\
        diff --git a/src/c.py b/src/c.py\n--- /dev/null\n+++ b/src/c.py\n\
        @@ -0,0 +1 @@\n+z\n";

    fn changes() -> Vec<Change> {
        let mut history = History::default();
        history.add_file("src/a.py", 100);
        history.add_file("old.md", 5);
        let mut found: Vec<Change> =
            LOG.lines().filter_map(|l| history.line(l.as_bytes())).collect();
        found.extend(history.finish());
        found
    }

    #[test]
    fn a_commit_is_the_operations_that_make_it() {
        let first = &changes()[0];
        let lines: Vec<&str> = first.operations.lines().collect();
        assert_eq!(
            lines,
            [
                r#"{"type":"create","file_path":"src/b.py","content":"x = \"1\"\ny\n"}"#,
                r#"{"type":"modify","file_path":"src/a.py","operations":[{"type":"replace","old_text":"same\n-- old\n","new_text":"same\nnew\n"}]}"#,
                r#"{"type":"delete","file_path":"old.md"}"#,
            ]
        );
        assert_eq!(first.phase.category, Some(Category::Feat));
    }

    #[test]
    fn sizes_are_those_before_the_commit() {
        let all = changes();
        let files = &all[0].phase.deliverables;
        assert_eq!(files[0].sizes.existing, None);
        assert_eq!(files[0].sizes.sibling, Some(100.0));
        assert_eq!(files[1].sizes.existing, Some(100.0));
        let next = &all[1].phase.deliverables[0];
        // Of 10 bytes, and of 100 bytes less 7 and more 4.
        assert_eq!(next.sizes.sibling, Some(f64::midpoint(10.0, 97.0)));
    }
}
