//! Diffs that end early, in every place where an end is easily taken for the
//! meant one: nothing of such an answer is done in silence.

use crate::support::{Dir, Ran, run, run_in};

/// Applies an answer in a tree.
fn apply(dir: &Dir, answer: &str) -> Ran {
    run_in(dir.path(), "edit-apply", &["--no-fsync"], answer.as_bytes())
}

/// Both tools say that an answer is cut, and a prompt can be made.
fn is_cut(answer: &str) {
    for args in [&["stitch"][..], &["--check"], &[]] {
        let ran = run("diff-resume", args, answer.as_bytes());
        assert_eq!(ran.status, 1, "{args:?} {answer}: {ran:?}");
        assert!(ran.stderr.contains("cut"), "{args:?} {answer}: {ran:?}");
    }
    let ran = run("diff-resume", &["prompt"], answer.as_bytes());
    assert_eq!(ran.status, 0, "{answer}: {ran:?}");
}

const ADDED: &str = "\
diff --git a/f.txt b/f.txt
--- a/f.txt
+++ b/f.txt
@@ -1,2 +1,3 @@
 one
 two
+rm -rf /tmp/scr";

#[test]
fn a_last_line_that_is_not_ended_may_be_half() {
    is_cut(ADDED);
    let created = "--- /dev/null\n+++ b/n\n@@ -0,0 +1,2 @@\n+a\n+b";
    is_cut(created);
    let dir = Dir::new();
    dir.put("f.txt", "one\ntwo\n");
    for answer in [ADDED, created] {
        let ran = apply(&dir, answer);
        assert_eq!(ran.status, 1, "{ran:?}");
        assert!(ran.stderr.contains("cut"), "{ran:?}");
    }
    assert_eq!(dir.text("f.txt"), "one\ntwo\n");
    assert!(!dir.path().join("n").exists());
}

#[test]
fn it_is_whole_where_it_is_ended_or_somebody_says_so() {
    let ended = format!("{ADDED}\n");
    let said = "{\"type\":\"result\",\"subtype\":\"success\",\
        \"is_error\":false,\"stop_reason\":\"end_turn\",\"result\":RESULT}\n";
    let said = said.replace("RESULT", &serde_json::to_string(ADDED).unwrap());
    for (args, answer) in [
        (&["--no-fsync"][..], ended.as_str()),
        (&["--no-fsync", "--complete"], ADDED),
        (&["--no-fsync"], &said),
    ] {
        let dir = Dir::new();
        dir.put("f.txt", "one\ntwo\n");
        let ran = run_in(dir.path(), "edit-apply", args, answer.as_bytes());
        assert_eq!(ran.status, 0, "{ran:?}");
        assert_eq!(dir.text("f.txt"), "one\ntwo\nrm -rf /tmp/scr\n");
        let args = if args.len() > 1 { &args[1..] } else { &[] };
        let args = [&["stitch"], args].concat();
        let ran = run("diff-resume", &args, answer.as_bytes());
        assert_eq!(ran.status, 0, "{ran:?}");
    }
}

#[test]
fn a_blank_line_at_the_end_is_no_line_of_a_new_file() {
    let head = "--- /dev/null\n+++ b/n\n@@ -0,0 +1,4 @@\n+a\n";
    let cut = format!("{head}+\n+b\n\n");
    is_cut(&cut);
    let dir = Dir::new();
    let ran = apply(&dir, &cut);
    assert_eq!(ran.status, 1, "{ran:?}");
    assert!(!dir.path().join("n").exists());
    // Where such lines are written without their sign, this may be one.
    let ran = apply(&dir, &format!("{head}\n+b\n\n"));
    assert_eq!(ran.status, 0, "{ran:?}");
    assert_eq!(dir.text("n"), "a\n\nb\n\n");
}

const RENAME: &str = "\
diff --git a/a.txt b/my file.txt
similarity index 90%
rename from a.txt
rename to my file.txt
index 1234567..89abcde 100644
--- a/a.txt
+++ b/my file.txt
@@ -1 +1 @@
-x
+y
";

