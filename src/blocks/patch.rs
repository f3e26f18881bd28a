//! A patch of the `*** Begin Patch` kind, line by line.

use super::block::{Block, Change, Chunk, Event, Reach, Reason, Rejected};
use super::finished::{Open, Side};
use crate::span::{Place, Span};
use crate::text::Line;
use crate::text::fence;

/// The first line of a patch.
pub(super) const BEGIN: &[u8] = b"*** Begin Patch";
/// The last one.
pub(super) const END: &[u8] = b"*** End Patch";

/// A patch that is not closed yet.
#[derive(Clone, Debug)]
pub struct Patch {
    start: Place,
    files: u64,
    file: Option<File>,
}

/// The part of a patch that changes one file.
#[derive(Clone, Debug)]
struct File {
    path: Vec<u8>,
    start: Place,
    end: u64,
    broken: Option<Reason>,
    body: Body,
    /// Empty lines that are text if lines of text follow.
    blanks: Vec<u8>,
}

#[derive(Clone, Debug)]
enum Body {
    Add(Vec<u8>),
    Delete,
    Update { to: Option<Vec<u8>>, chunks: Vec<Chunk>, open: Option<Draft> },
}

/// A chunk that may go on.
#[derive(Clone, Debug, Default)]
struct Draft {
    chunk: Chunk,
    /// Whether its header gives line numbers, as those of diffs do.
    is_numbered: bool,
}

/// Whether a patch goes on after a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// It does.
    GoesOn,
    /// The line was its last one.
    Ends,
    /// It ended before the line, which is none of its own.
    EndsBefore,
}

