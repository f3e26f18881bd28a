//! edit-apply on a tree of its own: results, the tree and the status.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::{Command, Stdio};

use crate::support::{Dir, Ran, binary, run_in};

pub fn apply(dir: &Dir, args: &[&str], input: &str) -> Ran {
    run_in(dir.path(), "edit-apply", args, input.as_bytes())
}

/// Every file of the tree but our own state, and its text.
pub fn tree(dir: &Dir) -> Vec<(String, String)> {
    fn walk(base: &std::path::Path, at: &str, out: &mut Vec<(String, String)>) {
        for entry in fs::read_dir(base.join(at)).expect("a directory") {
            let name = entry.expect("an entry").file_name();
            let name = name.to_string_lossy();
            if at.is_empty() && name == ".edit-apply" {
                continue;
            }
            let path = match at {
                "" => name.into_owned(),
                _ => format!("{at}/{name}"),
            };
            let full = base.join(&path);
            if fs::symlink_metadata(&full).expect("metadata").is_dir() {
                walk(base, &path, out);
            } else {
                let bytes = fs::read(full).unwrap_or_default();
                out.push((path, String::from_utf8_lossy(&bytes).into()));
            }
        }
    }
    let mut out = Vec::new();
    walk(dir.path(), "", &mut out);
    out.sort();
    out
}

pub fn files(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    let own = |(a, b): &(&str, &str)| ((*a).to_owned(), (*b).to_owned());
    expected.iter().map(own).collect()
}

pub const WHOLE: &str = r#"Here are the edits:
```json
{"type":"meta","summary":"s","total_operations":5}
{"type":"create","file_path":"src/a.py","content":"import os\nx = 1\n"}
{"type":"modify","file_path":"src/b.py","operations":[{"type":"insert_after","anchor":"import os","content":"import sys"},{"type":"replace","old_text":"1","new_text":"2"}]}
{"type":"write","file_path":"c.txt","content":"c\n"}
{"type":"rename","file_path":"d.txt","new_path":"e/d.txt"}
{"type":"delete","file_path":"old.txt"}
```
Done.
"#;

pub fn before(dir: &Dir) {
    dir.put("src/b.py", "import os\nprint(1)\n");
    dir.put("d.txt", "d\n");
    dir.put("old.txt", "old\n");
}

pub fn after() -> Vec<(String, String)> {
    files(&[
        ("c.txt", "c\n"),
        ("e/d.txt", "d\n"),
        ("src/a.py", "import os\nx = 1\n"),
        ("src/b.py", "import os\nimport sys\nprint(2)\n"),
    ])
}

#[test]
fn a_whole_answer_becomes_the_tree_that_it_means() {
    let dir = Dir::new();
    before(&dir);
    let ran = apply(&dir, &[], WHOLE);
    assert_eq!(ran.stderr, "");
    assert_eq!(ran.status, 0);
    assert_eq!(
        ran.text(),
        "applied create src/a.py\napplied modify src/b.py\n\
         applied write c.txt\napplied rename d.txt -> e/d.txt\n\
         applied delete old.txt\n"
    );
    assert_eq!(tree(&dir), after());
}

#[test]
fn the_same_answer_again_changes_nothing() {
    let dir = Dir::new();
    before(&dir);
    assert_eq!(apply(&dir, &[], WHOLE).status, 0);
    let again = apply(&dir, &[], WHOLE);
    assert_eq!(again.status, 0, "{again:?}");
    let lines = again.text();
    assert_eq!(lines.lines().count(), 5);
    assert!(lines.lines().all(|line| line.starts_with("unchanged ")));
    assert_eq!(tree(&dir), after());
}

