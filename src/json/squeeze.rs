//! Strict JSON without the blanks between its tokens.

use memchr::memchr;

/// Appends `value` to `out` as one line; nothing else about it changes.
///
/// `value` is strict JSON: no repair was needed, so that a quote with an
/// even number of backslashes before it ends a string, and all line feeds
/// stand between tokens.
pub fn squeeze(value: &[u8], out: &mut Vec<u8>) {
    let mut rest = value;
    while let Some(byte) = rest.first() {
        let length = match byte {
            b' ' | b'\t' | b'\r' | b'\n' => {
                rest = rest.get(blanks(rest)..).unwrap_or_default();
                continue;
            }
            b'"' => string(rest),
            _ => other(rest),
        };
        let (token, left) = rest.split_at(length.clamp(1, rest.len()));
        out.extend_from_slice(token);
        rest = left;
    }
}

fn blanks(rest: &[u8]) -> usize {
    let blank = |b: &u8| matches!(b, b' ' | b'\t' | b'\r' | b'\n');
    rest.iter().take_while(|b| blank(b)).count()
}

/// The length of the string that `rest` begins with, quotes included.
fn string(rest: &[u8]) -> usize {
    let mut from = 1;
    loop {
        let text = rest.get(from..).unwrap_or_default();
        let Some(n) = memchr(b'"', text) else { return rest.len() };
        let before = text.get(..n).unwrap_or_default().iter().rev();
        let backslashes = before.take_while(|b| **b == b'\\').count();
        from += n + 1;
        if backslashes % 2 == 0 {
            return from;
        }
    }
}

/// Bytes up to the next blank or string.
fn other(rest: &[u8]) -> usize {
    let inside = |b: &u8| *b > b' ' && *b != b'"';
    rest.iter().take_while(|b| inside(b)).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::compact;

    #[test]
    fn only_blanks_between_tokens_go() {
        let value = "{ \"a\\\\\" : [ 1E400 , -0 ,\n true ],\r\n\t\"b\\\"\":\"x  \\u00e9\", \"\":\"\" }";
        let want =
            "{\"a\\\\\":[1E400,-0,true],\"b\\\"\":\"x  \\u00e9\",\"\":\"\"}";
        let mut out = Vec::new();
        squeeze(value.as_bytes(), &mut out);
        assert_eq!(out, want.as_bytes());
        out.clear();
        compact(value.as_bytes(), &mut out);
        assert_eq!(out, want.as_bytes());
    }
}
