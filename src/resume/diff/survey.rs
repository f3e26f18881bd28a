//! A diff as units that can be listed, printed and asked for.

use super::last::{AnswerEnd, is_whole};
use super::patch::{Part, Patch, render};
use super::placer::{Tree, place};
use crate::diff::{FileHeader, Finished, Kind};
use crate::resume::preimage::Lookup;
use crate::resume::survey::{Mended, Survey, Unit, UnitState, looping};
use crate::scan::{Bytes, Summary};
use crate::span::{Cut, CutState, Place, Span, Verdict};

/// Surveys a diff that was read. What proves its end may be less than the
/// files of which its hunks' places are known.
pub(super) fn of_patch(
    text: &[u8],
    mut patch: Patch,
    end: AnswerEnd,
    lookup: &Lookup<'_>,
    tree: &Tree<'_>,
) -> Survey {
    let whole = is_whole(&patch.end, &patch.earlier(), end, lookup);
    if let Some(last) = patch.end.last.as_ref().filter(|_| whole) {
        patch.parts.push(Part::of_last(last));
        patch.end.tail = None;
    }
    let unnumbered = place(&mut patch, tree);
    let cut = cut(&patch.end, patch.end.tail, end);
    let units = units(&patch, text.len() as u64);
    let mut summary = summary(text, &patch, cut);
    summary.looping = looping(&units, text);
    let reasons = patch.rejected.iter();
    let reasons = reasons.map(|(_, bad)| bad.reason.describe()).collect();
    Survey { units, summary, mended: mended(&patch), reasons, unnumbered }
}

fn mended(patch: &Patch) -> Vec<Mended> {
    let of_part = |part: &Part| {
        let path = text_of(part.file.path());
        let mends = part.mends.clone().into_iter();
        let mends = mends.map(move |(mend, line)| Mended {
            path: path.clone(),
            line,
            what: mend.describe(),
        });
        mends.collect::<Vec<_>>()
    };
    patch.parts.iter().flat_map(of_part).collect()
}

fn units(patch: &Patch, end: u64) -> Vec<Unit> {
    let texts = render(patch.parts.iter());
    let mut units: Vec<Unit> = Vec::new();
    let mut rejected = patch.rejected.iter().peekable();
    for (n, (part, text)) in patch.parts.iter().zip(texts).enumerate() {
        while let Some((_, bad)) = rejected.next_if(|(at, _)| *at <= n) {
            units.push(rejected_unit(bad));
        }
        units.push(unit(part, text));
    }
    units.extend(rejected.map(|(_, bad)| rejected_unit(bad)));
    if let Some(tail) = patch.end.tail {
        let last = patch.end.last.as_ref();
        let op = last.map(|last| op(&last.file).to_owned());
        units.push(Unit {
            state: UnitState::Cut,
            op,
            path: patch.end.path.as_deref().map(text_of),
            new_path: None,
            span: Span { start: tail.byte, end },
            line: tail.line,
            json: Vec::new(),
        });
    }
    units
}

fn unit(part: &Part, text: Vec<u8>) -> Unit {
    Unit {
        state: UnitState::Complete,
        op: Some(op(&part.file).to_owned()),
        path: Some(text_of(part.file.path())),
        new_path: None,
        span: part.span,
        line: part.line,
        json: text,
    }
}

fn rejected_unit(bad: &crate::diff::Rejected) -> Unit {
    Unit {
        state: UnitState::Rejected,
        op: None,
        path: bad.path.as_deref().map(text_of),
        new_path: None,
        span: bad.span,
        line: bad.line,
        json: Vec::new(),
    }
}

fn op(file: &FileHeader) -> &'static str {
    match file.kind {
        Kind::Modify => "modify",
        Kind::New => "create",
        Kind::Delete => "delete",
        Kind::Rename => "rename",
        Kind::Copy => "copy",
    }
}

fn text_of(name: &[u8]) -> String {
    String::from_utf8_lossy(name).into_owned()
}

/// Where and how a diff is cut. The part from `tail` on is unfinished.
pub(crate) fn cut(
    finished: &Finished,
    tail: Option<Place>,
    end: AnswerEnd,
) -> Option<Cut> {
    let state = match (&tail, &finished.last) {
        (Some(_), Some(last)) if last.hunk.is_some() => CutState::Hunk,
        (Some(_), _) => CutState::Header,
        (None, _) if finished.in_fence && end != AnswerEnd::Certain => {
            CutState::Fence
        }
        (None, _) => return None,
    };
    let byte = finished.totals.bytes;
    let tail = tail.unwrap_or(Place { byte, line: finished.line });
    let path = finished.path.as_deref().filter(|_| tail.byte < byte);
    let whole = finished.totals.units;
    Some(Cut {
        byte,
        line: finished.line,
        record: whole,
        state,
        path: String::new(),
        file_path: path.map(text_of),
        tail,
        lost_bytes: byte - tail.byte,
        last_complete: whole.checked_sub(1),
    })
}

fn summary(text: &[u8], patch: &Patch, cut: Option<Cut>) -> Summary {
    let length = |span: Span| span.end - span.start;
    let record = patch.parts.iter().map(|part| length(part.span)).sum();
    let rejected = patch.rejected.iter().map(|(_, b)| length(b.span)).sum();
    let tail = cut.as_ref().map_or(0, |cut| cut.lost_bytes);
    let total = text.len() as u64;
    let framing = total.saturating_sub(record + rejected + tail);
    let from = total.saturating_sub(tail) as usize;
    let mended = |part: &&Part| !part.mends.is_empty();
    let records = patch.parts.len() as u64;
    Summary {
        verdict: match cut {
            Some(_) => Verdict::Cut,
            None => Verdict::Unsure,
        },
        cut,
        tail: text.get(from..).unwrap_or_default().to_vec(),
        records,
        operations: records,
        repaired: patch.parts.iter().filter(mended).count() as u64,
        rejected: patch.rejected.len() as u64,
        declared: None,
        framing: Vec::new(),
        stray: 0,
        first_stray: None,
        bytes: Bytes { record, framing, rejected, tail },
        end: Place { byte: total, line: patch.end.line },
        looping: None,
    }
}
