//! Which file a fence, a block or a line is about.
//!
//! The lines above a unit, its info string and the first lines inside it flow
//! in; a path flows out, or that the file before may go on, or why neither is
//! sure. Names are taken only where a closed grammar says that a file is
//! addressed: everything else that looks like a name only mentions it, and
//! then the answer is no.
//!
//! Pure: what the tree has is asked through [`Known`], and only about words
//! that look like names. Whether a path is allowed is not asked here.

mod above;
mod alone;
mod comment;
mod foreign;
mod gone;
mod head;
mod info;
mod known;
mod label;
mod lead;
mod line;
mod list;
mod position;
mod quiet;
mod sentence;
mod shape;
mod spot;
mod tag;
mod tail;
mod token;
mod unfit;
mod why;
mod words;

pub use known::{Known, Listed, NoneKnown};
pub use why::Why;

use std::ops::Range;

use above::Above;
use known::ends_at_slash;
use line::{Reach, Reading};
use token::{Certainty, Name, Setting, Verdict};

/// What a unit does to its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It is the file: a name that is the end of a known path is refused,
    /// since the file may be meant or a new one.
    Whole,
    /// It changes a part of the file: a name that is the end of exactly one
    /// known path is that path.
    Edit,
}

/// What stands around a unit whose file is sought.
#[derive(Clone, Copy, Debug)]
pub struct Sought<'a> {
    /// The lines between the unit before and this one, oldest first, with the
    /// marks of quotations and lists on them.
    pub above: &'a [&'a [u8]],
    /// The info string of the fence; empty if there is none.
    pub info: &'a [u8],
    /// The first lines inside the fence, five at most are read.
    pub first: &'a [&'a [u8]],
    /// What the unit does.
    pub kind: Kind,
}

/// The file that a unit is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    /// This one, with `/` between its components and no leading `./`. It may
    /// be absolute; whether it is allowed is not judged.
    Path(Vec<u8>),
    /// Nothing here names a file; the file of the unit before may be meant.
    Inherits(Inherit),
    /// No file is surely meant.
    Nothing(Why),
}

/// What speaks for the file of the unit before. A whole file never inherits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inherit {
    /// Nothing stands between, or connectives such as `Then:`: an edit goes
    /// on in the same file.
    Bare,
    /// Words stand between: only an edit whose old text proves the file may
    /// go on in it.
    Words,
}

/// What one source says of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Said {
    /// Nothing.
    Silent,
    /// It means a file which is not clear, or that cannot be meant.
    Unfit(Why),
    /// A name.
    Name(Name),
}

/// Finds the file that a unit is about. The info string, the first comment
/// line and the lines above must agree, as far as they speak: all the same,
/// or one of them the end of the other, of which the longer is taken.
pub fn named(sought: &Sought<'_>, known: &dyn Known) -> Named {
    let own = [said_in_info(sought.info, known), in_first(sought.first, known)];
    let mut names: Vec<Name> = Vec::new();
    for said in own {
        match said {
            Said::Silent => {}
            Said::Unfit(why) => return Named::Nothing(why),
            Said::Name(name) => names.push(name),
        }
    }
    let mut is_new = false;
    match above::above(sought.above, known) {
        Above::Gone(why) => return Named::Nothing(why),
        // The unit's own name beats a mention above it.
        Above::Doubt(why) if names.is_empty() => return Named::Nothing(why),
        Above::Doubt(_) => {}
        Above::Bare if names.is_empty() => {
            return Named::Inherits(Inherit::Bare);
        }
        Above::Words if names.is_empty() => {
            return Named::Inherits(Inherit::Words);
        }
        Above::Bare | Above::Words => {}
        Above::Names(address) => {
            let path = address.name.path.as_str();
            if names.is_empty() && is_command_below(path, sought.first) {
                return Named::Nothing(Why::Command(path.to_owned()));
            }
            is_new = address.is_new;
            names.push(address.name);
        }
    }
    match agreed(names) {
        Ok(name) => resolved(&name, is_new, sought.kind, known),
        Err(why) => Named::Nothing(why),
    }
}

/// Finds the name in the info string of a fence alone; [`Inherit::Bare`] if
/// it names none.
pub fn in_info(info: &[u8], kind: Kind, known: &dyn Known) -> Named {
    let sought = Sought { above: &[], info, first: &[], kind };
    named(&sought, known)
}

/// Finds the name that a line is, alone, as a heading, after a label or
/// before a remark; a sentence around a name is none.
pub fn in_line(line: &[u8], kind: Kind, known: &dyn Known) -> Named {
    match line::read(line, known).reading {
        Reading::Names(address) if address.reach != Reach::Sentence => {
            resolved(&address.name, address.is_new, kind, known)
        }
        Reading::Names(address) => {
            Named::Nothing(Why::Mention(address.name.path))
        }
        Reading::Skip | Reading::Connective => Named::Inherits(Inherit::Bare),
        Reading::Words => Named::Inherits(Inherit::Words),
        Reading::Deleted => Named::Nothing(Why::Gone(String::new())),
        Reading::Doubt(why) => Named::Nothing(why),
    }
}

/// Decides whether a token is a file's name by itself: known, or of a form
/// that nothing else has.
pub fn is_name(token: &[u8], known: &dyn Known) -> bool {
    let Ok(token) = std::str::from_utf8(token) else { return false };
    match token::judge(token, Setting::Quoted, known) {
        Verdict::Name(name) => {
            matches!(name.certainty, Certainty::Known | Certainty::Sure)
        }
        Verdict::Unfit(_) | Verdict::Word => false,
    }
}

