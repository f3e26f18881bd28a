//! The only place of a text that a file has in almost the same form: a
//! ladder of forgiven differences, from the least on. A tie on any rung is
//! refused; what a rung forgives, the new text is adapted to.

use std::borrow::Cow;
use std::ops::Range;

use memchr::memmem;

use super::line_ladder::Spot;
use super::lines;
use super::matching::{self, Miss};

/// What was forgiven, the least first. Each rung but the indentation's
/// forgives what those before it do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rung {
    /// CRLF against LF.
    LineEnding,
    /// Blanks at the end of lines.
    TrailingBlanks,
    /// All lines indented deeper, or less deep, by the same.
    Indentation,
    /// A blank line at the start of the text.
    LeadingBlankLine,
    /// Typographic quotes, dashes and spaces.
    Typography,
}

impl Rung {
    /// What was forgiven, in words.
    pub fn describe(self) -> &'static str {
        match self {
            Self::LineEnding => "line ending forgiven",
            Self::TrailingBlanks => "trailing blanks forgiven",
            Self::Indentation => "indentation shifted",
            Self::LeadingBlankLine => "leading blank line forgiven",
            Self::Typography => "typographic punctuation forgiven",
        }
    }
}

/// A place and how it differs from what was looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) range: Range<usize>,
    /// What was forgiven; nothing for an exact match.
    pub(super) rung: Option<Rung>,
    /// How the new text is adapted to the place.
    endings: Endings,
    shift: Option<Shift>,
}

/// Which line endings the new text gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Endings {
    AsWritten,
    Crlf,
    Lf,
}

/// The blanks that the file's lines have more, or less, than the text's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Shift {
    Deeper(Vec<u8>),
    Shallower(Vec<u8>),
}

impl Found {
    pub(super) fn exact(range: Range<usize>) -> Self {
        let endings = Endings::AsWritten;
        Self { range, rung: None, endings, shift: None }
    }

    /// Whole lines of a text, which take the endings of those they replace.
    pub(super) fn lines(range: Range<usize>, spot: Spot) -> Self {
        let endings = Endings::AsWritten;
        let (rung, shift) = (Some(spot.rung), spot.shift);
        Self { range, rung, endings, shift }
    }

    /// A text as it was compared with this place: without a blank line that
    /// was forgiven.
    pub(super) fn compared<'a>(&self, text: &'a [u8]) -> &'a [u8] {
        match self.rung {
            Some(Rung::LeadingBlankLine) => {
                without_blank_line(text).unwrap_or(text)
            }
            _ => text,
        }
    }

    /// The new text as this place needs it; nothing if it cannot be adapted,
    /// because a line of it is less indented than what would be taken away.
    pub(super) fn adapt<'a>(&self, new: &'a [u8]) -> Option<Cow<'a, [u8]>> {
        // A blank line that stands before both texts changes neither.
        let new = self.compared(new);
        let ended = match self.endings {
            Endings::AsWritten => Cow::Borrowed(new),
            Endings::Crlf => Cow::Owned(with_crlf(new)),
            Endings::Lf => Cow::Owned(with_lf(new)),
        };
        match &self.shift {
            None => Some(ended),
            Some(shift) => shift.apply(&ended).map(Cow::Owned),
        }
    }
}

/// The only place of `wanted` on the lowest rung that has any.
pub(super) fn find(text: &[u8], wanted: &[u8]) -> Result<Found, Miss> {
    if wanted.trim_ascii().is_empty() {
        return Err(matching::only(text, wanted).err().unwrap_or(Miss::Empty));
    }
    let rungs = [
        Rung::LineEnding,
        Rung::TrailingBlanks,
        Rung::Indentation,
        Rung::LeadingBlankLine,
        Rung::Typography,
    ];
    for rung in rungs {
        let found = match rung {
            Rung::Indentation => shifted(text, wanted),
            _ => normalised(text, wanted, rung),
        };
        match found {
            Err(Miss::Nowhere) => {}
            other => return other,
        }
    }
    Err(Miss::Nowhere)
}

/// A text without the differences that a rung forgives, and where each of
/// its bytes comes from.
struct Normal {
    bytes: Vec<u8>,
    /// The range in the text of each byte of `bytes`.
    from: Vec<(usize, usize)>,
}

