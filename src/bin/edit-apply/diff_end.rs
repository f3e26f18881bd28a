//! The end of a diff: the file that its last unit is about tells, as it is
//! then, whether the unit is whole. Nothing is opened here.

use std::rc::Rc;

use anyhow::Error;

use tornkit::diff::{Change, Finished, Hunk, Rejected, Unit};
use tornkit::resume::{AnswerEnd, Preimage, diff as ends, nothing_known};
use tornkit::scan::Heard;
use tornkit::span::{Span, Verdict};
use tornkit::transcript::{Outcome, Places};

use crate::asked::Whole;
use crate::session::Session;
use crate::units::{Part, Unfit};

/// A diff that was read to its end.
pub(crate) struct DiffEnd {
    pub(crate) finished: Finished,
    pub(crate) verdict: Verdict,
    pub(crate) outcome: Outcome,
    pub(crate) places: Places,
}

/// With `--per-hunk`: a file before the first hunk of its patch, and the
/// hunks that came since.
pub(crate) struct Base {
    before: Preimage,
    hunks: Vec<Hunk>,
}

impl Base {
    /// One of the hunks cannot be read: what the others make is not what the
    /// model meant.
    pub(crate) fn forget(&mut self) {
        self.before = Preimage::Unknown;
    }
}

impl Session<'_> {
    /// Does the last unit of a diff if it is whole, or nothing of the file
    /// patch that it would end.
    pub(crate) fn end_diff(&mut self, it: DiffEnd) -> Result<Heard, Error> {
        let DiffEnd { mut finished, verdict, outcome, places } = it;
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
            }
        }
        let mut summary = ends::summary(&finished, whole, end);
        if verdict == Verdict::Cut {
            summary.verdict = Verdict::Cut;
        }
        Ok(Heard { summary, outcome, places })
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
            // file.
            self.release()?;
            self.document.base = None;
        }
        let patch = &self.document.patch;
        if patch.iter().any(|part| matches!(part, Part::Rejected(_))) {
            // As in `Base::forget`.
            return Ok(by_itself);
        }
        let (before, earlier) = match &self.document.base {
            Some(base) => (base.before.clone(), base.hunks.iter().collect()),
            None => {
                let hunks: Vec<&Hunk> =
                    patch.iter().filter_map(Part::hunk).collect();
                (self.preimage(&last.file.old), hunks)
            }
        };
        let lookup = |_: &[u8]| before.clone();
        let whole = ends::is_whole(finished, &earlier, end, &lookup);
        self.document.is_disproved = by_itself && !whole;
        Ok(whole)
    }

    /// With `--per-hunk`: keeps what tells, at the end, whether the last hunk
    /// of a file is whole.
    pub(crate) fn keep_base(&mut self, unit: &Unit<'_>) {
        if unit.is_first {
            let before = self.preimage(&unit.file.old);
            self.document.base = Some(Base { before, hunks: Vec::new() });
        }
        if let (Change::Hunk(hunk), Some(base)) =
            (unit.change, &mut self.document.base)
        {
            base.hunks.push(hunk.clone());
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
