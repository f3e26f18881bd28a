//! The fence that is open: lines without their containers in, whether they
//! close it out.

use super::container::Entered;
use super::cursor::Cursor;
use super::mark::{self, Mark};

/// How a fence was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    /// What stands behind the mark, as [`Mark::info`] has it.
    pub info: Vec<u8>,
    /// The sign of the mark: a backtick or a tilde.
    pub sign: u8,
    /// How many of them, 3 or more.
    pub length: usize,
    /// Columns of blanks before the mark, 0 to 3, inside of the list items
    /// and quotations that the fence stands in. The same are taken off the
    /// lines of the content.
    pub indent: usize,
}

/// An open fence.
#[derive(Clone, Debug)]
pub(super) struct Open {
    pub(super) opening: Opening,
    /// A line stood left of its list item.
    pub(super) is_left: bool,
    /// The inner fences that are open, the outermost first.
    inner: Vec<Inner>,
    notation: Notation,
}

/// Inner fences with marks of one length, directly in each other.
#[derive(Clone, Copy, Debug)]
struct Inner {
    length: usize,
    count: usize,
}

/// Whether a fence holds a diff.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Notation {
    /// Its first line that is not blank will tell.
    Unknown,
    Diff,
    Other,
}

/// What a line is to an open fence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// It is content.
    Content,
    /// It closes the fence.
    Closes,
}

impl Open {
    /// The fence that a mark opens.
    pub(super) fn new(mark: Mark<'_>) -> Self {
        let Mark { indent, sign, length, info } = mark;
        let opening = Opening { info: info.to_vec(), sign, length, indent };
        let notation = match info {
            [] => Notation::Unknown,
            _ if names_diff(info) => Notation::Diff,
            _ => Notation::Other,
        };
        Self { opening, is_left: false, inner: Vec::new(), notation }
    }

    /// Takes a line that stands in the fence's containers.
    pub(super) fn take(&mut self, line: &Entered<'_>) -> Step {
        self.is_left |= line.is_left;
        let mark = mark::read(line.rest);
        if let Some(mark) = mark.filter(|mark| self.is_marked(mark, line)) {
            return self.step(mark);
        }
        if self.notation == Notation::Unknown && !line.rest.is_blank() {
            let first = self.strip(line.rest).bytes();
            self.notation = match begins_diff(first) {
                true => Notation::Diff,
                false => Notation::Other,
            };
        }
        Step::Content
    }

    /// Takes the indentation of the fence off a line of its content.
    pub(super) fn strip<'a>(&self, rest: Cursor<'a>) -> Cursor<'a> {
        let mut rest = rest;
        rest.skip_columns(self.opening.indent);
        rest
    }

    /// Decides whether a mark is one for this fence.
    fn is_marked(&self, mark: &Mark<'_>, line: &Entered<'_>) -> bool {
        // A line of context has a blank before it, so a mark in a text that
        // is changed stands one column to the right.
        let is_in_place = self.notation != Notation::Diff
            || line.is_left
            || mark.indent == self.opening.indent;
        mark.sign == self.opening.sign
            && mark.length >= self.opening.length
            && is_in_place
    }

    /// Opens or closes an inner fence, or closes this one.
    fn step(&mut self, mark: Mark<'_>) -> Step {
        match self.inner.last_mut() {
            // Too short for the innermost fence: its text.
            Some(inner) if mark.length < inner.length => {}
            Some(inner) if !mark.is_bare() && mark.length == inner.length => {
                inner.count += 1;
            }
            _ if !mark.is_bare() => {
                let inner = Inner { length: mark.length, count: 1 };
                self.inner.push(inner);
            }
            Some(inner) if inner.count > 1 => inner.count -= 1,
            Some(_) => {
                self.inner.pop();
            }
            None => return Step::Closes,
        }
        Step::Content
    }
}

/// Decides whether an info string says that a diff follows.
pub fn names_diff(info: &[u8]) -> bool {
    let is_word = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
    let end = info.iter().position(|b| !is_word(b)).unwrap_or(info.len());
    let word = info.get(..end).unwrap_or_default();
    let names: [&[u8]; 3] = [b"diff", b"udiff", b"patch"];
    names.iter().any(|name| word.eq_ignore_ascii_case(name))
}

/// Decides whether a fence that says nothing holds a diff, by its first line.
fn begins_diff(line: &[u8]) -> bool {
    let is_hunk = |behind: &[u8]| {
        matches!(behind.first(), None | Some(b' ' | b'\r' | b'\n'))
    };
    line.starts_with(b"diff --git ")
        || line.starts_with(b"--- ")
        || line.starts_with(b"*** Begin Patch")
        || line.strip_prefix(b"@@").is_some_and(is_hunk)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes a line that stands in no container.
    fn step(open: &mut Open, line: &str) -> Step {
        let rest = Cursor::new(line.as_bytes());
        open.take(&Entered { rest, depth: 0, is_left: false })
    }

    /// Takes lines in a fence; returns which of them close it.
    fn closing(first: &str, lines: &[&str]) -> Vec<bool> {
        let mut open = Open::new(mark::mark(first.as_bytes()).unwrap());
        let closes = |line| step(&mut open, line) == Step::Closes;
        lines.iter().copied().map(closes).collect()
    }

    #[test]
    fn a_bare_mark_closes_the_innermost_that_it_is_long_enough_for() {
        let lines =
            ["```a", "````b", "```", "````", "```c", "```", "```", "```"];
        let found = closing("```md", &lines);
        let first = found.iter().position(|closes| *closes);
        assert_eq!(first, Some(lines.len() - 1));
    }

    #[test]
    fn in_a_diff_only_a_mark_at_the_opening_column_counts() {
        for (first, line) in [
            ("```diff", "x"),
            ("```Patch a", "x"),
            ("```", "--- a/x\n"),
            ("```", "@@\n"),
            ("```", "diff --git a/x b/x\n"),
        ] {
            let found = closing(first, &[line, " ```\n", "```\n"]);
            assert_eq!(found, [false, false, true], "{first:?} {line:?}");
        }
        for (first, line) in
            [("```", "@@count\n"), ("```", "---\n"), ("```diffs", "--- a\n")]
        {
            let found = closing(first, &[line, " ```\n"]);
            assert_eq!(found, [false, true], "{first:?} {line:?}");
        }
    }

    #[test]
    fn a_flood_of_inner_marks_is_counted_not_kept() {
        let mut open = Open::new(mark::mark(b"```").unwrap());
        for _ in 0..1000 {
            step(&mut open, "```x\n");
        }
        assert_eq!(open.inner.len(), 1);
        for _ in 0..1000 {
            assert_eq!(step(&mut open, "```\n"), Step::Content);
        }
        assert_eq!(step(&mut open, "```\n"), Step::Closes);
    }
}
