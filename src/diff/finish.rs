//! The end of an answer: what of it is certain, and what is left open.

use super::binary::Stage;
use super::body::{Verdict, goes_on_after_fence};
use super::draft::{Draft, Taken};
use super::mend::Mend;
use super::parser::{Binary, Machine, Sink, State, Totals};
use super::unit::{Doubt, Last, Reason};
use crate::span::{Place, Span};
use crate::text::Line;

/// How an answer ended.
#[derive(Clone, Debug)]
pub struct Finished {
    /// The last unit, if its end is not certain.
    pub last: Option<Last>,
    /// Where the unfinished part begins: that of `last`, or a header that
    /// cannot be a unit yet. Nothing if the answer ends between units.
    pub tail: Option<Place>,
    /// The file of the unfinished part, as far as it is known.
    pub path: Option<Vec<u8>>,
    /// Whether the unfinished part is one of a file that whole units of the
    /// answer are about.
    pub goes_on: bool,
    /// Why the unfinished part cannot become a unit, if it cannot.
    pub fault: Option<Reason>,
    /// Whether a code fence is open.
    pub in_fence: bool,
    /// Whether the last byte is a line feed, or there is none.
    pub is_line_ended: bool,
    /// Line of the last byte, counted from 1.
    pub line: u64,
    /// Counts over the answer.
    pub totals: Totals,
}

impl Finished {
    /// Whether something is unfinished, or may be.
    pub fn is_open(&self) -> bool {
        self.last.is_some() || self.tail.is_some()
    }

    /// What is known where an answer ends outside of its diffs, with a line
    /// that has not ended.
    pub fn outside(partial: &Line<'_>, totals: Totals) -> Self {
        let is_line_ended = partial.text.is_empty();
        Self {
            last: None,
            tail: None,
            path: None,
            goes_on: false,
            fault: None,
            in_fence: false,
            is_line_ended,
            line: match is_line_ended {
                true => partial.at.line.saturating_sub(1).max(1),
                false => partial.at.line,
            },
            totals,
        }
    }
}

impl Machine {
    /// Reads the end, after a line that was never ended.
    pub(super) fn finish<E>(
        mut self,
        partial: &Line<'_>,
        sink: &mut Sink<'_, E>,
    ) -> Result<(Finished, usize), E> {
        let is_line_ended = partial.text.is_empty();
        let mut end = End::default();
        let mut fault = None;
        match std::mem::take(&mut self.state) {
            State::Hunk => {
                end = self.finish_hunk(partial, sink)?;
                let open = end.tail.is_some() && end.last.is_none();
                fault = self.fault().filter(|_| open);
            }
            State::Outside => {
                if !is_line_ended {
                    end = self.finish_outside(partial, sink)?;
                }
            }
            State::OldName(draft) => {
                end.tail = Some(draft.at);
                end.path = draft.path();
            }
            State::Header(draft) => {
                end = self.finish_header(draft, partial, sink)?;
            }
            State::Binary(binary) => {
                end = self.finish_binary(binary, partial, sink)?;
            }
        }
        let goes_on = end.last.as_ref().map(|last| !last.is_first);
        let finished = Finished {
            goes_on: goes_on.unwrap_or(end.goes_on),
            last: end.last,
            tail: end.tail,
            path: end.path,
            fault,
            ..Finished::outside(partial, self.totals)
        };
        Ok((finished, self.given_back.unwrap_or(0)))
    }

    /// An unended line outside of everything.
    fn finish_outside<E>(
        &mut self,
        partial: &Line<'_>,
        sink: &mut Sink<'_, E>,
    ) -> Result<End, E> {
        let mut end = End::default();
        if let Some(lines @ 1..) = &mut self.given_back {
            *lines += 1;
            return Ok(end);
        }
        const OPENERS: [&[u8]; 3] = [b"diff --git ", b"--- ", b"@@ "];
        let text = partial.text;
        let opens = OPENERS
            .iter()
            .any(|opener| opener.starts_with(text) || text.starts_with(opener));
        if opens {
            end.tail = Some(partial.at);
            if text.starts_with(b"@") && !self.is_first {
                end.path = self.path();
                end.goes_on = true;
            }
        } else {
            self.outside(partial, sink)?;
        }
        Ok(end)
    }

