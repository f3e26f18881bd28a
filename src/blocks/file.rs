//! A whole file in a code fence, line by line.

use super::block::{Change, Reason};
use super::fence::{Fence, Inner};
use super::finished::{Open, Side};
use crate::span::Place;
use crate::text::Line;
use crate::text::elision::elides;

/// A file whose fence is not closed yet.
#[derive(Clone, Debug)]
pub(super) struct File {
    pub(super) path: Vec<u8>,
    pub(super) start: Place,
    fence: Fence,
    text: Vec<u8>,
    /// Fences that opened inside and are not closed.
    depth: usize,
    has_fences: bool,
}

impl File {
    pub(super) fn new(path: Vec<u8>, start: Place, fence: Fence) -> Self {
        let (text, depth, has_fences) = (Vec::new(), 0, false);
        Self { path, start, fence, text, depth, has_fences }
    }

    /// What the file is, if the line closes it.
    pub(super) fn take(
        &mut self,
        line: Line<'_>,
    ) -> Option<Result<Change, Reason>> {
        match self.fence.read(line.text) {
            Some(Inner::Closes) if self.depth == 0 => {
                return Some(self.change());
            }
            Some(Inner::Closes) => self.depth -= 1,
            Some(Inner::Opens) => {
                self.depth += 1;
                self.has_fences = true;
            }
            None => {}
        }
        self.text.extend_from_slice(line.text);
        None
    }

    /// Whether a line would close it.
    pub(super) fn is_closed_by(&self, line: &[u8]) -> bool {
        self.depth == 0 && self.fence.read(line) == Some(Inner::Closes)
    }

    /// The only line so far that is not blank; an empty one if there is
    /// none, and nothing if there are several.
    pub(super) fn only_line(&self) -> Option<&[u8]> {
        let text = self.text.trim_ascii();
        (!text.contains(&b'\n')).then_some(text)
    }

    /// What is there of it so far.
    pub(super) fn open(&self) -> Open {
        let (side, new) = (Side::New, self.text.clone());
        Open { side, new, ..Open::empty(Some(self.path.clone()), self.start) }
    }

    fn change(&mut self) -> Result<Change, Reason> {
        let text = std::mem::take(&mut self.text);
        if self.has_fences {
            Err(Reason::NestedFence)
        } else if elides(&text, b"") {
            Err(Reason::Elision)
        } else {
            Ok(Change::Write(text))
        }
    }
}
