//! What the model has to know about operations that were not done: which,
//! why, and what the file really says there. Result lines in, text out.

use std::collections::BTreeSet;

use tornkit::path::Names;
use tornkit::report::result::{Fate, Fates, ResultLine};
use tornkit::workspace::Workspace;

/// Lines of the file shown around each place that matters.
const AROUND: u64 = 2;

/// Lines of the file shown for one operation: tokens are what this saves.
const SHOWN_LINES: usize = 15;

/// Characters shown of a line.
const SHOWN_CHARS: usize = 200;

/// Operations shown in full; a model that failed at more of them has not
/// understood something that the first ones show.
const SHOWN_OPERATIONS: usize = 20;

/// The text so far.
#[derive(Default)]
pub(crate) struct Feedback {
    fates: Fates,
    items: Vec<String>,
    more: usize,
    /// What is said of the ends of answers.
    ends: Vec<String>,
}

impl Feedback {
    /// Takes one result into account. The tree is as the model left it.
    pub(crate) fn take(
        &mut self,
        line: &ResultLine,
        workspace: &Workspace,
        names: &Names,
    ) {
        let fate = line.outcome.status;
        self.fates.count(fate);
        if fate.is_good() || fate == Fate::Skipped {
            return;
        }
        if self.items.len() == SHOWN_OPERATIONS {
            self.more += 1;
            return;
        }
        self.items.push(item(line, workspace, names));
    }

    /// Takes what is known of the end of an answer.
    pub(crate) fn end(&mut self, shortfall: String) {
        self.ends.push(shortfall);
    }

    /// The whole text; empty if everything was done and nothing is missing.
    pub(crate) fn text(&self, missing: &[String]) -> String {
        let mut text = self.failures();
        for end in &self.ends {
            let apart = if text.is_empty() { "" } else { "\n" };
            text += &format!("{apart}{}\n", printable(end));
        }
        if !missing.is_empty() {
            let names = printable(&missing.join(", "));
            let apart = if text.is_empty() { "" } else { "\n" };
            text += &format!("{apart}Still missing: {names}\n");
        }
        text
    }

    fn failures(&self) -> String {
        if self.items.is_empty() {
            return String::new();
        }
        let Fates { applied, unchanged, refused, failed, skipped } = self.fates;
        let all = applied + unchanged + refused + failed + skipped;
        let bad = refused + failed;
        let rest = match skipped {
            0 => "The others are done: do not repeat them.",
            _ => "None of the others was done either: send all again.",
        };
        let mut text = format!(
            "{bad} of {all} operations could not be done. {rest} \
             Send corrected operations for these, in the same format:\n"
        );
        for item in &self.items {
            text.push_str("\n- ");
            text.push_str(item);
        }
        if self.more > 0 {
            text += &format!("\n- and {} more\n", self.more);
        }
        text
    }
}

fn item(line: &ResultLine, workspace: &Workspace, names: &Names) -> String {
    let mut item = String::new();
    let words = [line.op.as_deref(), line.file_path.as_deref()];
    for word in words.into_iter().flatten() {
        item.push_str(word);
        item.push(' ');
    }
    let sentence = sentence(line);
    item = format!("{}: {sentence}\n", item.trim_end());
    if line.outcome.status == Fate::Refused {
        item.push_str("  Leave this file alone.\n");
    }
    let file = line.file_path.as_deref().and_then(|p| names.read(p).ok());
    let places = places(line);
    if let Some(path) = file.filter(|_| !places.is_empty())
        && let Some(bytes) = workspace.peek(&path)
    {
        item += &excerpt(&bytes, &places);
    }
    item.lines().map(|l| printable(l) + "\n").collect()
}

/// Why it was not done, without hints that are not for the model.
fn sentence(line: &ResultLine) -> &str {
    let Some(why) = &line.outcome.why else { return "not done" };
    match why.reason {
        "cut" => "the answer broke off before its end",
        "protected" => "it is protected",
        _ => why.why.as_str(),
    }
}

/// The lines that matter, and those around them.
fn places(line: &ResultLine) -> BTreeSet<u64> {
    let Some(why) = &line.outcome.why else { return BTreeSet::new() };
    if why.reason == "exists" && line.new_path.is_none() {
        return (1..=2 * AROUND + 1).collect();
    }
    let nearest = why.nearest.iter().flat_map(|n| [n.line, n.differs_at]);
    let all = why.candidates.iter().copied().chain(nearest);
    all.flat_map(|line| line.saturating_sub(AROUND)..=line + AROUND)
        .take(SHOWN_LINES)
        .collect()
}

fn excerpt(bytes: &[u8], places: &BTreeSet<u64>) -> String {
    let text = String::from_utf8_lossy(bytes);
    let lines = (1..).zip(text.lines());
    let shown = lines.filter(|(number, _)| places.contains(number));
    let mut excerpt = String::from("  The file has:\n");
    let mut last = None;
    for (number, line) in shown {
        if last.is_some_and(|last| last + 1 != number) {
            excerpt.push_str("  ...\n");
        }
        let line: String = line.chars().take(SHOWN_CHARS).collect();
        excerpt += &format!("  {number}: {line}\n");
        last = Some(number);
    }
    excerpt
}

/// Control characters other than tabs are shown as escapes.
fn printable(line: &str) -> String {
    let parts: Vec<String> =
        line.split('\t').map(tornkit::cli::printable).collect();
    parts.join("\t")
}
