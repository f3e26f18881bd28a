//! Telemetry lines into what score and calibration need of them.
//!
//! One line of JSON flows in, a [`Call`] that borrows from it flows out. The
//! whole schema is [`crate::report::attempt::Attempt`]; this reads part of it
//! without copying, and forgives what other writers leave out.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, SeqAccess, Visitor};

use crate::report::attempt::Mode;

use super::escalate::Stop;
use super::lines::{Line, Lines};
use super::score::{End, Observation, Place};

/// One model call.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Call<'a> {
    #[serde(rename = "type", borrow)]
    kind: Option<Text<'a>>,
    #[serde(borrow)]
    run_id: Option<Text<'a>>,
    #[serde(borrow)]
    phase_id: Option<Text<'a>>,
    attempt: Option<f64>,
    /// What it was for.
    pub mode: Option<Mode>,
    #[serde(borrow)]
    category: Option<Text<'a>>,
    #[serde(borrow)]
    complexity: Option<Text<'a>>,
    #[serde(borrow)]
    model: Option<Text<'a>>,
    #[serde(borrow)]
    format: Option<Text<'a>>,
    #[serde(borrow)]
    stop_reason: Option<Text<'a>>,
    deliverables: Length,
    estimate_p50: Option<f64>,
    estimate_p80: Option<f64>,
    estimate_p90: Option<f64>,
    estimate_p95: Option<f64>,
    estimate_model_p50: Option<f64>,
    budget: Option<f64>,
    max_tokens: Option<f64>,
    output_tokens: Option<f64>,
    kept_tokens: Option<f64>,
    wasted_tokens: Option<f64>,
    truncated: Option<bool>,
}

/// Text borrowed from the line where it has no escapes.
#[derive(Debug, Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// The length of an array whose elements do not matter.
#[derive(Clone, Copy, Debug, Default)]
struct Length(usize);

impl<'de> Deserialize<'de> for Length {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        input.deserialize_any(Length(0))
    }
}

impl<'de> Visitor<'de> for Length {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array or null")
    }

    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(
        mut self,
        mut items: A,
    ) -> Result<Self, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {
            self.0 += 1;
        }
        Ok(self)
    }
}

/// Reads a line; `None` if it is a record of another type.
pub fn read(line: &[u8]) -> Result<Option<Call<'_>>, serde_json::Error> {
    let call: Call<'_> = serde_json::from_slice(line)?;
    let kind = call.kind.as_ref().map(|kind| kind.0.as_ref());
    Ok((kind == Some("attempt")).then_some(call))
}

/// Lines that are no telemetry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unread {
    /// How many there are.
    pub lines: u64,
    /// Number and fault of the first ones.
    pub first: Vec<(u64, String)>,
}

/// Unreadable lines that are kept one by one.
const FIRST: usize = 10;

/// Reads a stream of telemetry: `source` feeds it in chunks of any size,
/// `sink` gets each call.
pub fn each<E>(
    source: impl FnOnce(&mut dyn FnMut(&[u8])) -> Result<(), E>,
    mut sink: impl FnMut(&Call<'_>),
) -> Result<Unread, E> {
    let mut unread = Unread::default();
    let mut take = |number: u64, line: Line<'_>| {
        let fault = match line {
            Line::Whole(text) if text.trim_ascii().is_empty() => return,
            Line::Whole(text) => match read(text) {
                Ok(call) => return call.iter().for_each(&mut sink),
                Err(why) => why.to_string(),
            },
            Line::TooLong => String::from("it is too long"),
        };
        unread.lines += 1;
        if unread.first.len() < FIRST {
            // The line number in it is that of a document of one line.
            let fault = fault.split(" at line ").next().unwrap_or_default();
            unread.first.push((number, fault.to_owned()));
        }
    };
    let mut lines = Lines::default();
    source(&mut |bytes| lines.feed(bytes, &mut take))?;
    lines.finish(&mut take);
    Ok(unread)
}

fn text<'t>(value: Option<&'t Text<'_>>) -> Option<&'t str> {
    value.map(|text| text.0.as_ref()).filter(|text| !text.is_empty())
}

/// A number of tokens; less than nothing is none.
fn count(value: Option<f64>) -> Option<u64> {
    let value = value.filter(|v| v.is_finite() && *v >= 0.0)?;
    Some(super::estimate::tokens(value))
}

