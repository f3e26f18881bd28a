//! A block of an answer in, the operations that it means out.

use super::units::FromUnit;
use super::whole_lines::{Last, WholeLines};
use super::{Action, Edit, Operation};
use crate::blocks::{Block, Change, Chunk, Reach};
use crate::path::{NameError, Names};

/// What a block means. Fails as its names do.
pub fn from_block(block: &Block, names: &Names) -> Result<FromUnit, NameError> {
    let path = names.read_bytes(&block.path)?;
    let action = match &block.change {
        Change::Create(text) => Action::Create(text.clone()),
        Change::Write(text) => Action::Write(text.clone()),
        Change::Delete => Action::Delete,
        Change::Replace { line, old, new } => {
            Action::Modify(vec![Edit::Lines(WholeLines {
                line: *line,
                anchors: Vec::new(),
                old: old.clone(),
                new: new.clone(),
                reach: Reach::Anywhere,
                last: Last::AsBefore,
            })])
        }
        Change::Update { to: None, chunks } => modify(chunks),
        Change::Update { to: Some(to), chunks } => {
            let rename = Action::Rename(names.read_bytes(to)?);
            if !chunks.is_empty() {
                let action = modify(chunks);
                let first = Operation::new(path.clone(), action);
                let second = Operation::new(path, rename);
                return Ok(FromUnit::Both(first, second));
            }
            rename
        }
    };
    Ok(FromUnit::One(Operation::new(path, action)))
}

fn modify(chunks: &[Chunk]) -> Action {
    let edit = |chunk: &Chunk| {
        let Chunk { anchors, old, new, reach } = chunk.clone();
        let (line, last) = (None, Last::Ended);
        Edit::Lines(WholeLines { line, anchors, old, new, reach, last })
    };
    Action::Modify(chunks.iter().map(edit).collect())
}
