//! Checks of finished files, as hooks run them: `edit-apply --check` and the
//! words of the hook `ndjson-salvage`.

use std::fs;
use std::path::Path;

use crate::support::{Dir, Ran, run, run_in};

/// The arguments of a hook as `.pre-commit-hooks.yaml` has them.
fn hook(id: &str) -> (String, Vec<String>) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(file.join(".pre-commit-hooks.yaml"));
    let text = text.expect("the hooks");
    let own = text
        .split("- id: ")
        .find(|hook| hook.lines().next().is_some_and(|first| first == id));
    let entry = own.expect("the hook").lines().find_map(|line| {
        line.trim().strip_prefix("entry: ").map(str::to_owned)
    });
    let entry = entry.expect("its entry");
    let mut words = entry.split_whitespace().map(str::to_owned);
    (words.next().expect("a tool"), words.collect())
}

/// Runs a hook on one file.
fn hooked(id: &str, name: &str, content: &[u8]) -> Ran {
    let dir = Dir::new();
    dir.put(name, content);
    let (tool, mut args) = hook(id);
    args.push(name.to_owned());
    let ran = run_in(dir.path(), &tool, &args, b"");
    assert_eq!(dir.text(name).as_bytes(), lossy(content), "it is read only");
    let entries = fs::read_dir(dir.path()).expect("the directory").count();
    assert_eq!(entries, 1, "nothing is left behind");
    assert!(ran.stdout.is_empty(), "{ran:?}");
    assert_eq!(ran.status == 0, ran.stderr.is_empty(), "{ran:?}");
    ran
}

fn lossy(content: &[u8]) -> Vec<u8> {
    String::from_utf8_lossy(content).into_owned().into_bytes()
}

#[test]
fn a_finished_file_passes() {
    let markdown = "# T\n\nLike so:\n\n```diff\n<<<<<<< HEAD\n```\n\nT\n===\n";
    for (name, content) in [
        ("a.py", "# ...\ndef f(*rest):\n    ...\n"),
        ("a.rst", "Title\n=======\n\n~~~~\nText\n~~~~\n"),
        ("README.md", markdown),
        ("README.md.tmpl", markdown),
        ("LICENSE", "```\nnot code\n```\nall the same\n"),
        ("empty.rs", ""),
        ("crlf.c", "int main(void)\r\n{\r\n}\r\n"),
    ] {
        let ran = hooked("edit-apply", name, content.as_bytes());
        assert_eq!(ran.status, 0, "{name}: {ran:?}");
    }
    let picture = b"\x89PNG\r\n\x1a\n\0\0\0\n<think>\n";
    assert_eq!(hooked("edit-apply", "a.png", picture).status, 0);
    let utf16 = b"\xff\xfea\0\n\0b\0\n\0";
    assert_eq!(hooked("edit-apply", "a.txt", utf16).status, 0);
}

#[test]
fn what_no_finished_file_has_is_said_with_its_place() {
    for (name, content, said) in [
        (
            "src/a.py",
            "a = 1\n    # ... existing code ...\n",
            "'src/a.py' has a placeholder: '# ... existing code ...' \
             (src/a.py:2, byte 6)",
        ),
        (
            "a.md",
            "# T\n\n```sh\nls\n",
            "has a code fence that nothing closes (a.md:3, byte 5)",
        ),
        (
            "a.md",
            "```markdown\n# T\n\n```sh\nls\n```\n```\n",
            "has a stray code fence (a.md:1, byte 0)",
        ),
        (
            "a.rs",
            "\n```rust\nfn f() {}\n```\n",
            "has a stray code fence (a.rs:2, byte 1)",
        ),
        (
            "a.rs",
            "fn f() {}\n```\n",
            "has a stray code fence (a.rs:2, byte 10)",
        ),
        (
            "a.c",
            "a;\r\n<<<<<<< HEAD\r\nb;\r\n=======\r\nc;\r\n>>>>>>> x\r\n",
            "has a conflict marker: '<<<<<<< HEAD' (a.c:2, byte 4)",
        ),
        (
            "a.c",
            "<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n",
            "has a conflict marker: '>>>>>>> REPLACE' (a.c:5, byte 27)",
        ),
        (
            "a.c",
            "*** Begin Patch\n*** Update File: a.c\n",
            "has a patch marker: '*** Begin Patch' (a.c:1, byte 0)",
        ),
        ("a.c", "int a;\nint b\0\0\0\0", "has 4 NUL bytes (a.c:2, byte 12)"),
        (
            "a.c",
            "Let me see.\n</think>\nint a;\n",
            "has a thinking tag: '</think>' (a.c:2, byte 12)",
        ),
        (
            "a.c",
            "<think>Let me see.\nint a;\n",
            "has a thinking tag: '<think>Let me see.' (a.c:1, byte 0)",
        ),
        (
            "a.c",
            "int a;\n\u{feff}int b;\n",
            "has a byte order mark inside: '\\u{feff}int b;' (a.c:2, byte 7)",
        ),
    ] {
        let dir = Dir::new();
        dir.put(name, content);
        let (tool, mut args) = hook("edit-apply");
        args.push(name.to_owned());
        let ran = run_in(dir.path(), &tool, &args, b"");
        assert_eq!(ran.status, 1, "{content:?}: {ran:?}");
        assert!(ran.stderr.contains(said), "{said}: {ran:?}");
        assert!(ran.stderr.starts_with("edit-apply: '"), "{ran:?}");
        assert!(!dir.path().join(".edit-apply").exists());
    }
}

