//! The way to go on that is proven best, or that none is.

use super::indent::Indent;
use super::known::Known;
use super::read::Read;
use super::seam_line::SeamLine;
use super::stretches::begins_fenced;
use super::tree::Fit;
use super::ways::{Rank, Way, line_start, ways};
use crate::blocks::{Block, Change, Event, Open, Side};
use crate::resume::greeting::announces;
use crate::resume::overlap::is_telling;
use crate::resume::seam::How;
use crate::text::fence;

/// A way and what comes of it.
struct Judged {
    way: Way,
    /// What it makes of the text from where something may go on.
    says: Vec<(Option<Vec<u8>>, Option<Change>)>,
    open: Option<Open>,
    in_fence: bool,
    /// Blocks whose old lines stand nowhere.
    misfits: usize,
    /// Whether its first line opens the only fence of the block across the
    /// seam: the fence is hardly the file's.
    adds_fence: bool,
    /// Whether it leaves a fence open, and the last block was whole.
    opens_fence: bool,
    line: SeamLine,
    /// Whether the file has the old lines across the seam.
    fits: bool,
    /// Whether the line at the seam is one of them.
    is_proven: bool,
}

impl Judged {
    /// What is compared before anything that is repeated.
    fn sense(&self) -> (usize, Rank, bool, bool) {
        (self.misfits, self.way.rank, self.adds_fence, self.opens_fence)
    }

    /// Whether it leaves a fence open that is no file's.
    fn is_fenced(&self) -> bool {
        let path = self.open.as_ref().and_then(|open| open.path.as_ref());
        self.in_fence && path.is_none()
    }

    fn ends_open(&self) -> bool {
        self.open.is_some() || self.in_fence
    }

    /// Whether it keeps words that another way leaves out, and says something
    /// else. If both repeat something, the words may be the text's own.
    fn has_more_than(&self, other: &Self) -> bool {
        let (body, rest) = (&self.way.body, &other.way.body);
        body.len() > rest.len() && body.ends_with(rest) && !self.says_as(other)
    }

    fn says_as(&self, other: &Self) -> bool {
        let open = |judged: &Self| {
            judged.open.as_ref().map(|open| {
                let Open { path, old, new, .. } = open;
                (path.clone(), old.clone(), new.clone())
            })
        };
        self.says == other.says && open(self) == open(other)
    }
}

/// The way that is proven best.
pub(super) fn choose(
    known: &Known<'_>,
    answer: &[u8],
) -> Result<Way, &'static str> {
    let all = ways(known, answer).into_iter();
    let mut all: Vec<Judged> =
        all.filter_map(|way| judge(known, way)).collect();
    if known.has_nothing() && !begins_fenced(answer) {
        // What is no part of the answer does no harm before its beginning,
        // but for a fence around all of it.
        let whole = |judged: &Judged| judged.way.body.len() == answer.len();
        let is_around = |judged: &Judged| whole(judged) && judged.is_fenced();
        let is_said = |judged: &Judged| {
            !whole(judged) && !judged.ends_open() && !judged.says.is_empty()
        };
        if all.iter().any(is_around) && all.iter().any(is_said) {
            all.retain(is_said);
        } else if all.iter().any(whole) {
            all.retain(whole);
        }
    }
    all.sort_by_key(|judged| {
        (judged.sense(), judged.way.lead, judged.ends_open())
    });
    let best = proven(known, &all)?;
    if glues_greeting(known, answer, best, &all) {
        return Err("it may begin with a greeting");
    }
    if parts_quotes(known, best) {
        return Err("a tool may have ended the line that it goes on with");
    }
    Ok(best.way.clone())
}

