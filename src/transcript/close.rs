//! What follows when a part or a document of an envelope has closed: tool
//! calls, why the answer ended, what it cost, and whether it is over.

use super::envelope::Envelope;
use super::frame::Framing;
use super::scope::{Scope, Shape};
use super::stop::{Ended, ended};
use super::tools::{Delta, End, Nature};
use super::walk::Walk;

/// The message that text belongs to, where several make up one answer.
pub(super) fn message_of(
    envelope: Envelope,
    scopes: &[Scope],
) -> Option<String> {
    match envelope {
        Envelope::Claude | Envelope::OpenaiAssistants => {
            scopes.first()?.id.clone()
        }
        Envelope::Codex => scopes.last()?.id.clone(),
        _ => None,
    }
}

/// A part has closed.
pub(super) fn part(walk: &mut Walk, part: &mut Scope) {
    let call = call_of(walk, part);
    pass_on(walk, part, call);
}

/// A part will never close: a call in it is as it stands. One that has not
/// said yet what it is may be anything.
pub(super) fn cut_part(walk: &mut Walk, part: &mut Scope) {
    let unsaid = part.shape == Shape::Part && part.kind.is_none();
    let mut call = call_of(walk, part).filter(|_| !unsaid);
    if let Some(call) = &mut call
        && call.end == End::Closed
    {
        call.args = call.input.take().unwrap_or_default();
        // A session file gives arguments that were cut closed, and after
        // them as they came.
        call.end = match walk.envelope {
            Envelope::Message => End::Untold,
            _ => End::Cut,
        };
    }
    pass_on(walk, part, call);
}

/// Hands what a part said to what it is a part of, or to the answer.
fn pass_on(walk: &mut Walk, part: &mut Scope, call: Option<Delta>) {
    let at_once = walk.framing == Framing::Values
        && walk.envelope != Envelope::Claude
        && part.input.is_some()
        && !walk.scopes.iter().any(|scope| is_other(walk.envelope, scope));
    let other = walk.scopes.len() == 1 && is_other(walk.envelope, part);
    let Some(parent) = walk.scopes.last_mut() else { return };
    if other {
        walk.answer.other_choices = true;
        return;
    }
    parent.stop = part.stop.take().or(parent.stop.take());
    parent.held.append(&mut part.held);
    parent.tools.append(&mut part.tools);
    match call {
        Some(call) if at_once => walk.answer.tool(call),
        Some(call) => parent.tools.push(call),
        None => {}
    }
}

/// Whether a part is a choice beside the first.
fn is_other(envelope: Envelope, part: &Scope) -> bool {
    let choices = matches!(envelope, Envelope::OpenaiChat | Envelope::Gemini);
    let other = match part.index.as_deref() {
        Some(index) => index != "0",
        None => part.position > 0,
    };
    choices && part.shape == Shape::Part && other
}

/// The tool call that a part is, or is about.
fn call_of(walk: &Walk, part: &mut Scope) -> Option<Delta> {
    let document = walk.scopes.first();
    let said = part.name.is_some()
        || part.input.is_some()
        || part.partial.is_some()
        || !part.args.is_empty();
    if !said {
        return None;
    }
    let of_document = document.and_then(|document| document.index.clone());
    let begins = matches!(
        document.and_then(Scope::kind),
        Some("content_block_start" | "response.output_item.added")
    );
    let mut delta = Delta {
        key: part.index.clone().or(of_document),
        id: part.id.clone(),
        name: part.name.clone(),
        args: std::mem::take(&mut part.args),
        input: part.input.clone(),
        nature: nature(part),
        end: End::Open,
    };
    if let Some(partial) = part.partial.take() {
        // The input beside it was made up from it.
        delta.args = partial;
        delta.input = None;
        delta.end = End::Cut;
    } else if part.input.is_some() && !begins {
        delta.end = End::Closed;
    }
    Some(delta)
}

fn nature(part: &Scope) -> Nature {
    match part.kind() {
        None
        | Some(
            "tool_use" | "toolCall" | "tool_call" | "function_call"
            | "function" | "input_json_delta",
        ) => Nature::Json,
        Some("custom_tool_call" | "custom") => Nature::Text,
        Some(_) => Nature::Foreign,
    }
}

/// A document has closed.
pub(super) fn document(walk: &mut Walk, mut document: Scope) {
    take_calls(walk, &mut document);
    begin_anew(walk, &document);
    let stop = stop_of(walk.envelope, &document);
    let over = is_body(walk, &document) || is_last(walk.envelope, &document);
    take_figures(walk, &document);
    if let Some(stop) = stop {
        end_calls(walk, &stop);
        walk.answer.figures.ended |= walk.envelope != Envelope::Claude;
        walk.answer.figures.stop = Some(stop);
    }
    if document.done {
        walk.answer.figures.ended = true;
    }
    if over {
        walk.answer.figures.ended = true;
        walk.answer.close_calls();
        walk.answer.end_answer();
    }
}

/// A document will never close; what it said so far holds.
pub(super) fn cut_document(walk: &mut Walk, mut document: Scope) {
    // Which call a piece belongs to may stand behind it.
    let known = document.index.is_some();
    document.tools.retain(|call| {
        known || call.key.is_some() || call.id.is_some() || call.name.is_some()
    });
    if !known {
        document.args.clear();
    }
    take_calls(walk, &mut document);
    take_figures(walk, &document);
    if let Some(stop) = stop_of(walk.envelope, &document) {
        walk.answer.figures.stop = Some(stop);
    }
}

