//! A journalled transaction: every new content is staged and durable and the
//! journal stands before the first name changes; until the commit, all of it
//! can be taken back by whoever comes next.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::os::fd::OwnedFd;

use rustix::fs::{self, AtFlags, Mode, OFlags, RenameFlags};
use rustix::io::Errno;

use super::backup::{
    back_up, content, exchange, exchange_back, old_name, restore,
};
use super::hash::Hash;
use super::journal::{Entry, Journal};
use super::new_dirs::{NewDirs, dir_name};
use super::root::{FileStat, Node, Root, look_in};
use super::stage::{Place, new_name};
use super::state::{self, State};
use super::{Durability, Trouble, log};
use crate::path::RelPath;

/// The directory of the transaction under way.
pub(super) const TRANSACTION: &str = "txn";
const JOURNAL: &str = "journal";
const JOURNAL_DRAFT: &str = "journal.tmp";

/// Directories that a transaction keeps open: more would use up the
/// descriptors that a process has by default (1024 on most systems).
const OPEN_DIRS: usize = 128;

/// Files or directories that are made durable one by one. Each costs a flush
/// of the disk; more of them are cheaper by the whole file system at once.
const FEW: usize = 8;

/// Makes everything on the file system durable at once. False if that cannot
/// be known, and each file must be asked for.
fn sync_all(dir: &OwnedFd) -> bool {
    #[cfg(target_os = "linux")]
    {
        fs::syncfs(dir).is_ok()
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = dir;
        false
    }
}

/// A transaction that is being published or taken back.
pub(super) struct Transaction<'a> {
    root: &'a Root,
    /// The transaction's directory.
    dir: &'a OwnedFd,
    durability: Durability,
    open: BTreeMap<Option<RelPath>, OwnedFd>,
    touched: BTreeSet<Option<RelPath>>,
}

impl<'a> Transaction<'a> {
    pub(super) fn new(
        root: &'a Root,
        dir: &'a OwnedFd,
        durability: Durability,
    ) -> Self {
        let (open, touched) = (BTreeMap::new(), BTreeSet::new());
        Self { root, dir, durability, open, touched }
    }

    /// Makes the new contents and the plan durable, and then the plan known
    /// under its final name. From here on the transaction can be taken back
    /// after a crash.
    pub(super) fn write_journal(
        &self,
        journal: &Journal,
        new_dirs: &NewDirs,
        state: &State,
    ) -> Result<(), Trouble> {
        let write = || -> io::Result<()> {
            if !new_dirs.is_sound() {
                return Err(io::Error::other(
                    "a staged file cannot be removed",
                ));
            }
            let mut file = state::new_file(self.dir, JOURNAL_DRAFT)?;
            file.write_all(&journal.encode())?;
            if !self.sync_all_staged(&journal.entries) {
                self.sync_staged(&journal.entries, new_dirs)?;
                self.durability.sync(&file)?;
                self.durability.sync(state.dir())?;
            }
            if cfg!(tornkit_unprotected) {
                // What the sweeps of kills must notice: nothing that comes
                // from here on can be taken back.
                return Ok(());
            }
            fs::renameat(self.dir, JOURNAL_DRAFT, self.dir, JOURNAL)?;
            self.durability.sync(self.dir)
        };
        write().map_err(|why| Trouble::new("write", "the journal", why))
    }

    /// Makes what was staged, and all else, durable at once, if that is
    /// cheaper and can be had.
    fn sync_all_staged(&self, entries: &[Entry]) -> bool {
        self.durability == Durability::Power
            && entries.len() > FEW
            && sync_all(self.dir)
    }

    fn sync_staged(
        &self,
        entries: &[Entry],
        new_dirs: &NewDirs,
    ) -> io::Result<()> {
        if self.durability == Durability::None {
            return Ok(());
        }
        let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW;
        let none = Mode::empty();
        for entry in entries {
            let fd = match entry.after.map(|after| after.at) {
                None => continue,
                Some(Place::Alone(number)) => {
                    fs::openat(self.dir, new_name(number), flags, none)?
                }
                Some(Place::NewDir(_)) => {
                    let dir = new_dirs.open(&entry.path, self.dir)?;
                    fs::openat(dir, entry.path.file_name(), flags, none)?
                }
            };
            self.durability.sync(&fd)?;
        }
        Ok(())
    }

