//! The one reader of answers: bytes in, what they ask for out, in whatever
//! formats.
//!
//! An answer is a sequence of segments: units, prose, fences, thinking. The
//! reader decides line by line whose the next one is. A unit's own machine
//! takes it from there, and gives it back where the unit ends; between units
//! the scanner of records reads along, for a record may stand in any line.
//! A line is looked at when it is whole, or when a brace shows that a record
//! may stand in it: what is complete is handed out at once.

use std::borrow::Cow;
use std::convert::Infallible;
use std::sync::Arc;

use super::fenced::Fenced;
use super::format::{Format, Scope};
use super::part::{End, Part};
use super::surroundings::Surroundings;
use super::thinking::{self, Thinking};
use super::totals::{Ends, Totals};
use crate::blocks::{self, Open, Patch, Search, ends_patch, is_closing};
use crate::diff::{self, Finished, Section};
use crate::scan::{self, Fed, Scanner};
use crate::span::{Place, Span};
use crate::text::fence::{self, Role};
use crate::text::filename::Known;
use crate::text::{Line, bare};

/// A reader of answers; see the module.
#[derive(Clone)]
pub struct Reader {
    pub(super) scope: Scope,
    pub(super) scanner: Scanner,
    pub(super) diffs: Section,
    pub(super) fences: fence::Reader,
    pub(super) state: State,
    /// Where the next line begins that is not taken.
    pub(super) at: Place,
    /// The beginning of that line, as far as it has come.
    pub(super) held: Vec<u8>,
    pub(super) surroundings: Surroundings,
    pub(super) totals: Totals,
    /// Whether the last byte that came is a line feed, or none came.
    is_ended: bool,
}

/// Whose the next line is.
#[derive(Clone)]
pub(super) enum State {
    /// It is not decided.
    Between,
    /// The scanner's, up to the end of the line or of the value in it. The
    /// line that it began with, and how many records there were before it.
    Scanned { line: Vec<u8>, records: u64 },
    /// A `---` or `+++` line came, which may begin a diff.
    Named(Vec<u8>),
    /// A diff's, and the lines that it may give back.
    Diff(Vec<u8>),
    /// A SEARCH/REPLACE block's.
    Search(Box<Search>),
    /// A patch's of the `*** Begin Patch` kind.
    Patch(Box<Patch>),
    /// A fence's, under which a file may stand.
    Fenced(Box<Fenced>),
    /// That fence has closed, unless the lines that came since show that it
    /// was a fence inside that did.
    Closed(Box<Fenced>, Span, Vec<u8>),
    /// Thinking's.
    Thinking(Thinking),
}

/// Where parts go.
pub(super) type Sink<'s, E> = dyn FnMut(Part<'_>) -> Result<(), E> + 's;

/// A byte order mark in UTF-8.
const BOM: &[u8] = b"\xef\xbb\xbf";

/// Bytes of a line that is held until it ends; a longer one is a record's, or
/// prose. Ten times the longest name.
const HELD: usize = 64 * 1024;

impl Reader {
    /// A reader that looks for what is in `scope`, takes records as `config`
    /// says, and asks `known` about names.
    pub fn new(
        scope: Scope,
        config: scan::Config,
        known: Arc<dyn Known + Send + Sync>,
    ) -> Self {
        Self {
            scope,
            scanner: Scanner::new(config),
            diffs: Section::default(),
            fences: fence::Reader::default(),
            state: State::Between,
            at: Place { byte: 0, line: 1 },
            held: Vec::new(),
            surroundings: Surroundings::new(known),
            totals: Totals::default(),
            is_ended: true,
        }
    }

    /// The format of the first unit, once there is one.
    pub fn first(&self) -> Option<Format> {
        self.totals.first
    }

    /// Takes more bytes.
    ///
    /// # Errors
    ///
    /// Those of `sink`.
    pub fn feed<E>(
        &mut self,
        bytes: &[u8],
        sink: &mut Sink<'_, E>,
    ) -> Result<(), E> {
        let Some(last) = bytes.last() else { return Ok(()) };
        self.is_ended = *last == b'\n';
        self.read(bytes, sink)
    }

