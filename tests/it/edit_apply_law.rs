//! Laws of edit-apply over random trees and random answers.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use serde_json::{Value, json};

use crate::edit_apply::{apply, tree};
use crate::edit_apply_words::git_apply;
use crate::support::{Dir, Ran, Random, iterations};

const NAMES: [&str; 10] = [
    "a",
    "b.txt",
    "c d",
    "dir/e",
    "dir/f.py",
    "dir/sub/g",
    "dir/sub/h",
    "é\"ü",
    "long/way/down/i",
    "j",
];

/// Names that stand in the way of others, for operations only.
const CONTRARY: [&str; 4] = ["a/x", "dir", "dir/sub", "j/k/l"];

fn some_name(random: &mut Random) -> &'static str {
    match random.below(6) {
        0 => CONTRARY[random.below(CONTRARY.len())],
        _ => NAMES[random.below(NAMES.len())],
    }
}

/// A text of lines, with or without a last ending, LF or CRLF or both, and
/// now and then a byte order mark, a NUL or nothing at all.
fn text(random: &mut Random) -> String {
    let lines = random.below(12);
    let mixed = random.below(4);
    let mut text = String::new();
    if random.below(10) == 0 {
        text.push('\u{feff}');
    }
    for _ in 0..lines {
        let word = ["alpha", "beta", "", "  gamma()", "\tδ", "x\0y", "\"q\""]
            [random.below(7)];
        let number = random.below(1000);
        let crlf = mixed == 1 || (mixed == 2 && random.below(2) == 0);
        let ending = if crlf { "\r\n" } else { "\n" };
        text += &format!("{word} {number}{ending}");
    }
    if random.below(3) == 0 {
        text.truncate(text.trim_end().len());
    }
    text
}

fn random_tree(random: &mut Random) -> Dir {
    let dir = Dir::new();
    for name in NAMES {
        if random.below(3) > 0 {
            let path = dir.put(name, text(random));
            let mode = [0o644, 0o755, 0o600][random.below(3)];
            fs::set_permissions(path, fs::Permissions::from_mode(mode))
                .expect("chmod");
        }
    }
    dir
}

/// Some line of the file, or one that it does not have.
fn some_line(random: &mut Random, content: &str) -> String {
    let lines: Vec<&str> =
        content.lines().filter(|line| line.len() > 3).collect();
    match lines.len() {
        0 => "none of this".into(),
        n => lines[random.below(n)].trim_end_matches('\r').to_owned(),
    }
}

fn edit(random: &mut Random, content: &str) -> Value {
    let new = text(random);
    let line = some_line(random, content);
    match random.below(8) {
        0 => json!({"type":"append","content":new}),
        1 => json!({"type":"prepend","content":new}),
        2 => json!({"type":"insert_after","anchor":line,"content":new}),
        3 => json!({"type":"insert_before","anchor":line,"content":new}),
        4 => json!({"type":"replace","old_text":line,"new_text":new}),
        5 => json!({"type":"replace_all","old_text":line,"new_text":"new"}),
        6 => json!({"type":"insert","line":1 + random.below(4),"content":new}),
        _ => json!({"type":"delete_lines","start_line":1,"end_line":1}),
    }
}

fn operation(random: &mut Random, dir: &Dir) -> Value {
    let name = some_name(random);
    let other = some_name(random);
    let content = fs::read(dir.path().join(name)).unwrap_or_default();
    let content = String::from_utf8_lossy(&content).into_owned();
    match random.below(8) {
        0 => json!({"type":"create","file_path":name,"content":text(random)}),
        1 => json!({"type":"write","file_path":name,"content":text(random)}),
        2 => json!({"type":"delete","file_path":name}),
        3 => json!({"type":"rename","file_path":name,"new_path":other}),
        _ => {
            let edits: Vec<Value> =
                (0..=random.below(3)).map(|_| edit(random, &content)).collect();
            json!({"type":"modify","file_path":name,"operations":edits})
        }
    }
}

fn answer(random: &mut Random, dir: &Dir) -> String {
    let count = 1 + random.below(12);
    (0..count).map(|_| format!("{}\n", operation(random, dir))).collect()
}

