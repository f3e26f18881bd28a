//! Lists of deliverables and run configurations, in any of the spellings
//! that plans use, into phases.
//!
//! The bytes of one document flow in, a [`Document`] flows out. JSON values
//! and plain lines may alternate; where a document holds phases as JSON, the
//! lines around them are prose. Nothing here looks at a tree.

use serde_json::{Map, Value};

use super::action::Action;
use super::deliverable::Deliverable;
use super::phase::Phase;

/// What a document says is to be produced.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document {
    /// In the order of the document; a plain list is one without a name.
    pub phases: Vec<Phase>,
    /// What was meant as a deliverable and names no file.
    pub unread: Vec<Unread>,
}

/// A line or value that is no deliverable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// Line it stands in, counted from 1.
    pub line: usize,
    /// Offset of its first byte.
    pub byte: usize,
    /// Its text.
    pub text: String,
}

/// Keys that name the file of an object, as in edit operations.
const PATH_KEYS: [&str; 4] = ["file_path", "path", "file", "filename"];

/// Keys that say what is to happen to it.
const ACTION_KEYS: [&str; 5] = ["action", "type", "mode", "op", "status"];

/// Reads a document.
pub fn read(bytes: &[u8]) -> Document {
    let text = String::from_utf8_lossy(bytes);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let mut reading = Reading::default();
    let mut at = 0;
    let mut line = 1;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let taken =
            reading.step(rest, Unread { line, byte: at, text: String::new() });
        let passed = rest.get(..taken).unwrap_or(rest);
        line += passed.bytes().filter(|b| *b == b'\n').count();
        at += passed.len().max(1);
    }
    reading.finish()
}

impl Document {
    /// What an answer has to cover: the paths of all deliverables, and the
    /// lines that name none, which nothing can cover.
    pub fn wanted(self) -> Vec<String> {
        let deliverables = self.phases.into_iter().flat_map(|p| p.deliverables);
        let unread = self.unread.into_iter().map(|unread| unread.text);
        deliverables.map(|d| d.path).chain(unread).collect()
    }
}

#[derive(Default)]
struct Reading {
    phases: Vec<Phase>,
    list: Phase,
    unread_lines: Vec<Unread>,
    unread_values: Vec<Unread>,
}

impl Reading {
    /// Reads one value or line; returns its length in bytes.
    fn step(&mut self, rest: &str, place: Unread) -> usize {
        let blanks = rest.len() - rest.trim_start().len();
        if blanks > 0 {
            return blanks;
        }
        if rest.starts_with(['{', '[']) {
            let mut values =
                serde_json::Deserializer::from_str(rest).into_iter::<Value>();
            match values.next() {
                Some(Ok(value)) => {
                    self.value(&value, &place);
                    return values.byte_offset();
                }
                Some(Err(why)) if why.is_eof() => {
                    self.unread_values.push(cut_off(rest, place.clone()));
                }
                _ => {}
            }
        }
        let line = rest.lines().next().unwrap_or_default();
        self.line(line, place);
        line.len().max(1)
    }

    fn line(&mut self, line: &str, place: Unread) {
        let trimmed = line.trim().trim_end_matches(',');
        if trimmed.starts_with("```") || trimmed.starts_with('#') {
            return;
        }
        let found = Deliverable::all_of_line(trimmed);
        if found.is_empty() {
            let text = trimmed.to_owned();
            self.unread_lines.push(Unread { text, ..place });
        }
        self.list.deliverables.extend(found);
    }

    fn value(&mut self, value: &Value, place: &Unread) {
        let before = self.phases.len();
        phases(value, &mut self.phases, &mut |text| {
            self.unread_values.push(Unread { text, ..place.clone() });
        });
        if self.phases.len() == before {
            collect(value, None, &mut self.list.deliverables, &mut |text| {
                self.unread_values.push(Unread { text, ..place.clone() });
            });
        }
    }

    fn finish(self) -> Document {
        let mut unread = self.unread_values;
        let mut phases = self.phases;
        if phases.is_empty() {
            unread.extend(self.unread_lines);
            unread.sort_by_key(|u| u.byte);
            if !self.list.deliverables.is_empty() {
                phases.push(self.list);
            }
        }
        Document { phases, unread }
    }
}

/// A value that the document's end cut off: its lines are read one by one,
/// but what else it would have listed is not known.
fn cut_off(rest: &str, place: Unread) -> Unread {
    let line = rest.lines().next().unwrap_or_default();
    Unread { text: format!("{line} (cut off)"), ..place }
}