fn normalised(text: &[u8], wanted: &[u8], rung: Rung) -> Result<Found, Miss> {
    let wanted = match rung {
        Rung::LeadingBlankLine => without_blank_line(wanted)?,
        _ => wanted,
    };
    let normal = Normal::of(text, rung);
    let sought = Normal::of(wanted, rung).bytes;
    if sought.is_empty() {
        return Err(Miss::Nowhere);
    }
    let mut places = memmem::find_iter(&normal.bytes, &sought);
    let first = places.next().ok_or(Miss::Nowhere)?;
    if places.next().is_some() {
        return Err(several(text, &normal, &sought));
    }
    let range = normal.range(first, sought.len());
    let endings = endings(text.get(range.clone()).unwrap_or_default(), wanted);
    Ok(Found { range, rung: Some(rung), endings, shift: None })
}

/// The text after its first line, if that is blank.
fn without_blank_line(wanted: &[u8]) -> Result<&[u8], Miss> {
    let end = lines::line_end(wanted, 0);
    let (first, rest) = wanted.split_at_checked(end).unwrap_or_default();
    let is_blank = first.trim_ascii().is_empty();
    if is_blank { Ok(rest) } else { Err(Miss::Nowhere) }
}

fn several(text: &[u8], normal: &Normal, sought: &[u8]) -> Miss {
    let places: Vec<usize> = memmem::find_iter(&normal.bytes, sought).collect();
    let line = |&at: &usize| {
        lines::line_number(text, normal.range(at, sought.len()).start)
    };
    let named = places.iter().take(matching::NAMED_CANDIDATES).map(line);
    Miss::Several { lines: named.collect(), places: places.len() as u64 }
}

impl Normal {
    fn of(text: &[u8], rung: Rung) -> Self {
        let mut normal = Self { bytes: Vec::new(), from: Vec::new() };
        let mut start = 0;
        while start < text.len() {
            let end = lines::line_end(text, start);
            let line = text.get(start..end).unwrap_or_default();
            let mut kept = lines::chomp(line);
            let ending = kept.len()..line.len();
            // Blanks before a line end; those at the end of the text may be
            // the middle of a line elsewhere.
            if rung >= Rung::TrailingBlanks && !ending.is_empty() {
                kept = kept.trim_ascii_end();
            }
            normal.push_line(kept, start, rung);
            if !ending.is_empty() {
                let from = (start + kept.len(), start + line.len());
                normal.push(b'\n', from);
            }
            start = end;
        }
        normal
    }

    fn push_line(&mut self, line: &[u8], start: usize, rung: Rung) {
        if rung < Rung::Typography {
            for (at, &byte) in (start..).zip(line) {
                self.push(byte, (at, at + 1));
            }
            return;
        }
        let mut at = start;
        for chunk in line.utf8_chunks() {
            for c in chunk.valid().chars() {
                let end = at + c.len_utf8();
                match plain(c) {
                    Some(byte) => self.push(byte, (at, end)),
                    None => self.push_bytes(line, start, at..end),
                }
                at = end;
            }
            let end = at + chunk.invalid().len();
            self.push_bytes(line, start, at..end);
            at = end;
        }
    }

    fn push_bytes(&mut self, line: &[u8], start: usize, range: Range<usize>) {
        for at in range {
            if let Some(&byte) = line.get(at - start) {
                self.push(byte, (at, at + 1));
            }
        }
    }

    fn push(&mut self, byte: u8, from: (usize, usize)) {
        self.bytes.push(byte);
        self.from.push(from);
    }

    /// The range of the text that `len` normal bytes at `at` stand for.
    fn range(&self, at: usize, len: usize) -> Range<usize> {
        let first = self.from.get(at).map_or(0, |from| from.0);
        let last = self.from.get((at + len).saturating_sub(1));
        first..last.map_or(first, |from| from.1)
    }
}

/// A line with ASCII for its typographic characters.
pub(super) fn plain_line(line: &[u8]) -> Vec<u8> {
    Normal::of(line, Rung::Typography).bytes
}

