//! Answers in order, joined into one diff.
//!
//! Each continuation is tried at every place where it may go on. A join is
//! judged by the counts of the hunk it goes through, by the order and the
//! names of what follows, and by the files that the diff changes. Where two
//! joins are proven alike, both are kept, for a later answer may decide.

use std::cmp::Reverse;

use super::blob::proven;
use super::body::{Lead, bodies, is_promise};
use super::fit::misfits;
use super::last::{AnswerEnd, is_whole};
use super::patch::{self, Kept, Part, Patch};
use super::placer::Tree;
use super::places::{Before, Place, Proof};
use super::sound::{First, Side, is_sound};
use super::survey::of_patch;
use crate::diff::{Kind, Last, Mend};
use crate::resume::overlap::TELLING_OVERLAP;
use crate::resume::preimage::{Lookup, nothing_known};
use crate::resume::seam::How;
use crate::resume::stitch::{Joined, Seam};

impl<'a> Side<'a> {
    fn of(way: &'a Way) -> Self {
        Self { text: &way.text, patch: &way.patch, misfits: &way.misfits }
    }
}

/// One way in which the answers so far may join.
struct Way {
    text: Vec<u8>,
    patch: Patch,
    seams: Vec<Seam>,
    /// The proof of each seam that is not certain from what it joins.
    proof: (Proof, Lead, Reverse<usize>),
    faults: Faults,
    /// Where units begin that do not fit the files.
    misfits: Vec<u64>,
    /// The first byte that a seam may have changed.
    from: u64,
}

/// What speaks against a way; less is better, in this order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Faults {
    /// Files at the seam that are as their index lines name them, which is
    /// the best that can be said.
    proven: Reverse<usize>,
    /// Units that do not fit the files.
    misfits: usize,
    /// Things that no well-formed diff has.
    oddities: usize,
    /// Lines that look like those of a hunk, and are in none.
    strays: u64,
}

/// Ways that are kept at a time: several undecided seams in a row are rare,
/// and each has two or three.
const MAX_WAYS: usize = 12;

/// Joins answers: the first, and its continuations in order.
pub(crate) fn stitch(
    answers: &[Vec<u8>],
    end: AnswerEnd,
    tree: Tree<'_>,
) -> Joined {
    let lookup = tree.lookup;
    let mut answers = answers.iter();
    let text = answers.next().cloned().unwrap_or_default();
    let mut ways = vec![Way::first(text)];
    let mut left_out = Vec::new();
    for answer in answers {
        if !left_out.is_empty() {
            left_out
                .push((answer.len(), "an earlier continuation did not fit"));
            continue;
        }
        match extend(&ways, answer, lookup) {
            Ok(next) => ways = next,
            Err(why) => left_out.push((answer.len(), why)),
        }
    }
    let (way, fork) = choose(ways, end, lookup);
    finish(way, fork, &left_out, end, &tree)
}

impl Way {
    fn first(text: Vec<u8>) -> Self {
        let from = text.len() as u64;
        Self {
            patch: patch::read(&text),
            text,
            seams: Vec::new(),
            proof: (Proof::Repeated, Lead::Nothing, Reverse(0)),
            faults: Faults::default(),
            misfits: Vec::new(),
            from,
        }
    }
}

/// All ways to go on with an answer that are not worse than another.
fn extend(
    ways: &[Way],
    answer: &[u8],
    lookup: &Lookup<'_>,
) -> Result<Vec<Way>, &'static str> {
    let mut next: Vec<Way> = Vec::new();
    if answer.trim_ascii().is_empty() {
        next.extend(ways.iter().flat_map(|way| way.with_blanks(answer)));
        next = next.into_iter().map(|way| way.judged(lookup)).collect();
        prove(&mut next, lookup);
        next.sort_by_key(|way| way.faults);
        let least = next.first().map(|way| way.faults);
        next.retain(|way| Some(way.faults) == least);
        return Ok(next);
    }
    if is_promise(answer) {
        return Err("it says that more follows, and nothing does");
    }
    for way in ways {
        let before = Before { text: &way.text, patch: &way.patch, lookup };
        let bodies = bodies(answer, way.patch.end.in_fence);
        let greets = bodies.iter().any(|body| body.lead == Lead::Text);
        for body in bodies {
            let first = match body.lead {
                Lead::Nothing if greets => First::Words,
                _ => First::Lines,
            };
            // In a hunk a line of nothing but blanks is context.
            let dropped = answer.len().saturating_sub(body.text.len());
            let dropped = answer.get(..dropped).unwrap_or_default();
            let is_context = body.lead == Lead::Blanks
                && before.hunk().is_some()
                && dropped.iter().any(|b| matches!(b, b' ' | b'\t'));
            for place in before.places(&body.text, body.lead) {
                // Other words after a greeting may be part of it.
                let is_guess = place.proof == Proof::Weak
                    && place.how == How::Restart
                    && body.lead >= Lead::Text;
                // Blanks repeated after blanks say nothing.
                let is_blank =
                    place.proof == Proof::Blank && body.lead == Lead::Blanks;
                let is_said = before.ends_in_words(&body, &place);
                if is_guess || is_blank || is_context || is_said {
                    continue;
                }
                let joined = way.join(&body.text, &place, answer, lookup);
                let proof = (place.proof, body.lead, Reverse(place.shared));
                let joined = Way { proof, ..joined };
                let before = Side::of(way);
                if is_sound(&before, &Side::of(&joined), &place, first) {
                    next.push(joined);
                }
            }
        }
    }
    prove(&mut next, lookup);
    next.sort_by_key(|way| (way.faults, way.proof));
    let Some(best) = next.first() else {
        return Err("no way to join it is sound");
    };
    let faults = best.faults;
    let mut kept: Vec<Way> = Vec::new();
    for way in next {
        let rivals = way.faults == faults
            && kept.iter().all(|k| !is_same(k, &way) && !outdoes(k, &way));
        if rivals && kept.len() < MAX_WAYS {
            kept.push(way);
        }
    }
    Ok(kept)
}

