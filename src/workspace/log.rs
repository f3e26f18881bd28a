//! What was applied by which run: an NDJSON file that only grows, and the
//! question whether an operation is a replay of one that stands in it.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Write};

use rustix::fs::{self, Mode, OFlags};
use rustix::io::Errno;
use serde::{Deserialize, Serialize};

use super::hash::Hash;
use super::state::{self, FILE_MODE, State};
use super::{Durability, Trouble};

const LOG: &str = "log";
const LOG_DRAFT: &str = "log.tmp";

/// Bytes of the longest log: 16 MiB, some 50,000 operations, which a run
/// reads in well under a second.
const LONGEST_LOG: u64 = 16 * 1024 * 1024;

/// One line of the log: a committed operation, one that was found done, or a
/// run taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct LogEntry {
    pub(super) run: String,
    /// The operation's type, or `rollback`.
    pub(super) op: String,
    /// Digest of the operation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) digest: Option<String>,
    /// Its number, from 1, among equal ones of its stream.
    #[serde(default)]
    pub(super) nth: u32,
    /// The run that was taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) undoes: Option<String>,
    pub(super) changes: Vec<Change>,
}

/// A file's content before and after, by digest; nothing where it was or is
/// not there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Change {
    pub(super) path: String,
    pub(super) before: Option<String>,
    pub(super) after: Option<String>,
}

impl LogEntry {
    /// Whether this operation changed a file; one found done did not.
    pub(super) fn changes_something(&self) -> bool {
        self.changes.iter().any(|change| change.before != change.after)
    }
}

/// The log as far as questions about it need it.
#[derive(Debug, Default)]
pub(super) struct History {
    /// Length of what was read, in bytes.
    len: u64,
    /// Number of lines read, which numbers the lines.
    lines: usize,
    operations: HashMap<(String, u32), Logged>,
    chains: HashMap<String, Chain>,
    undone: Vec<String>,
}

/// A logged operation.
#[derive(Debug)]
struct Logged {
    line: usize,
    run: String,
    paths: Vec<String>,
}

/// Changes of one file, each of which begins where the last one ended.
#[derive(Debug)]
struct Chain {
    /// The line of the first one.
    start: usize,
    /// The content after the last one.
    end: Option<String>,
}

impl History {
    /// Reads what the log has gained since the last time. A log that has
    /// become shorter is read anew.
    pub(super) fn refresh(&mut self, state: &State) -> Result<(), Trouble> {
        let trouble = |why| Trouble::new("read", "the log", why);
        let len = length(state).map_err(trouble)?;
        if len == self.len {
            return Ok(());
        }
        let bytes = state::read_file(state.dir(), LOG).map_err(trouble)?;
        *self = Self { len, ..Self::default() };
        for line in bytes.unwrap_or_default().split(|&b| b == b'\n') {
            // A line that cannot be read says nothing about any operation.
            if let Ok(entry) = serde_json::from_slice(line) {
                self.add(&entry);
            }
        }
        Ok(())
    }

    /// Takes a line into account.
    pub(super) fn add(&mut self, entry: &LogEntry) {
        self.lines += 1;
        let line = self.lines;
        for change in &entry.changes {
            self.extend_chain(change, line);
        }
        if let Some(run) = &entry.undoes {
            self.operations.retain(|_, logged| logged.run != *run);
            self.undone.push(run.clone());
        }
        if let Some(digest) = &entry.digest {
            let paths = entry.changes.iter().map(|c| c.path.clone()).collect();
            let run = entry.run.clone();
            let logged = Logged { line, run, paths };
            self.operations.insert((digest.clone(), entry.nth), logged);
        }
    }

    fn extend_chain(&mut self, change: &Change, line: usize) {
        let end = change.after.clone();
        match self.chains.get_mut(&change.path) {
            Some(chain) if chain.end == change.before => chain.end = end,
            _ => {
                let chain = Chain { start: line, end };
                self.chains.insert(change.path.clone(), chain);
            }
        }
    }

    /// Whether the log has this operation and the tree still shows it: the
    /// logged changes of its files since then end at what they are now.
    pub(super) fn holds(
        &self,
        digest: Hash,
        nth: u32,
        now: impl Fn(&str) -> Option<Hash>,
    ) -> bool {
        let key = (digest.to_string(), nth);
        self.operations.get(&key).is_some_and(|logged| {
            logged.paths.iter().all(|path| {
                self.chains.get(path).is_some_and(|chain| {
                    chain.start <= logged.line
                        && chain.end == now(path).map(|h| h.to_string())
                })
            })
        })
    }

    /// Whether nothing was ever logged.
    pub(super) fn is_empty(&self) -> bool {
        self.lines == 0
    }

    /// Whether a run was taken back.
    pub(super) fn is_undone(&self, run: &str) -> bool {
        self.undone.iter().any(|undone| undone == run)
    }

    /// Counts bytes that this process has appended and added itself.
    pub(super) fn grown_to(&mut self, len: u64) {
        self.len = len;
    }
}

/// The log's length in bytes; 0 if there is none.
pub(super) fn length(state: &State) -> io::Result<u64> {
    let flags = fs::AtFlags::SYMLINK_NOFOLLOW;
    match fs::statat(state.dir(), LOG, flags) {
        Ok(stat) => Ok(stat.st_size.try_into().unwrap_or_default()),
        Err(Errno::NOENT) => Ok(0),
        Err(why) => Err(why.into()),
    }
}

