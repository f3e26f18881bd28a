//! What was learned from a repository's own history and from telemetry.
//!
//! Calls and changes flow in, a [`Calibration`] flows out, which says how the
//! model's predictions are to be corrected. It is kept as JSON: what was
//! learned from each source, per model and format.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::report::attempt::Mode;

use super::estimate::Quantiles;
use super::score::End;
use super::shift::{SPREAD, Shift};
use super::telemetry::Call;

/// What is kept of everything seen.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    #[serde(rename = "type")]
    kind: RecordType,
    version: Version,
    /// Shifts by source, model and format.
    pub entries: Vec<Entry>,
    /// The last commit whose change was learned from.
    pub head: Option<String>,
}

/// What marks a calibration among other JSON files.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
enum RecordType {
    #[default]
    Calibration,
}

/// The version of the file's form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
struct Version;

impl Default for Version {
    fn default() -> Self {
        Self
    }
}

impl From<Version> for u32 {
    fn from(_: Version) -> Self {
        1
    }
}

impl TryFrom<u32> for Version {
    type Error = String;

    fn try_from(number: u32) -> Result<Self, String> {
        match number {
            1 => Ok(Self),
            other => Err(format!("version {other} is not known")),
        }
    }
}

/// What was learned of one kind of answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Where it was learned.
    pub source: Source,
    /// The model; all of them together where there is none.
    pub model: Option<String>,
    /// How the answers were written; all formats together where none.
    pub format: Option<String>,
    /// What was learned.
    pub shift: Shift,
}

/// Where something was learned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// From the repository's own commits.
    Git,
    /// From model calls.
    Telemetry,
}

impl Source {
    /// The source's name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Git => "git",
            Self::Telemetry => "telemetry",
        }
    }
}

/// The format of answers that do not say theirs.
const USUAL_FORMAT: &str = "ops";

/// How predictions are to be corrected.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Correction {
    /// What every quantile is to be multiplied by.
    pub factor: f64,
    /// What the distance of every log quantile from the median is to be
    /// multiplied by.
    pub spread: f64,
}

impl Correction {
    /// The correction where nothing was learned.
    pub const NONE: Self = Self { factor: 1.0, spread: 1.0 };

    /// What shifts say, each held to what those before it say.
    fn of<'a>(shifts: impl IntoIterator<Item = &'a Shift>) -> Self {
        let (mut expected, mut variance) = (0.0, SPREAD);
        for shift in shifts {
            expected = shift.against(expected);
            variance = shift.spread_against(variance);
        }
        let spread = (variance / SPREAD).sqrt();
        Self { factor: expected.exp(), spread }
    }

    /// The quantiles, corrected.
    pub fn apply(self, total: Quantiles) -> Quantiles {
        total.spread(self.spread).scaled(self.factor)
    }
}

impl Calibration {
    /// The correction of predictions for that model and format: what is
    /// known of both, held to what is known of either, held to what is known
    /// of all.
    pub fn correction(&self, model: Option<&str>, format: &str) -> Correction {
        let mut kinds = vec![
            (Source::Git, None, None),
            (Source::Telemetry, None, None),
            (Source::Telemetry, None, Some(format)),
        ];
        if model.is_some() {
            kinds.push((Source::Telemetry, model, None));
            kinds.push((Source::Telemetry, model, Some(format)));
        }
        let find = |(source, model, format)| {
            self.entries.iter().find(move |e| e.is(source, model, format))
        };
        Correction::of(kinds.into_iter().filter_map(find).map(|e| &e.shift))
    }

    /// The factor alone.
    pub fn factor(&self, model: Option<&str>, format: &str) -> f64 {
        self.correction(model, format).factor
    }

    /// Forgets what was learned from that source.
    pub fn forget(&mut self, source: Source) {
        self.entries.retain(|entry| entry.source != source);
        if source == Source::Git {
            self.head = None;
        }
    }

    /// What is learned of that kind of answer.
    pub fn shift(
        &mut self,
        source: Source,
        model: Option<&str>,
        format: Option<&str>,
    ) -> &mut Shift {
        let found =
            self.entries.iter().position(|e| e.is(source, model, format));
        let index = found.unwrap_or_else(|| {
            self.entries.push(Entry {
                source,
                model: model.map(str::to_owned),
                format: format.map(str::to_owned),
                shift: Shift::default(),
            });
            self.entries.len() - 1
        });
        // The index was found or made just above.
        #[expect(clippy::indexing_slicing, reason = "in range by the above")]
        &mut self.entries[index].shift
    }

    /// Learns from one answer of that model and format.
    fn learn(&mut self, answer: &Answer) {
        let model = answer.model.as_deref();
        let format = Some(answer.format.as_str());
        let mut kinds = vec![(None, None), (None, format)];
        if model.is_some() {
            kinds.extend([(model, None), (model, format)]);
        }
        for (model, format) in kinds {
            let shift = self.shift(Source::Telemetry, model, format);
            match answer.end {
                End::Whole => shift.learn(answer.residual()),
                End::Cut => shift.learn_bound(answer.residual()),
            }
        }
    }
}

