//! A power cut under edit-apply: what the disk has at that moment is all
//! that is left.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::edit_apply_crash::{
    OPERATIONS, every_call, fresh, has_strace, old_and_new,
};
use crate::support::{Dir, Random, binary};

/// Power cuts before the run has ended, and as many after.
const CUTS: usize = 20;

type Tree = Vec<(String, String)>;

/// A file system of its own in a file, mounted; its disk can be copied at
/// any moment, as a power cut would leave it.
struct Disk {
    dir: Dir,
}

fn sh(script: &str, dir: &Path) -> bool {
    let ran = Command::new("sh")
        .args(["-c", script])
        .current_dir(dir)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    ran.is_ok_and(|status| status.success())
}

impl Disk {
    /// Nothing if this machine cannot mount one.
    fn new() -> Option<Self> {
        let dir = Dir::new();
        let script = "truncate -s 16M disk && mkfs.ext4 -q -F disk \
                      && mkdir mnt cut && mount -o loop disk mnt";
        if sh(script, dir.path()) {
            return Some(Self { dir });
        }
        println!("SKIPPED: no file system could be mounted, no power was cut");
        None
    }

    fn tree(&self) -> PathBuf {
        self.dir.path().join("mnt/tree")
    }

    /// The tree as it was before the run, safe on the disk.
    fn begin(&self, old: &Tree) {
        let tree = self.tree();
        drop(fs::remove_dir_all(&tree));
        for (name, text) in old {
            let path = tree.join(name);
            fs::create_dir_all(path.parent().expect("a parent")).expect("made");
            fs::write(path, text).expect("written");
        }
        assert!(sh("sync -f mnt", self.dir.path()));
    }

    /// Cuts the power: what the disk has now, at one moment, is mounted at
    /// `cut`, recovered and read. A copy that takes time is one of several
    /// moments, so it is taken until two are the same.
    fn cut(&self) -> Tree {
        let script = "until cp disk disk.cut && cmp -s disk disk.cut; do :; \
                      done; mount -o loop disk.cut cut";
        assert!(sh(script, self.dir.path()), "the copy is mounted");
        let root = self.dir.path().join("cut/tree");
        let ran = Command::new(binary("edit-apply"))
            .args(["--quiet", "--recover", "-C"])
            .arg(&root)
            .status();
        assert!(ran.expect("it runs").success());
        let left = root.join(".edit-apply/txn").exists();
        let tree = tree_of(&root);
        // Whatever else looks at new disks may have it open for a moment.
        let script = "for n in $(seq 50); do umount cut && exit; sleep 0.1; \
                      done; exit 1";
        assert!(sh(script, self.dir.path()), "unmounted");
        assert!(!left, "something is left over");
        tree
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        sh("umount cut; umount mnt", self.dir.path());
    }
}

fn tree_of(root: &Path) -> Tree {
    let names = [
        "from",
        "gone",
        "m1",
        "new/b",
        "new/deep/a",
        "sub/m2",
        "sub/to",
        "turn",
        "turn/x",
        "w",
    ];
    let read = |name: &str| {
        let bytes = fs::read(root.join(name)).ok()?;
        Some((name.to_owned(), String::from_utf8_lossy(&bytes).into_owned()))
    };
    names.into_iter().filter_map(read).collect()
}

/// Runs edit-apply on the disk, killed where `inject` says.
fn run(disk: &Disk, args: &[&str], inject: Option<&str>) -> bool {
    let ops = disk.dir.put("ops", OPERATIONS);
    let mut words: Vec<String> = Vec::new();
    if let Some(inject) = inject {
        let call = inject.split(':').next().unwrap_or(inject);
        words.extend(["strace", "-o", "/dev/null", "-e"].map(Into::into));
        words.push(format!("trace={call}"));
        words.push(format!("--inject={inject}"));
    }
    words.push(binary("edit-apply").into());
    let ran = Command::new(&words[0])
        .args(&words[1..])
        .args(args)
        .arg("-C")
        .arg(disk.tree())
        .arg(ops)
        .stdout(Stdio::null())
        .status();
    ran.expect("it runs").success()
}

#[test]
fn what_status_0_was_said_of_survives_a_power_cut() {
    let Some(disk) = Disk::new() else { return };
    let (old, new) = old_and_new(fresh);
    for round in 0..CUTS {
        disk.begin(&old);
        assert!(run(&disk, &[], None), "round {round}");
        assert_eq!(disk.cut(), new, "round {round} lost what was done");
    }
    println!("{CUTS} of {CUTS} power cuts after status 0: all there");
    // The test can fail: without waiting for the disk, nothing is there.
    let mut lost = 0;
    for _ in 0..3 {
        disk.begin(&old);
        assert!(run(&disk, &["--no-fsync"], None));
        lost += usize::from(disk.cut() != new);
    }
    println!("with --no-fsync: {lost} of 3 lost");
    assert!(lost > 0, "this test would see no loss");
}

#[test]
fn a_power_cut_before_the_end_leaves_the_old_or_the_new_tree() {
    if !has_strace() {
        return;
    }
    let Some(disk) = Disk::new() else { return };
    let mut random = Random::seeded();
    let (old, new) = old_and_new(fresh);
    let calls = every_call(&fresh(), &[], "signal=KILL");
    let mut writes = calls.iter().filter(|call| call.starts_with("write:"));
    let last_write = writes.next_back().expect("results are written").clone();
    let (mut olds, mut news) = (0, 0);
    for round in 0..CUTS {
        // What comes after the commit is little, so it is asked for.
        let inject = match round % 4 {
            0 => last_write.clone(),
            _ => calls[random.below(calls.len())].clone(),
        };
        disk.begin(&old);
        let ended = run(&disk, &[], Some(&inject));
        assert!(!ended, "{inject} did not kill it");
        let now = disk.cut();
        assert!(now == old || now == new, "{inject}: {now:?}");
        olds += usize::from(now == old);
        news += usize::from(now == new);
    }
    println!("{CUTS} power cuts at a call: {olds} old and {news} new trees");
    assert!(olds > 0, "no cut came before the commit");
    assert!(news > 0, "no cut came after the commit");
}
