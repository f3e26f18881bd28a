//! Recognising an envelope by its first value or event.
//!
//! A look ends as soon as the keys and kinds that have come leave one answer.
//! What shows itself to be a record, or a wrapper of records, is raw at its
//! first key; a value that closes undecided is raw as well.

use super::binary::{Message, Messages};
use super::envelope::Envelope;
use super::frame::{Framing, Line, Lines};
use crate::json::{Kind, Token, Tokens};

/// What an input turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    Raw,
    Envelope(Envelope, Framing),
}

/// Keys of a first value that are remembered. No envelope has so many before
/// it can be told; what has more is something else.
const MOST_KEYS: usize = 64;

/// A look at the first value or event; see the module.
#[derive(Debug, Default)]
pub(super) struct Sniff {
    stage: Stage,
    /// The first bytes, until they tell how documents follow each other.
    lines: Lines,
    messages: Messages,
    tokens: Tokens,
    /// Keys of open objects, down to the level that matters.
    path: Vec<Step>,
    /// Levels open below those.
    deeper: u32,
    first: First,
    /// An event stream's document has begun.
    begun: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Stage {
    #[default]
    Blank,
    Framed(Framing),
}

#[derive(Debug)]
struct Step {
    kind: Kind,
    key: String,
    elements: u32,
}

/// What is known of the first object.
#[derive(Debug, Default)]
struct First {
    keys: Vec<String>,
    kind: Option<String>,
    role: Option<String>,
    object: Option<String>,
    in_array: bool,
    word: String,
}

/// Bytes of a kind or role from which no more are taken; none is so long.
const LONGEST_WORD: usize = 64;

/// Levels of a document that are looked at.
const DEEPEST: usize = 4;

impl Sniff {
    /// Looks at more bytes; what they are, once that is known.
    pub(super) fn feed(&mut self, mut bytes: &[u8]) -> Option<Found> {
        if self.stage == Stage::Blank {
            let from = bytes.iter().position(|b| !is_blank(*b))?;
            bytes = bytes.get(from..).unwrap_or_default();
            self.stage = match bytes.first()? {
                b'{' | b'[' => Stage::Framed(Framing::Values),
                0 => Stage::Framed(Framing::Messages),
                b'd' | b'e' | b'i' | b'r' | b':' => {
                    Stage::Framed(Framing::Events)
                }
                _ => return Some(Found::Raw),
            };
        }
        match self.stage {
            Stage::Framed(Framing::Values) => self.value(bytes),
            Stage::Framed(Framing::Messages) => self.message(bytes),
            _ => self.event(bytes),
        }
    }

    /// The first message tells, or there is none.
    fn message(&mut self, bytes: &[u8]) -> Option<Found> {
        match self.messages.step(bytes) {
            Message::More => None,
            Message::Foreign => Some(Found::Raw),
            Message::Document(document, _) => {
                self.value(&document).or(Some(Found::Raw))
            }
        }
    }

    fn event(&mut self, mut bytes: &[u8]) -> Option<Found> {
        loop {
            let (used, line) = self.lines.step(bytes);
            match line {
                Line::More => return None,
                Line::Data(data) => {
                    let data = match self.begun {
                        true => data,
                        false => data.trim_ascii_start(),
                    };
                    if !self.begun && data.first().is_some_and(|b| *b != b'{') {
                        return Some(Found::Raw);
                    }
                    self.begun |= !data.is_empty();
                    if let Some(found) = self.value(data) {
                        return Some(found);
                    }
                }
                Line::Foreign => return Some(Found::Raw),
                Line::Blank if self.begun => return Some(Found::Raw),
                Line::Begin | Line::End | Line::Blank => {}
            }
            bytes = bytes.get(used..).unwrap_or_default();
        }
    }

