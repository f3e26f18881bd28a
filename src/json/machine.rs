//! A push-down machine that recognises JSON values byte by byte.
//!
//! It follows the structure through mistakes that have one reading only
//! (counted as repairs) and through broken tokens that leave the structure
//! intact (the first is remembered as a fault). It stops at the events its
//! caller watches for, and can stop and go on at any byte. It keeps no
//! bytes: the caller holds the window from which a token can be read again.

use super::cursor::{Cursor, Word, starts_word};
use super::depth::Depth;
use super::number::Number;
use super::string::{Quote, Role};
use crate::span::{CutState, Place};

/// The two kinds of value that hold others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `[...]`
    Array,
    /// `{...}`
    Object,
}

/// What is wrong with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A byte that cannot follow what stands before it.
    Unexpected,
    /// A backslash escape that the dialect does not know.
    Escape,
    /// A number that breaks the grammar.
    Number,
    /// A word other than the three literals.
    Literal,
}

/// Why [`Machine::run`] returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// All bytes that can be understood without the next one are consumed.
    More,
    /// An object or array opened at or above the watched level.
    Open {
        /// What opened.
        kind: Kind,
        /// Whether it is the first element of an array.
        first: bool,
    },
    /// A member's key ended at or above the watched level. Its token, quotes
    /// included, starts at this offset and ends at [`Machine::at`].
    Key {
        /// Offset of the key's first byte.
        start: u64,
    },
    /// A comma separated two elements at or above the traced level.
    Comma,
    /// The next byte begins a scalar at the level of [`Machine::scalars`].
    Scalar,
    /// An object or array closed and left no more than the floor's levels,
    /// or a scalar that was reported has ended.
    Close,
    /// The next byte is the first of its line, but for blanks, is `{` or
    /// `[`, and the line is not indented deeper than the resync level.
    LineStart,
    /// The next byte cannot follow; the machine cannot go on.
    Fault,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Value,
    FirstElement,
    NextElement,
    FirstKey,
    NextKey,
    Colon,
    AfterValue,
    Text,
    Escape,
    Hex(u8),
    Number(Number),
    LineComment,
    BlockComment,
    BlockCommentStar,
}

/// Levels at which a value counts as broken: 32 MiB of bits. A record that
/// may be kept has far fewer; the limit is for what is too long to be kept
/// and is read to its end all the same.
const DEEPEST: u32 = 1 << 28;

/// The machine; see the module.
#[derive(Clone, Debug)]
pub struct Machine {
    /// Offset of the next byte to look at.
    pub at: u64,
    /// Line of that byte, counted from 1.
    pub line: u64,
    /// Keys and openings are reported up to this many open levels.
    pub watch: u32,
    /// Commas are reported up to this many open levels.
    pub trace: u32,
    /// A closing that leaves at most this many levels is reported.
    pub floor: u32,
    /// An array at this level may have any number of commas, or none, between
    /// its elements.
    pub loose: u32,
    /// Scalars at this level are reported. At level 0 a blank, a comma or a
    /// line's end must follow one, and a string must end on its line.
    pub scalars: Option<u32>,
    /// Lines indented by at most this many bytes are reported.
    pub resync_indent: u32,
    /// Indentation of the current line, in bytes.
    pub line_indent: u32,
    /// Mistakes with one reading only, since the last reset.
    pub repairs: u32,
    /// The first broken token since the last reset.
    pub fault: Option<(Fault, Place)>,
    pub(super) state: State,
    depth: Depth,
    pub(super) quote: Quote,
    pub(super) in_key: bool,
    pub(super) python: bool,
    /// A scalar that was reported has begun and not ended.
    in_scalar: bool,
    pub(super) token: u64,
    after_comment: State,
    /// Blanks seen since the line feed, while nothing else was.
    pub(super) indent: Option<u32>,
}

impl Machine {
    /// A machine that waits for a value at this place.
    pub fn new(at: Place) -> Self {
        Self {
            at: at.byte,
            line: at.line,
            watch: 0,
            trace: 0,
            floor: 0,
            loose: 0,
            scalars: None,
            in_scalar: false,
            resync_indent: 0,
            line_indent: 0,
            repairs: 0,
            fault: None,
            state: State::Value,
            depth: Depth::default(),
            quote: Quote::Double,
            in_key: false,
            python: false,
            token: at.byte,
            after_comment: State::Value,
            indent: None,
        }
    }

