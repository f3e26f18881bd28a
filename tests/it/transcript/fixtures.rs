//! Written transcripts, one of each form of each envelope, that say the same.

use std::path::{Path, PathBuf};

use tornkit::span::Verdict::{self, Complete, Cut, Unsure};
use tornkit::transcript::{Decoder, From};

use super::{Heard, hear, hear_from, prefixes_invent_nothing};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/transcript")
}

fn read(name: &str) -> Vec<u8> {
    std::fs::read(folder().join(name)).unwrap()
}

/// File, envelope, stop reason, tokens, verdict.
type Form =
    (&'static str, &'static str, &'static str, Option<u64>, Verdict, Calls);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Calls {
    None,
    Both,
    /// The second is left open by what ends the answer.
    First,
    Patch,
}

const FORMS: [Form; 30] = [
    (
        "bedrock.eventstream",
        "bedrock",
        "tool_use",
        Some(41),
        Complete,
        Calls::Both,
    ),
    (
        "openai-chat.sse",
        "openai-chat",
        "tool_calls",
        Some(41),
        Complete,
        Calls::Both,
    ),
    ("openai-chat-cut.sse", "openai-chat", "length", None, Cut, Calls::None),
    (
        "openai-chat-body.json",
        "openai-chat",
        "tool_calls",
        Some(41),
        Complete,
        Calls::Both,
    ),
    (
        "openai-responses-body.json",
        "openai-responses",
        "completed",
        Some(41),
        Complete,
        Calls::Both,
    ),
    (
        "openai-responses-cut.sse",
        "openai-responses",
        "max_output_tokens",
        Some(41),
        Cut,
        Calls::None,
    ),
    (
        "openai-responses-custom.sse",
        "openai-responses",
        "completed",
        Some(40),
        Complete,
        Calls::Patch,
    ),
    ("anthropic.sse", "anthropic", "tool_use", Some(41), Complete, Calls::Both),
    (
        "anthropic-cut.sse",
        "anthropic",
        "max_tokens",
        Some(41),
        Cut,
        Calls::First,
    ),
    (
        "anthropic-body.json",
        "anthropic",
        "tool_use",
        Some(41),
        Complete,
        Calls::Both,
    ),
    ("gemini.sse", "gemini", "STOP", Some(41), Complete, Calls::Both),
    ("gemini-array.json", "gemini", "STOP", Some(41), Complete, Calls::Both),
    ("gemini-body.json", "gemini", "STOP", Some(41), Complete, Calls::Both),
    ("bedrock.ndjson", "bedrock", "tool_use", Some(41), Complete, Calls::Both),
    (
        "bedrock-body.json",
        "bedrock",
        "tool_use",
        Some(41),
        Complete,
        Calls::Both,
    ),
    ("ollama.ndjson", "ollama", "stop", Some(41), Complete, Calls::Both),
    (
        "ollama-generate-cut.ndjson",
        "ollama",
        "length",
        Some(41),
        Cut,
        Calls::None,
    ),
    ("ollama-body.json", "ollama", "stop", Some(41), Complete, Calls::None),
    ("cohere-body.json", "cohere", "COMPLETE", Some(41), Complete, Calls::None),
    ("llm.json", "llm", "stop", Some(41), Complete, Calls::Both),
    ("claude.json", "claude", "end_turn", Some(41), Complete, Calls::None),
    (
        "claude-stream.ndjson",
        "claude",
        "end_turn",
        Some(41),
        Complete,
        Calls::Both,
    ),
    (
        "claude-stream-partial.ndjson",
        "claude",
        "end_turn",
        Some(41),
        Complete,
        Calls::Both,
    ),
    (
        "claude-verbose.json",
        "claude",
        "end_turn",
        Some(41),
        Complete,
        Calls::Both,
    ),
    ("codex.ndjson", "codex", "completed", Some(41), Complete, Calls::None),
    ("codex-failed.ndjson", "codex", "failed", None, Cut, Calls::None),
    ("gemini-cli.json", "gemini-cli", "", None, Unsure, Calls::None),
    ("gemini-cli-old.json", "gemini-cli", "", None, Unsure, Calls::None),
    (
        "gemini-cli-stream.ndjson",
        "gemini-cli",
        "",
        Some(41),
        Unsure,
        Calls::Both,
    ),
    ("llm-two-answers.json", "llm", "length", Some(41), Cut, Calls::None),
];

