//! Blocks of an answer, done one after the other.

use anyhow::Error;

use tornkit::blocks::{Block, Event, Rejected};
use tornkit::edit::{FromUnit, from_block};
use tornkit::path::NameError;
use tornkit::report::result::{Outcome, ResultLine};
use tornkit::span::Place;

use crate::session::Session;

impl Session<'_> {
    pub(crate) fn take_block(&mut self, event: Event) -> Result<(), Error> {
        match event {
            Event::Block(block) => self.take_whole_block(&block)?,
            Event::Rejected(bad) => self.document.waiting.push(rejected(bad)),
        }
        Ok(())
    }

    fn take_whole_block(&mut self, block: &Block) -> Result<(), Error> {
        let at = Place { byte: block.span.start, line: block.line };
        match from_block(block, &self.names) {
            Ok(FromUnit::One(operation)) => self.take_operation(operation, at),
            Ok(FromUnit::Both(first, second)) => {
                self.take_both(first, second, at)
            }
            Err(name) => {
                self.document.waiting.push(refused(block, name, at));
                Ok(())
            }
        }
    }
}

fn refused(block: &Block, name: NameError, at: Place) -> ResultLine {
    let path = String::from_utf8_lossy(&block.path).into_owned();
    ResultLine {
        op: None,
        file_path: Some(path),
        new_path: None,
        outcome: Outcome::refused(name.code(), name),
        at,
    }
}

fn rejected(bad: Rejected) -> ResultLine {
    let path = bad.path.as_deref().map(String::from_utf8_lossy);
    let reason = bad.reason;
    ResultLine {
        op: None,
        file_path: path.map(std::borrow::Cow::into_owned),
        new_path: None,
        outcome: Outcome::failed(reason.code(), reason.describe()),
        at: Place { byte: bad.span.start, line: bad.line },
    }
}
