//! Code fences of a finished file: lines in, fences that are open at its end
//! or stand around all of it out.
//!
//! In Markdown a fence is part of the text, and damage only where nothing
//! closes it. Elsewhere it is damage where the file begins or ends with one:
//! then somebody saved the answer, not the file in it. Two readings are
//! kept: that of answers, where a mark with an info string inside a fence
//! opens an inner one, and the letter of CommonMark, where it is text. Only
//! what both say is said.

use crate::span::Place;
use crate::text::fence::{Reader, Role, mark};

/// What fences mean in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notation {
    /// Fences are part of the text.
    Markdown,
    /// Fences may stand in it, as in a mail or a note.
    Prose,
    /// It has none at its beginning or end.
    Code,
}

/// The mark that a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Fence {
    sign: u8,
    length: usize,
    /// It has no info string.
    is_bare: bool,
    /// Its info string says that Markdown follows.
    is_markdown: bool,
}

/// Where a file begins or ends, and the mark there.
#[derive(Clone, Copy, Debug)]
struct Edge {
    at: Place,
    fence: Option<Fence>,
}

/// What was seen of a file's fences.
#[derive(Clone, Debug)]
pub(super) struct Fences {
    notation: Notation,
    /// The reading of answers; of Markdown alone.
    reader: Reader,
    /// The fence that is open by the letter, and where it began.
    open: Option<(Fence, Place)>,
    /// The first line that is not blank, and the last one.
    first: Option<Edge>,
    last: Option<Edge>,
    /// Fences that have ended: in Markdown outer ones.
    ended: u64,
}

/// What is wrong with a file's fences, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wrong {
    /// Nothing closes it.
    Open(Place),
    /// It stands around the file, or is what is left of one that did.
    Stray(Place),
}

impl Fences {
    pub(super) fn new(notation: Notation) -> Self {
        Self {
            notation,
            reader: Reader::default(),
            open: None,
            first: None,
            last: None,
            ended: 0,
        }
    }

    /// Takes a line: whether it is text of the file itself, and no mark nor
    /// inside a fence that quotes something.
    pub(super) fn line(&mut self, line: &[u8], at: Place) -> bool {
        let (fence, is_own) = match self.notation {
            Notation::Markdown => self.markdown(line),
            // An underline may be made of tildes.
            _ => {
                let fence = Fence::read(line).filter(|f| f.sign == b'`');
                (fence, fence.is_none())
            }
        };
        let closes = match (fence, self.open) {
            (Some(fence), None) => {
                self.open = Some((fence, at));
                false
            }
            (Some(fence), Some((open, _))) => fence.closes(open),
            _ => false,
        };
        if closes {
            self.open = None;
            let counts = self.notation != Notation::Markdown;
            self.ended += u64::from(counts);
        }
        if !line.trim_ascii().is_empty() {
            let edge = Edge { at, fence };
            self.first.get_or_insert(edge);
            self.last = Some(edge);
        }
        is_own
    }

    /// Reads a line of Markdown: the mark that it is by the letter, and
    /// whether it stands outside of fences.
    fn markdown(&mut self, line: &[u8]) -> (Option<Fence>, bool) {
        let is_inside = self.reader.open().is_some();
        let inner = match is_inside {
            true => Fence::read(&self.reader.content(line)),
            false => None,
        };
        let mut role = self.reader.take(line);
        if role == Role::Ends {
            // The quotation around it has ended, by the letter too.
            self.open = None;
            self.ended += 1;
            role = self.reader.take(line);
        }
        match role {
            Role::Opens(opening) => {
                let fence = Fence {
                    sign: opening.sign,
                    length: opening.length,
                    is_bare: opening.info.is_empty(),
                    is_markdown: is_markdown(&opening.info),
                };
                (Some(fence), false)
            }
            Role::Outside(_) => (None, true),
            Role::Inside(_) | Role::Ends => (inner, false),
            Role::Closes => {
                self.ended += 1;
                (inner, false)
            }
        }
    }