#[test]
fn many_findings_are_counted_and_programs_get_them_all() {
    let dir = Dir::new();
    dir.put("a.c", "<<<<<<< HEAD\n".repeat(1203));
    dir.put("b.c", "int b;\n");
    let args = ["--check", "a.c", "b.c"];
    let ran = run_in(dir.path(), "edit-apply", &args, b"");
    assert_eq!(ran.status, 1);
    assert_eq!(ran.stderr.lines().count(), 11, "{ran:?}");
    assert!(ran.stderr.contains("has 1193 more such places (a.c)"), "{ran:?}");

    let args = ["--check", "--json", "--report", "report", "a.c", "b.c"];
    let ran = run_in(dir.path(), "edit-apply", &args, b"");
    assert_eq!((ran.status, ran.stderr.as_str()), (1, ""));
    let text = ran.text();
    assert_eq!(text.lines().count(), 1000);
    assert_eq!(
        text.lines().next(),
        Some(
            "{\"type\":\"finding\",\"file\":\"a.c\",\"reason\":\
             \"conflict-marker\",\"text\":\"<<<<<<< HEAD\",\
             \"at\":{\"byte\":0,\"line\":1}}"
        )
    );
    let report = dir.text("report");
    let lines: Vec<serde_json::Value> = report
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(lines[0]["type"], "check");
    assert_eq!(lines[0]["findings"], 1203);
    assert_eq!(lines[0]["status"], 1);
    assert_eq!(lines[1]["file"], "b.c");
    assert_eq!(lines[1]["status"], 0);
    assert_eq!(lines[1]["input_bytes"], 7);

    let ran = run_in(dir.path(), "edit-apply", &["--check", "-q", "a.c"], b"");
    assert_eq!((ran.status, ran.stderr.as_str()), (1, ""));
}

#[test]
fn a_file_that_cannot_be_read_is_trouble_and_the_others_are_read() {
    let dir = Dir::new();
    dir.put("a.c", "</think>\n");
    let args = ["--check", "missing", ".", "a.c"];
    let ran = run_in(dir.path(), "edit-apply", &args, b"");
    assert_eq!(ran.status, 2);
    for said in ["cannot read 'missing'", "cannot read '.'", "'a.c' has a"] {
        assert!(ran.stderr.contains(said), "{said}: {ran:?}");
    }
    let ran = run("edit-apply", &["--check"], b"a\n<thinking>\n");
    assert_eq!(ran.status, 1);
    assert!(ran.stderr.contains("(stdin:2, byte 2)"), "{ran:?}");
}

#[test]
fn a_check_takes_no_option_about_answers_or_trees() {
    for more in [
        &["-C", "."][..],
        &["-n"],
        &["--from", "raw"],
        &["--format", "diff"],
        &["--diff"],
        &["--atomic"],
        &["-o", "x"],
        &["--log"],
        &["--recover"],
    ] {
        let args: Vec<&str> = ["--check"].iter().chain(more).copied().collect();
        let ran = run("edit-apply", &args, b"");
        assert_eq!(ran.status, 2, "{more:?}: {ran:?}");
    }
}

const RECORDS: &str = "ndjson-salvage";

#[test]
fn a_file_of_records_passes() {
    let same = "{\"at\":\"2026-01-01\",\"what\":\"heartbeat\"}\n".repeat(99);
    for text in [
        "",
        "{\"a\":1}\n{\"b\":[1,2]}\n\"s\"\n3\n",
        "{\"a\":1}\r\n\r\n[]\r\ntrue\r\n",
        "\u{feff}{\"a\":1}\n\n\n{\"b\":2}",
        "{\"a\":\"<<<<<<< HEAD\\n```\"}\n",
        "{\"a\":{\"b\":1,\"b\":2}}\n",
        // One value printed for people, a list, and several values.
        "{\n  \"a\": [\n    1\n  ]\n}\n",
        "[\n{\"a\":1},\n{\"b\":2}\n]\n",
        "{\n  \"a\": 1\n}\n{\n  \"b\": 2\n}\n",
        same.as_str(),
    ] {
        let ran = hooked(RECORDS, "a.jsonl", text.as_bytes());
        assert_eq!(ran.status, 0, "{text}: {ran:?}");
    }
}

