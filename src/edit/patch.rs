//! Two versions of a file to a git patch that `git apply` takes. Bytes in,
//! bytes out; no tree.

use std::io::Write as _;
use std::ops::Range;

use bstr::ByteSlice;
use imara_diff::{Algorithm, Diff, InternedInput};

use crate::path::RelPath;

/// Unchanged lines around a change, as git has them.
const CONTEXT_LINES: u32 = 3;

/// One version of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// Its content.
    pub bytes: Vec<u8>,
    /// Whether its owner may execute it.
    pub is_executable: bool,
}

impl Version {
    fn mode(&self) -> &'static str {
        if self.is_executable { "100755" } else { "100644" }
    }
}

/// A file before and after; nothing where it was or is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileChange {
    /// Its name.
    pub path: RelPath,
    /// As it was.
    pub before: Option<Version>,
    /// As it is.
    pub after: Option<Version>,
}

impl FileChange {
    /// The change as a patch of one file; empty if there is none.
    pub fn patch(&self) -> Vec<u8> {
        let mut patch = Vec::new();
        if self.before == self.after {
            return patch;
        }
        self.write_header(&mut patch);
        let content = |version: &Option<Version>| {
            version.as_ref().map(|v| v.bytes.clone()).unwrap_or_default()
        };
        let (before, after) = (content(&self.before), content(&self.after));
        if before != after {
            let old = self.name_line("--- ", "a/", self.before.is_some());
            let new = self.name_line("+++ ", "b/", self.after.is_some());
            patch.extend_from_slice(old.as_bytes());
            patch.extend_from_slice(new.as_bytes());
            write_hunks(&before, &after, &mut patch);
        }
        patch
    }

    fn write_header(&self, patch: &mut Vec<u8>) {
        let name = |side: &str| quoted(&format!("{side}/{}", self.path));
        let mut header = format!("diff --git {} {}\n", name("a"), name("b"));
        match (&self.before, &self.after) {
            (None, Some(new)) => {
                header += &format!("new file mode {}\n", new.mode());
                if new.bytes.is_empty() {
                    header += "index 0000000..e69de29\n";
                }
            }
            (Some(old), None) => {
                header += &format!("deleted file mode {}\n", old.mode());
                if old.bytes.is_empty() {
                    header += "index e69de29..0000000\n";
                }
            }
            (Some(old), Some(new)) if old.mode() != new.mode() => {
                header += &format!("old mode {}\n", old.mode());
                header += &format!("new mode {}\n", new.mode());
            }
            _ => {}
        }
        patch.extend_from_slice(header.as_bytes());
    }

    fn name_line(&self, mark: &str, side: &str, is_there: bool) -> String {
        if !is_there {
            return format!("{mark}/dev/null\n");
        }
        let name = quoted(&format!("{side}{}", self.path));
        // A tab ends a name that has blanks in it, as git writes it.
        let end = if name.contains(' ') { "\t" } else { "" };
        format!("{mark}{name}{end}\n")
    }
}

/// A name as git quotes it.
fn quoted(name: &str) -> String {
    let plain = |b: u8| b.is_ascii_graphic() || b == b' ';
    let is_plain = name.bytes().all(|b| plain(b) && b != b'"' && b != b'\\');
    if is_plain {
        return name.to_owned();
    }
    let mut quoted = String::from("\"");
    for byte in name.bytes() {
        match byte {
            b'"' | b'\\' => {
                quoted.push('\\');
                quoted.push(char::from(byte));
            }
            _ if plain(byte) => quoted.push(char::from(byte)),
            _ => quoted += &format!("\\{byte:03o}"),
        }
    }
    quoted.push('"');
    quoted
}

/// The lines of both versions, by their number from 0.
struct Lines<'a> {
    before: Vec<&'a [u8]>,
    after: Vec<&'a [u8]>,
}

/// Changed lines of both versions.
struct Change {
    before: Range<u32>,
    after: Range<u32>,
}

