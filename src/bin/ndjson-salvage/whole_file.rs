//! The judgement on a file of records: what is no record is said, and told
//! to the report.

use tornkit::cli::{Diagnostics, printable};
use tornkit::report::check::Found;
use tornkit::report::counted;
use tornkit::scan::{Stray, StrayLine, Strays};
use tornkit::span::Place;

/// Strays shown on stderr; the report has more of them.
const SHOWN: usize = 5;

/// A line a stray, and one for those that are too many.
pub(crate) fn explain(strays: &Strays, name: &str, diagnostics: Diagnostics) {
    let shown = printable(name);
    for StrayLine { stray, at, text } in strays.lines.iter().take(SHOWN) {
        let Place { byte, line } = at;
        let mut what = stray.describe().to_owned();
        if let Stray::Half(state) = stray {
            what += &format!(", cut {}", state.describe());
        }
        if !text.is_empty() {
            what += &format!(": '{}'", printable(text));
        }
        let place = format!("({shown}:{line}, byte {byte})");
        diagnostics.say(&format!("'{shown}' has {what} {place}"));
    }
    let more = strays.count.saturating_sub(SHOWN as u64);
    if more > 0 {
        let more = counted(more, "more line");
        diagnostics.say(&format!("'{shown}' has {more} that are no records"));
    }
}

/// The same for the report.
pub(crate) fn found(strays: Strays) -> Vec<Found> {
    let found = |line: StrayLine| Found {
        reason: line.stray.reason(),
        text: line.text,
        at: line.at,
    };
    strays.lines.into_iter().map(found).collect()
}
