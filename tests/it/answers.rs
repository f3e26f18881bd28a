//! One change of one file, said in every format in which an answer can say
//! it. What must come of it is known from the change alone.

use std::collections::BTreeMap;

use serde_json::Value;

/// Files by name.
pub type Tree = BTreeMap<String, String>;

/// Lines of a file that become others. A new file has no old text, and a
/// file that goes no new one.
#[derive(Clone, Debug)]
pub struct Change {
    pub path: String,
    /// The file before, or nothing.
    pub before: Option<String>,
    /// Whole lines that stand in it once.
    pub old: String,
    pub new: String,
}

impl Change {
    /// The file after the change.
    pub fn after(&self) -> String {
        match &self.before {
            Some(text) => text.replacen(&self.old, &self.new, 1),
            None => self.new.clone(),
        }
    }

    /// Whether nothing of the file is left.
    pub fn is_deletion(&self) -> bool {
        self.before.is_some() && self.after().is_empty()
    }

    /// The same change with another new text.
    pub fn becoming(&self, new: &str) -> Self {
        Self { new: new.into(), ..self.clone() }
    }
}

/// What a unit is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    Ops,
    Anthropic,
    Openai,
    GitDiff,
    PlainDiff,
    Hunk,
    V4a,
    Aider,
    Inside,
    Bare,
    Cline,
    WholeFile,
}

pub const FORMATS: [Format; 12] = [
    Format::Ops,
    Format::Anthropic,
    Format::Openai,
    Format::GitDiff,
    Format::PlainDiff,
    Format::Hunk,
    Format::V4a,
    Format::Aider,
    Format::Inside,
    Format::Bare,
    Format::Cline,
    Format::WholeFile,
];

impl Format {
    /// Whether a unit of it is a tool call of an API's body.
    pub fn is_call(self) -> bool {
        matches!(self, Self::Anthropic | Self::Openai)
    }

    /// Whether its name stands above the unit and not in it.
    pub fn is_named_above(self) -> bool {
        matches!(self, Self::Hunk | Self::Aider | Self::Bare | Self::WholeFile)
    }

    /// The language behind the fence that it usually stands in.
    pub fn info(self) -> Option<&'static str> {
        match self {
            Self::GitDiff | Self::PlainDiff | Self::Hunk => Some("diff"),
            Self::Aider | Self::Inside | Self::WholeFile => Some("python"),
            _ => None,
        }
    }
}

/// Whether a unit says which file it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Name {
    Said,
    Missing,
}

/// A JSON object whose keys stand in the order in which they are given: a
/// model and an API write the telling ones first.
pub fn object(members: &[(&str, String)]) -> String {
    let member = |(key, value): &(&str, String)| format!("\"{key}\":{value}");
    let members: Vec<String> = members.iter().map(member).collect();
    format!("{{{}}}", members.join(","))
}

/// A JSON string.
pub fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// A tool's name and its input.
#[derive(Clone, Debug)]
pub struct Call {
    pub tool: &'static str,
    pub input: String,
}

impl Call {
    /// The call as a record on a line of its own.
    fn record(&self) -> String {
        object(&[
            ("type", quoted("tool_call")),
            ("name", quoted(self.tool)),
            ("input", self.input.clone()),
        ])
    }
}

/// A change as a call of the tool Edit, or Write for a new file.
pub fn call(change: &Change, name: Name) -> Call {
    let mut members = vec![("file_path", quoted(&change.path))];
    if name == Name::Missing {
        members.clear();
    }
    let tool = match &change.before {
        Some(_) => {
            members.push(("old_string", quoted(&change.old)));
            members.push(("new_string", quoted(&change.new)));
            "Edit"
        }
        None => {
            members.push(("content", quoted(&change.new)));
            "Write"
        }
    };
    Call { tool, input: object(&members) }
}

fn operation(change: &Change, name: Name) -> String {
    let path = ("file_path", quoted(&change.path));
    let mut members = match &change.before {
        None => vec![
            ("type", quoted("create")),
            path,
            ("content", quoted(&change.new)),
        ],
        Some(_) if change.is_deletion() => {
            vec![("type", quoted("delete")), path]
        }
        Some(_) => {
            let edit = object(&[
                ("type", quoted("replace")),
                ("old_text", quoted(&change.old)),
                ("new_text", quoted(&change.new)),
            ]);
            let edits = ("operations", format!("[{edit}]"));
            vec![("type", quoted("modify")), path, edits]
        }
    };
    if name == Name::Missing {
        members.remove(1);
    }
    object(&members) + "\n"
}

