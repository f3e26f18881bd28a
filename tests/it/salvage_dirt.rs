//! Records as models write them, in every layout, among broken ones: what is
//! sound comes out with its value, whatever stands around it; what stands
//! inside others never does.

use serde_json::{Map, Value, json};
use tornkit::scan::{Config, Event, Scanner, Summary};
use tornkit::span::{Span, Verdict};

use crate::support::{Random, iterations};

/// What is hard in strings: quotes of all kinds, and what would be records,
/// fences or comments outside of them.
const PARTS: [&str; 22] = [
    "a",
    " ",
    "\"",
    "\\",
    "\n",
    "{\"x\":1}",
    "]}",
    "é",
    "😀",
    "\u{1}",
    "```\n",
    "// no",
    "\n{\"type\":\"phantom\",\"file_path\":\"z\"}\n",
    "data: {\"type\":\"phantom\"}\n",
    "- {\"type\":\"phantom\"}\n",
    "'",
    "“",
    "”",
    "‘",
    "’",
    "\r\n",
    "/* ",
];

fn text(random: &mut Random) -> String {
    (0..random.below(8)).map(|_| PARTS[random.below(PARTS.len())]).collect()
}

fn value(random: &mut Random, depth: usize) -> Value {
    match random.below(if depth > 3 { 5 } else { 8 }) {
        0 => Value::Null,
        1 => json!(random.below(2) == 0),
        2 => json!(random.below(100_000)),
        3 => json!(random.below(4096) as f64 / 64.0 - 7.5),
        4 => json!(text(random)),
        5 => (0..random.below(4)).map(|_| value(random, depth + 1)).collect(),
        6 => json!({"type": "phantom", "file_path": "q", "n": text(random)}),
        _ => (0..random.below(4))
            .map(|n| {
                (format!("k{n}{}", text(random)), value(random, depth + 1))
            })
            .collect(),
    }
}

/// A record that is to come out.
fn sound(random: &mut Random, n: usize) -> Value {
    let mut members = Map::new();
    if random.below(3) > 0 {
        members.insert("type".into(), json!("modify"));
    }
    members.insert("file_path".into(), json!("s"));
    members.insert("sound".into(), json!(n));
    for k in 0..random.below(3) {
        members.insert(format!("m{k}"), value(random, 0));
    }
    if random.below(4) == 0 {
        let edit = json!([{"type": "append", "content": text(random)}]);
        members.insert("operations".into(), edit);
    }
    Value::Object(members)
}

/// What a value looks like when Python prints it.
fn python(value: &Value) -> String {
    let all = |parts: Vec<String>| parts.join(", ");
    match value {
        Value::Null => "None".into(),
        Value::Bool(true) => "True".into(),
        Value::Bool(false) => "False".into(),
        Value::Number(n) => n.to_string(),
        Value::String(text) => python_text(text),
        Value::Array(values) => {
            format!("[{}]", all(values.iter().map(python).collect()))
        }
        Value::Object(members) => {
            let member = |(key, value): (&String, &Value)| {
                format!("{}: {}", python_text(key), python(value))
            };
            format!("{{{}}}", all(members.iter().map(member).collect()))
        }
    }
}

fn python_text(text: &str) -> String {
    let single = !text.contains('\'') || text.contains('"');
    let quote = if single { '\'' } else { '"' };
    let mut out = String::from(quote);
    for c in text.chars() {
        match c {
            '\n' => out += "\\n",
            '\r' => out += "\\r",
            '\\' => out += "\\\\",
            c if c == quote => out += &format!("\\{c}"),
            c if (c as u32) < 0x20 => out += &format!("\\x{:02x}", c as u32),
            c => out.push(c),
        }
    }
    out.push(quote);
    out
}

/// A value with the mistakes that have one reading only.
fn careless(random: &mut Random, value: &Value) -> String {
    let mut out = String::new();
    match value {
        Value::String(text) => return careless_text(random, text),
        Value::Array(values) => {
            out.push('[');
            for (n, value) in values.iter().enumerate() {
                out += separator(random, n);
                out += &careless(random, value);
            }
            out += ["", ","][usize::from(values.len() > 1)];
            out.push(']');
        }
        Value::Object(members) => {
            out.push('{');
            for (n, (key, value)) in members.iter().enumerate() {
                out += separator(random, n);
                let plain = key.bytes().all(|b| b.is_ascii_alphanumeric());
                match plain && random.below(2) == 0 {
                    true => out += key,
                    false => out += &careless_text(random, key),
                }
                out += ": ";
                out += &careless(random, value);
            }
            out +=
                ["", " , "][random.below(2) * usize::from(!members.is_empty())];
            out.push('}');
        }
        other => out += &other.to_string(),
    }
    out
}

fn separator(random: &mut Random, n: usize) -> &'static str {
    let all = ["", " ", " /* c } \" */ ", ",", ", ", ", /* c } \" */ "];
    all[random.below(3) + if n > 0 { 3 } else { 0 }]
}

