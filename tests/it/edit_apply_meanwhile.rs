//! What happens to the tree between the plan of a group and its commit, and
//! what no commit could change.

use std::fs;
use std::process::Command;

use tornkit::edit::{Action, Operation};
use tornkit::path::{Portability, RelPath};
use tornkit::report::result::Fate;
use tornkit::workspace::{Durability, Settings, Workspace};

use crate::edit_apply::{apply, tree};
use crate::support::Dir;

fn create(name: &str, text: &str) -> Operation {
    let path = RelPath::parse(name, Portability::Everywhere).expect("a name");
    Operation::new(path, Action::Create(text.into()))
}

/// A group that is planned and not yet committed.
fn planned(dir: &Dir, operations: &[Operation]) -> Workspace {
    let settings =
        Settings { durability: Durability::None, ..Settings::default() };
    let mut workspace =
        Workspace::open(dir.path(), settings).expect("the tree opens");
    for operation in operations {
        let outcome = workspace.perform(operation).expect("it is tried");
        assert_eq!(outcome.status, Fate::Applied, "{outcome:?}");
    }
    workspace
}

#[test]
fn a_directory_that_another_process_makes_meanwhile_is_used() {
    let dir = Dir::new();
    let operations = [
        create("new/a", "a\n"),
        create("new/deep/b", "b\n"),
        create("other/c", "c\n"),
    ];
    let mut workspace = planned(&dir, &operations);
    dir.put("new/deep/theirs", "theirs\n");
    workspace.commit().expect("the group is committed");
    let now = tree(&dir);
    let all = ["new/a", "new/deep/b", "new/deep/theirs", "other/c"];
    let names: Vec<&str> = now.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, all);
    drop(workspace);
    let ran = apply(&dir, &["--rollback"], "");
    assert_eq!(ran.status, 0, "{ran:?}");
    let theirs = ("new/deep/theirs".to_owned(), "theirs\n".to_owned());
    assert_eq!(tree(&dir), [theirs], "only what the run made goes");
    assert!(!dir.path().join("other").exists());
}

#[test]
fn a_file_that_another_process_makes_there_is_not_replaced() {
    let dir = Dir::new();
    let operations = [create("new/a", "a\n"), create("other/c", "c\n")];
    let mut workspace = planned(&dir, &operations);
    dir.put("new/a", "theirs\n");
    let why = workspace.commit().expect_err("the name is taken");
    assert_eq!(why.to_string(), "cannot write 'new/a'");
    assert_eq!(tree(&dir), [("new/a".to_owned(), "theirs\n".to_owned())]);
    assert!(!dir.path().join("other").exists());
}

#[test]
fn a_link_that_another_process_plants_there_is_not_followed() {
    let (dir, outside) = (Dir::new(), Dir::new());
    let mut workspace = planned(&dir, &[create("new/a", "a\n")]);
    std::os::unix::fs::symlink(outside.path(), dir.path().join("new"))
        .expect("a link");
    workspace.commit().expect_err("a link is in the way");
    assert_eq!(fs::read_dir(outside.path()).expect("it is there").count(), 0);
}

#[test]
fn a_file_that_is_replaced_meanwhile_is_left_to_who_did_it() {
    let dir = Dir::new();
    dir.put("a", "a\n");
    dir.put("b", "b\n");
    let text = "new\n";
    let write = |name: &str| {
        let path = RelPath::parse(name, Portability::Unix).expect("a name");
        Operation::new(path, Action::Write(text.into()))
    };
    let mut workspace = planned(&dir, &[write("a"), write("b")]);
    dir.put("theirs", "theirs\n");
    fs::rename(dir.path().join("theirs"), dir.path().join("b"))
        .expect("it is replaced");
    workspace.commit().expect_err("it is not the file that was read");
    assert_eq!(dir.text("a"), "a\n");
    assert_eq!(dir.text("b"), "theirs\n");
}

