//! The longest applyable prefix of one diff, as it arrives.

use std::convert::Infallible;
use std::ffi::OsString;

use anyhow::Error;

use tornkit::answer::{End, Format, Part, Reader, Scope, detect};
use tornkit::cli;
use tornkit::diff::{Change, Event, Finished, Hunk, Rejected, Renderer, Unit};
use tornkit::report::envelope::Envelope;
use tornkit::report::{counted, resume as report};
use tornkit::resume::diff::{self, Placed, Placer, Tree};
use tornkit::resume::{AnswerEnd, Known, OTHER, Other};
use tornkit::scan::Config;
use tornkit::span::{Cut, CutState, Loop, Span, Status, Verdict};
use tornkit::stream::{Input, Output, StreamError};
use tornkit::transcript::Piece;

use crate::mends::Mends;
use crate::repeats::Repeats;
use crate::{Run, say};

/// What became of a document that was read as a stream.
pub(crate) enum Streamed {
    /// It is a diff, and all is done.
    Done(Status),
    /// It is none, or one in an envelope; these are its bytes.
    Other(Vec<u8>),
}

/// Prints what is whole in a diff. A document whose first unit is of another
/// format, or one in an envelope, is only read.
pub(crate) fn prefix(
    run: &Run<'_>,
    operand: Option<&OsString>,
) -> Result<Streamed, Error> {
    let stdin = OsString::from("-");
    let mut input = Input::open(operand.unwrap_or(&stdin))?;
    let given = run.shared.format.map(Format::from);
    let mut head = Vec::new();
    let mut decoder = run.shared.wrapped.decoder();
    let mut ended = false;
    while !ended && decoder.is_raw().is_none() {
        let block = input.read_block()?;
        ended = block.is_empty();
        head.extend_from_slice(block);
        let Ok(()) = decoder.feed(block, &mut ignore);
    }
    let enveloped = decoder.is_raw() == Some(false);
    let chosen = run.shared.wrapped.answer.is_some();
    let is_other = given.is_some_and(|format| format != Format::Diff);
    if is_other || enveloped || chosen {
        head.append(&mut input.read_to_end()?);
        return Ok(Streamed::Other(head));
    }
    let scope = given.map_or(Scope::All, Scope::Only);
    let known = run.files.known();
    let mut reader = Reader::new(scope, Config::default(), known);
    let mut sink = Sink::new(run.output()?);
    sink.repeats.feed(&head);
    reader.feed(&head, &mut |part| sink.hear(part, run))?;
    while !ended && reader.first() != Some(Format::Diff) {
        if reader.first().is_some() {
            head.append(&mut input.read_to_end()?);
            return Ok(Streamed::Other(head));
        }
        let block = input.read_block()?;
        ended = block.is_empty();
        head.extend_from_slice(block);
        sink.repeats.feed(block);
        reader.feed(block, &mut |part| sink.hear(part, run))?;
    }
    // Only an end tells of some units that they are ones.
    let is_diff = reader.first() == Some(Format::Diff);
    if !is_diff && detect(&head) != Some(Format::Diff) {
        return Ok(Streamed::Other(head));
    }
    drop(head);
    while !ended {
        let block = input.next_block(&mut sink.out)?;
        ended = block.is_empty();
        sink.repeats.feed(block);
        reader.feed(block, &mut |part| sink.hear(part, run))?;
    }
    let end = reader.finish(&mut |part| sink.hear(part, run))?;
    sink.end(run, end).map(Streamed::Done)
}

fn ignore(_: Piece<'_>) -> Result<(), Infallible> {
    Ok(())
}

/// Where units go.
struct Sink {
    out: Output,
    renderer: Renderer,
    text: Vec<u8>,
    mends: Mends,
    repeats: Repeats,
    rejected: u64,
    /// Units among them whose place is not known.
    misplaced: u64,
    placer: Placer,
    /// The hunks of the file in hand, where its index line can be checked.
    earlier: Vec<Hunk>,
    /// What is said about rejected parts once the status is known.
    complaints: Vec<String>,
}

