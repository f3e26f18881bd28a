//! ndjson-salvage through real pipes: what goes where, when, and how it ends.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use crate::support::{Dir, binary, run, run_in};

const TOOL: &str = "ndjson-salvage";

#[test]
fn a_record_is_visible_before_the_next_read_blocks() {
    let mut child = Command::new(binary(TOOL))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let output = BufReader::new(child.stdout.take().unwrap());
    let (send, lines) = mpsc::channel();
    let reader = std::thread::spawn(move || {
        for line in output.lines() {
            send.send(line.unwrap()).unwrap();
        }
    });
    let whole = [
        ("{\"summary\":\"s\",\"operations\":[", None),
        ("{\"file_path\":\"a\",", None),
        ("\"n\":1}", Some("{\"file_path\":\"a\",\"n\":1}")),
        (",{\"file_path\":\"b\"", None),
        ("}", Some("{\"file_path\":\"b\"}")),
    ];
    for (piece, record) in whole {
        input.write_all(piece.as_bytes()).unwrap();
        input.flush().unwrap();
        match record {
            // Generous, since machines are busy; the pipe stays open.
            Some(record) => {
                let line = lines.recv_timeout(Duration::from_secs(20));
                assert_eq!(line.as_deref(), Ok(record));
            }
            None => assert!(lines.try_recv().is_err(), "{piece}"),
        }
    }
    input.write_all(b"]}\n").unwrap();
    drop(input);
    reader.join().unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_full_disk_is_trouble() {
    if !std::path::Path::new("/dev/full").exists() {
        println!("skipped: there is no /dev/full");
        return;
    }
    let full = std::fs::File::options().write(true).open("/dev/full");
    let mut child = Command::new(binary(TOOL))
        .stdin(Stdio::piped())
        .stdout(full.unwrap())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"{\"a\":1}\n").unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    let want =
        "ndjson-salvage: cannot write 'stdout': No space left on device\n";
    assert_eq!(said, want);
}

#[test]
fn a_reader_that_goes_away_ends_it_quietly() {
    let mut child = Command::new(binary(TOOL))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let feeder = std::thread::spawn(move || {
        let line = format!("{{\"a\":\"{}\"}}\n", "x".repeat(1000));
        // Ends when the tool does, long before this many.
        (0..1_000_000).any(|_| input.write_all(line.as_bytes()).is_err())
    });
    let mut output = child.stdout.take().unwrap();
    output.read_exact(&mut [0; 10]).unwrap();
    drop(output);
    assert!(feeder.join().unwrap());
    let ended = child.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(0));
    assert_eq!(String::from_utf8(ended.stderr).unwrap(), "");
}

#[test]
fn an_operand_that_cannot_be_read_is_trouble_and_the_others_are_read() {
    let dir = Dir::new();
    dir.put("a", "{\"a\":1}\n");
    dir.put("sub/b", "");
    let ran = run_in(dir.path(), TOOL, &["none", "sub", "a"], b"");
    assert_eq!(ran.status, 2);
    assert_eq!(ran.text(), "{\"a\":1}\n");
    assert_eq!(
        ran.stderr,
        "ndjson-salvage: cannot read 'none': No such file or directory\n\
         ndjson-salvage: cannot read 'sub': Is a directory\n"
    );
}

#[test]
fn each_operand_is_a_document_and_the_worst_status_wins() {
    let dir = Dir::new();
    dir.put("cut", "{\"a\":1}\n{\"b\":[1,");
    dir.put("whole", "{\"c\":1}\n");
    let args = ["--report", "r", "--tail", "t", "-o", "o", "cut", "whole"];
    let ran = run_in(dir.path(), TOOL, &args, b"");
    assert_eq!((ran.status, ran.text().as_str()), (1, ""));
    assert_eq!(dir.text("o"), "{\"a\":1}\n{\"c\":1}\n");
    assert_eq!(dir.text("t"), "{\"b\":[1,");
    let report = dir.text("r");
    let lines: Vec<serde_json::Value> = report
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0]["file"], "cut");
    assert_eq!(lines[0]["verdict"], "cut");
    assert_eq!(lines[0]["status"], 1);
    assert_eq!(lines[0]["cut"]["path"], "$.b[1]");
    assert_eq!(lines[0]["cut"]["last_complete"], 0);
    assert_eq!(lines[1]["verdict"], "unsure");
    assert_eq!(lines[1]["status"], 0);
    for line in &lines {
        let counts = ["record", "framing", "rejected", "tail"];
        let counts = counts.map(|c| line[format!("{c}_bytes")].as_u64());
        let sum: u64 = counts.into_iter().flatten().sum();
        assert_eq!(line["input_bytes"], sum);
    }
}

#[test]
fn trouble_leaves_output_files_as_they_were() {
    let dir = Dir::new();
    dir.put("o", "before");
    dir.put("a", "{\"a\":1}\n");
    let ran = run_in(dir.path(), TOOL, &["-o", "o", "a", "none"], b"");
    assert_eq!(ran.status, 2);
    assert_eq!(dir.text("o"), "before");
}

#[test]
fn rejected_stretches_begin_lines_of_their_own() {
    let dir = Dir::new();
    let text = b"{\"a\":NaN} {\"b\":1} {\"c\":\"\\q\"}\n{\"d\":\"x\" y}\n";
    let ran = run_in(dir.path(), TOOL, &["--reject", "r", "-q"], text);
    assert_eq!((ran.status, ran.stderr.as_str()), (1, ""));
    assert_eq!(ran.text(), "{\"b\":1}\n");
    let want = "{\"a\":NaN}\n{\"c\":\"\\q\"}\n{\"d\":\"x\" y}\n";
    assert_eq!(dir.text("r"), want);
}