/// Whether a way begins a new line between a line that leaves a quotation
/// open and one that closes it: where a tool ends what it prints, that was
/// one line.
fn parts_quotes(known: &Known<'_>, best: &Judged) -> bool {
    let Some(line) = known.before.strip_suffix(b"\n") else { return false };
    let last = line.get(line_start(line)..).unwrap_or_default();
    let next = best.way.body.split(|b| *b == b'\n').next();
    let is_open = |line: &[u8]| {
        let quotes = line.iter().enumerate().filter(|(n, byte)| {
            let escapes = line.get(..*n).unwrap_or_default();
            **byte == b'"' && !escapes.ends_with(b"\\")
        });
        quotes.count() % 2 == 1
    };
    best.way.how == How::Exact
        && best.way.kept == known.before.len()
        && !best.is_proven
        && is_open(last)
        && next.is_some_and(is_open)
}

/// Whether a way makes text of words with which a model announces what comes,
/// and nothing proves that they are text.
fn glues_greeting(
    known: &Known<'_>,
    answer: &[u8],
    best: &Judged,
    all: &[Judged],
) -> bool {
    let drops = |one: &Judged| one.way.body.len() < answer.len();
    let is_same = || all.iter().any(|one| drops(one) && one.says_as(best));
    announces(answer)
        && !drops(best)
        && !known.has_nothing()
        && !best.is_proven
        && !best.way.is_telling
        && !is_same()
}

/// The one of all ways, best first, that is proven best.
fn proven<'a>(
    known: &Known<'_>,
    all: &'a [Judged],
) -> Result<&'a Judged, &'static str> {
    let best = all.first().ok_or("no way to join it is sound")?;
    let (sense, lead) = (best.sense(), best.way.lead);
    let is_possible = best.way.rank == Rank::Possible;
    let group: Vec<&'a Judged> = all
        .iter()
        .filter(|judged| judged.sense() == sense)
        .filter(|judged| is_possible || judged.way.lead == lead)
        .collect();
    let agree = |group: &[&Judged]| {
        let first = group.first();
        group.iter().all(|one| first.is_some_and(|first| one.says_as(first)))
    };
    if !is_possible {
        // Of two repetitions the longer one is hardly chance.
        let order = |one: &Judged| (one.way.shared, !one.ends_open());
        let most = group.iter().map(|one| order(one)).max();
        let longest: Vec<&'a Judged> = group
            .iter()
            .filter(|one| Some(order(one)) == most)
            .copied()
            .collect();
        let first = longest.first().ok_or(SEVERAL)?;
        let shared = first.way.shared;
        let alone = group.iter().all(|one| one.way.shared == shared);
        // But the lines above may be there twice, if the cut one begins as
        // they do.
        let doubles = |one: &Judged| {
            let lines = doubled(known, &first.way, &one.way);
            let lines = lines.filter(|_| !one.says_as(first));
            lines.is_some_and(|lines| {
                let count = memchr::memchr_iter(b'\n', lines).count();
                count == 1 && one.sense() == sense
            })
        };
        let is_sure = (first.way.is_telling || alone) && agree(&longest);
        let may_double = all.iter().any(doubles);
        let may_drop = group.iter().any(|one| one.has_more_than(first));
        return match (is_sure || agree(&group)) && !may_double && !may_drop {
            true => Ok(first),
            false => Err(SEVERAL),
        };
    }
    let indent = Indent::of(known, best.line.above());
    let may_lack = |judged: &&Judged| {
        judged.line.may_lack_blanks(known, &judged.way)
            && (judged.line.may_lack_lines()
                || indent.allows_more(&judged.line))
    };
    let lacks = group.iter().any(may_lack);
    let fits = |judged: &Judged| indent.allows(&judged.line);
    // Depth decides between ways that differ in nothing else.
    let is_other = |one: &&&Judged| {
        let mut like = group.iter().filter(|o| o.line.looks_like(&one.line));
        fits(one) || !like.any(|other| fits(other))
    };
    let group: Vec<&'a Judged> =
        group.iter().filter(is_other).copied().collect();
    let first = group.first().ok_or(SEVERAL)?;
    let is_run = group.iter().all(|judged| judged.line.repeats_run());
    if agree(&group) && !lacks && !is_run {
        return Ok(first);
    }
    let side = known.side();
    let alike = group.iter().all(|one| first.line.looks_like(&one.line));
    // The file does not tell what fits it too.
    let rivals = |one: &Judged| {
        group.iter().any(|o| o.fits && !o.is_proven && !o.says_as(one))
    };
    // How many blank lines are added, no other place tells.
    let gaps = |one: &Judged| {
        let mut like = group.iter().filter(|o| o.line.looks_like(&one.line));
        one.line.is_new(side) && like.any(|o| !o.line.is_as_far(&one.line))
    };
    let is_known = |judged: &Judged| {
        judged.line.is_known(known, alike) && judged.way.greets && !gaps(judged)
    };
    let proven = |judged: &&Judged| {
        judged.is_proven && !rivals(judged) || is_known(judged)
    };
    let proven: Vec<&'a Judged> =
        group.iter().copied().filter(proven).collect();
    let first = proven.first().ok_or(SEVERAL)?;
    // A rival that says the same proves it no better than the file proves
    // others.
    let is_disputed = group.iter().any(|o| o.is_proven && !o.says_as(first))
        && !proven.iter().any(|one| is_known(one));
    if agree(&proven) && !is_disputed { Ok(first) } else { Err(SEVERAL) }
}

