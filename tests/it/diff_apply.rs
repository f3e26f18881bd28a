//! edit-apply on diffs: the tree that git makes of them.

use std::collections::BTreeMap;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::history::{Sample, samples};
use crate::support::{Dir, Ran, iterations, run_in};

/// Puts the files that a sample changes into a directory.
pub fn put_files(sample: &Sample, dir: &Dir) {
    for (name, text) in sample.files() {
        dir.put(std::str::from_utf8(name).unwrap(), text);
    }
}

/// Whether the diff does what edit-apply leaves undone: binaries, links and
/// other repositories.
pub fn is_beyond(diff: &[u8]) -> bool {
    let marks = [&b"\nGIT binary patch"[..], b"Subproject commit", b" 120000"];
    marks.iter().any(|mark| memchr::memmem::find(diff, mark).is_some())
}

pub fn git_apply(dir: &Path, patch: &Path) -> bool {
    let mut git = Command::new("git");
    // Inside a repository git would leave out what lies elsewhere.
    git.env("GIT_CEILING_DIRECTORIES", dir.parent().unwrap());
    git.args(["apply", "--whitespace=nowarn"]).arg(patch).current_dir(dir);
    git.status().unwrap().success()
}

/// The files below a directory, and whether they are programs; git drops
/// empty directories, others may not.
pub fn tree(dir: &Path) -> BTreeMap<PathBuf, (Vec<u8>, bool)> {
    let mut files = BTreeMap::new();
    let mut open = vec![dir.to_path_buf()];
    while let Some(here) = open.pop() {
        for entry in std::fs::read_dir(&here).unwrap() {
            let path = entry.unwrap().path();
            if path.ends_with(".edit-apply") {
                continue;
            }
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(dir).unwrap().to_path_buf();
                let mode = std::fs::metadata(&path).unwrap().mode();
                let text = std::fs::read(path).unwrap();
                files.insert(name, (text, mode & 0o100 != 0));
            }
        }
    }
    files
}

fn same_trees(one: &Path, two: &Path) -> bool {
    tree(one) == tree(two)
}

pub fn apply(dir: &Path, diff: &[u8]) -> Ran {
    run_in(dir, "edit-apply", &["--no-fsync", "--allow", "**"], diff)
}

#[test]
fn a_real_diff_makes_the_tree_that_git_makes_and_twice_is_once() {
    let (mut done, mut beyond_git) = (0, 0);
    for sample in samples(iterations(25)) {
        if is_beyond(&sample.diff) {
            continue;
        }
        let (ours, theirs) = (Dir::new(), Dir::new());
        put_files(&sample, &ours);
        put_files(&sample, &theirs);
        let patch = Dir::new();
        let patch = patch.put("patch", &sample.diff);
        // A submodule that moves is no file here.
        if !git_apply(theirs.path(), &patch) {
            println!("git does not apply {}", sample.name);
            beyond_git += 1;
            continue;
        }
        let ran = apply(ours.path(), &sample.diff);
        assert_eq!(ran.status, 0, "{}: {}", sample.name, ran.text());
        let same = same_trees(ours.path(), theirs.path());
        assert!(same, "{}", sample.name);
        let again = apply(ours.path(), &sample.diff);
        let said = again.text();
        assert_eq!(again.status, 0, "{}: {said}", sample.name);
        assert!(!said.contains("applied"), "{}: {said}", sample.name);
        assert!(same_trees(ours.path(), theirs.path()), "{}", sample.name);
        done += 1;
    }
    println!("{done} diffs, and {beyond_git} that git does not apply");
    assert!(beyond_git * 50 <= done, "{beyond_git} left out");
}

const FILE: &str = "one\ntwo\nthree\nfour\nfive\n";
const DIFF: &str = "\
--- a/f.txt
+++ b/f.txt
@@ -1,3 +1,4 @@
 one
+and a half
 two
 three
@@ -4,2 +5,2 @@
 four
-five
+FIVE
";

fn on_file(diff: &str) -> (Dir, Ran) {
    let dir = Dir::new();
    dir.put("f.txt", FILE);
    let ran = apply(dir.path(), diff.as_bytes());
    (dir, ran)
}

#[test]
fn hunks_with_wrong_numbers_go_to_the_only_place_they_fit() {
    let diff = DIFF.replace("-4,2 +5,2", "-40,9 +1,1");
    let (dir, ran) = on_file(&diff);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert_eq!(dir.text("f.txt"), "one\nand a half\ntwo\nthree\nfour\nFIVE\n");
    assert_eq!(ran.stderr, "");
}

