//! The tools on answers in their envelopes.

use std::path::Path;

use serde_json::Value;

use crate::support::{Dir, run_in};

fn fixture(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    std::fs::read(folder.join("tests/cases/transcript").join(name)).unwrap()
}

fn report(dir: &Dir) -> Value {
    let report = std::fs::read(dir.path().join("report")).unwrap();
    serde_json::from_slice(&report).unwrap()
}

const CREATE: &str =
    r#"{"type":"create","file_path":"a.py","content":"x = \"é😀\"\n"}"#;

#[test]
fn salvage_prints_text_and_tool_calls_alike() {
    let dir = Dir::new();
    let args = ["--report", "report"];
    let input = fixture("anthropic.sse");
    let ran = run_in(dir.path(), "ndjson-salvage", &args, &input);
    let text = ran.text();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines[0], CREATE);
    let call = r#"{"type":"tool_call","name":"write_file","input":{"path":"b.py","content":"y = \"{[\"\n"}}"#;
    let call = call.replace("[\\\"\n", "[\\\"\\n");
    assert_eq!(lines[1].replace(": ", ":").replace(", ", ","), call);
    assert!(lines[2].contains("no_arguments"));
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    let report = report(&dir);
    assert_eq!(report["envelope"], "anthropic");
    assert_eq!(report["stop_reason"], "tool_use");
    assert_eq!(report["output_tokens"], 41);
    assert_eq!(report["model"], "claude-x");
    assert_eq!(report["verdict"], "complete");
    assert_eq!(report["input_bytes"], input.len());
    let parts = [
        "envelope_bytes",
        "record_bytes",
        "framing_bytes",
        "rejected_bytes",
        "tail_bytes",
    ];
    let sum: u64 = parts.iter().map(|p| report[p].as_u64().unwrap()).sum();
    assert_eq!(sum, input.len() as u64);
}

