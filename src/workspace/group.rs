//! A run on a tree, group by group: the lock is taken when a group's first
//! operation comes and given back when the group is committed.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::io;
use std::path::Path;
use std::sync::Arc;

use super::access::{self, Replaceable};
use super::hash::Hash;
use super::journal::{After, Entry, Journal};
use super::log::{self, History, LogEntry};
use super::namesake::Namesakes;
use super::new_dirs::NewDirs;
use super::overlay::{Overlay, Touched};
use super::publish::{TRANSACTION, Transaction, is_absent, recover};
use super::root::{FileStat, Node, Root};
use super::stage::{Stage, Staged};
use super::state::{self, Lock, State};
use super::{
    GROUP_BYTES, GROUP_OPERATIONS, Purpose, Settings, Trouble, run, undo,
};
use crate::path::{RelPath, STATE_DIR};

/// A tree, and a run that changes it or looks what it would change.
#[derive(Debug)]
pub struct Workspace {
    pub(super) root: Root,
    pub(super) settings: Settings,
    /// The run's name in the log.
    pub(super) run: Arc<str>,
    pub(super) state: Option<State>,
    /// Held from the wait for other writers to the group that it is for.
    turn: Option<Lock>,
    pub(super) group: Option<Group>,
    pub(super) overlay: Overlay,
    pub(super) history: History,
    pub(super) namesakes: Namesakes,
    /// How often each operation has been seen in this run.
    pub(super) ordinals: HashMap<Hash, u32>,
    /// Files that this run has changed.
    pub(super) changed: HashSet<RelPath>,
    /// Operations found done since the last commit, for the log of the next:
    /// what later operations change hides that these were done.
    settled: VecDeque<LogEntry>,
    /// What there was to go by when the run's first group began.
    pub(super) begun: Begun,
    /// Groups committed.
    groups: usize,
}

/// Operations found done that wait for a commit, at most: a stream of
/// nothing else would fill the memory. Older ones are known again, if need
/// be, by how they were found.
const SETTLED: usize = 4096;

/// Whether replays can be told by the log that a run finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Begun {
    /// No group has begun.
    NotYet,
    /// There was a log.
    WithLog,
    /// There was none: what is done already can only be seen in the tree.
    WithoutLog,
}

/// What exists while a group is being planned.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) stage: Stage,
    /// Operations that will be logged: done, or found done.
    pub(super) done: Vec<LogEntry>,
    /// Operations so far.
    pub(super) operations: usize,
    /// Bytes staged so far.
    pub(super) bytes: u64,
    /// Held by a group that will write.
    pub(super) lock: Option<Lock>,
    /// Contents that were overtaken by an operation that may still be taken
    /// back.
    pub(super) kept: Option<Vec<(RelPath, Staged)>>,
    /// Directories whose names may be changed, and whose files there; the
    /// root is ``.
    writable: BTreeMap<String, Replaceable>,
}

impl Group {
    /// A content of a name is not needed any more.
    pub(super) fn overtaken(&mut self, path: &RelPath, staged: Staged) {
        match &mut self.kept {
            Some(kept) => kept.push((path.clone(), staged)),
            None => self.stage.drop_content(path, staged),
        }
    }
}

impl Workspace {
    /// Opens a directory as root and, if the run is to change it, takes back
    /// what a killed run has left half done.
    pub fn open(path: &Path, settings: Settings) -> Result<Self, Trouble> {
        let root = Root::open(path).map_err(|why| {
            Trouble::new("open", &path.to_string_lossy(), why)
        })?;
        let mut workspace = Self {
            root,
            settings,
            run: run::name().into(),
            state: None,
            turn: None,
            group: None,
            overlay: Overlay::default(),
            history: History::default(),
            namesakes: Namesakes::default(),
            ordinals: HashMap::new(),
            changed: HashSet::new(),
            settled: VecDeque::new(),
            begun: Begun::NotYet,
            groups: 0,
        };
        if settings.purpose == Purpose::Change {
            workspace.recover()?;
        }
        Ok(workspace)
    }

    /// Takes back what a killed run has left half done. Returns that run's
    /// name; nothing if all was well.
    pub fn recover(&mut self) -> Result<Option<String>, Trouble> {
        let Some(state) = self.unfinished()? else { return Ok(None) };
        let _lock = state.lock(self.settings.patience)?;
        recover(&self.root, &state, self.settings.durability)
    }

    /// Whether a run is under way, or was killed and not taken back yet.
    pub fn is_unfinished(&self) -> Result<bool, Trouble> {
        Ok(self.unfinished()?.is_some())
    }

    /// The state, if there is a transaction in it.
    fn unfinished(&self) -> Result<Option<State>, Trouble> {
        let Some(state) = State::existing(&self.root)? else {
            return Ok(None);
        };
        let transaction = state::open_dir(state.dir(), TRANSACTION)
            .map_err(|why| Trouble::new("open", "the transaction", why))?;
        Ok(transaction.map(|_| state))
    }

    /// The run's name in the log.
    pub fn run_name(&self) -> &str {
        &self.run
    }

