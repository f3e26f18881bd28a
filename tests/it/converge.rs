//! The loop around a model: the real scripts, the real filters, and a
//! stand-in for the model that answers from a recorded answer.

mod failures;
mod loops;
mod manners;
mod plans;
mod replay;
mod resume;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::{Dir, Ran, binary};

/// Every way in which the stand-in goes on after a cut.
const STYLES: [&str; 7] =
    ["exact", "line", "op", "file", "all", "prose", "fence"];

/// The demo's task, as it stands in the repository.
fn demo() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/demo")
}

/// The directory of the scripts.
fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts")
}

/// Runs a script with the binaries under test and the scripts on PATH.
fn script<S: AsRef<OsStr>>(
    dir: &Path,
    name: &str,
    args: &[S],
    stdin: &[u8],
) -> Ran {
    let mut command = Command::new(scripts().join(name));
    command.args(args);
    finish(&mut command, dir, stdin)
}

/// The same, for a command that is not quite the script alone.
fn finish(command: &mut Command, dir: &Path, stdin: &[u8]) -> Ran {
    let tools = Path::new(binary("tokest")).parent().expect("a directory");
    let inherited = std::env::var_os("PATH").unwrap_or_default();
    let mut path = vec![tools.to_path_buf(), scripts()];
    path.extend(std::env::split_paths(&inherited));
    let input = dir.join(".stdin");
    fs::write(&input, stdin).expect("the input");
    let output = command
        .current_dir(dir)
        .env("PATH", std::env::join_paths(path).expect("a PATH"))
        .env("TORNKIT_BIN", tools)
        .stdin(fs::File::open(&input).expect("the input"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .output()
        .expect("the script starts");
    fs::remove_file(&input).expect("the input is ours");
    Ran {
        status: output.status.code().unwrap_or(-1),
        stdout: output.stdout,
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Every file below a directory but the tools' own state.
fn tree(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut open = vec![root.to_path_buf()];
    while let Some(dir) = open.pop() {
        for entry in fs::read_dir(&dir).expect("a directory") {
            let path = entry.expect("an entry").path();
            let name = path.strip_prefix(root).expect("inside");
            let name = name.to_string_lossy().into_owned();
            if name == ".edit-apply" {
                continue;
            }
            if path.is_dir() {
                open.push(path);
            } else {
                files.insert(name, fs::read(&path).expect("a file"));
            }
        }
    }
    files
}

/// A copy of a tree in a directory of the test.
fn plant(from: &Path, to: &Path) {
    for (name, content) in tree(from) {
        let path = to.join(name);
        fs::create_dir_all(path.parent().expect("a parent"))
            .expect("its directory");
        fs::write(path, content).expect("the file");
    }
}

/// The telemetry of a run, each line parsed.
fn telemetry(run: &Path) -> Vec<serde_json::Value> {
    let path = run.join("telemetry.ndjson");
    let text = fs::read_to_string(path).expect("telemetry");
    text.lines()
        .map(|line| {
            serde_json::from_str(line)
                .unwrap_or_else(|why| panic!("{why}: {line}"))
        })
        .collect()
}

/// One run of `converge` in a directory of its own.
struct Run {
    dir: Dir,
    ran: Ran,
}

impl Run {
    /// `converge` on `tree/` with its run folder in `run/`.
    fn new(dir: Dir, args: &[&str]) -> Self {
        let mut all = vec!["-C", "tree", "--run-dir", "run"];
        all.extend(["--policy", "seed", "--complexity", "low"]);
        all.extend(args);
        fs::create_dir_all(dir.path().join("tree")).expect("the tree");
        let ran = script(dir.path(), "converge", &all, b"");
        Self { dir, ran }
    }

    /// The demo's task with a given model command.
    fn demo(llm: &str, more: &[&str]) -> Self {
        let dir = Dir::new();
        plant(&demo().join("base"), &dir.path().join("tree"));
        let deliverables = demo().join("deliverables.txt");
        let task = demo().join("task.md");
        let mut args = vec!["--llm", llm, "--category", "database"];
        args.extend(["--deliverables", deliverables.to_str().unwrap()]);
        args.extend(["--prompt", task.to_str().unwrap()]);
        args.extend(more);
        Self::new(dir, &args)
    }

    fn file(&self, name: &str) -> String {
        self.dir.text(name)
    }

    fn telemetry(&self) -> Vec<serde_json::Value> {
        telemetry(&self.dir.path().join("run"))
    }

    /// Fails unless the tree is the recorded one and the status is 0.
    fn expect_demo_done(&self, what: &str) {
        assert_eq!(self.ran.status, 0, "{what}: {:?}", self.ran);
        assert_eq!(self.ran.stderr, "", "{what}");
        let got = tree(&self.dir.path().join("tree"));
        let want = tree(&demo().join("expected"));
        let names = |tree: &BTreeMap<String, Vec<u8>>| {
            tree.keys().cloned().collect::<Vec<_>>()
        };
        assert_eq!(names(&got), names(&want), "{what}");
        for (name, content) in want {
            assert!(got[&name] == content, "{what}: {name} differs");
        }
    }
}

/// The stand-in for a model on the demo's answer.
fn replay(more: &str) -> String {
    let demo = demo();
    let demo = demo.display();
    format!(
        "replay-llm --answer '{demo}/answer.ndjson' \
         --task '{demo}/task.md' {more}"
    )
}
