//! What has been read of a document, and of the parts it is made of.

use super::routes::Field;
use super::tools::Delta;

/// What an object of a document is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Shape {
    #[default]
    Document,
    Part,
    Tool,
}

/// The fields of a document, part or tool call, as far as they have come.
#[derive(Debug, Default)]
pub(super) struct Scope {
    pub(super) shape: Shape,
    /// Where it stands among its array's elements, from 0.
    pub(super) position: u32,
    pub(super) kind: Option<String>,
    pub(super) role: Option<String>,
    pub(super) index: Option<String>,
    pub(super) id: Option<String>,
    pub(super) name: Option<String>,
    pub(super) flag: Option<bool>,
    pub(super) stop: Option<String>,
    pub(super) status: Option<String>,
    pub(super) tokens: Option<u64>,
    pub(super) more_tokens: Option<u64>,
    pub(super) cap: Option<u64>,
    pub(super) model: Option<String>,
    pub(super) done: bool,
    pub(super) ends: bool,
    pub(super) error: Option<String>,
    /// Argument bytes of a tool call, a piece of them.
    pub(super) args: Vec<u8>,
    /// Argument bytes, all of them.
    pub(super) input: Option<Vec<u8>>,
    /// Argument bytes as they came, of a call that may have been cut.
    pub(super) partial: Option<Vec<u8>>,
    /// Text whose channel is not known yet.
    pub(super) held: Vec<(Field, Vec<u8>)>,
    /// Tool calls of parts that have closed.
    pub(super) tools: Vec<Delta>,
}

impl Scope {
    pub(super) fn new(shape: Shape, position: u32) -> Self {
        Self { shape, position, ..Self::default() }
    }

    pub(super) fn kind(&self) -> Option<&str> {
        self.kind.as_deref()
    }

    /// Keeps text until more is known.
    pub(super) fn hold(&mut self, field: Field, text: &[u8]) {
        match self.held.last_mut() {
            Some((last, held)) if *last == field => {
                held.extend_from_slice(text);
            }
            _ => self.held.push((field, text.to_vec())),
        }
    }

    /// Takes a whole string of a small field.
    pub(super) fn set_text(&mut self, field: Field, text: &[u8]) {
        let text = String::from_utf8_lossy(text).into_owned();
        match field {
            // The kind that is deepest in a document says most.
            Field::Kind => self.kind = Some(text),
            Field::Role => self.role = Some(text),
            Field::Index => self.index = Some(text),
            Field::Id => self.id = Some(text),
            Field::Name => self.name = Some(text),
            Field::Flag => self.flag = Some(true),
            Field::Stop => self.stop = Some(text),
            Field::Status => self.status = Some(text),
            Field::Model => self.model = Some(text),
            Field::Error => self.error = Some(text),
            _ => {}
        }
    }

    /// Takes a number or literal.
    pub(super) fn set_scalar(&mut self, field: Field, word: &[u8]) {
        let text = std::str::from_utf8(word).unwrap_or_default();
        let number = text.parse::<u64>().ok();
        match field {
            Field::Index if number.is_some() => {
                self.index = Some(text.to_owned());
            }
            Field::Tokens => self.tokens = number.or(self.tokens),
            Field::MoreTokens => self.more_tokens = number,
            Field::Cap => self.cap = number.or(self.cap),
            Field::Flag => self.flag = Some(text == "true"),
            Field::Done => self.done = text == "true",
            _ => {}
        }
    }
}
