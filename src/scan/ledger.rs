//! Whether a closed value may go out, and where every byte went.

use serde::de::IgnoredAny;

use super::frame::{Closed, Notes};
use super::likeness::Strays;
use super::loops::Loops;
use super::mending::Inside;
use super::{Bytes, Event, Reason, Record, Rejected, Repair};
use crate::json::{self, Ending, Fault, Mended};
use crate::span::{Place, Span};

/// Counts, and the last check before a record is emitted.
#[derive(Clone, Debug)]
pub(super) struct Ledger {
    repair: Repair,
    /// Offset up to which every byte has been accounted for.
    pub(super) settled: u64,
    pub(super) bytes: Bytes,
    pub(super) records: u64,
    pub(super) operations: u64,
    pub(super) repaired: u64,
    pub(super) rejected: u64,
    pub(super) declared: Option<u64>,
    pub(super) framing: Vec<String>,
    /// Records may be lines of a broken one.
    pub(super) doubtful: bool,
    /// The record in hand follows other text on its line.
    pub(super) is_after_text: bool,
    pub(super) strays: Strays,
    /// A wrapper was the last thing that closed.
    pub(super) ended_whole: bool,
    pub(super) loops: Loops,
    line: Vec<u8>,
}

impl From<Fault> for Reason {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Unexpected => Self::UnexpectedByte,
            Fault::Escape => Self::BadEscape,
            Fault::Number => Self::BadNumber,
            Fault::Literal => Self::BadLiteral,
        }
    }
}

impl Ledger {
    pub(super) fn new(repair: Repair) -> Self {
        Self {
            repair,
            settled: 0,
            bytes: Bytes::default(),
            records: 0,
            operations: 0,
            repaired: 0,
            rejected: 0,
            declared: None,
            framing: Vec::new(),
            doubtful: false,
            is_after_text: false,
            strays: Strays::default(),
            ended_whole: false,
            loops: Loops::default(),
            line: Vec::new(),
        }
    }

    /// Takes what a finished track has learnt from its wrappers.
    pub(super) fn notes(&mut self, notes: &mut Notes) {
        self.framing.append(&mut notes.framing);
        self.declared = notes.declared.take().or(self.declared);
        self.strays.add(std::mem::take(&mut notes.strays));
    }

