//! Code fences: lines in, what each of them opens, closes or stands in out.
//!
//! Fences are those of CommonMark 0.31, section 4.5, in list items and
//! quotations too, with two things that the standard does not need: models
//! write fences inside of fences that are no longer, and do not always close
//! what they opened. What carries an info string opens an inner fence; and
//! where a bare mark may close the fence or open one inside, the lines below
//! it tell ([`Reader::judge`]), or leave it in doubt.

mod container;

use std::borrow::Cow;

use container::{Container, Strictness, enter, indentation, open, without};

/// Marks in the shortest fence.
const SHORTEST: usize = 3;

/// Blanks before a mark, at most.
const INDENT: usize = 3;

/// A line that opens or closes a fence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark<'a> {
    /// Blanks before it, in columns: at most 3.
    pub indent: usize,
    /// The sign: a backtick or a tilde.
    pub sign: u8,
    /// How many of them, 3 at least.
    pub length: usize,
    /// What stands behind them, without blanks around it.
    pub info: &'a [u8],
}

/// Reads a line as the mark of a fence. Backticks that close on their line
/// are code within prose.
pub fn mark(line: &[u8]) -> Option<Mark<'_>> {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let indent = indentation(line);
    let text = line.trim_ascii_start();
    let sign = *text.first().filter(|b| matches!(b, b'`' | b'~'))?;
    let length = text.iter().take_while(|b| **b == sign).count();
    let info = text.get(length..).unwrap_or_default().trim_ascii();
    let is_code = sign == b'`' && memchr::memchr(b'`', info).is_some();
    (length >= SHORTEST && indent <= INDENT && !is_code).then_some(Mark {
        indent,
        sign,
        length,
        info,
    })
}

impl Mark<'_> {
    /// Whether this mark would close a fence that `open` has opened.
    pub fn closes(&self, open: &Opening) -> bool {
        self.info.is_empty()
            && self.sign == open.sign
            && self.length >= open.length
    }
}

/// Whether an unended line is the beginning of a mark that is too short yet.
pub fn begins(line: &[u8]) -> bool {
    let Some(mark) = line.first() else { return false };
    b"`~".contains(mark)
        && line.len() < SHORTEST
        && line.iter().all(|b| b == mark)
}

/// Whether an unended line may turn out to be a mark, in whatever it stands.
pub fn may_begin(line: &[u8]) -> bool {
    let is_around = |b: &u8| b" \t>-*+.)0123456789".contains(b);
    let around = line.iter().take_while(|b| is_around(b)).count();
    matches!(line.get(around), None | Some(b'`' | b'~'))
}

/// A fence that is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    /// What stands behind its mark, without blanks around it.
    pub info: Vec<u8>,
    /// Its sign: a backtick or a tilde.
    pub sign: u8,
    /// How many of them, 3 at least.
    pub length: usize,
    /// Blanks before its mark, in columns, which its lines may have too.
    pub indent: usize,
    /// Whether a line of it stood further left than its list item.
    pub is_left: bool,
}

/// What a line is to the fences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role<'a> {
    /// Text, without what it stands in.
    Outside(Cow<'a, [u8]>),
    /// The mark that opens a fence.
    Opens,
    /// A line of the open fence, without the indentation of the fence and of
    /// what it stands in.
    Inside(Cow<'a, [u8]>),
    /// The mark that closes it.
    Closes,
    /// Its quotation ended, and the fence with it. The line has yet to be
    /// taken.
    Ends,
}

/// Whether the mark that closed a fence last did close it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// It did.
    Settled,
    /// More lines must tell.
    Pending,
    /// Nobody can tell; nor for the fences that follow.
    Confirmed,
}

/// A reader of fences; see the module.
#[derive(Clone, Debug, Default)]
pub struct Reader {
    containers: Vec<Container>,
    open: Option<Open>,
    closed: Option<Closing>,
    /// Which marks open and which close has got out of step.
    is_in_doubt: bool,
    has_begun: bool,
}

#[derive(Clone, Debug)]
struct Open {
    opening: Opening,
    /// Lengths of the marks that opened fences inside.
    inner: Vec<usize>,
    /// Whether it holds a diff; not known before its first line.
    is_diff: Option<bool>,
}

/// A mark that closed a fence.
#[derive(Clone, Copy, Debug)]
struct Closing {
    sign: u8,
    length: usize,
    is_left: bool,
    /// Whether the line below it has come.
    has_next: bool,
}