fn says(form: &Form, heard: &Heard) {
    let (name, envelope, stop, tokens, verdict, calls) = form;
    let outcome = &heard.outcome;
    let text = read("text.txt");
    let found = outcome.envelope.map(|envelope| envelope.name());
    assert_eq!(found, Some(*envelope), "{name}");
    if *name == "llm-two-answers.json" {
        // A line feed keeps the second from going on in the first's line.
        let (first, second) = text.split_at(30);
        assert_eq!(heard.text, [first, b"\n", second].concat(), "{name}");
        assert_eq!(heard.next, [31], "{name}");
    } else {
        assert_eq!(heard.text(), String::from_utf8_lossy(&text), "{name}");
    }
    assert_eq!(outcome.stop_reason.as_deref().unwrap_or(""), *stop, "{name}");
    assert_eq!(outcome.output_tokens, *tokens, "{name}");
    assert_eq!(outcome.verdict(), *verdict, "{name} {outcome:?}");
    let names = |calls: &[(String, String)]| -> Vec<String> {
        calls.iter().map(|(name, _)| name.clone()).collect()
    };
    let (whole, cut): (&[&str], &[&str]) = match calls {
        Calls::None => (&[], &[]),
        Calls::Both => (&["write_file", "no_arguments"], &[]),
        Calls::First => (&["write_file"], &["no_arguments"]),
        Calls::Patch => (&["apply_patch"], &[]),
    };
    assert_eq!(names(&heard.calls), whole, "{name}");
    assert_eq!(names(&heard.cut_calls), cut, "{name}");
    for (call, args) in &heard.calls {
        match call.as_str() {
            "write_file" => {
                let args: serde_json::Value =
                    serde_json::from_str(args).unwrap();
                assert_eq!(args["content"], "y = \"{[\"\n", "{name}");
            }
            "no_arguments" => assert_eq!(args, "{}", "{name}"),
            _ => assert_eq!(args, "*** Begin Patch\n", "{name}"),
        }
    }
    if !heard.reasoning.is_empty() {
        assert_eq!(heard.reasoning, b"The user wants a file.", "{name}");
    }
}

#[test]
fn every_envelope_says_the_same_at_every_chunking() {
    for form in &FORMS {
        let input = read(form.0);
        for chunk in [1, 7, 4096, usize::MAX] {
            says(form, &hear(&input, From::Auto, chunk));
        }
        let name = form.1.parse().unwrap();
        says(form, &hear(&input, name, 7));
    }
}

#[test]
fn no_prefix_of_an_envelope_invents_anything() {
    for form in &FORMS {
        prefixes_invent_nothing(form.0, &read(form.0), 1);
    }
}

#[test]
fn one_of_several_answers_is_heard_alone() {
    let log = String::from_utf8(read("llm-two-answers.json")).unwrap();
    let log = log.replacen("\"length\"", "\"stop\"", 1);
    let text = read("text.txt");
    let (first, second) = text.split_at(30);
    let wanted: [(u64, &[u8], &str, Verdict); 3] = [
        (1, first, "stop", Complete),
        (2, second, "length", Cut),
        (3, b"", "", Cut),
    ];
    for (n, text, stop, verdict) in wanted {
        for chunk in [1, 4096] {
            let decoder = Decoder::new(From::Auto).only(Some(n));
            let heard = hear_from(log.as_bytes(), decoder, chunk);
            assert_eq!(heard.text, text, "{n}");
            let outcome = &heard.outcome;
            assert_eq!(outcome.stop_reason.as_deref().unwrap_or(""), stop);
            assert_eq!(outcome.verdict(), verdict, "{n}");
            assert_eq!(outcome.answers, 2);
        }
    }
}

#[test]
fn each_fixture_is_read() {
    for file in std::fs::read_dir(folder()).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        let known = FORMS.iter().any(|form| form.0 == name);
        let other = ["text.txt", "claude-error.json", "README.md"];
        assert!(known || other.contains(&name.as_str()), "{name}");
    }
}

