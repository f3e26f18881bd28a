//! Size records in, tasks out: changes of which only the sizes were kept.
//!
//! A record is one change: `{"repo","subject","files":[{"path","status",
//! "old_bytes","sib_med","ext_med","y"}]}`, where `y` is the length of the
//! file's operation in tokens. Records of a repository stand in the order in
//! which the changes were made.

use std::collections::HashMap;
use std::ffi::OsStr;

use anyhow::{Context as _, Error};
use serde::Deserialize;

use tornkit::budget::action::Action;
use tornkit::budget::calibration::{Calibration, Source};
use tornkit::budget::category::Category;
use tornkit::budget::deliverable::{Deliverable, Sizes};
use tornkit::budget::model::{self, Format};
use tornkit::budget::phase::Phase;
use tornkit::stream::Input;

use crate::task::{Part, Task};

#[derive(Deserialize)]
struct Record {
    repo: String,
    subject: String,
    files: Vec<File>,
}

#[derive(Deserialize)]
struct File {
    path: String,
    status: String,
    old_bytes: Option<f64>,
    sib_med: Option<f64>,
    ext_med: Option<f64>,
    y: u64,
}

/// The changes of several files in a file of records.
pub(crate) fn read(file: &OsStr) -> Result<Vec<Task>, Error> {
    let bytes = Input::open(file)?.read_to_end()?;
    let mut learned: HashMap<String, Calibration> = HashMap::new();
    let mut tasks = Vec::new();
    let lines = bytes.split(|b| *b == b'\n').enumerate();
    for (index, line) in lines.filter(|(_, line)| !line.is_empty()) {
        let record: Record =
            serde_json::from_slice(line).with_context(|| {
                format!(
                    "cannot read record '{}:{}'",
                    file.to_string_lossy(),
                    index + 1
                )
            })?;
        let calibration = learned.entry(record.repo.clone()).or_default();
        tasks.extend(task(&record, calibration));
    }
    Ok(tasks)
}

fn task(record: &Record, calibration: &mut Calibration) -> Option<Task> {
    let factor = calibration.factor(None, Format::Ops.name());
    let phase = Phase {
        category: Some(Category::of_subject(&record.subject)),
        deliverables: record.files.iter().map(deliverable).collect(),
        ..Phase::default()
    };
    let part = |file: &File| Part { text: String::new(), tokens: file.y };
    let parts: Vec<Part> = record.files.iter().map(part).collect();
    let tokens: u64 = parts.iter().map(|part| part.tokens).sum();
    let predicted = model::predict(&phase, Format::Ops).total.p50;
    let residual = (tokens.max(1) as f64 / predicted.max(1.0)).ln();
    calibration.shift(Source::Git, None, None).learn(residual);
    Task::new(phase, parts, factor)
}

fn deliverable(file: &File) -> Deliverable {
    Deliverable {
        action: Action::of_letter(&file.status),
        sizes: Sizes {
            existing: file.old_bytes.filter(|_| file.status != "A"),
            sibling: file.sib_med,
            extension: file.ext_med,
        },
        ..Deliverable::of_path(&file.path)
    }
}
