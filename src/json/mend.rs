//! The most likely reading of a broken value, as strict JSON.
//!
//! A stretch of bytes that was meant as a value flows in, one line of JSON
//! and the length of what it was read from flow out, or nothing. Where the
//! machine allows one reading only, this guesses: it is for callers that
//! asked for it. It knows nothing of records and makes up no content; what
//! it adds are quotes, colons, commas, closers and backslashes.

use super::depth::Depth;
use super::machine::Kind;
use super::quote::{self, Context};
use super::render::after_blanks;

/// What follows the stretch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// A new record, so that this one was written to its end.
    Followed,
    /// The end of the stream: nothing that is open there gets closed.
    Cut,
}

/// A value that was mended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mended {
    /// One line of JSON.
    pub json: Vec<u8>,
    /// Bytes of the stretch that it was read from.
    pub length: usize,
    /// How many mistakes were mended.
    pub repairs: u32,
}

/// Reads the object or array that `stretch` begins with. The caller makes
/// sure that the result is JSON.
///
/// Mends bad escapes (the backslash stands for itself), quotes inside of
/// strings, missing quotes, colons, commas and closers, `NaN` and
/// `Infinity` (`null`), numbers without a digit beside their point, and
/// invalid UTF-8 (U+FFFD). A string that is still open where the stretch
/// ends is closed only if the closers that end the stretch show that it was
/// written to its end.
pub fn mend(stretch: &[u8], ending: Ending) -> Option<Mended> {
    let mut mender = Mender {
        stretch,
        at: 0,
        out: Vec::with_capacity(stretch.len() + 16),
        depth: Depth::default(),
        expects: Expects::Value,
        repairs: 0,
        ending,
    };
    while mender.expects != Expects::Nothing {
        mender.step()?;
    }
    let Mender { out: json, at: length, repairs, .. } = mender;
    Some(Mended { json, length, repairs })
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expects {
    Value,
    FirstElement,
    FirstKey,
    Key,
    Colon,
    CommaOrCloser,
    Nothing,
}

struct Mender<'s> {
    stretch: &'s [u8],
    at: usize,
    out: Vec<u8>,
    depth: Depth,
    expects: Expects,
    repairs: u32,
    ending: Ending,
}

