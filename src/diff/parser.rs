//! The state machine over the lines of an answer.

use super::binary::{self, Stage, Step};
use super::body::{Body, Habits, Verdict, is_body};
use super::draft::{Draft, Taken};
use super::file::{FileHeader, Kind};
use super::hunk::split_line;
use super::mend::Mend;
use super::moved::Moved;
use super::range::{Numbers, Said};
use super::unit::{Change, Reason, Rejected, Unit};
use crate::span::{Place, Span};
use crate::text::Line;

/// What a parser tells its sink, in stream order.
#[derive(Debug)]
pub enum Event<'a> {
    /// A unit that is whole, for something follows it.
    Unit(Unit<'a>),
    /// Something that cannot be applied.
    Rejected(Rejected),
}

/// Counts over an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Bytes read.
    pub bytes: u64,
    /// Units handed out.
    pub units: u64,
    /// Parts rejected.
    pub rejected: u64,
    /// Hunks whose counts did not fit their lines.
    pub miscounts: u64,
    /// Headers of files.
    pub files: u64,
    /// Lines outside of hunks that begin as those in hunks do.
    pub strays: u64,
}

/// What the next line is read as.
#[derive(Clone, Debug, Default)]
pub(super) enum State {
    /// Framing, or the first line of something.
    #[default]
    Outside,
    /// A `---` line that no `diff --git` line preceded came last.
    OldName(Draft),
    /// Inside a header.
    Header(Draft),
    /// Inside a hunk.
    Hunk,
    /// Inside binary data.
    Binary(Binary),
}

#[derive(Clone, Debug)]
pub(super) struct Binary {
    pub(super) stage: Stage,
    pub(super) data: Vec<u8>,
    pub(super) at: Place,
    pub(super) end: u64,
}

#[derive(Clone, Debug)]
pub(super) struct Machine {
    pub(super) state: State,
    pub(super) file: Result<FileHeader, (Reason, Option<Vec<u8>>)>,
    /// Where the header of `file` begins.
    pub(super) file_at: Place,
    /// Mends of the header that no unit has reported.
    pub(super) header_mends: Vec<(Mend, u64)>,
    /// Whether no unit of `file` was handed out.
    pub(super) is_first: bool,
    /// Whether something other than blanks came since the last hunk.
    pub(super) is_apart: bool,
    pub(super) has_cr: bool,
    /// Whether the first hunk's header contradicts the date of a side.
    is_undated: bool,
    /// How far the hunks of `file` have moved what comes after them.
    pub(super) moved: Moved,
    /// Whether only lines like those of binary data came after some.
    after_binary: bool,
    pub(super) body: Body,
    /// Within an answer of several formats: how many of the last lines are
    /// none of the diff's.
    pub(super) given_back: Option<usize>,
    pub(super) habits: Habits,
    pub(super) totals: Totals,
}

impl Default for Machine {
    fn default() -> Self {
        Self {
            state: State::Outside,
            file: Err((Reason::NoFile, None)),
            file_at: Place { byte: 0, line: 1 },
            header_mends: Vec::new(),
            is_first: true,
            is_apart: false,
            has_cr: false,
            is_undated: false,
            moved: Moved::default(),
            after_binary: false,
            body: Body::new(),
            given_back: None,
            habits: Habits::default(),
            totals: Totals::default(),
        }
    }
}

/// Where events go.
pub(super) type Sink<'s, E> = dyn FnMut(Event<'_>) -> Result<(), E> + 's;

impl Machine {
    pub(super) fn line<E>(
        &mut self,
        line: &Line<'_>,
        sink: &mut Sink<'_, E>,
    ) -> Result<(), E> {
        // Behind a line that is not the diff's, whose the next one is gets
        // decided anew.
        if let Some(lines @ 1..) = &mut self.given_back {
            *lines += 1;
            return Ok(());
        }
        match &self.state {
            State::Hunk => self.in_hunk(line, sink),
            State::Outside => self.outside(line, sink),
            State::OldName(_) => self.after_old_name(line, sink),
            State::Header(_) => self.in_header(line, sink),
            State::Binary(_) => self.in_binary(line, sink),
        }
    }

