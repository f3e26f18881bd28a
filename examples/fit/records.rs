//! Size records in, changes out: what was known before each change, and how
//! long it became.
//!
//! A record is one change: `{"repo","subject","y","files":[{"path","status",
//! "old_bytes","sib_med","ext_med"}]}`, where `y` is its length in tokens of
//! canonical operations. Those of a repository stand in the order in which
//! they were made.

use anyhow::{Context as _, Error};
use serde::Deserialize;

use tornkit::budget::action::Action;
use tornkit::budget::category::Category;
use tornkit::budget::deliverable::{Deliverable, Sizes};
use tornkit::budget::phase::Phase;

/// One change.
pub(crate) struct Change {
    pub(crate) repo: String,
    pub(crate) phase: Phase,
    /// Log of its length in tokens.
    pub(crate) log: f64,
}

#[derive(Deserialize)]
struct Record {
    repo: String,
    subject: String,
    y: f64,
    files: Vec<File>,
}

#[derive(Deserialize)]
struct File {
    path: String,
    status: String,
    old_bytes: Option<f64>,
    sib_med: Option<f64>,
    ext_med: Option<f64>,
}

/// Every change of a text of records.
pub(crate) fn read(bytes: &[u8]) -> Result<Vec<Change>, Error> {
    let lines = bytes.split(|b| *b == b'\n').enumerate();
    let lines = lines.filter(|(_, line)| !line.trim_ascii().is_empty());
    let read = |(index, line)| {
        let record: Record = serde_json::from_slice(line)
            .with_context(|| format!("cannot read record {}", index + 1))?;
        Ok(change(record))
    };
    lines.map(read).collect()
}

fn change(record: Record) -> Change {
    let phase = Phase {
        category: Some(Category::of_subject(&record.subject)),
        deliverables: record.files.iter().map(deliverable).collect(),
        ..Phase::default()
    };
    Change { repo: record.repo, phase, log: record.y.max(1.0).ln() }
}

fn deliverable(file: &File) -> Deliverable {
    Deliverable {
        action: Action::of_letter(&file.status),
        sizes: Sizes {
            existing: file.old_bytes.filter(|_| file.status == "M"),
            sibling: file.sib_med,
            extension: file.ext_med,
        },
        ..Deliverable::of_path(&file.path)
    }
}