#[test]
fn a_check_prints_nothing_and_judges_repairs_too() {
    for (text, status) in [
        ("{\"a\":1}\n", 0),
        ("{\"a\":1,}\n", 1),
        ("{\"a\":1\n", 1),
        ("", 0),
        ("words", 1),
    ] {
        let ran = run(TOOL, &["--check"], text.as_bytes());
        assert_eq!(ran.status, status, "{text}: {ran:?}");
        assert_eq!(ran.text(), "");
        assert_eq!(ran.stderr.is_empty(), status == 0, "{text}: {ran:?}");
    }
    assert_eq!(run(TOOL, &[""; 0], b"{\"a\":1,}\n").status, 0);
}

#[test]
fn a_loop_is_advised_against() {
    let line =
        "{\"file_path\":\"a\",\"content\":\"nothing new under the sun\"}\n";
    let text = line.repeat(40);
    let ran = run(TOOL, &[""; 0], text.as_bytes());
    assert_eq!((ran.status, ran.text()), (1, text.clone()));
    let said = "cannot trust the end of 'stdin': the same 1 record 40 times; \
                do not continue it, ask anew";
    assert!(ran.stderr.contains(said), "{}", ran.stderr);
    assert!(!ran.stderr.contains("hint:"), "{}", ran.stderr);
    let wrapped = format!(
        "[{}]",
        line.trim().to_owned() + &format!(",{line}").repeat(39)
    );
    assert_eq!(run(TOOL, &[""; 0], wrapped.as_bytes()).status, 0);
}

#[test]
fn a_million_brackets_cost_only_themselves() {
    let deep = "[".repeat(1_000_000);
    let after = "{\"b\":2}\n{\"c\":3}\n";
    let text = format!("{{\"a\":1}}\n{deep}\n{after}");
    let ran = run(TOOL, &["-q"], text.as_bytes());
    assert_eq!(ran.status, 1);
    assert_eq!(ran.text(), format!("{{\"a\":1}}\n{after}"));
    let whole = format!("{deep}{}\n", "]".repeat(1_000_000));
    let ran = run(TOOL, &[""; 0], whole.as_bytes());
    assert_eq!((ran.status, ran.text()), (0, whole));
}

#[test]
fn a_record_that_is_too_long_is_rejected_and_the_next_one_found() {
    let long = format!("{{\"a\":\"{}\"}}\n", "x".repeat(5000));
    for tail in ["", "{\"b\":2}\n"] {
        for cut in [long.len(), long.len() - 3] {
            let text = format!("{{\"z\":0}}\n{}\n{tail}", &long[..cut]);
            let ran = run(TOOL, &["--max-record", "1000"], text.as_bytes());
            assert_eq!(ran.status, 1);
            assert_eq!(ran.text(), format!("{{\"z\":0}}\n{tail}"));
            let said = "record at byte 8: record too long";
            assert!(ran.stderr.contains(said), "{}", ran.stderr);
        }
    }
}

#[test]
fn a_word_longer_than_the_largest_record_ends() {
    for word in [40, 80, 200] {
        let text = format!("[{{{{s{}", "W".repeat(word));
        let ran = run(TOOL, &["-q", "--max-record", "16"], text.as_bytes());
        assert_eq!((ran.status, ran.text().as_str()), (1, ""), "{word}");
    }
}

#[test]
fn every_option_is_in_the_manual_and_the_other_way_round() {
    let page = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = page.join("man/ndjson-salvage.1");
    let page = std::fs::read_to_string(page).unwrap();
    let name = |text: &str| -> String {
        let inside = |c: &char| c.is_ascii_alphanumeric() || *c == '-';
        text.chars().take_while(inside).collect()
    };
    let items = page.lines().filter(|line| line.starts_with(".It Fl"));
    let mut documented: Vec<String> =
        items.filter_map(|line| line.split("Fl -").nth(1)).map(name).collect();
    let help = run(TOOL, &["--help"], b"").text();
    let lines = help.lines().map(str::trim_start);
    let mut offered: Vec<String> = lines
        .filter(|line| line.starts_with('-'))
        .filter_map(|line| line.split("--").nth(1))
        .map(name)
        .collect();
    documented.sort();
    offered.sort();
    assert_eq!(documented, offered);
}

#[test]
fn a_record_that_memory_does_not_hold_is_rejected_and_the_next_one_found() {
    let long = "x".repeat(60_000_000);
    for record in
        [format!("{{\"b\":\"{long}\"}}"), format!("{{\n\"b\":\"{long}\"}}")]
    {
        let text = format!("{{\"a\":1}}\n{record}\n{{\"c\":3}}\n");
        let limited = "ulimit -v 60000 || exit 9; exec \"$0\"";
        let mut child = Command::new("sh")
            .args(["-c", limited, binary(TOOL)])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = child.stdin.take().unwrap();
        let feeder = std::thread::spawn(move || {
            drop(input.write_all(text.as_bytes()));
        });
        let ended = child.wait_with_output().unwrap();
        feeder.join().unwrap();
        if ended.status.code() == Some(9) {
            println!("skipped: memory cannot be limited");
            return;
        }
        let said = String::from_utf8(ended.stderr).unwrap();
        assert_eq!(ended.status.code(), Some(1), "{said}");
        assert_eq!(ended.stdout, b"{\"a\":1}\n{\"c\":3}\n");
        assert!(said.contains("no memory"), "{said}");
    }
}
