//! How far answers lie from their predictions, learned one answer at a time.
//!
//! Log residuals flow in, two numbers flow out: what to add to every log
//! quantile, and how far they spread. Old residuals fade; few are trusted
//! little; one far from all others moves little; an answer that was cut is a
//! lower bound.

use serde::{Deserialize, Serialize};

/// Answers after which a residual counts half.
const HALF_LIFE: f64 = 60.0;

/// Residuals are held to this, so that one freak does not turn everything: a
/// factor of twelve.
const LARGEST: f64 = 2.5;

/// Deviations from what is believed so far that a residual may count for, so
/// that it takes several that agree to move far. At 1.0, twenty answers that
/// are three times too long are learned more slowly than by their median; at
/// 2.0, one absurd answer moves twice as far.
const HELD: f64 = 1.5;

/// Variance of the residuals within a repository, before any is seen: what
/// the model's own commits have.
const VARIANCE: f64 = 0.8;

/// Answers that the variance above is worth.
const VARIANCE_WEIGHT: f64 = 4.0;

/// Answers that the absence of a shift is worth, before any is seen.
const SHRINKAGE: f64 = 8.0;

/// Variance of the residuals that the model's quantiles allow for. It is more
/// than [`VARIANCE`], since it holds the differences between repositories;
/// so much that of repositories that were left out, and are corrected by what
/// they teach, 20.0, 10.6, 5.5 and 2.2 % of the answers are above p80 to p98.
pub(super) const SPREAD: f64 = 0.84;

/// Answers that the variance above is worth. On the model's own commits, each
/// repository left out, 15 and 60 give the same coverage within a point.
const SPREAD_WEIGHT: f64 = 30.0;

/// Residuals of one kind of answer, summed with decay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Shift {
    /// Answers seen, cut ones included.
    pub answers: u64,
    /// Sum of the weights.
    weight: f64,
    /// Sum of the squared weights.
    weight_squares: f64,
    /// Weighted sum of the residuals.
    sum: f64,
    /// Weighted sum of their squares.
    squares: f64,
    /// Weighted sum of the residuals, each held near what was believed when
    /// it came.
    held: f64,
}

impl Shift {
    /// Learns from an answer whose length is known: `residual` is the log of
    /// its length by its predicted median.
    pub fn learn(&mut self, residual: f64) {
        if residual.is_finite() {
            self.add(residual.clamp(-LARGEST, LARGEST), 0.0);
        }
    }

    /// Learns from an answer that was cut: its residual would have been
    /// larger. It counts as what it is expected to have been, and with the
    /// variance that is left above the bound.
    pub fn learn_bound(&mut self, residual: f64) {
        if !residual.is_finite() {
            return;
        }
        let bound = residual.clamp(-LARGEST, LARGEST);
        let deviation = self.variance().sqrt();
        let mean = self.against(0.0);
        let distance = (bound - mean) / deviation;
        let above = hazard(distance);
        let left = 1.0 + distance * above - above * above;
        let expected = (mean + deviation * above).clamp(bound, LARGEST);
        self.add(expected, self.variance() * left.clamp(0.0, 1.0));
    }

    fn add(&mut self, residual: f64, variance: f64) {
        let decay = 0.5_f64.powf(HALF_LIFE.recip());
        let believed = self.against(0.0);
        let reach = HELD * VARIANCE.sqrt();
        let held = residual.clamp(believed - reach, believed + reach);
        self.held = self.held * decay + held;
        self.answers += 1;
        self.weight = self.weight * decay + 1.0;
        self.weight_squares = self.weight_squares * decay * decay + 1.0;
        self.sum = self.sum * decay + residual;
        self.squares = self.squares * decay + residual * residual + variance;
    }

    /// Variance of the residuals around their mean.
    fn variance(&self) -> f64 {
        self.variance_against(VARIANCE, VARIANCE_WEIGHT)
    }

    /// The same, where `expected` is worth so many answers.
    fn variance_against(&self, expected: f64, weight: f64) -> f64 {
        let mean = self.mean();
        let around = (self.squares - self.weight * mean * mean).max(0.0);
        (around + expected * weight) / (self.weight + weight)
    }

    /// Variance of the residuals that quantiles have to allow for, where
    /// `expected` is what it would be if nothing had been seen.
    pub fn spread_against(&self, expected: f64) -> f64 {
        self.variance_against(expected, SPREAD_WEIGHT)
    }

    fn mean(&self) -> f64 {
        if self.weight > 0.0 { self.sum / self.weight } else { 0.0 }
    }

    /// The middle of the residuals, which no single one moves far.
    fn middle(&self) -> f64 {
        if self.weight > 0.0 { self.held / self.weight } else { 0.0 }
    }

    /// What to add to a log prediction, where `expected` would be added if
    /// nothing had been seen. What has been seen counts the more the surer
    /// it is: a shift that stands far above its own uncertainty is believed
    /// after few answers, but never after one.
    pub fn against(&self, expected: f64) -> f64 {
        if self.weight <= 0.0 {
            return expected;
        }
        let variance = self.variance();
        let effective = self.weight * self.weight / self.weight_squares;
        let distance = self.middle() - expected;
        let sure = distance * distance - variance / effective;
        let usual = VARIANCE / SHRINKAGE;
        let shrinkage = variance / sure.max(usual);
        let shrinkage = shrinkage.min(SHRINKAGE).max(SHRINKAGE / effective);
        expected + distance * self.weight / (self.weight + shrinkage)
    }
}

