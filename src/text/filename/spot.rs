//! Where names stand in a line: text flows in, the places of names and of
//! words that look like names flow out, from left to right. What the words
//! between them say is not asked here.

use std::ops::Range;

use super::known::{Known, ends_at_slash};
use super::token::{Certainty, Name, Setting, Verdict, judge};
use super::why::Why;

/// Words before a bare name that may belong to it if the tree says so.
const WORDS_WITH_BLANKS: usize = 5;

/// Bytes between the brackets of a link.
const LINK_BYTES: usize = 512;

/// A name in a line, or what looks like one and cannot be meant.
#[derive(Clone, Debug)]
pub(super) struct Spot {
    /// Bytes in the line, with the marks of code, quotation and links.
    pub range: Range<usize>,
    /// What stands there; never a plain word.
    pub found: Result<Name, Why>,
}

/// Finds the names of a line, and everything that looks like one.
pub(super) fn spots(line: &str, known: &dyn Known) -> Vec<Spot> {
    let mut scan = Scan { line, known, spots: Vec::new(), missing: Vec::new() };
    let mut at = 0;
    let mut before = ' ';
    while let Some(rest) = line.get(at..)
        && let Some(next) = rest.chars().next()
    {
        let len = scan.marked(at, before, next).unwrap_or_else(|| {
            if is_delimiter(next) { next.len_utf8() } else { scan.word(at) }
        });
        let taken = rest.get(..len).unwrap_or(rest);
        before = taken.chars().next_back().unwrap_or(' ');
        at += len.max(1);
    }
    scan.spots
}

/// Whether a character ends a bare word.
fn is_delimiter(c: char) -> bool {
    c.is_whitespace() || "`\"“”„«»「」『』：，、。（）【】《》<>|,".contains(c)
}

struct Scan<'a> {
    line: &'a str,
    known: &'a dyn Known,
    spots: Vec<Spot>,
    /// Marks that are known to close nowhere further on, so that a line is
    /// not searched for each of them again.
    missing: Vec<(char, usize)>,
}