fn careless_text(random: &mut Random, text: &str) -> String {
    let curly = random.below(6) == 0 && !text.contains('”');
    let (open, close) = if curly { ('“', '”') } else { ('"', '"') };
    let mut out = String::from(open);
    for c in text.chars() {
        match c {
            '"' if !curly => out += "\\\"",
            '\\' => out += "\\\\",
            '\n' => out += "\\n",
            '\r' => out += "\\r",
            // Other control characters stay as they are.
            c => out.push(c),
        }
    }
    out.push(close);
    out
}

/// A record that holds what would be records if it were torn open.
fn victim(random: &mut Random, pretty: bool) -> String {
    let phantom = json!({"type": "phantom", "file_path": "x", "n": [1, {}]});
    let content = format!("a\n{phantom}\nb \"c\" {{d}} [e]\n{}", text(random));
    let value = json!({
        "type": "victim",
        "file_path": "victim",
        "content": content,
        "operations": [
            {"type": "append", "content": text(random) + &content},
            phantom,
        ],
        "note": {"type": "phantom", "file_path": "y"},
        "z": content,
    });
    match pretty {
        true => serde_json::to_string_pretty(&value).unwrap(),
        false => value.to_string(),
    }
}

/// How a victim may be damaged.
#[derive(Clone, Copy, PartialEq)]
enum Damage {
    /// In any way that leaves its line feeds and closers alone.
    Any,
    /// Without a quote too few or too many: in a layout whose lines do not
    /// begin with the records, what follows could be a string or a comment.
    NoQuote,
}

/// A victim that has no reading left.
fn damaged(random: &mut Random, victim: &str, allowed: Damage) -> Vec<u8> {
    let bytes = victim.as_bytes();
    let first = victim.find(':').unwrap() + 1;
    loop {
        let at = first + random.below(bytes.len() - first - 1);
        let mut broken = bytes.to_vec();
        let word = bytes[at - 1..=at + 1].iter().all(u8::is_ascii_lowercase);
        let mut put = |n: usize, text: &[u8]| {
            broken.splice(at..at + n, text.iter().copied());
        };
        match random.below(8) {
            0 if word => put(1, &[[0xFF, 0xC3, 0xE2, 0x80][random.below(4)]]),
            1 if word => put(0, b"\\q"),
            2 if word => put(0, b"\""),
            3 if bytes[at..].starts_with(b":") && bytes[at - 1] == b'"' => {
                put(1, b"");
            }
            4 if bytes[at] == b'1' => {
                let numbers = ["NaN", "01", "+1", "1.", "Infinity", "nul"];
                put(1, numbers[random.below(6)].as_bytes());
            }
            5 if bytes[at] == b'"' && allowed == Damage::Any => put(1, b""),
            6 if bytes[at] == b'\\' && allowed == Damage::Any => put(1, b""),
            7 if in_text(&bytes[..at]) => broken.truncate(at),
            _ => continue,
        }
        return broken;
    }
}

/// Whether JSON that is cut behind `text` is cut in a string's text.
fn in_text(text: &[u8]) -> bool {
    let (mut quoted, mut escaped) = (false, false);
    for byte in text {
        let ends = !escaped && *byte == b'"';
        escaped = quoted && !escaped && *byte == b'\\';
        quoted ^= ends;
    }
    quoted && !escaped
}

/// What stands before the first record, before each and behind the last;
/// whether commas stand between, and whether records may span lines.
struct Layout {
    head: &'static str,
    before: &'static str,
    tail: &'static str,
    list: bool,
    pretty: bool,
}

const LAYOUTS: [Layout; 13] = [
    layout("", "", "", false, false),
    layout("", "", "", false, true),
    layout("```json\n", "", "```\n", false, false),
    layout(
        "{\n \"s\": \"{} [\",\n \"operations\": [\n",
        "  ",
        " ]\n}\n",
        true,
        true,
    ),
    layout("{\"n\": 1, \"edits\": [\n", "", "]}\n", true, false),
    layout("[\n", "", "]\n", true, false),
    layout("[\n", "    ", "]\n", true, true),
    layout("So:\n```json\n{\"files\": [\n", "  ", "]}\n```\nDone.", true, true),
    layout("[{\"changes\": [\n", "  ", "]}]\n", true, false),
    layout("", "- ", "", false, false),
    layout("", "data: ", "data: [DONE]\n", false, false),
    layout("", "\u{1e}", "", false, false),
    layout("<edits>\n", "<op>", "</edits>\n", false, false),
];

const fn layout(
    head: &'static str,
    before: &'static str,
    tail: &'static str,
    list: bool,
    pretty: bool,
) -> Layout {
    Layout { head, before, tail, list, pretty }
}

impl Layout {
    fn is_plain(&self) -> bool {
        self.before.trim_start().is_empty()
    }
}

