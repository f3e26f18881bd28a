//! A directory that somebody swaps with a link to the outside while
//! edit-apply works below it: what lands outside, or is read from there, has
//! escaped.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use rustix::fs::{CWD, RenameFlags, renameat_with};

use crate::support::{Dir, Random, binary, iterations};

/// Directories below the one that is swapped: each name resolves anew.
const BELOW: usize = 20;

/// Operations of one group. All of them must find the directory in place.
const GROUP: usize = 5;

const INSIDE: &str = "inside\n";
const OUTSIDE: &str = "OUTSIDE\n";

/// A tree with `d`, and a twin of `d` outside that only `link` leads to.
fn twins() -> Dir {
    let dir = Dir::new();
    for n in 0..BELOW {
        dir.put(&format!("tree/d/{n}/m"), INSIDE);
        dir.put(&format!("outside/{n}/m"), OUTSIDE);
    }
    symlink("../outside", dir.path().join("tree/link")).expect("a link");
    dir
}

/// Everything that stands outside.
fn outside(dir: &Dir) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for n in fs::read_dir(dir.path().join("outside")).expect("outside") {
        let n = n.expect("an entry").path();
        for file in fs::read_dir(&n).expect("a directory") {
            let path = file.expect("an entry").path();
            let text = fs::read_to_string(&path).expect("text");
            found.push((path, text));
        }
    }
    found.sort();
    found
}

/// How many files outside are not what they were, or are new.
fn escaped(dir: &Dir, before: &[(PathBuf, String)]) -> usize {
    outside(dir).iter().filter(|file| !before.contains(file)).count()
        + before.len().abs_diff(outside(dir).len())
}

/// Swaps `d` and `link` until it is stopped, and puts them back.
struct Swapper {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<u64>,
}

impl Swapper {
    fn start(dir: &Path, seed: u64) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let (tree, seen) = (dir.join("tree"), Arc::clone(&stop));
        let mut random = Random::from_seed(seed);
        let thread = std::thread::spawn(move || {
            let mut swaps = 0;
            while !seen.load(Ordering::Relaxed) {
                // The link stands there for as long as it takes to swap it
                // back or a little more; the directory longer, so that
                // groups can succeed.
                for longest in [300, 3000] {
                    let flags = RenameFlags::EXCHANGE;
                    let (one, other) = (tree.join("d"), tree.join("link"));
                    renameat_with(CWD, one, CWD, other, flags).expect("a swap");
                    swaps += 1;
                    let pause = random.below(longest) as u64;
                    std::thread::sleep(Duration::from_micros(pause));
                }
            }
            swaps
        });
        Self { stop, thread }
    }

    fn stop(self) -> u64 {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().expect("it ends")
    }
}

