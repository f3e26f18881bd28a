//! Where in a document the fields of an envelope stand.
//!
//! A table of patterns such as `choices.*.delta.content` becomes a tree that
//! is walked beside the tokens of a document, so that what no pattern names
//! costs nothing but its bytes. `*` is any element of an array.

/// What a place in a document means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    /// What sort of event or part this is.
    Kind,
    /// Who speaks.
    Role,
    /// Which of several parts or choices this belongs to.
    Index,
    /// A name for the part or message that no other has.
    Id,
    /// A tool's name.
    Name,
    /// Text of the answer.
    Text,
    /// Text that the model wrote for itself.
    Reasoning,
    /// Text whose nature the event's kind tells.
    Delta,
    /// A piece of a tool call's argument bytes.
    Args,
    /// A tool call's arguments, whole: an object, or a string that holds
    /// one.
    Input,
    /// Argument bytes as they came, of a call that may have been cut.
    Partial,
    /// A yes or no that changes what the part is: a thought, an error.
    Flag,
    /// Why the answer ended.
    Stop,
    /// How far the answer is, in a word that is a stop reason at its end.
    Status,
    /// Output tokens.
    Tokens,
    /// Output tokens that are not among those.
    MoreTokens,
    /// The most output tokens there could be.
    Cap,
    /// The model's name.
    Model,
    /// Whether this is the last event.
    Done,
    /// What went wrong, in words.
    Error,
    /// Present where a part ends.
    Ends,
    /// An object that holds a part of the answer.
    Part,
    /// An object that is a tool call.
    Tool,
    /// An object that counts only in a document that is no chunk of one.
    Whole,
}

/// Patterns and what stands there.
pub(super) type Table = &'static [(&'static str, Field)];

/// A place in the tree.
pub(super) type Node = u16;

/// The tree of all places.
#[derive(Debug)]
pub(super) struct Routes {
    places: Vec<Place>,
}

#[derive(Debug, Default)]
struct Place {
    field: Option<Field>,
    members: Vec<(&'static str, Node)>,
    elements: Option<Node>,
}

impl Routes {
    /// Where every document begins.
    pub(super) const ROOT: Node = 0;

    /// Builds the tree; each table's patterns begin with its prefix.
    pub(super) fn new(tables: &[(&'static str, Table)]) -> Self {
        let mut routes = Self { places: vec![Place::default()] };
        for (prefix, table) in tables {
            for (pattern, field) in *table {
                let steps = prefix.split('.').chain(pattern.split('.'));
                let steps = steps.filter(|step| !step.is_empty());
                let node = steps.fold(Self::ROOT, |at, s| routes.grow(at, s));
                if let Some(place) = routes.places.get_mut(usize::from(node)) {
                    place.field = Some(*field);
                }
            }
        }
        routes
    }

    fn grow(&mut self, at: Node, step: &'static str) -> Node {
        let known = match step {
            "*" => self.element(at),
            name => self.member(at, name.as_bytes()),
        };
        if let Some(known) = known {
            return known;
        }
        let new = self.places.len() as Node;
        self.places.push(Place::default());
        if let Some(place) = self.places.get_mut(usize::from(at)) {
            match step {
                "*" => place.elements = Some(new),
                name => place.members.push((name, new)),
            }
        }
        new
    }

    /// The place of a member.
    pub(super) fn member(&self, at: Node, key: &[u8]) -> Option<Node> {
        let members = &self.places.get(usize::from(at))?.members;
        let found = members.iter().find(|(name, _)| name.as_bytes() == key);
        found.map(|(_, node)| *node)
    }

    /// The place of an array's elements.
    pub(super) fn element(&self, at: Node) -> Option<Node> {
        self.places.get(usize::from(at))?.elements
    }

    /// What a place means.
    pub(super) fn field(&self, at: Node) -> Option<Field> {
        self.places.get(usize::from(at))?.field
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_found_step_by_step() {
        let table: Table = &[("a.*.b", Field::Text), ("a.*", Field::Part)];
        let routes = Routes::new(&[("", table), ("x.", table)]);
        let a = routes.member(Routes::ROOT, b"a").unwrap();
        let element = routes.element(a).unwrap();
        assert_eq!(routes.field(element), Some(Field::Part));
        let b = routes.member(element, b"b").unwrap();
        assert_eq!(routes.field(b), Some(Field::Text));
        assert_eq!(routes.member(element, b"c"), None);
        let x = routes.member(Routes::ROOT, b"x").unwrap();
        assert!(routes.member(x, b"a").is_some());
    }
}