#[test]
fn the_words_of_an_error_are_not_an_answer() {
    let heard = hear(&read("claude-error.json"), From::Auto, 5);
    assert_eq!(heard.text(), "");
    assert_eq!(heard.outcome.verdict(), Cut);
    assert!(heard.outcome.is_mute());
    assert!(heard.outcome.error.unwrap().contains("32000 output token"));
}

#[test]
fn a_record_is_there_before_its_envelope_is_over() {
    use tornkit::answer::{Answer, Part, Scope};
    use tornkit::scan::{Config, Event};
    use tornkit::text::filename::NoneKnown;
    let input = read("openai-chat.sse");
    let calls = input.windows(6).position(|w| w == b"call_a").unwrap();
    let known = std::sync::Arc::new(NoneKnown);
    let (config, from) = (Config::default(), (From::Auto, None));
    let mut answer = Answer::new(Scope::Records, config, known, from);
    let mut records = 0;
    let mut seen = Vec::new();
    for (at, byte) in input.iter().enumerate() {
        let fed = answer.feed::<()>(&[*byte], &mut |part| {
            let is_record = matches!(part, Part::Record(Event::Record(_)));
            records += u32::from(is_record);
            Ok(())
        });
        fed.unwrap();
        if seen.len() < records as usize {
            seen.push(at);
        }
    }
    // The text's record is there before the first call begins, a call when
    // its last argument byte is, the call without arguments at the end.
    assert_eq!(seen.len(), 3);
    assert!(seen[0] < calls && seen[1] < seen[2], "{seen:?}");
}

#[test]
fn a_body_speaks_before_it_is_over() {
    let body = read("openai-chat-body.json");
    let text = read("text.txt");
    let at = body.windows(6).position(|w| w == b"a.py\\\"").unwrap();
    let heard = hear(&body[..at], From::Auto, 1);
    assert_eq!(heard.text, &text[..heard.text.len()]);
    assert!(heard.text.ends_with(b"\"file_path\":\""), "{}", heard.text());
    assert_eq!(heard.outcome.verdict(), Cut);
}

#[test]
fn what_is_no_envelope_goes_through_as_it_is() {
    let raw: [&[u8]; 27] = [
        b"",
        b" \n",
        b"Here is the answer.",
        b"data: {\"type\":\"create\",\"file_path\":\"a\",\"content\":\"\"}\n\n",
        b"data: hello\n\n",
        b"id: 7\nwhatever\n",
        b"{\"type\":\"create\",\"file_path\":\"a\"}\n",
        b"{\"id\":1,\"model\":\"x\"}\n{\"choices\":[]}\n",
        b"[1,2]",
        b"[[{\"choices\":[{\"delta\":{}}]}]]",
        b"{\"operations\":[{\"choices\":[{\"delta\":{}}]}]}",
        b"{\"message\":\"x\",\"role\":\"user\"}",
        b"{\"type\":\"message\",\"role\":\"user\",\"content\":\"x\"}",
        b"{\"response\":\"x\"",
        // Records of other programs, which use the same words.
        b"{\"type\":\"user\",\"message\":\"hello\"}",
        b"{\"type\":\"system\",\"subtype\":\"x\"}",
        b"{\"type\":\"result\",\"status\":\"ok\"}",
        b"{\"type\":\"ping\"}",
        b"{\"type\":\"response.ok\"}",
        b"{\"type\":\"item.completed\",\"sku\":1}",
        b"{\"session_id\":1,\"response\":\"x\"}",
        b"{\"question\":\"q\",\"choices\":[{\"text\":\"x\"}]}",
        b"{\"candidates\":[{\"content\":\"x\"}]}",
        b"{\"role\":\"assistant\",\"content\":\"x\"}",
        b"{\"output\":{\"message\":\"x\"}}",
        b"{\"a\":!",
        b"{}",
    ];
    for input in raw {
        for chunk in [1, 3, 4096] {
            let heard = hear(input, From::Auto, chunk);
            let shown = String::from_utf8_lossy(input);
            assert_eq!(heard.outcome.envelope, None, "{shown}");
            assert_eq!(heard.text, input, "{shown}");
            assert_eq!(heard.outcome.envelope_bytes(), 0, "{shown}");
        }
    }
    let stream = read("anthropic.sse");
    let heard = hear(&stream, From::Raw, 7);
    assert_eq!((heard.text, heard.outcome.envelope), (stream, None));
}

