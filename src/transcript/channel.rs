//! Where a piece of text belongs, by what is known of its document so far.
//!
//! Members come in any order, so the answer may be "not known yet"; by the
//! time the document has closed it is known.

use super::envelope::Envelope;
use super::frame::Framing;
use super::routes::Field;
use super::scope::{Scope, Shape};

/// Where text goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Channel {
    /// To the answer.
    Text,
    /// To what the model wrote for itself.
    Reasoning,
    /// To the arguments of a tool call.
    Args,
    /// It is the words of an error.
    Error,
    /// Nowhere: it says again what was said, or someone else said it.
    Nowhere,
    /// Not known yet.
    Later,
}

/// How much of the document is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moment {
    /// The text itself is arriving.
    Arriving,
    /// The part that holds it has closed.
    PartClosed,
    /// The document has closed, or will never close.
    DocumentClosed,
}

/// What decides beside the scopes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Context {
    pub(super) envelope: Envelope,
    pub(super) framing: Framing,
    /// Events have carried text that later documents repeat.
    pub(super) streamed: bool,
    /// There was text before.
    pub(super) spoken: bool,
}

/// Where text of `field` in the innermost of `scopes` goes.
pub(super) fn channel(
    context: Context,
    field: Field,
    scopes: &[Scope],
    moment: Moment,
) -> Channel {
    let (Some(document), Some(part)) = (scopes.first(), scopes.last()) else {
        return Channel::Nowhere;
    };
    let own = match field {
        Field::Reasoning => Channel::Reasoning,
        _ => Channel::Text,
    };
    match context.envelope {
        Envelope::OpenaiChat => first_choice(context, scopes, moment, own),
        Envelope::OpenaiResponses => match field {
            Field::Delta => responses_delta(document, moment),
            Field::Text => responses_part(scopes, moment),
            _ => own,
        },
        Envelope::OpenaiAssistants => match document.kind() {
            Some("thread.message.delta") => own,
            Some(_) => Channel::Nowhere,
            None => later(moment),
        },
        Envelope::Anthropic | Envelope::Message | Envelope::Bedrock => {
            own_words(document, own)
        }
        Envelope::Gemini => gemini(context, scopes, moment),
        Envelope::Claude => claude(context, document, moment, own),
        Envelope::Codex => codex(document, part, moment),
        Envelope::GeminiCli => gemini_cli(document, moment),
        Envelope::Ollama | Envelope::Cohere => own_words(document, own),
        Envelope::LlmLogs => own,
    }
}

/// What the document does not settle by its end goes nowhere: nothing is
/// invented.
fn later(moment: Moment) -> Channel {
    match moment {
        Moment::DocumentClosed => Channel::Nowhere,
        _ => Channel::Later,
    }
}

/// A message counts unless someone else than the model speaks.
fn own_words(document: &Scope, own: Channel) -> Channel {
    match document.role.as_deref() {
        None | Some("assistant") => own,
        Some(_) => Channel::Nowhere,
    }
}

/// One choice of several is the answer: the first.
fn first_choice(
    context: Context,
    scopes: &[Scope],
    moment: Moment,
    own: Channel,
) -> Channel {
    let Some(choice) = scopes.iter().find(|s| s.shape == Shape::Part) else {
        return own;
    };
    match choice.index.as_deref() {
        Some("0") => own,
        Some(_) => Channel::Nowhere,
        // A body holds its choices in order; a chunk holds any one of them.
        None if context.framing == Framing::Events
            && moment == Moment::Arriving =>
        {
            Channel::Later
        }
        None if choice.position == 0 => own,
        None => Channel::Nowhere,
    }
}

fn responses_delta(document: &Scope, moment: Moment) -> Channel {
    match document.kind() {
        Some("response.output_text.delta" | "response.refusal.delta") => {
            Channel::Text
        }
        Some(
            "response.reasoning_text.delta"
            | "response.reasoning_summary_text.delta",
        ) => Channel::Reasoning,
        Some(
            "response.function_call_arguments.delta"
            | "response.custom_tool_call_input.delta",
        ) => Channel::Args,
        Some(_) => Channel::Nowhere,
        None => later(moment),
    }
}

fn responses_part(scopes: &[Scope], moment: Moment) -> Channel {
    match scopes.last().and_then(Scope::kind) {
        Some("output_text" | "text" | "refusal") => Channel::Text,
        Some("reasoning_text") => Channel::Reasoning,
        Some(_) => Channel::Nowhere,
        None => later(moment),
    }
}

/// A thought says that it is one before or after its text.
fn gemini(context: Context, scopes: &[Scope], moment: Moment) -> Channel {
    let thought = scopes.last().and_then(|part| part.flag);
    let of_first = first_choice(context, scopes, moment, Channel::Text);
    match (of_first, thought) {
        (Channel::Text, Some(true)) => Channel::Reasoning,
        (Channel::Text, None) if moment == Moment::Arriving => Channel::Later,
        (of_first, _) => of_first,
    }
}

/// Events first, then the message they made, then the last one's text as the
/// result: each says it once more. What a subagent says is not the answer.
fn claude(
    context: Context,
    document: &Scope,
    moment: Moment,
    own: Channel,
) -> Channel {
    let known = moment == Moment::DocumentClosed;
    match (document.kind(), document.flag) {
        (None, _) => later(moment),
        (Some("result"), _) if context.spoken => Channel::Nowhere,
        (Some("result"), Some(true)) => Channel::Error,
        (Some("assistant"), _) if context.streamed => Channel::Nowhere,
        (
            Some(
                "assistant"
                | "result"
                | "content_block_start"
                | "content_block_delta",
            ),
            flag,
        ) => match flag {
            Some(true) => Channel::Nowhere,
            None if !known => Channel::Later,
            _ => own,
        },
        _ => Channel::Nowhere,
    }
}

fn codex(document: &Scope, item: &Scope, moment: Moment) -> Channel {
    let item = (item.shape == Shape::Part).then(|| item.kind()).flatten();
    match (document.kind(), item) {
        (Some("item.completed"), Some("agent_message")) => Channel::Text,
        (Some("item.completed"), Some("assistant_message")) => Channel::Text,
        (Some("item.completed"), Some("reasoning")) => Channel::Reasoning,
        // The part is gone once it has closed, and its kind with it.
        (_, None) if moment != Moment::Arriving => Channel::Nowhere,
        (None | Some("item.completed"), None) => later(moment),
        _ => Channel::Nowhere,
    }
}

fn gemini_cli(document: &Scope, moment: Moment) -> Channel {
    match (document.kind(), document.role.as_deref()) {
        (None, _) | (Some("message"), Some("assistant")) => Channel::Text,
        (Some("message"), None) => later(moment),
        _ => Channel::Nowhere,
    }
}
