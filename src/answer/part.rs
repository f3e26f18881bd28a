//! What a reader of answers hands out, and what it knows at the end. Data
//! only.

use std::fmt;

use super::format::Format;
use crate::blocks;
use crate::diff;
use crate::scan::{self, Summary};
use crate::span::Span;
use crate::text::filename;

/// A part of an answer that asks for something, in stream order.
#[derive(Debug)]
pub enum Part<'a> {
    /// Something about a record.
    Record(scan::Event<'a>),
    /// A unit of a diff, or what cannot be one.
    Diff(diff::Event<'a>),
    /// A block, or lines that were meant as one and are none.
    Block(blocks::Event),
    /// Lines that carry the mark of an edit and cannot be taken as one.
    Rejected(Rejected),
}

impl Part<'_> {
    /// The format that it is written in, if it is a unit.
    pub fn format(&self) -> Option<Format> {
        match self {
            Self::Record(scan::Event::Record(record)) => {
                let counts = record.names && !record.about_stream;
                counts.then_some(Format::Ops)
            }
            Self::Record(_) => None,
            Self::Diff(_) => Some(Format::Diff),
            Self::Block(event) => Some(match event {
                blocks::Event::Block(block) => match &block.change {
                    blocks::Change::Write(_) => Format::WholeFile,
                    blocks::Change::Replace { .. } => Format::SearchReplace,
                    blocks::Change::Create(_) if !block.is_in_patch => {
                        Format::SearchReplace
                    }
                    _ => Format::V4a,
                },
                blocks::Event::Rejected(_) => return None,
            }),
            Self::Rejected(_) => None,
        }
    }
}

/// Lines that carry the mark of an edit and cannot be taken as one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// The file, if it was named.
    pub path: Option<Vec<u8>>,
    /// What is wrong, in words.
    pub why: Why,
    /// Where they stand.
    pub span: Span,
    /// The first of them, counted from 1.
    pub line: u64,
}

/// Why lines that carry the mark of an edit are none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// A fence that may be a file of this answer does not surely name it.
    Name(filename::Why),
    /// What stands before them turns out to be thinking.
    AfterAll,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(why) => write!(f, "no file is surely named: {why}"),
            Self::AfterAll => f.write_str(
                "a tag ends thinking that nothing began: what stands above \
                 it is no part of the answer",
            ),
        }
    }
}

/// What is known of the text of an answer at its end.
#[derive(Debug)]
pub struct End {
    /// What is known, as of any answer: counts, and where it was cut. What
    /// `diff` leaves in doubt is not counted in it.
    pub summary: Summary,
    /// How its diffs ended.
    pub diff: diff::Finished,
    /// How its blocks ended.
    pub blocks: blocks::Finished,
    /// The format of its first unit.
    pub first: Option<Format>,
    /// Bytes of thinking in the text.
    pub thinking_bytes: u64,
}
