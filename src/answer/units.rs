//! Units within an answer: which line begins one, and whose the next line is
//! while one is open.

use super::fenced::{Closed, Fenced, begins_operation, holds_records};
use super::format::{Format, Scope};
use super::part::{Part, Rejected, Why};
use super::read::{Reader, Sink, State, split};
use super::surroundings::{Address, Place as Above};
use super::thinking::{self, Thinking};
use crate::blocks::{
    self, Block, Change, Event, Flow, Opening, Patch, Reason, Search, Step,
};
use crate::diff::{self, Section};
use crate::span::{Place, Span};
use crate::text::fence::{Doubt, Role};
use crate::text::filename;
use crate::text::{Line, bare, last_lines, split_line};

/// Bytes held until it is known whether a fence has ended.
const DOUBTED: usize = 1024 * 1024;

/// Lines of a fence that may stand before the one that names its file, and
/// that one.
const NAMING_LINES: usize = 5;

/// The line with which a unit begins.
#[derive(Clone, Copy, Debug)]
enum Mark {
    /// That of a SEARCH/REPLACE block.
    Search(Opening),
    /// That of a patch of the `*** Begin Patch` kind, or of a file in one.
    Patch,
    /// One that a diff begins with, or a hunk.
    Diff,
    /// One with the name of a side, which begins a diff if the next one is
    /// of a diff too.
    Name,
}

impl Reader {
    /// A line that is not a unit's.
    pub(super) fn take_between<E>(
        &mut self,
        raw: &[u8],
        sink: &mut Sink<'_, E>,
    ) -> Result<(), E> {
        match self.fences.take(raw) {
            Role::Opens(_) => {
                if self.scope == Scope::Records || self.fences.is_quoted() {
                    return self.give(raw, b"", sink);
                }
                let info = self.info();
                let fenced = Fenced::new(info, self.at, raw);
                self.skip(raw);
                self.state = State::Fenced(Box::new(fenced));
                Ok(())
            }
            Role::Closes => {
                self.surroundings.leave_fence();
                self.give(raw, b"", sink)
            }
            // The line has yet to be taken.
            Role::Ends => {
                self.surroundings.leave_fence();
                self.take_between(raw, sink)
            }
            Role::Outside(text) => {
                if let Some(end) = self.thinks(&text, raw, sink)? {
                    let (inside, rest) = split(raw, end);
                    self.totals.thinking_bytes += inside.len() as u64;
                    self.skip(inside);
                    return self.read(rest, sink);
                }
                self.take_text(&text, raw, sink)
            }
            Role::Inside(text) => self.take_text(&text, raw, sink),
        }
    }

    /// Whether thinking begins with a line, or ends in it; how many bytes of
    /// the line are no part of the answer then.
    fn thinks<E>(
        &mut self,
        text: &[u8],
        raw: &[u8],
        sink: &mut Sink<'_, E>,
    ) -> Result<Option<usize>, E> {
        let taken_off = raw.len().saturating_sub(text.len());
        if let Some((tags, begin)) = thinking::begins(text) {
            self.state = State::Thinking(Thinking::new(tags));
            return Ok(Some(taken_off + begin));
        }
        let Some(end) = thinking::ends_alone(text) else { return Ok(None) };
        if self.totals.is_any() || self.scanner.records() > 0 {
            let span = Span { start: 0, end: self.at.byte };
            let (path, why) = (None, Why::AfterAll);
            let line = self.at.line;
            sink(Part::Rejected(Rejected { path, why, span, line }))?;
        }
        Ok(Some(taken_off + end))
    }

    /// Whether a line begins a unit, and which; `text` is the line without
    /// the list items and quotations that it stands in.
    fn take_text<E>(
        &mut self,
        text: &[u8],
        raw: &[u8],
        sink: &mut Sink<'_, E>,
    ) -> Result<(), E> {
        let Some(mark) = self.mark(text) else {
            return self.give(raw, text, sink);
        };
        self.fences.interrupt(raw);
        // Who quotes does not ask.
        if self.fences.is_quoted() {
            return self.give(raw, text, sink);
        }
        self.begin(mark, &self.info(), &[], raw, sink)
    }

