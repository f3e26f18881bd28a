//! Units of a diff and the files that they change in, the same units out as
//! `git apply` takes them without an option: under names below the root, with
//! the line endings of their files, with numbers, and with lines around what
//! is only added. None of these is made up here.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::rc::Rc;

use super::blob::named_reading;
use super::context::{self, Spot};
use super::patch::{Part, Patch, keep};
use crate::diff::{
    Change, FileHeader, Hunk, Kind, Numbers, Range, Reason, Rejected, Unit,
};
use crate::edit::endings::Habit;
use crate::edit::hunks::Ground;
use crate::path::{NameError, below};
use crate::resume::preimage::{Lookup, Preimage};

/// The tree that a diff changes, as far as it is known.
#[derive(Clone, Copy)]
pub struct Tree<'a> {
    /// Its files.
    pub lookup: &'a Lookup<'a>,
    /// Its own absolute names.
    pub roots: &'a [String],
}

/// What becomes of a unit.
pub enum Placed<'a> {
    /// It can be printed.
    Unit(&'a Unit<'a>),
    /// It cannot, and why.
    Rejected(Rejected),
}

/// Where units go.
pub(super) type Sink<'s, E> = dyn FnMut(Placed<'_>) -> Result<(), E> + 's;

/// Makes units ready to be printed, in order. One that lacks lines around it
/// is kept until the next one shows how far they may reach.
#[derive(Debug, Default)]
pub struct Placer {
    file: Option<InHand>,
    held: Option<(Part, Spot)>,
    habit: Habit,
    /// Names that an earlier patch of the answer is about.
    changed: BTreeSet<Vec<u8>>,
    /// Whether the first unit of the file in hand was rejected.
    owes_header: bool,
    /// Hunks so far that have no numbers, and no file that gives them.
    pub unnumbered: usize,
}

/// The file that the units are about, where it is known.
#[derive(Debug)]
struct InHand {
    text: Rc<Vec<u8>>,
    /// Offsets of its lines.
    starts: Vec<usize>,
    /// The first line, from 1, that no hunk so far has.
    free: u64,
    /// Whether all hunks so far stand where their numbers say.
    is_true: bool,
    /// Whether the answer changes it a second time: its lines may be others.
    is_changed: bool,
    /// Whether it is known to have lines.
    has_lines: bool,
}

impl InHand {
    fn new(file: &FileHeader, text: Rc<Vec<u8>>, is_changed: bool) -> Self {
        Self {
            is_changed,
            starts: Ground::new(&text).into_starts(),
            text,
            free: 1,
            is_true: true,
            has_lines: file.names_lines_before(),
        }
    }

    /// Uses the text with its lines.
    fn on_ground<T>(&mut self, body: impl FnOnce(&Ground<'_>) -> T) -> T {
        let starts = std::mem::take(&mut self.starts);
        let ground = Ground::with_starts(&self.text, starts);
        let done = body(&ground);
        self.starts = ground.into_starts();
        done
    }
}

impl Placer {
    /// Takes the next unit.
    ///
    /// # Errors
    ///
    /// Those of `sink`.
    pub fn take<E>(
        &mut self,
        unit: &Unit<'_>,
        tree: &Tree<'_>,
        sink: &mut Sink<'_, E>,
    ) -> Result<(), E> {
        if unit.is_first {
            self.finish(sink)?;
            self.owes_header = false;
        }
        let is_first = unit.is_first || self.owes_header;
        let file = match named_below(unit.file, tree.roots) {
            Ok(file) => file,
            Err(why) => return self.reject(unit, Reason::Name(why), sink),
        };
        if unit.is_first {
            let is_changed = self.changed.contains(&file.old);
            self.changed.insert(file.path().to_vec());
            self.file = match (tree.lookup)(&file.old) {
                Preimage::Text(text) => {
                    Some(InHand::new(&file, text, is_changed))
                }
                _ => None,
            };
        }
        let unit = Unit { file: &file, is_first, ..*unit };
        let Change::Hunk(hunk) = unit.change else {
            return self.hand_out(&unit, sink);
        };
        match self.place(&file, hunk) {
            Err(reason) => self.reject(&unit, reason, sink),
            Ok((hunk, spot)) => {
                let unit = Unit { change: Change::Hunk(&hunk), ..unit };
                let said = hunk.numbers.map(|n| u64::from(n.old.start.max(1)));
                self.flush(spot.map(|spot| spot.line).or(said), sink)?;
                let is_changed =
                    self.file.as_ref().is_some_and(|known| known.is_changed);
                let is_lacking = !is_changed && context::is_lacking(&hunk);
                match spot.filter(|_| is_lacking) {
                    None => {
                        self.note(spot);
                        self.hand_out(&unit, sink)
                    }
                    Some(spot) => {
                        self.owes_header = false;
                        self.held = Some((keep(&unit, None), spot));
                        Ok(())
                    }
                }
            }
        }
    }

