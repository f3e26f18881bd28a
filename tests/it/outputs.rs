//! Files that a tool is told to write: none is two things at once, what was
//! private stays so, and nothing half done is left behind.

use std::fs::{self, Permissions};
use std::io::Write;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::{Dir, binary, run_in};

const CUT: &str = "{\"a\":1}\n{\"b\":[1,\n";

/// A directory in which `link`, `hard` and `old` are one file, `in` is a
/// document, and `new` is not there.
fn files() -> Dir {
    let dir = Dir::new();
    dir.put("old", "kept\n");
    dir.put("in", CUT);
    dir.put("sub/x", "");
    symlink("old", dir.path().join("link")).unwrap();
    fs::hard_link(dir.path().join("old"), dir.path().join("hard")).unwrap();
    fs::hard_link(dir.path().join("in"), dir.path().join("in2")).unwrap();
    dir
}

fn names(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn no_file_is_two_outputs_or_an_output_and_an_input() {
    let clashes = [
        ("ndjson-salvage", "-o old --tail old in"),
        ("ndjson-salvage", "-o old --tail ./old in"),
        ("ndjson-salvage", "-o old --reject link in"),
        ("ndjson-salvage", "-o link --report hard in"),
        ("ndjson-salvage", "--tail new --reject sub/../new in"),
        ("ndjson-salvage", "--tail new --report new in"),
        ("ndjson-salvage", "--reject new --report ./new in"),
        ("ndjson-salvage", "--partial --tail - in"),
        ("ndjson-salvage", "-o - --tail /dev/stdout in"),
        ("ndjson-salvage", "--check --tail - --reject - in"),
        ("ndjson-salvage", "-o in in"),
        ("ndjson-salvage", "-o in2 in"),
        ("ndjson-salvage", "--tail sub/../in in"),
        ("ndjson-salvage", "--check --report in old in"),
        ("diff-resume", "-o old --report link in"),
        ("diff-resume", "--report - in"),
        ("diff-resume", "-o in2 in"),
        ("diff-resume", "prompt --task old -o link in"),
        ("edit-apply", "-C sub -o old --report hard in"),
        ("edit-apply", "-C sub --report new --feedback=./new in"),
        ("edit-apply", "-C sub --report in in"),
        ("tokest", "score --state-out in in"),
        ("tokest", "score --state-out - in"),
        ("tokest", "calibrate --calibration in in2"),
    ];
    let dir = files();
    let before = names(dir.path());
    for (tool, args) in clashes {
        let words: Vec<_> = args.split(' ').collect();
        let ran = run_in(dir.path(), tool, &words, b"");
        assert_eq!(ran.status, 2, "{tool} {args}: {}", ran.stderr);
        assert_eq!(ran.text(), "", "{tool} {args}");
        assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
        assert!(ran.stderr.contains("cannot "), "{}", ran.stderr);
        assert_eq!(names(dir.path()), before, "{tool} {args}");
        assert_eq!(dir.text("old"), "kept\n", "{tool} {args}");
        assert_eq!(dir.text("in"), CUT, "{tool} {args}");
    }
}

#[test]
fn stdin_and_stdout_are_files_like_others() {
    let dir = files();
    let open = |name: &str| {
        let path = dir.path().join(name);
        fs::File::options().read(true).append(true).open(path).unwrap()
    };
    let start = |args: &[&str], from: &str, to: &str| {
        let ended = Command::new(binary("ndjson-salvage"))
            .args(args)
            .current_dir(dir.path())
            .stdin(open(from))
            .stdout(open(to))
            .stderr(Stdio::piped())
            .output();
        let ended = ended.unwrap();
        (ended.status.code(), String::from_utf8(ended.stderr).unwrap())
    };
    let clashes: [(&[&str], &str, &str); 4] = [
        (&["--tail", "link"], "in", "old"),
        (&["-o", "in2"], "in", "old"),
        (&["in2"], "old", "in"),
        (&[], "in", "in"),
    ];
    for (args, from, to) in clashes {
        let (status, said) = start(args, from, to);
        assert_eq!(status, Some(2), "{args:?}: {said}");
        assert_eq!(dir.text("old"), "kept\n", "{args:?}");
        assert_eq!(dir.text("in"), CUT, "{args:?}");
    }
}

#[test]
fn what_is_no_regular_file_may_be_shared() {
    let dir = files();
    let shared = [
        "-o /dev/null --tail /dev/null --reject /dev/null in",
        "--tail /dev/stderr --reject /dev/stderr --report /dev/stderr in",
        "--check --report - in",
        "-o new --report - in",
        "-o one --tail two --reject three --report four in",
    ];
    for args in shared {
        let words: Vec<_> = args.split(' ').collect();
        let ran = run_in(dir.path(), "ndjson-salvage", &words, b"");
        assert_eq!(ran.status, 1, "{args}: {}", ran.stderr);
    }
    assert_eq!(dir.text("two"), "{\"b\":[1,\n");
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

#[test]
fn a_file_that_is_replaced_keeps_its_permissions() {
    let dir = files();
    for bits in [0o600, 0o640, 0o666] {
        let path = dir.put("out", "before");
        fs::set_permissions(&path, Permissions::from_mode(bits)).unwrap();
        let ran =
            run_in(dir.path(), "ndjson-salvage", &["-o", "out", "in"], b"");
        assert_eq!(ran.status, 1, "{}", ran.stderr);
        assert_eq!(dir.text("out"), "{\"a\":1}\n");
        assert_eq!(mode(&path), bits, "{bits:o}");
    }
}

#[test]
fn a_link_is_followed_and_other_names_of_the_file_are_left() {
    let dir = files();
    let ran = run_in(dir.path(), "ndjson-salvage", &["-o", "link", "in"], b"");
    assert_eq!(ran.status, 1, "{}", ran.stderr);
    assert_eq!(dir.text("old"), "{\"a\":1}\n");
    assert_eq!(dir.text("hard"), "kept\n");
    let link = dir.path().join("link");
    assert!(fs::symlink_metadata(link).unwrap().is_symlink());
}

/// Whether a signal does nothing to what the tests start: a shell without job
/// control makes that so of INT in the background, `nohup` of HUP.
fn is_ignored(signal: u32) -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask & (1 << (signal - 1)) != 0)
}

