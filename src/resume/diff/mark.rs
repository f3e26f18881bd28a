//! The characters that say what the lines of a hunk are to it, where a text
//! may have the same ones itself, or a line may have lost its own.

use std::ops::Range;

use super::indent::{Indents, lines_near};
use super::places::{Before, Place, Proof, first_line};
use crate::resume::seam::How;

impl Before<'_> {
    /// Whether the first character of a line, which the body repeats, may be
    /// the first of its text: that of another line near the seam is, or the
    /// body begins like the rule of a table or like a point of a list.
    pub(super) fn may_be_text(&self, shared: &[u8], body: &[u8]) -> bool {
        let [mark] = *shared else { return false };
        matches!(mark, b'+' | b'-')
            && self.hunk().is_some()
            && (lines_near(self.text, body).any(|l| l.get(1) == Some(&mark))
                || is_table_rule(body)
                || self.is_point(body))
    }

    /// Whether a text begins with a mark and one blank, as the points of a
    /// list do, and no line near it is indented by one. Those of a comment
    /// in the manner of C are.
    fn is_point(&self, body: &[u8]) -> bool {
        let solid = body.get(2).filter(|b| !b.is_ascii_whitespace());
        body.get(1) == Some(&b' ')
            && solid.is_some_and(|b| *b != b'*')
            && !Indents::near(self.text, body).has(b" ")
    }

    /// An added or removed line again without its first character: nothing
    /// but files and names of blobs tell it from one that says a thing twice.
    pub(super) fn unmarked(
        &self,
        body: &[u8],
        line: &Range<usize>,
        found: &mut Vec<Place>,
    ) {
        let text = self.slice(line.clone());
        let Some((b'+' | b'-', text)) = text.split_first() else { return };
        let shared = text.trim_ascii_start();
        let blanks = text.len() - shared.len();
        // A sign that stands twice is most often one of two: `//`, `==`.
        let is_sign = matches!(shared, [b] if b.is_ascii_punctuation());
        if self.hunk().is_none() || shared.is_empty() || is_sign {
            return;
        }
        let kept = line.start + 1 + blanks;
        let place = Place::new(How::Overlap, Proof::Possible, kept);
        let place = Place { shared: shared.len(), ..place };
        if body.starts_with(shared) {
            found.push(place);
        } else if body.starts_with(text) {
            found.push(Place { skip: blanks, ..place });
        }
    }
}

/// Whether what is shared, and the byte of the body that follows it, are all
/// the same, or what is shared is all there is of them: a ruler goes on as it
/// begins.
pub(super) fn is_ruler(shared: &[u8], body: &[u8]) -> bool {
    let first = shared.first();
    let is_solid = first.is_some_and(|byte| !byte.is_ascii_whitespace());
    let goes_on = shared.len() > 1 || body.get(shared.len()) == first;
    is_solid && goes_on && shared.iter().all(|byte| Some(byte) == first)
}

/// Whether a text begins with a rule between the rows of a table: its corners
/// are `+` (reStructuredText, "grid tables").
fn is_table_rule(text: &[u8]) -> bool {
    let line = text.get(..first_line(text)).unwrap_or_default();
    let line = line.trim_ascii_end();
    line.len() > 2
        && line.starts_with(b"+")
        && line.ends_with(b"+")
        && line.iter().all(|b| matches!(b, b'+' | b'-' | b'='))
}
