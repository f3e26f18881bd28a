//! A text in, what of it decides how it goes on out.

use std::ops::Range;
use std::rc::Rc;

use super::read::{Base, Read};
use super::tree::Tree;
use super::twice::{
    bare, begin_alike, end_alike, kinds_below, others_stand_twice, stand_twice,
    without_signs,
};
use super::ways::{Way, line_start};
use crate::blocks::Side;
use crate::resume::overlap::is_telling;
use crate::resume::preimage::Lookup;

/// What is known of the text before a seam.
pub(super) struct Known<'a> {
    pub(super) before: &'a [u8],
    pub(super) read: Read,
    pub(super) start: Base,
    pub(super) base: Base,
    /// The files before the text's first block.
    pub(super) untouched: Tree<'a>,
    /// The files before what may go on.
    pub(super) tree: Tree<'a>,
    /// The file that is being changed, as it was.
    file: Option<Rc<Vec<u8>>>,
}

impl<'a> Known<'a> {
    pub(super) fn of(before: &'a [u8], lookup: &'a Lookup<'a>) -> Self {
        let start = Base::new();
        let read = start.read(&[before]);
        let mut base = start.clone();
        base.advance(before, read.loose_end());
        let untouched = Tree::new(lookup);
        let mut tree = untouched.clone();
        for block in read.blocks() {
            tree.apply(block);
        }
        let path = read.open().and_then(|open| open.path.as_deref());
        let file = path.and_then(|path| tree.text(path));
        Self { before, read, start, base, untouched, tree, file }
    }

    /// Whether no block has begun, and no fence.
    pub(super) fn has_nothing(&self) -> bool {
        let read = &self.read;
        read.open().is_none()
            && !read.finished.in_fence
            && read.blocks().next().is_none()
    }

    /// Whether a block is open, so that blanks may be text of it.
    pub(super) fn is_open(&self) -> bool {
        self.read.open().is_some()
    }

    /// Whether a patch without numbers is open.
    pub(super) fn is_patch(&self) -> bool {
        let start = self.read.open().map(|open| open.start.byte as usize);
        let open = start.and_then(|start| self.before.get(start..));
        open.is_some_and(|open| open.trim_ascii_start().starts_with(b"*"))
    }

    /// What the next line would be to the file.
    pub(super) fn side(&self) -> Side {
        self.read.open().map_or(Side::Neither, |open| open.side)
    }

    /// Where the text may really end: a tool may have added a line feed.
    pub(super) fn stops(&self) -> impl Iterator<Item = usize> + use<> {
        let feed = self.before.strip_suffix(b"\n");
        let feed = feed.map(|text| text.strip_suffix(b"\r").unwrap_or(text));
        let feed = feed.map(<[u8]>::len);
        std::iter::once(self.before.len()).chain(feed)
    }

    /// The place of the unfinished block, if `body` may begin it again.
    pub(super) fn begins_again(&self, body: &[u8]) -> Option<usize> {
        let start = usize::try_from(self.read.open()?.start.byte).ok()?;
        let first = |text: &[u8]| {
            let line = text.split(|b| *b == b'\n').next().unwrap_or_default();
            line.trim_ascii_end().to_vec()
        };
        let open = first(self.before.get(start..)?);
        (!open.is_empty() && open == first(body)).then_some(start)
    }

    /// Whether the file that is being changed is known.
    pub(super) fn has_file(&self) -> bool {
        self.file.is_some()
    }

    /// Whether the unfinished block makes a file, line by line.
    pub(super) fn adds(&self) -> bool {
        let start = self.read.open().map(|open| open.start.byte as usize);
        let open = start.and_then(|start| self.before.get(start..));
        open.is_some_and(|open| open.starts_with(b"*** Add"))
    }

