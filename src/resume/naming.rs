//! What units and files are called in a prompt.

use super::survey::Unit;
use crate::answer::Format;

/// What the smallest part of an answer is called.
pub(super) fn unit_noun(format: Format) -> &'static str {
    match format {
        Format::Diff => "hunk",
        Format::V4a | Format::SearchReplace | Format::WholeFile => "block",
        Format::Ops => "operation",
    }
}

pub(super) fn name(unit: &Unit) -> String {
    match (&unit.op, &unit.path) {
        (Some(op), Some(path)) => format!("{op} {}", one_line(path)),
        (None, Some(path)) => one_line(path),
        (Some(op), None) => op.clone(),
        (None, None) => "one whose file is not named yet".to_owned(),
    }
}

/// A name that cannot say anything but itself: quoted as JSON quotes it, if
/// it has control characters.
pub(super) fn one_line(path: &str) -> String {
    if path.chars().any(char::is_control) {
        return serde_json::Value::from(path).to_string();
    }
    path.to_owned()
}
