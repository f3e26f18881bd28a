//! JSON values as a model wrote them: bytes in, a tree out in which a key
//! that stands twice is still seen twice. Knows nothing of operations.

use std::collections::HashSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// A JSON value. Numbers that are not whole and positive are only known to
/// be numbers: no operation has a use for them.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Null,
    Bool(bool),
    Count(u64),
    Number,
    Text(String),
    Array(Vec<Value>),
    Object(Vec<(String, Value)>),
}

impl Value {
    /// What the value is, for messages.
    pub(super) fn describe(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Count(_) => "a number",
            Self::Number => "a fraction, a negative number or too large",
            Self::Text(_) => "a string",
            Self::Array(_) => "an array",
            Self::Object(_) => "an object",
        }
    }

    /// The first key that stands twice in one object, at any depth.
    pub(super) fn duplicate_key(&self) -> Option<&str> {
        match self {
            Self::Array(items) => items.iter().find_map(Self::duplicate_key),
            Self::Object(members) => duplicate(members).or_else(|| {
                members.iter().find_map(|(_, v)| v.duplicate_key())
            }),
            _ => None,
        }
    }
}

/// Members of an object that are compared with each other one by one: more
/// than an operation has, and fewer than a table is worth.
const FEW: usize = 8;

fn duplicate(members: &[(String, Value)]) -> Option<&str> {
    let mut keys = members.iter().map(|(key, _)| key.as_str());
    if members.len() <= FEW {
        let mut before = members.iter().enumerate();
        let twice = before.find(|(at, (key, _))| {
            members.iter().take(*at).any(|(other, _)| other == key)
        });
        return twice.map(|(_, (key, _))| key.as_str());
    }
    let mut seen = HashSet::with_capacity(members.len());
    keys.find(|key| !seen.insert(*key))
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(AnyValue)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, it: bool) -> Result<Value, E> {
        Ok(Value::Bool(it))
    }

    fn visit_u64<E>(self, it: u64) -> Result<Value, E> {
        Ok(Value::Count(it))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Value, E> {
        Ok(Value::Number)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Value, E> {
        Ok(Value::Number)
    }

    fn visit_str<E>(self, it: &str) -> Result<Value, E> {
        Ok(Value::Text(it.to_owned()))
    }

    fn visit_string<E>(self, it: String) -> Result<Value, E> {
        Ok(Value::Text(it))
    }

    fn visit_seq<A: SeqAccess<'de>>(
        self,
        mut from: A,
    ) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = from.next_element()? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(
        self,
        mut from: A,
    ) -> Result<Value, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = from.next_entry()? {
            members.push(member);
        }
        Ok(Value::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Value {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn a_key_that_stands_twice_is_seen_at_any_depth() {
        assert_eq!(read(r#"{"a":1,"b":2,"a":3}"#).duplicate_key(), Some("a"));
        assert_eq!(read(r#"[{"x":{"k":1,"k":1}}]"#).duplicate_key(), Some("k"));
        assert_eq!(read(r#"[{"a":1},{"a":1}]"#).duplicate_key(), None);
    }

    #[test]
    fn a_key_written_with_escapes_is_the_same_key() {
        assert_eq!(read(r#"{"a":1,"\u0061":2}"#).duplicate_key(), Some("a"));
    }

    #[test]
    fn only_whole_positive_numbers_are_counted() {
        assert_eq!(read("7"), Value::Count(7));
        assert_eq!(read("-7"), Value::Number);
        assert_eq!(read("7.0"), Value::Number);
    }
}
