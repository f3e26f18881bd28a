//! Whether a diff that is read as a stream ends in a loop: its bytes and its
//! units in, and of neither more kept than the end.

use tornkit::diff::Unit;
use tornkit::scan::Loops;
use tornkit::span::Loop;

/// What went by, as far as it tells.
#[derive(Default)]
pub(crate) struct Repeats {
    units: Loops,
    /// The last bytes of the input.
    end: Vec<u8>,
    /// Bytes of the input so far.
    bytes: u64,
}

impl Repeats {
    /// Takes the next bytes of the input.
    pub(crate) fn feed(&mut self, block: &[u8]) {
        self.bytes += block.len() as u64;
        let fresh = last(block, Loops::TAIL_BYTES);
        let spare = self.end.len() + fresh.len();
        let spare = spare.saturating_sub(Loops::TAIL_BYTES);
        self.end.drain(..spare);
        self.end.extend_from_slice(fresh);
    }

    /// Notes a unit that is printed under this head.
    pub(crate) fn note(&mut self, unit: &Unit<'_>, head: &[u8]) {
        self.units.note_parts(&[unit.file.path(), head, unit.body()]);
    }

    /// The loop in which the input ends, if it does; the unit that is not
    /// whole begins at byte `tail`.
    pub(crate) fn at_end(&self, tail: u64) -> Option<Loop> {
        let length = self.bytes.saturating_sub(tail);
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        self.units.at_end(last(&self.end, length))
    }
}

fn last(bytes: &[u8], count: usize) -> &[u8] {
    let from = bytes.len().saturating_sub(count);
    bytes.get(from..).unwrap_or_default()
}
