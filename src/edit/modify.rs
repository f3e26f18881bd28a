//! The edits of one operation applied to one file's bytes. Each edit is
//! placed in the original where that is unambiguous, and in the text that
//! the edits before it left where it needs their result. Bytes outside the
//! edited places stay as they are.

use std::borrow::Cow;
use std::ops::Range;

use super::draft::{Draft, Side, Splice};
use super::fuzzy::{self, Found, Rung};
use super::hunks;
use super::lines::{self, LineIndex};
use super::matching;
use super::nearest::{Form, at_line, nearest};
use super::refusal::{EditError, Refusal, Sought};
use super::whole_lines;
use super::{Context, Edit, LineRange, Occurrence, WholeLines};

/// A file's text after its edits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Modified {
    /// All of it.
    pub bytes: Vec<u8>,
    /// Edits, counted from 1, that were placed in the result of earlier
    /// ones, because the file before them did not have their place.
    pub in_sequence: Vec<usize>,
    /// What was forgiven to which edit, counted from 1.
    pub forgiven: Vec<(usize, Rung)>,
}

/// How exactly a text must stand in the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Matching {
    /// Byte for byte.
    #[default]
    Exact,
    /// With differences that are forgiven one by one; see [`Rung`].
    Fuzzy,
}

/// Applies `edits` to a file's bytes, all of them or none.
pub fn modify(
    text: &[u8],
    edits: &[Edit],
    matching: Matching,
) -> Result<Modified, EditError> {
    let mut draft = Draft::new(text);
    let mut in_sequence = Vec::new();
    let mut forgiven = Vec::new();
    for (index, edit) in edits.iter().enumerate() {
        let number = index + 1;
        match apply_on_ladder(&mut draft, text, edit, index, matching) {
            Ok(placement) => {
                if placement.text == Placed::Current {
                    in_sequence.push(number);
                }
                forgiven.extend(placement.rung.map(|rung| (number, rung)));
            }
            Err(why) => {
                let why = explained(why, edit, &draft);
                return Err(EditError { edit: number, why });
            }
        }
    }
    Ok(Modified { bytes: draft.text(), in_sequence, forgiven })
}

/// How an edit found its place.
struct Placement {
    text: Placed,
    rung: Option<Rung>,
}

/// In which text an edit found its place.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Placed {
    Original,
    Current,
}

/// Exactly first, and only where that is nowhere, almost.
fn apply_on_ladder<'a>(
    draft: &mut Draft<'a>,
    original: &'a [u8],
    edit: &'a Edit,
    index: usize,
    matching: Matching,
) -> Result<Placement, Refusal> {
    let exact = apply(draft, original, edit, index, Matching::Exact);
    match (exact, matching) {
        (Err(Refusal::Missing(..)), Matching::Fuzzy) => {
            apply(draft, original, edit, index, Matching::Fuzzy)
        }
        (exact, _) => exact,
    }
}

/// Where an edit goes in one text, and what it looked at to know.
struct Resolved<'a> {
    splices: Vec<Splice<'a>>,
    matched: Option<Range<usize>>,
    rung: Option<Rung>,
}

fn apply<'a>(
    draft: &mut Draft<'a>,
    original: &'a [u8],
    edit: &'a Edit,
    index: usize,
    matching: Matching,
) -> Result<Placement, Refusal> {
    let resolved = resolve(original, edit, matching);
    if edit.is_placed_by_text() && !draft.is_untouched() {
        let disturbed = match &resolved {
            Ok(at) => at.is_disturbed(draft),
            Err(_) => true,
        };
        if disturbed
            && let Some(placement) =
                apply_to_current(draft, edit, index, matching)?
        {
            return Ok(placement);
        }
    }
    let resolved = resolved?;
    draft
        .place(resolved.splices, index)
        .map_err(|overlap| Refusal::Overlap(overlap.0 + 1))?;
    Ok(Placement { text: Placed::Original, rung: resolved.rung })
}

