//! The way from a broken record to the next one: by lines, never deeper.

use memchr::{memchr, memchr3};

use super::text;
use crate::span::Place;

/// What begins the line at which a search stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// The bytes at hand hold no such line.
    More,
    /// A bracket or brace that may open a record.
    Opener,
    /// A bracket or brace that may close a wrapper.
    Closer,
    /// A brace in the rest of the line on which the search began.
    Brace,
    /// A code fence.
    Fence,
    /// A bullet, a number, a tag or the like, and then what may open a
    /// record; or any line, if the search was for the next one.
    Text,
}

/// Which line a search is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Goal {
    /// One that may begin a record, alone or after a decoration.
    Record,
    /// The next one, whatever it holds.
    NextLine,
}

/// A search by lines.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seek {
    pub(super) at: Place,
    /// Indentation of the broken record's first line, in bytes; an opener
    /// on a line indented deeper belongs to the broken record.
    pub(super) limit: u32,
    /// Whether what is passed over belongs to a broken record.
    pub(super) rejecting: bool,
    pub(super) goal: Goal,
    /// Indentation of the record before, if the rest of the line behind it
    /// is searched for braces first.
    behind: Option<u32>,
    /// That record had a quote inside that ended it too early.
    early: bool,
    /// The rest of a string seems to follow it.
    tight: bool,
    /// Where such a quote shows beyond doubt; its reader sets it back.
    pub(super) ended_early: Option<Place>,
    /// Blanks seen since the line feed, while nothing else was.
    indent: Option<u32>,
}

impl Seek {
    /// A search that begins with the line after `at`.
    pub(super) fn new(at: Place, limit: u32, goal: Goal) -> Self {
        Self {
            at,
            limit,
            rejecting: false,
            goal,
            behind: None,
            early: false,
            tight: false,
            ended_early: None,
            indent: None,
        }
    }

    /// The same search, which begins with the rest of the line on which a
    /// record of a wrapper has ended, whose first line is indented so far;
    /// `tight` if the rest of a string seems to follow it.
    pub(super) fn behind(self, indent: u32, tight: bool) -> Self {
        Self { behind: Some(indent), tight, ..self }
    }

    /// The same search, for a record that broke in the middle.
    pub(super) fn rejecting(self) -> Self {
        Self { rejecting: true, ..self }
    }

    /// The same search, begun again behind the line where it stopped, or on
    /// that line if it has not left it.
    pub(super) fn go_on(self, at: Place) -> Self {
        let behind = self.behind.filter(|_| at.line == self.at.line);
        Self { at, indent: None, behind, ..self }
    }

    /// Indentation of the line where the search stopped, in bytes.
    pub(super) fn line_indent(&self) -> u32 {
        self.indent.unwrap_or(0)
    }

    /// Consumes `rest`, the bytes from [`Seek::at`] on, up to the first line
    /// of interest.
    pub(super) fn advance(&mut self, rest: &[u8], last: bool) -> Found {
        let mut rest = rest;
        if let Some(indent) = self.behind
            && let Some(found) = self.brace(&mut rest, indent)
        {
            return found;
        }
        loop {
            let Some(indent) = self.indent else {
                match memchr(b'\n', rest) {
                    None => {
                        self.skip(&mut rest, usize::MAX);
                        return Found::More;
                    }
                    Some(n) => self.skip(&mut rest, n + 1),
                }
                self.at.line += 1;
                self.indent = Some(0);
                continue;
            };
            if self.goal == Goal::NextLine {
                return Found::Text;
            }
            let Some(&byte) = rest.first() else { return Found::More };
            match byte {
                b' ' | b'\t' | b'\r' => {
                    self.indent = Some(indent.saturating_add(1));
                    self.skip(&mut rest, 1);
                }
                b'{' | b'[' if indent <= self.limit => return Found::Opener,
                b'}' | b']' if self.closes(indent) => return Found::Closer,
                mark @ (b'`' | b'~') if indent <= self.limit => match rest {
                    [_, a, b, ..] if *a == mark && *b == mark => {
                        return Found::Fence;
                    }
                    [_] | [_, b'`' | b'~'] => return Found::More,
                    _ => self.indent = None,
                },
                _ if self.goal == Goal::Record && indent <= self.limit => {
                    match text::decorates(rest, last) {
                        text::Found::Value => return Found::Text,
                        text::Found::More => return Found::More,
                        text::Found::Brace | text::Found::Line => {
                            self.indent = None;
                        }
                    }
                }
                _ => self.indent = None,
            }
        }
    }

    /// Whether a closer on a line indented so far may be a wrapper's.
    fn closes(&self, indent: u32) -> bool {
        indent < self.limit || !(self.rejecting || self.early)
    }

    /// Goes to the next brace on the line; `None` where the line ends, or
    /// where a quote shows that the record before had one inside that ended
    /// it too early: what is indented deeper are its values.
    fn brace(&mut self, rest: &mut &[u8], indent: u32) -> Option<Found> {
        let Some(n) = memchr3(b'{', b'\n', b'"', rest) else {
            self.skip(rest, usize::MAX);
            return Some(Found::More);
        };
        self.skip(rest, n);
        if rest.starts_with(b"{") {
            return Some(Found::Brace);
        }
        if rest.starts_with(b"\"") {
            (self.early, self.limit) = (true, indent);
            self.ended_early = self.tight.then_some(self.at);
        }
        self.behind = None;
        None
    }

    fn skip(&mut self, rest: &mut &[u8], n: usize) {
        let n = n.min(rest.len());
        *rest = rest.get(n..).unwrap_or_default();
        self.at.byte += n as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, limit: u32) -> (Found, u64, u64) {
        let start = Place { byte: 0, line: 1 };
        let mut seek = Seek::new(start, limit, Goal::Record).rejecting();
        let found = seek.advance(text.as_bytes(), true);
        (found, seek.at.byte, seek.at.line)
    }

    #[test]
    fn only_a_line_no_deeper_than_the_record_is_taken() {
        assert_eq!(found("{x\n  {\n{", 0), (Found::Opener, 7, 3));
        assert_eq!(found("{x\n  {\n{", 2), (Found::Opener, 5, 2));
        assert_eq!(found("x {\na {\n", 0), (Found::More, 8, 3));
    }

    #[test]
    fn a_decorated_line_is_taken() {
        for line in ["- {", "data: {", "<op> [", "12. {", "\u{1e}{"] {
            let text = format!("x\n{line}\n");
            assert_eq!(found(&text, 0), (Found::Text, 2, 2), "{line}");
        }
    }

    #[test]
    fn a_fence_or_a_shallower_closer_ends_the_search() {
        assert_eq!(found("x\n``\n```", 0), (Found::Fence, 5, 3));
        assert_eq!(found("x\n  ]\n", 4), (Found::Closer, 4, 2));
        assert_eq!(found("x\n]\n", 0), (Found::More, 4, 3));
    }
}