    /// Whether the group is so large that it should be committed.
    pub fn is_full(&self) -> bool {
        self.group.as_ref().is_some_and(|group| {
            group.operations >= GROUP_OPERATIONS || group.bytes >= GROUP_BYTES
        })
    }

    /// Whether a group has begun and not ended.
    pub fn is_in_group(&self) -> bool {
        self.group.is_some()
    }

    /// Whether an earlier run has left its state in the tree.
    pub fn has_state(&self) -> Result<bool, Trouble> {
        Ok(State::existing(&self.root)?.is_some())
    }

    /// Waits until no other process writes. The next group, or taking a run
    /// back, then begins without waiting; until it does, nothing is lost if
    /// the process ends.
    pub fn wait_for_turn(&mut self) -> Result<(), Trouble> {
        if self.settings.purpose == Purpose::Change {
            let (state, lock) = self.take_turn()?;
            (self.state, self.turn) = (Some(state), Some(lock));
        }
        Ok(())
    }

    /// The state and the lock on it. Each group opens the state anew: it may
    /// have been moved away while nothing was under way.
    fn take_turn(&mut self) -> Result<(State, Lock), Trouble> {
        if let (Some(state), Some(lock)) = (self.state.take(), self.turn.take())
        {
            return Ok((state, lock));
        }
        let state = State::open(&self.root, self.settings.durability)?;
        let lock = state.lock(self.settings.patience)?;
        Ok((state, lock))
    }

    /// Begins a group if none has begun.
    pub(super) fn begin(&mut self) -> Result<&mut Group, Trouble> {
        let group = match self.group.take() {
            Some(group) => group,
            None => self.new_group()?,
        };
        Ok(self.group.insert(group))
    }

    fn new_group(&mut self) -> Result<Group, Trouble> {
        let (stage, lock) = match self.settings.purpose {
            Purpose::Look => {
                self.state = State::existing(&self.root)?;
                if let Some(state) = &self.state {
                    self.history.refresh(state)?;
                }
                let stage = Stage::spill().map_err(|why| {
                    Trouble::new("open", "a temporary file", why)
                })?;
                (stage, None)
            }
            Purpose::Change => {
                let (stage, lock) = self.new_transaction()?;
                (stage, Some(lock))
            }
        };
        if self.begun == Begun::NotYet {
            self.begun = match self.history.is_empty() {
                true => Begun::WithoutLog,
                false => Begun::WithLog,
            };
        }
        let done = Vec::new();
        let (operations, bytes, kept) = (0, 0, None);
        let writable = BTreeMap::new();
        Ok(Group { stage, done, operations, bytes, lock, kept, writable })
    }

    pub(super) fn new_transaction(&mut self) -> Result<(Stage, Lock), Trouble> {
        let durability = self.settings.durability;
        let (state, lock) = self.take_turn()?;
        recover(&self.root, &state, durability)?;
        log::shorten(&state, durability)?;
        if self.groups == 0 {
            undo::drop_oldest(&state)?;
        }
        self.history.refresh(&state)?;
        let dir = state::make_dir(state.dir(), TRANSACTION).map_err(|why| {
            Trouble::new("make", "the transaction's directory", why)
        })?;
        self.state = Some(state);
        Ok((
            Stage::Disk {
                dir,
                next: 0,
                fresh: None,
                new_dirs: NewDirs::default(),
            },
            lock,
        ))
    }

    /// Whether names may be changed where this one is, and the file there, if
    /// there is one, be replaced. What cannot be known is left to the change
    /// itself.
    pub(super) fn is_changeable(
        &mut self,
        path: &RelPath,
        owner: Option<u32>,
    ) -> io::Result<()> {
        let Some(group) = &mut self.group else { return Ok(()) };
        let parent = path.parent_str().unwrap_or_default();
        if let Some(known) = group.writable.get(parent) {
            return known.check(owner);
        }
        if group.stage.is_new_below(path) {
            return Ok(());
        }
        let mut dir = path.parent();
        loop {
            match (self.root.directory(dir.as_ref()), &dir) {
                (Ok(fd), _) => {
                    let replaceable = access::of_directory(&fd)?;
                    let there = dir.as_ref().map_or("", RelPath::as_str);
                    for name in [parent, there].map(str::to_owned) {
                        group.writable.insert(name, replaceable);
                    }
                    return replaceable.check(owner);
                }
                (Err(why), Some(name)) if is_absent(&why) => {
                    dir = name.parent();
                }
                (Err(_), _) => return Ok(()),
            }
        }
    }

    /// Makes the group's changes, all of them or none. Afterwards the next
    /// operation begins a new group.
    pub fn commit(&mut self) -> Result<(), Trouble> {
        if self.settings.purpose == Purpose::Look {
            return Ok(());
        }
        let Some(mut group) = self.group.take() else { return Ok(()) };
        let mut overlay = std::mem::take(&mut self.overlay);
        let changes = group.done.iter().any(LogEntry::changes_something)
            || overlay.iter().any(|(_, it)| !it.changes_nothing());
        self.settled.extend(group.done.drain(..));
        if !changes {
            let surplus = self.settled.len().saturating_sub(SETTLED);
            self.settled.drain(..surplus);
            return self.leave(group);
        }
        let Group { stage, .. } = &mut group;
        stage.leave_made_dirs(&self.root, &mut overlay).map_err(|why| {
            Trouble::new("stage", "files of directories that are there", why)
        })?;
        let entries = self.entries(&overlay)?;
        let seen = seen(&entries, &overlay);
        let done = Vec::from(std::mem::take(&mut self.settled));
        self.publish(&group.stage, entries, &seen, &done)
    }

