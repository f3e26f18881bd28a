//! What was meant as a record and is none must be said, and what is prose
//! must not; what a filter before saw must not be forgotten.

use serde_json::Value;

use crate::support::{Dir, run, run_in};

const TOOL: &str = "ndjson-salvage";
const RECORD: &str = "{\"a\":0}\n";

/// Lines that break before their first member is there.
const BROKEN: [&str; 8] = [
    r#"{"b" 1,"c":2}"#,
    r#"{"a"=1}"#,
    r#"{"type:"create","file_path":"x"}"#,
    r#"{,"b":2}"#,
    r#"{{"b":1}}"#,
    r#"{1:2,"b":3}"#,
    r#"{"type" "create","file_path":"x"}"#,
    r#"{ "a" => 1, "b": 2 }"#,
];

#[test]
fn a_line_that_breaks_at_its_first_key_is_a_loss_wherever_it_stands() {
    for line in BROKEN {
        let places = [
            format!("{line}\n"),
            format!("{line}\n{RECORD}"),
            format!("{RECORD}{line}\n{RECORD}"),
            format!("Some prose.\n\n{line}\n\nMore prose.\n{RECORD}"),
            format!("```json\n{line}\n```\n{RECORD}"),
            format!("[{RECORD},\n{line},\n{RECORD}]"),
        ];
        for text in places {
            let expected = text.matches("{\"a\":0}").count();
            for args in [&[][..], &["--repair", "none"], &["--check"]] {
                let ran = run(TOOL, args, text.as_bytes());
                assert_eq!(ran.status, 1, "{args:?} {text}");
                assert!(ran.stderr.contains("cannot use the record"), "{text}");
                if args.is_empty() {
                    assert_eq!(ran.text(), RECORD.repeat(expected), "{text}");
                }
            }
        }
    }
}

#[test]
fn other_braces_between_records_are_losses_and_in_prose_they_are_not() {
    let words = ["{x}", "{{ name }}", "{foo bar}", "{ foo: bar }", "{a, b}"];
    for word in words {
        let losses = [
            format!("{RECORD}{word}\n{RECORD}"),
            format!("```jsonl\n{word}\n{RECORD}```\n"),
            format!("[{RECORD},{word},{RECORD}]"),
        ];
        for text in losses {
            let ran = run::<&str>(TOOL, &[], text.as_bytes());
            assert_eq!(ran.status, 1, "{text}");
            assert!(ran.stderr.contains("cannot use the record"), "{text}");
        }
        let prose = [
            format!("{word}\n\n{RECORD}"),
            format!("{RECORD}\n{word} is a word.\n"),
            format!("{RECORD}Text {word}\n"),
            format!("Text\n{word}\n{RECORD}"),
        ];
        for text in prose {
            let ran = run(TOOL, &["--check"], text.as_bytes());
            assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "{text}");
        }
    }
}

#[test]
fn code_is_prose() {
    let blocks = [
        "```js\nexport default\n{\n  foo, bar,\n}\n{\"a\", \"b\"}\n```\n",
        "```c\nstruct o t[] = {\n{\"help\" , 0},\n{\"x\" \"y\"},\n};\n```\n",
        "```css\na\n{\n  color: red;\n}\n```\n",
        "```rust\nfn f()\n{\n    g(\"x\");\n}\n```\n",
        "fn f()\n{\n    let x = 1;\n}\n",
        "{% if x == \"a\" %}\n{{ x }}\n{% endif %}\n",
        "\\frac{a}{b}\n{\\bf x}\n",
        "{\"x\", \"y\"} is a set of words.\n",
    ];
    for block in blocks {
        let text = format!("{RECORD}\nAs in:\n\n{block}\n{RECORD}");
        let ran = run(TOOL, &["--check"], text.as_bytes());
        assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "{text}");
        let ran = run::<&str>(TOOL, &[], text.as_bytes());
        assert_eq!(ran.text(), RECORD.repeat(2), "{text}");
    }
}

#[test]
fn a_check_objects_to_stray_text_among_records_and_to_no_other() {
    let stray = [
        "{\"b\":1}x\n",
        "{\"b\":1}}\n",
        "- {\"b\":1} and more\n",
        "\"b\":2}\n",
        "}\n",
        "[{\"a\":1},5,{\"b\":1}]\n",
        "[{\"a\":1},x,{\"b\":1}]\n",
        "{\"files\":[{\"path\":\"a\"},\"b\"]}\n",
    ];
    let clean = [
        "hello world\n",
        "<op>{\"a\":1}</op>\n",
        "data: {\"a\":1}\n\ndata: [DONE]\n",
        "- {\"a\":1},\n",
        "`{\"a\":1}`\n",
        "A word {\"b\":1} and more\n",
        "```json\n{\"a\":1}\n```\n",
        "[{\"a\":1},[5],{\"b\":1},]\n\u{1e}{}\n",
        "```js\nf({\n\"b\": 2\n})\n```\n",
    ];
    for (texts, status) in [(&stray[..], 1), (&clean[..], 0)] {
        for text in texts {
            let text = format!("{RECORD}{text}{RECORD}");
            let args = ["--check", "--report", "-"];
            let ran = run(TOOL, &args, text.as_bytes());
            let report: Value = serde_json::from_slice(&ran.stdout).unwrap();
            let places = report["stray"].as_i64();
            assert_eq!(places, Some(i64::from(status)), "{text}");
            assert_eq!(ran.status, status, "{text}");
            let ran = run::<&str>(TOOL, &[], text.as_bytes());
            assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "{text}");
        }
    }
}

