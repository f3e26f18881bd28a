//! A place in a line: blanks are taken off by columns, for a tab may belong
//! half to a list item and half to what stands in it.

use std::borrow::Cow;

/// Columns from one tab stop to the next.
const TAB: usize = 4;

/// What is left of a line, and where that stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor<'a> {
    /// The bytes that are not taken.
    rest: &'a [u8],
    /// The column that comes next, from 0; tab stops are counted by it.
    column: usize,
    /// Columns of a tab that is taken in part, 0 to 3; they come before
    /// `rest`.
    owed: usize,
}

impl<'a> Cursor<'a> {
    /// The start of a line.
    pub(super) fn new(line: &'a [u8]) -> Self {
        Self { rest: line, column: 0, owed: 0 }
    }

    /// Returns how many columns of blanks come next, at most `most`: a line
    /// of nothing but blanks is not read to its end for that.
    pub(super) fn indent(&self, most: usize) -> usize {
        let mut columns = self.owed;
        for byte in self.rest {
            if columns >= most {
                break;
            }
            columns += match byte {
                b' ' => 1,
                b'\t' => TAB - (self.column + columns) % TAB,
                _ => break,
            };
        }
        columns.min(most)
    }

    /// Takes at most so many columns of blanks off.
    pub(super) fn skip_columns(&mut self, most: usize) {
        let mut left = most;
        while left > 0 {
            if self.owed == 0 {
                self.owed = match self.rest.first() {
                    Some(b' ') => 1,
                    Some(b'\t') => TAB - self.column % TAB,
                    _ => return,
                };
                self.rest = self.rest.get(1..).unwrap_or_default();
            }
            let taken = self.owed.min(left);
            self.owed -= taken;
            self.column += taken;
            left -= taken;
        }
    }

    /// Takes bytes off that are no blanks, each one column wide.
    pub(super) fn skip(&mut self, bytes: usize) {
        debug_assert_eq!(self.owed, 0, "blanks are taken off before");
        self.rest = self.rest.get(bytes..).unwrap_or_default();
        self.column += bytes;
    }

    /// Returns the bytes behind the blanks if there are at most three
    /// columns of those, and how many. More make it a line of code, which
    /// begins nothing.
    pub(super) fn text(mut self) -> Option<(usize, Self)> {
        let indent = self.indent(TAB);
        self.skip_columns(indent);
        (indent < TAB).then_some((indent, self))
    }

    /// Returns the bytes that are not taken; behind a tab that is taken in
    /// part, only those behind the tab.
    pub(super) fn bytes(&self) -> &'a [u8] {
        self.rest
    }

    /// Decides whether only blanks are left. The ending of the line counts
    /// as blank.
    pub(super) fn is_blank(&self) -> bool {
        self.rest.iter().all(|b| matches!(b, b' ' | b'\t' | b'\r' | b'\n'))
    }

    /// Returns what is left as text. It is copied only if a tab is taken in
    /// part: what is left of the tab becomes blanks.
    pub(super) fn into_text(self) -> Cow<'a, [u8]> {
        if self.owed == 0 {
            return Cow::Borrowed(self.rest);
        }
        let mut text = vec![b' '; self.owed];
        text.extend_from_slice(self.rest);
        Cow::Owned(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn without(line: &str, columns: usize) -> Vec<u8> {
        let mut cursor = Cursor::new(line.as_bytes());
        cursor.skip_columns(columns);
        cursor.into_text().into_owned()
    }

    #[test]
    fn a_tab_is_taken_off_by_columns() {
        assert_eq!(without("\tx", 1), b"   x");
        assert_eq!(without("\tx", 4), b"x");
        assert_eq!(without("\t\tx", 5), b"   x");
        assert_eq!(without("  \t\tx", 4), b"\tx");
        assert_eq!(without("  x", 4), b"x");
    }

    #[test]
    fn tab_stops_are_those_of_the_line() {
        let mut cursor = Cursor::new(b">\tx");
        cursor.skip(1);
        assert_eq!(cursor.indent(9), 3);
        cursor.skip_columns(1);
        assert_eq!(cursor.indent(9), 2);
        assert_eq!(&*cursor.into_text(), b"  x");
    }

    #[test]
    fn nothing_is_copied_unless_a_tab_is_split() {
        let mut cursor = Cursor::new(b"    x");
        cursor.skip_columns(3);
        assert!(matches!(cursor.into_text(), Cow::Borrowed(b" x")));
    }
}