const MODE: &str = "\
diff --git a/a.txt b/a.txt
old mode 100644
new mode 100755
index 1234567..89abcde
--- a/a.txt
+++ b/a.txt
@@ -1 +1 @@
-x
+y
";

#[test]
fn a_header_that_promises_a_hunk_is_cut_without_it() {
    for text in [RENAME, MODE] {
        let hunk = text.find("@@").unwrap();
        let begins = text.find('\n').unwrap();
        let may_be_all = text.find("index 1234567").unwrap();
        for at in (begins + 1..hunk + 9).step_by(2) {
            let cut = &text[..at];
            let is_ended = cut.ends_with('\n');
            if text == MODE && is_ended && at <= may_be_all {
                continue;
            }
            is_cut(cut);
            let dir = Dir::new();
            dir.put("a.txt", "x\n");
            let ran = apply(&dir, cut);
            assert_eq!(ran.status, 1, "{cut}: {ran:?}");
            assert_eq!(dir.text("a.txt"), "x\n", "{cut}");
            assert!(!ran.text().contains("\"applied\""), "{cut}: {ran:?}");
        }
    }
}

#[test]
fn a_header_that_promises_nothing_is_whole_where_its_line_is_ended() {
    let renamed = "diff --git a/a b/b\nsimilarity index 100%\n\
        rename from a\nrename to b\n";
    let mode = "diff --git a/a b/a\nold mode 100644\nnew mode 100755\n";
    for text in [renamed, mode] {
        for end in ["", "```\n", "```", "\nThat is all."] {
            let dir = Dir::new();
            dir.put("a", "x\n");
            let text = match end.starts_with('`') {
                true => format!("```diff\n{text}{end}"),
                false => format!("{text}{end}"),
            };
            let ran = apply(&dir, &text);
            assert_eq!(ran.status, 0, "{text}: {ran:?}");
            let ran = run("diff-resume", &["stitch"], text.as_bytes());
            assert_eq!(ran.status, 0, "{text}: {ran:?}");
        }
        is_cut(text.trim_end());
    }
}

#[test]
fn the_beginning_of_a_next_file_is_cut_and_what_came_before_whole() {
    let empty = "diff --git a/e b/e\nnew file mode 100644\n\
        index 0000000..e69de29\n";
    let moved = "diff --git a/m b/e\nsimilarity index 100%\n\
        rename from m\nrename to e\n";
    let hunk = "--- a/m\n+++ b/m\n@@ -1 +1 @@\n-x\n+y\n\n";
    for before in [empty, moved, hunk] {
        let next = "diff --git a/gone.txt b/gone.txt\nnew file mode 100644\n";
        for length in (1..next.len()).step_by(3) {
            let answer = [before, &next[..length]].concat();
            is_cut(&answer);
            let ran = run("diff-resume", &["stitch"], answer.as_bytes());
            assert!(!ran.text().is_empty(), "{answer}: {ran:?}");
            let dir = Dir::new();
            dir.put("m", "x\n");
            let ran = apply(&dir, &answer);
            assert_eq!(ran.status, 1, "{answer}: {ran:?}");
        }
    }
    is_cut(&[hunk, "--- a/n\n+++ b/n\n"].concat());
}

/// The prefix of an answer that is printed in a tree, and the status.
fn prefix(dir: &Dir, answer: &str) -> Ran {
    run_in(dir.path(), "diff-resume", &["-C", "."], answer.as_bytes())
}

#[test]
fn a_new_last_line_may_be_half_though_it_is_ended() {
    // A CLI may have ended it, or a marker follow that it is not.
    let dir = Dir::new();
    dir.put("f.txt", "one\ntwo\n");
    for at in ADDED.len() - 9..=ADDED.len() {
        let ran = prefix(&dir, &format!("{}\n", &ADDED[..at]));
        assert_eq!((ran.status, ran.text().as_str()), (1, ""), "{ran:?}");
    }
}

/// Two hunks of one file, with the names that git gives to its content.
const NAMED: &str = "\
diff --git a/f.txt b/f.txt
index 0ff3bbb..a470ced 100644
--- a/f.txt
+++ b/f.txt
@@ -1,4 +1,5 @@
+0
 1
 2
 3
 4