    /// The header of a file that nothing of it follows. An unended line may
    /// be the last of the header's own, or half of it; the beginning of a
    /// hunk or of data, so that the header is no unit by itself; or
    /// something else, which ends the header. What may be any of these ends
    /// a header only where none of the others can follow.
    fn finish_header<E>(
        &mut self,
        draft: Draft,
        partial: &Line<'_>,
        sink: &mut Sink<'_, E>,
    ) -> Result<End, E> {
        let mut draft = draft;
        let at = draft.at;
        let text = partial.text;
        let is_own = !text.is_empty() && draft.take(text) == Taken::Yes;
        let is_blank = text.trim_ascii().is_empty();
        let is_of_it = is_own || is_blank;
        // A line that only says that binary files differ is the last one.
        if draft.has_no_bytes && is_of_it {
            self.end_header(&draft, partial.end(), sink)?;
            return Ok(End::default());
        }
        let is_over = draft.has_no_bytes || !draft.may_go_on_with(text);
        if is_over && !is_of_it {
            self.end_header(&draft, partial.at.byte, sink)?;
            return self.finish_outside(partial, sink);
        }
        self.begin_file(&draft);
        let path = draft.path();
        let end = End { tail: Some(at), path, ..End::default() };
        let Ok(file) = &self.file else { return Ok(end) };
        let is_empty = file.is_whole_file() && draft.new.is_none();
        let is_unit = file.is_change() || is_empty;
        let is_begun = !is_own && !is_blank;
        if !is_unit || is_begun {
            return Ok(end);
        }
        let doubt = match draft.promises() {
            true => Doubt::Promised,
            false => Doubt::HeaderOnly,
        };
        let mends = std::mem::take(&mut self.header_mends);
        let last = Last {
            file: file.clone(),
            hunk: None,
            binary: Vec::new(),
            doubt,
            is_line_ended: partial.text.is_empty(),
            is_first: true,
            span: Span { start: at.byte, end: self.totals.bytes },
            hunk_at: at.byte,
            line: at.line,
            mends,
        };
        Ok(End { last: Some(last), ..end })
    }

    fn finish_binary<E>(
        &mut self,
        binary: Binary,
        partial: &Line<'_>,
        sink: &mut Sink<'_, E>,
    ) -> Result<End, E> {
        let is_between = binary.stage == Stage::Between;
        let follows = |opener: &[u8]| opener.starts_with(partial.text);
        let may_go_on = follows(b"literal ") || follows(b"delta ");
        if is_between && !partial.text.is_empty() && !may_go_on {
            let text = partial.text;
            if !text.starts_with(b"literal ") && !text.starts_with(b"delta ") {
                self.hand_out_binary(&binary, sink)?;
                return self.finish_outside(partial, sink);
            }
        }
        let start = if self.is_first { self.file_at } else { binary.at };
        let path = self.path();
        let end = End { tail: Some(start), path, ..End::default() };
        let Ok(file) = &self.file else { return Ok(end) };
        if !is_between || !partial.text.is_empty() {
            return Ok(end);
        }
        let last = Last {
            file: file.clone(),
            hunk: None,
            binary: binary.data,
            doubt: Doubt::Binary,
            is_line_ended: true,
            is_first: self.is_first,
            span: Span { start: start.byte, end: binary.end },
            hunk_at: binary.at.byte,
            line: start.line,
            mends: std::mem::take(&mut self.header_mends),
        };
        Ok(End { last: Some(last), ..end })
    }