#[test]
fn a_file_of_records_in_which_anything_else_stands_fails() {
    let zeros = [b"{\"a\":1}\n".as_slice(), &[0; 4096]].concat();
    let texts: [(&[u8], &str); 21] = [
        (b"{\"a\":1}\nKilled\n", "no record: 'Killed' (a.jsonl:2, byte 8)"),
        (b"{\"a\":1}\n{\"b\":", "half a record, cut between two tokens"),
        (b"{\"a\":1}\n{\"b\":\"x\n{\"c\":1}\n", "half a record, cut in a"),
        (b"{\"a\":1}\nrld\"}\n{\"b\":1}\n", "no record: 'rld\"}'"),
        (b"{\"a\":1}\n\"b\":1}\n{\"b\":1}\n", "a broken record: '\"b\":1}'"),
        (b"{\"a\":1}{\"b\":1}\n", "two records on one line"),
        (b"{\"a\":1} {\"b\":1}\n", "two records on one line"),
        (b"{\"a\":1}\n<<<<<<< HEAD\n{}\n", "conflict marker: '<<<<<<< HEAD'"),
        (b"{\"a\":1}\n=======\n{}\n", "conflict marker: '======='"),
        (b"{\"a\":1}\n>>>>>>> x\n", "conflict marker: '>>>>>>> x'"),
        (b"```json\n{\"a\":1}\n```\n", "code fence: '```json'"),
        (b"<think>\n{\"a\":1}\n", "thinking tag: '<think>'"),
        (&zeros, "NUL bytes (a.jsonl:2, byte 8)"),
        (b"{\"a\":1}\n\0\0\0\0{\"b\":1}\n", "NUL bytes: "),
        (b"\xff\xfe{\0}\0\n\0", "not UTF-8"),
        (b"{\"a\":\"\xff\"}\n", "not UTF-8"),
        (b"{\"a\":1},\n{\"b\":2}\n", "a broken record"),
        (b"{\"a\":1}\n\xef\xbb\xbf{\"b\":2}\n", "a byte order mark inside"),
        (b"{'a':1}\n", "a broken record: '{'a':1}' (a.jsonl:1, byte 1)"),
        (b"{\n  \"a\": 1,\n  \"b\": [1,\n", "half a record"),
        (b"{\"a\":1}\n12", "a last number that may lack digits: '12'"),
    ];
    for (text, said) in texts {
        let ran = hooked(RECORDS, "a.jsonl", text);
        let shown = String::from_utf8_lossy(text);
        assert_eq!(ran.status, 1, "{shown}: {ran:?}");
        assert!(ran.stderr.contains(said), "{said}: {ran:?}");
    }
    // No record, though nothing else either.
    assert_eq!(hooked(RECORDS, "a.jsonl", b"\n").status, 1);
}

#[test]
fn a_record_cut_at_any_byte_is_half_or_whole() {
    let text = "{\"a\":\"\u{e9}\\n\",\"b\":[1.5,true]}\n[{}]\n\"x\"\n";
    let ends: Vec<usize> = text.match_indices('\n').map(|(at, _)| at).collect();
    for at in 1..text.len() {
        let cut = &text.as_bytes()[..at];
        let is_whole = ends.iter().any(|end| at == *end || at == end + 1);
        let ran = hooked(RECORDS, "a.jsonl", cut);
        assert_eq!(ran.status == 0, is_whole, "{at}: {ran:?}");
    }
}

#[test]
fn the_report_lists_what_is_no_record() {
    let dir = Dir::new();
    dir.put("a.jsonl", "{}\nKilled\n".repeat(9));
    let (tool, mut args) = hook(RECORDS);
    args.extend(["--report", "report", "a.jsonl"].map(str::to_owned));
    let ran = run_in(dir.path(), &tool, &args, b"");
    assert_eq!(ran.status, 1);
    assert!(ran.stderr.contains("has 4 more lines that are no records"));
    let report: serde_json::Value =
        serde_json::from_str(&dir.text("report")).expect("JSON");
    assert_eq!(report["findings"], 9);
    assert_eq!(report["found"][0]["reason"], "no-record");
    assert_eq!(report["found"][0]["text"], "Killed");
    assert_eq!(report["found"][1]["at"]["line"], 4);
    assert_eq!(report["status"], 1);
}

#[test]
fn an_answer_is_judged_as_before() {
    let answer = b"Here you are:\n```json\n{\"a\":1}\n```\nDone.\n";
    for args in [&["--check"][..], &["--check", "--from", "raw"]] {
        let ran = run(RECORDS, args, answer);
        assert_eq!(ran.status, 0, "{args:?}: {ran:?}");
    }
    let report = ["--check", "--report", "-"];
    assert!(!run(RECORDS, &report, answer).text().contains("findings"));
}
