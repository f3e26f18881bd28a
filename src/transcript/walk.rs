//! Tokens of documents in, fields put where they belong.
//!
//! A walk goes through a document beside its tokens and knows at each value
//! what its place means for this envelope. What it learns goes to scopes,
//! and from them to the answer: text at once if it is certain that it is
//! text of the answer, the rest when its part or its document closes.

use super::answer::Answer;
use super::channel::{Channel, Context, Moment, channel};
use super::close;
use super::envelope::Envelope;
use super::frame::Framing;
use super::routes::{Field, Node, Routes};
use super::scope::{Scope, Shape};
use super::tables;
use crate::json::{Kind, Token};

/// Longest value of a small field that is kept, in bytes: names, reasons,
/// kinds, and the words of errors.
const LONGEST_FIELD: usize = 4096;

/// The way through documents; see the module.
#[derive(Debug)]
pub(super) struct Walk {
    pub(super) envelope: Envelope,
    pub(super) framing: Framing,
    routes: Routes,
    levels: Vec<Level>,
    /// Levels of a value that means nothing, or that is captured.
    skip: u32,
    /// The field whose bytes are captured as they are.
    capture: Option<Field>,
    captured: Vec<u8>,
    /// The place of the member whose value comes next.
    next: Option<Node>,
    /// The string at hand: its field, if it has one.
    string: Option<Option<Field>>,
    word: Vec<u8>,
    pub(super) scopes: Vec<Scope>,
    pub(super) answer: Answer,
    /// Events have carried text that later documents repeat.
    pub(super) streamed: bool,
    /// There was text before the document at hand.
    spoken: bool,
    /// Offset in the input of the token at hand.
    pub(super) at: u64,
    /// Fields that the document at hand had.
    pub(super) fields: u32,
    /// It has a key that no envelope's has, and an operation does.
    is_foreign: bool,
}

#[derive(Debug)]
struct Level {
    node: Node,
    kind: Kind,
    holds_scope: bool,
    elements: u32,
}

impl Walk {
    pub(super) fn new(envelope: Envelope, framing: Framing) -> Self {
        Self {
            envelope,
            framing,
            routes: tables::routes(envelope),
            levels: Vec::new(),
            skip: 0,
            capture: None,
            captured: Vec::new(),
            next: None,
            string: None,
            word: Vec::new(),
            scopes: Vec::new(),
            answer: Answer::default(),
            streamed: false,
            spoken: false,
            at: 0,
            fields: 0,
            is_foreign: false,
        }
    }

    /// Whether a document is open.
    pub(super) fn is_open(&self) -> bool {
        !self.scopes.is_empty()
    }

    /// Takes a token, and the bytes that it was made of.
    pub(super) fn take(&mut self, token: &Token<'_>, raw: &[u8]) {
        if self.capture.is_some() {
            self.captured.extend_from_slice(raw);
        }
        match token {
            Token::Open(_) if self.skip > 0 => self.skip += 1,
            Token::Open(kind) => self.open(*kind),
            Token::Close if self.skip > 0 => {
                self.skip -= 1;
                if self.skip == 0 {
                    self.end_capture();
                }
            }
            Token::Close => self.close(),
            _ if self.skip > 0 => {}
            Token::Key(key) => {
                self.is_foreign |= self.levels.len() == 1 && is_foreign(key);
                let node = self.levels.last().map(|level| level.node);
                self.next = node.and_then(|at| self.routes.member(at, key));
            }
            Token::Text(text) => self.text(text),
            Token::TextEnd => self.end_text(),
            Token::Scalar(word) => self.scalar(word),
            Token::More | Token::Fault => {}
        }
    }

    /// The place of the value that begins now.
    fn value(&mut self) -> Option<Node> {
        let Some(level) = self.levels.last_mut() else {
            return Some(Routes::ROOT);
        };
        match level.kind {
            Kind::Object => self.next.take(),
            Kind::Array => {
                level.elements += 1;
                self.routes.element(level.node)
            }
        }
    }

    fn position(&self) -> u32 {
        let array = self.levels.iter().rev().find(|l| l.kind == Kind::Array);
        array.map_or(0, |level| level.elements.saturating_sub(1))
    }

    fn open(&mut self, kind: Kind) {
        let Some(node) = self.value() else {
            self.skip = 1;
            return;
        };
        let field = self.routes.field(node);
        let shape = match field {
            _ if self.levels.is_empty() => Some(Shape::Document),
            Some(Field::Part) => Some(Shape::Part),
            Some(Field::Tool) => Some(Shape::Tool),
            _ => None,
        };
        match field {
            Some(Field::Input | Field::Args | Field::Partial) => {
                return self.begin_capture(field, kind);
            }
            Some(Field::Whole) if !self.is_whole() => {
                self.skip = 1;
                return;
            }
            Some(Field::Ends) => {
                if let Some(scope) = self.scopes.last_mut() {
                    scope.ends = true;
                }
            }
            _ => {}
        }
        if shape == Some(Shape::Document) {
            self.spoken = self.answer.text_bytes > 0;
        }
        if let Some(shape) = shape {
            self.scopes.push(Scope::new(shape, self.position()));
        }
        let holds_scope = shape.is_some();
        self.levels.push(Level { node, kind, holds_scope, elements: 0 });
    }

    /// Whether the document is a body, not a chunk of one that repeats what
    /// its delta says.
    fn is_whole(&self) -> bool {
        let kind = self.scopes.first().and_then(Scope::kind);
        self.framing == Framing::Values && kind != Some("chat.completion.chunk")
    }