impl<'a> Scan<'a> {
    /// The line from a place on.
    fn rest(&self, at: usize) -> &'a str {
        self.line.get(at..).unwrap_or_default()
    }

    /// Reads code, a quotation or a link at a place; its length if there is
    /// one.
    fn marked(&mut self, at: usize, before: char, next: char) -> Option<usize> {
        let opens = before.is_whitespace() || "([{*_<>|（".contains(before);
        match next {
            '`' => self.code(at, before),
            '[' if opens => self.link(at),
            '"' => self.quoted(at, before, '"', '"'),
            '“' => self.quoted(at, before, '“', '”'),
            '„' => self.quoted(at, before, '„', '“'),
            '«' => self.quoted(at, before, '«', '»'),
            '‘' if opens => self.quoted(at, before, '‘', '’'),
            '「' => self.quoted(at, before, '「', '」'),
            '『' => self.quoted(at, before, '『', '』'),
            '《' => self.quoted(at, before, '《', '》'),
            '\'' if opens => self.quoted(at, before, '\'', '\''),
            _ => None,
        }
    }

    /// A code span: a run of backticks up to the next run as long.
    fn code(&mut self, at: usize, before: char) -> Option<usize> {
        let rest = self.rest(at);
        let run = rest.len() - rest.trim_start_matches('`').len();
        if self.missing.contains(&('`', run)) {
            return Some(run);
        }
        let mut from = run;
        while let Some(found) = rest.get(from..)?.find('`') {
            let start = from + found;
            let tail = rest.get(start..)?;
            let length = tail.len() - tail.trim_start_matches('`').len();
            if length == run {
                let inside = rest.get(run..start)?;
                self.push_quoted(at, start + run, inside, before);
                return Some(start + run);
            }
            from = start + length;
        }
        self.missing.push(('`', run));
        Some(run)
    }

    /// A quotation from a place on; nothing if it closes nowhere.
    fn quoted(
        &mut self,
        at: usize,
        before: char,
        open: char,
        close: char,
    ) -> Option<usize> {
        let rest = self.rest(at).get(open.len_utf8()..)?;
        if self.missing.contains(&(open, 0)) {
            return None;
        }
        let Some(end) = rest.find(close) else {
            self.missing.push((open, 0));
            return None;
        };
        let inside = rest.get(..end)?;
        let len = open.len_utf8() + end + close.len_utf8();
        if open == '\'' && inside.contains(char::is_whitespace) {
            // An apostrophe far away closes nothing.
            let next = rest.get(end + 1..)?.chars().next().unwrap_or(' ');
            if next.is_alphanumeric() {
                return None;
            }
        }
        if inside.contains('`') {
            // The code inside is what may be a name.
            return None;
        }
        self.push_quoted(at, len, inside, before);
        Some(len)
    }

    /// Judges what stands in quotes. Letters glued to them make the name
    /// longer than what the quotes hold.
    fn push_quoted(
        &mut self,
        at: usize,
        len: usize,
        inside: &str,
        before: char,
    ) {
        let whole = self.rest(at).get(..len).unwrap_or_default();
        let mut after = self.rest(at).get(len..).unwrap_or_default().chars();
        let (first, second) = (after.next(), after.next());
        let glued = |c: char| c.is_ascii_alphanumeric() || "/\\_-".contains(c);
        let dotted =
            first == Some('.') && second.is_some_and(char::is_alphanumeric);
        let is_glued = dotted
            || first.is_some_and(|c| glued(c) && !"_-".contains(c))
            || before.is_ascii_alphanumeric()
            || "/\\.".contains(before);
        match judge(inside, Setting::Quoted, self.known) {
            Verdict::Word if dotted && inside.contains('/') => {
                self.push(at, len, Err(Why::Blanks(whole.to_owned())));
            }
            Verdict::Word => {}
            _ if is_glued => {
                self.push(at, len, Err(Why::Blanks(whole.to_owned())));
            }
            Verdict::Unfit(why) => self.push(at, len, Err(why)),
            Verdict::Name(name) => self.push(at, len, Ok(name)),
        }
    }

    /// A link `[text](target)` or `[text][label]`; the target says more than
    /// the text if it ends with it.
    fn link(&mut self, at: usize) -> Option<usize> {
        let rest = self.rest(at);
        let window = rest.char_indices().take_while(|(i, _)| *i < LINK_BYTES);
        let end =
            window.filter(|(_, c)| *c == ']').map(|(i, _)| i).find(|i| {
                rest.get(i + 1..).is_some_and(|r| r.starts_with(['(', '[']))
            })?;
        let text = rest.get(1..end)?;
        let close =
            if rest.get(end + 1..)?.starts_with('(') { ')' } else { ']' };
        let target = rest.get(end + 2..)?;
        let stop = target.find(close).filter(|stop| *stop < LINK_BYTES)?;
        let target = target.get(..stop)?;
        if target.contains(char::is_whitespace) {
            return None;
        }
        let len = end + 2 + stop + 1;
        let is_route = rest.get(len..)?.starts_with(['/', '.']);
        if is_route
            && !rest.get(len..)?.starts_with(". ")
            && len < rest.len() - 1
        {
            return None;
        }
        let text = text.trim_matches(['`', '*', ' ', '_']);
        let label = match text.contains(' ') {
            true if !self.known.has(text.as_bytes()) => Verdict::Word,
            _ => judge(text, Setting::Quoted, self.known),
        };
        let target = target.split('#').next().unwrap_or_default();
        let target = match close {
            ')' => judge(target, Setting::Bare, self.known),
            _ => Verdict::Word,
        };
        match linked(label, target) {
            Some(found) => self.push(at, len, found),
            None => return Some(len),
        }
        Some(len)
    }

    /// A word up to the next delimiter.
    fn word(&mut self, at: usize) -> usize {
        let rest = self.rest(at);
        let is_url =
            ["http://", "https://"].iter().any(|s| rest.starts_with(s));
        let end = match is_url {
            true => {
                rest.find(|c: char| c.is_whitespace() || "<>`\"".contains(c))
            }
            false => rest.find(is_delimiter),
        };
        let word = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
        if !is_url {
            self.bare(at, word);
        }
        word.len().max(1)
    }

    /// Judges a bare word without the marks around it.
    fn bare(&mut self, at: usize, word: &str) {
        let (start, core) = without_marks(word);
        let mut at = at + start;
        let mut core = core;
        let glued =
            self.line.get(..at).unwrap_or_default().ends_with(['`', '"', '」']);
        if glued && core.starts_with(['.', '/']) {
            // The rest of a name that broken quotes cut; judged with them.
            return;
        }
        if core.contains("**") && core.contains('.') {
            return self.push(
                at,
                core.len(),
                Err(Why::Pattern(core.to_owned())),
            );
        }
        if let Some((label, rest)) = core.split_once(['=', ':'])
            && super::label::is_noun(label)
            && !rest.is_empty()
            && !self.known.has(core.as_bytes())
        {
            at += core.len() - rest.len();
            core = rest;
        } else if core.contains('=') && !self.known.has(core.as_bytes()) {
            return;
        }
        let found = match judge(core, Setting::Bare, self.known) {
            Verdict::Word => return,
            Verdict::Unfit(why) => Err(why),
            Verdict::Name(name) => Ok(name),
        };
        match self.with_blanks(at, core) {
            Some((start, found)) => {
                self.push(start, at + core.len() - start, found)
            }
            None => self.push(at, core.len(), found),
        }
    }

    /// The longer known name that a bare word with the words before it is.
    fn with_blanks(
        &self,
        at: usize,
        core: &str,
    ) -> Option<(usize, Result<Name, Why>)> {
        let floor = self.spots.last().map_or(0, |spot| spot.range.end);
        let mut start = at;
        let mut longest = None;
        for _ in 0..WORDS_WITH_BLANKS {
            let head = self.line.get(floor..start);
            let Some(head) = head.and_then(|head| head.strip_suffix(' '))
            else {
                break;
            };
            let end = head.rfind(is_delimiter);
            let word = head.get(end.map_or(0, |at| at + 1)..);
            // The delimiter may be longer than one byte.
            let Some(word) = word.filter(|word| !word.is_empty()) else {
                break;
            };
            start -= word.len() + 1;
            let (marks, _) = without_marks(word);
            let from = start + marks;
            let whole = self.line.get(from..at + core.len())?;
            if self.known.has(whole.as_bytes()) {
                longest = Some((from, whole));
            }
        }
        let (from, whole) = longest?;
        let found = match self.known.has(core.as_bytes()) {
            true => Err(Why::TwoNames(core.to_owned(), whole.to_owned())),
            false => {
                Ok(Name { path: whole.to_owned(), certainty: Certainty::Known })
            }
        };
        Some((from, found))
    }

    /// Notes what stands at a place.
    fn push(&mut self, at: usize, len: usize, found: Result<Name, Why>) {
        self.spots.push(Spot { range: at..at + len, found });
    }
}

