//! A recognised value, rewritten as strict JSON on one line.
//!
//! Blanks between tokens go; strings, numbers and key order stay byte for
//! byte, except where the value needed a repair. Only values that
//! [`super::Machine`] accepted as whole come in here.

use super::run;

/// Appends `value` to `out` as one line of strict JSON.
///
/// `value` is one complete value as the machine accepts it. The caller makes
/// sure of the result where it matters: what the machine flagged as broken
/// stays broken.
pub fn compact(value: &[u8], out: &mut Vec<u8>) {
    let mut writer = Writer { rest: value, out, python: false };
    while let Some(&byte) = writer.rest.first() {
        writer.token(byte);
    }
}

/// The text of a key's token: quoted in any way, or bare.
pub fn key_text(token: &[u8]) -> String {
    let mut strict = Vec::with_capacity(token.len() + 2);
    let quoted = !token.first().is_some_and(u8::is_ascii_alphanumeric);
    if quoted {
        compact(token, &mut strict);
    }
    serde_json::from_slice(&strict)
        .unwrap_or_else(|_| String::from_utf8_lossy(token).into_owned())
}

struct Writer<'v, 'o> {
    rest: &'v [u8],
    out: &'o mut Vec<u8>,
    /// Python's rules for strings hold from the first single quote on.
    python: bool,
}

impl Writer<'_, '_> {
    fn token(&mut self, byte: u8) {
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => self.skip(1),
            b'"' if !self.python => self.json_string(b"\""),
            b'"' => self.python_string(b'"'),
            b'\'' => {
                self.python = true;
                self.python_string(b'\'');
            }
            0xE2 => self.typographic_string(),
            b',' => self.comma(),
            b'/' | b'#' => self.rest = after_comment(self.rest),
            b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'$' => self.word(),
            _ => self.copy(1),
        }
    }

    fn skip(&mut self, n: usize) {
        self.rest = self.rest.get(n..).unwrap_or_default();
    }

    fn copy(&mut self, n: usize) {
        let n = n.min(self.rest.len());
        self.out.extend_from_slice(self.rest.get(..n).unwrap_or_default());
        self.skip(n);
    }

    /// A comma before a closer is dropped.
    fn comma(&mut self) {
        self.skip(1);
        let next = after_blanks(self.rest).first();
        if !matches!(next, Some(b'}' | b']')) {
            self.out.push(b',');
        }
    }

    fn word(&mut self) {
        let inside = |b: &u8| {
            b.is_ascii_alphanumeric() || matches!(b, b'_' | b'$' | b'-')
        };
        let end = self.rest.iter().position(|b| !inside(b));
        let (word, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        if after_blanks(rest).first() == Some(&b':') {
            self.out.push(b'"');
            self.out.extend_from_slice(word);
            self.out.push(b'"');
            return;
        }
        self.out.extend_from_slice(match word {
            b"True" => b"true",
            b"False" => b"false",
            b"None" => b"null",
            _ => word,
        });
    }

    fn typographic_string(&mut self) {
        let closer: &[u8] = match self.rest.get(2) {
            Some(0x98) => "’".as_bytes(),
            _ => "”".as_bytes(),
        };
        self.skip(2);
        self.json_string(closer);
    }

    /// A string with JSON's escapes, from the last byte of its opening quote
    /// on. Raw control characters and bare double quotes get escaped.
    fn json_string(&mut self, closer: &[u8]) {
        self.skip(1);
        self.out.push(b'"');
        let stop = closer.first().copied().unwrap_or(b'"');
        while !self.rest.is_empty() {
            self.plain_run(stop);
            if self.rest.starts_with(closer) {
                self.skip(closer.len());
                break;
            }
            match self.rest.first() {
                Some(b'\\') => self.copy(2),
                Some(&byte) => {
                    self.literal(byte);
                    self.skip(1);
                }
                None => {}
            }
        }
        self.out.push(b'"');
    }

    /// Copies what needs no look; inside other delimiters a double quote
    /// does.
    fn plain_run(&mut self, stop: u8) {
        if stop == b'"' {
            return self.copy(run::plain(self.rest, stop));
        }
        let plain =
            |b: &u8| *b != stop && *b != b'"' && *b != b'\\' && *b >= 0x20;
        self.copy(self.rest.iter().take_while(|b| plain(b)).count());
    }

    /// One byte of text, escaped if it must be.
    fn literal(&mut self, byte: u8) {
        match byte {
            b'"' => self.out.extend_from_slice(b"\\\""),
            b'\\' => self.out.extend_from_slice(b"\\\\"),
            b'\n' => self.out.extend_from_slice(b"\\n"),
            b'\r' => self.out.extend_from_slice(b"\\r"),
            b'\t' => self.out.extend_from_slice(b"\\t"),
            0x08 => self.out.extend_from_slice(b"\\b"),
            0x0C => self.out.extend_from_slice(b"\\f"),
            0..0x20 => self.unit(u32::from(byte)),
            _ => self.out.push(byte),
        }
    }

    /// A code unit as `\uXXXX`.
    fn unit(&mut self, unit: u32) {
        self.out.extend_from_slice(format!("\\u{unit:04x}").as_bytes());
    }

    /// A string with Python's escapes (Python language reference, 2.4.1).
    fn python_string(&mut self, quote: u8) {
        self.skip(1);
        self.out.push(b'"');
        while !self.rest.is_empty() {
            self.plain_run(quote);
            match self.rest.first() {
                Some(&byte) if byte == quote => {
                    self.skip(1);
                    break;
                }
                Some(b'\\') => self.python_escape(),
                Some(&byte) => {
                    self.literal(byte);
                    self.skip(1);
                }
                None => {}
            }
        }
        self.out.push(b'"');
    }

    fn python_escape(&mut self) {
        let Some(&kind) = self.rest.get(1) else { return self.skip(1) };
        self.skip(2);
        match kind {
            b'\n' => {}
            b'\\' | b'"' => self.literal(kind),
            b'\'' => self.out.push(b'\''),
            b'n' => self.literal(b'\n'),
            b'r' => self.literal(b'\r'),
            b't' => self.literal(b'\t'),
            b'b' => self.literal(0x08),
            b'f' => self.literal(0x0C),
            b'a' => self.unit(0x07),
            b'v' => self.unit(0x0B),
            b'x' => self.code_point(2, 16),
            b'u' => self.code_point(4, 16),
            b'U' => self.code_point(8, 16),
            b'0'..=b'7' => {
                let more = self.rest.iter().take(2);
                let more = more.take_while(|b| matches!(b, b'0'..=b'7'));
                let more = more.count() as u32;
                let first = u32::from(kind - b'0') << (3 * more);
                self.digits(more as usize, 8, first);
            }
            // Python keeps the backslash of an escape it does not know.
            other => {
                self.literal(b'\\');
                if other < 0x20 {
                    self.literal(other);
                } else {
                    self.out.push(other);
                }
            }
        }
    }

    fn code_point(&mut self, digits: usize, radix: u32) {
        self.digits(digits, radix, 0);
    }

    /// A code point whose last `digits` digits come next, added to `first`.
    fn digits(&mut self, digits: usize, radix: u32, first: u32) {
        let text = self.rest.get(..digits).unwrap_or_default();
        self.skip(digits);
        let mut value = 0_u32;
        for byte in text {
            let digit = char::from(*byte).to_digit(radix).unwrap_or(0);
            value = value.wrapping_mul(radix).wrapping_add(digit);
        }
        self.character(first + value);
    }

    /// A code point; a lone surrogate stays an escape, and so does what is
    /// no code point at all, for the caller's check to find.
    fn character(&mut self, value: u32) {
        match char::from_u32(value) {
            Some(c) if value >= 0x80 => {
                let mut utf8 = [0; 4];
                let text = c.encode_utf8(&mut utf8);
                self.out.extend_from_slice(text.as_bytes());
            }
            Some(_) => self.literal(value as u8),
            None if value <= 0xFFFF => self.unit(value),
            None => self.out.extend_from_slice(b"\\U"),
        }
    }
}

