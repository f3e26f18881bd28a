//! The edits of one operation applied to one file's bytes. Each edit is
//! placed in the original where that is unambiguous, and in the text that
//! the edits before it left where it needs their result. Bytes outside the
//! edited places stay as they are.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use super::draft::{Draft, Side, Splice};
use super::lines::{self, LineIndex};
use super::matching::{self, Miss};
use super::nearest::{Nearest, nearest};
use super::{Context, Edit, LineRange, Occurrence};

/// A file's text after its edits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Modified {
    /// All of it.
    pub bytes: Vec<u8>,
    /// Edits, counted from 1, that were placed in the result of earlier
    /// ones, because the file before them did not have their place.
    pub in_sequence: Vec<usize>,
}

/// An edit that could not be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditError {
    /// Which one, from 1.
    pub edit: usize,
    /// Why not.
    pub why: Refusal,
}

/// Why an edit cannot be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The text to look for is empty.
    Empty(Sought),
    /// There is nothing to insert.
    NothingToInsert,
    /// The text stands nowhere; what comes nearest to it.
    Missing(Sought, Option<Box<Nearest>>),
    /// The text stands in several places.
    Ambiguous {
        /// What was looked for.
        sought: Sought,
        /// Lines of the first places, from 1.
        lines: Vec<u64>,
        /// How many places there are.
        places: u64,
    },
    /// There are fewer or more places than the edit says.
    Places {
        /// The number in the edit.
        wanted: u64,
        /// How many there are.
        found: u64,
    },
    /// A line number past the end.
    NoSuchLine {
        /// The number in the edit.
        wanted: u64,
        /// How many lines the file has.
        lines: u64,
    },
    /// The lines around a range are not those that the edit names.
    Context {
        /// The first line that differs, from 1.
        line: u64,
        /// What stands there, if there is such a line.
        found: Option<Vec<u8>>,
    },
    /// Another edit of the operation, from 1, changes the same place.
    Overlap(usize),
}

/// Which text an edit looks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sought {
    /// Where to insert.
    Anchor,
    /// What to replace.
    OldText,
}

impl Refusal {
    /// A short word that programs can compare.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty(_) => "empty-anchor",
            Self::NothingToInsert => "nothing-to-insert",
            Self::Missing(..) => "no-match",
            Self::Ambiguous { .. } => "ambiguous",
            Self::Places { .. } => "wrong-count",
            Self::NoSuchLine { .. } => "no-such-line",
            Self::Context { .. } => "context-differs",
            Self::Overlap(_) => "overlap",
        }
    }

    fn of(miss: Miss, sought: Sought) -> Self {
        match miss {
            Miss::Empty => Self::Empty(sought),
            Miss::Nowhere => Self::Missing(sought, None),
            Miss::Several { lines, places } => {
                Self::Ambiguous { sought, lines, places }
            }
        }
    }
}

impl fmt::Display for Sought {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Anchor => "anchor",
            Self::OldText => "old_text",
        })
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty(sought) => write!(f, "{sought} is empty"),
            Self::NothingToInsert => f.write_str("there is no text to insert"),
            Self::Missing(sought, None) => write!(f, "{sought} not found"),
            Self::Missing(sought, Some(nearest)) => {
                write!(f, "{sought} not found; {nearest}")
            }
            Self::Ambiguous { sought, lines, places } => {
                write!(f, "{sought} stands in {places} places, lines ")?;
                write_lines(f, lines, *places)
            }
            Self::Places { wanted, found } => {
                write!(f, "old_text stands in {found} places, not {wanted}")
            }
            Self::NoSuchLine { wanted, lines } => {
                write!(f, "no line {wanted}: the file has {lines}")
            }
            Self::Context { line, found: Some(found) } => {
                let found = String::from_utf8_lossy(found);
                write!(f, "context differs: line {line} reads '{found}'")
            }
            Self::Context { line, found: None } => {
                write!(f, "context differs: there is no line {line}")
            }
            Self::Overlap(edit) => {
                write!(f, "edit {edit} changes the same place")
            }
        }
    }
}