#[test]
fn nesting_costs_nothing() {
    let deep = [b"{\"a\":".repeat(100_000), b"1".to_vec()].concat();
    let deep = [deep, b"}".repeat(100_000)].concat();
    assert_eq!(hear(&deep, From::Auto, 4096).text, deep);
    let body = [
        b"{\"x\":",
        deep.as_slice(),
        b",\"choices\":[{\"message\":{\"content\":\"hi\"}}]}",
    ]
    .concat();
    assert_eq!(hear(&body, From::Auto, 4096).text, b"hi");
}

#[test]
fn a_record_is_raw_at_its_first_key() {
    let mut decoder = tornkit::transcript::Decoder::new(From::Auto);
    let mut passed = 0;
    let begun = b"{\"summary\":\"s\",\"operations\":[";
    let fed = decoder.feed::<()>(begun, &mut |piece| {
        if let tornkit::transcript::Piece::Text(text) = piece {
            passed += text.len();
        }
        Ok(())
    });
    assert_eq!(fed, Ok(()));
    assert_eq!(passed, begun.len());
}

#[test]
fn an_event_that_breaks_off_is_left_and_told() {
    let whole = String::from_utf8(read("openai-chat-cut.sse")).unwrap();
    let cut =
        whole.replacen("\"object\": \"chat.completion.chunk\"}\n\n", "\n", 1);
    assert_ne!(cut, whole);
    let heard = hear(cut.as_bytes(), From::Auto, 7);
    assert_eq!(heard.text, read("text.txt"));
    assert_eq!(heard.outcome.skipped, 1);
}

#[test]
fn a_place_in_the_text_is_found_in_the_input() {
    let input = read("anthropic.sse");
    let mut decoder = tornkit::transcript::Decoder::new(From::Auto);
    let mut text = Vec::new();
    for block in input.chunks(11) {
        decoder
            .feed::<()>(block, &mut |piece| {
                if let tornkit::transcript::Piece::Text(more) = piece {
                    text.extend_from_slice(more);
                }
                Ok(())
            })
            .unwrap();
    }
    let at = text.windows(4).position(|w| w == b"a.py").unwrap();
    let place = decoder.places.input_of(at as u64).unwrap();
    let lines = input[..place.byte as usize].split(|b| *b == b'\n');
    assert_eq!(place.line, lines.count() as u64);
    let near = &input[place.byte as usize..][..40];
    let near = String::from_utf8_lossy(near);
    assert!(near.contains("a.p") || near.contains("path"), "{near}");
}

/// A generator that needs no more than to differ from call to call
/// (xorshift, Marsaglia 2003).
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides as u64) as usize
    }
}

#[test]
fn damaged_envelopes_read_alike_at_every_chunking() {
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    let signs = b"{}[]\",:\\\n\r \x00\xff\xed1u";
    for form in &FORMS {
        let input = read(form.0);
        for _ in 0..40 {
            let mut damaged = input.clone();
            for _ in 0..=dice.throw(4) {
                let at = dice.throw(damaged.len());
                match dice.throw(3) {
                    0 => damaged[at] = signs[dice.throw(signs.len())],
                    1 => drop(damaged.remove(at)),
                    _ => damaged.insert(at, signs[dice.throw(signs.len())]),
                }
            }
            let from = form.1.parse().unwrap();
            let whole = hear(&damaged, from, usize::MAX);
            for chunk in [1, 7] {
                let shown = String::from_utf8_lossy(&damaged);
                assert_eq!(hear(&damaged, from, chunk), whole, "{shown}");
            }
            let auto = hear(&damaged, From::Auto, usize::MAX);
            assert_eq!(hear(&damaged, From::Auto, 3), auto);
        }
    }
}
