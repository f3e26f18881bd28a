//! edit-apply where its own state is not what it was: planted, damaged,
//! linked from elsewhere.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::edit_apply::apply;
use crate::support::{Dir, Ran, binary};

pub const CREATE: &str = r#"{"type":"create","file_path":"b","content":"x"}"#;

/// A control, a C1 and a bidi character, in the words of JSON and raw.
const RAW: &str = "\u{1b}[31m\u{9b}\u{202e}\u{7f}";
const ESCAPED: &str = "\\u001b[31m\\u009b\\u202e\\u007f";

fn is_raw(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{061c}'
            | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[track_caller]
fn is_clean(ran: &Ran) {
    let both = ran.text() + &ran.stderr;
    assert!(!both.is_empty(), "silent: {ran:?}");
    assert!(!both.contains(is_raw), "raw: {both:?}");
    assert!(!both.contains('\u{fffd}') && ran.status < 3, "{ran:?}");
}

#[test]
fn what_is_where_state_should_be_leads_nowhere_and_hangs_nothing() {
    let mut cases = 0;
    for name in ["", "/txn", "/lock", "/log", "/undo", "/txn/journal"] {
        for kind in ["file", "fifo", "link", "directory", "full directory"] {
            let dir = Dir::new();
            dir.put("outside/secret", "secret\n");
            dir.put("tree/a", "a\n");
            let path = dir.path().join(format!("tree/.edit-apply{name}"));
            fs::create_dir_all(path.parent().expect("a parent")).expect("made");
            match kind {
                "file" => fs::write(&path, "junk\n").expect("written"),
                "fifo" => {
                    let made = Command::new("mkfifo").arg(&path).status();
                    assert!(made.expect("mkfifo runs").success());
                }
                "link" => {
                    let outside = dir.path().join("outside");
                    symlink(outside, &path).expect("a link");
                }
                "directory" => fs::create_dir(&path).expect("made"),
                _ => drop(
                    dir.put(&format!("tree/.edit-apply{name}/x/y/z"), "deep\n"),
                ),
            }
            for args in [&[][..], &["--recover"], &["--rollback"], &["--log"]] {
                let mut words = vec!["-C", "tree", "--no-fsync"];
                words.extend(args);
                let ran = in_time(&dir, &words, CREATE);
                assert!(ran.status <= 2, "{name} {kind}: {ran:?}");
                assert!(
                    ran.status == 0 || !ran.stderr.is_empty(),
                    "silent on {kind} {name}: {ran:?}"
                );
                let way_out =
                    "\nhint: mv tree/.edit-apply tree/.edit-apply.damaged\n";
                assert!(
                    ran.status < 2 || ran.stderr.ends_with(way_out),
                    "no way out of {kind} {name}: {ran:?}"
                );
                cases += 1;
            }
            assert_eq!(dir.text("tree/a"), "a\n", "{kind} {name}");
            assert_eq!(dir.text("outside/secret"), "secret\n");
            let outside = fs::read_dir(dir.path().join("outside"));
            assert_eq!(outside.expect("it").count(), 1, "{kind} {name}");
        }
    }
    println!("{cases} cases");
}

/// Runs the tool and fails if it does not end.
fn in_time(dir: &Dir, args: &[&str], input: &str) -> Ran {
    dir.put("input", input);
    let mut child = Command::new(binary("edit-apply"))
        .args(args)
        .current_dir(dir.path())
        .stdin(fs::File::open(dir.path().join("input")).expect("the input"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    assert!(ends(&mut child), "hung: {args:?} {input}");
    let output = child.wait_with_output().expect("output");
    Ran {
        status: output.status.code().unwrap_or(-1),
        stdout: output.stdout,
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Whether a process ends by itself; it is killed if not.
pub fn ends(child: &mut Child) -> bool {
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(20) {
        if child.try_wait().expect("a state").is_some() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    child.kill().expect("killed");
    false
}

#[test]
fn a_journal_that_somebody_planted_changes_nothing_outside_its_root() {
    let header = r#"{"type":"begin","run":"r","log_bytes":0}"#;
    let hash = "00000000000000000000000000000001";
    let paths = [
        "../outside/secret",
        "/etc/passwd",
        "out/secret",
        ".git/config",
        ".git/hooks/x",
        "a/../../outside/secret",
        ".edit-apply/log",
        "",
    ];
    for path in paths {
        for (before, after, staged) in [
            ("null".to_owned(), format!("\"{hash}\""), "0"),
            (format!("\"{hash}\""), "null".to_owned(), "null"),
            (format!("\"{hash}\""), format!("\"{hash}\""), "0"),
        ] {
            let dir = Dir::new();
            dir.put("outside/secret", "secret\n");
            dir.put("tree/.git/config", "[core]\n");
            symlink("../outside", dir.path().join("tree/out")).expect("a link");
            dir.put("tree/.edit-apply/txn/0.old", "evil\n");
            let journal = format!(
                "{header}\n{{\"type\":\"file\",\"path\":\"{path}\",\"dirs\":\
                 [\"out\"],\"before\":{before},\"after\":{after},\"staged\":\
                 {staged}}}\n{{\"type\":\"end\",\"files\":1}}\n"
            );
            dir.put("tree/.edit-apply/txn/journal", journal);
            let ran = apply(&dir, &["-C", "tree"], CREATE);
            assert_eq!(ran.status, 2, "{path}: {ran:?}");
            is_clean(&ran);
            assert_eq!(dir.text("outside/secret"), "secret\n", "{path}");
            assert_eq!(dir.text("tree/.git/config"), "[core]\n", "{path}");
            assert!(!dir.path().join("tree/b").exists(), "{path}");
        }
    }
}

#[test]
fn a_log_with_a_second_name_is_not_written_through() {
    for journal in [false, true] {
        let dir = Dir::new();
        dir.put("outside", "secret\n");
        dir.put("tree/.edit-apply/x", "");
        if journal {
            let text = "{\"type\":\"begin\",\"run\":\"r\",\"log_bytes\":0}\n\
                        {\"type\":\"end\",\"files\":0}\n";
            dir.put("tree/.edit-apply/txn/journal", text);
        }
        let log = dir.path().join("tree/.edit-apply/log");
        fs::hard_link(dir.path().join("outside"), &log).expect("a hard link");
        let ran = apply(&dir, &["-C", "tree"], CREATE);
        assert_eq!(ran.status, 0, "{ran:?}");
        assert_eq!(dir.text("outside"), "secret\n");
        assert!(dir.text("tree/.edit-apply/log").contains("\"create\""));
    }
}

#[test]
fn names_in_state_and_arguments_are_shown_without_raw_characters() {
    let dir = Dir::new();
    let journal = format!(
        "{{\"type\":\"begin\",\"run\":\"{ESCAPED}\",\"log_bytes\":9999}}\n\
         {{\"type\":\"end\",\"files\":0}}\n"
    );
    dir.put(".edit-apply/txn/journal", &journal);
    let log = format!(
        "{{\"run\":\"{ESCAPED}\",\"op\":\"{ESCAPED}\",\"digest\":\"0\",\
         \"nth\":1,\"changes\":[{{\"path\":\"{ESCAPED}\",\"before\":null,\
         \"after\":\"0\"}}]}}\n"
    );
    dir.put(".edit-apply/log", log);
    is_clean(&apply(&dir, &["--recover"], ""));
    is_clean(&apply(&dir, &["--log"], ""));
    is_clean(&apply(&dir, &["--log", "--json"], ""));
    // A run that cannot be taken back, with a name that was planted.
    let undo = format!(".edit-apply/undo/{RAW}.000000/journal");
    let file = "{\"type\":\"file\",\"path\":\"b\",\"before\":null,\"after\":\
                \"00000000000000000000000000000001\",\"staged\":0}\n\
                {\"type\":\"end\",\"files\":1}\n";
    let begin = journal.lines().next().expect("a line");
    dir.put(&undo, format!("{begin}\n{file}"));
    dir.put("b", "other");
    let ran = apply(&dir, &["--rollback"], "");
    assert!(ran.text().contains("changed since"), "{ran:?}");
    is_clean(&ran);
    dir.put(RAW, "{\"type\":\"create\",\"file_path\":\"c");
    let report = format!("{RAW}.report");
    let ran = apply(&dir, &["--report", &report, RAW], "");
    is_clean(&ran);
    assert!(!dir.text(&report).contains(is_raw), "{}", dir.text(&report));
    is_clean(&apply(&dir, &["--rollback=\u{1b}x"], ""));
    is_clean(&apply(&dir, &[&format!("none{RAW}")], ""));
    is_clean(&apply(&dir, &["-C", &format!("none{RAW}")], ""));
    is_clean(&apply(&dir, &["-o", &format!("none/{RAW}")], ""));
    is_clean(&apply(&dir, &["--protect", &format!("[{RAW}")], ""));
    is_clean(&apply(&dir, &["--protect", &format!("@{RAW}x")], ""));
    is_clean(&apply(&dir, &["--format", RAW], ""));
    is_clean(&apply(&dir, &[&format!("--{RAW}")], ""));
}

#[test]
fn what_was_found_done_is_undone_with_the_run_that_had_done_it() {
    let dir = Dir::new();
    dir.put("a", "one\n");
    let write = r#"{"type":"write","file_path":"a","content":"one\ntwo\n"}"#;
    assert_eq!(apply(&dir, &[], write).status, 0);
    let modify = concat!(
        r#"{"type":"modify","file_path":"a","operations":[{"type":"replace","old_text":"three","new_text":"two"}]}"#,
        "\n",
        r#"{"type":"create","file_path":"c","content":"c"}"#,
        "\n"
    );
    let ran = apply(&dir, &[], modify);
    assert_eq!(ran.text(), "unchanged modify a\napplied create c\n");
    let log = apply(&dir, &["--log"], "").text();
    let runs: Vec<&str> =
        log.lines().filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(runs.len(), 2, "{log}");
    // The second run has not changed the file, so the first can go.
    let back = format!("--rollback={}", runs[0]);
    assert_eq!(apply(&dir, &[&back], "").text(), "restored a\n");
    assert_eq!(dir.text("a"), "one\n");
    let ran = apply(&dir, &[], modify);
    assert!(
        ran.text().starts_with("failed modify a"),
        "it says done what is not in the tree: {ran:?}"
    );
}

#[test]
fn the_way_out_of_damage_that_is_hinted_at_is_one() {
    let dir = Dir::new();
    for tree in [".", "a tree", "it's"] {
        fs::create_dir_all(dir.path().join(tree)).expect("made");
        let args = ["-C", tree];
        assert_eq!(apply(&dir, &args, CREATE).status, 0);
        dir.put(&format!("{tree}/.edit-apply/txn/journal"), "junk\n");
        let ran = apply(&dir, &args, CREATE);
        assert_eq!(ran.status, 2, "{ran:?}");
        let (said, hint) = ran.stderr.split_once("hint: ").expect("a hint");
        assert!(said.contains("the journal is damaged"), "{ran:?}");
        let moved = Command::new("sh")
            .args(["-c", hint])
            .current_dir(dir.path())
            .status();
        assert!(moved.expect("sh runs").success(), "{hint}");
        let ran = apply(&dir, &args, CREATE);
        let unchanged = "unchanged create b\n".to_owned();
        assert_eq!((ran.status, ran.text()), (0, unchanged));
    }
}
