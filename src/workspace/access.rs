//! What this process may do with the names in a directory, asked before a
//! group is published: what fails then fails for all of its operations.

use std::io;
use std::os::fd::OwnedFd;

use rustix::fs::{self, Access, AtFlags, Mode};
use rustix::io::Errno;
use rustix::process::geteuid;

use super::root::is_fixed;

/// Whose files may be replaced or removed in a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Replaceable {
    Anybodys,
    /// Only those of this user.
    Own(u32),
}

impl Replaceable {
    /// Fails for the file of another user, if that may not go.
    pub(super) fn check(self, owner: Option<u32>) -> io::Result<()> {
        match (self, owner) {
            (Self::Own(user), Some(owner)) if user != owner => {
                let why = "it is sticky, and the file is somebody else's";
                Err(io::Error::other(why))
            }
            _ => Ok(()),
        }
    }
}

/// What may be replaced in a directory. Fails if no name in it may be
/// changed, or if a change could not be taken back.
pub(super) fn of_directory(dir: &OwnedFd) -> io::Result<Replaceable> {
    if is_fixed(dir) {
        let why = "it is marked immutable or append-only";
        return Err(io::Error::other(why));
    }
    let wanted = Access::WRITE_OK | Access::EXEC_OK;
    let may = fs::accessat(dir, ".", wanted, AtFlags::empty());
    if let Err(why @ (Errno::ACCESS | Errno::PERM | Errno::ROFS)) = may {
        return Err(why.into());
    }
    let stat = fs::fstat(dir)?;
    let is_sticky = Mode::from_raw_mode(stat.st_mode).contains(Mode::SVTX);
    let user = geteuid();
    // Whether the superuser is bound by it only the change itself shows.
    match is_sticky && !user.is_root() && user.as_raw() != stat.st_uid {
        true => Ok(Replaceable::Own(user.as_raw())),
        false => Ok(Replaceable::Anybodys),
    }
}