#[test]
fn a_hunk_that_fits_nowhere_fails_alone() {
    let diff = DIFF.replace(" two\n", " zwei\n");
    let (dir, ran) = on_file(&diff);
    assert_eq!(ran.status, 1);
    assert_eq!(dir.text("f.txt"), "one\ntwo\nthree\nfour\nFIVE\n");
    assert!(ran.text().starts_with("failed"), "{ran:?}");
}

#[test]
fn a_hunk_that_fits_in_two_places_is_not_guessed() {
    let dir = Dir::new();
    dir.put("f.txt", "a\nb\na\nb\n");
    let diff = "--- a/f.txt\n+++ b/f.txt\n@@ -9,2 +9,2 @@\n a\n-b\n+c\n";
    let ran = apply(dir.path(), diff.as_bytes());
    assert_eq!(ran.status, 1);
    assert_eq!(dir.text("f.txt"), "a\nb\na\nb\n");
    assert!(ran.text().contains("2 places"), "{ran:?}");
}

#[test]
fn of_a_file_whose_patch_is_cut_nothing_is_applied_unless_hunk_by_hunk() {
    let other = "--- a/g.txt\n+++ b/g.txt\n@@ -1 +1 @@\n-a\n+b\n";
    let cut = &DIFF[..DIFF.find("-five").unwrap()];
    let input = format!("{other}{cut}");
    for per_hunk in [false, true] {
        let dir = Dir::new();
        dir.put("f.txt", FILE);
        dir.put("g.txt", "a\n");
        let args: &[&str] = if per_hunk { &["--per-hunk"] } else { &[] };
        let ran = run_in(dir.path(), "edit-apply", args, input.as_bytes());
        assert_eq!(ran.status, 1);
        assert_eq!(dir.text("g.txt"), "b\n", "the patch before is whole");
        let first = match per_hunk {
            true => "one\nand a half\ntwo\nthree\nfour\nfive\n",
            false => FILE,
        };
        assert_eq!(dir.text("f.txt"), first, "{ran:?}");
        let failed = ran.text().matches("failed ").count();
        assert_eq!(failed, if per_hunk { 1 } else { 2 }, "{ran:?}");
        assert!(ran.stderr.contains("cut in a hunk of 'f.txt'"), "{ran:?}");
        // The whole answer then makes the file whole.
        let ran = apply(dir.path(), format!("{other}{DIFF}").as_bytes());
        assert_eq!(ran.status, 0, "{ran:?}");
        let whole = "one\nand a half\ntwo\nthree\nfour\nFIVE\n";
        assert_eq!(dir.text("f.txt"), whole);
    }
}

#[test]
fn a_rename_whose_hunk_is_cut_is_not_made() {
    let head = "diff --git a/f.txt b/g.txt\nsimilarity index 90%\n\
                rename from f.txt\nrename to g.txt\n";
    let body = DIFF.replace("b/f.txt", "b/g.txt");
    let cut = &body[..body.find("-five").unwrap()];
    let (dir, ran) = on_file(&format!("{head}{cut}"));
    assert_eq!(ran.status, 1);
    assert_eq!(dir.text("f.txt"), FILE, "{ran:?}");
    let (dir, ran) = on_file(&format!("{head}{body}"));
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(!dir.path().join("f.txt").exists());
}

#[test]
fn a_last_hunk_that_may_go_on_is_whole_for_who_knows_it() {
    let cut = DIFF.strip_suffix("+FIVE\n").unwrap();
    let (_, ran) = on_file(cut);
    assert_eq!(ran.status, 1, "{ran:?}");
    let dir = Dir::new();
    dir.put("f.txt", FILE);
    let args = ["--complete"];
    let ran = run_in(dir.path(), "edit-apply", &args, cut.as_bytes());
    assert_eq!(ran.status, 0, "{ran:?}");
    assert_eq!(dir.text("f.txt"), "one\nand a half\ntwo\nthree\nfour\n");
}

#[test]
fn numbers_that_no_file_can_have_fail_the_whole_file() {
    for numbers in ["@@ --4,2 +5,2", "@@ -99999999999,2 +5,2"] {
        let (dir, ran) = on_file(&DIFF.replace("@@ -4,2 +5,2", numbers));
        assert_eq!(ran.status, 1);
        assert_eq!(dir.text("f.txt"), FILE, "{ran:?}");
        assert_eq!(ran.text().matches("failed ").count(), 2, "{ran:?}");
        assert_eq!(ran.stderr, "");
    }
}

