//! The directory in which edit-apply keeps its own state, and the lock that
//! one writer at a time holds. It ignores itself for git.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, OwnedFd};

use rustix::fs::{self, AtFlags, FlockOperation, Mode, OFlags};
use rustix::io::Errno;

use super::root::Root;
use super::{Durability, Patience, Trouble};
use crate::path::STATE_DIR;

const COMMON: OFlags = OFlags::CLOEXEC.union(OFlags::NOFOLLOW);
pub(super) const DIRECTORY: OFlags =
    OFlags::DIRECTORY.union(OFlags::RDONLY).union(COMMON);
const NEW_FILE: OFlags =
    OFlags::WRONLY.union(OFlags::CREATE).union(OFlags::EXCL).union(COMMON);

/// Everybody's permissions, less the process's mask.
pub(super) const FILE_MODE: Mode = Mode::from_raw_mode(0o666);
pub(super) const DIR_MODE: Mode = Mode::from_raw_mode(0o777);

/// Levels of directories in the deepest one that is removed as a whole.
const DEEPEST: usize = 16;

/// The state directory, open.
#[derive(Debug)]
pub(super) struct State {
    dir: OwnedFd,
}

/// Held by the one process that may change the tree; gone when dropped.
#[derive(Debug)]
pub(super) struct Lock(#[expect(dead_code, reason = "held, not used")] OwnedFd);

impl State {
    /// Opens the state directory, and makes it if it is not there.
    pub(super) fn open(
        root: &Root,
        durability: Durability,
    ) -> Result<Self, Trouble> {
        Self::open_or_make(root, durability)
            .map_err(|why| Trouble::new("open", STATE_DIR, why))
    }

    fn open_or_make(root: &Root, durability: Durability) -> io::Result<Self> {
        if let Some(dir) = open_dir(root.dir(), STATE_DIR)? {
            return Ok(Self { dir });
        }
        let dir = make_dir(root.dir(), STATE_DIR)?;
        let ignore = fs::openat(&dir, ".gitignore", NEW_FILE, FILE_MODE);
        match ignore {
            Ok(fd) => File::from(fd).write_all(b"*\n")?,
            Err(Errno::EXIST) => {}
            Err(why) => return Err(why.into()),
        }
        durability.sync(&dir)?;
        durability.sync(root.dir())?;
        Ok(Self { dir })
    }

    /// Opens the state directory if there is one.
    pub(super) fn existing(root: &Root) -> Result<Option<Self>, Trouble> {
        let dir = open_dir(root.dir(), STATE_DIR)
            .map_err(|why| Trouble::new("open", STATE_DIR, why))?;
        Ok(dir.map(|dir| Self { dir }))
    }

    pub(super) fn dir(&self) -> &OwnedFd {
        &self.dir
    }

    /// Takes the lock, after waiting for whoever holds it.
    pub(super) fn lock(&self, patience: Patience) -> Result<Lock, Trouble> {
        let trouble = |why: io::Error| Trouble::new("lock", STATE_DIR, why);
        let flags = OFlags::RDWR | OFlags::CREATE | COMMON;
        let fd = fs::openat(&self.dir, "lock", flags, FILE_MODE)
            .map_err(|why| trouble(why.into()))?;
        let how = match patience {
            Patience::Wait => FlockOperation::LockExclusive,
            Patience::GiveUp => FlockOperation::NonBlockingLockExclusive,
        };
        loop {
            match fs::flock(&fd, how) {
                Ok(()) => return Ok(Lock(fd)),
                Err(Errno::INTR) => {}
                Err(Errno::WOULDBLOCK) => {
                    let why = "another edit-apply is writing";
                    return Err(trouble(io::Error::other(why)));
                }
                Err(why) => return Err(trouble(why.into())),
            }
        }
    }
}

/// Opens a directory that is really one, not a link; `None` if absent.
pub(super) fn open_dir(
    within: &OwnedFd,
    name: &str,
) -> io::Result<Option<OwnedFd>> {
    match fs::openat(within, name, DIRECTORY, Mode::empty()) {
        Ok(dir) => Ok(Some(dir)),
        Err(Errno::NOENT) => Ok(None),
        Err(why) => Err(why.into()),
    }
}

/// Makes a directory, if it is not there, and opens it.
pub(super) fn make_dir(within: &OwnedFd, name: &str) -> io::Result<OwnedFd> {
    match fs::mkdirat(within, name, DIR_MODE) {
        Ok(()) | Err(Errno::EXIST) => {}
        Err(why) => return Err(why.into()),
    }
    Ok(fs::openat(within, name, DIRECTORY, Mode::empty())?)
}

/// Opens a file that must not exist yet.
pub(super) fn new_file(within: &OwnedFd, name: &str) -> io::Result<File> {
    Ok(File::from(fs::openat(within, name, NEW_FILE, FILE_MODE)?))
}

/// All of a file of ours; `None` if absent.
pub(super) fn read_file(
    within: impl AsFd,
    name: &str,
) -> io::Result<Option<Vec<u8>>> {
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | COMMON;
    let fd = match fs::openat(within, name, flags, Mode::empty()) {
        Ok(fd) => fd,
        Err(Errno::NOENT) => return Ok(None),
        Err(why) => return Err(why.into()),
    };
    let mut bytes = Vec::new();
    File::from(fd).read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

/// Removes a file; one that is not there is removed already.
pub(super) fn remove_file(within: impl AsFd, name: &str) -> io::Result<()> {
    match fs::unlinkat(within, name, AtFlags::empty()) {
        Ok(()) | Err(Errno::NOENT) => Ok(()),
        Err(why) => Err(why.into()),
    }
}

/// The names in a directory, in no order.
pub(super) fn names(dir: &OwnedFd) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::Dir::read_from(dir)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy();
        if name != "." && name != ".." {
            names.push(name.into_owned());
        }
    }
    Ok(names)
}

/// Removes a directory of ours, and what is in it.
pub(super) fn remove_dir(within: &OwnedFd, name: &str) -> io::Result<()> {
    remove_level(within, name, DEEPEST)
}

fn remove_level(within: &OwnedFd, name: &str, levels: usize) -> io::Result<()> {
    let Some(dir) = open_dir(within, name)? else { return Ok(()) };
    for file in names(&dir)? {
        match fs::unlinkat(&dir, &file, AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => {}
            // What a directory is answered with by Linux, and by POSIX.
            Err(Errno::ISDIR | Errno::PERM) if levels > 0 => {
                remove_level(&dir, &file, levels - 1)?;
            }
            Err(why) => return Err(why.into()),
        }
    }
    match fs::unlinkat(within, name, AtFlags::REMOVEDIR) {
        Ok(()) | Err(Errno::NOENT) => Ok(()),
        Err(why) => Err(why.into()),
    }
}
