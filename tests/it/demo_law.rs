//! The demo's answer, cut at every byte: nothing invented, nothing lost, and
//! the same tree whichever way the model goes on.

use std::fs;
use std::path::{Path, PathBuf};

use tornkit::resume::{stitch, survey};
use tornkit::scan::{Config, Event, Scanner};
use tornkit::span::Verdict;

use crate::recorded::Recorded;
use crate::support::{Dir, run_in};

/// Ways to go on that a model was asked for, or that models are known for.
const STYLES: [&str; 7] =
    ["exact", "line", "op", "file", "all", "prose", "fence"];

/// Offsets between two cuts that are joined in every style; prime, so that
/// it meets lines and operations at every phase.
const STEP: usize = 97;

fn demo() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/demo")
}

fn layouts() -> Vec<Recorded> {
    let answer = fs::read_to_string(demo().join("answer.ndjson"));
    Recorded::layouts(&answer.expect("the demo's answer"))
}

fn nightly() -> bool {
    std::env::var_os("TORNKIT_NIGHTLY").is_some()
}

/// Feeds byte after byte, and ends a copy of the scanner at each.
#[test]
fn every_byte_gives_exactly_the_records_whole_before_it() {
    let mut cuts = 0;
    for answer in layouts() {
        let text = answer.text.as_bytes();
        let whole: Vec<_> = survey(text)
            .units
            .into_iter()
            .map(|unit| (unit.span, unit.json))
            .collect();
        let mut scanner = Scanner::new(Config::default());
        let mut seen = 0;
        for at in 0..=text.len() {
            let mut sink = |event: Event<'_>| {
                let Event::Record(record) = event else {
                    panic!("{} at {at}: {event:?}", answer.name)
                };
                let (span, json) = &whole[seen];
                assert_eq!(record.span, *span, "{} at {at}", answer.name);
                assert_eq!(record.json, json, "{} at {at}", answer.name);
                seen += 1;
                Ok::<(), ()>(())
            };
            if let Some(before) = at.checked_sub(1) {
                scanner.feed(&text[before..at], &mut sink).unwrap();
            }
            let due = whole.iter().filter(|(s, _)| s.end <= at as u64);
            let due = due.count();
            let end = scanner.clone().finish(&mut sink).unwrap();
            assert_eq!(seen, due, "{} at {at}", answer.name);
            check_end(answer.name, text, at, &end);
            cuts += 1;
        }
    }
    println!("{cuts} cuts");
}

/// Every cut of this answer can be told, since it declares its total.
fn check_end(name: &str, text: &[u8], at: usize, end: &tornkit::scan::Summary) {
    assert_eq!(end.bytes.total(), at as u64, "{name} at {at}");
    let whole = at + 1 >= text.len();
    match &end.cut {
        Some(cut) => {
            assert!(!whole, "{name} at {at}: {cut:?}");
            assert_eq!(cut.byte, at as u64, "{name} at {at}");
            let tail = at - end.bytes.tail as usize;
            assert_eq!(end.tail, text[tail..at], "{name} at {at}");
        }
        None => {
            let told = whole || at == 0 || end.records == 0 && at < 4;
            assert!(told, "{name} at {at}: {:?}", end.verdict);
        }
    }
}

#[test]
fn every_chunking_gives_the_same_bytes() {
    for answer in layouts() {
        let text = answer.text.as_bytes();
        let by = |chunk: usize| {
            let mut out = Vec::new();
            let mut sink = |event: Event<'_>| {
                if let Event::Record(record) = event {
                    out.extend_from_slice(record.json);
                    out.push(b'\n');
                }
                Ok::<(), ()>(())
            };
            let mut scanner = Scanner::new(Config::default());
            for part in text.chunks(chunk) {
                scanner.feed(part, &mut sink).unwrap();
            }
            let end = scanner.finish(&mut sink).unwrap();
            assert_eq!(end.verdict, Verdict::Complete);
            out
        };
        let whole = by(usize::MAX);
        assert!([1, 7, 4096].into_iter().all(|chunk| by(chunk) == whole));
    }
}

