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

/// Checks a table: nothing wrong, and at least so many of a hundred right.
fn check(name: &str, least: usize) {
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
    let enough = score.right * 100 >= all * least;
    assert!(score.wrong.is_empty() && enough, "{told}");
}

#[test]
fn names_around_fences_are_found_or_refused() {
    check("headings.ndjson", 99);
}

#[test]
fn names_in_other_words_are_found_or_refused() {
    check("more.ndjson", 99);
}

#[test]
fn sentences_direct_or_mention() {
    check("sentences.ndjson", 98);
}

/// Pieces that a random text is made of: those that the readers look for.
const PIECES: [&str; 40] = [
    "`", "``", "\"", "'", "[", "](", ")", "*", "**", "_", "#", "> ", "- ", "<",
    ">", "</", "{", "}", "=", ":", "/", "\\", "../", ".py", "src/a.py",
    "a b.txt", "File: ", "In ", "update ", "to ", "the ", ",", ". ", "…", "「",
    "文件", "\u{feff}", "old", "\n", "~~~",
];

/// A stream of numbers that a seed determines (xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end as u64).unwrap()
    }
}

fn random_line(random: &mut Random) -> Vec<u8> {
    let mut line = Vec::new();
    for _ in 0..random.below(40) {
        match random.below(4) {
            0 => line.push(u8::try_from(random.below(256)).unwrap()),
            _ => {
                let piece = PIECES[random.below(PIECES.len())];
                line.extend_from_slice(piece.as_bytes());
            }
        }
    }
    if random.below(2) == 0 {
        line = String::from_utf8_lossy(&line).into_owned().into_bytes();
    }
    line
}

#[test]
fn random_bytes_are_read_without_a_panic() {
    let seed = std::process::id().into();
    let mut random = Random(seed);
    let known = vec![b"src/a.py".to_vec(), b"a b.txt".to_vec()];
    for round in 0..4000 {
        let lines: Vec<Vec<u8>> =
            (0..4).map(|_| random_line(&mut random)).collect();
        let (info, first) =
            (random_line(&mut random), random_line(&mut random));
        let sought = Sought {
            above: &slices(&lines),
            info: &info,
            first: &[&first],
            kind: Kind::Edit,
        };
        let told = || format!("seed {seed}, round {round}");
        if let Named::Path(path) = named(&sought, &Listed(&known)) {
            assert!(!path.is_empty(), "{}", told());
            assert!(std::str::from_utf8(&path).is_ok(), "{}", told());
        }
        for mention in mentions(&info, &NoneKnown) {
            assert!(info.get(mention.range).is_some(), "{}", told());
        }
    }
}

#[test]
fn long_lines_of_any_piece_are_read_in_linear_time() {
    let limit = std::time::Duration::from_secs(2);
    for piece in PIECES {
        let line = piece.repeat(4096 / piece.len());
        let started = std::time::Instant::now();
        let sought = Sought {
            above: &[line.as_bytes()],
            info: line.as_bytes(),
            first: &[line.as_bytes()],
            kind: Kind::Whole,
        };
        let _ = named(&sought, &NoneKnown);
        let _ = mentions(line.as_bytes(), &NoneKnown);
        let took = started.elapsed();
        assert!(took < limit, "{piece:?} took {took:?}");
    }
}

#[test]
fn the_tree_is_asked_only_about_words_that_look_like_names() {
    use std::cell::RefCell;
    #[derive(Default)]
    struct Asked(RefCell<Vec<String>>);
    impl Known for Asked {
        fn has(&self, path: &[u8]) -> bool {
            let path = String::from_utf8_lossy(path).into_owned();
            self.0.borrow_mut().push(path);
            false
        }
        fn in_other_case(&self, _: &[u8]) -> bool {
            false
        }
        fn ending_with(&self, _: &[u8]) -> Vec<Vec<u8>> {
            Vec::new()
        }
    }
    let asked = Asked::default();
    let above: [&[u8]; 2] = [b"We change the loop once more", b"Then:"];
    let sought = Sought {
        above: &above,
        info: b"python",
        first: &[b"x = 1"],
        kind: Kind::Whole,
    };
    let _ = named(&sought, &asked);
    assert_eq!(asked.0.borrow().as_slice(), &[] as &[String]);
}

#[test]
fn lines_of_replies_are_read_together() {
    check("replies.ndjson", 97);
}

#[test]
fn further_forms_of_each_kind_are_read() {
    check("further.ndjson", 95);
}
