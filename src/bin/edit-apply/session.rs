//! A run over documents: what they ask for to operations to results, group by
//! group, and what is said about each document at its end.

use std::ffi::OsString;

use anyhow::Error;

use tornkit::answer::{self, Heard, Why};
use tornkit::cli::{self, Diagnostics, Progress};
use tornkit::edit::{
    Action, Decoded, Operation, Policy, Rejected as NoOperation, Standing,
    decode, left_out,
};
use tornkit::path::Names;
use tornkit::report;
use tornkit::report::counted;
use tornkit::report::result::{Apply, Outcome, ResultLine};
use tornkit::span::{Place, Status};
use tornkit::stream::{Output, StreamError};
use tornkit::workspace::{Trouble, Workspace};

use crate::ahead::{Ahead, News};
use crate::asked::Asked;
use crate::coverage::Coverage;
use crate::document::{Document, no_operation};
use crate::feedback::Feedback;
use crate::interrupt::Interrupt;
use crate::{Args, Shown};

/// Reads and applies every operand.
pub(crate) fn run(
    args: &Args,
    out: Output,
    diagnostics: Diagnostics,
) -> Result<Status, Error> {
    let report = match &args.report {
        Some(file) => Output::file(file)?,
        None => Output::nowhere(),
    };
    let mut session = Session {
        args,
        diagnostics,
        names: args.names(),
        policy: args.policy()?,
        workspace: args.workspace()?,
        out,
        report,
        interrupt: Interrupt::catch()?,
        coverage: match &args.deliverables {
            Some(file) => Coverage::read(file)?,
            None => Coverage::default(),
        },
        feedback: Feedback::default(),
        document: Document::default(),
        progress: Progress::new(diagnostics, args.speaks_of_each()),
        said: 0,
    };
    if args.dry_run && !args.quiet && session.workspace.is_unfinished()? {
        diagnostics.say("another run is under way, or was killed");
        diagnostics.hint(&args.command("--recover"));
    }
    let mut status = Status::Complete;
    let mut whole = Vec::new();
    for operand in cli::operands(args.files.clone()) {
        let heard = session.read(operand)?;
        if args.atomic {
            session.commit()?;
            whole.push((std::mem::take(&mut session.document), heard));
        } else {
            let heard = session.end_document(heard)?;
            session.commit()?;
            status = status.worst(session.close(heard)?);
        }
    }
    if args.atomic {
        status = session.settle(whole)?;
    }
    session.end(status)
}

/// A reader that goes away takes no operation with it.
fn without_reader(why: StreamError) -> Result<(), StreamError> {
    match why {
        StreamError::ReaderGone => Ok(()),
        why => Err(why),
    }
}

/// A run: where operations go, and where it says what became of them.
pub(crate) struct Session<'a> {
    pub(crate) args: &'a Args,
    diagnostics: Diagnostics,
    pub(crate) names: Names,
    policy: Policy,
    pub(crate) workspace: Workspace,
    out: Output,
    report: Output,
    interrupt: Interrupt,
    coverage: Coverage,
    feedback: Feedback,
    pub(crate) document: Document,
    progress: Progress,
    /// Results said so far.
    said: u64,
}

