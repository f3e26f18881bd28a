//! The ways in which a continuation may join what came before, and the
//! judgement which of them the structure proves.

use std::cmp::Reverse;
use std::ops::Range;

use super::body::bodies;
use super::overlap::{
    TELLING_OVERLAP, is_doubtful, overlap, partial_character, variety,
};
use super::survey::{Survey, Unit, survey};
use crate::json::{self, Machine};
use crate::span::{self, CutState, Verdict};

/// How a continuation joins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum How {
    /// It repeats the end of what came before and goes on: a restart of a
    /// line, an operation, a file or everything, or an overlap.
    Overlap,
    /// It begins the unfinished operation again, in other words.
    Restart,
    /// It goes on at the very byte.
    Exact,
    /// It goes on with the next operation; the unfinished one is lost.
    Skipped,
    /// It repeats what is there and ends before it says anything new.
    Nothing,
}

impl How {
    /// The way as a word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Overlap => "overlap",
            Self::Restart => "restart",
            Self::Exact => "exact",
            Self::Skipped => "skipped",
            Self::Nothing => "nothing",
        }
    }
}

/// How well the structure proves a join; the order is that of strength.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Proof {
    /// The continuation repeats from where a model begins again: a unit, or
    /// the line that was cut.
    Repeated,
    /// The unfinished unit closes, strictly, across the seam.
    Closed,
    /// The continuation begins with the unfinished unit's own file and type.
    Named,
    /// Nothing speaks against it.
    Possible,
    /// It repeats some text.
    Weak,
    /// It says nothing new, or passes over what was cut.
    Loss,
}

/// What a join leaves out at the start of a continuation, cheapest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Lead {
    /// Nothing, or the opening of a fence.
    Nothing,
    Blanks,
    Text,
}

/// One way to join, and what comes of it.
#[derive(Debug)]
pub(super) struct Join {
    pub(super) how: How,
    pub(super) proof: Proof,
    /// What stands before the body.
    pub(super) lead: Lead,
    /// Bytes kept of what came before.
    pub(super) kept: usize,
    /// The part of the continuation that is taken.
    pub(super) body: Range<usize>,
    /// Bytes at the seam that both sides have.
    pub(super) shared: usize,
    pub(super) text: Vec<u8>,
    pub(super) survey: Survey,
}

impl Join {
    /// The key by which joins are sorted, best first.
    pub(super) fn rank(&self) -> (Proof, Lead, Reverse<usize>) {
        (self.proof, self.lead, Reverse(self.shared))
    }
}

/// A place of the earlier text where a body may go on.
#[derive(Clone, Copy, Debug)]
struct Place {
    how: How,
    proof: Proof,
    kept: usize,
    shared: usize,
}

/// All ways in which `answer` may continue `before` without breaking
/// anything, best proof first.
pub(super) fn joins(before: &[u8], known: &Survey, answer: &[u8]) -> Vec<Join> {
    let mut found: Vec<Join> = Vec::new();
    // A record in a fence does not show the fence around it.
    let mut all = bodies(answer, false);
    all.extend(bodies(answer, true));
    let mut seen = Vec::new();
    for body in all {
        if seen.contains(&body) {
            continue;
        }
        seen.push(body.clone());
        let text = answer.get(body.clone()).unwrap_or_default();
        for place in places(before, known, text) {
            let join = build(before, known, answer, place, &body);
            if is_sound(known, &join) {
                found.push(join);
            }
        }
    }
    let is_cut = |join: &Join| join.survey.summary.verdict == Verdict::Cut;
    found.sort_by_key(|join| (join.rank(), is_cut(join)));
    found
}

