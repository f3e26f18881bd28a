//! The policies that are compared, and those among them that are plain
//! arithmetic: how often they call, and what the calls bring.
//!
//! A task flows in, an [`Outcome`] flows out.

use tornkit::budget::category::Complexity;
use tornkit::budget::escalate::{self, Stop};
use tornkit::budget::phase::Phase;
use tornkit::budget::seed;

use crate::task::Task;

/// A way to choose budgets and to go on after a cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Policy {
    /// A budget by complexity; everything again after a cut, with half as
    /// much more.
    Before,
    /// A budget by the plan's estimate; everything again after a cut.
    Estimate,
    /// The same, but what is whole is kept and the files that are missing
    /// are asked for.
    Continue,
    /// The same with an operation a line: the operations that are missing.
    Operations,
    /// Budgets of the size model, and continuations at the very byte.
    Ours,
    /// The same with a model that goes on in a way nobody asked for.
    Unruly,
}

/// In the order in which they are shown.
pub(crate) const ALL: [Policy; 6] = [
    Policy::Before,
    Policy::Estimate,
    Policy::Continue,
    Policy::Operations,
    Policy::Ours,
    Policy::Unruly,
];

impl Policy {
    /// Its name in tables.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::Estimate => "phase 1",
            Self::Continue => "phase 2",
            Self::Operations => "phase 3",
            Self::Ours => "tornkit",
            Self::Unruly => "tornkit, unruly model",
        }
    }
}

/// What the calls for one task cost and brought.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Outcome {
    /// Answers that the task was cut into beforehand.
    pub(crate) phases: u64,
    /// Of those, how many were cut at least once.
    pub(crate) truncated: u64,
    /// Calls of the model.
    pub(crate) calls: u64,
    /// Tokens of the answer that was meant.
    pub(crate) useful: u64,
    /// Tokens generated.
    pub(crate) generated: u64,
    /// Sum of the budgets.
    pub(crate) reserved: u64,
    /// Whether something is missing or wrong in the end.
    pub(crate) failed: bool,
}

impl Outcome {
    /// Tokens that were generated and are not part of the answer.
    pub(crate) fn wasted(&self) -> u64 {
        self.generated.saturating_sub(self.useful)
    }
}

/// Calls of a phase in all that the plan allows.
const PLAN_CALLS: u64 = 3;

/// Files from which on the plan's phases ask for an operation a line.
const LINES_FROM: usize = 5;

/// Runs a policy of the plan.
pub(crate) fn play(task: &Task, policy: Policy) -> Option<Outcome> {
    let phase = rated(task);
    let budget = match policy {
        Policy::Before => seed::base(&phase),
        _ => seed::budget(&phase, seed::CAP),
    };
    Some(match policy {
        Policy::Before | Policy::Estimate => regenerate(task, budget),
        Policy::Operations if task.parts.len() >= LINES_FROM => {
            resume(task, budget, &operations(task))
        }
        _ => resume(task, budget, &files(task)),
    })
}

/// The phase with a complexity, which a commit does not state: by the scope
/// sizes that the plan speaks of, in favour of its policies.
fn rated(task: &Task) -> Phase {
    let complexity = match task.parts.len() {
        ..=4 => Complexity::Low,
        5..=9 => Complexity::Medium,
        _ => Complexity::High,
    };
    Phase { complexity: Some(complexity), ..task.phase.clone() }
}

fn files(task: &Task) -> Vec<u64> {
    task.parts.iter().map(|part| part.tokens).collect()
}

/// As files, but a file with two operations is two; where only sizes are
/// known, a file is one.
fn operations(task: &Task) -> Vec<u64> {
    let split = task.parts.iter().flat_map(|part| {
        let lines = part.text.lines().count().max(1) as u64;
        let each = part.tokens / lines;
        let rest = part.tokens - each * (lines - 1);
        std::iter::repeat_n(each, lines as usize - 1).chain([rest])
    });
    split.collect()
}

/// A larger budget, or the same at the cap.
fn larger(budget: u64) -> u64 {
    escalate::next(budget, Stop::Length, seed::CAP).unwrap_or(budget)
}

fn regenerate(task: &Task, mut budget: u64) -> Outcome {
    let useful = task.tokens();
    let mut outcome = Outcome { phases: 1, useful, ..Outcome::default() };
    for _ in 0..PLAN_CALLS {
        outcome.calls += 1;
        outcome.reserved += budget;
        outcome.generated += useful.min(budget);
        if useful <= budget {
            return outcome;
        }
        outcome.truncated = 1;
        budget = larger(budget);
    }
    Outcome { failed: true, ..outcome }
}

/// Continuation first, then escalation: the second call has the budget of
/// the first.
fn resume(task: &Task, mut budget: u64, units: &[u64]) -> Outcome {
    let useful = task.tokens();
    let mut outcome = Outcome { phases: 1, useful, ..Outcome::default() };
    let mut left = units;
    for call in 1..=PLAN_CALLS {
        if call > 2 {
            budget = larger(budget);
        }
        let missing: u64 = left.iter().sum();
        outcome.calls += 1;
        outcome.reserved += budget;
        outcome.generated += missing.min(budget);
        if missing <= budget {
            return outcome;
        }
        outcome.truncated = 1;
        let whole = left.iter().scan(0, |sum, unit| {
            *sum += unit;
            (*sum <= budget).then_some(())
        });
        left = left.get(whole.count()..).unwrap_or_default();
    }
    Outcome { failed: true, ..outcome }
}
