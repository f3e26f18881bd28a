//! Answers in blocks: what of them is whole, and how parts join.
//!
//! Blocks have no counts, so a join is proven by what it repeats. Where a
//! continuation may repeat whole lines or go on after them, nothing decides,
//! and it is left out.

use std::convert::Infallible;

use super::diff::body::{Body, Lead, bodies};
use super::overlap::{is_telling, overlap, partial_character};
use super::seam::How;
use super::stitch::{Joined, Seam};
use super::survey::{Survey, Unit, UnitState};
use crate::blocks::{Block, Change, Event, Fenced, Parser};
use crate::span::{Span, Verdict};

/// Joins answers in blocks: the first, and its continuations in order.
pub(super) fn stitch(answers: &[Vec<u8>]) -> Joined {
    let mut answers = answers.iter();
    let mut text = answers.next().cloned().unwrap_or_default();
    let mut seams: Vec<Seam> = Vec::new();
    for answer in answers {
        let broken = seams.iter().any(|seam| seam.how.is_none());
        let found = if broken {
            Err("an earlier continuation did not fit")
        } else {
            join(&text, answer)
        };
        let (how, kept, body, problem) = match found {
            Ok(Some(way)) => (Some(way.how), way.kept, way.body, None),
            Ok(None) => (Some(How::Nothing), text.len(), Vec::new(), None),
            Err(why) => (None, text.len(), Vec::new(), Some(why)),
        };
        seams.push(Seam {
            how,
            at: kept as u64,
            replaced_bytes: (text.len() - kept) as u64,
            dropped_bytes: answer.len().saturating_sub(body.len()) as u64,
            problem,
            lost: None,
        });
        text.truncate(kept);
        text.extend_from_slice(&body);
    }
    Joined { survey: survey(&text), text, seams }
}

/// One way to go on.
struct Way {
    how: How,
    rank: Rank,
    lead: Lead,
    kept: usize,
    body: Vec<u8>,
}

/// How well a way is proven, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// It repeats the cut line, or more than chance explains.
    Repeated,
    /// It begins the unfinished block again.
    Restart,
    /// It repeats lines that may stand there twice.
    Again,
    /// It goes on.
    Exact,
}

/// The way that is proven best; nothing if there is nothing to add.
fn join(before: &[u8], answer: &[u8]) -> Result<Option<Way>, &'static str> {
    if answer.trim_ascii().is_empty() {
        return Ok(None);
    }
    let known = survey(before);
    let in_fence = false;
    // What stands before a block names its file: nothing is left out lightly.
    let whole = Body { lead: Lead::Nothing, text: answer.to_vec() };
    let shorter = bodies(answer, in_fence).into_iter();
    let shorter = shorter.map(|body| Body { lead: Lead::Text, ..body });
    let mut ways: Vec<Way> = std::iter::once(whole)
        .chain(shorter)
        .flat_map(|body| places(before, &known, &body))
        .filter(|way| is_sound(before, &known, way))
        .collect();
    ways.sort_by_key(|way| (way.rank, way.lead));
    let mut ways = ways.into_iter();
    let best = ways.next().ok_or("no way to join it is sound")?;
    let rival = ways.find(|way| {
        let same = joined(before, way) == joined(before, &best);
        let tied = (way.rank, way.lead) == (best.rank, best.lead)
            || best.rank == Rank::Again && way.rank == Rank::Exact;
        tied && !same
    });
    match rival {
        Some(_) => Err("it fits in more than one way"),
        None => Ok(Some(best)),
    }
}

/// Bytes of a cut line, blanks not counted, whose repetition is no chance.
const SURE_PARTIAL: usize = 3;

fn places(before: &[u8], known: &Survey, body: &Body) -> Vec<Way> {
    let text = &body.text;
    let end = before.len();
    let feed = before.strip_suffix(b"\n").map(<[u8]>::len);
    let mut found = Vec::new();
    let mut add = |how, rank, kept| {
        let (lead, body) = (body.lead, text.clone());
        found.push(Way { how, rank, lead, kept, body });
    };
    for stop in std::iter::once(end).chain(feed) {
        let head = before.get(..stop).unwrap_or_default();
        let line = memchr::memrchr(b'\n', head).map_or(0, |at| at + 1);
        let from = stop.saturating_sub(text.len());
        let tail = before.get(from..stop).unwrap_or_default();
        let longest = stop - overlap(tail, text);
        for start in [longest, line, 0] {
            let shared = before.get(start..stop).unwrap_or_default();
            let begins = start == 0 || before.get(start - 1) == Some(&b'\n');
            // Blanks at the start of a line may be repeated, or go on.
            let is_blank = shared.trim_ascii().is_empty();
            if shared.is_empty()
                || is_blank && (line == stop || start != line)
                || !begins
                || !text.starts_with(shared)
            {
                continue;
            }
            let solid = shared.iter().filter(|b| !b.is_ascii_whitespace());
            // A marker is one character many times: a part of it tells
            // nothing.
            let is_marker = solid.clone().all(|b| shared.first() == Some(b));
            let is_partial = line < stop
                && stop == end
                && solid.count() >= SURE_PARTIAL
                && !is_marker;
            let rank = match is_partial || is_telling(shared) {
                true => Rank::Repeated,
                false => Rank::Again,
            };
            add(How::Overlap, rank, start);
        }
    }
    if let Some(cut) = known.cut() {
        let start = usize::try_from(cut.span.start).unwrap_or_default();
        let open = before.get(start..).unwrap_or_default();
        let first = |text: &[u8]| {
            let end = memchr::memchr(b'\n', text).unwrap_or(text.len());
            text.get(..end).unwrap_or_default().trim_ascii_end().to_vec()
        };
        if !first(open).is_empty() && first(open) == first(text) {
            add(How::Restart, Rank::Restart, start);
        }
    }
    let goes_on = text.first().is_some_and(|b| (0x80..0xC0).contains(b));
    let partial = if goes_on { 0 } else { partial_character(before) };
    add(How::Exact, Rank::Exact, end - partial);
    found
}