#[test]
fn a_stop_reason_is_enough_for_a_cut() {
    let dir = Dir::new();
    let input = fixture("openai-chat-cut.sse");
    let ran = run_in(dir.path(), "ndjson-salvage", &["--end"], &input);
    assert_eq!(ran.status, 1);
    let text = ran.text();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines[0], CREATE);
    assert!(lines[1].starts_with(r#"{"type":"end","verdict":"cut""#));
    assert!(ran.stderr.contains("stop reason length"), "{}", ran.stderr);
    let ran = run_in(dir.path(), "edit-apply", &["-n"], &input);
    assert_eq!((ran.status, ran.text().as_str()), (1, "applied create a.py\n"));
    assert!(ran.stderr.contains("stop reason length"), "{}", ran.stderr);
}

#[test]
fn an_answer_that_is_all_reasoning_is_said_to_be() {
    let dir = Dir::new();
    let input = br#"{"choices":[{"index":0,"message":{"role":"assistant","content":"","reasoning":"Hm."},"finish_reason":"length"}],"object":"chat.completion","usage":{"completion_tokens":9}}"#;
    let ran = run_in(dir.path(), "ndjson-salvage", &[] as &[&str], input);
    assert_eq!((ran.status, ran.stdout.as_slice()), (1, &b""[..]));
    let why = "stop reason length: nothing but reasoning in 9 tokens";
    assert!(ran.stderr.contains(why), "{}", ran.stderr);
}

#[test]
fn edit_apply_applies_text_and_tool_calls() {
    for name in ["anthropic.sse", "gemini-array.json", "claude-stream.ndjson"] {
        let dir = Dir::new();
        let args = ["--json", "--report", "report"];
        let ran = run_in(dir.path(), "edit-apply", &args, &fixture(name));
        let made = std::fs::read_to_string(dir.path().join("a.py")).unwrap();
        assert_eq!(made, "x = \"é😀\"\n", "{name}");
        let made = std::fs::read_to_string(dir.path().join("b.py")).unwrap();
        assert_eq!(made, "y = \"{[\"\n", "{name}");
        // The third is a tool that edits nothing.
        assert_eq!(ran.status, 1, "{name} {}", ran.text());
        let report = report(&dir);
        assert_eq!(report["verdict"], "complete", "{name}");
        assert_eq!(report["applied"], 2, "{name}");
    }
}

#[test]
fn a_tool_call_that_was_cut_changes_nothing() {
    let dir = Dir::new();
    let whole = String::from_utf8(fixture("anthropic-body.json")).unwrap();
    let at = whole.find("y = ").unwrap();
    let ran = run_in(
        dir.path(),
        "edit-apply",
        &[] as &[&str],
        &whole.as_bytes()[..at],
    );
    assert_eq!(ran.status, 1);
    assert!(dir.path().join("a.py").exists());
    assert!(!dir.path().join("b.py").exists());
    assert!(ran.text().contains("failed"), "{}", ran.text());
    assert!(ran.stderr.contains("'b.py'"), "{}", ran.stderr);
}

#[test]
fn raw_keeps_the_records_of_a_log() {
    let dir = Dir::new();
    let input = fixture("codex.ndjson");
    let ran = run_in(dir.path(), "ndjson-salvage", &["--from", "raw"], &input);
    assert_eq!((ran.status, ran.stdout), (0, input.clone()));
    let ran = run_in(dir.path(), "ndjson-salvage", &[] as &[&str], &input);
    assert_eq!(ran.text(), format!("{CREATE}\n"));
    let ran = run_in(dir.path(), "ndjson-salvage", &["--from", "x"], &input);
    assert_eq!(ran.status, 2);
    assert!(ran.stderr.contains("known are auto, raw, openai-chat"));
}

#[test]
fn diff_resume_reads_what_salvage_reads() {
    let dir = Dir::new();
    let input = fixture("openai-chat-cut.sse");
    let args = ["status", "--report", "report"];
    let ran = run_in(dir.path(), "diff-resume", &args, &input);
    assert_eq!((ran.status, ran.text()), (1, "complete\ta.py\n".to_owned()));
    assert!(ran.stderr.contains("stop reason length"), "{}", ran.stderr);
    let report = report(&dir);
    assert_eq!(report["envelope"], "openai-chat");
    assert_eq!(report["stop_reason"], "length");
    assert_eq!(report["verdict"], "cut");
    let ran = run_in(dir.path(), "diff-resume", &["prompt"], &input);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert!(ran.text().contains("a.py"), "{}", ran.text());
}

#[test]
fn a_log_holds_an_answer_and_its_continuation() {
    let dir = Dir::new();
    let log = fixture("llm-two-answers.json");
    let ran = run_in(dir.path(), "diff-resume", &["stitch"], &log);
    assert_eq!((ran.status, ran.text()), (1, format!("{CREATE}\n")));
    let log = String::from_utf8(log).unwrap();
    let at = log.rfind("\"length\"").unwrap();
    let log = format!("{}\"stop\"{}", &log[..at], &log[at + 8..]);
    let ran = run_in(dir.path(), "diff-resume", &["stitch"], log.as_bytes());
    assert_eq!((ran.status, ran.text()), (0, format!("{CREATE}\n")));
    assert_eq!(ran.stderr, "");
    let args = ["status", "--answer", "1"];
    let ran = run_in(dir.path(), "diff-resume", &args, log.as_bytes());
    assert_eq!((ran.status, ran.text()), (1, "cut\t?\n".to_owned()));
}

/// An answer that is not in the log, and an input that is something else.
#[test]
fn what_was_asked_for_and_is_not_there_is_trouble() {
    let dir = Dir::new();
    let log = fixture("llm-two-answers.json");
    let sse = fixture("openai-chat-cut.sse");
    let diff = b"--- a/x\n+++ b/x\n@@ -1 +1 @@\n-one\n+two\n".as_slice();
    let cases = [
        (&["--answer", "3"], &log[..], "there is no answer 3, it holds 2"),
        (&["--answer", "2"], b"hi\n", "there is no answer 2, it holds 1"),
        (&["--answer", "2"], diff, "there is no answer 2, it holds 1"),
        (&["--from", "llm"], b"some text\n", "it is not llm"),
        (&["--from", "llm"], CREATE.as_bytes(), "it is not llm"),
        (&["--from", "llm"], &sse, "it is not llm but openai-chat"),
    ];
    for (args, input, why) in cases {
        for tool in ["ndjson-salvage", "diff-resume", "edit-apply"] {
            let ran = run_in(dir.path(), tool, args, input);
            let said = format!("{tool}: cannot read 'stdin': {why}\n");
            assert_eq!((ran.status, ran.text().as_str()), (2, ""), "{said}");
            assert_eq!(ran.stderr, said);
            let ran = run_in(dir.path(), tool, args, b"");
            assert_eq!((ran.status, ran.text().as_str()), (0, ""), "{said}");
        }
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
    }
    // A downstream tool is told as well.
    let args = ["--end", "--answer", "3"];
    let ran = run_in(dir.path(), "ndjson-salvage", &args, &log);
    assert!(ran.text().contains("\"verdict\":\"cut\""), "{}", ran.text());
    // What is there, and an envelope that is cut before it says anything,
    // are as ever.
    let ran = run_in(dir.path(), "diff-resume", &["--answer", "1"], diff);
    assert!(!ran.stderr.contains("cannot read"), "{}", ran.stderr);
    let args = ["--from", "openai-chat"];
    let ran = run_in(dir.path(), "ndjson-salvage", &args, &sse[..20]);
    assert_eq!(ran.status, 1);
    assert!(ran.stderr.contains("before any output"), "{}", ran.stderr);
}

/// A log whose second answer is wanted, and the continuation as plain text.
#[test]
fn what_follows_a_chosen_answer_need_not_be_a_log() {
    let dir = Dir::new();
    dir.put("log", fixture("llm-two-answers.json"));
    dir.put("more", "nothing more");
    let args = ["status", "--answer", "1", "log", "more"];
    let ran = run_in(dir.path(), "diff-resume", &args, b"");
    assert_eq!((ran.status, ran.text()), (1, "cut\t?\n".to_owned()));
}

#[test]
fn a_stop_reason_tells_whether_the_last_hunk_is_whole() {
    let dir = Dir::new();
    let diff = "--- a/x\n+++ b/x\n@@ -1,2 +1,3 @@\n one\n+two\n three\n";
    let body = |stop: &str| {
        serde_json::json!({
            "type": "message",
            "role": "assistant",
            "content": [{"type": "text", "text": diff}],
            "stop_reason": stop,
        })
        .to_string()
    };
    let none = [] as [&str; 0];
    let raw = run_in(dir.path(), "diff-resume", &none, diff.as_bytes());
    assert_eq!((raw.status, raw.stdout.as_slice()), (1, &b""[..]));
    let whole = body("end_turn");
    let ran = run_in(dir.path(), "diff-resume", &none, whole.as_bytes());
    assert_eq!((ran.status, ran.text().ends_with(" three\n")), (0, true));
    let cut = body("max_tokens");
    let ran = run_in(dir.path(), "diff-resume", &["stitch"], cut.as_bytes());
    assert_eq!((ran.status, ran.text().as_str()), (1, ""), "{}", ran.stderr);
}

/// What `diff-resume --raw` and `ndjson-salvage` must make of an answer: its
/// text, and its calls as records, the last of which may be cut.
fn whole_calls(text: &str) -> Vec<(String, Value)> {
    let calls = values(text).into_iter().filter_map(|record| {
        let is_call = record["type"] == "tool_call";
        let name = record["name"].as_str()?.to_owned();
        is_call.then(|| (name, record["input"].clone()))
    });
    let mut calls: Vec<_> = calls.collect();
    calls.sort_by_key(|(name, input)| (name.clone(), input.to_string()));
    calls
}

/// The values of a text up to what is none, over however many lines.
fn values(text: &str) -> Vec<Value> {
    let stream = serde_json::Deserializer::from_str(text).into_iter();
    stream.map_while(Result::ok).collect()
}

fn parsed_calls(said: &super::oracle::Expected) -> Vec<(String, Value)> {
    let parse = |(name, args): &(String, String)| {
        (name.clone(), serde_json::from_str(args).unwrap())
    };
    let mut calls: Vec<(String, Value)> =
        said.calls.iter().map(parse).collect();
    calls.sort_by_key(|(name, input)| (name.clone(), input.to_string()));
    calls
}

#[test]
fn both_tools_read_of_every_file_of_the_corpus_what_its_provider_says() {
    let dir = Dir::new();
    for part in ["json", "truncated"] {
        let Some(files) = super::corpus::files(part) else { return };
        for (name, bytes, _) in files {
            let Some(said) = super::corpus::expected(&name, &bytes) else {
                continue;
            };
            let args = ["--raw", "--quiet"];
            let ran = run_in(dir.path(), "diff-resume", &args, &bytes);
            assert!(
                ran.text().starts_with(&said.text),
                "{name}: diff-resume has other text"
            );
            let rest = &ran.text()[said.text.len()..];
            assert_eq!(whole_calls(rest), parsed_calls(&said), "{name}");
            let beside =
                values(rest).iter().all(|record| record["type"] == "tool_call");
            assert!(said.calls.is_empty() || beside, "{name}: {rest}");

            let none = ["--quiet"];
            let ran = run_in(dir.path(), "ndjson-salvage", &none, &bytes);
            assert_eq!(whole_calls(&ran.text()), parsed_calls(&said), "{name}");
            let text = said.text.as_bytes();
            let raw = ["--quiet", "--from", "raw"];
            let alone = run_in(dir.path(), "ndjson-salvage", &raw, text);
            let text = ran.text();
            let records = text
                .lines()
                .filter(|line| !line.starts_with("{\"type\":\"tool_call\""));
            let records: Vec<_> = records.collect();
            let alone = alone.text();
            assert_eq!(records, alone.lines().collect::<Vec<_>>(), "{name}");
        }
    }
}

/// Real transcripts: what the report says is what the index says, through
/// both tools alike.
#[test]
fn the_tools_agree_on_every_file_of_the_corpus() {
    let Some(data) = crate::support::data() else { return };
    let dir = Dir::new();
    for part in ["json", "truncated"] {
        let index = data.join(format!("corpus/INDEX.{part}.ndjson"));
        for line in std::fs::read_to_string(index).unwrap().lines() {
            let entry: Value = serde_json::from_str(line).unwrap();
            let name = entry["file"].as_str().unwrap();
            let file = data.join("corpus").join(name);
            let file = file.to_str().unwrap();
            let args = ["--report", "report", file];
            let ran = run_in(dir.path(), "ndjson-salvage", &args, b"");
            assert!((0..2).contains(&ran.status), "{name} {}", ran.stderr);
            let salvage = report(&dir);
            let args = ["stitch", "--report", "report", file];
            let ran = run_in(dir.path(), "diff-resume", &args, b"");
            assert!((0..2).contains(&ran.status), "{name} {}", ran.stderr);
            let resume = report(&dir);
            for key in ["envelope", "stop_reason", "output_tokens", "model"] {
                assert_eq!(salvage[key], resume[key], "{name} {key}");
            }
            let truncated = entry["truncated"].as_str().unwrap();
            if truncated.starts_with("yes") {
                assert_eq!(salvage["verdict"], "cut", "{name}");
                assert_eq!(resume["verdict"], "cut", "{name}");
            }
            if truncated == "no" {
                assert_ne!(salvage["verdict"], "cut", "{name}");
                assert_ne!(resume["verdict"], "cut", "{name}");
            }
        }
    }
}
