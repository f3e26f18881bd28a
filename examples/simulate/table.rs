//! The sums as a table for people and as one object for machines.

use std::fmt::Write as _;

use serde_json::{Value, json as value};

use crate::policy::{ALL, Policy};
use crate::tally::{Board, SCOPES, Tally};

/// A table in Markdown, which is readable as it is.
pub(crate) fn text(board: &Board) -> String {
    let mut out = String::from(
        "| files | policy | tasks | cut | failed | attempts | calls a task \
         | generated/useful | reserved/useful | wasted a cut phase |\n\
         |---|---|---:|---:|---:|---:|---:|---:|---:|---:|\n",
    );
    for (scope, policy) in rows() {
        let tally = board.tally(scope, policy);
        let name = SCOPES.get(scope).map_or("", |scope| scope.2);
        // Writing to a String cannot fail.
        let _ = writeln!(
            out,
            "| {name} | {} | {} | {:.1}% | {} | {:.2} | {:.2} | {:.2} | {:.2} \
             | {:.0} |",
            policy.name(),
            tally.tasks,
            100.0 * tally.truncation(),
            tally.failed,
            tally.attempts(),
            tally.calls(),
            tally.generated(),
            tally.reserved(),
            tally.wasted(),
        );
    }
    out
}

fn rows() -> impl Iterator<Item = (usize, Policy)> {
    let scopes = 0..SCOPES.len();
    scopes.flat_map(|scope| ALL.map(|policy| (scope, policy)))
}

/// The same, and what was missed.
pub(crate) fn json(board: &Board, missed: &[String], seed: u64) -> Value {
    let rows: Vec<Value> = rows()
        .map(|(scope, policy)| row(scope, policy, board.tally(scope, policy)))
        .collect();
    let sum = |f: fn(&(u64, u64)) -> u64| board.tasks.iter().map(f).sum();
    let (all, with_text): (u64, u64) = (sum(|t| t.0), sum(|t| t.1));
    value!({
        "type": "simulation",
        "seed": seed,
        "tasks": all,
        "tasks_with_text": with_text,
        "rows": rows,
        "missed": missed,
    })
}

fn row(scope: usize, policy: Policy, tally: Tally) -> Value {
    let round = |figure: f64| (figure * 1e4).round() / 1e4;
    value!({
        "files": SCOPES.get(scope).map_or("", |scope| scope.2),
        "policy": policy.name(),
        "tasks": tally.tasks,
        "failed": tally.failed,
        "truncation": round(tally.truncation()),
        "attempts": round(tally.attempts()),
        "calls_per_task": round(tally.calls()),
        "generated_per_useful": round(tally.generated()),
        "reserved_per_useful": round(tally.reserved()),
        "wasted_per_truncated_phase": round(tally.wasted()),
    })
}
