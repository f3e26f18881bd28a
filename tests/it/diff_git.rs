//! edit-apply on what git writes of a tree: copies whose sources change,
//! prefixes by what is compared, files that become links.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::diff_apply::{git_apply, tree};
use crate::support::{Dir, Ran, run_in};

fn git(repo: &Path, args: &[&str]) -> String {
    let output = Command::new("git")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .args(["-c", "user.name=x", "-c", "user.email=x@example.org"])
        .args(args)
        .current_dir(repo)
        .output()
        .unwrap();
    assert!(output.status.success(), "{args:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

type Files<'a> = &'a [(&'a str, &'a str)];

/// A repository whose last commit holds some files.
fn repository(files: Files<'_>) -> Dir {
    let repo = filled(files);
    git(repo.path(), &["init", "-q"]);
    git(repo.path(), &["add", "-A"]);
    git(repo.path(), &["commit", "-q", "-m", "before"]);
    repo
}

fn filled(files: Files<'_>) -> Dir {
    let dir = Dir::new();
    for (name, text) in files {
        dir.put(name, text);
    }
    dir
}

fn apply(dir: &Dir, args: &[&str], diff: &str) -> Ran {
    run_in(dir.path(), "edit-apply", args, diff.as_bytes())
}

/// What git makes of a diff.
fn by_git(files: Files<'_>, diff: &str) -> Dir {
    let (dir, patch) = (filled(files), Dir::new());
    assert!(git_apply(dir.path(), &patch.put("patch", diff)), "{diff}");
    dir
}

const WAYS: [&[&str]; 3] = [&[], &["--per-hunk"], &["--atomic"]];

#[test]
fn a_copy_of_what_the_diff_changed_before_is_refused() {
    let lines = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
    let before = [("c", lines)];
    for copy in [lines.to_owned(), lines.replace('9', "nine")] {
        let repo = repository(&before);
        repo.put("c", lines.replace('1', "x"));
        repo.put("d", copy);
        git(repo.path(), &["add", "-A"]);
        let diff = git(repo.path(), &["diff", "--cached", "-C"]);
        assert!(diff.contains("copy from c\n"), "{diff}");
        let theirs = by_git(&before, &diff);
        let (changed, copied) =
            diff.split_at(diff.find("diff --git a/c b/d").unwrap());
        for args in WAYS {
            let ours = filled(&before);
            let args = [args, &["--complete"]].concat();
            let ran = apply(&ours, &args, &diff);
            assert_eq!(ran.status, 1, "{ran:?}");
            assert!(ran.text().contains("changes 'c' before"), "{ran:?}");
            assert!(!ours.path().join("d").exists(), "{ran:?}");
            // As the reason says.
            let ours = filled(&before);
            let ran = apply(&ours, &args, &format!("{copied}{changed}"));
            assert_eq!(ran.status, 0, "{ran:?}");
            assert_eq!(tree(ours.path()), tree(theirs.path()), "{ran:?}");
        }
    }
}

#[test]
fn the_hunks_of_a_late_copy_do_not_go_to_what_has_its_name() {
    let diff = "\
diff --git a/c b/c
--- a/c
+++ b/c
@@ -1 +1 @@
-a
+x
diff --git a/c b/d
similarity index 90%
MOVED from c
MOVED to d
--- a/c
+++ b/d
@@ -2 +2 @@
-b
+y
";
    for moved in ["copy", "rename"] {
        let diff = diff.replace("MOVED", moved);
        for args in WAYS {
            let ours = filled(&[("c", "a\nb\n"), ("d", "a\nb\n")]);
            let args = [args, &["--complete"]].concat();
            let ran = apply(&ours, &args, &diff);
            assert_eq!(ran.status, 1, "{ran:?}");
            assert_eq!(ours.text("d"), "a\nb\n", "{ran:?}");
        }
    }
}

#[test]
fn a_copy_counts_as_late_only_if_its_source_was_changed() {
    let diff = "\
diff --git a/c b/c
--- a/c
+++ b/c
@@ -1 +1 @@
-other
+x
diff --git a/c b/d
similarity index 100%
copy from c
copy to d
";
    let ours = filled(&[("c", "a\n")]);
    assert_eq!(apply(&ours, &["--complete"], diff).status, 1);
    assert_eq!(ours.text("d"), "a\n");
}

#[test]
fn prefixes_that_say_what_is_compared_are_taken_off() {
    let before = [("kept", "1\n"), ("gone", "x\n"), ("w/gone", "y\n")];
    let after =
        [("kept", "2\n"), ("n", "new\n"), ("w/n", "deep\n"), ("empty", "")];
    let repo = repository(&before);
    git(repo.path(), &["rm", "-q", "gone", "w/gone"]);
    for (name, text) in after {
        repo.put(name, text);
    }
    git(repo.path(), &["add", "-N", "n", "w/n", "empty"]);
    let mut diffs =
        vec![vec!["diff", "HEAD"], vec!["diff", "--no-prefix", "HEAD"]];
    let mut cases = 0;
    for staged in [false, true] {
        if staged {
            git(repo.path(), &["add", "-A"]);
            diffs.push(vec!["diff", "--cached"]);
        }
        for diff in &diffs {
            for reversed in [false, true] {
                let mut args = vec!["-c", "diff.mnemonicPrefix=true"];
                args.extend(diff);
                args.extend(["-R"].iter().filter(|_| reversed));
                let diff = git(repo.path(), &args);
                let (from, to): (Files, Files) = match reversed {
                    true => (&after, &before),
                    false => (&before, &after),
                };
                if !args.contains(&"--no-prefix") {
                    assert!(!diff.contains("diff --git a/"), "{diff}");
                    by_git(from, &diff);
                }
                let ours = filled(from);
                let ran = apply(&ours, &[], &diff);
                assert_eq!(ran.status, 0, "{args:?} {ran:?}");
                let want = tree(filled(to).path());
                assert_eq!(tree(ours.path()), want, "{args:?}");
                cases += 1;
            }
        }
    }
    assert_eq!(cases, 10);
}

#[test]
fn a_file_that_becomes_what_is_not_made_stays() {
    let before = [("f", "text\n"), ("z", "1\n")];
    let other = "160000,0123456789012345678901234567890123456789,f";
    for has_more in [false, true] {
        for is_link in [true, false] {
            let repo = repository(&before);
            if has_more {
                repo.put("z", "2\n");
                git(repo.path(), &["add", "z"]);
            }
            if is_link {
                std::fs::remove_file(repo.path().join("f")).unwrap();
                std::os::unix::fs::symlink("z", repo.path().join("f")).unwrap();
                git(repo.path(), &["add", "f"]);
            } else {
                git(repo.path(), &["update-index", "--cacheinfo", other]);
            }
            let diff = git(repo.path(), &["diff", "--cached"]);
            assert!(diff.contains("deleted file mode 100644"), "{diff}");
            for args in WAYS {
                let ours = filled(&before);
                let ran = apply(&ours, args, &diff);
                assert_eq!(ran.status, 1, "{ran:?}");
                assert_eq!(ours.text("f"), "text\n", "{ran:?}");
                let said = ran.text();
                assert!(said.contains("refused delete f"), "{said}");
                assert!(said.contains("refused create f"), "{said}");
                let is_done = has_more && args != ["--atomic"];
                let z = if is_done { "2\n" } else { "1\n" };
                assert_eq!(ours.text("z"), z, "{ran:?}");
            }
            // Nor does it go while the rest is on its way; half a name on a
            // line of its own is another one.
            let second = diff.rfind("\nnew file mode").unwrap() + 1;
            let all = if has_more { second } else { diff.len() - 1 };
            let name = diff.rfind("+++ b/f").unwrap();
            let half = name + "+++ ".len()..name + "+++ b/f".len();
            for end in (second..all).filter(|end| !half.contains(end)) {
                let args = WAYS[end % WAYS.len()];
                let ours = filled(&before);
                let ran = apply(&ours, args, &diff[..end]);
                assert_eq!(ran.status, 1, "{end} {ran:?}");
                assert_eq!(ours.text("f"), "text\n", "{end} {ran:?}");
            }
            // The link back to a file: nothing is done to either.
            let diff = git(repo.path(), &["diff", "--cached", "-R"]);
            let ours = filled(&[("z", "2\n")]);
            std::os::unix::fs::symlink("z", ours.path().join("f")).unwrap();
            let ran = apply(&ours, &["--atomic"], &diff);
            assert_eq!(ran.status, 1, "{ran:?}");
            let link = std::fs::read_link(ours.path().join("f")).unwrap();
            assert_eq!(link, PathBuf::from("z"));
            assert_eq!(ours.text("z"), "2\n");
        }
    }
}

#[test]
fn a_file_that_is_deleted_before_others_goes() {
    let before = [("f", "text\n"), ("z", "1\n")];
    let repo = repository(&before);
    git(repo.path(), &["rm", "-q", "f"]);
    std::os::unix::fs::symlink("z", repo.path().join("g")).unwrap();
    git(repo.path(), &["add", "g"]);
    let diff = git(repo.path(), &["diff", "--cached"]);
    for args in [&[][..], &["--per-hunk"]] {
        let ours = filled(&before);
        let ran = apply(&ours, args, &diff);
        assert_eq!(ran.status, 1, "{ran:?}");
        assert!(!ours.path().join("f").exists(), "{ran:?}");
    }
}
