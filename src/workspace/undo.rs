//! Runs that were committed, and taking one back: what a run replaced is
//! kept until newer runs push it out.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::os::fd::OwnedFd;
use std::sync::Arc;

use rustix::fs::{self, AtFlags};
use serde::Serialize;

use super::backup::{link_or_copy, old_name};
use super::group::Workspace;
use super::hash::Hash;
use super::journal::{After, Entry};
use super::log::{self, Change, LogEntry};
use super::publish::{TRANSACTION, read_journal};
use super::root::{FileStat, Node, look_in};
use super::stage::{Place, Stage, new_name};
use super::state::{self, State};
use super::{Durability, KEPT_RUNS, Trouble};
use crate::path::RelPath;

const UNDO: &str = "undo";

/// What taking a run back came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undone {
    /// The run, and the files that are again what they were before it.
    Restored {
        /// The run's name.
        run: String,
        /// The files that are there again, or again as they were.
        files: Vec<RelPath>,
        /// The files that the run had made.
        removed: Vec<RelPath>,
    },
    /// These files have changed since the run; nothing was done.
    ChangedSince {
        /// The run's name.
        run: String,
        /// The files.
        files: Vec<RelPath>,
    },
    /// There is no such run, or what it replaced is no longer kept.
    NoSuchRun,
}

/// A run as the log has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LoggedRun {
    /// Its name.
    pub run: String,
    /// Operations that it applied.
    pub operations: usize,
    /// Files that it changed.
    pub files: BTreeSet<String>,
    /// The run that it took back, for one that did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undoes: Option<String>,
    /// Whether it was taken back.
    pub undone: bool,
}

/// Keeps a published transaction under its run's name. This one rename is
/// the commit: before it the transaction can be taken back, after it it
/// stands.
pub(super) fn keep(
    state: &State,
    run: &str,
    group: usize,
    durability: Durability,
) -> Result<(), Trouble> {
    let commit = || -> io::Result<()> {
        let undo = state::make_dir(state.dir(), UNDO)?;
        let name = format!("{run}.{group:06}");
        fs::renameat(state.dir(), TRANSACTION, &undo, &name)?;
        durability
            .sync(&undo)
            .and_then(|()| durability.sync(state.dir()))
            .inspect_err(|_| {
                // Not known to be durable is not committed.
                fs::renameat(&undo, &name, state.dir(), TRANSACTION)
                    .unwrap_or(());
            })
    };
    commit().map_err(|why| Trouble::new("commit", "the transaction", why))
}

/// Drops what the oldest runs replaced.
pub(super) fn drop_oldest(state: &State) -> Result<(), Trouble> {
    let drop_them = || -> io::Result<()> {
        let Some(undo) = undo_dir(state)? else {
            return Ok(());
        };
        let kept = by_run(state::names(&undo)?);
        let surplus = kept.len().saturating_sub(KEPT_RUNS - 1);
        for name in kept.into_values().take(surplus).flatten() {
            drop_group(&undo, &name)?;
        }
        Ok(())
    };
    drop_them().map_err(|why| Trouble::new("clear", "old runs", why))
}

/// Without its journal a kept group is not there any more, whatever else is
/// left of it.
fn drop_group(undo: &OwnedFd, name: &str) -> io::Result<()> {
    if let Some(dir) = state::open_dir(undo, name)? {
        state::remove_file(&dir, "journal")?;
    }
    state::remove_dir(undo, name)
}

/// Where what runs replaced is kept, if there is any.
pub(super) fn undo_dir(state: &State) -> io::Result<Option<OwnedFd>> {
    state::open_dir(state.dir(), UNDO)
}

/// The kept groups of a run, in their order.
pub(super) fn kept_groups(
    undo: &OwnedFd,
    run: &str,
) -> io::Result<BTreeSet<String>> {
    let mut runs = by_run(state::names(undo)?);
    Ok(runs.remove(run).unwrap_or_default())
}

/// Kept groups by run, oldest first.
fn by_run(names: Vec<String>) -> BTreeMap<String, BTreeSet<String>> {
    let mut runs: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for name in names {
        if let Some((run, _)) = name.rsplit_once('.') {
            runs.entry(run.to_owned()).or_default().insert(name);
        }
    }
    runs
}

/// A file that a run changed: what it was before, and what the run left.
pub(super) struct Turn {
    /// The kept group and the backup in it; nothing for a new file.
    pub(super) before: Option<(String, String, Hash)>,
    after: Option<Hash>,
}

/// A run, to be taken back.
struct Turned<'a> {
    turns: BTreeMap<RelPath, Turn>,
    /// What stands under each name now.
    seen: BTreeMap<RelPath, Option<FileStat>>,
    /// Directories that the run made, outermost first.
    dirs: &'a [RelPath],
}

