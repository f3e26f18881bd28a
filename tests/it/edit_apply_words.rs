//! What edit-apply says besides its results: a patch, a text for the model,
//! what is missing, and how far it is.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use crate::edit_apply::{WHOLE, after, apply, before, tree};
use crate::support::{Dir, binary};

/// Applies a patch with git to a tree of its own.
pub fn git_apply(dir: &Dir, patch: &[u8]) -> std::process::Output {
    let mut child = Command::new("git")
        .args(["apply", "--whitespace=nowarn", "-"])
        .env("GIT_CEILING_DIRECTORIES", env!("CARGO_TARGET_TMPDIR"))
        .current_dir(dir.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("git starts");
    let mut input = child.stdin.take().expect("stdin");
    input.write_all(patch).expect("the patch goes in");
    drop(input);
    child.wait_with_output().expect("git ends")
}

#[test]
fn the_patch_of_a_run_gives_git_the_same_tree() {
    for args in [&["--diff"][..], &["--diff", "-n"]] {
        let (ours, gits) = (Dir::new(), Dir::new());
        before(&ours);
        before(&gits);
        let ran = apply(&ours, args, WHOLE);
        assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
        let applied = git_apply(&gits, &ran.stdout);
        assert!(applied.status.success(), "{applied:?} {}", ran.text());
        assert_eq!(tree(&gits), after(), "{args:?}");
    }
    let dir = Dir::new();
    let ran = apply(&dir, &["--diff"], r#"{"type":"delete","path":"x"}"#);
    assert_eq!((ran.status, ran.text().as_str()), (1, ""));
    assert!(ran.stderr.contains("failed delete x: no such file"));
}

#[test]
fn deliverables_that_nothing_touched_are_listed() {
    let dir = Dir::new();
    before(&dir);
    dir.put("list", "src/a.py\nModify src/b.py to add X\ndocs/none.md\n");
    let args = ["--deliverables", "list"];
    let ran = apply(&dir, &args, WHOLE);
    assert_eq!(ran.status, 1);
    assert_eq!(
        ran.stderr,
        "edit-apply: 1 of 3 deliverables missing: 'docs/none.md'\n"
    );
    dir.put("list", "src/*.py\ne/d.txt\n");
    assert_eq!(apply(&dir, &args, WHOLE).status, 0);
}

#[test]
fn feedback_tells_the_model_what_the_file_really_says() {
    let dir = Dir::new();
    dir.put("a.py", "def f():\n\treturn 1\n\ndef g():\n    return 2\n");
    let input = r#"{"type":"modify","file_path":"a.py","operations":[{"type":"replace","old_text":"def f():\n    return 1","new_text":"x"}]}
{"type":"create","file_path":"b.py","content":"x"}
{"type":"create","file_path":".envrc","content":"x"}
"#;
    let ran = apply(&dir, &["--feedback"], input);
    assert_eq!(ran.status, 1);
    assert_eq!(
        ran.text(),
        "2 of 3 operations could not be done. The others are done: do not \
         repeat them. Send corrected operations for these, in the same \
         format:\n\n\
         - modify a.py: edit 1: old_text not found; nearest at line 1: line 2 \
         differs in tabs and spaces\n  The file has:\n  1: def f():\n  \
         2: \treturn 1\n  3: \n  4: def g():\n\n\
         - create .envrc: it is protected\n  Leave this file alone.\n"
    );
    let ran = apply(&dir, &["--feedback=text"], input);
    assert!(ran.text().starts_with("failed modify a.py"), "{ran:?}");
    assert!(dir.text("text").contains("The file has:"));
    let create = r#"{"type":"write","file_path":"b.py","content":"y"}"#;
    let ran = apply(&dir, &["--feedback"], create);
    assert_eq!((ran.status, ran.text().as_str()), (0, ""));
}

#[test]
fn a_patch_of_odd_files_gives_git_the_same_tree() {
    let old: &[(&str, &[u8])] = &[
        ("plain", b"a\nb\n"),
        ("bare", b"a\nb"),
        ("crlf", b"a\r\nb\r\n"),
        ("latin", b"\xe9\n\xff\xfe\nx\n"),
        ("zero", b"a\0b\nc\0d\n"),
        ("cr", b"a\rb\rc\n"),
        ("bom", b"\xef\xbb\xbfa\n"),
        ("empty", b""),
        ("a blank and \u{e9}'s", b"x\n"),
        ("\"quoted\"", b"x\n"),
        ("-dash", b"x\n"),
        ("dir/old", b"x\n"),
        ("gone", b"x"),
    ];
    let edit = |file: &str, old: &str, new: &str| {
        serde_json::json!({"type": "modify", "file_path": file, "operations":
            [{"type": "replace", "old_text": old, "new_text": new}]})
    };
    let write = |file: &str, text: &str| {
        serde_json::json!(
            {"type": "write", "file_path": file, "content": text})
    };
    let ops = [
        edit("plain", "b\n", "b"),
        edit("bare", "b", "b\nc\n"),
        edit("crlf", "b\r\n", "c\r\n\r\nd"),
        edit("latin", "x", "y"),
        edit("zero", "c", "e"),
        edit("cr", "b", "--- z\n+++ y\n@@ -1 +1 @@"),
        edit("bom", "a", "b"),
        write("empty", "-- \n"),
        write("a blank and \u{e9}'s", ""),
        write("\"quoted\"", "y"),
        write("-dash", "\n\n\n"),
        write("new \u{1f600}", "\u{0}\u{1b}\n"),
        write("dir/sub/new", ""),
        serde_json::json!({"type": "rename", "file_path": "dir/old",
            "new_path": "dir/sub/a b"}),
        serde_json::json!({"type": "delete", "file_path": "gone"}),
    ];
    let input: String = ops.iter().map(|op| format!("{op}\n")).collect();
    let args = ["--diff", "--no-fsync"];
    for more in [&[][..], &["-n"]] {
        let (ours, gits) = (Dir::new(), Dir::new());
        for (name, bytes) in old {
            for dir in [&ours, &gits] {
                let path = dir.put(name, bytes);
                if name.starts_with('p') {
                    let mode = fs::Permissions::from_mode(0o755);
                    fs::set_permissions(path, mode).expect("chmod");
                }
            }
        }
        let ran = apply(&ours, &[&args, more].concat(), &input);
        assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
        let applied = git_apply(&gits, &ran.stdout);
        assert!(applied.status.success(), "{applied:?} {}", ran.text());
        let whole = match more.is_empty() {
            true => ours,
            false => {
                let ran = apply(&ours, &["--no-fsync"], &input);
                assert_eq!(ran.status, 0, "{ran:?}");
                ours
            }
        };
        assert_eq!(bytes(&gits), bytes(&whole));
    }
}

/// Every file but our own state, its bytes, and whether it is a program.
fn bytes(dir: &Dir) -> Vec<(String, Vec<u8>, bool)> {
    let file = |(name, _): (String, String)| {
        let path = dir.path().join(&name);
        let mode = fs::metadata(&path).expect("metadata").permissions().mode();
        (name, fs::read(path).expect("bytes"), mode & 0o100 != 0)
    };
    tree(dir).into_iter().map(file).collect()
}

#[test]
fn feedback_shows_the_file_for_every_kind_of_failure() {
    let dir = Dir::new();
    dir.put("a", "1\n2\n3\n4\n5\n6\n");
    let edit = |edit: &str| {
        format!(
            "{{\"type\":\"modify\",\"file_path\":\"a\",\
             \"operations\":[{edit}]}}\n"
        )
    };
    let cases = [
        (
            edit(r#"{"type":"delete_lines","start_line":9,"end_line":9}"#),
            "no line 9: the file has 6\n  The file has:\n  5: 5\n  6: 6\n",
        ),
        (
            edit(
                r#"{"type":"delete_lines","start_line":3,"end_line":3,"context_before":"x"}"#,
            ),
            "line 2 reads '2'\n  The file has:\n  1: 1\n  2: 2\n  3: 3\n  4: 4\n",
        ),
        (
            edit(r#"{"type":"insert_after","anchor":"","content":"x"}"#),
            "anchor is empty\n",
        ),
        (
            r#"{"type":"create","file_path":"a","content":"x"}"#.to_owned(),
            "another file of 12 bytes is there\n  The file has:\n  1: 1\n",
        ),
        (
            r#"{"type":"create","file_path":"b","content":"x"#.to_owned(),
            "the answer broke off before its end\n",
        ),
    ];
    for (input, expected) in cases {
        let ran = apply(&dir, &["--feedback", "-n", "-q"], &input);
        assert_eq!(ran.status, 1, "{input}");
        assert!(ran.text().contains(expected), "{input}{}", ran.text());
        assert!(ran.text().starts_with("1 of 1 operations could not be done."));
    }
    dir.put("list", "a\nz.py\n");
    let args = ["--feedback", "-n", "-q", "--deliverables", "list"];
    let ran = apply(&dir, &args, r#"{"type":"delete","file_path":"a"}"#);
    assert_eq!(ran.text(), "Still missing: z.py\n");
}

#[test]
fn a_long_run_says_on_a_terminal_how_far_it_is() {
    if Command::new("script").arg("--version").output().is_err() {
        println!("SKIPPED: script is not installed");
        return;
    }
    let create = |n: u32| {
        format!(
            "{{\"type\":\"create\",\"file_path\":\"f{n}\",\"content\":\"\"}}"
        )
    };
    let run = |args: &str| {
        let dir = Dir::new();
        let (one, two) = (create(1), create(2));
        let command = format!(
            "(echo '{one}'; sleep 1.3; echo '{two}') | {} {args}",
            binary("edit-apply")
        );
        let ran = Command::new("script")
            .args(["-qec", &command, "/dev/null"])
            .stdin(Stdio::null())
            .current_dir(dir.path())
            .output()
            .expect("script runs");
        assert!(ran.status.success(), "{ran:?}");
        assert_eq!(tree(&dir).len(), 2 + usize::from(args.contains("-o")));
        String::from_utf8_lossy(&ran.stdout).into_owned()
    };
    let spoken = run("-o results");
    assert!(
        spoken.ends_with(
            "\r\u{1b}[Kedit-apply: 2 operations, 0.0 MB read\r\u{1b}[K"
        ),
        "{spoken:?}"
    );
    // Results show how far it is, and what is no terminal is told nothing.
    let spoken = run("");
    assert_eq!(spoken, "applied create f1\r\napplied create f2\r\n");
    let spoken = run("-o results 2>/dev/null");
    assert_eq!(spoken, "");
}
