//! What tokest says of a phase: a line a deliverable, then one for all.

use std::collections::BTreeMap;

use serde::Serialize;

/// One deliverable of an estimate.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename = "deliverable")]
pub struct DeliverableLine<'a> {
    /// The phase it belongs to; null for a plain list.
    pub phase_id: Option<&'a str>,
    /// As the list names it.
    pub path: &'a str,
    /// `create`, `modify`, `delete` or `rename`.
    pub action: &'static str,
    /// `code`, `test`, `doc`, `config` or `frontend`.
    pub kind: &'static str,
    /// Its part of the phase's median, in tokens.
    pub p50: u64,
    /// Its part of the phase's 90th percentile, in tokens.
    pub p90: u64,
    /// What the tree contradicts, if anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<&'static str>,
}

/// One phase.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename = "estimate")]
pub struct EstimateLine<'a> {
    /// Its name; null for a plain list.
    pub phase_id: Option<&'a str>,
    /// Its category, if it is said and known.
    pub category: Option<&'static str>,
    /// Its complexity, if it is said and known.
    pub complexity: Option<&'static str>,
    /// The number of its deliverables.
    pub deliverables: usize,
    /// Quantiles of the answer's length, in tokens.
    pub p50: u64,
    /// See `p50`.
    pub p80: u64,
    /// See `p50`.
    pub p90: u64,
    /// See `p50`.
    pub p95: u64,
    /// See `p50`.
    pub p98: u64,
    /// The median before calibration: what telemetry is to carry as
    /// `estimate_model_p50`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model_p50: Option<u64>,
    /// The `max_tokens` to send.
    pub budget: u64,
    /// Whether the chosen quantile is above the cap.
    pub over_cap: bool,
    /// Which rules made the figures: `seed` or `model`.
    pub policy: &'static str,
    /// The part of the median, from 0 to 1, that rests on known sizes.
    pub confidence: f64,
    /// Tokens of the median by kind of file.
    pub breakdown: BTreeMap<&'static str, u64>,
    /// What was not understood.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub notes: &'a [String],
}
