//! edit-apply killed at every system call, and failed at every one: the tree
//! is old or new after the next run, never anything else.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::edit_apply::{apply, tree};
use crate::support::{Dir, Random, binary};

/// The calls that change a file system, and those that could fail to.
const CHANGING: [&str; 12] = [
    "openat",
    "write",
    "renameat",
    "renameat2",
    "linkat",
    "unlinkat",
    "mkdirat",
    "fchmod",
    "fchown",
    "fsync",
    "syncfs",
    "ftruncate",
];
const OTHER: [&str; 6] =
    ["openat2", "read", "flock", "newfstatat", "fstat", "getdents64"];

/// Every other call by which a file could change; none of them is made.
const UNUSED: [&str; 34] = [
    "open",
    "openat2_creat",
    "creat",
    "rename",
    "link",
    "unlink",
    "mkdir",
    "rmdir",
    "symlink",
    "symlinkat",
    "mknod",
    "mknodat",
    "truncate",
    "fallocate",
    "pwrite64",
    "pwritev",
    "pwritev2",
    "writev",
    "copy_file_range",
    "sendfile",
    "splice",
    "chmod",
    "fchmodat",
    "fchmodat2",
    "chown",
    "lchown",
    "fchownat",
    "utime",
    "utimes",
    "futimesat",
    "utimensat",
    "setxattr",
    "fsetxattr",
    "io_uring_enter",
];

/// Before every changing call by day, before every call by night.
fn calls() -> Vec<&'static str> {
    let other: &[&str] = if is_night() { &OTHER } else { &[] };
    CHANGING.iter().chain(other).copied().collect()
}

fn is_night() -> bool {
    std::env::var_os("TORNKIT_NIGHTLY").is_some()
}

pub const OPERATIONS: &str = r#"{"type":"create","file_path":"new/deep/a","content":"a\n"}
{"type":"create","file_path":"new/b","content":"b\n"}
{"type":"modify","file_path":"m1","operations":[{"type":"append","content":"more"}]}
{"type":"modify","file_path":"sub/m2","operations":[{"type":"replace","old_text":"two","new_text":"2"}]}
{"type":"write","file_path":"w","content":"w\n"}
{"type":"delete","file_path":"gone"}
{"type":"rename","file_path":"from","new_path":"sub/to"}
{"type":"modify","file_path":"new/b","operations":[{"type":"append","content":"c"}]}
{"type":"delete","file_path":"turn"}
{"type":"create","file_path":"turn/x","content":"x\n"}
"#;

type Tree = Vec<(String, String)>;

pub fn fresh() -> Dir {
    let dir = Dir::new();
    dir.put("m1", "one\n");
    dir.put("sub/m2", "one two\n");
    dir.put("w", "old\n");
    dir.put("gone", "gone\n");
    dir.put("from", "from\n");
    dir.put("turn", "turn\n");
    dir
}