#[test]
fn modes_and_copies_are_made_as_git_makes_them() {
    let diff = "\
diff --git a/run b/run
old mode 100644
new mode 100755
--- a/run
+++ b/run
@@ -1 +1 @@
-a
+b
diff --git a/tool b/tool
old mode 100755
new mode 100644
diff --git a/run b/copy
similarity index 100%
copy from run
copy to copy
diff --git a/new b/new
new file mode 100755
--- /dev/null
+++ b/new
@@ -0,0 +1 @@
+x
diff --git a/tool b/moved
similarity index 100%
old mode 100755
new mode 100644
rename from tool
rename to moved
";
    // A copy comes before what changes its source, as git writes it.
    let (ours, theirs) = (Dir::new(), Dir::new());
    for dir in [&ours, &theirs] {
        dir.put("run", "a\n");
        let tool = dir.put("tool", "t\n");
        let mode = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(tool, mode).unwrap();
    }
    let one = |n: usize| {
        let starts: Vec<usize> =
            diff.match_indices("diff --git").map(|(at, _)| at).collect();
        let end = starts.get(n + 1).copied().unwrap_or(diff.len());
        &diff[starts[n]..end]
    };
    let patch = Dir::new();
    let parts = [one(2), one(0), one(3), one(4)].concat();
    assert!(git_apply(theirs.path(), &patch.put("patch", &parts)));
    let ran = apply(ours.path(), parts.as_bytes());
    assert_eq!(ran.status, 0, "{ran:?}");
    assert_eq!(tree(ours.path()), tree(theirs.path()));
    let ran = apply(ours.path(), parts.as_bytes());
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(!ran.text().contains("applied"), "{ran:?}");
    let only = "diff --git a/copy b/copy\nold mode 100644\nnew mode 100755\n";
    let before = tree(ours.path());
    assert_eq!(apply(ours.path(), only.as_bytes()).status, 0);
    assert_ne!(tree(ours.path()), before);
    let ran = run_in(ours.path(), "edit-apply", &["--rollback"], b"");
    assert_eq!(ran.status, 0, "{ran:?}");
    assert_eq!(tree(ours.path()), before);
}

#[test]
fn links_binaries_and_other_modes_are_refused() {
    let new = |mode: &str| {
        format!(
            "diff --git a/n b/n\nnew file mode {mode}\n--- /dev/null\n\
             +++ b/n\n@@ -0,0 +1 @@\n+/etc/passwd\n\
             \\ No newline at end of file\n"
        )
    };
    let binary = "diff --git a/n b/n\nindex 1234567..89abcde 100644\n\
                  Binary files a/n and b/n differ\n";
    let inputs = [
        new("120000"),
        new("160000"),
        new("100777"),
        binary.to_owned(),
        "diff --git a/f.txt b/f.txt\nold mode 100644\nnew mode 104755\n".into(),
        "--- a/../x\n+++ b/../x\n@@ -1 +1 @@\n-a\n+b\n".into(),
    ];
    for input in inputs {
        let (dir, ran) = on_file(&input);
        assert_eq!(ran.status, 1, "{input}");
        assert!(ran.text().starts_with("refused "), "{input}{ran:?}");
        assert_eq!(ran.stderr, "", "{input}");
        let only = BTreeMap::from([("f.txt".into(), (FILE.into(), false))]);
        assert_eq!(tree(dir.path()), only);
    }
}

#[test]
fn a_hunk_is_forgiven_on_request_and_keeps_the_lines_that_stay() {
    let crlf = FILE.replace('\n', "\r\n");
    let dir = Dir::new();
    dir.put("f.txt", &crlf);
    let fuzzy = |dir: &Dir, diff: &str| {
        run_in(dir.path(), "edit-apply", &["--fuzzy"], diff.as_bytes())
    };
    assert_eq!(apply(dir.path(), DIFF.as_bytes()).status, 1);
    let ran = fuzzy(&dir, DIFF);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(ran.text().contains("line ending forgiven"), "{ran:?}");
    let whole = "one\nand a half\ntwo\nthree\nfour\nFIVE\n";
    assert_eq!(dir.text("f.txt"), whole.replace('\n', "\r\n"));
    // Context keeps the file's own blanks, and the file its end.
    let dir = Dir::new();
    dir.put("f.txt", "one  \ntwo\t\nthree\nfour \nfive");
    let ran = fuzzy(&dir, DIFF);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert_eq!(
        dir.text("f.txt"),
        "one  \nand a half\ntwo\t\nthree\nfour \nFIVE"
    );
    // New lines are indented as those around them are.
    let dir = Dir::new();
    let deep: String = FILE.lines().map(|l| format!("\t{l}\n")).collect();
    dir.put("f.txt", deep);
    let ran = fuzzy(&dir, DIFF);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(ran.text().contains("indentation shifted"), "{ran:?}");
    let deep: String = whole.lines().map(|l| format!("\t{l}\n")).collect();
    assert_eq!(dir.text("f.txt"), deep);
    // Words are not forgiven, and neither are two places.
    let dir = Dir::new();
    dir.put("f.txt", "a \nb\na \nb\n");
    let diff = "--- a/f.txt\n+++ b/f.txt\n@@ -9,2 +9,2 @@\n a\n-b\n+c\n";
    let ran = fuzzy(&dir, diff);
    assert_eq!(ran.status, 1);
    assert!(ran.text().contains("2 places, lines 1, 3"), "{ran:?}");
}

