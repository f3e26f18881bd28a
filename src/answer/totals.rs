//! What an answer has come to so far: each part is counted as it is handed
//! out.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::format::Format;
use super::part::{End, Part, Rejected, Why};
use super::read::Sink;
use crate::blocks::{self, Open};
use crate::diff;
use crate::scan::{self, Summary};
use crate::span::{Cut, CutState, Place, Verdict};
use crate::text::filename;

/// Counts over the text of an answer; see the module.
#[derive(Clone, Debug, Default)]
pub(super) struct Totals {
    /// The format of the first unit, as soon as it begins.
    pub(super) first: Option<Format>,
    /// Whole blocks.
    pub(super) blocks: blocks::Totals,
    /// Units of diffs.
    units: u64,
    /// Parts that are none, blocks and records aside.
    rejected: u64,
    pub(super) thinking_bytes: u64,
    /// Whether what the scanner reads stands in a quotation.
    pub(super) is_quoted: bool,
    /// Fences that would be whole files if their names were sure, as long as
    /// nothing shows that this answer writes whole files.
    doubtful: Vec<Rejected>,
    has_files: bool,
    /// The files that blocks are about.
    paths: BTreeSet<Vec<u8>>,
}

/// What is open at the end of a text.
#[derive(Debug, Default)]
pub(super) struct Ends {
    /// A diff that may go on.
    pub(super) diff: Option<diff::Finished>,
    /// A block.
    pub(super) open: Option<Open>,
    /// A line, or a value in it, that the scanner reads.
    pub(super) is_scanned: bool,
    /// Thinking.
    pub(super) is_thinking: bool,
}

impl Totals {
    /// A unit begins.
    pub(super) fn begin(&mut self, format: Format) {
        self.first = self.first.or(Some(format));
    }

    /// Whether a unit came.
    pub(super) fn is_any(&self) -> bool {
        self.first.is_some()
    }

    /// Hands out what the scanner says of a record.
    pub(super) fn tell<E>(
        &mut self,
        event: scan::Event<'_>,
        sink: &mut Sink<'_, E>,
    ) -> Result<(), E> {
        match event {
            scan::Event::Record(_) if self.is_quoted => Ok(()),
            event => self.hand_out(Part::Record(event), sink),
        }
    }

    /// Hands out a part.
    pub(super) fn hand_out<E>(
        &mut self,
        part: Part<'_>,
        sink: &mut Sink<'_, E>,
    ) -> Result<(), E> {
        let format = part.format();
        self.first = self.first.or(format);
        match &part {
            Part::Block(event) => {
                self.blocks.count(event);
                if let blocks::Event::Block(block) = event {
                    self.paths.insert(block.path.clone());
                }
            }
            Part::Diff(diff::Event::Rejected(_)) | Part::Rejected(_) => {
                self.rejected += 1;
            }
            Part::Diff(diff::Event::Unit(_)) => self.units += 1,
            Part::Record(_) => {}
        }
        sink(part)?;
        if format == Some(Format::WholeFile) {
            self.has_files = true;
            for bad in std::mem::take(&mut self.doubtful) {
                self.hand_out(Part::Rejected(bad), sink)?;
            }
        }
        Ok(())
    }

    /// Hands out a fence that is no unit for want of a sure name, if this
    /// answer writes whole files so: in others it is an example.
    pub(super) fn doubt<E>(
        &mut self,
        bad: Rejected,
        sink: &mut Sink<'_, E>,
    ) -> Result<(), E> {
        use filename::Why as Name;
        // Nothing is named there: it is an example, or output.
        if let Why::Name(Name::NoName | Name::Announced | Name::Command(_)) =
            bad.why
        {
            return Ok(());
        }
        if self.has_files {
            return self.hand_out(Part::Rejected(bad), sink);
        }
        self.doubtful.push(bad);
        Ok(())
    }

    /// Whether a file whose name comes next is likely to follow that name.
    pub(super) fn names_files(&self) -> bool {
        self.blocks.blocks > 0
    }

    /// Whether a block is about this file.
    pub(super) fn has(&self, path: &[u8]) -> bool {
        self.paths.contains(path)
    }

    /// What is known at the end of a text; `scanned` says what of its
    /// records.
    pub(super) fn end(
        self,
        scanned: Summary,
        ends: Ends,
        in_fence: bool,
        diff: diff::Finished,
    ) -> End {
        let blocks = self.blocks;
        let end = Place { byte: diff.totals.bytes, line: diff.line };
        let mut summary = scanned;
        summary.records += blocks.blocks + self.units;
        summary.operations += blocks.blocks + self.units;
        summary.rejected += blocks.rejected + self.rejected;
        let bytes = &mut summary.bytes;
        let known = blocks.block_bytes + blocks.rejected_bytes;
        bytes.framing = bytes.framing.saturating_sub(known);
        bytes.record += blocks.block_bytes;
        bytes.rejected += blocks.rejected_bytes;
        let between = Cut::between_records(end, summary.records);
        let is_begun = summary.cut.is_some() && !summary.tail.is_empty();
        let first = self.first.or(is_begun.then_some(Format::Ops));
        let cut = match &ends.open {
            Some(open) => {
                let path = open.path.as_deref().map(String::from_utf8_lossy);
                Some(Cut {
                    state: CutState::Block,
                    file_path: path.map(Cow::into_owned),
                    tail: open.start,
                    lost_bytes: end.byte.saturating_sub(open.start.byte),
                    ..between
                })
            }
            None if ends.is_thinking => {
                Some(Cut { state: CutState::Thinking, ..between })
            }
            None => None,
        };
        if let Some(cut) = cut {
            let lost = cut.lost_bytes;
            summary.bytes.framing = summary.bytes.framing.saturating_sub(lost);
            summary.bytes.tail += lost;
            summary.cut = Some(cut);
            summary.verdict = Verdict::Cut;
        } else if let Some(cut) = &mut summary.cut {
            cut.record = summary.records;
            cut.last_complete = summary.records.checked_sub(1);
        }
        let finished =
            blocks::Finished { totals: blocks, open: ends.open, in_fence, end };
        End {
            summary,
            diff,
            blocks: finished,
            first,
            thinking_bytes: self.thinking_bytes,
        }
    }
}