/// A tree that an earlier run has already changed, so that there is state.
fn used() -> Dir {
    let dir = fresh();
    let ran = apply(&dir, &[], r#"{"type":"append","path":"m1","text":"0"}"#);
    assert_eq!(ran.status, 0, "{ran:?}");
    dir
}

pub fn has_strace() -> bool {
    let ran = Command::new("strace")
        .args(["-e", "trace=openat", "true"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    let works = ran.is_ok_and(|status| status.success());
    if !works {
        println!("SKIPPED: no working strace, so no kill was injected");
    }
    works
}

/// Runs edit-apply under strace with `inject`, and returns the trace.
pub fn traced(dir: &Path, args: &[&str], inject: Option<&str>) -> Traced {
    traced_all(dir, args, inject.as_slice())
}

/// The same with any number of injections.
fn traced_all(dir: &Path, args: &[&str], injects: &[&str]) -> Traced {
    traced_tool(binary("edit-apply").as_ref(), dir, args, injects)
}

/// The same for another build of the tool.
pub fn traced_tool(
    tool: &Path,
    dir: &Path,
    args: &[&str],
    injects: &[&str],
) -> Traced {
    let trace = dir.join("../").join(format!(
        "{}.trace",
        dir.file_name().expect("a name").to_string_lossy()
    ));
    let ops = trace.with_extension("ops");
    std::fs::write(&ops, OPERATIONS).expect("the operations");
    let mut command = Command::new("strace");
    command.arg("-o").arg(&trace).arg("-e");
    command.arg(format!("trace={}", calls().join(",")));
    for inject in injects {
        command.args(["-e", &format!("inject={inject}")]);
    }
    let output = command
        .arg(tool)
        .args(args)
        .arg("-C")
        .arg(dir)
        .args(reads(args).then_some(&ops))
        .stdin(Stdio::null())
        .output()
        .expect("strace runs");
    let text = std::fs::read_to_string(&trace).expect("a trace");
    drop(std::fs::remove_file(&trace));
    drop(std::fs::remove_file(&ops));
    Traced {
        status: output.status.code(),
        text,
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

#[derive(Debug)]
pub struct Traced {
    pub status: Option<i32>,
    pub text: String,
    pub stdout: String,
    pub stderr: String,
}

fn reads(args: &[&str]) -> bool {
    !args.contains(&"--rollback") && !args.contains(&"--recover")
}

/// How often each call is made between opening the root and the end; the
/// calls of the loader before are counted and skipped.
fn counts(traced: &Traced, root: &Path) -> BTreeMap<String, (usize, usize)> {
    let root = format!("\"{}\"", root.display());
    let mut counts: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    let mut begun = false;
    for line in traced.text.lines() {
        begun |= line.contains(&root);
        let name = line.split('(').next().unwrap_or("").to_owned();
        if calls().contains(&name.as_str()) {
            let (before, all) = counts.entry(name).or_default();
            *before += usize::from(!begun);
            *all += 1;
        }
    }
    counts
}

/// Every call of the run, as strace's `CALL:...:when=N`.
pub fn every_call(dir: &Dir, args: &[&str], what: &str) -> Vec<String> {
    let traced = traced(dir.path(), args, None);
    assert_eq!(traced.status, Some(0), "{traced:?}");
    let calls = calls_of(&traced, dir, what);
    assert!(calls.len() > 30, "only {} calls were seen", calls.len());
    calls
}

pub fn calls_of(traced: &Traced, dir: &Dir, what: &str) -> Vec<String> {
    let counts = counts(traced, dir.path());
    let mut calls = Vec::new();
    for (name, (before, all)) in counts {
        for n in before + 1..=all {
            calls.push(format!("{name}:{what}:when={n}"));
        }
    }
    assert!(!calls.is_empty(), "no call was seen");
    calls
}

pub fn old_and_new(make: fn() -> Dir) -> (Tree, Tree) {
    let dir = make();
    let old = tree(&dir);
    let ran = apply(&dir, &[], OPERATIONS);
    assert_eq!(ran.status, 0, "{ran:?}");
    (old, tree(&dir))
}

fn is_clean(dir: &Dir) -> bool {
    !dir.path().join(".edit-apply/txn").exists()
}

#[test]
fn a_kill_at_any_call_leaves_the_old_or_the_new_tree() {
    if !has_strace() {
        return;
    }
    let mut random = Random::seeded();
    let makes: &[fn() -> Dir] =
        if is_night() { &[fresh, used] } else { &[used] };
    for &make in makes {
        let (old, new) = old_and_new(make);
        let (mut olds, mut news) = (0, 0);
        for inject in every_call(&make(), &[], "signal=KILL") {
            let dir = make();
            let killed = traced(dir.path(), &[], Some(&inject));
            assert_eq!(killed.status, None, "{inject}: {killed:?}");
            // The recovery is killed too, here and there: when it is asked
            // for, and at the start of another run.
            for _ in 0..3 {
                let call = ["renameat", "unlinkat", "fsync", "openat"]
                    [random.below(4)];
                let n = 1 + random.below(12);
                let inject = format!("{call}:signal=KILL:when={n}");
                let args =
                    [&["--recover"][..], &["--no-wait"]][random.below(2)];
                traced(dir.path(), args, Some(&inject));
            }
            let ran = apply(&dir, &["--recover"], "");
            assert_eq!(ran.status, 0, "{inject}: {ran:?}");
            assert!(is_clean(&dir), "{inject}: something is left over");
            let now = tree(&dir);
            assert!(now == old || now == new, "{inject}: {now:?}");
            olds += usize::from(now == old);
            news += usize::from(now == new);
            let ran = apply(&dir, &["--no-fsync"], OPERATIONS);
            assert_eq!(ran.status, 0, "{inject}: {ran:?}");
            assert_eq!(tree(&dir), new, "{inject}");
        }
        println!("killed {} times: {olds} old, {news} new", olds + news);
        assert!(olds > 0 && news > 0, "{olds} old and {news} new trees");
    }
}

/// A file system on which two files cannot change places, and a name cannot
/// be checked and given in one step.
const PLAIN: &str = "renameat2:error=EINVAL";

#[test]
fn a_kill_where_files_cannot_change_places_is_recovered_from_too() {
    if !has_strace() {
        return;
    }
    let (old, new) = old_and_new(used);
    let dir = used();
    let whole = traced(dir.path(), &[], Some(PLAIN));
    assert_eq!(whole.status, Some(0), "{whole:?}");
    assert_eq!(tree(&dir), new);
    let mut kills = 0;
    for inject in calls_of(&whole, &dir, "signal=KILL") {
        if !inject.starts_with("renameat:") && !inject.starts_with("linkat") {
            continue;
        }
        let dir = used();
        let killed = traced_all(dir.path(), &[], &[PLAIN, &inject]);
        assert_eq!(killed.status, None, "{inject}: {killed:?}");
        let ran = apply(&dir, &["--recover"], "");
        assert_eq!(ran.status, 0, "{inject}: {ran:?}");
        let now = tree(&dir);
        assert_eq!(now, old, "{inject}: it was not committed");
        kills += 1;
    }
    assert!(kills > 10, "only {kills} kills");
}

/// A copy of a tree, its hard links and its state.
fn copy(dir: &Dir) -> Dir {
    let other = Dir::new();
    let from = dir.path().join(".");
    let copied =
        Command::new("cp").arg("-a").arg(from).arg(other.path()).status();
    assert!(copied.expect("cp runs").success());
    other
}

/// Kills the recovery of `dir` at every call, each time from the start, and
/// fails unless the next one finishes it.
fn kill_every_recovery(dir: &Dir, old: &Tree, new: &Tree) -> usize {
    let whole = copy(dir);
    let recovered = traced(whole.path(), &["--recover"], None);
    assert_eq!(recovered.status, Some(0), "{recovered:?}");
    let calls = calls_of(&recovered, &whole, "signal=KILL");
    for inject in &calls {
        let dir = copy(dir);
        let killed = traced(dir.path(), &["--recover"], Some(inject));
        assert_eq!(killed.status, None, "{inject}: {killed:?}");
        let ran = apply(&dir, &["--recover"], "");
        assert_eq!(ran.status, 0, "{inject}: {ran:?}");
        assert!(is_clean(&dir), "{inject}: something is left over");
        let now = tree(&dir);
        assert!(now == *old || now == *new, "{inject}: {now:?}");
    }
    calls.len()
}

/// `when` of the call that commits a run on this tree.
fn commit_of(make: fn() -> Dir) -> String {
    let dir = make();
    let traced = traced(dir.path(), &[], None);
    let renames: Vec<&str> =
        traced.text.lines().filter(|l| l.starts_with("renameat(")).collect();
    let commit = renames.iter().position(|line| line.contains("\"txn\""));
    format!("renameat:signal=KILL:when={}", commit.expect("a commit") + 1)
}

#[test]
fn a_kill_at_any_call_of_the_recovery_is_recovered_from() {
    if !has_strace() {
        return;
    }
    let makes: &[fn() -> Dir] =
        if is_night() { &[fresh, used] } else { &[used] };
    let (mut states, mut kills) = (0, 0);
    for &make in makes {
        let (old, new) = old_and_new(make);
        let commit = commit_of(make);
        let mut points = vec![commit.clone()];
        if is_night() {
            points.extend(every_call(&make(), &[], "signal=KILL"));
        }
        for inject in points {
            let dir = make();
            let killed = traced(dir.path(), &[], Some(&inject));
            assert_eq!(killed.status, None, "{inject}: {killed:?}");
            if inject == commit {
                assert_eq!(tree(&dir), new, "not all of it was published");
                assert!(dir.path().join(".edit-apply/txn/journal").exists());
            }
            if !is_clean(&dir) {
                states += 1;
                kills += kill_every_recovery(&dir, &old, &new);
            }
        }
    }
    println!("{kills} kills of the recovery from {states} states");
    assert!(kills > 30, "only {kills} kills");
}

#[test]
fn every_call_that_changes_files_is_among_those_swept() {
    if !has_strace() {
        return;
    }
    for args in [&[][..], &["--rollback"], &["--no-fsync"]] {
        let dir = applied();
        if args != ["--rollback"] {
            assert_eq!(apply(&dir, &["--rollback"], "").status, 0);
        }
        let trace = dir.path().with_extension("all");
        let ops = dir.path().with_extension("ops");
        std::fs::write(&ops, OPERATIONS).expect("the operations");
        let ran = Command::new("strace")
            .args(["-f", "-qq", "-o"])
            .arg(&trace)
            .arg(binary("edit-apply"))
            .args(args)
            .arg("-C")
            .arg(dir.path())
            .args(reads(args).then_some(&ops))
            .output()
            .expect("strace runs");
        assert_eq!(ran.status.code(), Some(0), "{ran:?}");
        let text = std::fs::read_to_string(&trace).expect("a trace");
        let seen: std::collections::BTreeSet<&str> = text
            .lines()
            .filter_map(|line| line.split_once(' ')?.1.split('(').next())
            .map(str::trim)
            .collect();
        assert!(seen.contains("renameat") && seen.contains("linkat"));
        let missed: Vec<&&str> =
            seen.iter().filter(|call| UNUSED.contains(call)).collect();
        assert!(missed.is_empty(), "{args:?}: {missed:?} is not swept");
        drop((std::fs::remove_file(trace), std::fs::remove_file(ops)));
    }
}

/// A tree on which the run that is to be taken back has been.
fn applied() -> Dir {
    let dir = fresh();
    let ran = apply(&dir, &["--no-fsync"], OPERATIONS);
    assert_eq!(ran.status, 0, "{ran:?}");
    dir
}

#[test]
fn a_kill_at_any_call_of_a_rollback_leaves_it_done_or_not() {
    if !has_strace() {
        return;
    }
    let (done, undone) = (tree(&applied()), tree(&fresh()));
    let (mut dones, mut undones) = (0, 0);
    for inject in every_call(&applied(), &["--rollback"], "signal=KILL") {
        let dir = applied();
        let killed = traced(dir.path(), &["--rollback"], Some(&inject));
        assert_eq!(killed.status, None, "{inject}: {killed:?}");
        let ran = apply(&dir, &["--recover"], "");
        assert_eq!(ran.status, 0, "{inject}: {ran:?}");
        assert!(is_clean(&dir), "{inject}: something is left over");
        let now = tree(&dir);
        assert!(now == done || now == undone, "{inject}: {now:?}");
        dones += usize::from(now == done);
        undones += usize::from(now == undone);
        if now == done {
            let ran = apply(&dir, &["--rollback"], "");
            assert_eq!(ran.status, 0, "{inject}: {ran:?}");
            assert_eq!(tree(&dir), undone, "{inject}");
        }
    }
    println!("killed {} times: {undones} undone", dones + undones);
    assert!(dones > 0 && undones > 0);
}

#[test]
fn an_error_at_any_call_is_never_taken_for_success() {
    if !has_strace() {
        return;
    }
    // By day each call gets one of them, another one every time.
    let errors = ["ENOSPC", "EIO", "EMFILE", "EINTR"];
    let mut random = Random::seeded();
    let (first, step) =
        if is_night() { (0, 1) } else { (random.below(4), errors.len()) };
    let (old, new) = old_and_new(fresh);
    let (mut done, mut not) = (0, 0);
    for (shift, error) in errors.iter().enumerate() {
        let what = format!("error={error}");
        let calls = every_call(&fresh(), &[], &what);
        for inject in calls.iter().skip((first + shift) % step).step_by(step) {
            let dir = fresh();
            let ran = traced(dir.path(), &[], Some(inject));
            let status = ran.status.expect("a status");
            done += usize::from(status == 0);
            not += usize::from(status != 0);
            assert!((0..=2).contains(&status), "{inject}: {ran:?}");
            let now = tree(&dir);
            if status == 0 {
                assert_eq!(now, new, "{inject}: {ran:?}");
            }
            if status == 2 {
                assert!(now == old || now == new, "{inject}: {ran:?} {now:?}");
            }
            let all = ran.stdout.lines().all(|line| {
                line.starts_with("applied ") || line.starts_with("unchanged ")
            });
            if status == 2 && !all {
                assert!(!ran.stderr.is_empty(), "{inject}: {ran:?}");
            }
            let recovered = apply(&dir, &["--recover"], "");
            assert_eq!(recovered.status, 0, "{inject}: {recovered:?}");
            assert!(is_clean(&dir), "{inject}");
            let torn = tree(&dir)
                .into_iter()
                .find(|file| !old.contains(file) && !new.contains(file));
            // An operation that failed alone leaves the others done; what
            // two of them made of one file may then be half of it.
            let half = ("new/b".to_owned(), "b\n".to_owned());
            assert!(
                torn.is_none() || torn == Some(half),
                "{inject}: {torn:?} {ran:?}"
            );
        }
    }
    println!("{} errors: {done} overcome, {not} told", done + not);
    assert!(not > 0, "no error ever mattered");
}

#[test]
fn a_reader_that_fails_is_never_taken_for_the_end() {
    if !has_strace() {
        return;
    }
    let (old, _) = old_and_new(fresh);
    let inputs = Dir::new();
    inputs.put("input", OPERATIONS);
    let input = inputs.path().join("input");
    // Threads are made by the one call or the other.
    let no_thread = ["-e", "inject=clone,clone3:error=EAGAIN"];
    let of_input = ["-P", input.to_str().expect("a name"), "-e"];
    let unopened = [&of_input[..], &["inject=openat:error=EMFILE"]].concat();
    let unread = [&of_input[..], &["inject=read:error=EIO:when=2"]].concat();
    for (inject, why) in [
        (&no_thread[..], "cannot start a thread"),
        (&unopened, "cannot read"),
        (&unread, "cannot read"),
    ] {
        let dir = fresh();
        let ran = Command::new("strace")
            .args(["-f", "-o", "/dev/null"])
            .args(inject)
            .arg(binary("edit-apply"))
            .arg("-C")
            .arg(dir.path())
            .arg(&input)
            .output()
            .expect("strace runs");
        let said = String::from_utf8_lossy(&ran.stderr);
        assert_eq!(ran.status.code(), Some(2), "{inject:?}: {ran:?}");
        assert!(said.contains(why), "{inject:?}: {said}");
        assert_eq!(tree(&dir), old, "{inject:?}");
    }
}

#[test]
fn a_file_system_without_links_is_served_by_copies() {
    if !has_strace() {
        return;
    }
    let dir = fresh();
    let old = tree(&dir);
    let ran = traced(dir.path(), &[], Some("linkat:error=EPERM"));
    assert_eq!(ran.status, Some(0), "{ran:?}");
    let (_, new) = old_and_new(fresh);
    assert_eq!(tree(&dir), new);
    let back = Command::new("strace")
        .args(["-o", "/dev/null", "-e", "trace=linkat"])
        .args(["-e", "inject=linkat:error=EPERM"])
        .arg(binary("edit-apply"))
        .arg("-C")
        .arg(dir.path())
        .arg("--rollback")
        .output()
        .expect("strace runs");
    assert_eq!(back.status.code(), Some(0), "{back:?}");
    assert_eq!(tree(&dir), old);
}

/// A file that nobody may link or replace, such as an immutable one.
#[test]
fn what_cannot_be_replaced_need_not_be_restored() {
    if !has_strace() {
        return;
    }
    let edit = r#"{"type":"append","path":"m1","text":"new"}"#;
    let delete = r#"{"type":"delete","path":"m1"}"#;
    for (ops, inject) in [
        (edit, "renameat2:error=EPERM:when=1"),
        (delete, "unlinkat:error=EPERM:when=1"),
    ] {
        let dir = used();
        let old = tree(&dir);
        let file = dir.path().with_extension("ops");
        std::fs::write(&file, ops).expect("the operation");
        let ran = Command::new("strace")
            .args(["-o", "/dev/null", "-e"])
            .arg("trace=linkat,renameat2,unlinkat")
            .args(["-e", "inject=linkat:error=EPERM"])
            .args(["-e", &format!("inject={inject}")])
            .args([binary("edit-apply"), "--no-fsync", "-C"])
            .arg(dir.path())
            .arg(&file)
            .output()
            .expect("strace runs");
        drop(std::fs::remove_file(file));
        assert_eq!(ran.status.code(), Some(2), "{inject}: {ran:?}");
        let said = String::from_utf8_lossy(&ran.stderr);
        let why = "cannot write 'm1': Operation not permitted";
        assert!(said.contains(why), "{inject}: {said}");
        assert!(is_clean(&dir), "{inject}: it would be tried again and again");
        assert_eq!(tree(&dir), old, "{inject}");
        assert_eq!(apply(&dir, &[], ops).status, 0, "{inject}");
    }
}