fn joined(before: &[u8], way: &Way) -> Vec<u8> {
    let kept = before.get(..way.kept).unwrap_or_default();
    [kept, &way.body].concat()
}

/// Whether every whole unit stays, unless it is begun again, and nothing
/// breaks.
fn is_sound(before: &[u8], known: &Survey, way: &Way) -> bool {
    let after = survey(&joined(before, way));
    let kept = known.complete().filter(|u| u.span.end <= way.kept as u64);
    let mut units = after.complete();
    let stays = kept
        .into_iter()
        .all(|unit| units.next().is_some_and(|new| new.json == unit.json));
    stays && after.summary.rejected <= known.summary.rejected
}

/// Surveys an answer in blocks.
pub(super) fn survey(text: &[u8]) -> Survey {
    let mut units = Vec::new();
    let mut sink = |event: Event| {
        units.push(match event {
            Event::Block(block) => whole(text, block),
            Event::Rejected(rejected) => Unit {
                state: UnitState::Rejected,
                op: None,
                path: rejected.path.as_deref().map(text_of),
                span: rejected.span,
                line: rejected.line,
                json: Vec::new(),
            },
        });
        Ok::<(), Infallible>(())
    };
    let mut parser = Parser::new(Fenced::File);
    let Ok(()) = parser.feed(text, &mut sink);
    let Ok(finished) = parser.finish(&mut sink);
    if let Some(open) = &finished.open {
        units.push(Unit {
            state: UnitState::Cut,
            op: None,
            path: open.path.as_deref().map(text_of),
            span: Span { start: open.start.byte, end: finished.end.byte },
            line: open.start.line,
            json: Vec::new(),
        });
    }
    let mut summary = finished.summary(Verdict::Unsure);
    if let Some(cut) = &summary.cut {
        let from = usize::try_from(cut.tail.byte).unwrap_or(text.len());
        summary.tail = text.get(from..).unwrap_or_default().to_vec();
    }
    Survey { units, summary, mended: Vec::new(), reasons: Vec::new() }
}

/// A block as a unit; its text stands for it.
fn whole(text: &[u8], block: Block) -> Unit {
    let (start, end) = (block.span.start, block.span.end);
    let raw = text.get(start as usize..end as usize);
    let op = match block.change {
        Change::Create(_) => "create",
        Change::Write(_) => "write",
        Change::Delete => "delete",
        Change::Replace { .. } | Change::Update { .. } => "modify",
    };
    Unit {
        state: UnitState::Complete,
        op: Some(op.to_owned()),
        path: Some(text_of(&block.path)),
        span: block.span,
        line: block.line,
        json: raw.unwrap_or_default().to_vec(),
    }
}

fn text_of(name: &[u8]) -> String {
    String::from_utf8_lossy(name).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATCH: &str = "*** Begin Patch\n*** Add File: n.py\n+import os\n\
        +import sys\n*** Update File: a.py\n@@ def f():\n     x = 1\n-    y\n\
        +    value = 2\n*** Delete File: old.py\n*** End Patch\n";

    const BLOCKS: &str = "src/a.py\n```python\n<<<<<<< SEARCH\nimport os\n\
        =======\nimport os\nimport sys\n>>>>>>> REPLACE\n```\n\nsrc/b.py\n\
        ```python\n<<<<<<< SEARCH\nvalue = 1\n=======\nvalue = 2\n\
        >>>>>>> REPLACE\n```\n";

    fn texts(text: &[u8]) -> Vec<Vec<u8>> {
        survey(text).complete().map(|u| u.json.clone()).collect()
    }

    #[test]
    fn a_cut_at_every_byte_is_joined_exactly_or_not_at_all() {
        for text in [PATCH, BLOCKS] {
            let want = texts(text.as_bytes());
            let mut exact = 0;
            for at in 1..text.len() {
                let line = text[..at].rfind('\n').map_or(0, |n| n + 1);
                for from in [at, line, 0] {
                    let parts = [&text[..at], &text[from..]];
                    let parts = parts.map(|part| part.as_bytes().to_vec());
                    let joined = stitch(&parts);
                    let got = texts(&joined.text);
                    if got == want {
                        exact += 1;
                    } else {
                        assert!(
                            !joined.is_whole(),
                            "{at} {from} {:?} {}",
                            joined.seams,
                            String::from_utf8_lossy(&joined.text)
                        );
                    }
                }
            }
            let all = (text.len() - 1) * 3;
            assert!(exact * 100 >= all * 85, "{exact} of {all}");
        }
    }
}
