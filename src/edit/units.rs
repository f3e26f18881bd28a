//! A unit of a diff in, the operation that it means out.

use std::fmt;

use super::hunks::line_of;
use super::{Action, Edit, Extent, FileMode, Operation};
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
    /// A mode that no ordinary file has: a link, another repository.
    Mode,
}

impl NoUnit {
    /// A short word that programs can compare.
    pub fn code(self) -> &'static str {
        match self {
            Self::Name(name) => name.code(),
            Self::Binary => "binary",
            Self::Mode => "mode",
        }
    }
}

impl fmt::Display for NoUnit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => name.fmt(f),
            Self::Binary => f.write_str("binary data are not applied"),
            Self::Mode => {
                f.write_str("modes other than 100644 and 100755 are not made")
            }
        }
    }
}

/// How far the hunks of one file patch have moved what comes after them, in
/// lines, and what they show of the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shift {
    lines: i64,
    has_lines: bool,
}

impl Shift {
    /// Before the first of these units, all that a file patch has as far as
    /// it is known.
    pub fn before<'a>(units: impl IntoIterator<Item = &'a Unit<'a>>) -> Self {
        let has_lines = units.into_iter().any(|unit| match unit.change {
            Change::Hunk(hunk) => {
                hunk.old_lines > 0 || unit.file.names_lines_before()
            }
            _ => false,
        });
        Self { lines: 0, has_lines }
    }

    /// Notes that a unit was applied.
    pub fn add(&mut self, unit: &Unit<'_>) {
        if let Change::Hunk(hunk) = unit.change {
            self.lines += i64::from(hunk.new_lines) - i64::from(hunk.old_lines);
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
    let mode = mode(unit.file)?;
    match unit.change {
        Change::Binary(_) => Err(NoUnit::Binary),
        Change::Header if unit.file.kind == Kind::Delete => {
            Ok(deletion(path, Vec::new()))
        }
        Change::Header => {
            let operation = header(unit.file, path, name)?;
            Ok(FromUnit::One(Operation { mode, ..operation }))
        }
        Change::Hunk(hunk) => {
            let asked = from_hunk(unit, hunk, shift, path);
            Ok(match (asked, &unit.file.kind) {
                (FromUnit::One(operation), Kind::New) => {
                    FromUnit::One(Operation { mode, ..operation })
                }
                // The header was a unit of its own, and set the mode.
                (asked, _) => asked,
            })
        }
    }
}

/// The mode that a header gives to its file, if it gives one. A plain new
/// file is like any other new one.
fn mode(file: &FileHeader) -> Result<Option<FileMode>, NoUnit> {
    let index = file.index.as_deref().unwrap_or_default();
    let in_index = memchr::memchr(b' ', index).map(|at| index.get(at + 1..));
    let read = |mode: &[u8]| match mode {
        b"100644" => Ok(FileMode::Plain),
        b"100755" => Ok(FileMode::Executable),
        _ => Err(NoUnit::Mode),
    };
    for mode in in_index.flatten().iter().chain(&file.old_mode.as_deref()) {
        read(mode)?;
    }
    let said = file.new_mode.as_deref().map(read).transpose()?;
    Ok(match file.kind {
        Kind::New => said.filter(|mode| *mode == FileMode::Executable),
        _ => said,
    })
}

fn header(
    file: &FileHeader,
    path: RelPath,
    name: impl Fn(&[u8]) -> Result<RelPath, NoUnit>,
) -> Result<Operation, NoUnit> {
    Ok(match file.kind {
        Kind::New => Operation::new(path, Action::Create(Vec::new())),
        Kind::Rename => Operation::new(name(&file.old)?, Action::Rename(path)),
        Kind::Copy => Operation::new(name(&file.old)?, Action::Copy(path)),
        Kind::Modify | Kind::Delete => {
            Operation::new(path, Action::Modify(Vec::new()))
        }
    })
}

fn from_hunk(
    unit: &Unit<'_>,
    hunk: &Hunk,
    shift: Shift,
    path: RelPath,
) -> FromUnit {
    let new = hunk.side(Side::New);
    // Where the file has lines, new ones before the first have this number.
    let from_nothing = hunk.old_lines == 0
        && hunk.numbers.is_some_and(|n| n.old.start == 0)
        && !shift.has_lines;
    let whole = match unit.file.kind {
        Kind::New => Some(Action::Create(new.clone())),
        // A plain diff has no other way to say that a file is new.
        _ if from_nothing && !unit.file.is_git => {
            Some(Action::Fill(new.clone()))
        }
        _ => None,
    };
    if let Some(action) = whole {
        return FromUnit::One(Operation::new(path, action));
    }
    let old = hunk.side(Side::Old);
    if unit.file.kind == Kind::Delete {
        return deletion(path, old);
    }
    let line = line_of(hunk, shift.lines);
    let extent = if from_nothing { Extent::File } else { Extent::Lines };
    let edit = Edit::Hunk { line, old, new, extent };
    FromUnit::One(Operation::new(path, Action::Modify(vec![edit])))
}

/// The end of a file that is all of `old`: what it holds is seen before it
/// goes.
fn deletion(path: RelPath, old: Vec<u8>) -> FromUnit {
    let (line, new, extent) = (Some(1), Vec::new(), Extent::File);
    let edit = Edit::Hunk { line, old, new, extent };
    let first = Operation::new(path.clone(), Action::Modify(vec![edit]));
    FromUnit::Both(first, Operation::new(path, Action::Delete))
}
