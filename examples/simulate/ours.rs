//! What these tools do: budgets of the size model as the repository's own
//! history corrects it, batches of what is larger than an answer, and
//! continuations of what is missing only.
//!
//! Where the text of an answer is known, its pieces are really cut and
//! really joined by the library, and compared with the whole; where only
//! sizes are known, the same is counted.

use std::borrow::Cow;

use tornkit::budget::batch;
use tornkit::budget::choose::{self, Limits};
use tornkit::budget::encoding::{Taker, Vocabulary};
use tornkit::budget::escalate::{self, Stop};
use tornkit::budget::estimate::{Estimate, Quantile, Quantiles};
use tornkit::budget::model::{self, Format};
use tornkit::budget::phase::Phase;
use tornkit::budget::seed::CAP;
use tornkit::resume;

use crate::policy::Outcome;
use crate::task::{Dice, Part, Task};

/// Tokens of an unfinished operation up to which it is asked for again from
/// its first character: shorter than a sentence about where to go on. What
/// is longer is continued at the very character.
const RESTART_TOKENS: u64 = 100;

/// Calls of a phase before it is given up: the default of converge.
const CALLS: u64 = 8;

/// Cuts of an answer from which on each budget is at least twice the one
/// before, as converge has it: an estimate that was wrong twice is not
/// believed a third time.
const DOUBLE_FROM: u64 = 2;

/// Where a continuation begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    Exact,
    Op,
    File,
    All,
    Prose,
    Fence,
}

/// Everything that a model may do unasked. In canonical operations a line is
/// an operation.
const STYLES: [Style; 6] = [
    Style::Exact,
    Style::Op,
    Style::File,
    Style::All,
    Style::Prose,
    Style::Fence,
];

/// With a model that goes on where it is asked to.
pub(crate) fn obeyed(task: &Task, vocabulary: Vocabulary) -> Option<Outcome> {
    Some(with(task, Quantile::P90, &mut |asked| asked, Some(vocabulary)))
}

/// With a model that goes on anyhow. Needs texts, since how such answers
/// join is the question.
pub(crate) fn disobeyed(
    task: &Task,
    mut dice: Dice,
    vocabulary: Vocabulary,
) -> Option<Outcome> {
    let mut any = |asked: Style| {
        STYLES.get(dice.roll(STYLES.len())).copied().unwrap_or(asked)
    };
    let text = task.has_text();
    text.then(|| with(task, Quantile::P90, &mut any, Some(vocabulary)))
}

/// With budgets at another quantile, counted only.
pub(crate) fn at(task: &Task, quantile: Quantile) -> Outcome {
    with(task, quantile, &mut |asked| asked, None)
}

fn with(
    task: &Task,
    quantile: Quantile,
    model: &mut dyn FnMut(Style) -> Style,
    vocabulary: Option<Vocabulary>,
) -> Outcome {
    let predictor = Predictor { factor: task.factor, quantile };
    let predict = |phase: &Phase| predictor.estimate(phase);
    let limit = batch::Limit::new(&predict(&task.phase), CAP, 1);
    let mut outcome = Outcome::default();
    for batch in batch::split(&task.phase, limit, &predict) {
        let files = batch.phase.deliverables.iter();
        let parts: Vec<&Part> = files.filter_map(|f| task.part(f)).collect();
        let work = Work { phase: &batch.phase, parts, predictor };
        let one = match vocabulary {
            Some(known) if task.has_text() => joined(&work, model, known),
            _ => counted(&work),
        };
        add(&mut outcome, &one);
    }
    outcome
}

fn add(sum: &mut Outcome, one: &Outcome) {
    sum.phases += one.phases;
    sum.truncated += one.truncated;
    sum.calls += one.calls;
    sum.useful += one.useful;
    sum.generated += one.generated;
    sum.reserved += one.reserved;
    sum.failed |= one.failed;
}

/// How budgets are found.
#[derive(Clone, Copy)]
struct Predictor {
    factor: f64,
    quantile: Quantile,
}

impl Predictor {
    fn estimate(self, phase: &Phase) -> Estimate {
        let mut estimate = model::predict(phase, Format::Ops);
        estimate.total = estimate.total.scaled(self.factor);
        estimate
    }

