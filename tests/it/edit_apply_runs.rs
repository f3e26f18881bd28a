//! What runs leave behind for others: taking one back, knowing a replay,
//! going on without a reader, sharing the tree with another writer.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::process::{Command, Stdio};

use crate::edit_apply::{WHOLE, after, apply, before, files, tree};
use crate::support::{Dir, binary};

#[test]
fn a_run_can_be_taken_back_to_the_very_files() {
    let dir = Dir::new();
    before(&dir);
    let path = dir.path().join("src/b.py");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640))
        .expect("chmod");
    let was = fs::metadata(&path).expect("metadata");
    let untouched = tree(&dir);
    assert_eq!(apply(&dir, &[], WHOLE).status, 0);
    let ran = apply(&dir, &["--rollback"], "");
    assert_eq!(ran.status, 0, "{ran:?}");
    assert_eq!(
        ran.text(),
        "restored d.txt\nrestored old.txt\nrestored src/b.py\n\
         removed c.txt\nremoved e/d.txt\nremoved src/a.py\n"
    );
    assert_eq!(tree(&dir), untouched);
    assert!(!dir.path().join("e").exists(), "its directory went too");
    let is = fs::metadata(&path).expect("metadata");
    assert_eq!(
        (is.mode(), is.mtime(), is.mtime_nsec(), is.ino()),
        (was.mode(), was.mtime(), was.mtime_nsec(), was.ino())
    );
    // What was taken back is no replay.
    let ran = apply(&dir, &[], WHOLE);
    assert!(!ran.text().contains("unchanged"), "{}", ran.text());
    assert_eq!(tree(&dir), after());
}

#[test]
fn a_file_that_changed_since_is_not_rolled_back() {
    let dir = Dir::new();
    before(&dir);
    assert_eq!(apply(&dir, &[], WHOLE).status, 0);
    dir.put("src/b.py", "mine\n");
    let changed = tree(&dir);
    let ran = apply(&dir, &["--rollback"], "");
    assert_eq!(ran.status, 1);
    assert!(
        ran.text().starts_with("refused src/b.py: changed since "),
        "{}",
        ran.text()
    );
    assert_eq!(tree(&dir), changed);
}

#[test]
fn equal_appends_of_one_stream_are_told_apart_from_a_replay() {
    let dir = Dir::new();
    dir.put("log", "");
    let append = r#"{"type":"modify","file_path":"log","operations":[{"type":"append","content":"x"}]}
"#;
    assert_eq!(apply(&dir, &[], &append.repeat(2)).status, 0);
    assert_eq!(dir.text("log"), "x\nx\n");
    let ran = apply(&dir, &[], &append.repeat(3));
    assert_eq!(ran.status, 0);
    assert_eq!(dir.text("log"), "x\nx\nx\n");
    let words: Vec<String> = ran
        .text()
        .lines()
        .map(|line| line.split(' ').next().unwrap_or("").to_owned())
        .collect();
    assert_eq!(words, ["unchanged", "unchanged", "applied"]);
    // Somebody else has changed the file: the log proves nothing any more.
    dir.put("log", "y\n");
    assert_eq!(apply(&dir, &[], append).status, 0);
    assert_eq!(dir.text("log"), "y\nx\n");
}

#[test]
fn without_the_log_a_replay_is_known_by_the_tree() {
    let dir = Dir::new();
    dir.put("b.py", "import os\nprint(1)\n");
    dir.put("d.txt", "d\n");
    let input = r#"{"type":"create","file_path":"a","content":"x\n"}
{"type":"modify","file_path":"b.py","operations":[{"type":"insert_after","anchor":"import os","content":"import sys"},{"type":"replace","old_text":"print(1)","new_text":"print(2)"}]}
{"type":"write","file_path":"c","content":"c\n"}
{"type":"rename","file_path":"d.txt","new_path":"e.txt"}
"#;
    assert_eq!(apply(&dir, &[], input).status, 0);
    let done = tree(&dir);
    fs::remove_dir_all(dir.path().join(".edit-apply")).expect("removed");
    let ran = apply(&dir, &[], input);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert_eq!(ran.text().matches("unchanged ").count(), 4, "{ran:?}");
    assert_eq!(tree(&dir), done);
}

