//! The hunks of a file patch and the file before them in, whether their
//! numbers are to be believed out.
//!
//! A hunk that only adds lines has nothing but its numbers to say where.

use super::endings;
use super::hunks::Ground;
use crate::diff::{Hunk, Side};

/// Decides whether every hunk that has lines of the file stands where its
/// number says: only then is a number believed that nothing else shows.
pub fn are_numbers_true(hunks: &[&Hunk], text: &[u8]) -> bool {
    let ground = Ground::new(text);
    let is_true = |hunk: &&Hunk| {
        let Some(numbers) = hunk.numbers else { return true };
        let hunk = endings::for_text(hunk, text);
        let line = u64::from(numbers.old.start.max(1));
        ground.stands_at(&hunk.side(Side::Old), line).is_some()
    };
    hunks.iter().filter(|hunk| hunk.old_lines > 0).all(is_true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::{Numbers, Range};

    #[test]
    fn one_wrong_number_makes_all_of_them_doubtful() {
        let hunk = |start: u32, body: &str| Hunk {
            numbers: Some(Numbers {
                old: Range { start, count: 1 },
                new: Range { start, count: 0 },
            }),
            body: body.into(),
            old_lines: 1,
            ..Hunk::default()
        };
        let (a, b) = (hunk(1, "-a\n"), hunk(3, "-b\n"));
        assert!(are_numbers_true(&[&a], b"a\nb\n"));
        assert!(!are_numbers_true(&[&a, &b], b"a\nb\n"));
        assert!(are_numbers_true(&[&a, &b], b"a\nx\nb\n"));
        assert!(are_numbers_true(&[], b""));
    }
}
