//! Whether an answer ends in a loop: a model that repeats itself goes on
//! until its budget is spent, and asking it to continue feeds the loop.
//!
//! Whole records flow in, hunks or blocks in their place, and the tail once
//! the stream has ended. Only what still repeats at the end counts; a
//! repetition that ended did no harm.

use crate::span::{Loop, LoopUnit};

/// Records of the longest cycle that is recognised. Loops seen in answers
/// repeat one to a handful of operations.
const LONGEST_CYCLE: usize = 16;

/// How often a cycle must stand in a row. Two or three equal records in
/// succession are seen in sound streams; five equal rounds are not.
const FEWEST_TIMES: u64 = 5;

/// Bytes that must be repeated, so that a few tiny records are no loop.
const FEWEST_BYTES: u64 = 512;

/// Bytes of the tail's end that are looked at.
const TAIL_BYTES: usize = 16 * 1024;

/// Bytes of a tail that must repeat. Longer than a ruler of dashes or a row
/// of zeros in a source text.
const FEWEST_TAIL_BYTES: usize = 1024;

/// The records that went by lately.
#[derive(Clone, Debug, Default)]
pub struct Loops {
    records: u64,
    recent: [u64; LONGEST_CYCLE],
    /// For each period, less one: how many records in a row were equal to
    /// the one that far before, and their bytes.
    runs: [(u64, u64); LONGEST_CYCLE],
}

impl Loops {
    /// Bytes of a tail's end that tell as much as the whole tail, a line feed
    /// that a tool added among them.
    pub const TAIL_BYTES: usize = TAIL_BYTES + 1;

    /// Notes a whole record.
    pub(crate) fn note(&mut self, json: &[u8]) {
        self.note_parts(&[json]);
    }

    /// Notes a whole record that comes in parts, always cut alike.
    pub fn note_parts(&mut self, parts: &[&[u8]]) {
        let digest = parts.iter().fold(0, |sum, part| mix(sum, digest(part)));
        let length: usize = parts.iter().map(|part| part.len()).sum();
        let slots = LONGEST_CYCLE as u64;
        for (run, period) in self.runs.iter_mut().zip(1_u64..) {
            let slot = self.records.wrapping_sub(period) % slots;
            let earlier = self.recent.get(slot as usize);
            let known = self.records >= period;
            *run = match (known, *run) {
                (true, (records, bytes)) if earlier == Some(&digest) => {
                    (records + 1, bytes + length as u64)
                }
                _ => (0, 0),
            };
        }
        let slot = (self.records % slots) as usize;
        if let Some(recent) = self.recent.get_mut(slot) {
            *recent = digest;
        }
        self.records += 1;
    }

    /// The loop that the stream ended in, if it did.
    pub fn at_end(&self, tail: &[u8]) -> Option<Loop> {
        let cycles = self.runs.iter().zip(1_u64..);
        let cycle = cycles.map(|((records, bytes), period)| {
            (
                Loop {
                    unit: LoopUnit::Records,
                    period,
                    times: 1 + records / period,
                },
                *bytes,
            )
        });
        let mut cycle = cycle.filter(|(found, bytes)| {
            found.times >= FEWEST_TIMES && *bytes >= FEWEST_BYTES
        });
        let cycle = cycle.next().map(|(found, _)| found);
        // A tool may have ended the last line.
        let fed = tail.strip_suffix(b"\n");
        cycle.or_else(|| in_tail(tail)).or_else(|| in_tail(fed?))
    }
}

