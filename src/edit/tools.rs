//! Tool calls: the envelope around a call's input, and which operation the
//! tools of well-known agents stand for.

use super::decode::{Call, Kind, members};
use super::fields::{Fields, wrong};
use super::malformed::DecodeError;
use super::value::Value;

const INPUT: &[&str] = &["input", "arguments", "parameters"];

/// Takes a tool call's envelope off, if there is one, in the shapes
/// `{"type":"tool_call","name":..,"input":{..}}`, `{"name":..,
/// "arguments":"{..}"}` and `{"function":{"name":..,"arguments":..}}`.
pub(super) fn unpack(record: Vec<(String, Value)>) -> Call {
    let record = Value::Object(record);
    let mut fault = record.duplicate_key().map(duplicate);
    let Value::Object(record) = record else {
        return plain(Vec::new(), fault);
    };
    let record = function(record);
    if !is_call(&record) {
        return plain(record, fault);
    }
    if record.iter().any(|(key, _)| key == "_cut") {
        fault = Some(DecodeError::Cut);
    }
    let mut envelope = Fields::new(record);
    let tool = envelope.text(&["name"]).ok().flatten();
    let input = envelope.take(INPUT).ok().flatten();
    let fields = input_members(input).map(|members| {
        let members = Value::Object(members);
        fault = fault.take().or(members.duplicate_key().map(duplicate));
        match members {
            Value::Object(members) => Fields::new(members),
            _ => Fields::new(Vec::new()),
        }
    });
    Call { tool, fields, fault }
}

fn plain(record: Vec<(String, Value)>, fault: Option<DecodeError>) -> Call {
    Call { tool: None, fields: Ok(Fields::new(record)), fault }
}

fn duplicate(key: &str) -> DecodeError {
    DecodeError::DuplicateKey(key.to_owned())
}

/// The members of the object under `function`, if there is one.
fn function(mut record: Vec<(String, Value)>) -> Vec<(String, Value)> {
    let is_function = |(key, value): &(String, Value)| {
        key == "function" && matches!(value, Value::Object(_))
    };
    let at = record.iter().position(is_function);
    match at.map(|at| record.swap_remove(at).1) {
        Some(Value::Object(inner)) => inner,
        _ => record,
    }
}

/// A tool's name beside its input.
fn is_call(record: &[(String, Value)]) -> bool {
    let named = |(key, value): &(String, Value)| {
        key == "name" && matches!(value, Value::Text(_))
    };
    record.iter().any(named)
        && record.iter().any(|(key, _)| INPUT.contains(&key.as_str()))
}

/// The input is an object, or a string that holds one.
fn input_members(
    input: Option<Value>,
) -> Result<Vec<(String, Value)>, DecodeError> {
    match input {
        Some(Value::Object(inner)) => Ok(inner),
        Some(Value::Text(text)) => members(text.as_bytes()),
        Some(other) => Err(wrong(INPUT, "an object", &other)),
        None => Ok(Vec::new()),
    }
}

/// What a call of `tool` wants.
pub(super) fn kind(
    tool: &str,
    fields: &mut Fields,
) -> Result<Kind, DecodeError> {
    match tool {
        "str_replace_based_edit_tool" | "str_replace_editor" => command(fields),
        // Gemini's `replace` edits one file; so does any tool of that name.
        "replace" => Ok(Kind::Modify),
        _ => plain_kind(tool)
            .ok_or_else(|| DecodeError::UnknownTool(tool.to_owned())),
    }
}

/// The operations that can be named alike as a type and as a tool.
pub(super) fn plain_kind(name: &str) -> Option<Kind> {
    match name {
        "create" | "create_file" => Some(Kind::Create),
        "write" | "write_file" | "Write" => Some(Kind::Write),
        "modify" | "edit" | "Edit" | "MultiEdit" => Some(Kind::Modify),
        _ => None,
    }
}

fn command(fields: &mut Fields) -> Result<Kind, DecodeError> {
    let command = fields.needed_text(&["command"], "the tool call")?;
    match command.as_str() {
        "create" => Ok(Kind::Write),
        "str_replace" => Ok(Kind::Modify),
        "insert" => Ok(Kind::InsertAfterLine),
        _ => Err(DecodeError::UnknownType(command)),
    }
}