fn take_calls(walk: &mut Walk, document: &mut Scope) {
    let kind = document.kind.clone().unwrap_or_default();
    let mut calls = std::mem::take(&mut document.tools);
    let own = match walk.envelope {
        Envelope::Bedrock | Envelope::OpenaiResponses => true,
        Envelope::GeminiCli => kind == "tool_use",
        _ => false,
    };
    if own {
        calls.extend(call_of(walk, document));
    }
    if walk.envelope == Envelope::Claude {
        let again = walk.streamed && kind == "assistant";
        let of_model = kind == "assistant" || kind.starts_with("content_");
        if again || !of_model || document.flag == Some(true) {
            calls.clear();
        }
        walk.streamed |= kind == "content_block_delta";
    }
    for mut call in calls {
        // The document may say after its part which call it is about.
        call.key = call.key.or_else(|| document.index.clone());
        walk.answer.tool(call);
    }
    let ends = matches!(
        kind.as_str(),
        "content_block_stop"
            | "tool-call-end"
            | "response.function_call_arguments.done"
    );
    if ends || document.ends {
        walk.answer.close_call(document.index.as_deref());
    }
}

/// The first event of an answer: what the last one ended with is past.
fn begin_anew(walk: &mut Walk, document: &Scope) {
    let begins = matches!(
        document.kind(),
        Some(
            "message_start"
                | "message-start"
                | "response.created"
                | "turn.started"
                | "init"
        )
    );
    if begins || is_body(walk, document) {
        walk.answer.figures.stop = None;
        walk.answer.figures.tokens = None;
        walk.answer.figures.cap = None;
        walk.answer.figures.error = None;
        walk.answer.figures.ended = false;
    }
}

/// Why the answer ended, if this document says so.
fn stop_of(envelope: Envelope, document: &Scope) -> Option<String> {
    let stop = document.stop.clone();
    let status = || document.status.clone();
    match (envelope, document.kind()) {
        (Envelope::OpenaiResponses, kind) => match kind {
            None
            | Some(
                "response.completed"
                | "response.incomplete"
                | "response.failed"
                | "response.cancelled",
            ) => stop.or_else(status),
            Some(_) => None,
        },
        (Envelope::OpenaiAssistants, Some("thread.run")) => {
            let status = status();
            let going = ["queued", "in_progress", "cancelling"];
            let over = status.filter(|s| !going.contains(&s.as_str()));
            over.map(|status| stop.unwrap_or(status))
        }
        (Envelope::OpenaiAssistants, _) => None,
        (Envelope::Claude, Some("result")) => match document.flag {
            Some(true) => stop.or_else(|| Some("error".to_owned())),
            _ => stop.or_else(status),
        },
        // It is a success as well where the model was cut at its limit.
        (Envelope::GeminiCli, Some("result")) => {
            status().filter(|status| ended(status) != Ended::Whole)
        }
        (Envelope::GeminiCli, _) => {
            document.error.as_ref().map(|_| "error".to_owned())
        }
        (Envelope::Codex, Some("turn.completed")) => {
            Some("completed".to_owned())
        }
        (Envelope::Codex, Some("turn.failed")) => Some("failed".to_owned()),
        _ => stop,
    }
}

fn end_calls(walk: &mut Walk, stop: &str) {
    match ended(stop) {
        Ended::Early => walk.answer.cut_calls(),
        Ended::Whole | Ended::Unknown => walk.answer.close_calls(),
    }
}

fn take_figures(walk: &mut Walk, document: &Scope) {
    let kind = document.kind();
    let of_run = walk.envelope != Envelope::OpenaiAssistants
        || kind == Some("thread.run");
    let answer = &mut walk.answer.figures;
    if let Some(error) = &document.error {
        answer.error = Some(error.clone());
    }
    if !of_run {
        return;
    }
    let tokens = match (document.tokens, document.more_tokens) {
        (None, more) => more,
        (tokens, None) => tokens,
        (Some(tokens), Some(more)) => Some(tokens.saturating_add(more)),
    };
    answer.tokens = tokens.or(answer.tokens);
    answer.cap = document.cap.or(answer.cap);
    let model = document.model.as_ref().filter(|name| !name.is_empty());
    answer.model = model.cloned().or(answer.model.take());
}

/// Whether the document is a whole answer by itself.
fn is_body(walk: &Walk, document: &Scope) -> bool {
    let kind = document.kind();
    let values = walk.framing == Framing::Values;
    match walk.envelope {
        _ if !values => false,
        Envelope::OpenaiChat => kind != Some("chat.completion.chunk"),
        Envelope::OpenaiResponses | Envelope::Cohere => kind.is_none(),
        Envelope::Anthropic => {
            matches!(kind, None | Some("message" | "completion"))
        }
        Envelope::Message | Envelope::LlmLogs => true,
        // One of a stream's chunks says that it is the last; a body does.
        Envelope::Gemini | Envelope::Ollama => false,
        Envelope::Bedrock => {
            document.stop.is_some() && document.index.is_none()
        }
        Envelope::GeminiCli => kind.is_none(),
        Envelope::Claude | Envelope::Codex => false,
        Envelope::OpenaiAssistants => false,
    }
}

/// Whether the document is the last of an answer.
fn is_last(envelope: Envelope, document: &Scope) -> bool {
    match envelope {
        Envelope::Ollama => document.done,
        Envelope::Claude => document.kind() == Some("result"),
        _ => matches!(
            document.kind(),
            Some(
                "message_stop"
                    | "message-end"
                    | "response.completed"
                    | "response.incomplete"
                    | "response.failed"
                    | "turn.completed"
                    | "turn.failed"
                    | "result"
            )
        ),
    }
}
