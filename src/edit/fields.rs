//! The members of one object, taken one by one under all their names. What
//! is left at the end was not understood.

use super::malformed::DecodeError;
use super::value::Value;

/// Members that say something to people and nothing to us.
const COMMENTARY: [&str; 11] = [
    "comment",
    "description",
    "explanation",
    "id",
    "instruction",
    "language",
    "note",
    "rationale",
    "reason",
    "summary",
    "title",
];

/// Members not yet taken.
#[derive(Debug)]
pub(super) struct Fields(Vec<(String, Value)>);

impl Fields {
    /// The members of an object; `null` counts as absent.
    pub(super) fn new(members: Vec<(String, Value)>) -> Self {
        let given = members.into_iter().filter(|(_, v)| *v != Value::Null);
        Self(given.collect())
    }

    /// Whether one of `names` is there.
    pub(super) fn has(&self, names: &[&str]) -> bool {
        self.0.iter().any(|(key, _)| names.contains(&key.as_str()))
    }

    /// Looks at a text without taking it.
    pub(super) fn peek_text(&self, names: &[&str]) -> Option<&str> {
        self.0.iter().find_map(|(key, value)| match value {
            Value::Text(text) if names.contains(&key.as_str()) => {
                Some(text.as_str())
            }
            _ => None,
        })
    }

    /// Takes the member that has one of `names`. Two of them that disagree
    /// are an error.
    pub(super) fn take(
        &mut self,
        names: &[&str],
    ) -> Result<Option<Value>, DecodeError> {
        let mut taken: Option<(String, Value)> = None;
        while let Some(at) =
            self.0.iter().position(|(key, _)| names.contains(&key.as_str()))
        {
            let (key, value) = self.0.remove(at);
            match &taken {
                Some((first, other)) if *other != value => {
                    return Err(DecodeError::Twice(first.clone(), key));
                }
                _ => taken = Some((key, value)),
            }
        }
        Ok(taken.map(|(_, value)| value))
    }

    /// Takes a text, if it is there.
    pub(super) fn text(
        &mut self,
        names: &'static [&'static str],
    ) -> Result<Option<String>, DecodeError> {
        match self.take(names)? {
            None => Ok(None),
            Some(Value::Text(text)) => Ok(Some(text)),
            Some(other) => Err(wrong(names, "a string", &other)),
        }
    }

    /// Takes a text that must be there; `of` names what lacks it.
    pub(super) fn needed_text(
        &mut self,
        names: &'static [&'static str],
        of: &'static str,
    ) -> Result<String, DecodeError> {
        self.text(names)?.ok_or_else(|| missing(names, of))
    }

    /// Takes a whole number, if it is there.
    pub(super) fn count(
        &mut self,
        names: &'static [&'static str],
    ) -> Result<Option<u64>, DecodeError> {
        match self.take(names)? {
            None => Ok(None),
            Some(Value::Count(n)) => Ok(Some(n)),
            Some(other) => Err(wrong(names, "a whole number", &other)),
        }
    }

    /// Takes a whole number that must be there; `of` names what lacks it.
    pub(super) fn needed_count(
        &mut self,
        names: &'static [&'static str],
        of: &'static str,
    ) -> Result<u64, DecodeError> {
        self.count(names)?.ok_or_else(|| missing(names, of))
    }

    /// Takes a boolean; absent is false.
    pub(super) fn flag(
        &mut self,
        names: &'static [&'static str],
    ) -> Result<bool, DecodeError> {
        match self.take(names)? {
            None => Ok(false),
            Some(Value::Bool(it)) => Ok(it),
            Some(other) => Err(wrong(names, "true or false", &other)),
        }
    }

    /// Ends the object: what is left must be commentary.
    pub(super) fn finish(self, of: &'static str) -> Result<(), DecodeError> {
        let unknown = |key: &String| !COMMENTARY.contains(&key.as_str());
        match self.0.into_iter().map(|(key, _)| key).find(unknown) {
            None => Ok(()),
            Some(field) => Err(DecodeError::UnknownField { field, of }),
        }
    }
}

/// A member is missing; the first of its names is the canonical one.
pub(super) fn missing(names: &[&'static str], of: &'static str) -> DecodeError {
    DecodeError::Missing { field: canonical(names), of }
}

/// A member has the wrong type.
pub(super) fn wrong(
    names: &[&'static str],
    wanted: &'static str,
    found: &Value,
) -> DecodeError {
    let field = canonical(names);
    DecodeError::WrongType { field, wanted, found: found.describe() }
}

fn canonical(names: &[&'static str]) -> &'static str {
    names.first().copied().unwrap_or_default()
}
