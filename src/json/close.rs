//! An unfinished object, closed and marked as cut.
//!
//! The beginning of an object flows in, one line of JSON flows out: with
//! `"_cut":true` as its first member, without what cannot be known (half a
//! key, number, literal or escape), and with its open string ended. It is
//! for eyes and previews; the mark is there so that nothing takes it for
//! whole.

use super::machine::{Machine, Stop};
use super::render::compact;
use crate::span::{CutState, Place};

/// The member that marks an object as closed by us.
pub const CUT_MARK: &str = "\"_cut\":true";

/// Closes an unfinished object; `None` if it is none, has no member whose
/// value has begun, or is broken.
///
/// The caller makes sure that the result is JSON.
pub fn close(tail: &[u8]) -> Option<Vec<u8>> {
    if tail.first() != Some(&b'{') {
        return None;
    }
    let mut machine = Machine::new(Place { byte: 0, line: 1 });
    machine.watch = u32::MAX;
    machine.trace = u32::MAX;
    machine.floor = u32::MAX;
    let sound = last_sound(&mut machine, tail)?;
    let at = machine.at as usize;
    let open = tail.get(at..).unwrap_or_default();
    let in_value = match machine.cut_state(open) {
        CutState::Comment => {
            return close(tail.get(..machine.token_start() as usize)?);
        }
        CutState::String => true,
        CutState::Escape => !machine.is_key(),
        _ => false,
    };
    let mut closed = if in_value {
        without_half_character(tail, machine.token_start())?.to_vec()
    } else if machine.ends_value() && machine.fault.is_none() {
        tail.to_vec()
    } else {
        tail.get(..sound)?.to_vec()
    };
    if in_value {
        closed.extend_from_slice(machine.closing_quote());
    }
    closed.extend(machine.closers());
    marked(&closed)
}

/// Reads to the end of the tail; the offset up to which its values are
/// whole.
fn last_sound(machine: &mut Machine, tail: &[u8]) -> Option<usize> {
    let mut sound = 0;
    loop {
        let stop = machine.run(tail, 0);
        let at = machine.at as usize;
        match stop {
            Stop::Open { .. } => sound = at,
            Stop::Comma => sound = at - 1,
            Stop::Close if machine.levels() == 0 => return None,
            Stop::Close => sound = at,
            Stop::Key { .. } | Stop::LineStart | Stop::Scalar => {}
            Stop::More => return Some(sound),
            Stop::Fault => return None,
        }
    }
}

/// A tail that ends in a string, without the character whose bytes or
/// escape the end cut in two.
fn without_half_character(tail: &[u8], token: u64) -> Option<&[u8]> {
    let valid = match std::str::from_utf8(tail) {
        Ok(_) => tail,
        Err(why) if why.error_len().is_none() => {
            tail.get(..why.valid_up_to())?
        }
        Err(_) => return None,
    };
    let text = valid.get(token as usize..)?;
    let half = text.len() - whole_escapes(text);
    valid.get(..valid.len() - half)
}

/// Bytes of a string's text up to an escape that its end cuts, or up to the
/// first half of a surrogate pair whose second half is missing.
fn whole_escapes(text: &[u8]) -> usize {
    let mut at = 0;
    let mut pair = None;
    while let Some(n) = text.get(at..).and_then(|t| memchr::memchr(b'\\', t)) {
        let start = at + n;
        let unicode = text.get(start + 1) == Some(&b'u');
        let end = start + if unicode { 6 } else { 2 };
        let Some(escape) = text.get(start..end) else {
            return pair.filter(|(_, e)| *e == start).map_or(start, |(s, _)| s);
        };
        let high = unicode
            && matches!(escape.get(2), Some(b'd' | b'D'))
            && matches!(
                escape.get(3),
                Some(b'8' | b'9' | b'a' | b'b' | b'A' | b'B')
            );
        pair = high.then_some((start, end));
        at = end;
    }
    match pair {
        Some((start, end)) if end == text.len() => start,
        _ => text.len(),
    }
}

/// One line of the object with the mark put first.
fn marked(object: &[u8]) -> Option<Vec<u8>> {
    let mut line = Vec::with_capacity(object.len() + CUT_MARK.len() + 2);
    compact(object, &mut line);
    let members = line.strip_prefix(b"{").filter(|rest| *rest != b"}")?;
    Some([b"{", CUT_MARK.as_bytes(), b",", members].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn closed(tail: &str) -> Option<String> {
        close(tail.as_bytes()).map(|line| String::from_utf8(line).unwrap())
    }

    #[test]
    fn keeps_what_is_known() {
        let cases = [
            (r#"{"a":1,"b":"tex"#, r#"{"_cut":true,"a":1,"b":"tex"}"#),
            (r#"{"a":1,"b":12"#, r#"{"_cut":true,"a":1}"#),
            (r#"{"a":1,"b":tru"#, r#"{"_cut":true,"a":1}"#),
            (r#"{"a":1,"b"#, r#"{"_cut":true,"a":1}"#),
            (r#"{"a":1,"b":"#, r#"{"_cut":true,"a":1}"#),
            (r#"{"a":[1,{"b":"x"},"#, r#"{"_cut":true,"a":[1,{"b":"x"}]}"#),
            (r#"{"a":[{"b":"x\u00"#, r#"{"_cut":true,"a":[{"b":"x"}]}"#),
            (r#"{"a":"x\ud83d\ude"#, r#"{"_cut":true,"a":"x"}"#),
            (r#"{"a":"x\ud83d"#, r#"{"_cut":true,"a":"x"}"#),
            (r#"{"a":"x\\"#, r#"{"_cut":true,"a":"x\\"}"#),
            (r#"{"a":"x\"#, r#"{"_cut":true,"a":"x"}"#),
            (r#"{"a":"x" // no"#, r#"{"_cut":true,"a":"x"}"#),
            ("{'a': 'it\\'s", r#"{"_cut":true,"a":"it's"}"#),
            ("{\n  \"a\": \"x\",\n", r#"{"_cut":true,"a":"x"}"#),
        ];
        for (tail, want) in cases {
            assert_eq!(closed(tail).as_deref(), Some(want), "{tail}");
        }
        let cut = close(b"{\"a\":\"x\xc3").unwrap();
        assert_eq!(cut, br#"{"_cut":true,"a":"x"}"#);
    }

    #[test]
    fn what_holds_nothing_is_not_closed() {
        for tail in ["{", "{\"a\"", "{\"a\":", "{\"a\":1", "[1,2", "{\"a\" 1"] {
            assert_eq!(closed(tail), None, "{tail}");
        }
    }

    #[test]
    fn every_cut_of_an_object_closes_to_json() {
        let whole = r#"{"t":"modify","n":[1,-2.5e3,true,null,[],{}],"o":[{"c":"é\u00e9\ud83d\ude00\n ]}","k":{"d":"x"}}],"z":false}"#;
        for end in 0..whole.len() {
            let Some(line) = close(&whole.as_bytes()[..end]) else { continue };
            let parsed = serde_json::from_slice::<serde_json::Value>(&line);
            assert!(
                parsed.is_ok(),
                "{end}: {}",
                String::from_utf8_lossy(&line)
            );
        }
    }
}
