//! Diffs in the forms that tools, mail and hands give them, against git,
//! diff(1) and patch(1): CR LF, dates of files that are not there, names with
//! `./` and from the root, hunks without context, binary files.

use std::process::Command;

use crate::diff_apply::{git_apply, tree};
use crate::support::{Dir, Ran, Random, iterations, run, run_in};

fn filled(files: &[(&str, &str)]) -> Dir {
    let dir = Dir::new();
    for (name, text) in files {
        dir.put(name, text);
    }
    dir
}

fn apply(dir: &Dir, diff: &str) -> Ran {
    run_in(dir.path(), "edit-apply", &["--no-fsync"], diff.as_bytes())
}

/// Applies with git what diff-resume prints for a tree; its status, and
/// whether git took it.
fn resumed(dir: &Dir, diff: &str, args: &[&str]) -> (i32, bool) {
    let args = [&["--complete", "-q"], args].concat();
    let ran = run_in(dir.path(), "diff-resume", &args, diff.as_bytes());
    if ran.stdout.is_empty() {
        return (ran.status, false);
    }
    let patch = Dir::new();
    let patch = patch.put("patch", &ran.stdout);
    (ran.status, git_apply(dir.path(), &patch))
}

/// What diff(1) says of two trees, called `old` and `new`.
fn diff_of(trees: &Dir, context: &str, zone: &str) -> String {
    let output = Command::new("diff")
        .env("TZ", zone)
        .args(["-ruN", context, "old", "new"])
        .current_dir(trees.path())
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

const PLAIN: &str = "--- a/f\n+++ b/f\n@@ -1,3 +1,3 @@\n a\n-b\n+c\n d\n";

#[test]
fn a_diff_with_cr_lf_keeps_or_drops_it_as_the_file_shows() {
    let with_cr = |text: &str| text.replace('\n', "\r\n");
    let body = PLAIN.split_once("@@\n").unwrap().1;
    let of_git = format!("diff --git a/f b/f\n{PLAIN}");
    let in_body = PLAIN.replace(body, &with_cr(body));
    for diff in [with_cr(PLAIN), with_cr(&of_git), in_body.clone()] {
        for resume in [false, true] {
            let dir = filled(&[("f", "a\r\nb\r\nd\r\n")]);
            match resume {
                true => {
                    assert_eq!(resumed(&dir, &diff, &["-C", "."]), (0, true));
                }
                false => assert_eq!(apply(&dir, &diff).status, 0, "{diff:?}"),
            }
            assert_eq!(dir.text("f"), "a\r\nc\r\nd\r\n", "{diff:?}");
            // A second time it is done already.
            if !resume {
                assert_eq!(apply(&dir, &diff).status, 0, "{diff:?}");
            }
        }
        let dir = filled(&[("f", "a\nb\nd\n")]);
        let is_exact = diff == in_body;
        assert_eq!(apply(&dir, &diff).status, i32::from(is_exact));
        let want = if is_exact { "a\nb\nd\n" } else { "a\nc\nd\n" };
        assert_eq!(dir.text("f"), want);
    }
}

#[test]
fn a_new_file_ends_its_lines_as_what_came_before_it() {
    let new = "--- /dev/null\n+++ b/n\n@@ -0,0 +1 @@\n+x\n";
    let diff = format!("{PLAIN}{new}").replace('\n', "\r\n");
    for end in ["\n", "\r\n"] {
        let file = "a\nb\nd\n".replace('\n', end);
        let dir = filled(&[("f", &file)]);
        assert_eq!(apply(&dir, &diff).status, 0);
        assert_eq!(dir.text("n"), format!("x{end}"));
        let dir = filled(&[("f", &file)]);
        assert_eq!(resumed(&dir, &diff, &["-C", "."]), (0, true));
        assert_eq!(dir.text("n"), format!("x{end}"));
    }
    // Alone it tells nothing, unless the index line names what it makes.
    let dir = Dir::new();
    let ran = apply(&dir, &new.replace('\n', "\r\n"));
    assert_eq!(ran.status, 1, "{ran:?}");
    assert!(ran.text().contains("CR LF ends"), "{ran:?}");
    let git = "diff --git a/n b/n\nnew file mode 100644\nindex 0000000..";
    for (blob, want) in [("587be6b", "x\n"), ("db127bf", "x\r\n")] {
        let diff = format!("{git}{blob}\n{new}").replace('\n', "\r\n");
        let dir = Dir::new();
        let ran = apply(&dir, &diff);
        assert_eq!((ran.status, dir.text("n")), (0, want.into()), "{ran:?}");
    }
}

#[test]
fn what_diff_says_of_two_trees_is_done_as_git_does_it() {
    for zone in ["UTC", "EST5", "Asia/Kolkata"] {
        for context in ["-U0", "-U3"] {
            let both = "1\n2\n3\n4\n5\n6\n7\n8\n";
            let trees = filled(&[
                ("old/gone.txt", "x\ny\n"),
                ("old/pkg/m.txt", both),
                ("new/pkg/m.txt", &both.replace('8', "eight")),
                ("new/pkg/n.txt", "new\n"),
            ]);
            let diff = diff_of(&trees, context, zone);
            let before = [("gone.txt", "x\ny\n"), ("pkg/m.txt", both)];
            let theirs = filled(&before);
            let patch = Dir::new();
            assert!(git_apply(theirs.path(), &patch.put("p", &diff)));
            let ours = filled(&before);
            let ran = apply(&ours, &diff);
            assert_eq!(ran.status, 0, "{ran:?}");
            assert_eq!(tree(ours.path()), tree(theirs.path()), "{diff}");
            assert!(!ours.path().join("gone.txt").exists());
            let ours = filled(&before);
            assert_eq!(resumed(&ours, &diff, &[]), (0, true), "{diff}");
            assert_eq!(tree(ours.path()), tree(theirs.path()), "{diff}");
        }
    }
}

#[test]
fn a_date_says_nothing_of_a_side_that_has_lines() {
    let stamp = "\t1970-01-01 00:00:00 +0000\n";
    let dated = PLAIN.replace("/f\n", &format!("/f{stamp}"));
    let dir = filled(&[("f", "a\nb\nd\n")]);
    assert_eq!(apply(&dir, &dated).status, 0);
    assert_eq!(dir.text("f"), "a\nc\nd\n");
    // Nor is a file made under one of two names.
    let two = format!("--- a/x{stamp}+++ b/y\n@@ -0,0 +1 @@\n+x\n");
    let dir = Dir::new();
    assert_eq!(apply(&dir, &two).status, 1);
    assert!(tree(dir.path()).is_empty());
}

#[test]
fn a_name_may_begin_with_a_dot_or_at_the_root() {
    let named =
        |old: &str, new: &str| PLAIN.replace("a/f", old).replace("b/f", new);
    let file = [("f", "a\nb\nd\n"), ("a/f", "other\n")];
    let dots = [("./f", "./f"), ("a/./f", "b/./f"), ("f", "./f")];
    for (old, new) in dots.into_iter().chain([("./x/f", "./y/f")]) {
        let dir = filled(&file);
        let ran = apply(&dir, &named(old, new));
        assert_eq!((ran.status, dir.text("f")), (0, "a\nc\nd\n".into()));
        let dir = filled(&file);
        assert_eq!(resumed(&dir, &named(old, new), &[]), (0, true));
        assert_eq!(dir.text("f"), "a\nc\nd\n");
    }
    // Behind a dot, `a` is a directory.
    let dir = filled(&[("a/f", "a\nb\nd\n"), ("f", "a\nb\nd\n")]);
    assert_eq!(apply(&dir, &named("./a/f", "./a/f")).status, 0);
    assert_eq!((dir.text("a/f"), dir.text("f")).0, "a\nc\nd\n");
    assert_eq!(dir.text("f"), "a\nb\nd\n");
    let dir = filled(&file);
    let full = dir.path().canonicalize().unwrap().join("f");
    let full = full.to_str().unwrap().to_owned();
    let diff = named(&full, &full);
    assert_eq!(resumed(&dir, &diff, &["-C", "."]), (0, true));
    assert_eq!(dir.text("f"), "a\nc\nd\n");
    dir.put("f", "a\nb\nd\n");
    assert_eq!(apply(&dir, &diff).status, 0);
    assert_eq!(dir.text("f"), "a\nc\nd\n");
    // Without a tree, or outside of it, it is refused.
    assert_eq!(run("diff-resume", &["stitch"], diff.as_bytes()).status, 1);
    for name in ["/etc/hostname", &format!("{full}/../../x")] {
        let ran = apply(&dir, &named(name, name));
        assert_eq!(ran.status, 1, "{ran:?}");
        assert!(ran.text().starts_with("refused"), "{ran:?}");
    }
}

/// A text of some lines, few of which are like another.
fn lines(random: &mut Random) -> Vec<String> {
    let count = random.below(30);
    (0..count).map(|_| format!("{}\n", random.below(20))).collect()
}

fn changed(lines: &[String], random: &mut Random) -> Vec<String> {
    let mut lines = lines.to_vec();
    for n in 0..=random.below(3) {
        let at = random.below(lines.len() + 1);
        match random.below(3) {
            0 if at < lines.len() => drop(lines.remove(at)),
            1 if at < lines.len() => lines[at] = format!("changed {n}\n"),
            _ => lines.insert(at, format!("new {n}\n")),
        }
    }
    lines
}

#[test]
fn hunks_without_context_go_where_they_belong() {
    let mut random = Random::seeded();
    for _ in 0..iterations(40) {
        let old = lines(&mut random);
        let new = changed(&old, &mut random).concat();
        let old = old.concat();
        let trees = filled(&[("old/f", &old), ("new/f", &new)]);
        let names = "--- a/f\n+++ b/f\n";
        let plain = diff_of(&trees, "-U0", "UTC");
        let Some(at) = plain.find("@@") else { continue };
        let diff = format!("{names}{}", &plain[at..]);
        let is_emptied = new.is_empty() || old.is_empty();
        for (resume, args) in
            [(false, &[][..]), (true, &["-C", "."]), (true, &[])]
        {
            let dir = filled(&[("f", &old)]);
            let good = match resume {
                true => resumed(&dir, &diff, args) == (0, true),
                false => apply(&dir, &diff).status == 0,
            };
            let now = dir.text("f");
            // Lines above the first are like those of an empty file.
            let is_above = diff.contains("@@ -0,0 ");
            let may_fail = is_above || resume && args.is_empty();
            assert!(good || may_fail || is_emptied, "{diff}{old}");
            assert_eq!(&now, if good { &new } else { &now }, "{diff}{old}");
            assert!(good || !resume || now == old, "{diff}{old}");
        }
    }
}

#[test]
fn an_insertion_is_not_placed_by_numbers_that_cannot_be_right() {
    let text = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
    let names = "--- a/f\n+++ b/f\n";
    let first = "@@ -2 +2 @@\n-2\n+two\n";
    for hunks in [
        // The two numbers are not at one place.
        "@@ -1,0 +1,2 @@\n+x\n+y\n".to_owned(),
        format!("{first}@@ -5,0 +9 @@\n+x\n"),
        // The first one stands elsewhere than it says.
        format!("{}@@ -5,0 +6 @@\n+x\n", first.replace("-2 +2", "-3 +3")),
        // The file is not as long.
        "@@ -12,0 +13 @@\n+x\n".to_owned(),
        // It has lines, and no line of it is there.
        "@@ -4,3 +4,4 @@\n+x\n".to_owned(),
    ] {
        let diff = format!("{names}{hunks}");
        let dir = filled(&[("f", text)]);
        assert_eq!(apply(&dir, &diff).status, 1, "{diff}");
        assert!(!dir.text("f").contains('x'), "{diff}");
        let dir = filled(&[("f", text)]);
        assert_eq!(resumed(&dir, &diff, &["-C", "."]).0, 1, "{diff}");
        assert!(!dir.text("f").contains('x'), "{diff}");
    }
    // What is printed for a file that an earlier patch changes has no lines
    // of before that around it.
    let diff = format!("{names}{first}{names}@@ -5,0 +6 @@\n+x\n");
    let dir = filled(&[("f", text)]);
    assert_eq!(resumed(&dir, &diff, &["-C", "."]), (1, true));
    assert_eq!(dir.text("f"), text.replace('2', "two"));
    // Above lines that another hunk shows to be there.
    let diff = format!("{names}@@ -0,0 +1 @@\n+0\n@@ -2 +3 @@\n-2\n+two\n");
    let want = text.replace("1\n2\n", "0\n1\ntwo\n");
    let dir = filled(&[("f", text)]);
    assert_eq!(apply(&dir, &diff).status, 0);
    assert_eq!(dir.text("f"), want);
    let dir = filled(&[("f", text)]);
    assert_eq!(resumed(&dir, &diff, &["-C", "."]), (0, true));
    assert_eq!(dir.text("f"), want);
}

#[test]
fn a_binary_file_at_the_end_is_no_cut() {
    let header = "diff --git a/x.png b/x.png\n";
    let line = "Binary files a/x.png and b/x.png differ";
    for end in ["", "\n", "\r\n", "\n\n", "\n\nDone.\n"] {
        let diff =
            format!("{PLAIN}{header}index 1234567..89abcde\n{line}{end}");
        for mode in [&["stitch"][..], &["status"], &["--check"], &[]] {
            let ran = run("diff-resume", mode, diff.as_bytes());
            assert_eq!(ran.status, 1, "{mode:?} {end:?}");
            assert!(!ran.stderr.contains("cut in"), "{mode:?} {ran:?}");
        }
        let ran = run("diff-resume", &["stitch"], diff.as_bytes());
        let why =
            "cannot read hunk of 'x.png': a binary file without its bytes";
        assert!(ran.stderr.contains(why), "{ran:?}");
        let alone = format!("{header}{line}{end}");
        let ran = run("diff-resume", &["prompt"], alone.as_bytes());
        assert_eq!((ran.status, ran.text()), (1, String::new()));
        let dir = filled(&[("f", "a\nb\nd\n")]);
        let ran = apply(&dir, &diff);
        assert_eq!((ran.status, dir.text("f")), (1, "a\nc\nd\n".into()));
    }
    // Half of the line may go on.
    let half = format!("{header}{}", &line[..line.len() - 3]);
    let ran = run("diff-resume", &["stitch"], half.as_bytes());
    assert!(ran.stderr.contains("cut in"), "{ran:?}");
}

#[test]
fn a_ruler_right_below_a_hunk_is_none_of_its_lines() {
    for (tail, status) in [
        ("---\n\nMore.\n", 0),
        ("-----\nMore.\n", 0),
        ("---\n", 0),
        // What goes on as a hunk is one.
        ("---\n e\n", 1),
    ] {
        let dir = filled(&[("f", "a\nb\nd\ne\n")]);
        let ran = apply(&dir, &format!("{PLAIN}{tail}"));
        assert_eq!(ran.status, status, "{tail:?} {ran:?}");
        let want = if status == 0 { "a\nc\nd\ne\n" } else { "a\nb\nd\ne\n" };
        assert_eq!(dir.text("f"), want, "{tail:?}");
    }
    let dir = filled(&[("f", "a\nb\nd\n--\ne\n")]);
    let more = PLAIN.replace("-1,3 +1,3", "-1,4 +1,3");
    assert_eq!(apply(&dir, &format!("{more}---\n")).status, 0);
    assert_eq!(dir.text("f"), "a\nc\nd\ne\n");
}
