//! Strict JSON as programs write it: bytes in, tokens with decoded strings
//! out, a long string in as many pieces as it arrives in.
//!
//! Unlike [`super::Machine`] it forgives nothing, and it keeps the bytes of
//! one key, number or literal at most. It does not know what values mean,
//! nor where a stream of them comes from.

use super::depth::Depth;
use super::machine::Kind;
use super::run;

/// Longest key, number or literal that is kept, in bytes; what is longer is
/// cut, and matches no name that anyone looks for.
const LONGEST_WORD: usize = 256;

const REPLACEMENT: &[u8] = "\u{fffd}".as_bytes();

/// What [`Tokens::step`] found.
#[derive(Debug, PartialEq, Eq)]
pub enum Token<'a> {
    /// Every byte is consumed and no token is whole.
    More,
    /// An object or array opened.
    Open(Kind),
    /// The innermost object or array closed.
    Close,
    /// A member's name, decoded.
    Key(&'a [u8]),
    /// A further part of a string value, decoded.
    Text(&'a [u8]),
    /// The string value ended.
    TextEnd,
    /// A number or literal.
    Scalar(&'a [u8]),
    /// The next byte cannot follow.
    Fault,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Value,
    FirstElement,
    FirstKey,
    NextKey,
    Colon,
    AfterValue,
    Text,
    Escape,
    Hex(u8),
    Word,
}

/// A resumable reader of one JSON value after the other; see the module.
#[derive(Debug)]
pub struct Tokens {
    state: State,
    depth: Depth,
    in_key: bool,
    /// The key, number or literal in the making.
    word: Vec<u8>,
    /// The code unit of a `\u` escape in the making.
    unit: u16,
    /// The first half of a surrogate pair.
    high: Option<u16>,
    /// A character that was written as an escape.
    character: [u8; 4],
}

impl Default for Tokens {
    fn default() -> Self {
        Self {
            state: State::Value,
            depth: Depth::default(),
            in_key: false,
            word: Vec::new(),
            unit: 0,
            high: None,
            character: [0; 4],
        }
    }
}

impl Tokens {
    /// How many objects and arrays are open.
    pub fn levels(&self) -> u32 {
        self.depth.levels()
    }

    /// Takes the next token from the front of `bytes`: how many of them it
    /// consumed, and what it found. After [`Token::More`] all are consumed;
    /// after [`Token::Fault`] none of what is at fault.
    pub fn step<'t>(&'t mut self, bytes: &'t [u8]) -> (usize, Token<'t>) {
        let mut used = 0;
        loop {
            let rest = bytes.get(used..).unwrap_or_default();
            let Some(&byte) = rest.first() else { return (used, Token::More) };
            match self.state {
                State::Text => {
                    let run = run::plain(rest, b'"');
                    if run > 0 {
                        if self.high.take().is_some() {
                            self.keep(REPLACEMENT);
                            if !self.in_key {
                                return (used, Token::Text(REPLACEMENT));
                            }
                        }
                        let text = rest.get(..run).unwrap_or_default();
                        used += run;
                        if !self.in_key {
                            return (used, Token::Text(text));
                        }
                        self.keep(text);
                        continue;
                    }
                    match self.special(byte) {
                        Special::Go => used += 1,
                        Special::Again => {}
                        Special::Found(found) => {
                            let end = used + usize::from(found.consumes());
                            return (end, self.show(found));
                        }
                    }
                }
                State::Escape | State::Hex(_) => {
                    used += 1;
                    match self.escape(byte) {
                        Some(Found::Fault) => return (used - 1, Token::Fault),
                        Some(found) => return (used, self.show(found)),
                        None => {}
                    }
                }
                _ => match self.between(byte) {
                    Special::Go => used += 1,
                    Special::Again => {}
                    Special::Found(found) => {
                        let end = used + usize::from(found.consumes());
                        return (end, self.show(found));
                    }
                },
            }
        }
    }

    /// A quote, a backslash, or what may not stand in a string.
    fn special(&mut self, byte: u8) -> Special {
        match byte {
            b'\\' => {
                self.state = State::Escape;
                Special::Go
            }
            b'"' if self.high.take().is_some() => {
                self.keep(REPLACEMENT);
                if self.in_key {
                    return Special::Again;
                }
                Special::Found(Found::Lone)
            }
            b'"' => {
                let in_key = std::mem::take(&mut self.in_key);
                self.state =
                    if in_key { State::Colon } else { State::AfterValue };
                Special::Found(if in_key { Found::Key } else { Found::TextEnd })
            }
            _ => Special::Found(Found::Fault),
        }
    }

    fn escape(&mut self, byte: u8) -> Option<Found> {
        if let State::Hex(left) = self.state {
            return self.hex(byte, left);
        }
        let plain = match byte {
            b'"' | b'\\' | b'/' => byte,
            b'b' => 0x08,
            b'f' => 0x0C,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => {
                self.state = State::Hex(4);
                self.unit = 0;
                return None;
            }
            _ => return Some(Found::Fault),
        };
        self.state = State::Text;
        self.character(char::from(plain))
    }

    fn hex(&mut self, byte: u8, left: u8) -> Option<Found> {
        let Some(digit) = char::from(byte).to_digit(16) else {
            return Some(Found::Fault);
        };
        self.unit = self.unit << 4 | digit as u16;
        self.state = State::Hex(left - 1);
        if left > 1 {
            return None;
        }
        self.state = State::Text;
        match (self.high, self.unit) {
            (Some(high), 0xDC00..=0xDFFF) => {
                self.high = None;
                let pair = [high, self.unit];
                let mut pair = char::decode_utf16(pair).filter_map(Result::ok);
                self.character(pair.next().unwrap_or('\u{fffd}'))
            }
            (None, 0xD800..=0xDBFF) => {
                self.high = Some(self.unit);
                None
            }
            // Two first halves in a row: the second may yet find its other.
            (Some(_), 0xD800..=0xDBFF) => {
                self.high = Some(self.unit);
                self.emit('\u{fffd}')
            }
            (_, unit) => {
                let c = char::from_u32(u32::from(unit)).unwrap_or('\u{fffd}');
                self.character(c)
            }
        }
    }

    /// A character that was written as an escape, after a lone first half
    /// of a surrogate pair if there is one.
    fn character(&mut self, c: char) -> Option<Found> {
        if self.high.take().is_some() {
            self.keep(REPLACEMENT);
            if !self.in_key {
                return self.emit_two(c);
            }
        }
        self.emit(c)
    }

    fn emit(&mut self, c: char) -> Option<Found> {
        self.character = [0; 4];
        let len = c.encode_utf8(&mut self.character).len();
        if !self.in_key {
            return Some(Found::Character(len));
        }
        let character = self.character;
        self.keep(character.get(..len).unwrap_or_default());
        None
    }

    /// A replacement character and an ASCII or other character in one token.
    fn emit_two(&mut self, c: char) -> Option<Found> {
        let mut both = REPLACEMENT.to_vec();
        let mut utf8 = [0; 4];
        both.extend_from_slice(c.encode_utf8(&mut utf8).as_bytes());
        self.word = both;
        Some(Found::Word)
    }

    fn between(&mut self, byte: u8) -> Special {
        if self.state == State::Word {
            if byte.is_ascii_alphanumeric()
                || matches!(byte, b'+' | b'-' | b'.')
            {
                self.keep_word(byte);
                return Special::Go;
            }
            self.state = State::AfterValue;
            return Special::Found(Found::Scalar);
        }
        if matches!(byte, b' ' | b'\t' | b'\r' | b'\n') {
            return Special::Go;
        }
        match (self.state, byte) {
            (State::Colon, b':') => self.go(State::Value),
            (State::FirstKey | State::NextKey, b'"') => {
                self.in_key = true;
                self.begin_text()
            }
            (State::FirstKey, b'}') => self.close(),
            (State::FirstElement, b']') => self.close(),
            (State::AfterValue, _) => self.after_value(byte),
            (State::Value | State::FirstElement, _) => self.value(byte),
            _ => Special::Found(Found::Fault),
        }
    }

    fn go(&mut self, state: State) -> Special {
        self.state = state;
        Special::Go
    }

    fn begin_text(&mut self) -> Special {
        self.high = None;
        self.word.clear();
        self.go(State::Text)
    }

    fn value(&mut self, byte: u8) -> Special {
        match byte {
            b'"' => self.begin_text(),
            b'{' => self.open(Kind::Object, State::FirstKey),
            b'[' => self.open(Kind::Array, State::FirstElement),
            b'-' | b'0'..=b'9' | b't' | b'f' | b'n' => {
                self.word.clear();
                self.keep_word(byte);
                self.go(State::Word)
            }
            _ => Special::Found(Found::Fault),
        }
    }

    fn after_value(&mut self, byte: u8) -> Special {
        match (self.depth.top(), byte) {
            (Some(Kind::Object), b',') => self.go(State::NextKey),
            (Some(Kind::Array), b',') => self.go(State::Value),
            (Some(Kind::Object), b'}') | (Some(Kind::Array), b']') => {
                self.close()
            }
            (None, _) => self.value(byte),
            _ => Special::Found(Found::Fault),
        }
    }

    fn open(&mut self, kind: Kind, state: State) -> Special {
        self.depth.push(kind);
        self.state = state;
        Special::Found(Found::Open(kind))
    }

    fn close(&mut self) -> Special {
        self.depth.pop();
        self.state = State::AfterValue;
        Special::Found(Found::Close)
    }

    fn keep(&mut self, text: &[u8]) {
        if self.in_key {
            let room = LONGEST_WORD.saturating_sub(self.word.len());
            self.word.extend(text.iter().take(room));
        }
    }

    fn keep_word(&mut self, byte: u8) {
        if self.word.len() < LONGEST_WORD {
            self.word.push(byte);
        }
    }

    fn show(&self, found: Found) -> Token<'_> {
        match found {
            Found::Open(kind) => Token::Open(kind),
            Found::Close => Token::Close,
            Found::Key => Token::Key(&self.word),
            Found::TextEnd => Token::TextEnd,
            Found::Scalar => Token::Scalar(&self.word),
            Found::Word => Token::Text(&self.word),
            Found::Lone => Token::Text(REPLACEMENT),
            Found::Character(len) => {
                Token::Text(self.character.get(..len).unwrap_or_default())
            }
            Found::Fault => Token::Fault,
        }
    }
}

