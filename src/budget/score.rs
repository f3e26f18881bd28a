//! How good predictions and budgets were: what telemetry says of them.
//!
//! Attempts flow in one by one, a [`Tally`] grows in whole numbers only, so
//! that the tallies of any shards add up to exactly that of the whole; its
//! [`Figures`] flow out. Memory does not grow with the number of attempts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What one attempt contributes; borrowed figures of a telemetry line.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Observation {
    /// Whether it is the first attempt of its phase.
    pub place: Place,
    /// Predicted quantiles: p50, p80, p90, p95.
    pub quantiles: [Option<u64>; 4],
    /// The budget that was computed.
    pub chosen: Option<u64>,
    /// The budget that was sent.
    pub sent: Option<u64>,
    /// Tokens generated.
    pub output: Option<u64>,
    /// Tokens generated in vain.
    pub wasted: u64,
    /// Whether the answer was cut.
    pub end: End,
}

/// An attempt's place in its phase.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Place {
    /// The first.
    #[default]
    First,
    /// A later one.
    Later,
}

/// How an answer ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum End {
    /// By itself: its length is known.
    #[default]
    Whole,
    /// At its limit: its length is a lower bound.
    Cut,
}

/// Units in which fractions are summed: a millionth.
const MICRO: f64 = 1e6;

/// Bins of the error histogram for each factor of e; a bin is 0.4 % wide.
const BINS: f64 = 256.0;

/// Sums over attempts. Every field is a count or a sum of whole numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tally {
    /// Attempts.
    pub attempts: u64,
    /// Phases: first attempts.
    pub phases: u64,
    /// Attempts that were cut.
    pub cut_attempts: u64,
    /// Phases whose first attempt was cut.
    pub cut_phases: u64,
    /// Tokens generated in vain.
    pub wasted: u64,
    /// Whole answers with a prediction.
    pub judged: u64,
    /// Sum of their symmetric errors, in millionths.
    pub smape_micros: u64,
    /// Their errors: how many in each bin of the log of the factor.
    pub errors: BTreeMap<u32, u64>,
    /// Answers known to be above or within each quantile.
    pub known: [u64; 4],
    /// Those of them that are within.
    pub within: [u64; 4],
    /// Whole answers with a budget.
    pub budgeted: u64,
    /// Sum of budget by length of each, in millionths.
    pub waste_micros: u64,
    /// Sum of their budgets.
    pub sent: u64,
    /// Sum of their lengths.
    pub output: u64,
    /// Attempts of which both the chosen and the sent budget are known.
    pub compared: u64,
    /// Those of them where they are the same.
    pub same: u64,
}

impl Tally {
    /// Counts one attempt.
    pub fn add(&mut self, seen: &Observation) {
        grow(&mut self.attempts, 1);
        grow(&mut self.wasted, seen.wasted);
        let first = seen.place == Place::First;
        let cut = seen.end == End::Cut;
        grow(&mut self.phases, u64::from(first));
        grow(&mut self.cut_attempts, u64::from(cut));
        grow(&mut self.cut_phases, u64::from(first && cut));
        if let (Some(chosen), Some(sent)) = (seen.chosen, seen.sent) {
            grow(&mut self.compared, 1);
            grow(&mut self.same, u64::from(chosen == sent));
        }
        if let Some(output) = seen.output.filter(|tokens| *tokens > 0) {
            self.cover(seen, output);
            if !cut {
                self.judge(seen, output);
            }
        }
    }

    /// Whether the answer is within each quantile; a cut one can only be
    /// known to be above.
    fn cover(&mut self, seen: &Observation, output: u64) {
        let counts = self.known.iter_mut().zip(&mut self.within);
        for ((known, within), quantile) in counts.zip(seen.quantiles) {
            let Some(quantile) = quantile else { continue };
            match seen.end {
                End::Whole => {
                    grow(known, 1);
                    grow(within, u64::from(output <= quantile));
                }
                End::Cut => grow(known, u64::from(output >= quantile)),
            }
        }
    }