    pub(super) fn outside<E>(
        &mut self,
        line: &Line<'_>,
        sink: &mut Sink<'_, E>,
    ) -> Result<(), E> {
        let text = line.text;
        if let Some(rest) = text.strip_prefix(b"diff --git ") {
            self.state = State::Header(Draft::git(line.at, rest));
            return Ok(());
        }
        if text.starts_with(b"--- ") {
            let mut draft = Draft::new(line.at);
            draft.take(text);
            self.state = State::OldName(draft);
            return Ok(());
        }
        if text.starts_with(b"@@@") || text.starts_with(b"diff --c") {
            let place = Span { start: line.at.byte, end: line.end() };
            self.file = Err((Reason::Combined, None));
            return self.reject(Reason::Combined, place, line.at.line, sink);
        }
        if text.starts_with(b"@@") {
            self.open_hunk(line);
            return Ok(());
        }
        self.is_apart |= !line.is_blank();
        if self.given_back.is_some() && text.starts_with(b"+++ ") {
            let mut draft = Draft::new(line.at);
            draft.take(text);
            self.state = State::Header(draft);
            return Ok(());
        }
        if self.given_back.is_some() && !binary::is_bare(text) {
            self.given_back = Some(1);
            return Ok(());
        }
        self.after_binary &= binary::is_data(text.trim_ascii_end());
        let is_stray =
            self.after_binary || is_body(text) || text.starts_with(b"@");
        self.totals.strays += u64::from(is_stray);
        if binary::is_bare(text) {
            let place = Span { start: line.at.byte, end: line.end() };
            self.file = Err((Reason::NoBytes, None));
            return self.reject(Reason::NoBytes, place, line.at.line, sink);
        }
        Ok(())
    }

    fn after_old_name<E>(
        &mut self,
        line: &Line<'_>,
        sink: &mut Sink<'_, E>,
    ) -> Result<(), E> {
        let State::OldName(mut draft) = std::mem::take(&mut self.state) else {
            return Ok(());
        };
        if line.text.starts_with(b"+++ ") {
            draft.take(line.text);
            self.state = State::Header(draft);
            return Ok(());
        }
        if line.text.starts_with(b"@@ ") {
            return self.settle_hunk(draft, line, sink);
        }
        self.is_apart = true;
        self.outside(line, sink)
    }

    fn in_header<E>(
        &mut self,
        line: &Line<'_>,
        sink: &mut Sink<'_, E>,
    ) -> Result<(), E> {
        let State::Header(mut draft) = std::mem::take(&mut self.state) else {
            return Ok(());
        };
        let is_new_plain = line.text.starts_with(b"--- ")
            && (draft.old.is_some() || draft.is_of_other(line.text));
        if !is_new_plain && draft.take(line.text) == Taken::Yes
            || line.is_blank()
        {
            self.state = State::Header(draft);
            return Ok(());
        }
        if line.text.starts_with(b"@@") && !line.text.starts_with(b"@@@") {
            return self.settle_hunk(draft, line, sink);
        }
        if line.text.trim_ascii_end() == b"GIT binary patch" {
            self.settle(&draft, sink)?;
            self.state = State::Binary(Binary {
                stage: Stage::Start,
                data: Vec::new(),
                at: line.at,
                end: line.end(),
            });
            return Ok(());
        }
        if draft.new.is_some() && is_body(line.text) && !is_new_plain {
            self.settle(&draft, sink)?;
            self.body.open_bare(line.at);
            self.begin_body();
            return self.in_hunk(line, sink);
        }
        self.end_header(&draft, line.at.byte, sink)?;
        self.outside(line, sink)
    }

    /// Understands a header that this hunk's follows.
    fn settle_hunk<E>(
        &mut self,
        mut draft: Draft,
        line: &Line<'_>,
        sink: &mut Sink<'_, E>,
    ) -> Result<(), E> {
        let is_undated = draft.heed(line.text);
        self.settle(&draft, sink)?;
        self.is_undated = is_undated;
        self.open_hunk(line);
        Ok(())
    }

    /// Understands a header that hunks or data follow.
    fn settle<E>(
        &mut self,
        draft: &Draft,
        sink: &mut Sink<'_, E>,
    ) -> Result<(), E> {
        self.begin_file(draft);
        let is_change = self.file.as_ref().is_ok_and(FileHeader::is_change);
        match is_change {
            true => self.hand_out_header(draft.at, sink),
            false => Ok(()),
        }
    }

    pub(super) fn begin_file(&mut self, draft: &Draft) {
        self.file_at = draft.at;
        self.is_first = true;
        self.is_apart = false;
        self.is_undated = false;
        self.moved = Moved::default();
        self.after_binary = false;
        self.has_cr = draft.has_cr;
        self.header_mends.clear();
        self.totals.files += 1;
        self.file = match draft.settle() {
            Ok((file, mends)) => {
                let line = draft.at.line;
                self.header_mends.extend(mends.iter().map(|m| (*m, line)));
                Ok(file)
            }
            Err(reason) => Err((reason, draft.path())),
        };
    }

