//! One record to one operation: canonical fields, their aliases, and tool
//! calls. Every deviation fails with its name; nothing is guessed.

use serde_json::error::Category;

use super::fields::{Fields, missing, wrong};
use super::malformed::DecodeError;
use super::tools;
use super::value::Value;
use super::{Action, Context, Edit, LineRange, Occurrence, Operation};
use crate::path::Names;
use crate::span::Verdict;

const TYPE: &[&str] = &["type", "op", "mode"];
const PATH: &[&str] = &["file_path", "path", "file", "filename", "filePath"];
const NEW_PATH: &[&str] = &["new_path"];
const CONTENT: &[&str] = &["content", "text", "new_content", "file_text"];
const EDITS: &[&str] = &["operations", "edits"];
const ANCHOR: &[&str] = &["anchor"];
const OLD: &[&str] =
    &["old_text", "old_str", "old_string", "oldText", "oldString"];
/// The text that comes: every edit has one at most, so all its names mean
/// the same.
const NEW: &[&str] = &[
    "new_text",
    "new_str",
    "new_string",
    "newText",
    "newString",
    "content",
    "text",
    "new_content",
];
const REPLACE_ALL: &[&str] = &["replace_all", "replaceAll"];

/// What a record turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decoded {
    /// A change of a file.
    Operation(Operation),
    /// What the answer says about itself.
    Meta {
        /// The number of operations it announces.
        total_operations: Option<u64>,
    },
    /// What a filter before us said about the end of its input.
    End(End),
}

/// The verdict of a filter before us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    /// Whether the answer it read was whole.
    pub verdict: Verdict,
    /// The line of its input where it was cut.
    pub line: Option<u64>,
    /// The byte of its input where it was cut.
    pub byte: Option<u64>,
    /// The file whose operation is unfinished.
    pub file_path: Option<String>,
}

/// A record that is no operation, and what could still be read of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// The `type` as it stood there.
    pub op: Option<String>,
    /// The path as it stood there.
    pub file_path: Option<String>,
    /// What is wrong.
    pub why: DecodeError,
}

/// Reads a record: UTF-8 JSON, one value. Names are read with `names`.
pub fn decode(json: &[u8], names: &Names) -> Result<Decoded, Rejected> {
    let members = members(json).map_err(|why| Rejected {
        op: None,
        file_path: None,
        why,
    })?;
    let call = tools::unpack(members);
    let (op, file_path) = (call.op(), call.file_path());
    operation(call, names).map_err(|why| Rejected { op, file_path, why })
}

/// What a record is about, once its envelope is off.
#[derive(Debug)]
pub(super) struct Call {
    /// The tool's name, where the record was a tool call.
    pub(super) tool: Option<String>,
    /// The fields, or why they cannot be had.
    pub(super) fields: Result<Fields, DecodeError>,
    /// A deviation that overrules everything else.
    pub(super) fault: Option<DecodeError>,
}

impl Call {
    fn op(&self) -> Option<String> {
        let fields = self.fields.as_ref().ok();
        let given = fields.and_then(|f| f.peek_text(TYPE));
        given.map(str::to_owned).or_else(|| self.tool.clone())
    }

    fn file_path(&self) -> Option<String> {
        let fields = self.fields.as_ref().ok()?;
        fields.peek_text(PATH).map(str::to_owned)
    }
}

/// The members of a record, duplicates included.
pub(super) fn members(
    json: &[u8],
) -> Result<Vec<(String, Value)>, DecodeError> {
    match serde_json::from_slice(json) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(other) => Err(DecodeError::NotAnObject(other.describe())),
        Err(why) => Err(unreadable(&why)),
    }
}

fn unreadable(why: &serde_json::Error) -> DecodeError {
    let text = why.to_string();
    let escape = text.contains("surrogate") || text.contains("hex escape");
    if why.classify() == Category::Syntax && escape {
        return DecodeError::LoneSurrogate;
    }
    let bare = text.split(" at line ").next().unwrap_or(&text);
    DecodeError::Json(format!("not readable as JSON: {bare}"))
}