fn write_lines(
    f: &mut fmt::Formatter<'_>,
    lines: &[u64],
    places: u64,
) -> fmt::Result {
    for (index, line) in lines.iter().enumerate() {
        let comma = if index == 0 { "" } else { ", " };
        write!(f, "{comma}{line}")?;
    }
    if places > lines.len() as u64 { f.write_str(", ...") } else { Ok(()) }
}

impl fmt::Display for EditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "edit {}: {}", self.edit, self.why)
    }
}

impl std::error::Error for EditError {}

/// Applies `edits` to a file's bytes, all of them or none.
pub fn modify(text: &[u8], edits: &[Edit]) -> Result<Modified, EditError> {
    let mut draft = Draft::new(text);
    let mut in_sequence = Vec::new();
    for (index, edit) in edits.iter().enumerate() {
        match apply(&mut draft, text, edit, index) {
            Ok(Placement::Original) => {}
            Ok(Placement::Current) => in_sequence.push(index + 1),
            Err(why) => {
                let why = explained(why, edit, &draft);
                return Err(EditError { edit: index + 1, why });
            }
        }
    }
    Ok(Modified { bytes: draft.text(), in_sequence })
}

/// In which text an edit found its place.
enum Placement {
    Original,
    Current,
}

/// Where an edit goes in one text, and what it looked at to know.
struct Resolved<'a> {
    splices: Vec<Splice<'a>>,
    matched: Option<Range<usize>>,
}

fn apply<'a>(
    draft: &mut Draft<'a>,
    original: &'a [u8],
    edit: &'a Edit,
    index: usize,
) -> Result<Placement, Refusal> {
    let resolved = resolve(original, edit);
    if edit.is_placed_by_text() && !draft.is_untouched() {
        let disturbed = match &resolved {
            Ok(at) => at.is_disturbed(draft),
            Err(_) => true,
        };
        if disturbed && apply_to_current(draft, edit, index)? {
            return Ok(Placement::Current);
        }
    }
    draft
        .place(resolved?.splices, index)
        .map_err(|overlap| Refusal::Overlap(overlap.0 + 1))?;
    Ok(Placement::Original)
}

/// Tries the text that earlier edits left; false if the edit has no place
/// there.
fn apply_to_current(
    draft: &mut Draft<'_>,
    edit: &Edit,
    index: usize,
) -> Result<bool, Refusal> {
    let current = draft.text();
    let splices = match resolve(&current, edit) {
        Ok(resolved) => resolved.splices,
        Err(Refusal::Missing(..)) => return Ok(false),
        Err(why) => return Err(why),
    };
    // From the back, so that offsets before each splice stay true.
    let mut text = current;
    for splice in splices.into_iter().rev() {
        let splice = splice.into_owned();
        draft.place_current(&text, splice, index);
        text = draft.text();
    }
    Ok(true)
}

/// Adds to a refusal what the file really says.
fn explained(why: Refusal, edit: &Edit, draft: &Draft<'_>) -> Refusal {
    match (why, edit.sought()) {
        (Refusal::Missing(sought, None), Some(wanted)) => {
            let found = nearest(&draft.text(), wanted).map(Box::new);
            Refusal::Missing(sought, found)
        }
        (why, _) => why,
    }
}

impl Edit {
    /// Whether a text says where the edit goes, rather than a number.
    fn is_placed_by_text(&self) -> bool {
        self.sought().is_some()
    }

    /// The text that the edit looks for.
    pub(super) fn sought(&self) -> Option<&[u8]> {
        match self {
            Self::InsertAfter { anchor, .. }
            | Self::InsertBefore { anchor, .. } => Some(anchor),
            Self::Replace { old, .. } | Self::ReplaceAll { old, .. } => {
                Some(old)
            }
            _ => None,
        }
    }
}

impl Resolved<'_> {
    fn is_disturbed(&self, draft: &Draft<'_>) -> bool {
        let splices = self.splices.iter().map(|splice| &splice.range);
        let mut looked_at = self.matched.iter().chain(splices);
        looked_at.any(|range| draft.overlap(range).is_some())
    }
}