    fn value(&mut self, mut bytes: &[u8]) -> Option<Found> {
        loop {
            let (used, token) = self.tokens.step(bytes);
            let told = match token {
                Token::More => return None,
                Token::Fault => Some(None),
                Token::Open(_) if self.path.len() > DEEPEST + 1 => {
                    self.deeper += 1;
                    None
                }
                Token::Close if self.deeper > 0 => {
                    self.deeper -= 1;
                    None
                }
                _ if self.deeper > 0 => None,
                Token::Open(kind) => {
                    open(&mut self.path, &mut self.first, kind)
                }
                Token::Close => {
                    self.path.pop();
                    let over = self.path.is_empty()
                        || (self.first.in_array && self.path.len() == 1);
                    over.then_some(None)
                }
                Token::Key(key) => {
                    key_came(&mut self.path, &mut self.first, key)
                }
                Token::Text(text) => {
                    self.first.more(text, &self.path);
                    None
                }
                Token::TextEnd => self.first.text_came(&self.path),
                Token::Scalar(_) => count(&mut self.path, None),
            };
            if let Some(told) = told {
                let Stage::Framed(framing) = self.stage else {
                    return Some(Found::Raw);
                };
                return Some(match told {
                    None => Found::Raw,
                    Some(envelope) => Found::Envelope(envelope, framing),
                });
            }
            bytes = bytes.get(used..).unwrap_or_default();
        }
    }
}

/// Whether a byte may stand before the first value; those of a byte order
/// mark are among them.
pub(super) fn is_blank(byte: u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, 0xEF | 0xBB | 0xBF)
}

/// What a look has told: nothing yet, that it is raw, or which envelope.
type Told = Option<Option<Envelope>>;

fn count(path: &mut [Step], opened: Option<Kind>) -> Told {
    if let Some(step) = path.last_mut() {
        step.elements += u32::from(step.kind == Kind::Array);
    }
    // Neither an array of numbers nor one of arrays wraps anything.
    let in_root_array =
        path.len() == 1 && path.iter().all(|s| s.kind == Kind::Array);
    (in_root_array && opened != Some(Kind::Object)).then_some(None)
}

fn open(path: &mut Vec<Step>, first: &mut First, kind: Kind) -> Told {
    let told = match path.is_empty() {
        true => None,
        false => count(path, Some(kind)),
    };
    if path.is_empty() {
        first.in_array = kind == Kind::Array;
    }
    path.push(Step { kind, key: String::new(), elements: 0 });
    if told.is_some() {
        return told;
    }
    first.opened(path)
}

fn key_came(path: &mut [Step], first: &mut First, key: &[u8]) -> Told {
    let step = path.last_mut()?;
    step.key = String::from_utf8_lossy(key).into_owned();
    first.key_came(path)
}

impl First {
    /// The keys from the first object down, joined by dots; arrays within
    /// are stars.
    fn place(&self, path: &[Step]) -> String {
        let steps = path.iter().skip(usize::from(self.in_array));
        let names = steps.map(|step| match step.kind {
            Kind::Object => step.key.as_str(),
            Kind::Array => "*",
        });
        names.collect::<Vec<_>>().join(".")
    }

    fn has(&self, key: &str) -> bool {
        self.keys.iter().any(|known| known == key)
    }

    fn key_came(&mut self, path: &[Step]) -> Told {
        let place = self.place(path);
        if !place.contains('.') {
            if self.keys.len() >= MOST_KEYS {
                return Some(None);
            }
            self.keys.push(place.clone());
        }
        self.by_place(&place)
    }

    /// What the key that has just come tells, in the light of those before.
    /// Keys that other programs use as well tell nothing alone.
    fn by_place(&self, place: &str) -> Told {
        let says = |key| self.has(key);
        let told = match place {
            "choices.*.delta"
            | "choices.*.message"
            | "choices.*.finish_reason" => Envelope::OpenaiChat,
            "candidates.*.content.parts"
            | "candidates.*.finishReason"
            | "usageMetadata"
            | "promptFeedback" => Envelope::Gemini,
            "output.message.role"
            | "output.message.content"
            | "messageStart"
            | "contentBlockStart"
            | "contentBlockDelta"
            | "inputTextTokenCount" => Envelope::Bedrock,
            "prompt_token_count" | "generation_token_count"
                if says("generation") =>
            {
                Envelope::Bedrock
            }
            "outputs.*.stop_reason" => Envelope::Bedrock,
            "message" | "response" if says("model") && says("created_at") => {
                Envelope::Ollama
            }
            "stats" if says("response") => Envelope::GeminiCli,
            "message.role" | "message.content"
                if says("id") && says("finish_reason") =>
            {
                Envelope::Cohere
            }
            "system" | "prompt_json" | "options_json" | "response"
                if self.in_array && says("model") && says("prompt") =>
            {
                Envelope::LlmLogs
            }
            "conversation_id"
                if self.in_array && says("id") && says("model") =>
            {
                Envelope::LlmLogs
            }
            "content.*.type" if self.is_assistant() => Envelope::Message,
            "message.id" | "message.role" | "message.content"
                if matches!(self.kind(), "assistant" | "user") =>
            {
                Envelope::Claude
            }
            "file_path" | "path" | "file" | "filename" | "operations"
            | "files" | "edits" | "changes" | "op" | "new_path" => {
                return Some(None);
            }
            _ => return self.by_kind(),
        };
        Some(Some(told))
    }

