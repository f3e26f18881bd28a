//! Real model outputs, where they are at hand: every tool ends in good order
//! on each of them.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::PathBuf;

use serde_json::Value;

use crate::support::{Dir, data, run_in};

/// The files of one kind of real output.
fn files(kind: &str) -> Vec<PathBuf> {
    let Some(data) = data() else { return Vec::new() };
    let Ok(entries) = std::fs::read_dir(data.join("corpus").join(kind)) else {
        return Vec::new();
    };
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = paths.filter(|path| path.is_file()).collect();
    files.sort();
    files
}

#[test]
fn every_tool_ends_in_good_order_on_real_outputs() {
    for kind in ["edits", "json", "truncated"] {
        for file in files(kind) {
            for (tool, args) in [
                ("ndjson-salvage", &[][..]),
                ("edit-apply", &["-n"]),
                ("diff-resume", &[]),
                ("diff-resume", &["prompt"]),
            ] {
                let dir = Dir::new();
                let args: Vec<&OsStr> = args
                    .iter()
                    .map(OsStr::new)
                    .chain([file.as_os_str()])
                    .collect();
                let ran = run_in(dir.path(), tool, &args, b"");
                let shown = file.display();
                assert!(
                    matches!(ran.status, 0 | 1),
                    "{tool} {shown}: {}: {}",
                    ran.status,
                    ran.stderr
                );
                let told = ran.status == 0 || !ran.stderr.is_empty();
                let told = told || !ran.stdout.is_empty();
                assert!(told, "{tool} {shown}: status 1 and no word");
            }
        }
    }
}

/// The one string member of a tool call's input that has one of these names.
fn text<'a>(input: &'a Value, names: &[&str]) -> Option<&'a str> {
    names.iter().find_map(|name| input[*name].as_str())
}

#[test]
fn a_real_edit_changes_what_it_says_and_nothing_else() {
    let (mut edits, mut writes) = (0, 0);
    for file in files("edits") {
        let raw = std::fs::read(&file).unwrap();
        let Ok(call) = serde_json::from_slice::<Value>(&raw) else { continue };
        let input = &call["arguments"];
        let Some(path) = text(input, &["path"]) else { continue };
        let relative = path.trim_start_matches('/');
        let dir = Dir::new();
        let expected = match text(input, &["oldText"]) {
            Some(old) => {
                edits += 1;
                let around = |middle: &str| {
                    format!("\u{feff}ABOVE \u{e9}\r\n{middle}BELOW\r\nend")
                };
                dir.put(relative, around(old));
                around(text(input, &["newText"]).unwrap())
            }
            None => {
                writes += 1;
                text(input, &["content"]).unwrap().to_owned()
            }
        };
        let args = ["--strip-root", "/", "--allow", "**", "--no-fsync"];
        let ran = run_in(dir.path(), "edit-apply", &args, &raw);
        let shown = file.display();
        assert_eq!(ran.status, 0, "{shown}: {}", ran.text());
        assert_eq!(dir.text(relative), expected, "{shown}");
    }
    println!("{edits} edits, {writes} writes");
}

/// The blocks of an answer in aider's spelling, read in the simplest way:
/// file, old lines, new lines. Nothing where it is not that simple.
fn simple_blocks(answer: &str) -> Option<Vec<(String, String, String)>> {
    let mut blocks: Vec<(String, String, String)> = Vec::new();
    let mut lines = answer.lines();
    let (mut last, mut before) = ("", "");
    while let Some(line) = lines.next() {
        if line.trim_end() != "<<<<<<< SEARCH" {
            if !line.trim().is_empty() {
                (before, last) = (last, line);
            }
            continue;
        }
        let above = if last.starts_with("```") { before } else { last };
        let is_name = above.contains('.') && !above.contains([' ', '`', '*']);
        let path = is_name.then(|| above.trim().to_owned())?;
        let mut part = |end: &str| {
            let mut text = String::new();
            loop {
                match lines.next()?.trim_end() {
                    line if line == end => return Some(text),
                    line if line.starts_with(['<', '>', '=']) => return None,
                    line => text += &format!("{line}\n"),
                }
            }
        };
        let (old, new) = (part("=======")?, part(">>>>>>> REPLACE")?);
        blocks.push((path, old, new));
        (before, last) = ("", "");
    }
    (!blocks.is_empty()).then_some(blocks)
}

#[test]
fn real_blocks_change_what_they_say_and_nothing_else() {
    let mut done = 0;
    for file in files("edits") {
        let raw = std::fs::read(&file).unwrap();
        let answer = String::from_utf8_lossy(&raw).replace("\r\n", "\n");
        let bare: String =
            answer.lines().map(|l| format!("{}\n", l.trim_end())).collect();
        let Some(blocks) = simple_blocks(&bare) else { continue };
        let mut old = BTreeMap::<_, String>::new();
        let mut new = BTreeMap::<_, String>::new();
        for (n, (path, from, to)) in blocks.iter().enumerate() {
            let rule = format!("--- between {n} ---\n");
            if !from.trim().is_empty() {
                *old.entry(path).or_default() += &format!("{rule}{from}");
                *new.entry(path).or_default() += &format!("{rule}{to}");
            } else {
                new.insert(path, to.clone());
            }
        }
        // Lines that stand twice, or are made by one block for another, say
        // nothing certain.
        let once = |(path, from, _): &(String, String, String)| {
            let Some(text) = old.get(path) else { return true };
            let made = blocks.iter().filter(|(p, _, to)| {
                p == path && !from.trim().is_empty() && to.contains(from)
            });
            text.matches(from.as_str()).count() == 1 && made.count() == 0
        };
        if !blocks.iter().all(once) {
            continue;
        }
        let dir = Dir::new();
        for (path, text) in &old {
            dir.put(path, text);
        }
        let args = ["--allow", "**", "--no-fsync"];
        let ran = run_in(dir.path(), "edit-apply", &args, bare.as_bytes());
        let shown = file.display();
        if ran.text().contains("a placeholder stands") {
            continue;
        }
        assert_eq!(ran.status, 0, "{shown}: {}", ran.text());
        for (path, text) in &new {
            assert_eq!(&dir.text(path), text, "{shown}: {path}");
        }
        done += 1;
    }
    println!("{done} answers of blocks");
    assert!(done > 20 || data().is_none(), "only {done}");
}
