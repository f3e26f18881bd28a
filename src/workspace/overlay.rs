//! The tree as it will be: what the operations of a group have changed so
//! far, over what stands on disk. Pure bookkeeping; contents are elsewhere.

use std::collections::BTreeMap;
use std::ops::Bound;

use super::hash::Hash;
use super::root::FileStat;
use super::stage::{Place, Staged};
use crate::path::RelPath;

/// A file that the group has touched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Touched {
    /// What stood on disk before the group; nothing for a new file.
    pub(super) before: Option<Before>,
    /// What will stand there; nothing for a deleted file.
    pub(super) after: Option<Staged>,
}

/// A file as it stood on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Before {
    pub(super) stat: FileStat,
    pub(super) hash: Hash,
}

/// All files that the group has touched.
#[derive(Debug, Default)]
pub(super) struct Overlay(BTreeMap<RelPath, Touched>);

impl Overlay {
    pub(super) fn get(&self, path: &RelPath) -> Option<&Touched> {
        self.0.get(path)
    }

    /// What is touched, in the order of names.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&RelPath, &Touched)> {
        self.0.iter()
    }

    /// Puts a file, or its absence, where one was or was not. The first
    /// `before` of a name is the one that counts.
    pub(super) fn put(
        &mut self,
        path: &RelPath,
        before: Option<Before>,
        after: Option<Staged>,
    ) -> Option<Staged> {
        match self.0.get_mut(path) {
            Some(touched) => std::mem::replace(&mut touched.after, after),
            None => {
                self.0.insert(path.clone(), Touched { before, after });
                None
            }
        }
    }

    /// Gives a name back what was said of it before, and returns the content
    /// that it has lost by that.
    pub(super) fn restore(
        &mut self,
        path: &RelPath,
        before: Option<Touched>,
    ) -> Option<Staged> {
        let lost = match before {
            Some(before) => self.0.insert(path.clone(), before),
            None => self.0.remove(path),
        };
        lost?.after
    }

    /// What is staged in the new directory of this number.
    pub(super) fn staged_in(
        &mut self,
        number: u64,
    ) -> impl Iterator<Item = (&RelPath, &mut Staged)> {
        let in_it =
            move |staged: &&mut Staged| staged.at == Place::NewDir(number);
        self.0.iter_mut().filter_map(move |(path, touched)| {
            Some((path, touched.after.as_mut().filter(in_it)?))
        })
    }

    /// The directory above `path` that the group has made a file, if any.
    pub(super) fn file_above<'a>(&self, path: &'a RelPath) -> Option<&'a str> {
        path.ancestor_strs().find(|&above| {
            self.0.get(above).is_some_and(|it| it.after.is_some())
        })
    }

    /// Whether a directory above `path` was a file that the group deleted.
    pub(super) fn cleared_above(&self, path: &RelPath) -> bool {
        path.ancestor_strs()
            .any(|above| self.0.get(above).is_some_and(|it| it.after.is_none()))
    }

    /// Whether the group puts a file below `path`, which makes it a
    /// directory.
    pub(super) fn has_below(&self, path: &RelPath) -> bool {
        let from = (Bound::Excluded(path), Bound::Unbounded);
        self.0
            .range::<RelPath, _>(from)
            // Names such as "a-b" sort between "a" and "a/b".
            .take_while(|(name, _)| name.as_str().starts_with(path.as_str()))
            .any(|(name, it)| {
                let rest = name.as_str().get(path.as_str().len()..);
                it.after.is_some()
                    && rest.is_some_and(|rest| rest.starts_with('/'))
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::path::Portability;

    fn name(text: &str) -> RelPath {
        RelPath::parse(text, Portability::Everywhere).unwrap()
    }

    #[test]
    fn a_file_below_makes_a_directory() {
        let mut overlay = Overlay::default();
        let hash = Hash::of(b"");
        let at = Place::Alone(0);
        let staged = Staged { at, len: 0, hash, like: None };
        overlay.put(&name("a-b"), None, Some(staged));
        overlay.put(&name("a/b/c"), None, Some(staged));
        overlay.put(&name("d/e"), None, None);
        assert!(overlay.has_below(&name("a")));
        assert!(overlay.has_below(&name("a/b")));
        assert!(!overlay.has_below(&name("a/b/c")));
        assert!(!overlay.has_below(&name("d")), "it was deleted");
        assert_eq!(overlay.file_above(&name("a-b/x")), Some("a-b"));
        assert!(overlay.cleared_above(&name("d/e/f")));
    }
}
