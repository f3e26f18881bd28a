//! Code fences of a finished file: lines in, fences that are open at its end
//! or stand around all of it out.
//!
//! In Markdown a fence is part of the text, and damage only where nothing
//! closes it. Elsewhere it is damage where the file begins or ends with one:
//! then somebody saved the answer, not the file in it. Two readings are
//! kept: CommonMark's, where a mark with an info string inside a fence is
//! text, and one in which it opens an inner fence. Only what both say is
//! said.

use crate::span::Place;

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

/// Marks of the shortest fence.
const SHORTEST: usize = 3;

/// Inner fences that are followed; nobody writes more.
const DEEPEST: usize = 16;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Fence {
    mark: u8,
    length: usize,
    /// Quotations around it.
    quotes: usize,
    /// Whether its line has an info string.
    is_bare: bool,
    /// Whether that says that Markdown follows.
    is_markdown: bool,
}

/// A fence mark where a file begins or ends.
#[derive(Clone, Copy, Debug)]
struct Edge {
    at: Place,
    fence: Option<Fence>,
    /// Inner fences open before it, and after it.
    before: usize,
    after: usize,
}

/// What was seen of a file's fences.
#[derive(Clone, Debug)]
pub(super) struct Fences {
    notation: Notation,
    /// The open fence as CommonMark reads it, and where it began.
    open: Option<(Fence, Place)>,
    /// Open fences, inner ones counted.
    stack: Vec<Fence>,
    /// The first line that is not blank, and the last one.
    first: Option<Edge>,
    last: Option<Edge>,
    /// Times that no fence was open any more.
    closed: u64,
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
            open: None,
            stack: Vec::new(),
            first: None,
            last: None,
            closed: 0,
        }
    }

    /// Takes a line: whether it is text of the file itself, and no mark nor
    /// inside a fence that quotes something.
    pub(super) fn line(&mut self, line: &[u8], at: Place) -> bool {
        if line.trim_ascii().is_empty() {
            return false;
        }
        let (quotes, inner) = unquoted(line);
        let fence = self.read(inner, quotes);
        self.end_quotations(quotes);
        let was_open = self.open.is_some();
        let before = self.stack.len();
        if let Some(fence) = fence {
            self.take(fence, at);
        }
        let edge = Edge { at, fence, before, after: self.stack.len() };
        self.first.get_or_insert(edge);
        self.last = Some(edge);
        fence.is_none() && !(was_open && self.notation == Notation::Markdown)
    }

    /// The fence mark that a line is. In a list it may stand behind a bullet
    /// where it opens; in other notations than Markdown it begins its line.
    fn read(&self, line: &[u8], quotes: usize) -> Option<Fence> {
        if self.notation != Notation::Markdown {
            let fence = fence(line, quotes).filter(|f| f.mark == b'`');
            return fence.filter(|_| quotes == 0);
        }
        let line = line.trim_ascii_start();
        fence(line, quotes).or_else(|| fence(behind_bullets(line), quotes))
    }

    /// The end of a quotation ends the fences in it.
    fn end_quotations(&mut self, quotes: usize) {
        self.stack.retain(|fence| fence.quotes <= quotes);
        if self.open.is_some_and(|(fence, _)| fence.quotes > quotes) {
            self.open = None;
        }
    }

    fn take(&mut self, fence: Fence, at: Place) {
        self.open = match self.open {
            None => Some((fence, at)),
            Some((open, _)) if fence.closes(open) => None,
            open => open,
        };
        let closed = self.stack.iter().rposition(|open| fence.closes(*open));
        match (closed, self.stack.last()) {
            (Some(closed), _) => {
                self.stack.truncate(closed);
                self.closed += u64::from(self.stack.is_empty());
            }
            // A shorter mark, or one of the other kind, is text.
            (None, Some(open)) if !fence.may_stand_in(*open) => {}
            _ if self.stack.len() < DEEPEST => self.stack.push(fence),
            _ => {}
        }
    }

    /// What is wrong, once the file has ended.
    pub(super) fn finish(self) -> Vec<Wrong> {
        let (Some(first), Some(last)) = (self.first, self.last) else {
            return Vec::new();
        };
        let begins = first.fence.is_some();
        // One fence from the first line to the last.
        let wraps = begins
            && first.at != last.at
            && last.fence.is_some_and(|fence| fence.is_bare)
            && last.after == 0
            && self.closed == 1;
        let is_closed = self.stack.is_empty() || self.open.is_none();
        match self.notation {
            Notation::Markdown => {
                let holds = first.fence.is_some_and(|f| f.is_markdown);
                let open = self.open.filter(|_| !is_closed);
                let open = open.map(|(_, at)| Wrong::Open(at));
                let stray = (wraps && holds).then_some(Wrong::Stray(first.at));
                open.or(stray).into_iter().collect()
            }
            Notation::Prose => {
                let ends = last.fence.is_some() && last.before < last.after;
                let stray = match () {
                    () if wraps || begins && !is_closed => Some(first.at),
                    () if ends => Some(last.at),
                    () => None,
                };
                stray.map(Wrong::Stray).into_iter().collect()
            }
            Notation::Code => {
                let ends = last.fence.is_some_and(|fence| fence.is_bare);
                let at = begins.then_some(first.at);
                let at = at.or(ends.then_some(last.at));
                at.map(Wrong::Stray).into_iter().collect()
            }
        }
    }
}