/// Phases anywhere in a value: members of `phases`, and objects that have
/// `deliverables` themselves or in their `scope`.
fn phases(
    value: &Value,
    found: &mut Vec<Phase>,
    unread: &mut impl FnMut(String),
) {
    match value {
        Value::Object(object) if is_phase(object) => {
            found.push(phase(object, unread));
        }
        Value::Object(object) if path_of(object).is_none() => {
            for member in object.values() {
                phases(member, found, unread);
            }
        }
        Value::Array(items) => {
            for item in items {
                phases(item, found, unread);
            }
        }
        _ => {}
    }
}

fn is_phase(object: &Map<String, Value>) -> bool {
    deliverables_of(object).is_some() && !object.contains_key("phases")
}

fn deliverables_of(object: &Map<String, Value>) -> Option<&Value> {
    let scope = object.get("scope").and_then(|s| s.get("deliverables"));
    scope.or_else(|| object.get("deliverables"))
}

fn phase(
    object: &Map<String, Value>,
    unread: &mut impl FnMut(String),
) -> Phase {
    let mut phase = Phase {
        id: text_of(object, &["phase_id", "id", "name"]),
        excerpt: object.get("type").and_then(Value::as_str) == Some("batch"),
        ..Phase::default()
    };
    if let Some(name) = text_of(object, &["task_category", "category"]) {
        phase.set_category(&name);
    }
    if let Some(name) = text_of(object, &["complexity"]) {
        phase.set_complexity(&name);
    }
    let before = ["dependencies", "depends_on"];
    let names = before.iter().find_map(|key| object.get(*key)?.as_array());
    let names = names.into_iter().flatten().filter_map(Value::as_str);
    phase.dependencies = names.map(str::to_owned).collect();
    phase.description = text_of(object, &["description"]);
    phase.protected_paths = texts_of(object, "protected_paths");
    phase.acceptance_criteria = texts_of(object, "acceptance_criteria");
    let paths = object.get("scope").and_then(|s| s.get("paths"));
    phase.scope_paths = paths.and_then(Value::as_array).map(Vec::len);
    if let Some(value) = deliverables_of(object) {
        collect(value, None, &mut phase.deliverables, unread);
    }
    phase
}

/// Deliverables anywhere in a value. `hint` is what the nearest key says of
/// them (`"new_files": [...]`).
fn collect(
    value: &Value,
    hint: Option<Action>,
    found: &mut Vec<Deliverable>,
    unread: &mut impl FnMut(String),
) {
    match value {
        Value::String(text) => {
            let mut all = Deliverable::all_of_line(text);
            if all.is_empty() {
                unread(text.clone());
            }
            for one in &mut all {
                one.action = one.action.or(hint);
                one.said = Some(text.clone());
            }
            found.extend(all);
        }
        Value::Array(items) => {
            for item in items {
                collect(item, hint, found, unread);
            }
        }
        Value::Object(object) => match (path_of(object), described(object)) {
            (Some(path), _) => found.push(of_object(object, path, hint)),
            (None, Some(entries)) => found.extend(entries),
            (None, None) => members(object, hint, found, unread),
        },
        other => unread(other.to_string()),
    }
}

fn members(
    object: &Map<String, Value>,
    hint: Option<Action>,
    found: &mut Vec<Deliverable>,
    unread: &mut impl FnMut(String),
) {
    let nested = |v: &Value| v.is_array() || v.is_object();
    if !object.values().any(nested) {
        return unread(Value::Object(object.clone()).to_string());
    }
    for (key, member) in object.iter().filter(|(_, v)| nested(v)) {
        let said = key.split(['_', '-', ' ']).find_map(Action::of_word);
        collect(member, said.or(hint), found, unread);
    }
}

fn path_of(object: &Map<String, Value>) -> Option<&str> {
    let named = PATH_KEYS.iter().find_map(|key| object.get(*key)?.as_str());
    named.filter(|path| !path.trim().is_empty())
}

/// An object whose keys are paths and whose values describe them.
fn described(object: &Map<String, Value>) -> Option<Vec<Deliverable>> {
    let entry = |(key, value): (&String, &Value)| {
        let said = match value {
            Value::String(text) => text.as_str(),
            Value::Null => "",
            _ => return None,
        };
        let shape = key.contains(['/', '.']) && !key.contains(' ');
        let line = format!("{key} {said}");
        shape.then(|| Deliverable::of_line(&line)).flatten()
    };
    let found: Option<Vec<_>> = object.iter().map(entry).collect();
    found.filter(|list| !list.is_empty())
}