/// Rejected parts that are named one by one.
const NAMED_REJECTS: usize = 20;

impl Sink {
    fn new(out: Output) -> Self {
        Self {
            out,
            renderer: Renderer::default(),
            text: Vec::new(),
            mends: Mends::default(),
            repeats: Repeats::default(),
            rejected: 0,
            misplaced: 0,
            placer: Placer::default(),
            earlier: Vec::new(),
            complaints: Vec::new(),
        }
    }

    /// Takes a part of the answer. Parts in other formats than that of the
    /// first unit cannot be printed in one patch with it.
    fn hear(
        &mut self,
        part: Part<'_>,
        run: &Run<'_>,
    ) -> Result<(), StreamError> {
        match part {
            Part::Diff(event) => self.take(event, run)?,
            Part::Rejected(bad) => {
                let what = bad.why.to_string();
                self.complain("lines", bad.path.as_deref(), &what, bad.span);
            }
            part => {
                if let Some(other) = Other::of(&part) {
                    let path = other.path.as_deref();
                    self.complain(other.noun(), path, OTHER, other.span);
                }
            }
        }
        Ok(())
    }

    /// Notes a part that is not printed.
    fn complain(
        &mut self,
        what: &str,
        path: Option<&[u8]>,
        why: &str,
        span: Span,
    ) {
        self.rejected += 1;
        if self.complaints.len() < NAMED_REJECTS {
            let path = path.map(String::from_utf8_lossy);
            let path = path.map_or(String::new(), |path| {
                format!(" of '{}'", cli::printable(&path))
            });
            self.complaints.push(format!(
                "cannot read {what}{path}: {why} (joined answer, byte {})",
                span.start,
            ));
        }
    }

    fn take(
        &mut self,
        event: Event<'_>,
        run: &Run<'_>,
    ) -> Result<(), StreamError> {
        match event {
            Event::Unit(unit) => {
                self.keep(&unit, run);
                self.place(&unit, run)
            }
            Event::Rejected(bad) => {
                self.reject(&bad);
                Ok(())
            }
        }
    }

    fn reject(&mut self, bad: &Rejected) {
        self.rejected += 1;
        if self.complaints.len() < NAMED_REJECTS {
            let path = bad.path.as_deref().map(String::from_utf8_lossy);
            let path = path.map_or(String::new(), |path| {
                format!(" of '{}'", cli::printable(&path))
            });
            self.complaints.push(format!(
                "cannot read hunk{path}: {} (joined answer:{}, byte {})",
                bad.reason.describe(),
                bad.line,
                bad.span.start,
            ));
        }
    }

    fn keep(&mut self, unit: &Unit<'_>, run: &Run<'_>) {
        if unit.is_first {
            self.earlier.clear();
        }
        let is_named = run.files.are_known() && unit.file.blobs().is_some();
        if let Change::Hunk(hunk) = unit.change
            && is_named
        {
            self.earlier.push(hunk.clone());
        }
    }

    /// Writes a unit as its file shows that it is meant.
    fn place(
        &mut self,
        unit: &Unit<'_>,
        run: &Run<'_>,
    ) -> Result<(), StreamError> {
        let mut placer = std::mem::take(&mut self.placer);
        let done = run.known(|Known { lookup, roots, .. }| {
            let tree = Tree { lookup, roots };
            placer.take(unit, &tree, &mut |placed| self.put(&placed))
        });
        self.placer = placer;
        done
    }

    fn put(&mut self, placed: &Placed<'_>) -> Result<(), StreamError> {
        match placed {
            Placed::Unit(unit) => self.write(unit),
            Placed::Rejected(bad) => {
                self.misplaced += 1;
                self.reject(bad);
                Ok(())
            }
        }
    }