/// Tries the text that earlier edits left; nothing if the edit has no place
/// there.
fn apply_to_current(
    draft: &mut Draft<'_>,
    edit: &Edit,
    index: usize,
    matching: Matching,
) -> Result<Option<Placement>, Refusal> {
    let current = draft.text();
    let Resolved { splices, rung, .. } = match resolve(&current, edit, matching)
    {
        Ok(resolved) => resolved,
        Err(Refusal::Missing(..)) => return Ok(None),
        Err(why) => return Err(why),
    };
    // From the back, so that offsets before each splice stay true.
    let mut text = current;
    for splice in splices.into_iter().rev() {
        let splice = splice.into_owned();
        draft.place_current(&text, splice, index);
        text = draft.text();
    }
    Ok(Some(Placement { text: Placed::Current, rung }))
}

/// Adds to a refusal what the file really says.
fn explained(why: Refusal, edit: &Edit, draft: &Draft<'_>) -> Refusal {
    match (why, edit.sought()) {
        (Refusal::Missing(sought, None), Some(wanted)) => {
            let text = draft.text();
            let form = match sought {
                Sought::Hunk | Sought::Lines => Form::Lines,
                Sought::Anchor | Sought::OldText => Form::Text,
            };
            let found = nearest(&text, wanted, form)
                .or_else(|| Some(at_line(&text, edit.line()?)));
            match found {
                Some(found) => Refusal::Missing(sought, Some(Box::new(found))),
                None => Refusal::unlike(sought, wanted),
            }
        }
        (why, _) => why,
    }
}

impl Edit {
    /// Whether a text says where the edit goes, rather than a number.
    fn is_placed_by_text(&self) -> bool {
        self.sought().is_some()
    }

    /// The line at which a number says that the edit belongs.
    fn line(&self) -> Option<u64> {
        match self {
            Self::Hunk { line, .. } => *line,
            Self::Lines(block) => block.line,
            _ => None,
        }
    }

    /// The text that the edit looks for.
    pub(super) fn sought(&self) -> Option<&[u8]> {
        match self {
            Self::InsertAfter { anchor, .. }
            | Self::InsertBefore { anchor, .. } => Some(anchor),
            Self::Hunk { old, .. } if !old.is_empty() => Some(old),
            Self::Lines(block) if !block.old.is_empty() => Some(&block.old),
            Self::Lines(block) => block.anchors.last().map(Vec::as_slice),
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
fn resolve<'a>(
    text: &[u8],
    edit: &'a Edit,
    matching: Matching,
) -> Result<Resolved<'a>, Refusal> {
    match edit {
        Edit::Append(new) => {
            let start = last_line_start(text);
            let new = Cow::Borrowed(&new[..]);
            Ok(Resolved::one(after(text, start, text.len(), new)?))
        }
        Edit::Prepend(new) => {
            let at = lines::body_start(text);
            Ok(Resolved::one(before(text, at, Cow::Borrowed(new))?))
        }
        Edit::InsertAfter { anchor, text: new } => {
            let at = only(text, anchor, Sought::Anchor, matching)?;
            let last = at.range.end - 1;
            let start = lines::line_start(text, last);
            let end = lines::line_end(text, last);
            let new = adapted(&at, new, Sought::Anchor)?;
            Ok(Resolved::beside(at, after(text, start, end, new)?))
        }
        Edit::InsertBefore { anchor, text: new } => {
            let at = only(text, anchor, Sought::Anchor, matching)?;
            let start = lines::line_start(text, at.range.start);
            let new = adapted(&at, new, Sought::Anchor)?;
            Ok(Resolved::beside(at, before(text, start, new)?))
        }
        Edit::Replace { old, new, which: Occurrence::Only } => {
            let at = only(text, old, Sought::OldText, matching)?;
            let new = adapted(&at, new, Sought::OldText)?;
            let rung = at.rung;
            let splice = instead(at.range, new);
            Ok(Resolved { rung, ..Resolved::one(splice) })
        }
        Edit::Replace { old, new, which: Occurrence::Nth(n) } => {
            let at = nth(text, old, *n)?;
            Ok(Resolved::one(instead(at, Cow::Borrowed(new))))
        }
        Edit::ReplaceAll { old, new, places } => {
            let places = everywhere(text, old, *places)?.into_iter();
            let splice = |at| instead(at, Cow::Borrowed(&new[..]));
            let splices = places.map(splice).collect();
            Ok(Resolved { splices, matched: None, rung: None })
        }
        Edit::Hunk { line, old, new, extent } => match matching {
            Matching::Exact => {
                let at = hunks::find(text, old, *line, *extent)?;
                Ok(Resolved::one(instead(at, Cow::Borrowed(new))))
            }
            Matching::Fuzzy => {
                let block = WholeLines::of_hunk(*line, old, new);
                let near = whole_lines::near_hunk(text, &block, *extent)?;
                Ok(Resolved::beside(near.0, near.1))
            }
        },
        Edit::Lines(block) => {
            let at = whole_lines::find(text, block, matching)?;
            let splice = whole_lines::splice(text, block, &at)?;
            Ok(Resolved::beside(at, splice))
        }
        Edit::Insert { line, text: new } => insert_at(text, *line, new),
        Edit::ReplaceLines { range, text: new, context } => {
            replace_lines(text, *range, new, context)
        }
    }
}

impl<'a> Resolved<'a> {
    fn one(splice: Splice<'a>) -> Self {
        Self { splices: vec![splice], matched: None, rung: None }
    }

