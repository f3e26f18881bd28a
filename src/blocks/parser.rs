//! The parser: which kind of block a line begins, and whose it is.

use super::block::{Block, Change, Event, Reason, Rejected};
use super::fence::{self, Fence, Inner, is_tag};
use super::file::File;
use super::finished::{Finished, Open, Totals};
use super::marker::{self, Opening};
use super::name::{file_above, file_in_info};
use super::patch::{self, Flow, Patch};
use super::search::{Search, Step};
use crate::span::{Place, Span};
use crate::text::{Line, Lines};

/// What a code fence with a file's name is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fenced {
    /// Perhaps an example: it is rejected.
    #[default]
    Doubtful,
    /// The file.
    File,
}

/// Reads an answer as it arrives.
#[derive(Clone, Debug, Default)]
pub struct Parser {
    lines: Lines,
    body: Body,
}

#[derive(Clone, Debug, Default)]
struct Body {
    state: State,
    fenced: Fenced,
    /// The fence that is open around what is no block.
    fence: Option<Fence>,
    /// The last lines that are not blank, the latest last.
    above: Vec<Vec<u8>>,
    /// The file of the block before.
    previous: Option<Vec<u8>>,
    totals: Totals,
    out: Vec<Event>,
}

#[derive(Clone, Debug, Default)]
enum State {
    #[default]
    Between,
    Search(Box<Search>),
    Patch(Box<Patch>),
    File(Box<File>),
}

/// Lines kept above a block: a name, a fence and two tags.
const ABOVE: usize = 4;

/// Bytes kept of each; a longer line names no file.
const ABOVE_BYTES: usize = 4096;

impl Parser {
    /// A parser that takes fences with names for what is said.
    pub fn new(fenced: Fenced) -> Self {
        let body = Body { fenced, ..Body::default() };
        Self { lines: Lines::default(), body }
    }

    /// Takes more bytes. Fails as the sink does.
    pub fn feed<E>(
        &mut self,
        bytes: &[u8],
        mut sink: impl FnMut(Event) -> Result<(), E>,
    ) -> Result<(), E> {
        let Self { lines, body } = self;
        lines.feed(bytes, |line| {
            body.take(line);
            body.drain().try_for_each(&mut sink)
        })
    }

    /// The end of the answer. Fails as the sink does.
    pub fn finish<E>(
        mut self,
        mut sink: impl FnMut(Event) -> Result<(), E>,
    ) -> Result<Finished, E> {
        let Self { lines, body } = &mut self;
        let rest = lines.rest();
        let begun = body.begun(rest);
        if begun.is_none() && !rest.text.is_empty() && body.is_whole(rest) {
            body.take(rest);
        }
        body.drain().try_for_each(&mut sink)?;
        let line = match rest.text.is_empty() {
            true => rest.at.line.saturating_sub(1).max(1),
            false => rest.at.line,
        };
        Ok(Finished {
            open: begun.or_else(|| body.open()),
            in_fence: body.fence.is_some(),
            totals: body.totals,
            end: Place { byte: rest.end(), line },
        })
    }
}

impl Body {
    /// The events of the last line.
    fn drain(&mut self) -> impl Iterator<Item = Event> + use<> {
        let events = std::mem::take(&mut self.out);
        for event in &events {
            self.totals.count(event);
        }
        events.into_iter()
    }

    fn take(&mut self, line: Line<'_>) {
        match std::mem::take(&mut self.state) {
            State::Between => self.take_between(line),
            State::Search(search) => self.take_search(search, line),
            State::File(file) => self.take_file(file, line),
            State::Patch(mut patch) => {
                if patch.take(line, &mut self.out) == Flow::GoesOn {
                    self.state = State::Patch(patch);
                } else if fence::opening(line.text).is_some() {
                    self.fence = None;
                }
            }
        }
    }

    fn take_between(&mut self, line: Line<'_>) {
        if line.trimmed() == patch::BEGIN {
            self.state = State::Patch(Box::new(Patch::new(line.at)));
            return;
        }
        if let Some(opening) = marker::opening(line.bare()) {
            let path = self.path_above();
            return self.open_search(opening, path, line.at, None);
        }
        match self.fence {
            Some(open) if open.read(line.text) == Some(Inner::Closes) => {
                self.fence = None;
                self.above.clear();
            }
            None => self.take_outside(line),
            Some(_) => self.note(line),
        }
    }

    /// A line outside of blocks and fences.
    fn take_outside(&mut self, line: Line<'_>) {
        if let Some((fence, info)) = fence::opening(line.text) {
            self.fence = Some(fence);
            let last = self.above.last();
            let above = last.and_then(|last| file_above(last));
            if let Some(path) = file_in_info(info).or(above) {
                let file = File::new(path.to_vec(), line.at, fence);
                self.state = State::File(Box::new(file));
            }
        }
        self.note(line);
    }

    /// Keeps a line for the block that may follow.
    fn note(&mut self, line: Line<'_>) {
        let text = line.trimmed();
        if text.is_empty() {
            return;
        }
        if self.above.len() == ABOVE {
            self.above.remove(0);
        }
        let short = text.len() <= ABOVE_BYTES;
        self.above.push(if short { text.to_vec() } else { Vec::new() });
    }