    /// Whether the new lines so far end as the old ones do, so that nothing
    /// follows them.
    pub(super) fn ends_alike(&self) -> bool {
        let Some(open) = self.read.open() else { return false };
        let old = match (&self.file, open.old.is_empty()) {
            (Some(file), true) => file,
            _ => &open.old,
        };
        let end = last_lines(old);
        open.side == Side::New && end.is_some() && end == last_lines(&open.new)
    }

    /// The blanks before a line of the file that says this.
    pub(super) fn indentations(&self, wanted: &[u8]) -> Vec<Vec<u8>> {
        let Some(file) = &self.file else { return Vec::new() };
        let mut found: Vec<Vec<u8>> = Vec::new();
        for line in file.split(|b| *b == b'\n') {
            let text = line.trim_ascii_start();
            let blanks = line.len() - text.len();
            let blanks = line.get(..blanks).unwrap_or_default();
            if text.trim_ascii_end() == wanted
                && !found.iter().any(|other| other == blanks)
            {
                found.push(blanks.to_vec());
            }
        }
        found
    }

    /// The file, and what the block says of it.
    pub(super) fn texts(&self) -> Vec<&[u8]> {
        let open = self.read.open();
        let sides = open.into_iter().flat_map(|open| {
            // The last line is the one that is asked about.
            let new = open.new.strip_suffix(b"\n").unwrap_or_default();
            let end = line_start(new);
            [open.old.as_slice(), new.get(..end).unwrap_or_default()]
        });
        let file = self.file.iter().map(|file| file.as_slice());
        sides.chain(file).collect()
    }

    /// Whether these lines stand in the file, or in what the block says of
    /// it.
    pub(super) fn has_lines(&self, lines: &[u8]) -> bool {
        self.texts().into_iter().any(|text| {
            let mut places = memchr::memmem::find_iter(text, lines);
            places.any(|at| at == 0 || text.get(at - 1) == Some(&b'\n'))
        })
    }

    /// Whether a fence of this length stands at the start of a line.
    pub(super) fn has_fence(&self, fence: &[u8]) -> bool {
        let mut lines = self.before.split(|b| *b == b'\n');
        // The last one is not whole.
        lines.next_back();
        lines.any(|line| {
            let rest = line.strip_prefix(fence);
            rest.is_some_and(|rest| rest.first() != Some(&b'`'))
        })
    }

    /// Whether this is all of a line before `end`, or of the file's, but for
    /// signs and blanks.
    pub(super) fn has_line(&self, text: &[u8], end: usize) -> bool {
        let head = self.before.get(..end).unwrap_or_default();
        let mut head = head.split(|b| *b == b'\n');
        let is_signed = self.side() == Side::Signed;
        let line = bare(text, is_signed);
        head.any(|other| bare(other, is_signed) == line)
            || self.file.iter().any(|file| {
                let mut lines = file.split(|b| *b == b'\n');
                lines.any(|other| other.trim_ascii() == line)
            })
    }

    /// Whether lines at `start` with which `body` begins may be meant twice.
    pub(super) fn may_be_twice(
        &self,
        lines: &[u8],
        start: usize,
        body: &[u8],
    ) -> bool {
        let is_signed = self.side() == Side::Signed;
        let head = self.before.get(..start).unwrap_or_default();
        let others = |text| others_stand_twice(text, lines, is_signed);
        // A file that is known shows what of its own is doubled.
        let is_shown = self.file.is_some() && !self.adds_lines(lines);
        self.doubles_lines(lines, start, body)
            || !is_shown && (others(head) || others(body))
            || self.ends_row(lines, start, body)
    }

    /// Whether these lines, the next ones, are none of the file's.
    fn adds_lines(&self, lines: &[u8]) -> bool {
        let mut lines = lines.split_inclusive(|b| *b == b'\n');
        match self.side() {
            Side::New => true,
            Side::Signed => lines.all(|line| line.starts_with(b"+")),
            Side::Old | Side::Neither => false,
        }
    }