    /// Hands out what is kept: no more units follow, or another file's.
    ///
    /// # Errors
    ///
    /// Those of `sink`.
    pub fn finish<E>(&mut self, sink: &mut Sink<'_, E>) -> Result<(), E> {
        self.flush(None, sink)?;
        self.file = None;
        Ok(())
    }

    /// The hunk with its file's line endings and with numbers, and where it
    /// belongs, so far as the file tells.
    fn place<'h>(
        &mut self,
        file: &FileHeader,
        hunk: &'h Hunk,
    ) -> Result<(Cow<'h, Hunk>, Option<Spot>), Reason> {
        // Without its file, a change that has other endings does not fit, and
        // git says so. A file that is new fits in any case.
        let named = named_reading(file, hunk).map(Cow::Owned);
        let settled = match (&self.file, named) {
            (_, Some(named)) => Ok(named),
            (Some(known), None) => self.habit.settle(hunk, &known.text),
            _ if file.kind == Kind::New || is_from_nothing(hunk) => {
                self.habit.settle(hunk, b"")
            }
            _ => Ok(Cow::Borrowed(hunk)),
        };
        let hunk = settled.map_err(|_| Reason::LineEndings)?;
        if file.is_whole_file() {
            return Ok((hunk, None));
        }
        let Some(known) = &mut self.file else {
            if hunk.old_lines == 0 && !is_from_nothing(&hunk) {
                return Err(match hunk.numbers {
                    Some(_) => Reason::NoContext,
                    None => Reason::Unnumbered,
                });
            }
            self.unnumbered += usize::from(hunk.numbers.is_none());
            return Ok((hunk, None));
        };
        let placed = known.on_ground(|ground| ground.place(&hunk, 0)).ok();
        let Some(placed) = placed else {
            return match hunk.numbers {
                None => Err(Reason::Unnumbered),
                Some(_) if hunk.old_lines == 0 => Err(Reason::NoContext),
                Some(_) => {
                    known.is_true = false;
                    Ok((hunk, None))
                }
            };
        };
        if hunk.is_insertion() && (!known.is_true || known.is_changed) {
            return Err(Reason::NoContext);
        }
        known.is_true &= placed.is_as_numbered || hunk.numbers.is_none();
        known.has_lines |= hunk.old_lines > 0;
        let line = placed.line;
        let spot = Spot { line, end: line + u64::from(hunk.old_lines) };
        Ok((numbered(hunk, line), Some(spot)))
    }

    /// Notes the lines that a hunk has, with those around it.
    fn note(&mut self, spot: Option<Spot>) {
        if let (Some(known), Some(spot)) = (&mut self.file, spot) {
            known.free = known.free.max(spot.end);
        }
    }

    /// Hands out the unit that is kept, with lines around it up to that at
    /// which the next hunk of its file begins, if there is one.
    fn flush<E>(
        &mut self,
        next: Option<u64>,
        sink: &mut Sink<'_, E>,
    ) -> Result<(), E> {
        let Some((part, spot)) = self.held.take() else { return Ok(()) };
        let unit = part.unit();
        let (Some(known), Some(hunk)) = (&mut self.file, part.hunk()) else {
            return self.hand_out(&unit, sink);
        };
        known.has_lines |= next.is_some();
        if is_from_nothing(hunk) && !known.has_lines {
            // It is for a file that is empty. git sees whether this is.
            return self.hand_out(&unit, sink);
        }
        let free = known.free..next.unwrap_or(u64::MAX);
        let widened =
            known.on_ground(|ground| context::widen(hunk, spot, free, ground));
        let Some((hunk, spot)) = widened else {
            return self.reject(&unit, Reason::NoContext, sink);
        };
        self.note(Some(spot));
        self.hand_out(&Unit { change: Change::Hunk(&hunk), ..unit }, sink)
    }