/// ASCII for a typographic character.
fn plain(c: char) -> Option<u8> {
    match c {
        '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{201b}' => Some(b'\''),
        '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{201f}' => Some(b'"'),
        '\u{2010}'..='\u{2015}' | '\u{2212}' => Some(b'-'),
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{3000}' => {
            Some(b' ')
        }
        _ => None,
    }
}

/// Whether the place ends its lines otherwise than the text does.
fn endings(place: &[u8], wanted: &[u8]) -> Endings {
    let has_crlf = |text: &[u8]| memmem::find(text, b"\r\n").is_some();
    match (has_crlf(place), has_crlf(wanted)) {
        (true, false) => Endings::Crlf,
        (false, true) => Endings::Lf,
        _ => Endings::AsWritten,
    }
}

fn with_crlf(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + text.len() / 16);
    let mut last = 0;
    for &byte in text {
        if byte == b'\n' && last != b'\r' {
            out.push(b'\r');
        }
        out.push(byte);
        last = byte;
    }
    out
}

fn with_lf(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for &byte in text {
        if byte == b'\n' && out.last() == Some(&b'\r') {
            out.pop();
        }
        out.push(byte);
    }
    out
}

/// The only run of whole lines that is `wanted` but for one shift.
fn shifted(text: &[u8], wanted: &[u8]) -> Result<Found, Miss> {
    let want: Vec<&[u8]> =
        lines::bare_lines(wanted).map(<[u8]>::trim_ascii_end).collect();
    let file: Vec<&[u8]> = lines::bare_lines(text).collect();
    let body = lines::body_start(text);
    let mut found = shifted_places(&file, &want);
    let numbers = found.iter().map(|(at, _)| *at as u64 + 1);
    let numbers: Vec<u64> = numbers.take(matching::NAMED_CANDIDATES).collect();
    let places = found.len() as u64;
    match (found.pop(), places) {
        (None, _) => Err(Miss::Nowhere),
        (Some((at, shift)), 1) => {
            let index = lines::LineIndex::new(text);
            let span = index.span(at as u64 + 1, (at + want.len()) as u64);
            let mut range = span.ok_or(Miss::Nowhere)?;
            range.start = range.start.max(body);
            let place = text.get(range.clone()).unwrap_or_default();
            let endings = endings(place, wanted);
            if lines::ending(wanted).is_none() {
                range.end = range.start + lines::chomp(place).len();
            }
            let rung = Some(Rung::Indentation);
            Ok(Found { range, rung, endings, shift: Some(shift) })
        }
        _ => Err(Miss::Several { lines: numbers, places }),
    }
}

/// Places of lines, blanks around each aside, whose shift is looked at; of
/// more that are alike none could be chosen.
const SHIFTED_PLACES: usize = 1000;

/// Where lines, without blanks at their ends, stand but for one shift.
pub(super) fn shifted_places(
    file: &[&[u8]],
    want: &[&[u8]],
) -> Vec<(usize, Shift)> {
    let bare = |lines: &[&[u8]]| -> Vec<Vec<u8>> {
        lines.iter().map(|line| line.trim_ascii().to_vec()).collect()
    };
    let places = matching::runs(&bare(file), &bare(want)).into_iter();
    let shift = |at: usize| {
        let here = file.get(at..at + want.len())?;
        shift_of(here, want).map(|shift| (at, shift))
    };
    places.take(SHIFTED_PLACES).filter_map(shift).collect()
}

/// The one shift that makes every line of `want` that of the file.
pub(super) fn shift_of(file: &[&[u8]], want: &[&[u8]]) -> Option<Shift> {
    let mut shift: Option<Shift> = None;
    for (found, want) in file.iter().zip(want) {
        let found = found.trim_ascii_end();
        if found.is_empty() && want.is_empty() {
            continue;
        }
        let this = if let Some(more) = found.strip_suffix(*want) {
            Shift::Deeper(more.to_vec())
        } else {
            Shift::Shallower(want.strip_suffix(found)?.to_vec())
        };
        let (Shift::Deeper(by) | Shift::Shallower(by)) = &this;
        let is_indentation = by.iter().all(|b| matches!(b, b' ' | b'\t'));
        if !is_indentation || want.is_empty() || found.is_empty() {
            return None;
        }
        match &shift {
            None => shift = Some(this),
            Some(other) if *other == this => {}
            Some(_) => return None,
        }
    }
    shift
}

