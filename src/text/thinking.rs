//! The tags between which models think, as far as they stand in a text.
//!
//! Most services keep thinking apart; some leave its tags in the text. They
//! are the templates' own tokens, each with one that ends it. What stands
//! between them is nobody's business here.

/// How thinking is marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tags {
    /// What begins it.
    pub begin: &'static [u8],
    /// What ends it.
    pub end: &'static [u8],
}

/// DeepSeek's and Qwen's tag first, then those that prompts ask for, that of
/// Mistral's templates, Kimi's, and the channel of the harmony format that
/// gpt-oss writes. What follows in that format until another channel begins
/// is no answer either.
pub const TAGS: [Tags; 8] = [
    Tags { begin: b"<think>", end: b"</think>" },
    Tags { begin: b"<thinking>", end: b"</thinking>" },
    Tags { begin: b"<thought>", end: b"</thought>" },
    Tags { begin: b"<reasoning>", end: b"</reasoning>" },
    Tags { begin: b"[THINK]", end: b"[/THINK]" },
    Tags { begin: "◁think▷".as_bytes(), end: "◁/think▷".as_bytes() },
    Tags {
        begin: b"<|channel|>analysis<|message|>",
        end: b"<|channel|>final<|message|>",
    },
    Tags {
        begin: b"<|start|>assistant<|channel|>analysis<|message|>",
        end: b"<|channel|>final<|message|>",
    },
];