fn operation(call: Call, names: &Names) -> Result<Decoded, DecodeError> {
    if let Some(fault) = call.fault {
        return Err(fault);
    }
    let mut fields = call.fields?;
    if fields.has(&["_cut"]) {
        return Err(DecodeError::Cut);
    }
    let kind = match call.tool {
        Some(tool) => tools::kind(&tool, &mut fields)?,
        None => kind(&mut fields)?,
    };
    match kind {
        Kind::Meta => meta(&mut fields),
        Kind::End => end(&mut fields),
        kind => file_operation(kind, fields, names),
    }
}

/// What a record wants, by its `type`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Meta,
    End,
    Create,
    Write,
    Modify,
    Delete,
    Rename,
    /// One edit that carries the path itself.
    Edit(EditKind),
    /// As `Edit(Insert)`, but after the line.
    InsertAfterLine,
}

/// The types of edits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EditKind {
    Append,
    Prepend,
    InsertAfter,
    InsertBefore,
    Replace,
    ReplaceAll,
    Insert,
    ReplaceLines,
    DeleteLines,
}

impl EditKind {
    fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "append" => Self::Append,
            "prepend" => Self::Prepend,
            "insert_after" => Self::InsertAfter,
            "insert_before" => Self::InsertBefore,
            "replace" => Self::Replace,
            "replace_all" => Self::ReplaceAll,
            "insert" => Self::Insert,
            "replace_lines" => Self::ReplaceLines,
            "delete_lines" => Self::DeleteLines,
            _ => return None,
        })
    }

    fn name(self) -> &'static str {
        match self {
            Self::Append => "append",
            Self::Prepend => "prepend",
            Self::InsertAfter => "insert_after",
            Self::InsertBefore => "insert_before",
            Self::Replace => "replace",
            Self::ReplaceAll => "replace_all",
            Self::Insert => "insert",
            Self::ReplaceLines => "replace_lines",
            Self::DeleteLines => "delete_lines",
        }
    }
}

fn kind(fields: &mut Fields) -> Result<Kind, DecodeError> {
    let Some(text) = fields.text(TYPE)? else {
        return inferred(fields);
    };
    match text.as_str() {
        "meta" => Ok(Kind::Meta),
        "end" => Ok(Kind::End),
        "delete" => Ok(Kind::Delete),
        "rename" => Ok(Kind::Rename),
        other => match EditKind::parse(other) {
            Some(edit) => Ok(Kind::Edit(edit)),
            None => {
                tools::plain_kind(other).ok_or(DecodeError::UnknownType(text))
            }
        },
    }
}

/// A record without a type means what its fields can only mean.
fn inferred(fields: &Fields) -> Result<Kind, DecodeError> {
    if !fields.has(PATH) {
        let total = fields.has(&["total_operations"]);
        return if total { Ok(Kind::Meta) } else { Err(DecodeError::NoType) };
    }
    if fields.has(EDITS) || fields.has(OLD) {
        return Ok(Kind::Modify);
    }
    if fields.has(CONTENT) { Ok(Kind::Write) } else { Err(DecodeError::NoType) }
}

fn meta(fields: &mut Fields) -> Result<Decoded, DecodeError> {
    let total_operations = fields.count(&["total_operations"])?;
    Ok(Decoded::Meta { total_operations })
}

fn end(fields: &mut Fields) -> Result<Decoded, DecodeError> {
    let text = fields.needed_text(&["verdict"], "end")?;
    let verdict = match text.as_str() {
        "complete" => Verdict::Complete,
        "unsure" => Verdict::Unsure,
        "cut" => Verdict::Cut,
        _ => return Err(DecodeError::OutOfRange("unknown verdict")),
    };
    let mut cut = match fields.take(&["cut"])? {
        Some(Value::Object(members)) => Fields::new(members),
        _ => Fields::new(Vec::new()),
    };
    Ok(Decoded::End(End {
        verdict,
        line: cut.count(&["line"])?,
        byte: cut.count(&["byte"])?,
        file_path: cut.text(&["file_path"])?,
    }))
}

