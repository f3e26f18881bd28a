//! Pieces of text in, JSON records out, whatever surrounds them.
//!
//! A [`Scanner`] is fed an answer as it arrives and hands each complete
//! record to a sink the moment its last byte is there. It reads NDJSON,
//! concatenated and pretty-printed values, arrays and wrappers, inside or
//! outside code fences, between lines of prose. It never closes what the
//! input left open: an unfinished record stays in the tail. An [`Answer`] does
//! the same for an answer in whatever wraps it. A [`RecordsFile`] judges what
//! has to be records and nothing else.
//!
//! It knows nothing of files, operations' meaning, or of where bytes go.

mod config;
mod event;
mod summary;
mod keys;
mod frame;
mod track;
mod text;
mod seek;
mod window;
mod likeness;
mod loops;
mod ledger;
mod verdict;
mod scanner;
mod resync;
mod mending;
mod records_file;

pub use config::{Config, MAX_RECORD, Repair, Unwrap, Values};
pub use event::{Event, Reason, Record, Rejected};
pub use keys::is_path_key;
pub use loops::Loops;
pub use records_file::{LISTED, RecordsFile, Stray, StrayLine, Strays};
pub use scanner::{Fed, Scanner};
pub use summary::{Bytes, Summary};
