//! Real diffs out of git histories, with the files that they change.
//!
//! `TORNKIT_HISTORY` names repositories, divided by colons;
//! `TORNKIT_HISTORIES` a directory of them. Without either this project's own
//! is used, and where that has no history, tests say so.

use std::collections::{HashMap, HashSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::rc::Rc;

use tornkit::resume::Preimage;

/// The diff of one commit.
pub struct Sample {
    pub name: String,
    pub repo: PathBuf,
    pub parent: String,
    pub commit: String,
    pub diff: Vec<u8>,
    files: HashMap<Vec<u8>, Rc<Vec<u8>>>,
    /// Other repositories that stand in the tree.
    modules: HashSet<Vec<u8>>,
}

impl Sample {
    /// The files that the diff changes, as the parent has them.
    pub fn files(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.files.iter().map(|(n, t)| (n.as_slice(), t.as_slice()))
    }

    /// The diff as models write it: without the names of blobs, which they
    /// cannot know. Where git's own form needs them they stay.
    pub fn without_blobs(mut self) -> Self {
        let needs = |part: &[u8]| memchr::memmem::find(&self.diff, part);
        if needs(b"GIT binary patch").or(needs(b"..e69de29")).is_none() {
            let lines = self.diff.split_inclusive(|b| *b == b'\n');
            let lines = lines.filter(|line| !line.starts_with(b"index "));
            self.diff = lines.flatten().copied().collect();
        }
        self
    }

    /// The file as the parent has it.
    pub fn preimage(&self, name: &[u8]) -> Preimage {
        match self.files.get(name) {
            Some(text) => Preimage::Text(Rc::clone(text)),
            None if self.modules.contains(name) => Preimage::Unknown,
            None => Preimage::Absent,
        }
    }
}

/// Every second diff without the names of blobs.
pub fn mixed(samples: Vec<Sample>) -> Vec<Sample> {
    let samples = samples.into_iter().enumerate();
    samples
        .map(|(n, sample)| match n % 2 {
            0 => sample,
            _ => sample.without_blobs(),
        })
        .collect()
}

/// Bytes of the largest diff that is taken: about the largest answer of
/// 64,000 tokens, divided by four to keep every-offset laws short.
const MAX_DIFF: usize = 60_000;

fn git(repo: &Path, args: &[&str]) -> Option<Vec<u8>> {
    let output = Command::new("git")
        .arg("-C")
        .arg(repo)
        .args(["-c", "core.quotePath=true", "-c", "diff.noprefix=false"])
        .args(args)
        .stderr(Stdio::null())
        .output()
        .ok()?;
    output.status.success().then_some(output.stdout)
}

fn repositories() -> Vec<PathBuf> {
    if let Ok(list) = std::env::var("TORNKIT_HISTORY") {
        return list.split(':').map(PathBuf::from).collect();
    }
    match std::env::var("TORNKIT_HISTORIES") {
        Ok(dir) => below(Path::new(&dir)),
        Err(_) => vec![PathBuf::from(env!("CARGO_MANIFEST_DIR"))],
    }
}

/// The repositories of a directory: its entries, or what each of them holds
/// as `repo`.
fn below(dir: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(dir).expect("TORNKIT_HISTORIES");
    let entries = entries.map(|entry| entry.expect("an entry").path());
    let inner = |path: PathBuf| {
        let repo = path.join("repo");
        if repo.is_dir() { repo } else { path }
    };
    let mut found: Vec<PathBuf> =
        entries.filter(|path| path.is_dir()).map(inner).collect();
    found.sort();
    found
}

/// Commits of our own history that are sampled, from the first one on: the
/// material of a law does not change with each commit. Later ones, whole, are
/// tried by `TORNKIT_HISTORIES`.
const OWN_COMMITS: usize = 307;

/// Up to `count` diffs of every repository, spread over its history.
pub fn samples(count: usize) -> Vec<Sample> {
    let mut found = Vec::new();
    for repo in repositories() {
        let args = ["log", "--no-merges", "--format=%H %P"];
        let Some(log) = git(&repo, &args) else {
            println!("SKIPPED: no history in {}", repo.display());
            continue;
        };
        let log = String::from_utf8(log).unwrap();
        let mut commits: Vec<_> =
            log.lines().filter_map(|line| line.split_once(' ')).collect();
        if repo == Path::new(env!("CARGO_MANIFEST_DIR")) {
            commits.drain(..commits.len().saturating_sub(OWN_COMMITS));
        }
        let step = (commits.len() / count.max(1)).max(1);
        let mut taken = 0;
        for (commit, parent) in commits.into_iter().step_by(step) {
            if taken == count {
                break;
            }
            if let Some(sample) = sample(&repo, parent, commit) {
                found.push(sample);
                taken += 1;
            }
        }
    }
    found
}

fn sample(repo: &Path, parent: &str, commit: &str) -> Option<Sample> {
    let args = ["diff", "-M", "--binary", "--no-color", parent, commit];
    let diff = git(repo, &args)?;
    if diff.is_empty() || diff.len() > MAX_DIFF {
        return None;
    }
    let args = ["diff", "--no-renames", "--name-only", "-z", parent, commit];
    let names = git(repo, &args)?;
    let names: Vec<_> =
        names.split(|b| *b == 0).filter(|name| !name.is_empty()).collect();
    let (mut files, mut modules) = (HashMap::new(), HashSet::new());
    let mut child = Command::new("git")
        .arg("-C")
        .arg(repo)
        .args(["cat-file", "--batch"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .ok()?;
    let mut stdin = child.stdin.take()?;
    let mut stdout = BufReader::new(child.stdout.take()?);
    for name in names {
        stdin.write_all(parent.as_bytes()).ok()?;
        stdin.write_all(b":").ok()?;
        stdin.write_all(name).ok()?;
        stdin.write_all(b"\n").ok()?;
        stdin.flush().ok()?;
        let mut head = String::new();
        stdout.read_line(&mut head).ok()?;
        if head.trim_end().ends_with("missing") {
            if memchr::memmem::find(&diff, b"Subproject commit").is_some() {
                modules.insert(name.to_vec());
            }
            continue;
        }
        let size = head.split_whitespace().nth(2)?.parse().ok()?;
        let mut text = vec![0; size];
        stdout.read_exact(&mut text).ok()?;
        let mut feed = [0];
        stdout.read_exact(&mut feed).ok()?;
        files.insert(name.to_vec(), Rc::new(text));
    }
    drop(stdin);
    child.wait().ok()?;
    let base = repo.file_name().map_or("own", |n| n.to_str().unwrap_or("?"));
    Some(Sample {
        name: format!("{}/{base}/{commit}", repo.display()),
        repo: repo.to_path_buf(),
        parent: parent.to_owned(),
        commit: commit.to_owned(),
        diff,
        files,
        modules,
    })
}