    /// The info string of the fence that is open.
    fn info(&self) -> Vec<u8> {
        let open = self.fences.open();
        open.map(|open| open.info.clone()).unwrap_or_default()
    }

    /// The mark of a unit that a line is.
    fn mark(&self, text: &[u8]) -> Option<Mark> {
        let bare = bare(text);
        if self.scope.has(Format::SearchReplace)
            && let Some(opening) = blocks::opening(bare)
        {
            return Some(Mark::Search(opening));
        }
        if self.scope.has(Format::V4a) && blocks::begins_patch(bare) {
            return Some(Mark::Patch);
        }
        if !self.scope.has(Format::Diff) {
            return None;
        }
        if Section::begins(text) {
            return Some(Mark::Diff);
        }
        let names = text.starts_with(b"--- ") || text.starts_with(b"+++ ");
        names.then_some(Mark::Name)
    }

    /// Begins a unit with the line that marks it, in a fence with this info
    /// string, behind these lines of the fence.
    fn begin<E>(
        &mut self,
        mark: Mark,
        info: &[u8],
        first: &[Vec<u8>],
        raw: &[u8],
        sink: &mut Sink<'_, E>,
    ) -> Result<(), E> {
        match mark {
            Mark::Search(opening) => {
                self.totals.begin(Format::SearchReplace);
                let path = self.surroundings.address(info, first, Above::Mark);
                let search = Search::new(opening, path.path(), self.at);
                self.surroundings.begin();
                self.skip(raw);
                self.state = State::Search(Box::new(search));
                Ok(())
            }
            Mark::Patch => {
                self.totals.begin(Format::V4a);
                self.surroundings.begin();
                let patch = Box::new(Patch::new(self.at));
                self.take_patch(patch, raw, sink)
            }
            Mark::Name => {
                self.state = State::Named(raw.to_vec());
                Ok(())
            }
            Mark::Diff => {
                self.totals.begin(Format::Diff);
                let text = self.fences.content(raw);
                if text.starts_with(b"@@") && !text.starts_with(b"@@@") {
                    self.address_hunk(info, first);
                }
                self.surroundings.begin();
                self.take_diff(Vec::new(), raw, sink)
            }
        }
    }

    /// Finds out which file a hunk without a header is about.
    fn address_hunk(&mut self, info: &[u8], first: &[Vec<u8>]) {
        let address = self.surroundings.address(info, first, Above::Mark);
        let in_hand = self.diffs.path();
        match address {
            Address::Named(path) | Address::Inherited(path) => {
                let other = in_hand.as_ref() != Some(&path)
                    || self.surroundings.previous() != Some(&path);
                self.diffs.stands_apart(other.then_some(path), self.at);
            }
            Address::Nothing(_) => self.diffs.forget_file(self.at),
        }
    }

    /// The line behind a `---` or `+++` line tells whether that begins a diff.
    pub(super) fn take_named<E>(
        &mut self,
        name: &[u8],
        raw: &[u8],
        sink: &mut Sink<'_, E>,
    ) -> Result<(), E> {
        let next = self.fences.content(raw);
        let text = self.fences.content(name);
        let is_diff = match text.starts_with(b"+++ ") {
            true => next.starts_with(b"@@"),
            false => Section::goes_on(&next),
        };
        if is_diff {
            self.totals.begin(Format::Diff);
            self.surroundings.begin();
            self.take_diff(Vec::new(), name, sink)?;
            return self.take(raw, sink);
        }
        let text = text.into_owned();
        self.give(name, &text, sink)?;
        self.read(raw, sink)
    }

