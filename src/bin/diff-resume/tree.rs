//! The files that an answer changes, looked up below a directory.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use anyhow::Error;

use tornkit::path::{Portability, RelPath};
use tornkit::resume::Preimage;
use tornkit::text::filename::{Known, NoneKnown};
use tornkit::workspace::{Content, Tree, TreeNames};

/// A tree, if there is one, and what was read of it.
pub(crate) struct Files {
    tree: Option<Tree>,
    names: Option<Arc<TreeNames>>,
    seen: RefCell<HashMap<Vec<u8>, Preimage>>,
}

impl Files {
    pub(crate) fn open(directory: Option<&Path>) -> Result<Self, Error> {
        let tree = directory.map(Tree::open).transpose()?;
        let names = directory.map(TreeNames::open).transpose()?;
        let names = names.map(Arc::new);
        Ok(Self { tree, names, seen: RefCell::default() })
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
        if let Some(seen) = self.seen.borrow().get(name) {
            return seen.clone();
        }
        let found = look(tree, name);
        self.seen.borrow_mut().insert(name.to_vec(), found.clone());
        found
    }
}

fn look(tree: &Tree, name: &[u8]) -> Preimage {
    let text = std::str::from_utf8(name).unwrap_or_default();
    let Ok(path) = RelPath::parse(text, Portability::Unix) else {
        return Preimage::Unknown;
    };
    match tree.read(&path) {
        Content::File(bytes) => Preimage::Text(Rc::new(bytes)),
        Content::Absent => Preimage::Absent,
        Content::Other => Preimage::Unknown,
    }
}
