//! edit-apply killed at every system call, and failed at every one: the tree
//! is old or new after the next run, never anything else.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::edit_apply::{apply, tree};
use crate::support::{Dir, Random, binary, iterations};

/// The calls that change a file system, and those that could fail to.
const CHANGING: [&str; 9] = [
    "write",
    "renameat",
    "renameat2",
    "linkat",
    "unlinkat",
    "mkdirat",
    "fchmod",
    "fsync",
    "ftruncate",
];
const OTHER: [&str; 7] =
    ["openat", "openat2", "read", "flock", "newfstatat", "fstat", "getdents64"];

/// Before every changing call by day, before every call by night.
fn calls() -> Vec<&'static str> {
    let other: &[&str] = if is_night() { &OTHER } else { &["openat"] };
    CHANGING.iter().chain(other).copied().collect()
}

fn is_night() -> bool {
    std::env::var_os("TORNKIT_NIGHTLY").is_some()
}

const OPERATIONS: &str = r#"{"type":"create","file_path":"new/deep/a","content":"a\n"}
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

fn fresh() -> Dir {
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

fn has_strace() -> bool {
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
fn traced(dir: &Path, args: &[&str], inject: Option<&str>) -> Traced {
    let trace = dir.join("../").join(format!(
        "{}.trace",
        dir.file_name().expect("a name").to_string_lossy()
    ));
    let ops = trace.with_extension("ops");
    std::fs::write(&ops, OPERATIONS).expect("the operations");
    let mut command = Command::new("strace");
    command.arg("-o").arg(&trace).arg("-e");
    command.arg(format!("trace={}", calls().join(",")));
    if let Some(inject) = inject {
        command.args(["-e", &format!("inject={inject}")]);
    }
    let output = command
        .arg(binary("edit-apply"))
        .args(args)
        .arg("-C")
        .arg(dir)
        .args((!args.contains(&"--rollback")).then_some(&ops))
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
struct Traced {
    status: Option<i32>,
    text: String,
    stdout: String,
    stderr: String,
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
fn every_call(dir: &Dir, args: &[&str], what: &str) -> Vec<String> {
    let traced = traced(dir.path(), args, None);
    assert_eq!(traced.status, Some(0), "{traced:?}");
    let counts = counts(&traced, dir.path());
    let mut calls = Vec::new();
    for (name, (before, all)) in counts {
        for n in before + 1..=all {
            calls.push(format!("{name}:{what}:when={n}"));
        }
    }
    assert!(calls.len() > 50, "only {} calls were seen", calls.len());
    calls
}

fn old_and_new(make: fn() -> Dir) -> (Tree, Tree) {
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
            // The recovery is killed too, here and there.
            for _ in 0..if is_night() { 3 } else { 1 } {
                let call = ["renameat", "unlinkat", "fsync", "openat"]
                    [random.below(4)];
                let n = 1 + random.below(12);
                let inject = format!("{call}:signal=KILL:when={n}");
                traced(dir.path(), &["--no-wait"], Some(&inject));
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
    let errors: &[&str] = if is_night() {
        &["ENOSPC", "EIO", "EMFILE", "EINTR"]
    } else {
        &["EIO"]
    };
    let (old, new) = old_and_new(fresh);
    for error in errors {
        let what = format!("error={error}");
        for inject in every_call(&fresh(), &[], &what) {
            let dir = fresh();
            let ran = traced(dir.path(), &[], Some(&inject));
            let status = ran.status.expect("a status");
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
}

/// A file system of its own in a file, mounted; its disk can be copied at
/// any moment, as a power cut would leave it.
struct Disk {
    dir: Dir,
}

impl Disk {
    fn sh(script: &str, dir: &Path) -> bool {
        let ran = Command::new("sh")
            .args(["-c", script])
            .current_dir(dir)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        ran.is_ok_and(|status| status.success())
    }

    /// Nothing if this machine cannot mount one.
    fn new() -> Option<Self> {
        let dir = Dir::new();
        let script = "truncate -s 24M disk && mkfs.ext4 -q -F disk \
                      && mkdir mnt cut && mount -o loop disk mnt";
        Self::sh(script, dir.path()).then_some(Self { dir })
    }

    fn tree(&self) -> std::path::PathBuf {
        self.dir.path().join("mnt/tree")
    }

    /// Cuts the power: what the disk has now is mounted at `cut`.
    fn cut(&self) {
        let script = "umount cut 2>/dev/null; cp disk disk.cut \
                      && mount -o loop disk.cut cut";
        assert!(Self::sh(script, self.dir.path()), "the copy is mounted");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        Self::sh("umount mnt; umount cut", self.dir.path());
    }
}

fn tree_of(path: &Path) -> Tree {
    let names = [
        "m1",
        "sub/m2",
        "w",
        "gone",
        "from",
        "turn",
        "turn/x",
        "new/deep/a",
        "new/b",
        "sub/to",
    ];
    let read = |name: &str| {
        let bytes = std::fs::read(path.join(name)).ok()?;
        Some((name.to_owned(), String::from_utf8_lossy(&bytes).into_owned()))
    };
    names.into_iter().filter_map(read).collect()
}

#[test]
fn a_power_cut_leaves_the_old_or_the_new_tree_and_after_success_the_new() {
    let Some(disk) = Disk::new() else {
        println!("SKIPPED: no file system could be mounted here");
        return;
    };
    let (old, new) = old_and_new(fresh);
    let sorted = |path: &Path| {
        let mut tree = tree_of(path);
        tree.sort();
        tree
    };
    let cut_tree = disk.dir.path().join("cut/tree");
    let (mut olds, mut news) = (0, 0);
    for round in 0..iterations(10) {
        let tree = disk.tree();
        drop(std::fs::remove_dir_all(&tree));
        for (name, text) in &old {
            let path = tree.join(name);
            std::fs::create_dir_all(path.parent().expect("a parent"))
                .expect("made");
            std::fs::write(path, text).expect("written");
        }
        assert!(Disk::sh("sync", disk.dir.path()));
        let ops = disk.dir.put("ops", OPERATIONS);
        let mut child = Command::new(binary("edit-apply"))
            .arg("-C")
            .arg(&tree)
            .arg(&ops)
            .stdout(Stdio::null())
            .spawn()
            .expect("it starts");
        let is_late = round % 2 == 1;
        if is_late {
            assert!(child.wait().expect("it ends").success());
        } else {
            let pause = 2 + 3 * round as u64;
            std::thread::sleep(std::time::Duration::from_millis(pause));
        }
        disk.cut();
        drop(child.wait());
        let ran = Command::new(binary("edit-apply"))
            .arg("-C")
            .arg(&cut_tree)
            .arg("--recover")
            .status();
        assert!(ran.expect("it runs").success());
        let now = sorted(&cut_tree);
        assert!(now == old || now == new, "round {round}: {now:?}");
        assert!(!is_late || now == new, "round {round} lost what was done");
        olds += usize::from(now == old);
        news += usize::from(now == new);
    }
    println!("{olds} old and {news} new trees after power cuts");
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