    pub(super) fn take_diff<E>(
        &mut self,
        mut undecided: Vec<u8>,
        raw: &[u8],
        sink: &mut Sink<'_, E>,
    ) -> Result<(), E> {
        let text = self.fences.content(raw);
        let taken_off = raw.len().saturating_sub(text.len());
        let line = Line { text: &text, at: self.at, taken_off };
        let totals = &mut self.totals;
        let mut units =
            |event: diff::Event<'_>| totals.hand_out(Part::Diff(event), sink);
        let given_back = self.diffs.take(&line, &mut units)?;
        drop(text);
        self.skip(raw);
        if given_back > 0 {
            undecided.extend_from_slice(raw);
            return self.leave_diff(&undecided, given_back, sink);
        }
        match self.diffs.is_undecided() {
            true => undecided.extend_from_slice(raw),
            false => undecided.clear(),
        }
        self.state = State::Diff(undecided);
        Ok(())
    }

    /// Goes back to the last lines of those that were undecided.
    pub(super) fn leave_diff<E>(
        &mut self,
        undecided: &[u8],
        lines: usize,
        sink: &mut Sink<'_, E>,
    ) -> Result<(), E> {
        let back = last_lines(undecided, lines);
        self.at.byte -= back.len() as u64;
        self.at.line -= memchr::memchr_iter(b'\n', back).count() as u64;
        self.state = State::Between;
        self.surroundings.end(self.diffs.path());
        self.read(back, sink)
    }

    pub(super) fn take_search<E>(
        &mut self,
        mut search: Box<Search>,
        raw: &[u8],
        sink: &mut Sink<'_, E>,
    ) -> Result<(), E> {
        let text = self.fences.content(raw);
        let line = Line::new(&text, self.at);
        match search.take(line) {
            Step::More => {
                let text = text.into_owned();
                self.surroundings.note(&text);
                self.state = State::Search(search);
            }
            Step::Done(change) => {
                let end = self.at.byte + raw.len() as u64;
                let span = Span { start: search.start.byte, end };
                let line = search.start.line;
                let path = search.path;
                self.surroundings.end(path.clone());
                self.block(path, change, span, line, sink)?;
            }
            Step::Opens(opening) => {
                return self.reopen(*search, opening, raw, sink);
            }
        }
        self.skip(raw);
        Ok(())
    }

    /// A block begins inside one that is not closed. A name or a fence above
    /// it shows that a new part of the answer begins; without one, it may be
    /// text of the other.
    fn reopen<E>(
        &mut self,
        search: Search,
        opening: Opening,
        raw: &[u8],
        sink: &mut Sink<'_, E>,
    ) -> Result<(), E> {
        let begins = self.surroundings.ends_with_mark();
        let path = self.surroundings.address(b"", &[], Above::Mark);
        let span = Span { start: search.start.byte, end: self.at.byte };
        let unclosed = Err(Reason::Unclosed);
        self.block(search.path, unclosed, span, search.start.line, sink)?;
        let mut next = Search::new(opening, path.path(), self.at);
        next.broken = (!begins).then_some(Reason::Inside);
        self.surroundings.begin();
        self.skip(raw);
        self.state = State::Search(Box::new(next));
        Ok(())
    }

    pub(super) fn take_patch<E>(
        &mut self,
        mut patch: Box<Patch>,
        raw: &[u8],
        sink: &mut Sink<'_, E>,
    ) -> Result<(), E> {
        let text = self.fences.content(raw);
        let taken_off = raw.len().saturating_sub(text.len());
        let line = Line { text: &text, at: self.at, taken_off };
        let mut events = Vec::new();
        let flow = patch.take(line, &mut events);
        drop(text);
        for event in events {
            self.totals.hand_out(Part::Block(event), sink)?;
        }
        match flow {
            Flow::GoesOn => self.state = State::Patch(patch),
            Flow::Ends => self.surroundings.end(None),
            Flow::EndsBefore => {
                self.surroundings.end(None);
                return self.read(raw, sink);
            }
        }
        self.skip(raw);
        Ok(())
    }

