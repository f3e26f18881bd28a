//! What is known of an answer of blocks once it has ended.

use super::block::Event;
use crate::scan::{Bytes, Summary};
use crate::span::{Cut, CutState, Place, Verdict};

/// Counts over an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Whole blocks.
    pub blocks: u64,
    /// Their bytes.
    pub block_bytes: u64,
    /// Rejected ones.
    pub rejected: u64,
    /// Their bytes.
    pub rejected_bytes: u64,
}

/// What was open at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    /// The file of the block, if it was named.
    pub path: Option<Vec<u8>>,
    /// Where the block begins.
    pub start: Place,
    /// What its next line would be.
    pub side: Side,
    /// The lines that go, as far as they are whole.
    pub old: Vec<u8>,
    /// The lines that come, as far as they are whole.
    pub new: Vec<u8>,
}

/// What a line of a block is to the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// A line that goes.
    Old,
    /// A line that comes.
    New,
    /// Its sign says so.
    Signed,
    /// None of the file's.
    Neither,
}

impl Totals {
    /// Counts what became of a block.
    pub fn count(&mut self, event: &Event) {
        match event {
            Event::Block(block) => {
                self.blocks += 1;
                self.block_bytes += block.span.len();
            }
            Event::Rejected(bad) => {
                self.rejected += 1;
                self.rejected_bytes += bad.span.len();
            }
        }
    }
}

impl Open {
    /// A block of which there is no line yet.
    pub fn empty(path: Option<Vec<u8>>, start: Place) -> Self {
        let (old, new) = (Vec::new(), Vec::new());
        Self { path, start, side: Side::Neither, old, new }
    }
}

/// What is known at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finished {
    /// Counts.
    pub totals: Totals,
    /// The block that was not closed.
    pub open: Option<Open>,
    /// Whether a code fence was open.
    pub in_fence: bool,
    /// Where the answer ended: its length, and the line of its last byte.
    pub end: Place,
}

impl Finished {
    /// What is known, as of any answer. `verdict` is what its envelope says.
    pub fn summary(&self, verdict: Verdict) -> Summary {
        let cut = self.cut(verdict);
        let Totals { blocks, block_bytes, rejected, rejected_bytes } =
            self.totals;
        let tail = cut.as_ref().map_or(0, |cut| cut.lost_bytes);
        let known = block_bytes + rejected_bytes + tail;
        Summary {
            verdict: if cut.is_some() { Verdict::Cut } else { verdict },
            cut,
            tail: Vec::new(),
            records: blocks,
            operations: blocks,
            repaired: 0,
            rejected,
            declared: None,
            framing: Vec::new(),
            stray: 0,
            first_stray: None,
            looping: None,
            end: self.end,
            bytes: Bytes {
                record: block_bytes,
                framing: self.end.byte.saturating_sub(known),
                rejected: rejected_bytes,
                tail,
            },
        }
    }

    fn cut(&self, verdict: Verdict) -> Option<Cut> {
        let between = Cut::between_records(self.end, self.totals.blocks);
        if let Some(open) = &self.open {
            let path = open.path.as_deref().map(String::from_utf8_lossy);
            return Some(Cut {
                state: CutState::Block,
                file_path: path.map(std::borrow::Cow::into_owned),
                tail: open.start,
                lost_bytes: self.end.byte.saturating_sub(open.start.byte),
                ..between
            });
        }
        match verdict {
            Verdict::Complete => None,
            _ if self.in_fence => {
                Some(Cut { state: CutState::Fence, ..between })
            }
            Verdict::Cut => Some(between),
            Verdict::Unsure => None,
        }
    }
}
