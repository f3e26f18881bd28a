//! Fixed strings counted in a stream, and compared with what is usual.
//!
//! Bytes flow in, a count a marker flows out. Occurrences may overlap and
//! may lie across chunks.

use aho_corasick::{AhoCorasick, BuildError};
use serde::{Deserialize, Serialize};

/// A string whose occurrences are counted.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Marker {
    /// The string, byte for byte.
    pub marker: String,
    /// How often it usually occurs.
    pub baseline: f64,
    /// What it is called; the string itself unless said.
    pub name: Option<String>,
    /// The part of the baseline by which the count may fall short.
    pub tolerance: Option<f64>,
}

/// The shortfall that is tolerated unless the baseline says otherwise: 10 %.
pub const TOLERANCE: f64 = 0.1;

/// Counts markers.
#[derive(Debug)]
pub struct Watch {
    automaton: AhoCorasick,
    counts: Vec<u64>,
    /// The last bytes seen: one fewer than the longest marker has.
    tail: Vec<u8>,
    longest: usize,
}

impl Watch {
    /// A watch for these strings, none of which is empty.
    pub fn new(markers: &[Marker]) -> Result<Self, BuildError> {
        let strings = markers.iter().map(|m| m.marker.as_bytes());
        let longest = strings.clone().map(<[u8]>::len).max().unwrap_or(0);
        Ok(Self {
            automaton: AhoCorasick::new(strings)?,
            counts: vec![0; markers.len()],
            tail: Vec::new(),
            longest,
        })
    }

    /// Takes the next bytes, in chunks of any size.
    pub fn feed(&mut self, bytes: &[u8]) {
        let head = bytes.get(..self.longest).unwrap_or(bytes);
        let Self { automaton, counts, tail, .. } = self;
        let seen = tail.len();
        tail.extend_from_slice(head);
        // What began before this chunk ends within its head.
        for found in automaton.find_overlapping_iter(tail.as_slice()) {
            if found.start() < seen && found.end() > seen {
                count(counts, found.pattern().as_usize());
            }
        }
        for found in automaton.find_overlapping_iter(bytes) {
            count(counts, found.pattern().as_usize());
        }
        self.remember(bytes, head.len());
    }

    /// Keeps the end of everything seen.
    fn remember(&mut self, bytes: &[u8], head: usize) {
        let rest = bytes.get(head..).unwrap_or_default();
        let keep = self.longest.saturating_sub(1);
        if rest.len() >= keep {
            self.tail.clear();
        }
        let from = rest.len().saturating_sub(keep);
        self.tail.extend_from_slice(rest.get(from..).unwrap_or_default());
        let excess = self.tail.len().saturating_sub(keep);
        self.tail.drain(..excess);
    }

    /// Occurrences of each marker, in the order given.
    pub fn counts(&self) -> &[u64] {
        &self.counts
    }
}

fn count(counts: &mut [u64], index: usize) {
    if let Some(count) = counts.get_mut(index) {
        *count += 1;
    }
}

/// How a count compares with its baseline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Within the tolerance, or above the baseline.
    Ok,
    /// Below the baseline by more than the tolerance.
    Regression,
}

/// Whether a count keeps up with the baseline of so many periods.
pub fn judge(marker: &Marker, count: u64, periods: f64) -> Verdict {
    let tolerance = marker.tolerance.unwrap_or(TOLERANCE);
    let expected = marker.baseline * periods;
    if (count as f64) < expected * (1.0 - tolerance) {
        Verdict::Regression
    } else {
        Verdict::Ok
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marker(text: &str, baseline: f64) -> Marker {
        Marker { marker: text.into(), baseline, name: None, tolerance: None }
    }

    #[test]
    fn counts_do_not_depend_on_chunks() {
        let markers =
            [marker("abab", 0.0), marker("b", 0.0), marker("xyz", 0.0)];
        let text = b"ababab xyzxyz -- abxyab abab b";
        for chunk in 1..text.len() {
            let mut watch = Watch::new(&markers).unwrap();
            text.chunks(chunk).for_each(|part| watch.feed(part));
            assert_eq!(watch.counts(), [3, 8, 2], "chunks of {chunk}");
        }
    }

    #[test]
    fn a_drop_of_more_than_the_tolerance_is_a_regression() {
        let usual = marker("m", 10.0);
        assert_eq!(judge(&usual, 9, 1.0), Verdict::Ok);
        assert_eq!(judge(&usual, 8, 1.0), Verdict::Regression);
        assert_eq!(judge(&usual, 8, 0.5), Verdict::Ok);
        assert_eq!(judge(&usual, 99, 1.0), Verdict::Ok);
    }
}
