//! A repository's history in, tasks out.
//!
//! git is run here, and what it prints is read by the library's own reader
//! of histories. What a commit teaches about a repository is learned after
//! its task was made, so that no task knows its own answer.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Error, bail};

use tornkit::budget::calibration::{Calibration, Source};
use tornkit::budget::encoding::Vocabulary;
use tornkit::budget::history::{CONTEXT, Change, FORMAT, History};
use tornkit::budget::model::{self, Format};

use crate::task::{Part, Task};

/// The changes of several files among so many commits up to one of a name.
pub(crate) fn read(
    directory: &Path,
    (commits, until): (usize, &str),
    vocabulary: Vocabulary,
) -> Result<Vec<Task>, Error> {
    let count = format!("--max-count={commits}");
    let list = ["rev-list", "--reverse", "--no-merges", &count, until, "--"];
    let list = git(directory, &list)?;
    let mut history = History::default();
    if let Some(first) = list.lines().next() {
        add_parent(directory, first, &mut history)?;
    }
    let mut calibration = Calibration::default();
    let mut tasks = Vec::new();
    each_change(directory, list, &mut history, &mut |change| {
        let factor = calibration.factor(None, Format::Ops.name());
        let parts = parts(&change, vocabulary);
        let tokens: u64 = parts.iter().map(|part| part.tokens).sum();
        learn(&mut calibration, &change, tokens);
        tasks.extend(Task::new(change.phase, parts, factor));
    })?;
    Ok(tasks)
}

fn learn(calibration: &mut Calibration, change: &Change, tokens: u64) {
    let predicted = model::predict(&change.phase, Format::Ops).total.p50;
    let residual = (tokens.max(1) as f64 / predicted).ln();
    calibration.shift(Source::Git, None, None).learn(residual);
}

/// The lines of operations, those of one deliverable together: a file that
/// gets a new name and a new content has two.
fn parts(change: &Change, vocabulary: Vocabulary) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    let mut renamed = false;
    for line in change.operations.split_inclusive('\n') {
        let tokens = vocabulary.count(line.as_bytes());
        let goes_on = renamed && line.starts_with(r#"{"type":"modify""#);
        renamed = line.starts_with(r#"{"type":"rename""#);
        match parts.last_mut() {
            Some(part) if goes_on && names_same(&part.text, line) => {
                part.text.push_str(line);
                part.tokens += tokens;
            }
            _ => parts.push(Part { text: line.to_owned(), tokens }),
        }
    }
    parts
}

/// Whether a modification is about the new name of a rename before it.
fn names_same(rename: &str, modify: &str) -> bool {
    let member = |line: &str, name: &str| {
        let line: Option<serde_json::Value> = serde_json::from_str(line).ok();
        line.and_then(|l| Some(l.get(name)?.as_str()?.to_owned()))
    };
    let new = member(rename, "new_path");
    new.is_some() && new == member(modify, "file_path")
}

/// The tree before the first commit, if it is not the repository's first.
fn add_parent(
    directory: &Path,
    first: &str,
    history: &mut History,
) -> Result<(), Error> {
    let parent = format!("{first}^");
    let known = ["rev-parse", "--verify", "-q", &parent];
    let Ok(parent) = git(directory, &known) else { return Ok(()) };
    let list = ["ls-tree", "-r", "-l", "-z", parent.trim()];
    for entry in git(directory, &list)?.split('\0') {
        let Some((facts, path)) = entry.split_once('\t') else { continue };
        let size = facts.split_whitespace().nth(3);
        if let Some(bytes) = size.and_then(|s| s.parse().ok()) {
            history.add_file(path, bytes);
        }
    }
    Ok(())
}

fn each_change(
    directory: &Path,
    commits: String,
    history: &mut History,
    sink: &mut impl FnMut(Change),
) -> Result<(), Error> {
    let mut child = command(directory)
        .args(["diff-tree", "--stdin", "-r", "--root", "-M", "--raw", "-p"])
        .args(["--no-color", "--no-ext-diff", "--no-textconv"])
        .args(["--src-prefix=a/", "--dst-prefix=b/", CONTEXT, FORMAT])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot run git")?;
    let mut stdin = child.stdin.take().context("cannot write to git")?;
    let feeder =
        std::thread::spawn(move || stdin.write_all(commits.as_bytes()));
    let stdout = child.stdout.take().context("cannot read from git")?;
    for line in BufReader::new(stdout).split(b'\n') {
        let line = line.context("cannot read from git")?;
        if let Some(change) = history.line(&line) {
            sink(change);
        }
    }
    if let Some(change) = history.finish() {
        sink(change);
    }
    let status = child.wait().context("cannot wait for git")?;
    if !status.success() || !matches!(feeder.join(), Ok(Ok(()))) {
        bail!("cannot read commits of '{}'", directory.display());
    }
    Ok(())
}

fn command(directory: &Path) -> Command {
    let mut command = Command::new("git");
    command.arg("-C").arg(directory).args(["-c", "core.quotePath=false"]);
    command
}

fn git(directory: &Path, args: &[&str]) -> Result<String, Error> {
    let mut command = command(directory);
    let output = command.args(args).stdin(Stdio::null()).output();
    let output = output.context("cannot run git")?;
    if !output.status.success() {
        bail!("cannot read the history of '{}'", directory.display());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
