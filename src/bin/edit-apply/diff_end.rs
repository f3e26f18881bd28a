//! The end of a diff: the file that its last unit is about tells, as it is
//! then, whether the unit is whole. Nothing is opened here.

use std::rc::Rc;
use std::sync::Arc;

use anyhow::Error;

use tornkit::answer::Heard;
use tornkit::diff::{FileHeader, Finished, Hunk, Kind, Rejected};
use tornkit::resume::{AnswerEnd, Preimage, diff as ends, nothing_known};
use tornkit::span::{Place, Span, Verdict};

use crate::asked::Whole;
use crate::session::Session;
use crate::units::{Part, Unfit};

/// A file before its patch, and the hunks that came since.
#[derive(Clone)]
pub(crate) struct Base {
    file: Arc<FileHeader>,
    before: Preimage,
    hunks: Vec<Hunk>,
    /// Where the last unit begins.
    at: Place,
    /// Where it ends.
    end: u64,
}

impl Base {
    fn add(&mut self, whole: &Whole) {
        self.hunks.extend(whole.hunk().cloned());
        (self.at, self.end) = (whole.at, whole.end);
    }

    /// One of the hunks cannot be read: what the others make is not what the
    /// model meant.
    pub(crate) fn forget(&mut self) {
        self.before = Preimage::Unknown;
    }
}

impl Session<'_> {
    /// Does the last unit of an answer that ends in a diff if that unit is
    /// whole, or nothing of the file patch that it would end.
    pub(crate) fn end_diff(&mut self, heard: Heard) -> Result<Heard, Error> {
        let mut heard = heard;
        let verdict = match self.args.complete {
            true => Verdict::Complete,
            false => heard.outcome.verdict(),
        };
        let mut finished = heard.diff.clone();
        if !finished.is_open() {
            if verdict == Verdict::Unsure && heard.summary.cut.is_none() {
                self.heed_index(heard.outcome.decoded_bytes);
            }
            return Ok(heard);
        }
        let end = match verdict {
            Verdict::Complete => AnswerEnd::Certain,
            Verdict::Cut => AnswerEnd::MayBeCut,
            Verdict::Unsure => AnswerEnd::Meant,
        };
        let mut whole = ends::is_whole(&finished, &[], end, &nothing_known);
        if let Some(bad) = broken(&finished) {
            self.take_bad_unit(bad)?;
            finished.tail = None;
        } else {
            whole = self.is_whole(&finished, end, whole)?;
            if let Some(last) = finished.last.as_ref().filter(|_| whole) {
                self.take_unit(Whole::new(&last.unit(), &mut None))?;
            } else if finished.goes_on {
                self.give_up(Unfit::Cut);
            } else if path(&finished).is_some_and(|path| self.deletes(path)) {
                self.give_up(Unfit::Followed);
            }
        }
        ends::end(&mut heard.summary, &finished, whole, end);
        Ok(heard)
    }

    /// Whether the last unit is whole; `by_itself` says what the answer alone
    /// shows.
    fn is_whole(
        &mut self,
        finished: &Finished,
        end: AnswerEnd,
        by_itself: bool,
    ) -> Result<bool, Error> {
        let Some(last) = &finished.last else { return Ok(by_itself) };
        if last.is_first {
            // What comes before it is done first: it may be about the same
            // file. Its deletion is not, until it is known what follows.
            if !self.deletes(last.file.path()) {
                self.release()?;
            }
            self.document.base = None;
        }
        let base = match last.is_first {
            true => {
                let whole = Whole::new(&last.unit(), &mut None);
                Some(Base { hunks: Vec::new(), ..self.base_of(&whole) })
            }
            false => self.base(),
        };
        let Some(base) = base else { return Ok(by_itself) };
        let lookup = |_: &[u8]| base.before.clone();
        let earlier: Vec<&Hunk> = base.hunks.iter().collect();
        let whole = ends::is_whole(finished, &earlier, end, &lookup);
        self.document.is_disproved = by_itself && !whole;
        Ok(whole)
    }

    /// Gives the last file patch up if nothing but a line feed follows its
    /// last hunk and its index line shows that another one was to come: who
    /// prints an answer may end it so.
    fn heed_index(&mut self, end: u64) {
        let Some(base) = self.base() else { return };
        let lookup = |_: &[u8]| base.before.clone();
        let hunks: Vec<&Hunk> = base.hunks.iter().collect();
        if end - base.end > LINE_FEED
            || !ends::is_disproved(&base.file, &hunks, &lookup)
        {
            return;
        }
        if self.document.patch.is_empty() {
            let line = Unfit::Disproved.line_of(&base.file, base.at);
            self.document.waiting.push(line);
        }
        self.give_up(Unfit::Disproved);
    }

    /// The file patch in hand, if all of it can be read.
    fn base(&self) -> Option<Base> {
        if self.document.base.is_some() {
            return self.document.base.clone();
        }
        let mut base: Option<Base> = None;
        for part in &self.document.patch {
            let Part::Unit(whole) = part else { return None };
            match &mut base {
                Some(base) => base.add(whole),
                None => base = Some(self.base_of(whole)),
            }
        }
        base
    }

    fn base_of(&self, whole: &Whole) -> Base {
        let before = match self.is_late(&whole.file) {
            true => Preimage::Unknown,
            false => self.preimage(&whole.file.old),
        };
        Base {
            file: Arc::clone(&whole.file),
            before,
            hunks: whole.hunk().cloned().into_iter().collect(),
            at: whole.at,
            end: whole.end,
        }
    }

    /// With `--per-hunk`: keeps what tells, at the end, whether the last hunk
    /// of a file is whole.
    pub(crate) fn keep_base(&mut self, whole: &Whole) {
        if whole.is_first {
            self.document.base = Some(self.base_of(whole));
        } else if let Some(base) = &mut self.document.base {
            base.add(whole);
        }
    }

    /// The content of the file of a patch before it, if one of its hunks
    /// cannot be understood without.
    pub(crate) fn ground_of(&self, parts: &[Part]) -> Option<Rc<Vec<u8>>> {
        let is_asked =
            |hunk: &Hunk| hunk.is_insertion() || !hunk.as_came.is_empty();
        if !parts.iter().filter_map(Part::hunk).any(is_asked) {
            return None;
        }
        let file = parts.iter().find_map(Part::file)?;
        if file.kind == Kind::New {
            return Some(Rc::default());
        }
        match self.preimage(&file.old) {
            Preimage::Text(text) if !self.is_late(file) => Some(text),
            _ => None,
        }
    }

    /// The file under a name, as the operations so far have left it.
    fn preimage(&self, name: &[u8]) -> Preimage {
        let path = self.names.read_bytes(name).ok();
        let bytes = path.and_then(|path| self.workspace.peek(&path));
        match bytes {
            Some(bytes) => Preimage::Text(Rc::new(bytes)),
            None => Preimage::Unknown,
        }
    }
}

/// Bytes of a line feed, with its carriage return.
const LINE_FEED: u64 = 2;

/// The file that the unfinished part is about.
fn path(finished: &Finished) -> Option<&[u8]> {
    let last = finished.last.as_ref().map(|last| last.file.path());
    last.or(finished.path.as_deref())
}

/// What the answer ends with, if it could not be a unit however it went on.
fn broken(finished: &Finished) -> Option<Rejected> {
    let (reason, tail) = (finished.fault?, finished.tail?);
    let end = finished.totals.bytes;
    Some(Rejected {
        path: finished.path.clone(),
        span: Span { start: tail.byte, end },
        line: tail.line,
        reason,
    })
}
