//! An answer of any format in, what it asks for out. The format is told by
//! the answer's first unit; until then its bytes are kept.

use std::convert::Infallible;

use tornkit::cli::Wrapped;
use tornkit::edit::{Detector, Format};
use tornkit::path::Names;
use tornkit::scan::{Answer, Config, Event, Heard};
use tornkit::span::Verdict;
use tornkit::transcript::{Decoder, Outcome, Piece};

use crate::asked::Asked;
use crate::diff_end::DiffEnd;
use crate::text::Text;

/// What is known of the end of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// What the answer and its envelope show.
    AsFound,
    /// Somebody knows that the answer is whole.
    Known,
}

/// An answer that was read to its end.
pub(crate) enum Ended {
    /// All of it is told.
    Told(Box<Heard>),
    /// A diff: the tree may tell whether its last unit is whole.
    Diff(Box<DiffEnd>),
}

/// How answers are read.
pub(crate) struct Manner {
    pub(crate) wrapped: Wrapped,
    /// The format, if it is known.
    pub(crate) format: Option<Format>,
    pub(crate) ending: Ending,
    pub(crate) names: Names,
}

/// A reader of answers.
pub(crate) struct Reader {
    manner: Manner,
    decoder: Decoder,
    sniffing: Sniffing,
    /// What reads on, once the format is known.
    reading: Option<Reading>,
}

/// What was read before the first unit.
#[derive(Default)]
struct Sniffing {
    detector: Detector,
    /// The input.
    input: Vec<u8>,
    /// The text in it.
    text: Vec<u8>,
    format: Option<Format>,
}

enum Reading {
    Records(Box<Answer>),
    Text(Box<Text>),
}

/// Bytes of the longest prose before a first unit; what is longer holds
/// operations, if anything. Four times the longest answer.
const MAX_PROSE: usize = 1024 * 1024;

impl Reader {
    pub(crate) fn new(manner: Manner) -> Self {
        let Wrapped { from, answer } = manner.wrapped;
        let decoder = Decoder::new(from).only(answer);
        let format = manner.format;
        let sniffing = Sniffing { format, ..Sniffing::default() };
        Self { manner, decoder, sniffing, reading: None }
    }

    /// Takes more bytes.
    pub(crate) fn feed(&mut self, bytes: &[u8], asked: &mut Vec<Asked>) {
        match &mut self.reading {
            None => {
                self.sniffing.feed(bytes, &mut self.decoder);
                if self.sniffing.is_enough() {
                    self.reading = Some(self.decide(asked));
                }
            }
            Some(Reading::Records(answer)) => {
                let names = &self.manner.names;
                let Ok(()) = answer.feed(bytes, &mut of_events(names, asked));
            }
            Some(Reading::Text(text)) => {
                let mut sink = of_pieces(text, asked);
                let Ok(()) = self.decoder.feed(bytes, &mut sink);
            }
        }
    }

    /// Goes over to the format that was found, with what was read so far.
    fn decide(&mut self, asked: &mut Vec<Asked>) -> Reading {
        let sniffed = std::mem::take(&mut self.sniffing);
        if let Some(mut text) = sniffed.format.and_then(Text::new) {
            text.feed(&sniffed.text, asked);
            return Reading::Text(Box::new(text));
        }
        let Wrapped { from, answer } = self.manner.wrapped;
        let mut answer = Answer::new(Config::default(), from, answer);
        let mut sink = of_events(&self.manner.names, asked);
        let Ok(()) = answer.feed(&sniffed.input, &mut sink);
        Reading::Records(Box::new(answer))
    }

    /// The end of the input.
    pub(crate) fn finish(mut self, asked: &mut Vec<Asked>) -> Ended {
        let (reading, outcome) = match self.reading.take() {
            Some(reading) => (reading, None),
            None => {
                let outcome = self.sniffing.finish(&mut self.decoder);
                (self.decide(asked), Some(outcome))
            }
        };
        let Self { manner: Manner { names, ending, .. }, decoder, .. } = self;
        match reading {
            Reading::Records(answer) => {
                let Ok(heard) = answer.finish(&mut of_events(&names, asked));
                Ended::Told(Box::new(heard))
            }
            Reading::Text(text) => {
                end_text(*text, decoder, outcome, ending, asked)
            }
        }
    }
}

fn end_text(
    mut text: Text,
    mut decoder: Decoder,
    outcome: Option<Outcome>,
    ending: Ending,
    asked: &mut Vec<Asked>,
) -> Ended {
    let outcome = outcome.unwrap_or_else(|| {
        let Ok(outcome) = decoder.finish(&mut of_pieces(&mut text, asked));
        outcome
    });
    let verdict = match ending {
        Ending::AsFound => outcome.verdict(),
        Ending::Known => Verdict::Complete,
    };
    text.finish(outcome, decoder.places, verdict, asked)
}

/// A sink that notes what records ask for.
fn of_events<'a>(
    names: &'a Names,
    asked: &'a mut Vec<Asked>,
) -> impl FnMut(Event<'_>) -> Result<(), Infallible> + 'a {
    |event| {
        asked.extend(Asked::by_event(event, names));
        Ok(())
    }
}

/// A sink that notes what the text of an answer asks for.
fn of_pieces<'a>(
    reader: &'a mut Text,
    asked: &'a mut Vec<Asked>,
) -> impl FnMut(Piece<'_>) -> Result<(), Infallible> + 'a {
    |piece| {
        if let Piece::Text(text) = piece {
            reader.feed(text, asked);
        }
        Ok(())
    }
}

impl Sniffing {
    fn feed(&mut self, bytes: &[u8], decoder: &mut Decoder) {
        self.input.extend_from_slice(bytes);
        let Ok(()) = decoder.feed(bytes, &mut |piece| {
            self.look(&piece);
            Ok::<(), Infallible>(())
        });
    }

    fn is_enough(&self) -> bool {
        self.format.is_some() || self.input.len() > MAX_PROSE
    }

    /// The end came before a unit did, or with it.
    fn finish(&mut self, decoder: &mut Decoder) -> Outcome {
        let Ok(outcome) = decoder.finish(&mut |piece| {
            self.look(&piece);
            Ok::<(), Infallible>(())
        });
        self.format = self.format.or_else(|| self.detector.finish());
        outcome
    }

    /// Looks for the first unit in a piece.
    fn look(&mut self, piece: &Piece<'_>) {
        match piece {
            Piece::Text(more) => {
                self.text.extend_from_slice(more);
                if self.format.is_none() {
                    self.format = self.detector.feed(more);
                }
            }
            Piece::Tool(_) | Piece::CutTool(_) if self.format.is_none() => {
                self.format = Some(Format::Ops);
            }
            _ => {}
        }
    }
}