    fn budget(self, total: &Quantiles) -> u64 {
        let Self { quantile, .. } = self;
        let limits = Limits { quantile, floor: choose::FLOOR, cap: CAP };
        choose::choose(total, limits).0
    }
}

/// What one answer is to hold.
struct Work<'a> {
    phase: &'a Phase,
    parts: Vec<&'a Part>,
    predictor: Predictor,
}

impl Work<'_> {
    fn budget(&self) -> u64 {
        self.predictor.budget(&self.predictor.estimate(self.phase).total)
    }

    /// How many deliverables the first `tokens` tokens hold whole, and how
    /// many tokens those have.
    fn whole(&self, tokens: u64) -> (usize, u64) {
        let ends = self.parts.iter().scan(0, |sum, part| {
            *sum += part.tokens;
            Some(*sum)
        });
        let whole = ends.take_while(|end| *end <= tokens);
        whole.fold((0, 0), |(count, _), end| (count + 1, end))
    }

    /// The budget for what is missing after `done` deliverables of that many
    /// tokens: what the model expects of the others, and more if it was
    /// wrong about these. `None` if nothing was done to learn from.
    fn rest(&self, (done, tokens): (usize, u64)) -> Option<u64> {
        let shares = self.predictor.estimate(self.phase);
        let part: f64 = shares.shares.iter().take(done).sum();
        let expected = shares.total.p50 * part;
        if done == 0 || expected <= 0.0 {
            return None;
        }
        let files = self.phase.deliverables.get(done..).unwrap_or_default();
        let missing =
            Phase { deliverables: files.to_vec(), ..self.phase.clone() };
        let wrong = (tokens as f64 / expected).max(1.0);
        let total = self.predictor.estimate(&missing).total.scaled(wrong);
        Some(self.predictor.budget(&total))
    }
}

/// The budgets of the calls for one answer.
struct Budgets<'a, 'b> {
    work: &'a Work<'b>,
    now: u64,
    done: usize,
    cuts: u64,
}

impl<'a, 'b> Budgets<'a, 'b> {
    fn new(work: &'a Work<'b>) -> Self {
        Self { work, now: work.budget(), done: 0, cuts: 0 }
    }

    /// After a cut that left so many tokens in hand. A call that completed
    /// no deliverable is followed by a larger one.
    fn after(&mut self, tokens: u64) {
        let whole = self.work.whole(tokens);
        let rest = self.work.rest(whole).filter(|_| whole.0 > self.done);
        self.cuts += 1;
        let least = match self.cuts {
            DOUBLE_FROM.. => CAP.min(self.now * 2),
            _ => 0,
        };
        self.now = rest.unwrap_or_else(|| larger(self.now)).max(least);
        self.done = whole.0;
    }
}

fn larger(budget: u64) -> u64 {
    escalate::next(budget, Stop::Length, CAP).unwrap_or(budget)
}

/// From sizes alone.
fn counted(work: &Work<'_>) -> Outcome {
    let useful = work.parts.iter().map(|part| part.tokens).sum();
    let mut outcome = Outcome { phases: 1, useful, ..Outcome::default() };
    let mut budgets = Budgets::new(work);
    let mut at = 0;
    for _ in 0..CALLS {
        let budget = budgets.now;
        outcome.calls += 1;
        outcome.reserved += budget;
        outcome.generated += (useful - at).min(budget);
        if useful - at <= budget {
            return outcome;
        }
        outcome.truncated = 1;
        at += budget;
        let (_, begun) = work.whole(at);
        if at - begun <= RESTART_TOKENS {
            at = begun;
        }
        budgets.after(at);
    }
    Outcome { failed: true, ..outcome }
}