impl Session<'_> {
    /// Does what a document asks for, down to what only its end tells.
    fn read(&mut self, operand: OsString) -> Result<Heard, Error> {
        let ahead = Ahead::read(operand, self.args.manner(&self.names)?)?;
        self.document = Document::default();
        let mut read = 0;
        loop {
            match self.interrupt.wait_in(|| ahead.next())? {
                News::Begun(name) => self.document.file = name,
                News::Idle => {
                    self.commit()?;
                    ahead.go_on();
                }
                News::Failed(why) => return Err(why.into()),
                News::Asked(asked, bytes) => {
                    self.take_all(asked)?;
                    read += bytes;
                    self.tick(read);
                }
                News::Ended(asked, heard) => {
                    self.take_all(asked)?;
                    return Ok(*heard);
                }
            }
        }
    }

    /// Takes what only the end of a document tells. Without `--atomic`,
    /// everything in it is then done.
    fn end_document(&mut self, heard: Heard) -> Result<Heard, Error> {
        let heard = self.end_diff(heard)?;
        self.release()?;
        for (json, at) in std::mem::take(&mut self.document.doubtful) {
            let decoded = decode(&json, &self.names, Standing::Alone);
            self.take_record(decoded, at)?;
        }
        self.document.take_tail(&heard, &self.names);
        Ok(heard)
    }

    fn tick(&mut self, read: u64) {
        let operations = self.said + self.document.waiting.len() as u64;
        self.progress.tick(|| {
            let operations = counted(operations, "operation");
            let megabytes = read as f64 / 1e6;
            format!("{operations}, {megabytes:.1} MB read")
        });
    }

    fn take_all(&mut self, asked: Vec<Asked>) -> Result<(), Error> {
        asked.into_iter().try_for_each(|asked| self.take(asked))
    }

    fn take(&mut self, asked: Asked) -> Result<(), Error> {
        // Another unit shows that the patch in hand is not cut.
        if !matches!(asked, Asked::Unit(_) | Asked::BadUnit(_)) {
            self.release()?;
        }
        match asked {
            Asked::Record(decoded, at) => self.take_record(decoded, at)?,
            Asked::Doubtful(json, at) => self.document.doubt(json, at),
            Asked::Refuted => self.document.refute(),
            Asked::Rejected(reason, at) => self.document.reject(reason, at),
            Asked::Unit(whole) => self.take_unit(whole)?,
            Asked::BadUnit(bad) => self.take_bad_unit(bad)?,
            Asked::Block(event) => self.take_block(event)?,
            Asked::Refused(bad) => {
                if bad.why == Why::AfterAll {
                    self.take_back(&bad)?;
                }
                self.document.refuse(&bad);
            }
        }
        self.commit_if_due()
    }

    /// What was said so far is thinking. What of it waits is not done; what
    /// is done already, and said to be, stays so.
    fn take_back(&mut self, bad: &answer::Rejected) -> Result<(), Error> {
        self.workspace.abandon()?;
        self.document.held.clear();
        self.document.doubtful.clear();
        self.document.take_back(&bad.why);
        Ok(())
    }

    fn take_record(
        &mut self,
        decoded: Result<Decoded, NoOperation>,
        at: Place,
    ) -> Result<(), Error> {
        match decoded {
            Ok(Decoded::Meta { .. }) => {}
            Ok(Decoded::End(end)) => self.document.end = Some(end),
            Ok(Decoded::Operation(operation)) => {
                self.take_operation(operation, at)?;
            }
            Err(rejected) => {
                self.document.waiting.push(no_operation(rejected, at));
            }
        }
        Ok(())
    }

    pub(crate) fn take_operation(
        &mut self,
        operation: Operation,
        at: Place,
    ) -> Result<(), Error> {
        if self.args.atomic {
            let untried = Outcome::skipped("not tried");
            let line = result_line(&operation, at, untried);
            let index = self.document.waiting.len();
            self.document.held.push((index, operation));
            self.document.waiting.push(line);
        } else {
            let outcome = self.perform(&operation)?;
            let line = result_line(&operation, at, outcome);
            self.document.waiting.push(line);
        }
        Ok(())
    }

    pub(crate) fn perform(
        &mut self,
        operation: &Operation,
    ) -> Result<Outcome, Trouble> {
        match self.objection(operation) {
            None => {
                self.wait_for_turn()?;
                self.workspace.perform(operation)
            }
            Some(outcome) => Ok(outcome),
        }
    }

    /// What speaks against an operation whatever the tree holds in its place.
    fn objection(&self, operation: &Operation) -> Option<Outcome> {
        if let Err(why) = self.policy.check(operation) {
            return Some(Outcome::refused("protected", why));
        }
        let before = || self.workspace.peek(&operation.path);
        let line = left_out(operation, before)?;
        let line = String::from_utf8_lossy(line.trim_ascii());
        let why = format!("a line stands for text that is left out: '{line}'");
        Some(Outcome::failed("elision", why))
    }

    /// Performs two operations on one file, or none of them.
    pub(crate) fn perform_both(
        &mut self,
        first: &Operation,
        second: &Operation,
    ) -> Result<Outcome, Trouble> {
        let objection = self.objection(first);
        match objection.or_else(|| self.objection(second)) {
            None => {
                self.wait_for_turn()?;
                self.workspace.perform_both(first, second)
            }
            Some(outcome) => Ok(outcome),
        }
    }

    /// Waits, before a group begins, until no other process writes.
    fn wait_for_turn(&mut self) -> Result<(), Trouble> {
        if self.workspace.is_in_group() {
            return Ok(());
        }
        let Self { interrupt, workspace, .. } = self;
        interrupt.wait_in(|| workspace.wait_for_turn())
    }

    /// What would keep an operation from being done after another one on
    /// the same file, which is then not done either.
    pub(crate) fn obstacle(&self, operation: &Operation) -> Option<Outcome> {
        let objection = self.objection(operation);
        objection.or_else(|| self.workspace.obstacle(operation))
    }

    /// Ends the group if it is large enough.
    pub(crate) fn commit_if_due(&mut self) -> Result<(), Error> {
        if self.workspace.is_full() || self.interrupt.is_pending() {
            self.commit()?;
        }
        Ok(())
    }

    /// Ends the group and says its results.
    fn commit(&mut self) -> Result<(), Error> {
        if !self.args.atomic {
            let committed = self.workspace.commit();
            if let Err(why) = &committed {
                self.document.fail_applied(why);
            }
            self.say_results()?;
            committed?;
        }
        self.interrupt.obey();
        Ok(())
    }

    /// With `--atomic`: performs everything that was read, and commits it if
    /// nothing was cut, refused or failed.
    fn settle(
        &mut self,
        read: Vec<(Document, Heard)>,
    ) -> Result<Status, Error> {
        let mut good = true;
        let mut documents = Vec::new();
        for (document, heard) in read {
            self.document = document;
            self.perform_held()?;
            let heard = self.end_document(heard)?;
            self.perform_held()?;
            let document = std::mem::take(&mut self.document);
            let mut lines = document.waiting.iter();
            good &= lines.all(|line| line.outcome.status.is_good());
            good &= !document.is_cut(&heard);
            documents.push((document, heard));
        }
        let committed = match good {
            true => self.workspace.commit(),
            false => self.workspace.abandon(),
        };
        let mut status = Status::Complete;
        for (mut document, heard) in documents {
            if let Err(why) = &committed {
                document.fail_applied(why);
            } else if !good {
                document.skip_applied();
            }
            self.document = document;
            self.say_results()?;
            status = status.worst(self.close(heard)?);
        }
        committed?;
        Ok(status)
    }

    fn perform_held(&mut self) -> Result<(), Trouble> {
        for (index, operation) in std::mem::take(&mut self.document.held) {
            let outcome = self.perform(&operation)?;
            if let Some(line) = self.document.waiting.get_mut(index) {
                line.outcome = outcome;
            }
        }
        Ok(())
    }

    fn say_results(&mut self) -> Result<(), Error> {
        for line in std::mem::take(&mut self.document.waiting) {
            self.said += 1;
            self.document.fates.count(line.outcome.status);
            self.coverage.take(&line);
            self.feedback.take(&line, &self.workspace, &self.names);
            self.say(&line)?;
        }
        let said = self.out.flush();
        self.keep_on(said)
    }

    fn say(&mut self, line: &ResultLine) -> Result<(), Error> {
        let file = &self.document.file;
        let text = match self.args.shown() {
            Shown::Records => line.json(),
            Shown::Lines => line.text(file),
            Shown::Feedback => return Ok(()),
            Shown::Patch => {
                if !line.outcome.status.is_good() && !self.args.quiet {
                    self.progress.clear();
                    self.diagnostics.say(&line.text(file));
                }
                return Ok(());
            }
        };
        let said = self.out.write_line(text.as_bytes());
        self.keep_on(said)
    }

    /// Says what is known only at the end of the run.
    fn end(mut self, status: Status) -> Result<Status, Error> {
        let mut status = status;
        if let Some(missing) = self.coverage.describe() {
            status = status.worst(Status::Incomplete);
            self.diagnostics.say(&cli::printable(&missing));
        }
        match self.args.shown() {
            Shown::Patch => self.say_patch()?,
            Shown::Feedback => {
                let text = self.feedback.text(&self.coverage.missing());
                let said = self.out.write(text.as_bytes());
                self.keep_on(said)?;
            }
            Shown::Lines | Shown::Records => {
                if let Some(file) = &self.args.feedback {
                    let mut out = Output::file(file)?;
                    let text = self.feedback.text(&self.coverage.missing());
                    out.write(text.as_bytes())?;
                    out.finish()?;
                }
            }
        }
        self.out.finish().or_else(without_reader)?;
        self.report.finish()?;
        Ok(status)
    }

    fn say_patch(&mut self) -> Result<(), Error> {
        let Self { workspace, out, .. } = self;
        let said = workspace.each_change(&mut |change| -> Result<_, Error> {
            Ok(out.write(&change.patch())?)
        });
        match said.map_err(|why| why.downcast::<StreamError>()) {
            Err(Ok(StreamError::ReaderGone)) | Ok(()) => Ok(()),
            Err(Ok(why)) => Err(why.into()),
            Err(Err(why)) => Err(why),
        }
    }

    /// Goes on without a reader.
    fn keep_on(&mut self, said: Result<(), StreamError>) -> Result<(), Error> {
        match said {
            Err(StreamError::ReaderGone) => self.out = Output::nowhere(),
            other => other?,
        }
        Ok(())
    }

    /// Says how a document ended, once its results are said.
    fn close(&mut self, heard: Heard) -> Result<Status, Error> {
        self.progress.clear();
        let document = &self.document;
        let status = document.judge(&heard);
        if let Some(why) = document.shortfall(&heard) {
            self.feedback.end(why);
        }
        if !self.args.quiet {
            document.explain(&heard, self.diagnostics);
        }
        let Heard { summary, outcome, .. } = heard;
        let report = Apply {
            r#type: "apply",
            file: document.file.clone(),
            run: self.workspace.run_name().to_owned(),
            status: status as u8,
            verdict: summary.verdict,
            cut: summary.cut,
            fates: document.fates,
            declared: summary.declared,
            repaired: summary.repaired,
            input_bytes: outcome.input_bytes,
            envelope: outcome.report(),
        };
        self.report.write_line(report::json_line(&report).as_bytes())?;
        Ok(status)
    }
}

pub(crate) fn result_line(
    operation: &Operation,
    at: Place,
    outcome: Outcome,
) -> ResultLine {
    let new_path = match &operation.action {
        Action::Rename(to) | Action::Copy(to) => Some(to.to_string()),
        _ => None,
    };
    ResultLine {
        op: Some(operation.action.name().into()),
        file_path: Some(operation.path.to_string()),
        new_path,
        outcome,
        at,
    }
}