/// Where one edit goes in `text`.
fn resolve<'a>(text: &[u8], edit: &'a Edit) -> Result<Resolved<'a>, Refusal> {
    match edit {
        Edit::Append(new) => {
            let start = last_line_start(text);
            Ok(inserted(after(text, start, text.len(), new)?, None))
        }
        Edit::Prepend(new) => {
            let at = lines::body_start(text);
            Ok(inserted(before(text, at, new)?, None))
        }
        Edit::InsertAfter { anchor, text: new } => {
            let at = only(text, anchor, Sought::Anchor)?;
            let last = at.end - 1;
            let start = lines::line_start(text, last);
            let end = lines::line_end(text, last);
            Ok(inserted(after(text, start, end, new)?, Some(at)))
        }
        Edit::InsertBefore { anchor, text: new } => {
            let at = only(text, anchor, Sought::Anchor)?;
            let start = lines::line_start(text, at.start);
            Ok(inserted(before(text, start, new)?, Some(at)))
        }
        Edit::Replace { old, new, which } => {
            let at = match which {
                Occurrence::Only => only(text, old, Sought::OldText)?,
                Occurrence::Nth(n) => nth(text, old, *n)?,
            };
            Ok(replaced(vec![at], new))
        }
        Edit::ReplaceAll { old, new, places } => {
            Ok(replaced(everywhere(text, old, *places)?, new))
        }
        Edit::Insert { line, text: new } => insert_at(text, *line, new),
        Edit::ReplaceLines { range, text: new, context } => {
            replace_lines(text, *range, new, context)
        }
    }
}

fn inserted(splice: Splice<'_>, matched: Option<Range<usize>>) -> Resolved<'_> {
    Resolved { splices: vec![splice], matched }
}

fn replaced(places: Vec<Range<usize>>, new: &[u8]) -> Resolved<'_> {
    let splice = |range| Splice {
        range,
        bytes: Cow::Borrowed(new),
        side: Side::Instead,
        lead: None,
    };
    let splices = places.into_iter().map(splice).collect();
    Resolved { splices, matched: None }
}

fn only(
    text: &[u8],
    wanted: &[u8],
    sought: Sought,
) -> Result<Range<usize>, Refusal> {
    matching::only(text, wanted).map_err(|miss| Refusal::of(miss, sought))
}

fn nth(text: &[u8], old: &[u8], n: u64) -> Result<Range<usize>, Refusal> {
    let places = everywhere(text, old, None)?;
    let index = usize::try_from(n).unwrap_or(usize::MAX).wrapping_sub(1);
    let found = places.len() as u64;
    places.into_iter().nth(index).ok_or(Refusal::Places { wanted: n, found })
}

fn everywhere(
    text: &[u8],
    old: &[u8],
    wanted: Option<u64>,
) -> Result<Vec<Range<usize>>, Refusal> {
    if old.is_empty() {
        return Err(Refusal::Empty(Sought::OldText));
    }
    let places = matching::all(text, old);
    if places.is_empty() {
        return Err(Refusal::Missing(Sought::OldText, None));
    }
    let found = places.len() as u64;
    match wanted {
        Some(wanted) if wanted != found => {
            Err(Refusal::Places { wanted, found })
        }
        _ => Ok(places),
    }
}

/// Whole lines after the line `start..end`.
fn after<'a>(
    text: &[u8],
    start: usize,
    end: usize,
    new: &'a [u8],
) -> Result<Splice<'a>, Refusal> {
    let ending = lines::ending_near(text, start);
    let line = text.get(start..end).unwrap_or_default();
    let open = !line.is_empty() && lines::ending(line).is_none();
    Ok(Splice {
        range: end..end,
        bytes: ended(new, ending)?,
        side: Side::After,
        lead: open.then_some(ending),
    })
}

/// Whole lines before the line that begins at `start`.
fn before<'a>(
    text: &[u8],
    start: usize,
    new: &'a [u8],
) -> Result<Splice<'a>, Refusal> {
    let bytes = ended(new, lines::ending_near(text, start))?;
    Ok(Splice { range: start..start, bytes, side: Side::Before, lead: None })
}

/// The text with a final line ending.
fn ended<'a>(new: &'a [u8], ending: &[u8]) -> Result<Cow<'a, [u8]>, Refusal> {
    if new.is_empty() {
        return Err(Refusal::NothingToInsert);
    }
    Ok(match lines::ending(new) {
        Some(_) => Cow::Borrowed(new),
        None => Cow::Owned([new, ending].concat()),
    })
}