/// What a byte leads to.
enum Special {
    /// It is consumed.
    Go,
    /// It is looked at once more.
    Again,
    /// A token is whole.
    Found(Found),
}

#[derive(Clone, Copy)]
enum Found {
    Open(Kind),
    Close,
    Key,
    TextEnd,
    Scalar,
    /// Text that stands in `word`.
    Word,
    /// Half a surrogate pair, before the byte at hand.
    Lone,
    /// Text of so many bytes that stands in `character`.
    Character(usize),
    Fault,
}

impl Found {
    /// Whether the byte that led to it belongs to it.
    fn consumes(self) -> bool {
        !matches!(self, Self::Scalar | Self::Lone | Self::Fault)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a document says, in one line; text pieces are joined.
    fn told(json: &[u8], chunk: usize) -> String {
        let mut tokens = Tokens::default();
        let mut told = Vec::new();
        for mut bytes in json.chunks(chunk) {
            loop {
                let (used, token) = tokens.step(bytes);
                match token {
                    Token::More => break,
                    Token::Open(Kind::Object) => told.push(b'{'),
                    Token::Open(Kind::Array) => told.push(b'['),
                    Token::Close => told.push(b')'),
                    Token::Key(key) => {
                        told.extend_from_slice(key);
                        told.push(b':');
                    }
                    Token::Text(text) => told.extend_from_slice(text),
                    Token::TextEnd => told.push(b';'),
                    Token::Scalar(word) => {
                        told.extend_from_slice(word);
                        told.push(b';');
                    }
                    Token::Fault => {
                        told.push(b'!');
                        return String::from_utf8(told).unwrap();
                    }
                }
                bytes = &bytes[used..];
            }
        }
        String::from_utf8(told).unwrap()
    }

    #[test]
    fn tokens_are_the_same_for_every_chunking() {
        let cases = [
            (r#"{"a":[1,true,{}],"b":"x"}"#, "{a:[1;true;{))b:x;)"),
            (r#"{"a\n\u00e9":"\u00e9\ud83d\ude00\/"}"#, "{a\né:é😀/;)"),
            (r#"["\ud83dx","\ud83d","\ud83d\n","\udc00"]"#, "[�x;�;�\n;�;)"),
            (r#"["\ud83d\ud83d\ude00"]"#, "[�😀;)"),
            ("{} [ ]\n-1.5e+3 ", "{)[)-1.5e+3;"),
            ("{\"a\":\"x\ny\"}", "{a:x!"),
            (r#"{"a" "b"}"#, "{a:!"),
            (r#"{"a":1,}"#, "{a:1;!"),
            (r#"["\x"]"#, "[!"),
        ];
        for (json, want) in cases {
            for chunk in [1, 2, 3, 64] {
                assert_eq!(told(json.as_bytes(), chunk), want, "{json}");
            }
        }
    }
}
