//! Scores by group: of everything, and by category, complexity, scope and
//! model.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::score::Tally;
use super::telemetry::Call;

/// Tallies by group. Two boards add up to the board of all their attempts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Board {
    #[serde(rename = "type")]
    kind: RecordType,
    /// Every attempt.
    all: Tally,
    category: BTreeMap<String, Tally>,
    complexity: BTreeMap<String, Tally>,
    scope: BTreeMap<String, Tally>,
    model: BTreeMap<String, Tally>,
}

/// What marks a board among other JSON files.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
enum RecordType {
    #[default]
    ScoreState,
}

/// The name of a size of scope, in deliverables.
fn scope_name(deliverables: usize) -> &'static str {
    match deliverables {
        0..=4 => "<=4",
        5..=9 => "5-9",
        _ => ">=10",
    }
}

impl Board {
    /// Counts one attempt in every group it belongs to.
    pub fn add(&mut self, call: &Call<'_>) {
        let seen = call.observation();
        let scope = Some(call.scope()).filter(|n| *n > 0).map(scope_name);
        self.all.add(&seen);
        for (tallies, name) in [
            (&mut self.category, call.category()),
            (&mut self.complexity, call.complexity()),
            (&mut self.scope, scope),
            (&mut self.model, call.model()),
        ] {
            let Some(name) = name else { continue };
            match tallies.get_mut(name) {
                Some(tally) => tally.add(&seen),
                None => tallies.entry(name.to_owned()).or_default().add(&seen),
            }
        }
    }

    /// Adds another board: that of more attempts.
    pub fn merge(&mut self, other: &Self) {
        self.all.merge(&other.all);
        for (mine, more) in [
            (&mut self.category, &other.category),
            (&mut self.complexity, &other.complexity),
            (&mut self.scope, &other.scope),
            (&mut self.model, &other.model),
        ] {
            for (name, tally) in more {
                mine.entry(name.clone()).or_default().merge(tally);
            }
        }
    }

    /// Whether no attempt was counted.
    pub fn is_empty(&self) -> bool {
        self.all.attempts == 0
    }

    /// Every group: what it is grouped by, its name, and its tally; that of
    /// everything first.
    pub fn groups(&self) -> impl Iterator<Item = (&str, &str, &Tally)> {
        let by = [
            ("category", &self.category),
            ("complexity", &self.complexity),
            ("scope", &self.scope),
            ("model", &self.model),
        ];
        let grouped = by.into_iter().flat_map(|(by, tallies)| {
            let named = tallies.iter();
            named.map(move |(name, tally)| (by, name.as_str(), tally))
        });
        std::iter::once(("all", "", &self.all)).chain(grouped)
    }

    /// The tally of a group written `all` or `scope:>=10`.
    pub fn group(&self, name: &str) -> Option<&Tally> {
        self.groups()
            .map(|(by, value, tally)| (label(by, value), tally))
            .find_map(|(label, tally)| (label == name).then_some(tally))
    }
}

/// A group's name in tables and gates.
pub fn label(by: &str, value: &str) -> String {
    if value.is_empty() { by.to_owned() } else { format!("{by}:{value}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::telemetry;

    #[test]
    fn an_attempt_counts_in_each_of_its_groups() {
        let line = br#"{"type":"attempt","category":"feat","model":"m",
            "deliverables":["a","b","c","d","e"]}"#;
        let mut board = Board::default();
        board.add(&telemetry::read(line).unwrap().unwrap());
        let labels: Vec<_> =
            board.groups().map(|(by, value, _)| label(by, value)).collect();
        assert_eq!(labels, ["all", "category:feat", "scope:5-9", "model:m"]);
        assert_eq!(board.group("scope:5-9").unwrap().attempts, 1);
        let text = serde_json::to_string(&board).unwrap();
        assert_eq!(serde_json::from_str::<Board>(&text).unwrap(), board);
    }
}
