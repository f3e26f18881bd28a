//! The simulation of policies, on a small repository and on size records.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{Dir, Ran, binary, data};

/// The example, which cargo builds beside the tools' directory.
fn simulate() -> Option<PathBuf> {
    let tools = Path::new(binary("tokest")).parent().expect("a directory");
    let example = tools.join("examples/simulate");
    if example.exists() {
        return Some(example);
    }
    println!("SKIPPED: the simulation (missing cargo build --examples)");
    None
}

fn run(dir: &Dir, args: &[&str]) -> Option<Ran> {
    let example = simulate()?;
    let script =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/simulate-policy");
    let output = Command::new(script)
        .args(args)
        .current_dir(dir.path())
        .env("TORNKIT_SIMULATE", example)
        .env("TORNKIT_DATA", dir.path())
        .output()
        .expect("the script starts");
    Some(Ran {
        status: output.status.code().unwrap_or(-1),
        stdout: output.stdout,
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    })
}

fn last(ran: &Ran) -> serde_json::Value {
    let text = ran.text();
    let line = text.lines().last().expect("a line");
    serde_json::from_str(line).expect("JSON")
}

fn row(ran: &Ran, files: &str, policy: &str) -> serde_json::Value {
    let rows = last(ran)["rows"].as_array().expect("rows").clone();
    let is = |row: &serde_json::Value| {
        row["files"] == files && row["policy"] == policy
    };
    rows.into_iter().find(is).expect("the row")
}

/// Changes of `files` files of `tokens` tokens each, as packed records.
fn records(dir: &Dir, changes: usize, files: usize, tokens: u64) {
    let mut text = String::new();
    for change in 0..changes {
        let files: Vec<String> = (0..files)
            .map(|n| {
                format!(
                    r#"{{"path":"src/c{change}_{n}.py","status":"A","y":{tokens}}}"#
                )
            })
            .collect();
        let files = files.join(",");
        let _ = writeln!(
            text,
            r#"{{"repo":"a/b","subject":"feat: x","files":[{files}]}}"#
        );
    }
    let plain = dir.put("tokest/train.ndjson", &text);
    let packed = Command::new("gzip").arg(&plain).status().expect("gzip");
    assert!(packed.success());
}

fn git(dir: &Path, args: &[&str]) {
    let done = Command::new("git")
        .args(["-c", "user.name=a", "-c", "user.email=a@b", "-C"])
        .arg(dir)
        .args(args)
        .output()
        .expect("git");
    assert!(done.status.success(), "{done:?}");
}

#[test]
fn everything_again_costs_what_arithmetic_says() {
    let dir = Dir::new();
    // 12 files of 2000 tokens: 16384, then 24576 tokens.
    records(&dir, 3, 12, 2_000);
    let Some(ran) = run(&dir, &["--git", "none", "--no-records"]) else {
        return;
    };
    assert_eq!(ran.status, 2, "{ran:?}");
    let empty = dir.path().join("empty");
    std::fs::create_dir(&empty).unwrap();
    git(&empty, &["init", "-q"]);
    git(&empty, &["commit", "-q", "--allow-empty", "-m", "x"]);
    let ran = run(&dir, &["--git", "empty"]).unwrap();
    assert_eq!(ran.status, 1, "{ran:?}");
    let before = row(&ran, "10+", "before");
    assert_eq!(before["tasks"], 3);
    assert_eq!(before["attempts"], 2.0);
    assert_eq!(before["wasted_per_truncated_phase"], 16_384.0);
    assert_eq!(before["reserved_per_useful"], 1.7067);
    let ours = row(&ran, "10+", "tornkit");
    assert_eq!(ours["failed"], 0);
    let wanted = "simulate-policy: changes of several files: 3, wanted at \
                  least 500\n";
    assert!(ran.stderr.contains(wanted), "{}", ran.stderr);
}

#[test]
fn a_history_is_cut_and_joined_for_real_and_the_same_every_time() {
    let dir = Dir::new();
    let repo = dir.path().join("repo");
    std::fs::create_dir(&repo).unwrap();
    git(&repo, &["init", "-q"]);
    for change in 0..4 {
        for file in 0..11 {
            // No two lines alike, or a place would stand for several.
            let text: String = (0..20 + 40 * (change % 3))
                .map(|n| format!("v{n} = \"{change} {file}\" # zwölf 試験\n"))
                .collect();
            dir.put(&format!("repo/m{file}.py"), text);
        }
        git(&repo, &["add", "-A"]);
        git(&repo, &["commit", "-q", "-m", "feat: more"]);
    }
    let args = ["--git", "repo", "--no-records", "--svg", "out.svg"];
    let Some(ran) = run(&dir, &args) else { return };
    assert_eq!(ran.status, 1, "{ran:?}");
    assert_eq!(last(&ran)["tasks_with_text"], 4);
    for policy in ["tornkit", "tornkit, unruly model"] {
        assert_eq!(row(&ran, "10+", policy)["failed"], 0, "{policy}");
    }
    let ours = row(&ran, "10+", "tornkit");
    assert!(ours["truncation"].as_f64().unwrap() > 0.0, "{ours}");
    assert!(ours["wasted_per_truncated_phase"].as_f64().unwrap() <= 100.0);
    assert!(dir.text("out.svg").starts_with("<svg "));
    assert_eq!(run(&dir, &args).unwrap().stdout, ran.stdout);
}

/// The change up to which the README's table was made.
fn named_in(readme: &str) -> &str {
    let (_, after) = readme.split_once("simulate-policy --until ").unwrap();
    after.split_whitespace().next().unwrap()
}

/// What stands between the bars of a table's rows.
fn cells(line: &str) -> Vec<&str> {
    line.trim_matches('|').split('|').map(str::trim).collect()
}

#[test]
fn the_table_and_the_picture_of_the_readme_are_what_the_command_prints() {
    let Some(data) = data() else { return };
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |name| std::fs::read_to_string(root.join(name)).unwrap();
    let readme = read("README.md");
    let until = named_in(&readme);
    let known = Command::new("git")
        .args(["cat-file", "-e", until])
        .current_dir(root)
        .output();
    if !known.is_ok_and(|ran| ran.status.success()) {
        println!("SKIPPED: the table of the README (missing {until} in git)");
        return;
    }
    let Some(example) = simulate() else { return };
    let dir = Dir::new();
    let output = Command::new(root.join("scripts/simulate-policy"))
        .args(["--until", until, "--svg", "out.svg"])
        .current_dir(dir.path())
        .env("TORNKIT_SIMULATE", example)
        .env("TORNKIT_DATA", data.canonicalize().unwrap())
        .output()
        .expect("the script starts");
    assert!(output.status.success(), "{output:?}");
    let printed = String::from_utf8(output.stdout).unwrap();
    for policy in ["before", "phase 1", "phase 2", "phase 3", "tornkit"] {
        let row = |text: &str, head: &str| {
            let line = text.lines().find(|line| line.starts_with(head));
            line.unwrap_or_else(|| panic!("no {head}")).to_owned()
        };
        let got = row(&printed, &format!("| 10+ | {policy} |"));
        let got = cells(&got);
        let [_, _, _, cut, failed, attempts, _, made, reserved, wasted] =
            got[..]
        else {
            panic!("{got:?}");
        };
        let told = row(&readme, &format!("| {policy}"));
        assert_eq!(
            cells(&told)[1..],
            [cut, failed, attempts, made, reserved, wasted],
            "{policy}"
        );
    }
    assert_eq!(dir.text("out.svg"), read("docs/simulate-policy.svg"));
}
