//! Predictions and lengths in, how good the predictions were out.

use serde::Serialize;

use tornkit::budget::estimate::Quantiles;

/// A change and what was predicted for it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Judged {
    pub(crate) files: usize,
    /// Log of its length in tokens.
    pub(crate) log: f64,
    pub(crate) total: Quantiles,
}

/// Figures of some of the changes.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Row {
    pub(crate) predicted: &'static str,
    pub(crate) files: &'static str,
    pub(crate) changes: usize,
    /// The factor that half of the errors stay below.
    pub(crate) median_error: f64,
    /// Parts of the answers longer than p50, p80, p90, p95 and p98.
    pub(crate) above: [f64; 5],
    /// Sum of the budgets at p95 by the sum of the lengths.
    pub(crate) total_p95: f64,
    /// Mean of budget by length.
    pub(crate) mean_p95: f64,
}

/// Sizes of a task, in files.
const CLASSES: [(&str, std::ops::RangeInclusive<usize>); 4] = [
    ("all", 0..=usize::MAX),
    ("<=4", 0..=4),
    ("5-9", 5..=9),
    (">=10", 10..=usize::MAX),
];

/// A row of figures for each size of task.
pub(crate) fn rows(predicted: &'static str, all: &[Judged]) -> Vec<Row> {
    let row =
        |(files, range): (&'static str, std::ops::RangeInclusive<usize>)| {
            let of = all.iter().filter(|one| range.contains(&one.files));
            let of: Vec<Judged> = of.copied().collect();
            (!of.is_empty()).then(|| row(predicted, files, &of))
        };
    CLASSES.into_iter().filter_map(row).collect()
}

fn row(predicted: &'static str, files: &'static str, of: &[Judged]) -> Row {
    let count = of.len() as f64;
    let part = |at: fn(&Quantiles) -> f64| {
        let above = of.iter().filter(|one| one.log > at(&one.total).ln());
        above.count() as f64 / count
    };
    let mut errors: Vec<f64> =
        of.iter().map(|one| (one.log - one.total.p50.ln()).abs()).collect();
    errors.sort_by(f64::total_cmp);
    let lengths: f64 = of.iter().map(|one| one.log.exp()).sum();
    let budgets: f64 = of.iter().map(|one| one.total.p95).sum();
    let ratios = of.iter().map(|one| one.total.p95 / one.log.exp());
    Row {
        predicted,
        files,
        changes: of.len(),
        median_error: errors[errors.len() / 2].exp(),
        above: [
            part(|q| q.p50),
            part(|q| q.p80),
            part(|q| q.p90),
            part(|q| q.p95),
            part(|q| q.p98),
        ],
        total_p95: budgets / lengths,
        mean_p95: ratios.sum::<f64>() / count,
    }
}