    /// The name above a block, through fences and tags, or that of the block
    /// before.
    fn path_above(&self) -> Option<Vec<u8>> {
        for line in self.above.iter().rev() {
            let named = match fence::opening(line) {
                Some((_, info)) => file_in_info(info),
                None if is_tag(line) => None,
                None => {
                    let named = file_above(line).map(<[u8]>::to_vec);
                    return named.or_else(|| self.previous.clone());
                }
            };
            if let Some(path) = named {
                return Some(path.to_vec());
            }
        }
        self.previous.clone()
    }

    fn open_search(
        &mut self,
        opening: Opening,
        path: Option<Vec<u8>>,
        start: Place,
        broken: Option<Reason>,
    ) {
        self.above.clear();
        self.previous.clone_from(&path);
        let mut search = Search::new(opening, path, start);
        search.broken = broken;
        self.state = State::Search(Box::new(search));
    }

    fn take_search(&mut self, mut search: Box<Search>, line: Line<'_>) {
        match search.take(line) {
            Step::More => {
                self.note(line);
                self.state = State::Search(search);
            }
            Step::Done(change) => {
                let span = line.span_from(search.start);
                self.above.clear();
                self.push(search.path, change, span, search.start.line);
            }
            Step::Opens(opening) => {
                // A name or fence above shows that a new part begins.
                let begins = self.above.last().is_some_and(|last| {
                    fence::opening(last).is_some()
                        || is_tag(last)
                        || file_above(last).is_some()
                });
                let broken = (!begins).then_some(Reason::Inside);
                let path = self.path_above();
                let end = line.at.byte;
                let span = Span { start: search.start.byte, end };
                let first = search.start.line;
                self.push(search.path, Err(Reason::Unclosed), span, first);
                self.open_search(opening, path, line.at, broken);
            }
        }
    }

    fn take_file(&mut self, mut file: Box<File>, line: Line<'_>) {
        if let Some(only) = file.only_line() {
            if let Some(opening) = marker::opening(line.bare()) {
                let inside = file_above(only).map(<[u8]>::to_vec);
                let path = inside.unwrap_or(file.path);
                return self.open_search(opening, Some(path), line.at, None);
            }
            if only.is_empty() && line.trimmed() == patch::BEGIN {
                return self.take_between(line);
            }
        }
        let Some(change) = file.take(line) else {
            self.state = State::File(file);
            return;
        };
        self.fence = None;
        self.above.clear();
        let span = line.span_from(file.start);
        let change = match self.fenced {
            Fenced::File => change,
            Fenced::Doubtful => Err(Reason::Mixed),
        };
        self.push(Some(file.path), change, span, file.start.line);
    }

    fn push(
        &mut self,
        path: Option<Vec<u8>>,
        change: Result<Change, Reason>,
        span: Span,
        line: u64,
    ) {
        self.out.push(match (path, change) {
            (Some(path), Ok(change)) => {
                Event::Block(Block { path, change, span, line })
            }
            (path, change) => {
                let reason = change.err().unwrap_or(Reason::NoPath);
                Event::Rejected(Rejected { path, reason, span, line })
            }
        });
    }

    /// Whether the last line, which has no line feed, can be taken: one that
    /// closes something, or stands outside.
    fn is_whole(&self, rest: Line<'_>) -> bool {
        match &self.state {
            State::Between => true,
            State::Search(_) => marker::is_closing(rest.text),
            State::Patch(_) => patch::is_end(rest.text),
            State::File(file) => file.is_closed_by(rest.text),
        }
    }

    /// The block of which the last line, which has no line feed, is the
    /// beginning. Below a name or a fence, one mark of a marker is enough, and
    /// below a name one of a fence: nothing else is expected there.
    fn begun(&self, rest: Line<'_>) -> Option<Open> {
        let State::Between = self.state else { return None };
        let last = self.above.last();
        let named = last.is_some_and(|line| file_above(line).is_some());
        let awaited = named
            || last.is_some_and(|line| {
                self.fence.is_some() && fence::opening(line).is_some()
                    || is_tag(line)
            });
        let begins = marker::may_open(rest.text)
            || awaited && marker::begins(rest.text)
            || named && self.fence.is_none() && fence::begins(rest.text);
        begins.then(|| Open::empty(self.path_above(), rest.at))
    }

    fn open(&self) -> Option<Open> {
        match &self.state {
            State::Between => None,
            State::Search(search) => Some(search.open()),
            State::Patch(patch) => Some(patch.open()),
            State::File(file) => Some(file.open()),
        }
    }
}

impl Totals {
    fn count(&mut self, event: &Event) {
        match event {
            Event::Block(block) => {
                self.blocks += 1;
                self.block_bytes += block.span.end - block.span.start;
            }
            Event::Rejected(bad) => {
                self.rejected += 1;
                self.rejected_bytes += bad.span.end - bad.span.start;
            }
        }
    }
}

#[cfg(test)]
#[path = "parser_tests.rs"]
mod tests;
