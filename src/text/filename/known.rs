//! What is known of files: paths are asked for, a yes or no comes back. The
//! recogniser asks only about words that look like names, since each question
//! may cost a look at a real tree.

/// What the tree and the answer so far know of names. Paths have `/` between
/// their components and no leading `./`.
pub trait Known {
    /// Whether exactly this path is a file.
    fn has(&self, path: &[u8]) -> bool;

    /// Whether this path is no file, and one that differs from it only in
    /// the case of its letters is.
    fn in_other_case(&self, path: &[u8]) -> bool;

    /// The known paths that end with `/` and this tail; at most a few of
    /// them, but two if there are two.
    fn ending_with(&self, tail: &[u8]) -> Vec<Vec<u8>>;
}

/// Knows no file.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoneKnown;

impl Known for NoneKnown {
    fn has(&self, _: &[u8]) -> bool {
        false
    }

    fn in_other_case(&self, _: &[u8]) -> bool {
        false
    }

    fn ending_with(&self, _: &[u8]) -> Vec<Vec<u8>> {
        Vec::new()
    }
}

/// Knows the files of a list.
#[derive(Clone, Copy, Debug)]
pub struct Listed<'a>(pub &'a [Vec<u8>]);

impl Known for Listed<'_> {
    fn has(&self, path: &[u8]) -> bool {
        self.0.iter().any(|known| known == path)
    }

    fn in_other_case(&self, path: &[u8]) -> bool {
        let lower = |path: &[u8]| String::from_utf8_lossy(path).to_lowercase();
        let wanted = lower(path);
        !self.has(path) && self.0.iter().any(|known| lower(known) == wanted)
    }

    fn ending_with(&self, tail: &[u8]) -> Vec<Vec<u8>> {
        self.0
            .iter()
            .filter(|known| ends_at_slash(known, tail))
            .cloned()
            .collect()
    }
}

/// Whether a path ends with a shorter one, at a `/`.
pub(super) fn ends_at_slash(path: &[u8], tail: &[u8]) -> bool {
    let head = path.strip_suffix(tail);
    !tail.is_empty() && head.is_some_and(|head| head.ends_with(b"/"))
}
