//! Size records in, tasks out: those of several files, in the order in which
//! they were made.

use std::collections::HashMap;
use std::ffi::OsStr;

use anyhow::{Context as _, Error};

use tornkit::budget::calibration::{Calibration, Source};
use tornkit::budget::model::{self, Format};
use tornkit::stream::Input;

use crate::records::{self, Record};
use crate::task::{Part, Task};

/// The changes of several files in a file of records.
pub(crate) fn read(file: &OsStr) -> Result<Vec<Task>, Error> {
    let bytes = Input::open(file)?.read_to_end()?;
    let records = records::read(&bytes)
        .with_context(|| format!("cannot use '{}'", file.to_string_lossy()))?;
    let mut learned: HashMap<String, Calibration> = HashMap::new();
    let mut tasks = Vec::new();
    for record in records {
        let calibration = learned.entry(record.repo.clone()).or_default();
        tasks.extend(task(&record, calibration));
    }
    Ok(tasks)
}

fn task(record: &Record, calibration: &mut Calibration) -> Option<Task> {
    let factor = calibration.factor(None, Format::Ops.name());
    let phase = record.phase();
    let part = |tokens| Part { text: String::new(), tokens };
    let parts: Vec<Part> = record.tokens().map(part).collect();
    let tokens: u64 = record.tokens().sum();
    let predicted = model::predict(&phase, Format::Ops).total.p50;
    let residual = (tokens.max(1) as f64 / predicted.max(1.0)).ln();
    calibration.shift(Source::Git, None, None).learn(residual);
    Task::new(phase, parts, factor)
}
