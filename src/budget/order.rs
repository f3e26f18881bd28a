//! Phases in an order in which each comes after those it depends on.

use std::fmt;

use super::phase::Phase;

/// Phases that wait for each other, in that order; the last waits for the
/// first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cycle(pub Vec<String>);

impl fmt::Display for Cycle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.0.iter().chain(self.0.first());
        let quoted: Vec<String> = names.map(|n| format!("'{n}'")).collect();
        write!(f, "phases depend on each other: {}", quoted.join(" -> "))
    }
}

impl std::error::Error for Cycle {}

/// How far the search below a phase has come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Unseen,
    Open,
    Done,
}

/// Indices of the phases, dependencies first and otherwise in the order
/// given. Dependencies on phases that are not there do not count.
pub fn order(phases: &[Phase]) -> Result<Vec<usize>, Cycle> {
    let mut marks = vec![Mark::Unseen; phases.len()];
    let mut done = Vec::new();
    for index in 0..phases.len() {
        visit(index, phases, &mut marks, &mut done)?;
    }
    Ok(done)
}

/// One phase whose dependencies are being looked at: its index, and how
/// many of them have been.
type Open = (usize, usize);

fn visit(
    start: usize,
    phases: &[Phase],
    marks: &mut [Mark],
    done: &mut Vec<usize>,
) -> Result<(), Cycle> {
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
        let Some(next) = find(phases, name) else { continue };
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

/// The index of the phase of that name.
pub fn find(phases: &[Phase], name: &str) -> Option<usize> {
    phases.iter().position(|phase| phase.id.as_deref() == Some(name))
}

fn cycle(path: &[Open], back: usize, phases: &[Phase]) -> Cycle {
    let inside = path.iter().skip_while(|(index, _)| *index != back);
    let named = inside.filter_map(|(index, _)| phases.get(*index));
    Cycle(named.map(|phase| phase.name().to_owned()).collect())
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
