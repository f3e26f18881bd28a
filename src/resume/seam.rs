//! The ways in which a continuation may join what came before, and the
//! judgement which of them the structure proves.

use std::cmp::Reverse;
use std::ops::Range;

use super::body::bodies;
use super::overlap::{
    TELLING_OVERLAP, is_doubtful, overlaps, partial_character, variety,
};
use super::survey::{Survey, Unit, UnitState, survey};
use super::vain::Said;
use crate::json::{self, Machine};
use crate::span::{self, Verdict};

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
    /// It repeats some lines.
    Weak,
    /// It repeats some text within a line.
    Stretch,
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

    /// Whether it takes the continuation for what follows some part of the
    /// earlier text, byte for byte.
    pub(super) fn follows(&self) -> bool {
        matches!(self.how, How::Overlap | How::Exact)
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
        let own = survey(text);
        for place in places(before, known, text, &own) {
            let join = build(before, known, answer, place, &body);
            if is_sound(known, &join) && !swallows(&join, &own) {
                found.push(join);
            }
        }
    }
    drop_vain(&mut found);
    let is_cut = |join: &Join| join.survey.summary.verdict == Verdict::Cut;
    found.sort_by_key(|join| (join.rank(), is_cut(join)));
    found
}

/// Drops the joins that repeat too little: what comes of them says in vain
/// what the earlier text has said, where another join repeats that.
fn drop_vain(found: &mut Vec<Join>) {
    if !found.iter().any(|join| join.how == How::Overlap) {
        return;
    }
    let said: Vec<Said> =
        found.iter().map(|join| Said::of(&join.survey)).collect();
    let all = || found.iter().zip(&said);
    let is_vain = |(join, said): (&Join, &Said)| {
        join.follows()
            && all().any(|(other, its)| {
                other.how == How::Overlap
                    && other.kept < join.kept
                    && said.is_vain_beside(its)
            })
    };
    let vain: Vec<bool> = all().map(is_vain).collect();
    let mut vain = vain.into_iter();
    found.retain(|_| vain.next() == Some(false));
}

/// The places of `before` at which `body` may go on.
fn places(
    before: &[u8],
    known: &Survey,
    body: &[u8],
    own: &Survey,
) -> Vec<Place> {
    let end = before.len();
    let mut found = Vec::new();
    if body.trim_ascii().is_empty() {
        return found;
    }
    for stop in stops(before) {
        let before = before.get(..stop).unwrap_or_default();
        let mut is_stretch = false;
        let proven = |shared| {
            // One that begins within a line may as well be a short one.
            let short = is_stretch.then_some(Proof::Stretch);
            let proof = overlap_proof(before, known, shared).or(short)?;
            is_stretch |= proof == Proof::Stretch;
            let (how, kept) = (How::Overlap, stop - shared);
            Some(Place { how, proof, kept, shared })
        };
        let all = overlaps(before, body).filter_map(proven);
        found.extend(all.take(MOST_OVERLAPS));
    }
    if repeats(before, known, body) {
        let (how, proof) = (How::Nothing, Proof::Loss);
        found.push(Place { how, proof, kept: end, shared: 0 });
    }
    if let Some(cut) = known.cut()
        && let Some(first) = own.units.first()
        && begins_with(body, first)
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

/// Overlaps of one seam that are tried. More of them there are only where one
/// text stands in a row over and over; what the others would say differs from
/// what these say in how often it does.
const MOST_OVERLAPS: usize = 16;

/// Where the text may really end: a tool may have added a line feed.
fn stops(before: &[u8]) -> impl Iterator<Item = usize> + use<> {
    let feed = [&b"\r\n"[..], b"\n"]
        .into_iter()
        .find(|feed| before.ends_with(feed))
        .map(|feed| before.len() - feed.len());
    std::iter::once(before.len()).chain(feed)
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
    let is_unit = known.units.iter().any(|u| u.span.start as usize == start);
    let line = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
    // Whole lines may be repeated however short they are.
    let head = before.get(..start).unwrap_or_default();
    let last = head.iter().rev().find(|b| !matches!(b, b' ' | b'\t'));
    let begins_line = last == Some(&b'\n');
    if is_unit || start == line || start == 0 {
        return Some(Proof::Repeated);
    }
    let is_again = is_doubtful(text) || is_words(before, start);
    match begins_line {
        true => Some(Proof::Weak),
        false => is_again.then_some(Proof::Stretch),
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

/// Whether nothing is closed before the first unit of a body: what is, would
/// be the end of another.
fn begins_with(body: &[u8], first: &Unit) -> bool {
    let head = body.get(..first.span.start as usize).unwrap_or_default();
    !head.iter().any(|b| matches!(b, b'}' | b']'))
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
    let continues = body.first().is_some_and(|b| (0x80..0xC0).contains(b));
    let whole = move |stop| {
        let text = before.get(..stop).unwrap_or_default();
        stop - if continues { 0 } else { partial_character(text) }
    };
    // Between records a line feed more does no harm.
    let is_open = known.cut().is_some();
    stops(before).take(1 + usize::from(is_open)).map(whole)
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
    if join.how == How::Exact
        && known.is_in_string()
        && join.lead != Lead::Nothing
    {
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

/// Whether a join makes a part of something else of what is an operation on
/// a file by itself: no edit has a file of its own.
fn swallows(join: &Join, own: &Survey) -> bool {
    let named =
        |unit: &&Unit| unit.path.is_some() && unit.state != UnitState::Rejected;
    let Some(unit) = own.units.iter().find(named) else { return false };
    let start = join.kept as u64 + unit.span.start;
    join.how != How::Nothing
        && join.survey.units.iter().all(|unit| unit.span.start != start)
}

/// Mistakes in the beginning of a record that have one reading only.
fn repairs(tail: &[u8]) -> u32 {
    let start = span::Place { byte: 0, line: 1 };
    let mut machine = Machine::new(start);
    machine.run(tail, 0);
    machine.repairs
}
