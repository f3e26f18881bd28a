//! From an offset in the decoded text back to the input.

use crate::span::Place;

/// Places that are remembered. When there would be more, every second one is
/// forgotten: a place is then found a little less exactly, in the same room.
const REMEMBERED: usize = 4096;

/// Where stretches of the decoded text came from.
#[derive(Clone, Debug)]
pub struct Places {
    /// Decoded offset and input place, in order.
    known: Vec<(u64, Place)>,
    /// Places that came since the last one that was kept.
    passed: u32,
    /// One of so many is kept.
    stride: u32,
}

impl Default for Places {
    fn default() -> Self {
        Self { known: Vec::new(), passed: 0, stride: 1 }
    }
}

impl Places {
    /// Notes that the text from `decoded` on stands at `input`. Calls come
    /// in order.
    pub(super) fn note(&mut self, decoded: u64, input: Place) {
        self.passed += 1;
        if self.passed < self.stride && !self.known.is_empty() {
            return;
        }
        self.passed = 0;
        if self.known.len() >= REMEMBERED {
            let mut keep = false;
            self.known.retain(|_| {
                keep = !keep;
                keep
            });
            self.stride = self.stride.saturating_mul(2);
        }
        self.known.push((decoded, input));
    }

    /// Where in the input, or a little before, the decoded byte stands; an
    /// input that needs no decoding has no other places than its own.
    pub fn input_of(&self, decoded: u64) -> Option<Place> {
        let after = self.known.partition_point(|(at, _)| *at <= decoded);
        let (_, place) = self.known.get(after.checked_sub(1)?)?;
        Some(*place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_places_are_thinned_out_and_still_in_order() {
        let mut places = Places::default();
        for n in 0..1_000_000_u64 {
            places.note(n, Place { byte: n * 3, line: n + 1 });
        }
        assert!(places.known.len() <= REMEMBERED);
        for n in (0..1_000_000).step_by(997) {
            let found = places.input_of(n).unwrap().byte / 3;
            assert!(found <= n && n - found < 2000, "{n} {found}");
        }
    }
}
