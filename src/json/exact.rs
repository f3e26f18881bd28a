//! One JSON value to the letter of RFC 8259: bytes in, where it ends or what
//! is wrong out.
//!
//! [`super::Machine`] follows mistakes to save what it can. This forgives
//! nothing, keeps no byte, and costs a bit a level. It knows neither lines
//! nor UTF-8: those who call it look after both.

use super::depth::Depth;
use super::machine::Kind;
use super::number::Number;
use super::run;
use crate::span::CutState;

/// Why [`Exact::step`] returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Every byte is consumed and the value may go on.
    More,
    /// The value is whole. Of a number, which only what follows it ends, the
    /// byte that ended it is not consumed.
    Whole,
    /// The next byte cannot follow.
    Fault,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Value,
    FirstElement,
    FirstKey,
    NextKey,
    Colon,
    AfterValue,
    Text,
    Escape,
    Hex(u8),
    Number(Number),
    /// What is missing of a literal.
    Literal(&'static [u8]),
}

/// A reader of one value; see the module. Blanks before it and between its
/// tokens are consumed, line feeds among them.
#[derive(Clone, Debug, Default)]
pub struct Exact {
    state: State,
    depth: Depth,
    in_key: bool,
}

impl Exact {
    /// Takes bytes from the front of `bytes`: how many, and what came of it.
    /// After [`Step::Whole`] it waits for another value.
    pub fn step(&mut self, bytes: &[u8]) -> (usize, Step) {
        let mut used = 0;
        while let Some(&byte) = bytes.get(used) {
            if self.state == State::Text {
                let rest = bytes.get(used..).unwrap_or_default();
                let run = run::plain(rest, b'"');
                used += run;
                if run > 0 {
                    continue;
                }
            }
            if let State::Number(number) = self.state {
                match number.next(byte) {
                    Some(Number::Bad) => return (used, Step::Fault),
                    Some(next) => self.state = State::Number(next),
                    None if !number.is_whole() => return (used, Step::Fault),
                    None if self.end_value() => return (used, Step::Whole),
                    None => continue,
                }
                used += 1;
                continue;
            }
            let Some(next) = self.next(byte) else {
                return (used, Step::Fault);
            };
            used += 1;
            self.state = next;
            if next == State::AfterValue && self.end_value() {
                return (used, Step::Whole);
            }
        }
        (used, Step::More)
    }

    /// The state after a byte; nothing if it cannot follow.
    fn next(&mut self, byte: u8) -> Option<State> {
        match self.state {
            State::Text => self.in_text(byte),
            State::Escape => match byte {
                b'u' => Some(State::Hex(4)),
                b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => {
                    Some(State::Text)
                }
                _ => None,
            },
            State::Hex(left) if byte.is_ascii_hexdigit() => Some(match left {
                1 => State::Text,
                _ => State::Hex(left - 1),
            }),
            State::Hex(_) => None,
            State::Literal(rest) => match rest.split_first() {
                Some((first, [])) if *first == byte => Some(State::AfterValue),
                Some((first, more)) if *first == byte => {
                    Some(State::Literal(more))
                }
                _ => None,
            },
            state if is_blank(byte) => Some(state),
            _ => self.between(byte),
        }
    }

    fn in_text(&mut self, byte: u8) -> Option<State> {
        match byte {
            b'\\' => Some(State::Escape),
            b'"' if std::mem::take(&mut self.in_key) => Some(State::Colon),
            b'"' => Some(State::AfterValue),
            _ => None,
        }
    }

    /// The state after a byte that stands between two tokens, or begins one.
    fn between(&mut self, byte: u8) -> Option<State> {
        match (self.state, byte) {
            (State::Colon, b':') => Some(State::Value),
            (State::FirstKey | State::NextKey, b'"') => {
                self.in_key = true;
                Some(State::Text)
            }
            (State::FirstKey, b'}') | (State::FirstElement, b']') => {
                self.close()
            }
            (State::AfterValue, _) => match (self.depth.top(), byte) {
                (Some(Kind::Object), b',') => Some(State::NextKey),
                (Some(Kind::Array), b',') => Some(State::Value),
                (Some(Kind::Object), b'}') | (Some(Kind::Array), b']') => {
                    self.close()
                }
                _ => None,
            },
            (State::Value | State::FirstElement, _) => self.begin(byte),
            _ => None,
        }
    }

