//! A unit of a diff in, the operation that it means out.

use std::fmt;

use super::hunks::line_of;
use super::{Action, Edit, Extent, Operation};
use crate::diff::{Change, FileHeader, Hunk, Kind, Side, Unit};
use crate::path::{NameError, Names, RelPath};

/// What a unit means for the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FromUnit {
    /// One operation.
    One(Operation),
    /// Two, of which the second is only meant if the first was done.
    Both(Operation, Operation),
}

/// Why a unit is no operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoUnit {
    /// Its name is refused.
    Name(NameError),
    /// Binary data, which are not read.
    Binary,
    /// A copy of another file.
    Copy,
    /// A change of a file's mode.
    Mode,
}

impl NoUnit {
    /// A short word that programs can compare.
    pub fn code(self) -> &'static str {
        match self {
            Self::Name(name) => name.code(),
            Self::Binary => "binary",
            Self::Copy => "copy",
            Self::Mode => "mode-change",
        }
    }
}

impl fmt::Display for NoUnit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => name.fmt(f),
            Self::Binary => f.write_str("binary data are not applied"),
            Self::Copy => f.write_str("copies are not made"),
            Self::Mode => f.write_str("modes are not changed"),
        }
    }
}

/// How far the hunks of one file patch have moved what comes after them, in
/// lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shift(i64);

impl Shift {
    /// Notes that a unit was applied.
    pub fn add(&mut self, unit: &Unit<'_>) {
        if let Change::Hunk(hunk) = unit.change {
            self.0 += i64::from(hunk.new_lines) - i64::from(hunk.old_lines);
        }
    }
}

/// What a unit means, after the hunks before it moved its lines.
pub fn from_unit(
    unit: &Unit<'_>,
    shift: Shift,
    names: &Names,
) -> Result<FromUnit, NoUnit> {
    let name = |bytes: &[u8]| names.read_bytes(bytes).map_err(NoUnit::Name);
    let path = name(unit.file.path())?;
    match unit.change {
        Change::Binary(_) => Err(NoUnit::Binary),
        Change::Header => header(unit.file, path, name),
        Change::Hunk(hunk) => Ok(from_hunk(unit, hunk, shift, path)),
    }
}

fn header(
    file: &FileHeader,
    path: RelPath,
    name: impl Fn(&[u8]) -> Result<RelPath, NoUnit>,
) -> Result<FromUnit, NoUnit> {
    let one = |path, action| Ok(FromUnit::One(Operation { path, action }));
    match file.kind {
        Kind::New => one(path, Action::Create(Vec::new())),
        Kind::Delete => one(path, Action::Delete),
        Kind::Rename => one(name(&file.old)?, Action::Rename(path)),
        Kind::Copy => Err(NoUnit::Copy),
        Kind::Modify => Err(NoUnit::Mode),
    }
}

fn from_hunk(
    unit: &Unit<'_>,
    hunk: &Hunk,
    shift: Shift,
    path: RelPath,
) -> FromUnit {
    let new = hunk.side(Side::New);
    // A plain diff has no other way to say that a file is new.
    let from_nothing = hunk.numbers.is_some_and(|n| n.old.start == 0)
        && hunk.old_lines == 0
        && !unit.file.is_git;
    if unit.file.kind == Kind::New || from_nothing {
        let action = Action::Create(new);
        return FromUnit::One(Operation { path, action });
    }
    let edit = Edit::Hunk {
        line: match unit.file.kind {
            Kind::Delete => Some(1),
            _ => line_of(hunk, shift.0),
        },
        old: hunk.side(Side::Old),
        new,
        extent: match unit.file.kind {
            Kind::Delete => Extent::File,
            _ => Extent::Lines,
        },
    };
    let action = Action::Modify(vec![edit]);
    let first = Operation { path: path.clone(), action };
    match unit.file.kind {
        // What the file holds is seen before it goes.
        Kind::Delete => {
            FromUnit::Both(first, Operation { path, action: Action::Delete })
        }
        _ => FromUnit::One(first),
    }
}
