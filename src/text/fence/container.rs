//! List items and quotations around a line, by CommonMark 0.31, sections 5.1
//! and 5.2: a line in, what is left of it inside of them out.
//!
//! Only what fences need is read: no lazy lines, and no code by indentation.

use std::borrow::Cow;

/// What a line can stand in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Container {
    /// A quotation: `>` and a blank before each line.
    Quotation,
    /// A list item, whose lines are indented by so many columns.
    Item(usize),
}

/// A line inside of the containers that are open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Inside<'a> {
    /// What is left of the line.
    pub(super) rest: Cow<'a, [u8]>,
    /// How many of the containers go on with it.
    pub(super) kept: usize,
    /// Whether it stands further left than its list item.
    pub(super) is_left: bool,
}

/// What of a line may be cut off to enter a fence's containers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Strictness {
    /// A line that is not indented enough ends its list item.
    Ends,
    /// It does not: a fence is open, and models forget to indent.
    Stays,
}

/// Takes the marks of open containers off a line.
pub(super) fn enter<'a>(
    line: &'a [u8],
    open: &[Container],
    strictness: Strictness,
) -> Inside<'a> {
    let mut rest = Cow::Borrowed(line);
    let mut is_left = false;
    for (kept, container) in open.iter().enumerate() {
        rest = match container {
            Container::Quotation => match quotation(&rest) {
                Some(width) => without(rest, width),
                None => return Inside { rest, kept, is_left },
            },
            Container::Item(width) if rest.trim_ascii().is_empty() => {
                let blanks = indentation(&rest).min(*width);
                without(rest, blanks)
            }
            Container::Item(width) => {
                let have = indentation(&rest);
                if have < *width && strictness == Strictness::Ends {
                    return Inside { rest, kept, is_left };
                }
                is_left |= have < *width;
                without(rest, have.min(*width))
            }
        };
    }
    Inside { rest, kept: open.len(), is_left }
}

/// Takes the marks of containers off a line that begin on it, and notes them.
pub(super) fn open<'a>(
    rest: Cow<'a, [u8]>,
    opened: &mut Vec<Container>,
) -> Cow<'a, [u8]> {
    let mut rest = rest;
    loop {
        if let Some(width) = quotation(&rest) {
            opened.push(Container::Quotation);
            rest = without(rest, width);
        } else if let Some(width) = item(&rest) {
            opened.push(Container::Item(width));
            rest = without(rest, width);
        } else {
            return rest;
        }
    }
}

/// Columns of the mark of a quotation, its blank included.
fn quotation(line: &[u8]) -> Option<usize> {
    let indent = indentation(line);
    let text = line.trim_ascii_start();
    let behind = text.strip_prefix(b">").filter(|_| indent <= 3)?;
    let blank = usize::from(matches!(behind.first(), Some(b' ' | b'\t')));
    Some(indent + 1 + blank)
}

/// Digits of the longest number of a list item.
const DIGITS: usize = 9;

/// Columns of the mark of a list item, with the blanks before its text.
fn item(line: &[u8]) -> Option<usize> {
    let indent = indentation(line);
    let text = line.get(blanks(line)..)?.trim_ascii_end();
    let mark = match text.first()? {
        b'-' | b'*' | b'+' => 1,
        b'0'..=b'9' => {
            let digits = text.iter().take_while(|b| b.is_ascii_digit()).count();
            let ends = matches!(text.get(digits), Some(b'.' | b')'));
            (ends && digits <= DIGITS).then_some(digits + 1)?
        }
        _ => return None,
    };
    if indent > 3 || is_rule(text) {
        return None;
    }
    let behind = text.get(mark..)?;
    match indentation(behind) {
        0 if behind.is_empty() => Some(indent + mark + 1),
        0 => None,
        gap @ 1..=4 => Some(indent + mark + gap),
        // Code by indentation begins the item.
        _ => Some(indent + mark + 1),
    }
}

/// Whether a line is a rule: three or more of one mark, and blanks.
fn is_rule(text: &[u8]) -> bool {
    let Some(mark @ (b'-' | b'*' | b'_')) = text.first() else { return false };
    let marks = text.iter().filter(|b| !matches!(b, b' ' | b'\t'));
    marks.clone().all(|b| b == mark) && marks.count() >= 3
}

/// Blanks that a line begins with, in bytes.
fn blanks(line: &[u8]) -> usize {
    line.iter().take_while(|b| matches!(b, b' ' | b'\t')).count()
}

/// Blanks that a line begins with, in columns; tabs stop at every fourth.
pub(super) fn indentation(line: &[u8]) -> usize {
    let blanks = line.iter().take_while(|b| matches!(b, b' ' | b'\t'));
    blanks.fold(0, |column, blank| match blank {
        b'\t' => (column / TAB + 1) * TAB,
        _ => column + 1,
    })
}

/// Columns between two stops of a tab (CommonMark 0.31, section 2.2).
const TAB: usize = 4;

/// A line without its first columns.
pub(super) fn without(line: Cow<'_, [u8]>, columns: usize) -> Cow<'_, [u8]> {
    if columns == 0 {
        return line;
    }
    let blank = blanks(&line);
    let has_tab = line.get(..blank).is_some_and(|b| b.contains(&b'\t'));
    if !has_tab {
        return match line {
            Cow::Borrowed(line) => {
                Cow::Borrowed(line.get(columns..).unwrap_or_default())
            }
            Cow::Owned(mut line) => {
                line.drain(..columns.min(line.len()));
                Cow::Owned(line)
            }
        };
    }
    let mut wide = vec![b' '; indentation(&line)];
    wide.extend_from_slice(line.get(blank..).unwrap_or_default());
    wide.drain(..columns.min(wide.len()));
    Cow::Owned(wide)
}
