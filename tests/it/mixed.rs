//! Answers of several units in whatever formats, as models mix them, with
//! faults in some. What must come of each is known.
//!
//! Two laws: no file ever has a text that is neither its old one nor one
//! that was meant; and status 0 means that all that was asked for is done.
//! Beside them a figure: how many of the answers without a fault are applied
//! to the last unit.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::answers::Tree;
use crate::edit_apply::{apply, tree};
use crate::mixed_answers::{Answer, Fault, Unit, answer};
use crate::support::{Dir, Random, in_parallel, iterations};

/// The share of the answers without a fault that has to be applied wholly.
const APPLIED: f64 = 0.97;

/// A file once these units have been applied to it; `None` if it is gone or
/// was never there.
fn text_after(answer: &Answer, path: &str, done: &[&Unit]) -> Option<String> {
    let mut text = answer.base.get(path).cloned();
    for unit in done {
        let change = &unit.change;
        text = match text {
            None => Some(change.new.clone()),
            Some(_) if change.is_deletion() => None,
            Some(text) => Some(text.replacen(&change.old, &change.new, 1)),
        };
    }
    text
}

/// Which law the outcome breaks, and the units that were not applied.
fn broken(
    answer: &Answer,
    status: i32,
    now: &Tree,
) -> (Option<String>, Vec<usize>) {
    let mut missing = Vec::new();
    let mut law = None;
    let paths = answer.base.keys().chain(now.keys());
    let paths = paths.chain(answer.units.iter().map(|u| &u.change.path));
    let mut paths: Vec<&String> = paths.collect();
    paths.sort();
    paths.dedup();
    for path in paths {
        let of = |at: &usize| answer.units[*at].change.path == *path;
        let mine: Vec<usize> = (0..answer.units.len()).filter(of).collect();
        // Which of its units were applied: none, some or all of them.
        let applied = (0..1usize << mine.len()).rev().find(|set| {
            let bits = mine.iter().enumerate();
            let done: Vec<&Unit> = bits
                .filter(|(bit, _)| set >> bit & 1 == 1)
                .map(|(_, at)| &answer.units[*at])
                .collect();
            let allowed = done.iter().all(|unit| !unit.forbidden);
            allowed && text_after(answer, path, &done) == now.get(path).cloned()
        });
        let Some(set) = applied else {
            law = Some(format!("{path} has a text that nobody meant"));
            continue;
        };
        let bits = mine.iter().enumerate();
        let left = bits.filter(|(bit, _)| set >> bit & 1 == 0);
        missing.extend(left.map(|(_, at)| *at));
    }
    let lost = missing.iter().find(|at| answer.units[**at].shown);
    if ![0, 1].contains(&status) {
        law = law.or(Some(format!("status {status}")));
    } else if let (0, Some(at)) = (status, lost) {
        let path = &answer.units[*at].change.path;
        let why = format!("status 0, but {path} was not changed");
        law = law.or(Some(why));
    }
    (law, missing)
}

/// What came of an answer.
struct Judged {
    seed: u64,
    fault: Fault,
    law: Option<String>,
    /// Status 0, and nothing is missing.
    complete: bool,
    /// Format, address and fence of what an answer without a fault asks for
    /// and did not get.
    missing: Vec<String>,
    told: String,
}

fn judge(seed: u64) -> Judged {
    let answer = answer(seed);
    let dir = Dir::new();
    for (path, text) in &answer.base {
        dir.put(path, text);
    }
    let input = String::from_utf8_lossy(&answer.bytes);
    let ran = apply(&dir, &["--no-fsync"], &input);
    let now: Tree = tree(&dir).into_iter().collect();
    let (law, missing) = broken(&answer, ran.status, &now);
    let name = |at: &usize| {
        let unit = &answer.units[*at];
        let fence = unit.fence.unwrap_or("no fence");
        format!("{:?} {:?} {fence}", unit.format, unit.address)
    };
    let names: Vec<String> = missing.iter().map(name).collect();
    let told = format!(
        "==== seed {seed}, {:?}: {}; missing {names:?}\n{input}\n\
         ---- status {}\n{}---- stderr\n{}",
        answer.fault,
        law.as_deref().unwrap_or("both laws hold"),
        ran.status,
        ran.text(),
        ran.stderr
    );
    Judged {
        seed,
        fault: answer.fault,
        law,
        complete: ran.status == 0 && missing.is_empty(),
        missing: names,
        told,
    }
}

/// How often each text stands in a list, most often first.
fn counted(all: impl Iterator<Item = String>) -> String {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for one in all {
        *counts.entry(one).or_default() += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let line = |(text, count): (String, usize)| format!("{count:5} {text}\n");
    counts.into_iter().take(30).map(line).collect()
}

#[test]
fn a_mixed_answer_is_applied_or_refused_and_never_wrong() {
    let mut random = Random::seeded();
    let seeds: Vec<u64> = (0..iterations(400)).map(|_| random.next()).collect();
    let judged = in_parallel(&seeds, |seed| judge(*seed));

    let sound: Vec<_> =
        judged.iter().filter(|j| j.fault == Fault::Nothing).collect();
    let complete = sound.iter().filter(|judged| judged.complete).count();
    let share = complete as f64 / sound.len() as f64;
    println!(
        "{complete} of {} answers without a fault ({:.1}%) applied wholly",
        sound.len(),
        share * 100.0
    );
    let missing = sound.iter().flat_map(|judged| judged.missing.clone());
    print!("what they did not get:\n{}", counted(missing));

    let broken: Vec<_> = judged.iter().filter(|j| j.law.is_some()).collect();
    let kind = |judged: &&Judged| {
        let law = judged.law.clone().unwrap_or_default();
        let words = law.split(' ').filter(|word| !word.contains('/'));
        let words: Vec<&str> = words.collect();
        format!("{:?}: {}", judged.fault, words.join(" "))
    };
    print!("laws broken:\n{}", counted(broken.iter().map(kind)));

    let mut told = String::new();
    for judged in broken.iter().take(5) {
        let _ = writeln!(told, "{}", judged.told);
    }
    assert!(
        broken.is_empty(),
        "{} of {} answers break a law, such as\n{told}",
        broken.len(),
        judged.len()
    );
    let refused: String = sound
        .iter()
        .filter(|judged| !judged.complete)
        .take(5)
        .map(|judged| judged.told.clone())
        .collect();
    assert!(share >= APPLIED, "only {:.1}%\n{refused}", share * 100.0);
}

/// `TORNKIT_ANSWER=SEED` shows one answer and what comes of it.
#[test]
fn an_answer_of_a_seed_is_always_the_same() {
    let given = std::env::var("TORNKIT_ANSWER").ok();
    let seed = given.and_then(|seed| seed.parse().ok()).unwrap_or(7);
    assert_eq!(answer(seed).bytes, answer(seed).bytes);
    let judged = judge(seed);
    assert_eq!(judged.seed, seed);
    println!("{}", judged.told);
}