impl Workspace {
    /// Every run of the log, oldest first.
    pub fn runs(&self) -> Result<Vec<LoggedRun>, Trouble> {
        let Some(state) = State::existing(&self.root)? else {
            return Ok(Vec::new());
        };
        let mut runs: Vec<LoggedRun> = Vec::new();
        for entry in log::read(&state)? {
            if let Some(undone) = &entry.undoes {
                let undone = runs.iter_mut().find(|run| run.run == *undone);
                undone.into_iter().for_each(|run| run.undone = true);
            }
            count(&mut runs, entry);
        }
        Ok(runs)
    }

    /// Takes a run back, or the last one that was not. Each file gets the
    /// very same file back that it was before: bytes, permissions, times.
    pub fn roll_back(&mut self, run: Option<&str>) -> Result<Undone, Trouble> {
        let trouble = |why| Trouble::new("roll back", "the run", why);
        if State::existing(&self.root)?.is_none() {
            return Ok(Undone::NoSuchRun);
        }
        let (stage, _lock) = self.new_transaction()?;
        let undone = self.roll_back_in(&stage, run);
        if !matches!(undone, Ok(Undone::Restored { .. }))
            && let Some(state) = &self.state
        {
            state::remove_dir(state.dir(), TRANSACTION).map_err(trouble)?;
        }
        undone
    }

    fn roll_back_in(
        &mut self,
        stage: &Stage,
        run: Option<&str>,
    ) -> Result<Undone, Trouble> {
        let trouble = |why| Trouble::new("roll back", "the run", why);
        let Some((run, groups, undo)) = self.kept(run).map_err(trouble)? else {
            return Ok(Undone::NoSuchRun);
        };
        let (turns, dirs) = turns(&undo, &groups).map_err(trouble)?;
        let mut changed = Vec::new();
        let mut seen = BTreeMap::new();
        for (path, turn) in &turns {
            let left = self.as_left(path, turn.after, &dirs);
            match left.map_err(trouble)? {
                Some(stat) => drop(seen.insert(path.clone(), stat)),
                None => changed.push(path.clone()),
            }
        }
        if !changed.is_empty() {
            return Ok(Undone::ChangedSince { run, files: changed });
        }
        let (files, removed) = paths(&turns);
        self.turn_back(
            stage,
            &undo,
            &run,
            Turned { turns, seen, dirs: &dirs },
        )?;
        self.tidy(&undo, &groups, &dirs).map_err(trouble)?;
        Ok(Undone::Restored { run, files, removed })
    }

    /// The kept groups of a run, or of the last one not taken back.
    fn kept(
        &self,
        run: Option<&str>,
    ) -> io::Result<Option<(String, BTreeSet<String>, OwnedFd)>> {
        let Some(state) = &self.state else { return Ok(None) };
        let Some(undo) = undo_dir(state)? else {
            return Ok(None);
        };
        let kept = by_run(state::names(&undo)?).into_iter().rev();
        let wanted = kept
            .filter(|(name, _)| !self.history.is_undone(name))
            .find(|(name, _)| run.is_none_or(|run| run == name));
        Ok(wanted.map(|(name, groups)| (name, groups, undo)))
    }

    /// What stands under a name, if it is what the run left there.
    fn as_left(
        &self,
        path: &RelPath,
        left: Option<Hash>,
        made: &[RelPath],
    ) -> io::Result<Option<Option<FileStat>>> {
        match (self.root.look(path)?, left) {
            (Node::Directory, None) if made.contains(path) => Ok(Some(None)),
            (Node::Absent | Node::BelowFile, None) => Ok(Some(None)),
            (Node::File(stat), Some(hash)) => {
                let bytes = self.root.read(path, &stat)?;
                Ok((Hash::of(&bytes) == hash).then_some(Some(stat)))
            }
            _ => Ok(None),
        }
    }

    fn turn_back(
        &mut self,
        stage: &Stage,
        undo: &OwnedFd,
        run: &str,
        turned: Turned<'_>,
    ) -> Result<(), Trouble> {
        let Turned { turns, seen, dirs: run_dirs } = turned;
        let mut changes = Vec::new();
        let mut entries = Vec::new();
        let mut there = BTreeSet::new();
        for (number, (path, turn)) in (0..).zip(turns) {
            let hash = turn.before.as_ref().map(|(_, _, hash)| *hash);
            changes.push(Change {
                path: path.shared(),
                before: turn.after,
                after: hash,
                mode: false,
            });
            if turn.after.is_none() && hash.is_none() {
                continue;
            }
            if let Some((group, old, _)) = &turn.before {
                link_back(stage, undo, group, old, number).map_err(|why| {
                    Trouble::new("restore", path.as_str(), why)
                })?;
            }
            let after =
                hash.map(|hash| After { hash, at: Place::Alone(number) });
            let dirs = match after {
                Some(_) if turn.after.is_none() => {
                    self.missing_dirs(&path, &mut there).map_err(|why| {
                        Trouble::new("look at", path.as_str(), why)
                    })?
                }
                _ => Vec::new(),
            };
            entries.push(Entry { path, dirs, before: turn.after, after });
        }
        entries.sort_by_key(|entry| entry.after.is_some());
        // The directories go with the last of the files that go.
        let mut gone = entries.iter_mut().filter(|e| e.after.is_none());
        if let Some(last) = gone.next_back() {
            last.dirs = run_dirs.to_vec();
        }
        let seen: Vec<Option<FileStat>> = entries
            .iter()
            .map(|entry| seen.get(&entry.path).copied().flatten())
            .collect();
        let entry = LogEntry {
            run: Arc::clone(&self.run),
            op: "rollback".into(),
            digest: None,
            nth: 0,
            undoes: Some(run.to_owned()),
            changes,
        };
        self.publish(stage, entries, &seen, &[entry])
    }

