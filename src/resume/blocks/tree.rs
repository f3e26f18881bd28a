//! Blocks and the files before them in, whether they fit out.

use std::collections::HashMap;
use std::rc::Rc;

use crate::blocks::{Block, Open};
use crate::edit::{Action, FromUnit, Matching, Operation, from_block, modify};
use crate::path::{Names, RelPath};
use crate::resume::preimage::{Lookup, Preimage};

/// The files, as far as blocks have changed them.
#[derive(Clone)]
pub(super) struct Tree<'a> {
    lookup: &'a Lookup<'a>,
    changed: HashMap<RelPath, Preimage>,
}

/// Whether a block can be meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fit {
    /// Its old lines stand in the file.
    Fits,
    /// They do not.
    Misfits,
    /// The file is not known, or nothing of it is asked for.
    Unknown,
}

impl<'a> Tree<'a> {
    pub(super) fn new(lookup: &'a Lookup<'a>) -> Self {
        Self { lookup, changed: HashMap::new() }
    }

    /// What stands under a name now.
    fn get(&self, path: &RelPath) -> Preimage {
        match self.changed.get(path) {
            Some(now) => now.clone(),
            None => (self.lookup)(path.as_str().as_bytes()),
        }
    }

    /// The text under a name as an answer writes it, if it is known.
    pub(super) fn text(&self, name: &[u8]) -> Option<Rc<Vec<u8>>> {
        let path = Names::default().read_bytes(name).ok()?;
        match self.get(&path) {
            Preimage::Text(text) => Some(text),
            Preimage::Absent | Preimage::Unknown => None,
        }
    }

    /// Changes the files as a block says.
    pub(super) fn apply(&mut self, block: &Block) -> Fit {
        match from_block(block, &Names::default()) {
            Ok(FromUnit::One(operation)) => self.operate(operation),
            Ok(FromUnit::Both(first, second)) => {
                let fit = self.operate(first);
                self.operate(second);
                fit
            }
            Err(_) => Fit::Unknown,
        }
    }

    fn operate(&mut self, operation: Operation) -> Fit {
        let Operation { path, action, .. } = operation;
        let before = self.get(&path);
        match action {
            Action::Create(text) | Action::Fill(text) | Action::Write(text) => {
                self.changed.insert(path, Preimage::Text(Rc::new(text)));
                Fit::Unknown
            }
            Action::Delete => {
                self.changed.insert(path, Preimage::Absent);
                Fit::Unknown
            }
            Action::Rename(to) => {
                self.changed.insert(path, Preimage::Absent);
                self.changed.insert(to, before);
                Fit::Unknown
            }
            Action::Copy(to) => {
                self.changed.insert(to, before);
                Fit::Unknown
            }
            Action::Modify(edits) => {
                let text = match before {
                    Preimage::Text(text) => text,
                    Preimage::Absent => return Fit::Misfits,
                    Preimage::Unknown => return Fit::Unknown,
                };
                let Ok(new) = modify(&text, &edits, Matching::Exact) else {
                    return Fit::Misfits;
                };
                let new = Preimage::Text(Rc::new(new.bytes));
                self.changed.insert(path, new);
                Fit::Fits
            }
        }
    }

    /// Whether the old lines of a block that is not closed stand in its file.
    pub(super) fn has_old(&self, open: &Open) -> Fit {
        let text = open.path.as_deref().and_then(|path| self.text(path));
        match text {
            Some(text) if !open.old.is_empty() => {
                // A patch has several chunks; each line must stand somewhere.
                let lines: std::collections::HashSet<&[u8]> =
                    text.split(|b| *b == b'\n').map(bare).collect();
                let mut old = open.old.split(|b| *b == b'\n').map(bare);
                match old.all(|l| l.is_empty() || lines.contains(l)) {
                    true => Fit::Fits,
                    false => Fit::Misfits,
                }
            }
            _ => Fit::Unknown,
        }
    }
}

/// A line without a carriage return at its end.
fn bare(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}
