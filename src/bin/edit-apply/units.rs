//! Units of a diff, done one after the other; those of one file patch are
//! kept until it is known that none of its hunks is cut.

use std::borrow::Cow;

use anyhow::Error;

use tornkit::diff::{FileHeader, Hunk, Kind, Reason, Rejected, Unit};
use tornkit::edit::endings::{Habit, InDoubt};
use tornkit::edit::insertion;
use tornkit::edit::{FromUnit, NoUnit, Operation, Shift, from_unit};
use tornkit::report::result::{Outcome, ResultLine};
use tornkit::resume::diff as ends;
use tornkit::span::Place;

use crate::asked::Whole;
use crate::document::DISPROVED;
use crate::session::{Session, result_line};

/// A part of the file patch in hand.
pub(crate) enum Part {
    Unit(Whole),
    Rejected(Rejected),
}

/// Why none of a file patch is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unfit {
    /// One of its hunks is cut.
    Cut,
    /// They do not make the file that its index line names.
    Disproved,
    /// One of its hunks has numbers that no file can have.
    Absurd,
    /// It deletes what the next patch would make anew, and that is refused.
    Replaced,
    /// It deletes what the next patch is about too, and that one is cut.
    Followed,
}

impl Session<'_> {
    pub(crate) fn take_unit(&mut self, whole: Whole) -> Result<(), Error> {
        self.keep_replaced(&whole.unit());
        if whole.is_first || self.args.does_each_hunk() {
            self.release()?;
        }
        if self.args.does_each_hunk() {
            self.keep_base(&whole);
        }
        self.document.patch.push(Part::Unit(whole));
        self.release_if_each()
    }

    pub(crate) fn take_bad_unit(&mut self, bad: Rejected) -> Result<(), Error> {
        let path = bad.path.as_deref();
        let in_hand = self.document.patch.first().and_then(Part::path);
        if in_hand.is_some() && in_hand != path {
            self.release()?;
        }
        if bad.reason == Reason::AbsurdNumbers {
            self.give_up(Unfit::Absurd);
        }
        let is_binary =
            matches!(bad.reason, Reason::NoBytes | Reason::BadBytes);
        if is_binary && path.is_some_and(|path| self.deletes(path)) {
            self.give_up(Unfit::Replaced);
        }
        if let Some(base) = &mut self.document.base {
            base.forget();
        }
        self.document.patch.push(Part::Rejected(bad));
        self.release_if_each()
    }

    /// With `--per-hunk`, nothing waits but a deletion.
    fn release_if_each(&mut self) -> Result<(), Error> {
        if self.args.does_each_hunk() && self.deleted().is_none() {
            self.release()?;
        }
        Ok(())
    }

    /// Keeps the file that the patch in hand deletes if the next unit would
    /// make it anew, as a link for instance, and that is refused.
    fn keep_replaced(&mut self, next: &Unit<'_>) {
        let file = next.file;
        if next.is_first
            && file.kind != Kind::Delete
            && self.deletes(file.path())
            && from_unit(next, Shift::default(), &self.names).is_err()
        {
            self.give_up(Unfit::Replaced);
        }
    }

    /// Whether the patch in hand deletes a file.
    pub(crate) fn deletes(&self, path: &[u8]) -> bool {
        self.deleted().is_some_and(|file| file.path() == path)
    }

    /// The file that the patch in hand deletes.
    fn deleted(&self) -> Option<&FileHeader> {
        match self.document.patch.first() {
            Some(Part::Unit(whole)) if whole.file.kind == Kind::Delete => {
                Some(&whole.file)
            }
            _ => None,
        }
    }

    /// Does the file patch in hand.
    pub(crate) fn release(&mut self) -> Result<(), Error> {
        let parts = std::mem::take(&mut self.document.patch);
        let parts = match self.ground_of(&parts) {
            Some(text) => settled(parts, &text, &mut self.document.habit),
            None => parts,
        };
        let units: Vec<Unit<'_>> =
            parts.iter().filter_map(Part::unit).collect();
        let before = Shift::before(&units);
        for part in parts {
            match part {
                Part::Unit(whole) => {
                    if whole.is_first {
                        self.document.shift = before;
                    }
                    self.take_whole(&whole.unit(), whole.at)?
                }
                Part::Rejected(bad) => {
                    self.document.waiting.push(rejected(&bad));
                }
            }
        }
        Ok(())
    }

    /// Does nothing of the file patch in hand.
    pub(crate) fn give_up(&mut self, unfit: Unfit) {
        for part in std::mem::take(&mut self.document.patch) {
            let line = match part {
                Part::Unit(whole) => unfit.line_of(&whole.file, whole.at),
                Part::Rejected(bad) => rejected(&bad),
            };
            self.document.waiting.push(line);
        }
    }

    fn take_whole(&mut self, unit: &Unit<'_>, at: Place) -> Result<(), Error> {
        if unit.is_first {
            self.document.is_late = self.is_late(unit.file);
        }
        if self.document.is_late {
            self.document.waiting.push(late(unit, at));
            return Ok(());
        }
        match from_unit(unit, self.document.shift, &self.names) {
            Ok(FromUnit::One(operation)) => {
                self.take_operation(operation, at)?;
            }
            Ok(FromUnit::Both(first, second)) => {
                self.take_both(first, second, at)?;
            }
            Err(why) => self.document.waiting.push(not_done(unit, why, at)),
        }
        // What failed moved nothing; what is held is thought to be done.
        let last = self.document.waiting.last();
        let status = last.map(|line| line.outcome.status);
        if self.args.atomic || status.is_some_and(|status| status.is_good()) {
            self.document.shift.add(unit);
            self.note_changed(unit.file);
        }
        Ok(())
    }

    /// Whether a file patch copies or renames what the diff changed before
    /// it. git means the file as it was before the whole diff, and that may
    /// be committed over by now.
    pub(crate) fn is_late(&self, file: &FileHeader) -> bool {
        let is_changed = |old| self.document.changed.contains(&old);
        matches!(file.kind, Kind::Rename | Kind::Copy)
            && self.names.read_bytes(&file.old).is_ok_and(is_changed)
    }

    fn note_changed(&mut self, file: &FileHeader) {
        let source = Some(&file.old).filter(|_| file.kind == Kind::Rename);
        for name in source.map(Vec::as_slice).iter().chain(&[file.path()]) {
            self.document.changed.extend(self.names.read_bytes(name));
        }
    }

    /// Does both or none; the result is one.
    pub(crate) fn take_both(
        &mut self,
        first: Operation,
        second: Operation,
        at: Place,
    ) -> Result<(), Error> {
        if self.args.atomic {
            self.take_operation(first, at)?;
            return self.take_operation(second, at);
        }
        let outcome = match self.obstacle(&second) {
            Some(outcome) => outcome,
            None => self.perform_both(&first, &second)?,
        };
        self.document.waiting.push(result_line(&second, at, outcome));
        Ok(())
    }
}