    /// Emits or rejects a closed value that is meant as a record.
    pub(super) fn settle<E>(
        &mut self,
        raw: &[u8],
        closed: &Closed,
        sink: &mut impl FnMut(Event<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let (span, line) = (closed.span, closed.start.line);
        let flaw = self.flaw(raw, closed).or_else(|| {
            let one_line = closed.end_line == line;
            if one_line && closed.repairs == 0 {
                return None;
            }
            self.line.clear();
            if self.line.try_reserve(raw.len()).is_err() {
                return Some((Reason::NoMemory, closed.start));
            }
            if closed.repairs == 0 {
                json::squeeze(raw, &mut self.line);
                return None;
            }
            json::compact(raw, &mut self.line);
            let sound = is_json(&self.line);
            (!sound).then_some((Reason::NeedsRepair, closed.start))
        });
        if let Some((reason, at)) = flaw {
            if let Some(mended) = self.reading(raw) {
                self.count(span, closed);
                self.repaired += u64::from(closed.repairs == 0);
                let (json, repairs) = (&mended.json[..], mended.repairs);
                self.loops.note(json);
                return sink(self.told(closed.record(json, repairs)));
            }
            return self.reject(raw, span, line, reason, at, sink);
        }
        self.count(span, closed);
        let whole = closed.end_line == line && closed.repairs == 0;
        let json = if whole { raw } else { &self.line };
        self.loops.note(json);
        sink(self.told(closed.record(json, closed.repairs)))
    }

    /// A record with what is known of where it stands.
    fn told<'a>(&self, record: Record<'a>) -> Event<'a> {
        let Self { doubtful, is_after_text, .. } = *self;
        Event::Record(Record { doubtful, is_after_text, ..record })
    }

    /// The likely reading of a closed value with a flaw, if that is asked
    /// for.
    fn reading(&self, raw: &[u8]) -> Option<Mended> {
        let asked = self.repair == Repair::All;
        asked.then(|| json::mend(raw, Ending::Followed)).flatten().filter(
            |mended| mended.length == raw.len() && is_json(&mended.json),
        )
    }

    /// Emits the records of a broken stretch that was read by guess. All of
    /// its bytes belong to the first.
    pub(super) fn mended<E>(
        &mut self,
        inside: &Inside,
        mut span: Span,
        line: u64,
        repairs: u32,
        sink: &mut impl FnMut(Event<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.frame_up_to(span.start);
        self.settled = span.end;
        self.bytes.record += span.len();
        self.operations += inside.operations;
        self.declared = inside.declared.or(self.declared);
        self.ended_whole = false;
        self.repaired += u64::from(repairs > 0);
        for json in &inside.records {
            self.records += 1;
            self.loops.note(json);
            sink(self.told(Record {
                json,
                span,
                line,
                repairs,
                doubtful: false,
                is_after_text: false,
                names: true,
                about_stream: false,
            }))?;
            span.start = span.end;
        }
        Ok(())
    }

    /// What forbids a closed value to go out as a record.
    fn flaw(&self, raw: &[u8], closed: &Closed) -> Option<(Reason, Place)> {
        if let Some((fault, at)) = closed.fault {
            return Some((fault.into(), at));
        }
        if closed.repairs > 0 && self.repair == Repair::None {
            return Some((Reason::NeedsRepair, closed.start));
        }
        let bad = simdutf8::compat::from_utf8(raw).err()?.valid_up_to();
        let before = raw.get(..bad).unwrap_or_default();
        let lines = before.iter().filter(|b| **b == b'\n').count() as u64;
        let byte = closed.span.start + bad as u64;
        let line = closed.start.line + lines;
        Some((Reason::InvalidUtf8, Place { byte, line }))
    }

    fn count(&mut self, span: Span, closed: &Closed) {
        self.frame_up_to(span.start);
        self.settled = span.end;
        self.bytes.record += span.len();
        self.records += 1;
        self.repaired += u64::from(closed.repairs > 0);
        let marks = closed.marks;
        let about_stream = marks.is_meta || marks.total_key;
        self.operations += u64::from(marks.path_key || !about_stream);
    }

    /// Rejects a stretch.
    pub(super) fn reject<E>(
        &mut self,
        raw: &[u8],
        span: Span,
        line: u64,
        reason: Reason,
        at: Place,
        sink: &mut impl FnMut(Event<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.frame_up_to(span.start);
        self.settled = span.end;
        self.bytes.rejected += span.len();
        self.rejected += 1;
        sink(Event::Rejected(Rejected { raw, span, line, reason, at }))
    }

    /// A quote at `at`, behind a record, shows that the record is part of a
    /// longer one, which is lost.
    pub(super) fn ended_early<E>(
        &mut self,
        at: Place,
        sink: &mut impl FnMut(Event<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let span = Span { start: at.byte, end: at.byte };
        self.reject(b"", span, at.line, Reason::EndedEarly, at, sink)
    }

    /// Further bytes of the stretch that was rejected last.
    pub(super) fn reject_more<E>(
        &mut self,
        raw: &[u8],
        span: Span,
        sink: &mut impl FnMut(Event<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        if span.is_empty() {
            return Ok(());
        }
        self.settled = span.end;
        self.bytes.rejected += span.len();
        sink(Event::RejectedMore(raw))
    }

    /// Counts everything up to `end` that is not accounted for as framing.
    pub(super) fn frame_up_to(&mut self, end: u64) {
        self.bytes.framing += end.saturating_sub(self.settled);
        self.settled = self.settled.max(end);
    }
}

/// Whether `text` is UTF-8 and JSON.
pub(super) fn is_json(text: &[u8]) -> bool {
    simdutf8::basic::from_utf8(text)
        .is_ok_and(|text| serde_json::from_str::<IgnoredAny>(text).is_ok())
}
