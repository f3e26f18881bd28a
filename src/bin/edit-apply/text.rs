//! The text of an answer in, what its units ask for out: for formats that are
//! text and not records.

use std::convert::Infallible;
use std::sync::Arc;

use tornkit::blocks;
use tornkit::diff::{self, FileHeader};
use tornkit::edit::Format;
use tornkit::scan::Heard;
use tornkit::span::Verdict;
use tornkit::transcript::{Outcome, Places};

use crate::asked::Asked;
use crate::diff_end::DiffEnd;
use crate::reader::Ended;

/// A reader of one format.
pub(crate) enum Text {
    Diff(Box<Units>),
    Blocks(blocks::Parser),
}

/// A reader of diffs.
#[derive(Default)]
pub(crate) struct Units {
    parser: diff::Parser,
    /// The header of the last unit.
    file: Option<Arc<FileHeader>>,
}

impl Text {
    /// The reader of a format; nothing if that is one of records.
    pub(crate) fn new(format: Format) -> Option<Self> {
        if format == Format::Diff {
            return Some(Self::Diff(Box::default()));
        }
        let fenced = format.fenced()?;
        Some(Self::Blocks(blocks::Parser::new(fenced)))
    }

    /// Takes more text.
    pub(crate) fn feed(&mut self, text: &[u8], asked: &mut Vec<Asked>) {
        let Ok(()) = match self {
            Self::Diff(units) => {
                let Units { parser, file } = &mut **units;
                parser.feed(text, |event| {
                    asked.push(Asked::by_unit(event, file));
                    Ok::<(), Infallible>(())
                })
            }
            Self::Blocks(parser) => parser.feed(text, |event| {
                asked.push(Asked::Block(event));
                Ok(())
            }),
        };
    }

    /// The end of the text, which came as `outcome` says unless `verdict`
    /// says more.
    pub(crate) fn finish(
        self,
        outcome: Outcome,
        places: Places,
        verdict: Verdict,
        asked: &mut Vec<Asked>,
    ) -> Ended {
        match self {
            Self::Diff(units) => {
                let Units { parser, mut file } = *units;
                let Ok(finished) = parser.finish(|event| {
                    asked.push(Asked::by_unit(event, &mut file));
                    Ok::<(), Infallible>(())
                });
                let end = DiffEnd { finished, verdict, outcome, places };
                Ended::Diff(Box::new(end))
            }
            Self::Blocks(parser) => {
                let Ok(finished) = parser.finish(|event| {
                    asked.push(Asked::Block(event));
                    Ok::<(), Infallible>(())
                });
                let summary = finished.summary(verdict);
                let heard = Heard { summary, outcome, places };
                Ended::Told(Box::new(heard))
            }
        }
    }
}