#[test]
fn a_hunk_for_an_empty_file_is_taken_where_git_takes_it() {
    let names = "--- a/f.txt\n+++ b/f.txt\n";
    let hunk = "@@ -0,0 +1,2 @@\n+a\n+b\n";
    let plain = format!("{names}{hunk}");
    let git = format!("diff --git a/f.txt b/f.txt\n{plain}");
    let mut taken = 0;
    for diff in [&plain, &git] {
        for file in [None, Some(""), Some("x\n"), Some("\u{feff}")] {
            for args in [&[][..], &["--fuzzy"], &["--atomic"]] {
                let (ours, theirs) = (Dir::new(), Dir::new());
                if let Some(text) = file {
                    ours.put("f.txt", text);
                    theirs.put("f.txt", text);
                }
                let patch = Dir::new();
                let patch = patch.put("patch", diff);
                let good = git_apply(theirs.path(), &patch);
                let diff = diff.as_bytes();
                let ran = run_in(ours.path(), "edit-apply", args, diff);
                assert_eq!(ran.status == 0, good, "{file:?} {ran:?}");
                assert_eq!(tree(ours.path()), tree(theirs.path()), "{ran:?}");
                if good {
                    let again = apply(ours.path(), diff);
                    assert_eq!(again.status, 0, "{again:?}");
                    assert!(again.text().contains("unchanged"), "{again:?}");
                    taken += 1;
                }
            }
        }
    }
    assert_eq!(taken, 9);
    let (_, ran) = on_file(&git);
    let why = "hunk is for an empty file: this one has 5 lines";
    assert!(ran.text().contains(why), "{ran:?}");
    let (_, ran) = on_file(&plain);
    assert!(ran.text().contains("another file of"), "{ran:?}");
    // An operation that creates is not one for an empty file.
    let dir = Dir::new();
    dir.put("f", "");
    let create = br#"{"type":"create","file_path":"f","content":"x"}"#;
    assert_eq!(apply(dir.path(), create).status, 1);
}

#[test]
fn a_deletion_needs_the_file_to_be_as_it_was() {
    let diff = "--- a/f.txt\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-one\n-two\n";
    let (dir, ran) = on_file(diff);
    assert_eq!(ran.status, 1, "{ran:?}");
    assert_eq!(dir.text("f.txt"), FILE);
    let dir = Dir::new();
    dir.put("f.txt", "one\ntwo\n");
    let ran = apply(dir.path(), diff.as_bytes());
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(!dir.path().join("f.txt").exists());
}

#[test]
fn a_header_alone_neither_makes_nor_deletes_a_file_that_has_lines() {
    let deletion = "diff --git a/f.txt b/f.txt\ndeleted file mode 100644\n";
    let new = "diff --git a/n b/n\nnew file mode 100644\n";
    for input in [deletion, new] {
        let (dir, ran) = on_file(input);
        assert_eq!(ran.status, 1, "{ran:?}");
        assert!(ran.stderr.contains("cut in a header"), "{ran:?}");
        assert_eq!(dir.text("f.txt"), FILE);
        assert!(!dir.path().join("n").exists());
    }
    let empty = format!("{deletion}index e69de29..0000000\n");
    let (dir, ran) = on_file(&empty);
    assert_eq!(ran.status, 1, "{ran:?}");
    assert_eq!(dir.text("f.txt"), FILE);
    dir.put("f.txt", "");
    let ran = apply(dir.path(), empty.as_bytes());
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(!dir.path().join("f.txt").exists());
}

#[test]
fn a_diff_inside_an_envelope_is_read() {
    let text = serde_json::json!({"type": "message", "role": "assistant",
        "content": [{"type": "text", "text": format!("Here:\n```diff\n{DIFF}```\n")}],
        "stop_reason": "end_turn"});
    let (dir, ran) = on_file(&text.to_string());
    assert_eq!(ran.status, 0, "{ran:?}");
    assert_eq!(dir.text("f.txt"), "one\nand a half\ntwo\nthree\nfour\nFIVE\n");
}

#[test]
fn all_or_nothing_holds_for_hunks_too() {
    let dir = Dir::new();
    dir.put("f.txt", FILE);
    let diff = DIFF.replace("-five", "-cinq");
    let ran = run_in(dir.path(), "edit-apply", &["--atomic"], diff.as_bytes());
    assert_eq!(ran.status, 1);
    assert_eq!(dir.text("f.txt"), FILE);
    assert!(ran.text().contains("skipped"), "{ran:?}");
}