impl<'s> Mender<'s> {
    fn rest(&self) -> &'s [u8] {
        self.stretch.get(self.at..).unwrap_or_default()
    }

    fn skip_blanks(&mut self) {
        self.at = self.stretch.len() - after_blanks(self.rest()).len();
    }

    fn step(&mut self) -> Option<()> {
        self.skip_blanks();
        let Some(&byte) = self.rest().first() else { return self.end() };
        match self.expects {
            Expects::Value | Expects::FirstElement => self.value(byte),
            Expects::FirstKey | Expects::Key => self.key(byte),
            Expects::Colon => self.colon(byte),
            Expects::CommaOrCloser => self.comma_or_closer(byte),
            Expects::Nothing => Some(()),
        }
    }

    /// The stretch has ended before its value did.
    fn end(&mut self) -> Option<()> {
        let between =
            matches!(self.expects, Expects::CommaOrCloser | Expects::Key);
        if self.ending == Ending::Cut || !between {
            return None;
        }
        while let Some(kind) = self.depth.top() {
            self.repairs += 1;
            self.close(kind);
        }
        Some(())
    }

    fn value(&mut self, byte: u8) -> Option<()> {
        match byte {
            b'{' => self.open(Kind::Object, Expects::FirstKey),
            b'[' => self.open(Kind::Array, Expects::FirstElement),
            b']' | b'}' if self.depth.top() == Some(Kind::Array) => {
                self.repairs += u32::from(self.expects == Expects::Value);
                return self.closer(byte);
            }
            _ if quote::opening(self.rest()).is_some() => {
                let levels = self.depth.levels();
                return self.string(Context::Value(self.depth.top()?, levels));
            }
            _ => return self.bare_value(),
        }
        Some(())
    }

    fn open(&mut self, kind: Kind, expects: Expects) {
        self.depth.push(kind);
        self.out.push(if kind == Kind::Object { b'{' } else { b'[' });
        self.at += 1;
        self.expects = expects;
    }

    /// Ends the innermost object or array in the output.
    fn close(&mut self, kind: Kind) {
        if self.out.last() == Some(&b',') {
            self.out.pop();
        }
        self.out.push(if kind == Kind::Object { b'}' } else { b']' });
        self.depth.pop();
        self.expects = match self.depth.top() {
            Some(_) => Expects::CommaOrCloser,
            None => Expects::Nothing,
        };
    }

    /// A closer, and before it those that are missing.
    fn closer(&mut self, byte: u8) -> Option<()> {
        let wanted = if byte == b'}' { Kind::Object } else { Kind::Array };
        while let Some(kind) = self.depth.top() {
            self.close(kind);
            if kind == wanted {
                self.at += 1;
                return Some(());
            }
            self.repairs += 1;
        }
        None
    }

    fn comma_or_closer(&mut self, byte: u8) -> Option<()> {
        let kind = self.depth.top()?;
        match byte {
            b',' => self.at += 1,
            b'}' | b']' => return self.closer(byte),
            b'"' | b'\'' | b'{' | b'[' => self.repairs += 1,
            _ => return None,
        }
        self.out.push(b',');
        self.expects = match kind {
            Kind::Object => Expects::Key,
            Kind::Array => Expects::Value,
        };
        Some(())
    }

    fn key(&mut self, byte: u8) -> Option<()> {
        if byte == b'}' || byte == b']' {
            self.repairs += u32::from(self.expects == Expects::Key);
            return self.closer(byte);
        }
        if quote::opening(self.rest()).is_some() {
            return self.string(Context::Key);
        }
        // A bare name, or one that lacks its first quote.
        let name = quote::word(self.rest());
        if name.is_empty() {
            return None;
        }
        self.quoted(name);
        self.at += usize::from(self.rest().first() == Some(&b'"'));
        self.expects = Expects::Colon;
        Some(())
    }

    fn quoted(&mut self, text: &[u8]) {
        self.out.push(b'"');
        self.out.extend_from_slice(text);
        self.out.push(b'"');
        self.at += text.len();
        self.repairs += 1;
    }

    fn colon(&mut self, byte: u8) -> Option<()> {
        match byte {
            b':' => self.at += 1,
            b',' | b'}' | b']' => return None,
            _ => self.repairs += 1,
        }
        self.out.push(b':');
        self.expects = Expects::Value;
        Some(())
    }

    fn string(&mut self, context: Context) -> Option<()> {
        let at_end = (self.ending == Ending::Followed).then_some(&self.depth);
        let text = quote::read(self.rest(), context, at_end, &mut self.out)?;
        self.at += text.length;
        self.repairs += text.repairs;
        self.expects = match context {
            Context::Key => Expects::Colon,
            Context::Value(..) => Expects::CommaOrCloser,
        };
        Some(())
    }

    /// A number, a literal, or a string that lacks its first quote.
    fn bare_value(&mut self) -> Option<()> {
        let end = |b: &u8| {
            matches!(b, b',' | b'}' | b']' | b'"' | b':') || *b <= b' '
        };
        let rest = self.rest();
        let length = rest.iter().position(end).unwrap_or(rest.len());
        let token = rest.get(..length)?;
        let after = rest.get(length..)?;
        let next = after_blanks(after).first();
        let ends = matches!(next, None | Some(b',' | b'}' | b']'))
            || quote::closes(after, self.depth.top()?, self.depth.levels());
        if !ends || !self.scalar(token) {
            return self.half_quoted(rest);
        }
        // More of the number or literal may have been cut off.
        if next.is_none() && self.ending == Ending::Cut {
            return None;
        }
        self.at += length;
        self.expects = Expects::CommaOrCloser;
        Some(())
    }

    /// Writes a number or literal; whether it was one.
    fn scalar(&mut self, token: &[u8]) -> bool {
        let unsigned = token.strip_prefix(b"-").unwrap_or(token);
        let word: &[u8] = match token {
            b"true" | b"True" => b"true",
            b"false" | b"False" => b"false",
            b"null" | b"None" => b"null",
            _ if matches!(unsigned, b"NaN" | b"Infinity" | b"inf" | b"nan") => {
                b"null"
            }
            _ => return self.number(token),
        };
        self.repairs += u32::from(word != token);
        self.out.extend_from_slice(word);
        true
    }

    /// Writes a number, with the digits that its point lacks.
    fn number(&mut self, token: &[u8]) -> bool {
        let plain = token.strip_prefix(b"+").unwrap_or(token);
        let (sign, digits): (&[u8], _) = match plain.strip_prefix(b"-") {
            Some(digits) => (b"-", digits),
            None => (b"", plain),
        };
        let mut number = sign.to_vec();
        if digits.starts_with(b".") {
            number.push(b'0');
        }
        number.extend_from_slice(digits);
        if digits.ends_with(b".") {
            number.push(b'0');
        }
        let sound = serde_json::from_slice::<serde::de::IgnoredAny>(&number);
        let starts =
            digits.first().is_some_and(|b| b.is_ascii_digit() || *b == b'.');
        if sound.is_err() || !starts {
            return false;
        }
        self.repairs += u32::from(number != token);
        self.out.extend_from_slice(&number);
        true
    }

    /// `text"`: a string whose first quote is missing.
    fn half_quoted(&mut self, rest: &[u8]) -> Option<()> {
        let kind = self.depth.top()?;
        let end = rest.iter().position(|b| {
            matches!(b, b'"' | b'\n' | b'{' | b'}' | b'[' | b']' | b'\\')
        })?;
        let closes = rest.get(end) == Some(&b'"')
            && quote::closes(rest.get(end + 1..)?, kind, self.depth.levels());
        let text = rest.get(..end)?;
        if !closes || text.is_empty() || std::str::from_utf8(text).is_err() {
            return None;
        }
        self.quoted(text);
        self.at += 1;
        self.expects = Expects::CommaOrCloser;
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::compact;

    fn mended(value: &str, ending: Ending) -> Option<String> {
        let mended = mend(value.as_bytes(), ending)?;
        Some(String::from_utf8(mended.json).unwrap())
    }

    #[test]
    fn finds_the_most_likely_reading() {
        let cases = [
            (
                r#"{"a":"say "hi" there","b":1}"#,
                r#"{"a":"say \"hi\" there","b":1}"#,
            ),
            (r#"{"a":"print("x", "y")"}"#, r#"{"a":"print(\"x\", \"y\")"}"#),
            (
                r#"{"a":"\d+\.py \x41 it\'s"}"#,
                r#"{"a":"\\d+\\.py \\x41 it's"}"#,
            ),
            (r#"{"a":"\u12"}"#, r#"{"a":"\\u12"}"#),
            (r#"{"a" 1, "b" "c"}"#, r#"{"a":1,"b":"c"}"#),
            (r#"{"a":1 "b":2}"#, r#"{"a":1,"b":2}"#),
            (r#"{"a":"x" "b":2}"#, r#"{"a":"x","b":2}"#),
            (r#"{"a":[1,{"b":2}"#, r#"{"a":[1,{"b":2}]}"#),
            (r#"{"a":[1}"#, r#"{"a":[1]}"#),
            (r#"{"a":NaN,"b":-Infinity}"#, r#"{"a":null,"b":null}"#),
            (
                r#"{"a":+1,"b":.5,"c":-1.,"d":1E400}"#,
                r#"{"a":1,"b":0.5,"c":-1.0,"d":1E400}"#,
            ),
            (r#"{a": 1, "b": hello world"}"#, r#"{"a":1,"b":"hello world"}"#),
            (r#"{"a":{"b":"x}}"#, r#"{"a":{"b":"x"}}"#),
            ("{\"a\": \"x,\n\"b\": 1}", r#"{"a":"x","b":1}"#),
            ("{\"a\":\"x\ty\nz\",}", r#"{"a":"x\ty\nz"}"#),
            ("{'a': 'it\\'s', 'b': True}", r#"{"a":"it's","b":true}"#),
        ];
        for (value, want) in cases {
            let got = mended(value, Ending::Followed);
            assert_eq!(got.as_deref(), Some(want), "{value}");
        }
    }

    #[test]
    fn invalid_utf_8_becomes_the_replacement_character() {
        let mended = mend(b"{\"a\":\"x\xff\xc3\"}", Ending::Cut).unwrap();
        assert_eq!(mended.json, "{\"a\":\"x\u{fffd}\u{fffd}\"}".as_bytes());
        assert_eq!(mended.repairs, 2);
    }

    #[test]
    fn never_closes_what_the_end_of_the_stream_cut() {
        let values = [
            r#"{"a":[1,{"b":2}"#,
            r#"{"a":"x}"#,
            r#"{"a":"say "hi" x"#,
            r#"{"a":1,"#,
            r#"{"a":NaN"#,
            r#"{"a""#,
        ];
        for value in values {
            assert_eq!(mended(value, Ending::Cut), None, "{value}");
        }
        assert!(mended(r#"{"a" 1}"#, Ending::Cut).is_some());
    }

    #[test]
    fn what_has_no_likely_reading_is_left_alone() {
        for value in [
            r#"{"type":"create","content":"def f(:"#,
            r#"{"a":01}"#,
            r#"{"a":}"#,
            r#"{"a":hello}"#,
            r#"{"a":"b"]"#,
            "{'a': '\\xe9', 'b': NaN}",
        ] {
            assert_eq!(mended(value, Ending::Followed), None, "{value}");
        }
    }

    #[test]
    fn valid_json_is_rewritten_as_it_is() {
        for value in [
            r#"{"a":["x","y, \"z\": 1"],"b":{"c":[{},[],null,-0.5e7]}}"#,
            r#"{"a":"ends with } ]","b":"\\","c":"\ud800 é"}"#,
            "[ \"a\" , {\"b\" :\n \"c\" } ]",
        ] {
            let mut want = Vec::new();
            compact(value.as_bytes(), &mut want);
            let got = mend(value.as_bytes(), Ending::Cut).unwrap();
            assert_eq!(got.json, want, "{value}");
            assert_eq!((got.length, got.repairs), (value.len(), 0));
        }
    }
}
