//! One document: the results that it came to, and what is said of it at its
//! end. Records and results in, words out; no tree.

use std::borrow::Cow;
use std::collections::BTreeSet;

use tornkit::answer::{self, Heard};
use tornkit::blocks::Change;
use tornkit::cli::{self, Diagnostics};
use tornkit::edit::endings::Habit;
use tornkit::edit::{
    DecodeError, End, Operation, Rejected as NoOperation, Shift,
};
use tornkit::path::{Names, RelPath};
use tornkit::report::result::{Fate, Fates, Outcome, ResultLine};
use tornkit::report::{counted, repeated};
use tornkit::scan::Reason;
use tornkit::span::{Place, Status, Verdict};
use tornkit::workspace::Trouble;

use crate::diff_end::Base;
use crate::units::Part;

/// Records in doubt that are kept, and their bytes: more than one answer
/// holds. What exceeds them fails.
const DOUBTFUL: usize = 4096;
const HELD_BYTES: usize = 32 * 1024 * 1024;

/// Why a last hunk that seems whole is not done.
pub(crate) const DISPROVED: &str = "cut: it does not make the file that its \
     index line names; --complete takes it as whole";

/// What is known of one document.
#[derive(Default)]
pub(crate) struct Document {
    /// Its name.
    pub(crate) file: String,
    /// Results that are said when their group is committed.
    pub(crate) waiting: Vec<ResultLine>,
    /// With `--atomic`: the operations of results in `waiting`, by index.
    pub(crate) held: Vec<(usize, Operation)>,
    /// How far the hunks of the file in hand have moved its lines.
    pub(crate) shift: Shift,
    /// Files that a diff has changed so far, or is thought to have.
    pub(crate) changed: BTreeSet<RelPath>,
    /// What the files of a diff so far show of its line endings.
    pub(crate) habit: Habit,
    /// Whether the file patch in hand copies or renames one of them.
    pub(crate) is_late: bool,
    /// Parts of the file patch in hand.
    pub(crate) patch: Vec<Part>,
    /// What the last hunk of the file in hand is judged by, if those before
    /// it are done.
    pub(crate) base: Option<Base>,
    /// Whether only the tree shows that the last unit is cut.
    pub(crate) is_disproved: bool,
    /// The first blocks, by their files.
    pub(crate) blocks: Vec<(Vec<u8>, Change)>,
    /// Records that may be lines of a broken one, until that is known.
    pub(crate) doubtful: Vec<(Vec<u8>, Place)>,
    pub(crate) fates: Fates,
    /// What a filter before us said about its own input.
    pub(crate) end: Option<End>,
}

impl Document {
    /// Keeps a record until it is known whether it is the model's own.
    pub(crate) fn doubt(&mut self, json: Vec<u8>, at: Place) {
        self.doubtful.push((json, at));
        let held = self.doubtful.iter().map(|(json, _)| json.len());
        if self.doubtful.len() > DOUBTFUL || held.sum::<usize>() > HELD_BYTES {
            self.refute();
        }
    }

    /// The records in doubt stand in the text of a broken operation.
    pub(crate) fn refute(&mut self) {
        for (_, at) in std::mem::take(&mut self.doubtful) {
            let why = "it stands inside an operation that is broken";
            self.waiting.push(nameless(Outcome::failed("inside", why), at));
        }
    }

    /// Lines that carry the mark of an edit and cannot be taken as one.
    pub(crate) fn refuse(&mut self, bad: &answer::Rejected) {
        let at = Place { byte: bad.span.start, line: bad.line };
        let outcome = Outcome::failed("rejected-part", &bad.why);
        let path = bad.path.as_deref().map(String::from_utf8_lossy);
        let file_path = path.map(Cow::into_owned);
        self.waiting.push(ResultLine { file_path, ..nameless(outcome, at) });
    }

    pub(crate) fn reject(&mut self, reason: Reason, at: Place) {
        let outcome = Outcome::failed("rejected-record", reason.describe());
        self.waiting.push(nameless(outcome, at));
    }

    /// The unfinished operation at the end of a cut document.
    pub(crate) fn take_tail(&mut self, heard: &Heard, names: &Names) {
        let cut = heard.summary.cut.as_ref();
        if let Some(cut) = cut.filter(|c| c.lost_bytes > 0) {
            let name = cut.file_path.as_deref().map(|p| names.read(p));
            let outcome = match name {
                Some(Err(why)) => Outcome::refused(why.code(), why),
                _ if self.is_disproved => Outcome::failed("cut", DISPROVED),
                _ => Outcome::failed("cut", "cut"),
            };
            let mut line = nameless(outcome, cut.tail);
            line.file_path.clone_from(&cut.file_path);
            self.waiting.push(line);
        }
    }