    fn begin_capture(&mut self, field: Option<Field>, kind: Kind) {
        self.capture = field;
        self.captured.clear();
        self.captured.push(match kind {
            Kind::Object => b'{',
            Kind::Array => b'[',
        });
        self.skip = 1;
    }

    fn end_capture(&mut self) {
        let Some(field) = self.capture.take() else { return };
        let bytes = std::mem::take(&mut self.captured);
        self.keep_arguments(field, &bytes);
    }

    fn keep_arguments(&mut self, field: Field, bytes: &[u8]) {
        self.fields += 1;
        let Some(scope) = self.scopes.last_mut() else { return };
        match field {
            Field::Input => {
                scope.input.get_or_insert_default().extend_from_slice(bytes);
            }
            Field::Partial => {
                scope.partial.get_or_insert_default().extend_from_slice(bytes);
            }
            _ => scope.args.extend_from_slice(bytes),
        }
    }

    fn close(&mut self) {
        let Some(level) = self.levels.pop() else { return };
        self.next = None;
        if !level.holds_scope {
            return;
        }
        if self.levels.is_empty() {
            self.close_document();
        } else {
            self.close_part();
        }
    }

    fn begin_string(&mut self) -> Option<Field> {
        if let Some(field) = self.string {
            return field;
        }
        let field = self.value().and_then(|node| self.routes.field(node));
        self.word.clear();
        self.string = Some(field);
        self.fields += u32::from(field.is_some());
        field
    }

    fn text(&mut self, text: &[u8]) {
        match self.begin_string() {
            None => {}
            Some(field @ (Field::Text | Field::Reasoning | Field::Delta)) => {
                self.speak(field, text, Moment::Arriving);
            }
            Some(field @ (Field::Args | Field::Input | Field::Partial)) => {
                self.keep_arguments(field, text);
            }
            Some(_) => {
                let room = LONGEST_FIELD.saturating_sub(self.word.len());
                self.word.extend(text.iter().take(room));
            }
        }
    }

    fn end_text(&mut self) {
        let field = self.begin_string();
        self.string = None;
        if let (Some(field), Some(scope)) = (field, self.scopes.last_mut()) {
            if field == Field::Input {
                scope.input.get_or_insert_default();
            }
            scope.set_text(field, &self.word);
        }
    }

    fn scalar(&mut self, word: &[u8]) {
        let field = self.value().and_then(|node| self.routes.field(node));
        if let (Some(field), Some(scope)) = (field, self.scopes.last_mut()) {
            self.fields += 1;
            scope.set_scalar(field, word);
        }
    }

    fn context(&self) -> Context {
        Context {
            envelope: self.envelope,
            framing: self.framing,
            streamed: self.streamed,
            spoken: self.spoken,
            called: self.answer.calls > 0,
        }
    }

    /// Sends text where it belongs, or holds it until that is known.
    fn speak(&mut self, field: Field, text: &[u8], moment: Moment) {
        let to = channel(self.context(), field, &self.scopes, moment);
        let message = close::message_of(self.envelope, &self.scopes);
        let Some(scope) = self.scopes.last_mut() else { return };
        match to {
            Channel::Text => {
                self.answer.in_message(message.as_deref());
                self.answer.text(text, self.at);
            }
            Channel::Reasoning => self.answer.reasoning(text),
            Channel::Args => scope.args.extend_from_slice(text),
            Channel::Error => {
                let text = String::from_utf8_lossy(text);
                self.answer
                    .figures
                    .error
                    .get_or_insert_default()
                    .push_str(&text);
            }
            Channel::Later => scope.hold(field, text),
            Channel::Nowhere => {}
        }
    }

    /// Says what the innermost scope held back, as far as it is known now.
    fn release(&mut self, moment: Moment) {
        let Some(scope) = self.scopes.last_mut() else { return };
        for (field, text) in std::mem::take(&mut scope.held) {
            self.speak(field, &text, moment);
        }
    }

    fn close_part(&mut self) {
        self.release(Moment::PartClosed);
        let Some(mut part) = self.scopes.pop() else { return };
        close::part(self, &mut part);
    }

    fn close_document(&mut self) {
        self.release(Moment::DocumentClosed);
        let Some(document) = self.scopes.pop() else { return };
        if self.fields == 0 {
            self.answer.skipped += 1;
        }
        let foreign = std::mem::take(&mut self.is_foreign);
        self.answer.foreign += u64::from(foreign);
        self.fields = 0;
        close::document(self, document);
    }

    /// The document will never close: what it held whole is said.
    pub(super) fn abandon(&mut self) {
        if let Some(field) = self.capture.take() {
            let bytes = std::mem::take(&mut self.captured);
            let field =
                if field == Field::Input { Field::Partial } else { field };
            self.keep_arguments(field, &bytes);
        }
        while self.scopes.len() > 1 {
            self.release(Moment::Cut);
            let Some(mut part) = self.scopes.pop() else { break };
            close::cut_part(self, &mut part);
        }
        self.release(Moment::Cut);
        if let Some(document) = self.scopes.pop() {
            close::cut_document(self, document);
        }
        self.levels.clear();
        self.skip = 0;
        self.next = None;
        self.string = None;
        self.fields = 0;
        self.is_foreign = false;
    }
}

fn is_foreign(key: &[u8]) -> bool {
    matches!(key, b"file_path" | b"path" | b"new_path")
}
