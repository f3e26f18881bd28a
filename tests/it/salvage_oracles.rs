//! The scanner against others: a JSON test suite, jq, serde_json, and real
//! outputs read by a second, naive decoder.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tornkit::scan::{Config, Event, Repair, Scanner, Summary, Unwrap, Values};
use tornkit::span::Span;

use crate::support::{Random, data, iterations};

/// Records with their places, and the summary.
fn scan(text: &[u8], config: &Config) -> (Vec<(Span, Vec<u8>)>, Summary) {
    let mut records = Vec::new();
    let mut sink = |event: Event<'_>| {
        if let Event::Record(record) = event {
            records.push((record.span, record.json.to_vec()));
        }
        Ok::<(), ()>(())
    };
    let mut scanner = Scanner::new(config.clone());
    scanner.feed(text, &mut sink).unwrap();
    let summary = scanner.finish(&mut sink).unwrap();
    (records, summary)
}

/// A span's bytes.
fn at(text: &[u8], span: Span) -> &[u8] {
    &text[span.start as usize..span.end as usize]
}

/// Strict JSON without blanks between tokens, by a second hand: what is
/// outside of strings loses its blanks, nothing else changes. Numbers keep
/// every digit, which a decoder would not.
fn squeezed(json: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let (mut quoted, mut escaped) = (false, false);
    for byte in json {
        if quoted {
            out.push(*byte);
            quoted = escaped || *byte != b'"';
            escaped = !escaped && *byte == b'\\';
        } else if !byte.is_ascii_whitespace() {
            out.push(*byte);
            quoted = *byte == b'"';
        }
    }
    out
}

/// The files of a folder of the data, in order; none, said aloud, where
/// there is no data.
fn files(folder: &str) -> Vec<PathBuf> {
    let Some(data) = data() else { return Vec::new() };
    let Ok(entries) = fs::read_dir(data.join(folder)) else {
        println!("skipped: there is no {folder}");
        return Vec::new();
    };
    let mut files: Vec<_> = entries.map(|e| e.unwrap().path()).collect();
    files.retain(|path| path.is_file());
    files.sort();
    files
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

#[test]
fn every_valid_document_of_the_suite_comes_out_as_it_is() {
    let config = Config {
        repair: Repair::None,
        values: Values::Any,
        unwrap: Unwrap::Never,
        ..Config::default()
    };
    for path in files("json-test-suite/test_parsing") {
        let name = name(&path);
        let text = fs::read(&path).unwrap();
        let first = text.trim_ascii_start().first();
        if !name.starts_with("y_") || !matches!(first, Some(b'{' | b'[')) {
            continue;
        }
        let (records, summary) = scan(&text, &config);
        assert_eq!(records.len(), 1, "{name}");
        assert_eq!(squeezed(&records[0].1), squeezed(&text), "{name}");
        assert_eq!((summary.rejected, summary.cut), (0, None), "{name}");
        // Element by element, where a list of records is what it is.
        let unwrap = Config { unwrap: Unwrap::Known, ..config.clone() };
        let parts = scan(&text, &unwrap).0;
        let joined: Vec<_> =
            parts.iter().map(|(_, json)| squeezed(json)).collect();
        let whole = squeezed(&text);
        let alone = joined == [whole.clone()];
        let inside = joined.join(&b',');
        let list = [&b"["[..], &inside, b"]"].concat();
        assert!(alone || list == whole, "{name}");
    }
}

/// The invalid documents of the suite in which something valid stands
/// complete, and why that is no mistake.
const HOLD_A_VALUE: [(&str, &str); 14] = [
    ("n_array_comma_after_close", "an array, then a comma"),
    ("n_array_extra_close", "an array, then a bracket"),
    ("n_array_unclosed_with_object_inside", "a cut list of one object"),
    ("n_object_trailing_comment", "an object, then a comment"),
    ("n_object_trailing_comment_open", "an object, then other text"),
    ("n_object_trailing_comment_slash_open", "an object, then other text"),
    (
        "n_object_trailing_comment_slash_open_incomplete",
        "an object, then other text",
    ),
    ("n_object_with_trailing_garbage", "an object, then other text"),
    ("n_structure_array_trailing_garbage", "an array, then other text"),
    ("n_structure_array_with_extra_array_close", "an array, then a bracket"),
    ("n_structure_double_array", "two arrays in a row"),
    ("n_structure_object_followed_by_closing_object", "an object, a brace"),
    ("n_structure_object_with_trailing_garbage", "an object, then a string"),
    ("n_structure_trailing_#", "an object, then other text"),
];

#[test]
fn invalid_documents_of_the_suite_yield_only_what_stands_whole_in_them() {
    let config = Config {
        repair: Repair::None,
        values: Values::Any,
        ..Config::default()
    };
    let mut seen = Vec::new();
    let files = files("json-test-suite/test_parsing");
    for path in &files {
        let text = fs::read(path).unwrap();
        let (records, _) = scan(&text, &config);
        for (span, json) in &records {
            let shown = String::from_utf8_lossy(json);
            let value = serde_json::from_slice::<serde::de::IgnoredAny>(json);
            assert!(value.is_ok(), "{}: {shown}", path.display());
            assert_eq!(squeezed(at(&text, *span)), squeezed(json), "{shown}");
        }
        if name(path).starts_with("n_") && !records.is_empty() {
            seen.push(name(path).trim_end_matches(".json").to_owned());
        }
    }
    if !files.is_empty() {
        assert_eq!(seen, HOLD_A_VALUE.map(|(name, _)| name.to_owned()));
    }
}

/// What `jq -c .` makes of a stream; `None`, said aloud, without jq.
fn jq(text: &[u8]) -> Option<Vec<Value>> {
    let started = Command::new("jq")
        .args(["-c", "."])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut child) = started else {
        println!("skipped: jq is not installed");
        return None;
    };
    let mut pipe = child.stdin.take().unwrap();
    let bytes = text.to_vec();
    let feeder = std::thread::spawn(move || pipe.write_all(&bytes).unwrap());
    let output = child.wait_with_output().unwrap();
    feeder.join().unwrap();
    assert!(output.status.success());
    let lines = output.stdout.split(|byte| *byte == b'\n');
    let lines = lines.filter(|line| !line.is_empty());
    Some(lines.map(|line| serde_json::from_slice(line).unwrap()).collect())
}

