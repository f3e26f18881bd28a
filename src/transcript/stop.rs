//! Why answers end, in the words of their providers.

/// What a stop reason says about the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The model had nothing more to say, or handed over to a tool.
    Whole,
    /// Something stopped it: a limit, a filter, an error, a person.
    Early,
    /// A word that is not known here.
    Unknown,
}

/// Reads a stop reason; case and punctuation do not matter.
pub fn ended(reason: &str) -> Ended {
    let mut word = reason.to_ascii_lowercase();
    word.retain(|c| c.is_ascii_alphanumeric());
    match word.as_str() {
        // OpenAI, Anthropic, Gemini, Bedrock, Cohere, Ollama and the CLIs.
        "stop" | "endturn" | "stopsequence" | "toolcalls" | "tooluse"
        | "functioncall" | "complete" | "completed" | "finish" | "finished"
        | "toolcall" | "eos" | "eostoken" | "endoftext" | "success"
        | "requiresaction" => Ended::Whole,
        "length"
        | "maxtokens"
        | "maxoutputtokens"
        | "maxcompletiontokens"
        | "maxlength"
        | "modellength"
        | "maxmodellength"
        | "modelcontextwindowexceeded"
        | "contextlength"
        | "contextlengthexceeded"
        | "contextwindowexceeded"
        | "tokenlimit"
        | "errorlimit"
        | "outputlimit"
        | "limit"
        | "incomplete"
        | "maxprompttokens"
        | "pauseturn"
        | "contentfilter"
        | "contentfiltered"
        | "guardrailintervened"
        | "refusal"
        | "safety"
        | "recitation"
        | "language"
        | "blocklist"
        | "prohibitedcontent"
        | "spii"
        | "imagesafety"
        | "malformedfunctioncall"
        | "error"
        | "errortoxic"
        | "failed"
        | "timeout"
        | "aborted"
        | "abort"
        | "interrupted"
        | "cancelled"
        | "canceled"
        | "expired"
        | "errormaxturns"
        | "errorduringexecution"
        | "errormaxbudgetusd"
        | "errormaxstructuredoutputretries"
        | "usercancel" => Ended::Early,
        _ => Ended::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelling_does_not_matter() {
        for word in ["max_tokens", "MAX_TOKENS", "max-tokens", "maxTokens"] {
            assert_eq!(ended(word), Ended::Early, "{word}");
        }
        assert_eq!(ended("end_turn"), Ended::Whole);
        assert_eq!(ended("because"), Ended::Unknown);
    }
}