/// Appends lines, not yet durably, and returns the log's new length.
pub(super) fn append(
    state: &State,
    entries: &[LogEntry],
) -> Result<u64, Trouble> {
    let write = || -> io::Result<u64> {
        let mut text = String::new();
        for entry in entries {
            text += &serde_json::to_string(entry)?;
            text.push('\n');
        }
        let flags = OFlags::WRONLY
            | OFlags::CREATE
            | OFlags::APPEND
            | OFlags::NONBLOCK
            | OFlags::NOFOLLOW
            | OFlags::CLOEXEC;
        let fd = fs::openat(state.dir(), LOG, flags, FILE_MODE)?;
        let mut file = File::from(fd);
        file.write_all(text.as_bytes())?;
        length(state)
    };
    write().map_err(|why| Trouble::new("write", "the log", why))
}

/// Makes the log durable; that of its name comes with the commit.
pub(super) fn sync(
    state: &State,
    durability: Durability,
) -> Result<(), Trouble> {
    let sync = || -> io::Result<()> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let fd = fs::openat(state.dir(), LOG, flags, Mode::empty())?;
        durability.sync(&fd)
    };
    match durability {
        Durability::None => Ok(()),
        Durability::Power => {
            sync().map_err(|why| Trouble::new("sync", "the log", why))
        }
    }
}

/// Drops the older half of a log that has grown too long. What is dropped
/// is no longer known as a replay.
pub(super) fn shorten(
    state: &State,
    durability: Durability,
) -> Result<(), Trouble> {
    let cut = || -> io::Result<()> {
        if length(state)? <= LONGEST_LOG {
            return Ok(());
        }
        let bytes = state::read_file(state.dir(), LOG)?.unwrap_or_default();
        let tail = bytes.get(bytes.len() / 2..).unwrap_or_default();
        let line = tail.iter().position(|&b| b == b'\n').map(|lf| lf + 1);
        let tail = tail.get(line.unwrap_or(0)..).unwrap_or_default();
        state::remove_file(state.dir(), LOG_DRAFT)?;
        let mut file = state::new_file(state.dir(), LOG_DRAFT)?;
        file.write_all(tail)?;
        durability.sync(&file)?;
        fs::renameat(state.dir(), LOG_DRAFT, state.dir(), LOG)?;
        durability.sync(state.dir())
    };
    cut().map_err(|why| Trouble::new("shorten", "the log", why))
}

/// Cuts the log back to a length that it had.
pub(super) fn truncate(
    state: &State,
    len: u64,
    durability: Durability,
) -> Result<(), Trouble> {
    let cut = || -> io::Result<()> {
        if length(state)? <= len {
            return Ok(());
        }
        let flags = OFlags::WRONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let fd = fs::openat(state.dir(), LOG, flags, Mode::empty())?;
        fs::ftruncate(&fd, len)?;
        durability.sync(&fd)
    };
    cut().map_err(|why| Trouble::new("shorten", "the log", why))
}

/// Every line of the log that can be read, oldest first.
pub(super) fn read(state: &State) -> Result<Vec<LogEntry>, Trouble> {
    let bytes = state::read_file(state.dir(), LOG)
        .map_err(|why| Trouble::new("read", "the log", why))?
        .unwrap_or_default();
    let lines = bytes.split(|&b| b == b'\n');
    Ok(lines.filter_map(|line| serde_json::from_slice(line).ok()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(
        op: &[u8],
        before: Option<&[u8]>,
        after: Option<&[u8]>,
    ) -> LogEntry {
        let text = |b: &[u8]| Hash::of(b).to_string();
        LogEntry {
            run: "r1".into(),
            op: "modify".into(),
            digest: Some(text(op)),
            nth: 1,
            undoes: None,
            changes: vec![Change {
                path: "a".into(),
                before: before.map(text),
                after: after.map(text),
            }],
        }
    }

    fn holds(history: &History, op: &[u8], now: Option<&[u8]>) -> bool {
        history.holds(Hash::of(op), 1, |_| now.map(Hash::of))
    }

    #[test]
    fn a_replay_is_known_while_the_chain_reaches_the_present() {
        let mut history = History::default();
        history.add(&entry(b"one", None, Some(b"1")));
        history.add(&entry(b"two", Some(b"1"), Some(b"2")));
        assert!(holds(&history, b"one", Some(b"2")));
        assert!(holds(&history, b"two", Some(b"2")));
        assert!(!holds(&history, b"one", Some(b"other")), "edited since");
        assert!(!holds(&history, b"one", None), "deleted since");
        assert!(!holds(&history, b"three", Some(b"2")), "never applied");
        // Somebody else changed the file; then we did again.
        history.add(&entry(b"four", Some(b"foreign"), Some(b"4")));
        assert!(!holds(&history, b"one", Some(b"4")));
        assert!(holds(&history, b"four", Some(b"4")));
    }

    #[test]
    fn a_run_that_was_taken_back_is_no_replay() {
        let mut history = History::default();
        history.add(&entry(b"one", None, Some(b"1")));
        let mut undo = entry(b"", Some(b"1"), None);
        (undo.digest, undo.undoes) = (None, Some("r1".into()));
        undo.run = "r2".into();
        history.add(&undo);
        assert!(!holds(&history, b"one", None));
        assert!(history.is_undone("r1"));
    }
}
