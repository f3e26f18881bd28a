//! Blocks of an answer, done one after the other.

use anyhow::Error;

use memchr::memmem;

use tornkit::blocks::{Block, Change, Event, Rejected};
use tornkit::edit::{FromUnit, from_block};
use tornkit::path::NameError;
use tornkit::report::result::{Outcome, ResultLine};
use tornkit::span::Place;

use crate::session::Session;

impl Session<'_> {
    /// Whether an answer says a block once more that it has said, and that
    /// would fit again, since its new lines have the old ones in them; what
    /// it asks for stands in the file.
    fn is_said_again(&self, block: &Block) -> bool {
        let Change::Replace { old, new, .. } = &block.change else {
            return false;
        };
        let said = (&block.path, &block.change);
        let mut before = self.document.blocks.iter();
        if memmem::find(new, old).is_none()
            || !before.any(|(path, change)| (path, change) == said)
        {
            return false;
        }
        let path = self.names.read_bytes(&block.path).ok();
        let text = path.and_then(|path| self.workspace.peek(&path));
        text.is_some_and(|text| memmem::find(&text, new).is_some())
    }

    pub(crate) fn take_block(&mut self, event: Event) -> Result<(), Error> {
        match event {
            Event::Block(block) => self.take_whole_block(&block)?,
            Event::Rejected(bad) => self.document.waiting.push(rejected(bad)),
        }
        Ok(())
    }

    fn take_whole_block(&mut self, block: &Block) -> Result<(), Error> {
        let at = Place { byte: block.span.start, line: block.line };
        if self.is_said_again(block) {
            self.document.waiting.push(said_again(block, at));
            return Ok(());
        }
        let blocks = &mut self.document.blocks;
        if blocks.len() < KEPT_BLOCKS {
            blocks.push((block.path.clone(), block.change.clone()));
        }
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

/// Blocks that are kept to find those that are said again: more than an
/// answer has that says one again.
const KEPT_BLOCKS: usize = 256;

fn said_again(block: &Block, at: Place) -> ResultLine {
    ResultLine {
        op: Some("modify".into()),
        file_path: Some(String::from_utf8_lossy(&block.path).into_owned()),
        new_path: None,
        outcome: Outcome::unchanged(),
        at,
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
