//! The text of an answer in, what its units ask for out: for formats that are
//! text and not records.

use tornkit::blocks;
use tornkit::diff;
use tornkit::edit::Format;
use tornkit::resume::{AnswerEnd, diff as ends, nothing_known};
use tornkit::scan::{Heard, Summary};
use tornkit::span::{Span, Verdict};
use tornkit::transcript::{Outcome, Places};

use crate::reader::{Asked, Ending};

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
    ) -> Result<Heard, E> {
        let verdict = match ending {
            Ending::AsFound => outcome.verdict(),
            Ending::Known => Verdict::Complete,
        };
        match self {
            Self::Diff(parser) => {
                let summary = finish_diff(*parser, verdict, sink)?;
                Ok(Heard { summary, outcome, places })
            }
            Self::Blocks(parser) => {
                let take = |event| sink(Asked::Block(event));
                let finished = parser.finish(take)?;
                let summary = finished.summary(verdict);
                Ok(Heard { summary, outcome, places })
            }
        }
    }
}

/// Reads the end of a diff: its last unit is whole if `verdict` says that the
/// answer is, or if nothing speaks against it.
fn finish_diff<E>(
    parser: diff::Parser,
    verdict: Verdict,
    sink: &mut impl FnMut(Asked<'_>) -> Result<(), E>,
) -> Result<Summary, E> {
    let mut finished = parser.finish(|event| sink(Asked::Unit(event)))?;
    let end = match verdict {
        Verdict::Complete => AnswerEnd::Certain,
        Verdict::Cut => AnswerEnd::MayBeCut,
        Verdict::Unsure => AnswerEnd::Meant,
    };
    let whole = ends::is_whole(&finished, &[], end, &nothing_known);
    if let Some(bad) = broken(&finished) {
        sink(Asked::Unit(diff::Event::Rejected(bad)))?;
        finished.tail = None;
    } else if let Some(last) = &finished.last
        && whole
    {
        sink(Asked::Unit(diff::Event::Unit(last.unit())))?;
    } else if finished.goes_on {
        sink(Asked::CutFile)?;
    }
    let mut summary = ends::summary(&finished, whole, end);
    if verdict == Verdict::Cut {
        summary.verdict = Verdict::Cut;
    }
    Ok(summary)
}

/// What the answer ends with, if it could not be a unit however it went on.
fn broken(finished: &diff::Finished) -> Option<diff::Rejected> {
    let (reason, tail) = (finished.fault?, finished.tail?);
    let end = finished.totals.bytes;
    Some(diff::Rejected {
        path: finished.path.clone(),
        span: Span { start: tail.byte, end },
        line: tail.line,
        reason,
    })
}
