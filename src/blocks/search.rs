//! A SEARCH/REPLACE block, line by line.

use super::block::{Change, Reason};
use super::finished::{Open, Side};
use super::marker::{self, Opening};
use crate::span::Place;
use crate::text::Line;

/// A block that is not closed yet.
#[derive(Clone, Debug)]
pub struct Search {
    /// The file, if it is named.
    pub path: Option<Vec<u8>>,
    /// Where it begins.
    pub start: Place,
    /// What is wrong with it whatever it says.
    pub broken: Option<Reason>,
    opening: Opening,
    part: Part,
    /// Whether it has a header: then `\` before a marker makes it text.
    has_header: bool,
    line: Option<u64>,
    old: Vec<u8>,
    new: Vec<u8>,
}

/// Where in the block the next line stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// Just after the opening, where Roo says line numbers.
    Head,
    Old,
    /// Just after the divider, where models say them once more.
    NewHead,
    New,
}

/// What a line was to the block.
#[derive(Debug)]
pub enum Step {
    /// A part of it.
    More,
    /// Its last line.
    Done(Result<Change, Reason>),
    /// The first line of another one.
    Opens(Opening),
}

impl Search {
    /// A block that begins here.
    pub fn new(opening: Opening, path: Option<Vec<u8>>, start: Place) -> Self {
        let (part, broken, line) = (Part::Head, None, None);
        let (old, new) = (Vec::new(), Vec::new());
        let has_header = false;
        Self { path, start, broken, opening, part, has_header, line, old, new }
    }

    /// Takes the next line.
    pub fn take(&mut self, line: Line<'_>) -> Step {
        let bare = line.bare();
        if let Some(opening) = marker::opening(bare) {
            return Step::Opens(opening);
        }
        if marker::is_closing(bare) {
            return Step::Done(self.change());
        }
        if matches!(self.part, Part::Head | Part::NewHead)
            && self.take_header(bare)
        {
            return Step::More;
        }
        if self.opening.is_divider(bare) {
            if self.is_behind_divider() {
                self.broken = self.broken.or(Some(Reason::Dividers));
            }
            self.part = Part::NewHead;
            return Step::More;
        }
        let text = self.unescaped(line.text);
        match self.part {
            Part::NewHead | Part::New => self.new.extend_from_slice(text),
            Part::Head | Part::Old => self.old.extend_from_slice(text),
        }
        Step::More
    }

    fn is_behind_divider(&self) -> bool {
        matches!(self.part, Part::NewHead | Part::New)
    }

    /// Takes a line of Roo's header. In the new part it repeats what the old
    /// one says, or what the lines will be: only the old one counts.
    fn take_header(&mut self, line: &[u8]) -> bool {
        if let Some(number) = line.strip_prefix(b":start_line:") {
            if self.part == Part::Head {
                let number = std::str::from_utf8(number.trim_ascii()).ok();
                self.line = number.and_then(|n| n.parse().ok());
            }
            self.has_header = true;
            return true;
        }
        if line.starts_with(b":end_line:") {
            self.has_header = true;
            return true;
        }
        self.part = match self.part {
            Part::Head => Part::Old,
            _ => Part::New,
        };
        self.has_header && line.trim_ascii_end() == b"-------"
    }

    /// A line of text without the mark that keeps it from being a marker.
    fn unescaped<'a>(&self, text: &'a [u8]) -> &'a [u8] {
        match text.strip_prefix(b"\\").filter(|_| self.has_header) {
            Some(rest)
                if self.opening.is_divider(rest)
                    || marker::opening(rest).is_some()
                    || marker::is_closing(rest) =>
            {
                rest
            }
            _ => text,
        }
    }

    /// What the block says so far.
    pub fn open(&self) -> Open {
        let side = match self.part {
            Part::Head | Part::Old => Side::Old,
            Part::NewHead | Part::New => Side::New,
        };
        let (old, new) = (self.old.clone(), self.new.clone());
        Open { side, old, new, ..Open::empty(self.path.clone(), self.start) }
    }

    /// What the block says, now that it is closed.
    fn change(&mut self) -> Result<Change, Reason> {
        let old = std::mem::take(&mut self.old);
        let new = std::mem::take(&mut self.new);
        if let Some(reason) = self.broken {
            Err(reason)
        } else if !self.is_behind_divider() {
            Err(Reason::NoDivider)
        } else if !old.trim_ascii().is_empty() {
            Ok(Change::Replace { line: self.line, old, new })
        } else if new.is_empty() {
            Err(Reason::Empty)
        } else {
            Ok(Change::Create(new))
        }
    }
}
