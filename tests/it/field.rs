//! The cases of `tests/cases/field`: what models and people really write.
//!
//! `tests/cases/field/README.md` says what the members of an `expect.json`
//! mean. `open.txt` beside it lists the cases that no rule mends yet.
//! `TORNKIT_FIELD=KIND` or `KIND/NAME` runs these alone and tells of each.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{Dir, binary, in_parallel};

/// A run that takes longer hangs.
const LIMIT: Duration = Duration::from_secs(30);

/// A panic, and what a shell makes of the signals of a crash.
const CRASH: [i32; 5] = [101, 132, 134, 136, 139];

/// What `{hook}` stands for: the arguments of the commit hook.
const HOOK: [&str; 5] = ["--check", "--from", "raw", "--values", "any"];

/// Files by name; a link is what it points to behind an arrow.
type Tree = BTreeMap<String, Vec<u8>>;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/field")
}

/// The names in a folder, in order.
fn names_in(folder: &Path) -> Vec<String> {
    let name = |entry: std::io::Result<fs::DirEntry>| {
        entry.expect("an entry").file_name().to_string_lossy().into_owned()
    };
    let mut names: Vec<String> =
        fs::read_dir(folder).expect("a folder").map(name).collect();
    names.sort();
    names
}

fn copy_tree(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a directory");
    for name in names_in(from) {
        let (source, target) = (from.join(&name), to.join(&name));
        if source.is_dir() {
            copy_tree(&source, &target);
        } else {
            let bytes = fs::read(source).expect("a file of the case");
            fs::write(target, bytes).expect("its copy");
        }
    }
}

/// Every file below `root` but the state of edit-apply and of git.
fn snapshot(root: &Path) -> Tree {
    fn walk(root: &Path, at: &str, files: &mut Tree) {
        for name in names_in(&root.join(at)) {
            if at.is_empty() && [".edit-apply", ".git"].contains(&&*name) {
                continue;
            }
            let key = if at.is_empty() { name } else { format!("{at}/{name}") };
            let path = root.join(&key);
            let kind = fs::symlink_metadata(&path).expect("metadata");
            if kind.is_symlink() {
                let target = fs::read_link(&path).expect("a link");
                let text = format!("-> {}", target.display());
                files.insert(key, text.into_bytes());
            } else if kind.is_dir() {
                walk(root, &key, files);
            } else {
                files.insert(key, fs::read(&path).expect("a file"));
            }
        }
    }
    let mut files = Tree::new();
    walk(root, "", &mut files);
    files
}

/// Bytes as one quoted line that is not too long.
fn show(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    match text.char_indices().nth(300) {
        Some((at, _)) => format!("{:?}...", &text[..at]),
        None => format!("{text:?}"),
    }
}

fn differences(before: &Tree, after: &Tree) -> String {
    let mut out = Vec::new();
    for key in before.keys().chain(after.keys()) {
        if before.get(key) == after.get(key) {
            continue;
        }
        let now = after.get(key).map_or("gone".into(), |now| show(now));
        out.push(format!("{key}: {now}"));
    }
    out.sort();
    out.dedup();
    if out.is_empty() { "unchanged".into() } else { out.join("; ") }
}

/// What one program left behind. `status` is `None` where it was ended: by a
/// signal, or because it ran too long.
struct Finished {
    status: Option<i32>,
    stdout: Vec<u8>,
    stderr: Vec<u8>,
}