fn file_operation(
    kind: Kind,
    mut fields: Fields,
    names: &Names,
) -> Result<Decoded, DecodeError> {
    let (action, of) = action(kind, &mut fields, names)?;
    let path = fields.needed_text(PATH, of)?;
    fields.finish(of)?;
    let path = names.read(&path).map_err(DecodeError::Name)?;
    Ok(Decoded::Operation(Operation::new(path, action)))
}

fn action(
    kind: Kind,
    fields: &mut Fields,
    names: &Names,
) -> Result<(Action, &'static str), DecodeError> {
    Ok(match kind {
        Kind::Create => {
            let text = fields.needed_text(CONTENT, "create")?;
            (Action::Create(text.into_bytes()), "create")
        }
        Kind::Write => {
            let text = fields.needed_text(CONTENT, "write")?;
            (Action::Write(text.into_bytes()), "write")
        }
        Kind::Modify => (modification(fields)?, "modify"),
        Kind::Delete => (Action::Delete, "delete"),
        Kind::Rename => {
            let to = fields.needed_text(NEW_PATH, "rename")?;
            let to = names.read(&to).map_err(DecodeError::Name)?;
            (Action::Rename(to), "rename")
        }
        Kind::Edit(kind) => {
            let edit = edit(kind, fields)?;
            (Action::Modify(vec![edit]), kind.name())
        }
        Kind::InsertAfterLine => {
            (Action::Modify(vec![after_line(fields)?]), "insert")
        }
        Kind::Meta | Kind::End => return Err(DecodeError::NoType),
    })
}

fn modification(fields: &mut Fields) -> Result<Action, DecodeError> {
    match fields.take(EDITS)? {
        Some(Value::Array(items)) => edits(items).map(Action::Modify),
        Some(other) => Err(wrong(EDITS, "an array", &other)),
        None if fields.has(OLD) => {
            let edit = edit(EditKind::Replace, fields)?;
            Ok(Action::Modify(vec![edit]))
        }
        // The field's name says that it is all of the file.
        None => match fields.text(&["new_content"])? {
            Some(text) => Ok(Action::Write(text.into_bytes())),
            None => Err(missing(EDITS, "modify")),
        },
    }
}

fn edits(items: Vec<Value>) -> Result<Vec<Edit>, DecodeError> {
    if items.is_empty() {
        return Err(DecodeError::NoEdits);
    }
    let numbered = (1..).zip(items);
    numbered
        .map(|(index, item)| {
            one_edit(item)
                .map_err(|why| DecodeError::InEdit(index, Box::new(why)))
        })
        .collect()
}

fn one_edit(item: Value) -> Result<Edit, DecodeError> {
    let Value::Object(members) = item else {
        return Err(wrong(EDITS, "an array of objects", &item));
    };
    let mut fields = Fields::new(members);
    let kind = match fields.text(TYPE)? {
        Some(text) => {
            EditKind::parse(&text).ok_or(DecodeError::UnknownEdit(text))?
        }
        None if fields.has(OLD) => EditKind::Replace,
        None => return Err(missing(TYPE, "an edit")),
    };
    let edit = edit(kind, &mut fields)?;
    fields.finish(kind.name())?;
    Ok(edit)
}