/// The same operations are the same tree; `applied_trees_are_identical`
/// shows that on real trees.
#[test]
fn every_style_gives_the_same_operations() {
    let mut joins = 0;
    for answer in layouts() {
        let text = answer.text.as_bytes();
        let want: Vec<_> =
            survey(text).units.into_iter().map(|u| u.json).collect();
        for at in (1..text.len()).step_by(STEP) {
            for style in STYLES {
                let first = text[..at].to_vec();
                let joined = stitch(&[first, answer.rest(at, style)]);
                let place = format!("{} {style} at {at}", answer.name);
                let got = joined.survey.complete();
                let got: Vec<_> = got.map(|u| u.json.clone()).collect();
                assert!(got == want, "{place}: {:?}", joined.seams);
                assert!(joined.is_whole(), "{place}: {:?}", joined.seams);
                joins += 1;
            }
        }
    }
    println!("{joins} joins");
}

#[test]
fn applied_trees_are_identical() {
    let step = if nightly() { STEP } else { STEP * 50 };
    let expected = files(&demo().join("expected"));
    let mut trees = 0;
    for answer in layouts() {
        let text = answer.text.as_bytes();
        for (n, at) in (1..text.len()).step_by(step).enumerate() {
            let one = [STYLES[n % STYLES.len()]];
            let styles = if nightly() { &STYLES[..] } else { &one };
            for style in styles {
                join_and_apply(&answer, at, style, &expected);
                trees += 1;
            }
        }
    }
    println!("{trees} trees");
}

/// Cuts the answer at `at`, goes on in a style, joins, applies and compares.
fn join_and_apply(
    answer: &Recorded,
    at: usize,
    style: &str,
    expected: &[(PathBuf, Vec<u8>)],
) {
    let dir = Dir::new();
    copy(&demo().join("base"), &dir.path().join("tree"));
    dir.put("answer.1", &answer.text.as_bytes()[..at]);
    dir.put("answer.2", answer.rest(at, style));
    let args = ["stitch", "answer.1", "answer.2"];
    let joined = run_in(dir.path(), "diff-resume", &args, b"");
    let place = format!("{} {style} at {at}", answer.name);
    assert_eq!(joined.status, 0, "{place}: {joined:?}");
    let args = ["-C", "tree", "--no-fsync"];
    let done = run_in(dir.path(), "edit-apply", &args, &joined.stdout);
    assert_eq!(done.status, 0, "{place}: {done:?}");
    assert!(files(&dir.path().join("tree")) == expected, "{place}");
}

#[test]
fn a_cut_is_told_through_a_pipe_and_without_one() {
    for answer in layouts() {
        let text = answer.text.as_bytes();
        let step = if nightly() { STEP } else { STEP * 40 };
        let mut cuts: Vec<_> = (40..text.len()).step_by(step).collect();
        cuts.extend([text.len() - 2, text.len()]);
        for at in cuts {
            let want = i32::from(at + 1 < text.len());
            let place = format!("{} at {at}", answer.name);
            let tree = |input: &[u8]| {
                let dir = Dir::new();
                copy(&demo().join("base"), dir.path());
                run_in(dir.path(), "edit-apply", &["--no-fsync"], input)
            };
            let dir = Dir::new();
            let salvage = |args: &[&str]| {
                run_in(dir.path(), "ndjson-salvage", args, &text[..at])
            };
            assert_eq!(salvage(&[]).status, want, "{place}");
            let bare = tree(&text[..at]);
            assert_eq!(bare.status, want, "{place}: {bare:?}");
            let piped = tree(&salvage(&["--end"]).stdout);
            assert_eq!(piped.status, want, "{place}: {piped:?}");
        }
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// The files below a directory, without the tool's own state.
fn files(root: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut open = vec![root.to_owned()];
    while let Some(dir) = open.pop() {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.file_name().is_some_and(|n| n == ".edit-apply") {
                continue;
            }
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(root).unwrap().to_owned();
                found.push((name, fs::read(path).unwrap()));
            }
        }
    }
    found.sort();
    found
}