/// Waits for `child` for as long as a case may run.
fn wait(child: &mut Child) -> Option<i32> {
    let start = Instant::now();
    let mut pause = Duration::from_millis(1);
    loop {
        if let Some(status) = child.try_wait().expect("its status") {
            return status.code();
        }
        if start.elapsed() > LIMIT {
            child.kill().expect("it is ended");
            child.wait().expect("it has ended");
            return None;
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    }
}

fn execute(argv: &[String], dir: &Path, home: &Path, stdin: &[u8]) -> Finished {
    let tool = &argv[0];
    let program = if tool == "git" { "git" } else { binary(tool) };
    let mut child = Command::new(program)
        .args(&argv[1..])
        .current_dir(dir)
        .env("LC_ALL", "C.UTF-8")
        .env("HOME", home)
        .env("GIT_CEILING_DIRECTORIES", home)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut input = child.stdin.take().expect("stdin is a pipe");
    let mut output = child.stdout.take().expect("stdout is a pipe");
    let mut errors = child.stderr.take().expect("stderr is a pipe");
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let status = std::thread::scope(|threads| {
        // A program that stops early closes its stdin: no failure of ours.
        threads.spawn(move || drop(input.write_all(stdin)));
        threads.spawn(|| output.read_to_end(&mut stdout));
        threads.spawn(|| errors.read_to_end(&mut stderr));
        wait(&mut child)
    });
    Finished { status, stdout, stderr }
}

/// One run of a case in a scratch copy.
struct Outcome {
    status: Option<i32>,
    /// The status of the first program of a pipe.
    first: Option<Option<i32>>,
    stdout: Vec<u8>,
    stderr: Vec<u8>,
    before: Tree,
    after: Tree,
}

impl Outcome {
    /// Tells of a crash or a run without end, which no case accepts.
    fn trouble(&self) -> Option<String> {
        let all = [Some(self.status), self.first];
        let bad = |status: Option<i32>| match status {
            None => Some("a signal or the time limit".to_owned()),
            Some(n) if CRASH.contains(&n) => Some(format!("crash ({n})")),
            Some(_) => None,
        };
        all.into_iter().flatten().find_map(bad)
    }
}

fn words(value: &Value) -> Vec<String> {
    let word = |v: &Value| v.as_str().expect("a word").to_owned();
    value.as_array().into_iter().flatten().map(word).collect()
}

/// Puts the inputs of a case into the scratch folder and gives their names.
fn lay_inputs(case: &Value, folder: &Path, scratch: &Dir) -> Vec<String> {
    let mut names = vec!["in".to_owned()];
    if !folder.join("in").is_file() {
        let numbered = (1..).map(|n| format!("in.{n}"));
        names = numbered.take_while(|n| folder.join(n).is_file()).collect();
    }
    let tree = scratch.path().join("tree");
    for name in &names {
        let mut bytes = fs::read(folder.join(name)).expect("an input");
        if case["subst"] == true {
            let text = String::from_utf8(bytes).expect("an input of text");
            bytes = text.replace("@TREE@", &tree.to_string_lossy()).into();
        }
        scratch.put(name, bytes);
    }
    names
}

fn perform(case: &Value, folder: &Path, args: &[String]) -> Outcome {
    let scratch = Dir::new();
    let home = scratch.path();
    let tree = home.join("tree");
    fs::create_dir(&tree).expect("a tree");
    if folder.join("tree").is_dir() {
        copy_tree(&folder.join("tree"), &tree);
    }
    let inputs = lay_inputs(case, folder, &scratch);
    let before = snapshot(&tree);
    let tree_name = tree.to_string_lossy().into_owned();
    let command = |tool: &str, args: &[String]| {
        let mut argv = vec![tool.to_owned()];
        if tool == "edit-apply" {
            argv.extend(["-C".to_owned(), tree_name.clone()]);
        }
        for word in args {
            match &**word {
                "{hook}" => argv.extend(HOOK.map(str::to_owned)),
                word => argv.push(word.replace("{tree}", &tree_name)),
            }
        }
        argv
    };
    let mut argv = command(case["tool"].as_str().expect("a tool"), args);
    argv.extend(inputs);
    let mut done = execute(&argv, home, home, b"");
    let mut first = None;
    if let Some((tool, args)) = words(&case["pipe"]).split_first() {
        first = Some(done.status);
        let next = execute(&command(tool, args), &tree, home, &done.stdout);
        done.stderr.extend(next.stderr);
        done = Finished { stderr: done.stderr, ..next };
    }
    let Finished { status, stdout, stderr } = done;
    let after = snapshot(&tree);
    Outcome { status, first, stdout, stderr, before, after }
}

/// Why a status is none of those that are wanted.
fn status_misfit(
    wanted: &Value,
    name: &str,
    have: Option<i32>,
) -> Option<String> {
    let have = have.map(Value::from).unwrap_or_default();
    let fits = match &wanted[name] {
        Value::Null => true,
        Value::Array(several) => several.contains(&have),
        one => *one == have,
    };
    let why = || format!("{name} {have}, not {}", wanted[name]);
    (!fits).then(why)
}

fn tree_misfit(wanted: &Value, got: &Outcome) -> Option<String> {
    let mut tree = got.before.clone();
    for (name, text) in wanted["tree"].as_object().into_iter().flatten() {
        match text.as_str() {
            Some(text) => tree.insert(name.clone(), text.into()),
            None => tree.remove(name),
        };
    }
    let why = || format!("tree is {}", differences(&got.before, &got.after));
    (tree != got.after).then(why)
}

/// The number of the escape `\uXXXX` at the start of `text`.
fn escape(text: &str) -> Option<u32> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    u32::from_str_radix(digits, 16).ok()
}

