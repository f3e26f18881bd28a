//! Names that a file system without case would take for each other: a new
//! name in, the one that is already there out. A warning, never a refusal.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io;

use super::group::Workspace;
use super::state;
use crate::path::RelPath;

/// Directories whose names are remembered. What another process adds to them
/// meanwhile is not warned of.
const REMEMBERED_DIRS: usize = 256;

/// The names in each directory that was asked for, by their folded form; the
/// root is ``.
#[derive(Debug, Default)]
pub(super) struct Namesakes(HashMap<String, HashMap<String, String>>);

impl Workspace {
    /// The other name, if `path` is new and a name on its way differs from
    /// one that is there only in case. A directory that cannot be listed has
    /// no names.
    pub(super) fn namesake(&mut self, path: &RelPath) -> Option<String> {
        let parent = path.parent_str().unwrap_or_default();
        // A directory that is known has been seen on the way to another name.
        if self.namesakes.0.contains_key(parent) {
            return self.other_name(parent, path.file_name());
        }
        let mut within = "";
        for way in path.ancestor_strs().chain([path.as_str()]) {
            let name = way.rsplit('/').next().unwrap_or(way);
            let other = self.other_name(within, name);
            if other.is_some() {
                return other;
            }
            within = way;
        }
        None
    }

    fn other_name(&mut self, within: &str, name: &str) -> Option<String> {
        if !self.namesakes.0.contains_key(within) {
            let names = self.listed(within).unwrap_or_default();
            if self.namesakes.0.len() >= REMEMBERED_DIRS {
                self.namesakes.0.clear();
            }
            self.namesakes.0.insert(within.to_owned(), names);
        }
        let names = self.namesakes.0.get_mut(within)?;
        match names.entry(name.to_lowercase()) {
            Entry::Occupied(other) if other.get() != name => {
                Some(other.get().clone())
            }
            Entry::Occupied(_) => None,
            Entry::Vacant(free) => {
                free.insert(name.to_owned());
                None
            }
        }
    }

    fn listed(&self, within: &str) -> io::Result<HashMap<String, String>> {
        let names = state::names(&self.root.directory_at(within)?)?;
        let folded = |name: String| (name.to_lowercase(), name);
        Ok(names.into_iter().map(folded).collect())
    }
}