    fn beside(at: Found, splice: Splice<'a>) -> Self {
        let (matched, rung) = (Some(at.range), at.rung);
        Self { splices: vec![splice], matched, rung }
    }
}

fn instead(range: Range<usize>, bytes: Cow<'_, [u8]>) -> Splice<'_> {
    Splice { range, bytes, side: Side::Instead, lead: None }
}

fn only(
    text: &[u8],
    wanted: &[u8],
    sought: Sought,
    matching: Matching,
) -> Result<Found, Refusal> {
    let found = match matching {
        Matching::Exact => matching::only(text, wanted).map(Found::exact),
        Matching::Fuzzy => fuzzy::find(text, wanted),
    };
    found.map_err(|miss| Refusal::of(miss, sought))
}

/// The new text as its place needs it. One that cannot be adapted does not
/// belong there.
fn adapted<'a>(
    at: &Found,
    new: &'a [u8],
    sought: Sought,
) -> Result<Cow<'a, [u8]>, Refusal> {
    at.adapt(new).ok_or(Refusal::Missing(sought, None))
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
    new: Cow<'a, [u8]>,
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
    new: Cow<'a, [u8]>,
) -> Result<Splice<'a>, Refusal> {
    let bytes = ended(new, lines::ending_near(text, start))?;
    Ok(Splice { range: start..start, bytes, side: Side::Before, lead: None })
}

/// The text with a final line ending.
pub(super) fn ended<'a>(
    new: Cow<'a, [u8]>,
    ending: &[u8],
) -> Result<Cow<'a, [u8]>, Refusal> {
    if new.is_empty() {
        return Err(Refusal::NothingToInsert);
    }
    Ok(match lines::ending(&new) {
        Some(_) => new,
        None => Cow::Owned([&new, ending].concat()),
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
    let new = Cow::Borrowed(new);
    match index.start(line) {
        Some(start) => Ok(Resolved::one(before(text, start, new)?)),
        None if line == lines + 1 => {
            let start = last_line_start(text);
            Ok(Resolved::one(after(text, start, text.len(), new)?))
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
    let new = Cow::Borrowed(new);
    let bytes = match lines::ending(old) {
        Some(ending) if !new.is_empty() => ended(new, ending)?,
        _ => new,
    };
    Ok(Resolved::one(instead(span, bytes)))
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

#[cfg(test)]
#[path = "modify_tests.rs"]
mod tests;
