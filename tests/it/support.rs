//! Running a tool and looking at all three of its answers.

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

/// What a finished process left behind.
#[derive(Debug)]
pub struct Ran {
    pub status: i32,
    pub stdout: Vec<u8>,
    pub stderr: String,
}

impl Ran {
    /// stdout as text, for comparisons that print well.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }
}

/// The path of one of the package's binaries.
pub fn binary(tool: &str) -> &'static str {
    match tool {
        "tokest" => env!("CARGO_BIN_EXE_tokest"),
        "ndjson-salvage" => env!("CARGO_BIN_EXE_ndjson-salvage"),
        "diff-resume" => env!("CARGO_BIN_EXE_diff-resume"),
        "edit-apply" => env!("CARGO_BIN_EXE_edit-apply"),
        other => panic!("no such tool: {other}"),
    }
}

/// Every binary of the package.
pub const TOOLS: [&str; 4] =
    ["tokest", "ndjson-salvage", "diff-resume", "edit-apply"];

/// Runs a tool in `dir` with `stdin` and waits for it.
pub fn run_in<S: AsRef<OsStr>>(
    dir: &Path,
    tool: &str,
    args: &[S],
    stdin: &[u8],
) -> Ran {
    let mut child = Command::new(binary(tool))
        .args(args)
        .current_dir(dir)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the tool starts");
    let mut pipe = child.stdin.take().expect("stdin is a pipe");
    let bytes = stdin.to_vec();
    // A tool that stops early closes its stdin; that is not our failure.
    let feeder = std::thread::spawn(move || drop(pipe.write_all(&bytes)));
    let output = child.wait_with_output().expect("the tool ends");
    feeder.join().expect("the feeder ends");
    Ran {
        status: output.status.code().unwrap_or(-1),
        stdout: output.stdout,
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Runs a tool that touches no file.
pub fn run<S: AsRef<OsStr>>(tool: &str, args: &[S], stdin: &[u8]) -> Ran {
    run_in(Path::new(env!("CARGO_TARGET_TMPDIR")), tool, args, stdin)
}

/// A directory of its own that goes away with the test.
pub struct Dir(PathBuf);

impl Dir {
    pub fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let n = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("it-{}-{n}", std::process::id());
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        drop(fs::remove_dir_all(&path));
        fs::create_dir_all(&path).expect("a temporary directory");
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Writes a file, making its directories.
    pub fn put(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().expect("a parent"))
            .expect("its directory");
        fs::write(&path, content).expect("the file");
        path
    }

    /// Reads a file as text.
    pub fn text(&self, name: &str) -> String {
        let bytes = fs::read(self.0.join(name))
            .unwrap_or_else(|why| panic!("{name}: {why}"));
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl Drop for Dir {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

/// A reproducible stream of numbers (SplitMix64). The seed is printed when
/// a test fails; `TORNKIT_SEED` sets it.
#[derive(Clone, Debug)]
pub struct Random {
    pub seed: u64,
    state: u64,
}

impl Random {
    pub fn seeded() -> Self {
        let given = std::env::var("TORNKIT_SEED").ok();
        let seed = given.and_then(|s| s.parse().ok()).unwrap_or_else(|| {
            std::time::SystemTime::now()
                .duration_since(std::time::UNIX_EPOCH)
                .map_or(0, |t| t.as_nanos() as u64)
        });
        println!("TORNKIT_SEED={seed}");
        Self::from_seed(seed)
    }

    /// Another stream that a first one began.
    pub fn from_seed(seed: u64) -> Self {
        Self { seed, state: seed }
    }

    pub fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number in `0..n`; `n` is at least 1.
    pub fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }
}

/// How often a randomised test repeats: ten times as often by night.
pub fn iterations(by_day: usize) -> usize {
    let nightly = std::env::var_os("TORNKIT_NIGHTLY").is_some();
    if nightly { by_day * 10 } else { by_day }
}

/// The folder of real model outputs: `TORNKIT_DATA`, or `../shared/data`
/// beside the package. A user's clone has none; what needs it is skipped.
pub fn data() -> Option<PathBuf> {
    let beside =
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let data = std::env::var_os("TORNKIT_DATA").map_or_else(beside, Into::into);
    if data.is_dir() {
        return Some(data);
    }
    println!("SKIPPED: real model outputs (set TORNKIT_DATA to their folder)");
    None
}

/// What `work` makes of each item, on as many threads as there are
/// processors.
pub fn in_parallel<T: Sync, R: Send>(
    items: &[T],
    work: impl Fn(&T) -> R + Sync,
) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(1, |n| n.get());
    let share = || {
        let mut mine = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(at) else { return mine };
            mine.push((at, work(item)));
        }
    };
    let mut done = std::thread::scope(|scope| {
        let all: Vec<_> = (0..threads).map(|_| scope.spawn(share)).collect();
        let done = all.into_iter().map(|one| one.join().expect("its share"));
        done.flatten().collect::<Vec<_>>()
    });
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}
