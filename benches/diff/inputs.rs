//! The diffs that are measured: real ones, as many as asked for.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What is measured, each a file in the directory of [`make`].
pub const DOCUMENTS: [&str; 2] = ["as git writes", "with wrong counts"];

/// A whole hunk.
pub const HUNK: &str = "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n";

/// A hunk that says that it goes on.
pub const OPEN: &str = "--- a/x\n+++ b/x\n@@ -1,999999999 +1,9 @@\n-a\n";

/// Writes the documents.
pub fn make(dir: &Path, megabytes: usize) -> io::Result<()> {
    fs::create_dir_all(dir)?;
    let size = megabytes * 1_000_000;
    let real = diffs(size)?;
    let mut whole = Vec::with_capacity(size + real.len());
    while whole.len() < size {
        let left = size - whole.len();
        whole.extend_from_slice(first_files(&real, left));
        if left < real.len() {
            break;
        }
    }
    fs::write(dir.join(DOCUMENTS[1]), miscounted(&whole))?;
    fs::write(dir.join(DOCUMENTS[0]), whole)
}

/// Diffs of histories, up to `size` bytes, without binary files.
fn diffs(size: usize) -> io::Result<Vec<u8>> {
    let repositories: Vec<PathBuf> = match std::env::var("TORNKIT_HISTORY") {
        Ok(list) => list.split(':').map(PathBuf::from).collect(),
        Err(_) => vec![PathBuf::from(env!("CARGO_MANIFEST_DIR"))],
    };
    let mut all = Vec::new();
    for repository in &repositories {
        let output = Command::new("git")
            .arg("-C")
            .arg(repository)
            .args(["log", "--no-merges", "-M", "-p", "--format=", "-n", "2000"])
            .output()?;
        let share = size / repositories.len();
        let text = text_only(&output.stdout);
        all.extend_from_slice(first_files(&text, share));
    }
    match all.is_empty() {
        true => Err(io::Error::other("no history to take diffs from")),
        false => Ok(all),
    }
}

/// Where the patches of files begin.
fn starts(text: &[u8]) -> Vec<usize> {
    let found = memchr::memmem::find_iter(text, b"\ndiff --git ");
    std::iter::once(0).chain(found.map(|at| at + 1)).collect()
}

fn text_only(text: &[u8]) -> Vec<u8> {
    let mut starts = starts(text);
    starts.push(text.len());
    let patches = starts.windows(2).map(|pair| &text[pair[0]..pair[1]]);
    let is_text = |patch: &&[u8]| {
        memchr::memmem::find(patch, b"\nBinary files ").is_none()
    };
    patches.filter(is_text).flatten().copied().collect()
}

/// The patches that are whole in the first `size` bytes.
fn first_files(text: &[u8], size: usize) -> &[u8] {
    if text.len() <= size {
        return text;
    }
    let head = &text[..size];
    let end = memchr::memmem::rfind(head, b"\ndiff --git ");
    &head[..end.map_or(0, |at| at + 1)]
}

/// The same diffs; every hunk says that it has one line.
fn miscounted(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for line in text.split_inclusive(|b| *b == b'\n') {
        if line.starts_with(b"@@ -") {
            let line = String::from_utf8_lossy(line);
            let mut words = line.splitn(4, ' ');
            let start = |word: Option<&str>| -> String {
                let word = word.unwrap_or_default();
                word.split(',').next().unwrap_or_default().to_owned()
            };
            words.next();
            let (old, new) = (start(words.next()), start(words.next()));
            let rest = words.next().unwrap_or("@@\n");
            out.extend_from_slice(format!("@@ {old} {new} {rest}").as_bytes());
        } else {
            out.extend_from_slice(line);
        }
    }
    out
}
