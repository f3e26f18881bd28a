//! What a phase is expected to need, whatever policy said it.

use super::deliverable::Deliverable;
use super::phase::Phase;
use super::seed;

/// Tokens that the answer stays below with a given probability.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Quantiles {
    /// As often above as below.
    pub p50: f64,
    /// Four times in five.
    pub p80: f64,
    /// Nine times in ten.
    pub p90: f64,
    /// Nineteen times in twenty.
    pub p95: f64,
    /// Forty-nine times in fifty.
    pub p98: f64,
}

/// One of the quantiles that are predicted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
#[expect(missing_docs, reason = "each is the percentage in its name")]
pub enum Quantile {
    P50,
    P80,
    #[default]
    P90,
    P95,
    P98,
}

impl Quantile {
    /// The quantile's name in options and records.
    pub fn name(self) -> &'static str {
        match self {
            Self::P50 => "p50",
            Self::P80 => "p80",
            Self::P90 => "p90",
            Self::P95 => "p95",
            Self::P98 => "p98",
        }
    }
}

impl Quantiles {
    /// The same number at every quantile.
    pub fn all(tokens: f64) -> Self {
        Self { p50: tokens, p80: tokens, p90: tokens, p95: tokens, p98: tokens }
    }

    /// The tokens at one quantile.
    pub fn at(&self, quantile: Quantile) -> f64 {
        match quantile {
            Quantile::P50 => self.p50,
            Quantile::P80 => self.p80,
            Quantile::P90 => self.p90,
            Quantile::P95 => self.p95,
            Quantile::P98 => self.p98,
        }
    }

    /// Every quantile `factor` times as far from the median, as factors go.
    pub fn spread(self, factor: f64) -> Self {
        let from_median = |tokens: f64| {
            if self.p50 <= 0.0 || tokens <= 0.0 {
                return tokens;
            }
            self.p50 * (tokens / self.p50).powf(factor)
        };
        Self {
            p50: self.p50,
            p80: from_median(self.p80),
            p90: from_median(self.p90),
            p95: from_median(self.p95),
            p98: from_median(self.p98),
        }
    }

    /// Every quantile multiplied by `factor`.
    pub fn scaled(self, factor: f64) -> Self {
        Self {
            p50: self.p50 * factor,
            p80: self.p80 * factor,
            p90: self.p90 * factor,
            p95: self.p95 * factor,
            p98: self.p98 * factor,
        }
    }
}

/// What a phase is expected to need.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Estimate {
    /// Of the whole answer, in tokens.
    pub total: Quantiles,
    /// Each deliverable's part of the answer, in the phase's order; the
    /// parts sum to 1 unless all are 0.
    pub shares: Vec<f64>,
    /// The part of the median, from 0 to 1, that rests on known sizes.
    pub confidence: f64,
}

impl Estimate {
    /// What the plan's rules expect; they know no uncertainty, so that all
    /// quantiles are the same.
    pub fn seed(phase: &Phase) -> Self {
        let weight = |d: &Deliverable| seed::deliverable_tokens(d) as f64;
        Self {
            total: Quantiles::all(seed::estimate(phase) as f64),
            shares: shares(phase.deliverables.iter().map(weight).collect()),
            confidence: 0.0,
        }
    }
}

/// Weights made to sum to 1.
pub fn shares(weights: Vec<f64>) -> Vec<f64> {
    let sum: f64 = weights.iter().sum();
    if sum <= 0.0 {
        return weights;
    }
    weights.into_iter().map(|weight| weight / sum).collect()
}

/// Tokens as a whole number, rounded to the nearest.
pub fn tokens(amount: f64) -> u64 {
    amount.round().clamp(0.0, 1e15) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wider_spread_leaves_the_median() {
        let total = Quantiles { p90: 400.0, ..Quantiles::all(100.0) };
        let wide = total.spread(0.5);
        assert_eq!((wide.p50, wide.p80), (100.0, 100.0));
        assert!((wide.p90 - 200.0).abs() < 1e-9);
        assert_eq!(Quantiles::default().spread(2.0), Quantiles::default());
    }

    #[test]
    fn shares_sum_to_one() {
        assert_eq!(shares(vec![1.0, 3.0]), [0.25, 0.75]);
        assert_eq!(shares(vec![0.0]), [0.0]);
    }
}