impl Entry {
    /// What it says alone.
    pub fn correction(&self) -> Correction {
        Correction::of([&self.shift])
    }

    fn is(
        &self,
        source: Source,
        model: Option<&str>,
        format: Option<&str>,
    ) -> bool {
        self.source == source
            && self.model.as_deref() == model
            && self.format.as_deref() == format
    }
}

/// What is known of the answer to one phase.
#[derive(Clone, Debug)]
struct Answer {
    model: Option<String>,
    format: String,
    /// Predicted median before calibration, in tokens.
    predicted: f64,
    /// Tokens so far.
    tokens: f64,
    end: End,
}

impl Answer {
    fn residual(&self) -> f64 {
        (self.tokens.max(1.0) / self.predicted).ln()
    }
}

/// Joins the calls of a phase into answers: a first call that was cut and
/// its continuations are one answer, whose length is known in the end.
#[derive(Debug, Default)]
pub struct Joiner {
    open: HashMap<(String, String), Answer>,
}

impl Joiner {
    /// Takes the next call, and teaches `calibration` the answer it ends.
    pub fn add(&mut self, call: &Call<'_>, calibration: &mut Calibration) {
        let Some(output) = call.output() else { return };
        let (run, phase) = call.phase();
        let key = (run.to_owned(), phase.to_owned());
        let before = self.open.remove(&key);
        let mode = call.mode.unwrap_or_default();
        let answer = match (mode, before, call.uncalibrated()) {
            (Mode::Continuation, Some(mut answer), _) => {
                answer.tokens += call.kept().unwrap_or(output);
                answer.end = call.end();
                answer
            }
            // What it continues is not known.
            (Mode::Continuation, None, _) => return,
            (_, _, Some(predicted)) => Answer {
                model: call.model().map(str::to_owned),
                format: call.format().unwrap_or(USUAL_FORMAT).to_owned(),
                predicted,
                tokens: output,
                end: call.end(),
            },
            (_, _, None) => return,
        };
        match answer.end {
            End::Whole => calibration.learn(&answer),
            End::Cut => {
                self.open.insert(key, answer);
            }
        }
    }

    /// Teaches `calibration` the answers that never ended: lower bounds.
    pub fn finish(self, calibration: &mut Calibration) {
        let mut left: Vec<_> = self.open.into_iter().collect();
        left.sort_by(|(a, _), (b, _)| a.cmp(b));
        for (_, answer) in left {
            calibration.learn(&answer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::telemetry;

    fn learned(lines: &[&str]) -> Calibration {
        let mut calibration = Calibration::default();
        let mut joiner = Joiner::default();
        for line in lines {
            let call = telemetry::read(line.as_bytes()).unwrap().unwrap();
            joiner.add(&call, &mut calibration);
        }
        joiner.finish(&mut calibration);
        calibration
    }

    #[test]
    fn a_cut_call_and_its_continuation_are_one_answer() {
        let joined = learned(&[
            r#"{"type":"attempt","phase_id":"p","estimate_p50":100,
                "output_tokens":150,"kept_tokens":150,"truncated":true}"#,
            r#"{"type":"attempt","phase_id":"p","mode":"continuation",
                "estimate_p50":5,"output_tokens":150,"kept_tokens":150}"#,
        ]);
        let whole = learned(&[r#"{"type":"attempt","phase_id":"p",
            "estimate_p50":100,"output_tokens":300}"#]);
        assert_eq!(joined, whole);
        assert!(whole.factor(None, "ops") > 1.0);
    }

    #[test]
    fn what_a_model_does_is_learned_apart() {
        let line = |model: &str, output: u32| {
            format!(
                r#"{{"type":"attempt","estimate_p50":100,"model":"{model}",
                    "output_tokens":{output}}}"#
            )
        };
        let lines: Vec<String> = (0..60)
            .map(|n| match n % 2 {
                0 => line("long", 300),
                _ => line("short", 40),
            })
            .collect();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let calibration = learned(&lines);
        let long = calibration.factor(Some("long"), "ops");
        let short = calibration.factor(Some("short"), "ops");
        let other = calibration.factor(Some("other"), "ops");
        assert!(long > 2.4 && short < 0.5, "{long} {short}");
        assert!(short < other && other < long);
        let text = serde_json::to_string(&calibration).unwrap();
        let again: Calibration = serde_json::from_str(&text).unwrap();
        assert!((again.factor(Some("long"), "ops") - long).abs() < 1e-9);
    }

    #[test]
    fn calibrated_estimates_are_not_learned_from_twice() {
        let plain = learned(&[r#"{"type":"attempt","estimate_p50":100,
            "output_tokens":300}"#]);
        let calibrated = learned(&[r#"{"type":"attempt","estimate_p50":290,
            "estimate_model_p50":100,"output_tokens":300}"#]);
        assert_eq!(plain, calibrated);
    }

    #[test]
    fn another_file_is_no_calibration() {
        for text in [
            "{}",
            r#"{"type":"calibration","version":2,"entries":[],"head":null}"#,
        ] {
            assert!(serde_json::from_str::<Calibration>(text).is_err());
        }
    }
}
