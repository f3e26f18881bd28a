//! Operations that stand inside a broken one: the tools that act on
//! operations act on them only if they are the model's own.

use crate::support::{Dir, run, run_in};

/// A record whose content was not escaped, and holds an operation.
const INSIDE: &[u8] = b"{\"type\":\"create\",\"file_path\":\"doc\",\
    \"content\":\"see:\n{\"type\":\"delete\",\"file_path\":\"kept\"}\nend\n\"}\n";

/// A record that was cut, and the answer begun again.
const AGAIN: &[u8] = b"{\"type\":\"create\",\"file_path\":\"a\",\
    \"content\":\"half\n{\"type\":\"create\",\"file_path\":\"a\",\
    \"content\":\"x\"}\n{\"type\":\"delete\",\"file_path\":\"kept\"}\n";

#[test]
fn a_line_of_a_broken_operation_is_not_applied() {
    let dir = Dir::new();
    dir.put("kept", "x");
    let ran = run_in(dir.path(), "edit-apply", &["--no-fsync"], INSIDE);
    assert_eq!(ran.status, 1, "{ran:?}");
    assert!(ran.text().contains("inside an operation"), "{ran:?}");
    assert_eq!(dir.text("kept"), "x");
}

#[test]
fn an_answer_that_was_begun_again_is_applied() {
    let dir = Dir::new();
    dir.put("kept", "x");
    let ran = run_in(dir.path(), "edit-apply", &["--no-fsync"], AGAIN);
    assert_eq!(ran.status, 1, "{ran:?}");
    assert_eq!(dir.text("a"), "x");
    assert!(!dir.path().join("kept").exists());
}

#[test]
fn a_line_of_a_broken_operation_is_not_passed_on() {
    let ran = run("diff-resume", &["-q"], INSIDE);
    assert_eq!((ran.status, ran.text().as_str()), (1, ""));
    let ran = run("diff-resume", &["-q"], AGAIN);
    assert_eq!((ran.status, ran.text().lines().count()), (1, 2));
}
