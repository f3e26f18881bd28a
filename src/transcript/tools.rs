//! Tool calls: deltas in any interleaving in, whole calls out.

use crate::json::{Kind, Token, Tokens};

/// What one document says about one call.
#[derive(Debug, Default)]
pub(super) struct Delta {
    /// What the document calls it: an index, else an id.
    pub(super) key: Option<String>,
    pub(super) id: Option<String>,
    pub(super) name: Option<String>,
    /// More argument bytes.
    pub(super) args: Vec<u8>,
    /// All argument bytes, should no others come.
    pub(super) input: Option<Vec<u8>>,
    pub(super) nature: Nature,
    pub(super) end: End,
}

/// Whose business a call is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Nature {
    /// Ours; its arguments are JSON.
    #[default]
    Json,
    /// Ours; its arguments are text.
    Text,
    /// The provider's own: it has been run already.
    Foreign,
}

/// Whether anything more of a call is to come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum End {
    /// There may be more.
    #[default]
    Open,
    /// That was all.
    Closed,
    /// That was all, and it was cut, perhaps at its very end.
    Cut,
    /// That was all, and what would tell whether it is whole was cut.
    Untold,
}

/// A call, as it leaves.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Call {
    pub(super) name: String,
    pub(super) args: Vec<u8>,
    pub(super) whole: bool,
}

/// The calls of an answer.
#[derive(Debug, Default)]
pub(super) struct Tools {
    calls: Vec<Open>,
}

#[derive(Debug, Default)]
struct Open {
    key: Option<String>,
    id: Option<String>,
    name: String,
    args: Vec<u8>,
    input: Option<Vec<u8>>,
    nature: Nature,
    shape: Shape,
    gone: bool,
}

/// Whether argument bytes are one whole JSON value.
#[derive(Debug, Default)]
struct Shape {
    tokens: Tokens,
    state: Whole,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Whole {
    #[default]
    NotYet,
    Yes,
    /// It is no JSON; only the end of the call can end it.
    Never,
}

impl Tools {
    /// Takes a delta; the call, if it is whole with that.
    pub(super) fn take(&mut self, delta: Delta) -> Option<Call> {
        let at = self.find(&delta)?;
        let call = self.calls.get_mut(at)?;
        if call.gone {
            return None;
        }
        if delta.name.is_some() {
            call.nature = delta.nature;
        }
        call.id = call.id.take().or(delta.id);
        if let Some(name) = delta.name
            && call.name.is_empty()
        {
            call.name = name;
        }
        call.input = delta.input.or(call.input.take());
        call.shape.feed(&delta.args);
        call.args.extend_from_slice(&delta.args);
        match delta.end {
            end @ (End::Cut | End::Untold) => call.leave(end),
            End::Closed => call.close(),
            End::Open if call.is_whole() => call.close(),
            End::Open => None,
        }
    }

    /// Which call a delta is about; a new one if none. A new id under a
    /// known key is a new call: some providers number all calls 0.
    fn find(&mut self, delta: &Delta) -> Option<usize> {
        let fits = |call: &Open| match (&delta.id, &call.id) {
            (Some(new), Some(old)) => new == old,
            _ => true,
        };
        let mut calls = self.calls.iter();
        let known = match (&delta.key, &delta.id, &delta.name) {
            (Some(_), ..) => {
                calls.rposition(|call| call.key == delta.key && fits(call))
            }
            (None, Some(_), _) => calls.rposition(|call| call.id == delta.id),
            (None, None, Some(_)) => None,
            (None, None, None) => self.calls.len().checked_sub(1),
        };
        let says = delta.name.is_some() || !delta.args.is_empty();
        known.or_else(|| says.then(|| self.begin(delta)))
    }

    fn begin(&mut self, delta: &Delta) -> usize {
        self.calls.push(Open { key: delta.key.clone(), ..Open::default() });
        self.calls.len() - 1
    }

    /// The end of the call with this key. One without arguments stays: what
    /// ends the answer tells whether it was to have any.
    pub(super) fn close(&mut self, key: Option<&str>) -> Option<Call> {
        let calls = self.calls.iter_mut().rev();
        let mut calls = calls.filter(|call| call.key.as_deref() == key);
        calls.next().filter(|call| !call.args.is_empty())?.close()
    }