/// The places of `before` at which `body` may go on.
fn places(before: &[u8], known: &Survey, body: &[u8]) -> Vec<Place> {
    let end = before.len();
    let mut found = Vec::new();
    if body.trim_ascii().is_empty() {
        return found;
    }
    for shared in overlaps(before, known, body) {
        if let Some(proof) = overlap_proof(before, known, shared) {
            let how = How::Overlap;
            found.push(Place { how, proof, kept: end - shared, shared });
        }
    }
    if repeats(before, known, body) {
        let (how, proof) = (How::Nothing, Proof::Loss);
        found.push(Place { how, proof, kept: end, shared: 0 });
    }
    if let Some(cut) = known.cut()
        && let Some(first) = survey(body).units.first()
    {
        let kept = cut.span.start as usize;
        let (how, proof) = match begins_again(cut, first) {
            true => (How::Restart, Proof::Named),
            false => (How::Skipped, Proof::Loss),
        };
        found.push(Place { how, proof, kept, shared: 0 });
    }
    let (how, proof) = (How::Exact, Proof::Possible);
    let ends = ends(before, known, body);
    found.extend(ends.map(|kept| Place { how, proof, kept, shared: 0 }));
    found
}

/// How much of the end of `before` the body repeats, if it does: the most,
/// and what would be a restart of the line or of the unit that was cut.
fn overlaps(before: &[u8], known: &Survey, body: &[u8]) -> Vec<usize> {
    let line = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
    let unit = known.cut().map(|cut| cut.span.start as usize);
    let mut found = vec![overlap(before, body)];
    for start in unit.into_iter().chain([line]) {
        let end = before.get(start..).unwrap_or_default();
        if body.starts_with(end) && !found.contains(&end.len()) {
            found.push(end.len());
        }
    }
    found
}

/// What an overlap of so many bytes proves; `None` if it may be chance.
fn overlap_proof(
    before: &[u8],
    known: &Survey,
    shared: usize,
) -> Option<Proof> {
    let start = before.len() - shared;
    let text = before.get(start..).unwrap_or_default();
    let solid = text.iter().filter(|b| !b.is_ascii_whitespace()).count();
    if solid == 0 {
        return None;
    }
    let from = known.units.iter().find(|u| u.span.start as usize == start);
    let line = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
    // Whole lines may be repeated however short they are.
    let begins_line = before.get(start.wrapping_sub(1)) == Some(&b'\n');
    // A change that is made twice in a row is rare, but it may be meant.
    let may_be_meant = |unit: &&Unit| {
        known.cut().is_none() && unit.op.as_deref() == Some("modify")
    };
    match from {
        _ if start == line => Some(Proof::Repeated),
        Some(unit) if !may_be_meant(&unit) => Some(Proof::Repeated),
        Some(_) => Some(Proof::Possible),
        None if start == 0 => Some(Proof::Repeated),
        None => {
            let is_again = is_doubtful(text) || is_words(before, start);
            (begins_line || is_again).then_some(Proof::Weak)
        }
    }
}

/// Letters of a last word whose repetition is a question.
const DOUBTFUL_LETTERS: usize = 3;

/// Whether a text ends, from `start`, in one whole word or more. A word that
/// a continuation begins with once more is seldom the next one.
fn is_words(before: &[u8], start: usize) -> bool {
    let is_letter = |b: &u8| b.is_ascii_alphanumeric() || *b >= 0x80;
    let (head, words) = before.split_at_checked(start).unwrap_or_default();
    let letters = words.iter().filter(|b| is_letter(b)).count();
    let begins = words.first().is_some_and(is_letter)
        && !head.last().is_some_and(is_letter);
    begins && letters >= DOUBTFUL_LETTERS && variety(words) >= DOUBTFUL_LETTERS
}

/// Whether `body` only repeats a stretch that begins a unit or the answer.
fn repeats(before: &[u8], known: &Survey, body: &[u8]) -> bool {
    let body = body.trim_ascii_end();
    let solid = body.iter().filter(|b| !b.is_ascii_whitespace()).count();
    let starts = known.units.iter().map(|unit| unit.span.start as usize);
    solid >= TELLING_OVERLAP
        && starts.chain([0]).any(|start| {
            before.get(start..).unwrap_or_default().starts_with(body)
        })
}

/// Whether `first` is the unit that was cut, begun again, as far as that can
/// be told by its type and its file.
fn begins_again(cut: &Unit, first: &Unit) -> bool {
    let op = cut.op.is_none() || first.op == cut.op;
    cut.path.is_some() && op && first.path == cut.path
}

