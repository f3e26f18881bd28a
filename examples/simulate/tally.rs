//! What the outcomes come to, by policy and by size of the task; and the
//! bounds that the figures are held against.

use crate::policy::{self, Outcome, Policy};
use crate::task::Task;

/// Sizes of tasks, in files: those of the plan, and the name of each.
pub(crate) const SCOPES: [(usize, usize, &str); 3] =
    [(2, 4, "2-4"), (5, 9, "5-9"), (10, usize::MAX, "10+")];

/// The scope that the bounds are for.
pub(crate) const LARGE: usize = 2;

/// Sums over tasks.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) tasks: u64,
    pub(crate) failed: u64,
    sum: Outcome,
}

impl Tally {
    fn add(&mut self, outcome: Outcome) {
        self.tasks += 1;
        self.failed += u64::from(outcome.failed);
        let sum = &mut self.sum;
        sum.phases += outcome.phases;
        sum.truncated += outcome.truncated;
        sum.calls += outcome.calls;
        sum.useful += outcome.useful;
        sum.generated += outcome.wasted() + outcome.useful;
        sum.reserved += outcome.reserved;
    }

    /// Phases that were cut at least once, of all.
    pub(crate) fn truncation(&self) -> f64 {
        ratio(self.sum.truncated, self.sum.phases)
    }

    /// Calls a phase.
    pub(crate) fn attempts(&self) -> f64 {
        ratio(self.sum.calls, self.sum.phases)
    }

    /// Calls a task; more than attempts where tasks were cut into batches.
    pub(crate) fn calls(&self) -> f64 {
        ratio(self.sum.calls, self.tasks)
    }

    /// Tokens generated, of those of the answers that were meant.
    pub(crate) fn generated(&self) -> f64 {
        ratio(self.sum.generated, self.sum.useful)
    }

    /// Budgets, of the tokens of the answers that were meant.
    pub(crate) fn reserved(&self) -> f64 {
        ratio(self.sum.reserved, self.sum.useful)
    }

    /// Tokens wasted a phase that was cut.
    pub(crate) fn wasted(&self) -> f64 {
        let wasted = self.sum.generated.saturating_sub(self.sum.useful);
        ratio(wasted, self.sum.truncated)
    }
}

fn ratio(part: u64, of: u64) -> f64 {
    if of == 0 { 0.0 } else { part as f64 / of as f64 }
}

/// All sums.
#[derive(Debug, Default)]
pub(crate) struct Board {
    /// Tasks, and those among them whose text is known, by scope.
    pub(crate) tasks: [(u64, u64); SCOPES.len()],
    tallies: [[Tally; policy::ALL.len()]; SCOPES.len()],
}

/// The index of a task's scope.
pub(crate) fn scope(task: &Task) -> usize {
    let files = task.parts.len();
    let fits = |scope: &(usize, usize, &str)| files <= scope.1;
    SCOPES.iter().position(fits).unwrap_or(LARGE)
}

impl Board {
    pub(crate) fn count(&mut self, task: &Task) {
        if let Some((all, text)) = self.tasks.get_mut(scope(task)) {
            *all += 1;
            *text += u64::from(task.has_text());
        }
    }

    pub(crate) fn add(&mut self, task: &Task, of: Policy, outcome: Outcome) {
        let row = self.tallies.get_mut(scope(task));
        if let Some(tally) = row.and_then(|row| row.get_mut(of as usize)) {
            tally.add(outcome);
        }
    }

    pub(crate) fn tally(&self, scope: usize, of: Policy) -> Tally {
        let row = self.tallies.get(scope);
        row.and_then(|row| row.get(of as usize)).copied().unwrap_or_default()
    }

    /// What is not as it has to be, a sentence each.
    pub(crate) fn missed(&self) -> Vec<String> {
        let all: u64 = self.tasks.iter().map(|(all, _)| all).sum();
        let (large, _) = self.tasks.get(LARGE).copied().unwrap_or_default();
        let ours = self.tally(LARGE, Policy::Ours);
        let bounds = [
            ("changes of several files", all as f64, 500.0, Bound::AtLeast),
            ("of 10 or more", large as f64, 100.0, Bound::AtLeast),
            ("failed tasks", ours.failed as f64, 0.0, Bound::AtMost),
            ("attempts", ours.attempts(), 1.15, Bound::AtMost),
            ("tokens wasted a cut phase", ours.wasted(), 100.0, Bound::AtMost),
            ("reserved/useful", ours.reserved(), 2.0, Bound::AtMost),
        ];
        bounds.into_iter().filter_map(check).collect()
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Bound {
    AtLeast,
    AtMost,
}

fn check((what, got, bound, kind): (&str, f64, f64, Bound)) -> Option<String> {
    let (held, words) = match kind {
        Bound::AtLeast => (got >= bound, "at least"),
        Bound::AtMost => (got <= bound, "at most"),
    };
    let got = (got * 100.0).round() / 100.0;
    (!held).then(|| format!("{what}: {got}, wanted {words} {bound}"))
}
