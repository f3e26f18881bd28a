//! Real changes as a model would write them in blocks, and what becomes of
//! a tree by them.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::rc::Rc;

use tornkit::answer::{self, Format, Part, Scope};
use tornkit::blocks::{Block, Event};
use tornkit::edit::{
    Action, FromUnit, Matching, Operation, from_block, modify,
};
use tornkit::path::Names;
use tornkit::resume::Preimage;

use crate::history::Sample;

/// A change written in blocks.
pub struct Answer {
    pub name: String,
    pub format: Format,
    /// How its blocks are spelt.
    pub spelling: &'static str,
    pub text: Vec<u8>,
    pub files: BTreeMap<String, Rc<Vec<u8>>>,
}

/// Spellings of blocks: a format may have several.
pub const SPELLINGS: [(&str, Format); 6] = [
    ("v4a", Format::V4a),
    ("aider", Format::SearchReplace),
    ("in-fence", Format::SearchReplace),
    ("cline", Format::SearchReplace),
    ("roo", Format::SearchReplace),
    ("whole-file", Format::WholeFile),
];

/// One file of a change.
struct Change {
    old: Option<String>,
    new: Option<String>,
    hunks: Vec<Hunk>,
}

struct Hunk {
    line: u64,
    section: String,
    lines: Vec<(char, String)>,
}

/// Reads a diff of git's own; nothing for one that is not plain text.
fn changes(diff: &str) -> Option<Vec<Change>> {
    let mut found: Vec<Change> = Vec::new();
    let mut left = 0;
    for line in diff.lines() {
        if left > 0 && !line.starts_with('\\') {
            let hunk = found.last_mut()?.hunks.last_mut()?;
            let sign = line.chars().next()?;
            left -= if sign == ' ' { 2 } else { 1 };
            hunk.lines.push((sign, line[1..].to_owned()));
        } else if let Some(names) = line.strip_prefix("diff --git a/") {
            let name = names.split_once(" b/")?.0.to_owned();
            let (old, new) = (Some(name.clone()), Some(name));
            found.push(Change { old, new, hunks: Vec::new() });
        } else if line.starts_with("new file") {
            found.last_mut()?.old = None;
        } else if line.starts_with("deleted file") {
            found.last_mut()?.new = None;
        } else if let Some(name) = line.strip_prefix("rename to ") {
            found.last_mut()?.new = Some(name.to_owned());
        } else if let Some(rest) = line.strip_prefix("@@ -") {
            let (numbers, section) = rest.split_once(" @@")?;
            let (old, new) = numbers.split_once(" +")?;
            let pair = |text: &str| -> Option<(u64, u64)> {
                let (a, b) = text.split_once(',').unwrap_or((text, "1"));
                Some((a.parse().ok()?, b.parse().ok()?))
            };
            let ((line, old), (_, new)) = (pair(old)?, pair(new)?);
            left = old + new;
            let section = section.trim().to_owned();
            let lines = Vec::new();
            found.last_mut()?.hunks.push(Hunk { line, section, lines });
        } else if line.starts_with('\\') || line.starts_with("GIT binary") {
            return None;
        }
    }
    Some(found)
}

impl Hunk {
    fn side(&self, other: char) -> String {
        let lines = self.lines.iter().filter(|(sign, _)| *sign != other);
        lines.map(|(_, text)| format!("{text}\n")).collect()
    }
}

/// A change of the history as an answer; nothing if it cannot be said so, or
/// if the uncut answer does not apply.
pub fn answer(
    sample: &Sample,
    spelling: &'static str,
    format: Format,
) -> Option<Answer> {
    let diff = std::str::from_utf8(&sample.diff).ok()?;
    let changes = changes(diff)?;
    let files: BTreeMap<_, _> = sample
        .files()
        .map(|(name, text)| {
            let name = String::from_utf8_lossy(name).into_owned();
            (name, Rc::new(text.to_vec()))
        })
        .collect();
    let mut text = String::from("I make the changes that you asked for.\n\n");
    if spelling == "v4a" {
        text = "*** Begin Patch\n".to_owned();
    }
    for change in &changes {
        write(&mut text, change, spelling, &files)?;
    }
    if spelling == "v4a" {
        text += "*** End Patch\n";
    }
    let name = format!("{} {spelling}", sample.name);
    let text = text.into_bytes();
    let answer = Answer { name, format, spelling, text, files };
    let (tree, misfits) = answer.tree(&answer.blocks(&answer.text)?);
    (misfits == 0 && tree != answer.files).then_some(answer)
}

