//! New contents of files before they are published: bytes in, a number out.
//! On disk beside the journal for a run that writes, in memory for one that
//! only looks.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::OwnedFd;

use rustix::fs::{self, Gid, Mode, Uid};

use super::hash::Hash;
use super::root::FileStat;
use super::state;

/// A content that waits to be published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Staged {
    pub(super) number: u64,
    pub(super) len: u64,
    pub(super) hash: Hash,
    /// The file whose permissions it has taken over.
    pub(super) like: Option<FileStat>,
}

/// Where contents wait.
#[derive(Debug)]
pub(super) enum Stage {
    /// In this directory, as `N.new`.
    Disk {
        /// The transaction's directory.
        dir: OwnedFd,
        /// The next number.
        next: u64,
    },
    /// Nowhere that outlives the process.
    Memory(HashMap<u64, Vec<u8>>),
}

/// The name of a staged content.
pub(super) fn new_name(number: u64) -> String {
    format!("{number}.new")
}

impl Stage {
    /// Keeps a content. A file that replaces another one is given the
    /// other's permissions and, where the system allows it, its owner.
    pub(super) fn put(
        &mut self,
        bytes: &[u8],
        like: Option<FileStat>,
    ) -> io::Result<Staged> {
        let number = match self {
            Self::Memory(contents) => {
                let number = contents.len() as u64;
                contents.insert(number, bytes.to_vec());
                number
            }
            Self::Disk { dir, next } => {
                let number = *next;
                *next += 1;
                let name = new_name(number);
                let written = write(dir, &name, bytes, like.as_ref());
                if written.is_err() {
                    drop(state::remove_file(&*dir, &name));
                }
                written?;
                number
            }
        };
        let len = bytes.len() as u64;
        Ok(Staged { number, len, hash: Hash::of(bytes), like })
    }

    /// A content again.
    pub(super) fn get(&self, staged: Staged) -> io::Result<Vec<u8>> {
        let found = match self {
            Self::Memory(contents) => contents.get(&staged.number).cloned(),
            Self::Disk { dir, .. } => {
                state::read_file(dir, &new_name(staged.number))?
            }
        };
        found.ok_or_else(|| io::Error::other("a staged file is gone"))
    }

    /// Forgets a content that another one has overtaken. What stays behind
    /// by mistake goes away with the transaction.
    pub(super) fn drop_content(&mut self, staged: Staged) {
        match self {
            // The number stays taken.
            Self::Memory(contents) => {
                contents.insert(staged.number, Vec::new());
            }
            Self::Disk { dir, .. } => {
                drop(state::remove_file(dir, &new_name(staged.number)));
            }
        }
    }
}

fn write(
    dir: &OwnedFd,
    name: &str,
    bytes: &[u8],
    like: Option<&FileStat>,
) -> io::Result<()> {
    let mut file = state::new_file(dir, name)?;
    file.write_all(bytes)?;
    match like {
        None => Ok(()),
        Some(like) => take_after(&file, like),
    }
}

/// Owner first: changing it clears permission bits.
fn take_after(file: &File, like: &FileStat) -> io::Result<()> {
    let stat = fs::fstat(file)?;
    let (uid, gid) = like.owner;
    if (stat.st_uid, stat.st_gid) != like.owner {
        // Only the superuser can; for others the file becomes theirs, as
        // with every tool that replaces files.
        let owner = (Uid::from_raw(uid), Gid::from_raw(gid));
        fs::fchown(file, Some(owner.0), Some(owner.1)).unwrap_or(());
    }
    Ok(fs::fchmod(file, Mode::from_raw_mode(like.mode))?)
}
