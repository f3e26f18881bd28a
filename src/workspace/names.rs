//! The names of a tree's files: a name in, whether the tree has it out. No
//! file is opened, and the tree is walked only if somebody asks for the ends
//! of names.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock};

use ignore::WalkBuilder;

use super::Trouble;
use super::root::{Node, Root};
use crate::path::{Portability, RelPath, STATE_DIR};
use crate::text::filename::Known;

/// Names of a walk that are kept. In a larger tree the end of a name tells
/// nothing.
const WALKED: usize = 200_000;

/// Names that end alike which are told: two are too many already.
const ALIKE: usize = 8;

/// The names of the files below a directory; see the module.
#[derive(Debug)]
pub struct TreeNames {
    /// Asked from one thread at a time.
    root: Mutex<Root>,
    path: PathBuf,
    /// All names, with `/` between their components, once they were needed.
    walked: OnceLock<Vec<String>>,
}

/// The absolute names of a directory: as it is given, and in full.
pub fn absolute_names(directory: &Path) -> Vec<String> {
    let given = Some(directory.to_owned()).filter(|path| path.is_absolute());
    let full = std::fs::canonicalize(directory).ok();
    let names = given.into_iter().chain(full);
    names.filter_map(|path| path.to_str().map(str::to_owned)).collect()
}

impl TreeNames {
    /// Opens a directory.
    ///
    /// # Errors
    ///
    /// If it cannot be opened.
    pub fn open(path: &Path) -> Result<Self, Trouble> {
        let root = Root::open(path).map_err(|why| {
            Trouble::new("open", &path.to_string_lossy(), why)
        })?;
        let walked = OnceLock::new();
        let root = Mutex::new(root);
        Ok(Self { root, path: path.to_owned(), walked })
    }

    fn walked(&self) -> &[String] {
        self.walked.get_or_init(|| {
            let mut walk = WalkBuilder::new(&self.path);
            walk.hidden(false).require_git(false).sort_by_file_name(OsStr::cmp);
            walk.filter_entry(|entry| {
                let name = entry.file_name();
                name != ".git" && name != STATE_DIR
            });
            let is_file = |entry: &ignore::DirEntry| {
                entry.file_type().is_some_and(|kind| kind.is_file())
            };
            let below = |entry: ignore::DirEntry| {
                let path = entry.path().strip_prefix(&self.path).ok()?;
                path.to_str().map(str::to_owned)
            };
            let files = walk.build().filter_map(Result::ok).filter(is_file);
            files.filter_map(below).take(WALKED).collect()
        })
    }
}

impl Known for TreeNames {
    fn has(&self, path: &[u8]) -> bool {
        let text = std::str::from_utf8(path).unwrap_or_default();
        let Ok(path) = RelPath::parse(text, Portability::Unix) else {
            return false;
        };
        let root = self.root.lock();
        root.is_ok_and(|root| matches!(root.look(&path), Ok(Node::File(_))))
    }

    fn in_other_case(&self, path: &[u8]) -> bool {
        let Ok(text) = std::str::from_utf8(path) else { return false };
        if self.has(path) {
            return false;
        }
        let wanted = text.to_lowercase();
        self.walked().iter().any(|name| name.to_lowercase() == wanted)
    }

    fn ending_with(&self, tail: &[u8]) -> Vec<Vec<u8>> {
        let ends = |name: &&String| {
            let head = name.as_bytes().strip_suffix(tail);
            head.is_some_and(|head| head.ends_with(b"/"))
        };
        let found = self.walked().iter().filter(ends).take(ALIKE);
        found.map(|name| name.clone().into_bytes()).collect()
    }
}