/// A random object, with all that is hard in strings.
fn object(random: &mut Random, depth: usize) -> Value {
    let members = 1 + random.below(4);
    let members = (0..members)
        .map(|n| (format!("k{n}{}", text(random)), value(random, depth + 1)));
    Value::Object(members.collect())
}

fn value(random: &mut Random, depth: usize) -> Value {
    match random.below(if depth > 4 { 5 } else { 8 }) {
        0 => Value::Null,
        1 => Value::Bool(random.below(2) == 0),
        2 => Value::from(random.below(1_000_000)),
        // Never a whole number, which jq would write without its point.
        3 => Value::from((2 * random.below(4096) + 1) as f64 / 64.0 - 7.5),
        4 => Value::from(text(random)),
        5 => {
            let elements =
                (0..random.below(4)).map(|_| value(random, depth + 1));
            Value::Array(elements.collect())
        }
        _ => object(random, depth),
    }
}

fn text(random: &mut Random) -> String {
    const PARTS: [&str; 12] = [
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
        "```",
        "// no",
    ];
    (0..random.below(6)).map(|_| PARTS[random.below(PARTS.len())]).collect()
}

#[test]
fn jq_reads_the_same_values() {
    let mut random = Random::seeded();
    let mut stream = String::new();
    let mut written = Vec::new();
    for _ in 0..iterations(2000) {
        let value = object(&mut random, 0);
        stream += &match random.below(3) {
            0 => serde_json::to_string(&value).unwrap(),
            _ => serde_json::to_string_pretty(&value).unwrap(),
        };
        stream += if random.below(4) == 0 { "" } else { "\n" };
        written.push(value);
    }
    let (records, summary) = scan(stream.as_bytes(), &Config::default());
    let records: Vec<Value> = records
        .iter()
        .map(|(_, json)| serde_json::from_slice(json).unwrap())
        .collect();
    assert_eq!(summary.rejected, 0);
    assert!(records == written, "records differ from what was written");
    if let Some(judged) = jq(stream.as_bytes()) {
        assert!(judged == records, "jq reads {} values", judged.len());
    }
}

