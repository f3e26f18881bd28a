//! A phase that is too large for one answer, in parts that are not.
//!
//! A phase and a limit flow in, [`Batch`]es flow out, in an order in which
//! each builds on those before it. A file stays with its tests where they
//! fit together. Nothing here knows how a batch is written down.

use super::deliverable::Deliverable;
use super::estimate::Estimate;
use super::kind::Kind;
use super::layer::{self, Layer};
use super::phase::Phase;

/// The part of the cap that a batch may be expected to fill.
const FILL: f64 = 0.8;

/// Tokens of the pass that makes imports, types and names agree across
/// batches.
pub const ALIGNMENT_TOKENS: u64 = 4_096;

/// What becomes one answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    /// The deliverables, as a phase of their own.
    pub phase: Phase,
    /// The first layer in it.
    pub layer: Layer,
    /// What it is expected to need.
    pub estimate: Estimate,
    /// Whether it stays within the limit.
    pub size: Size,
}

/// Whether a batch is small enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// It is.
    Fits,
    /// It is a single file that is not.
    TooLarge,
}

/// What the 80th percentile of a batch may reach, in tokens.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limit {
    /// What a batch is filled up to.
    pub fill: f64,
    /// What a single file may need at most.
    pub fits: f64,
}

impl Limit {
    /// 80 % of `cap`; filled to no more than an equal share of the whole
    /// where at least `parts` parts are wanted.
    pub fn new(whole: &Estimate, cap: u64, parts: usize) -> Self {
        let fits = cap as f64 * FILL;
        let share = whole.total.p80 / parts.max(1) as f64;
        let fill = if parts > 1 { fits.min(share) } else { fits };
        Self { fill, fits }
    }
}

/// The phase in batches that keep to the limit; a single one if it fits
/// whole.
pub fn split(
    phase: &Phase,
    limit: Limit,
    predict: &impl Fn(&Phase) -> Estimate,
) -> Vec<Batch> {
    let whole = predict(phase);
    if whole.total.p80 <= limit.fill {
        return vec![batch(phase.deliverables.clone(), phase, limit, predict)];
    }
    let filled = fill(phase, limit.fill, predict);
    let even = EVEN.iter().map(|part| fill(phase, limit.fill * part, predict));
    let even = even.into_iter().find(|parts| parts.len() == filled.len());
    let to_batch = |files| batch(files, phase, limit, predict);
    even.unwrap_or(filled).into_iter().map(to_batch).collect()
}

/// Parts of the limit that are tried, so that the last batch is not a
/// remnant: the smallest that takes no more batches wins.
const EVEN: [f64; 4] = [0.6, 0.7, 0.8, 0.9];

/// The files in as few parts as their order allows.
fn fill(
    phase: &Phase,
    limit: f64,
    predict: &impl Fn(&Phase) -> Estimate,
) -> Vec<Vec<Deliverable>> {
    let fits = |part: &Phase| predict(part).total.p80 <= limit;
    let mut filled: Vec<Vec<Deliverable>> = Vec::new();
    let mut open = part(Vec::new(), phase);
    for unit in units(phase) {
        let unit = part(unit, phase);
        let pieces = if fits(&unit) {
            vec![unit.deliverables]
        } else {
            unit.deliverables.into_iter().map(|file| vec![file]).collect()
        };
        for piece in pieces {
            let before = open.deliverables.len();
            open.deliverables.extend(piece);
            if before > 0 && !fits(&open) {
                let next = open.deliverables.split_off(before);
                filled.push(std::mem::replace(&mut open.deliverables, next));
            }
        }
    }
    filled.push(open.deliverables);
    filled.retain(|files| !files.is_empty());
    filled
}

fn batch(
    files: Vec<Deliverable>,
    of: &Phase,
    limit: Limit,
    predict: &impl Fn(&Phase) -> Estimate,
) -> Batch {
    let layer = files.iter().map(Layer::of).min().unwrap_or(Layer::Core);
    let phase = part(files, of);
    let estimate = predict(&phase);
    let fits = estimate.total.p80 <= limit.fits;
    let size = if fits { Size::Fits } else { Size::TooLarge };
    Batch { phase, layer, estimate, size }
}