/// Why nothing is joined.
const SEVERAL: &str = "it fits in more than one way";

/// What comes of a way; nothing if it breaks something.
fn judge(known: &Known<'_>, way: Way) -> Option<Judged> {
    let head = known.before.get(..way.kept)?;
    let is_near = way.kept >= known.base.at;
    let (base, tree) = match is_near {
        true => (&known.base, &known.tree),
        false => (&known.start, &known.untouched),
    };
    let read = base.read(&[head.get(base.at..)?, &way.filler, &way.body]);
    let allowed = if is_near { 0 } else { known.read.rejected() };
    let stays = is_near || keeps(known, &read, way.kept);
    let line = SeamLine::of(known, &way);
    let stays = stays && keeps_open(known, &read, way.kept);
    if read.rejected() > allowed || !stays || line.is_odd(known) {
        return None;
    }
    let across = across(&read, way.kept as u64);
    let side = known.side();
    if way.rank == Rank::Restart && !repeats_sides(known, across, read.open()) {
        return None;
    }
    let mut judged = Judged {
        says: said(&read),
        open: read.open().cloned(),
        in_fence: read.finished.in_fence,
        misfits: 0,
        adds_fence: line.is_fence() && across.is_some_and(|b| fences(b) == 1),
        opens_fence: known.read.open().is_none()
            && !known.has_nothing()
            && read.finished.in_fence
            && way.rank == Rank::Possible,
        fits: false,
        is_proven: false,
        line,
        way,
    };
    let mut tree = tree.clone();
    let is_old = judged.line.is_old(side);
    for block in read.blocks() {
        let fit = tree.apply(block);
        judged.misfits += usize::from(fit == Fit::Misfits);
        let is_across = across.is_some_and(|a| a.span == block.span);
        judged.fits |= is_across && fit == Fit::Fits;
    }
    if let Some(open) = read.open() {
        let fit = tree.has_old(open);
        judged.misfits += usize::from(fit == Fit::Misfits);
        let is_across = open.start.byte < judged.way.kept as u64;
        judged.fits |= is_across && fit == Fit::Fits;
    }
    judged.is_proven = is_old && judged.fits;
    Some(judged)
}

/// The lines that stand twice in a row if a way is meant that repeats less
/// than the one that repeats most, and no more than the line that was cut.
fn doubled<'a>(known: &Known<'a>, most: &Way, less: &Way) -> Option<&'a [u8]> {
    let end = most.kept + most.shared;
    let is_line = |way: &Way| {
        let line = known.before.get(way.kept..end).unwrap_or_default();
        way.kept + way.shared == end && !line.contains(&b'\n')
    };
    let is_less = less.how == How::Overlap && is_line(less);
    let lines = known.before.get(most.kept..less.kept);
    lines.filter(|_| is_less)
}

