//! edit-apply where its surroundings are against it: state that somebody
//! planted, signals, limits, full disks, directories that may not be written
//! or go away.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::fs::{FlockOperation, flock};

use crate::edit_apply::{apply, tree};
use crate::support::{Dir, Ran, binary};

const CREATE: &str = r#"{"type":"create","file_path":"b","content":"x"}"#;

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
fn ends(child: &mut Child) -> bool {
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

/// Holds the lock of a tree, as a writer does.
fn held(dir: &Dir) -> fs::File {
    assert_eq!(apply(dir, &["--no-fsync"], CREATE).status, 0);
    let lock = fs::File::open(dir.path().join(".edit-apply/lock"));
    let lock = lock.expect("the lock");
    flock(&lock, FlockOperation::LockExclusive).expect("locked");
    lock
}

#[test]
fn a_writer_that_waits_for_another_can_be_interrupted() {
    for args in [&["ops"][..], &["--atomic", "ops"], &["--rollback"]] {
        let dir = Dir::new();
        let lock = held(&dir);
        dir.put("ops", r#"{"type":"create","file_path":"c","content":"x"}"#);
        for signal in ["-TERM", "-INT"] {
            let mut child = Command::new(binary("edit-apply"))
                .args(args)
                .current_dir(dir.path())
                .stdout(Stdio::null())
                .spawn()
                .expect("it starts");
            std::thread::sleep(Duration::from_millis(200));
            assert!(child.try_wait().expect("a state").is_none(), "no wait");
            kill(&child, signal);
            assert!(ends(&mut child), "{args:?} goes on waiting");
            let by = child.wait().expect("it ends").signal();
            assert!(by.is_some(), "{args:?} was not ended by {signal}");
        }
        drop(lock);
        assert!(!dir.path().join(".edit-apply/txn").exists(), "{args:?}");
        assert_eq!(dir.text("b"), "x");
        assert!(!dir.path().join("c").exists(), "{args:?}");
    }
}

fn kill(child: &Child, signal: &str) {
    let pid = child.id().to_string();
    let killed = Command::new("kill").args([signal, &pid]).status();
    assert!(killed.expect("kill runs").success());
}

#[test]
fn a_signal_finishes_the_group_and_says_what_is_done() {
    let ops: String = (0..200)
        .map(|n| {
            format!(
                "{{\"type\":\"create\",\"file_path\":\"d{}/f{n}\",\
                 \"content\":\"{n}\"}}\n",
                n % 10
            )
        })
        .collect();
    let (mut done, mut not, mut ended) = (0, 0, 0);
    for round in 0..20 {
        let dir = Dir::new();
        dir.put("ops", &ops);
        fs::create_dir(dir.path().join("tree")).expect("made");
        let mut child = Command::new(binary("edit-apply"))
            .args(["-C", "tree", "ops"])
            .current_dir(dir.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        std::thread::sleep(Duration::from_millis(round * 2));
        kill(&child, "-TERM");
        assert!(ends(&mut child), "it goes on");
        let output = child.wait_with_output().expect("output");
        match output.status.code() {
            None => assert_eq!(output.status.signal(), Some(15), "{output:?}"),
            Some(status) => assert_eq!(status, 0, "{output:?}"),
        }
        ended += usize::from(output.status.code().is_none());
        // What was planned when it came is done, and said; nothing else is.
        let said = String::from_utf8_lossy(&output.stdout);
        let there = said.lines().count();
        assert!(said.lines().all(|line| line.starts_with("applied ")));
        let files = tree(&dir);
        let made = |n: usize| (format!("tree/d{}/f{n}", n % 10), n.to_string());
        let mut expected: Vec<_> = (0..there).map(made).collect();
        expected.sort();
        let created = files.iter().filter(|(it, _)| it.starts_with("tree/d"));
        assert!(created.eq(expected.iter()), "{there}: {files:?}");
        assert!(!dir.path().join("tree/.edit-apply/txn/journal").exists());
        done += usize::from(there == 200);
        not += usize::from(there == 0);
    }
    println!(
        "{ended} of 20 ended by the signal: {done} with all done, {not} with \
         nothing"
    );
    assert!(ended > 0, "no signal came in time");
}

#[test]
fn a_limit_of_file_size_is_a_full_disk() {
    let dir = Dir::new();
    dir.put("big", "a".repeat(200_000));
    let big = format!(
        "{{\"type\":\"write\",\"file_path\":\"new\",\"content\":\"{}\"}}\n\
         {{\"type\":\"create\",\"file_path\":\"small\",\"content\":\"s\"}}\n",
        "b".repeat(200_000)
    );
    dir.put("ops", big);
    let limited = |words: &str| {
        let script = format!("ulimit -f 64; exec \"$0\" {words}");
        Command::new("sh")
            .args(["-c", &script, binary("edit-apply")])
            .current_dir(dir.path())
            .output()
            .expect("sh runs")
    };
    let ran = limited("ops");
    let text = String::from_utf8_lossy(&ran.stdout).into_owned();
    assert_eq!(ran.status.code(), Some(1), "{ran:?}");
    assert!(text.starts_with("failed write new: File too large"), "{text}");
    assert!(text.ends_with("applied create small\n"), "{text}");
    let ran = limited("-o out --feedback=text --report report ops");
    assert!(ran.status.code().is_some(), "{ran:?}");
    // What takes a run back writes too.
    let none = Command::new("sh")
        .args(["-c", "ulimit -f 0; exec \"$0\" --rollback 2>&1 | cat"])
        .arg(binary("edit-apply"))
        .current_dir(dir.path())
        .output()
        .expect("sh runs");
    let text = String::from_utf8_lossy(&none.stdout).into_owned();
    assert!(text.contains("File too large"), "{none:?}");
    assert_eq!(dir.text("small"), "s");
    let back = apply(&dir, &["--rollback"], "");
    assert_eq!(back.text(), "removed small\n", "{back:?}");
}

/// A small file system of its own, and away with it at the end.
struct Small(Dir);

impl Small {
    fn new() -> Option<Self> {
        let dir = Dir::new();
        fs::create_dir(dir.path().join("mnt")).expect("made");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=512k", "none", "mnt"])
            .current_dir(dir.path())
            .stderr(Stdio::null())
            .status();
        if mounted.is_ok_and(|status| status.success()) {
            return Some(Self(dir));
        }
        println!("SKIPPED: no small file system can be mounted here");
        None
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let mnt = self.0.path().join("mnt");
        drop(Command::new("umount").arg(mnt).status());
    }
}

#[test]
fn a_full_disk_fails_what_does_not_fit_and_nothing_else() {
    let Some(small) = Small::new() else { return };
    let dir = &small.0;
    dir.put("mnt/tree/big", "a".repeat(100_000));
    let text = |n: usize| "y".repeat(n);
    let ops = format!(
        "{{\"type\":\"create\",\"file_path\":\"s\",\"content\":\"s\"}}\n\
         {{\"type\":\"write\",\"file_path\":\"big\",\"content\":\"{}\"}}\n\
         {{\"type\":\"create\",\"file_path\":\"huge\",\"content\":\"{}\"}}\n\
         {{\"type\":\"create\",\"file_path\":\"t\",\"content\":\"t\"}}\n",
        text(300_000),
        text(300_001),
    );
    let ran = apply(dir, &["-C", "mnt/tree"], &ops);
    assert_eq!(ran.status, 1, "{}", ran.stderr);
    let words: Vec<String> = ran
        .text()
        .lines()
        .map(|line| line.split(' ').next().unwrap_or("").to_owned())
        .collect();
    assert_eq!(words, ["applied", "applied", "failed", "applied"]);
    assert!(ran.text().contains("No space left on device"));
    // Not a byte is left: nothing can be done, and nothing is broken.
    let mut fill = fs::File::create(dir.path().join("mnt/fill")).expect("it");
    while fill.write_all(&[0; 512]).is_ok() {}
    let before = tree_below(dir);
    for args in [&[][..], &["--rollback"]] {
        let mut words = vec!["-C", "mnt/tree"];
        words.extend(args);
        let ran = apply(dir, &words, CREATE);
        assert!(ran.status == 1 || ran.status == 2, "{ran:?}");
        let both = ran.text() + &ran.stderr;
        assert!(both.contains("No space left on device"), "{ran:?}");
        assert_eq!(tree_below(dir), before, "{args:?}");
    }
    drop(fill);
    fs::remove_file(dir.path().join("mnt/fill")).expect("removed");
    let ran = apply(dir, &["-C", "mnt/tree", "--rollback"], "");
    assert_eq!(ran.text(), "restored big\nremoved s\nremoved t\n", "{ran:?}");
    assert_eq!(tree_below(dir).len(), 1);
}

fn tree_below(dir: &Dir) -> Vec<(String, usize)> {
    let files = fs::read_dir(dir.path().join("mnt/tree")).expect("it");
    let mut found: Vec<(String, usize)> = files
        .map(|entry| entry.expect("an entry"))
        .filter(|entry| entry.file_name() != ".edit-apply")
        .map(|entry| {
            let len = fs::metadata(entry.path()).expect("it").len() as usize;
            (entry.file_name().to_string_lossy().into_owned(), len)
        })
        .collect();
    found.sort();
    found
}

/// Runs the tool as somebody whom permissions bind.
fn as_nobody(dir: &Dir, args: &[&str]) -> Option<Ran> {
    let is_root = rustix::process::geteuid().is_root();
    let mut command = match is_root {
        true => Command::new("setpriv"),
        false => Command::new(binary("edit-apply")),
    };
    if is_root {
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]);
        command.arg(binary("edit-apply"));
    }
    let output = command.args(args).current_dir(dir.path()).output().ok()?;
    // Its way to the tool or the tree may be closed to nobody.
    match output.status.code() {
        Some(status @ 0..=2) => Some(Ran {
            status,
            stdout: output.stdout,
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }),
        _ => {
            println!("SKIPPED: cannot run as an unprivileged user: {output:?}");
            None
        }
    }
}

fn chown(dir: &Dir) {
    if rustix::process::geteuid().is_root() {
        let chowned = Command::new("chown")
            .args(["-R", "65534:65534"])
            .arg(dir.path())
            .status();
        assert!(chowned.expect("chown runs").success());
    }
}

#[test]
fn what_may_not_be_written_is_left_as_it_was() {
    let dir = Dir::new();
    dir.put("tree/ro/f", "old\n");
    dir.put("tree/ok/g", "old\n");
    let ops = concat!(
        r#"{"type":"write","file_path":"ok/g","content":"new\n"}"#,
        "\n",
        r#"{"type":"write","file_path":"ro/f","content":"new\n"}"#,
        "\n",
        r#"{"type":"create","file_path":"ok/n","content":"new\n"}"#,
        "\n"
    );
    dir.put("ops", ops);
    dir.put("closed/x", "x\n");
    chown(&dir);
    let close = |name: &str| {
        let mode = fs::Permissions::from_mode(0o555);
        fs::set_permissions(dir.path().join(name), mode).expect("chmod");
    };
    close("tree/ro");
    close("closed");
    let Some(ran) = as_nobody(&dir, &["-C", "tree", "ops"]) else { return };
    assert_eq!(ran.status, 2, "{ran:?}");
    assert!(ran.stderr.contains("'ro/f': Permission denied"), "{ran:?}");
    assert_eq!(ran.text().matches("failed ").count(), 3, "{ran:?}");
    assert_eq!(dir.text("tree/ok/g"), "old\n");
    assert!(!dir.path().join("tree/ok/n").exists());
    assert!(!dir.path().join("tree/.edit-apply/txn").exists());
    // Where not even its own state can be kept.
    let ran = as_nobody(&dir, &["-C", "closed", "ops"]).expect("it ran");
    assert_eq!(ran.status, 2, "{ran:?}");
    assert!(
        ran.stderr.ends_with("cannot open '.edit-apply': Permission denied\n"),
        "{ran:?}"
    );
}

#[test]
fn a_root_may_be_a_link_and_may_go_away() {
    let dir = Dir::new();
    fs::create_dir(dir.path().join("real")).expect("made");
    symlink("real", dir.path().join("link")).expect("a link");
    assert_eq!(apply(&dir, &["-C", "link"], CREATE).status, 0);
    assert_eq!(dir.text("real/b"), "x");
    let mut child = Command::new(binary("edit-apply"))
        .args(["-C", "real"])
        .current_dir(dir.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut input = child.stdin.take().expect("stdin");
    let mut output = BufReader::new(child.stdout.take().expect("stdout"));
    let create = |name: &str| {
        format!(
            "{{\"type\":\"create\",\"file_path\":\"{name}\",\
             \"content\":\"{name}\"}}\n"
        )
    };
    input.write_all(create("c").as_bytes()).expect("it goes in");
    let mut line = String::new();
    output.read_line(&mut line).expect("a line");
    assert_eq!(line, "applied create c\n");
    fs::remove_dir_all(dir.path().join("real")).expect("removed");
    fs::create_dir(dir.path().join("real")).expect("made anew");
    input.write_all(create("d").as_bytes()).expect("it goes in");
    drop(input);
    let output = child.wait_with_output().expect("output");
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(!output.stderr.is_empty());
    assert_eq!(fs::read_dir(dir.path().join("real")).expect("it").count(), 0);
}

#[test]
fn a_reader_that_goes_away_in_the_middle_does_not_stop_the_groups() {
    let dir = Dir::new();
    let ops: String = (0..3000)
        .map(|n| {
            format!(
                "{{\"type\":\"create\",\"file_path\":\"{}/{n}\",\
                 \"content\":\"x\"}}\n",
                n % 7
            )
        })
        .collect();
    dir.put("ops", ops);
    let script = "\"$0\" --no-fsync -C tree ops | head -n 1";
    fs::create_dir(dir.path().join("tree")).expect("made");
    let ran = Command::new("sh")
        .args(["-c", script, binary("edit-apply")])
        .current_dir(dir.path())
        .output()
        .expect("sh runs");
    assert_eq!(ran.stdout, b"applied create 0/0\n", "{ran:?}");
    let seen: usize = (0..7)
        .map(|n| dir.path().join(format!("tree/{n}")))
        .map(|n| fs::read_dir(n).expect("a directory").count())
        .sum();
    assert_eq!(seen, 3000);
}