    fn judge(&mut self, seen: &Observation, output: u64) {
        let [median, ..] = seen.quantiles;
        if let Some(median) = median.filter(|tokens| *tokens > 0) {
            let (predicted, actual) = (median as f64, output as f64);
            let error = (predicted - actual).abs() / (predicted + actual);
            grow(&mut self.judged, 1);
            grow(&mut self.smape_micros, (2.0 * MICRO * error).round() as u64);
            let log = (predicted / actual).ln().abs();
            let bin = (log * BINS).round() as u32;
            grow(self.errors.entry(bin).or_default(), 1);
        }
        if let Some(sent) = seen.sent {
            let ratio = sent as f64 / output as f64;
            grow(&mut self.budgeted, 1);
            grow(&mut self.waste_micros, (ratio * MICRO).round() as u64);
            grow(&mut self.sent, sent);
            grow(&mut self.output, output);
        }
    }

    /// Adds another tally: that of more attempts.
    pub fn merge(&mut self, other: &Self) {
        grow(&mut self.attempts, other.attempts);
        grow(&mut self.phases, other.phases);
        grow(&mut self.cut_attempts, other.cut_attempts);
        grow(&mut self.cut_phases, other.cut_phases);
        grow(&mut self.wasted, other.wasted);
        grow(&mut self.judged, other.judged);
        grow(&mut self.smape_micros, other.smape_micros);
        for (bin, count) in &other.errors {
            grow(self.errors.entry(*bin).or_default(), *count);
        }
        for (mine, more) in self.known.iter_mut().zip(other.known) {
            grow(mine, more);
        }
        for (mine, more) in self.within.iter_mut().zip(other.within) {
            grow(mine, more);
        }
        grow(&mut self.budgeted, other.budgeted);
        grow(&mut self.waste_micros, other.waste_micros);
        grow(&mut self.sent, other.sent);
        grow(&mut self.output, other.output);
        grow(&mut self.compared, other.compared);
        grow(&mut self.same, other.same);
    }

    /// The figures that follow; what nothing is known of has none.
    pub fn figures(&self) -> Figures {
        let part =
            |some: u64, of: u64| (of > 0).then(|| some as f64 / of as f64);
        let covered = self.within.iter().zip(self.known);
        let coverage = covered.map(|(within, known)| part(*within, known));
        let coverage: Vec<Option<f64>> = coverage.collect();
        let at = |index: usize| coverage.get(index).copied().flatten();
        Figures {
            attempts: self.attempts,
            phases: self.phases,
            truncation: part(self.cut_phases, self.phases),
            attempts_per_phase: part(self.attempts, self.phases),
            wasted_per_truncated: part(self.wasted, self.cut_phases),
            smape: part(self.smape_micros, self.judged)
                .map(|micros| 100.0 * micros / MICRO),
            median_error: self.median_error(),
            underestimation: at(0).map(|within| 1.0 - within),
            coverage_p50: at(0),
            coverage_p80: at(1),
            coverage_p90: at(2),
            coverage_p95: at(3),
            waste_mean: part(self.waste_micros, self.budgeted)
                .map(|micros| micros / MICRO),
            waste_total: part(self.sent, self.output),
            sent_as_chosen: part(self.same, self.compared),
        }
    }

    /// The factor that half of the errors stay below.
    fn median_error(&self) -> Option<f64> {
        let mut passed = 0_u128;
        let bin = self.errors.iter().find(|(_, count)| {
            passed += u128::from(**count);
            2 * passed >= u128::from(self.judged)
        });
        bin.map(|(bin, _)| (f64::from(*bin) / BINS).exp())
    }
}

/// Adds to a sum that stays at the largest number rather than overflow; so
/// it is still the same in any order.
fn grow(sum: &mut u64, by: u64) {
    *sum = sum.saturating_add(by);
}