/// JSON in which half of a surrogate pair, which no string of ours can hold,
/// is spelt out: a case may want that such a half is passed on.
fn with_halves_spelt_out(json: &str) -> String {
    let half =
        |n: Option<u32>| n.is_some_and(|n| (0xd800..0xe000).contains(&n));
    let second =
        |n: Option<u32>| n.is_some_and(|n| (0xdc00..0xe000).contains(&n));
    let (mut out, mut rest) = (String::new(), json);
    while let Some(at) = rest.find('\\') {
        let (before, from) = rest.split_at(at);
        out += before;
        let number = escape(from);
        let next = from.get(6..).and_then(escape);
        let taken = match half(number) {
            true if !second(number) && second(next) => 12,
            true => {
                out.push('\\');
                6
            }
            false => from.len().min(2),
        };
        let (escaped, after) =
            from.split_at_checked(taken).unwrap_or((from, ""));
        out += escaped;
        rest = after;
    }
    out + rest
}

/// One JSON value a line, or `None` if it is anything else.
fn values(stdout: &[u8]) -> Option<Vec<Value>> {
    let text = with_halves_spelt_out(std::str::from_utf8(stdout).ok()?);
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines.map(|line| serde_json::from_str(line).ok()).collect()
}

fn output_misfit(wanted: &Value, got: &Outcome) -> Option<String> {
    let is = || Some(format!("stdout is {}", show(&got.stdout)));
    if let Some(text) = wanted["stdout"].as_str()
        && got.stdout != text.as_bytes()
    {
        return is();
    }
    if let Some(lines) = wanted["stdout_lines_json"].as_array()
        && values(&got.stdout).as_ref() != Some(lines)
    {
        return is();
    }
    if let Some(empty) = wanted["stdout_empty"].as_bool()
        && empty != got.stdout.is_empty()
    {
        return is();
    }
    for (name, bytes) in [("stdout", &got.stdout), ("stderr", &got.stderr)] {
        let text = String::from_utf8_lossy(bytes).to_lowercase();
        for (suffix, has) in [("has", true), ("lacks", false)] {
            for piece in words(&wanted[format!("{name}_{suffix}")]) {
                if text.contains(&piece.to_lowercase()) != has {
                    let verb = if has { "lacks" } else { "has" };
                    return Some(format!("{name} {verb} {piece:?}"));
                }
            }
        }
    }
    None
}

/// Why an outcome is not the wanted one.
fn misfit(wanted: &Value, got: &Outcome) -> Option<String> {
    status_misfit(wanted, "status", got.status)
        .or_else(|| status_misfit(wanted, "first_status", got.first.flatten()))
        .or_else(|| tree_misfit(wanted, got))
        .or_else(|| output_misfit(wanted, got))
}

/// What a failed try looks like to somebody who has to mend it.
fn tell(args: &[String], got: &Outcome, reasons: &[String]) -> String {
    let mut out = format!("    args {args:?}\n");
    let _ = write!(out, "    status {:?}", got.status);
    if let Some(first) = got.first {
        let _ = write!(out, " (first {first:?})");
    }
    let tree = differences(&got.before, &got.after);
    let _ = writeln!(out, "; tree {tree}");
    let _ = writeln!(out, "    stdout {}", show(&got.stdout));
    let _ = writeln!(out, "    stderr {}", show(&got.stderr));
    for (number, reason) in reasons.iter().enumerate() {
        let _ = writeln!(out, "    not outcome {}: {reason}", number + 1);
    }
    out
}

