//! The one schema of everything the tools say to machines: reports, result
//! lines, telemetry. Plain data; whoever knows the facts fills it in.

pub mod attempt;
pub mod batch;
pub mod check;
pub mod envelope;
pub mod estimate;
pub mod result;
pub mod resume;
pub mod salvage;

use serde::Serialize;

use crate::span::{Loop, LoopUnit};

/// A line for programs, without its line feed. Control and bidi characters
/// in it are escaped: a terminal that shows it stays as it is.
pub fn json_line(line: &impl Serialize) -> String {
    // What reports are made of always has a JSON form.
    let text = serde_json::to_string(line).unwrap_or_default();
    escaped(&text, |c| format!("\\u{:04x}", u32::from(c)))
}

/// A number of things, as people say it.
pub fn counted(n: u64, noun: &str) -> String {
    let s = if n == 1 { "" } else { "s" };
    format!("{n} {noun}{s}")
}

/// What a loop repeats and how often, whole records under the name that they
/// have in the format.
pub fn repeated(looping: Loop, record: &str) -> String {
    let Loop { unit, period, times } = looping;
    let noun = match unit {
        LoopUnit::Records => record,
        LoopUnit::Bytes => "byte",
    };
    format!("the same {} {times} times", counted(period, noun))
}

/// The text with every control, bidi and line-separating character shown.
pub fn escaped(text: &str, show: impl Fn(char) -> String) -> String {
    if text.bytes().all(|b| matches!(b, b' '..=b'~')) {
        return text.to_owned();
    }
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() || is_unprintable(c) {
            shown.push_str(&show(c));
        } else {
            shown.push(c);
        }
    }
    shown
}

/// Characters that turn the direction of text or end a line.
fn is_unprintable(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{feff}'
        | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
