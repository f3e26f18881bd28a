//! A size record in, a change out: what was known before it, and how long it
//! became.

use tornkit::budget::phase::Phase;

use crate::records::Record;

/// One change.
pub(crate) struct Change {
    pub(crate) repo: String,
    pub(crate) phase: Phase,
    /// Log of its length in tokens.
    pub(crate) log: f64,
}

impl Change {
    pub(crate) fn of(record: Record) -> Self {
        let phase = record.phase();
        let log = (record.tokens().sum::<u64>().max(1) as f64).ln();
        Self { repo: record.repo, phase, log }
    }
}
