//! Answers in order, joined into one.

use super::blocks;
use super::diff::{self, AnswerEnd};
use super::greeting::may_greet;
use super::other;
use super::preimage::Lookup;
use super::seam::{How, Join, joins, same};
use super::survey::{Survey, survey};
use crate::answer::{Format, detect};
use crate::span::{Cut, Place, Verdict};

/// The joined answer.
#[derive(Debug)]
pub struct Joined {
    /// Its text: the first answer, and of each other one the part that
    /// continues.
    pub text: Vec<u8>,
    /// What it consists of.
    pub survey: Survey,
    /// How each continuation joined, in order.
    pub seams: Vec<Seam>,
}

/// How one continuation joined.
#[derive(Clone, Debug)]
pub struct Seam {
    /// The way; `None` if no way was sound, or several contradict.
    pub how: Option<How>,
    /// Offset in the joined text, in bytes, from which the continuation's
    /// text stands.
    pub at: u64,
    /// Bytes of the earlier text that were replaced.
    pub replaced_bytes: u64,
    /// Bytes of the continuation that were not taken.
    pub dropped_bytes: u64,
    /// Why nothing was joined.
    pub problem: Option<&'static str>,
    /// The file of an unfinished operation that the continuation passed
    /// over.
    pub lost: Option<String>,
}

impl Joined {
    /// Whether nothing is known to be missing, and every seam holds.
    pub fn is_whole(&self) -> bool {
        let sound = |seam: &Seam| seam.problem.is_none();
        self.survey.is_whole() && self.seams.iter().all(sound)
    }

    /// Takes the word of the last answer's envelope on how that ended, where
    /// the text leaves it open.
    pub fn heed(&mut self, envelope: Verdict) {
        let all_there = self.survey.has_all_declared();
        let summary = &mut self.survey.summary;
        if summary.cut.is_some() || all_there {
            return;
        }
        match envelope {
            Verdict::Unsure => {}
            Verdict::Complete => {
                summary.verdict = Verdict::Complete;
                summary.looping = None;
            }
            Verdict::Cut => {
                let lines = memchr::memchr_iter(b'\n', &self.text).count();
                let byte = self.text.len() as u64;
                let end = Place { byte, line: lines as u64 + 1 };
                let cut = Cut::between_records(end, summary.records);
                summary.cut = Some(cut);
                summary.verdict = Verdict::Cut;
            }
        }
    }
}

/// What is known beside the answers.
#[derive(Clone, Copy)]
pub struct Known<'a> {
    /// Their format; nothing to let the first unit tell.
    pub format: Option<Format>,
    /// What the end of the last answer is.
    pub end: AnswerEnd,
    /// The files that the answer changes.
    pub lookup: &'a Lookup<'a>,
    /// The absolute names of the tree.
    pub roots: &'a [String],
}

/// Joins answers of any format: the first, and its continuations in order.
/// Also says which format it took them for.
pub fn join(answers: &[Vec<u8>], known: Known<'_>) -> (Joined, Format) {
    let told = || detect(&answers.concat()).unwrap_or(Format::Ops);
    let format = known.format.unwrap_or_else(told);
    let mut joined = match format {
        Format::Diff => {
            let Known { lookup, roots, .. } = known;
            let tree = diff::Tree { lookup, roots };
            diff::stitch(answers, known.end, tree)
        }
        Format::V4a | Format::SearchReplace | Format::WholeFile => {
            blocks::stitch(answers, known.lookup)
        }
        Format::Ops => stitch(answers),
    };
    if known.format.is_none() {
        other::add(&mut joined.survey, &joined.text, format);
    }
    (joined, format)
}

/// Joins operations: the first answer, and its continuations in order.
///
/// The result holds everything that is certain. A continuation that cannot
/// be joined without doubt is left out, and so are those after it: its seam
/// says why.
pub fn stitch(answers: &[Vec<u8>]) -> Joined {
    let mut rest = answers.iter();
    let text = rest.next().cloned().unwrap_or_default();
    let mut joined = Joined { survey: survey(&text), text, seams: Vec::new() };
    for answer in rest {
        let broken = joined.seams.iter().any(|seam| seam.how.is_none());
        let seam = if broken {
            left_out(&joined, answer, "an earlier continuation did not fit")
        } else {
            add(&mut joined, answer)
        };
        joined.seams.push(seam);
    }
    joined
}

/// Why a continuation is left out that has blanks alone.
pub(super) const BLANK: &str = "it is blank, which may be meant";

/// Joins one continuation.
fn add(joined: &mut Joined, answer: &[u8]) -> Seam {
    let mark = "\u{feff}".as_bytes();
    let answer = answer.strip_prefix(mark).unwrap_or(answer);
    if answer.trim_ascii().is_empty() {
        // A tool adds a line feed, but no blank.
        let is_fed = answer.iter().all(|b| matches!(b, b'\r' | b'\n'));
        if joined.survey.is_in_string() && !is_fed {
            return left_out(joined, answer, BLANK);
        }
        let seam = left_out(joined, answer, "it is empty");
        return Seam { how: Some(How::Nothing), problem: None, ..seam };
    }
    let found = joins(&joined.text, &joined.survey, answer);
    let Some(best) = choose(found) else {
        return left_out(joined, answer, "no way to join it is sound");
    };
    let Some(best) = best else {
        return left_out(joined, answer, "it fits in more than one way");
    };
    if says_last_again(&joined.survey, &best) {
        return left_out(joined, answer, "it may say the last operation again");
    }
    if joined.survey.is_in_string() && glues_greeting(answer, &best) {
        return left_out(joined, answer, "it may begin with a greeting");
    }
    let lost = match best.how {
        How::Skipped => joined.survey.cut().map(|cut| {
            cut.path.clone().unwrap_or_else(|| "unknown".to_owned())
        }),
        _ => None,
    };
    let taken = if best.how == How::Nothing { 0 } else { best.body.len() };
    let seam = Seam {
        how: Some(best.how),
        at: best.kept as u64,
        replaced_bytes: (joined.text.len() - best.kept) as u64,
        dropped_bytes: (answer.len() - taken) as u64,
        problem: lost.as_ref().map(|_| "it skips an unfinished operation"),
        lost,
    };
    joined.text = best.text;
    joined.survey = best.survey;
    seam
}