    /// Reads bytes that came, some of them not for the first time.
    pub(super) fn read<E>(
        &mut self,
        bytes: &[u8],
        sink: &mut Sink<'_, E>,
    ) -> Result<(), E> {
        let mut rest = bytes;
        while !rest.is_empty() {
            match &mut self.state {
                State::Scanned { .. } => match self.scan(rest, sink)? {
                    Fed::All => return Ok(()),
                    Fed::Line(Cow::Borrowed(next)) => rest = next,
                    Fed::Line(Cow::Owned(next)) => {
                        return self.read(&next, sink);
                    }
                },
                State::Thinking(thinking) => {
                    let Some(end) = thinking.take(rest) else {
                        self.totals.thinking_bytes += rest.len() as u64;
                        self.skip(rest);
                        return Ok(());
                    };
                    let (inside, next) = split(rest, end);
                    self.totals.thinking_bytes += inside.len() as u64;
                    self.skip(inside);
                    self.state = State::Between;
                    rest = next;
                }
                _ => match memchr::memchr(b'\n', rest) {
                    Some(feed) if self.held.is_empty() => {
                        let (line, next) = split(rest, feed + 1);
                        self.take(line, sink)?;
                        rest = next;
                    }
                    Some(feed) => {
                        let (line, next) = split(rest, feed + 1);
                        let mut held = std::mem::take(&mut self.held);
                        held.extend_from_slice(line);
                        self.take(&held, sink)?;
                        rest = next;
                    }
                    None => {
                        self.held.extend_from_slice(rest);
                        return self.look(sink);
                    }
                },
            }
        }
        Ok(())
    }

    /// Looks at a line that has not ended: what can only be prose, or a
    /// record, need not wait.
    fn look<E>(&mut self, sink: &mut Sink<'_, E>) -> Result<(), E> {
        let State::Between = self.state else { return Ok(()) };
        if self.behind_bom(&self.held).is_some() {
            self.held.drain(..BOM.len());
            self.skip(BOM);
        }
        let line = &self.held[..];
        let is_decided = match line.trim_ascii_start().first() {
            None => false,
            Some(b'{' | b'"') => true,
            Some(b'[') => {
                line.trim_ascii_start().len() > 1
                    && !thinking::may_begin(line)
                    && !b"[SEARCH]".starts_with(line)
            }
            Some(_) if self.scope == Scope::Records => {
                !thinking::may_begin(line)
                    && thinking::begins(line).is_none()
                    && !fence::may_begin(line)
            }
            Some(_) => line.contains(&b'{') && !self.may_be_mark(line),
        };
        if is_decided || line.len() > HELD {
            let held = std::mem::take(&mut self.held);
            self.fences.take(&held);
            return self.give(&held, &held, sink);
        }
        Ok(())
    }