    /// A group that could not be published has applied nothing.
    pub(crate) fn fail_applied(&mut self, why: &Trouble) {
        for line in self.applied() {
            line.outcome = Outcome::failed("io", why);
        }
    }

    /// What waits stands in what turned out to be thinking.
    pub(crate) fn take_back(&mut self, why: &answer::Why) {
        for line in &mut self.waiting {
            line.outcome = Outcome::failed("thinking", why);
        }
    }

    pub(crate) fn skip_applied(&mut self) {
        for line in self.applied() {
            line.outcome = Outcome::skipped("it is all or nothing");
        }
    }

    fn applied(&mut self) -> impl Iterator<Item = &mut ResultLine> {
        let lines = self.waiting.iter_mut();
        lines.filter(|line| line.outcome.status == Fate::Applied)
    }

    pub(crate) fn judge(&self, heard: &Heard) -> Status {
        let bad = self.is_cut(heard) || self.found_nothing(heard);
        let bad = bad || heard.outcome.foreign > 0;
        let bad = bad || heard.summary.looping.is_some();
        if heard.outcome.absent.is_some() {
            Status::Trouble
        } else if bad || !self.fates.all_good() {
            Status::Incomplete
        } else {
            Status::Complete
        }
    }

    /// Whether the document, or what a filter made it from, was cut.
    pub(crate) fn is_cut(&self, heard: &Heard) -> bool {
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

    /// What the model has to know of the document's end, if that is not
    /// said of an operation.
    pub(crate) fn shortfall(&self, heard: &Heard) -> Option<String> {
        let looping = heard.summary.looping.is_some();
        if looping {
            Some("The answer ends in a loop. Begin its end anew.".to_owned())
        } else if self.is_cut(heard) {
            let path = heard.summary.cut.as_ref();
            let path = path.and_then(|cut| cut.file_path.as_deref());
            let path = path.map_or(String::new(), |path| {
                format!(", in '{}'", cli::printable(path))
            });
            Some(format!(
                "The answer broke off before its end{path}. Send what is \
                 missing."
            ))
        } else if self.found_nothing(heard) {
            let what = "No edit was found in the answer. Send it in the \
                        format that was asked for.";
            Some(what.to_owned())
        } else {
            None
        }
    }

    pub(crate) fn explain(&self, heard: &Heard, diagnostics: Diagnostics) {
        let summary = &heard.summary;
        if let Some(why) = &heard.outcome.absent {
            let file = &self.file;
            return diagnostics.say(&format!("cannot read '{file}': {why}"));
        }
        if let Some(left_out) = heard.outcome.left_out() {
            let file = &self.file;
            diagnostics.say(&format!("cannot use {left_out} ({file})"));
            diagnostics.hint("edit-apply --from raw");
        }
        if let Some(looping) = summary.looping {
            diagnostics.say(&format!(
                "cannot trust the end of '{}': {}; ask anew",
                self.file,
                repeated(looping, "record"),
            ));
        }
        if summary.cut.is_some() {
            diagnostics.say(&self.describe_cut(heard));
        } else if self.is_cut(heard) {
            diagnostics.say(&self.describe_upstream_cut());
        } else if self.found_nothing(heard) {
            let (file, bytes) = (&self.file, summary.bytes.total());
            let all = counted(bytes, "byte");
            diagnostics.say(&format!(
                "cannot find an operation in '{file}': {all} of other text \
                 (ends at byte {bytes})"
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
        let whole = counted(summary.operations, "operation");
        text += &format!(": {whole} whole");
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

pub(crate) fn no_operation(rejected: NoOperation, at: Place) -> ResultLine {
    let NoOperation { op, file_path, why } = rejected;
    let outcome = match why {
        DecodeError::Name(name) => Outcome::refused(name.code(), name),
        why => Outcome::failed(why.code(), why),
    };
    let op = op.map(Cow::Owned);
    ResultLine { op, file_path, new_path: None, outcome, at }
}

fn nameless(outcome: Outcome, at: Place) -> ResultLine {
    let (op, file_path, new_path) = (None, None, None);
    ResultLine { op, file_path, new_path, outcome, at }
}