fn write_hunks(before: &[u8], after: &[u8], patch: &mut Vec<u8>) {
    let lines = Lines {
        before: before.lines_with_terminator().collect(),
        after: after.lines_with_terminator().collect(),
    };
    let mut input = InternedInput::default();
    input.update_before(lines.before.iter().copied());
    input.update_after(lines.after.iter().copied());
    let diff = Diff::compute(Algorithm::Histogram, &input);
    let changes: Vec<Change> = diff
        .hunks()
        .map(|hunk| Change { before: hunk.before, after: hunk.after })
        .collect();
    // Changes whose contexts touch belong to one hunk.
    let near = |a: &Change, b: &Change| {
        b.before.start - a.before.end <= 2 * CONTEXT_LINES
    };
    for group in changes.chunk_by(near) {
        lines.write_hunk(group, patch);
    }
}

impl Lines<'_> {
    fn write_hunk(&self, changes: &[Change], patch: &mut Vec<u8>) {
        let (Some(first), Some(last)) = (changes.first(), changes.last())
        else {
            return;
        };
        let total = u32::try_from(self.before.len()).unwrap_or(u32::MAX);
        let start = first.before.start.saturating_sub(CONTEXT_LINES);
        let end = (last.before.end + CONTEXT_LINES).min(total);
        let new_start = first.after.start - (first.before.start - start);
        let new_end = last.after.end + (end - last.before.end);
        let old = numbers(&(start..end));
        let new = numbers(&(new_start..new_end));
        // Writing to a vector cannot fail.
        let _ = writeln!(patch, "@@ -{old} +{new} @@");
        let mut at = start;
        for change in changes {
            write_lines(&self.before, at..change.before.start, b' ', patch);
            write_lines(&self.before, change.before.clone(), b'-', patch);
            write_lines(&self.after, change.after.clone(), b'+', patch);
            at = change.before.end;
        }
        write_lines(&self.before, at..end, b' ', patch);
    }
}

/// A range as hunk headers count it: from 1, or from 0 if it is empty.
fn numbers(range: &Range<u32>) -> String {
    match range.end - range.start {
        0 => format!("{},0", range.start),
        1 => format!("{}", range.start + 1),
        n => format!("{},{n}", range.start + 1),
    }
}

fn write_lines(
    lines: &[&[u8]],
    range: Range<u32>,
    mark: u8,
    patch: &mut Vec<u8>,
) {
    let range = range.start as usize..range.end as usize;
    for line in lines.get(range).unwrap_or_default() {
        patch.push(mark);
        patch.extend_from_slice(line);
        if !line.ends_with(b"\n") {
            patch.extend_from_slice(b"\n\\ No newline at end of file\n");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::path::Portability;

    fn patch(name: &str, old: Option<&str>, new: Option<&str>) -> String {
        let version =
            |text: &str| Version { bytes: text.into(), is_executable: false };
        let change = FileChange {
            path: RelPath::parse(name, Portability::Unix).unwrap(),
            before: old.map(version),
            after: new.map(version),
        };
        String::from_utf8(change.patch()).unwrap()
    }

    #[test]
    fn changes_near_each_other_share_a_hunk() {
        let old = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15";
        let new = old.replace("2\n3\n", "2\nx\n").replace("9", "y");
        assert_eq!(
            patch("a b", Some(old), Some(&new)),
            "diff --git a/a b b/a b\n--- a/a b\t\n+++ b/a b\t\n\
             @@ -1,12 +1,12 @@\n 1\n 2\n-3\n+x\n 4\n 5\n 6\n 7\n 8\n-9\n+y\n \
             10\n 11\n 12\n"
        );
        let new = old.replace("15", "15\n");
        assert_eq!(
            patch("a", Some(old), Some(&new)),
            "diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -12,4 +12,4 @@\n 12\n \
             13\n 14\n-15\n\\ No newline at end of file\n+15\n"
        );
    }

    #[test]
    fn files_that_come_and_go_have_their_headers() {
        assert_eq!(
            patch("a", None, Some("x\n")),
            "diff --git a/a b/a\nnew file mode 100644\n--- /dev/null\n\
             +++ b/a\n@@ -0,0 +1 @@\n+x\n"
        );
        assert_eq!(
            patch("é\"", Some(""), None),
            "diff --git \"a/\\303\\251\\\"\" \"b/\\303\\251\\\"\"\n\
             deleted file mode 100644\nindex e69de29..0000000\n"
        );
        assert_eq!(patch("a", Some("x"), Some("x")), "");
    }
}