/// What follows blanks and comments.
pub(super) fn after_blanks(mut rest: &[u8]) -> &[u8] {
    loop {
        match rest.first() {
            Some(b' ' | b'\t' | b'\r' | b'\n') => {
                rest = rest.get(1..).unwrap_or_default();
            }
            Some(b'/' | b'#') => rest = after_comment(rest),
            _ => return rest,
        }
    }
}

/// What follows the comment that `rest` begins with.
fn after_comment(rest: &[u8]) -> &[u8] {
    let end = if rest.starts_with(b"/*") {
        let body = rest.get(2..).unwrap_or_default();
        memchr::memmem::find(body, b"*/").map(|n| n + 4)
    } else {
        memchr::memchr(b'\n', rest).map(|n| n + 1)
    };
    end.and_then(|n| rest.get(n..)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(value: &str) -> String {
        let mut out = Vec::new();
        compact(value.as_bytes(), &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn strict_json_loses_only_blanks() {
        let value = "{ \"a\" : [ 1E400 , -0 ,\n 1.0 ],\t\"b\":\"x  \\u00e9\" }";
        let want = "{\"a\":[1E400,-0,1.0],\"b\":\"x  \\u00e9\"}";
        assert_eq!(rendered(value), want);
    }

    #[test]
    fn mends_what_has_one_reading() {
        let cases = [
            ("{\"a\":1,}", "{\"a\":1}"),
            ("[1, /* ] */ ]", "[1]"),
            ("{a: True, b-c: None}", "{\"a\":true,\"b-c\":null}"),
            ("{\"a\": \"x\ty\nz\"}", "{\"a\":\"x\\ty\\nz\"}"),
            ("{“a”: “say \"hi\"”}", "{\"a\":\"say \\\"hi\\\"\"}"),
            ("{\"a\":1 // x, }\n}", "{\"a\":1}"),
            ("{\"a\":1, # x\n}", "{\"a\":1}"),
        ];
        for (value, want) in cases {
            assert_eq!(rendered(value), want, "{value}");
        }
    }

    #[test]
    fn python_strings_follow_python() {
        let cases = [
            (r"{'a': 'it\'s'}", r#"{"a":"it's"}"#),
            (r#"{'a': "it's \x41"}"#, r#"{"a":"it's A"}"#),
            (r#"{'a': 'say "hi"'}"#, r#"{"a":"say \"hi\""}"#),
            (r"{'a': '\d\0\101\xe9'}", r#"{"a":"\\d\u0000Aé"}"#),
            (r"{'a': '\U0001F600\ud800'}", r#"{"a":"😀\ud800"}"#),
            (r"{'a': 'True \\ None'}", r#"{"a":"True \\ None"}"#),
            ("{'a': 'x\\\ny'}", r#"{"a":"xy"}"#),
        ];
        for (value, want) in cases {
            assert_eq!(rendered(value), want, "{value}");
        }
    }

    #[test]
    fn a_key_is_read_in_any_spelling() {
        for token in ["\"a\"", "'a'", "a", "“a”", "\"\\u0061\""] {
            assert_eq!(key_text(token.as_bytes()), "a", "{token}");
        }
    }
}
