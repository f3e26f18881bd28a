//! How deep a line may be indented, told by the lines around it.

use super::known::Known;
use super::seam_line::SeamLine;

/// What is known of indentation at a seam.
#[derive(Debug)]
pub(super) struct Indent {
    /// Every line is indented by a multiple of so many blanks.
    unit: Option<usize>,
    /// The next line is not indented by more.
    limit: Option<usize>,
    /// The next line is indented by more than this.
    above: Option<usize>,
    /// The next line, if it closes a bracket, is indented by less than this.
    closes: Option<usize>,
    /// The blanks of the line above.
    blanks: Vec<u8>,
}

/// Indented lines that show a unit; fewer may be multiples by chance.
const SHOWING_LINES: usize = 12;

/// Blanks of the widest step that people use.
const DEEPEST_STEP: usize = 8;

/// Units that people use; a tab is one blank.
const UNITS: [usize; 3] = [4, 2, 1];

impl Indent {
    /// What the lines around a seam show: the one above it is `above`, and
    /// `over` is above that.
    pub(super) fn of(known: &Known<'_>, [above, over]: [&[u8]; 2]) -> Self {
        let texts = known.texts();
        let depths: Vec<usize> =
            texts.iter().flat_map(|text| depths(text)).collect();
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
        let here = depth(above);
        let limit = below(above).map(|open| here + open * step);
        let opens = above.trim_ascii_end().ends_with(b"{")
            && !is_open(over)
            && balance(above) == 0;
        let shows = !above.trim_ascii().is_empty() && !is_open(above);
        let unit = unit.filter(|unit| shows && here.is_multiple_of(*unit));
        let closes =
            (shows && limit.is_none_or(|limit| limit <= here)).then_some(here);
        let blanks = above.get(..here).unwrap_or_default().to_vec();
        Self { unit, limit, above: opens.then_some(here), closes, blanks }
    }

    /// Whether a line so deep can stand there.
    pub(super) fn allows(&self, line: &SeamLine) -> bool {
        if !line.is_blank_before() || line.is_comment() {
            // It was that deep before the seam, or is aligned with a mark.
            return true;
        }
        let (here, other) = (line.blanks(), self.blanks.as_slice());
        if !here.starts_with(other) && !other.starts_with(here) {
            // A tab is as deep as its reader has it.
            return true;
        }
        let depth = line.depth();
        self.unit.is_none_or(|unit| depth.is_multiple_of(unit))
            && self.limit.is_none_or(|limit| depth <= limit)
            && self.above.is_none_or(|above| depth > above || line.is_label())
    }

    /// Whether a line that begins with these blanks may have more.
    pub(super) fn allows_more(&self, line: &SeamLine) -> bool {
        let unit = self.unit.unwrap_or(1);
        let next = (line.depth() / unit + 1) * unit;
        let is_closed = line.closes() && self.closes.is_some_and(|n| next >= n);
        !self.allows(line)
            || !is_closed && self.limit.is_none_or(|limit| next <= limit)
    }
}

/// How deep the indented lines of a text are that are aligned with nothing.
fn depths(text: &[u8]) -> Vec<usize> {
    let mut found = Vec::new();
    let mut above = &b""[..];
    for line in text.split(|b| *b == b'\n') {
        let words = line.trim_ascii();
        if words.is_empty() || is_comment(words) {
            continue;
        }
        if !is_open(above) && depth(line) > 0 {
            found.push(depth(line));
        }
        above = line;
    }
    found
}

/// Whether a line goes on with a comment, aligned as those are.
pub(super) fn is_comment(line: &[u8]) -> bool {
    line.trim_ascii().starts_with(b"*")
}

/// How many more brackets a line opens than it closes; braces do not count.
fn balance(line: &[u8]) -> isize {
    let of = |sum: isize, b: &u8| match b {
        b'(' | b'[' => sum + 1,
        b')' | b']' => sum - 1,
        _ => sum,
    };
    line.iter().fold(0, of)
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
        return b"([{".contains(last).then_some(opened - closed);
    }
    let ends = matches!(last, b';' | b'}' | b',')
        || text.starts_with(b"//")
        || text.starts_with(b"# ");
    ends.then_some(0)
}

/// Whether a line ends within something, with which the line below may be
/// aligned, however deep that is.
fn is_open(line: &[u8]) -> bool {
    let text = line.trim_ascii();
    let count =
        |marks: &[u8]| text.iter().filter(|b| marks.contains(b)).count();
    let Some(last) = text.last() else { return false };
    let is_within = count(b"([{") > count(b")]}") && !b"([{".contains(last);
    let goes_on = b"\\+-*/%&|?".contains(last);
    is_within || goes_on || !count(b"\"").is_multiple_of(2)
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