#[test]
fn a_cut_in_the_first_key_is_a_cut_however_the_key_is_written() {
    let keys = [
        "{",
        "{ ",
        "{\"ty",
        "{'",
        "{'ty",
        "{'type'",
        "{t",
        "{type",
        "{type ",
        "{type:",
        "{“",
        "{“ty",
        "{‘type’",
        "{type: 1",
        "{x: 1, y",
        "{x: tr",
        "{\n  ty",
        "{'a': 'b', 'c",
        "{ $ref",
    ];
    for key in keys {
        for before in ["", RECORD, "Here it is:\n\n", "```\n"] {
            for args in [&[][..], &["--repair", "none"]] {
                let text = format!("{before}{key}");
                let ran = run(TOOL, args, text.as_bytes());
                assert_eq!(ran.status, 1, "{text}");
                assert!(ran.stderr.contains(": cut "), "{text} {}", ran.stderr);
            }
        }
    }
    // Half a typographic quote.
    for end in [&b"{\xe2"[..], b"{\xe2\x80"] {
        let ran = run::<&str>(TOOL, &[], &[RECORD.as_bytes(), end].concat());
        assert_eq!(ran.status, 1, "{end:?}");
    }
    for prose in ["a set {x", "{foo bar", "{foo: y", "{x}", "see {'x"] {
        let text = format!("{RECORD}\n{prose}");
        let ran = run::<&str>(TOOL, &[], text.as_bytes());
        assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "{text}");
    }
}

#[test]
fn a_cut_survives_any_number_of_filters() {
    let first = "{\"a\":0}\n{\"type\":\"create\",\"path\":\"x\",\"c\":\"y";
    let mut text = run(TOOL, &["--end"], first.as_bytes()).stdout;
    let one = String::from_utf8(text.clone()).unwrap();
    assert!(one.contains("\"verdict\":\"cut\",\"records\":1"), "{one}");
    for _ in 0..3 {
        let ran = run(TOOL, &["--end"], &text);
        assert_eq!((ran.status, ran.text()), (1, one.clone()));
        assert!(ran.stderr.contains("record 1 'x': cut in a string at line 2"));
        text = ran.stdout;
    }
    let ran = run::<&str>(TOOL, &[], &text);
    assert_eq!((ran.status, ran.text()), (1, one));
    let ran = run(TOOL, &["--check"], &text);
    assert_eq!(ran.status, 1);
}

#[test]
fn the_verdict_before_counts_unless_something_follows_it() {
    let end = |verdict| format!("{{\"type\":\"end\",\"verdict\":{verdict}}}\n");
    let cases = [
        (end("\"complete\""), "complete", 0, 0),
        (end("\"unsure\""), "unsure", 0, 0),
        (end("\"cut\""), "cut", 0, 1),
        (end("\"complete\"") + RECORD, "unsure", 1, 0),
        (end("\"cut\"") + RECORD + &end("\"complete\""), "cut", 1, 1),
        (end("\"complete\"") + "{\"a\":", "cut", 0, 1),
        (end("3"), "unsure", 1, 0),
    ];
    for (text, verdict, records, status) in cases {
        let ran = run(TOOL, &["--end"], text.as_bytes());
        let said = ran.text();
        let last: Value =
            serde_json::from_str(said.lines().last().unwrap()).unwrap();
        assert_eq!(last["verdict"], verdict, "{text}");
        assert_eq!(last["records"], records, "{text}");
        assert_eq!(ran.status, status, "{text}");
        assert_eq!(said.lines().count() as u64, records + 1, "{text}");
    }
}

#[test]
fn records_beside_the_answer_of_an_envelope_are_said() {
    let body = r#"{"choices":[{"message":{"content":"{\"a\":1}\n"},"finish_reason":"stop"}]}"#;
    let operation = r#"{"type":"delete","path":"b"}"#;
    let text = format!("{body}\n{operation}\n");
    let ran = run::<&str>(TOOL, &[], text.as_bytes());
    assert_eq!((ran.status, ran.text().as_str()), (1, "{\"a\":1}\n"));
    assert!(
        ran.stderr.contains("1 record beside the answer"),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.contains("--from raw"), "{}", ran.stderr);
    let ran = run(TOOL, &["--from", "raw"], text.as_bytes());
    assert_eq!((ran.status, ran.text()), (0, text));
    let own = r#"{\"type\":\"create\",\"file_path\":\"c\",\"content\":\"x\"}"#;
    let text = body.replace(r#"{\"a\":1}"#, own) + "\n" + operation;
    let dir = Dir::new();
    let ran = run_in(dir.path(), "edit-apply", &[""; 0], text.as_bytes());
    assert_eq!(ran.status, 1, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("1 record beside the answer"),
        "{}",
        ran.stderr
    );
    assert_eq!(dir.text("c"), "x");
    let ran = run::<&str>(TOOL, &[], format!("{body}\n").as_bytes());
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
}

#[test]
fn an_answer_without_a_record_is_told_with_its_place_and_what_to_do() {
    for (text, place) in [
        ("half an answer", "stdin:1, byte 14"),
        ("half\nan answer", "stdin:2, byte 14"),
        ("half\nan\n", "stdin:2, byte 8"),
    ] {
        let ran = run::<&str>(TOOL, &[], text.as_bytes());
        assert_eq!(ran.status, 1);
        let bytes = text.len();
        let want = format!(
            "ndjson-salvage: cannot find a record in {bytes} bytes of other \
             text ({place})\nhint: edit-apply --instructions  # add it to \
             the prompt\n"
        );
        assert_eq!(ran.stderr, want);
    }
}
