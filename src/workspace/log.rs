//! What was applied by which run: an NDJSON file that only grows, and the
//! question whether an operation is a replay of one that stands in it.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Write};
use std::sync::Arc;

use rustix::fs::{self, FileType, Mode, OFlags};
use rustix::io::Errno;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

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
    #[serde(serialize_with = "as_text", deserialize_with = "shared")]
    pub(super) run: Arc<str>,
    /// The operation's type, or `rollback`.
    pub(super) op: Cow<'static, str>,
    /// Digest of the operation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) digest: Option<Hash>,
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
    #[serde(serialize_with = "as_text", deserialize_with = "shared")]
    pub(super) path: Arc<str>,
    pub(super) before: Option<Hash>,
    pub(super) after: Option<Hash>,
    /// Its permissions are others.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) mode: bool,
}

fn as_text<S: Serializer>(text: &Arc<str>, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(text)
}

fn shared<'de, D: Deserializer<'de>>(from: D) -> Result<Arc<str>, D::Error> {
    Cow::<str>::deserialize(from).map(Arc::from)
}

impl LogEntry {
    /// Whether this operation changed a file; one found done did not.
    pub(super) fn changes_something(&self) -> bool {
        let is_change = |it: &Change| it.before != it.after || it.mode;
        self.changes.iter().any(is_change)
    }
}

/// The log as far as questions about it need it.
#[derive(Debug, Default)]
pub(super) struct History {
    /// Length of what was read, in bytes.
    len: u64,
    /// Number of lines read, which numbers the lines.
    lines: usize,
    operations: HashMap<(Hash, u32), Logged>,
    chains: HashMap<Arc<str>, Chain>,
    undone: Vec<String>,
}

/// A logged operation.
#[derive(Debug)]
struct Logged {
    line: usize,
    run: Arc<str>,
    paths: Vec<Arc<str>>,
    /// It changed nothing: what it asked for was there.
    found_done: bool,
}

/// Changes of one file, each of which begins where the last one ended.
#[derive(Debug)]
struct Chain {
    /// The line of the first one.
    start: usize,
    /// The content after the last one.
    end: Option<Hash>,
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

    /// Takes a line of this run into account. Whether its operation is a
    /// replay is not asked again.
    pub(super) fn add_own(&mut self, entry: &LogEntry) {
        self.lines += 1;
        // Without an operation that could be a replay nobody asks for the
        // changes since; with one by another process all is read anew.
        if !self.operations.is_empty() {
            self.extend_chains(entry);
        }
    }

    /// Takes a line into account.
    fn add(&mut self, entry: &LogEntry) {
        self.lines += 1;
        self.extend_chains(entry);
        let line = self.lines;
        if let Some(run) = &entry.undoes {
            self.forget(run, &entry.changes);
            self.undone.push(run.clone());
        }
        if let Some(digest) = &entry.digest {
            let paths = entry.changes.iter().map(|c| c.path.clone()).collect();
            let run = entry.run.clone();
            let found_done = !entry.changes_something();
            let logged = Logged { line, run, paths, found_done };
            self.operations.insert((*digest, entry.nth), logged);
        }
    }

    /// A run was taken back, and with it what operations after it had found
    /// done in its files. That they did so never kept it from being taken
    /// back, as a change would have.
    fn forget(&mut self, run: &str, changes: &[Change]) {
        let own = self.operations.values().filter(|it| *it.run == *run);
        let first = own.map(|it| it.line).min().unwrap_or_default();
        let touched = |path: &Arc<str>| changes.iter().any(|c| c.path == *path);
        self.operations.retain(|_, it| {
            let rests_on_it = it.found_done && it.line > first;
            *it.run != *run && !(rests_on_it && it.paths.iter().any(touched))
        });
    }

