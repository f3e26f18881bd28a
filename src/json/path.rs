//! Where a value broke off, as a JSON path.

use std::fmt::Write as _;

use super::machine::{Kind, Machine, Stop};
use super::render::{compact, key_text};
use crate::span::Place;

/// Levels shown at each end of a path; those between are left out, since
/// nobody reads the path of a million brackets.
const SHOWN_LEVELS: usize = 16;

enum Step {
    /// An object, and the token of the member being read.
    Member(Option<(usize, usize)>),
    /// An array, and the index of the element being read.
    Element(u64),
}

/// The path of the innermost value that `value` leaves open, from `$`:
/// `$.operations[2].content`. `value` is the beginning of one JSON value.
pub fn path_at_end(value: &[u8]) -> String {
    let levels = open_levels(value);
    let steps = open_steps(value, levels);
    let mut path = String::from("$");
    for (n, step) in steps.iter().enumerate() {
        if n == SHOWN_LEVELS && levels > 2 * SHOWN_LEVELS {
            path.push('…');
        }
        write_step(&mut path, step, value);
    }
    path
}

/// The string value of the first member of an unfinished object whose key
/// `wanted` accepts, if that value is whole.
pub fn member(object: &[u8], wanted: impl Fn(&str) -> bool) -> Option<String> {
    let mut machine = Machine::new(Place { byte: 0, line: 1 });
    machine.watch = 1;
    let mut value_from = None;
    loop {
        let stop = machine.run(object, 0);
        let at = machine.at as usize;
        if let Some(from) = value_from {
            if stop == Stop::More && machine.in_text() {
                return None;
            }
            return string_after_colon(object.get(from..at)?);
        }
        match stop {
            Stop::Key { start } => {
                let token = object.get(start as usize..at)?;
                if wanted(&key_text(token)) {
                    value_from = Some(at);
                }
            }
            Stop::Open { .. }
            | Stop::LineStart
            | Stop::Comma
            | Stop::Scalar => {}
            Stop::More | Stop::Fault | Stop::Close => return None,
        }
    }
}

/// The string in `: "text"` and what follows it up to the next key.
fn string_after_colon(value: &[u8]) -> Option<String> {
    let value = value.trim_ascii_start().strip_prefix(b":")?;
    let mut strict = Vec::new();
    compact(value, &mut strict);
    let mut values = serde_json::Deserializer::from_slice(&strict).into_iter();
    values.next()?.ok()
}

/// How many objects and arrays `value` leaves open.
fn open_levels(value: &[u8]) -> usize {
    let mut machine = Machine::new(Place { byte: 0, line: 1 });
    loop {
        match machine.run(value, 0) {
            Stop::More | Stop::Fault | Stop::Close => break,
            _ => {}
        }
    }
    machine.levels() as usize
}

/// The steps of the outermost and the innermost of `levels` open levels.
/// What lies between is not kept, lest a nest of brackets cost far more than
/// its own bytes.
fn open_steps(value: &[u8], levels: usize) -> Vec<Step> {
    let inner = levels.saturating_sub(SHOWN_LEVELS).max(SHOWN_LEVELS);
    let slot = |level: u32| match (level as usize).checked_sub(1)? {
        n if n < SHOWN_LEVELS => Some(n),
        n => {
            let slot = SHOWN_LEVELS + n.checked_sub(inner)?;
            (slot < 2 * SHOWN_LEVELS).then_some(slot)
        }
    };
    let mut machine = Machine::new(Place { byte: 0, line: 1 });
    machine.watch = u32::MAX;
    machine.trace = u32::MAX;
    let mut steps: Vec<Step> = Vec::new();
    loop {
        let stop = machine.run(value, 0);
        let slot = slot(machine.levels());
        let seen = steps.len();
        let step = slot.and_then(|slot| steps.get_mut(slot));
        match (stop, step) {
            (Stop::Open { kind, .. }, step) => {
                let new = match kind {
                    Kind::Object => Step::Member(None),
                    Kind::Array => Step::Element(0),
                };
                match step {
                    Some(step) => *step = new,
                    None if slot == Some(seen) => steps.push(new),
                    None => {}
                }
            }
            (Stop::Key { start }, Some(step)) => {
                let token = (start as usize, machine.at as usize);
                *step = Step::Member(Some(token));
            }
            (Stop::Comma, Some(Step::Element(index))) => *index += 1,
            (Stop::Comma, Some(step)) => *step = Step::Member(None),
            (Stop::More | Stop::Fault | Stop::Close, _) => break,
            _ => {}
        }
    }
    steps.truncate(levels.min(2 * SHOWN_LEVELS));
    steps
}

fn write_step(path: &mut String, step: &Step, value: &[u8]) {
    // Writing to a String cannot fail.
    let _ = match step {
        Step::Member(None) => Ok(()),
        Step::Element(index) => write!(path, "[{index}]"),
        Step::Member(Some((start, end))) => {
            let token = value.get(*start..*end).unwrap_or_default();
            let key = key_text(token);
            if is_plain(&key) {
                write!(path, ".{key}")
            } else {
                write!(path, "[{}]", serde_json::Value::from(key))
            }
        }
    };
}

fn is_plain(key: &str) -> bool {
    !key.is_empty()
        && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_innermost_open_value() {
        let cases = [
            ("", "$"),
            ("{", "$"),
            ("{\"a\":1,\"b\":{\"c\":[1,{\"d\":\"x", "$.b.c[1].d"),
            ("{'a': [1,2,", "$.a[2]"),
            ("{\"a\":[1],", "$"),
            ("{\"a b\":tru", "$[\"a b\"]"),
            ("{\"a\":[]", "$.a"),
        ];
        for (tail, path) in cases {
            assert_eq!(path_at_end(tail.as_bytes()), path, "{tail}");
        }
    }

    #[test]
    fn what_was_deeper_and_has_closed_is_no_part_of_it() {
        let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
        let value = format!("{{\"a\":[{deep},{{\"b\":{deep},\"c\":");
        assert_eq!(path_at_end(value.as_bytes()), "$.a[1].c");
        let outer = "{\"o\":".repeat(40);
        let path = path_at_end((outer + &value).as_bytes());
        assert!(path.ends_with(".o.o.a[1].c"), "{path}");
    }

    #[test]
    fn leaves_out_the_middle_of_a_deep_path() {
        let path = path_at_end("[".repeat(1000).as_bytes());
        assert_eq!(path.matches("[0]").count(), 2 * SHOWN_LEVELS);
        assert!(path.contains('…'));
    }
}