/// The number of the outcome that a case came to, counted from 1, or what
/// happened instead.
fn judge(folder: &Path) -> Result<usize, String> {
    let text = fs::read_to_string(folder.join("expect.json"));
    let text = with_halves_spelt_out(&text.expect("expect.json"));
    let case: Value = serde_json::from_str(&text).expect("its JSON");
    let mut told = String::new();
    let mut lines = vec![words(&case["args"])];
    lines.extend(case["args_or"].as_array().into_iter().flatten().map(words));
    for args in lines {
        let got = perform(&case, folder, &args);
        let mut reasons = Vec::new();
        let accepted = case["accept"].as_array().expect("outcomes");
        for (at, wanted) in accepted.iter().enumerate() {
            match got.trouble().or_else(|| misfit(wanted, &got)) {
                None => return Ok(at + 1),
                Some(reason) => reasons.push(reason),
            }
        }
        told += &tell(&args, &got, &reasons);
    }
    Err(format!("{told}    {}\n", case["why"].as_str().unwrap_or("")))
}

/// The lines of `open.txt`: a kind or a case, and a word why it is open.
fn listed_as_open() -> BTreeMap<String, String> {
    let text = fs::read_to_string(root().join("open.txt")).expect("open.txt");
    let lines = text.lines().map(str::trim);
    let entry = |line: &str| {
        let (name, why) = line.split_once(' ').expect("a name and a word why");
        (name.to_owned(), why.trim().to_owned())
    };
    lines
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(entry)
        .collect()
}

/// Prints a line a kind: passed/total, and how many gave the best outcome.
fn print_kinds(results: &[(&String, &Result<usize, String>)]) {
    let mut kinds: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    for (case, result) in results {
        let kind = case.split('/').next().unwrap_or(case);
        let counts = kinds.entry(kind).or_default();
        counts[0] += usize::from(result.is_ok());
        counts[1] += 1;
        counts[2] += usize::from(**result == Ok(1));
    }
    for (kind, [passed, total, best]) in kinds {
        println!("{kind:28} {passed}/{total}  ({best} as best)");
    }
}

#[test]
fn every_case_from_the_field_has_an_outcome_that_is_accepted() {
    let only = std::env::var("TORNKIT_FIELD").unwrap_or_default();
    let mut cases = Vec::new();
    for kind in names_in(&root()) {
        if root().join(&kind).is_dir() {
            let names = names_in(&root().join(&kind));
            cases.extend(names.iter().map(|name| format!("{kind}/{name}")));
        }
    }
    assert!(cases.len() > 400, "only {} cases", cases.len());
    let kind_of = |case: &str| case.split('/').next().map(str::to_owned);
    cases.retain(|case| {
        only.is_empty() || *case == only || kind_of(case) == Some(only.clone())
    });
    let judged = in_parallel(&cases, |case| judge(&root().join(case)));
    let results: Vec<_> = cases.iter().zip(&judged).collect();
    print_kinds(&results);

    let open = listed_as_open();
    let is_open = |case: &str| {
        open.contains_key(case)
            || kind_of(case).is_some_and(|kind| open.contains_key(&kind))
    };
    let (mut wrong, mut still, mut mended) = (String::new(), 0, 0);
    for (case, result) in &results {
        match (result, is_open(case)) {
            (Ok(_), true) => mended += 1,
            (Ok(_), false) => {}
            (Err(_), true) if only.is_empty() => still += 1,
            (Err(told), _) => wrong += &format!("  {case}\n{told}"),
        }
    }
    println!("of those in open.txt {still} fail and {mended} pass");
    // A line is stale once all that it stands for is well.
    let stale = open.keys().filter(|entry| {
        let of = |case: &str| {
            case == *entry || kind_of(case) == Some((*entry).clone())
        };
        only.is_empty()
            && results.iter().all(|(case, result)| !of(case) || result.is_ok())
    });
    let stale: Vec<&String> = stale.collect();
    assert!(wrong.is_empty(), "these have no accepted outcome:\n{wrong}");
    assert!(stale.is_empty(), "strike these out of open.txt: {stale:#?}");
}