/// Where the last line begins; in an empty text, where one would.
fn last_line_start(text: &[u8]) -> usize {
    let body = lines::chomp(text);
    lines::line_start(text, body.len()).min(text.len())
}

fn insert_at<'a>(
    text: &[u8],
    line: u64,
    new: &'a [u8],
) -> Result<Resolved<'a>, Refusal> {
    let index = LineIndex::new(text);
    let lines = index.count();
    match index.start(line) {
        Some(start) => Ok(inserted(before(text, start, new)?, None)),
        None if line == lines + 1 => {
            let start = last_line_start(text);
            Ok(inserted(after(text, start, text.len(), new)?, None))
        }
        None => Err(Refusal::NoSuchLine { wanted: line, lines }),
    }
}

fn replace_lines<'a>(
    text: &[u8],
    range: LineRange,
    new: &'a [u8],
    context: &Context,
) -> Result<Resolved<'a>, Refusal> {
    let index = LineIndex::new(text);
    let lines = index.count();
    let missing = Refusal::NoSuchLine { wanted: range.last, lines };
    let span = index.span(range.first, range.last).ok_or(missing)?;
    check_context(text, &index, range, context)?;
    let old = text.get(span.clone()).unwrap_or_default();
    let bytes = match lines::ending(old) {
        Some(ending) if !new.is_empty() => ended(new, ending)?,
        _ => Cow::Borrowed(new),
    };
    let splice = Splice { range: span, bytes, side: Side::Instead, lead: None };
    Ok(Resolved { splices: vec![splice], matched: None })
}

fn check_context(
    text: &[u8],
    index: &LineIndex<'_>,
    range: LineRange,
    context: &Context,
) -> Result<(), Refusal> {
    let before = lines::bare_lines(&context.before).count() as u64;
    let first = range.first.saturating_sub(before);
    if first == 0 {
        return Err(Refusal::Context { line: 0, found: None });
    }
    check_lines(text, index, first, &context.before)?;
    check_lines(text, index, range.last + 1, &context.after)
}

fn check_lines(
    text: &[u8],
    index: &LineIndex<'_>,
    first: u64,
    wanted: &[u8],
) -> Result<(), Refusal> {
    for (line, wanted) in (first..).zip(lines::bare_lines(wanted)) {
        let span = index.span(line, line);
        let found = span.and_then(|s| text.get(s)).map(lines::chomp);
        if found != Some(wanted) {
            let found = found.map(<[u8]>::to_vec);
            return Err(Refusal::Context { line, found });
        }
    }
    Ok(())
}

/// Whether the file already is what the edits ask for: every old text is
/// gone and every new one stands exactly once at its place. Edits that do
/// not say what was there before are never taken as done.
pub fn already_done(text: &[u8], edits: &[Edit]) -> bool {
    !edits.is_empty() && edits.iter().all(|edit| is_done(text, edit))
}

fn is_done(text: &[u8], edit: &Edit) -> bool {
    match edit {
        Edit::Replace { old, new, which: Occurrence::Only } => {
            matching::only(text, old) == Err(Miss::Nowhere)
                && matching::only(text, new).is_ok()
        }
        Edit::ReplaceAll { old, new, .. } => {
            matching::only(text, old) == Err(Miss::Nowhere)
                && !matching::all(text, new).is_empty()
        }
        Edit::InsertAfter { text: new, .. }
        | Edit::InsertBefore { text: new, .. } => is_inserted(text, edit, new),
        _ => false,
    }
}

/// Whether taking the new lines out and inserting them again gives the same.
fn is_inserted(text: &[u8], edit: &Edit, new: &[u8]) -> bool {
    let Ok(bytes) = ended(new, lines::ending_near(text, 0)) else {
        return false;
    };
    let mut places = matching::whole_lines(text, &bytes);
    let (Some(at), None) = (places.next(), places.next()) else {
        return false;
    };
    let (head, tail) = text.split_at_checked(at).unwrap_or_default();
    let tail = tail.get(bytes.len()..).unwrap_or_default();
    let without = [head, tail].concat();
    modify(&without, std::slice::from_ref(edit))
        .is_ok_and(|again| again.bytes == text)
}

#[cfg(test)]
#[path = "modify_tests.rs"]
mod tests;
