//! The sizes of a directory tree, as far as they bear on deliverables.
//!
//! A directory flows in once, sizes of its files flow out as often as asked.
//! Names and sizes only: no file is ever opened. What git ignores does not
//! count, and `.git` is not looked into.

use std::path::{Component, Path, PathBuf};

use globset::GlobBuilder;
use ignore::WalkBuilder;

use super::action::Action;
use super::deliverable::{Contradiction, Deliverable};
use super::neighbours::Neighbours;
use super::phase::Phase;

/// The files of a tree and their sizes.
#[derive(Debug, Default)]
pub struct Tree {
    root: PathBuf,
    /// Relative paths with `/` of what git does not ignore.
    files: Vec<String>,
    neighbours: Neighbours,
}

impl Tree {
    /// Reads the tree under `root`. What cannot be read is left out.
    ///
    /// Fails with the first error if `root` itself cannot be read.
    pub fn read(root: &Path) -> Result<Self, std::io::Error> {
        std::fs::read_dir(root)?;
        let mut tree = Self { root: root.to_owned(), ..Self::default() };
        let mut walk = WalkBuilder::new(root);
        walk.hidden(false).require_git(false);
        walk.filter_entry(|entry| entry.file_name() != ".git");
        for entry in walk.build().filter_map(Result::ok) {
            let file = entry.file_type().is_some_and(|t| t.is_file());
            let inside = entry.path().strip_prefix(root).ok();
            if let (true, Some(path), Ok(metadata)) =
                (file, inside.and_then(Path::to_str), entry.metadata())
            {
                tree.neighbours.add(path, metadata.len());
                tree.files.push(path.to_owned());
            }
        }
        Ok(tree)
    }

    /// Gives the deliverables of a phase the sizes that they lack; a pattern
    /// becomes the existing files it means. A file to be modified that is
    /// not there is expected to be created.
    pub fn complete(&self, phase: &mut Phase) {
        let listed = std::mem::take(&mut phase.deliverables);
        for one in listed {
            phase.deliverables.extend(self.expand(one));
        }
        for one in &mut phase.deliverables {
            self.measure(one);
        }
    }

    fn measure(&self, one: &mut Deliverable) {
        let size = self.size(&one.path);
        one.contradiction = match one.action {
            Some(Action::Create) if size.is_some() => {
                Some(Contradiction::Exists)
            }
            Some(Action::Create) | None => None,
            Some(_) if size.is_some() => None,
            Some(_) => Some(Contradiction::Missing),
        };
        if (one.action, size) == (Some(Action::Modify), None) {
            one.action = Some(Action::Create);
        }
        let found = self.neighbours.around(&one.path, size);
        let sizes = &mut one.sizes;
        sizes.existing = sizes.existing.or(found.existing);
        sizes.sibling = sizes.sibling.or(found.sibling);
        sizes.extension = sizes.extension.or(found.extension);
    }

    /// Bytes of the file of that name, ignored or not, without following a
    /// link. Names that lead out of the tree have none.
    fn size(&self, path: &str) -> Option<u64> {
        let path = Path::new(path);
        let inside =
            path.components().all(|part| matches!(part, Component::Normal(_)));
        let full = inside.then(|| self.root.join(path))?;
        let metadata = std::fs::symlink_metadata(full).ok()?;
        metadata.is_file().then_some(metadata.len())
    }

    fn expand(&self, one: Deliverable) -> Vec<Deliverable> {
        // A file may well be called `[id].tsx`.
        let patterned = one.path.contains(['*', '?', '[', '{'])
            && self.size(&one.path).is_none();
        if !patterned || one.action == Some(Action::Create) {
            return vec![one];
        }
        let glob = GlobBuilder::new(&one.path).literal_separator(true).build();
        let Ok(glob) = glob else { return vec![one] };
        let matcher = glob.compile_matcher();
        let mut found: Vec<Deliverable> = self
            .files
            .iter()
            .filter(|path| matcher.is_match(path))
            .map(|path| Deliverable { path: path.clone(), ..one.clone() })
            .collect();
        found.sort_by(|a, b| a.path.cmp(&b.path));
        if found.is_empty() { vec![one] } else { found }
    }
}
