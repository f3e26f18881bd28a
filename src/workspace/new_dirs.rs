//! Directories that a group makes, staged whole: files in, one directory out
//! that gets its name with a single rename, however many files are in it.
//! What else a group does it does not know.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::os::fd::OwnedFd;

use rustix::fs::{self, AtFlags, Mode};
use rustix::io::Errno;

use super::root::{Node, Root};
use super::state::{self, DIRECTORY};
use crate::path::RelPath;

/// Levels of the deepest file below a new directory that is staged with it:
/// as many directories are open at once where it is removed.
const DEEPEST: usize = 8;

/// The new directories of a group. Each has a number, and is staged as
/// `NUMBER.dir` in the transaction's directory.
#[derive(Debug, Default)]
pub(super) struct NewDirs {
    tops: BTreeMap<RelPath, u64>,
    /// Directories that are there, or in which nothing may be staged whole.
    others: BTreeSet<RelPath>,
    /// The directory that the last file went to.
    last: Option<(RelPath, OwnedFd)>,
    /// Something that was to go is still in one of them.
    spoiled: bool,
}

/// The name of a staged directory.
pub(super) fn dir_name(number: u64) -> String {
    format!("{number}.dir")
}

/// Whether a directory made here gets more than its name from where it is
/// made: it then must be made there.
fn is_inherited_from(dir: &OwnedFd) -> io::Result<bool> {
    const SET_GROUP: u32 = 0o2000;
    #[expect(clippy::useless_conversion, reason = "it is not u32 everywhere")]
    let mode: u32 = fs::fstat(dir)?.st_mode.into();
    let default = "system.posix_acl_default";
    let mut none: [u8; 0] = [];
    Ok(mode & SET_GROUP != 0
        || match fs::fgetxattr(dir, default, &mut none) {
            Ok(_) => true,
            Err(why) => !matches!(why, Errno::NODATA | Errno::OPNOTSUPP),
        })
}

impl NewDirs {
    /// The new directory that a file goes into, begun if need be; nothing if
    /// its directory is there already.
    pub(super) fn of(
        &mut self,
        path: &RelPath,
        root: &Root,
        txn: &OwnedFd,
        free: &mut u64,
    ) -> io::Result<Option<u64>> {
        if let Some((top, number)) = self.above(path) {
            let below = path.as_str().get(top.len()..).unwrap_or_default();
            let levels = below.matches('/').count();
            return Ok((levels <= DEEPEST).then_some(number));
        }
        let others = |parent| self.others.contains(parent);
        if path.parent_str().is_some_and(others) {
            return Ok(None);
        }
        let Some(parent) = path.parent() else { return Ok(None) };
        let Some(top) = outermost_absent(&parent, root)? else {
            self.others.insert(parent);
            return Ok(None);
        };
        let within = root.directory(top.parent().as_ref())?;
        let levels = path.components().count() - top.components().count();
        if levels > DEEPEST || is_inherited_from(&within)? {
            self.others.insert(parent);
            return Ok(None);
        }
        let number = *free;
        *free += 1;
        fs::mkdirat(txn, dir_name(number), state::DIR_MODE)?;
        self.tops.insert(top, number);
        Ok(Some(number))
    }

