//! Broken records whose likely reading was asked for.
//!
//! A record that broke is held until the line on which the next one may
//! begin; the stretch up to there is read by guess, value by value. What
//! cannot be read is rejected as it would have been anyway.

use std::convert::Infallible;

use super::ledger::is_json;
use super::scanner::{Mode, Scanner};
use super::seek::{Found, Seek};
use super::text::Part;
use super::window::Window;
use super::{Config, Event, Reason, Repair};
use crate::json::{self, Ending};
use crate::span::{Place, Span};

/// A record that broke and whose end is not known yet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Broken {
    pub(super) start: Place,
    pub(super) reason: Reason,
    /// Where it broke.
    pub(super) at: Place,
}

impl Scanner {
    /// Whether broken records are held to be mended.
    pub(super) fn mends(&self) -> bool {
        self.config.repair == Repair::All && !self.is_outgrown()
    }

    /// A search went on behind a broken record. Whether it is over, because
    /// the record was mended.
    pub(super) fn end_broken<E>(
        &mut self,
        window: Window<'_>,
        broken: Broken,
        seek: Seek,
        found: Found,
        sink: &mut impl FnMut(Event<'_>) -> Result<(), E>,
    ) -> Result<bool, E> {
        let end = seek.at.byte;
        let length = end.saturating_sub(broken.start.byte);
        if length > self.config.max_record as u64 {
            self.reject_broken(window, broken, end, sink)?;
            return Ok(false);
        }
        let ending = match found {
            Found::More if !window.last => {
                self.broken = Some(broken);
                return Ok(false);
            }
            Found::More => Ending::Cut,
            _ => Ending::Followed,
        };
        self.settle_broken(window, broken, end, ending, sink)
    }

    /// Emits what the stretch from `broken` to `end` can be read as and
    /// reads on behind it; or rejects the stretch. Whether it was read.
    fn settle_broken<E>(
        &mut self,
        window: Window<'_>,
        broken: Broken,
        end: u64,
        ending: Ending,
        sink: &mut impl FnMut(Event<'_>) -> Result<(), E>,
    ) -> Result<bool, E> {
        let span = Span { start: broken.start.byte, end };
        let stretch = window.span(span);
        let read = self.emit_readings(stretch, broken.start, ending, sink)?;
        if read == 0 {
            self.reject_broken(window, broken, end, sink)?;
            return Ok(false);
        }
        let before = stretch.get(..read).unwrap_or_default();
        let byte = span.start + read as u64;
        let line = broken.start.line + lines(before);
        self.resume_behind(Place { byte, line });
        Ok(true)
    }

    fn reject_broken<E>(
        &mut self,
        window: Window<'_>,
        broken: Broken,
        end: u64,
        sink: &mut impl FnMut(Event<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let Broken { start, reason, at } = broken;
        let span = Span { start: start.byte, end };
        let raw = window.span(span);
        self.ledger.reject(raw, span, start.line, reason, at, sink)
    }

    fn resume_behind(&mut self, at: Place) {
        self.main.resume_framing(at);
        self.mode = Mode::Value;
        self.sought = None;
        if self.main.frames.is_empty() {
            self.leave_value(Part::AfterRecord);
        }
    }

    /// Reads a stretch value by value, as far as that goes; how many bytes
    /// of it were read.
    pub(super) fn emit_readings<E>(
        &mut self,
        stretch: &[u8],
        start: Place,
        ending: Ending,
        sink: &mut impl FnMut(Event<'_>) -> Result<(), E>,
    ) -> Result<usize, E> {
        let (mut read, mut at, mut line) = (0, 0, start.line);
        while let Some(rest) = stretch.get(at..)
            && matches!(rest.first(), Some(b'{' | b'['))
            && let Some(mended) = json::mend(rest, ending)
            && is_json(&mended.json)
        {
            let byte = start.byte + at as u64;
            let span = Span { start: byte, end: byte + mended.length as u64 };
            let inside = records_in(&mended.json, &self.config);
            if inside.records.is_empty() {
                break;
            }
            let repairs = mended.repairs;
            self.ledger.mended(&inside, span, line, repairs, sink)?;
            line += lines(rest.get(..mended.length).unwrap_or_default());
            read = at + mended.length;
            let separators = stretch.get(read..).unwrap_or_default().iter();
            let blank = |b: &&u8| matches!(b, b' ' | b'\t' | b',');
            at = read + separators.take_while(blank).count();
        }
        Ok(read)
    }
}

/// What a mended value holds.
pub(super) struct Inside {
    /// It alone, or the elements of the wrapper that it is.
    pub(super) records: Vec<Vec<u8>>,
    pub(super) operations: u64,
    pub(super) declared: Option<u64>,
}

/// The records in one line of JSON.
fn records_in(line: &[u8], config: &Config) -> Inside {
    let config = Config { repair: Repair::None, ..config.clone() };
    let mut records = Vec::new();
    let mut sink = |event: Event<'_>| {
        if let Event::Record(record) = event {
            records.push(record.json.to_vec());
        }
        Ok::<(), Infallible>(())
    };
    let mut scanner = Scanner::new(config);
    let Ok(()) = scanner.feed(line, &mut sink);
    let Ok(summary) = scanner.finish(&mut sink);
    let (operations, declared) = (summary.operations, summary.declared);
    Inside { records, operations, declared }
}

fn lines(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}
