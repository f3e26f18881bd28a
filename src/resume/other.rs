//! Units of an answer that are in another format than its first one: they are
//! not printed with it, and never pass for nothing.

use std::convert::Infallible;

use super::survey::{Survey, Unit, UnitState};
use crate::answer::{self, Format, Part, Scope};
use crate::blocks;
use crate::diff;
use crate::json;
use crate::scan;
use crate::span::Span;

/// Why such a unit is not used.
pub const OTHER: &str = "it is in another format than the first unit, which \
                         edit-apply reads and one patch cannot hold";

/// A unit of whatever format.
#[derive(Clone, Debug)]
pub struct Other {
    /// The file that it is about, as far as it is known.
    pub path: Option<Vec<u8>>,
    /// Where it stands.
    pub span: Span,
    line: u64,
    format: Format,
}

impl Other {
    /// What a part of an answer is, if it is a unit.
    pub fn of(part: &Part<'_>) -> Option<Self> {
        let format = part.format()?;
        let (path, span, line) = match part {
            Part::Record(scan::Event::Record(record)) => {
                let path = json::member(record.json, scan::is_path_key);
                (path.map(String::into_bytes), record.span, record.line)
            }
            Part::Diff(diff::Event::Unit(unit)) => {
                (Some(unit.file.path().to_vec()), unit.span, unit.line)
            }
            Part::Block(blocks::Event::Block(block)) => {
                (Some(block.path.clone()), block.span, block.line)
            }
            Part::Diff(diff::Event::Rejected(bad)) => {
                (bad.path.clone(), bad.span, bad.line)
            }
            _ => return None,
        };
        Some(Self { path, span, line, format })
    }

    /// What one of its kind is called.
    pub fn noun(&self) -> &'static str {
        match self.format {
            Format::Ops => "operation",
            Format::Diff => "hunk",
            Format::V4a | Format::SearchReplace => "block",
            Format::WholeFile => "file",
        }
    }

    fn is_beside(&self, format: Format) -> bool {
        let kind = |format| match format {
            Format::Ops => 0,
            Format::Diff => 1,
            _ => 2,
        };
        kind(self.format) != kind(format)
    }
}

/// Adds to a survey the units of a text that are in other formats, as ones
/// that are not used.
pub(super) fn add(survey: &mut Survey, text: &[u8], format: Format) {
    let mut others = Vec::new();
    let mut sink = |part: Part<'_>| {
        let other = Other::of(&part).filter(|other| other.is_beside(format));
        others.extend(other.map(|other| (other.path, other.span, other.line)));
        if let Part::Rejected(bad) = part {
            others.push((bad.path, bad.span, bad.line));
        }
        Ok::<(), Infallible>(())
    };
    let Ok(_) = answer::read(text, Scope::All, &mut sink);
    for (path, span, line) in others {
        let path = path.map(|path| String::from_utf8_lossy(&path).into_owned());
        let at = survey.units.partition_point(|u| u.span.start < span.start);
        let before = survey.units.iter().take(at);
        let broken = before.filter(|u| u.state == UnitState::Rejected).count();
        let at_reason = broken.min(survey.reasons.len());
        survey.reasons.insert(at_reason, OTHER);
        let unit = Unit {
            state: UnitState::Rejected,
            op: None,
            path,
            new_path: None,
            span,
            line,
            json: Vec::new(),
        };
        survey.units.insert(at, unit);
        survey.summary.rejected += 1;
    }
}