    /// What is wrong, once the file has ended.
    pub(super) fn finish(self) -> Option<Wrong> {
        let (first, last) = (self.first?, self.last?);
        let begins = first.fence.is_some();
        let ends = last.fence.is_some_and(|fence| fence.is_bare);
        // One fence from the first line to the last.
        let wraps = begins && ends && first.at != last.at && self.ended == 1;
        let open = self.open.map(|(_, at)| at);
        match self.notation {
            Notation::Markdown => {
                let is_open = self.reader.open().is_some();
                if let Some(at) = open.filter(|_| is_open) {
                    return Some(Wrong::Open(at));
                }
                let holds = first.fence.is_some_and(|f| f.is_markdown);
                let wraps = wraps && holds && !is_open;
                wraps.then_some(Wrong::Stray(first.at))
            }
            Notation::Prose if wraps || begins && open.is_some() => {
                Some(Wrong::Stray(first.at))
            }
            Notation::Prose => {
                let opens = last.fence.is_some() && open == Some(last.at);
                opens.then_some(Wrong::Stray(last.at))
            }
            Notation::Code if begins => Some(Wrong::Stray(first.at)),
            Notation::Code => ends.then_some(Wrong::Stray(last.at)),
        }
    }
}

impl Fence {
    fn read(line: &[u8]) -> Option<Self> {
        let mark = mark(line)?;
        Some(Self {
            sign: mark.sign,
            length: mark.length,
            is_bare: mark.is_bare(),
            is_markdown: is_markdown(mark.info),
        })
    }

    /// Whether this mark ends a fence that is open.
    fn closes(self, open: Self) -> bool {
        self.is_bare && self.sign == open.sign && self.length >= open.length
    }
}

/// Whether an info string says that Markdown follows.
fn is_markdown(info: &[u8]) -> bool {
    let word = info.split(|byte| !byte.is_ascii_alphanumeric()).next();
    let word = word.unwrap_or_default();
    word.eq_ignore_ascii_case(b"markdown") || word.eq_ignore_ascii_case(b"md")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(notation: Notation, text: &str) -> Vec<(char, u64)> {
        let mut fences = Fences::new(notation);
        for (line, n) in text.lines().zip(1..) {
            fences.line(line.as_bytes(), Place { byte: 0, line: n });
        }
        let shown = |wrong: Wrong| match wrong {
            Wrong::Open(at) => ('o', at.line),
            Wrong::Stray(at) => ('s', at.line),
        };
        fences.finish().map(shown).into_iter().collect()
    }

    #[test]
    fn a_fence_of_markdown_has_to_be_closed() {
        let wrong = |text| wrong(Notation::Markdown, text);
        assert_eq!(wrong("a\n```py\nb\n"), [('o', 2)]);
        assert_eq!(wrong("a\n~~~\nb\n```\n"), [('o', 2)]);
        assert_eq!(wrong("# T\ntext\n```\n"), [('o', 3)]);
        assert_eq!(wrong("````\n```\n"), [('o', 1)]);
        for whole in [
            "a\n```py\nb\n```\n",
            "- ```py\n  b\n  ```\n",
            "1. a\n\n   > ```\n   > b\n   > ```\n",
            "> ```\n> b\n\nc\n",
            "``` a ``` b\n",
            "````md\n```py\na\n```\n````\nb\n",
            // Both ways to read an inner fence have one that finds it whole.
            "a\n```md\n```py\nb\n```\n```\n",
            "a\n```py\n```js\nb\n```\n",
        ] {
            assert_eq!(wrong(whole), [], "{whole}");
        }
    }

    #[test]
    fn a_fence_around_a_whole_file_is_stray() {
        let all = "```markdown\n# T\n```py\na\n```\nb\n```\n";
        assert_eq!(wrong(Notation::Markdown, all), [('s', 1)]);
        assert_eq!(wrong(Notation::Code, "\n```py\na\n```\n"), [('s', 2)]);
        assert_eq!(wrong(Notation::Code, "a\n```\n\n"), [('s', 2)]);
        assert_eq!(wrong(Notation::Code, "```py\na\n"), [('s', 1)]);
        assert_eq!(wrong(Notation::Code, "a\n```\nb\n```\nc\n"), []);
        assert_eq!(wrong(Notation::Code, "~~~~~\nTitle\n~~~~~\n"), []);
        assert_eq!(wrong(Notation::Prose, "```\na\n```\n"), [('s', 1)]);
        assert_eq!(wrong(Notation::Prose, "a\n```\n"), [('s', 2)]);
        assert_eq!(wrong(Notation::Prose, "a\n```\nb\n```\n"), []);
        assert_eq!(wrong(Notation::Prose, "```\na\n```\nb\n"), []);
    }
}
