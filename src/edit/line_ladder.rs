//! Whole lines that a file has in almost the same form: the ladder of
//! [`super::fuzzy`] for lines instead of bytes. Lines in, the only place that
//! the lowest rung with any has out; what is one place, the caller says.

use std::borrow::Cow;

use super::fuzzy::{Rung, Shift, plain_line, shift_of, shifted_places};
use super::matching::{self, Miss};

/// Where lines stand, and what was forgiven to them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Spot {
    /// Index of the first line.
    pub(super) at: usize,
    /// How many lines: one less than looked for, if a blank one was forgiven.
    pub(super) lines: usize,
    pub(super) rung: Rung,
    pub(super) shift: Option<Shift>,
}

/// Of places and how many lines stand there, the one that is meant.
pub(super) type Choice<'c> =
    dyn Fn(Vec<usize>, usize) -> Result<usize, Miss> + 'c;

const RUNGS: [Rung; 5] = [
    Rung::LineEnding,
    Rung::TrailingBlanks,
    Rung::Indentation,
    Rung::LeadingBlankLine,
    Rung::Typography,
];

/// The place of `want` in `file`, both without line endings.
pub(super) fn climb(
    file: &[&[u8]],
    want: &[&[u8]],
    choose: &Choice<'_>,
) -> Result<Spot, Miss> {
    if want.iter().all(|line| line.trim_ascii().is_empty()) {
        return Err(Miss::Nowhere);
    }
    for rung in RUNGS {
        let sought = match (rung, want) {
            (Rung::LeadingBlankLine, [first, rest @ ..])
                if first.trim_ascii().is_empty() =>
            {
                rest
            }
            (Rung::LeadingBlankLine, _) => continue,
            _ => want,
        };
        let places = places(file, sought, rung);
        match choose(places, sought.len()) {
            Err(Miss::Nowhere) => {}
            Err(miss) => return Err(miss),
            Ok(at) => {
                let (lines, here) = (sought.len(), file.get(at..));
                let here = here.filter(|_| rung == Rung::Indentation);
                let shift = here.and_then(|h| shift_of(h, &ended(sought)));
                return Ok(Spot { at, lines, rung, shift });
            }
        }
    }
    Err(Miss::Nowhere)
}

fn places(file: &[&[u8]], want: &[&[u8]], rung: Rung) -> Vec<usize> {
    if rung == Rung::Indentation {
        let shifted = shifted_places(file, &ended(want)).into_iter();
        return shifted.map(|(at, _)| at).collect();
    }
    let keys = |lines: &[&[u8]]| -> Vec<Vec<u8>> {
        lines.iter().map(|line| key(line, rung).into_owned()).collect()
    };
    matching::runs(&keys(file), &keys(want))
}

/// Lines without blanks at their end.
fn ended<'a>(lines: &[&'a [u8]]) -> Vec<&'a [u8]> {
    lines.iter().map(|line| line.trim_ascii_end()).collect()
}

/// What is left of a line to be compared on a rung.
fn key(line: &[u8], rung: Rung) -> Cow<'_, [u8]> {
    match rung {
        Rung::LineEnding => Cow::Borrowed(line),
        Rung::Typography => Cow::Owned(plain_line(line.trim_ascii_end())),
        _ => Cow::Borrowed(line.trim_ascii_end()),
    }
}
