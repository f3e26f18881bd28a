//! What the end of the stream says: whole, cut, or nothing.

use super::Summary;
use super::frame::Frame;
use super::keys::is_path_key;
use super::ledger::Ledger;
use super::track::Track;
use crate::json;
use crate::span::{Cut, CutState, Place, Verdict};

/// The state of a scanner whose stream has ended.
pub(super) struct Ending<'a> {
    /// The track, if a value or wrapper is open.
    pub(super) open: Option<&'a Track>,
    pub(super) in_fence: bool,
    /// A wrapper was left open behind.
    pub(super) left_open: bool,
    /// The bytes still at hand, from offset `base` on.
    pub(super) rest: Vec<u8>,
    pub(super) base: u64,
    /// Offset of the end of the stream.
    pub(super) end: u64,
    /// Line of the last byte.
    pub(super) line: u64,
    pub(super) ledger: Ledger,
}

/// Sums up; see the module.
pub(super) fn summary(ending: Ending<'_>) -> Summary {
    let mut ledger = ending.ledger;
    let candidate = ending.open.and_then(Track::candidate);
    let oversize = candidate.is_some_and(|top| top.oversize);
    let tail = candidate.filter(|_| !oversize);
    let start = tail.map_or(ending.end, |top| top.start.byte);
    let skip = start.saturating_sub(ending.base) as usize;
    ledger.frame_up_to(start);
    let short = ledger.declared.is_some_and(|n| ledger.operations < n);
    let state = match (ending.open, candidate) {
        (Some(track), Some(_)) => {
            let at = track.machine.at.saturating_sub(ending.base) as usize;
            let rest = ending.rest.get(at..).unwrap_or_default();
            Some(track.machine.cut_state(rest))
        }
        (Some(_), None) => Some(CutState::BetweenRecords),
        (None, _) if ending.in_fence => Some(CutState::Fence),
        (None, _) => {
            let open = short || (ending.left_open && ledger.declared.is_none());
            open.then_some(CutState::BetweenRecords)
        }
    };
    let mut bytes = ending.rest;
    bytes.drain(..skip.min(bytes.len()));
    ledger.bytes.tail = bytes.len() as u64;
    let cut = state.map(|state| Cut {
        byte: ending.end,
        line: ending.line,
        record: ledger.records,
        state,
        path: path(tail, &bytes),
        file_path: tail.and_then(|_| json::member(&bytes, is_path_key)),
        tail: tail_place(tail, &ending.end, ending.line),
        lost_bytes: bytes.len() as u64,
        last_complete: ledger.records.checked_sub(1),
    });
    let declared = ledger.declared.is_some();
    let verdict = match &cut {
        Some(_) => Verdict::Cut,
        None if declared || ledger.ended_whole => Verdict::Complete,
        None => Verdict::Unsure,
    };
    let looping = match verdict {
        Verdict::Complete => None,
        _ => ledger.loops.at_end(&bytes),
    };
    Summary {
        verdict,
        looping,
        cut,
        tail: bytes,
        records: ledger.records,
        operations: ledger.operations,
        repaired: ledger.repaired,
        rejected: ledger.rejected,
        declared: ledger.declared,
        framing: ledger.framing,
        stray: ledger.strays.places,
        first_stray: ledger.strays.first,
        bytes: ledger.bytes,
        end: Place { byte: ending.end, line: ending.line },
    }
}

fn path(tail: Option<&Frame>, bytes: &[u8]) -> String {
    match tail {
        Some(_) => json::path_at_end(bytes),
        None => "$".into(),
    }
}

fn tail_place(tail: Option<&Frame>, end: &u64, line: u64) -> Place {
    tail.map_or(Place { byte: *end, line }, |top| top.start)
}