#[test]
fn a_file_that_nobody_may_replace_fails_alone() {
    let dir = Dir::new();
    let fixed = dir.put("fixed", "fixed\n");
    dir.put("free", "free\n");
    let mark = |how: &str| {
        let ran = Command::new("chattr").arg(how).arg(&fixed).output();
        ran.is_ok_and(|ran| ran.status.success())
    };
    if !mark("+i") {
        println!("SKIPPED: no file can be marked immutable here");
        return;
    }
    let operations = r#"{"type":"append","path":"fixed","text":"x"}
{"type":"write","path":"fixed","text":"x"}
{"type":"delete","path":"fixed"}
{"type":"rename","path":"fixed","new_path":"moved"}
{"type":"write","path":"free","text":"x\n"}
{"type":"write","path":"fixed","text":"fixed\n"}
"#;
    let ran = apply(&dir, &[], operations);
    assert!(mark("-i"));
    assert_eq!(ran.status, 1, "{ran:?}");
    let said = ran.text();
    let words: Vec<&str> =
        said.lines().filter_map(|line| line.split(' ').next()).collect();
    let failed = ["failed"; 4].into_iter();
    let all: Vec<&str> = failed.chain(["applied", "unchanged"]).collect();
    assert_eq!(words, all, "{said}");
    assert!(said.contains("immutable"), "{said}");
    assert_eq!(dir.text("fixed"), "fixed\n");
    assert_eq!(dir.text("free"), "x\n");
    assert!(!dir.path().join("moved").exists());
}

/// What is made in a directory that only grows could not be taken back.
#[test]
fn in_a_directory_that_nobody_may_change_operations_fail_alone() {
    for how in ["a", "i"] {
        let dir = Dir::new();
        dir.put("fixed/f", "old\n");
        dir.put("free", "free\n");
        let fixed = dir.path().join("fixed");
        let mark = |sign: char| {
            let how = format!("{sign}{how}");
            let ran = Command::new("chattr").arg(how).arg(&fixed).output();
            ran.is_ok_and(|ran| ran.status.success())
        };
        if !mark('+') {
            println!("SKIPPED: no directory can be marked here");
            return;
        }
        let operations = r#"{"type":"write","path":"fixed/f","text":"x"}
{"type":"create","path":"fixed/n","text":"x"}
{"type":"create","path":"fixed/a/b/n","text":"x"}
{"type":"delete","path":"fixed/f"}
{"type":"rename","path":"fixed/f","new_path":"moved"}
{"type":"rename","path":"free","new_path":"fixed/free"}
{"type":"write","path":"fixed/f","text":"old\n"}
{"type":"write","path":"free","text":"x\n"}
"#;
        let ran = apply(&dir, &[], operations);
        assert!(mark('-'));
        assert_eq!(ran.status, 1, "{ran:?}");
        let said = ran.text();
        let words: Vec<&str> =
            said.lines().filter_map(|line| line.split(' ').next()).collect();
        let failed = ["failed"; 6].into_iter();
        let all: Vec<&str> = failed.chain(["unchanged", "applied"]).collect();
        assert_eq!(words, all, "{said}");
        let why = "its directory is closed: it is marked immutable or append-";
        assert_eq!(said.matches(why).count(), 6, "{said}");
        assert_eq!(dir.text("fixed/f"), "old\n");
        assert_eq!(dir.text("free"), "x\n");
        let there = std::fs::read_dir(&fixed).expect("it is there").count();
        assert_eq!(there, 1);
        assert!(!dir.path().join("moved").exists());
    }
}

#[test]
fn one_byte_is_said_in_the_singular() {
    let dir = Dir::new();
    dir.put("a", "a");
    let create = r#"{"type":"create","path":"a","text":"bb"}"#;
    let ran = apply(&dir, &[], create);
    assert!(ran.text().contains("another file of 1 byte is there"), "{ran:?}");
    let write = r#"{"type":"write","path":"a","text":"bb"}"#;
    let ran = apply(&dir, &[], write);
    assert!(ran.text().contains("(replaced 1 byte)"), "{ran:?}");
    let ran = apply(&dir, &[], "x");
    assert!(ran.stderr.contains(": 1 byte of other text"), "{ran:?}");
    let ran = crate::support::run("diff-resume", &["status"], b"x");
    assert!(ran.stderr.contains("in 1 byte of text"), "{ran:?}");
}