#[test]
fn a_reader_that_goes_away_takes_no_operation_with_it() {
    let dir = Dir::new();
    let ops: String = (0..2000)
        .map(|n| {
            format!(
                "{{\"type\":\"create\",\"file_path\":\"f{n}\",\
                 \"content\":\"{n}\"}}\n"
            )
        })
        .collect();
    dir.put("ops", ops);
    fs::create_dir(dir.path().join("tree")).expect("a directory");
    let mut child = Command::new(binary("edit-apply"))
        .args(["--no-fsync", "-C", "tree", "ops"])
        .current_dir(dir.path())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    drop(child.stdout.take());
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
    assert_eq!(dir.text("tree/f1999"), "1999");
}

#[test]
fn two_writers_lose_nothing() {
    (0..5).for_each(|_| two_writers());
}

fn two_writers() {
    let dir = Dir::new();
    dir.put("log", "");
    let writer = |name: &'static str| {
        let path = dir.path().to_owned();
        std::thread::spawn(move || {
            let mut child = Command::new(binary("edit-apply"))
                .args(["--no-fsync"])
                .current_dir(path)
                .stdin(Stdio::piped())
                .stdout(Stdio::null())
                .spawn()
                .expect("it starts");
            let mut input = child.stdin.take().expect("stdin");
            for n in 0..200 {
                writeln!(
                    input,
                    "{{\"type\":\"append\",\"file_path\":\"log\",\
                     \"content\":\"{name} {n}\"}}"
                )
                .expect("a line goes in");
            }
            drop(input);
            child.wait().expect("it ends").code()
        })
    };
    let writers = [writer("a"), writer("b")];
    for writer in writers {
        assert_eq!(writer.join().expect("joined"), Some(0));
    }
    let text = dir.text("log");
    for name in ["a", "b"] {
        let own: Vec<&str> =
            text.lines().filter(|line| line.starts_with(name)).collect();
        let all: Vec<String> =
            (0..200).map(|n| format!("{name} {n}")).collect();
        assert_eq!(own, all);
    }
}