/// Whether a join makes of the unfinished operation the same as the one before
/// it: the continuation may as well have begun one operation too early.
fn says_last_again(known: &Survey, join: &Join) -> bool {
    let Some(last) = known.complete().last() else { return false };
    let count = known.complete().count();
    let next = join.survey.complete().nth(count);
    known.cut().is_some()
        && join.how != How::Exact
        && join.kept as u64 >= last.span.end
        && next.is_some_and(|next| next.json == last.json)
}

/// Whether a join takes what may be a greeting for the next bytes.
fn glues_greeting(answer: &[u8], join: &Join) -> bool {
    let is_all = join.body.start == 0;
    join.how == How::Exact && is_all && may_greet(answer)
}

/// The join that is proven best: `None` if there is none, `Some(None)` if
/// another that may be meant as well contradicts it.
fn choose(found: Vec<Join>) -> Option<Option<Join>> {
    let mut found = found.into_iter();
    let best = found.next()?;
    let rival = found.find(|join| rivals(&best, join) && !same(join, &best));
    Some(if rival.is_some() { None } else { Some(best) })
}

/// Whether nothing but a guess decides between two joins: they are proven
/// alike, or they differ in how often the end of the earlier text is said.
fn rivals(best: &Join, other: &Join) -> bool {
    let often = best.follows() && other.follows();
    often || other.rank() == best.rank() && !extends(best, other)
}

/// Whether `best` has everything that `other` has.
fn extends(best: &Join, other: &Join) -> bool {
    let mut units = best.survey.complete();
    let all = other
        .survey
        .complete()
        .all(|unit| units.next().is_some_and(|mine| mine.json == unit.json));
    all && other.survey.cut().is_none()
}

fn left_out(joined: &Joined, answer: &[u8], why: &'static str) -> Seam {
    Seam {
        how: None,
        at: joined.text.len() as u64,
        replaced_bytes: 0,
        dropped_bytes: answer.len() as u64,
        problem: Some(why),
        lost: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_operation_is_not_said_again() {
        let add = "{\"type\":\"modify\",\"file_path\":\"a\",\"operations\":\
            [{\"type\":\"append\",\"content\":\"z\"}]}\n";
        let other = "{\"type\":\"delete\",\"file_path\":\"b\"}\n";
        for cut in 1..add.len() - 2 {
            let first = [add, &add[..cut]].concat();
            let answers = [first, [add, other].concat()];
            let joined = stitch(&answers.map(String::into_bytes));
            assert!(!joined.is_whole(), "{cut}");
            assert_eq!(joined.survey.complete().count(), 1, "{cut}");
            // What goes on at the byte says twice what is meant twice.
            let first = [add, &add[..cut]].concat();
            let answers = [first, [&add[cut..], other].concat()];
            let joined = stitch(&answers.map(String::into_bytes));
            let count = joined.survey.complete().count();
            assert!(count == 3 || !joined.is_whole(), "{cut}");
        }
    }

    #[test]
    fn a_line_feed_that_a_tool_added_to_each_answer_is_left_out() {
        let whole = "{\"type\":\"create\",\"file_path\":\"a\",\"content\":\
            \"one and two and three and four and five\"}\n\
            {\"type\":\"delete\",\"file_path\":\"b\"}\n";
        for first in 1..whole.len() - 2 {
            for second in first + 1..whole.len() - 1 {
                let parts =
                    [&whole[..first], &whole[first..second], &whole[second..]];
                if parts.iter().any(|part| part.trim().is_empty()) {
                    continue;
                }
                let feed = |part: &&str| format!("{part}\n").into_bytes();
                let answers: Vec<_> = parts.iter().map(feed).collect();
                let joined = stitch(&answers);
                // Doubt is a no; what is taken for certain must be right.
                let got: Vec<_> = joined.survey.complete().collect();
                let want: Vec<_> = whole.lines().collect();
                assert!(got.len() <= want.len(), "{first} {second}");
                for (got, want) in got.iter().zip(&want) {
                    assert_eq!(
                        String::from_utf8_lossy(&got.json),
                        *want,
                        "{first} {second}"
                    );
                }
            }
        }
        let (one, two, three) = (60, 75, whole.len());
        let again = |from: usize, to: usize| {
            format!("{}\n", &whole[from..to]).into_bytes()
        };
        let joined = stitch(&[again(0, one), again(0, two), again(0, three)]);
        assert!(joined.is_whole());
        assert_eq!(joined.survey.complete().count(), 2);
    }
}