/// A name within a line, or what looks like one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// The bytes of the line that it takes, with its quotes or link.
    pub range: Range<usize>,
    /// The path, or why it is none.
    pub name: Result<Vec<u8>, Why>,
}

/// Finds every name in a line, whatever the words around them say; nothing
/// in a line that is not UTF-8 or longer than 4096 bytes.
pub fn mentions(line: &[u8], known: &dyn Known) -> Vec<Mention> {
    let text = std::str::from_utf8(line).unwrap_or_default();
    if text.len() > line::LONGEST_LINE {
        return Vec::new();
    }
    let mention = |spot: spot::Spot| Mention {
        range: spot.range,
        name: spot.found.map(|name| name.path.into_bytes()),
    };
    spot::spots(text, known).into_iter().map(mention).collect()
}

/// Reads an info string of bytes.
/// Decides whether the first line of a fence may stand before the one that
/// names its file: a shebang, a doctype, the opening of a comment.
pub fn is_preface(line: &[u8]) -> bool {
    std::str::from_utf8(line).is_ok_and(|line| comment::is_preface(line.trim()))
}

/// Decides whether the first line of a fence that names its file is there for
/// nothing else: a comment such as `# File: src/a.py`.
pub fn is_label(line: &[u8]) -> bool {
    std::str::from_utf8(line).is_ok_and(comment::is_label)
}

fn said_in_info(info: &[u8], known: &dyn Known) -> Said {
    if info.len() > line::LONGEST_LINE {
        return Said::Unfit(Why::TooLong);
    }
    match std::str::from_utf8(info) {
        Ok(info) => info::read(info, known),
        Err(_) => Said::Unfit(Why::NotUtf8),
    }
}

/// Reads the first lines inside a fence. Code that is not UTF-8 or very long
/// says nothing.
fn in_first(first: &[&[u8]], known: &dyn Known) -> Said {
    let short = |line: &&[u8]| line.len() <= line::LONGEST_LINE;
    let lines: Vec<&str> = first
        .iter()
        .copied()
        .take_while(short)
        .map_while(|line| std::str::from_utf8(line).ok())
        .collect();
    comment::read(&lines, known)
}

/// Whether the first line of code is a command of a shell, and the file that
/// is named above no script: then the command only uses that file.
fn is_command_below(path: &str, first: &[&[u8]]) -> bool {
    const SCRIPTS: [&str; 12] = [
        ".sh", ".bash", ".zsh", ".fish", ".ps1", ".bat", ".cmd", ".yml",
        ".yaml", ".mk", ".md", "file",
    ];
    let code = first.iter().find(|line| !line.trim_ascii().is_empty());
    let code = code.and_then(|line| std::str::from_utf8(line).ok());
    let script = SCRIPTS.iter().any(|end| path.to_lowercase().ends_with(end));
    code.is_some_and(line::is_command) && !script
}

/// The longest of names of which each ends another.
fn agreed(names: Vec<Name>) -> Result<Name, Why> {
    let mut names = names.into_iter();
    let Some(mut best) = names.next() else { return Err(Why::NoName) };
    for name in names {
        let (one, two) = (best.path.as_bytes(), name.path.as_bytes());
        if one == two || ends_at_slash(one, two) {
            continue;
        }
        if !ends_at_slash(two, one) {
            return Err(Why::TwoNames(best.path, name.path));
        }
        best = name;
    }
    Ok(best)
}

/// The path that a name stands for, which may be the end of a longer one.
fn resolved(name: &Name, is_new: bool, kind: Kind, known: &dyn Known) -> Named {
    let path = name.path.as_bytes();
    if name.certainty == Certainty::Stem {
        return document(&name.path, kind, known);
    }
    if is_new || name.path.starts_with('/') || known.has(path) {
        return Named::Path(path.to_vec());
    }
    let text = |path: &[u8]| String::from_utf8_lossy(path).into_owned();
    match known.ending_with(path).as_slice() {
        [] => {}
        [one] if kind == Kind::Edit => return Named::Path(one.clone()),
        [one] => {
            let known = text(one);
            return Named::Nothing(Why::Abbreviated(name.path.clone(), known));
        }
        _ => return Named::Nothing(Why::Ambiguous(name.path.clone())),
    }
    // A known path with a directory in front may be the same file.
    let tails = name.path.match_indices('/');
    let tails = tails.filter_map(|(at, _)| path.get(at + 1..));
    match tails.into_iter().find(|tail| known.has(tail)) {
        Some(tail) => {
            Named::Nothing(Why::Abbreviated(name.path.clone(), text(tail)))
        }
        None => Named::Path(path.to_vec()),
    }
}

/// The document that a name without extension stands for.
fn document(stem: &str, kind: Kind, known: &dyn Known) -> Named {
    const EXTENSIONS: [&str; 5] = ["", ".md", ".rst", ".txt", ".adoc"];
    let paths = EXTENSIONS.iter().map(|ext| format!("{stem}{ext}"));
    let found: Vec<String> =
        paths.filter(|path| known.has(path.as_bytes())).collect();
    match found.as_slice() {
        [one] if kind == Kind::Edit => Named::Path(one.clone().into_bytes()),
        [one] => Named::Nothing(Why::Abbreviated(stem.to_owned(), one.clone())),
        _ => Named::Nothing(Why::Ambiguous(stem.to_owned())),
    }
}

#[cfg(test)]
mod tests;