#[test]
fn a_run_that_is_killed_leaves_no_file() {
    for (signal, number) in [("TERM", 15), ("INT", 2), ("HUP", 1), ("KILL", 9)]
    {
        if is_ignored(number) {
            println!("SKIPPED: a run killed by {signal} (it is ignored here)");
            continue;
        }
        let dir = files();
        let before = names(dir.path());
        let mut child = Command::new(binary("ndjson-salvage"))
            .args(["-o", "new", "--tail", "old", "--partial"])
            .current_dir(dir.path())
            .stdin(Stdio::piped())
            .stderr(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let mut input = child.stdin.take().unwrap();
        input.write_all(b"{\"a\":1}\n").unwrap();
        let open = format!("/proc/{}/fd/4", child.id());
        let late = Instant::now() + Duration::from_secs(20);
        while fs::symlink_metadata(&open).is_err() && Instant::now() < late {
            std::thread::sleep(Duration::from_millis(5));
        }
        let pid = child.id().to_string();
        let sent = Command::new("kill").args(["-s", signal, &pid]).status();
        assert!(sent.unwrap().success());
        assert_eq!(child.wait().unwrap().code(), None, "{signal}");
        if !Path::new("/proc/self/fd").exists() {
            println!("skipped: files without a name need /proc");
            return;
        }
        assert_eq!(names(dir.path()), before, "{signal}");
        assert_eq!(dir.text("old"), "kept\n");
    }
}

#[test]
fn a_file_in_shared_memory_is_a_file_like_any_other() {
    let name = format!("/dev/shm/tornkit-it-{}", std::process::id());
    let there = fs::write(&name, "old\n").is_ok();
    if !there {
        println!("SKIPPED: outputs below /dev (missing /dev/shm)");
        return;
    }
    for () in [(), ()] {
        let args = ["-q", "-o", &name];
        let ran = crate::support::run("ndjson-salvage", &args, b"{\"a\":1}\n");
        assert_eq!(ran.status, 0, "{ran:?}");
        assert_eq!(fs::read_to_string(&name).unwrap(), "{\"a\":1}\n");
        fs::remove_file(&name).unwrap();
    }
}
