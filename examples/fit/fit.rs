//! Changes in, the weights of the size model out.

use tornkit::budget::model;
use tornkit::budget::weights::{self, FEATURES, TERMS, Weights};

use crate::change::Change;
use crate::solve::Normal;

/// The parts of the answers that shall stay within each quantile.
pub(crate) const LEVELS: [f64; 5] = [0.5, 0.8, 0.9, 0.95, 0.98];

/// Residuals, as logs of a factor, beyond which an error counts by its size
/// and no more by its square.
const OUTLIER: f64 = 1.0;

/// Weight of the wish that a step of the scores is small, in changes: enough
/// to keep terms that hardly any change has in place.
const DAMPING: f64 = 1.0;

/// Steps after which neither fit moves in the fourth digit.
const STEPS: usize = 12;
const QUANTILE_STEPS: usize = 60;

/// The smallest residual that counts as such in a quantile regression.
const NEAR: f64 = 1e-3;

/// The weights that fit these changes.
pub(crate) fn fit(changes: &[&Change]) -> Weights {
    let mut weights =
        Weights { scores: start(changes), quantiles: [[0.0; FEATURES]; 5] };
    let terms: Vec<Terms> = changes.iter().map(|c| terms(c)).collect();
    for _ in 0..STEPS {
        let step = step(changes, &terms, &weights);
        weights.scores.iter_mut().zip(step).for_each(|(w, by)| *w += by);
    }
    let rows: Vec<([f64; FEATURES], f64)> = changes
        .iter()
        .map(|change| {
            let scores = model::scores(&change.phase, &weights);
            (model::features(&change.phase, &scores), change.log)
        })
        .collect();
    weights.quantiles = LEVELS.map(|level| quantile(&rows, level));
    weights
}

/// Terms of each file of a change.
type Terms = Vec<Vec<(usize, f64)>>;

fn terms(change: &Change) -> Terms {
    let phase = &change.phase;
    let count = phase.deliverables.len() as f64;
    let files = phase.deliverables.iter();
    files.map(|f| weights::terms(f, count, phase.category)).collect()
}

/// A mean share of each change for every file, whatever it is: terms that
/// are multiplied by 1 and of which each file has exactly one begin there.
fn start(changes: &[&Change]) -> [f64; TERMS] {
    let share = |c: &&Change| c.log - (c.phase.deliverables.len() as f64).ln();
    let mean = changes.iter().map(share).sum::<f64>() / changes.len() as f64;
    let mut scores = [0.0; TERMS];
    for at in (0..5).chain(11..16).chain(20..22) {
        scores[at] = mean;
    }
    scores
}

/// A step of Gauss and Newton on the log of the summed scores.
fn step(
    changes: &[&Change],
    terms: &[Terms],
    weights: &Weights,
) -> [f64; TERMS] {
    let mut normal = Normal::<TERMS>::ridge(DAMPING);
    for (change, files) in changes.iter().zip(terms) {
        let scores = model::scores(&change.phase, weights);
        let sum: f64 = scores.iter().sum();
        let residual = change.log - sum.ln();
        let mut row = [0.0; TERMS];
        for (score, file) in scores.iter().zip(files) {
            for (at, by) in file {
                row[*at] += score / sum * by;
            }
        }
        let weight = (1.0 + (residual / OUTLIER).powi(2)).sqrt().recip();
        normal.add(&row, residual, weight);
    }
    normal.solve()
}

/// Quantile regression by weighted least squares over and over.
fn quantile(rows: &[([f64; FEATURES], f64)], level: f64) -> [f64; FEATURES] {
    let mut found = [0.0, 1.0, 0.0, 0.0];
    for _ in 0..QUANTILE_STEPS {
        let mut normal = Normal::<FEATURES>::ridge(1e-9);
        for (row, log) in rows {
            let guess: f64 = row.iter().zip(found).map(|(x, w)| x * w).sum();
            let residual = log - guess;
            let side = if residual > 0.0 { level } else { 1.0 - level };
            normal.add(row, *log, side / residual.abs().max(NEAR));
        }
        found = normal.solve();
    }
    found
}