    /// A header that nothing of its file follows.
    pub(super) fn end_header<E>(
        &mut self,
        draft: &Draft,
        end: u64,
        sink: &mut Sink<'_, E>,
    ) -> Result<(), E> {
        self.begin_file(draft);
        let span = Span { start: draft.at.byte, end };
        let reason = match &self.file {
            _ if draft.has_no_bytes => Reason::NoBytes,
            Err((reason, _)) => *reason,
            Ok(file) if file.is_change() => {
                return self.hand_out_header_to(span, sink);
            }
            // Without names of text, git means an empty file.
            Ok(file) if file.is_whole_file() && draft.new.is_none() => {
                return self.hand_out_header_to(span, sink);
            }
            Ok(_) => Reason::NoChange,
        };
        self.reject(reason, span, draft.at.line, sink)
    }

    fn hand_out_header<E>(
        &mut self,
        at: Place,
        sink: &mut Sink<'_, E>,
    ) -> Result<(), E> {
        let span = Span { start: at.byte, end: at.byte };
        self.hand_out_header_to(span, sink)
    }

    fn hand_out_header_to<E>(
        &mut self,
        span: Span,
        sink: &mut Sink<'_, E>,
    ) -> Result<(), E> {
        let Ok(file) = &self.file else { return Ok(()) };
        self.totals.units += 1;
        let unit = Unit {
            file,
            change: Change::Header,
            is_first: self.is_first,
            span,
            line: self.file_at.line,
            mends: &self.header_mends,
        };
        sink(Event::Unit(unit))?;
        self.is_first = false;
        self.header_mends.clear();
        Ok(())
    }

    pub(super) fn open_hunk(&mut self, line: &Line<'_>) {
        let said = self.body.open(line);
        // Where no header of a file shows how the diff ends its lines.
        self.has_cr |= line.text.ends_with(b"\r\n");
        if said == Said::Absurd {
            let path = self.path();
            self.file = Err((Reason::AbsurdNumbers, path));
        }
        if self.is_apart && self.file.is_ok() {
            self.body.mend(Mend::Header, line.at.line);
        }
        self.begin_body();
    }

    pub(super) fn begin_body(&mut self) {
        self.state = State::Hunk;
        self.is_apart = false;
        self.body.has_cr = self.has_cr;
        self.body.blank = match &self.file {
            Ok(FileHeader { kind: Kind::New, .. }) => b'+',
            Ok(FileHeader { kind: Kind::Delete, .. }) => b'-',
            _ => b' ',
        };
    }

    fn in_hunk<E>(
        &mut self,
        line: &Line<'_>,
        sink: &mut Sink<'_, E>,
    ) -> Result<(), E> {
        if self.body.take(line, &mut self.habits) == Verdict::Taken {
            return Ok(());
        }
        let whole = self.file.as_ref().is_ok_and(FileHeader::is_whole_file);
        if whole && line.text.starts_with(b"@@") && !self.body.has_pending() {
            self.body.join(line);
            return Ok(());
        }
        self.end_hunk(sink)?;
        self.state = State::Outside;
        self.replay(sink)?;
        self.line(line, sink)
    }

    /// Reads the lines that turned out not to belong to the hunk.
    pub(super) fn replay<E>(
        &mut self,
        sink: &mut Sink<'_, E>,
    ) -> Result<(), E> {
        let mut at = self.body.pending_at();
        let pending = self.body.take_pending();
        let mut rest = pending.as_slice();
        while let Some((text, tail)) = split_line(rest) {
            let line = Line::new(text, at);
            self.line(&line, sink)?;
            at = Place { byte: line.end(), line: at.line + 1 };
            rest = tail;
        }
        Ok(())
    }

    pub(super) fn end_hunk<E>(
        &mut self,
        sink: &mut Sink<'_, E>,
    ) -> Result<(), E> {
        self.note_counts();
        self.check_numbers();
        self.moved.add(&self.body.hunk);
        let Place { byte: start, line } = self.hunk_at();
        let span = Span { start, end: self.body.end };
        if let Some(reason) = self.fault().or(self.fault_of_date()) {
            return self.reject(reason, span, line, sink);
        }
        let Ok(file) = &self.file else { return Ok(()) };
        self.header_mends.append(&mut self.body.mends);
        self.totals.units += 1;
        sink(Event::Unit(Unit {
            file,
            change: Change::Hunk(&self.body.hunk),
            is_first: self.is_first,
            span,
            line,
            mends: &self.header_mends,
        }))?;
        self.is_first = false;
        self.header_mends.clear();
        Ok(())
    }