    fn begin(&mut self, byte: u8) -> Option<State> {
        match byte {
            b'"' => Some(State::Text),
            b'{' => self.open(Kind::Object, State::FirstKey),
            b'[' => self.open(Kind::Array, State::FirstElement),
            b't' => Some(State::Literal(b"rue")),
            b'f' => Some(State::Literal(b"alse")),
            b'n' => Some(State::Literal(b"ull")),
            _ => match Number::begin(byte)? {
                Number::Bad => None,
                number => Some(State::Number(number)),
            },
        }
    }

    fn open(&mut self, kind: Kind, then: State) -> Option<State> {
        self.depth.push(kind);
        Some(then)
    }

    fn close(&mut self) -> Option<State> {
        self.depth.pop();
        Some(State::AfterValue)
    }

    /// A value has ended: whether it was the outermost.
    fn end_value(&mut self) -> bool {
        let is_outermost = self.depth.levels() == 0;
        let next = if is_outermost { State::Value } else { State::AfterValue };
        self.state = next;
        is_outermost
    }

    /// Whether a value has begun and not ended.
    pub fn is_open(&self) -> bool {
        self.depth.levels() > 0 || self.state != State::Value
    }

    /// Whether the open value is a number that could end here.
    pub fn is_whole_number(&self) -> bool {
        let State::Number(number) = self.state else { return false };
        self.depth.levels() == 0 && number.is_whole()
    }

    /// What is open.
    pub fn open_state(&self) -> CutState {
        match self.state {
            State::Text if self.in_key => CutState::Key,
            State::Text => CutState::String,
            State::Escape | State::Hex(_) => CutState::Escape,
            State::Number(_) => CutState::Number,
            State::Literal(_) => CutState::Literal,
            _ => CutState::Container,
        }
    }
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a text is one value, read in chunks of a size.
    fn is_value(text: &[u8], chunk: usize) -> bool {
        let mut exact = Exact::default();
        let mut whole = 0;
        for mut bytes in text.chunks(chunk) {
            loop {
                let (used, step) = exact.step(bytes);
                match step {
                    Step::Fault => return false,
                    Step::Whole => whole += 1,
                    Step::More => break,
                }
                bytes = &bytes[used..];
            }
        }
        whole += usize::from(exact.is_whole_number());
        whole == 1 && (exact.is_whole_number() || !exact.is_open())
    }

    #[test]
    fn agrees_with_a_parser_for_every_chunking() {
        let texts = [
            "{}",
            "[]",
            "3",
            "-0.5e+7",
            "\"a\\u00e9\\n\"",
            "true",
            "null",
            " {\"a\" : [1, {\"b\": false}], \"c\": \"\"}\r\n",
            "[1,2]",
            "[[]]",
            "{\"a\":1,}",
            "[1,]",
            "[,1]",
            "{a:1}",
            "{\"a\" 1}",
            "01",
            "1.",
            "-",
            "+1",
            "tru",
            "True",
            "nullx",
            "NaN",
            "\"a\nb\"",
            "\"\\x\"",
            "\"\\u12g4\"",
            "{\"a\":1",
            "[1",
            "\"a",
            "]",
            "}",
            "{]",
            "[}",
            "",
            "{\"a\":{\"b\":[[1.0e1,\"]\"]]}}",
            "1 2",
            "{}{}",
            "1e400",
            "[-]",
            "'a'",
            "[1 2]",
            "{\"a\":1 \"b\":2}",
            "\u{feff}1",
            "{1:2}",
            "\0",
        ];
        for text in texts {
            let want =
                serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
            for chunk in [1, 2, 3, 64] {
                assert_eq!(is_value(text.as_bytes(), chunk), want, "{text}");
            }
        }
    }

    #[test]
    fn says_what_is_open() {
        let open = |text: &[u8]| {
            let mut exact = Exact::default();
            assert_eq!(exact.step(text), (text.len(), Step::More));
            exact.open_state()
        };
        assert_eq!(open(b"{\"a"), CutState::Key);
        assert_eq!(open(b"{\"a\":\"b"), CutState::String);
        assert_eq!(open(b"{\"a\":\"\\u1"), CutState::Escape);
        assert_eq!(open(b"[-"), CutState::Number);
        assert_eq!(open(b"[fa"), CutState::Literal);
        assert_eq!(open(b"[1,"), CutState::Container);
    }
}
