//! The state machine over the lines of an answer in blocks.

use super::search::{self, file_name};
use super::unit::{Action, Chunk, Unit};
use super::v4a;
use crate::span::{Place, Span};

/// Which blocks an answer has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// `<<<<<<< SEARCH`.
    SearchReplace,
    /// `*** Begin Patch`.
    V4a,
}

/// A parser of blocks. Feed it chunks of any size.
#[derive(Debug)]
pub struct Parser {
    style: Style,
    /// The beginning of a line whose end has not arrived.
    line: Vec<u8>,
    /// Where that line begins.
    at: Place,
    /// The file of the blocks that follow, and where it was named.
    path: Option<Vec<u8>>,
    named_at: Option<Place>,
    open: Open,
    /// Where the open unit begins.
    open_at: Place,
    units: u64,
    rejected: u64,
    in_patch: bool,
    bytes: u64,
}

/// What is open.
#[derive(Debug, Default)]
enum Open {
    #[default]
    Nothing,
    Search(Vec<u8>),
    Replace(Vec<u8>, Vec<u8>),
    Add(Vec<u8>),
    /// A file that is updated, before or between its chunks.
    Update,
    Chunk(Chunk),
}

/// How an answer in blocks ended.
#[derive(Debug)]
pub struct Finished {
    /// Where the unfinished unit begins, if there is one.
    pub tail: Option<Place>,
    /// The file of the unfinished unit, as far as it is known.
    pub path: Option<Vec<u8>>,
    /// Whether a patch was begun and not ended.
    pub in_patch: bool,
    /// Line of the last byte, counted from 1.
    pub line: u64,
    /// Bytes read.
    pub bytes: u64,
    /// Units handed out.
    pub units: u64,
    /// Markers that stand where none can.
    pub rejected: u64,
}

impl Parser {
    /// A parser of blocks of this style.
    pub fn new(style: Style) -> Self {
        let start = Place { byte: 0, line: 1 };
        Self {
            style,
            line: Vec::new(),
            at: start,
            path: None,
            named_at: None,
            open: Open::Nothing,
            open_at: start,
            units: 0,
            rejected: 0,
            in_patch: false,
            bytes: 0,
        }
    }

    /// Reads the next bytes. Fails only if `sink` does.
    pub fn feed<E>(
        &mut self,
        bytes: &[u8],
        mut sink: impl FnMut(Unit) -> Result<(), E>,
    ) -> Result<(), E> {
        self.bytes += bytes.len() as u64;
        for piece in bytes.split_inclusive(|b| *b == b'\n') {
            self.line.extend_from_slice(piece);
            if !piece.ends_with(b"\n") {
                break;
            }
            let line = std::mem::take(&mut self.line);
            for unit in self.take(&line).into_iter().flatten() {
                sink(unit)?;
            }
            self.at.byte += line.len() as u64;
            self.at.line += 1;
            self.line = line;
            self.line.clear();
        }
        Ok(())
    }

    /// Reads the end: a last marker needs no line ending.
    pub fn finish<E>(
        mut self,
        mut sink: impl FnMut(Unit) -> Result<(), E>,
    ) -> Result<Finished, E> {
        let line = std::mem::take(&mut self.line);
        let is_last = match self.style {
            Style::SearchReplace => {
                search::marker(&line) == Some(search::Marker::Replace)
            }
            Style::V4a => v4a::marker(&line) == Some(v4a::Marker::End),
        };
        if is_last {
            for unit in self.take(&line).into_iter().flatten() {
                sink(unit)?;
            }
        }
        let begun = self.begins_unit(&line) && !is_last;
        let tail = match self.open {
            Open::Nothing | Open::Update if begun => Some(self.at),
            Open::Nothing | Open::Update => None,
            _ => Some(self.open_at),
        };
        let ended = u64::from(line.is_empty() && self.at.line > 1);
        Ok(Finished {
            path: self.path.filter(|_| tail.is_some()),
            tail,
            in_patch: self.in_patch,
            line: self.at.line - ended,
            bytes: self.bytes,
            units: self.units,
            rejected: self.rejected,
        })
    }

    /// Whether an unended line may be the first of a unit.
    fn begins_unit(&self, line: &[u8]) -> bool {
        !line.is_empty()
            && match self.style {
                Style::SearchReplace => line.starts_with(b"<<"),
                Style::V4a => self.in_patch && !b"*** End".starts_with(line),
            }
    }

    /// The units that a line ends: the one before it, and it itself.
    fn take(&mut self, line: &[u8]) -> [Option<Unit>; 2] {
        match self.style {
            Style::SearchReplace => [self.take_search(line), None],
            Style::V4a => self.take_v4a(line),
        }
    }