/// Counts the files at the seam that are as their index lines name them,
/// where there is something to decide.
fn prove(ways: &mut [Way], lookup: &Lookup<'_>) {
    let from = ways.iter().map(|way| way.from).min();
    let Some(from) = from.filter(|_| ways.len() > 1) else { return };
    for way in ways {
        way.faults.proven = Reverse(proven(&way.patch, from, lookup));
    }
}

impl Way {
    /// Blanks may be the very next bytes, in place of a line feed that a CLI
    /// added or not, or no answer at all.
    fn with_blanks(&self, answer: &[u8]) -> Vec<Self> {
        let seam = |how, at: usize, dropped: usize| Seam {
            how: Some(how),
            at: at as u64,
            replaced_bytes: (self.text.len() - at) as u64,
            dropped_bytes: dropped as u64,
            problem: None,
            lost: None,
        };
        let end = self.text.len();
        let exact = [&self.text, answer].concat();
        let mut ways = vec![self.with_text(exact, seam(How::Exact, end, 0))];
        if let Some(text) = self.text.strip_suffix(b"\n") {
            let glued = [text, answer].concat();
            ways.push(self.with_text(glued, seam(How::Exact, end - 1, 0)));
        }
        let nothing = seam(How::Nothing, end, answer.len());
        ways.push(self.with_text(self.text.clone(), nothing));
        ways
    }

    fn with_text(&self, text: Vec<u8>, seam: Seam) -> Self {
        let mut seams = self.seams.clone();
        let from = self.from.min(seam.at);
        seams.push(seam);
        let patch = patch::read(&text);
        let misfits = self.misfits.clone();
        Self { patch, text, seams, misfits, from, ..*self }
    }

    fn join(
        &self,
        body: &[u8],
        place: &Place,
        answer: &[u8],
        lookup: &Lookup<'_>,
    ) -> Self {
        let mut text = self.text.get(..place.kept).unwrap_or_default().to_vec();
        let body = body.get(place.skip..).unwrap_or_default();
        let taken = if place.how == How::Nothing { &b""[..] } else { body };
        text.extend_from_slice(&place.insert);
        text.extend_from_slice(taken);
        let lost = (place.how == How::Skipped).then(|| {
            let path = self.patch.end.path.as_deref().unwrap_or(b"unknown");
            String::from_utf8_lossy(path).into_owned()
        });
        let seam = Seam {
            how: Some(place.how),
            at: place.kept as u64,
            replaced_bytes: (self.text.len() - place.kept) as u64,
            dropped_bytes: (answer.len() - taken.len()) as u64,
            problem: lost.as_ref().map(|_| "it skips an unfinished hunk"),
            lost,
        };
        self.with_text(text, seam).judged(lookup)
    }

    /// The same, with what speaks against it.
    fn judged(mut self, lookup: &Lookup<'_>) -> Self {
        self.misfits = misfits(&self.patch, self.from, lookup);
        self.faults = Faults {
            proven: Reverse(0),
            misfits: self.misfits.len(),
            oddities: oddities(&self.patch, self.from),
            strays: self.patch.end.totals.strays,
        };
        self
    }
}

/// Counts what no well-formed diff has, in what ends after byte `from`.
fn oddities(patch: &Patch, from: u64) -> usize {
    let parts = patch.parts.iter().filter(|part| part.span.end >= from);
    let mended: usize = parts.map(|part| odd_mends(&part.mends)).sum();
    let bad = patch.rejected.len() + bare_headers(patch);
    let last = patch.end.last.as_ref().map_or(0, odd_at_end);
    let fault = usize::from(patch.end.fault.is_some());
    mended + bad + last + fault + disorder(patch)
}