    /// Drops what is kept of a run that was taken back, and the directories
    /// that it had made, if nothing is in them.
    fn tidy(
        &self,
        undo: &OwnedFd,
        groups: &BTreeSet<String>,
        dirs: &[RelPath],
    ) -> io::Result<()> {
        for dir in dirs.iter().rev() {
            if let Ok(parent) = self.root.directory(dir.parent().as_ref()) {
                let name = dir.file_name();
                // One that is in use stays.
                fs::unlinkat(&parent, name, AtFlags::REMOVEDIR).unwrap_or(());
            }
        }
        groups.iter().try_for_each(|group| drop_group(undo, group))
    }
}

/// The files that were there before the run, and those that were not.
fn paths(turns: &BTreeMap<RelPath, Turn>) -> (Vec<RelPath>, Vec<RelPath>) {
    let (mut files, mut removed) = (Vec::new(), Vec::new());
    for (path, turn) in turns {
        match (&turn.before, turn.after) {
            (Some(_), _) => files.push(path.clone()),
            (None, Some(_)) => removed.push(path.clone()),
            (None, None) => {}
        }
    }
    (files, removed)
}

fn count(runs: &mut Vec<LoggedRun>, entry: LogEntry) {
    if entry.undoes.is_none() && !entry.changes_something() {
        return;
    }
    let LogEntry { run, digest, undoes, changes, .. } = entry;
    let run = run.to_string();
    let known = runs.last().is_some_and(|last| last.run == run);
    if !known && !runs.iter().any(|other| other.run == run) {
        runs.push(LoggedRun {
            run: run.clone(),
            operations: 0,
            files: BTreeSet::new(),
            undoes: None,
            undone: false,
        });
    }
    if let Some(it) = runs.iter_mut().rev().find(|other| other.run == run) {
        it.operations += usize::from(digest.is_some());
        let paths = changes.iter().map(|change| change.path.to_string());
        it.files.extend(paths);
        it.undoes = it.undoes.take().or(undoes);
    }
}

/// What a run did to each file as a whole, and the directories it made,
/// outermost first.
pub(super) fn turns(
    undo: &OwnedFd,
    groups: &BTreeSet<String>,
) -> io::Result<(BTreeMap<RelPath, Turn>, Vec<RelPath>)> {
    let mut turns: BTreeMap<RelPath, Turn> = BTreeMap::new();
    let mut dirs = Vec::new();
    for group in groups {
        let gone = || io::Error::other("what it replaced is gone");
        let dir = state::open_dir(undo, group)?.ok_or_else(gone)?;
        let journal = read_journal(&dir)?.ok_or_else(gone)?;
        for (number, entry) in journal.entries.into_iter().enumerate() {
            let old = kept_name(&dir, number, &entry)?;
            dirs.extend(entry.dirs);
            let after = entry.after.map(|after| after.hash);
            let before = entry.before.map(|hash| (group.clone(), old, hash));
            let first = Turn { before, after };
            turns.entry(entry.path).or_insert(first).after = after;
        }
    }
    Ok((turns, dirs))
}

/// The name under which an entry's old file is kept.
fn kept_name(
    dir: &OwnedFd,
    number: usize,
    entry: &Entry,
) -> io::Result<String> {
    let old = old_name(number);
    match entry.exchanged() {
        Some((_, staged)) if look_in(dir, &old)? == Node::Absent => {
            Ok(new_name(staged))
        }
        _ => Ok(old),
    }
}

/// Stages a backup by a second name for the same file.
fn link_back(
    stage: &Stage,
    undo: &OwnedFd,
    group: &str,
    old: &str,
    number: u64,
) -> io::Result<()> {
    let Stage::Disk { dir, .. } = stage else { return Ok(()) };
    let kept = state::open_dir(undo, group)?
        .ok_or_else(|| io::Error::other("what it replaced is gone"))?;
    if !matches!(look_in(&kept, old)?, Node::File(_)) {
        return Err(io::Error::other("the backup is not a file"));
    }
    link_or_copy(&kept, old, dir, &new_name(number)).map(drop)
}