    fn finish_hunk<E>(
        &mut self,
        partial: &Line<'_>,
        sink: &mut Sink<'_, E>,
    ) -> Result<End, E> {
        let text = partial.text;
        let is_met = self.body.hunk.is_met();
        if self.body.is_at_fence() && !goes_on_after_fence(text) {
            self.end_hunk(sink)?;
            self.state = State::Outside;
            self.replay(sink)?;
            return self.finish_next(partial, sink);
        }
        if !text.is_empty() && is_met && may_follow_met(text) {
            self.body.settle_blanks(&mut self.habits);
            self.end_hunk(sink)?;
            self.replay(sink)?;
            return self.finish_next(partial, sink);
        }
        if text.is_empty() && is_met && self.body.is_followed() {
            self.end_hunk(sink)?;
            self.state = State::Outside;
            self.replay(sink)?;
            let mut end = End::default();
            if let State::OldName(draft) | State::Header(draft) =
                std::mem::take(&mut self.state)
            {
                end.tail = Some(draft.at);
                end.path = draft.path();
            }
            return Ok(end);
        }
        Ok(self.hold_hunk(partial))
    }

    /// A hunk whose end is not certain.
    fn hold_hunk(&mut self, partial: &Line<'_>) -> End {
        let text = partial.text;
        let was_met = self.body.hunk.is_met();
        // A dash or two may begin the next header or a signature.
        let may_be_framing = was_met && matches!(text, b"-" | b"--" | b"---");
        if !text.is_empty() && !may_be_framing {
            if self.body.take(partial, &mut self.habits) == Verdict::Ends {
                self.body.settle_blanks(&mut self.habits);
            }
        } else if !was_met && self.body.has_blanks(self.habits) {
            self.body.settle_blanks(&mut self.habits);
        }
        if self.body.hunk.is_met() {
            self.check_numbers();
        }
        let hunk = &self.body.hunk;
        let doubt = match hunk.numbers {
            None => Doubt::Uncounted,
            Some(_) if hunk.is_short() => Doubt::Unmet,
            Some(_) => Doubt::NothingFollows,
        };
        let start = if self.is_first { self.file_at } else { self.body.at };
        let path = self.path();
        let end = End { tail: Some(start), path, ..End::default() };
        // A hunk that changes nothing yet may still do so.
        if self.fault().is_some_and(|fault| fault != Reason::NoChange) {
            return end;
        }
        if doubt == Doubt::Unmet {
            let line = self.body.at.line;
            self.body.mend(Mend::Counts, line);
        } else {
            self.note_counts();
        }
        let Ok(file) = &self.file else { return end };
        let mut mends = std::mem::take(&mut self.header_mends);
        mends.append(&mut self.body.mends);
        let last = Last {
            file: file.clone(),
            hunk: Some(std::mem::take(&mut self.body.hunk)),
            binary: Vec::new(),
            doubt,
            is_line_ended: text.is_empty(),
            is_first: self.is_first,
            span: Span { start: start.byte, end: self.body.end },
            hunk_at: self.body.at.byte,
            line: start.line,
            mends,
        };
        End { last: Some(last), ..end }
    }

    /// What comes after the last hunk: an unended line, or nothing.
    fn finish_next<E>(
        &mut self,
        partial: &Line<'_>,
        sink: &mut Sink<'_, E>,
    ) -> Result<End, E> {
        match std::mem::take(&mut self.state) {
            State::OldName(draft) | State::Header(draft) => Ok(End {
                tail: Some(draft.at),
                path: draft.path(),
                ..End::default()
            }),
            _ if partial.text.is_empty() => Ok(End::default()),
            _ => self.finish_outside(partial, sink),
        }
    }
}

/// What is left at the end.
#[derive(Default)]
struct End {
    last: Option<Last>,
    tail: Option<Place>,
    path: Option<Vec<u8>>,
    goes_on: bool,
}

/// Whether an unended line shows that a hunk which is met has ended.
fn may_follow_met(text: &[u8]) -> bool {
    match text.first() {
        Some(b' ' | b'+' | b'\\') => false,
        Some(b'-') => text.starts_with(b"--- "),
        Some(b'\r') => false,
        _ => true,
    }
}
