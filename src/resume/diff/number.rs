//! A hunk without line numbers and its file in, the numbers that the file
//! gives out. None are made up here.

use super::patch::{Kept, Part, Patch};
use crate::diff::{
    Change, FileHeader, Hunk, Numbers, Range, Reason, Rejected, Unit,
};
use crate::edit::hunks::Ground;
use crate::resume::preimage::{Lookup, Preimage};

/// What is known of the numbers of a unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Numbering {
    /// It has some, or needs none.
    Given,
    /// It has none, and its file is not known.
    Unknown,
    /// Its file has the old side in one place only: the hunk with numbers.
    Found(Hunk),
    /// Its file has the old side nowhere, or in several places.
    Nowhere,
}

/// Looks up where a unit belongs, if it does not say so itself.
pub fn numbering(unit: &Unit<'_>, lookup: &Lookup<'_>) -> Numbering {
    match unit.change {
        Change::Hunk(hunk) => of_hunk(unit.file, hunk, lookup),
        _ => Numbering::Given,
    }
}

fn of_hunk(file: &FileHeader, hunk: &Hunk, lookup: &Lookup<'_>) -> Numbering {
    if hunk.numbers.is_some() || file.is_whole_file() {
        return Numbering::Given;
    }
    let Preimage::Text(text) = lookup(&file.old) else {
        return Numbering::Unknown;
    };
    let Ok(placed) = Ground::new(&text).place(hunk, 0) else {
        return Numbering::Nowhere;
    };
    let Ok(start) = u32::try_from(placed.line) else {
        return Numbering::Nowhere;
    };
    let old = Range { start, count: hunk.old_lines };
    let new = Range { start, count: hunk.new_lines };
    let numbers = Some(Numbers { old, new });
    Numbering::Found(Hunk { numbers, ..hunk.clone() })
}

/// Gives the hunks of a patch the numbers that their files give, and rejects
/// those whose place the file does not tell. How many have no file is returned.
pub(super) fn number(patch: &mut Patch, lookup: &Lookup<'_>) -> usize {
    let mut kept: Vec<Part> = Vec::new();
    let mut rejected = std::mem::take(&mut patch.rejected);
    let mut gone = 0;
    let mut unnumbered = 0;
    let mut owes_header = false;
    for (n, mut part) in
        std::mem::take(&mut patch.parts).into_iter().enumerate()
    {
        let found = match part.hunk() {
            Some(hunk) => of_hunk(&part.file, hunk, lookup),
            None => Numbering::Given,
        };
        unnumbered += usize::from(found == Numbering::Unknown);
        owes_header &= !part.is_first;
        if found == Numbering::Nowhere {
            owes_header |= part.is_first;
            let bad = Rejected {
                path: Some(part.file.path().to_vec()),
                span: part.span,
                line: part.line,
                reason: Reason::Unnumbered,
            };
            let before = rejected.partition_point(|(at, _)| *at <= n);
            rejected.insert(before, (n, bad));
            gone += 1;
            continue;
        }
        if let Numbering::Found(hunk) = found {
            part.change = Kept::Hunk(hunk);
        }
        part.is_first |= std::mem::take(&mut owes_header);
        kept.push(part);
    }
    patch.parts = kept;
    if gone > 0 {
        // They are listed by where they stand, before what is left.
        for (at, bad) in &mut rejected {
            let parts = &patch.parts;
            *at = parts.partition_point(|p| p.span.start < bad.span.start);
        }
    }
    patch.rejected = rejected;
    unnumbered
}