/// A line that is no text of a file.
enum Marker<'a> {
    Begin,
    End,
    Add(&'a [u8]),
    Delete(&'a [u8]),
    Update(&'a [u8]),
    Move(&'a [u8]),
    EndOfFile,
}

/// Reads a marker: a line without blanks around it. Some models close it with
/// the stars that it begins with.
fn marker(line: &[u8]) -> Option<Marker<'_>> {
    let line = line.strip_suffix(b"***").unwrap_or(line).trim_ascii_end();
    let name = |head: &[u8]| line.strip_prefix(head).map(<[u8]>::trim_ascii);
    if line == BEGIN {
        Some(Marker::Begin)
    } else if line == END {
        Some(Marker::End)
    } else if line == b"*** End of File" {
        Some(Marker::EndOfFile)
    } else if let Some(path) = name(b"*** Add File:") {
        Some(Marker::Add(path))
    } else if let Some(path) = name(b"*** Delete File:") {
        Some(Marker::Delete(path))
    } else if let Some(path) = name(b"*** Update File:") {
        Some(Marker::Update(path))
    } else {
        name(b"*** Move to:").map(Marker::Move)
    }
}

/// Whether a line closes a patch.
pub fn is_end(line: &[u8]) -> bool {
    matches!(marker(line.trim_ascii()), Some(Marker::End))
}

/// Whether a line begins a patch, or the part of one about a file: nobody
/// writes either in prose.
pub fn begins(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    line.starts_with(b"*** ")
        && matches!(
            marker(line),
            Some(
                Marker::Begin
                    | Marker::Add(_)
                    | Marker::Update(_)
                    | Marker::Delete(_)
            )
        )
}

impl Patch {
    /// A patch that begins here.
    pub fn new(start: Place) -> Self {
        Self { start, files: 0, file: None }
    }

    /// Takes the next line, and hands out the files that it ends.
    pub fn take(&mut self, line: Line<'_>, out: &mut Vec<Event>) -> Flow {
        let found = marker(line.trimmed());
        if let Some(marker) = found.filter(|_| !self.is_context(line)) {
            return self.take_marker(marker, line, out);
        }
        if fence::mark(line.text).is_some() && !line.text.starts_with(b" ") {
            self.abandon(out);
            return Flow::EndsBefore;
        }
        match &mut self.file {
            Some(file) => file.take(line),
            None if line.trimmed().is_empty() => {}
            None => {
                let span = line.span_from(line.at);
                out.push(rejected(None, Reason::NoSign, span, line.at.line));
            }
        }
        Flow::GoesOn
    }

    /// A line of text that is a marker after its sign.
    fn is_context(&self, line: Line<'_>) -> bool {
        let in_chunk = self.file.as_ref().is_some_and(File::has_lines);
        let text = line.text;
        in_chunk && text.starts_with(b" *")
    }

    fn take_marker(
        &mut self,
        marker: Marker<'_>,
        line: Line<'_>,
        out: &mut Vec<Event>,
    ) -> Flow {
        match marker {
            Marker::Begin => {
                self.abandon(out);
                *self = Self::new(line.at);
            }
            Marker::End => {
                self.end_file(out);
                if self.files == 0 {
                    let span = line.span_from(self.start);
                    let first = self.start.line;
                    out.push(rejected(None, Reason::Empty, span, first));
                }
                return Flow::Ends;
            }
            Marker::Add(path) => {
                self.begin(path, Body::Add(Vec::new()), line, out);
            }
            Marker::Delete(path) => self.begin(path, Body::Delete, line, out),
            Marker::Update(path) => {
                let (to, chunks, open) = (None, Vec::new(), None);
                self.begin(path, Body::Update { to, chunks, open }, line, out);
            }
            Marker::Move(path) => self.with_file(|file| file.rename(path)),
            Marker::EndOfFile => self.with_file(File::reach_end),
        }
        if let Some(file) = &mut self.file {
            file.end = line.end();
        }
        Flow::GoesOn
    }

    fn with_file(&mut self, act: impl FnOnce(&mut File)) {
        if let Some(file) = &mut self.file {
            act(file);
        }
    }

    fn begin(
        &mut self,
        path: &[u8],
        body: Body,
        line: Line<'_>,
        out: &mut Vec<Event>,
    ) {
        self.end_file(out);
        self.files += 1;
        self.file = Some(File {
            path: path.to_vec(),
            start: line.at,
            end: line.end(),
            broken: path.is_empty().then_some(Reason::NoPath),
            body,
            blanks: Vec::new(),
        });
    }

    fn end_file(&mut self, out: &mut Vec<Event>) {
        out.extend(self.file.take().map(File::finish));
    }

    /// The patch is not closed, and something else begins.
    fn abandon(&mut self, out: &mut Vec<Event>) {
        if let Some(file) = &mut self.file {
            file.broken = file.broken.or(Some(Reason::Unclosed));
        }
        self.end_file(out);
    }

    /// What is open at the end of the answer.
    pub fn open(&self) -> Open {
        match &self.file {
            Some(file) => file.open(),
            None => Open::empty(None, self.start),
        }
    }
}

impl File {
    fn open(&self) -> Open {
        let mut open = Open::empty(Some(self.path.clone()), self.start);
        open.side = Side::Signed;
        match &self.body {
            Body::Add(text) => open.new.clone_from(text),
            Body::Delete => {}
            Body::Update { chunks, open: draft, .. } => {
                let draft = draft.iter().map(|draft| &draft.chunk);
                for chunk in chunks.iter().chain(draft) {
                    open.old.extend_from_slice(&chunk.old);
                    open.new.extend_from_slice(&chunk.new);
                }
            }
        }
        open
    }

    fn has_lines(&self) -> bool {
        match &self.body {
            Body::Update { open: Some(draft), .. } => draft.has_lines(),
            _ => false,
        }
    }

    fn take(&mut self, line: Line<'_>) {
        if !matches!(line.text, b"\n" | b"\r\n") {
            self.end = line.end();
        }
        if let Some(anchor) = line.text.strip_prefix(b"@@") {
            return self.begin_chunk(anchor.trim_ascii());
        }
        if matches!(line.text, b"\n" | b"\r\n") {
            return self.blanks.extend_from_slice(line.text);
        }
        let blanks = std::mem::take(&mut self.blanks);
        let broken = match &mut self.body {
            Body::Add(text) => match line.text.split_first() {
                Some((b'+', new)) if blanks.is_empty() || text.is_empty() => {
                    text.extend_from_slice(new);
                    false
                }
                _ => !line.trimmed().is_empty(),
            },
            Body::Delete => !line.trimmed().is_empty(),
            Body::Update { open, .. } => {
                let draft = open.get_or_insert_default();
                if draft.has_lines() {
                    draft.chunk.old.extend_from_slice(&blanks);
                    draft.chunk.new.extend_from_slice(&blanks);
                }
                !draft.take(line.text)
            }
        };
        if broken {
            self.fail(Reason::NoSign);
        }
    }

    fn fail(&mut self, reason: Reason) {
        self.broken = self.broken.or(Some(reason));
    }

    fn begin_chunk(&mut self, anchor: &[u8]) {
        let is_numbered = anchor.starts_with(b"-") && anchor.contains(&b'+');
        let anchor = anchor.strip_suffix(b"@@").unwrap_or(anchor);
        let anchor = anchor.trim_ascii();
        let names = !anchor.is_empty() && !is_numbered;
        self.blanks.clear();
        let Body::Update { open, chunks, .. } = &mut self.body else {
            return self.fail(Reason::NoSign);
        };
        if let Some(draft) = open {
            let nests = names && !draft.chunk.anchors.is_empty();
            if nests && !draft.has_lines() {
                return draft.chunk.anchors.push(anchor.to_vec());
            }
        }
        let before = open.take();
        let is_empty = before.as_ref().is_some_and(|d| !d.has_lines());
        chunks.extend(before.map(|draft| draft.chunk));
        let mut draft = Draft { is_numbered, ..Draft::default() };
        draft.chunk.anchors.extend(names.then(|| anchor.to_vec()));
        *open = Some(draft);
        if is_empty {
            self.fail(Reason::Empty);
        }
    }

    fn rename(&mut self, path: &[u8]) {
        match &mut self.body {
            Body::Update { to, chunks, open: None } if chunks.is_empty() => {
                *to = Some(path.to_vec());
            }
            _ => self.fail(Reason::NoSign),
        }
    }

    fn reach_end(&mut self) {
        match &mut self.body {
            Body::Update { open: Some(draft), .. } => {
                draft.chunk.reach = Reach::End;
            }
            Body::Add(_) => {}
            _ => self.fail(Reason::NoSign),
        }
    }

    /// The file's part is at its end.
    fn finish(self) -> Event {
        let Self { path, start, end, broken, body, .. } = self;
        let span = Span { start: start.byte, end };
        match broken.map_or_else(|| change(body), Err) {
            Ok(change) => {
                let (line, is_in_patch) = (start.line, true);
                Event::Block(Block { path, change, span, line, is_in_patch })
            }
            Err(reason) => rejected(Some(path), reason, span, start.line),
        }
    }
}

impl Draft {
    fn has_lines(&self) -> bool {
        !self.chunk.old.is_empty() || !self.chunk.new.is_empty()
    }

    /// Takes a line with its sign; whether it has one.
    fn take(&mut self, line: &[u8]) -> bool {
        let Chunk { old, new, .. } = &mut self.chunk;
        match line.split_first() {
            Some((b'+', text)) => new.extend_from_slice(text),
            Some((b'-', text)) => old.extend_from_slice(text),
            Some((b' ', text)) => {
                old.extend_from_slice(text);
                new.extend_from_slice(text);
            }
            Some((b'\\', _)) => {}
            _ => return false,
        }
        true
    }
}

fn change(body: Body) -> Result<Change, Reason> {
    match body {
        Body::Delete => Ok(Change::Delete),
        Body::Add(text) => Ok(Change::Create(text)),
        Body::Update { to, mut chunks, open } => {
            if let Some(draft) = open {
                let nowhere = draft.is_numbered && draft.chunk.old.is_empty();
                if !draft.has_lines() || nowhere {
                    return Err(Reason::Empty);
                }
                chunks.push(draft.chunk);
            }
            if chunks.is_empty() && to.is_none() {
                return Err(Reason::Empty);
            }
            Ok(Change::Update { to, chunks })
        }
    }
}

fn rejected(
    path: Option<Vec<u8>>,
    reason: Reason,
    span: Span,
    line: u64,
) -> Event {
    Event::Rejected(Rejected { path, reason, span, line })
}