    fn extend_chains(&mut self, entry: &LogEntry) {
        for change in &entry.changes {
            let end = change.after;
            match self.chains.get_mut(&change.path) {
                Some(chain) if chain.end == change.before => chain.end = end,
                _ => {
                    let chain = Chain { start: self.lines, end };
                    self.chains.insert(Arc::clone(&change.path), chain);
                }
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
        self.operations.get(&(digest, nth)).is_some_and(|logged| {
            logged.paths.iter().all(|path| {
                self.chains.get(path).is_some_and(|chain| {
                    chain.start <= logged.line && chain.end == now(path)
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

/// What stands where the log is kept.
struct Found {
    /// In bytes; 0 if there is none.
    len: u64,
    /// Names that the file has, here and elsewhere; 0 if there is none.
    names: u64,
}

/// Looks for the log. Something that is no file is an error.
fn find(state: &State) -> io::Result<Found> {
    let flags = fs::AtFlags::SYMLINK_NOFOLLOW;
    let stat = match fs::statat(state.dir(), LOG, flags) {
        Ok(stat) => stat,
        Err(Errno::NOENT) => return Ok(Found { len: 0, names: 0 }),
        Err(why) => return Err(why.into()),
    };
    if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
        let why = "it is not a file";
        return Err(io::Error::new(io::ErrorKind::InvalidData, why));
    }
    let len = stat.st_size.try_into().unwrap_or_default();
    #[expect(clippy::useless_conversion, reason = "it is not u64 everywhere")]
    let names = stat.st_nlink.into();
    Ok(Found { len, names })
}

/// The log's length in bytes; 0 if there is none.
pub(super) fn length(state: &State) -> io::Result<u64> {
    find(state).map(|found| found.len)
}

/// Appends lines, not yet durably, and returns the log's new length.
pub(super) fn append(
    state: &State,
    entries: &[LogEntry],
) -> Result<u64, Trouble> {
    let write = || -> io::Result<u64> {
        let mut text = Vec::new();
        for entry in entries {
            serde_json::to_writer(&mut text, entry)?;
            text.push(b'\n');
        }
        let flags = OFlags::WRONLY
            | OFlags::CREATE
            | OFlags::APPEND
            | OFlags::NONBLOCK
            | OFlags::NOFOLLOW
            | OFlags::CLOEXEC;
        let fd = fs::openat(state.dir(), LOG, flags, FILE_MODE)?;
        let mut file = File::from(fd);
        file.write_all(&text)?;
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
/// is no longer known as a replay. A log that has another name somewhere
/// becomes a file of its own, so that nothing is written through to that.
pub(super) fn shorten(
    state: &State,
    durability: Durability,
) -> Result<(), Trouble> {
    let cut = || -> io::Result<()> {
        let found = find(state)?;
        if found.len <= LONGEST_LOG && found.names <= 1 {
            return Ok(());
        }
        let bytes = state::read_file(state.dir(), LOG)?.unwrap_or_default();
        let start = match found.len > LONGEST_LOG {
            true => bytes.len() / 2,
            false => 0,
        };
        let tail = bytes.get(start..).unwrap_or_default();
        let line = tail.iter().position(|&b| b == b'\n').map(|lf| lf + 1);
        let line = line.filter(|_| start > 0).unwrap_or(0);
        replace(state, tail.get(line..).unwrap_or_default(), durability)
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
        let found = find(state)?;
        if found.len <= len {
            return Ok(());
        }
        if found.names > 1 {
            let bytes = state::read_file(state.dir(), LOG)?.unwrap_or_default();
            let len = usize::try_from(len).map_err(io::Error::other)?;
            let kept = bytes.get(..len).unwrap_or(&bytes);
            return replace(state, kept, durability);
        }
        let flags = OFlags::WRONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let fd = fs::openat(state.dir(), LOG, flags, Mode::empty())?;
        fs::ftruncate(&fd, len)?;
        durability.sync(&fd)
    };
    cut().map_err(|why| Trouble::new("shorten", "the log", why))
}

fn replace(
    state: &State,
    bytes: &[u8],
    durability: Durability,
) -> io::Result<()> {
    state::remove_file(state.dir(), LOG_DRAFT)?;
    let mut file = state::new_file(state.dir(), LOG_DRAFT)?;
    file.write_all(bytes)?;
    durability.sync(&file)?;
    fs::renameat(state.dir(), LOG_DRAFT, state.dir(), LOG)?;
    durability.sync(state.dir())
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
        LogEntry {
            run: "r1".into(),
            op: "modify".into(),
            digest: Some(Hash::of(op)),
            nth: 1,
            undoes: None,
            changes: vec![Change {
                path: "a".into(),
                before: before.map(Hash::of),
                after: after.map(Hash::of),
                mode: false,
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
    fn what_was_found_done_goes_with_the_run_that_had_done_it() {
        let mut history = History::default();
        history.add(&entry(b"early", Some(b"0"), Some(b"0")));
        history.add(&entry(b"one", Some(b"0"), Some(b"1")));
        let mut found = entry(b"two", Some(b"1"), Some(b"1"));
        found.run = "r2".into();
        history.add(&found);
        let mut early = entry(b"early", Some(b"0"), Some(b"0"));
        early.run = "r0".into();
        let mut history_before = History::default();
        history_before.add(&early);
        history_before.add(&entry(b"one", Some(b"0"), Some(b"1")));
        for history in [&mut history, &mut history_before] {
            let mut undo = entry(b"", Some(b"1"), Some(b"0"));
            (undo.digest, undo.undoes) = (None, Some("r1".into()));
            undo.run = "r3".into();
            history.add(&undo);
        }
        assert!(!holds(&history, b"two", Some(b"0")), "its text is gone");
        assert!(holds(&history_before, b"early", Some(b"0")));
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