    fn end(&self, line: &[u8]) -> u64 {
        self.at.byte + line.len() as u64
    }

    fn unit(&mut self, action: Action, end: u64) -> Option<Unit> {
        self.units += 1;
        let span = Span { start: self.open_at.byte, end };
        let (path, line) = (self.path.clone(), self.open_at.line);
        Some(Unit { path, action, span, line })
    }

    fn take_search(&mut self, line: &[u8]) -> Option<Unit> {
        use search::Marker;
        let marker = search::marker(line);
        let end = self.end(line);
        match (std::mem::take(&mut self.open), marker) {
            (Open::Search(search), Some(Marker::Divider)) => {
                self.open = Open::Replace(search, Vec::new());
            }
            (Open::Replace(search, replace), Some(Marker::Replace)) => {
                return self.unit(Action::Replace { search, replace }, end);
            }
            (open, Some(Marker::Search)) => {
                self.rejected += u64::from(!matches!(open, Open::Nothing));
                self.open_at = self.named_at.take().unwrap_or(self.at);
                self.open = Open::Search(Vec::new());
            }
            (Open::Search(mut search), _) => {
                search.extend_from_slice(line);
                self.open = Open::Search(search);
            }
            (Open::Replace(search, mut replace), _) => {
                replace.extend_from_slice(line);
                self.open = Open::Replace(search, replace);
            }
            _ => self.note_name(line),
        }
        None
    }

    /// Remembers the file that a line outside of blocks names; a fence or a
    /// blank line between it and its block does not matter.
    fn note_name(&mut self, line: &[u8]) {
        let text = line.trim_ascii();
        if text.is_empty() || text.starts_with(b"```") {
            return;
        }
        self.named_at = None;
        if let Some(name) = file_name(text) {
            self.path = Some(name);
            self.named_at = Some(self.at);
        }
    }

    fn take_v4a(&mut self, line: &[u8]) -> [Option<Unit>; 2] {
        use v4a::Marker;
        let Some(marker) = v4a::marker(line) else {
            self.add_line(line);
            return [None, None];
        };
        if marker == Marker::Begin || !self.in_patch {
            self.in_patch |= marker == Marker::Begin;
            return [None, None];
        }
        if let Open::Chunk(chunk) = &mut self.open {
            if marker == Marker::EndOfFile {
                chunk.at_end = true;
                return [None, None];
            }
            if let Marker::Chunk(scope) = marker
                && chunk.body.is_empty()
            {
                chunk.scopes.push(scope.to_vec());
                return [None, None];
            }
        }
        let unit = self.close();
        let end = self.end(line);
        match marker {
            Marker::Add(path) => self.begin(path, Open::Add(Vec::new())),
            Marker::Update(path) => self.begin(path, Open::Update),
            Marker::Delete(path) => {
                self.begin(path, Open::Nothing);
                return [unit, self.unit(Action::Delete, end)];
            }
            Marker::MoveTo(path) => {
                self.open = Open::Update;
                return [unit, self.unit(Action::Move(path.to_vec()), end)];
            }
            Marker::Chunk(scope) => {
                self.open_at = match self.named_at.take() {
                    Some(at) => at,
                    None => self.at,
                };
                let scopes = match scope {
                    b"" => Vec::new(),
                    scope => vec![scope.to_vec()],
                };
                self.open = Open::Chunk(Chunk { scopes, ..Chunk::default() });
            }
            Marker::End => self.in_patch = false,
            Marker::Begin | Marker::EndOfFile => {}
        }
        [unit, None]
    }

    fn begin(&mut self, path: &[u8], open: Open) {
        self.path = Some(path.to_vec());
        self.named_at = Some(self.at);
        self.open_at = self.at;
        self.open = open;
    }

    /// The unit that a marker ends.
    fn close(&mut self) -> Option<Unit> {
        let end = self.at.byte;
        match std::mem::take(&mut self.open) {
            Open::Add(text) => self.unit(Action::Add(text), end),
            Open::Chunk(chunk) if !chunk.body.is_empty() => {
                self.unit(Action::Update(chunk), end)
            }
            Open::Chunk(_) => {
                self.rejected += 1;
                None
            }
            _ => None,
        }
    }

