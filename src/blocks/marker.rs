//! Lines that begin, divide and end SEARCH/REPLACE blocks, as aider, Cline
//! and Roo spell them.

/// Marks of a block that begins: its divider is as long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Opening {
    length: usize,
}

/// Marks in the shortest marker.
pub const SHORTEST_MARKER: usize = 5;

/// Marks in a marker as it is mostly written; what is shorter and stands in
/// a text is seldom one.
const USUAL: usize = 7;

/// Reads `<<<<<<< SEARCH` or `------- SEARCH`.
pub(super) fn opening(line: &[u8]) -> Option<Opening> {
    let length = marked(line, b"<-", b" SEARCH")?;
    (length >= SHORTEST_MARKER).then_some(Opening { length })
}

/// Reads `>>>>>>> REPLACE` or `+++++++ REPLACE`.
pub(super) fn is_closing(line: &[u8]) -> bool {
    marked(line, b">+", b" REPLACE").is_some_and(|n| n >= SHORTEST_MARKER)
}

impl Opening {
    /// Whether a line is the divider. A line of another length is text, such
    /// as the underline of a heading.
    pub(super) fn is_divider(self, line: &[u8]) -> bool {
        let line = line.trim_ascii_end();
        let whole = line.iter().all(|b| *b == b'=');
        whole && (line.len() == self.length || line.len() == USUAL)
    }
}

/// Whether a line ends a part of a block or file, so that none of the file's
/// is it.
pub fn divides(line: &[u8]) -> bool {
    let usual = Opening { length: USUAL };
    usual.is_divider(line)
        || opening(line).is_some()
        || is_closing(line)
        || super::fence::opening(line).is_some()
}

/// Whether a line is a marker of a length that few have. One that was put
/// together from two parts is then none.
pub fn is_odd(line: &[u8]) -> bool {
    let opens = marked(line, b"<-", b" SEARCH");
    let closes = marked(line, b">+", b" REPLACE");
    opens.or(closes).is_some_and(|length| length != USUAL)
}

/// Whether a line is a marker as it is mostly written.
pub fn is_usual(line: &[u8]) -> bool {
    let marked = marked(line, b"<-", b" SEARCH")
        .or_else(|| marked(line, b">+", b" REPLACE"));
    marked == Some(USUAL) || Opening { length: USUAL }.is_divider(line)
}

/// How many marks of one kind stand before `word` on a line of nothing else.
fn marked(line: &[u8], marks: &[u8], word: &[u8]) -> Option<usize> {
    let line = line.trim_ascii_end();
    let line =
        line.strip_suffix(b">").filter(|l| l.ends_with(word)).unwrap_or(line);
    let run = line.strip_suffix(word)?;
    let mark = run.first().filter(|b| marks.contains(b))?;
    run.iter().all(|b| b == mark).then_some(run.len())
}

/// Whether a line may become a marker: the answer was cut in it.
pub(super) fn may_open(line: &[u8]) -> bool {
    line.len() >= 3
        && (b"<<<<<<< SEARCH".starts_with(line)
            || b"------- SEARCH".starts_with(line) && line.len() > USUAL
            || b"*** Begin Patch".starts_with(line) && line.len() > 4)
}

/// Whether a line is the beginning of a marker that opens a block, be it one
/// mark.
pub(super) fn begins(line: &[u8]) -> bool {
    let markers: [&[u8]; 2] = [b"<<<<<<< SEARCH", b"------- SEARCH"];
    !line.is_empty() && markers.iter().any(|marker| marker.starts_with(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_tools_spell_markers_in_their_ways() {
        assert!(opening(b"<<<<<<< SEARCH\r\n").is_some());
        assert!(opening(b"<<<<<<< SEARCH>\n").is_some());
        assert!(opening(b"------- SEARCH\n").is_some());
        assert!(opening(b"<<<<<<< HEAD\n").is_none());
        assert!(opening(b" <<<<<<< SEARCH\n").is_none());
        assert!(is_closing(b">>>>>>> REPLACE"));
        assert!(is_closing(b"+++++++ REPLACE\n"));
        assert!(!is_closing(b">>>>>>> main\n"));
    }

    #[test]
    fn an_underline_is_no_divider() {
        let opening = opening(b"<<<<<<< SEARCH").unwrap();
        assert!(opening.is_divider(b"=======\n"));
        assert!(!opening.is_divider(b"=====\n"));
        assert!(!opening.is_divider(b"==========\n"));
    }
}
