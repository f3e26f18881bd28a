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
    /// The document has closed.
    DocumentClosed,
    /// Neither will ever close.
    Cut,
}

/// What decides beside the scopes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Context {
    pub(super) envelope: Envelope,
    pub(super) framing: Framing,
    /// Events have carried text that later documents repeat.
    pub(super) streamed: bool,
    /// There was text before this document.
    pub(super) spoken: bool,
    /// A tool has been called.
    pub(super) called: bool,
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
        Envelope::GeminiCli => gemini_cli(document, field, moment),
        Envelope::Ollama | Envelope::Cohere => own_words(document, own),
        Envelope::LlmLogs => own,
    }
}

/// What the document does not settle by its end goes nowhere: nothing is
/// invented.
fn later(moment: Moment) -> Channel {
    match moment {
        Moment::DocumentClosed | Moment::Cut => Channel::Nowhere,
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
        None if context.framing == Framing::Events => match moment {
            Moment::Arriving => Channel::Later,
            Moment::Cut => Channel::Nowhere,
            _ if choice.position == 0 => own,
            _ => Channel::Nowhere,
        },
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

/// A thought says that it is one before or after its text. The answer's
/// first part may be one, so where it is cut it is not taken for text.
fn gemini(context: Context, scopes: &[Scope], moment: Moment) -> Channel {
    let part = scopes.last();
    let thought = part.and_then(|part| part.flag);
    let first = part.is_none_or(|part| part.position == 0);
    let of_first = first_choice(context, scopes, moment, Channel::Text);
    match (of_first, thought) {
        (Channel::Text, Some(true)) => Channel::Reasoning,
        (Channel::Text, None) if moment == Moment::Arriving => Channel::Later,
        (Channel::Text, None) if moment == Moment::Cut && first => {
            Channel::Nowhere
        }
        (of_first, _) => of_first,
    }
}

/// Events first, then the message they made, then the last one's text as the
/// result: each says it once more. What an agent that it called says is not
/// the answer, and the document says so at its end; before any tool was
/// called there is none.
fn claude(
    context: Context,
    document: &Scope,
    moment: Moment,
    own: Channel,
) -> Channel {
    let by_flag = |alone: bool| match document.flag {
        Some(true) => Channel::Nowhere,
        None if alone || moment == Moment::DocumentClosed => own,
        None => later(moment),
        Some(false) => own,
    };
    match document.kind() {
        None => later(moment),
        Some("result") if context.spoken => Channel::Nowhere,
        Some("result") if document.flag == Some(true) => Channel::Error,
        Some("result") => by_flag(false),
        Some("assistant") if context.streamed => Channel::Nowhere,
        Some("assistant" | "content_block_start" | "content_block_delta") => {
            by_flag(!context.called)
        }
        Some(_) => Channel::Nowhere,
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

/// An event's content is a message's; a body has a response.
fn gemini_cli(document: &Scope, field: Field, moment: Moment) -> Channel {
    match (field, document.kind(), document.role.as_deref()) {
        (Field::Text, ..) => Channel::Text,
        (_, Some("message"), Some("assistant")) => Channel::Text,
        (_, None | Some("message"), None) => later(moment),
        _ => Channel::Nowhere,
    }
}