/// With the texts, cut and joined.
fn joined(
    work: &Work<'_>,
    model: &mut dyn FnMut(Style) -> Style,
    vocabulary: Vocabulary,
) -> Outcome {
    let lines: String = work.parts.iter().map(|p| p.text.as_str()).collect();
    let count = lines.lines().count();
    let meta = format!("{{\"type\":\"meta\",\"total_operations\":{count}}}\n");
    let whole = meta + &lines;
    let useful = vocabulary.count(whole.as_bytes());
    let mut outcome = Outcome { phases: 1, useful, ..Outcome::default() };
    let mut budgets = Budgets::new(work);
    let mut answers: Vec<Vec<u8>> = Vec::new();
    let mut wanted = Cow::Borrowed(whole.as_bytes());
    for _ in 0..CALLS {
        let answer = take(vocabulary, &wanted, budgets.now);
        outcome.calls += 1;
        outcome.reserved += budgets.now;
        outcome.generated += vocabulary.count(&answer);
        outcome.truncated |= u64::from(answer.len() < wanted.len());
        answers.push(answer);
        let so_far = resume::stitch(&answers);
        if so_far.is_whole() {
            outcome.failed = !is_same(&so_far, &lines);
            return outcome;
        }
        let at = place(&whole, &so_far);
        let unfit = so_far.seams.last().is_some_and(|s| s.problem.is_some());
        let asked = if unfit {
            // The very character fits in more than one place.
            answers.pop();
            Style::Op
        } else {
            ask(whole.as_bytes(), at, vocabulary)
        };
        wanted = go_on(&whole, at, model(asked));
        let kept = whole.as_bytes().get(..at).unwrap_or_default();
        budgets.after(vocabulary.count(kept));
    }
    Outcome { failed: true, ..outcome }
}

/// How far into the whole the joined answer reaches; its own length may
/// count greetings between operations.
fn place(whole: &str, joined: &resume::Joined) -> usize {
    let survey = &joined.survey;
    let done = survey.complete().count();
    let lines = whole.split_inclusive('\n').take(done);
    let start: usize = lines.map(str::len).sum();
    let begun = survey.cut().map_or(0, |cut| {
        joined.text.len().saturating_sub(cut.span.start as usize)
    });
    whole.len().min(start + begun)
}

/// The first tokens of a text.
fn take(vocabulary: Vocabulary, text: &[u8], budget: u64) -> Vec<u8> {
    let mut taker = Taker::new(vocabulary, budget);
    let mut out = Vec::new();
    taker.feed(text, &mut out);
    taker.finish(&mut out);
    out
}

/// Whether the operations that came out are those that went in.
fn is_same(joined: &resume::Joined, lines: &str) -> bool {
    let units = joined.survey.complete().filter(|unit| unit.is_operation());
    let got: Vec<&[u8]> = units.map(|unit| unit.json.as_slice()).collect();
    let want: Vec<&[u8]> = lines.lines().map(str::as_bytes).collect();
    got == want
}

fn line_start(text: &[u8], at: usize) -> usize {
    let before = text.get(..at).unwrap_or_default();
    memchr::memrchr(b'\n', before).map_or(0, |feed| feed + 1)
}

fn ask(whole: &[u8], at: usize, vocabulary: Vocabulary) -> Style {
    let begun = whole.get(line_start(whole, at)..at).unwrap_or_default();
    if vocabulary.count(begun) <= RESTART_TOKENS {
        Style::Op
    } else {
        Style::Exact
    }
}

/// What the model would write after `at` bytes of the whole.
fn go_on(whole: &str, at: usize, style: Style) -> Cow<'_, [u8]> {
    // A character that was cut is written again.
    let at = whole.floor_char_boundary(at);
    let op = line_start(whole.as_bytes(), at);
    let rest = |start: usize| whole.get(start..).unwrap_or_default().as_bytes();
    match style {
        Style::Exact => Cow::Borrowed(rest(at)),
        Style::Op => Cow::Borrowed(rest(op)),
        Style::File => Cow::Borrowed(rest(file_start(whole, op))),
        Style::All => Cow::Borrowed(rest(0)),
        Style::Prose => {
            let prose = b"Here is the rest, from the cut operation.\n\n";
            Cow::Owned([prose, rest(op)].concat())
        }
        Style::Fence => Cow::Owned([b"```json\n", rest(op), b"```\n"].concat()),
    }
}

/// Where the operations on the file of the operation at `op` begin: a rename
/// just before it is on the same file.
fn file_start(whole: &str, op: usize) -> usize {
    let before = whole.get(..op.saturating_sub(1)).unwrap_or_default();
    let start = line_start(before.as_bytes(), before.len());
    let line = whole.get(start..).unwrap_or_default();
    if line.starts_with(r#"{"type":"rename""#) { start } else { op }
}
