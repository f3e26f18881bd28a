//! What an envelope said about the answer in it; part of other reports.

use serde::Serialize;

/// The words of a provider, as far as there are any.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Envelope {
    /// What wrapped the answer; absent if nothing did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub envelope: Option<&'static str>,
    /// Bytes of the input that are not the answer's.
    pub envelope_bytes: u64,
    /// Why the answer ended, in the provider's word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop_reason: Option<String>,
    /// Tokens of output, by the provider's count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_tokens: Option<u64>,
    /// The most there could be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<u64>,
    /// The model's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// What went wrong, in the provider's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Bytes that the model wrote for itself.
    #[serde(skip_serializing_if = "is_zero")]
    pub reasoning_bytes: u64,
    /// Calls of tools.
    #[serde(skip_serializing_if = "is_zero")]
    pub tool_calls: u64,
    /// Lines and events that nothing could be made of.
    #[serde(skip_serializing_if = "is_zero")]
    pub skipped_events: u64,
    /// Choices beside the first were there, and left out.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub other_choices: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes it so")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}
