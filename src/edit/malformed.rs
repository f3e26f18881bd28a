//! Why a record is no operation, in words for people and in one for programs.

use std::fmt;

use crate::path::NameError;

/// Why a record is no operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DecodeError {
    /// Not a JSON value that can be held: its text, its depth, its numbers.
    Json(String),
    /// A string holds half of a surrogate pair.
    LoneSurrogate,
    /// A key stands twice in one object.
    DuplicateKey(String),
    /// Two names of one field disagree.
    Twice(String, String),
    /// The record is marked as cut off.
    Cut,
    /// Not an object.
    NotAnObject(&'static str),
    /// Nothing says what is to be done.
    NoType,
    /// Nothing says what is to be done, and the record may be quoted.
    Quoted,
    /// A type of operation that does not exist.
    UnknownType(String),
    /// A tool that does not write files.
    UnknownTool(String),
    /// A type of edit that does not exist.
    UnknownEdit(String),
    /// A field that the operation does not have.
    UnknownField {
        /// The field.
        field: String,
        /// What does not have it.
        of: &'static str,
    },
    /// A field that the operation must have.
    Missing {
        /// The field's canonical name.
        field: &'static str,
        /// What must have it.
        of: &'static str,
    },
    /// A field of the wrong type.
    WrongType {
        /// The field's canonical name.
        field: &'static str,
        /// What it should be.
        wanted: &'static str,
        /// What it is.
        found: &'static str,
    },
    /// A number outside its range.
    OutOfRange(&'static str),
    /// A modify operation with an empty list.
    NoEdits,
    /// A problem of one edit, counted from 1.
    InEdit(usize, Box<DecodeError>),
    /// A name that may not be used.
    Name(NameError),
}

impl DecodeError {
    /// A short word that programs can compare.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Json(_) | Self::LoneSurrogate => "bad-json",
            Self::DuplicateKey(_) | Self::Twice(..) => "duplicate-key",
            Self::Cut => "cut",
            Self::NotAnObject(_) | Self::NoType | Self::Quoted => {
                "not-an-operation"
            }
            Self::UnknownType(_) | Self::UnknownTool(_) => "unknown-type",
            Self::UnknownEdit(_) => "unknown-edit",
            Self::UnknownField { .. } => "unknown-field",
            Self::Missing { .. } | Self::NoEdits => "missing-field",
            Self::WrongType { .. } | Self::OutOfRange(_) => "wrong-type",
            Self::InEdit(_, inner) => inner.code(),
            Self::Name(name) => name.code(),
        }
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(why) => f.write_str(why),
            Self::LoneSurrogate => {
                f.write_str("a string has half of a surrogate pair")
            }
            Self::DuplicateKey(key) => write!(f, "key '{key}' stands twice"),
            Self::Twice(a, b) => write!(f, "'{a}' and '{b}' disagree"),
            Self::Cut => f.write_str("cut"),
            Self::NotAnObject(it) => {
                write!(f, "not an operation: the record is {it}")
            }
            Self::NoType => f.write_str("not an operation: no 'type'"),
            Self::Quoted => f.write_str(
                "not an operation: no 'type', and other text before it on \
                 its line",
            ),
            Self::UnknownType(it) => write!(f, "unknown operation '{it}'"),
            Self::UnknownTool(it) => {
                write!(f, "'{it}' is not a tool that writes files")
            }
            Self::UnknownEdit(it) => write!(f, "unknown edit '{it}'"),
            Self::UnknownField { field, of } => {
                write!(f, "{of} has no field '{field}'")
            }
            Self::Missing { field, of } => write!(f, "{of} needs '{field}'"),
            Self::WrongType { field, wanted, found } => {
                write!(f, "'{field}' must be {wanted} and is {found}")
            }
            Self::OutOfRange(what) => f.write_str(what),
            Self::NoEdits => f.write_str("modify has no edits"),
            Self::InEdit(index, why) => write!(f, "edit {index}: {why}"),
            Self::Name(why) => why.fmt(f),
        }
    }
}

impl std::error::Error for DecodeError {}
