//! A phase that is too large for one answer, in parts that are not.
//!
//! A phase and a limit flow in, [`Batch`]es flow out, in an order in which
//! each builds on those before it. A file stays with its tests where they
//! fit together. Nothing here knows how a batch is written down.

use std::collections::HashMap;

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
    /// What a single file, and a file with its tests, may need at most.
    pub fits: f64,
    /// The number of batches wanted at least.
    pub parts: usize,
}

impl Limit {
    /// 80 % of `cap`; filled to no more than an equal share of the whole
    /// where at least `parts` parts are wanted.
    pub fn new(whole: &Estimate, cap: u64, parts: usize) -> Self {
        let fits = cap as f64 * FILL;
        let share = whole.total.p80 / parts.max(1) as f64;
        let fill = if parts > 1 { fits.min(share) } else { fits };
        Self { fill, fits, parts }
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
    let units = units(phase, limit, predict);
    let filled = fill(&units, phase, limit.fill, predict);
    let even =
        EVEN.iter().map(|part| fill(&units, phase, limit.fill * part, predict));
    let even = even.into_iter().find(|parts| parts.len() == filled.len());
    let mut filled = even.unwrap_or(filled);
    while filled.len() < limit.parts && halve(&mut filled) {}
    let to_batch = |units: Vec<Unit<'_>>| {
        let files = units.concat().into_iter().cloned().collect();
        batch(files, phase, limit, predict)
    };
    filled.into_iter().map(to_batch).collect()
}

/// A file with its tests.
type Unit<'a> = Vec<&'a Deliverable>;

/// Parts of the limit that are tried, so that the last batch is not a
/// remnant: the smallest that takes no more batches wins.
const EVEN: [f64; 4] = [0.6, 0.7, 0.8, 0.9];

/// The units in as few parts as their order allows.
fn fill<'a>(
    units: &[Unit<'a>],
    phase: &Phase,
    limit: f64,
    predict: &impl Fn(&Phase) -> Estimate,
) -> Vec<Vec<Unit<'a>>> {
    let mut left = units;
    let mut filled = Vec::new();
    while !left.is_empty() {
        let fits = |count: usize| {
            let files = left.iter().take(count).flatten();
            let files = files.map(|file| (*file).clone()).collect();
            predict(&part(files, phase)).total.p80 <= limit
        };
        let (now, later) = left.split_at(reach(left.len(), fits));
        filled.push(now.to_vec());
        left = later;
    }
    filled
}

/// How many of `all` fit, at least one: the number is doubled until it does
/// not fit, then closed in on, so that a large batch is not predicted anew
/// for each of its files.
fn reach(all: usize, fits: impl Fn(usize) -> bool) -> usize {
    let mut fitting = 1;
    let mut step = 1;
    while fitting < all && fits((fitting + step).min(all)) {
        fitting = (fitting + step).min(all);
        step *= 2;
    }
    let mut over = (fitting + step).min(all + 1);
    while over - fitting > 1 {
        let middle = usize::midpoint(fitting, over);
        if fits(middle) {
            fitting = middle;
        } else {
            over = middle;
        }
    }
    fitting
}

/// Cuts the longest part in two, between a file and its tests only where
/// every part is a single unit; `false` if there is nothing left to cut.
fn halve(filled: &mut Vec<Vec<Unit<'_>>>) -> bool {
    let files = |part: &Vec<Unit<'_>>| part.iter().map(Vec::len).sum();
    let by_units = longest(filled.iter().map(Vec::len));
    let by_files = || longest(filled.iter().map(files));
    let Some(at) = by_units.or_else(by_files) else { return false };
    let Some(part) = filled.get_mut(at) else { return false };
    let rest = match part.as_mut_slice() {
        [one] => vec![one.split_off(one.len().div_ceil(2))],
        _ => part.split_off(part.len().div_ceil(2)),
    };
    filled.insert(at + 1, rest);
    true
}

