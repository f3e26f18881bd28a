//! Conditions on figures: `truncation<=0.10,smape<=50`.
//!
//! Text flows in, [`Gate`]s flow out; figures flow in, a verdict flows out.

use std::fmt;
use std::str::FromStr;

use super::score::Figures;

/// One condition on one figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Gate {
    /// The figure's name.
    pub figure: String,
    /// The group it is taken of, such as `scope:>=10`; `all` unless said.
    pub group: String,
    comparison: Comparison,
    bound: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    AtMost,
    AtLeast,
    Below,
    Above,
}

/// The comparisons, longer signs first.
const SIGNS: [(&str, Comparison); 4] = [
    ("<=", Comparison::AtMost),
    (">=", Comparison::AtLeast),
    ("<", Comparison::Below),
    (">", Comparison::Above),
];

/// A condition that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoGate(String);

impl fmt::Display for NoGate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "'{}' is not FIGURE[GROUP]<=NUMBER with one of the figures \
             truncation, attempts, wasted, smape, median_error, \
             underestimation, coverage_p50, coverage_p80, coverage_p90, \
             coverage_p95, waste_mean, waste_total, sent_as_chosen",
            self.0
        )
    }
}

impl std::error::Error for NoGate {}

impl FromStr for Gate {
    type Err = NoGate;

    fn from_str(text: &str) -> Result<Self, NoGate> {
        parse(text.trim()).ok_or_else(|| NoGate(text.trim().to_owned()))
    }
}

fn parse(text: &str) -> Option<Gate> {
    let (figure, rest) = match text.split_once('[') {
        Some((figure, rest)) => {
            let (group, rest) = rest.split_once(']')?;
            ((figure, group), rest)
        }
        None => {
            let end = text.find(['<', '>'])?;
            ((text.get(..end)?, "all"), text.get(end..)?)
        }
    };
    let (figure, group) = figure;
    let (comparison, bound) = SIGNS.iter().find_map(|(sign, comparison)| {
        Some((*comparison, rest.strip_prefix(sign)?))
    })?;
    let bound: f64 = bound.trim().parse().ok()?;
    let figure = figure.trim().to_owned();
    Figures::default().named(&figure)?;
    let group = group.to_owned();
    bound.is_finite().then_some(Gate { figure, group, comparison, bound })
}

impl Gate {
    /// Whether the figures pass; what nothing is known of does not.
    pub fn judge(&self, figures: &Figures) -> Passed {
        let Some(figure) = figures.named(&self.figure).flatten() else {
            return Passed::Unknown;
        };
        let passed = match self.comparison {
            Comparison::AtMost => figure <= self.bound,
            Comparison::AtLeast => figure >= self.bound,
            Comparison::Below => figure < self.bound,
            Comparison::Above => figure > self.bound,
        };
        if passed { Passed::Yes } else { Passed::No(figure) }
    }
}

impl fmt::Display for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = SIGNS.iter().find(|(_, c)| *c == self.comparison);
        let sign = sign.map_or("", |(sign, _)| sign);
        f.write_str(&self.figure)?;
        if self.group != "all" {
            write!(f, "[{}]", self.group)?;
        }
        write!(f, "{sign}{}", self.bound)
    }
}

/// Whether a gate was passed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Passed {
    /// It was.
    Yes,
    /// It was not; the figure is this.
    No(f64),
    /// Nothing is known of the figure.
    Unknown,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gates_are_read_and_written_alike() {
        for text in
            ["truncation<=0.1", "smape<50", "coverage_p90[scope:>=10]>=0.85"]
        {
            let gate: Gate = text.parse().unwrap();
            assert_eq!(gate.to_string(), text);
        }
        for bad in ["", "truncation", "beauty<=1", "smape<=x", "smape=1"] {
            assert!(bad.parse::<Gate>().is_err(), "{bad}");
        }
    }

    #[test]
    fn an_unknown_figure_does_not_pass() {
        let gate: Gate = "smape<=50".parse().unwrap();
        let mut figures = Figures::default();
        assert_eq!(gate.judge(&figures), Passed::Unknown);
        figures.smape = Some(50.0);
        assert_eq!(gate.judge(&figures), Passed::Yes);
        figures.smape = Some(50.1);
        assert_eq!(gate.judge(&figures), Passed::No(50.1));
    }
}
