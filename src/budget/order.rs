//! Phases in an order in which each comes after those it depends on.
//!
//! Phases flow in, their order flows out, or why there is none: a name that
//! means two of them, or a circle.

use std::collections::HashMap;
use std::fmt;

use super::phase::Phase;

/// Why there is no order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Disorder {
    /// Phases that wait for each other, in that order; the last waits for the
    /// first.
    Cycle(Vec<String>),
    /// A name that more than one phase has.
    Namesakes(String),
}

impl fmt::Display for Disorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quote = |name: &String| format!("'{name}'");
        match self {
            Self::Cycle(names) => {
                let circle = names.iter().chain(names.first());
                let quoted: Vec<String> = circle.map(quote).collect();
                write!(
                    f,
                    "phases depend on each other: {}",
                    quoted.join(" -> ")
                )
            }
            Self::Namesakes(name) => {
                write!(f, "more than one phase is called {}", quote(name))
            }
        }
    }
}

impl std::error::Error for Disorder {}

/// Phases by name.
#[derive(Clone, Debug)]
pub struct Names<'a>(HashMap<&'a str, usize>);

impl<'a> Names<'a> {
    /// The names of these phases; fails if one means two of them.
    pub fn of(phases: &'a [Phase]) -> Result<Self, Disorder> {
        let mut found = HashMap::new();
        for (index, phase) in phases.iter().enumerate() {
            if let Some(id) = phase.id.as_deref()
                && found.insert(id, index).is_some()
            {
                return Err(Disorder::Namesakes(id.to_owned()));
            }
        }
        Ok(Self(found))
    }

    /// The index of the phase of that name.
    pub fn find(&self, name: &str) -> Option<usize> {
        self.0.get(name).copied()
    }
}

/// How far the search below a phase has come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Unseen,
    Open,
    Done,
}

/// Indices of the phases, dependencies first and otherwise in the order
/// given. Dependencies on phases that are not there do not count.
pub fn order(
    phases: &[Phase],
    names: &Names<'_>,
) -> Result<Vec<usize>, Disorder> {
    let mut marks = vec![Mark::Unseen; phases.len()];
    let mut done = Vec::new();
    for index in 0..phases.len() {
        visit(index, phases, names, &mut marks, &mut done)?;
    }
    Ok(done)
}

/// One phase whose dependencies are being looked at: its index, and how
/// many of them have been.
type Open = (usize, usize);

fn visit(
    start: usize,
    phases: &[Phase],
    names: &Names<'_>,
    marks: &mut [Mark],
    done: &mut Vec<usize>,
) -> Result<(), Disorder> {
    let mark = |marks: &mut [Mark], at: usize, to: Mark| {
        if let Some(mark) = marks.get_mut(at) {
            *mark = to;
        }
    };
    if marks.get(start) != Some(&Mark::Unseen) {
        return Ok(());
    }
    mark(marks, start, Mark::Open);
    let mut path: Vec<Open> = vec![(start, 0)];
    while let Some((index, seen)) = path.last_mut() {
        let phase = phases.get(*index);
        let Some(name) = phase.and_then(|p| p.dependencies.get(*seen)) else {
            mark(marks, *index, Mark::Done);
            done.push(*index);
            path.pop();
            continue;
        };
        *seen += 1;
        let Some(next) = names.find(name) else { continue };
        match marks.get(next) {
            Some(Mark::Open) => return Err(cycle(&path, next, phases)),
            Some(Mark::Unseen) => {
                mark(marks, next, Mark::Open);
                path.push((next, 0));
            }
            _ => {}
        }
    }
    Ok(())
}

fn cycle(path: &[Open], back: usize, phases: &[Phase]) -> Disorder {
    let inside = path.iter().skip_while(|(index, _)| *index != back);
    let named = inside.filter_map(|(index, _)| phases.get(*index));
    Disorder::Cycle(named.map(|phase| phase.name().to_owned()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phases(list: &[(&str, &[&str])]) -> Vec<Phase> {
        let one = |(id, needs): &(&str, &[&str])| Phase {
            id: Some((*id).to_owned()),
            dependencies: needs.iter().map(|n| (*n).to_owned()).collect(),
            ..Phase::default()
        };
        list.iter().map(one).collect()
    }

    fn order(list: &[Phase]) -> Result<Vec<usize>, Disorder> {
        super::order(list, &Names::of(list)?)
    }

    #[test]
    fn a_name_that_means_two_phases_is_named() {
        let list = phases(&[("a", &[]), ("b", &[]), ("a", &[])]);
        let said = order(&list).unwrap_err().to_string();
        assert_eq!(said, "more than one phase is called 'a'");
    }

    #[test]
    fn dependencies_come_first() {
        let list = phases(&[("c", &["b"]), ("a", &[]), ("b", &["a", "x"])]);
        assert_eq!(order(&list), Ok(vec![1, 2, 0]));
    }

    #[test]
    fn a_cycle_is_named() {
        let list = phases(&[("o", &["a"]), ("a", &["b"]), ("b", &["a"])]);
        let cycle = order(&list).unwrap_err();
        assert_eq!(
            cycle.to_string(),
            "phases depend on each other: 'a' -> 'b' -> 'a'"
        );
    }

    #[test]
    fn a_phase_that_needs_itself_is_a_cycle() {
        assert!(order(&phases(&[("a", &["a"])])).is_err());
    }
}
