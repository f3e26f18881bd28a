//! The fields of each envelope. Above each table stands where its format is
//! defined.

use super::envelope::Envelope;
use super::routes::Field::{
    Args, Cap, Delta, Done, Ends, Error, Flag, Id, Index, Input, Kind, Model,
    MoreTokens, Name, Part, Partial, Reasoning, Role, Status, Stop, Text,
    Tokens, Tool, Whole,
};
use super::routes::{Routes, Table};

/// The tree of an envelope's fields.
pub(super) fn routes(envelope: Envelope) -> Routes {
    match envelope {
        Envelope::OpenaiChat => Routes::new(&[
            ("", CHAT),
            ("choices.*.delta.", CHAT_DELTA),
            ("choices.*.message.", CHAT_MESSAGE),
        ]),
        Envelope::OpenaiResponses => {
            Routes::new(&[("", RESPONSES), ("response.", RESPONSES_STATE)])
        }
        Envelope::OpenaiAssistants => Routes::new(&[("", ASSISTANTS)]),
        Envelope::Anthropic => {
            Routes::new(&[("", MESSAGE), ("", ANTHROPIC_EVENT)])
        }
        Envelope::Gemini => Routes::new(&[("", GEMINI)]),
        Envelope::Bedrock => Routes::new(&[("", BEDROCK)]),
        Envelope::Ollama => Routes::new(&[("", OLLAMA)]),
        Envelope::Cohere => Routes::new(&[("", COHERE)]),
        Envelope::LlmLogs => Routes::new(&[("", LLM_LOGS)]),
        Envelope::Claude => Routes::new(&[
            ("", CLAUDE),
            ("message.", MESSAGE),
            ("event.", ANTHROPIC_EVENT),
        ]),
        Envelope::Codex => Routes::new(&[("", CODEX)]),
        Envelope::GeminiCli => Routes::new(&[("", GEMINI_CLI)]),
        Envelope::Message => Routes::new(&[("", MESSAGE), ("", MESSAGE_KIND)]),
    }
}

/// platform.openai.com/docs/api-reference/chat (object, streaming) and
/// /completions; OpenRouter, vLLM and others add members beside these.
const CHAT: Table = &[
    ("object", Kind),
    ("model", Model),
    ("error.message", Error),
    ("usage.completion_tokens", Tokens),
    ("choices.*", Part),
    ("choices.*.index", Index),
    ("choices.*.text", Text),
    ("choices.*.finish_reason", Stop),
    ("choices.*.message", Whole),
];

const CHAT_DELTA: Table = &[
    ("content", Text),
    ("content.*.text", Text),
    ("refusal", Text),
    ("reasoning", Reasoning),
    ("reasoning_content", Reasoning),
    ("tool_calls.*", Tool),
    ("tool_calls.*.index", Index),
    ("tool_calls.*.id", Id),
    ("tool_calls.*.function.name", Name),
    ("tool_calls.*.function.arguments", Args),
    ("function_call", Tool),
    ("function_call.name", Name),
    ("function_call.arguments", Args),
];

const CHAT_MESSAGE: Table = &[
    ("content", Text),
    ("content.*.text", Text),
    ("refusal", Text),
    ("reasoning", Reasoning),
    ("reasoning_content", Reasoning),
    ("tool_calls.*", Tool),
    ("tool_calls.*.id", Id),
    ("tool_calls.*.function.name", Name),
    ("tool_calls.*.function.arguments", Input),
    ("function_call", Tool),
    ("function_call.name", Name),
    ("function_call.arguments", Input),
];

/// platform.openai.com/docs/api-reference/responses and
/// /responses-streaming.
const RESPONSES: Table = &[
    ("type", Kind),
    ("delta", Delta),
    ("output_index", Index),
    ("item_id", Id),
    ("item", Part),
    ("item.type", Kind),
    ("item.name", Name),
    ("item.arguments", Input),
    ("item.input", Input),
    ("message", Error),
    ("output.*", Part),
    ("output.*.type", Kind),
    ("output.*.name", Name),
    ("output.*.arguments", Input),
    ("output.*.input", Input),
    ("output.*.content.*", Part),
    ("output.*.content.*.type", Kind),
    ("output.*.content.*.text", Text),
    ("output.*.content.*.refusal", Text),
    ("output.*.summary.*.text", Reasoning),
    ("status", Status),
    ("incomplete_details.reason", Stop),
    ("usage.output_tokens", Tokens),
    ("max_output_tokens", Cap),
    ("model", Model),
    ("error.message", Error),
];