/// Headers that say more than what follows them.
fn bare_headers(patch: &Patch) -> usize {
    let last = patch.end.last.as_ref();
    let next = patch.parts.iter().skip(1).map(|part| part.is_first);
    let ends = next.chain([last.is_none_or(|last| last.is_first)]);
    let parts = patch.parts.iter().zip(ends);
    let bare = parts.filter(|(part, is_alone)| {
        *is_alone
            && part.is_first
            && matches!(part.change, Kept::Header)
            && part.file.names_a_change()
    });
    bare.count()
}

pub(super) fn odd_at_end(last: &Last) -> usize {
    let over = last.hunk.as_ref().is_some_and(|hunk| {
        hunk.numbers.is_some() && !hunk.is_met() && !hunk.is_short()
    });
    let mends = last.mends.iter().filter(|(mend, _)| {
        matches!(
            mend,
            Mend::Prefix
                | Mend::BlankLine
                | Mend::Header
                | Mend::Numbers
                | Mend::JoinedHunks
        )
    });
    usize::from(over) + mends.count()
}

pub(super) fn odd_mends(mends: &[(Mend, u64)]) -> usize {
    let odd = mends.iter().filter(|(mend, _)| {
        matches!(
            mend,
            Mend::Counts
                | Mend::Numbers
                | Mend::Prefix
                | Mend::BlankLine
                | Mend::Header
                | Mend::JoinedHunks
        )
    });
    odd.count()
}

/// Hunks of a file that do not follow each other, and files that come twice.
fn disorder(patch: &Patch) -> usize {
    let mut odd = 0;
    let mut next = 0;
    let mut paths: Vec<(&[u8], &Kind)> = Vec::new();
    let last = patch
        .end
        .last
        .as_ref()
        .map(|last| (last.is_first, &last.file, last.hunk.as_ref()));
    let parts = patch.parts.iter();
    let all = parts.map(|part| (part.is_first, &*part.file, part.hunk()));
    for (is_first, file, hunk) in all.chain(last) {
        if is_first {
            next = 0;
            let path = file.path();
            // A file that becomes a link goes away and appears again.
            let mut same = paths.iter().rev().filter(|(seen, _)| *seen == path);
            odd += usize::from(same.next().is_some_and(|(_, seen)| {
                **seen != Kind::Delete || file.kind != Kind::New
            }));
            paths.push((path, &file.kind));
        }
        let Some(numbers) = hunk.and_then(|hunk| hunk.numbers) else {
            continue;
        };
        if file.kind == Kind::New {
            continue;
        }
        odd += usize::from(numbers.old.start < next);
        let count = hunk.map_or(0, |hunk| hunk.old_lines);
        next = numbers.old.start.saturating_add(count);
    }
    odd
}

/// Whether the proof of one way is so much stronger than that of another
/// that nobody needs to see the rest of the answer.
fn outdoes(best: &Way, other: &Way) -> bool {
    let (one, two) = (best.proof, other.proof);
    // What a way leaves out may be the very next bytes: an end of a line, or
    // a line that reads like words to the reader.
    let uses_all = two.1 == Lead::Nothing && two.0 < Proof::Weak;
    let Reverse(shared) = one.2;
    match one.1 {
        // A fence may be a line of the file, which the cut line begins.
        Lead::Fence if two.1 == Lead::Kept && is_unproven(one.0, shared) => {
            return false;
        }
        Lead::Words if uses_all => return false,
        Lead::Blanks if uses_all && shared < TELLING_OVERLAP => return false,
        _ => {}
    }
    match one.0 {
        Proof::Repeated | Proof::Named => two.0 > one.0 || two.1 > one.1,
        Proof::Again => two.0 > Proof::Possible,
        Proof::Blank => two.0 > Proof::Blank,
        // A line that is written in other words may be meant.
        Proof::Possible if two.0 == Proof::Possible => {
            let greets = one.1 == Lead::Nothing && two.1 == Lead::Text;
            two.1 > one.1 && !greets
        }
        Proof::Possible if two.0 == Proof::Glued => false,
        Proof::Possible | Proof::Glued => !rewrites(best, other),
        Proof::Weak => false,
    }
}

/// Whether no repetition that chance does not explain, nor a number, proves a
/// place.
fn is_unproven(proof: Proof, shared: usize) -> bool {
    proof >= Proof::Again && shared < TELLING_OVERLAP
}

/// Whether one way takes an added or removed line for written again that the
/// other takes for gone on with.
fn rewrites(one: &Way, other: &Way) -> bool {
    let how = other.seams.last().and_then(|seam| seam.how);
    let at = other.seams.last().map_or(0, |seam| seam.at);
    let first = usize::try_from(at).ok().and_then(|at| one.text.get(at));
    how == Some(How::Restart) && matches!(first, Some(b'+' | b'-'))
}

