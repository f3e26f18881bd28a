//! A tree that is only looked at: confined reads, and nothing else.

use std::io;
use std::path::Path;

use super::Trouble;
use super::root::{Node, Root};
use crate::path::RelPath;

/// A directory whose files may be read, but not left nor changed.
#[derive(Debug)]
pub struct Tree {
    root: Root,
}

/// What stands under a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// A file with these bytes.
    File(Vec<u8>),
    /// Nothing.
    Absent,
    /// Something that is no file, or cannot be reached or read.
    Other,
}

impl Tree {
    /// Opens a directory.
    pub fn open(path: &Path) -> Result<Self, Trouble> {
        let root = Root::open(path).map_err(|why| {
            Trouble::new("open", &path.to_string_lossy(), why)
        })?;
        Ok(Self { root })
    }

    /// What stands under a name below the directory.
    pub fn read(&self, path: &RelPath) -> Content {
        self.try_read(path).unwrap_or(Content::Other)
    }

    fn try_read(&self, path: &RelPath) -> io::Result<Content> {
        Ok(match self.root.look(path)? {
            Node::File(stat) => Content::File(self.root.read(path, &stat)?),
            Node::Absent | Node::BelowFile => Content::Absent,
            _ => Content::Other,
        })
    }
}