/// The ends of `before` at which the very next byte may follow: the end
/// itself, and the end without what a CLI or a broken character left there.
fn ends<'a>(
    before: &'a [u8],
    known: &Survey,
    body: &[u8],
) -> impl Iterator<Item = usize> + 'a {
    let end = before.len();
    let continues = body.first().is_some_and(|b| (0x80..0xC0).contains(b));
    let partial = if continues { 0 } else { partial_character(before) };
    let open = known.cut().is_some();
    let feed = [&b"\r\n"[..], b"\n"]
        .into_iter()
        .find(|feed| open && before.ends_with(feed))
        .map(|feed| end - feed.len());
    let inner = feed.map(|at| {
        let text = before.get(..at).unwrap_or_default();
        at - if continues { 0 } else { partial_character(text) }
    });
    std::iter::once(end - partial).chain(inner)
}

fn build(
    before: &[u8],
    known: &Survey,
    answer: &[u8],
    place: Place,
    body: &Range<usize>,
) -> Join {
    let Place { how, mut proof, kept, shared } = place;
    let mut text = before.get(..kept).unwrap_or_default().to_vec();
    if how != How::Nothing {
        let body = answer.get(body.clone()).unwrap_or_default();
        text.extend_from_slice(body);
    }
    let survey = survey(&text);
    let more = survey.complete().count() > known.complete().count();
    if how == How::Exact && known.cut().is_some() && more {
        proof = Proof::Closed;
    }
    let lead = answer.get(..body.start).unwrap_or_default();
    let lead = Lead::of(lead);
    let body = body.clone();
    Join { how, proof, lead, kept, body, shared, text, survey }
}

impl Lead {
    fn of(lead: &[u8]) -> Self {
        let fence =
            |line: &[u8]| line.starts_with(b"```") || line.starts_with(b"~~~");
        let mut lines = lead.split(|b| *b == b'\n');
        if lines.all(|line| line.trim_ascii().is_empty() || fence(line)) {
            let fenced = lead.split(|b| *b == b'\n').any(fence);
            let nothing = lead.is_empty() || fenced;
            return if nothing { Self::Nothing } else { Self::Blanks };
        }
        Self::Text
    }
}

/// Whether two joins come to the same.
pub(super) fn same(one: &Join, other: &Join) -> bool {
    let units = |join: &Join| {
        let units = join.survey.complete();
        units.map(|u| u.json.clone()).collect::<Vec<_>>()
    };
    units(one) == units(other)
        && one.survey.summary.tail == other.survey.summary.tail
}

/// Whether a join breaks nothing: every whole unit stays, none is rejected
/// or in need of a repair that was not there, none says a thing twice.
fn is_sound(known: &Survey, join: &Join) -> bool {
    let (old, new) = (&known.summary, &join.survey.summary);
    let state = old.cut.as_ref().map(|cut| cut.state);
    let in_text = matches!(
        state,
        Some(CutState::String | CutState::Key | CutState::Escape)
    );
    if join.how == How::Exact && in_text && join.lead != Lead::Nothing {
        // What looks like a greeting may be the string's own next lines.
        return false;
    }
    let mended = repairs(old.tail.trim_ascii_end()) > 0;
    let allowed = old.repaired + u64::from(mended);
    let too_many = new.declared.is_some_and(|n| new.operations > n);
    let broken = new.rejected > old.rejected || new.stray > old.stray;
    if broken || new.repaired > allowed || too_many {
        return false;
    }
    // A line feed at its end may be the tool's, not the model's.
    if !mended && repairs(new.tail.trim_ascii_end()) > 0 {
        return false;
    }
    let mut units = join.survey.complete();
    let kept = known
        .complete()
        .all(|unit| units.next().is_some_and(|other| other.json == unit.json));
    kept && units.all(|unit| json::has_unique_keys(&unit.json))
}

/// Mistakes in the beginning of a record that have one reading only.
fn repairs(tail: &[u8]) -> u32 {
    let start = span::Place { byte: 0, line: 1 };
    let mut machine = Machine::new(start);
    machine.run(tail, 0);
    machine.repairs
}
