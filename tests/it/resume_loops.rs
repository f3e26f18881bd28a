//! Answers that end in saying the same again and again, in every format: a
//! continuation would go on with that, so none is asked for.

use crate::support::{Dir, run, run_in};

/// The ways in which a model repeats itself: a start, and what comes again.
fn loops() -> Vec<(&'static str, String, String)> {
    let value = "x".repeat(120);
    let block = format!(
        "f.txt\n<<<<<<< SEARCH\n{value}\n=======\ny\n>>>>>>> REPLACE\n\n"
    );
    let patch = format!("*** Update File: f.txt\n@@\n-{value}\n+y\n");
    let hunk = format!("@@ -1 +1 @@\n-{value}\n+y\n");
    let file = format!("--- a/f.txt\n+++ b/f.txt\n{hunk}");
    let record = format!(
        "{{\"type\":\"create\",\"file_path\":\"a\",\"content\":\"{value}\"}}\n"
    );
    vec![
        ("ops", String::new(), record),
        ("diff", String::new(), file),
        ("diff", "--- a/f.txt\n+++ b/f.txt\n".to_owned(), hunk),
        ("search-replace", String::new(), block),
        ("v4a", "*** Begin Patch\n".to_owned(), patch),
    ]
}

fn prompt(format: &str, style: &str, answer: &str) -> crate::support::Ran {
    let args = ["prompt", "--format", format, "--style", style];
    run("diff-resume", &args, answer.as_bytes())
}

#[test]
fn whole_units_that_come_again_and_again_are_not_gone_on_with() {
    for (format, start, unit) in loops() {
        let answer = format!("{start}{}", unit.repeat(9));
        // Within the next one, as an answer is cut.
        let answer = &answer[..answer.len() - 20];
        for style in ["line", "op"] {
            let ran = prompt(format, style, answer);
            assert_eq!(ran.status, 1, "{format}: {ran:?}");
            assert_eq!(ran.text(), "", "{format}");
            assert!(ran.stderr.contains("ask anew"), "{format}: {ran:?}");
        }
        let args = ["stitch", "--format", format];
        let ran = run("diff-resume", &args, answer.as_bytes());
        assert_eq!(ran.status, 1, "{format}: {ran:?}");
        assert!(ran.stderr.contains("the same 1 "), "{format}: {ran:?}");
        // Twice is no loop.
        let answer = format!("{start}{unit}{}", &unit[..unit.len() - 20]);
        let ran = prompt(format, "line", &answer);
        assert_eq!(ran.status, 0, "{format}: {ran:?}");
    }
}

#[test]
fn lines_that_come_again_and_again_are_left_by_beginning_the_unit_again() {
    let lines = "and so on\n".repeat(300);
    let added = lines.replace("and", "+and");
    let string = lines.replace('\n', "\\n");
    let answers = [
        ("diff", format!("--- a/f\n+++ b/f\n@@ -1,9 +1,900 @@\n+0\n{added}")),
        (
            "ops",
            format!(
                "{{\"type\":\"create\",\"file_path\":\"f\",\
                 \"content\":\"{string}"
            ),
        ),
        ("v4a", format!("*** Begin Patch\n*** Add File: f\n{added}")),
        ("search-replace", format!("f\n<<<<<<< SEARCH\nx\n=======\n{lines}")),
    ];
    for (format, answer) in answers {
        let ran = prompt(format, "line", &answer);
        assert_eq!(ran.status, 1, "{format}: {ran:?}");
        assert!(ran.stderr.contains("ask anew"), "{format}: {ran:?}");
        let ran = prompt(format, "op", &answer);
        assert_eq!(ran.status, 0, "{format}: {ran:?}");
        assert!(!ran.text().contains("and so on"), "{format}: {ran:?}");
    }
}

#[test]
fn who_knows_that_the_answer_is_complete_is_believed() {
    for (format, start, unit) in loops() {
        if format == "v4a" {
            continue;
        }
        let answer = format!("{start}{}", unit.repeat(9));
        let args = ["stitch", "--complete", "--format", format];
        let ran = run("diff-resume", &args, answer.as_bytes());
        assert!(!ran.stderr.contains("the same"), "{format}: {ran:?}");
    }
}

#[test]
fn a_loop_that_ends_with_a_whole_unit_is_one_too() {
    for (format, start, unit) in loops() {
        if format == "diff" {
            // The last hunk is held back, so this one is cut.
            continue;
        }
        let answer = format!("{start}{}", unit.repeat(9));
        let ran = prompt(format, "line", &answer);
        assert_eq!(ran.status, 1, "{format}: {ran:?}");
        assert!(ran.stderr.contains("ask anew"), "{format}: {ran:?}");
        assert!(!ran.stderr.contains("complete"), "{format}: {ran:?}");
    }
    let (_, _, record) = loops().swap_remove(0);
    let dir = Dir::new();
    let args = ["--no-fsync"];
    let ran =
        run_in(dir.path(), "edit-apply", &args, record.repeat(9).as_bytes());
    assert_eq!(ran.status, 1, "{ran:?}");
    assert!(ran.stderr.contains("the same 1 record 9 times"), "{ran:?}");
}

#[test]
fn a_diff_read_as_a_stream_ends_in_the_loop_that_a_joined_one_ends_in() {
    let line = "+and so on\n";
    let start = format!("--- a/f\n+++ b/f\n@@ -1,9 +1,9000 @@\n+0\n{line}");
    let lines = ("diff", start, line.repeat(200));
    let found = loops().into_iter().filter(|(format, ..)| *format == "diff");
    for (_, start, unit) in found.chain([lines]) {
        for (times, end) in [(2, ""), (9, ""), (9, "\nDone.\n"), (99, "\n")] {
            for cut in [0, 1, 20] {
                let answer = format!("{start}{}", unit.repeat(times));
                let answer = &answer[..answer.len() - cut];
                let dir = Dir::new();
                dir.put("one", format!("{answer}{end}"));
                dir.put("two", "");
                // Another answer, if an empty one, is joined.
                let looping = |operands: &[&str]| {
                    let args = [&["--report", "report"], operands].concat();
                    let ran = run_in(dir.path(), "diff-resume", &args, b"");
                    let report = dir.text("report");
                    let report: serde_json::Value =
                        serde_json::from_str(&report).unwrap();
                    let found = report["looping"].clone();
                    let says = ran.stderr.contains("the same");
                    assert_eq!(says, !found.is_null(), "{ran:?}");
                    assert!(!says || ran.status == 1, "{ran:?}");
                    found
                };
                let found = looping(&["one"]);
                assert_eq!(found, looping(&["one", "two"]), "{answer}{end}");
                let is_loop = times > 2 || unit.len() > 999;
                assert!(!end.is_empty() || found.is_null() != is_loop);
            }
        }
    }
}