fn marked(sign: char, text: &str) -> String {
    text.split_inclusive('\n').map(|line| format!("{sign}{line}")).collect()
}

/// What surrounds the old lines: up to three lines on either side, and the
/// number of the first of them.
fn context(change: &Change) -> (String, String, usize) {
    let text = change.before.clone().unwrap_or_default();
    let Some(at) = text.find(&change.old) else {
        return (String::new(), String::new(), 0);
    };
    let above: Vec<&str> = text[..at].split_inclusive('\n').collect();
    let below = text[at + change.old.len()..].split_inclusive('\n').take(3);
    let first = above.len().saturating_sub(3);
    (above[first..].concat(), below.collect(), first + 1)
}

/// One hunk with right counts.
pub fn hunk(change: &Change) -> String {
    let (above, below, first) = context(change);
    let around = above.lines().count() + below.lines().count();
    let old = around + change.old.lines().count();
    let new = around + change.new.lines().count();
    let new_first = if new == 0 { 0 } else { first.max(1) };
    let first = if old == 0 { 0 } else { first };
    format!(
        "@@ -{first},{old} +{new_first},{new} @@\n{}{}{}{}",
        marked(' ', &above),
        marked('-', &change.old),
        marked('+', &change.new),
        marked(' ', &below),
    )
}

fn diff(change: &Change, name: Name, git: bool) -> String {
    let path = &change.path;
    let gone = change.is_deletion();
    let mut head = String::new();
    if git {
        head += &match (&change.before, gone) {
            (None, _) => {
                format!("diff --git a/{path} b/{path}\nnew file mode 100644\n")
            }
            (_, true) => format!(
                "diff --git a/{path} b/{path}\ndeleted file mode 100644\n"
            ),
            _ => format!(
                "diff --git a/{path} b/{path}\nindex 1111111..2222222 100644\n"
            ),
        };
    }
    head += &match change.before {
        Some(_) => format!("--- a/{path}\n"),
        None => "--- /dev/null\n".into(),
    };
    head += &match gone {
        true => "+++ /dev/null\n".into(),
        false => format!("+++ b/{path}\n"),
    };
    if name == Name::Missing {
        head.clear();
    }
    head + &hunk(change)
}

fn v4a(change: &Change, name: Name) -> String {
    let path = if name == Name::Said { &*change.path } else { "" };
    let (above, below, _) = context(change);
    let gone = change.is_deletion();
    let section = match &change.before {
        None => format!("*** Add File: {path}\n{}", marked('+', &change.new)),
        Some(_) if gone => format!("*** Delete File: {path}\n"),
        Some(_) => format!(
            "*** Update File: {path}\n@@\n{}{}{}{}",
            marked(' ', &above),
            marked('-', &change.old),
            marked('+', &change.new),
            marked(' ', &below),
        ),
    };
    format!("*** Begin Patch\n{section}*** End Patch\n")
}

fn block(change: &Change) -> String {
    format!(
        "<<<<<<< SEARCH\n{}=======\n{}>>>>>>> REPLACE\n",
        change.old, change.new
    )
}

fn cline(change: &Change, name: Name) -> String {
    let path = match name {
        Name::Said => format!("<path>{}</path>\n", change.path),
        Name::Missing => String::new(),
    };
    format!(
        "<replace_in_file>\n{path}<diff>\n------- SEARCH\n{}=======\n{}\
         +++++++ REPLACE\n</diff>\n</replace_in_file>\n",
        change.old, change.new
    )
}

/// A unit without its fence and without what stands above it.
pub fn body(format: Format, change: &Change, name: Name) -> String {
    match format {
        Format::Ops => operation(change, name),
        Format::Anthropic | Format::Openai => {
            call(change, name).record() + "\n"
        }
        Format::GitDiff => diff(change, name, true),
        Format::PlainDiff => diff(change, name, false),
        Format::Hunk => hunk(change),
        Format::V4a => v4a(change, name),
        Format::Aider | Format::Bare => block(change),
        Format::Inside if name == Name::Said => {
            format!("{}\n{}", change.path, block(change))
        }
        Format::Inside => block(change),
        Format::Cline => cline(change, name),
        Format::WholeFile => change.after(),
    }
}