const RESPONSES_STATE: Table = &[
    ("status", Status),
    ("incomplete_details.reason", Stop),
    ("usage.output_tokens", Tokens),
    ("max_output_tokens", Cap),
    ("model", Model),
    ("error.message", Error),
];

/// platform.openai.com/docs/api-reference/assistants-streaming/events.
const ASSISTANTS: Table = &[
    ("object", Kind),
    ("id", Id),
    ("delta.content.*.text.value", Text),
    ("delta.step_details.tool_calls.*", Tool),
    ("delta.step_details.tool_calls.*.type", Kind),
    ("delta.step_details.tool_calls.*.index", Index),
    ("delta.step_details.tool_calls.*.id", Id),
    ("delta.step_details.tool_calls.*.function.name", Name),
    ("delta.step_details.tool_calls.*.function.arguments", Args),
    ("status", Status),
    ("incomplete_details.reason", Stop),
    ("usage.completion_tokens", Tokens),
    ("max_completion_tokens", Cap),
    ("model", Model),
    ("last_error.message", Error),
];

/// docs.anthropic.com/en/api/messages; with `stopReason`, `arguments` and
/// `partialJson` the session files of the pi agent
/// (github.com/badlogic/pi-mono, packages/ai, types of messages).
const MESSAGE: Table = &[
    ("role", Role),
    ("id", Id),
    ("model", Model),
    ("content", Text),
    ("content.*", Part),
    ("content.*.type", Kind),
    ("content.*.id", Id),
    ("content.*.text", Text),
    ("content.*.thinking", Reasoning),
    ("content.*.name", Name),
    ("content.*.input", Input),
    ("content.*.arguments", Input),
    ("content.*.partialJson", Partial),
    ("completion", Text),
    ("stop_reason", Stop),
    ("stopReason", Stop),
    ("usage.output_tokens", Tokens),
    ("usage.output", Tokens),
    ("errorMessage", Error),
    ("error.message", Error),
];

const MESSAGE_KIND: Table = &[("type", Kind)];

/// docs.anthropic.com/en/docs/build-with-claude/streaming.
const ANTHROPIC_EVENT: Table = &[
    ("type", Kind),
    ("index", Index),
    ("message.id", Id),
    ("message.model", Model),
    ("message.usage.output_tokens", Tokens),
    ("content_block", Part),
    ("content_block.type", Kind),
    ("content_block.id", Id),
    ("content_block.name", Name),
    ("content_block.text", Text),
    ("content_block.thinking", Reasoning),
    ("content_block.input", Input),
    ("delta", Part),
    ("delta.type", Kind),
    ("delta.text", Text),
    ("delta.thinking", Reasoning),
    ("delta.partial_json", Args),
    ("delta.stop_reason", Stop),
    ("usage.output_tokens", Tokens),
    ("error.message", Error),
];

/// ai.google.dev/api/generate-content (GenerateContentResponse, Candidate,
/// Part, UsageMetadata).
const GEMINI: Table = &[
    ("candidates.*", Part),
    ("candidates.*.index", Index),
    ("candidates.*.finishReason", Stop),
    ("candidates.*.content.parts.*", Part),
    ("candidates.*.content.parts.*.text", Text),
    ("candidates.*.content.parts.*.thought", Flag),
    ("candidates.*.content.parts.*.functionCall", Tool),
    ("candidates.*.content.parts.*.functionCall.id", Id),
    ("candidates.*.content.parts.*.functionCall.name", Name),
    ("candidates.*.content.parts.*.functionCall.args", Input),
    ("usageMetadata.candidatesTokenCount", Tokens),
    ("usageMetadata.thoughtsTokenCount", MoreTokens),
    ("modelVersion", Model),
    ("promptFeedback.blockReason", Stop),
    ("error.message", Error),
];

/// docs.aws.amazon.com/bedrock/latest/APIReference: API_runtime_Converse,
/// API_runtime_ConverseStream; the user guide's "model parameters" for the
/// bodies of Llama, Titan and Mistral models.
const BEDROCK: Table = &[
    ("output.message.role", Role),
    ("output.message.content.*", Part),
    ("output.message.content.*.text", Text),
    ("output.message.content.*.reasoningContent.reasoningText.text", Reasoning),
    ("output.message.content.*.toolUse", Tool),
    ("output.message.content.*.toolUse.toolUseId", Id),
    ("output.message.content.*.toolUse.name", Name),
    ("output.message.content.*.toolUse.input", Input),
    ("stopReason", Stop),
    ("usage.outputTokens", Tokens),
    ("contentBlockStart.contentBlockIndex", Index),
    ("contentBlockStart.start.toolUse.toolUseId", Id),
    ("contentBlockStart.start.toolUse.name", Name),
    ("contentBlockDelta.contentBlockIndex", Index),
    ("contentBlockDelta.delta.text", Text),
    ("contentBlockDelta.delta.reasoningContent.text", Reasoning),
    ("contentBlockDelta.delta.toolUse.input", Args),
    ("contentBlockStop", Ends),
    ("contentBlockStop.contentBlockIndex", Index),
    ("messageStop.stopReason", Stop),
    ("metadata.usage.outputTokens", Tokens),
    ("generation", Text),
    ("stop_reason", Stop),
    ("generation_token_count", Tokens),
    ("results.*.outputText", Text),
    ("results.*.completionReason", Stop),
    ("results.*.tokenCount", Tokens),
    ("outputs.*.text", Text),
    ("outputs.*.stop_reason", Stop),
    ("message", Error),
];