    /// Gives every file its new content; not yet durably. `seen` says what
    /// stood under each name when the plan was made.
    pub(super) fn publish(
        &mut self,
        entries: &[Entry],
        seen: &[Option<FileStat>],
        new_dirs: &NewDirs,
    ) -> Result<(), Trouble> {
        // One from which everything has gone again is not made.
        let numbers = entries.iter().filter_map(Entry::new_dir);
        let used: BTreeSet<u64> = numbers.collect();
        let tops = new_dirs.tops().filter(|(_, n)| used.contains(n));
        for (top, number) in tops {
            self.publish_dir(number, top)
                .map_err(|why| Trouble::new("make", top.as_str(), why))?;
        }
        for (number, (entry, seen)) in entries.iter().zip(seen).enumerate() {
            self.publish_one(number, entry, seen.as_ref()).map_err(|why| {
                Trouble::new("write", entry.path.as_str(), why)
            })?;
        }
        Ok(())
    }

    /// Gives a new directory its name.
    fn publish_dir(&mut self, number: u64, top: &RelPath) -> io::Result<()> {
        let (txn, within) = (self.dir, top.parent());
        self.touched.insert(within.clone());
        let within = self.dir_of(within.as_ref())?;
        rename_to_free(txn, &dir_name(number), within, top.file_name())
    }

    /// Makes durable what was published and logged.
    pub(super) fn seal(&mut self, state: &State) -> Result<(), Trouble> {
        if self.durability == Durability::Power
            && self.touched.len() > FEW
            && sync_all(self.dir)
        {
            return Ok(());
        }
        self.sync_touched()?;
        log::sync(state, self.durability)
    }

    fn publish_one(
        &mut self,
        number: usize,
        entry: &Entry,
        seen: Option<&FileStat>,
    ) -> io::Result<()> {
        let at = entry.after.map(|after| after.at);
        let (txn, parent) = (self.dir, entry.path.parent());
        if entry.new_dir().is_some() {
            // It has its name already.
            let made = entry.dirs.iter().map(RelPath::parent);
            self.touched.extend(made.chain([parent]));
            return Ok(());
        }
        if at.is_some() {
            self.make_dirs(entry)?;
        }
        self.touched.insert(parent.clone());
        let parent = self.dir_of(parent.as_ref())?;
        let name = entry.path.file_name();
        if let (Some((_, staged)), Some(seen)) = (entry.exchanged(), seen)
            && exchange(txn, &new_name(staged), parent, name, seen)?
        {
            return Ok(());
        }
        if let Some(seen) = seen {
            back_up(txn, parent, name, number, seen)?;
        }
        match (at, seen) {
            (Some(Place::Alone(staged)), Some(_)) => {
                Ok(fs::renameat(txn, new_name(staged), parent, name)?)
            }
            (Some(Place::Alone(staged)), None) => {
                rename_to_free(txn, &new_name(staged), parent, name)
            }
            _ => {
                fs::unlinkat(parent, name, AtFlags::empty())?;
                self.remove_dirs(entry)
            }
        }
    }

    /// Takes back whatever of `journal` was published, last entry first.
    /// Can itself be interrupted and begun again.
    pub(super) fn take_back(
        &mut self,
        journal: &Journal,
        state: &State,
    ) -> Result<(), Trouble> {
        let entries = journal.entries.iter().enumerate().rev();
        for (number, entry) in entries {
            self.take_back_one(number, entry).map_err(|why| {
                Trouble::new("restore", entry.path.as_str(), why)
            })?;
        }
        self.sync_touched()?;
        log::truncate(state, journal.log_bytes, self.durability)?;
        let drop_journal = || -> io::Result<()> {
            state::remove_file(self.dir, JOURNAL)?;
            self.durability.sync(self.dir)
        };
        drop_journal().map_err(|why| Trouble::new("remove", "the journal", why))
    }