/// What a link names, from what its text and its target are.
fn linked(text: Verdict, target: Verdict) -> Option<Result<Name, Why>> {
    match (text, target) {
        (Verdict::Word, Verdict::Word) => None,
        (Verdict::Unfit(why), _) | (Verdict::Word, Verdict::Unfit(why)) => {
            Some(Err(why))
        }
        (Verdict::Name(name), Verdict::Word | Verdict::Unfit(_)) => {
            Some(Ok(name))
        }
        // Words that lead to a file may only cite it, unless it is known.
        (Verdict::Word, Verdict::Name(name)) => Some(match name.certainty {
            Certainty::Known => Ok(name),
            _ => Err(Why::Unsure(name.path)),
        }),
        (Verdict::Name(text), Verdict::Name(target)) => {
            let (short, long) = (text.path.as_bytes(), target.path.as_bytes());
            Some(match short == long || ends_at_slash(long, short) {
                true => Ok(target),
                false => Err(Why::TwoNames(text.path, target.path)),
            })
        }
    }
}

/// A word without emphasis, brackets and punctuation around it, and how many
/// bytes stand before it. Underscores and brackets that belong to a name
/// (`__init__.py`, `[id].tsx`) stay.
fn without_marks(word: &str) -> (usize, &str) {
    let mut core = word.trim_start_matches(['*', '\'']);
    if core.starts_with(['(', '[']) && !begins_with_route(core) {
        core = core.trim_start_matches(['(', '[']);
        core = core.trim_start_matches(['*', '\'']);
    }
    let start = word.len() - core.len();
    let mut core = trim_end(core);
    let mut extra = 0;
    for mark in ["__", "_"] {
        let inner = core.strip_prefix(mark).and_then(|c| c.strip_suffix(mark));
        if let Some(inner) = inner.filter(|inner| !inner.is_empty()) {
            extra = mark.len();
            core = trim_end(inner);
            break;
        }
    }
    let opened = word.get(..start).unwrap_or_default().contains(['(', '[']);
    if opened && !core.contains(['(', '[']) {
        core = trim_end(core.trim_end_matches([')', ']']));
    }
    (start + extra, core)
}

/// A word without the marks that end it in a sentence or in emphasis.
fn trim_end(core: &str) -> &str {
    core.trim_end_matches(['*', ':', '.', ',', ';', '!', '\'', '’', '?'])
}

/// Whether brackets at the beginning belong to a name: `[id].tsx`,
/// `(group)/page.tsx`, `(.)photo/x.tsx`.
fn begins_with_route(word: &str) -> bool {
    let close = word.trim_start_matches(['(', '[']).find([')', ']']);
    let open = word.len() - word.trim_start_matches(['(', '[']).len();
    let rest = close.and_then(|close| word.get(open + close..));
    let rest = rest.map(|rest| rest.trim_start_matches([')', ']']));
    rest.is_some_and(|rest| {
        let mut rest = rest.chars();
        let first = rest.next();
        let second = rest
            .next()
            .is_some_and(|c| c.is_alphanumeric() || c == '[' || c == '_');
        matches!(first, Some('/' | '.')) && second
            || first.is_some_and(char::is_alphanumeric)
    })
}