fn part(files: Vec<Deliverable>, of: &Phase) -> Phase {
    Phase { deliverables: files, scope_paths: None, ..of.clone() }
}

/// Files with their tests, by layer and otherwise in the phase's order.
fn units(phase: &Phase) -> Vec<Vec<Deliverable>> {
    let is_test = |file: &&Deliverable| file.kind() == Kind::Test;
    let mut tests: Vec<Option<&Deliverable>> =
        phase.deliverables.iter().filter(is_test).map(Some).collect();
    let mut found: Vec<(Layer, Vec<Deliverable>)> = Vec::new();
    for file in phase.deliverables.iter().filter(|file| !is_test(file)) {
        let mut unit = vec![file.clone()];
        if matches!(file.kind(), Kind::Code | Kind::Frontend) {
            let subject = layer::subject(&file.path);
            let mine = tests.iter_mut().filter(|test| {
                test.is_some_and(|t| layer::subject(&t.path) == subject)
            });
            unit.extend(mine.filter_map(|test| test.take().cloned()));
        }
        found.push((Layer::of(file), unit));
    }
    let others = tests.into_iter().flatten();
    found.extend(others.map(|test| (Layer::Tests, vec![test.clone()])));
    found.sort_by_key(|(layer, _)| *layer);
    found.into_iter().map(|(_, unit)| unit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A thousand tokens a file.
    fn predict(phase: &Phase) -> Estimate {
        use crate::budget::estimate::Quantiles;
        let tokens = phase.deliverables.len() as f64 * 1_000.0;
        Estimate { total: Quantiles::all(tokens), ..Estimate::default() }
    }

    fn limit(tokens: f64) -> Limit {
        Limit { fill: tokens, fits: tokens }
    }

    fn phase(paths: &[&str]) -> Phase {
        let deliverables =
            paths.iter().map(|path| Deliverable::of_path(path)).collect();
        Phase { deliverables, ..Phase::default() }
    }

    fn paths(batches: &[Batch]) -> Vec<Vec<&str>> {
        batches
            .iter()
            .map(|batch| {
                batch.phase.deliverables.iter().map(|d| &*d.path).collect()
            })
            .collect()
    }

    #[test]
    fn what_fits_stays_one_batch_in_its_own_order() {
        let whole = phase(&["tests/test_a.py", "src/a.py"]);
        let batches = split(&whole, limit(2_000.0), &predict);
        assert_eq!(paths(&batches), [["tests/test_a.py", "src/a.py"]]);
    }

    #[test]
    fn layers_come_in_order_and_tests_stay_with_their_file() {
        let whole = phase(&[
            "docs/A.md",
            "src/api/b.py",
            "tests/test_a.py",
            "src/a.py",
            "src/models.py",
            "tests/test_all.py",
        ]);
        let batches = split(&whole, limit(3_000.0), &predict);
        assert_eq!(
            paths(&batches),
            [
                ["src/models.py", "src/a.py", "tests/test_a.py"],
                ["src/api/b.py", "docs/A.md", "tests/test_all.py"],
            ]
        );
    }

    #[test]
    fn every_deliverable_is_in_exactly_one_batch() {
        let names: Vec<String> =
            (0..57).map(|n| format!("src/m{n}.py")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let whole = phase(&names);
        let batches = split(&whole, limit(5_000.0), &predict);
        assert_eq!(batches.len(), 12);
        let mut all = paths(&batches).concat();
        all.sort_unstable();
        let mut names = names;
        names.sort_unstable();
        assert_eq!(all, names);
    }

    #[test]
    fn a_file_that_fits_the_cap_is_not_too_large_for_its_share() {
        let whole = phase(&["src/a.py", "src/b.py"]);
        let limit = Limit::new(&predict(&whole), 64_000, 9);
        let batches = split(&whole, limit, &predict);
        assert_eq!(batches.len(), 2);
        assert!(batches.iter().all(|b| b.size == Size::Fits));
    }

    #[test]
    fn a_file_that_is_too_large_alone_is_said_to_be() {
        let whole = phase(&["src/a.py", "src/b.py"]);
        let batches = split(&whole, limit(900.0), &predict);
        assert_eq!(batches.len(), 2);
        assert!(batches.iter().all(|b| b.size == Size::TooLarge));
    }
}
