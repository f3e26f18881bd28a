//! An answer of any format in, what it asks for out. The format is told by
//! the answer's first unit; until then its bytes are kept.

use std::convert::Infallible;

use tornkit::blocks;
use tornkit::cli::Wrapped;
use tornkit::diff;
use tornkit::edit::{Detector, Format};
use tornkit::scan::{Answer, Config, Event, Heard};
use tornkit::transcript::{Decoder, Outcome, Piece};

use crate::diff_end::DiffEnd;
use crate::text::Text;

/// What an answer asks for.
pub(crate) enum Asked<'a> {
    /// A record of operations.
    Record(Event<'a>),
    /// A part of a diff.
    Unit(diff::Event<'a>),
    /// A block.
    Block(blocks::Event),
}

/// An answer that was read to its end.
pub(crate) enum Ended {
    /// All of it is told.
    Told(Box<Heard>),
    /// A diff: the tree may tell whether its last unit is whole.
    Diff(Box<DiffEnd>),
}

/// What is known of the end of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// What the answer and its envelope show.
    AsFound,
    /// Somebody knows that the answer is whole.
    Known,
}

/// A reader of answers.
pub(crate) struct Reader {
    wrapped: Wrapped,
    ending: Ending,
    state: State,
}

enum State {
    Sniffing(Box<Sniffing>),
    Records(Box<Answer>),
    Text(Box<Decoder>, Box<Text>),
}

/// What was read before the first unit.
struct Sniffing {
    decoder: Decoder,
    detector: Detector,
    /// The input.
    input: Vec<u8>,
    /// The text in it.
    text: Vec<u8>,
    format: Option<Format>,
}

/// Bytes of the longest prose before a first unit; what is longer holds
/// operations, if anything. Four times the longest answer.
const MAX_PROSE: usize = 1024 * 1024;

impl Reader {
    /// A reader of answers in an envelope, and in a format if it is known.
    pub(crate) fn new(
        wrapped: Wrapped,
        format: Option<Format>,
        ending: Ending,
    ) -> Self {
        let sniffing = Sniffing {
            decoder: Decoder::new(wrapped.from).only(wrapped.answer),
            detector: Detector::default(),
            input: Vec::new(),
            text: Vec::new(),
            format,
        };
        Self { wrapped, ending, state: State::Sniffing(Box::new(sniffing)) }
    }

    fn records(&self) -> Answer {
        let Wrapped { from, answer } = self.wrapped;
        Answer::new(Config::default(), from, answer)
    }

    /// Takes more bytes. Fails as the sink does.
    pub(crate) fn feed<E>(
        &mut self,
        bytes: &[u8],
        sink: &mut impl FnMut(Asked<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        match &mut self.state {
            State::Sniffing(sniffing) => {
                sniffing.feed(bytes);
                if sniffing.format.is_some() || sniffing.input.len() > MAX_PROSE
                {
                    self.decide(sink)?;
                }
                Ok(())
            }
            State::Records(answer) => {
                answer.feed(bytes, &mut |event| sink(Asked::Record(event)))
            }
            State::Text(decoder, reader) => {
                decoder.feed(bytes, &mut |piece| match piece {
                    Piece::Text(text) => reader.feed(text, sink),
                    _ => Ok(()),
                })
            }
        }
    }

    /// Goes over to the format that was found.
    fn decide<E>(
        &mut self,
        sink: &mut impl FnMut(Asked<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let answer = self.records();
        let next = State::Records(Box::new(answer));
        let before = std::mem::replace(&mut self.state, next);
        let State::Sniffing(sniffing) = before else { return Ok(()) };
        let Some(mut reader) = sniffing.format.and_then(Text::new) else {
            return self.feed(&sniffing.input, sink);
        };
        reader.feed(&sniffing.text, sink)?;
        let decoder = Box::new(sniffing.decoder);
        self.state = State::Text(decoder, Box::new(reader));
        Ok(())
    }

    /// The end of the input. Fails as the sink does.
    pub(crate) fn finish<E>(
        mut self,
        sink: &mut impl FnMut(Asked<'_>) -> Result<(), E>,
    ) -> Result<Ended, E> {
        if let State::Sniffing(sniffing) = &mut self.state {
            let outcome = sniffing.finish();
            if let Some(mut reader) = sniffing.format.and_then(Text::new) {
                let Sniffing { text, decoder, .. } = &mut **sniffing;
                reader.feed(text, sink)?;
                let places = std::mem::take(&mut decoder.places);
                return reader.finish(outcome, places, self.ending, sink);
            }
            self.decide(sink)?;
        }
        match self.state {
            State::Records(answer) => finish_records(*answer, sink),
            State::Text(mut decoder, mut reader) => {
                let outcome = decoder.finish(&mut |piece| match piece {
                    Piece::Text(text) => reader.feed(text, sink),
                    _ => Ok(()),
                })?;
                reader.finish(outcome, decoder.places, self.ending, sink)
            }
            State::Sniffing(_) => finish_records(self.records(), sink),
        }
    }
}

fn finish_records<E>(
    answer: Answer,
    sink: &mut impl FnMut(Asked<'_>) -> Result<(), E>,
) -> Result<Ended, E> {
    let mut take = |event: Event<'_>| sink(Asked::Record(event));
    let heard = answer.finish(&mut take)?;
    Ok(Ended::Told(Box::new(heard)))
}

impl Sniffing {
    fn feed(&mut self, bytes: &[u8]) {
        self.input.extend_from_slice(bytes);
        let Self { decoder, detector, text, format, .. } = self;
        let Ok(()) = decoder.feed(bytes, &mut |piece| {
            look(&piece, detector, text, format);
            Ok::<(), Infallible>(())
        });
    }

    /// The end came before a unit did, or with it.
    fn finish(&mut self) -> Outcome {
        let Self { decoder, detector, text, format, .. } = self;
        let Ok(outcome) = decoder.finish(&mut |piece| {
            look(&piece, detector, text, format);
            Ok::<(), Infallible>(())
        });
        *format = format.or_else(|| detector.finish());
        outcome
    }
}

/// Looks for the first unit in a piece.
fn look(
    piece: &Piece<'_>,
    detector: &mut Detector,
    text: &mut Vec<u8>,
    format: &mut Option<Format>,
) {
    match piece {
        Piece::Text(more) => {
            text.extend_from_slice(more);
            if format.is_none() {
                *format = detector.feed(more);
            }
        }
        Piece::Tool(_) | Piece::CutTool(_) if format.is_none() => {
            *format = Some(Format::Ops);
        }
        _ => {}
    }
}
