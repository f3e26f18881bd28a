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
        let siblings = self.siblings.get(&near).map(|all| {
            let mut others = all.clone();
            if let Some(own) = own {
                take(&mut others, own);
            }
            others
        });
        Sizes {
            existing: own.map(|bytes| bytes as f64),
            sibling: siblings.and_then(|all| median(&all)),
            extension: self.alike.get(&far).and_then(|all| median(all)),
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

/// The middle of sorted sizes, or the mean of the two in the middle.
fn median(sorted: &[u64]) -> Option<f64> {
    let middle = sorted.len() / 2;
    let upper = *sorted.get(middle)? as f64;
    if sorted.len() % 2 == 1 {
        return Some(upper);
    }
    let lower = *sorted.get(middle - 1)? as f64;
    Some(f64::midpoint(lower, upper))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_median_is_the_middle() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[1, 5, 9]), Some(5.0));
        assert_eq!(median(&[1, 9]), Some(5.0));
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