/// Whether two ways come to the same.
fn is_same(one: &Way, other: &Way) -> bool {
    let (one, two) = (&one.patch, &other.patch);
    let pairs = one.parts.iter().zip(&two.parts);
    let (first, second) = (one.end.last.as_ref(), two.end.last.as_ref());
    let last = match (first, second) {
        (Some(one), Some(two)) => {
            one.doubt == two.doubt
                && same_part(&Part::of_last(one), &Part::of_last(two))
        }
        (one, two) => one.is_none() && two.is_none(),
    };
    one.parts.len() == two.parts.len()
        && pairs.into_iter().all(|(one, two)| same_part(one, two))
        && last
        && one.end.tail.is_some() == two.end.tail.is_some()
}

/// Whether two ways that are whole come to the same.
fn does_same(one: &Way, two: &Way) -> bool {
    let all = |way: &Way| -> Vec<Part> {
        let last = way.patch.end.last.as_ref().map(Part::of_last);
        way.patch.parts.iter().cloned().chain(last).collect()
    };
    let (one, two) = (all(one), all(two));
    one.len() == two.len()
        && one.iter().zip(&two).all(|(one, two)| same_part(one, two))
}

/// Whether two units change the same; what a hunk's header says beside its
/// numbers does not matter.
fn same_part(one: &Part, two: &Part) -> bool {
    let start = |part: &Part| {
        part.hunk().and_then(|hunk| hunk.numbers).map(|n| n.old.start)
    };
    one.file.does_as(&two.file)
        && one.hunk().map(|h| &h.body) == two.hunk().map(|h| &h.body)
        && start(one) == start(two)
}

/// The best way, and the first seam at which another one that is proven
/// alike goes elsewhere. Where the end of the answer is known, a way that
/// makes its last unit whole is better than one that leaves it open.
fn choose(
    mut ways: Vec<Way>,
    end: AnswerEnd,
    lookup: &Lookup<'_>,
) -> (Way, Option<usize>) {
    let whole = |way: &Way| {
        let patch = &way.patch;
        is_whole(&patch.end, &patch.earlier(), end, lookup)
    };
    if end != AnswerEnd::MayBeCut && ways.iter().any(&whole) {
        ways.retain(&whole);
    }
    let mut ways = ways.into_iter();
    let best = ways.next().unwrap_or_else(|| Way::first(Vec::new()));
    let is_same = |one: &Way, two: &Way| {
        let whole = |way| end != AnswerEnd::MayBeCut && whole(way);
        is_same(one, two) || whole(one) && whole(two) && does_same(one, two)
    };
    let rival = ways.find(|way| !is_same(&best, way));
    let fork = rival.map(|rival| {
        let key = |seam: &Seam| (seam.at, seam.how, seam.dropped_bytes);
        let pairs = best.seams.iter().zip(&rival.seams);
        let same = pairs.take_while(|(one, two)| key(one) == key(two));
        same.count().min(best.seams.len().saturating_sub(1))
    });
    (best, fork)
}

fn finish(
    mut way: Way,
    fork: Option<usize>,
    left_out: &[(usize, &'static str)],
    end: AnswerEnd,
    tree: &Tree<'_>,
) -> Joined {
    if let Some(fork) = fork {
        way.take_back(fork);
    }
    for (bytes, why) in left_out {
        way.leave_out(*bytes as u64, why);
    }
    // What was left out may go on with the last unit, whatever the files say.
    let survey = match way.seams.iter().any(|seam| seam.problem.is_some()) {
        true => {
            let end = AnswerEnd::MayBeCut;
            of_patch(&way.text, way.patch, end, &nothing_known, tree)
        }
        false => of_patch(&way.text, way.patch, end, tree.lookup, tree),
    };
    Joined { text: way.text, survey, seams: way.seams }
}

impl Way {
    /// Takes the seams from this one on back.
    fn take_back(&mut self, fork: usize) {
        let undone = self.seams.split_off(fork);
        let end = self.text.len() as u64;
        let at = undone.iter().map(|seam| seam.at).min().unwrap_or(end);
        self.text.truncate(usize::try_from(at).unwrap_or(usize::MAX));
        self.patch = patch::read(&self.text);
        for (n, seam) in undone.iter().enumerate() {
            let why = match n {
                0 => "it fits in more than one way",
                _ => "an earlier continuation did not fit",
            };
            self.leave_out(seam.dropped_bytes, why);
        }
    }

    fn leave_out(&mut self, dropped_bytes: u64, why: &'static str) {
        self.seams.push(Seam {
            how: None,
            at: self.text.len() as u64,
            replaced_bytes: 0,
            dropped_bytes,
            problem: Some(why),
            lost: None,
        });
    }
}