    /// How many objects and arrays are open.
    pub fn levels(&self) -> u32 {
        self.depth.levels()
    }

    /// Forgets what was wrong with the values before this one.
    pub fn reset_faults(&mut self) {
        self.repairs = 0;
        self.fault = None;
        self.python = false;
    }

    /// Puts the machine at `at`, inside the outermost `levels` only, where a
    /// value is expected.
    pub fn restart(&mut self, at: Place, levels: u32) {
        self.at = at.byte;
        self.line = at.line;
        self.depth.truncate(levels);
        self.indent = None;
        self.in_scalar = false;
        self.state = State::Value;
        self.reset_faults();
    }

    /// A second machine that waits for a value at `at`, inside the outermost
    /// `levels` only; of what is open deeper nothing is copied.
    pub fn branch(&self, at: Place, levels: u32) -> Self {
        Self { depth: self.depth.outermost(levels), ..Self::new(at) }
    }

    /// Like [`Machine::restart`], where a value has just ended.
    pub fn resume_after_value(&mut self, at: Place, levels: u32) {
        self.restart(at, levels);
        self.state = State::AfterValue;
    }

    /// Lets Python's rules for strings begin anew, as for a value that is
    /// read on its own.
    pub fn reset_dialect(&mut self) {
        self.python = false;
    }

    /// Whether a key has ended and its colon has not come.
    pub fn expects_colon(&self) -> bool {
        self.state == State::Colon
    }

    /// Whether a key or the object's end may come.
    pub fn expects_key(&self) -> bool {
        matches!(self.state, State::FirstKey | State::NextKey)
    }

    /// Offset from which bytes are needed to read the open token again: its
    /// start inside a key, else the next byte's.
    pub fn key_start(&self) -> u64 {
        let in_string =
            matches!(self.state, State::Text | State::Escape | State::Hex(_));
        if self.in_key && in_string { self.token } else { self.at }
    }

    /// Offset of the first byte of the open string, key or comment.
    pub(super) fn token_start(&self) -> u64 {
        self.token
    }

    /// Whether the open string is a key.
    pub(super) fn is_key(&self) -> bool {
        self.in_key
    }

    /// Whether a value has just ended.
    pub(super) fn ends_value(&self) -> bool {
        self.state == State::AfterValue
    }

    /// The closers of all that is open, innermost first.
    pub(super) fn closers(&self) -> impl Iterator<Item = u8> + use<> {
        let mut depth = self.depth.clone();
        std::iter::from_fn(move || {
            let kind = depth.top()?;
            depth.pop();
            Some(if kind == Kind::Object { b'}' } else { b']' })
        })
    }

    /// Whether the next byte would be text: of a string or a comment.
    pub fn in_text(&self) -> bool {
        matches!(
            self.state,
            State::Text
                | State::Escape
                | State::Hex(_)
                | State::LineComment
                | State::BlockComment
                | State::BlockCommentStar
        )
    }

    /// What is open, were the stream to end here; `rest` are the bytes from
    /// [`Machine::at`] on, which the machine could not yet judge.
    pub fn cut_state(&self, rest: &[u8]) -> CutState {
        match self.state {
            State::Escape | State::Hex(_) => CutState::Escape,
            State::Text if self.in_key => CutState::Key,
            State::Text => CutState::String,
            State::Number(_) => CutState::Number,
            State::LineComment
            | State::BlockComment
            | State::BlockCommentStar => CutState::Comment,
            State::FirstKey | State::NextKey if starts_word(rest) => {
                CutState::Key
            }
            _ if starts_word(rest) => CutState::Literal,
            _ => CutState::Container,
        }
    }

    /// Consumes bytes until something watched for happens. `window` holds
    /// the stream's bytes from offset `base` on; `base <= self.at`.
    pub fn run(&mut self, window: &[u8], base: u64) -> Stop {
        let from = self.at.saturating_sub(base) as usize;
        let mut cursor = Cursor { window, base, i: from };
        loop {
            let stop = match self.state {
                State::Text => self.text(&mut cursor),
                State::Escape => self.escape(&mut cursor),
                State::Hex(left) => self.hex(&mut cursor, left),
                State::Number(number) => self.number(&mut cursor, number),
                State::LineComment
                | State::BlockComment
                | State::BlockCommentStar => self.comment(&mut cursor),
                _ => self.between(&mut cursor),
            };
            if let Some(stop) = stop {
                self.at = cursor.at();
                return stop;
            }
        }
    }

