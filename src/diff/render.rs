//! Units out as a patch that `git apply -p1` reads without `--recount`.

use super::file::{FileHeader, Kind};
use super::hunk::Hunk;
use super::name;
use super::range::Range;
use super::unit::{Change, Unit};

/// Writes units one after the other; those of one file in a row.
#[derive(Clone, Debug, Default)]
pub struct Renderer {
    /// Lines that the hunks so far have added, less those removed.
    shift: i64,
    /// The first line of the old side that no hunk so far has touched.
    next: u32,
    /// Whether the `---` and `+++` lines of the file are written.
    is_named: bool,
    /// Whether git would read the names of a plain header that follows as
    /// more of the header that was written last.
    is_open: bool,
}

/// Where a hunk without numbers is said to begin if it is the first: line 1
/// would bind it to the start of the file.
const UNKNOWN_START: u32 = 2;

impl Renderer {
    /// Appends a unit to `out`.
    pub fn write(&mut self, unit: &Unit<'_>, out: &mut Vec<u8>) {
        self.head(unit, out);
        out.extend_from_slice(unit.body());
    }

    /// Appends what stands before [`Unit::body`], for those who write that
    /// without another copy.
    pub fn head(&mut self, unit: &Unit<'_>, out: &mut Vec<u8>) {
        if unit.is_first {
            if self.is_open || !is_plain(unit) {
                header(unit.file, out);
            }
            *self = Self { next: UNKNOWN_START, ..Self::default() };
        }
        self.is_open = matches!(unit.change, Change::Header);
        match unit.change {
            Change::Header => {}
            Change::Hunk(hunk) => {
                if !self.is_named {
                    names(unit.file, out);
                    self.is_named = true;
                }
                self.hunk(unit.file, hunk, out);
            }
            Change::Binary(_) => out.extend_from_slice(b"GIT binary patch\n"),
        }
    }

    fn hunk(&mut self, file: &FileHeader, hunk: &Hunk, out: &mut Vec<u8>) {
        let old = self.old_range(file, hunk);
        let first = i64::from(old.start) + i64::from(old.count == 0);
        let start = first + self.shift - i64::from(hunk.new_lines == 0);
        let start = match file.kind {
            Kind::New => 1,
            Kind::Delete => 0,
            _ => u32::try_from(start).unwrap_or(0),
        };
        let new = Range { start, count: hunk.new_lines };
        out.extend_from_slice(b"@@ -");
        range(old, out);
        out.extend_from_slice(b" +");
        range(new, out);
        out.extend_from_slice(b" @@");
        out.extend_from_slice(&hunk.section);
        out.push(b'\n');
        self.shift += i64::from(hunk.new_lines) - i64::from(hunk.old_lines);
        self.next = old.start.saturating_add(old.count.max(1));
    }

    fn old_range(&self, file: &FileHeader, hunk: &Hunk) -> Range {
        let count = hunk.old_lines;
        let said = hunk.numbers.map(|numbers| numbers.old.start);
        let start = match file.kind {
            Kind::New => 0,
            Kind::Delete => 1,
            _ => match said {
                Some(0) if count > 0 => 1,
                Some(start) => start,
                None => self.next,
            },
        };
        Range { start, count }
    }
}

fn range(range: Range, out: &mut Vec<u8>) {
    number(range.start, out);
    if range.count != 1 {
        out.push(b',');
        number(range.count, out);
    }
}

/// Appends decimal digits; there are many hunks, so nothing is allocated.
fn number(number: u32, out: &mut Vec<u8>) {
    let mut power = 1;
    while number / power >= 10 {
        power *= 10;
    }
    while power > 0 {
        let digit = u8::try_from(number / power % 10).unwrap_or_default();
        out.push(b'0' + digit);
        power /= 10;
    }
}

/// Whether a unit needs no line above its `---` line.
fn is_plain(unit: &Unit<'_>) -> bool {
    let is_text = matches!(unit.change, Change::Hunk(_));
    is_text && !unit.file.is_git && !unit.file.is_change()
}

/// The lines above the `---` line. A plain diff has none.
fn header(file: &FileHeader, out: &mut Vec<u8>) {
    let (old, new) = match file.kind {
        Kind::New => (&file.new, &file.new),
        Kind::Delete => (&file.old, &file.old),
        _ => (&file.old, &file.new),
    };
    out.extend_from_slice(b"diff --git ");
    name::write(b"a/", old, out);
    out.push(b' ');
    name::write(b"b/", new, out);
    out.push(b'\n');
    modes(file, out);
    if let Some(similarity) = &file.similarity
        && matches!(file.kind, Kind::Rename | Kind::Copy)
    {
        line(b"similarity index ", similarity, out);
    }
    renaming(file, out);
    if let Some(index) = &file.index {
        line(b"index ", index, out);
    }
}

/// The mode of a file whose header does not say one: an ordinary file's.
const ORDINARY: &[u8] = b"100644";

fn modes(file: &FileHeader, out: &mut Vec<u8>) {
    let (old, new) = (&file.old_mode, &file.new_mode);
    match (&file.kind, old, new) {
        (Kind::New, _, mode) => {
            let mode = mode.as_deref().unwrap_or(ORDINARY);
            line(b"new file mode ", mode, out);
        }
        (Kind::Delete, mode, _) => {
            let mode = mode.as_deref().unwrap_or(ORDINARY);
            line(b"deleted file mode ", mode, out);
        }
        (_, Some(old), Some(new)) => {
            line(b"old mode ", old, out);
            line(b"new mode ", new, out);
        }
        _ => {}
    }
}

fn renaming(file: &FileHeader, out: &mut Vec<u8>) {
    let (from, to): (&[u8], &[u8]) = match file.kind {
        Kind::Rename => (b"rename from ", b"rename to "),
        Kind::Copy => (b"copy from ", b"copy to "),
        _ => return,
    };
    for (word, text) in [(from, &file.old), (to, &file.new)] {
        out.extend_from_slice(word);
        name::write(b"", text, out);
        out.push(b'\n');
    }
}

/// The `---` and `+++` lines.
fn names(file: &FileHeader, out: &mut Vec<u8>) {
    side(b"--- ", b"a/", &file.old, out);
    side(b"+++ ", b"b/", &file.new, out);
}

fn side(word: &[u8], prefix: &[u8], text: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(word);
    if text.is_empty() {
        out.extend_from_slice(b"/dev/null");
    } else {
        name::write(prefix, text, out);
        if text.contains(&b' ') {
            out.push(b'\t');
        }
    }
    out.push(b'\n');
}

fn line(word: &[u8], text: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(word);
    out.extend_from_slice(text);
    out.push(b'\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_decimal() {
        for n in [0, 7, 10, 99, 100, 1_000_007, u32::MAX] {
            let mut out = Vec::new();
            number(n, &mut out);
            assert_eq!(out, n.to_string().into_bytes());
        }
    }
}
