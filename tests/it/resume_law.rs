//! The law of the seam: whatever the cut and however the model goes on, the
//! joined answer is the answer that was meant, or the tool says no.

use std::collections::BTreeMap;

use tornkit::resume::{Joined, stitch, survey};

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

/// What became of a joined answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    /// The operations of the uncut answer, and nothing missing.
    Exact,
    /// It says that something is missing; what there is is the answer's.
    No,
    /// An operation that the answer has not, or something missing and nothing
    /// said.
    Wrong,
}

/// Whether all of `some` stands in `all`, in this order.
fn is_part(some: &[String], all: &[String]) -> bool {
    let mut all = all.iter();
    some.iter().all(|one| all.any(|other| other == one))
}

fn judge(joined: &Joined, want: &[String]) -> Fate {
    let got: Vec<_> = joined
        .survey
        .complete()
        .map(|u| String::from_utf8(u.json.clone()).unwrap())
        .collect();
    match joined.is_whole() {
        true if got == want => Fate::Exact,
        false if is_part(&got, want) => Fate::No,
        _ => Fate::Wrong,
    }
}

/// A style in which a stretch of a line is repeated. Within a string such a
/// stretch may be the next bytes just as well: no is the right answer.
const LOOKS_ALIKE: &str = "stretch";

#[test]
fn one_cut_anywhere_and_every_way_to_go_on() {
    let nightly = std::env::var_os("TORNKIT_NIGHTLY").is_some();
    let step = if nightly { 1 } else { 13 };
    let mut tally: BTreeMap<_, BTreeMap<Fate, usize>> = BTreeMap::new();
    let mut bad = Vec::new();
    for answer in recorded() {
        let text = answer.text.as_bytes();
        let want = records(text);
        for at in (1..text.len()).step_by(step) {
            for style in STYLES {
                let first = cut(text, at, style);
                let rest = answer.rest(at, style);
                let joined = stitch(&[first, rest]);
                let fate = judge(&joined, &want);
                let of = tally.entry((answer.name, style)).or_default();
                *of.entry(fate).or_default() += 1;
                if fate != Fate::Exact {
                    let seams = &joined.seams;
                    let name = answer.name;
                    let why = format!("{name} {style} at {at}: {seams:?}");
                    bad.push((fate, why));
                }
            }
        }
    }
    let mut sums: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for ((name, style), fates) in &tally {
        let all: usize = fates.values().sum();
        let exact = fates.get(&Fate::Exact).copied().unwrap_or(0);
        let share = 100.0 * exact as f64 / all as f64;
        println!("{name:17} {style:9} {all:6} {share:7.2}% exact {fates:?}");
        let sum = sums.entry(style).or_default();
        *sum = (sum.0 + exact, sum.1 + all);
    }
    if std::env::var_os("TORNKIT_SHOW").is_some() {
        for (_, why) in &bad {
            println!("{why}");
        }
    }
    let wrong: Vec<_> = bad.iter().filter(|b| b.0 == Fate::Wrong).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    sums.remove(LOOKS_ALIKE);
    for (style, (exact, all)) in &sums {
        assert!(exact * 100 >= all * 97, "{style}: {exact} of {all}");
    }
    let add = |(a, b): (usize, usize), (c, d): &(usize, usize)| (a + c, b + d);
    let (exact, all) = sums.values().fold((0, 0), add);
    println!("{exact} of {all} exact where it can be told");
    assert!(exact * 100 >= all * 99, "{exact} of {all}");
}

