//! Answers in blocks: how parts join.
//!
//! Blocks have no counts. A join is proven by what it repeats, by markers
//! that come out whole, and by files in which the old lines stand. Where a
//! continuation may go on in two ways and nothing decides, it is left out.

mod read;
mod tree;
mod stretches;
mod ways;
mod seam_line;
mod indent;
mod twice;
mod known;
mod choose;

use super::preimage::Lookup;
use super::seam::How;
use super::stitch::{BLANK, Joined, Seam};
use super::survey::Survey;

use choose::choose;
use known::Known;
use read::Base;
use ways::Way;
pub(super) use ways::is_word;

/// Joins answers in blocks: the first, and its continuations in order.
pub(super) fn stitch(answers: &[Vec<u8>], lookup: &Lookup<'_>) -> Joined {
    let mut answers = answers.iter();
    let mut text = answers.next().cloned().unwrap_or_default();
    let mut seams: Vec<Seam> = Vec::new();
    for answer in answers {
        let broken = seams.iter().any(|seam| seam.how.is_none());
        let found = match broken {
            true => Err("an earlier continuation did not fit"),
            false => go_on(&Known::of(&text, lookup), answer),
        };
        let length = text.len();
        let (how, kept, more, problem) = match found {
            Ok(Some(way)) => (Some(way.how), way.kept, way.text(), None),
            Ok(None) => (Some(How::Nothing), length, Vec::new(), None),
            Err(why) => (None, length, Vec::new(), Some(why)),
        };
        seams.push(Seam {
            how,
            at: kept as u64,
            replaced_bytes: (length - kept) as u64,
            dropped_bytes: answer.len().saturating_sub(more.len()) as u64,
            problem,
            lost: None,
        });
        text.truncate(kept);
        text.extend_from_slice(&more);
    }
    Joined { survey: survey(&text), text, seams }
}

/// How one continuation goes on; nothing if it says nothing.
fn go_on(
    known: &Known<'_>,
    answer: &[u8],
) -> Result<Option<Way>, &'static str> {
    match answer.trim_ascii().is_empty() {
        true if known.is_open() && !answer.is_empty() => Err(BLANK),
        true => Ok(None),
        false => choose(known, answer).map(Some),
    }
}

fn survey(text: &[u8]) -> Survey {
    Base::new().read(&[text]).survey(text)
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