#[test]
fn an_answer_cut_at_any_byte_applies_what_is_whole_and_says_so() {
    let lines: Vec<&str> = WHOLE.lines().collect();
    let body = lines[2..8].join("\n");
    let whole = |end: usize| {
        let ends = body.match_indices('\n').map(|(at, _)| at);
        let ends = ends.chain([body.len()]).skip(1);
        ends.filter(|&at| at <= end).count()
    };
    for end in (1..body.len()).step_by(7) {
        let dir = Dir::new();
        before(&dir);
        let ran = apply(&dir, &["--no-fsync"], &body[..end]);
        assert_eq!(ran.status, 1, "byte {end}: {ran:?}");
        let text = ran.text();
        let applied =
            text.lines().filter(|line| line.starts_with("applied ")).count();
        assert_eq!(applied, whole(end), "byte {end}: {ran:?}");
        assert!(ran.stderr.contains("input cut"), "byte {end}: {ran:?}");
        // The rest of the stream, begun anew, completes the tree.
        let ran = apply(&dir, &["--no-fsync"], &body);
        assert_eq!(ran.status, 0, "byte {end}: {ran:?}");
        assert_eq!(tree(&dir), after(), "byte {end}");
    }
}

#[test]
fn a_result_is_said_before_the_next_byte_is_read() {
    let dir = Dir::new();
    let mut child = Command::new(binary("edit-apply"))
        .current_dir(dir.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut input = child.stdin.take().expect("stdin");
    let mut output = BufReader::new(child.stdout.take().expect("stdout"));
    for n in 0..3 {
        let op = format!(
            r#"{{"type":"create","file_path":"f{n}","content":"{n}"}}"#
        );
        writeln!(input, "{op}").expect("a line goes in");
        let mut line = String::new();
        output.read_line(&mut line).expect("a line comes out");
        assert_eq!(line, format!("applied create f{n}\n"));
        assert_eq!(dir.text(&format!("f{n}")), n.to_string());
    }
    drop(input);
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
}

#[test]
fn a_dry_run_sees_its_own_effects_and_writes_nothing() {
    let dir = Dir::new();
    before(&dir);
    let untouched = tree(&dir);
    let input = r#"
{"type":"create","file_path":"n/x","content":"a\n"}
{"type":"modify","file_path":"n/x","operations":[{"type":"append","content":"b"}]}
{"type":"rename","file_path":"n/x","new_path":"n/y"}
{"type":"create","file_path":"n/y","content":"c"}
{"type":"delete","file_path":"old.txt"}
{"type":"delete","file_path":"old.txt"}
{"type":"create","file_path":"n","content":"c"}
{"type":"create","file_path":"d.txt/x","content":"c"}
"#;
    let ran = apply(&dir, &["-n"], input);
    assert_eq!(ran.status, 1);
    let words: Vec<String> = ran
        .text()
        .lines()
        .map(|line| line.split(' ').next().unwrap_or("").to_owned())
        .collect();
    assert_eq!(
        words,
        [
            "applied", "applied", "applied", "failed", "applied", "failed",
            "failed", "failed"
        ],
        "{}",
        ran.text()
    );
    assert_eq!(tree(&dir), untouched);
    assert!(!dir.path().join(".edit-apply").exists());
    let real = apply(&dir, &[], input);
    assert_eq!(real.text(), ran.text());
}

#[test]
fn results_for_programs_have_a_stable_shape() {
    let dir = Dir::new();
    dir.put("a", "one\ntwo\ntwo\n");
    let input = r#"{"type":"modify","file_path":"a","operations":[{"type":"replace","old_text":"two","new_text":"2"}]}
{"type":"modify","file_path":"a","operations":[{"type":"replace","old_text":"One","new_text":"2"}]}
"#;
    let ran = apply(&dir, &["--json"], input);
    assert_eq!(ran.status, 1);
    assert_eq!(
        ran.text(),
        r#"{"type":"result","op":"modify","file_path":"a","status":"failed","reason":"ambiguous","why":"edit 1: old_text stands in 2 places, lines 2, 3","edit":1,"candidates":[2,3],"at":{"byte":0,"line":1}}
{"type":"result","op":"modify","file_path":"a","status":"failed","reason":"no-match","why":"edit 1: old_text not found; nearest at line 1: line 1 differs in upper and lower case","edit":1,"nearest":{"line":1,"differs_at":1,"difference":"upper and lower case","found":"one"},"at":{"byte":100,"line":2}}
"#
    );
}

#[test]
fn an_end_record_of_a_filter_before_is_obeyed() {
    let dir = Dir::new();
    let create = r#"{"type":"create","file_path":"a","content":"x"}"#;
    let end = r#"{"type":"end","verdict":"cut","records":1,"cut":{"byte":70,"line":2,"file_path":"b"}}"#;
    let ran = apply(&dir, &[], &format!("{create}\n{end}\n"));
    assert_eq!(ran.status, 1);
    assert_eq!(ran.text(), "applied create a\n");
    assert_eq!(
        ran.stderr,
        "edit-apply: input cut before it was filtered, in 'b' \
         (line 2, byte 70)\n"
    );
    let end = r#"{"type":"end","verdict":"complete","records":1}"#;
    let ran = apply(&dir, &[], &format!("{create}\n{end}\n"));
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
}

#[test]
fn a_cut_survives_a_pipe_from_ndjson_salvage() {
    let body = WHOLE.lines().skip(2).take(6).collect::<Vec<_>>().join("\n");
    let dir = Dir::new();
    before(&dir);
    let cut = &body.as_bytes()[..body.len() - 20];
    let salvaged = run_in(dir.path(), "ndjson-salvage", &["--end"], cut);
    let ran = run_in(dir.path(), "edit-apply", &["-q"], &salvaged.stdout);
    assert_eq!((ran.status, ran.stderr.as_str()), (1, ""), "{ran:?}");
}

#[test]
fn what_is_no_operation_fails_and_the_rest_is_done() {
    let dir = Dir::new();
    let input = r#"{"type":"create","file_path":"a","content":"x"}
{"type":"swap","file_path":"a"}
{"type":"create","file_path":"b","content":"x","_cut":true}
{"type":"create","file_path":"c","content":NaN}
{"type":"create","file_path":"d","content":"x","content":"y"}
{"type":"create","file_path":"e","content":"x"}
"#;
    let ran = apply(&dir, &[], input);
    assert_eq!(ran.status, 1);
    let lines: Vec<String> = ran.text().lines().map(str::to_owned).collect();
    assert_eq!(lines[0], "applied create a");
    assert_eq!(
        lines[1],
        "failed swap a: unknown operation 'swap' (stdin:2, byte 48)"
    );
    assert!(lines[2].starts_with("failed create b: cut"), "{lines:?}");
    assert!(lines[3].starts_with("failed: "), "{lines:?}");
    assert!(lines[4].contains("key 'content' stands twice"), "{lines:?}");
    assert_eq!(lines[5], "applied create e");
    assert_eq!(tree(&dir), files(&[("a", "x"), ("e", "x")]));
}

#[test]
fn empty_input_is_complete_and_input_without_operations_is_not() {
    let dir = Dir::new();
    let ran = apply(&dir, &[], "");
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    assert!(!dir.path().join(".edit-apply").exists());
    let ran = apply(&dir, &[], "Sorry, I cannot do that.\n");
    assert_eq!(ran.status, 1);
    assert_eq!(
        ran.stderr,
        "edit-apply: cannot find an operation in 'stdin': 25 bytes of other \
         text (ends at byte 25)\nhint: edit-apply --instructions\n"
    );
}

#[test]
fn trouble_is_one_line_and_status_two() {
    let dir = Dir::new();
    dir.put("file", "");
    let cases: [(&[&str], &str); 4] = [
        (&["-C", "none"], "cannot open 'none': No such file or directory"),
        (&["-C", "file"], "cannot open 'file': Not a directory"),
        (&["none"], "cannot read 'none': No such file or directory"),
        (&["."], "cannot read '.': Is a directory"),
    ];
    for (args, message) in cases {
        let ran = apply(&dir, args, "");
        assert_eq!(ran.status, 2, "{args:?}");
        assert_eq!(ran.stderr, format!("edit-apply: {message}\n"));
        assert_eq!(ran.text(), "");
    }
}

#[test]
fn links_are_refused_and_hard_links_replaced() {
    let dir = Dir::new();
    dir.put("outside/secret", "secret\n");
    dir.put("tree/real/x", "x\n");
    dir.put("tree/linked", "shared\n");
    let tree = dir.path().join("tree");
    symlink("../outside/secret", tree.join("file")).expect("a link");
    symlink("../outside", tree.join("way")).expect("a link");
    fs::hard_link(tree.join("linked"), dir.path().join("other"))
        .expect("a hard link");
    let input = r#"
{"type":"write","file_path":"file","content":"evil"}
{"type":"modify","file_path":"file","operations":[{"type":"append","content":"x"}]}
{"type":"write","file_path":"way/secret","content":"evil"}
{"type":"create","file_path":"way/new","content":"evil"}
{"type":"delete","file_path":"way/secret"}
{"type":"rename","file_path":"way/secret","new_path":"stolen"}
{"type":"rename","file_path":"real/x","new_path":"way/x"}
{"type":"write","file_path":"linked","content":"new\n"}
"#;
    let ran = apply(&dir, &["-C", "tree"], input);
    assert_eq!(ran.status, 1);
    let text = ran.text();
    assert_eq!(text.matches("refused ").count(), 7, "{text}");
    assert_eq!(text.matches("applied ").count(), 1, "{text}");
    assert_eq!(dir.text("outside/secret"), "secret\n");
    assert!(!dir.path().join("outside/new").exists());
    assert_eq!(dir.text("other"), "shared\n", "the other link is untouched");
    assert_eq!(dir.text("tree/linked"), "new\n");
}

#[test]
fn permissions_stay_and_special_bits_go() {
    let dir = Dir::new();
    let path = dir.put("run.sh", "a\n");
    let mode = |mode| fs::Permissions::from_mode(mode);
    fs::set_permissions(&path, mode(0o4751)).expect("chmod");
    let input = r#"{"type":"modify","file_path":"run.sh","operations":[{"type":"append","content":"b"}]}
{"type":"rename","file_path":"run.sh","new_path":"go.sh"}"#;
    let ran = apply(&dir, &[], input);
    assert_eq!(ran.status, 0, "{ran:?}");
    let meta = fs::metadata(dir.path().join("go.sh")).expect("metadata");
    assert_eq!(meta.permissions().mode() & 0o7777, 0o751);
}

#[test]
fn names_below_the_root_may_be_absolute() {
    let dir = Dir::new();
    let root = fs::canonicalize(dir.path()).expect("a path");
    let root = root.to_str().expect("text");
    let input = format!(
        "{}\n{}\n{}\n",
        format_args!(r#"{{"type":"create","path":"{root}/a","content":"x"}}"#),
        r#"{"type":"create","path":"/srv/space/b","content":"x"}"#,
        r#"{"type":"create","path":"/etc/c","content":"x"}"#,
    );
    let args = ["--strip-root", "/srv/space"];
    let ran = apply(&dir, &args, &input);
    assert_eq!(ran.status, 1);
    assert_eq!(tree(&dir), files(&[("a", "x"), ("b", "x")]));
}

#[test]
fn all_or_none_leaves_the_tree_alone_if_one_fails() {
    let dir = Dir::new();
    before(&dir);
    let untouched = tree(&dir);
    let good = r#"{"type":"create","file_path":"n","content":"x"}"#;
    let bad = r#"{"type":"delete","file_path":"none"}"#;
    let ran = apply(&dir, &["--atomic"], &format!("{good}\n{bad}\n"));
    assert_eq!(ran.status, 1);
    assert_eq!(
        ran.text(),
        "skipped create n: it is all or nothing (stdin:1, byte 0)\n\
         failed delete none: no such file (stdin:2, byte 48)\n"
    );
    assert_eq!(tree(&dir), untouched);
    let cut = &format!("{good}\n{bad}")[..60];
    let ran = apply(&dir, &["--atomic"], cut);
    assert_eq!(ran.status, 1);
    assert_eq!(tree(&dir), untouched);
    let ran = apply(&dir, &["--atomic"], WHOLE);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert_eq!(tree(&dir), after());
}

#[test]
fn protected_files_are_refused_unless_they_are_allowed() {
    let dir = Dir::new();
    dir.put(
        "run.json",
        r#"{"phases":[{"scope":{"protected_paths":["core/"]}}]}"#,
    );
    let input = r#"{"type":"create","file_path":".github/workflows/x.yml","content":"x"}
{"type":"create","file_path":".envrc","content":"x"}
{"type":"create","file_path":"core/x","content":"x"}
{"type":"create","file_path":"a.lock","content":"x"}
{"type":"rename","file_path":"run.json","new_path":"core/y"}
"#;
    let args =
        ["--protect", "@run.json", "--protect", "*.lock", "--allow", ".envrc"];
    let ran = apply(&dir, &args, input);
    assert_eq!(ran.status, 1);
    let text = ran.text();
    let words: Vec<&str> =
        text.lines().filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(
        words,
        ["refused", "applied", "refused", "refused", "refused"],
        "{text}"
    );
    assert!(text.contains("is protected by default; --allow lifts it"));
}

#[test]
fn fuzzy_matches_are_taken_only_on_request_and_named() {
    let dir = Dir::new();
    let text = "def f():\r\n\tif x:\r\n\t\treturn 1\r\n";
    dir.put("a.py", text);
    let input = r#"{"type":"modify","file_path":"a.py","operations":[{"type":"replace","old_text":"if x:\n\treturn 1\n","new_text":"if y:\n\treturn 2\n"}]}"#;
    let ran = apply(&dir, &[], input);
    assert_eq!(ran.status, 1);
    assert_eq!(dir.text("a.py"), text);
    let ran = apply(&dir, &["--fuzzy"], input);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert_eq!(
        ran.text(),
        "applied modify a.py (edit 1: indentation shifted)\n"
    );
    assert_eq!(dir.text("a.py"), "def f():\r\n\tif y:\r\n\t\treturn 2\r\n");
}

#[test]
fn names_that_differ_only_in_case_are_applied_and_warned_of() {
    let dir = Dir::new();
    dir.put("Makefile", "x\n");
    dir.put("Src/a", "x\n");
    let input = r#"{"type":"create","file_path":"makefile","content":"x"}
{"type":"create","file_path":"src/b","content":"x"}
{"type":"create","file_path":"SRC/c","content":"x"}
{"type":"create","file_path":"other","content":"x"}
{"type":"rename","file_path":"other","new_path":"OTHER2"}
{"type":"rename","file_path":"OTHER2","new_path":"Other2"}
{"type":"rename","file_path":"Other2","new_path":"src/B"}
"#;
    for args in [&["-n"][..], &[]] {
        let ran = apply(&dir, args, input);
        assert_eq!(ran.status, 0, "{ran:?}");
        assert_eq!(
            ran.text(),
            "applied create makefile; warning: 'Makefile' differs only in \
             case\n\
             applied create src/b; warning: 'Src' differs only in case\n\
             applied create SRC/c; warning: 'Src' differs only in case\n\
             applied create other\napplied rename other -> OTHER2\n\
             applied rename OTHER2 -> Other2\n\
             applied rename Other2 -> src/B; warning: 'Src' differs only in \
             case\n"
        );
    }
}

#[test]
fn a_signal_while_it_waits_ends_it_at_once_with_everything_done() {
    let dir = Dir::new();
    let mut child = Command::new(binary("edit-apply"))
        .current_dir(dir.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut input = child.stdin.take().expect("stdin");
    let mut output = BufReader::new(child.stdout.take().expect("stdout"));
    writeln!(input, r#"{{"type":"create","file_path":"a","content":"x"}}"#)
        .expect("a line goes in");
    write!(input, r#"{{"type":"create","file_path":"b","con"#)
        .expect("a part goes in");
    let mut line = String::new();
    output.read_line(&mut line).expect("a line comes out");
    let killed =
        Command::new("kill").args(["-TERM", &child.id().to_string()]).status();
    assert!(killed.expect("kill runs").success());
    let status = child.wait().expect("it ends");
    assert_eq!(
        std::os::unix::process::ExitStatusExt::signal(&status),
        Some(15)
    );
    assert_eq!(tree(&dir), files(&[("a", "x")]));
    assert!(!dir.path().join(".edit-apply/txn").exists());
}

#[test]
fn a_signal_that_is_to_be_ignored_is() {
    if !std::path::Path::new("/proc/self/status").exists() {
        println!("SKIPPED: signals that are ignored (missing /proc)");
        return;
    }
    let dir = Dir::new();
    let mut child = Command::new("sh")
        .args(["-c", "trap '' HUP; exec \"$0\""])
        .arg(binary("edit-apply"))
        .current_dir(dir.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut input = child.stdin.take().expect("stdin");
    let mut output = BufReader::new(child.stdout.take().expect("stdout"));
    for name in ["a", "b"] {
        writeln!(
            input,
            r#"{{"type":"create","file_path":"{name}","content":""}}"#
        )
        .expect("a line goes in");
        let mut line = String::new();
        output.read_line(&mut line).expect("a line comes out");
        let pid = child.id().to_string();
        let sent = Command::new("kill").args(["-HUP", &pid]).status();
        assert!(sent.expect("kill runs").success());
    }
    drop(input);
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
    assert_eq!(tree(&dir), files(&[("a", ""), ("b", "")]));
}

/// Every directory of `tests/cases/edit-apply`: `in` is applied to a copy of
/// `before` with the words of `args`; `out`, `err`, `status` and `after` are
/// what must come of it.
#[test]
fn every_recorded_case_comes_out_as_recorded() {
    let cases = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/cases/edit-apply");
    let mut count = 0;
    for case in fs::read_dir(cases).expect("cases") {
        let case = case.expect("a case").path();
        let name = case.file_name().expect("a name").to_string_lossy();
        let read = |file: &str| {
            fs::read_to_string(case.join(file)).unwrap_or_default()
        };
        let dir = Dir::new();
        let copied = Command::new("cp")
            .arg("-R")
            .arg(case.join("before"))
            .arg(dir.path().join("tree"))
            .status();
        assert!(copied.expect("cp runs").success(), "{name}");
        let args = read("args");
        let mut words = vec!["-C", "tree"];
        words.extend(args.split_whitespace());
        let ran = apply(&dir, &words, &read("in"));
        assert_eq!(ran.text(), read("out"), "{name}: {ran:?}");
        assert_eq!(ran.stderr, read("err"), "{name}");
        assert_eq!(format!("{}\n", ran.status), read("status"), "{name}");
        drop(fs::remove_dir_all(dir.path().join("tree/.edit-apply")));
        let same = Command::new("diff")
            .arg("-r")
            .arg(case.join("after"))
            .arg(dir.path().join("tree"))
            .output()
            .expect("diff runs");
        assert!(same.status.success(), "{name}: {same:?}");
        count += 1;
    }
    assert!(count >= 5, "only {count} cases");
}

#[test]
fn a_dry_run_beside_an_unfinished_run_says_so_and_leaves_it_alone() {
    let dir = Dir::new();
    dir.put(".edit-apply/txn/0.new", "half");
    let create = r#"{"type":"create","file_path":"a","content":"x"}"#;
    let ran = apply(&dir, &["-n"], create);
    assert_eq!(ran.status, 0);
    assert_eq!(
        ran.stderr,
        "edit-apply: another run is under way, or was killed\n\
         hint: edit-apply --recover\n"
    );
    assert_eq!(dir.text(".edit-apply/txn/0.new"), "half");
    assert_eq!(apply(&dir, &["--recover"], "").status, 0);
    assert!(!dir.path().join(".edit-apply/txn").exists());
}

#[test]
fn state_that_somebody_else_planted_leads_nowhere() {
    let dir = Dir::new();
    dir.put("outside/secret", "secret\n");
    dir.put("tree/a", "a\n");
    let journal = concat!(
        r#"{"type":"begin","run":"r","log_bytes":0}"#,
        "\n",
        r#"{"type":"file","path":"../outside/secret","before":null,"after":null,"staged":null}"#,
        "\n",
        r#"{"type":"end","files":1}"#,
        "\n",
    );
    dir.put("tree/.edit-apply/txn/journal", journal);
    dir.put("tree/.edit-apply/txn/0.old", "evil\n");
    let create = r#"{"type":"create","file_path":"b","content":"x"}"#;
    let ran = apply(&dir, &["-C", "tree"], create);
    assert_eq!(ran.status, 2, "{ran:?}");
    assert!(ran.stderr.contains("the journal is damaged"), "{ran:?}");
    assert_eq!(dir.text("outside/secret"), "secret\n");
    // The state itself may not be a link either.
    fs::remove_dir_all(dir.path().join("tree/.edit-apply")).expect("removed");
    symlink("../outside", dir.path().join("tree/.edit-apply")).expect("a link");
    let ran = apply(&dir, &["-C", "tree"], create);
    assert_eq!(ran.status, 2, "{ran:?}");
    assert!(!dir.path().join("outside/lock").exists());
}