    /// Skips blanks, then takes the token that follows.
    fn between(&mut self, c: &mut Cursor<'_>) -> Option<Stop> {
        if self.in_scalar && self.state == State::AfterValue {
            return self.end_scalar(c);
        }
        let byte = loop {
            let Some(byte) = c.peek() else { return Some(Stop::More) };
            match byte {
                b' ' | b'\t' | b'\r' => {
                    self.indent = self.indent.map(|n| n.saturating_add(1));
                }
                b'\n' => self.line_feed(),
                _ => break byte,
            }
            c.i += 1;
        };
        if self.indent.is_some() && self.starts_line(byte) {
            return Some(Stop::LineStart);
        }
        match self.state {
            _ if byte == b'/' || byte == b'#' => self.begin_comment(c, byte),
            State::AfterValue => self.after_value(c, byte),
            State::Colon => {
                if byte != b':' {
                    return Some(Stop::Fault);
                }
                c.i += 1;
                self.state = State::Value;
                None
            }
            State::FirstKey | State::NextKey => self.key(c, byte),
            _ => self.value(c, byte),
        }
    }

    pub(super) fn line_feed(&mut self) {
        self.line += 1;
        self.indent = Some(0);
    }

    /// Ends the indentation; whether a record could begin on this line.
    pub(super) fn starts_line(&mut self, byte: u8) -> bool {
        let Some(indent) = self.indent.take() else { return false };
        self.line_indent = indent;
        matches!(byte, b'{' | b'[') && indent <= self.resync_indent
    }

    fn after_value(&mut self, c: &mut Cursor<'_>, byte: u8) -> Option<Stop> {
        match (byte, self.depth.top()) {
            (b',', Some(kind)) => {
                c.i += 1;
                self.state = match kind {
                    Kind::Object => State::NextKey,
                    Kind::Array => State::NextElement,
                };
                (self.levels() <= self.trace).then_some(Stop::Comma)
            }
            (b'}', Some(Kind::Object)) | (b']', Some(Kind::Array)) => {
                self.close(c)
            }
            (b'{' | b'[', Some(Kind::Array)) if self.levels() == self.loose => {
                self.state = State::NextElement;
                None
            }
            _ => Some(Stop::Fault),
        }
    }

    fn key(&mut self, c: &mut Cursor<'_>, byte: u8) -> Option<Stop> {
        match byte {
            b'"' => self.begin_text(c, Quote::Double, 1, Role::Key),
            b'\'' => self.begin_text(c, Quote::Single, 1, Role::Key),
            b'}' => {
                self.repairs += u32::from(self.state == State::NextKey);
                self.close(c)
            }
            0xE2 => self.begin_typographic(c, Role::Key),
            _ if starts_word(&[byte]) => self.bare_key(c),
            _ => Some(Stop::Fault),
        }
    }

    fn bare_key(&mut self, c: &mut Cursor<'_>) -> Option<Stop> {
        let word = match c.word() {
            Word::Whole(word) => word,
            Word::Unfinished => return Some(Stop::More),
            Word::Endless => return Some(Stop::Fault),
        };
        let start = c.at();
        c.i += word.len();
        self.repairs += 1;
        self.state = State::Colon;
        (self.levels() <= self.watch).then_some(Stop::Key { start })
    }

    fn value(&mut self, c: &mut Cursor<'_>, byte: u8) -> Option<Stop> {
        if self.scalars == Some(self.levels()) && !self.in_scalar {
            let holds = matches!(byte, b'{' | b'[' | b']');
            let skipped = byte == b',' && self.skips_comma();
            self.in_scalar = !holds && !skipped;
            if self.in_scalar {
                return Some(Stop::Scalar);
            }
        }
        match byte {
            b'"' => self.begin_text(c, Quote::Double, 1, Role::Value),
            b'\'' => self.begin_text(c, Quote::Single, 1, Role::Value),
            b'{' => self.open(c, Kind::Object),
            b'[' => self.open(c, Kind::Array),
            b',' if self.skips_comma() => {
                c.i += 1;
                None
            }
            b']' if self.state == State::FirstElement => self.close(c),
            b']' if self.state == State::NextElement => {
                self.repairs += 1;
                self.close(c)
            }
            0xE2 => self.begin_typographic(c, Role::Value),
            _ if starts_word(&[byte]) => self.word(c),
            _ => {
                let Some(number) = Number::begin(byte) else {
                    return Some(Stop::Fault);
                };
                self.token = c.at();
                c.i += 1;
                self.state = State::Number(number);
                None
            }
        }
    }

