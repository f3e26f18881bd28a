//! The text of an answer in, what its units ask for out: for formats that are
//! text and not records.

use tornkit::blocks;
use tornkit::diff;
use tornkit::edit::Format;
use tornkit::scan::Heard;
use tornkit::span::Verdict;
use tornkit::transcript::{Outcome, Places};

use crate::diff_end::DiffEnd;
use crate::reader::{Asked, Ended, Ending};

/// A reader of one format.
pub(crate) enum Text {
    Diff(Box<diff::Parser>),
    Blocks(blocks::Parser),
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

    /// Takes more text. Fails as the sink does.
    pub(crate) fn feed<E>(
        &mut self,
        text: &[u8],
        sink: &mut impl FnMut(Asked<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        match self {
            Self::Diff(parser) => {
                parser.feed(text, |event| sink(Asked::Unit(event)))
            }
            Self::Blocks(parser) => {
                parser.feed(text, |event| sink(Asked::Block(event)))
            }
        }
    }

    /// The end of the text. Fails as the sink does.
    pub(crate) fn finish<E>(
        self,
        outcome: Outcome,
        places: Places,
        ending: Ending,
        sink: &mut impl FnMut(Asked<'_>) -> Result<(), E>,
    ) -> Result<Ended, E> {
        let verdict = match ending {
            Ending::AsFound => outcome.verdict(),
            Ending::Known => Verdict::Complete,
        };
        match self {
            Self::Diff(parser) => {
                let finished =
                    parser.finish(|event| sink(Asked::Unit(event)))?;
                let end = DiffEnd { finished, verdict, outcome, places };
                Ok(Ended::Diff(Box::new(end)))
            }
            Self::Blocks(parser) => {
                let take = |event| sink(Asked::Block(event));
                let finished = parser.finish(take)?;
                let summary = finished.summary(verdict);
                let heard = Heard { summary, outcome, places };
                Ok(Ended::Told(Box::new(heard)))
            }
        }
    }
}
