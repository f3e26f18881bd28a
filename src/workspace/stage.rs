//! New contents of files before they are published: bytes in, a number out.
//! On disk beside the journal for a run that writes, in a file without a name
//! for one that only looks.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::OwnedFd;
use std::os::unix::fs::FileExt;
use std::path::Path;

use rustix::fs::{self, Gid, Mode, OFlags, Uid};

use super::hash::Hash;
use super::new_dirs::NewDirs;
use super::overlay::Overlay;
use super::root::{FileStat, Root};
use super::state;
use crate::edit::FileMode;
use crate::path::RelPath;

/// The permissions that a content gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Permissions {
    /// Those of any new file.
    Fresh,
    /// Those of a new program.
    FreshExecutable,
    /// Those of another file and, where the system allows it, its owner.
    Like(FileStat),
}

/// A content that waits to be published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Staged {
    pub(super) at: Place,
    pub(super) len: u64,
    pub(super) hash: Hash,
    /// The file whose permissions it has taken over.
    pub(super) like: Option<FileStat>,
}

/// Where a staged content is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// On its own, under this number.
    Alone(u64),
    /// In the new directory of this number, under the name that it will have
    /// there.
    NewDir(u64),
}

/// Where contents wait.
#[derive(Debug)]
pub(super) enum Stage {
    /// In this directory: as `N.new`, or in a directory that is new too.
    Disk {
        /// The transaction's directory.
        dir: OwnedFd,
        /// The next number.
        next: u64,
        /// What a new file is like before it is made like another.
        fresh: Option<FileStat>,
        /// Directories that are staged whole.
        new_dirs: NewDirs,
    },
    /// One after the other in a file without a name, which goes away with
    /// the process.
    Spill(Spill),
}

/// A file without a name, and where each content begins in it.
#[derive(Debug)]
pub(super) struct Spill {
    file: File,
    starts: Vec<u64>,
    end: u64,
}

/// The name of a staged content.
pub(super) fn new_name(number: u64) -> String {
    format!("{number}.new")
}

impl Stage {
    /// A stage that leaves nothing behind.
    pub(super) fn spill() -> io::Result<Self> {
        let dir = std::env::temp_dir();
        let flags = OFlags::RDWR | OFlags::CLOEXEC;
        let file = match nameless(&dir, flags) {
            Ok(fd) => File::from(fd),
            Err(_) => named_for_a_moment(&dir, flags)?,
        };
        Ok(Self::Spill(Spill { file, starts: Vec::new(), end: 0 }))
    }

    /// Keeps a content that is to stand under a name.
    pub(super) fn put(
        &mut self,
        root: &Root,
        path: &RelPath,
        bytes: &[u8],
        permissions: Permissions,
    ) -> io::Result<Put> {
        let mut like = match permissions {
            Permissions::Like(stat) => Some(stat),
            Permissions::Fresh | Permissions::FreshExecutable => None,
        };
        let at = match self {
            Self::Spill(spill) => {
                if permissions == Permissions::FreshExecutable {
                    like = Some(FileStat::program());
                }
                Place::Alone(spill.put(bytes)?)
            }
            Self::Disk { dir, next, fresh, new_dirs } => {
                let new_dir = new_dirs.of(path, root, dir, next)?;
                let file = (bytes, permissions);
                let written = match new_dir {
                    None => put_alone(dir, next, file, fresh),
                    Some(number) => put_in_new_dir(
                        new_dirs,
                        number,
                        path,
                        (dir, next),
                        file,
                        fresh,
                    ),
                };
                let (at, own) = written?;
                like = own.or(like);
                at
            }
        };
        Ok((at, like))
    }

    /// The content of a name again.
    pub(super) fn get(
        &self,
        path: &RelPath,
        staged: Staged,
    ) -> io::Result<Vec<u8>> {
        let gone = || io::Error::other("a staged file is gone");
        let read = match (self, staged.at) {
            (Self::Spill(spill), Place::Alone(number)) => {
                return spill.get(number, staged.len);
            }
            (Self::Disk { dir, .. }, Place::Alone(number)) => {
                state::read_file(dir, &new_name(number))?
            }
            (Self::Disk { dir, new_dirs, .. }, Place::NewDir(_)) => {
                state::read_file(new_dirs.open(path, dir)?, path.file_name())?
            }
            (Self::Spill(_), Place::NewDir(_)) => None,
        };
        read.ok_or_else(gone)
    }

    /// Stages alone what waits in a new directory that another process has
    /// made meanwhile.
    pub(super) fn leave_made_dirs(
        &mut self,
        root: &Root,
        overlay: &mut Overlay,
    ) -> io::Result<()> {
        let Self::Disk { dir, next, new_dirs, .. } = self else {
            return Ok(());
        };
        for number in new_dirs.made_by_others(root)? {
            for (path, staged) in overlay.staged_in(number) {
                let within = new_dirs.open(path, dir)?;
                let name = new_name(*next);
                fs::renameat(within, path.file_name(), &*dir, name)?;
                staged.at = Place::Alone(*next);
                *next += 1;
            }
            new_dirs.forget(number);
        }
        Ok(())
    }

