//! An answer of any formats in, what it asks for out.

use std::convert::Infallible;
use std::sync::Arc;

use tornkit::answer::{Answer, Heard, Part, Scope};
use tornkit::cli::Wrapped;
use tornkit::diff::FileHeader;
use tornkit::path::Names;
use tornkit::scan::Config;
use tornkit::text::filename::Known;

use crate::asked::Asked;

/// How answers are read.
pub(crate) struct Manner {
    pub(crate) wrapped: Wrapped,
    /// What is looked for.
    pub(crate) scope: Scope,
    pub(crate) names: Names,
    /// What the tree knows of names.
    pub(crate) known: Arc<dyn Known + Send + Sync>,
}

/// A reader of answers.
pub(crate) struct Reader {
    answer: Answer,
    sorter: Sorter,
}

/// Turns parts into what they ask for.
struct Sorter {
    names: Names,
    /// The header of the last unit of a diff.
    file: Option<Arc<FileHeader>>,
}

impl Reader {
    pub(crate) fn new(manner: Manner) -> Self {
        let Manner { wrapped, scope, names, known } = manner;
        let from = (wrapped.from, wrapped.answer);
        let answer = Answer::new(scope, Config::default(), known, from);
        Self { answer, sorter: Sorter { names, file: None } }
    }

    /// Takes more bytes.
    pub(crate) fn feed(&mut self, bytes: &[u8], asked: &mut Vec<Asked>) {
        let Self { answer, sorter } = self;
        let Ok(()) = answer.feed(bytes, &mut |part| sorter.sort(part, asked));
    }

    /// Takes the end of the input.
    pub(crate) fn finish(self, asked: &mut Vec<Asked>) -> Heard {
        let Self { answer, mut sorter } = self;
        let mut sink = |part: Part<'_>| sorter.sort(part, asked);
        let Ok(heard) = answer.finish(&mut sink);
        heard
    }
}

impl Sorter {
    fn sort(
        &mut self,
        part: Part<'_>,
        asked: &mut Vec<Asked>,
    ) -> Result<(), Infallible> {
        let Self { names, file } = self;
        asked.extend(match part {
            Part::Record(event) => Asked::by_event(event, names),
            Part::Diff(event) => Some(Asked::by_unit(event, file)),
            Part::Block(event) => Some(Asked::Block(event)),
            Part::Rejected(bad) => Some(Asked::Refused(bad)),
        });
        Ok(())
    }
}
