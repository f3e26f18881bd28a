//! How deep a line may be indented, told by the lines around it.

use super::choose::Known;
use super::seam_line::SeamLine;

/// What is known of indentation at a seam.
#[derive(Debug)]
pub(super) struct Indent {
    /// Every line is indented by a multiple of so many blanks.
    unit: Option<usize>,
    /// The next line is not indented by more.
    limit: Option<usize>,
}

/// Indented lines that show a unit; fewer may be multiples by chance.
const SHOWING_LINES: usize = 12;

/// Blanks of the widest step that people use.
const DEEPEST_STEP: usize = 8;

/// Units that people use; a tab is one blank.
const UNITS: [usize; 3] = [4, 2, 1];

impl Indent {
    /// What the lines around a seam show, the last of which is `above`.
    pub(super) fn of(known: &Known<'_>, above: &[u8]) -> Self {
        let texts = known.texts();
        let lines = texts.iter().flat_map(|text| text.split(|b| *b == b'\n'));
        let depths: Vec<usize> = lines
            .filter(|line| !line.trim_ascii().starts_with(b"*"))
            .filter(|line| !line.trim_ascii().is_empty())
            .map(depth)
            .filter(|depth| *depth > 0)
            .collect();
        let enough = depths.len() >= SHOWING_LINES;
        let fits =
            |unit: &usize| depths.iter().all(|d| d.is_multiple_of(*unit));
        let unit = UNITS.into_iter().find(fits).filter(|_| enough);
        // A unit of two may be one of four with a line that is aligned.
        let step = match unit {
            Some(1) if above.starts_with(b"\t") => 1,
            Some(2 | 4) => 4,
            _ => DEEPEST_STEP,
        };
        let limit = below(above).map(|open| depth(above) + open * step);
        Self { unit, limit }
    }

    /// Whether a line so deep can stand there.
    pub(super) fn allows(&self, line: &SeamLine) -> bool {
        if !line.is_blank_before() {
            // It was that deep before the seam.
            return true;
        }
        let depth = line.depth();
        self.unit.is_none_or(|unit| depth.is_multiple_of(unit))
            && self.limit.is_none_or(|limit| depth <= limit)
    }

    /// Whether a line that begins with these blanks may have more.
    pub(super) fn allows_more(&self, line: &SeamLine) -> bool {
        let unit = self.unit.unwrap_or(1);
        let next = (line.depth() / unit + 1) * unit;
        !self.allows(line) || self.limit.is_none_or(|limit| next <= limit)
    }
}

/// Blanks at the start of a line.
pub(super) fn depth(line: &[u8]) -> usize {
    line.iter().take_while(|b| matches!(b, b' ' | b'\t')).count()
}

/// By how many steps the line below this one may be deeper at most, if this
/// one shows it: it opens a bracket, or ends a statement or a comment.
fn below(line: &[u8]) -> Option<usize> {
    let text = line.trim_ascii();
    let count =
        |marks: &[u8]| text.iter().filter(|b| marks.contains(b)).count();
    let (opened, closed) = (count(b"([{"), count(b")]}"));
    let last = text.last()?;
    if opened > closed {
        return b"([{,".contains(last).then_some(opened - closed);
    }
    let ends = matches!(last, b';' | b'}') || text.starts_with(b"//");
    ends.then_some(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_shows_how_deep_the_next_may_be() {
        assert_eq!(below(b"    let x = 1;"), Some(0));
        assert_eq!(below(b"fn f() {"), Some(1));
        assert_eq!(below(b"let x = value"), None);
        assert_eq!(below(b"/// Words."), Some(0));
        assert_eq!(below(b"} else {"), None);
    }
}