/// What a text says, wherever it stands.
fn said(read: &Read) -> Vec<(Option<Vec<u8>>, Option<Change>)> {
    let one = |event: &Event| match event {
        Event::Block(block) => {
            (Some(block.path.clone()), Some(block.change.clone()))
        }
        Event::Rejected(bad) => (bad.path.clone(), None),
    };
    read.events.iter().map(one).collect()
}

/// Whether the blocks that end before `kept` are as they were.
fn keeps(known: &Known<'_>, read: &Read, kept: usize) -> bool {
    let mut new = read.blocks();
    let old = known.read.blocks();
    old.take_while(|block| block.span.end <= kept as u64).all(|block| {
        new.next().is_some_and(|new| {
            (&new.path, &new.change) == (&block.path, &block.change)
        })
    })
}

/// Whether a block of which there was one unfinished line before `kept` comes
/// of it, and is not turned into words between blocks.
fn keeps_open(known: &Known<'_>, read: &Read, kept: usize) -> bool {
    let Some(open) = known.read.open() else { return true };
    let (start, path) = (open.start.byte, open.path.as_ref());
    let line = usize::try_from(start).ok();
    let line = line.and_then(|start| known.before.get(start..kept));
    let open = read.open().map(|open| (open.start.byte, open.path.as_ref()));
    let mut all =
        read.blocks().map(|b| (b.span.start, Some(&b.path))).chain(open);
    line.is_none_or(|line| line.is_empty() || line.contains(&b'\n'))
        || path.is_none()
        || all.any(|(at, name)| at == start || at > start && name == path)
}

/// The block that begins before the seam and ends after it.
fn across(read: &Read, seam: u64) -> Option<&Block> {
    read.blocks().find(|b| b.span.start <= seam && seam < b.span.end)
}

/// Lines of a block that open or close a fence.
fn fences(block: &Block) -> usize {
    let (old, new) = sides(&block.change);
    let lines = old.split(|b| *b == b'\n').chain(new.split(|b| *b == b'\n'));
    lines.filter(|line| fence::mark(line).is_some()).count()
}

/// Whether a block that is begun again has what its beginning had.
fn repeats_sides(
    known: &Known<'_>,
    across: Option<&Block>,
    open: Option<&Open>,
) -> bool {
    let Some(before) = known.read.open() else { return false };
    let (path, old, new) = match (across, open) {
        (Some(block), _) => {
            let (old, new) = sides(&block.change);
            (Some(&block.path), old, new)
        }
        (None, Some(open)) => {
            (open.path.as_ref(), open.old.clone(), open.new.clone())
        }
        (None, None) => return false,
    };
    if path != before.path.as_ref() {
        return false;
    }
    let is_new = before.old.is_empty() && before.side != Side::Old;
    match is_new {
        true => {
            let head = first_lines(&before.new);
            is_telling(head) && new.starts_with(head)
        }
        false => is_telling(&before.old) && old.starts_with(&before.old),
    }
}

fn sides(change: &Change) -> (Vec<u8>, Vec<u8>) {
    match change {
        Change::Create(new) | Change::Write(new) => (Vec::new(), new.clone()),
        Change::Delete => (Vec::new(), Vec::new()),
        Change::Replace { old, new, .. } => (old.clone(), new.clone()),
        Change::Update { chunks, .. } => {
            let old = chunks.iter().flat_map(|chunk| chunk.old.clone());
            let new = chunks.iter().flat_map(|chunk| chunk.new.clone());
            (old.collect(), new.collect())
        }
    }
}

/// The first two lines, by which a file that is begun again is known.
fn first_lines(text: &[u8]) -> &[u8] {
    let mut ends = memchr::memchr_iter(b'\n', text).map(|at| at + 1);
    let end = ends.nth(1).unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}
