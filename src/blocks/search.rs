//! The markers of SEARCH/REPLACE blocks, and the lines that name files.

/// What a line is to a SEARCH/REPLACE block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Marker {
    Search,
    Divider,
    Replace,
}

/// Characters of a marker: git writes seven; models write five to nine.
const MARKS: std::ops::RangeInclusive<usize> = 5..=9;

/// Reads a line, without its ending, as a marker.
pub(super) fn marker(line: &[u8]) -> Option<Marker> {
    let line = line.trim_ascii_end();
    let first = *line.first()?;
    let count = line.iter().take_while(|b| **b == first).count();
    let rest = line.get(count..).unwrap_or_default().trim_ascii();
    if !MARKS.contains(&count) {
        return None;
    }
    match (first, rest) {
        (b'<', b"SEARCH" | b"SEARCH>") => Some(Marker::Search),
        (b'=', b"") => Some(Marker::Divider),
        (b'>', b"REPLACE") => Some(Marker::Replace),
        _ => None,
    }
}

/// The file that a line names, if it names one: a word with a dot or a
/// slash, perhaps in backticks, stars or a heading, perhaps with a colon.
pub(super) fn file_name(line: &[u8]) -> Option<Vec<u8>> {
    let decoration = |b: &u8| b"`*#:\"' \t\r".contains(b);
    let start = line.iter().position(|b| !decoration(b))?;
    let end = line.iter().rposition(|b| !decoration(b))? + 1;
    let name = line.get(start..end)?;
    let is_word = !name.iter().any(|b| b.is_ascii_whitespace());
    let is_path = name.contains(&b'.') || name.contains(&b'/');
    let names = is_word && is_path && !name.contains(&b'(');
    names.then(|| name.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_may_have_more_or_fewer_characters() {
        assert_eq!(marker(b"<<<<<<< SEARCH\r"), Some(Marker::Search));
        assert_eq!(marker(b"<<<<< SEARCH"), Some(Marker::Search));
        assert_eq!(marker(b"=======  "), Some(Marker::Divider));
        assert_eq!(marker(b">>>>>>> REPLACE"), Some(Marker::Replace));
        assert_eq!(marker(b"=========="), None);
        assert_eq!(marker(b" <<<<<<< SEARCH"), None);
    }

    #[test]
    fn decoration_is_no_part_of_a_name() {
        assert_eq!(file_name(b"**`src/a.py`**:").unwrap(), b"src/a.py");
        assert_eq!(file_name(b"### Makefile.am").unwrap(), b"Makefile.am");
        assert_eq!(file_name(b"Here is the change:"), None);
    }
}