@@ -17,4 +18,5 @@
 17
 18
 19
 20
+21
";

#[test]
fn a_content_that_the_index_line_names_is_whole() {
    let dir = Dir::new();
    let text: String = (1..=20).map(|n| format!("{n}\n")).collect();
    dir.put("f.txt", &text);
    let ran = prefix(&dir, NAMED);
    assert_eq!((ran.status, ran.text().as_str()), (0, NAMED), "{ran:?}");
    let half = NAMED.replace("+21\n", "+2\n");
    let other = NAMED.replace("..a470ced", "..a470cee");
    for answer in [half, other] {
        let ran = prefix(&dir, &answer);
        assert_eq!(ran.status, 1, "{answer}: {ran:?}");
        assert!(!ran.text().contains("-17,4"), "{answer}: {ran:?}");
    }
}

#[test]
fn a_new_file_that_the_index_line_names_is_whole() {
    let dir = Dir::new();
    let named = "diff --git a/n b/n\nnew file mode 100644\n\
        index 0000000..422c2b7\n--- /dev/null\n+++ b/n\n@@ -0,0 +1,2 @@\n\
        +a\n+b\n";
    let ran = prefix(&dir, named);
    assert_eq!((ran.status, ran.text().as_str()), (0, named), "{ran:?}");
    let ran = prefix(&dir, &named.replace("+b\n", "+c\n"));
    assert_eq!((ran.status, ran.text().as_str()), (1, ""), "{ran:?}");
}

/// A hunk of a Markdown file whose fences have lost their blank.
const FENCES: &str = "\
--- a/d.md
+++ b/d.md
@@ -1,7 +1,7 @@
 # T
-intro
+INTRO
```sh
-ls
+ls -la
```
-end
+END
 .
";

#[test]
fn a_line_like_a_fence_that_a_hunk_lacks_belongs_to_it() {
    let dir = Dir::new();
    let old = "# T\nintro\n```sh\nls\n```\nend\n.\n";
    let new = "# T\nINTRO\n```sh\nls -la\n```\nEND\n.\n";
    let fenced = format!("```diff\n{FENCES}```\n- a point\n");
    for answer in [FENCES, &fenced] {
        dir.put("d.md", old);
        let ran = run("diff-resume", &["stitch"], answer.as_bytes());
        assert_eq!(ran.status, 0, "{ran:?}");
        assert!(ran.text().contains("\n ```sh\n"), "{ran:?}");
        let ran = apply(&dir, answer);
        assert_eq!(ran.status, 0, "{ran:?}");
        assert_eq!(dir.text("d.md"), new);
    }
    // Where the counts are too large, a fence is still one.
    let short = "```diff\n--- a/f\n+++ b/f\n@@ -1,9 +1,9 @@\n x\n-y\n+z\n```\n";
    for below in ["", "\n- a point\n", "That is all.\n", "\n```sh\nls\n```\n"] {
        let answer = format!("{short}{below}");
        let ran = run("diff-resume", &["stitch"], answer.as_bytes());
        assert_eq!(ran.status, 0, "{answer}: {ran:?}");
        assert!(ran.text().ends_with("+z\n"), "{answer}: {ran:?}");
    }
}

#[test]
fn a_file_whose_next_hunk_has_half_a_header_is_not_touched() {
    let answer = "--- a/f.txt\n+++ b/f.txt\n@@ -1,2 +1,2 @@\n one\n-two\n+TWO\n\
        @@ -20,3 +20,3 @@\n";
    for at in answer.len() - 17..answer.len() {
        let dir = Dir::new();
        dir.put("f.txt", "one\ntwo\n");
        let ran = apply(&dir, &answer[..at]);
        assert_eq!(ran.status, 1, "{}: {ran:?}", &answer[..at]);
        assert_eq!(dir.text("f.txt"), "one\ntwo\n", "{}", &answer[..at]);
        assert!(ran.text().contains("f.txt"), "{ran:?}");
    }
}