    pub(super) fn take_fenced<E>(
        &mut self,
        mut fenced: Box<Fenced>,
        raw: &[u8],
        sink: &mut Sink<'_, E>,
    ) -> Result<(), E> {
        let start = fenced.start;
        match self.fences.take(raw) {
            Role::Inside(text) => {
                let text = text.into_owned();
                if !fenced.has_text()
                    && let Some(mark) = self.mark(&text)
                {
                    let Fenced { info, first, .. } = *fenced;
                    return self.begin(mark, &info, &first, raw, sink);
                }
                fenced.take(&text, raw);
                if fenced.path.is_none() {
                    return self.decide(fenced, &text, raw, sink);
                }
                self.skip(raw);
                self.state = State::Fenced(fenced);
                Ok(())
            }
            Role::Closes => {
                if fenced.path.is_none() {
                    self.name(&mut fenced, sink)?;
                }
                let end = self.at.byte + raw.len() as u64;
                self.skip(raw);
                if fenced.path.is_none() {
                    fenced.raw.extend_from_slice(raw);
                    self.pass_on(&fenced.raw, start, sink)?;
                    self.surroundings.leave_fence();
                    return Ok(());
                }
                let span = Span { start: start.byte, end };
                self.state = State::Closed(fenced, span, Vec::new());
                Ok(())
            }
            // Its quotation ended, and the fence with it.
            Role::Ends | Role::Opens(_) | Role::Outside(_) => {
                match fenced.path {
                    Some(path) => {
                        let end = self.at.byte;
                        let span = Span { start: start.byte, end };
                        let (path, bad) = (Some(path), Err(Reason::Unclosed));
                        self.block(path, bad, span, start.line, sink)?;
                    }
                    None => self.pass_on(&fenced.raw, start, sink)?,
                }
                self.read(raw, sink)
            }
        }
    }

    /// Finds out what a fence is, with the line that it has got now.
    fn decide<E>(
        &mut self,
        mut fenced: Box<Fenced>,
        text: &[u8],
        raw: &[u8],
        sink: &mut Sink<'_, E>,
    ) -> Result<(), E> {
        let start = fenced.start;
        self.skip(raw);
        let is_blank = text.trim_ascii().is_empty();
        let lines = fenced.first.len();
        if is_blank || lines < NAMING_LINES && filename::is_preface(text) {
            self.state = State::Fenced(fenced);
            return Ok(());
        }
        if fenced.is_diff() && Section::is_line_of_hunk(text) {
            return self.begin_bare(&fenced, sink);
        }
        self.name(&mut fenced, sink)?;
        match fenced.path {
            Some(_) => {
                self.state = State::Fenced(fenced);
                Ok(())
            }
            None => self.pass_on(&fenced.raw, start, sink),
        }
    }

    /// Finds out which file a fence is, if it is one.
    pub(super) fn name<E>(
        &mut self,
        fenced: &mut Fenced,
        sink: &mut Sink<'_, E>,
    ) -> Result<(), E> {
        if !self.scope.has(Format::WholeFile) {
            return Ok(());
        }
        let Fenced { info, first, .. } = &*fenced;
        let address = self.surroundings.address(info, first, Above::Body);
        match address {
            Address::Named(path) => {
                let begins = first.last().is_some_and(|l| begins_operation(l));
                if begins && !holds_records(&path) {
                    return Ok(());
                }
                let above = self.surroundings.address(info, &[], Above::Body);
                let last = first.last();
                let is_label = last.is_some_and(|l| filename::is_label(l));
                let is_in_first = is_label && above.path().is_none();
                if !info.is_empty() {
                    self.fences.settle();
                }
                self.totals.begin(Format::WholeFile);
                fenced.name(path, is_in_first);
                Ok(())
            }
            Address::Inherited(_) => Ok(()),
            Address::Nothing(why) => {
                let span = Span { start: fenced.start.byte, end: self.at.byte };
                let (path, line) = (None, fenced.start.line);
                let why = Why::Name(why);
                let bad = Rejected { path, why, span, line };
                self.totals.doubt(bad, sink)
            }
        }
    }

    /// Gives a fence to the scanner whose lines were looked at already.
    pub(super) fn pass_on<E>(
        &mut self,
        raw: &[u8],
        start: Place,
        sink: &mut Sink<'_, E>,
    ) -> Result<(), E> {
        self.at = start;
        self.surroundings.enter_fence();
        let mut rest = raw;
        while !rest.is_empty() {
            let (line, next) = split_line(rest);
            self.give(line, line, sink)?;
            rest = next;
        }
        Ok(())
    }

