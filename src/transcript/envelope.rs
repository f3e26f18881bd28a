//! The envelopes that are known, by name.

use std::fmt;

/// What wraps an answer, as a stream of events and as one body alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Envelope {
    /// OpenAI chat completions and completions, and what imitates them.
    OpenaiChat,
    /// OpenAI Responses.
    OpenaiResponses,
    /// OpenAI Assistants: runs of a thread.
    OpenaiAssistants,
    /// Anthropic Messages.
    Anthropic,
    /// Gemini `generateContent` and `streamGenerateContent`.
    Gemini,
    /// Bedrock Converse, and the bodies of models invoked by it.
    Bedrock,
    /// Ollama `chat` and `generate`.
    Ollama,
    /// Cohere chat, version 2.
    Cohere,
    /// `llm logs --json`.
    LlmLogs,
    /// `claude -p --output-format json|stream-json`.
    Claude,
    /// `codex exec --json`.
    Codex,
    /// `gemini --output-format json|stream-json`.
    GeminiCli,
    /// A message of an agent's session: a role, a list of parts, and why it
    /// ended.
    Message,
}

/// Every envelope, in the order of DESIGN and of the man page.
pub const ENVELOPES: [Envelope; 13] = [
    Envelope::OpenaiChat,
    Envelope::OpenaiResponses,
    Envelope::OpenaiAssistants,
    Envelope::Anthropic,
    Envelope::Gemini,
    Envelope::Bedrock,
    Envelope::Ollama,
    Envelope::Cohere,
    Envelope::LlmLogs,
    Envelope::Claude,
    Envelope::Codex,
    Envelope::GeminiCli,
    Envelope::Message,
];

impl Envelope {
    /// The name that `--from` takes and reports give.
    pub fn name(self) -> &'static str {
        match self {
            Self::OpenaiChat => "openai-chat",
            Self::OpenaiResponses => "openai-responses",
            Self::OpenaiAssistants => "openai-assistants",
            Self::Anthropic => "anthropic",
            Self::Gemini => "gemini",
            Self::Bedrock => "bedrock",
            Self::Ollama => "ollama",
            Self::Cohere => "cohere",
            Self::LlmLogs => "llm",
            Self::Claude => "claude",
            Self::Codex => "codex",
            Self::GeminiCli => "gemini-cli",
            Self::Message => "message",
        }
    }
}

impl fmt::Display for Envelope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What an input is taken for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum From {
    /// What its first value or event shows.
    #[default]
    Auto,
    /// The answer itself.
    Raw,
    /// This envelope, whatever it begins with.
    Envelope(Envelope),
}

/// A name that no envelope has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownEnvelope;

impl fmt::Display for UnknownEnvelope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no such envelope; known are auto, raw")?;
        ENVELOPES.iter().try_for_each(|known| write!(f, ", {known}"))
    }
}

impl std::error::Error for UnknownEnvelope {}

impl std::str::FromStr for From {
    type Err = UnknownEnvelope;

    fn from_str(name: &str) -> Result<Self, UnknownEnvelope> {
        match name {
            "auto" => Ok(Self::Auto),
            "raw" => Ok(Self::Raw),
            _ => ENVELOPES
                .into_iter()
                .find(|known| known.name() == name)
                .map(Self::Envelope)
                .ok_or(UnknownEnvelope),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_envelope_has_a_name_of_its_own() {
        for envelope in ENVELOPES {
            let from = envelope.name().parse();
            assert_eq!(from, Ok(From::Envelope(envelope)));
        }
        assert_eq!("x".parse::<From>(), Err(UnknownEnvelope));
    }
}
