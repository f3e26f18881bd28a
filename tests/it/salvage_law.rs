//! The law of the scanner: at every byte, in every chunking, exactly the
//! records that are whole.

use tornkit::scan::{Bytes, Config, Event, Scanner, Summary};
use tornkit::span::{Span, Verdict};

/// What a scan emitted.
struct Scanned {
    records: Vec<(Span, String)>,
    summary: Summary,
}

fn scan(text: &[u8], chunk: usize) -> Scanned {
    let mut records = Vec::new();
    let mut sink = |event: Event<'_>| {
        if let Event::Record(record) = event {
            let json = String::from_utf8(record.json.to_vec()).unwrap();
            records.push((record.span, json));
        }
        Ok::<(), ()>(())
    };
    let mut scanner = Scanner::new(Config::default());
    for part in text.chunks(chunk) {
        scanner.feed(part, &mut sink).unwrap();
    }
    let summary = scanner.finish(&mut sink).unwrap();
    Scanned { records, summary }
}

/// Operations that hold all that looks like structure in their strings.
fn operations() -> Vec<String> {
    let tricky = [
        r#"{"type":"create","file_path":"a.py","content":"x = \"{\\n}\"\n"}"#,
        r#"{"type":"modify","file_path":"b.py","operations":[{"type":"append","content":"é\u00e9 ]}"},{"type":"insert_after","anchor":"import os","content":"{\n"}]}"#,
        r#"{"operations":[{"type":"replace","old_text":"a","new_text":"[\"b\"]"}],"type":"modify","file_path":"c.py"}"#,
        r#"{"type":"delete","file_path":"old/ü.py","n":[1,-2.5e3,true,null,[],{}]}"#,
        r#"{"type":"rename","file_path":"d.py","new_path":"e.py"}"#,
    ];
    let long = (0..LONG).map(|n| {
        let content = "if x:\n    y = {\"a\": [1]}\n```\n- {\"b\"}\n";
        serde_json::json!({
            "type": "write",
            "file_path": format!("src/{n}.py"),
            "content": content.repeat(n % 7 + 1),
            "note": { "emoji": "\u{1f600}", "n": n as f64 / 8.0 },
        })
        .to_string()
    });
    tricky.into_iter().map(str::to_owned).chain(long).collect()
}

/// So many further operations give documents of about five kilobytes.
const LONG: usize = 21;

/// Documents with the same operations in different clothes.
fn layouts() -> Vec<(&'static str, String)> {
    let operations = operations();
    let count = operations.len();
    let pretty = |value: &str, by: &str| {
        let value: serde_json::Value = serde_json::from_str(value).unwrap();
        let text = serde_json::to_string_pretty(&value).unwrap();
        text.replace('\n', &format!("\n{by}"))
    };
    let all = |by: &str, with: &str| {
        let parts: Vec<_> =
            operations.iter().map(|o| format!("{by}{o}")).collect();
        parts.join(with)
    };
    let all_pretty = |by: &str, with: &str| {
        let parts: Vec<_> = operations
            .iter()
            .map(|o| format!("{by}{}", pretty(o, by)))
            .collect();
        parts.join(with)
    };
    let meta = format!(
        "{{\"type\":\"meta\",\"summary\":\"s\",\"total_operations\":{count}}}"
    );
    vec![
        ("ndjson", all("", "\n") + "\n"),
        ("ndjson with meta", format!("{meta}\n{}\n", all("", "\n"))),
        ("concatenated", all("", "")),
        ("comma separated", all("", ", ")),
        ("crlf", all("", "\r\n") + "\r\n"),
        ("compact array", format!("[{}]", all("", ","))),
        (
            "compact wrapper",
            format!(
                "{{\"summary\":\"s\",\"total_operations\":{count},\"operations\":[{}]}}",
                all("", ",")
            ),
        ),
        (
            "wrapper with late members",
            format!(
                "{{\"files\":[{}],\"summary\":\"{{}}\",\"total_operations\":{count}}}\n",
                all("", ", ")
            ),
        ),
        ("pretty array", format!("[\n{}\n]\n", all_pretty("  ", ",\n"))),
        (
            "pretty wrapper",
            format!(
                "{{\n  \"summary\": \"s\",\n  \"operations\": [\n{}\n  ]\n}}\n",
                all_pretty("    ", ",\n")
            ),
        ),
        ("pretty values", all_pretty("", "\n")),
        (
            "fence and prose",
            format!(
                "Sure, here (see {{\"note\": 1}}):\n\n```json\n{}\n```\nDone {{ok}}.\n",
                all("", "\n")
            ),
        ),
        ("bullets", format!("Plan:\n{}\n", all("- ", "\n"))),
        ("numbers", format!("{}\n", all("12. ", "\nthen\n"))),
        ("server-sent", format!("{}\ndata: [DONE]\n", all("data: ", "\n\n"))),
        ("record separators", all("\u{1e}", "\n")),
        ("tags", format!("<edits>\n{}\n</edits>", all("<op>", "</op>\n"))),
        ("after text", format!("{}\n", all("File 0: ", " done.\n"))),
        (
            "wrapper in a wrapper",
            format!("[{{\"operations\":[{}]}}]", all("", ",")),
        ),
        ("byte order mark", format!("\u{feff}{}", all("", "\n"))),
        ("prose only after", format!("{}\nThat is all {{}}.", all("", "\n"))),
    ]
}

