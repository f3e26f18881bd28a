//! The recogniser on tables of cases, each a line of JSON: what stands around
//! a unit, what the tree knows, and the file that is wanted.

use serde_json::Value;

use super::*;

/// What became of the cases of a table.
#[derive(Debug, Default)]
struct Score {
    right: usize,
    missed: Vec<String>,
    wrong: Vec<String>,
}

fn strings(case: &Value, key: &str) -> Vec<Vec<u8>> {
    let list = case[key].as_array().cloned().unwrap_or_default();
    list.iter().map(|s| s.as_str().unwrap().as_bytes().to_vec()).collect()
}

fn slices(lines: &[Vec<u8>]) -> Vec<&[u8]> {
    lines.iter().map(Vec::as_slice).collect()
}

/// The answer to a case in the words of the table.
fn answer(case: &Value, kind: Kind) -> (Option<String>, Named) {
    let (above, first) = (strings(case, "lines"), strings(case, "first"));
    let info = case["info"].as_str().unwrap_or_default();
    let known = strings(case, "known");
    let sought = Sought {
        above: &slices(&above),
        info: info.as_bytes(),
        first: &slices(&first),
        kind,
    };
    let found = named(&sought, &Listed(&known));
    let previous = case["previous"].as_str().map(|_| "previous".to_owned());
    let said = match &found {
        Named::Path(path) => Some(String::from_utf8(path.clone()).unwrap()),
        Named::Inherits(_) => previous,
        Named::Nothing(_) => None,
    };
    (said, found)
}

fn score(table: &str) -> Score {
    let mut score = Score::default();
    for (i, line) in table.lines().enumerate() {
        let case: Value = serde_json::from_str(line).unwrap();
        let mut judge = |key: &str, kind: Kind| {
            let wanted = case[key].as_str();
            let (said, found) = answer(&case, kind);
            let inherits = case["inherit"].as_str().map(|s| match s {
                "bare" => Inherit::Bare,
                _ => Inherit::Words,
            });
            let told = format!("{}: {key} {found:?} {line}", i + 1);
            match (said.as_deref(), wanted) {
                (said, wanted) if said == wanted => match (&found, inherits) {
                    // Words that count as nothing would need no proof.
                    (Named::Inherits(Inherit::Bare), Some(Inherit::Words)) => {
                        score.wrong.push(told);
                    }
                    (Named::Inherits(Inherit::Words), Some(Inherit::Bare)) => {
                        score.missed.push(told);
                    }
                    _ => score.right += 1,
                },
                (None, _) => score.missed.push(told),
                _ => score.wrong.push(told),
            }
        };
        judge("want", Kind::Whole);
        if case.get("want_edit").is_some() {
            judge("want_edit", Kind::Edit);
        }
    }
    score
}

fn check(name: &str) {
    let path =
        format!("{}/tests/cases/names/{name}", env!("CARGO_MANIFEST_DIR"));
    let table = std::fs::read_to_string(path).unwrap();
    let score = score(&table);
    let all = score.right + score.missed.len() + score.wrong.len();
    let told = format!(
        "{name}: {} of {all} right, {} missed, {} wrong\n{}\nWRONG\n{}",
        score.right,
        score.missed.len(),
        score.wrong.len(),
        score.missed.join("\n"),
        score.wrong.join("\n"),
    );
    let enough = score.right * 100 >= all * 99;
    assert!(score.wrong.is_empty() && enough, "{told}");
}

#[test]
fn names_around_fences_are_found_or_refused() {
    check("headings.ndjson");
}

#[test]
fn names_in_other_words_are_found_or_refused() {
    check("more.ndjson");
}