/// Names, modes, times, contents: what a rollback must give back.
fn detailed(dir: &Dir) -> Vec<(String, u32, i64, i64, Vec<u8>)> {
    let of = |(name, _): (String, String)| {
        let path = dir.path().join(&name);
        let meta = fs::metadata(&path).expect("metadata");
        let bytes = fs::read(&path).expect("bytes");
        (name, meta.mode(), meta.mtime(), meta.mtime_nsec(), bytes)
    };
    tree(dir).into_iter().map(of).collect()
}

fn executables(dir: &Path, names: &[(String, String)]) -> Vec<bool> {
    let is = |(name, _): &(String, String)| {
        let meta = fs::metadata(dir.join(name)).expect("metadata");
        meta.mode() & 0o100 != 0
    };
    names.iter().map(is).collect()
}

fn copy(dir: &Dir) -> Dir {
    let other = Dir::new();
    for (name, ..) in detailed(dir) {
        let from = dir.path().join(&name);
        let to = other.path().join(&name);
        fs::create_dir_all(to.parent().expect("a parent")).expect("made");
        fs::copy(from, to).expect("copied");
    }
    other
}

fn words(ran: &Ran) -> Vec<String> {
    let word = |line: &str| line.split(' ').next().unwrap_or("").to_owned();
    ran.text().lines().map(word).collect()
}

#[test]
fn taking_a_run_back_is_identity_and_running_it_twice_is_once() {
    let mut random = Random::seeded();
    let (mut changed, mut wholly) = (0, 0);
    for round in 0..iterations(200) {
        let dir = random_tree(&mut random);
        let input = answer(&mut random, &dir);
        let before = detailed(&dir);
        let ran = apply(&dir, &["--no-fsync"], &input);
        assert!(ran.status < 2, "round {round}: {ran:?}\n{input}");
        let after = tree(&dir);
        // Twice is once: what was applied is unchanged, what was not is not.
        let again = apply(&dir, &["--no-fsync"], &input);
        let expected: Vec<String> = words(&ran)
            .into_iter()
            .map(|w| if w == "applied" { "unchanged".into() } else { w })
            .collect();
        let same = words(&again) == expected;
        // What failed at first may have its file the second time.
        assert!(same || ran.status == 1, "round {round}: {again:?}\n{input}");
        if same || ran.status == 0 {
            assert_eq!(tree(&dir), after, "round {round}:\n{input}");
        }
        let applied = words(&ran).iter().any(|word| word == "applied");
        if !applied || !same {
            continue;
        }
        changed += 1;
        wholly += usize::from(ran.status == 0);
        let back = apply(&dir, &["--no-fsync", "--rollback"], "");
        assert_eq!(back.status, 0, "round {round}: {back:?}\n{input}");
        assert_eq!(detailed(&dir), before, "round {round}:\n{input}");
    }
    println!("{changed} runs taken back, {wholly} without a failure");
    assert!(wholly > 0);
    assert!(changed > 50, "only {changed} runs changed something");
}

#[test]
fn the_patch_of_a_run_is_the_run() {
    let mut random = Random::seeded();
    for round in 0..iterations(200) {
        let ours = random_tree(&mut random);
        let gits = copy(&ours);
        let planned = copy(&ours);
        let input = answer(&mut random, &ours);
        let ran = apply(&ours, &["--no-fsync", "--diff"], &input);
        assert!(ran.status < 2, "round {round}: {ran:?}\n{input}");
        let dry = apply(&planned, &["-n", "--diff"], &input);
        assert_eq!(dry.text(), ran.text(), "round {round}:\n{input}");
        if ran.stdout.is_empty() {
            continue;
        }
        let applied = git_apply(&gits, &ran.stdout);
        assert!(
            applied.status.success(),
            "round {round}: {applied:?}\n{}\n{input}",
            ran.text()
        );
        let result = tree(&ours);
        assert_eq!(tree(&gits), result, "round {round}:\n{input}");
        assert_eq!(
            executables(gits.path(), &result),
            executables(ours.path(), &result),
            "round {round}:\n{}\n{input}",
            ran.text()
        );
    }
}