#[test]
fn every_prefix_gives_exactly_the_records_whole_in_it() {
    let mut cuts = 0;
    for (name, text) in layouts() {
        let whole = scan(text.as_bytes(), usize::MAX).records;
        check_recall(name, &whole);
        for end in 0..=text.len() {
            let prefix = &text.as_bytes()[..end];
            let got = scan(prefix, usize::MAX);
            let want: Vec<_> = whole
                .iter()
                .filter(|(span, _)| span.end <= end as u64)
                .cloned()
                .collect();
            assert_eq!(got.records, want, "{name} cut at {end}");
            check_accounting(name, prefix, &got, &whole);
            cuts += 1;
        }
    }
    println!("{cuts} cuts");
    assert!(cuts >= 100_000, "{cuts} cuts");
}

/// The whole document gives what was put into it, and only that.
fn check_recall(name: &str, whole: &[(Span, String)]) {
    let parse = |json: &str| -> serde_json::Value {
        serde_json::from_str(json).unwrap()
    };
    let mut got: Vec<_> = whole.iter().map(|(_, json)| parse(json)).collect();
    got.retain(|value| value["type"] != "meta");
    let want: Vec<_> = operations().iter().map(|json| parse(json)).collect();
    assert!(got == want, "{name}: {whole:?}");
}

/// The counts add up, and the cut is told where it is.
fn check_accounting(
    name: &str,
    prefix: &[u8],
    got: &Scanned,
    whole: &[(Span, String)],
) {
    let end = prefix.len() as u64;
    let summary = &got.summary;
    let bytes = summary.bytes;
    assert_eq!(bytes.total(), end, "{name} cut at {end}: {bytes:?}");
    let spans = got.records.iter().map(|(span, _)| span.len());
    assert_eq!(bytes.record, spans.sum::<u64>(), "{name} cut at {end}");
    assert_eq!(bytes.rejected, 0, "{name} cut at {end}");
    assert_eq!(bytes.tail, summary.tail.len() as u64);
    let open = whole.iter().find(|(s, _)| s.start < end && end < s.end);
    if let Some((span, _)) = open
        && bytes.tail > 0
    {
        let cut = summary.cut.as_ref().expect("a tail is a cut");
        assert_eq!(summary.verdict, Verdict::Cut);
        assert_eq!(cut.byte, end);
        let lines = prefix.iter().filter(|b| **b == b'\n').count() as u64;
        assert_eq!(cut.line, lines + 1, "{name} cut at {end}");
        assert!(cut.tail.byte <= span.start, "{name} cut at {end}: {cut:?}");
        assert_eq!(cut.record, got.records.len() as u64);
    }
}

#[test]
fn every_chunking_gives_the_same() {
    for (name, text) in layouts() {
        let whole = scan(text.as_bytes(), usize::MAX);
        for chunk in [1, 2, 3, 7, 64, 1000] {
            let got = scan(text.as_bytes(), chunk);
            assert_eq!(got.records, whole.records, "{name} by {chunk}");
            let (a, b): (Bytes, Bytes) =
                (got.summary.bytes, whole.summary.bytes);
            assert_eq!(a, b, "{name} by {chunk}");
            assert_eq!(got.summary.verdict, whole.summary.verdict);
        }
    }
}

#[test]
fn a_record_is_out_as_soon_as_its_last_byte_is_in() {
    for (name, text) in layouts() {
        let whole = scan(text.as_bytes(), usize::MAX).records;
        let mut scanner = Scanner::new(Config::default());
        let mut seen = 0;
        for (n, byte) in text.bytes().enumerate() {
            let mut sink = |event: Event<'_>| {
                seen += usize::from(matches!(event, Event::Record(_)));
                Ok::<(), ()>(())
            };
            scanner.feed(&[byte], &mut sink).unwrap();
            let due = whole.iter().filter(|(s, _)| s.end <= n as u64 + 1);
            assert_eq!(seen, due.count(), "{name} at byte {n}");
        }
    }
}