#[test]
fn several_cuts_and_ways_in_a_row() {
    let mut random = Random::seeded();
    let answers = recorded();
    // As many as it takes to tell the bound from chance.
    let (mut exact, runs) = (0, iterations(8000));
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

/// Answers that say one and the same in a row, in several layouts.
fn answers_that_repeat() -> Vec<Recorded> {
    let append = serde_json::json!({"type": "append", "content": "x = 1\n"});
    let modify = |path: &str, edits: Vec<&serde_json::Value>| {
        serde_json::json!({"type": "modify", "file_path": path,
            "operations": edits})
    };
    let one = modify("a.py", vec![&append, &append]);
    let other = modify("a.py", vec![&append]);
    let delete = serde_json::json!({"type": "delete", "file_path": "b.py"});
    let operations = [&one, &one, &other, &other, &delete];
    let lines = operations.map(|operation| operation.to_string());
    let wrapper = serde_json::json!({"operations": operations});
    let pretty = |value| serde_json::to_string_pretty(value).unwrap();
    let texts = [
        ("ndjson", lines.join("\n")),
        ("array", format!("[\n{}\n]", lines.join(",\n"))),
        ("compact wrapper", wrapper.to_string()),
        ("pretty wrapper", pretty(&wrapper)),
        ("pretty operations", operations.map(pretty).join("\n")),
    ];
    let recorded = |(name, text)| Recorded::new(name, format!("{text}\n"));
    texts.into_iter().map(recorded).collect()
}

#[test]
fn what_stands_twice_in_a_row_is_never_lost_nor_added() {
    let nightly = std::env::var_os("TORNKIT_NIGHTLY").is_some();
    let step = if nightly { 1 } else { 7 };
    for answer in answers_that_repeat() {
        let text = answer.text.as_bytes();
        let want = records(text);
        let (mut exact, mut all) = (0, 0);
        for at in (1..text.len()).step_by(step) {
            let lines = text[..at].iter().enumerate();
            let lines = lines.filter(|(_, b)| **b == b'\n').map(|(n, _)| n + 1);
            let units = answer.starts.iter().copied().filter(|s| *s < at);
            for from in lines.chain(units).chain([0, at]) {
                for feed in [&b""[..], b"\n"] {
                    let first = [&text[..at], feed].concat();
                    let joined = stitch(&[first, text[from..].to_vec()]);
                    let fate = judge(&joined, &want);
                    let name = answer.name;
                    let seams = &joined.seams;
                    assert!(
                        fate != Fate::Wrong,
                        "{name} at {at} from {from}: {seams:?}"
                    );
                    exact += usize::from(fate == Fate::Exact);
                    all += 1;
                }
            }
        }
        println!("{:17} {exact} of {all} exact", answer.name);
        assert!(exact * 3 > all, "{}: {exact} of {all}", answer.name);
    }
}

#[test]
fn a_change_that_cannot_be_made_twice_is_taken_for_a_repetition() {
    let delete = r#"{"type":"delete","file_path":"a"}"#;
    let create = r#"{"type":"create","file_path":"b","content":"x"}"#;
    let first = format!("{delete}\n{{\"type\":\"");
    let rest = format!("{delete}\n{create}\n");
    let (units, whole) = joined(&[&first, &rest]);
    assert_eq!((units, whole), (vec![delete.into(), create.into()], true));
    let append = r#"{"type":"modify","file_path":"a","operations":[{"type":"append","content":"x"}]}"#;
    let first = format!("{append}\n{{\"type\":\"");
    let rest = format!("{append}\n{create}\n");
    let (units, whole) = joined(&[&first, &rest]);
    assert_eq!((units, whole), (vec![append.into()], false));
}

#[test]
fn a_blank_in_a_string_is_not_left_out() {
    let first = r#"{"type":"create","file_path":"a","content":"if x:\n"#;
    let (units, whole) = joined(&[first, "  ", "  y\"}\n"]);
    assert_eq!((units.len(), whole), (0, false));
    let (units, whole) = joined(&[first, "\n", "  y\"}\n"]);
    assert_eq!((units.len(), whole), (1, true));
}

#[test]
fn the_end_of_an_operation_does_not_begin_it_again() {
    let first = "{\n  \"file_path\": \"b\",\n  \"type\": \"dele";
    let rest = "type\": \"delete\"\n}\n{\n  \"file_path\": \"b\",\n  \
        \"type\": \"create\",\n  \"content\": \"x\"\n}\n";
    let (units, whole) = joined(&[first, rest]);
    assert_eq!((units.len(), whole), (2, true));
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
fn a_last_word_that_begins_a_continuation_is_not_guessed_at() {
    let head = r#"{"type":"create","file_path":"n.md","content":"the cat sat"#;
    let cases = [
        (" on the", "on the mat\"}\n"),
        (" on the", "the mat\"}\n"),
        (" on the ", "on the mat\"}\n"),
        (" über", "über\"}\n"),
    ];
    for (last, next) in cases {
        let (records, whole) = joined(&[&format!("{head}{last}"), next]);
        assert_eq!((records.len(), whole), (0, false), "{last}|{next}");
    }
    // Letters within a word go on as often as not.
    let (records, whole) = joined(&[&format!("{head} ban"), "anas\"}\n"]);
    assert_eq!((records.len(), whole), (1, true));
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