impl Call<'_> {
    /// The run and the phase it belongs to.
    pub fn phase(&self) -> (&str, &str) {
        (
            text(self.run_id.as_ref()).unwrap_or_default(),
            text(self.phase_id.as_ref()).unwrap_or_default(),
        )
    }

    /// Category of the phase.
    pub fn category(&self) -> Option<&str> {
        text(self.category.as_ref())
    }

    /// Complexity of the phase.
    pub fn complexity(&self) -> Option<&str> {
        text(self.complexity.as_ref())
    }

    /// The model that was called.
    pub fn model(&self) -> Option<&str> {
        text(self.model.as_ref())
    }

    /// How the answer was written.
    pub fn format(&self) -> Option<&str> {
        text(self.format.as_ref())
    }

    /// The number of deliverables asked for.
    pub fn scope(&self) -> usize {
        self.deliverables.0
    }

    /// The predicted median before any calibration, in tokens.
    pub fn uncalibrated(&self) -> Option<f64> {
        let median = self.estimate_model_p50.or(self.estimate_p50);
        median.filter(|tokens| *tokens > 0.0)
    }

    /// Tokens generated.
    pub fn output(&self) -> Option<f64> {
        self.output_tokens.filter(|tokens| *tokens > 0.0)
    }

    /// Tokens that ended up in the result.
    pub fn kept(&self) -> Option<f64> {
        self.kept_tokens.or(self.output_tokens).filter(|n| *n >= 0.0)
    }

    /// How the answer ended: cut if anything says so, or if it filled its
    /// budget.
    pub fn end(&self) -> End {
        let reason = text(self.stop_reason.as_ref()).and_then(Stop::of_name);
        let filled = self.output_tokens.zip(self.max_tokens);
        let cut = self.truncated == Some(true)
            || reason == Some(Stop::Length)
            || filled.is_some_and(|(output, cap)| output >= cap);
        if cut { End::Cut } else { End::Whole }
    }

    /// What a score is made of. Predictions are of whole answers: what a
    /// continuation adds is not held against them.
    pub fn observation(&self) -> Observation {
        let quantiles = match self.mode.unwrap_or_default() {
            Mode::Continuation => [None; 4],
            Mode::Initial | Mode::Regeneration => [
                count(self.estimate_p50),
                count(self.estimate_p80),
                count(self.estimate_p90),
                count(self.estimate_p95),
            ],
        };
        let first = match self.attempt {
            Some(number) => number <= 1.0,
            None => self.mode.unwrap_or_default() == Mode::Initial,
        };
        Observation {
            place: if first { Place::First } else { Place::Later },
            quantiles,
            chosen: count(self.budget),
            sent: count(self.max_tokens),
            output: count(self.output_tokens),
            wasted: count(self.wasted_tokens).unwrap_or(0),
            end: self.end(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::attempt::Attempt;

    #[test]
    fn what_is_written_is_read() {
        let attempt = Attempt {
            run_id: "r".into(),
            phase_id: "p \"1\"".into(),
            attempt: 2,
            mode: Mode::Regeneration,
            category: Some("feat".into()),
            deliverables: vec!["a".into(), "b".into()],
            estimate_p50: Some(100),
            max_tokens: Some(200),
            output_tokens: Some(150),
            model: Some("m".into()),
            ..Attempt::default()
        };
        let line = serde_json::to_vec(&attempt).unwrap();
        let call = read(&line).unwrap().unwrap();
        assert_eq!(call.phase(), ("r", "p \"1\""));
        assert_eq!(call.scope(), 2);
        assert_eq!(call.model(), Some("m"));
        let seen = call.observation();
        assert_eq!(seen.place, Place::Later);
        assert_eq!(seen.end, End::Whole);
        assert_eq!(seen.quantiles[0], Some(100));
    }

    #[test]
    fn a_continuation_is_not_held_against_a_prediction() {
        let line = br#"{"type":"attempt","mode":"continuation",
            "estimate_p50":100,"output_tokens":10,"max_tokens":50}"#;
        let seen = read(line).unwrap().unwrap().observation();
        assert_eq!(seen.quantiles, [None; 4]);
        assert_eq!(seen.sent, Some(50));
    }

    #[test]
    fn other_records_are_passed_over_and_bad_ones_refused() {
        assert!(read(b"{\"type\":\"run\"}").unwrap().is_none());
        assert!(read(b"{}").unwrap().is_none());
        assert!(read(b"{\"type\":\"att").is_err());
        assert!(read(b"{\"type\":\"attempt\",\"output_tokens\":{}}").is_err());
    }

    #[test]
    fn any_sign_of_a_cut_counts() {
        for line in [
            r#"{"type":"attempt","truncated":true}"#,
            r#"{"type":"attempt","stop_reason":"max_tokens"}"#,
            r#"{"type":"attempt","output_tokens":9,"max_tokens":9}"#,
        ] {
            let call = read(line.as_bytes()).unwrap().unwrap();
            assert_eq!(call.end(), End::Cut, "{line}");
        }
    }
}
