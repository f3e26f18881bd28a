//! The old file of an entry: kept while the new one takes its name, and given
//! its name back. Files of one directory in, files of another out; what a
//! transaction is it does not know.
//!
//! Where the file system can, the two change places in one step, after which
//! the old file has the name under which the new one was staged. Where it
//! cannot, the old file first gets a second name.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;

use rustix::fs::{self, AtFlags, Mode, OFlags, RenameFlags};
use rustix::io::Errno;

use super::hash::Hash;
use super::root::{FileStat, Node, look_in};
use super::state;

/// The name of the backup of a transaction's entry, where the two did not
/// change places.
pub(super) fn old_name(entry: usize) -> String {
    format!("{entry}.old")
}

/// Lets a staged file and the one that has its name change places, and checks
/// that the old one is the one that the plan was made for. False if the file
/// system cannot do that, and nothing was done.
pub(super) fn exchange(
    txn: &OwnedFd,
    staged: &str,
    parent: &OwnedFd,
    name: &str,
    seen: &FileStat,
) -> io::Result<bool> {
    let flags = RenameFlags::EXCHANGE;
    match fs::renameat_with(txn, staged, parent, name, flags) {
        Ok(()) => {}
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {
            return Ok(false);
        }
        Err(why) => return Err(why.into()),
    }
    if is_as_seen(&look_in(txn, staged)?, seen) {
        return Ok(true);
    }
    fs::renameat_with(txn, staged, parent, name, flags)?;
    Err(changed())
}

/// Lets the two change places again, if they did.
pub(super) fn exchange_back(
    txn: &OwnedFd,
    staged: &str,
    parent: &OwnedFd,
    name: &str,
    (old, new): (Hash, Hash),
) -> io::Result<()> {
    if !are_exchanged((txn, staged), (parent, name), (old, new))? {
        return Ok(());
    }
    let flags = RenameFlags::EXCHANGE;
    match fs::renameat_with(txn, staged, parent, name, flags) {
        Ok(()) => Ok(()),
        // The name has gone, or the tree has moved to another file system.
        Err(Errno::NOENT | Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {
            Ok(fs::renameat(txn, staged, parent, name)?)
        }
        Err(why) => Err(why.into()),
    }
}

/// Whether a file has the place that another was staged in. What has neither
/// content was written to since, or is somebody else's; whose name it had
/// then shows.
fn are_exchanged(
    staged: (&OwnedFd, &str),
    named: (&OwnedFd, &str),
    (old, new): (Hash, Hash),
) -> io::Result<bool> {
    if look_in(staged.0, staged.1)? == Node::Absent {
        return Ok(false);
    }
    match content(staged)? {
        Some(there) if there == new => Ok(false),
        Some(there) if there == old => Ok(true),
        _ => Ok(content(named)? == Some(new)),
    }
}

/// The digest of what a file has in it; nothing if none has that name.
pub(super) fn content(
    (dir, name): (&OwnedFd, &str),
) -> io::Result<Option<Hash>> {
    match look_in(dir, name)? {
        Node::File(_) => {
            let bytes = state::read_file(dir, name)?;
            Ok(bytes.map(|bytes| Hash::of(&bytes)))
        }
        _ => Ok(None),
    }
}

/// Keeps the old file under another name, and checks that it is the one that
/// the plan was made for.
pub(super) fn back_up(
    txn: &OwnedFd,
    parent: &OwnedFd,
    name: &str,
    number: usize,
    seen: &FileStat,
) -> io::Result<()> {
    let old = old_name(number);
    let kept = match link_or_copy(parent, name, txn, &old)? {
        Kept::SameFile => look_in(txn, &old)?,
        Kept::Copy => look_in(parent, name)?,
    };
    if is_as_seen(&kept, seen) {
        return Ok(());
    }
    state::remove_file(txn, &old)?;
    Err(changed())
}

fn is_as_seen(kept: &Node, seen: &FileStat) -> bool {
    matches!(kept, Node::File(now) if now.inode == seen.inode
        && now.len == seen.len && now.modified == seen.modified)
}

fn changed() -> io::Error {
    io::Error::other("another process changed it meanwhile")
}

/// How a file was given a second name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kept {
    /// It is one file under two names.
    SameFile,
    /// It is another file with the same content, permissions and times.
    Copy,
}

/// Gives a file a second name in a directory of ours.
pub(super) fn link_or_copy(
    parent: &OwnedFd,
    name: &str,
    txn: &OwnedFd,
    other: &str,
) -> io::Result<Kept> {
    match fs::linkat(parent, name, txn, other, AtFlags::empty()) {
        Ok(()) => Ok(Kept::SameFile),
        // File systems without links, and files of others.
        Err(Errno::PERM | Errno::MLINK | Errno::OPNOTSUPP | Errno::NOSYS) => {
            copy(txn, parent, name, other).map(|()| Kept::Copy)
        }
        Err(why) => Err(why.into()),
    }
}

/// A second file where a link cannot be made. It gets its name when it is
/// whole.
fn copy(
    txn: &OwnedFd,
    parent: &OwnedFd,
    name: &str,
    old: &str,
) -> io::Result<()> {
    let draft = format!("{old}.tmp");
    let flags =
        OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let from = fs::openat(parent, name, flags, Mode::empty())?;
    let stat = fs::fstat(&from)?;
    if !matches!(Node::of(&stat), Node::File(_)) {
        return Err(io::Error::other("it is not a file"));
    }
    let mut to = state::new_file(txn, &draft)?;
    io::copy(&mut File::from(from), &mut to)?;
    fs::fchmod(&to, Mode::from_raw_mode(stat.st_mode & 0o777))?;
    let time = |tv_sec, tv_nsec: u64| fs::Timespec {
        tv_sec,
        tv_nsec: tv_nsec.try_into().unwrap_or_default(),
    };
    let times = fs::Timestamps {
        last_access: time(stat.st_atime, stat.st_atime_nsec),
        last_modification: time(stat.st_mtime, stat.st_mtime_nsec),
    };
    fs::futimens(&to, &times)?;
    fs::fsync(&to)?;
    Ok(fs::renameat(txn, draft.as_str(), txn, old)?)
}

/// Gives the backup its name back. Renaming one link of a file over another
/// does nothing, so what is left of the backup is removed.
pub(super) fn restore(
    txn: &OwnedFd,
    old: &str,
    parent: &OwnedFd,
    name: &str,
) -> io::Result<()> {
    fs::renameat(txn, old, parent, name)?;
    state::remove_file(txn, old)
}
