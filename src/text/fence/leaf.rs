//! What the text of a line does to the paragraph above it: a list item that
//! may not interrupt a paragraph, and a line that goes on with one from
//! outside of its list item, can be told only so.

use super::cursor::Cursor;

/// What stands directly above a line in the same containers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Above {
    /// A paragraph that is open. Not everything may interrupt one.
    Paragraph,
    /// Anything else, or nothing.
    Other,
}

/// What a line is that begins no container and no fence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Leaf {
    /// Nothing but blanks.
    Blank,
    /// Behind four columns of blanks: code, where no paragraph is open.
    Indented,
    /// A heading with `#`, or a thematic break.
    Single,
    /// A line of `=` or `-`, which makes the paragraph above a heading.
    Underline,
    /// Other text: it begins a paragraph, or goes on with one.
    Text,
}

impl Leaf {
    /// Reads the rest of a line.
    pub(super) fn read(rest: Cursor<'_>, above: Above) -> Self {
        if rest.is_blank() {
            return Self::Blank;
        }
        let Some((_, text)) = rest.text() else { return Self::Indented };
        let text = text.bytes();
        if above == Above::Paragraph && is_underline(text) {
            Self::Underline
        } else if is_rule(text) || is_heading(text) {
            Self::Single
        } else {
            Self::Text
        }
    }
}

/// Decides whether a text is a thematic break: three or more of one sign,
/// with blanks anywhere.
pub(super) fn is_rule(text: &[u8]) -> bool {
    let Some(&sign) = text.first() else { return false };
    if !matches!(sign, b'-' | b'*' | b'_') {
        return false;
    }
    let mut signs = 0_usize;
    for byte in text {
        match *byte {
            byte if byte == sign => signs += 1,
            b' ' | b'\t' | b'\r' | b'\n' => {}
            _ => return false,
        }
    }
    signs >= 3
}

/// Decides whether a text underlines a heading: `=` or `-` only, with blanks
/// behind.
fn is_underline(text: &[u8]) -> bool {
    let Some(&sign) = text.first() else { return false };
    let behind = text.iter().skip_while(|b| **b == sign);
    matches!(sign, b'=' | b'-') && { behind }
        .all(|b| matches!(b, b' ' | b'\t' | b'\r' | b'\n'))
}

/// Decides whether a text is a heading: one to six `#`, and a blank.
fn is_heading(text: &[u8]) -> bool {
    let level = text.iter().take(7).take_while(|b| **b == b'#').count();
    let next = text.get(level);
    (1..=6).contains(&level)
        && matches!(next, None | Some(b' ' | b'\t' | b'\r' | b'\n'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_told_apart_by_what_they_do_to_a_paragraph() {
        for (line, below_paragraph, below_other) in [
            (" \t\r\n", Leaf::Blank, Leaf::Blank),
            ("    x", Leaf::Indented, Leaf::Indented),
            ("## x", Leaf::Single, Leaf::Single),
            ("#\n", Leaf::Single, Leaf::Single),
            (" * * *\n", Leaf::Single, Leaf::Single),
            ("__ _", Leaf::Single, Leaf::Single),
            ("===\n", Leaf::Underline, Leaf::Text),
            ("- \n", Leaf::Underline, Leaf::Text),
            ("--- \n", Leaf::Underline, Leaf::Single),
            ("= =\n", Leaf::Text, Leaf::Text),
            ("#x", Leaf::Text, Leaf::Text),
            ("####### x", Leaf::Text, Leaf::Text),
            ("**", Leaf::Text, Leaf::Text),
        ] {
            let read = |above| Leaf::read(Cursor::new(line.as_bytes()), above);
            assert_eq!(read(Above::Paragraph), below_paragraph, "{line:?}");
            assert_eq!(read(Above::Other), below_other, "{line:?}");
        }
    }
}
