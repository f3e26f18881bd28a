//! The budget that follows from an estimate.

use super::estimate::{Quantile, Quantiles, tokens};

/// What a budget is held to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The quantile that the budget shall cover.
    pub quantile: Quantile,
    /// The smallest budget, in tokens.
    pub floor: u64,
    /// The largest budget, in tokens; it wins over the floor.
    pub cap: u64,
}

/// Tokens of the smallest budget unless one is given. Reserved tokens that
/// are not generated cost nothing, a second call does; below this the
/// model's relative error is largest.
pub const FLOOR: u64 = 1_024;

/// Whether the answer is expected to fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// The quantile is within the cap.
    Within,
    /// The quantile is above the cap.
    Over,
}

/// The budget for an answer of that size, and whether it is expected to fit.
pub fn choose(total: &Quantiles, limits: Limits) -> (u64, Fit) {
    let wanted = tokens(total.at(limits.quantile).ceil());
    let fit = if wanted > limits.cap { Fit::Over } else { Fit::Within };
    (wanted.max(limits.floor).min(limits.cap), fit)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits =
        Limits { quantile: Quantile::P90, floor: 1_024, cap: 64_000 };

    #[test]
    fn a_budget_lies_between_floor_and_cap() {
        let of =
            |p90| choose(&Quantiles { p90, ..Quantiles::all(0.0) }, LIMITS);
        assert_eq!(of(10.0), (1_024, Fit::Within));
        assert_eq!(of(2_000.4), (2_001, Fit::Within));
        assert_eq!(of(64_000.0), (64_000, Fit::Within));
        assert_eq!(of(64_001.0), (64_000, Fit::Over));
    }
}