    fn write(&mut self, unit: &Unit<'_>) -> Result<(), StreamError> {
        for (mend, line) in unit.mends {
            self.mends.add(mend.describe(), *line, || {
                String::from_utf8_lossy(unit.file.path()).into_owned()
            });
        }
        self.text.clear();
        self.renderer.head(unit, &mut self.text);
        self.repeats.note(unit, &self.text);
        self.out.write(&self.text)?;
        self.out.write(unit.body())
    }

    fn end(mut self, run: &Run<'_>, ended: End) -> Result<Status, Error> {
        let finished = ended.diff;
        if finished.last.as_ref().is_some_and(|last| last.is_first) {
            self.earlier.clear();
        }
        let earlier: Vec<_> = self.earlier.iter().collect();
        let (whole, cut) = run.known(|Known { end, lookup, .. }| {
            let whole = diff::is_whole(&finished, &earlier, end, lookup);
            (whole, diff::cut(&finished, whole, end))
        });
        // What is open at the end may be something else than a diff.
        let cut = cut.or(match finished.is_open() {
            true => None,
            false => ended.summary.cut.filter(|c| c.state != CutState::Fence),
        });
        let mut units = finished.totals.units;
        if let Some(last) = finished.last.as_ref().filter(|_| whole) {
            units += 1;
            self.place(&last.unit(), run)?;
        }
        let mut placer = std::mem::take(&mut self.placer);
        placer.finish(&mut |placed| self.put(&placed))?;
        units -= self.misplaced;
        if !run.shared.quiet {
            say::say_unnumbered(placer.unnumbered, run.diagnostics);
        }
        let bytes = finished.totals.bytes;
        let looping = self.looping(cut.as_ref(), bytes, run.end);
        let bad = cut.is_some()
            || looping.is_some()
            || self.rejected > 0
            || units == 0;
        let status = match bad && bytes > 0 {
            true => Status::Incomplete,
            false => Status::Complete,
        };
        self.out.finish()?;
        if status == Status::Incomplete && !run.shared.quiet {
            let complaints = &self.complaints;
            explain(run, &finished, cut.as_ref(), looping, complaints, units);
        }
        let mends = self.mends;
        run.report(|| report::Joined {
            r#type: "joined",
            verdict: match cut {
                Some(_) => Verdict::Cut,
                None => Verdict::Unsure,
            },
            status: status as u8,
            format: Format::Diff.name(),
            answers: 1,
            bytes,
            complete: units,
            declared: None,
            cut: cut.as_ref(),
            looping,
            envelope: Envelope::default(),
            mends: mends.report(),
            seams: Vec::new(),
        })?;
        Ok(status)
    }

    /// The loop in which the input ends, unless somebody knows that it ends
    /// as it was meant.
    fn looping(
        &self,
        cut: Option<&Cut>,
        bytes: u64,
        end: AnswerEnd,
    ) -> Option<Loop> {
        let tail = cut.map_or(bytes, |cut| cut.tail.byte);
        let is_in_doubt = end != AnswerEnd::Certain;
        is_in_doubt.then(|| self.repeats.at_end(tail)).flatten()
    }
}

fn explain(
    run: &Run<'_>,
    finished: &Finished,
    cut: Option<&Cut>,
    looping: Option<Loop>,
    complaints: &[String],
    units: u64,
) {
    for complaint in complaints {
        run.diagnostics.say(complaint);
    }
    if let Some(looping) = looping {
        say::say_loop(looping, Format::Diff, run.diagnostics);
    }
    match cut {
        Some(cut) => {
            say::say_cut(cut, Format::Diff, units, run.diagnostics);
            if finished.last.is_some() {
                run.diagnostics.hint("diff-resume --complete");
            }
        }
        None if complaints.is_empty() && looping.is_none() => {
            run.diagnostics.say(&format!(
                "cannot find a hunk in {} of text",
                counted(finished.totals.bytes, "byte")
            ))
        }
        None => {}
    }
}