    /// A line that is no marker.
    fn add_line(&mut self, line: &[u8]) {
        match &mut self.open {
            Open::Add(text) => match line.strip_prefix(b"+") {
                Some(line) => text.extend_from_slice(line),
                None if line.trim_ascii().is_empty() => text.push(b'\n'),
                None => self.rejected += 1,
            },
            Open::Chunk(chunk) => push_line(&mut chunk.body, line),
            Open::Update => {
                // The first chunk may come without its `@@`.
                self.open_at = self.named_at.take().unwrap_or(self.at);
                let mut chunk = Chunk::default();
                push_line(&mut chunk.body, line);
                self.open = Open::Chunk(chunk);
            }
            _ => {
                let is_text = !line.trim_ascii().is_empty();
                self.rejected += u64::from(self.in_patch && is_text);
            }
        }
    }
}

/// Adds a line with its first character; a blank one may lack it.
fn push_line(body: &mut Vec<u8>, line: &[u8]) {
    if !matches!(line.first(), Some(b' ' | b'+' | b'-')) {
        body.push(b' ');
    }
    body.extend_from_slice(line);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;

    fn read(style: Style, text: &str) -> (Vec<Unit>, Finished) {
        let read = |size: usize| {
            let mut units = Vec::new();
            let mut parser = Parser::new(style);
            let mut sink = |unit| {
                units.push(unit);
                Ok::<(), Infallible>(())
            };
            for chunk in text.as_bytes().chunks(size) {
                let Ok(()) = parser.feed(chunk, &mut sink);
            }
            let Ok(end) = parser.finish(&mut sink);
            (units, end)
        };
        let whole = read(text.len().max(1));
        assert_eq!(read(1).0, whole.0);
        whole
    }

    const BLOCKS: &str = "Sure:\n\n`src/a.py`\n```python\n<<<<<<< SEARCH\n\
        a\n=======\nb\n>>>>>>> REPLACE\n```\n\n```\n<<<<<<< SEARCH\n=======\n\
        new\n>>>>>>> REPLACE\n```\n";

    #[test]
    fn blocks_take_their_file_from_the_line_above_or_the_block_before() {
        let (units, end) = read(Style::SearchReplace, BLOCKS);
        assert_eq!(units.len(), 2);
        assert!(units.iter().all(|u| u.path.as_deref() == Some(b"src/a.py")));
        let span = units[0].span;
        assert!(BLOCKS[span.start as usize..].starts_with("`src/a.py`"));
        let (search, replace) = (b"a\n".to_vec(), b"b\n".to_vec());
        assert_eq!(units[0].action, Action::Replace { search, replace });
        assert_eq!(units[1].action.name(), "create");
        assert_eq!(end.tail, None);
    }

    #[test]
    fn a_block_is_whole_with_its_last_marker_and_not_before() {
        let first = BLOCKS.find(">>>>>>> REPLACE").unwrap();
        for at in 0..BLOCKS.len() {
            let (units, end) = read(Style::SearchReplace, &BLOCKS[..at]);
            let whole = usize::from(at >= first + ">>>>>>> REPLACE".len());
            assert!(units.len() == whole || units.len() == 2, "{at}");
            let open = at >= BLOCKS.find("<<<").unwrap() + 2 && whole == 0;
            assert_eq!(end.tail.is_some() && whole == 0, open, "{at}");
        }
    }

    const PATCH: &str = "*** Begin Patch\n*** Add File: n.py\n+one\n+two\n\
        *** Update File: a.py\n*** Move to: b.py\n@@ def f():\n x\n-y\n+z\n\
        @@\n+end\n*** End of File\n*** Delete File: old.py\n*** End Patch\n";

    #[test]
    fn a_patch_is_added_moved_chunks_and_deleted_files() {
        let (units, end) = read(Style::V4a, PATCH);
        let names: Vec<_> = units.iter().map(|u| u.action.name()).collect();
        let want = ["create", "rename", "modify", "modify", "delete"];
        assert_eq!(names, want);
        assert_eq!(units[0].action, Action::Add(b"one\ntwo\n".to_vec()));
        let Action::Update(chunk) = &units[2].action else { panic!() };
        assert_eq!(chunk.scopes, [b"def f():".to_vec()]);
        assert_eq!(chunk.body, b" x\n-y\n+z\n");
        let Action::Update(chunk) = &units[3].action else { panic!() };
        assert!(chunk.at_end);
        assert_eq!((end.tail, end.in_patch, end.rejected), (None, false, 0));
    }

    #[test]
    fn a_cut_patch_has_the_units_that_a_marker_ended() {
        let all = read(Style::V4a, PATCH).0;
        for at in 0..PATCH.len() {
            let (units, end) = read(Style::V4a, &PATCH[..at]);
            assert!(all.starts_with(&units), "{at}");
            let begun = at >= "*** Begin Patch\n".len();
            let whole = at + 1 >= PATCH.len();
            assert_eq!(end.in_patch, begun && !whole, "{at}");
        }
    }
}
