//! What tokest says of a batch; it can be read again as a phase.

use serde::Serialize;

/// One batch of a phase.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename = "batch")]
pub struct BatchLine<'a> {
    /// The batch's own name: that of its phase and its number.
    pub phase_id: String,
    /// The phase it is a part of; null for a plain list.
    pub of: Option<&'a str>,
    /// Its number, counted from 1.
    pub batch: usize,
    /// How many there are, the alignment included.
    pub batches: usize,
    /// `types`, `core`, `integration`, `tests` or `alignment`.
    pub layer: &'static str,
    /// Category of the phase.
    pub task_category: Option<&'static str>,
    /// Complexity of the phase.
    pub complexity: Option<&'static str>,
    /// Batches that must come before it.
    pub dependencies: Vec<String>,
    /// The files it produces.
    pub deliverables: Vec<FileLine<'a>>,
    /// Paths that the phase must leave alone.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub protected_paths: &'a [String],
    /// Quantiles of the answer's length, in tokens.
    pub p50: u64,
    /// See `p50`.
    pub p80: u64,
    /// See `p50`.
    pub p90: u64,
    /// The `max_tokens` to send.
    pub budget: u64,
    /// Whether it is a single file that does not fit.
    pub too_large: bool,
}

/// A deliverable with all that is known of it.
#[derive(Clone, Debug, Serialize)]
pub struct FileLine<'a> {
    /// Its path.
    pub path: &'a str,
    /// `create`, `modify`, `delete` or `rename`.
    pub action: &'static str,
    /// What the plan says of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub said: Option<&'a str>,
    /// Size of the existing file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<f64>,
    /// Median size of its siblings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sibling_bytes: Option<f64>,
    /// Median size of files like it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extension_bytes: Option<f64>,
}