pub fn fenced(mark: &str, info: &str, body: &str) -> String {
    format!("{mark}{info}\n{body}{mark}\n")
}

/// A unit as it is usually written, with its name above it where its format
/// has it there.
pub fn unit(format: Format, change: &Change, name: Name) -> String {
    let body = body(format, change, name);
    let text = match format.info() {
        Some(info) => fenced("```", info, &body),
        None => body,
    };
    if format.is_named_above() && name == Name::Said {
        return format!("{}\n{text}", change.path);
    }
    text
}

/// What an answer consists of.
#[derive(Clone, Debug)]
pub enum Piece {
    Text(String),
    /// What the model thought, where an API has a place of its own for it.
    Thought(String),
    Call(Call),
}

/// Pieces with no two texts in a row: an API gives text in one.
pub fn merged(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut merged: Vec<Piece> = Vec::new();
    for piece in pieces {
        match (merged.last_mut(), piece) {
            (Some(Piece::Text(before)), Piece::Text(text)) => *before += &text,
            (_, piece) => merged.push(piece),
        }
    }
    merged
}

/// All text of the pieces.
pub fn plain(pieces: &[Piece]) -> String {
    let text = |piece: &Piece| match piece {
        Piece::Text(text) => text.clone(),
        Piece::Thought(_) | Piece::Call(_) => String::new(),
    };
    pieces.iter().map(text).collect()
}

/// The body in which Anthropic's API gives an answer.
pub fn anthropic(pieces: &[Piece]) -> String {
    let part = |(at, piece): (usize, &Piece)| match piece {
        Piece::Text(text) => {
            object(&[("type", quoted("text")), ("text", quoted(text))])
        }
        Piece::Thought(text) => object(&[
            ("type", quoted("thinking")),
            ("thinking", quoted(text)),
            ("signature", quoted("c2ln")),
        ]),
        Piece::Call(call) => object(&[
            ("type", quoted("tool_use")),
            ("id", quoted(&format!("toolu_{at}"))),
            ("name", quoted(call.tool)),
            ("input", call.input.clone()),
        ]),
    };
    let content: Vec<String> = pieces.iter().enumerate().map(part).collect();
    let calls = pieces.iter().any(|piece| matches!(piece, Piece::Call(_)));
    let stop = if calls { "tool_use" } else { "end_turn" };
    let usage = r#"{"input_tokens":9,"output_tokens":99}"#;
    object(&[
        ("id", quoted("msg_1")),
        ("type", quoted("message")),
        ("role", quoted("assistant")),
        ("model", quoted("m")),
        ("content", format!("[{}]", content.join(","))),
        ("stop_reason", quoted(stop)),
        ("stop_sequence", "null".into()),
        ("usage", usage.into()),
    ])
}

/// The body in which OpenAI's chat API gives an answer: its text is one, and
/// its calls stand behind it.
pub fn openai(pieces: &[Piece]) -> String {
    let (mut content, mut thought) = (String::new(), String::new());
    let mut calls = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Text(text) => content += text,
            Piece::Thought(text) => thought += text,
            Piece::Call(call) => {
                let function = object(&[
                    ("name", quoted(call.tool)),
                    ("arguments", quoted(&call.input)),
                ]);
                calls.push(object(&[
                    ("id", quoted(&format!("call_{}", calls.len()))),
                    ("type", quoted("function")),
                    ("function", function),
                ]));
            }
        }
    }
    let stop = if calls.is_empty() { "stop" } else { "tool_calls" };
    let mut message =
        vec![("role", quoted("assistant")), ("content", quoted(&content))];
    if !thought.is_empty() {
        message.push(("reasoning_content", quoted(&thought)));
    }
    if !calls.is_empty() {
        message.push(("tool_calls", format!("[{}]", calls.join(","))));
    }
    let choice = object(&[
        ("index", "0".into()),
        ("message", object(&message)),
        ("finish_reason", quoted(stop)),
    ]);
    let usage =
        r#"{"prompt_tokens":9,"completion_tokens":99,"total_tokens":108}"#;
    object(&[
        ("id", quoted("chatcmpl-1")),
        ("object", quoted("chat.completion")),
        ("created", "1".into()),
        ("model", quoted("m")),
        ("choices", format!("[{choice}]")),
        ("usage", usage.into()),
    ])
}
