//! Text in, what it says in blocks out, for many endings of one text.

use std::convert::Infallible;

use std::sync::Arc;

use crate::answer::{Part, Reader, Scope};
use crate::blocks::{Block, Change, Event, Finished, Open};
use crate::resume::survey::{Survey, Unit, UnitState, looping};
use crate::scan::Config;
use crate::span::{Span, Verdict};
use crate::text::filename::NoneKnown;

/// What a text says.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) events: Vec<Event>,
    pub(super) finished: Finished,
}

/// A text read up to a place from which it is read on in several ways.
#[derive(Clone)]
pub(super) struct Base {
    reader: Reader,
    /// The place, in bytes.
    pub(super) at: usize,
}

impl Base {
    /// The start of a text.
    pub(super) fn new() -> Self {
        let known = Arc::new(NoneKnown);
        let reader = Reader::new(Scope::Blocks, Config::default(), known);
        Self { reader, at: 0 }
    }

    /// Reads to the end.
    pub(super) fn read(&self, pieces: &[&[u8]]) -> Read {
        let mut events = Vec::new();
        let mut sink = |part: Part<'_>| {
            if let Part::Block(event) = part {
                events.push(event);
            }
            Ok::<(), Infallible>(())
        };
        let mut reader = self.reader.clone();
        for piece in pieces {
            let Ok(()) = reader.feed(piece, &mut sink);
        }
        let Ok(end) = reader.finish(&mut sink);
        Read { events, finished: end.blocks }
    }

    /// Goes on to a later place of `text`; what is read on the way is
    /// dropped.
    pub(super) fn advance(&mut self, text: &[u8], to: usize) {
        let piece = text.get(self.at..to).unwrap_or_default();
        let mut ignore = |_: Part<'_>| Ok::<(), Infallible>(());
        let Ok(()) = self.reader.feed(piece, &mut ignore);
        self.at = to.max(self.at);
    }
}

impl Read {
    /// The whole blocks, in order.
    pub(super) fn blocks(&self) -> impl Iterator<Item = &Block> {
        self.events.iter().filter_map(|event| match event {
            Event::Block(block) => Some(block),
            Event::Rejected(_) => None,
        })
    }

    pub(super) fn rejected(&self) -> usize {
        self.events.len() - self.blocks().count()
    }

    /// The block that is not closed.
    pub(super) fn open(&self) -> Option<&Open> {
        self.finished.open.as_ref()
    }

    /// Where the last thing begins that a continuation may go on with: an
    /// open block, or what follows the last one that is closed.
    pub(super) fn loose_end(&self) -> usize {
        let last = self.events.last().map_or(0, |event| match event {
            Event::Block(block) => block.span.end,
            Event::Rejected(bad) => bad.span.end,
        });
        let open = self.open().map(|open| open.start.byte);
        usize::try_from(open.unwrap_or(last)).unwrap_or_default()
    }

    /// What is known of `text`, of which this was read.
    pub(super) fn survey(self, text: &[u8]) -> Survey {
        let Self { events, finished } = self;
        let mut reasons = Vec::new();
        let mut units: Vec<Unit> = Vec::new();
        for event in events {
            units.push(match event {
                Event::Block(block) => whole(text, &block),
                Event::Rejected(bad) => {
                    reasons.push(bad.reason.describe());
                    let path = bad.path.as_deref();
                    let state = UnitState::Rejected;
                    unit(state, path, bad.span, bad.line)
                }
            });
        }
        if let Some(open) = &finished.open {
            let span = Span { start: open.start.byte, end: finished.end.byte };
            let path = open.path.as_deref();
            units.push(unit(UnitState::Cut, path, span, open.start.line));
        }
        let mut summary = finished.summary(Verdict::Unsure);
        if let Some(cut) = &summary.cut {
            let from = usize::try_from(cut.tail.byte).unwrap_or(text.len());
            summary.tail = text.get(from..).unwrap_or_default().to_vec();
        }
        summary.looping = looping(&units, text);
        Survey { units, summary, mended: Vec::new(), reasons, unnumbered: 0 }
    }
}

/// A block as a unit; its text stands for it.
fn whole(text: &[u8], block: &Block) -> Unit {
    let (start, end) = (block.span.start as usize, block.span.end as usize);
    let path = Some(block.path.as_slice());
    let mut unit = unit(UnitState::Complete, path, block.span, block.line);
    unit.op = Some(op(&block.change).to_owned());
    if let Change::Update { to: Some(to), .. } = &block.change {
        unit.new_path = Some(String::from_utf8_lossy(to).into_owned());
    }
    unit.json = text.get(start..end).unwrap_or_default().to_vec();
    unit
}

fn op(change: &Change) -> &'static str {
    match change {
        Change::Create(_) => "create",
        Change::Write(_) => "write",
        Change::Delete => "delete",
        Change::Replace { .. } | Change::Update { .. } => "modify",
    }
}

fn unit(state: UnitState, path: Option<&[u8]>, span: Span, line: u64) -> Unit {
    let path = path.map(|path| String::from_utf8_lossy(path).into_owned());
    let (op, new_path, json) = (None, None, Vec::new());
    Unit { state, op, path, new_path, span, line, json }
}
