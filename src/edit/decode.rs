//! One record to one operation: canonical fields, their aliases, and tool
//! calls. Every deviation fails with its name; nothing is guessed.

use serde_json::error::Category;

use super::fields::{Fields, missing, wrong};
use super::malformed::DecodeError;
use super::step::{EDITS, EditKind, OLD, TYPE, after_line, edit, one_edit};
use super::tools;
use super::value::Value;
use super::{Action, Edit, Operation};
use crate::path::Names;
use crate::span::Verdict;

const PATH: &[&str] = &["file_path", "path", "file", "filename", "filePath"];
const NEW_PATH: &[&str] = &["new_path"];
const CONTENT: &[&str] = &["content", "text", "new_content", "file_text"];
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

/// Where a record stands in its answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// It begins its line.
    #[default]
    Alone,
    /// Other text stands before it on its line: it may be quoted there.
    AfterText,
}

/// Reads a record: UTF-8 JSON, one value. Names are read with `names`. One
/// that does not say what is to be done is an operation only where it stands
/// alone, and never replaces a file.
pub fn decode(
    json: &[u8],
    names: &Names,
    standing: Standing,
) -> Result<Decoded, Rejected> {
    let call = |json| members(json).map(tools::unpack);
    let read = |call| operation(call, names, standing);
    call(json).and_then(read).map_err(|why| {
        // Read once more: what is good keeps nothing for this.
        let call = call(json).ok();
        let op = call.as_ref().and_then(Call::op);
        let file_path = call.as_ref().and_then(Call::file_path);
        Rejected { op, file_path, why }
    })
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

fn operation(
    call: Call,
    names: &Names,
    standing: Standing,
) -> Result<Decoded, DecodeError> {
    if let Some(fault) = call.fault {
        return Err(fault);
    }
    let mut fields = call.fields?;
    if fields.has(&["_cut"]) {
        return Err(DecodeError::Cut);
    }
    let kind = match call.tool {
        Some(tool) => tools::kind(&tool, &mut fields)?,
        None => kind(&mut fields, standing)?,
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

fn kind(fields: &mut Fields, standing: Standing) -> Result<Kind, DecodeError> {
    let Some(text) = fields.text(TYPE)? else {
        return inferred(fields, standing);
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

/// A record without a type means what its fields can only mean. Findings,
/// logs and the like name files and texts too: none of it replaces a file.
fn inferred(fields: &Fields, standing: Standing) -> Result<Kind, DecodeError> {
    if !fields.has(PATH) {
        let total = fields.has(&["total_operations"]);
        return if total { Ok(Kind::Meta) } else { Err(DecodeError::NoType) };
    }
    if standing == Standing::AfterText {
        return Err(DecodeError::Quoted);
    }
    if fields.has(EDITS) || fields.has(OLD) {
        return Ok(Kind::Modify);
    }
    match fields.has(CONTENT) {
        true => Ok(Kind::Create),
        false => Err(DecodeError::NoType),
    }
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

#[cfg(test)]
#[path = "decode_tests.rs"]
mod tests;