    /// The new directory above a name, and its number.
    fn above<'a>(&self, path: &'a RelPath) -> Option<(&'a str, u64)> {
        if self.tops.is_empty() {
            return None;
        }
        let mut above = path.ancestor_strs();
        above.find_map(|top| self.tops.get(top).map(|&n| (top, n)))
    }

    /// Whether nothing can be on disk under a name: it is below a directory
    /// that was not there.
    pub(super) fn has_above(&self, path: &RelPath) -> bool {
        self.above(path).is_some()
    }

    /// The new directories, by their names.
    pub(super) fn tops(&self) -> impl Iterator<Item = (&RelPath, u64)> {
        self.tops.iter().map(|(top, &number)| (top, number))
    }

    /// The numbers of those that are there by now: another process made them.
    pub(super) fn made_by_others(&self, root: &Root) -> io::Result<Vec<u64>> {
        let mut made = Vec::new();
        for (top, number) in self.tops() {
            if root.look(top)? == Node::Directory {
                made.push(number);
            }
        }
        Ok(made)
    }

    /// Takes a directory out of the group. What was staged in it must have
    /// left it.
    pub(super) fn forget(&mut self, number: u64) {
        self.last = None;
        self.tops.retain(|_, it| *it != number);
    }

    /// Whether they hold what they should, and nothing else.
    pub(super) fn is_sound(&self) -> bool {
        !self.spoiled
    }

    /// The staged directory that a file below a new one is in, made if need
    /// be.
    pub(super) fn make(
        &mut self,
        path: &RelPath,
        txn: &OwnedFd,
    ) -> io::Result<&OwnedFd> {
        let last = match self.last.take() {
            Some(last) if Some(last.0.as_str()) == path.parent_str() => last,
            _ => {
                let parent = path.parent().ok_or(Errno::NOENT)?;
                let mut steps = self.steps(&parent)?.into_iter();
                let top = steps.next().ok_or(Errno::NOENT)?;
                let mut dir = state::make_dir(txn, &top)?;
                for step in steps {
                    dir = state::make_dir(&dir, &step)?;
                }
                (parent, dir)
            }
        };
        Ok(&self.last.insert(last).1)
    }

    /// The names that lead from the transaction's directory to where a new
    /// directory is staged.
    fn steps(&self, dir: &RelPath) -> io::Result<Vec<String>> {
        let at = self.tops.get(dir).map(|&number| (dir.as_str(), number));
        let (top, number) =
            at.or_else(|| self.above(dir)).ok_or(Errno::NOENT)?;
        let below = dir.as_str().get(top.len()..).unwrap_or_default();
        let below = below.split('/').filter(|step| !step.is_empty());
        Ok([dir_name(number)]
            .into_iter()
            .chain(below.map(str::to_owned))
            .collect())
    }

    /// The staged directory that a file below a new one is in.
    pub(super) fn open(
        &self,
        path: &RelPath,
        txn: &OwnedFd,
    ) -> io::Result<OwnedFd> {
        let parent = path.parent().ok_or(Errno::NOENT)?;
        let mut dir: Option<OwnedFd> = None;
        for step in self.steps(&parent)? {
            let from = dir.as_ref().unwrap_or(txn);
            dir = Some(fs::openat(from, step, DIRECTORY, Mode::empty())?);
        }
        Ok(dir.ok_or(Errno::NOENT)?)
    }

    /// Removes a file that was staged, and the directories that only it
    /// needed.
    pub(super) fn remove(&mut self, path: &RelPath, txn: &OwnedFd) {
        self.last = None;
        if self.try_remove(path, txn).is_err() {
            self.spoiled = true;
        }
    }

    fn try_remove(&self, path: &RelPath, txn: &OwnedFd) -> io::Result<()> {
        let flags = AtFlags::empty();
        fs::unlinkat(self.open(path, txn)?, path.file_name(), flags)?;
        let mut dir = path.parent();
        while let Some(name) = dir.filter(|dir| self.has_above(dir)) {
            let within = self.open(&name, txn)?;
            match fs::unlinkat(within, name.file_name(), AtFlags::REMOVEDIR) {
                Ok(()) => {}
                Err(Errno::NOTEMPTY | Errno::EXIST) => break,
                Err(why) => return Err(why.into()),
            }
            dir = name.parent();
        }
        Ok(())
    }
}

/// The outermost of a directory and those above it that is not there, if it
/// would be made in a directory that is.
fn outermost_absent(dir: &RelPath, root: &Root) -> io::Result<Option<RelPath>> {
    let mut absent = None;
    let mut at = Some(dir.clone());
    while let Some(dir) = at {
        match root.look(&dir)? {
            Node::Absent => at = dir.parent(),
            Node::Directory => break,
            _ => return Ok(None),
        }
        absent = Some(dir);
    }
    Ok(absent)
}