    /// Forgets a content that another one has overtaken. What stays behind
    /// by mistake goes away with the transaction, or keeps it from being
    /// published.
    pub(super) fn drop_content(&mut self, path: &RelPath, staged: Staged) {
        if let Self::Disk { dir, new_dirs, .. } = self {
            match staged.at {
                Place::Alone(number) => {
                    drop(state::remove_file(dir, &new_name(number)));
                }
                Place::NewDir(_) => new_dirs.remove(path, dir),
            }
        }
    }

    /// Whether nothing can be on disk under a name: its directory was not
    /// there when it was staged.
    pub(super) fn is_new_below(&self, path: &RelPath) -> bool {
        match self {
            Self::Disk { new_dirs, .. } => new_dirs.has_above(path),
            Self::Spill(_) => false,
        }
    }
}

impl Spill {
    fn put(&mut self, bytes: &[u8]) -> io::Result<u64> {
        self.file.write_all_at(bytes, self.end)?;
        self.starts.push(self.end);
        self.end += bytes.len() as u64;
        Ok(self.starts.len() as u64 - 1)
    }

    fn get(&self, number: u64, len: u64) -> io::Result<Vec<u8>> {
        let gone = || io::Error::other("a staged content is gone");
        let index = usize::try_from(number).map_err(|_| gone())?;
        let start = *self.starts.get(index).ok_or_else(gone)?;
        let len = usize::try_from(len).map_err(|_| gone())?;
        let mut bytes = vec![0; len];
        self.file.read_exact_at(&mut bytes, start)?;
        Ok(bytes)
    }
}

#[cfg(target_os = "linux")]
fn nameless(dir: &Path, flags: OFlags) -> io::Result<OwnedFd> {
    let mode = Mode::from_raw_mode(0o600);
    Ok(fs::openat(fs::CWD, dir, flags | OFlags::TMPFILE, mode)?)
}

#[cfg(not(target_os = "linux"))]
fn nameless(_: &Path, _: OFlags) -> io::Result<OwnedFd> {
    Err(io::ErrorKind::Unsupported.into())
}

/// A file that loses its name as soon as it is open.
fn named_for_a_moment(dir: &Path, flags: OFlags) -> io::Result<File> {
    let name = format!(".edit-apply.{}.tmp", std::process::id());
    let path = dir.join(name);
    let flags = flags | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW;
    let fd = fs::openat(fs::CWD, &path, flags, Mode::from_raw_mode(0o600))?;
    fs::unlinkat(fs::CWD, &path, fs::AtFlags::empty())?;
    Ok(File::from(fd))
}

/// A content and the permissions that it gets.
type Content<'a> = (&'a [u8], Permissions);

/// Where a content came to be, and what it is like, if that is not like any
/// new file.
pub(super) type Put = (Place, Option<FileStat>);

fn put_alone(
    dir: &OwnedFd,
    next: &mut u64,
    content: Content<'_>,
    fresh: &mut Option<FileStat>,
) -> io::Result<Put> {
    let number = *next;
    *next += 1;
    let name = new_name(number);
    let file = state::new_file(dir, &name)?;
    let written = write(file, content, fresh);
    if written.is_err() {
        drop(state::remove_file(dir, &name));
    }
    Ok((Place::Alone(number), written?))
}

/// Stages a content with its new directory. One whose name is taken there is
/// staged alone: it overtakes the one that has it.
fn put_in_new_dir(
    new_dirs: &mut NewDirs,
    number: u64,
    path: &RelPath,
    (dir, next): (&OwnedFd, &mut u64),
    content: Content<'_>,
    fresh: &mut Option<FileStat>,
) -> io::Result<Put> {
    let file = match new_dirs
        .make(path, dir)
        .and_then(|within| state::new_file(within, path.file_name()))
    {
        Err(why) if why.kind() == io::ErrorKind::AlreadyExists => {
            return put_alone(dir, next, content, fresh);
        }
        file => file?,
    };
    let written = write(file, content, fresh);
    if written.is_err() {
        new_dirs.remove(path, dir);
    }
    Ok((Place::NewDir(number), written?))
}

/// Writes a new file and gives it its permissions; what they are, if they
/// are not those of any new file. `fresh` remembers what a new file of this
/// directory is like on its own.
fn write(
    mut file: File,
    (bytes, permissions): Content<'_>,
    fresh: &mut Option<FileStat>,
) -> io::Result<Option<FileStat>> {
    file.write_all(bytes)?;
    if permissions == Permissions::Fresh {
        return Ok(None);
    }
    let own = match fresh {
        Some(own) => *own,
        None => *fresh.insert(FileStat::of(&fs::fstat(&file)?)),
    };
    let like = match permissions {
        Permissions::Like(stat) => stat,
        _ => own.with_mode(FileMode::Executable),
    };
    // Owner first: changing it clears permission bits.
    if own.owner != like.owner {
        // Only the superuser can; for others the file becomes theirs, as
        // with every tool that replaces files.
        let (uid, gid) = like.owner;
        let owner = (Uid::from_raw(uid), Gid::from_raw(gid));
        fs::fchown(&file, Some(owner.0), Some(owner.1)).unwrap_or(());
    }
    if own.owner != like.owner || own.mode != like.mode {
        fs::fchmod(&file, Mode::from_raw_mode(like.mode))?;
    }
    Ok(Some(like))
}