/// Mean of a standard normal variable that is known to be above `bound`.
fn hazard(bound: f64) -> f64 {
    if bound > 5.0 {
        // The tail's own expansion, where the quotient below loses itself.
        return bound + bound.recip() - 2.0 * bound.powi(-3);
    }
    let density =
        (-bound * bound / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
    density / above(bound).max(f64::MIN_POSITIVE)
}

/// The probability that a standard normal variable is above `bound`, to
/// seven digits (Abramowitz and Stegun, 26.2.17).
fn above(bound: f64) -> f64 {
    const POWERS: [f64; 5] = [
        0.319_381_530,
        -0.356_563_782,
        1.781_477_937,
        -1.821_255_978,
        1.330_274_429,
    ];
    let step = (1.0 + 0.231_641_9 * bound.abs()).recip();
    let sum = POWERS.iter().rev().fold(0.0, |sum, p| (sum + p) * step);
    let density =
        (-bound * bound / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
    let tail = density * sum;
    if bound >= 0.0 { tail } else { 1.0 - tail }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Residuals as the model's own commits have them: sums of uniform
    /// numbers from a fixed generator, scaled to their deviation.
    fn noise(count: usize, seed: u64) -> Vec<f64> {
        let mut state = seed;
        let mut uniform = move || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1_u64 << 53) as f64
        };
        let mut one = || (0..12).map(|_| uniform()).sum::<f64>() - 6.0;
        (0..count).map(|_| one() * VARIANCE.sqrt()).collect()
    }

    #[test]
    fn nothing_seen_is_no_shift() {
        assert_eq!(Shift::default().against(0.0), 0.0);
        assert_eq!(Shift::default().against(0.3), 0.3);
    }

    #[test]
    fn one_answer_moves_little() {
        let mut shift = Shift::default();
        shift.learn(0.8);
        assert!((0.01..0.2).contains(&shift.against(0.0)));
    }

    #[test]
    fn a_true_shift_is_found_within_twenty_answers() {
        let truth = 3_f64.ln();
        for seed in 1..200 {
            let mut shift = Shift::default();
            for noise in noise(20, seed) {
                shift.learn(truth + noise);
            }
            let error = (shift.against(0.0) - truth).abs();
            assert!(error < 0.5 * truth + 0.25, "seed {seed}: {error}");
        }
    }

    #[test]
    fn one_absurd_answer_moves_little() {
        let with = |before: usize, after: usize| {
            let mut shift = Shift::default();
            noise(before, 5).iter().for_each(|n| shift.learn(*n));
            let without = shift;
            shift.learn(1e9_f64.ln());
            noise(after, 9).iter().for_each(|n| shift.learn(*n));
            (shift.against(0.0), without.against(0.0))
        };
        assert!(with(0, 0).0 < 1.4_f64.ln());
        for before in [1, 3, 10, 40] {
            let (moved, without) = with(before, 0);
            let by = moved - without;
            assert!((0.0..0.5).contains(&by), "{before}: {by}");
        }
        assert!(with(0, 10).0.abs() < 0.5, "{:?}", with(0, 10));
    }

    #[test]
    fn what_all_answers_say_is_learned_however_far_it_is() {
        let mut shift = Shift::default();
        (0..20).for_each(|_| shift.learn(12_f64.ln()));
        assert!((shift.against(0.0) - 12_f64.ln()).abs() < 0.25);
    }

    #[test]
    fn cut_answers_are_lower_bounds() {
        let truth = 3_f64.ln();
        let (mut naive, mut bounded) = (Shift::default(), Shift::default());
        for noise in noise(400, 7) {
            let residual = truth + noise;
            let cap = 1.0;
            if residual > cap {
                naive.learn(cap);
                bounded.learn_bound(cap);
            } else {
                naive.learn(residual);
                bounded.learn(residual);
            }
        }
        assert!(naive.against(0.0) < truth - 0.3);
        assert!((bounded.against(0.0) - truth).abs() < 0.25);
    }

    #[test]
    fn answers_that_agree_narrow_the_spread_and_others_widen_it() {
        let once = |scale: f64, seed: u64| {
            let mut shift = Shift::default();
            noise(200, seed).iter().for_each(|n| shift.learn(1.0 + scale * n));
            shift.spread_against(SPREAD)
        };
        let spread = |scale: f64| {
            (1..=20).map(|seed| once(scale, seed)).sum::<f64>() / 20.0
        };
        assert_eq!(Shift::default().spread_against(SPREAD), SPREAD);
        assert!(spread(0.2) < 0.4 * SPREAD);
        assert!((spread(1.0) / VARIANCE - 1.0).abs() < 0.1);
        assert!(spread(1.5) > 1.2 * SPREAD);
    }

    #[test]
    fn cut_answers_do_not_narrow_the_spread() {
        let truth = 0.3;
        let mut cut = Shift::default();
        for noise in noise(400, 11) {
            match truth + noise {
                whole if whole < 0.8 => cut.learn(whole),
                _ => cut.learn_bound(0.8),
            }
        }
        let spread = cut.spread_against(SPREAD);
        assert!((0.6..1.1).contains(&spread), "{spread}");
    }

    #[test]
    fn old_answers_fade() {
        let mut shift = Shift::default();
        (0..300).for_each(|_| shift.learn(1.0));
        (0..300).for_each(|_| shift.learn(-1.0));
        assert!(shift.against(0.0) < -0.8);
    }

    #[test]
    fn the_tail_of_the_normal_distribution_is_known() {
        assert!((above(0.0) - 0.5).abs() < 1e-6);
        assert!((above(1.96) - 0.025).abs() < 1e-4);
        assert!((hazard(0.0) - 0.797_88).abs() < 1e-4);
        assert!((hazard(5.001) - hazard(4.999)).abs() < 0.01);
    }
}
