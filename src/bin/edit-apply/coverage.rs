//! Whether every deliverable of a list was touched: names of good
//! operations in, what is missing out.

use std::ffi::OsStr;

use anyhow::Error;
use globset::{GlobBuilder, GlobMatcher};

use tornkit::budget::document;
use tornkit::report::result::ResultLine;
use tornkit::stream::Input;

/// The files that the task must produce.
#[derive(Default)]
pub(crate) struct Coverage {
    missing: Vec<Wanted>,
    all: usize,
}

/// A file that no operation has touched yet.
struct Wanted {
    path: String,
    /// The path as a pattern, if it can be one.
    pattern: Option<GlobMatcher>,
}

impl Coverage {
    /// Reads a list of deliverables or a run configuration.
    pub(crate) fn read(file: &OsStr) -> Result<Self, Error> {
        let bytes = Input::open(file)?.read_to_end()?;
        let wanted = document::read(&bytes).wanted();
        let missing: Vec<Wanted> =
            wanted.into_iter().map(Wanted::new).collect();
        Ok(Self { all: missing.len(), missing })
    }

    /// Takes a result into account: what is good covers its files.
    pub(crate) fn take(&mut self, line: &ResultLine) {
        if line.outcome.status.is_good() {
            for path in line.file_path.iter().chain(&line.new_path) {
                self.missing.retain(|wanted| !wanted.is(path));
            }
        }
    }

    /// The files that nothing touched.
    pub(crate) fn missing(&self) -> Vec<String> {
        self.missing.iter().map(|wanted| wanted.path.clone()).collect()
    }

    /// One line for people; nothing if nothing is missing.
    pub(crate) fn describe(&self) -> Option<String> {
        if self.missing.is_empty() {
            return None;
        }
        let (missing, all) = (self.missing.len(), self.all);
        let names = self.missing().join("', '");
        Some(format!("{missing} of {all} deliverables missing: '{names}'"))
    }
}

impl Wanted {
    fn new(path: String) -> Self {
        let glob = GlobBuilder::new(&path).literal_separator(true).build();
        let pattern = glob.ok().map(|glob| glob.compile_matcher());
        Self { path, pattern }
    }

    fn is(&self, path: &str) -> bool {
        let matches = |p: &GlobMatcher| p.is_match(path);
        self.path == path || self.pattern.as_ref().is_some_and(matches)
    }
}
