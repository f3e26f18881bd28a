//! The hunks of a file patch in, how far they have moved its lines out.

use super::hunk::Hunk;
use super::range::Numbers;

/// How many lines the hunks of a file patch so far have added, less those
/// removed: by their headers, and by what stands in them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Moved {
    said: i64,
    done: i64,
}

impl Moved {
    /// Notes a hunk.
    pub(super) fn add(&mut self, hunk: &Hunk) {
        let done = i64::from(hunk.new_lines) - i64::from(hunk.old_lines);
        let said = hunk.numbers.map_or(done, |numbers| {
            i64::from(numbers.new.count) - i64::from(numbers.old.count)
        });
        self.done += done;
        self.said += said;
    }

    /// Whether new lines without an old side come, by both numbers of their
    /// hunk, at the same place: after the old line, which is before the new
    /// one.
    pub(super) fn leads_to(&self, numbers: &Numbers) -> bool {
        let after = i64::from(numbers.old.start) + 1;
        let at = i64::from(numbers.new.start);
        [self.said, self.done].iter().any(|moved| after + moved == at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::Range;

    #[test]
    fn the_numbers_of_an_insertion_agree_after_what_came_before() {
        let mut moved = Moved::default();
        let numbers = |old, new| Numbers {
            old: Range { start: old, count: 0 },
            new: Range { start: new, count: 1 },
        };
        assert!(moved.leads_to(&numbers(4, 5)));
        assert!(!moved.leads_to(&numbers(1, 1)));
        moved.add(&Hunk { new_lines: 1, ..Hunk::default() });
        assert!(moved.leads_to(&numbers(9, 11)));
        assert!(!moved.leads_to(&numbers(9, 10)));
    }
}