fn of_object(
    object: &Map<String, Value>,
    path: &str,
    hint: Option<Action>,
) -> Deliverable {
    let mut one = Deliverable::of_path(path.trim());
    let said = ACTION_KEYS.iter().find_map(|key| {
        let word = object.get(*key)?.as_str()?;
        let letter = (word.len() == 1).then(|| Action::of_letter(word));
        letter.flatten().or_else(|| Action::of_word(word))
    });
    let described = text_of(object, &["description"]).and_then(|text| {
        Deliverable::of_line(&format!("{path} {text}"))?.action
    });
    one.action = said.or(described).or(hint);
    one.said = text_of(object, &["said", "description"]);
    let size = |keys: &[&str]| {
        let number = keys.iter().find_map(|key| object.get(*key)?.as_f64());
        number.filter(|bytes| bytes.is_finite() && *bytes >= 0.0)
    };
    one.sizes.existing = size(&["bytes", "old_bytes"]);
    one.sizes.sibling = size(&["sibling_bytes"]);
    one.sizes.extension = size(&["extension_bytes"]);
    one
}

fn text_of(object: &Map<String, Value>, keys: &[&str]) -> Option<String> {
    keys.iter().find_map(|key| object.get(*key)?.as_str()).map(str::to_owned)
}

/// The texts of a list that a phase or its scope has; what is no text is
/// taken as it is written.
fn texts_of(object: &Map<String, Value>, key: &str) -> Vec<String> {
    let in_scope = || object.get("scope").and_then(|scope| scope.get(key));
    let items = match object.get(key).or_else(in_scope) {
        Some(Value::Array(items)) => items.as_slice(),
        Some(one @ Value::String(_)) => std::slice::from_ref(one),
        _ => &[],
    };
    let text = |item: &Value| match item {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    items.iter().map(text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_that_is_cut_off_is_named() {
        let document = read(b"[\"a.py\",\"b.py\",\"c");
        assert_eq!(document.phases[0].deliverables.len(), 2);
        assert_eq!(document.unread.len(), 1);
        assert_eq!(document.wanted().len(), 3);
    }

    fn paths(text: &str) -> Vec<String> {
        let document = read(text.as_bytes());
        let all = document.phases.into_iter().flat_map(|p| p.deliverables);
        all.map(|d| d.path).collect()
    }

    #[test]
    fn arrays_nested_objects_and_ndjson_are_lists() {
        assert_eq!(
            paths(r#"["a/b.py", "Create c/d.py"]"#),
            ["a/b.py", "c/d.py"]
        );
        let nested = r#"{"code":["a/b.py"],"tests":{"unit":["t/c.py"]}}"#;
        assert_eq!(paths(nested), ["a/b.py", "t/c.py"]);
        let lines = "{\"path\":\"a.py\",\"bytes\":9}\n{\"file\":\"b.py\"}\n";
        assert_eq!(paths(lines), ["a.py", "b.py"]);
        assert_eq!(paths(r#"{"src/a.py":"new module"}"#), ["src/a.py"]);
    }

    #[test]
    fn a_key_says_what_happens_to_the_files_under_it() {
        let text = r#"{"new_files":["a/b.py"],"modified_files":["c/d.py"]}"#;
        let document = read(text.as_bytes());
        let list = &document.phases[0].deliverables;
        let of = |path: &str| list.iter().find(|d| d.path == path).unwrap();
        assert_eq!(of("a/b.py").action, Some(Action::Create));
        assert_eq!(of("c/d.py").action, Some(Action::Modify));
    }

    #[test]
    fn a_run_configuration_inside_prose_is_read_alone() {
        let text = "# Plan\nAll of src/x.py\n```json\n{\"run_id\":\"r\",\
            \"phases\":[{\"phase_id\":\"p\",\"complexity\":\"high\",\
            \"task_category\":\"backend\",\"dependencies\":[\"o\"],\
            \"scope\":{\"deliverables\":[\"src/a.py (new)\"]}}]}\n```\n";
        let document = read(text.as_bytes());
        assert_eq!(document.phases.len(), 1);
        assert_eq!(document.unread, []);
        let phase = &document.phases[0];
        assert_eq!(phase.id.as_deref(), Some("p"));
        assert_eq!(phase.dependencies, ["o"]);
        assert_eq!(phase.deliverables[0].action, Some(Action::Create));
    }

    #[test]
    fn what_is_no_deliverable_is_named_with_its_line() {
        let document = read(b"src/a.py\n\nno file here\n");
        assert_eq!(document.unread[0].line, 3);
        assert_eq!(document.unread[0].text, "no file here");
        assert_eq!(document.phases.len(), 1);
    }

    #[test]
    fn a_cut_json_list_still_gives_its_lines() {
        let document = read(b"[\n  \"src/a.py\",\n  \"src/b.py\",\n  \"sr");
        let list = &document.phases[0].deliverables;
        assert_eq!(list.len(), 2);
        assert!(!document.unread.is_empty());
    }
}
