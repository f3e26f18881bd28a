//! An answer of any format in, what it asks for out. The format is told by
//! the answer's first unit; until then its bytes are kept.

use std::convert::Infallible;

use tornkit::cli::Wrapped;
use tornkit::diff::{self, Parser};
use tornkit::edit::{Detector, Format};
use tornkit::resume::{AnswerEnd, diff as ends, nothing_known};
use tornkit::scan::{Answer, Config, Event, Heard};
use tornkit::span::Verdict;
use tornkit::transcript::{Decoder, Outcome, Piece, Places};

/// What an answer asks for.
pub(crate) enum Asked<'a> {
    /// A record of operations.
    Record(Event<'a>),
    /// A part of a diff.
    Unit(diff::Event<'a>),
}

/// A reader of answers.
pub(crate) struct Reader {
    wrapped: Wrapped,
    state: State,
}

enum State {
    Sniffing(Box<Sniffing>),
    Records(Box<Answer>),
    Diff(Box<Decoder>, Box<Parser>),
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
    /// A reader of an answer in this format; without one, the first unit
    /// tells.
    pub(crate) fn new(wrapped: Wrapped, format: Option<Format>) -> Self {
        let sniffing = Sniffing {
            decoder: Decoder::new(wrapped.from).only(wrapped.answer),
            detector: Detector::default(),
            input: Vec::new(),
            text: Vec::new(),
            format,
        };
        Self { wrapped, state: State::Sniffing(Box::new(sniffing)) }
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
            State::Diff(decoder, parser) => {
                decoder.feed(bytes, &mut |piece| match piece {
                    Piece::Text(text) => {
                        parser.feed(text, |event| sink(Asked::Unit(event)))
                    }
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
        if sniffing.format != Some(Format::Diff) {
            return self.feed(&sniffing.input, sink);
        }
        let mut parser = Parser::default();
        parser.feed(&sniffing.text, |event| sink(Asked::Unit(event)))?;
        let decoder = Box::new(sniffing.decoder);
        self.state = State::Diff(decoder, Box::new(parser));
        Ok(())
    }

    /// The end of the input. Fails as the sink does.
    pub(crate) fn finish<E>(
        mut self,
        sink: &mut impl FnMut(Asked<'_>) -> Result<(), E>,
    ) -> Result<Heard, E> {
        if let State::Sniffing(sniffing) = &mut self.state {
            let outcome = sniffing.finish();
            if sniffing.format == Some(Format::Diff) {
                let Sniffing { text, decoder, .. } = &mut **sniffing;
                let mut parser = Parser::default();
                parser.feed(text, |event| sink(Asked::Unit(event)))?;
                let places = std::mem::take(&mut decoder.places);
                return conclude(parser, outcome, places, sink);
            }
            self.decide(sink)?;
        }
        match self.state {
            State::Records(answer) => {
                answer.finish(&mut |event| sink(Asked::Record(event)))
            }
            State::Diff(decoder, parser) => {
                finish_diff(*decoder, *parser, sink)
            }
            State::Sniffing(_) => {
                self.records().finish(&mut |event| sink(Asked::Record(event)))
            }
        }
    }
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

/// Reads the end of a diff: its last unit is whole if the envelope says so,
/// or if nothing speaks against it.
fn finish_diff<E>(
    mut decoder: Decoder,
    mut parser: Parser,
    sink: &mut impl FnMut(Asked<'_>) -> Result<(), E>,
) -> Result<Heard, E> {
    let outcome = decoder.finish(&mut |piece| match piece {
        Piece::Text(text) => {
            parser.feed(text, |event| sink(Asked::Unit(event)))
        }
        _ => Ok(()),
    })?;
    conclude(parser, outcome, decoder.places, sink)
}

fn conclude<E>(
    parser: Parser,
    outcome: Outcome,
    places: Places,
    sink: &mut impl FnMut(Asked<'_>) -> Result<(), E>,
) -> Result<Heard, E> {
    let finished = parser.finish(|event| sink(Asked::Unit(event)))?;
    let end = match outcome.verdict() {
        Verdict::Complete => AnswerEnd::Certain,
        Verdict::Cut => AnswerEnd::MayBeCut,
        Verdict::Unsure => AnswerEnd::Meant,
    };
    if let Some(last) = &finished.last
        && ends::is_whole(&finished, end, &nothing_known)
    {
        sink(Asked::Unit(diff::Event::Unit(last.unit())))?;
    }
    let mut summary = ends::summary(&finished, end, &nothing_known);
    if outcome.verdict() == Verdict::Cut {
        summary.verdict = Verdict::Cut;
    }
    Ok(Heard { summary, outcome, places })
}
