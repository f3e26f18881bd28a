//! Quotations and list items: lines in, what stands in them out.
//!
//! A line first goes through the containers that are open, and then may
//! begin more. What it is when it has, is not looked at here.

use super::cursor::Cursor;
use super::leaf::{self, Above};
use super::mark::DIGITS;

/// Containers that are kept at a time; what would be deeper is text. People
/// nest five deep; without a bound, a flood of marks would make each line
/// below it as dear as itself.
const DEEPEST: usize = 32;

/// Columns of blanks behind a bullet that make it the bullet of a line of
/// code, which stands one column behind it.
const WIDE_GAP: usize = 5;

/// A container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Container {
    /// A quotation: each line has its own `>`.
    Quote,
    /// A list item: each line is indented by so many columns.
    Item { width: usize },
}

/// The containers that are open, the outermost first.
#[derive(Clone, Debug, Default)]
pub(super) struct Containers {
    open: Vec<Container>,
    /// The innermost is a list item without anything in it yet.
    is_empty_item: bool,
}

/// A line behind the marks of its containers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entered<'a> {
    /// What is left of it.
    pub(super) rest: Cursor<'a>,
    /// How many containers it stands in.
    pub(super) depth: usize,
    /// It is less indented than a list item asks for.
    pub(super) is_left: bool,
}

impl Containers {
    /// Takes the marks of the open containers off a line, up to the first
    /// container that it is not in.
    pub(super) fn enter<'a>(&self, line: Cursor<'a>) -> Entered<'a> {
        let mut rest = line;
        for (depth, container) in self.open.iter().enumerate() {
            let is_last = depth + 1 == self.open.len();
            let ends = is_last && self.is_empty_item && rest.is_blank();
            if ends || !container.take_off(&mut rest) {
                return Entered { rest, depth, is_left: false };
            }
        }
        Entered { rest, depth: self.open.len(), is_left: false }
    }

    /// The same for a line of an open fence: one that stands left of a list
    /// item is in it all the same, and only a quotation ends.
    pub(super) fn enter_fenced<'a>(&self, line: Cursor<'a>) -> Entered<'a> {
        let (mut rest, mut is_left) = (line, false);
        for (depth, container) in self.open.iter().enumerate() {
            if container.take_off(&mut rest) {
                continue;
            }
            match *container {
                Container::Quote => return Entered { rest, depth, is_left },
                Container::Item { width } => rest.skip_columns(width),
            }
            is_left = true;
        }
        Entered { rest, depth: self.open.len(), is_left }
    }

    /// Decides whether a line stands in all containers.
    pub(super) fn hold(&self, entered: &Entered<'_>) -> bool {
        entered.depth == self.open.len()
    }

    /// Closes all but the outermost `depth`, for a line in the last of those
    /// that begins no other: no item is empty then.
    pub(super) fn close_to(&mut self, depth: usize) {
        self.open.truncate(depth);
        self.is_empty_item = false;
    }

    /// Begins the containers whose marks come next in a line, and closes
    /// those that the line is not in. Returns what is left of the line, if
    /// it has begun any.
    pub(super) fn begin<'a>(
        &mut self,
        entered: &Entered<'a>,
        above: Above,
    ) -> Option<Cursor<'a>> {
        let (mut next, mut begun) = (begins(entered.rest, above), None);
        while let Some((container, rest)) = next {
            if begun.is_none() {
                self.close_to(entered.depth);
            }
            if self.open.len() >= DEEPEST {
                break;
            }
            self.open.push(container);
            self.is_empty_item =
                container != Container::Quote && rest.is_blank();
            begun = Some(rest);
            next = begins(rest, Above::Other);
        }
        begun
    }

    /// Decides whether one of them is a quotation.
    pub(super) fn is_quoted(&self) -> bool {
        self.open.contains(&Container::Quote)
    }
}

impl Container {
    /// Takes its mark off a line; returns whether the line stands in it.
    /// A line that does not keeps all that it has.
    fn take_off(self, rest: &mut Cursor<'_>) -> bool {
        match self {
            Self::Quote => {
                let Some((_, mut text)) = rest.text() else { return false };
                if text.bytes().first() != Some(&b'>') {
                    return false;
                }
                text.skip(1);
                text.skip_columns(1);
                *rest = text;
                true
            }
            Self::Item { width } => {
                // A blank line need not be indented.
                let is_in = rest.indent(width) == width || rest.is_blank();
                if is_in {
                    rest.skip_columns(width);
                }
                is_in
            }
        }
    }
}