    /// A part of a diff under a name, which has not even a hunk's header.
    fn begin_bare<E>(
        &mut self,
        fenced: &Fenced,
        sink: &mut Sink<'_, E>,
    ) -> Result<(), E> {
        let Fenced { info, first, start, .. } = fenced;
        let before = first.split_last().map_or(&[][..], |(_, before)| before);
        let address = self.surroundings.address(info, before, Above::Mark);
        self.totals.begin(Format::Diff);
        let (fence, body) = split_line(&fenced.raw);
        self.diffs.open_bare(address.path(), *start, fence);
        self.surroundings.begin();
        self.at = *start;
        self.skip(fence);
        self.state = State::Diff(Vec::new());
        let mut rest = body;
        while !rest.is_empty() {
            let (line, next) = split_line(rest);
            self.take(line, sink)?;
            rest = next;
        }
        Ok(())
    }

    /// The lines behind a fence that has closed tell whether it was the one
    /// that closed.
    pub(super) fn take_closed<E>(
        &mut self,
        fenced: Box<Fenced>,
        span: Span,
        mut held: Vec<u8>,
        raw: &[u8],
        sink: &mut Sink<'_, E>,
    ) -> Result<(), E> {
        held.extend_from_slice(raw);
        let doubt = match self.fences.judge(raw) {
            Doubt::Pending if held.len() < DOUBTED => {
                self.state = State::Closed(fenced, span, held);
                return Ok(());
            }
            // Longer than anything that stands between two fences.
            Doubt::Pending => Doubt::Nested,
            doubt => doubt,
        };
        self.end_fenced(*fenced, span, doubt, sink)?;
        self.read(&held, sink)
    }

    /// Hands out what a fence is, now that its end is known.
    pub(super) fn end_fenced<E>(
        &mut self,
        fenced: Fenced,
        span: Span,
        doubt: Doubt,
        sink: &mut Sink<'_, E>,
    ) -> Result<(), E> {
        let closed = match doubt {
            Doubt::Settled | Doubt::Pending => Closed::Surely,
            Doubt::Left | Doubt::Nested => Closed::InDoubt,
        };
        let (path, line) = (fenced.path.clone(), fenced.start.line);
        self.surroundings.end(path.clone());
        if closed == Closed::Surely && fenced.is_fragment() {
            return self.fragment(&fenced, sink);
        }
        self.block(path, fenced.change(closed), span, line, sink)
    }

    /// Hands out a part of a diff that stood in a fence which did not say so.
    fn fragment<E>(
        &mut self,
        fenced: &Fenced,
        sink: &mut Sink<'_, E>,
    ) -> Result<(), E> {
        let Self { totals, diffs, .. } = self;
        let mut at = fenced.start;
        let first = fenced.lines().next().unwrap_or_default();
        diffs.open_bare(fenced.path.clone(), at, first);
        let mut units =
            |event: diff::Event<'_>| totals.hand_out(Part::Diff(event), sink);
        at.line += 1;
        for text in fenced.lines() {
            diffs.take(&Line::new(text, at), &mut units)?;
            at.byte += text.len() as u64;
            at.line += 1;
        }
        // Any line that is none of a hunk ends it.
        diffs.take(&Line::new(b"```\n", at), &mut units)?;
        Ok(())
    }

    /// Hands out a block, or says why it is none.
    pub(super) fn block<E>(
        &mut self,
        path: Option<Vec<u8>>,
        change: Result<Change, Reason>,
        span: Span,
        line: u64,
        sink: &mut Sink<'_, E>,
    ) -> Result<(), E> {
        let is_in_patch = false;
        let event = match (path, change) {
            (Some(path), Ok(change)) => {
                Event::Block(Block { path, change, span, line, is_in_patch })
            }
            (path, change) => {
                let reason = change.err().unwrap_or(Reason::NoPath);
                Event::Rejected(blocks::Rejected { path, reason, span, line })
            }
        };
        self.totals.hand_out(Part::Block(event), sink)
    }
}
