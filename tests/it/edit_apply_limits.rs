//! edit-apply where its surroundings are against it: other writers, signals,
//! limits, full disks, directories that may not be written or go away.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::fs::{FlockOperation, flock};

use crate::edit_apply::{apply, tree};
use crate::edit_apply_state::{CREATE, ends};
use crate::support::{Dir, Ran, binary, run_in};

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
    assert_eq!(ran.status, 1, "{ran:?}");
    let lines = "applied write ok/g (replaced 4 bytes)\n\
                 failed write ro/f: its directory is closed: Permission denied";
    assert!(ran.text().starts_with(lines), "{ran:?}");
    assert_eq!(ran.text().matches("applied ").count(), 2, "{ran:?}");
    assert_eq!(dir.text("tree/ro/f"), "old\n");
    assert_eq!(dir.text("tree/ok/g"), "new\n");
    assert_eq!(dir.text("tree/ok/n"), "new\n");
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
fn a_file_of_another_user_in_a_sticky_directory_fails_alone() {
    if !rustix::process::geteuid().is_root() {
        println!("SKIPPED: only the superuser makes files of two users");
        return;
    }
    let dir = Dir::new();
    dir.put("tree/own", "old\n");
    chown(&dir);
    // Who may write a file may not put another in its place.
    let all = |name: &str, mode: u32| {
        let mode = fs::Permissions::from_mode(mode);
        fs::set_permissions(dir.path().join(name), mode).expect("chmod");
    };
    dir.put("tree/sticky/theirs", "theirs\n");
    all("tree/sticky", 0o1777);
    all("tree/sticky/theirs", 0o666);
    let ops = r#"{"type":"create","path":"sticky/n","text":"x\n"}
{"type":"write","path":"sticky/theirs","text":"x"}
{"type":"append","path":"sticky/theirs","text":"x"}
{"type":"delete","path":"sticky/theirs"}
{"type":"rename","path":"sticky/theirs","new_path":"moved"}
{"type":"write","path":"own","text":"x\n"}
{"type":"write","path":"sticky/n","text":"y\n"}
"#;
    dir.put("ops", ops);
    let Some(ran) = as_nobody(&dir, &["-C", "tree", "ops"]) else { return };
    assert_eq!(ran.status, 1, "{ran:?}");
    let said = ran.text();
    let words: Vec<&str> =
        said.lines().filter_map(|line| line.split(' ').next()).collect();
    let failed = ["failed"; 4].into_iter();
    let all: Vec<&str> =
        ["applied"].into_iter().chain(failed).chain(["applied"; 2]).collect();
    assert_eq!(words, all, "{said}");
    let why = "its directory is closed: it is sticky, and the file is ";
    assert_eq!(said.matches(why).count(), 4, "{said}");
    assert_eq!(dir.text("tree/sticky/theirs"), "theirs\n");
    assert_eq!(dir.text("tree/sticky/n"), "y\n");
    assert_eq!(dir.text("tree/own"), "x\n");
    let ran = as_nobody(&dir, &["-C", "tree", "--rollback"]).expect("it ran");
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(!dir.path().join("tree/sticky/n").exists());
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

#[test]
fn what_a_run_says_is_not_written_over_what_it_does() {
    let dir = Dir::new();
    for (option, file) in
        [("-o", "out[1]"), ("--report", "sub/r"), ("--feedback", "told")]
    {
        dir.put("sub/keep", "");
        let option = match option {
            "--feedback" => vec![format!("--feedback={file}")],
            _ => vec![option.to_owned(), file.to_owned()],
        };
        let mut args = vec!["--no-fsync"];
        args.extend(option.iter().map(String::as_str));
        let record = format!(
            "{{\"type\":\"write\",\"file_path\":\"{file}\",\"content\":\"x\"}}\n"
        );
        let ran = run_in(dir.path(), "edit-apply", &args, record.as_bytes());
        assert_eq!(ran.status, 1, "{args:?}: {ran:?}");
        let other = record.replace(file, "out1");
        let ran = run_in(dir.path(), "edit-apply", &args, other.as_bytes());
        assert_eq!(ran.status, 0, "{args:?}: {ran:?}");
        assert_eq!(dir.text("out1"), "x");
        std::fs::remove_file(dir.path().join("out1")).unwrap();
    }
}
