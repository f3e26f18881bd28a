//! Telemetry: one model call a line.

use serde::{Deserialize, Serialize};

/// What a call was for.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// The first call of a phase.
    #[default]
    Initial,
    /// It asked for what an earlier answer lacked.
    Continuation,
    /// It asked for everything again.
    Regeneration,
}

/// One model call. Readers accept lines that lack any member but `type`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "attempt", default)]
pub struct Attempt {
    /// The run the call belongs to.
    pub run_id: String,
    /// The phase the call belongs to.
    pub phase_id: String,
    /// Its number within the phase, counted from 1.
    pub attempt: u32,
    /// What it was for.
    pub mode: Mode,
    /// Category of the phase.
    pub category: Option<String>,
    /// Complexity of the phase.
    pub complexity: Option<String>,
    /// Paths of the deliverables asked for in this call.
    pub deliverables: Vec<String>,
    /// Median predicted for this call, in tokens.
    pub estimate_p50: Option<u64>,
    /// The same before any calibration, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub estimate_model_p50: Option<u64>,
    /// 80th percentile predicted for this call, in tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub estimate_p80: Option<u64>,
    /// 90th percentile predicted for this call, in tokens.
    pub estimate_p90: Option<u64>,
    /// 95th percentile predicted for this call, in tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub estimate_p95: Option<u64>,
    /// The budget that was computed, where it is not the one sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget: Option<u64>,
    /// The budget as sent to the model, in tokens.
    pub max_tokens: Option<u64>,
    /// Tokens the model generated.
    pub output_tokens: Option<u64>,
    /// Why the answer stopped, as the provider says it.
    pub stop_reason: Option<String>,
    /// Whether the answer was cut.
    pub truncated: bool,
    /// Tokens of the answer that ended up in the result.
    pub kept_tokens: Option<u64>,
    /// Tokens of the answer that did not.
    pub wasted_tokens: Option<u64>,
    /// Operations that were applied.
    pub operations_applied: Option<u64>,
    /// Operations that failed.
    pub operations_failed: Option<u64>,
    /// The model that was called.
    pub model: Option<String>,
    /// How the answer was written: `ops`, `diff` or `whole-file`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// When the call ended, as RFC 3339.
    pub timestamp: Option<String>,
}

impl Attempt {
    /// Whether the answer was cut: it says so, or it filled its budget.
    pub fn was_cut(&self) -> bool {
        let filled = self.output_tokens.zip(self.max_tokens);
        self.truncated || filled.is_some_and(|(out, cap)| out >= cap)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_fills_its_budget_is_cut() {
        let line = r#"{"type":"attempt","max_tokens":9,"output_tokens":9}"#;
        let attempt: Attempt = serde_json::from_str(line).unwrap();
        assert!(attempt.was_cut());
    }

    #[test]
    fn an_attempt_is_read_back() {
        let attempt = Attempt {
            phase_id: "p".into(),
            attempt: 2,
            mode: Mode::Continuation,
            output_tokens: Some(9),
            ..Attempt::default()
        };
        let text = serde_json::to_string(&attempt).unwrap();
        assert!(text.starts_with(r#"{"type":"attempt","run_id":"#));
        assert_eq!(serde_json::from_str::<Attempt>(&text).unwrap(), attempt);
    }
}