    /// What stands behind a byte order mark at the start of the text.
    fn behind_bom<'a>(&self, line: &'a [u8]) -> Option<&'a [u8]> {
        line.strip_prefix(BOM).filter(|_| self.at.byte == 0)
    }

    /// Whether a line that has a brace in it may be a mark of a unit or a
    /// fence all the same.
    fn may_be_mark(&self, line: &[u8]) -> bool {
        const OPENERS: [&[u8]; 7] =
            [b"--- ", b"+++ ", b"diff ", b"@@", b"*** ", b"```", b"~~~"];
        let text = self.fences.content(line);
        let text = text.trim_ascii_start();
        OPENERS.iter().any(|opener| text.starts_with(opener))
            || thinking::begins(text).is_some()
    }

    /// Passes over bytes that are nobody's, or a unit's.
    pub(super) fn skip(&mut self, bytes: &[u8]) {
        self.at.byte += bytes.len() as u64;
        self.at.line += memchr::memchr_iter(b'\n', bytes).count() as u64;
    }

    /// Takes a line, with its line feed if it has one.
    pub(super) fn take<E>(
        &mut self,
        raw: &[u8],
        sink: &mut Sink<'_, E>,
    ) -> Result<(), E> {
        if let Some(rest) = self.behind_bom(raw) {
            self.skip(BOM);
            return self.take(rest, sink);
        }
        match std::mem::replace(&mut self.state, State::Between) {
            State::Between => self.take_between(raw, sink),
            State::Diff(undecided) => self.take_diff(undecided, raw, sink),
            State::Search(search) => self.take_search(search, raw, sink),
            State::Patch(patch) => self.take_patch(patch, raw, sink),
            State::Fenced(fenced) => self.take_fenced(fenced, raw, sink),
            State::Named(name) => self.take_named(&name, raw, sink),
            State::Closed(fenced, span, held) => {
                self.take_closed(fenced, span, held, raw, sink)
            }
            // What is not read by lines never comes here.
            other @ (State::Scanned { .. } | State::Thinking(_)) => {
                self.state = other;
                self.read(raw, sink)
            }
        }
    }

    /// Takes the end of the text.
    ///
    /// # Errors
    ///
    /// Those of `sink`.
    pub fn finish<E>(mut self, sink: &mut Sink<'_, E>) -> Result<End, E> {
        let mut ends = Ends::default();
        while !self.end(&mut ends, sink)? {}
        let Self { mut scanner, mut totals, at, fences, diffs, .. } = self;
        let is_ended = self.is_ended;
        let in_fence = fences.open().is_some() && ends.open.is_none();
        scanner.set_fence(fences.open().map(|open| open.info.as_slice()));
        if scanner.at() != at && !ends.is_scanned {
            scanner.pass_to(at, &mut |event| totals.tell(event, sink))?;
        }
        let summary = scanner.finish(&mut |event| totals.tell(event, sink))?;
        let end = summary.end;
        let mut diff = ends.diff.take().unwrap_or_else(|| {
            // A line that has not ended is one of this line's.
            let text: &[u8] = if is_ended { b"" } else { b"x" };
            Finished::outside(&Line::new(text, end), diffs.totals())
        });
        (diff.in_fence, diff.totals.bytes) = (in_fence, end.byte);
        Ok(totals.end(summary, ends, in_fence, diff))
    }

    /// Takes what is left of the end of the text; whether all of it is.
    fn end<E>(
        &mut self,
        ends: &mut Ends,
        sink: &mut Sink<'_, E>,
    ) -> Result<bool, E> {
        let held = std::mem::take(&mut self.held);
        let partial = self.fences.content(&held).into_owned();
        match std::mem::replace(&mut self.state, State::Between) {
            State::Scanned { line, records } => {
                ends.is_scanned = true;
                if self.scanner.records() == records {
                    self.surroundings.note(&line);
                    ends.open = self.begun_by_name(&line);
                }
            }
            State::Thinking(_) => ends.is_thinking = true,
            State::Between if held.is_empty() => {
                ends.open = self.begun_by_name(b"");
            }
            State::Between => {
                ends.diff = self.begun_diff(&held);
                ends.open = match ends.diff {
                    Some(_) => None,
                    None => self.begun(&partial),
                };
                if ends.diff.is_none() && ends.open.is_none() {
                    self.take(&held, sink)?;
                    return Ok(false);
                }
            }
            State::Named(name) => {
                self.held = held;
                self.take_diff(Vec::new(), &name, sink)?;
                return Ok(false);
            }
            State::Diff(undecided) => {
                return self.end_diff(undecided, &held, ends, sink);
            }
            State::Search(search) if !is_closing(bare(&partial)) => {
                ends.open = Some(search.open());
            }
            State::Patch(patch) if !ends_patch(&partial) => {
                ends.open = Some(patch.open());
            }
            State::Fenced(mut fenced)
                if self.fences.clone().take(&held) != Role::Closes =>
            {
                fenced.take(&partial, &held);
                if fenced.path.is_none() {
                    self.name(&mut fenced, sink)?;
                }
                if fenced.path.is_some() {
                    ends.open = Some(fenced.open());
                } else {
                    self.pass_on(&fenced.raw, fenced.start, sink)?;
                    return Ok(false);
                }
            }
            State::Closed(fenced, span, below) => {
                if !held.is_empty() {
                    self.fences.judge(&held);
                }
                let doubt = self.fences.finish();
                self.end_fenced(*fenced, span, doubt, sink)?;
                self.read(&below, sink)?;
                self.read(&held, sink)?;
                return Ok(false);
            }
            state @ (State::Search(_) | State::Patch(_) | State::Fenced(_)) => {
                self.state = state;
                self.take(&held, sink)?;
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn end_diff<E>(
        &mut self,
        mut undecided: Vec<u8>,
        held: &[u8],
        ends: &mut Ends,
        sink: &mut Sink<'_, E>,
    ) -> Result<bool, E> {
        let text = self.fences.content(held);
        let taken_off = held.len().saturating_sub(text.len());
        let line = Line { text: &text, at: self.at, taken_off };
        let Self { totals, diffs, .. } = self;
        let mut units =
            |event: diff::Event<'_>| totals.hand_out(Part::Diff(event), sink);
        let (finished, back) = diffs.finish(&line, &mut units)?;
        drop(text);
        self.skip(held);
        if back == 0 {
            ends.diff = Some(finished);
            return Ok(true);
        }
        undecided.extend_from_slice(held);
        self.leave_diff(&undecided, back, sink)?;
        Ok(false)
    }

    /// The unit of which the last line, which has not ended, is the
    /// beginning. Below a name or a fence, one mark of a marker is enough,
    /// and below a name one of a fence: nothing else is expected there.
    fn begun(&self, line: &[u8]) -> Option<Open> {
        let is_named = self.surroundings.begun().is_some();
        let is_awaited = is_named || self.surroundings.ends_with_mark();
        let begins = blocks::may_open(line)
            || is_awaited && blocks::begins_marker(line)
            || is_named && self.fences.open().is_none() && fence::begins(line);
        let has = |format| self.scope.has(format);
        let is_looked_for = has(Format::SearchReplace) || has(Format::V4a);
        (begins && is_looked_for)
            .then(|| Open::empty(self.surroundings.begun(), self.at))
    }

    /// The diff of which the last line, which has not ended, may be the
    /// beginning.
    fn begun_diff(&self, line: &[u8]) -> Option<Finished> {
        let has_diffs = self.diffs.totals().files > 0;
        if !self.scope.has(Format::Diff)
            || !has_diffs && !line.starts_with(b"diff --")
        {
            return None;
        }
        let mut ignore = |_: diff::Event<'_>| Ok::<(), Infallible>(());
        let line = Line::new(line, self.at);
        let Ok((finished, back)) =
            self.diffs.clone().finish(&line, &mut ignore);
        (back == 0 && finished.is_open()).then_some(finished)
    }

    /// The file that the last line names alone, as one does whose text comes
    /// next, if this answer writes files so and the name is a new one; also
    /// a heading that has not ended.
    fn begun_by_name(&self, unended: &[u8]) -> Option<Open> {
        if !self.totals.names_files() || self.fences.open().is_some() {
            return None;
        }
        let name = self.surroundings.begun();
        let is_heading = unended.starts_with(b"#") || unended == b"**";
        let is_next = match &name {
            Some(name) => !self.totals.has(name),
            None => is_heading,
        };
        is_next.then(|| Open::empty(name, self.at))
    }

    /// Gives a line to the scanner; `text` is what it says to people, if it
    /// says anything.
    pub(super) fn give<E>(
        &mut self,
        raw: &[u8],
        text: &[u8],
        sink: &mut Sink<'_, E>,
    ) -> Result<(), E> {
        self.pass_over(sink)?;
        self.totals.is_quoted = self.scope != Scope::Records
            && self.fences.is_quoted()
            && self.fences.holds(raw);
        self.state = State::Scanned {
            line: text.get(..text.len().min(HELD)).unwrap_or(text).to_vec(),
            records: self.scanner.records(),
        };
        self.read(raw, sink)
    }

    /// Tells the scanner where it is, and in which fence.
    fn pass_over<E>(&mut self, sink: &mut Sink<'_, E>) -> Result<(), E> {
        let Self { scanner, totals, at, fences, .. } = self;
        scanner.set_fence(fences.open().map(|open| open.info.as_slice()));
        if scanner.at() == *at {
            return Ok(());
        }
        scanner.pass_to(*at, &mut |event| totals.tell(event, sink))
    }

    /// Lets the scanner read on, up to where a line begins that is not known
    /// to be its own.
    fn scan<'b, E>(
        &mut self,
        bytes: &'b [u8],
        sink: &mut Sink<'_, E>,
    ) -> Result<Fed<'b>, E> {
        let Self { scanner, totals, .. } = self;
        let fed =
            scanner.feed_line(bytes, &mut |event| totals.tell(event, sink))?;
        if let Fed::Line(_) = fed {
            let lines = self.scanner.at().line - self.at.line;
            self.at = self.scanner.at();
            let state = std::mem::replace(&mut self.state, State::Between);
            if let State::Scanned { line, records } = state {
                if self.scanner.records() != records {
                    self.surroundings.end(None);
                } else if lines == 1 {
                    self.surroundings.note(&line);
                }
            }
        }
        Ok(fed)
    }
}

/// A text up to a place, and from there.
pub(super) fn split(bytes: &[u8], at: usize) -> (&[u8], &[u8]) {
    bytes.split_at(at.min(bytes.len()))
}