impl Reader {
    /// Takes a line, with its line feed if it has one.
    pub fn take<'a>(&mut self, line: &'a [u8]) -> Role<'a> {
        let first = !std::mem::replace(&mut self.has_begun, true);
        let bom = Some(line).filter(|_| first);
        let bom = bom.and_then(|line| line.strip_prefix(b"\xef\xbb\xbf"));
        let line = bom.unwrap_or(line);
        match self.open.take() {
            Some(open) => self.take_inside(open, line),
            None => self.take_outside(line),
        }
    }

    fn take_outside<'a>(&mut self, line: &'a [u8]) -> Role<'a> {
        self.closed = None;
        let inside = enter(line, &self.containers, Strictness::Ends);
        self.containers.truncate(inside.kept);
        let rest = open(inside.rest, &mut self.containers);
        let Some(mark) = mark(&rest) else { return Role::Outside(rest) };
        let Mark { indent, sign, length, info } = mark;
        let is_named_diff = is_diff_info(info).then_some(true);
        let is_diff = is_named_diff.or((!info.is_empty()).then_some(false));
        let info = info.to_vec();
        let opening = Opening { info, sign, length, indent, is_left: false };
        self.open = Some(Open { opening, inner: Vec::new(), is_diff });
        Role::Opens
    }

    fn take_inside<'a>(&mut self, mut open: Open, line: &'a [u8]) -> Role<'a> {
        let inside = enter(line, &self.containers, Strictness::Stays);
        if inside.kept < self.containers.len() {
            self.containers.truncate(inside.kept);
            return Role::Ends;
        }
        open.opening.is_left |= inside.is_left;
        if open.closes(&inside.rest, inside.is_left) {
            let Opening { sign, length, is_left, .. } = open.opening;
            let has_next = false;
            self.closed = Some(Closing { sign, length, is_left, has_next });
            return Role::Closes;
        }
        let text = open.text(inside.rest);
        open.is_diff.get_or_insert_with(|| begins_diff(&text));
        self.open = Some(open);
        Role::Inside(text)
    }

    /// The line as text of what is open, which is not moved on: for units
    /// whose lines may look like marks.
    pub fn content<'a>(&self, line: &'a [u8]) -> Cow<'a, [u8]> {
        let inside = enter(line, &self.containers, Strictness::Stays);
        match &self.open {
            Some(open) => open.text(inside.rest),
            None => inside.rest,
        }
    }

    /// The fence that is open.
    pub fn open(&self) -> Option<&Opening> {
        self.open.as_ref().map(|open| &open.opening)
    }

    /// Whether the last line stands in a quotation.
    pub fn is_quoted(&self) -> bool {
        self.containers.contains(&Container::Quotation)
    }

    /// Whether the next line would close the open fence.
    pub fn would_close(&self, line: &[u8]) -> bool {
        self.clone().take(line) == Role::Closes
    }

    /// What the next line below a closed fence says of it. Such lines are
    /// taken only once that is settled, or confirmed, or the text ends.
    pub fn judge(&mut self, line: &[u8]) -> Doubt {
        let Some(closing) = &mut self.closed else { return Doubt::Settled };
        let has_next = std::mem::replace(&mut closing.has_next, true);
        let closing = *closing;
        if closing.is_left {
            return Doubt::Confirmed;
        }
        if !has_next {
            let inside = enter(line, &self.containers, Strictness::Ends);
            let text = &inside.rest;
            let is_apart = inside.kept < self.containers.len()
                || text.trim_ascii().is_empty()
                || mark(text).is_some();
            return if is_apart { Doubt::Settled } else { Doubt::Pending };
        }
        let around = |b: &u8| matches!(b, b' ' | b'\t' | b'>');
        let start = line.iter().take_while(|b| around(b)).count();
        let Some(mark) = mark(line.get(start..).unwrap_or_default()) else {
            return Doubt::Pending;
        };
        if mark.sign != closing.sign || mark.length < closing.length {
            return Doubt::Pending;
        }
        if !mark.info.is_empty() {
            return Doubt::Settled;
        }
        self.is_in_doubt = true;
        Doubt::Confirmed
    }

    /// What the end of the text, if nothing more comes, says of the fence
    /// that closed last.
    pub fn judge_at_end(&self) -> Doubt {
        match self.closed {
            Some(Closing { is_left: true, .. }) => Doubt::Confirmed,
            _ => Doubt::Settled,
        }
    }

    /// Whether earlier fences have left it in doubt which marks open.
    pub fn is_in_doubt(&self) -> bool {
        self.is_in_doubt
    }

    /// Says that the fence that is open is one in every reading.
    pub fn settle(&mut self) {
        self.is_in_doubt = false;
    }
}

impl Open {
    /// Whether a line closes the fence; moves on the fences inside.
    fn closes(&mut self, text: &[u8], is_left: bool) -> bool {
        let Some(mark) = mark(text) else { return false };
        let Opening { sign, length, indent, .. } = self.opening;
        // The lines of a diff carry a sign or a blank.
        let is_line = self.is_diff == Some(true) && mark.indent != indent;
        if mark.sign != sign || mark.length < length || is_line && !is_left {
            return false;
        }
        let innermost = self.inner.last().copied();
        if !mark.info.is_empty() {
            if innermost.is_none_or(|inner| mark.length >= inner) {
                self.inner.push(mark.length);
            }
            return false;
        }
        match innermost {
            None => true,
            Some(inner) => {
                if mark.length >= inner {
                    self.inner.pop();
                }
                false
            }
        }
    }

    /// A line of it without its indentation.
    fn text<'a>(&self, line: Cow<'a, [u8]>) -> Cow<'a, [u8]> {
        let columns = indentation(&line).min(self.opening.indent);
        without(line, columns)
    }
}

/// Whether an info string says that a diff follows.
pub fn is_diff_info(info: &[u8]) -> bool {
    let end = info.iter().position(|b| !b.is_ascii_alphanumeric());
    let word = info.get(..end.unwrap_or(info.len())).unwrap_or_default();
    [&b"diff"[..], b"udiff", b"patch"]
        .iter()
        .any(|name| word.eq_ignore_ascii_case(name))
}

/// Whether the first line of a fence is one that a diff begins with.
fn begins_diff(line: &[u8]) -> bool {
    const OPENERS: [&[u8]; 3] = [b"diff --git ", b"--- ", b"@@ "];
    OPENERS.iter().any(|opener| line.starts_with(opener))
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