    fn hand_out<E>(
        &mut self,
        unit: &Unit<'_>,
        sink: &mut Sink<'_, E>,
    ) -> Result<(), E> {
        self.flush(None, sink)?;
        self.owes_header = false;
        sink(Placed::Unit(unit))
    }

    fn reject<E>(
        &mut self,
        unit: &Unit<'_>,
        reason: Reason,
        sink: &mut Sink<'_, E>,
    ) -> Result<(), E> {
        self.owes_header |= unit.is_first;
        sink(Placed::Rejected(Rejected {
            path: Some(unit.file.path().to_vec()),
            span: unit.span,
            line: unit.line,
            reason,
        }))
    }
}

/// The header with its absolute names made relative.
fn named_below<'f>(
    file: &'f FileHeader,
    roots: &[String],
) -> Result<Cow<'f, FileHeader>, NameError> {
    let is_absolute = |name: &Vec<u8>| name.first() == Some(&b'/');
    if ![&file.old, &file.new].into_iter().any(is_absolute) {
        return Ok(Cow::Borrowed(file));
    }
    let relative = |name: &Vec<u8>| {
        if !is_absolute(name) {
            return Ok(name.clone());
        }
        let text = std::str::from_utf8(name).map_err(|_| NameError::NotUtf8)?;
        let name = below(text, roots).ok_or(NameError::Absolute)?;
        Ok(name.as_bytes().to_vec())
    };
    let (old, new) = (relative(&file.old)?, relative(&file.new)?);
    Ok(Cow::Owned(FileHeader { old, new, ..file.clone() }))
}

/// Whether a hunk is one for a file without lines, by its numbers.
fn is_from_nothing(hunk: &Hunk) -> bool {
    hunk.old_lines == 0 && hunk.numbers.is_some_and(|n| n.old.start == 0)
}

/// The hunk with numbers: its own, or those of its place.
fn numbered(hunk: Cow<'_, Hunk>, line: u64) -> Cow<'_, Hunk> {
    if hunk.numbers.is_some() {
        return hunk;
    }
    let start = u32::try_from(line).unwrap_or(u32::MAX);
    let old = Range { start, count: hunk.old_lines };
    let new = Range { start, count: hunk.new_lines };
    let numbers = Some(Numbers { old, new });
    Cow::Owned(Hunk { numbers, ..hunk.into_owned() })
}

/// Makes the units of a patch ready, and rejects those that cannot be. How
/// many have no numbers is returned.
pub(super) fn place(patch: &mut Patch, tree: &Tree<'_>) -> usize {
    let mut placer = Placer::default();
    let mut kept: Vec<Part> = Vec::new();
    let mut rejected = Vec::new();
    let mut sink = |placed: Placed<'_>| {
        match placed {
            Placed::Unit(unit) => kept.push(keep(unit, kept.last())),
            Placed::Rejected(bad) => rejected.push(bad),
        }
        Ok::<(), std::convert::Infallible>(())
    };
    for part in std::mem::take(&mut patch.parts) {
        let Ok(()) = placer.take(&part.unit(), tree, &mut sink);
    }
    let Ok(()) = placer.finish(&mut sink);
    patch.parts = kept;
    if rejected.is_empty() {
        return placer.unnumbered;
    }
    let others = std::mem::take(&mut patch.rejected).into_iter();
    rejected.extend(others.map(|(_, bad)| bad));
    rejected.sort_by_key(|bad| bad.span.start);
    // They are listed by where they stand, before what is left.
    let listed = rejected.into_iter().map(|bad| {
        let is_before = |part: &Part| part.span.start < bad.span.start;
        (patch.parts.partition_point(is_before), bad)
    });
    patch.rejected = listed.collect();
    placer.unnumbered
}