    fn take_back_one(
        &mut self,
        number: usize,
        entry: &Entry,
    ) -> io::Result<()> {
        if let Some(number) = entry.new_dir()
            && look_in(self.dir, &dir_name(number))? != Node::Absent
        {
            // It never got its name.
            return Ok(());
        }
        let old = old_name(number);
        let backup = look_in(self.dir, &old)?;
        if entry.after.is_none() && backup != Node::Absent {
            self.make_dirs(entry)?;
        }
        let (txn, within) = (self.dir, entry.path.parent());
        let holds_old = backup != Node::Absent || self.holds_old(entry)?;
        let parent = match self.dir_of(within.as_ref()) {
            Ok(parent) => parent,
            // It was to be made and never was: nothing to take back.
            Err(why) if is_absent(&why) && !holds_old => {
                return match entry.after {
                    Some(_) => self.remove_dirs(entry),
                    None => Ok(()),
                };
            }
            Err(why) => return Err(why),
        };
        let name = entry.path.file_name();
        match backup {
            Node::File(kept) => {
                // What was never replaced need not be, and perhaps cannot.
                match still_stands(txn, parent, name, entry, &kept)? {
                    true => state::remove_file(txn, &old)?,
                    false => restore(txn, &old, parent, name)?,
                }
            }
            Node::Absent if entry.before.is_none() => {
                remove_published(txn, parent, name, entry)?;
            }
            Node::Absent => {
                if let Some((hashes, staged)) = entry.exchanged() {
                    let staged = new_name(staged);
                    exchange_back(txn, &staged, parent, name, hashes)?;
                }
            }
            _ => return Err(io::Error::other("the backup is not a file")),
        }
        self.touched.insert(within);
        match entry.after {
            Some(_) => self.remove_dirs(entry),
            None => Ok(()),
        }
    }

    /// Whether an entry's old file stands where its new one was staged.
    fn holds_old(&self, entry: &Entry) -> io::Result<bool> {
        let Some(((old, _), staged)) = entry.exchanged() else {
            return Ok(false);
        };
        Ok(content((self.dir, &new_name(staged)))? == Some(old))
    }

    fn make_dirs(&mut self, entry: &Entry) -> io::Result<()> {
        for dir in &entry.dirs {
            let within = dir.parent();
            let parent = self.dir_of(within.as_ref())?;
            state::make_dir(parent, dir.file_name())?;
            self.touched.insert(within);
        }
        Ok(())
    }

    fn remove_dirs(&mut self, entry: &Entry) -> io::Result<()> {
        for dir in entry.dirs.iter().rev() {
            let within = dir.parent();
            self.open.remove(&Some(dir.clone()));
            self.touched.remove(&Some(dir.clone()));
            let parent = match self.dir_of(within.as_ref()) {
                Err(why) if is_absent(&why) => continue,
                parent => parent?,
            };
            // A directory that somebody else uses by now stays.
            let name = dir.file_name();
            match fs::unlinkat(parent, name, AtFlags::REMOVEDIR) {
                Ok(()) | Err(Errno::NOENT | Errno::NOTDIR) => {}
                Err(Errno::NOTEMPTY | Errno::EXIST) => {
                    self.touched.insert(Some(dir.clone()));
                }
                Err(why) => return Err(why.into()),
            }
            self.touched.insert(within);
        }
        Ok(())
    }

    fn dir_of(&mut self, dir: Option<&RelPath>) -> io::Result<&OwnedFd> {
        let key = dir.cloned();
        if self.open.len() >= OPEN_DIRS && !self.open.contains_key(&key) {
            self.open.clear();
        }
        match self.open.entry(key) {
            std::collections::btree_map::Entry::Occupied(it) => {
                Ok(it.into_mut())
            }
            std::collections::btree_map::Entry::Vacant(it) => {
                Ok(it.insert(self.root.directory(dir)?))
            }
        }
    }

