//! Sizes of the files of a tree, by what makes them alike.
//!
//! Paths and sizes flow in and out again as the tree changes; the [`Sizes`]
//! around any path flow out. Nothing here reads a tree.

use std::collections::HashMap;

use super::deliverable::Sizes;
use super::kind;

/// Sizes, in bytes, by directory and extension, and by extension and class.
#[derive(Clone, Debug, Default)]
pub struct Neighbours {
    siblings: HashMap<(String, String), Vec<u64>>,
    alike: HashMap<(String, Class), Vec<u64>>,
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

impl Neighbours {
    /// A file has come into being.
    pub fn add(&mut self, path: &str, bytes: u64) {
        let (near, far) = keys(path);
        insert(self.siblings.entry(near).or_default(), bytes);
        insert(self.alike.entry(far).or_default(), bytes);
    }

    /// A file of that size has gone.
    pub fn remove(&mut self, path: &str, bytes: u64) {
        let (near, far) = keys(path);
        self.siblings.entry(near).and_modify(|all| take(all, bytes));
        self.alike.entry(far).and_modify(|all| take(all, bytes));
    }

    /// The sizes around a path; `own` is the size of the file itself, if it
    /// is there. It is not its own sibling.
    pub fn around(&self, path: &str, own: Option<u64>) -> Sizes {
        let (near, far) = keys(path);
        let others = |all: &Vec<u64>| {
            let own = own.and_then(|bytes| all.binary_search(&bytes).ok());
            median(all, own)
        };
        Sizes {
            existing: own.map(|bytes| bytes as f64),
            sibling: self.siblings.get(&near).and_then(others),
            extension: self.alike.get(&far).and_then(|all| median(all, None)),
        }
    }
}

fn keys(path: &str) -> ((String, String), (String, Class)) {
    let extension = kind::extension(path);
    let directory = kind::directory(path).to_owned();
    ((directory, extension.clone()), (extension, Class::of(path)))
}

fn insert(sorted: &mut Vec<u64>, bytes: u64) {
    let at = sorted.partition_point(|other| *other < bytes);
    sorted.insert(at, bytes);
}

fn take(sorted: &mut Vec<u64>, bytes: u64) {
    if let Ok(at) = sorted.binary_search(&bytes) {
        sorted.remove(at);
    }
}

/// The middle of sorted sizes, or the mean of the two in the middle; the one
/// at index `without` does not count.
fn median(sorted: &[u64], without: Option<usize>) -> Option<f64> {
    let count = sorted.len().saturating_sub(usize::from(without.is_some()));
    let at = |index: usize| {
        let passed = without.is_some_and(|without| index >= without);
        sorted.get(index + usize::from(passed)).map(|bytes| *bytes as f64)
    };
    let middle = count / 2;
    let upper = at(middle)?;
    if count % 2 == 1 {
        return Some(upper);
    }
    Some(f64::midpoint(at(middle.checked_sub(1)?)?, upper))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_median_is_the_middle() {
        assert_eq!(median(&[], None), None);
        assert_eq!(median(&[1, 5, 9], None), Some(5.0));
        assert_eq!(median(&[1, 9], None), Some(5.0));
        assert_eq!(median(&[1], Some(0)), None);
        assert_eq!(median(&[1, 5, 9], Some(0)), Some(7.0));
        assert_eq!(median(&[1, 5, 9, 11], Some(3)), Some(5.0));
    }

    #[test]
    fn a_file_is_not_its_own_sibling_but_like_itself() {
        let mut all = Neighbours::default();
        all.add("src/a.py", 10);
        all.add("src/b.py", 30);
        all.add("lib/c.py", 50);
        all.add("src/test_a.py", 1_000);
        let around = all.around("src/a.py", Some(10));
        assert_eq!(around.existing, Some(10.0));
        assert_eq!(around.sibling, Some(515.0));
        assert_eq!(around.extension, Some(30.0));
    }

    #[test]
    fn what_is_removed_counts_no_more() {
        let mut all = Neighbours::default();
        all.add("src/a.py", 10);
        all.add("src/b.py", 30);
        all.remove("src/a.py", 10);
        assert_eq!(all.around("src/n.py", None).sibling, Some(30.0));
    }
}
