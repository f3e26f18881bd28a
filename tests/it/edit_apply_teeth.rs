//! The sweeps of kills show their teeth: without the journal, theirs or ours,
//! trees are torn and files lost. And what is one operation of two steps is
//! not.

use std::process::Command;

use crate::edit_apply::{apply, tree};
use crate::edit_apply_crash::{
    OPERATIONS, calls_of, every_call, fresh, has_strace, old_and_new, traced,
    traced_tool,
};
use crate::support::{Dir, binary};
use crate::unprotected;

/// The same changes as a patch for `git apply`, which has no journal.
fn patch() -> Vec<u8> {
    let dir = fresh();
    let ran = apply(&dir, &["-n", "--diff"], OPERATIONS);
    assert_eq!(ran.status, 0, "{ran:?}");
    ran.stdout
}

/// The sweep shows its teeth: what is killed without a journal is torn.
#[test]
fn the_same_sweep_catches_a_tool_without_a_journal() {
    if !has_strace() {
        return;
    }
    let patch = patch();
    let (old, new) = old_and_new(fresh);
    let run = |dir: &Dir, inject: Option<&str>| {
        let file = dir.path().with_extension("patch");
        let trace = dir.path().with_extension("trace");
        std::fs::write(&file, &patch).expect("the patch");
        let mut command = Command::new("strace");
        let all = "trace=openat,write,unlink,rename,mkdir,rmdir,close";
        command.args(["-qq", "-o"]).arg(&trace).args(["-e", all]);
        command.args(inject.map(|inject| format!("--inject={inject}")));
        command.args(["git", "apply", "--whitespace=nowarn"]).arg(&file);
        command.env("GIT_CEILING_DIRECTORIES", env!("CARGO_TARGET_TMPDIR"));
        let ran = command.current_dir(dir.path()).output();
        let text = std::fs::read_to_string(&trace).unwrap_or_default();
        drop((std::fs::remove_file(trace), std::fs::remove_file(file)));
        (ran.expect("strace runs"), text)
    };
    let dir = fresh();
    let (ran, text) = run(&dir, None);
    if !ran.status.success() {
        println!("SKIPPED: no git to compare with: {ran:?}");
        return;
    }
    assert_eq!(tree(&dir), new);
    let (mut kills, mut mixed) = (0, 0);
    for call in ["openat", "write", "unlink", "mkdir"] {
        let count = text.lines().filter(|l| l.starts_with(call)).count();
        for n in 1..=count {
            let dir = fresh();
            run(&dir, Some(&format!("{call}:signal=KILL:when={n}")));
            let now = tree(&dir);
            kills += 1;
            mixed += usize::from(now != old && now != new);
        }
    }
    println!("git apply, killed {kills} times: {mixed} trees of neither kind");
    assert!(mixed > 0, "this sweep would find nothing");
}

/// edit-apply itself with its protection off: the journal of a killed run is
/// thrown away before the next one can take it back.
#[test]
fn the_same_sweep_catches_a_run_whose_journal_is_gone() {
    if !has_strace() {
        return;
    }
    let (old, new) = old_and_new(fresh);
    let (mut kills, mut mixed) = (0, 0);
    for inject in every_call(&fresh(), &[], "signal=KILL") {
        let call = inject.split(':').next().unwrap_or("");
        if !["renameat", "renameat2", "linkat", "unlinkat"].contains(&call) {
            continue;
        }
        let dir = fresh();
        let killed = traced(dir.path(), &[], Some(&inject));
        assert_eq!(killed.status, None, "{inject}: {killed:?}");
        let state = dir.path().join(".edit-apply");
        std::fs::remove_dir_all(state).expect("it was there");
        let ran = apply(&dir, &["--recover"], "");
        assert_eq!(ran.status, 0, "{inject}: {ran:?}");
        let now = tree(&dir);
        kills += 1;
        mixed += usize::from(now != old && now != new);
    }
    println!("no journal, killed {kills} times: {mixed} trees of neither kind");
    assert!(mixed > 5, "this sweep would find nothing");
}

/// edit-apply itself, built with its protection off.
#[test]
fn the_same_sweep_catches_a_build_without_a_journal() {
    if !has_strace() {
        return;
    }
    let out = Dir::new();
    let tool = unprotected::build(out.path());
    let (old, new) = old_and_new(fresh);
    let whole = fresh();
    let ran = traced_tool(&tool, whole.path(), &[], &[]);
    assert_eq!(ran.status, Some(0), "{ran:?}");
    assert_eq!(tree(&whole), new);
    let (mut kills, mut mixed, mut lost) = (0, 0, 0);
    for inject in calls_of(&ran, &whole, "signal=KILL") {
        let dir = fresh();
        let killed = traced_tool(&tool, dir.path(), &[], &[&inject]);
        assert_eq!(killed.status, None, "{inject}: {killed:?}");
        let ran = apply(&dir, &["--recover"], "");
        assert_eq!(ran.status, 0, "{inject}: {ran:?}");
        let now = tree(&dir);
        kills += 1;
        mixed += usize::from(now != old && now != new);
        // This file moves; it never goes.
        let moves = |(_, text): &(String, String)| text == "from\n";
        lost += usize::from(!now.iter().any(moves));
    }
    println!(
        "no journal built in, killed {kills} times: {mixed} trees of neither \
         kind, {lost} with a file lost"
    );
    assert!(mixed > 5 && lost > 0, "{mixed} mixed, {lost} with a file lost");
}

/// A patch that edits a file and moves it is one operation.
#[test]
fn an_edit_that_moves_is_done_whole_or_not_at_all() {
    if !has_strace() {
        return;
    }
    let patch = "*** Begin Patch\n*** Update File: m1\n*** Move to: sub/m3\n\
                 @@\n-one\n+1\n*** End Patch\n";
    let run = |dir: &Dir, inject: &str| {
        let file = dir.path().with_extension("v4a");
        std::fs::write(&file, patch).expect("the patch");
        let ran = Command::new("strace")
            .args(["-o", "/dev/null", "-e", "trace=openat,write"])
            .args(["-e", &format!("inject={inject}")])
            .args([binary("edit-apply"), "--no-fsync", "-C"])
            .arg(dir.path())
            .arg(&file)
            .output();
        drop(std::fs::remove_file(file));
        ran.expect("strace runs")
    };
    let old = tree(&fresh());
    let (mut olds, mut news) = (0, 0);
    for call in ["openat", "write"] {
        for n in 1..40 {
            let dir = fresh();
            let inject = format!("{call}:error=ENOSPC:when={n}");
            let ran = run(&dir, &inject);
            let now = tree(&dir);
            let is_new = now.contains(&("sub/m3".into(), "1\n".into()))
                && !now.iter().any(|(name, _)| name == "m1");
            assert!(is_new || now == old, "{inject}: {now:?} {ran:?}");
            let is_good = ran.status.code() == Some(0);
            assert!(is_new || !is_good, "{inject}: {ran:?}");
            olds += usize::from(!is_new);
            news += usize::from(is_new);
        }
    }
    println!("{olds} not at all, {news} whole");
    assert!(olds > 0 && news > 0);
}
