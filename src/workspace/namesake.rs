//! Names that a file system without case would take for each other: a new
//! name in, the one that is already there out. A warning, never a refusal.

use std::collections::HashMap;
use std::io;

use super::group::Workspace;
use super::state;
use crate::path::RelPath;

/// Directories whose names are remembered. What another process adds to them
/// meanwhile is not warned of.
const REMEMBERED_DIRS: usize = 256;

/// The names in each directory that was asked for, by their folded form.
#[derive(Debug, Default)]
pub(super) struct Namesakes(HashMap<Option<RelPath>, HashMap<String, String>>);

impl Workspace {
    /// The other name, if `path` is new and a name on its way differs from
    /// one that is there only in case. A directory that cannot be listed has
    /// no names.
    pub(super) fn namesake(&mut self, path: &RelPath) -> Option<String> {
        let mut within = None;
        let ways = path.ancestors().chain([path.clone()]);
        for way in ways.collect::<Vec<_>>() {
            let other = self.other_name(within.as_ref(), &way);
            if other.is_some() {
                return other;
            }
            within = Some(way);
        }
        None
    }

    fn other_name(
        &mut self,
        within: Option<&RelPath>,
        path: &RelPath,
    ) -> Option<String> {
        let key = within.cloned();
        if !self.namesakes.0.contains_key(&key) {
            let names = self.listed(within).unwrap_or_default();
            if self.namesakes.0.len() >= REMEMBERED_DIRS {
                self.namesakes.0.clear();
            }
            self.namesakes.0.insert(key.clone(), names);
        }
        let names = self.namesakes.0.get_mut(&key)?;
        let name = path.file_name();
        let folded = name.to_lowercase();
        match names.get(&folded) {
            Some(other) if other != name => Some(other.clone()),
            Some(_) => None,
            None => {
                names.insert(folded, name.to_owned());
                None
            }
        }
    }

    fn listed(
        &self,
        within: Option<&RelPath>,
    ) -> io::Result<HashMap<String, String>> {
        let dir = self.root.directory(within)?;
        let names = state::names(&dir)?;
        let folded = |name: String| (name.to_lowercase(), name);
        Ok(names.into_iter().map(folded).collect())
    }
}
