//! The law of the seam: whatever the cut and however the model goes on, the
//! joined answer is the answer that was meant, or the tool says no.

use tornkit::resume::{stitch, survey};

use crate::recorded::{Recorded, STYLES};
use crate::support::{Random, iterations};

fn content(n: usize) -> String {
    (0..n % 7 + 2)
        .map(|i| format!("    if x[{i}] == \"{{}}\":\n        return {n}\n"))
        .collect()
}

fn operations() -> Vec<serde_json::Value> {
    (0..12)
        .map(|n| match n % 4 {
            0 => serde_json::json!({"type": "create",
                "file_path": format!("src/m{n}.py"),
                "content": content(n)}),
            1 => serde_json::json!({"type": "modify",
            "file_path": format!("src/ü{n}.py"), "operations": [
                {"type": "append", "content": content(n)},
                {"type": "append", "content": content(n)},
                {"type": "replace", "old_text": "a é", "new_text": "b 😀"}
            ]}),
            2 => serde_json::json!({"type": "delete",
                "file_path": format!("old/{n}.txt")}),
            _ => serde_json::json!({"type": "modify",
                "file_path": format!("src/m{}.py", n - 3), "operations": [
                    {"type": "insert_after", "anchor": "import os",
                     "content": "import sys"}]}),
        })
        .collect()
}

fn recorded() -> Vec<Recorded> {
    let meta = serde_json::json!({"type": "meta", "total_operations": 12});
    let lines: Vec<_> = operations().iter().map(|o| o.to_string()).collect();
    let pretty = serde_json::to_string_pretty(&serde_json::json!({
        "summary": "s", "operations": operations()}))
    .unwrap();
    let texts = [
        ("ndjson", format!("{}\n", lines.join("\n"))),
        ("ndjson with meta", format!("{meta}\n{}\n", lines.join("\n"))),
        (
            "compact wrapper",
            format!(
                "{{\"summary\":\"s\",\"operations\":[{}]}}\n",
                lines.join(",")
            ),
        ),
        ("pretty wrapper", format!("{pretty}\n")),
        (
            "fenced",
            format!("Here you are:\n\n```json\n{}\n```\n", lines.join("\n")),
        ),
    ];
    texts.into_iter().map(|(name, text)| Recorded::new(name, text)).collect()
}

/// The first answer as a CLI hands it on.
fn cut(text: &[u8], at: usize, style: &str) -> Vec<u8> {
    let mut first = text[..at].to_vec();
    if style == "newline" {
        first.push(b'\n');
    }
    first
}

fn records(text: &[u8]) -> Vec<String> {
    survey(text)
        .complete()
        .map(|u| String::from_utf8(u.json.clone()).unwrap())
        .collect()
}

#[test]
fn one_cut_anywhere_and_every_way_to_go_on() {
    let nightly = std::env::var_os("TORNKIT_NIGHTLY").is_some();
    let step = if nightly { 1 } else { 13 };
    let (mut tried, mut exact, mut refused) = (0, 0, Vec::new());
    for answer in recorded() {
        let text = answer.text.as_bytes();
        let want = records(text);
        for at in (1..text.len()).step_by(step) {
            for style in STYLES {
                let first = cut(text, at, style);
                let rest = answer.rest(at, style);
                let joined = stitch(&[first, rest.clone()]);
                let got: Vec<_> = joined
                    .survey
                    .complete()
                    .map(|u| String::from_utf8(u.json.clone()).unwrap())
                    .collect();
                let place = format!("{} {style} at {at}", answer.name);
                tried += 1;
                if got == want {
                    exact += 1;
                } else {
                    assert!(
                        !joined.is_whole(),
                        "{place}: wrong and silent: {:?}\n{}",
                        joined.seams,
                        String::from_utf8_lossy(&rest[..rest.len().min(200)])
                    );
                    // A repetition in the middle of a string may be the
                    // next bytes just as well: no is the right answer.
                    if style == "overlap" {
                        continue;
                    }
                    refused.push(format!("{place}: {:?}", joined.seams));
                }
            }
        }
    }
    println!("{exact} of {tried} exact, {} refused", refused.len());
    // An answer that says the same twice in a row can be cut so that no
    // text tells a repetition from the next bytes.
    assert!(refused.len() * 200 < tried, "{refused:#?}");
    for refusal in &refused {
        assert!(refusal.contains("more than one way"), "{refusal}");
    }
}

#[test]
fn several_cuts_and_ways_in_a_row() {
    let mut random = Random::seeded();
    let answers = recorded();
    let (mut exact, runs) = (0, iterations(400));
    for _ in 0..runs {
        let answer = &answers[random.below(answers.len())];
        let text = answer.text.as_bytes();
        let mut cuts: Vec<_> =
            (0..3).map(|_| 1 + random.below(text.len() - 1)).collect();
        cuts.sort_unstable();
        let mut parts = vec![text[..cuts[0]].to_vec()];
        for n in 0..cuts.len() {
            let style = ["exact", "line", "op", "prose"][random.below(4)];
            let rest = answer.rest(cuts[n], style);
            let until = cuts.get(n + 1).copied().unwrap_or(text.len());
            let keep = rest.len() - (text.len() - until).min(rest.len());
            parts.push(rest[..keep].to_vec());
        }
        let joined = stitch(&parts);
        let got: Vec<_> = joined
            .survey
            .complete()
            .map(|u| String::from_utf8(u.json.clone()).unwrap())
            .collect();
        if got == records(text) {
            exact += 1;
        } else {
            let name = answer.name;
            assert!(!joined.is_whole(), "{name} {cuts:?}: {random:?}");
        }
    }
    println!("{exact} of {runs} exact");
    assert!(exact * 100 >= runs * 98, "{exact} of {runs} exact");
}

/// Joins texts, and gives the complete operations and whether that is all.
fn joined(parts: &[&str]) -> (Vec<String>, bool) {
    let parts: Vec<_> = parts.iter().map(|p| p.as_bytes().to_vec()).collect();
    let joined = stitch(&parts);
    let json =
        |u: &tornkit::resume::Unit| String::from_utf8(u.json.clone()).unwrap();
    (joined.survey.complete().map(json).collect(), joined.is_whole())
}

#[test]
fn text_that_looks_like_a_greeting_is_not_dropped_from_a_string() {
    let first = r#"{"type":"create","file_path":"a","content":"T\n"#;
    let (units, whole) = joined(&[first, "I love cats.\nI love dogs.\"}\n"]);
    assert_eq!((units.len(), whole), (0, false));
}

#[test]
fn a_short_repetition_inside_a_string_is_not_guessed_at() {
    let first = r#"{"type":"create","file_path":"a","content":"    return 0"#;
    let (units, whole) = joined(&[first, "    return 0\\n\"}\n"]);
    assert_eq!((units.len(), whole), (0, false));
}

#[test]
fn a_fence_may_close_in_the_continuation() {
    let first = "```\n{\"type\":\"delete\",\"file_path\":\"a\"}\n";
    let (units, whole) = joined(&[first, "```\nDone.\n"]);
    assert_eq!((units.len(), whole), (1, true));
}

#[test]
fn a_byte_order_mark_before_a_continuation_is_no_content() {
    let first = r#"{"type":"create","file_path":"a","content":"x"#;
    let (units, whole) = joined(&[first, "\u{feff}y\"}\n"]);
    let want = r#"{"type":"create","file_path":"a","content":"xy"}"#;
    assert_eq!((units, whole), (vec![want.to_owned()], true));
}
