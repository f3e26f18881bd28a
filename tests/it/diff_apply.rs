//! edit-apply on diffs: the tree that git makes of them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::history::{Sample, samples};
use crate::support::{Dir, Ran, iterations, run_in};

/// Puts the files that a sample changes into a directory.
fn put_files(sample: &Sample, dir: &Dir) {
    for (name, text) in sample.files() {
        dir.put(std::str::from_utf8(name).unwrap(), text);
    }
}

/// Whether the diff does what edit-apply leaves undone: modes, binaries,
/// copies, links and other repositories.
fn is_beyond(diff: &[u8]) -> bool {
    let marks = [
        &b"\nold mode "[..],
        b"\nGIT binary patch",
        b"\ncopy from ",
        b"Subproject commit",
        b" 120000",
    ];
    marks.iter().any(|mark| memchr::memmem::find(diff, mark).is_some())
}

fn git_apply(dir: &Path, patch: &Path) -> bool {
    let mut git = Command::new("git");
    // Inside a repository git would leave out what lies elsewhere.
    git.env("GIT_CEILING_DIRECTORIES", dir.parent().unwrap());
    git.args(["apply", "--whitespace=nowarn"]).arg(patch).current_dir(dir);
    git.status().unwrap().success()
}

/// The files below a directory; git drops empty directories, others may not.
fn tree(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
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
                files.insert(name, std::fs::read(path).unwrap());
            }
        }
    }
    files
}

fn same_trees(one: &Path, two: &Path) -> bool {
    tree(one) == tree(two)
}

fn apply(dir: &Path, diff: &[u8]) -> Ran {
    run_in(dir, "edit-apply", &["--no-fsync", "--allow", "**"], diff)
}

#[test]
fn a_real_diff_makes_the_tree_that_git_makes_and_twice_is_once() {
    let mut done = 0;
    for sample in samples(iterations(12)) {
        if is_beyond(&sample.diff) {
            continue;
        }
        let (ours, theirs) = (Dir::new(), Dir::new());
        put_files(&sample, &ours);
        put_files(&sample, &theirs);
        let patch = Dir::new();
        let patch = patch.put("patch", &sample.diff);
        assert!(git_apply(theirs.path(), &patch), "{}", sample.name);
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
    println!("{done} diffs");
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
fn a_cut_diff_is_applied_as_far_as_it_is_whole() {
    let at = DIFF.find("-five").unwrap();
    let (dir, ran) = on_file(&DIFF[..at]);
    assert_eq!(ran.status, 1);
    assert_eq!(dir.text("f.txt"), "one\nand a half\ntwo\nthree\nfour\nfive\n");
    assert!(ran.stderr.contains("cut in a hunk of 'f.txt'"), "{ran:?}");
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
