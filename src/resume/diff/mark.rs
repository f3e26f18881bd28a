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
        let Some((blanks, shared)) = self.without_mark(text) else { return };
        let kept = line.start + 1 + blanks;
        let place = Place::new(How::Overlap, Proof::Possible, kept);
        let place = Place { shared: shared.len(), ..place };
        if body.starts_with(shared) {
            found.push(place);
        } else if text.get(1..).is_some_and(|text| body.starts_with(text)) {
            found.push(Place { skip: blanks, ..place });
        }
    }

    /// Whether a body that begins like a line of its own may go on with this
    /// one: both are parts of one ruler, or the body repeats what the line
    /// has, with its first character or without.
    pub(super) fn goes_on(&self, line: &[u8], body: &[u8]) -> bool {
        let is_again = body.starts_with(line)
            && (is_ruler(line, body) || self.may_be_text(line, body));
        let unmarked = self.without_mark(line);
        is_again || unmarked.is_some_and(|(_, text)| body.starts_with(text))
    }

    /// What an added or removed line has behind its first character: blanks,
    /// and what is not blank, if that may be the whole line again.
    fn without_mark<'a>(&self, line: &'a [u8]) -> Option<(usize, &'a [u8])> {
        self.hunk()?;
        let (b'+' | b'-', text) = line.split_first()? else { return None };
        let solid = text.trim_ascii_start();
        // A sign that stands twice is most often one of two: `//`, `==`.
        let is_sign = matches!(solid, [b] if b.is_ascii_punctuation());
        let is_text = !solid.is_empty() && !is_sign;
        is_text.then_some((text.len() - solid.len(), solid))
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

#[cfg(test)]
mod tests {
    use super::super::joined;

    #[test]
    fn a_ruler_below_a_tool_s_line_feed_may_go_on_or_be_written_again() {
        let names = "--- a/h\n+++ b/h\n@@ -1,2 +1,2 @@\n Why\n-x\n";
        for (line, rest) in [("----", "------"), ("-- a", "-- a b")] {
            for fed in ["", "\n"] {
                let first = format!("{names}+{line}{fed}");
                assert_eq!(joined(&first, &format!("{rest}\n")), None);
            }
        }
        // The counts tell a line of its own.
        let first = "--- a/h\n+++ b/h\n@@ -1,4 +1 @@\n Why\n-x\n-- a\n";
        let two = "-- a b\n";
        assert_eq!(joined(first, two), Some([first, two].concat()));
        // git's name for the content tells how long a ruler is.
        let named = |name: &str| {
            format!(
                "diff --git a/n b/n\nnew file mode 100644\n\
                 index 0000000..{name}\n--- /dev/null\n+++ b/n\n\
                 @@ -0,0 +1 @@\n+----"
            )
        };
        for (name, end) in [("b0cc8cb", "------\n"), ("63a015e", "--\n")] {
            let first = named(name);
            let want = Some([&first, end].concat());
            assert_eq!(joined(&(first + "\n"), "------\n"), want);
        }
    }
}
