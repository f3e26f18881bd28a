//! One step of a modify operation: the members of its object in, an edit
//! out, under every name that its type and its fields go by.

use super::fields::{Fields, missing, wrong};
use super::malformed::DecodeError;
use super::value::Value;
use super::{Context, Edit, LineRange, Occurrence};

/// Names of the type, of records and of their edits.
pub(super) const TYPE: &[&str] = &["type", "op", "mode"];
/// Names of the list of edits.
pub(super) const EDITS: &[&str] = &["operations", "edits"];
const ANCHOR: &[&str] = &["anchor"];
/// Names of the text that goes.
pub(super) const OLD: &[&str] =
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
    pub(super) fn parse(text: &str) -> Option<Self> {
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

    pub(super) fn name(self) -> &'static str {
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

/// Reads one element of the list.
pub(super) fn one_edit(item: Value) -> Result<Edit, DecodeError> {
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

/// Reads an edit of a known type; what is left of the fields is not its own.
pub(super) fn edit(
    kind: EditKind,
    fields: &mut Fields,
) -> Result<Edit, DecodeError> {
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
pub(super) fn after_line(fields: &mut Fields) -> Result<Edit, DecodeError> {
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