fn write(
    text: &mut String,
    change: &Change,
    spelling: &str,
    files: &BTreeMap<String, Rc<Vec<u8>>>,
) -> Option<()> {
    match spelling {
        "v4a" => write_patch(text, change)?,
        "whole-file" => {
            let new = change.new.as_ref()?;
            let mut body = match &change.old {
                None => String::new(),
                Some(old) => {
                    String::from_utf8(files.get(old)?.to_vec()).ok()?
                }
            };
            for hunk in &change.hunks {
                let (old, new) = (hunk.side('+'), hunk.side('-'));
                match old.is_empty() {
                    true => body = new,
                    false => {
                        let at = body.find(&old)?;
                        body.replace_range(at..at + old.len(), &new);
                    }
                }
            }
            if !body.is_empty() && !body.ends_with('\n') {
                // A fence stands on a line of its own.
                body.push('\n');
            }
            let mut fence = "```".to_owned();
            while body.contains(&fence) {
                fence += "``";
            }
            *text += &format!("{new}\n{fence}\n{body}{fence}\n\n");
        }
        _ => {
            let (name, new) = (change.new.as_ref()?, &change.new);
            if change.old.is_some() && change.old != *new {
                return None;
            }
            for hunk in &change.hunks {
                let (old, new) = (hunk.side('+'), hunk.side('-'));
                *text += &search(spelling, name, hunk.line, &old, &new);
            }
        }
    }
    Some(())
}

fn search(
    spelling: &str,
    name: &str,
    line: u64,
    old: &str,
    new: &str,
) -> String {
    let body = format!("{old}=======\n{new}");
    match spelling {
        "aider" => format!(
            "{name}\n```text\n<<<<<<< SEARCH\n{body}>>>>>>> REPLACE\n```\n\n"
        ),
        "in-fence" => format!(
            "```text\n{name}\n<<<<<<< SEARCH\n{body}>>>>>>> REPLACE\n```\n\n"
        ),
        "cline" => format!(
            "<path>{name}</path>\n<diff>\n------- SEARCH\n{body}+++++++ \
             REPLACE\n</diff>\n\n"
        ),
        _ => format!(
            "<path>{name}</path>\n<diff>\n<<<<<<< SEARCH\n:start_line:{line}\n\
             -------\n{body}>>>>>>> REPLACE\n</diff>\n\n"
        ),
    }
}

fn write_patch(text: &mut String, change: &Change) -> Option<()> {
    match (&change.old, &change.new) {
        (Some(old), None) => *text += &format!("*** Delete File: {old}\n"),
        (None, Some(new)) => {
            *text += &format!("*** Add File: {new}\n");
            for line in change.hunks.first()?.side('-').lines() {
                *text += &format!("+{line}\n");
            }
        }
        (Some(old), Some(new)) => {
            *text += &format!("*** Update File: {old}\n");
            if old != new {
                *text += &format!("*** Move to: {new}\n");
            }
            for hunk in &change.hunks {
                let _ = &hunk.section;
                *text += "@@\n";
                for (sign, line) in &hunk.lines {
                    *text += &format!("{sign}{line}\n");
                }
            }
        }
        (None, None) => return None,
    }
    Some(())
}

impl Answer {
    pub fn preimage(&self, name: &[u8]) -> Preimage {
        let name = String::from_utf8_lossy(name);
        match self.files.get(name.as_ref()) {
            Some(text) => Preimage::Text(Rc::clone(text)),
            None => Preimage::Absent,
        }
    }

    /// The blocks of a text; nothing if it has something that is broken, or
    /// if one is open.
    pub fn blocks(&self, text: &[u8]) -> Option<Vec<Block>> {
        let mut blocks = Vec::new();
        let mut broken = false;
        let mut sink = |part: Part<'_>| {
            match part {
                Part::Block(Event::Block(block)) => blocks.push(block),
                _ => broken = true,
            }
            Ok::<(), Infallible>(())
        };
        let Ok(end) = answer::read(text, Scope::Blocks, &mut sink);
        (!broken && end.blocks.open.is_none()).then_some(blocks)
    }

    /// The tree after some blocks, and how many did not fit.
    pub fn tree(
        &self,
        blocks: &[Block],
    ) -> (BTreeMap<String, Rc<Vec<u8>>>, usize) {
        let mut tree = self.files.clone();
        let mut misfits = 0;
        for block in blocks {
            let steps = match from_block(block, &Names::default()) {
                Ok(FromUnit::One(one)) => vec![one],
                Ok(FromUnit::Both(one, two)) => vec![one, two],
                Err(_) => {
                    misfits += 1;
                    continue;
                }
            };
            for Operation { path, action, .. } in steps {
                let name = path.as_str().to_owned();
                match action {
                    Action::Create(text)
                    | Action::Fill(text)
                    | Action::Write(text) => {
                        tree.insert(name, Rc::new(text));
                    }
                    Action::Delete => drop(tree.remove(&name)),
                    Action::Rename(to) => {
                        if let Some(text) = tree.remove(&name) {
                            tree.insert(to.as_str().to_owned(), text);
                        }
                    }
                    Action::Copy(_) => panic!("no block says copy"),
                    Action::Modify(edits) => {
                        let text = tree.get(&name).cloned();
                        let new = text.and_then(|text| {
                            modify(&text, &edits, Matching::Exact).ok()
                        });
                        match new {
                            Some(new) => {
                                tree.insert(name, Rc::new(new.bytes));
                            }
                            None => misfits += 1,
                        }
                    }
                }
            }
        }
        (tree, misfits)
    }
}