/// The repetition that a tail ends in. The tail is read from its end, where
/// a failure function (Knuth, Morris and Pratt) gives the period of each
/// stretch.
fn in_tail(tail: &[u8]) -> Option<Loop> {
    let text: Vec<u8> = tail.iter().rev().take(TAIL_BYTES).copied().collect();
    let mut borders: Vec<usize> = vec![0];
    let mut border = 0;
    let mut found = None;
    for (n, byte) in text.iter().enumerate().skip(1) {
        while border > 0 && text.get(border) != Some(byte) {
            border = borders.get(border - 1).copied().unwrap_or(0);
        }
        border += usize::from(text.get(border) == Some(byte));
        borders.push(border);
        let (length, period) = (n + 1, n + 1 - border);
        let times = (length / period) as u64;
        if length >= FEWEST_TAIL_BYTES && times >= FEWEST_TIMES {
            let (unit, period) = (LoopUnit::Bytes, period as u64);
            found = Some(Loop { unit, period, times });
        }
    }
    found
}

/// An odd number without a pattern: 2^64 divided by the golden ratio.
const ODD: u64 = 0x9E37_79B9_7F4A_7C15;

/// A digest of a record: four lanes of multiplications, so that hashing
/// costs less than reading. A collision would only cost a wrong advice.
fn digest(bytes: &[u8]) -> u64 {
    let mut lanes = [1, 2, 3, bytes.len() as u64];
    let (blocks, rest) = bytes.as_chunks::<32>();
    for block in blocks {
        let (words, _) = block.as_chunks::<8>();
        for (lane, word) in lanes.iter_mut().zip(words) {
            *lane = mix(*lane, u64::from_le_bytes(*word));
        }
    }
    let mut sum = lanes.iter().fold(0, |sum, lane| mix(sum, *lane));
    // A last word that is not whole ends in zeros: the length is in a lane.
    for few in rest.chunks(8) {
        let mut word = [0; 8];
        word.iter_mut().zip(few).for_each(|(to, from)| *to = *from);
        sum = mix(sum, u64::from_le_bytes(word));
    }
    sum
}

fn mix(sum: u64, word: u64) -> u64 {
    (sum.rotate_left(29) ^ word).wrapping_mul(ODD)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(records: &[String], tail: &[u8]) -> Option<Loop> {
        let mut loops = Loops::default();
        for record in records {
            loops.note(record.as_bytes());
        }
        loops.at_end(tail)
    }

    fn record(n: usize) -> String {
        format!("{{\"type\":\"delete\",\"file_path\":\"{n:0>60}\"}}")
    }

    #[test]
    fn a_cycle_of_records_is_a_loop() {
        for period in [1, 3, 16] {
            let cycle = (0..100).map(|n| record(n % period));
            let records: Vec<_> = cycle.collect();
            let found = of(&records, b"").unwrap();
            assert_eq!(found.unit, LoopUnit::Records);
            assert_eq!(found.period, period as u64);
            assert_eq!(found.times, 100 / period as u64);
        }
    }

    #[test]
    fn a_repetition_that_ended_is_no_loop() {
        let mut records: Vec<_> = (0..50).map(|_| record(0)).collect();
        records.push(record(1));
        assert_eq!(of(&records, b""), None);
        let different: Vec<_> = (0..50).map(record).collect();
        assert_eq!(of(&different, b""), None);
        assert_eq!(of(&vec!["{}".to_owned(); 50], b""), None);
    }

    #[test]
    fn a_tail_that_ends_in_a_period_is_a_loop() {
        let tail = format!("{{\"content\":\"{}", "x = 1\\n".repeat(300));
        let found = of(&[], tail.as_bytes()).unwrap();
        assert_eq!((found.unit, found.period), (LoopUnit::Bytes, 7));
        let fed = of(&[], format!("{tail}x\n").as_bytes());
        assert_eq!(fed, of(&[], format!("{tail}x").as_bytes()));
        let fed =
            of(&[], format!("{}\n", tail.trim_end_matches('n')).as_bytes());
        assert_eq!(fed.map(|found| found.period), Some(7));
        let sound: String = (0..600).map(|n| format!("x{n} = 1\\n")).collect();
        assert_eq!(of(&[], sound.as_bytes()), None);
        let ruler = format!("{sound}{}", "-".repeat(200));
        assert_eq!(of(&[], ruler.as_bytes()), None);
    }
}