/// Reads the mark of a container that a line begins.
fn begins(rest: Cursor<'_>, above: Above) -> Option<(Container, Cursor<'_>)> {
    let mut quoted = rest;
    if Container::Quote.take_off(&mut quoted) {
        return Some((Container::Quote, quoted));
    }
    let (indent, text) = rest.text()?;
    let (bullet, behind) = item(text, above)?;
    Some((Container::Item { width: indent + bullet }, behind))
}

/// Reads the bullet or number of a list item: how many columns wide it is
/// with the blanks behind it, and the rest of the line.
fn item(text: Cursor<'_>, above: Above) -> Option<(usize, Cursor<'_>)> {
    let bytes = text.bytes();
    let digits = bytes.iter().take(DIGITS + 1);
    let digits = digits.take_while(|b| b.is_ascii_digit()).count();
    let marker = match (digits, bytes.get(digits)?) {
        (0, b'-' | b'*' | b'+') if !leaf::is_rule(bytes) => 1,
        (1..=DIGITS, b'.' | b')') => digits + 1,
        _ => return None,
    };
    let mut behind = text;
    behind.skip(marker);
    let gap = behind.indent(WIDE_GAP);
    let is_blank = behind.is_blank();
    if gap == 0 && !is_blank {
        return None;
    }
    if above == Above::Paragraph {
        let number = bytes.get(..digits).unwrap_or_default();
        let is_first = digits == 0 || is_one(number);
        if is_blank || !is_first {
            return None;
        }
    }
    let gap = if is_blank || gap == WIDE_GAP { 1 } else { gap };
    behind.skip_columns(gap);
    Some((marker + gap, behind))
}

/// Decides whether the number of a list item is 1.
fn is_one(digits: &[u8]) -> bool {
    let zeros = digits.iter().take_while(|b| **b == b'0').count();
    digits.get(zeros..) == Some(b"1")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The widths of the containers that a line begins, 0 for a quotation,
    /// and what is left of it.
    fn begun(line: &str, above: Above) -> (Vec<usize>, String) {
        let mut containers = Containers::default();
        let line = containers.enter(Cursor::new(line.as_bytes()));
        let begun = containers.begin(&line, above);
        let rest = begun.unwrap_or(line.rest);
        let widths = containers.open.iter().map(|container| match container {
            Container::Quote => 0,
            Container::Item { width } => *width,
        });
        let rest = rest.into_text().into_owned();
        (widths.collect(), String::from_utf8(rest).unwrap())
    }

    #[test]
    fn the_width_of_an_item_is_where_its_text_begins() {
        for (line, widths, rest) in [
            ("- a", &[2][..], "a"),
            ("  -  a", &[5], "a"),
            ("10. a", &[4], "a"),
            ("-     a", &[2], "    a"),
            ("-\ta", &[4], "a"),
            ("-\t\ta", &[2], "  \ta"),
            ("-   \n", &[2], "  \n"),
            ("-\n", &[2], "\n"),
            ("> 1) - a", &[0, 3, 2], "a"),
            (">>a", &[0, 0], "a"),
            ("- - -", &[], "- - -"),
            ("-a", &[], "-a"),
            ("    - a", &[], "    - a"),
            ("1234567890. a", &[], "1234567890. a"),
        ] {
            let found = begun(line, Above::Other);
            assert_eq!(found, (widths.to_vec(), rest.to_owned()), "{line:?}");
        }
    }

    #[test]
    fn only_a_first_item_with_text_interrupts_a_paragraph() {
        for line in ["2. a", "-\n", "1.\n", "10) a"] {
            assert!(begun(line, Above::Paragraph).0.is_empty(), "{line:?}");
        }
        for line in ["1. a", "- a", "> 2. a", "01) a"] {
            assert!(!begun(line, Above::Paragraph).0.is_empty(), "{line:?}");
        }
    }

    #[test]
    fn no_flood_of_marks_is_kept() {
        let line = ">".repeat(1000);
        let (widths, rest) = begun(&line, Above::Other);
        assert_eq!((widths.len(), rest.len()), (DEEPEST, 1000 - DEEPEST));
    }
}