/// Gives hunks the line endings that their file has, and rejects those of
/// which the file, as it is before them, does not show what is meant.
fn settled(parts: Vec<Part>, text: &[u8], habit: &mut Habit) -> Vec<Part> {
    let hunks: Vec<&Hunk> = parts.iter().filter_map(Part::hunk).collect();
    let is_true = insertion::are_numbers_true(&hunks, text);
    let mut settle = |part: Part| {
        let Part::Unit(whole) = part else { return part };
        let Some(hunk) = whole.hunk() else { return Part::Unit(whole) };
        if hunk.is_insertion() && !is_true {
            return unplaced(&whole, Reason::NoContext);
        }
        if let Some(named) = ends::named_reading(&whole.file, hunk) {
            return Part::Unit(whole.with(named));
        }
        match habit.settle(hunk, text).map(Cow::into_owned) {
            Ok(hunk) => Part::Unit(whole.with(hunk)),
            Err(InDoubt) => unplaced(&whole, Reason::LineEndings),
        }
    };
    parts.into_iter().map(&mut settle).collect()
}

fn unplaced(whole: &Whole, reason: Reason) -> Part {
    let path = Some(whole.file.path().to_vec());
    let Unit { span, line, .. } = whole.unit();
    Part::Rejected(Rejected { path, span, line, reason })
}