    /// Says that the counts were wrong, if they were.
    pub(super) fn note_counts(&mut self) {
        if self.body.hunk.numbers.is_some() && !self.body.hunk.is_met() {
            self.habits.miscounts += 1;
            self.totals.miscounts += 1;
            let line = self.body.at.line;
            self.body.mend(Mend::Counts, line);
        }
    }

    /// Notes whether the numbers of an insertion contradict each other.
    pub(super) fn check_numbers(&mut self) {
        let hunk = &self.body.hunk;
        let is_whole = self.file.as_ref().is_ok_and(FileHeader::is_whole_file);
        let is_lost = |numbers: Numbers| !self.moved.leads_to(&numbers);
        self.body.hunk.is_adrift = !is_whole
            && hunk.is_insertion()
            && hunk.numbers.is_some_and(is_lost);
    }

    /// Whether the first hunk has none of the lines for which a date was not
    /// believed.
    fn fault_of_date(&self) -> Option<Reason> {
        let hunk = &self.body.hunk;
        let is_bare = hunk.old_lines == 0 || hunk.new_lines == 0;
        let is_fault = self.is_undated && self.is_first && is_bare;
        is_fault.then_some(Reason::Header)
    }

    /// Why the hunk cannot be applied, if it cannot.
    pub(super) fn fault(&self) -> Option<Reason> {
        let hunk = &self.body.hunk;
        match &self.file {
            Err((reason, _)) => Some(*reason),
            Ok(file) => Reason::against(hunk, &file.kind),
        }
    }

    /// Where the hunk begins, with its file's header if it is the first.
    fn hunk_at(&self) -> Place {
        match self.is_first && self.file.is_ok() {
            true => self.file_at,
            false => self.body.at,
        }
    }

    fn in_binary<E>(
        &mut self,
        line: &Line<'_>,
        sink: &mut Sink<'_, E>,
    ) -> Result<(), E> {
        let State::Binary(mut binary) = std::mem::take(&mut self.state) else {
            return Ok(());
        };
        let text = line.text.trim_ascii_end();
        match binary::step(binary.stage, text) {
            Step::Takes(stage) => {
                binary.stage = stage;
                binary.data.extend_from_slice(text);
                binary.data.push(b'\n');
                binary.end = line.end();
                if stage == Stage::Whole {
                    return self.hand_out_binary(&binary, sink);
                }
                self.state = State::Binary(binary);
                Ok(())
            }
            Step::EndsBefore => {
                self.hand_out_binary(&binary, sink)?;
                self.outside(line, sink)
            }
            Step::Broken => {
                let span = Span { start: binary.at.byte, end: line.at.byte };
                let number = binary.at.line;
                self.reject(Reason::BadBytes, span, number, sink)?;
                self.outside(line, sink)
            }
        }
    }

    pub(super) fn hand_out_binary<E>(
        &mut self,
        binary: &Binary,
        sink: &mut Sink<'_, E>,
    ) -> Result<(), E> {
        self.after_binary = true;
        let start = if self.is_first { self.file_at } else { binary.at };
        let span = Span { start: start.byte, end: binary.end };
        let file = match &self.file {
            Ok(file) => file,
            Err((reason, _)) => {
                return self.reject(*reason, span, start.line, sink);
            }
        };
        self.totals.units += 1;
        sink(Event::Unit(Unit {
            file,
            change: Change::Binary(&binary.data),
            is_first: self.is_first,
            span,
            line: start.line,
            mends: &self.header_mends,
        }))?;
        self.is_first = false;
        self.header_mends.clear();
        Ok(())
    }

    fn reject<E>(
        &mut self,
        reason: Reason,
        span: Span,
        line: u64,
        sink: &mut Sink<'_, E>,
    ) -> Result<(), E> {
        self.totals.rejected += 1;
        let path = self.path();
        sink(Event::Rejected(Rejected { path, span, line, reason }))
    }

    pub(super) fn path(&self) -> Option<Vec<u8>> {
        match &self.file {
            Ok(file) => Some(file.path().to_vec()),
            Err((_, path)) => path.clone(),
        }
    }
}