/// The objects that begin a line, or follow `data:` on it, read by
/// serde_json from each such place to wherever they end.
fn objects_by_line(text: &[u8]) -> Vec<(Span, Value)> {
    let mut found: Vec<(Span, Value)> = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        let body = line.trim_ascii_start();
        let body = body.strip_prefix(b"data:").unwrap_or(body);
        let body = body.trim_ascii_start();
        let from = start + line.len() - body.len();
        start += line.len();
        let inside = found.last().is_some_and(|(s, _)| from < s.end as usize);
        if inside || !matches!(body.first(), Some(b'{' | b'[')) {
            continue;
        }
        let rest = serde_json::Deserializer::from_slice(&text[from..]);
        let mut values = rest.into_iter::<Value>();
        if let Some(Ok(value)) = values.next() {
            let end = (from + values.byte_offset()) as u64;
            found.push((Span { start: from as u64, end }, value));
        }
    }
    found
}

/// A Python list of plain words, of which real outputs hold some.
fn as_json(list: &str) -> String {
    let quoted = list.replace('\'', "\"");
    let open = quoted.trim_end_matches(']').trim_end();
    format!("{}]", open.trim_end_matches(','))
}

#[test]
fn every_whole_object_of_a_real_output_comes_out_and_no_other() {
    let config = Config { unwrap: Unwrap::Never, ..Config::default() };
    let mut compared = 0;
    for folder in ["corpus/json", "corpus/truncated"] {
        for path in files(folder) {
            let text = fs::read(&path).unwrap();
            let naive = objects_by_line(&text);
            let (records, _) = scan(&text, &config);
            for (span, json) in &records {
                let value: Value = serde_json::from_slice(json).unwrap();
                let own = String::from_utf8_lossy(at(&text, *span));
                let own = serde_json::from_str::<Value>(&own)
                    .or_else(|_| serde_json::from_str(&as_json(&own)));
                let own = own.ok();
                assert_eq!(own, Some(value), "{}", path.display());
            }
            // Prose may hold an object in the middle of a line, too.
            let spans: Vec<_> = records.iter().map(|(s, _)| *s).collect();
            for (span, value) in &naive {
                let empty = value.as_array().is_some_and(Vec::is_empty);
                let there = empty || spans.contains(span);
                assert!(there, "{} {span:?}: {value}", path.display());
                compared += 1;
            }
        }
    }
    println!("{compared} objects compared");
}

/// The argument texts of the tool calls in an event stream, put together by
/// index from their pieces: Anthropic's and OpenAI's.
fn argument_texts(text: &[u8]) -> Vec<String> {
    let mut calls: std::collections::BTreeMap<(u64, u64), String> =
        std::collections::BTreeMap::new();
    let mut message = 0;
    for (_, event) in objects_by_line(text) {
        message += u64::from(event["type"] == "message_start");
        let index = event["index"].as_u64().unwrap_or(0);
        if let Some(piece) = event["delta"]["partial_json"].as_str() {
            *calls.entry((message, index)).or_default() += piece;
        }
        let called = &event["choices"][0]["delta"]["tool_calls"];
        for call in called.as_array().into_iter().flatten() {
            let index = call["index"].as_u64().unwrap_or(0);
            let piece = call["function"]["arguments"].as_str();
            *calls.entry((message, index)).or_default() +=
                piece.unwrap_or_default();
        }
    }
    calls.into_values().collect()
}

#[test]
fn real_tool_arguments_come_out_whole_or_not_at_all() {
    let config = Config { unwrap: Unwrap::Never, ..Config::default() };
    let (mut whole, mut cuts) = (0, 0);
    let paths =
        files("corpus/json").into_iter().chain(files("corpus/truncated"));
    for path in paths {
        for call in argument_texts(&fs::read(&path).unwrap()) {
            let shown = format!("{}: {call}", path.display());
            let text = call.as_bytes();
            let Ok(value) = serde_json::from_slice::<Value>(text) else {
                continue;
            };
            let (records, _) = scan(text, &config);
            assert_eq!(records.len(), 1, "{shown}");
            let got: Value = serde_json::from_slice(&records[0].1).unwrap();
            assert_eq!(got, value, "{shown}");
            whole += 1;
            for end in 0..text.trim_ascii_end().len() {
                let part = scan(&text[..end], &config).0;
                assert!(part.is_empty(), "{shown} cut at {end}: {part:?}");
                cuts += 1;
            }
        }
    }
    println!("{whole} calls, {cuts} cuts");
}