    /// Whether the last of the lines at `start`, with which `body` begins,
    /// has one of its kind below it wherever else it stands, and has none in
    /// `body`.
    fn ends_row(&self, lines: &[u8], start: usize, body: &[u8]) -> bool {
        let is_signed = self.side() == Side::Signed;
        let below = |text| kinds_below(text, lines, is_signed);
        let head = self.before.get(..start).unwrap_or_default();
        let rest = body.get(lines.len()..).unwrap_or_default();
        let plain = without_signs(lines, is_signed);
        let file = self.file.iter();
        let in_file = file.flat_map(|file| kinds_below(file, &plain, false));
        let mut others =
            below(head).into_iter().chain(below(rest)).chain(in_file);
        below(body).first() == Some(&false)
            && others.next() == Some(true)
            && others.all(|is_alike| is_alike)
    }

    /// Whether the end of the text, which `body` begins with, may be a whole
    /// line: what is taken for a tool's line feed is its own, and another
    /// such line or one that begins so is next.
    pub(super) fn may_be_whole(
        &self,
        shared: Range<usize>,
        body: &[u8],
    ) -> bool {
        let Range { start, end } = shared;
        let fed = self.before.get(start..).unwrap_or_default();
        let line = self.before.get(start..end).unwrap_or_default();
        end < self.before.len()
            && (self.may_be_twice(fed, start, body)
                || self.begins_alike(line, start, body))
    }

    /// Whether two lines in a row begin as the one at `start` does, that one
    /// among them, or it is of a list of lines that begin alike and ends with
    /// a word.
    fn begins_alike(&self, line: &[u8], start: usize, body: &[u8]) -> bool {
        let is_signed = self.side() == Side::Signed;
        let head = self.before.get(..start + line.len()).unwrap_or_default();
        let plain = without_signs(line, is_signed);
        let ends_word = body.get(line.len()) == Some(&b' ');
        is_telling(line)
            && !line.contains(&b'\n')
            && (begin_alike(head, line, is_signed)
                || begin_alike(body, line, is_signed)
                || ends_word && end_alike(head, is_signed)
                || self.file.iter().any(|f| begin_alike(f, &plain, false)))
    }

    /// Whether the lines at `start` stand twice in a row there or above, in
    /// the file or in what comes: then they may do so at a seam.
    fn doubles_lines(&self, lines: &[u8], start: usize, body: &[u8]) -> bool {
        let is_signed = self.side() == Side::Signed;
        let head = self.before.get(..start + lines.len()).unwrap_or_default();
        let plain = without_signs(lines, is_signed);
        stand_twice(head, lines, is_signed)
            || stand_twice(body, lines, is_signed)
            || self.file.iter().any(|file| stand_twice(file, &plain, false))
    }

    /// Whether the lines that a way takes for repeated do so.
    pub(super) fn doubles_repeated(&self, way: &Way) -> bool {
        let mut end = way.kept + way.shared;
        if self.before.get(end..) == Some(b"\n") {
            // It is taken for a tool's, and may be the text's own.
            end += 1;
        }
        let shared = self.before.get(way.kept..end).unwrap_or_default();
        self.doubles_lines(shared, way.kept, &way.body)
    }

    /// Whether a text stands twice in a row somewhere before `end`.
    pub(super) fn doubles(&self, text: &[u8], end: usize) -> bool {
        let twice = [text, text].concat();
        let head = self.before.get(..end).unwrap_or_default();
        let file = self.file.iter().map(|file| file.as_slice());
        std::iter::once(head)
            .chain(file)
            .any(|text| memchr::memmem::find(text, &twice).is_some())
    }
}

/// The last two lines, if there are as many.
fn last_lines(text: &[u8]) -> Option<&[u8]> {
    let mut feeds = memchr::memrchr_iter(b'\n', text).skip(1);
    feeds.next()?;
    let start = feeds.next().map_or(0, |at| at + 1);
    text.get(start..)
}