fn edit(kind: EditKind, fields: &mut Fields) -> Result<Edit, DecodeError> {
    let of = kind.name();
    let bytes = |fields: &mut Fields, names| {
        fields.needed_text(names, of).map(String::into_bytes)
    };
    Ok(match kind {
        EditKind::Append => Edit::Append(bytes(fields, INSERTED)?),
        EditKind::Prepend => Edit::Prepend(bytes(fields, INSERTED)?),
        EditKind::InsertAfter => Edit::InsertAfter {
            anchor: bytes(fields, ANCHOR)?,
            text: bytes(fields, INSERTED)?,
        },
        EditKind::InsertBefore => Edit::InsertBefore {
            anchor: bytes(fields, ANCHOR)?,
            text: bytes(fields, INSERTED)?,
        },
        EditKind::Replace => replacement(fields)?,
        EditKind::ReplaceAll => Edit::ReplaceAll {
            old: bytes(fields, OLD)?,
            new: bytes(fields, NEW)?,
            places: None,
        },
        EditKind::Insert => Edit::Insert {
            line: fields.needed_count(&["line"], of)?,
            text: bytes(fields, INSERTED)?,
        },
        EditKind::ReplaceLines => Edit::ReplaceLines {
            range: line_range(fields, of)?,
            text: bytes(fields, INSERTED)?,
            context: context(fields)?,
        },
        EditKind::DeleteLines => Edit::ReplaceLines {
            range: line_range(fields, of)?,
            text: Vec::new(),
            context: context(fields)?,
        },
    })
}

/// [`NEW`] with the canonical name of inserted text in front.
const INSERTED: &[&str] = &[
    "content",
    "text",
    "new_content",
    "new_text",
    "new_str",
    "new_string",
    "newText",
    "newString",
];

/// `replace` in its own words and in those of the tools that know
/// `replace_all` as a flag or an expected number.
fn replacement(fields: &mut Fields) -> Result<Edit, DecodeError> {
    let old = fields.needed_text(OLD, "replace")?.into_bytes();
    let new = fields.needed_text(NEW, "replace")?.into_bytes();
    let everywhere = fields.flag(REPLACE_ALL)?;
    let places = fields.count(&["expected_replacements"])?;
    let occurrence = fields.count(&["occurrence"])?;
    match (everywhere, places, occurrence) {
        (false, None | Some(1), None) => {
            Ok(Edit::Replace { old, new, which: Occurrence::Only })
        }
        (false, None, Some(n)) if n > 0 => {
            Ok(Edit::Replace { old, new, which: Occurrence::Nth(n) })
        }
        (_, places, None) => Ok(Edit::ReplaceAll { old, new, places }),
        _ => Err(DecodeError::OutOfRange(
            "'occurrence' must be 1 or more, and stand alone",
        )),
    }
}

/// `insert` of the tools that insert after a line, 0 for the start.
fn after_line(fields: &mut Fields) -> Result<Edit, DecodeError> {
    let line = fields.needed_count(&["insert_line"], "insert")?;
    let text = match fields.text(&["insert_text"])? {
        Some(text) => text,
        None => fields.needed_text(INSERTED, "insert")?,
    };
    Ok(Edit::Insert { line: line.saturating_add(1), text: text.into_bytes() })
}

fn line_range(
    fields: &mut Fields,
    of: &'static str,
) -> Result<LineRange, DecodeError> {
    let first = fields.needed_count(&["start_line"], of)?;
    let last = fields.needed_count(&["end_line"], of)?;
    if first == 0 || last < first {
        return Err(DecodeError::OutOfRange(
            "lines count from 1, and 'end_line' is not before 'start_line'",
        ));
    }
    Ok(LineRange { first, last })
}

fn context(fields: &mut Fields) -> Result<Context, DecodeError> {
    Ok(Context {
        before: context_lines(fields, &["context_before"])?,
        after: context_lines(fields, &["context_after"])?,
    })
}

/// Context is one text or an array of lines.
fn context_lines(
    fields: &mut Fields,
    names: &'static [&'static str],
) -> Result<Vec<u8>, DecodeError> {
    let items = match fields.take(names)? {
        None => return Ok(Vec::new()),
        Some(Value::Text(text)) => return Ok(text.into_bytes()),
        Some(Value::Array(items)) => items,
        Some(other) => return Err(wrong(names, "a string", &other)),
    };
    let mut lines = Vec::new();
    for item in items {
        match item {
            Value::Text(line) => lines.push(line),
            other => return Err(wrong(names, "lines of text", &other)),
        }
    }
    Ok(lines.join("\n").into_bytes())
}

#[cfg(test)]
#[path = "decode_tests.rs"]
mod tests;
