//! Real diffs of small models, most of them malformed, on the files they were
//! written against: what `edit-apply --fuzzy` makes of them, and GNU patch.

use std::convert::Infallible;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tornkit::answer::{self, Format, Part, Scope};
use tornkit::diff::Event;

use crate::support::{Dir, data, run_in};

/// A diff, and the file it was written against.
struct Sample {
    name: String,
    diff: Vec<u8>,
    base: Vec<u8>,
}

fn samples(corpus: &Path) -> Vec<Sample> {
    let index = fs::read_to_string(corpus.join("INDEX.diffs.ndjson"));
    let index = index.expect("an index");
    let read = |name: &str| fs::read(corpus.join(name)).expect(name);
    let sample = |line: &str| {
        let row: Value = serde_json::from_str(line).expect("a row");
        let name = row["file"].as_str().expect("a name");
        let base = row["base_file"].as_str()?;
        let (diff, base) = (read(name), read(base));
        Some(Sample { name: name.to_owned(), diff, base })
    };
    index.lines().filter_map(sample).collect()
}

/// The name by which a diff knows its file.
fn name_in(diff: &[u8]) -> Option<PathBuf> {
    let mut name = None;
    let mut note = |path: Option<&[u8]>| {
        if name.is_none() {
            name = path.map(|p| String::from_utf8_lossy(p).into_owned());
        }
        Ok::<(), Infallible>(())
    };
    let mut take = |part: Part<'_>| match part {
        Part::Diff(Event::Unit(unit)) => note(Some(unit.file.path())),
        Part::Diff(Event::Rejected(bad)) => note(bad.path.as_deref()),
        _ => Ok(()),
    };
    let scope = Scope::Only(Format::Diff);
    let Ok(end) = answer::read(diff, scope, &mut take);
    name.or_else(|| {
        end.diff.path.map(|path| String::from_utf8_lossy(&path).into_owned())
    })
    .map(PathBuf::from)
    .filter(|name| name.is_relative())
}

/// The file as GNU patch leaves it, if it takes all of the diff.
fn by_patch(sample: &Sample) -> Option<Vec<u8>> {
    let dir = Dir::new();
    let file = dir.put("file", &sample.base);
    let diff = dir.put("diff", &sample.diff);
    let ran = Command::new("patch")
        .args(["--silent", "--force", "--no-backup-if-mismatch"])
        .args(["--reject-file=-", "--input"])
        .arg(&diff)
        .arg(&file)
        .output()
        .expect("patch runs");
    let after = fs::read(&file).unwrap_or_default();
    (ran.status.success() && after != sample.base).then_some(after)
}

/// The file as edit-apply leaves it, if it takes all of the diff, and the
/// results that say why not.
fn by_us(sample: &Sample) -> (Option<Vec<u8>>, Vec<Value>) {
    let dir = Dir::new();
    let name = name_in(&sample.diff);
    let name = name.unwrap_or_else(|| PathBuf::from("file"));
    dir.put(name.to_str().expect("text"), &sample.base);
    let args = ["--fuzzy", "--no-fsync", "--json"];
    let ran = run_in(dir.path(), "edit-apply", &args, &sample.diff);
    let (status, text) = (ran.status, ran.text());
    assert!(status == 0 || status == 1, "{}: {ran:?}", sample.name);
    let results =
        text.lines().map(|line| serde_json::from_str(line).expect("a result"));
    let after = fs::read(dir.path().join(name));
    (after.ok().filter(|_| status == 0), results.collect())
}

/// Whether a failed hunk is told where the file is otherwise.
fn names_a_place(result: &Value) -> bool {
    let why = result["why"].as_str().unwrap_or_default();
    match result["reason"].as_str() {
        Some("no-match") => {
            let near = &result["nearest"];
            near["differs_at"].is_u64() && near["found"].is_string()
                || why.contains("; no line is like '")
        }
        Some("ambiguous") => {
            result["candidates"].as_array().is_some_and(|c| c.len() > 1)
        }
        _ => true,
    }
}

#[test]
fn at_least_as_many_malformed_diffs_apply_as_with_patch() {
    let Some(data) = data() else { return };
    if Command::new("patch").arg("--version").output().is_err() {
        println!("SKIPPED: patch is not installed");
        return;
    }
    let samples = samples(&data.join("corpus"));
    let (mut ours, mut theirs, mut both, mut unmatched) = (0, 0, 0, 0);
    for sample in &samples {
        let patched = by_patch(sample);
        let (applied, results) = by_us(sample);
        ours += usize::from(applied.is_some());
        theirs += usize::from(patched.is_some());
        if let (Some(a), Some(b)) = (&applied, &patched) {
            both += 1;
            assert!(a == b, "{}: two trees", sample.name);
        }
        for result in &results {
            assert!(names_a_place(result), "{}: {result}", sample.name);
            unmatched += usize::from(result["reason"] == "no-match");
        }
    }
    let all = samples.len();
    println!(
        "of {all} diffs {ours} applied with --fuzzy, {theirs} with patch, \
         {both} with both and alike; {unmatched} hunks named the first line \
         that differs"
    );
    assert!(all > 200 && theirs > 0, "{all} samples, {theirs} by patch");
    assert!(ours >= theirs, "{ours} < {theirs}");
}
