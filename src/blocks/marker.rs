//! Lines that begin, divide and end SEARCH/REPLACE blocks, as aider, Cline
//! and Roo spell them.

use crate::text::fence;

/// Marks of a block that begins: its divider is as long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opening {
    length: usize,
}

/// Marks in the shortest marker.
pub const SHORTEST_MARKER: usize = 4;

/// Marks in a marker as it is mostly written; what is shorter and stands in
/// a text is seldom one.
const USUAL: usize = 7;

/// Words that tools have for the two sides: aider's, Cline's and Roo's, and
/// those that aider had before and gptme has.
const OLD_WORDS: [&[u8]; 2] = [b"SEARCH", b"ORIGINAL"];
const NEW_WORDS: [&[u8]; 2] = [b"REPLACE", b"UPDATED"];

/// Reads `<<<<<<< SEARCH`, `------- SEARCH` or `[SEARCH]`.
pub fn opening(line: &[u8]) -> Option<Opening> {
    if line.trim_ascii_end() == b"[SEARCH]" {
        return Some(Opening { length: USUAL });
    }
    let length = marked(line, b"<-", &OLD_WORDS)?;
    (length >= SHORTEST_MARKER).then_some(Opening { length })
}

/// Reads `>>>>>>> REPLACE`, `+++++++ REPLACE` or `[/REPLACE]`.
pub fn is_closing(line: &[u8]) -> bool {
    line.trim_ascii_end() == b"[/REPLACE]"
        || marked(line, b">+", &NEW_WORDS).is_some_and(|n| n >= SHORTEST_MARKER)
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

/// Whether a text has the three marks of a conflict, one below the other,
/// whatever words stand behind them: it shows two versions of a file, and is
/// none.
pub fn has_conflict(text: &[u8]) -> bool {
    let mut wanted = b"<=>".iter();
    let mut next = wanted.next();
    for line in text.split(|b| *b == b'\n') {
        let Some(mark) = next else { return true };
        let marks = line.iter().take_while(|b| *b == mark).count();
        let behind = line.get(marks).is_none_or(|b| !b.is_ascii_punctuation());
        if marks >= SHORTEST_MARKER && behind {
            next = wanted.next();
        }
    }
    next.is_none()
}

/// Whether a line ends a part of a block or file, so that none of the file's
/// is it.
pub fn divides(line: &[u8]) -> bool {
    let usual = Opening { length: USUAL };
    usual.is_divider(line)
        || opening(line).is_some()
        || is_closing(line)
        || fence::mark(line).is_some()
}

/// Whether a line is a marker of a length that few have. One that was put
/// together from two parts is then none.
pub fn is_odd(line: &[u8]) -> bool {
    let opens = marked(line, b"<-", &OLD_WORDS);
    let closes = marked(line, b">+", &NEW_WORDS);
    opens.or(closes).is_some_and(|length| length != USUAL)
}

/// Whether a line is a marker as it is mostly written.
pub fn is_usual(line: &[u8]) -> bool {
    let marked = marked(line, b"<-", &OLD_WORDS)
        .or_else(|| marked(line, b">+", &NEW_WORDS));
    marked == Some(USUAL) || Opening { length: USUAL }.is_divider(line)
}

/// How many marks of one kind stand before one of `words` on a line of
/// nothing else. A blank stands between, except behind the marks of a
/// conflict.
fn marked(line: &[u8], marks: &[u8], words: &[&[u8]]) -> Option<usize> {
    let line = line.trim_ascii_end();
    let mark = line.first().filter(|b| marks.contains(b))?;
    let run = line.iter().take_while(|b| *b == mark).count();
    let word = line.get(run..).unwrap_or_default();
    let is_apart = word.starts_with(b" ") || b"<>".contains(mark);
    let word = word.trim_ascii_start();
    let word = word.strip_suffix(b">").unwrap_or(word);
    (is_apart && words.contains(&word)).then_some(run)
}

/// Whether a line may become a marker: the answer was cut in it.
pub fn may_open(line: &[u8]) -> bool {
    line.len() >= 3
        && (b"<<<<<<< SEARCH".starts_with(line)
            || b"------- SEARCH".starts_with(line) && line.len() > USUAL
            || b"*** Begin Patch".starts_with(line) && line.len() > 4)
}

/// Whether a line is the beginning of a marker that opens a block, be it one
/// mark.
pub fn begins(line: &[u8]) -> bool {
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
        assert!(opening(b"<<<<<<<SEARCH\n").is_some());
        assert!(opening(b"<<<< SEARCH\n").is_some());
        assert!(opening(b"<<<<<<< ORIGINAL\n").is_some());
        assert!(opening(b"[SEARCH]\n").is_some());
        assert!(opening(b"<<< SEARCH\n").is_none());
        assert!(opening(b"--- SEARCH\n").is_none());
        assert!(opening(b"-------SEARCH\n").is_none());
        assert!(is_closing(b">>>>>>>REPLACE\n"));
        assert!(is_closing(b"[/REPLACE]\n"));
        assert!(is_closing(b">>>>>>> REPLACE"));
        assert!(is_closing(b"+++++++ REPLACE\n"));
        assert!(!is_closing(b">>>>>>> main\n"));
    }

    #[test]
    fn a_conflict_has_three_marks_in_order() {
        assert!(has_conflict(b"a\n<<<<<<< HEAD\nb\n=======\nc\n>>>>>>> x\n"));
        assert!(has_conflict(b"<<<<<<<\n====\n>>>>>>>"));
        assert!(!has_conflict(b">>>>>>> x\n=======\n<<<<<<< HEAD\n"));
        assert!(!has_conflict(b"Title\n=======\n>>>> a quote\n"));
        assert!(!has_conflict(b"<<<<=x\n=======\n>>>>=y\n"));
    }

    #[test]
    fn an_underline_is_no_divider() {
        let opening = opening(b"<<<<<<< SEARCH").unwrap();
        assert!(opening.is_divider(b"=======\n"));
        assert!(!opening.is_divider(b"=====\n"));
        assert!(!opening.is_divider(b"==========\n"));
    }
}