    /// Forgets the group's changes; none of them was made.
    pub fn abandon(&mut self) -> Result<(), Trouble> {
        self.overlay = Overlay::default();
        match self.group.take() {
            Some(group) => self.leave(group),
            None => Ok(()),
        }
    }

    /// Ends a group that changes nothing.
    fn leave(&mut self, group: Group) -> Result<(), Trouble> {
        let left = match (&self.state, &group.lock) {
            (Some(state), Some(_)) => {
                state::remove_dir(state.dir(), TRANSACTION)
            }
            _ => Ok(()),
        };
        left.map_err(|why| Trouble::new("clear", STATE_DIR, why))
    }

    /// Publishes entries and logs what they stand for. On failure the tree
    /// and the log are as they were.
    pub(super) fn publish(
        &mut self,
        stage: &Stage,
        entries: Vec<Entry>,
        seen: &[Option<FileStat>],
        done: &[LogEntry],
    ) -> Result<(), Trouble> {
        let (Stage::Disk { dir, new_dirs, .. }, Some(state)) =
            (stage, &self.state)
        else {
            return Ok(());
        };
        let durability = self.settings.durability;
        let log_bytes = log::length(state)
            .map_err(|why| Trouble::new("read", "the log", why))?;
        let journal = Journal { run: self.run.to_string(), log_bytes, entries };
        let mut transaction = Transaction::new(&self.root, dir, durability);
        transaction.write_journal(&journal, new_dirs, state)?;
        let published = transaction
            .publish(&journal.entries, seen, new_dirs)
            .and_then(|()| log::append(state, done))
            .and_then(|len| {
                transaction.seal(state)?;
                undo::keep(state, &self.run, self.groups, durability)?;
                Ok(len)
            });
        match published {
            Ok(len) => {
                done.iter().for_each(|entry| self.history.add_own(entry));
                self.history.grown_to(len);
                self.groups += 1;
                Ok(())
            }
            Err(why) => {
                // What cannot be taken back now is taken back by the next
                // run: the journal stays.
                recover(&self.root, state, durability)?;
                Err(why)
            }
        }
    }

    /// What the group changes on disk: deletions first, so that a name that
    /// was a file can become a directory.
    fn entries(&self, overlay: &Overlay) -> Result<Vec<Entry>, Trouble> {
        let mut entries = Vec::new();
        let mut there = BTreeSet::new();
        for (path, touched) in overlay.iter() {
            if touched.changes_nothing() {
                continue;
            }
            let dirs = match touched.after {
                Some(_) if touched.before.is_none() => {
                    self.missing_dirs(path, &mut there).map_err(|why| {
                        Trouble::new("look at", path.as_str(), why)
                    })?
                }
                _ => Vec::new(),
            };
            entries.push(entry(path, touched, dirs));
        }
        entries.sort_by_key(|entry| entry.after.is_some());
        Ok(entries)
    }

    /// The directories that must be made for `path`, outermost first.
    pub(super) fn missing_dirs(
        &self,
        path: &RelPath,
        there: &mut BTreeSet<RelPath>,
    ) -> io::Result<Vec<RelPath>> {
        let mut dirs = Vec::new();
        if path.parent_str().is_some_and(|parent| there.contains(parent)) {
            return Ok(dirs);
        }
        let mut above = path.parent();
        // Each directory is looked at once; from then on it is there, or
        // will be.
        while let Some(dir) = above.filter(|dir| !there.contains(dir)) {
            there.insert(dir.clone());
            if self.root.look(&dir)? == Node::Directory {
                break;
            }
            above = dir.parent();
            dirs.insert(0, dir);
        }
        Ok(dirs)
    }
}

impl Touched {
    /// Whether the file ends as it began.
    fn changes_nothing(&self) -> bool {
        match (self.before, self.after) {
            (None, None) => true,
            (Some(before), Some(after)) => {
                let same_mode =
                    after.like.is_none_or(|l| l.mode == before.stat.mode);
                before.hash == after.hash && same_mode
            }
            _ => false,
        }
    }
}

fn entry(path: &RelPath, touched: &Touched, dirs: Vec<RelPath>) -> Entry {
    Entry {
        path: path.clone(),
        dirs,
        before: touched.before.map(|before| before.hash),
        after: touched
            .after
            .map(|staged| After { hash: staged.hash, at: staged.at }),
    }
}

/// What stood on disk under each entry's name when it was planned.
fn seen(entries: &[Entry], overlay: &Overlay) -> Vec<Option<FileStat>> {
    let stat = |entry: &Entry| {
        let touched = overlay.get(&entry.path)?;
        touched.before.map(|before| before.stat)
    };
    entries.iter().map(stat).collect()
}
