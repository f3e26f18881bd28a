//! The files that an answer changes, looked up below a directory.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use anyhow::Error;

use tornkit::path::{Portability, RelPath, below};
use tornkit::resume::Preimage;
use tornkit::text::filename::{Known, NoneKnown};
use tornkit::workspace::{Content, Tree, TreeNames, absolute_names};

/// A tree, if there is one, and what was read of it.
pub(crate) struct Files {
    tree: Option<Tree>,
    names: Option<Arc<TreeNames>>,
    /// The absolute names of the directory.
    pub(crate) roots: Vec<String>,
    seen: RefCell<Seen>,
}

/// Files that were read.
#[derive(Default)]
struct Seen {
    files: HashMap<Vec<u8>, Preimage>,
    bytes: usize,
}

/// Bytes of files that are kept: those of many answers' files.
const SEEN_BYTES: usize = 64 * 1024 * 1024;

impl Seen {
    fn keep(&mut self, name: &[u8], found: &Preimage) {
        if let Preimage::Text(text) = found {
            self.bytes += text.len();
        }
        if self.bytes > SEEN_BYTES {
            *self = Self::default();
        }
        self.files.insert(name.to_vec(), found.clone());
    }
}

impl Files {
    pub(crate) fn open(directory: Option<&Path>) -> Result<Self, Error> {
        let tree = directory.map(Tree::open).transpose()?;
        let names = directory.map(TreeNames::open).transpose()?;
        let names = names.map(Arc::new);
        let roots = directory.map(absolute_names).unwrap_or_default();
        Ok(Self { tree, names, roots, seen: RefCell::default() })
    }

    /// What the tree knows of names.
    pub(crate) fn known(&self) -> Arc<dyn Known + Send + Sync> {
        match &self.names {
            Some(names) => names.clone(),
            None => Arc::new(NoneKnown),
        }
    }

    /// Whether there is a tree to look into.
    pub(crate) fn are_known(&self) -> bool {
        self.tree.is_some()
    }

    /// What stands under a name of the tree.
    pub(crate) fn get(&self, name: &[u8]) -> Preimage {
        let Some(tree) = &self.tree else { return Preimage::Unknown };
        if let Some(seen) = self.seen.borrow().files.get(name) {
            return seen.clone();
        }
        let found = look(tree, name, &self.roots);
        self.seen.borrow_mut().keep(name, &found);
        found
    }
}

fn look(tree: &Tree, name: &[u8], roots: &[String]) -> Preimage {
    let text = std::str::from_utf8(name).unwrap_or_default();
    let text = below(text, roots).unwrap_or(text);
    let Ok(path) = RelPath::parse(text, Portability::Unix) else {
        return Preimage::Unknown;
    };
    match tree.read(&path) {
        Content::File(bytes) => Preimage::Text(Rc::new(bytes)),
        Content::Absent => Preimage::Absent,
        Content::Other => Preimage::Unknown,
    }
}