impl Shift {
    fn apply(&self, new: &[u8]) -> Option<Vec<u8>> {
        let mut out = Vec::with_capacity(new.len());
        let mut start = 0;
        while start < new.len() {
            let end = lines::line_end(new, start);
            let line = new.get(start..end).unwrap_or_default();
            let is_blank = line.trim_ascii().is_empty();
            match self {
                _ if is_blank => out.extend_from_slice(line),
                Self::Deeper(by) => {
                    out.extend_from_slice(by);
                    out.extend_from_slice(line);
                }
                Self::Shallower(by) => {
                    out.extend_from_slice(line.strip_prefix(&by[..])?);
                }
            }
            start = end;
        }
        Some(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn gives(text: &str, old: &str, new: &str, rung: Rung, after: &str) {
        let found = find(text.as_bytes(), old.as_bytes()).expect(old);
        assert_eq!(found.rung, Some(rung), "{old:?}");
        let new = found.adapt(new.as_bytes()).expect("adapted");
        let Range { start, end } = found.range;
        let out = [&text.as_bytes()[..start], &new, &text.as_bytes()[end..]];
        assert_eq!(String::from_utf8(out.concat()).unwrap(), after);
    }

    #[test]
    fn each_rung_forgives_its_difference_and_keeps_the_rest() {
        gives(
            "x\r\na\r\nb\r\n",
            "a\nb\n",
            "c\nd\n",
            Rung::LineEnding,
            "x\r\nc\r\nd\r\n",
        );
        gives("a\nb\n", "a\r\nb", "c\r\nd", Rung::LineEnding, "c\nd\n");
        gives("a  \nb\t\nc\n", "a\nb\n", "x\n", Rung::TrailingBlanks, "x\nc\n");
        gives(
            "f(a)  \r\n  b\r\n",
            "(a)\n  b",
            "(c)\n  d",
            Rung::TrailingBlanks,
            "f(c)\r\n  d\r\n",
        );
        gives(
            "    if x:\n        y\n    z\n",
            "if x:\n    y\n",
            "if x:\n    w\n\n    v\n",
            Rung::Indentation,
            "    if x:\n        w\n\n        v\n    z\n",
        );
        gives(
            "if x:\n  y\n",
            "  if x:\n    y",
            "  if x:\n    z",
            Rung::Indentation,
            "if x:\n  z\n",
        );
        gives("a\nb\n", "\na\nb", "c", Rung::LeadingBlankLine, "c\n");
        gives("a\nb\n", "\na\nb", "\nc", Rung::LeadingBlankLine, "c\n");
        gives(
            "say(\u{201c}a\u{201d}) \u{2014} \u{e9}b\n",
            "say(\"a\") - \u{e9}b",
            "x",
            Rung::Typography,
            "x\n",
        );
    }

    #[test]
    fn a_tie_on_a_rung_is_refused() {
        let miss = find(b"  a\n    a\n", b"a \n").unwrap_err();
        assert!(matches!(miss, Miss::Several { .. }), "{miss:?}");
        let miss = find(b"  a(1)\nx\n    a(1)\n", b"\ta(1)\n").unwrap_err();
        assert_eq!(miss, Miss::Nowhere, "a tab is no shift of blanks");
        let miss = find(b"\xe2\x80\x9ca\"\n\"a\xe2\x80\x9d\n", b"\"a\"\n");
        let lines = vec![1, 2];
        assert_eq!(miss, Err(Miss::Several { lines, places: 2 }));
    }

    #[test]
    fn a_new_text_that_cannot_be_shifted_is_refused() {
        let found = find(b"if x:\n  y\n", b"  if x:\n    y\n").unwrap();
        assert_eq!(found.adapt(b"else:\n"), None);
    }

    #[test]
    fn words_are_never_forgiven() {
        assert_eq!(find(b"a = 1\n", b"a = 2\n"), Err(Miss::Nowhere));
        assert_eq!(find(b"a = 1\n", b"A = 1\n"), Err(Miss::Nowhere));
        assert_eq!(find(b"a\n", b" \n"), Err(Miss::Nowhere));
    }
}