    /// The end of all calls: they were said in full.
    pub(super) fn close_all(&mut self) -> Vec<Call> {
        self.calls.drain(..).filter_map(|mut call| call.close()).collect()
    }

    /// The end of all calls: whatever is open is cut.
    pub(super) fn cut_all(&mut self) -> Vec<Call> {
        self.calls
            .drain(..)
            .filter_map(|mut call| call.leave(End::Cut))
            .collect()
    }
}

impl Open {
    fn is_whole(&self) -> bool {
        self.nature == Nature::Json && self.shape.state == Whole::Yes
    }

    /// It is over: what is there is all of it.
    fn close(&mut self) -> Option<Call> {
        if self.args.is_empty() {
            let input = self.input.take().filter(|input| !input.is_empty());
            let input = input.unwrap_or_else(|| match self.nature {
                Nature::Text => Vec::new(),
                _ => b"{}".to_vec(),
            });
            self.shape.feed(&input);
            self.args = input;
        }
        self.leave(End::Closed)
    }

    fn leave(&mut self, end: End) -> Option<Call> {
        let whole = match self.nature {
            Nature::Text => end == End::Closed,
            _ => self.shape.state != Whole::NotYet,
        };
        let gone = std::mem::replace(&mut self.gone, true);
        if gone || self.nature == Nature::Foreign {
            self.args = Vec::new();
            return None;
        }
        let args = std::mem::take(&mut self.args);
        let named = !self.name.is_empty();
        let whole = whole && named && end != End::Untold;
        Some(Call { name: std::mem::take(&mut self.name), args, whole })
    }
}

impl Shape {
    fn feed(&mut self, mut bytes: &[u8]) {
        while self.state == Whole::NotYet {
            let levels = self.tokens.levels();
            let (used, token) = self.tokens.step(bytes);
            match token {
                Token::More => return,
                Token::Close if levels == 1 => self.state = Whole::Yes,
                Token::Fault => self.state = Whole::Never,
                Token::Open(Kind::Object) => {}
                _ if levels == 0 => self.state = Whole::Never,
                _ => {}
            }
            bytes = bytes.get(used..).unwrap_or_default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delta(key: &str, name: &str, args: &str) -> Delta {
        Delta {
            key: Some(key.to_owned()),
            name: (!name.is_empty()).then(|| name.to_owned()),
            args: args.as_bytes().to_vec(),
            ..Delta::default()
        }
    }

    #[test]
    fn interleaved_calls_leave_in_the_order_in_which_they_are_whole() {
        let mut tools = Tools::default();
        assert_eq!(tools.take(delta("0", "a", "")), None);
        assert_eq!(tools.take(delta("1", "b", "{\"x\":")), None);
        assert_eq!(tools.take(delta("0", "", "{\"y\":{}")), None);
        let b = tools.take(delta("1", "", "1}")).unwrap();
        assert_eq!(
            (b.name.as_str(), b.args.as_slice()),
            ("b", &b"{\"x\":1}"[..])
        );
        let a = tools.take(delta("0", "", "}")).unwrap();
        assert_eq!(a.args, b"{\"y\":{}}");
        assert!(a.whole);
        assert_eq!(tools.take(delta("0", "", "")), None);
        assert!(tools.close_all().is_empty());
    }

    #[test]
    fn a_new_id_under_a_known_key_is_a_new_call() {
        let mut tools = Tools::default();
        let with_id = |id: &str, args: &str| Delta {
            id: Some(id.to_owned()),
            ..delta("0", "t", args)
        };
        assert!(tools.take(with_id("p", "{}")).is_some());
        assert!(tools.take(with_id("q", "{}")).is_some());
    }

    #[test]
    fn a_call_that_is_left_open_is_not_whole() {
        let mut tools = Tools::default();
        tools.take(delta("0", "a", "{\"x\":\"}"));
        let cut = tools.cut_all().pop().unwrap();
        assert!(!cut.whole);
        assert_eq!(cut.args, b"{\"x\":\"}");
    }

    #[test]
    fn a_call_without_arguments_has_an_empty_object() {
        let mut tools = Tools::default();
        tools.take(delta("0", "a", ""));
        assert_eq!(tools.close(Some("0")), None);
        assert_eq!(tools.close_all().pop().unwrap().args, b"{}");
    }
}
