//! Size records: changes of which only the sizes were kept.
//!
//! A record is one change: `{"repo","subject","files":[{"path","status",
//! "old_bytes","sib_med","ext_med","y"}]}`, where `y` is the length of the
//! file's canonical operation in tokens. Those of a
//! repository stand in the order in which they were made.

use anyhow::{Context as _, Error};
use serde::Deserialize;

use tornkit::budget::action::Action;
use tornkit::budget::category::Category;
use tornkit::budget::deliverable::{Deliverable, Sizes};
use tornkit::budget::phase::Phase;

/// One change.
#[derive(Deserialize)]
pub(crate) struct Record {
    pub(crate) repo: String,
    subject: String,
    files: Vec<File>,
}

/// A file that it changed.
#[derive(Deserialize)]
struct File {
    path: String,
    status: String,
    old_bytes: Option<f64>,
    sib_med: Option<f64>,
    ext_med: Option<f64>,
    y: u64,
}

/// Every record of a text, one a line.
pub(crate) fn read(text: &[u8]) -> Result<Vec<Record>, Error> {
    let lines = text.split(|b| *b == b'\n').enumerate();
    let lines = lines.filter(|(_, line)| !line.trim_ascii().is_empty());
    let read = |(index, line)| {
        serde_json::from_slice(line)
            .with_context(|| format!("cannot read record {}", index + 1))
    };
    lines.map(read).collect()
}

impl Record {
    /// What was known of the change before it was made.
    pub(crate) fn phase(&self) -> Phase {
        Phase {
            category: Some(Category::of_subject(&self.subject)),
            deliverables: self.files.iter().map(File::deliverable).collect(),
            ..Phase::default()
        }
    }

    /// Lengths of the operations, in tokens.
    pub(crate) fn tokens(&self) -> impl Iterator<Item = u64> {
        self.files.iter().map(|file| file.y)
    }
}

impl File {
    fn deliverable(&self) -> Deliverable {
        Deliverable {
            action: Action::of_letter(&self.status),
            sizes: Sizes {
                existing: self.old_bytes.filter(|_| self.status != "A"),
                sibling: self.sib_med,
                extension: self.ext_med,
            },
            ..Deliverable::of_path(&self.path)
        }
    }
}
