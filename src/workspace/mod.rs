//! The only code that opens a path of the user's tree. Operations flow in,
//! one after the other; outcomes flow out; and at the end of each group the
//! tree has changed as a whole or not at all.
//!
//! A [`Workspace`] plans a group on an overlay over the tree, stages the new
//! contents beside it, and publishes them in a journalled transaction. What
//! an input looks like, or where results are printed, it does not know.

#[cfg(all(tornkit_unprotected, not(debug_assertions)))]
compile_error!("only tests are built without the journal");

mod access;
mod backup;
mod changes;
mod digest;
mod group;
mod hash;
mod journal;
mod log;
mod names;
mod namesake;
mod new_dirs;
mod outcomes;
mod overlay;
mod perform;
mod publish;
mod root;
mod run;
mod source;
mod stage;
mod state;
mod tree;
mod undo;

use std::fmt;
use std::io;
use std::os::fd::AsFd;

use rustix::fs;
use rustix::io::Errno;

use crate::edit::Matching;
use crate::path::STATE_DIR;

pub use group::Workspace;
pub use names::{TreeNames, absolute_names};
pub use tree::{Content, Tree};
pub use undo::{LoggedRun, Undone};

/// Operations in the largest group: enough to share the cost of making it
/// durable, few enough that results are seen as they come.
pub const GROUP_OPERATIONS: usize = 256;

/// Staged bytes in the largest group: 32 MiB, which bounds what a recovery
/// has to look at.
pub const GROUP_BYTES: u64 = 32 * 1024 * 1024;

/// Runs that can still be taken back; what older ones replaced is dropped.
pub const KEPT_RUNS: usize = 16;

/// Whether a run changes the tree.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Purpose {
    /// It does.
    #[default]
    Change,
    /// It only says what it would do; nothing is written, not even state.
    Look,
}

/// What a committed group survives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// A power cut.
    #[default]
    Power,
    /// The end of the process, whatever ends it.
    None,
}

/// What to do while another process writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Patience {
    /// Wait until it is done.
    #[default]
    Wait,
    /// Fail.
    GiveUp,
}

/// How a workspace behaves.
#[derive(Clone, Copy, Debug, Default)]
pub struct Settings {
    /// Whether the tree changes.
    pub purpose: Purpose,
    /// What a committed group survives.
    pub durability: Durability,
    /// What to do while another process writes.
    pub patience: Patience,
    /// How exactly anchors and old texts must stand in their files.
    pub matching: Matching,
}

impl Durability {
    fn sync(self, fd: impl AsFd) -> io::Result<()> {
        match self {
            Self::Power => Ok(fs::fsync(fd)?),
            Self::None => Ok(()),
        }
    }
}

/// Something that ends a run: the tree cannot be read or written, and stands
/// as it did before the group.
#[derive(Debug)]
pub struct Trouble {
    /// What was being done, as a verb.
    doing: &'static str,
    /// To what.
    what: String,
    why: io::Error,
}

impl Trouble {
    fn new(doing: &'static str, what: &str, why: io::Error) -> Self {
        Self { doing, what: what.to_owned(), why }
    }

    /// Whether what is kept under the root is not what was put there, so
    /// that every run will fail until it is gone.
    pub fn is_damaged_state(&self) -> bool {
        let is_other = match Errno::from_io_error(&self.why) {
            Some(why) => {
                matches!(why, Errno::NOTDIR | Errno::ISDIR | Errno::LOOP)
            }
            None => self.why.kind() == io::ErrorKind::InvalidData,
        };
        let parts = [STATE_DIR, "the transaction", "the log", "old runs"];
        is_other && parts.contains(&&*self.what)
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot {} '{}'", self.doing, self.what)
    }
}

impl std::error::Error for Trouble {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.why)
    }
}
