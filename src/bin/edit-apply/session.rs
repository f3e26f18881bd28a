//! A run over documents: bytes to records to operations to results, group
//! by group, and what is said about each document at its end.

use std::ffi::OsStr;

use anyhow::Error;

use tornkit::cli::{self, Diagnostics};
use tornkit::edit::{
    Action, DecodeError, Decoded, End, Operation, Policy,
    Rejected as NoOperation, Shift, decode,
};
use tornkit::path::Names;
use tornkit::report::result::{Apply, Fate, Fates, Outcome, ResultLine};
use tornkit::scan::{Event, Heard, Record, Rejected};
use tornkit::span::{Place, Status, Verdict};
use tornkit::stream::{Input, Output, StreamError};
use tornkit::workspace::{Trouble, Workspace};

use crate::coverage::Coverage;
use crate::feedback::Feedback;
use crate::interrupt::Interrupt;
use crate::reader::{Asked, Reader};
use crate::units::{Part, Unfit};
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
    };
    if args.dry_run && !args.quiet && session.workspace.is_unfinished()? {
        diagnostics.say("another run is under way, or was killed");
        diagnostics.hint("edit-apply --recover");
    }
    let mut status = Status::Complete;
    let mut whole = Vec::new();
    for operand in cli::operands(args.files.clone()) {
        let heard = session.read(&operand)?;
        if args.atomic {
            whole.push((std::mem::take(&mut session.document), heard));
        } else {
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
    workspace: Workspace,
    out: Output,
    report: Output,
    interrupt: Interrupt,
    coverage: Coverage,
    feedback: Feedback,
    pub(crate) document: Document,
}

/// Records in doubt that are kept, and their bytes: more than one answer
/// holds. What exceeds them fails.
const DOUBTFUL: usize = 4096;
const HELD_BYTES: usize = 32 * 1024 * 1024;

/// What is known of one document.
#[derive(Default)]
pub(crate) struct Document {
    /// Its name.
    file: String,
    /// Results that are said when their group is committed.
    pub(crate) waiting: Vec<ResultLine>,
    /// With `--atomic`: the operations of results in `waiting`, by index.
    held: Vec<(usize, Operation)>,
    /// How far the hunks of the file in hand have moved its lines.
    pub(crate) shift: Shift,
    /// Parts of the file patch in hand.
    pub(crate) patch: Vec<Part>,
    /// Records that may be lines of a broken one, until that is known.
    doubtful: Vec<(Vec<u8>, Place)>,
    fates: Fates,
    /// What a filter before us said about its own input.
    end: Option<End>,
}

impl Session<'_> {
    /// Reads a document to its end. Without `--atomic`, everything in it is
    /// then done and said.
    fn read(&mut self, operand: &OsStr) -> Result<Heard, Error> {
        let mut input = Input::open(operand)?;
        self.document = Document::new(input.name());
        let Args { wrapped, .. } = *self.args;
        let (format, ending) = (self.args.format(), self.args.ending());
        let mut answer = Reader::new(wrapped, format, ending);
        loop {
            if !input.is_ready() {
                self.commit()?;
            }
            let block = self.interrupt.wait_in(|| input.read_block())?;
            if block.is_empty() {
                break;
            }
            answer.feed(block, &mut |asked| self.take_asked(asked))?;
        }
        let heard = answer.finish(&mut |asked| self.take_asked(asked))?;
        self.release()?;
        for (json, at) in std::mem::take(&mut self.document.doubtful) {
            self.take_record(&json, at)?;
        }
        self.document.take_tail(&heard, &self.names);
        self.commit()?;
        Ok(heard)
    }

    fn take_asked(&mut self, asked: Asked<'_>) -> Result<(), Error> {
        match asked {
            Asked::Record(event) => self.take(event),
            Asked::Unit(event) => self.take_unit(event),
            Asked::CutFile => {
                self.give_up(Unfit::Cut);
                Ok(())
            }
            Asked::Block(event) => self.take_block(event),
        }
    }

    fn take(&mut self, event: Event<'_>) -> Result<(), Error> {
        match event {
            Event::Record(record) if record.doubtful => {
                self.document.doubt(&record);
            }
            Event::Record(record) => {
                self.take_record(record.json, place(&record))?
            }
            Event::Refuted => self.document.refute(),
            Event::Rejected(rejected) => self.document.reject(&rejected),
            Event::RejectedMore(_) => {}
        }
        self.commit_if_due()
    }

    fn take_record(&mut self, json: &[u8], at: Place) -> Result<(), Error> {
        match decode(json, &self.names) {
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
        let mut line = result_line(&operation, at);
        if self.args.atomic {
            let index = self.document.waiting.len();
            self.document.held.push((index, operation));
        } else {
            line.outcome = self.perform(&operation)?;
        }
        self.document.waiting.push(line);
        Ok(())
    }

    pub(crate) fn perform(
        &mut self,
        operation: &Operation,
    ) -> Result<Outcome, Trouble> {
        match self.policy.check(operation) {
            Ok(()) => self.workspace.perform(operation),
            Err(why) => Ok(Outcome::refused("protected", why)),
        }
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
        mut documents: Vec<(Document, Heard)>,
    ) -> Result<Status, Error> {
        let mut good = true;
        for (document, heard) in &mut documents {
            for (index, operation) in std::mem::take(&mut document.held) {
                if let Some(line) = document.waiting.get_mut(index) {
                    line.outcome = self.perform(&operation)?;
                }
            }
            let mut lines = document.waiting.iter();
            good &= lines.all(|line| line.outcome.status.is_good());
            good &= !document.is_cut(heard);
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

    fn say_results(&mut self) -> Result<(), Error> {
        for line in std::mem::take(&mut self.document.waiting) {
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
                let said = self.out.write(self.feedback.text().as_bytes());
                self.keep_on(said)?;
            }
            Shown::Lines | Shown::Records => {
                if let Some(file) = &self.args.feedback {
                    let mut out = Output::file(file)?;
                    out.write(self.feedback.text().as_bytes())?;
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
        let document = &self.document;
        let status = document.judge(&heard);
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
        self.report.write_line(&serde_json::to_vec(&report)?)?;
        Ok(status)
    }
}

impl Document {
    fn new(file: &str) -> Self {
        Self { file: file.to_owned(), ..Self::default() }
    }

    /// Keeps a record until it is known whether it is the model's own.
    fn doubt(&mut self, record: &Record<'_>) {
        self.doubtful.push((record.json.to_vec(), place(record)));
        let held = self.doubtful.iter().map(|(json, _)| json.len());
        if self.doubtful.len() > DOUBTFUL || held.sum::<usize>() > HELD_BYTES {
            self.refute();
        }
    }

    /// The records in doubt stand in the text of a broken operation.
    fn refute(&mut self) {
        for (_, at) in std::mem::take(&mut self.doubtful) {
            let why = "it stands inside an operation that is broken";
            self.waiting.push(nameless(Outcome::failed("inside", why), at));
        }
    }

    fn reject(&mut self, rejected: &Rejected<'_>) {
        let why = rejected.reason.describe();
        let outcome = Outcome::failed("rejected-record", why);
        self.waiting.push(nameless(outcome, rejected.at));
    }

    /// The unfinished operation at the end of a cut document.
    fn take_tail(&mut self, heard: &Heard, names: &Names) {
        let cut = heard.summary.cut.as_ref();
        if let Some(cut) = cut.filter(|c| c.lost_bytes > 0) {
            let name = cut.file_path.as_deref().map(|p| names.read(p));
            let outcome = match name {
                Some(Err(why)) => Outcome::refused(why.code(), why),
                _ => Outcome::failed("cut", "cut"),
            };
            let mut line = nameless(outcome, cut.tail);
            line.file_path.clone_from(&cut.file_path);
            self.waiting.push(line);
        }
    }

    /// A group that could not be published has applied nothing.
    fn fail_applied(&mut self, why: &Trouble) {
        for line in self.applied() {
            line.outcome = Outcome::failed("io", why);
        }
    }

    fn skip_applied(&mut self) {
        for line in self.applied() {
            line.outcome = Outcome::skipped("it is all or nothing");
        }
    }

    fn applied(&mut self) -> impl Iterator<Item = &mut ResultLine> {
        let lines = self.waiting.iter_mut();
        lines.filter(|line| line.outcome.status == Fate::Applied)
    }

    fn judge(&self, heard: &Heard) -> Status {
        let bad = self.is_cut(heard) || self.found_nothing(heard);
        if bad || !self.fates.all_good() {
            Status::Incomplete
        } else {
            Status::Complete
        }
    }

    /// Whether the document, or what a filter made it from, was cut.
    fn is_cut(&self, heard: &Heard) -> bool {
        heard.summary.verdict == Verdict::Cut
            || self.upstream() == Some(Verdict::Cut)
    }

    fn upstream(&self) -> Option<Verdict> {
        self.end.as_ref().map(|end| end.verdict)
    }

    /// Bytes, but no operation among them, and nothing that says that there
    /// need not be one.
    fn found_nothing(&self, heard: &Heard) -> bool {
        heard.outcome.input_bytes > 0
            && self.fates == Fates::default()
            && heard.summary.declared != Some(0)
            && self.upstream() != Some(Verdict::Complete)
    }

    fn explain(&self, heard: &Heard, diagnostics: Diagnostics) {
        let summary = &heard.summary;
        if summary.cut.is_some() {
            diagnostics.say(&self.describe_cut(heard));
        } else if self.is_cut(heard) {
            diagnostics.say(&self.describe_upstream_cut());
        } else if self.found_nothing(heard) {
            let (file, bytes) = (&self.file, summary.bytes.total());
            diagnostics.say(&format!(
                "cannot find an operation in '{file}': {bytes} bytes of \
                 other text (ends at byte {bytes})"
            ));
            diagnostics.hint("edit-apply --instructions");
        }
    }

    fn describe_cut(&self, heard: &Heard) -> String {
        let summary = &heard.summary;
        let Some(cut) = &summary.cut else { return String::new() };
        let mut text = format!("input cut {}", cut.state.describe());
        if let Some(path) = &cut.file_path {
            text += &format!(" of '{}'", cli::printable(path));
        }
        text += &format!(": {} operations whole", summary.operations);
        if let Some(declared) = summary.declared {
            text += &format!(" of {declared}");
        }
        if let Some(why) = heard.outcome.why_cut() {
            text += &format!("; {}", cli::printable(&why));
        }
        let file = &self.file;
        let end = Place { byte: cut.byte, line: cut.line };
        let Place { byte, line } = heard.in_input(end);
        text + &format!(" ({file}:{line}, byte {byte})")
    }

    fn describe_upstream_cut(&self) -> String {
        let mut text = "input cut before it was filtered".to_owned();
        let Some(end) = &self.end else { return text };
        if let Some(path) = &end.file_path {
            text += &format!(", in '{}'", cli::printable(path));
        }
        if let (Some(line), Some(byte)) = (end.line, end.byte) {
            text += &format!(" (line {line}, byte {byte})");
        }
        text
    }
}

pub(crate) fn result_line(operation: &Operation, at: Place) -> ResultLine {
    let new_path = match &operation.action {
        Action::Rename(to) | Action::Copy(to) => Some(to.to_string()),
        _ => None,
    };
    ResultLine {
        op: Some(operation.action.name().to_owned()),
        file_path: Some(operation.path.to_string()),
        new_path,
        outcome: Outcome::skipped("not tried"),
        at,
    }
}

fn place(record: &Record<'_>) -> Place {
    Place { byte: record.span.start, line: record.line }
}

fn no_operation(rejected: NoOperation, at: Place) -> ResultLine {
    let NoOperation { op, file_path, why } = rejected;
    let outcome = match why {
        DecodeError::Name(name) => Outcome::refused(name.code(), name),
        why => Outcome::failed(why.code(), why),
    };
    ResultLine { op, file_path, new_path: None, outcome, at }
}

fn nameless(outcome: Outcome, at: Place) -> ResultLine {
    let (op, file_path, new_path) = (None, None, None);
    ResultLine { op, file_path, new_path, outcome, at }
}