/// What a tally amounts to. Parts are from 0 to 1, `smape` is in percent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Figures {
    /// Attempts.
    pub attempts: u64,
    /// Phases.
    pub phases: u64,
    /// Part of the phases whose first attempt was cut.
    pub truncation: Option<f64>,
    /// Attempts a phase.
    pub attempts_per_phase: Option<f64>,
    /// Tokens generated in vain, a phase that was cut.
    pub wasted_per_truncated: Option<f64>,
    /// Symmetric mean absolute error of the median, in percent of the mean
    /// of prediction and length, over answers that ended by themselves.
    pub smape: Option<f64>,
    /// Median factor between prediction and length, over the same answers.
    pub median_error: Option<f64>,
    /// Part of the answers that are longer than the predicted median.
    pub underestimation: Option<f64>,
    /// Part of the answers within the predicted median.
    pub coverage_p50: Option<f64>,
    /// Part within the 80th percentile.
    pub coverage_p80: Option<f64>,
    /// Part within the 90th percentile.
    pub coverage_p90: Option<f64>,
    /// Part within the 95th percentile.
    pub coverage_p95: Option<f64>,
    /// Mean of budget by length.
    pub waste_mean: Option<f64>,
    /// Sum of budgets by sum of lengths.
    pub waste_total: Option<f64>,
    /// Part of the budgets that were sent as they were chosen.
    pub sent_as_chosen: Option<f64>,
}

impl Figures {
    /// The figure of that name, or nothing if no figure has it.
    pub fn named(&self, name: &str) -> Option<Option<f64>> {
        Some(match name {
            "attempts" => self.attempts_per_phase,
            "truncation" => self.truncation,
            "wasted" => self.wasted_per_truncated,
            "smape" => self.smape,
            "median_error" => self.median_error,
            "underestimation" => self.underestimation,
            "coverage_p50" => self.coverage_p50,
            "coverage_p80" => self.coverage_p80,
            "coverage_p90" => self.coverage_p90,
            "coverage_p95" => self.coverage_p95,
            "waste_mean" => self.waste_mean,
            "waste_total" => self.waste_total,
            "sent_as_chosen" => self.sent_as_chosen,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(predicted: u64, output: u64, sent: u64) -> Observation {
        let end = if output >= sent { End::Cut } else { End::Whole };
        Observation {
            quantiles: [Some(predicted), None, Some(2 * predicted), None],
            sent: Some(sent),
            output: Some(output),
            end,
            ..Observation::default()
        }
    }

    fn tally(list: &[Observation]) -> Tally {
        let mut tally = Tally::default();
        list.iter().for_each(|one| tally.add(one));
        tally
    }

    #[test]
    fn figures_are_what_their_names_say() {
        let figures = tally(&[
            seen(100, 100, 200),
            seen(100, 300, 900),
            seen(100, 50, 100),
            seen(100, 400, 400),
        ])
        .figures();
        let near = |figure: Option<f64>, expected: f64| {
            let figure = figure.unwrap();
            assert!((figure - expected).abs() < 0.01, "{figure} {expected}");
        };
        near(figures.truncation, 0.25);
        near(figures.smape, (0.0 + 100.0 + 200.0 / 3.0) / 3.0);
        near(figures.median_error, 2.0);
        near(figures.underestimation, 0.5);
        near(figures.coverage_p90, 0.5);
        near(figures.waste_mean, (2.0 + 3.0 + 2.0) / 3.0);
        near(figures.waste_total, 1200.0 / 450.0);
        assert_eq!(figures.coverage_p95, None);
    }

    #[test]
    fn a_cut_answer_is_a_lower_bound_and_no_observation() {
        let cut = tally(&[seen(500, 100, 100)]);
        assert_eq!(cut.judged, 0);
        assert_eq!(cut.known, [0; 4]);
        let above = tally(&[seen(50, 100, 100)]);
        assert_eq!(above.figures().underestimation, Some(1.0));
    }

    #[test]
    fn shards_add_up_to_the_whole() {
        let list: Vec<_> =
            (1..200_u64).map(|n| seen(n * 7 % 301, n * n % 997, 400)).collect();
        let whole = tally(&list);
        for at in [1, 50, 198] {
            let mut merged = tally(&list[..at]);
            merged.merge(&tally(&list[at..]));
            assert_eq!(merged, whole);
        }
    }
}