    /// Makes every change of a name durable.
    fn sync_touched(&mut self) -> Result<(), Trouble> {
        if self.durability == Durability::None {
            return Ok(());
        }
        let touched: Vec<_> = self.touched.iter().cloned().collect();
        let durability = self.durability;
        for dir in touched {
            let name = dir.as_ref().map_or(".", RelPath::as_str).to_owned();
            self.dir_of(dir.as_ref())
                .and_then(|dir| durability.sync(dir))
                .map_err(|why| Trouble::new("sync", &name, why))?;
        }
        durability
            .sync(self.dir)
            .map_err(|why| Trouble::new("sync", "the transaction", why))
    }
}

/// The name is free, or something above it is a file.
pub(super) fn is_absent(why: &io::Error) -> bool {
    use io::ErrorKind::{NotADirectory, NotFound};
    matches!(why.kind(), NotFound | NotADirectory)
}

/// Brings the tree to a consistent state after a run that was killed.
/// Returns the run that was taken back, if one was. The lock must be held.
pub(super) fn recover(
    root: &Root,
    state: &State,
    durability: Durability,
) -> Result<Option<String>, Trouble> {
    let trouble = |why| Trouble::new("recover", "the transaction", why);
    let dir = state::open_dir(state.dir(), TRANSACTION).map_err(trouble)?;
    let Some(dir) = dir else { return Ok(None) };
    let journal = state::read_file(&dir, JOURNAL).map_err(trouble)?;
    let mut run = None;
    if let Some(bytes) = journal {
        let journal = Journal::decode(&bytes).map_err(trouble)?;
        let mut transaction = Transaction::new(root, &dir, durability);
        transaction.take_back(&journal, state)?;
        run = Some(journal.run);
    }
    state::remove_dir(state.dir(), TRANSACTION).map_err(trouble)?;
    Ok(run)
}

/// The journal in a transaction's directory.
pub(super) fn read_journal(dir: &OwnedFd) -> io::Result<Option<Journal>> {
    let bytes = state::read_file(dir, JOURNAL)?;
    bytes.map(|bytes| Journal::decode(&bytes)).transpose()
}

/// Gives a staged file a name that must be free.
fn rename_to_free(
    txn: &OwnedFd,
    staged: &str,
    parent: &OwnedFd,
    name: &str,
) -> io::Result<()> {
    let flags = RenameFlags::NOREPLACE;
    match fs::renameat_with(txn, staged, parent, name, flags) {
        Ok(()) => Ok(()),
        // File systems that cannot check and rename in one step.
        Err(Errno::INVAL | Errno::NOSYS) => {
            if look_in(parent, name)? != Node::Absent {
                return Err(Errno::EXIST.into());
            }
            Ok(fs::renameat(txn, staged, parent, name)?)
        }
        Err(why) => Err(why.into()),
    }
}

/// Whether the file that an entry is about has its name still: its new
/// content has not left the stage, or it was to go and has not.
fn still_stands(
    txn: &OwnedFd,
    parent: &OwnedFd,
    name: &str,
    entry: &Entry,
    kept: &FileStat,
) -> io::Result<bool> {
    let Node::File(now) = look_in(parent, name)? else { return Ok(false) };
    if now.inode == kept.inode {
        return Ok(true);
    }
    match entry.after.map(|after| after.at) {
        Some(Place::Alone(number)) => {
            let staged = look_in(txn, &new_name(number))?;
            Ok(matches!(staged, Node::File(new) if new.inode != now.inode))
        }
        Some(Place::NewDir(_)) => Ok(false),
        None => {
            let found = state::read_file(parent, name)?.unwrap_or_default();
            Ok(entry.before == Some(Hash::of(&found)))
        }
    }
}

/// Removes a new file if it is ours: it left the stage, alone or with its
/// directory, and still has the content that it was staged with.
fn remove_published(
    txn: &OwnedFd,
    parent: &OwnedFd,
    name: &str,
    entry: &Entry,
) -> io::Result<()> {
    let Some(after) = entry.after else { return Ok(()) };
    if let Place::Alone(number) = after.at
        && look_in(txn, &new_name(number))? != Node::Absent
    {
        return Ok(());
    }
    let Node::File(_) = look_in(parent, name)? else { return Ok(()) };
    let found = state::read_file(parent, name)?.unwrap_or_default();
    if Hash::of(&found) == after.hash {
        state::remove_file(parent, name)?;
    }
    Ok(())
}
