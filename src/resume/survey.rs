//! What an answer consists of: its units in order, and its end.

use std::convert::Infallible;

use crate::answer::{self, End, Part, Scope};
use crate::json;
use crate::scan::{Event, Loops, Summary, is_path_key};
use crate::span::{CutState, Loop, Span, Verdict};

/// Whether a unit can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnitState {
    /// Its last byte is there.
    Complete,
    /// The stream ended inside it.
    Cut,
    /// It was announced and never begun.
    Missing,
    /// It is broken.
    Rejected,
}

impl UnitState {
    /// The state as a word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Cut => "cut",
            Self::Missing => "missing",
            Self::Rejected => "rejected",
        }
    }
}

/// One operation of an answer.
#[derive(Clone, Debug)]
pub struct Unit {
    /// Whether it can be used.
    pub state: UnitState,
    /// Its type, as far as it is known.
    pub op: Option<String>,
    /// The file it is about, as far as it is known.
    pub path: Option<String>,
    /// The name that the file gets, where that is another and the name is
    /// not `path` itself.
    pub new_path: Option<String>,
    /// Where it stands, in bytes.
    pub span: Span,
    /// Line of its first byte, counted from 1.
    pub line: u64,
    /// The whole unit as one line of JSON; empty unless complete.
    pub json: Vec<u8>,
}

impl Unit {
    /// The names that a file has, before and after.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        [&self.path, &self.new_path].into_iter().flatten().map(String::as_str)
    }

    /// Whether it is about a file, not about the answer.
    pub fn is_operation(&self) -> bool {
        self.path.is_some()
            || !matches!(self.op.as_deref(), Some("meta" | "end"))
    }

    /// A new unit of this text, which is one object or its beginning.
    fn read(state: UnitState, text: &[u8], span: Span, line: u64) -> Self {
        let op = json::member(text, |key| matches!(key, "type" | "mode"));
        let path = json::member(text, is_path_key);
        let new_path = json::member(text, |key| key == "new_path");
        let new_path = new_path.filter(|_| op.as_deref() == Some("rename"));
        Self { state, op, path, new_path, span, line, json: Vec::new() }
    }
}

/// Everything that is known about an answer.
#[derive(Debug)]
pub struct Survey {
    /// Its units, in stream order; a cut one is the last.
    pub units: Vec<Unit>,
    /// What the scanner said at its end.
    pub summary: Summary,
    /// What was put right in units, in stream order.
    pub mended: Vec<Mended>,
    /// Why a unit is broken, in the order of the broken units.
    pub reasons: Vec<&'static str>,
    /// Hunks of a diff that have no line numbers, nor a file that is known.
    pub unnumbered: usize,
}

/// Something that was put right in a unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mended {
    /// The file.
    pub path: String,
    /// Line of the answer, counted from 1.
    pub line: u64,
    /// What was wrong.
    pub what: &'static str,
}

/// Reads a whole text.
pub fn survey(text: &[u8]) -> Survey {
    let mut units: Vec<Unit> = Vec::new();
    let mut doubtful = 0;
    let mut sink = |part: Part<'_>| {
        let Part::Record(event) = part else { return Ok(()) };
        match event {
            Event::Record(r) => {
                let state = UnitState::Complete;
                let mut unit = Unit::read(state, r.json, r.span, r.line);
                unit.json = r.json.to_vec();
                units.push(unit);
                doubtful += usize::from(r.doubtful);
            }
            Event::Rejected(r) => {
                let state = UnitState::Rejected;
                units.push(Unit::read(state, r.raw, r.span, r.line));
            }
            Event::RejectedMore(raw) => {
                if let Some(unit) = units.last_mut() {
                    unit.span.end += raw.len() as u64;
                }
            }
            Event::Refuted => {
                for unit in units.iter_mut().rev().take(doubtful) {
                    unit.state = UnitState::Rejected;
                }
                doubtful = 0;
            }
        }
        Ok::<(), Infallible>(())
    };
    let Ok(End { summary, .. }) = answer::read(text, Scope::Records, &mut sink);
    if let Some(cut) = &summary.cut
        && cut.lost_bytes > 0
    {
        let span = Span { start: cut.tail.byte, end: cut.byte };
        let tail = &summary.tail;
        let line = cut.tail.line;
        units.push(Unit::read(UnitState::Cut, tail, span, line));
    }
    Survey {
        units,
        summary,
        mended: Vec::new(),
        reasons: Vec::new(),
        unnumbered: 0,
    }
}

/// The repetition that units and the text of the cut one end in.
pub(super) fn looping(units: &[Unit], text: &[u8]) -> Option<Loop> {
    let mut loops = Loops::default();
    let mut tail: &[u8] = b"";
    for unit in units {
        match unit.state {
            UnitState::Complete => {
                let path = unit.path.as_deref().unwrap_or_default();
                loops.note_parts(&[path.as_bytes(), &unit.json]);
            }
            UnitState::Cut => {
                let from = usize::try_from(unit.span.start).ok();
                tail = from.and_then(|from| text.get(from..)).unwrap_or(tail);
            }
            UnitState::Missing | UnitState::Rejected => {}
        }
    }
    loops.at_end(tail)
}

impl Survey {
    /// The units that are whole.
    pub fn complete(&self) -> impl Iterator<Item = &Unit> {
        self.units.iter().filter(|u| u.state == UnitState::Complete)
    }

    /// The unfinished unit at the end.
    pub fn cut(&self) -> Option<&Unit> {
        self.units.last().filter(|u| u.state == UnitState::Cut)
    }

    /// Whether it ends within a string of JSON.
    pub fn is_in_string(&self) -> bool {
        let state = self.summary.cut.as_ref().map(|cut| cut.state);
        matches!(
            state,
            Some(CutState::String | CutState::Key | CutState::Escape)
        )
    }

    /// Whether every operation that was announced is there, whole.
    pub fn has_all_declared(&self) -> bool {
        let enough = |n| self.summary.operations >= n;
        self.cut().is_none() && self.summary.declared.is_some_and(enough)
    }

    /// Whether nothing is known to be missing.
    pub fn is_whole(&self) -> bool {
        let cut = self.summary.verdict == Verdict::Cut;
        self.summary.rejected == 0
            && self.summary.records > 0
            && (!cut || self.has_all_declared())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_know_their_file_as_soon_as_it_is_there() {
        let text = b"{\"type\":\"delete\",\"file_path\":\"a\"}\n\
            {\"type\":\"create\",\"path\":\"b\",\"content\":\"x";
        let survey = survey(text);
        let seen: Vec<_> =
            survey.units.iter().map(|u| (u.state, u.path.as_deref())).collect();
        let want =
            [(UnitState::Complete, Some("a")), (UnitState::Cut, Some("b"))];
        assert_eq!(seen, want);
    }
}