    fn kind(&self) -> &str {
        self.kind.as_deref().unwrap_or_default()
    }

    fn is_assistant(&self) -> bool {
        self.kind.is_none() && self.role.as_deref() == Some("assistant")
    }

    /// What the kind and role tell, in the light of the keys.
    fn by_kind(&self) -> Told {
        let says = |key| self.has(key);
        let assistant = self.role.as_deref() == Some("assistant");
        let told = match self.kind() {
            "message" if assistant && says("timestamp") => Envelope::GeminiCli,
            "message" if assistant && says("content") => Envelope::Anthropic,
            "completion" if says("completion") => Envelope::Anthropic,
            "system" if says("subtype") && says("session_id") => {
                Envelope::Claude
            }
            "system" if says("subtype") && says("cwd") => Envelope::Claude,
            "stream_event" if says("event") => Envelope::Claude,
            "result" if says("subtype") && says("is_error") => Envelope::Claude,
            "init" if says("session_id") => Envelope::GeminiCli,
            "thread.started" if says("thread_id") => Envelope::Codex,
            kind if kind.starts_with("item.") && says("item") => {
                Envelope::Codex
            }
            kind if kind.starts_with("response.")
                && (says("response") || says("sequence_number")) =>
            {
                Envelope::OpenaiResponses
            }
            _ => return None,
        };
        Some(Some(told))
    }

    fn opened(&self, path: &[Step]) -> Told {
        // An array of objects that no envelope has is a wrapper of records.
        let depth = path.len() - usize::from(self.in_array);
        let (Some(step), Some(above)) = (path.last(), path.iter().rev().nth(1))
        else {
            return None;
        };
        let element = depth == 3 && above.kind == Kind::Array;
        if !element || step.kind != Kind::Object {
            return None;
        }
        let known = [
            "choices",
            "candidates",
            "content",
            "output",
            "results",
            "outputs",
            "generations",
            "tools",
            "messages",
            "tool_calls",
        ];
        let key = path.iter().rev().nth(2).map(|step| step.key.as_str());
        (!known.contains(&key.unwrap_or_default())).then_some(None)
    }

    fn more(&mut self, text: &[u8], path: &[Step]) {
        let small = ["type", "object", "role"];
        let depth = path.len() - usize::from(self.in_array);
        let key = path.last().map(|step| step.key.as_str());
        let asked = key.is_some_and(|key| small.contains(&key));
        if depth == 1 && asked && self.word.len() < LONGEST_WORD {
            self.word.push_str(&String::from_utf8_lossy(text));
        }
    }

    fn text_came(&mut self, path: &[Step]) -> Told {
        let word = std::mem::take(&mut self.word);
        let depth = path.len().checked_sub(usize::from(self.in_array))?;
        if depth == 0 {
            return Some(None);
        }
        let key = path.last().filter(|_| depth == 1)?.key.as_str();
        match key {
            "type" => {
                let told = by_type(&word);
                self.kind = Some(word);
                told.or_else(|| self.by_kind())
            }
            "object" => {
                let told = by_object(&word);
                self.object = Some(word);
                told.map(Some)
            }
            "role" => {
                self.role = Some(word);
                self.by_kind()
            }
            _ => None,
        }
    }
}

/// Kinds that one envelope alone has; those that none has are a record's.
fn by_type(word: &str) -> Told {
    let told = match word {
        "message_start"
        | "content_block_start"
        | "content_block_delta"
        | "content_block_stop"
        | "message_delta" => Envelope::Anthropic,
        "message-start" | "content-start" | "content-delta"
        | "tool-plan-delta" | "tool-call-start" => Envelope::Cohere,
        "message" | "completion" | "system" | "assistant" | "user"
        | "stream_event" | "result" | "init" | "thread.started" => return None,
        _ if word.starts_with("item.") => return None,
        _ if word.starts_with("response.") => return None,
        _ => return Some(None),
    };
    Some(Some(told))
}

fn by_object(word: &str) -> Option<Envelope> {
    match word {
        "chat.completion" | "chat.completion.chunk" | "text_completion" => {
            Some(Envelope::OpenaiChat)
        }
        "response" => Some(Envelope::OpenaiResponses),
        _ if word.starts_with("thread.") => Some(Envelope::OpenaiAssistants),
        _ => None,
    }
}
