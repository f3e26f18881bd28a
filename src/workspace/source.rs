//! A file's content: where its bytes are, what the file is like, and what its
//! next version will be like. No tree.

use super::hash::Hash;
use super::root::FileStat;
use super::stage::{Permissions, Staged};
use crate::edit::FileMode;
use crate::report::result::Outcome;

/// Where a file's bytes are.
#[derive(Clone, Copy)]
pub(super) enum Source {
    Disk(FileStat),
    Stage(Staged),
}

impl Source {
    pub(super) fn len(self) -> u64 {
        match self {
            Self::Disk(stat) => stat.len,
            Self::Stage(staged) => staged.len,
        }
    }

    pub(super) fn like(self) -> Option<FileStat> {
        match self {
            Self::Disk(stat) => Some(stat),
            Self::Stage(staged) => staged.like,
        }
    }

    /// Whether its owner may execute it.
    pub(super) fn is_executable(self) -> bool {
        self.like().is_some_and(|stat| stat.is_executable())
    }

    /// Whether it has a mode already.
    pub(super) fn has(self, mode: Option<FileMode>) -> bool {
        mode.is_none_or(|mode| {
            self.is_executable() == (mode == FileMode::Executable)
        })
    }

    /// The permissions of the next version.
    pub(super) fn permissions(self, mode: Option<FileMode>) -> Permissions {
        match (self.like(), mode) {
            (Some(stat), Some(mode)) if !self.has(Some(mode)) => {
                Permissions::Like(stat.with_mode(mode))
            }
            (Some(stat), _) => Permissions::Like(stat),
            (None, mode) => fresh(mode),
        }
    }
}

/// The permissions of a new file.
pub(super) fn fresh(mode: Option<FileMode>) -> Permissions {
    match mode {
        Some(FileMode::Executable) => Permissions::FreshExecutable,
        _ => Permissions::Fresh,
    }
}

/// A new content.
#[derive(Clone, Copy)]
pub(super) struct Text<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) hash: Hash,
}

impl<'a> Text<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self::hashed(bytes, None)
    }

    /// One whose digest may be known.
    pub(super) fn hashed(bytes: &'a [u8], hash: Option<Hash>) -> Self {
        Self { bytes, hash: hash.unwrap_or_else(|| Hash::of(bytes)) }
    }
}

/// A file as it stands, read.
pub(super) struct Read {
    pub(super) source: Source,
    pub(super) bytes: Vec<u8>,
    pub(super) hash: Hash,
}

impl Read {
    /// The user whose file on disk it is.
    pub(super) fn owner(&self) -> Option<u32> {
        match self.source {
            Source::Disk(stat) => Some(stat.owner.0),
            Source::Stage(_) => None,
        }
    }

    /// Whether it may be replaced or removed.
    pub(super) fn may_go(&self) -> Result<(), Outcome> {
        match self.source {
            Source::Disk(stat) if stat.is_fixed => {
                let why = "it is marked immutable or append-only";
                Err(Outcome::failed("io", why))
            }
            _ => Ok(()),
        }
    }

    /// The same content once more.
    pub(super) fn text(&self) -> Text<'_> {
        Text { bytes: &self.bytes, hash: self.hash }
    }
}