/// github.com/ollama/ollama, docs/api.md.
const OLLAMA: Table = &[
    ("model", Model),
    ("response", Text),
    ("thinking", Reasoning),
    ("message.role", Role),
    ("message.content", Text),
    ("message.thinking", Reasoning),
    ("message.tool_calls.*", Tool),
    ("message.tool_calls.*.function.name", Name),
    ("message.tool_calls.*.function.arguments", Input),
    ("done", Done),
    ("done_reason", Stop),
    ("eval_count", Tokens),
    ("error", Error),
];

/// docs.cohere.com/v2/reference/chat and /chat-stream.
const COHERE: Table = &[
    ("type", Kind),
    ("index", Index),
    ("delta.message.content.text", Text),
    ("delta.message.content.thinking", Reasoning),
    ("delta.message.tool_plan", Reasoning),
    ("delta.message.tool_calls", Tool),
    ("delta.message.tool_calls.id", Id),
    ("delta.message.tool_calls.function.name", Name),
    ("delta.message.tool_calls.function.arguments", Args),
    ("delta.finish_reason", Stop),
    ("delta.usage.tokens.output_tokens", Tokens),
    ("message.role", Role),
    ("message.content.*", Part),
    ("message.content.*.type", Kind),
    ("message.content.*.text", Text),
    ("message.content.*.thinking", Reasoning),
    ("message.tool_calls.*", Tool),
    ("message.tool_calls.*.id", Id),
    ("message.tool_calls.*.function.name", Name),
    ("message.tool_calls.*.function.arguments", Input),
    ("finish_reason", Stop),
    ("usage.tokens.output_tokens", Tokens),
];

/// llm.datasette.io/en/stable/logging.html: the columns of `responses`; the
/// members of `options_json` and `response_json` are those of the model's
/// plugin.
const LLM_LOGS: Table = &[
    ("id", Id),
    ("model", Model),
    ("response", Text),
    ("reasoning", Reasoning),
    ("options_json.max_tokens", Cap),
    ("options_json.max_output_tokens", Cap),
    ("options_json.max_completion_tokens", Cap),
    ("options_json.num_predict", Cap),
    ("response_json.finish_reason", Stop),
    ("response_json.stop_reason", Stop),
    ("response_json.done_reason", Stop),
    ("response_json.choices.*.finish_reason", Stop),
    ("response_json.candidates.*.finishReason", Stop),
    ("response_json.incomplete_details.reason", Stop),
    ("output_tokens", Tokens),
    ("tool_calls.*", Tool),
    ("tool_calls.*.tool_call_id", Id),
    ("tool_calls.*.name", Name),
    ("tool_calls.*.arguments", Input),
];

/// docs.claude.com/en/docs/claude-code/headless and the SDKMessage types of
/// the Agent SDK reference.
const CLAUDE: Table = &[
    ("type", Kind),
    ("subtype", Status),
    ("is_error", Flag),
    ("result", Text),
    ("parent_tool_use_id", Flag),
    ("model", Model),
    ("stop_reason", Stop),
    ("usage.output_tokens", Tokens),
];

/// github.com/openai/codex, codex-rs/exec/src/exec_events.rs.
const CODEX: Table = &[
    ("type", Kind),
    ("item", Part),
    ("item.id", Id),
    ("item.type", Kind),
    ("item.item_type", Kind),
    ("item.text", Text),
    ("usage.output_tokens", Tokens),
    ("error.message", Error),
    ("message", Error),
];

/// github.com/google-gemini/gemini-cli, packages/core/src/output/types.ts.
const GEMINI_CLI: Table = &[
    ("type", Kind),
    ("role", Role),
    ("content", Delta),
    ("response", Text),
    ("model", Model),
    ("tool_name", Name),
    ("tool_id", Id),
    ("parameters", Input),
    ("status", Status),
    ("stats.output_tokens", Tokens),
    ("error.message", Error),
];