    /// Whether a comma may follow another here.
    fn skips_comma(&self) -> bool {
        self.state == State::NextElement && self.levels() == self.loose
    }

    /// The end of a scalar that was reported, if what follows allows it.
    fn end_scalar(&mut self, c: &Cursor<'_>) -> Option<Stop> {
        let Some(byte) = c.peek() else { return Some(Stop::More) };
        self.in_scalar = false;
        let alone = matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b',');
        let stop =
            if alone || self.levels() > 0 { Stop::Close } else { Stop::Fault };
        Some(stop)
    }

    fn open(&mut self, c: &mut Cursor<'_>, kind: Kind) -> Option<Stop> {
        if self.levels() >= DEEPEST {
            return Some(Stop::Fault);
        }
        let first = self.state == State::FirstElement;
        c.i += 1;
        self.depth.push(kind);
        self.state = match kind {
            Kind::Object => State::FirstKey,
            Kind::Array => State::FirstElement,
        };
        (self.levels() <= self.watch).then_some(Stop::Open { kind, first })
    }

    fn close(&mut self, c: &mut Cursor<'_>) -> Option<Stop> {
        c.i += 1;
        self.depth.pop();
        self.state = State::AfterValue;
        (self.levels() <= self.floor).then_some(Stop::Close)
    }

    fn word(&mut self, c: &mut Cursor<'_>) -> Option<Stop> {
        let word = match c.word() {
            Word::Whole(word) => word,
            Word::Unfinished => return Some(Stop::More),
            Word::Endless => {
                self.broken(Fault::Literal, c);
                self.state = State::Number(Number::Bad);
                return None;
            }
        };
        match word {
            b"true" | b"false" | b"null" => {}
            b"True" | b"False" | b"None" => self.repairs += 1,
            _ => self.broken(Fault::Literal, c),
        }
        c.i += word.len();
        self.state = State::AfterValue;
        None
    }

    fn number(&mut self, c: &mut Cursor<'_>, mut seen: Number) -> Option<Stop> {
        while let Some(byte) = c.peek() {
            let Some(next) = seen.next(byte) else {
                if !seen.is_whole() {
                    self.broken(Fault::Number, c);
                }
                self.state = State::AfterValue;
                return None;
            };
            seen = next;
            c.i += 1;
        }
        self.state = State::Number(seen);
        Some(Stop::More)
    }

    fn begin_comment(&mut self, c: &mut Cursor<'_>, byte: u8) -> Option<Stop> {
        let (state, width) = match c.rest() {
            _ if byte == b'#' => (State::LineComment, 1),
            [b'/', b'/', ..] => (State::LineComment, 2),
            [b'/', b'*', ..] => (State::BlockComment, 2),
            [b'/'] => return Some(Stop::More),
            _ => return Some(Stop::Fault),
        };
        self.repairs += 1;
        self.token = c.at();
        self.after_comment = self.state;
        self.state = state;
        c.i += width;
        None
    }

    fn comment(&mut self, c: &mut Cursor<'_>) -> Option<Stop> {
        let Some(byte) = c.peek() else { return Some(Stop::More) };
        if self.indent.is_some() {
            if byte == b' ' || byte == b'\t' {
                self.indent = self.indent.map(|n| n.saturating_add(1));
                c.i += 1;
                return None;
            }
            if self.starts_line(byte) {
                return Some(Stop::LineStart);
            }
        }
        self.state = match (self.state, byte) {
            (State::LineComment, b'\n') | (State::BlockCommentStar, b'/') => {
                self.after_comment
            }
            (State::LineComment, _) => State::LineComment,
            (_, b'*') => State::BlockCommentStar,
            _ => State::BlockComment,
        };
        if byte == b'\n' {
            self.line_feed();
        }
        c.i += 1;
        None
    }

    pub(super) fn broken(&mut self, fault: Fault, c: &Cursor<'_>) {
        let place = Place { byte: c.at(), line: self.line };
        self.fault.get_or_insert((fault, place));
    }
}
