//! The sizes of a directory tree, as far as they bear on deliverables.
//!
//! A directory flows in once, sizes of its files flow out as often as asked.
//! Names and sizes only: no file is ever opened. What git ignores does not
//! count, and `.git` is not looked into.

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};

use globset::GlobBuilder;
use ignore::WalkBuilder;

use super::action::Action;
use super::deliverable::{Contradiction, Deliverable};
use super::kind;
use super::phase::Phase;

/// The files of a tree and their sizes.
#[derive(Debug, Default)]
pub struct Tree {
    root: PathBuf,
    /// Relative path with `/`, and bytes, of what git does not ignore.
    files: Vec<(String, u64)>,
    /// Sizes by directory and extension.
    siblings: HashMap<(String, String), Vec<u64>>,
    /// Sizes by extension and class.
    extensions: HashMap<(String, Class), Vec<u64>>,
}

/// Whether a file is a test: tests have sizes of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Class {
    Test,
    Other,
}

impl Class {
    fn of(path: &str) -> Self {
        if kind::is_test(path) { Self::Test } else { Self::Other }
    }
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
                tree.add(path.to_owned(), metadata.len());
            }
        }
        Ok(tree)
    }

    fn add(&mut self, path: String, bytes: u64) {
        let extension = kind::extension(&path);
        let directory = kind::directory(&path).to_owned();
        let class = Class::of(&path);
        self.siblings
            .entry((directory, extension.clone()))
            .or_default()
            .push(bytes);
        self.extensions.entry((extension, class)).or_default().push(bytes);
        self.files.push((path, bytes));
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
        let extension = kind::extension(&one.path);
        let directory = kind::directory(&one.path).to_owned();
        let siblings = self.siblings.get(&(directory, extension.clone()));
        let others = siblings.map(|all| without(all, size));
        let class = Class::of(&one.path);
        let alike = self.extensions.get(&(extension, class));
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
        let sizes = &mut one.sizes;
        sizes.existing = sizes.existing.or(size.map(|bytes| bytes as f64));
        sizes.sibling = sizes.sibling.or(others.and_then(|s| median(&s)));
        sizes.extension =
            sizes.extension.or_else(|| alike.and_then(|s| median(s)));
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
        let patterned = one.path.contains(['*', '?', '[']);
        if !patterned || one.action == Some(Action::Create) {
            return vec![one];
        }
        let glob = GlobBuilder::new(&one.path).literal_separator(true).build();
        let Ok(glob) = glob else { return vec![one] };
        let matcher = glob.compile_matcher();
        let mut found: Vec<Deliverable> = self
            .files
            .iter()
            .filter(|(path, _)| matcher.is_match(path))
            .map(|(path, _)| Deliverable { path: path.clone(), ..one.clone() })
            .collect();
        found.sort_by(|a, b| a.path.cmp(&b.path));
        if found.is_empty() { vec![one] } else { found }
    }
}

/// The sizes of the others: all of them but one of that size.
fn without(all: &[u64], own: Option<u64>) -> Vec<u64> {
    let mut others = all.to_vec();
    let at = own.and_then(|own| others.iter().position(|s| *s == own));
    if let Some(at) = at {
        others.swap_remove(at);
    }
    others
}

/// The middle size, or the mean of the two in the middle.
fn median(sizes: &[u64]) -> Option<f64> {
    let mut sorted = sizes.to_vec();
    sorted.sort_unstable();
    let upper = *sorted.get(sorted.len() / 2)? as f64;
    if sorted.len() % 2 == 1 {
        return Some(upper);
    }
    let lower = *sorted.get(sorted.len() / 2 - 1)? as f64;
    Some(f64::midpoint(lower, upper))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_median_is_the_middle() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[9, 1, 5]), Some(5.0));
        assert_eq!(median(&[9, 1]), Some(5.0));
    }

    #[test]
    fn a_file_is_not_its_own_sibling() {
        assert_eq!(without(&[4, 7, 7], Some(7)), [4, 7]);
        assert_eq!(without(&[4], None), [4]);
    }
}