impl Part {
    fn unit(&self) -> Option<Unit<'_>> {
        match self {
            Self::Unit(whole) => Some(whole.unit()),
            Self::Rejected(_) => None,
        }
    }

    pub(crate) fn hunk(&self) -> Option<&Hunk> {
        match self {
            Self::Unit(whole) => whole.hunk(),
            Self::Rejected(_) => None,
        }
    }

    pub(crate) fn file(&self) -> Option<&FileHeader> {
        match self {
            Self::Unit(whole) => Some(&whole.file),
            Self::Rejected(_) => None,
        }
    }

    fn path(&self) -> Option<&[u8]> {
        match self {
            Self::Unit(whole) => Some(whole.file.path()),
            Self::Rejected(bad) => bad.path.as_deref(),
        }
    }
}

impl Unfit {
    pub(crate) fn line_of(self, file: &FileHeader, at: Place) -> ResultLine {
        let outcome = match self {
            Self::Cut => {
                let why = "cut: the patch of this file breaks off in a later \
                           hunk; --per-hunk applies those before it";
                Outcome::failed("cut", why)
            }
            Self::Disproved => Outcome::failed("cut", DISPROVED),
            Self::Absurd => {
                let why = "a later hunk of this file has line numbers that no \
                           file can have";
                Outcome::failed("rejected-hunk", why)
            }
            Self::Replaced => {
                let why = "the next patch would make it anew, and that is \
                           refused: it stays as it is";
                Outcome::refused("replaced", why)
            }
            Self::Followed => {
                let why = "cut: the next patch is about this file too, and \
                           breaks off: it stays as it is";
                Outcome::failed("cut", why)
            }
        };
        unit_line(file, outcome, at)
    }
}

fn not_done(unit: &Unit<'_>, why: NoUnit, at: Place) -> ResultLine {
    unit_line(unit.file, Outcome::refused(why.code(), why), at)
}

fn late(unit: &Unit<'_>, at: Place) -> ResultLine {
    let source = String::from_utf8_lossy(&unit.file.old);
    let why = format!(
        "the diff changes '{source}' before, and means what that was before \
         the diff: put the patch of this file first"
    );
    unit_line(unit.file, Outcome::failed("changed-source", why), at)
}

fn unit_line(file: &FileHeader, outcome: Outcome, at: Place) -> ResultLine {
    let path = String::from_utf8_lossy(file.path()).into_owned();
    let op = match file.kind {
        Kind::New => "create",
        Kind::Delete => "delete",
        Kind::Modify | Kind::Rename | Kind::Copy => "modify",
    };
    ResultLine {
        op: Some(op.into()),
        file_path: Some(path),
        new_path: None,
        outcome,
        at,
    }
}

fn rejected(bad: &Rejected) -> ResultLine {
    let path = bad.path.as_deref().map(String::from_utf8_lossy);
    let outcome = match bad.reason {
        Reason::Name(name) => Outcome::refused(name.code(), name),
        Reason::NoBytes => Outcome::refused("binary", NoUnit::Binary),
        reason => Outcome::failed("rejected-hunk", reason.describe()),
    };
    ResultLine {
        op: None,
        file_path: path.map(std::borrow::Cow::into_owned),
        new_path: None,
        outcome,
        at: Place { byte: bad.span.start, line: bad.line },
    }
}