/// A document, the records that it holds, and how many broken ones.
struct Document {
    text: Vec<u8>,
    records: Vec<Value>,
    broken: usize,
}

fn document(random: &mut Random) -> Document {
    let layout = &LAYOUTS[random.below(LAYOUTS.len())];
    let mut text = layout.head.as_bytes().to_vec();
    let (mut records, mut broken, mut whole) = (Vec::new(), 0, false);
    let count = 2 + random.below(6);
    let breaks = random.below(4) > 0;
    // The last two are sound: a container that was cut and one record behind
    // it could be one longer record, cut. Nor do two broken ones follow each
    // other: of what breaks inside a broken record only one is looked into.
    for n in 0..count + 2 {
        let last = n + 1 == count + 2;
        let record = if breaks && whole && n < count && random.below(3) == 0 {
            broken += 1;
            whole = false;
            let pretty = layout.pretty && random.below(2) == 0;
            let victim = victim(random, pretty);
            let quote = layout.is_plain();
            let allowed = if quote { Damage::Any } else { Damage::NoQuote };
            damaged(random, &victim, allowed)
        } else {
            let value = sound(random, records.len());
            let written = written(random, &value, layout);
            records.push(value);
            whole = true;
            written.into_bytes()
        };
        text.extend(layout.before.bytes());
        for byte in record {
            text.push(byte);
            if byte == b'\n' {
                text.extend(layout.before.bytes());
            }
        }
        text.extend(between(random, layout, last).bytes());
    }
    text.extend(layout.tail.bytes());
    if random.below(4) == 0 {
        let lines: Vec<_> = text.split(|b| *b == b'\n').collect();
        text = lines.join(&b"\r\n"[..]);
    }
    Document { text, records, broken }
}

fn written(random: &mut Random, value: &Value, layout: &Layout) -> String {
    match random.below(6) {
        0 if layout.is_plain() => python(value),
        1 if layout.is_plain() => careless(random, value),
        2 if layout.pretty => serde_json::to_string_pretty(value).unwrap(),
        _ => value.to_string(),
    }
}

fn between(random: &mut Random, layout: &Layout, last: bool) -> String {
    const COMMAS: [&str; 6] = [",", ",", ",", "", " ,", ",,"];
    const PROSE: [&str; 6] = [
        "Now I will update (see {\"note\": 1}).\n",
        "\n",
        "Let me fix `x` [important]:\n",
        "don't worry; it's {fine}\n",
        "> # quote\n",
        "1. step\n",
    ];
    let mut out = String::new();
    if layout.list && !last {
        out += COMMAS[random.below(COMMAS.len())];
    }
    out.push('\n');
    match random.below(8) {
        0 if layout.list => out += "// a comment {}\n",
        0 => out += PROSE[random.below(PROSE.len())],
        _ => {}
    }
    out
}

fn scan(text: &[u8], chunk: usize) -> (Vec<(Span, Value)>, Summary) {
    let mut records = Vec::new();
    let mut sink = |event: Event<'_>| {
        if let Event::Record(record) = event {
            let value = serde_json::from_slice(record.json).unwrap();
            records.push((record.span, value));
        }
        Ok::<(), ()>(())
    };
    let mut scanner = Scanner::new(Config::default());
    for part in text.chunks(chunk) {
        scanner.feed(part, &mut sink).unwrap();
    }
    let summary = scanner.finish(&mut sink).unwrap();
    (records, summary)
}

/// A victim may come out if its damage left it a record, if only a shorter
/// one: a quote inside of it ended it.
fn is_of_a_victim(value: &Value) -> bool {
    let whole = value["type"] == "victim";
    whole || (value["type"].is_null() && value["content"].is_string())
}

#[test]
fn what_is_sound_comes_out_and_what_is_inside_others_does_not() {
    let mut random = Random::seeded();
    for _ in 0..iterations(10_000) {
        let Document { text, records, broken } = document(&mut random);
        let shown = || String::from_utf8_lossy(&text).into_owned();
        let (found, summary) = scan(&text, usize::MAX);
        let values = found.iter().map(|(_, value)| value);
        let (own, others): (Vec<_>, Vec<_>) =
            values.partition(|value| value.get("sound").is_some());
        let phantom = others.iter().find(|value| !is_of_a_victim(value));
        assert_eq!(phantom, None, "{}", shown());
        assert!(own == records.iter().collect::<Vec<_>>(), "{}", shown());
        assert_eq!(summary.bytes.total(), text.len() as u64, "{}", shown());
        if broken == 0 {
            assert_eq!(summary.rejected, 0, "{}", shown());
            assert_ne!(summary.verdict, Verdict::Cut, "{}", shown());
        }
        let parts = scan(&text, 1 + random.below(9));
        assert_eq!(parts.0, found, "{}", shown());
        assert_eq!(parts.1.bytes, summary.bytes, "{}", shown());
    }
}