/// Where the first of the largest lengths stands, if it is above one.
fn longest(lengths: impl Iterator<Item = usize>) -> Option<usize> {
    let above_one = lengths.enumerate().filter(|(_, length)| *length > 1);
    above_one.min_by_key(|(_, length)| usize::MAX - length).map(|(at, _)| at)
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

/// Some of the files of a phase, as a phase of their own.
fn part(files: Vec<Deliverable>, of: &Phase) -> Phase {
    Phase {
        id: of.id.clone(),
        category: of.category,
        complexity: of.complexity,
        deliverables: files,
        ..Phase::default()
    }
}

/// Files with their tests, where those fit together, by layer and otherwise
/// in the phase's order.
fn units<'a>(
    phase: &'a Phase,
    limit: Limit,
    predict: &impl Fn(&Phase) -> Estimate,
) -> Vec<Unit<'a>> {
    let (tests, files): (Vec<_>, Vec<_>) =
        phase.deliverables.iter().partition(|file| file.kind() == Kind::Test);
    let mut about: HashMap<String, Vec<usize>> = HashMap::new();
    for (index, test) in tests.iter().enumerate() {
        about.entry(layer::subject(&test.path)).or_default().push(index);
    }
    let mut alone = vec![true; tests.len()];
    let mut found: Vec<(Layer, Unit<'a>)> = Vec::new();
    for file in files {
        let mut unit = vec![file];
        if matches!(file.kind(), Kind::Code | Kind::Frontend) {
            let mine = about.remove(&layer::subject(&file.path));
            for index in mine.into_iter().flatten() {
                unit.extend(tests.get(index));
                alone.iter_mut().skip(index).take(1).for_each(|a| *a = false);
            }
        }
        let layer = Layer::of(file);
        if unit.len() == 1 || together(&unit, phase, limit, predict) {
            found.push((layer, unit));
        } else {
            found.extend(unit.into_iter().map(|file| (layer, vec![file])));
        }
    }
    let others = tests.into_iter().zip(alone).filter(|(_, alone)| *alone);
    found.extend(others.map(|(test, _)| (Layer::Tests, vec![test])));
    found.sort_by_key(|(layer, _)| *layer);
    found.into_iter().map(|(_, unit)| unit).collect()
}

fn together(
    unit: &[&Deliverable],
    phase: &Phase,
    limit: Limit,
    predict: &impl Fn(&Phase) -> Estimate,
) -> bool {
    let files = unit.iter().map(|file| (*file).clone()).collect();
    predict(&part(files, phase)).total.p80 <= limit.fits
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
        Limit { fill: tokens, fits: tokens, parts: 1 }
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
    fn a_share_parts_files_from_their_tests_only_where_it_must() {
        let whole = phase(&[
            "src/a.py",
            "tests/test_a.py",
            "src/b.py",
            "tests/test_b.py",
            "src/c.py",
            "tests/test_c.py",
        ]);
        let sizes = |parts: usize| {
            let limit = Limit::new(&predict(&whole), 64_000, parts);
            let batches = split(&whole, limit, &predict);
            paths(&batches).iter().map(Vec::len).collect::<Vec<_>>()
        };
        assert_eq!(sizes(1), [6]);
        assert_eq!(sizes(2), [2, 2, 2]);
        assert_eq!(sizes(3), [2, 2, 2]);
        assert_eq!(sizes(4), [1, 1, 2, 2]);
        assert_eq!(sizes(6), [1; 6]);
        assert_eq!(sizes(9), [1; 6]);
    }

    #[test]
    fn as_many_fit_as_fit_one_by_one() {
        for all in 1..40 {
            for most in 0..45 {
                let most = most.clamp(1, all);
                assert_eq!(reach(all, |count| count <= most), most);
            }
        }
    }

    /// How often the whole list is looked at grows with its logarithm.
    #[test]
    fn a_long_list_is_not_predicted_anew_for_each_file() {
        let names: Vec<String> =
            (0..4_000).map(|n| format!("src/m{n}.py")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let whole = phase(&names);
        let seen = std::cell::Cell::new(0);
        let counting = |phase: &Phase| {
            seen.set(seen.get() + phase.deliverables.len());
            predict(phase)
        };
        for tokens in [5_000.0, 3_999_000.0] {
            seen.set(0);
            split(&whole, limit(tokens), &counting);
            assert!(seen.get() < 100 * names.len(), "{}", seen.get());
        }
    }

    #[test]
    fn a_file_that_is_too_large_alone_is_said_to_be() {
        let whole = phase(&["src/a.py", "src/b.py"]);
        let batches = split(&whole, limit(900.0), &predict);
        assert_eq!(batches.len(), 2);
        assert!(batches.iter().all(|b| b.size == Size::TooLarge));
    }
}