/// Operation `n`: each kind of change in turn.
fn operation(n: usize) -> String {
    let at = format!("d/{}", n / 5 % BELOW);
    match n % 5 {
        0 => format!(
            r#"{{"type":"create","file_path":"{at}/f{n}","content":"{n}"}}"#
        ),
        1 => format!(
            r#"{{"type":"append","file_path":"{at}/m","content":"{n}\n"}}"#
        ),
        2 => format!(
            r#"{{"type":"rename","file_path":"{at}/f{}","new_path":"{at}/r{n}"}}"#,
            n - 2
        ),
        3 => format!(
            r#"{{"type":"write","file_path":"{at}/w","content":"{n}"}}"#
        ),
        _ => format!(r#"{{"type":"delete","file_path":"{at}/r{}"}}"#, n - 2),
    }
}

/// The lines that a group of operations came to.
fn results(output: &mut BufReader<ChildStdout>) -> Vec<String> {
    (0..GROUP)
        .map(|_| {
            let mut line = String::new();
            output.read_line(&mut line).expect("a line");
            assert!(line.ends_with('\n'), "it ended after {line:?}");
            line
        })
        .collect()
}

/// Applies groups of operations until `writes` of them are done, while the
/// directory is being swapped. `wrap` is a command to run the tool by.
fn race(wrap: &[&str], writes: usize) {
    let mut random = Random::seeded();
    let dir = twins();
    let before = outside(&dir);
    // A run that fails to publish ends; the next one reads on. It would read
    // the log as well, which by night grows long.
    let again = r#"while :; do "$@"; [ $? = 2 ] || exit 0
        rm -f tree/.edit-apply/log; done"#;
    let mut words = wrap.to_vec();
    words.extend(["sh", "-c", again, "again", binary("edit-apply")]);
    words.extend(["--no-fsync", "-C", "tree"]);
    let mut child = Command::new(words[0])
        .args(&words[1..])
        .current_dir(dir.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    let mut input = child.stdin.take().expect("stdin");
    let mut output = BufReader::new(child.stdout.take().expect("stdout"));
    let swapper = Swapper::start(dir.path(), random.next());
    let (mut tried, mut done) = (0, 0);
    let mut appended = vec![INSIDE.to_owned(); BELOW];
    while done < writes {
        let lines = (tried..tried + GROUP).map(|n| operation(n) + "\n");
        let lines: String = lines.collect();
        input.write_all(lines.as_bytes()).expect("a group goes in");
        for (n, line) in (tried..).zip(results(&mut output)) {
            if line.starts_with("applied ") {
                done += 1;
                if line.starts_with("applied modify ") {
                    appended[n / 5 % BELOW] += &format!("{n}\n");
                }
            }
        }
        tried += GROUP;
    }
    let swaps = swapper.stop();
    drop(input);
    assert!(child.wait().expect("it ends").success());
    let escaped = escaped(&dir, &before);
    println!(
        "{swaps} swaps under {tried} writes: {done} done, {} refused or \
         failed, {escaped} escaped",
        tried - done
    );
    assert_eq!(escaped, 0, "something escaped");
    for (n, text) in appended.iter().enumerate() {
        assert_eq!(dir.text(&format!("tree/d/{n}/m")), *text, "{n}");
    }
    assert!(swaps > 1000, "only {swaps} swaps");
    assert!(tried > done, "no swap came between");
}

/// A writer that looks before it writes, as many do.
#[test]
fn the_race_is_lost_by_a_writer_that_only_looks_first() {
    let mut random = Random::seeded();
    let dir = twins();
    let before = outside(&dir);
    let swapper = Swapper::start(dir.path(), random.next());
    let mut writes = 0;
    let d = dir.path().join("tree/d");
    while writes < 1_000_000 && dir.text("outside/0/m") == OUTSIDE {
        if fs::symlink_metadata(&d).expect("something").is_dir() {
            fs::write(d.join("0/m"), "new").expect("written");
            writes += 1;
        }
    }
    let swaps = swapper.stop();
    let escaped = escaped(&dir, &before);
    println!("{swaps} swaps under {writes} naive writes: {escaped} escaped");
    assert!(escaped > 0, "this race would show nothing");
}

#[test]
fn a_directory_swapped_with_a_link_lets_nothing_out() {
    race(&[], iterations(10_000));
}

/// Runs a command without openat2(2): the kernel answers with the error
/// whose number comes first, which is checked.
const WITHOUT_OPENAT2: &str = r#"
import ctypes, os, struct, sys
error, OPENAT2 = int(sys.argv[1]), 437
libc = ctypes.CDLL(None, use_errno=True)
code = struct.pack("HBBI" * 4,
    0x20, 0, 0, 0,                   # load the number of the call
    0x15, 0, 1, OPENAT2,             # is it openat2?
    0x06, 0, 0, 0x00050000 | error,  # fail
    0x06, 0, 0, 0x7fff0000)          # allow
code = ctypes.create_string_buffer(code, len(code))
program = struct.pack("HxxxxxxP", 4, ctypes.addressof(code))
program = ctypes.create_string_buffer(program, len(program))
if libc.prctl(38, 1, 0, 0, 0) or libc.prctl(22, 2, program, 0, 0):
    sys.exit("no filter of system calls can be set")
how = ctypes.create_string_buffer(24)
got = libc.syscall(OPENAT2, -100, b".", how, 24)
if got != -1 or ctypes.get_errno() != error:
    sys.exit("openat2 still works")
os.execvp(sys.argv[2], sys.argv[2:])
"#;

fn race_without_openat2(error: i32, writes: usize) {
    let number = error.to_string();
    let wrap = ["python3", "-c", WITHOUT_OPENAT2, &number];
    let works = Command::new(wrap[0]).args(&wrap[1..]).arg("true").output();
    match works {
        Ok(ran) if ran.status.success() => {
            race(&wrap, writes);
        }
        why => println!(
            "SKIPPED: openat2 could not be made to fail with {error}: {why:?}"
        ),
    }
}

#[test]
fn nor_does_it_where_the_kernel_has_no_openat2() {
    let error = rustix::io::Errno::NOSYS.raw_os_error();
    race_without_openat2(error, iterations(10_000));
}

#[test]
fn nor_does_it_where_a_sandbox_forbids_openat2() {
    // From its first refusal on, all is as above.
    let error = rustix::io::Errno::PERM.raw_os_error();
    race_without_openat2(error, iterations(1_000));
}
