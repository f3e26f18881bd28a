//! What is known of an answer once its input has ended.

use super::envelope::Envelope;
use super::reader::Reader;
use super::stop::{Ended, ended};
use crate::span::Verdict;

/// What is known; see the module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// What wrapped the answer; nothing if it is raw.
    pub envelope: Option<Envelope>,
    /// Why it ended, in the provider's word.
    pub stop_reason: Option<String>,
    /// Tokens of output, by the provider's count.
    pub output_tokens: Option<u64>,
    /// The most there could be.
    pub cap: Option<u64>,
    /// The model's name.
    pub model: Option<String>,
    /// What went wrong, in the provider's words.
    pub error: Option<String>,
    /// The envelope ended before its own end.
    pub open: bool,
    /// Bytes of the input.
    pub input_bytes: u64,
    /// Bytes handed out as text and as arguments of tool calls.
    pub decoded_bytes: u64,
    /// Bytes of reasoning; they are the envelope's.
    pub reasoning_bytes: u64,
    /// Tool calls handed out, cut ones included.
    pub tool_calls: u64,
    /// Answers found, of which all but the first follow an earlier one's
    /// end.
    pub answers: u64,
    /// Lines and events that nothing could be made of, and documents that
    /// broke off.
    pub skipped: u64,
    /// Choices beside the first were there; they are not handed out.
    pub other_choices: bool,
}

impl Outcome {
    pub(super) fn raw(bytes: u64) -> Self {
        Self { input_bytes: bytes, decoded_bytes: bytes, ..Self::default() }
    }

    pub(super) fn blank(envelope: Envelope, bytes: u64) -> Self {
        Self {
            envelope: Some(envelope),
            input_bytes: bytes,
            open: bytes > 0,
            ..Self::default()
        }
    }

    pub(super) fn of(reader: &Reader, input_bytes: u64) -> Self {
        let answer = &reader.walk.answer;
        Self {
            envelope: Some(reader.walk.envelope),
            stop_reason: answer.stop.clone(),
            output_tokens: answer.tokens,
            cap: answer.cap,
            model: answer.model.clone(),
            error: answer.error.clone(),
            open: !answer.ended,
            input_bytes,
            decoded_bytes: answer.decoded_bytes(),
            reasoning_bytes: answer.reasoning_bytes,
            tool_calls: answer.calls,
            answers: answer.answers,
            skipped: answer.skipped + reader.broken,
            other_choices: answer.other_choices,
        }
    }

    /// Bytes of the input that are not handed out.
    pub fn envelope_bytes(&self) -> u64 {
        self.input_bytes.saturating_sub(self.decoded_bytes)
    }

    /// What the envelope says of the answer. Nothing of a raw one.
    pub fn verdict(&self) -> Verdict {
        let reason = self.stop_reason.as_deref().map(ended);
        let full = match (self.output_tokens, self.cap) {
            (Some(tokens), Some(cap)) => cap > 0 && tokens >= cap,
            _ => false,
        };
        match reason {
            _ if self.envelope.is_none() => Verdict::Unsure,
            _ if self.open || full => Verdict::Cut,
            Some(Ended::Early) => Verdict::Cut,
            Some(Ended::Whole) => Verdict::Complete,
            Some(Ended::Unknown) => Verdict::Unsure,
            None if self.error.is_some() => Verdict::Cut,
            None => Verdict::Unsure,
        }
    }

    /// Whether the answer was cut before it said anything.
    pub fn is_mute(&self) -> bool {
        self.verdict() == Verdict::Cut && self.decoded_bytes == 0
    }
}