#[test]
fn a_writer_that_waits_for_input_does_not_block_another() {
    let dir = Dir::new();
    let mut slow = Command::new(binary("edit-apply"))
        .current_dir(dir.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut input = slow.stdin.take().expect("stdin");
    let mut output = BufReader::new(slow.stdout.take().expect("stdout"));
    writeln!(input, r#"{{"type":"create","file_path":"a","content":""}}"#)
        .expect("a line goes in");
    let mut line = String::new();
    output.read_line(&mut line).expect("a line comes out");
    let create = r#"{"type":"create","file_path":"b","content":""}"#;
    let ran = apply(&dir, &["--no-wait"], create);
    assert_eq!(ran.status, 0, "{ran:?}");
    drop(input);
    assert_eq!(slow.wait().expect("it ends").code(), Some(0));
}

#[test]
fn a_change_of_mode_alone_is_a_run_and_can_be_taken_back() {
    let dir = Dir::new();
    let path = dir.put("tool.sh", "#!/bin/sh\n");
    let mode = || fs::metadata(&path).expect("it").mode() & 0o777;
    let before = mode();
    let patch = "diff --git a/tool.sh b/tool.sh\n\
                 old mode 100644\nnew mode 100755\n";
    let ran = apply(&dir, &[], patch);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert_eq!(mode() & 0o111, 0o111);
    let log = apply(&dir, &["--log"], "");
    assert!(log.text().ends_with(" 1 tool.sh\n"), "{log:?}");
    let again = apply(&dir, &[], patch);
    assert_eq!(again.status, 0, "{again:?}");
    assert!(again.text().starts_with("unchanged "), "{again:?}");
    let ran = apply(&dir, &["--rollback"], "");
    assert_eq!((ran.status, mode()), (0, before), "{ran:?}");
}

#[test]
fn a_new_directory_has_what_the_answer_leaves_in_it_and_no_more() {
    let dir = Dir::new();
    let ops = concat!(
        r#"{"type":"create","file_path":"n/deep/er/gone","content":"1"}"#,
        "\n",
        r#"{"type":"create","file_path":"n/deep/er/moved","content":"2"}"#,
        "\n",
        r#"{"type":"create","file_path":"n/twice","content":"3"}"#,
        "\n",
        r#"{"type":"write","file_path":"n/twice","content":"4"}"#,
        "\n",
        r#"{"type":"delete","file_path":"n/deep/er/gone"}"#,
        "\n",
        r#"{"type":"rename","file_path":"n/deep/er/moved","new_path":"n/b"}"#,
        "\n",
        r#"{"type":"create","file_path":"o/x","content":"5"}"#,
        "\n",
        r#"{"type":"delete","file_path":"o/x"}"#,
        "\n",
        r#"{"type":"create","file_path":"o","content":"6"}"#,
        "\n",
        r#"{"type":"create","file_path":"1/2/3/4/5/6/7/8/9/x","content":"7"}"#,
        "\n",
        r#"{"type":"create","file_path":"1/2/y","content":"8"}"#,
        "\n",
    );
    let ran = apply(&dir, &[], ops);
    assert_eq!(ran.status, 0, "{ran:?}");
    let expected = [
        ("1/2/3/4/5/6/7/8/9/x", "7"),
        ("1/2/y", "8"),
        ("n/b", "2"),
        ("n/twice", "4"),
        ("o", "6"),
    ];
    assert_eq!(tree(&dir), files(&expected));
    assert!(!dir.path().join("n/deep").exists(), "a stray directory");
    let ran = apply(&dir, &["--rollback"], "");
    assert_eq!(ran.status, 0, "{ran:?}");
    let left = fs::read_dir(dir.path()).expect("it");
    let left: Vec<_> = left.map(|it| it.expect("one").file_name()).collect();
    assert_eq!(left, [".edit-apply"]);
}

#[test]
fn a_new_directory_is_like_one_made_where_it_stands() {
    let dir = Dir::new();
    let shared = dir.path().join("shared");
    fs::create_dir(&shared).expect("made");
    let mode = fs::Permissions::from_mode(0o2775);
    fs::set_permissions(&shared, mode).expect("chmod");
    let plain = dir.path().join("plain");
    fs::create_dir_all(plain.join("theirs")).expect("made");
    fs::create_dir(shared.join("theirs")).expect("made");
    let ops = ["shared", "plain"].map(|at| {
        format!(
            "{{\"type\":\"create\",\"file_path\":\"{at}/ours/x\",\
             \"content\":\"x\"}}\n"
        )
    });
    let ran = apply(&dir, &[], &ops.concat());
    assert_eq!(ran.status, 0, "{ran:?}");
    for at in [shared, plain] {
        let mode = |name: &str| {
            let meta = fs::metadata(at.join(name)).expect("a directory");
            (meta.mode(), meta.gid())
        };
        assert_eq!(mode("ours"), mode("theirs"));
    }
}

/// As where a script's variable is not set.
#[test]
fn no_name_of_a_run_is_not_the_name_of_the_last_one() {
    let dir = Dir::new();
    let create = r#"{"type":"create","path":"a","content":"x"}"#;
    assert_eq!(apply(&dir, &[], create).status, 0);
    let ran = apply(&dir, &["--rollback="], "");
    assert_eq!(ran.status, 1, "{ran:?}");
    assert!(ran.stderr.contains("no such run is kept"), "{ran:?}");
    assert_eq!(dir.text("a"), "x");
    assert_eq!(apply(&dir, &["--rollback"], "").status, 0);
    assert!(!dir.path().join("a").exists());
}