impl Fence {
    /// Whether this mark ends a fence that is open.
    fn closes(self, open: Self) -> bool {
        self.is_bare && self.may_stand_in(open)
    }

    /// Whether this mark means anything inside an open fence.
    fn may_stand_in(self, open: Self) -> bool {
        self.mark == open.mark && self.length >= open.length
    }
}

/// Whether a line opens or closes a fence, wherever it stands.
pub fn is_fence(line: &[u8]) -> bool {
    fence(line.trim_ascii_start(), 0).is_some()
}

/// Reads a line that begins with a fence mark.
fn fence(line: &[u8], quotes: usize) -> Option<Fence> {
    let mark = *line.first().filter(|byte| matches!(byte, b'`' | b'~'))?;
    let length = line.iter().take_while(|byte| **byte == mark).count();
    let info = line.get(length..).unwrap_or_default().trim_ascii();
    // Backticks behind backticks are code within a line.
    let is_code = mark == b'`' && info.contains(&b'`');
    let word = info.split(|byte| !byte.is_ascii_alphanumeric()).next();
    let word = word.unwrap_or_default();
    let is_markdown = word.eq_ignore_ascii_case(b"markdown")
        || word.eq_ignore_ascii_case(b"md");
    let is_bare = info.is_empty();
    let fence = Fence { mark, length, quotes, is_bare, is_markdown };
    (length >= SHORTEST && !is_code).then_some(fence)
}

/// A line without the marks of the quotations that it stands in, and how
/// many these are.
fn unquoted(mut line: &[u8]) -> (usize, &[u8]) {
    let mut quotes = 0;
    while let Some(rest) = line.trim_ascii_start().strip_prefix(b">") {
        quotes += 1;
        line = rest.strip_prefix(b" ").unwrap_or(rest);
    }
    (quotes, line)
}

/// A line without the bullets and numbers of the lists that it stands in.
fn behind_bullets(mut line: &[u8]) -> &[u8] {
    loop {
        let digits = line.iter().take_while(|b| b.is_ascii_digit()).count();
        let bullet: &[u8] = if digits == 0 { b"-+*" } else { b".)" };
        let rest = line.get(digits..).unwrap_or_default();
        let ends = rest.first().is_some_and(|byte| bullet.contains(byte));
        let rest = rest.get(1..).unwrap_or_default();
        if !ends || !rest.starts_with(b" ") {
            return line;
        }
        line = rest.trim_ascii_start();
    }
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
        fences.finish().into_iter().map(shown).collect()
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
