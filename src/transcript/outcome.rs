//! What is known of an answer once its input has ended.

use std::fmt;

use super::envelope::Envelope;
use super::reader::Reader;
use super::stop::{Ended, ended};
use crate::report::envelope::Envelope as Report;
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
    /// Documents between the envelope's that look like operations; they are
    /// not handed out.
    pub foreign: u64,
    /// Choices beside the first were there; they are not handed out.
    pub other_choices: bool,
    /// Why the input holds nothing of what was asked for, where it does not.
    pub absent: Option<Absent>,
}

/// Why an input holds nothing of what was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Absent {
    /// It has fewer answers.
    Answer {
        /// The number that was asked for.
        wanted: u64,
        /// How many there are.
        there: u64,
    },
    /// It is something else than this envelope.
    Envelope {
        /// The envelope that was asked for.
        wanted: Envelope,
        /// The one that it is, if any.
        found: Option<Envelope>,
    },
}

impl fmt::Display for Absent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answer { wanted, there } => {
                write!(f, "there is no answer {wanted}, it holds {there}")
            }
            Self::Envelope { wanted, found: Some(found) } => {
                write!(f, "it is not {wanted} but {found}")
            }
            Self::Envelope { wanted, found: None } => {
                write!(f, "it is not {wanted}")
            }
        }
    }
}

impl std::error::Error for Absent {}

impl Outcome {
    /// Of a raw input, of which so many bytes went out.
    pub(super) fn raw(input_bytes: u64, decoded_bytes: u64) -> Self {
        let answers = u64::from(input_bytes > 0);
        Self { input_bytes, decoded_bytes, answers, ..Self::default() }
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
        let ending = answer.ending();
        Self {
            envelope: Some(reader.walk.envelope),
            stop_reason: ending.stop,
            output_tokens: ending.tokens,
            cap: ending.cap,
            model: ending.model,
            error: ending.error,
            open: !ending.ended,
            input_bytes,
            decoded_bytes: answer.decoded_bytes(),
            reasoning_bytes: answer.reasoning_bytes,
            tool_calls: answer.calls,
            answers: answer.answers,
            skipped: answer.skipped + reader.broken,
            foreign: answer.foreign,
            other_choices: answer.other_choices,
            absent: None,
        }
    }

    /// Notes it if there are fewer answers than the one that was asked for.
    pub(super) fn look_for_answer(&mut self, wanted: Option<u64>) {
        let there = self.answers;
        if let Some(wanted) = wanted.filter(|n| *n > there.max(1))
            && self.input_bytes > 0
        {
            self.absent = Some(Absent::Answer { wanted, there });
        }
    }

    /// Whether nothing was found that an envelope could say.
    pub(super) fn is_blank(&self) -> bool {
        let ended = self.stop_reason.is_some() || self.error.is_some();
        let heard = self.output_tokens.is_some() || self.reasoning_bytes > 0;
        self.answers == 0 && !ended && !heard
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
            _ if self.absent.is_some() => Verdict::Cut,
            _ if self.envelope.is_none() => Verdict::Unsure,
            _ if self.open || full => Verdict::Cut,
            Some(Ended::Early) => Verdict::Cut,
            Some(Ended::Whole) => Verdict::Complete,
            Some(Ended::Unknown) => Verdict::Unsure,
            None if self.error.is_some() => Verdict::Cut,
            None => Verdict::Unsure,
        }
    }

    /// The same for a report.
    pub fn report(&self) -> Report {
        Report {
            envelope: self.envelope.map(Envelope::name),
            envelope_bytes: self.envelope_bytes(),
            stop_reason: self.stop_reason.clone(),
            output_tokens: self.output_tokens,
            max_tokens: self.cap,
            model: self.model.clone(),
            error: self.error.clone(),
            reasoning_bytes: self.reasoning_bytes,
            tool_calls: self.tool_calls,
            skipped_events: self.skipped,
            other_choices: self.other_choices,
        }
    }

    /// Why the envelope says that the answer was cut, in words; nothing if
    /// it does not.
    pub fn why_cut(&self) -> Option<String> {
        if self.verdict() != Verdict::Cut {
            return None;
        }
        let early = |reason: &&String| ended(reason) == Ended::Early;
        let reason = self.stop_reason.as_ref().filter(early);
        let why = match (&self.error, reason, self.output_tokens) {
            (Some(error), ..) => format!("the provider says: {error}"),
            (None, Some(reason), _) => format!("stop reason {reason}"),
            (None, None, Some(tokens)) if !self.open => {
                format!("all {tokens} tokens used")
            }
            (None, None, _) => "its envelope is cut".to_owned(),
        };
        Some(match (self.is_mute(), self.output_tokens) {
            (false, _) => why,
            (true, Some(tokens)) if self.reasoning_bytes > 0 => {
                format!("{why}: nothing but reasoning in {tokens} tokens")
            }
            (true, Some(tokens)) => {
                format!("{why}: no output in {tokens} tokens")
            }
            (true, None) => format!("{why}: before any output"),
        })
    }

    /// What was left out that may have been meant, in words.
    pub fn left_out(&self) -> Option<String> {
        let name = self.envelope.filter(|_| self.foreign > 0)?.name();
        let s = if self.foreign == 1 { "" } else { "s" };
        let foreign = self.foreign;
        Some(format!("{foreign} record{s} beside the answer of '{name}'"))
    }

    /// Whether the answer was cut before it said anything.
    pub fn is_mute(&self) -> bool {
        self.verdict() == Verdict::Cut && self.decoded_bytes == 0
    }
}
