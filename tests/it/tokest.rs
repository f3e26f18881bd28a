//! tokest: lists in, tokens and budgets out.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{Dir, Ran, run, run_in};

fn tokest(args: &[&str], stdin: &str) -> Ran {
    run("tokest", args, stdin.as_bytes())
}

fn case(name: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    root.join("tests/cases/tokest").join(name)
}

/// Every line of stdout as JSON.
fn records(ran: &Ran) -> Vec<serde_json::Value> {
    let text = ran.text();
    let read = |line| serde_json::from_str(line).expect("a record");
    text.lines().map(read).collect()
}

#[test]
fn every_case_gives_its_output() {
    let root = case("");
    let mut seen = 0;
    for entry in fs::read_dir(root).expect("the cases") {
        let dir = entry.expect("a case").path();
        let file = |name: &str| fs::read(dir.join(name)).unwrap_or_default();
        let args = String::from_utf8(file("args")).expect("text");
        let args: Vec<&str> = args.split_whitespace().collect();
        let ran = run_in(&dir, "tokest", &args, &file("in"));
        let name = dir.display();
        assert_eq!(ran.text(), String::from_utf8_lossy(&file("out")), "{name}");
        assert_eq!(ran.stderr, String::from_utf8_lossy(&file("err")), "{name}");
        let status = String::from_utf8(file("status")).expect("text");
        assert_eq!(ran.status.to_string(), status.trim(), "{name}");
        seen += 1;
    }
    assert!(seen > 5, "only {seen} cases");
}

#[test]
fn a_list_ends_with_exactly_one_estimate() {
    let ran = tokest(
        &["--json", "--policy", "seed"],
        "Create src/a.py\ntests/test_a.py\ndocs/a.md\n",
    );
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    let records = records(&ran);
    let types: Vec<_> =
        records.iter().map(|r| r["type"].as_str().unwrap()).collect();
    assert_eq!(
        types,
        ["deliverable", "deliverable", "deliverable", "estimate"]
    );
    let last = &records[3];
    assert_eq!(last["p50"], 2080);
    assert_eq!(last["budget"], 12_288);
    assert_eq!(last["deliverables"], 3);
    assert!(last["phase_id"].is_null());
}

#[test]
fn several_phases_need_a_name_for_one_budget() {
    let config = fs::read(case("run-config/in")).expect("a configuration");
    let config = String::from_utf8(config).expect("text");
    let ran = tokest(&["-b"], &config);
    assert_eq!(ran.status, 2);
    assert!(ran.stderr.contains("'one', 'two'"), "{}", ran.stderr);
    assert_eq!(ran.text(), "");
    let ran = tokest(&["-b", "--phase", "two", "--policy", "seed"], &config);
    assert_eq!((ran.text().as_str(), ran.status), ("16384\n", 0));
    let ran = tokest(&["-b", "--phase", "three"], &config);
    assert_eq!(ran.status, 2);
    assert!(ran.stderr.contains("'three'"), "{}", ran.stderr);
}

#[test]
fn the_subcommand_name_is_optional_and_options_stand_anywhere() {
    let list = "Create src/a.py\n";
    let plain = tokest(&["--json"], list);
    assert_eq!(plain.status, 0);
    assert_eq!(tokest(&["estimate", "--json"], list).text(), plain.text());
    assert_eq!(tokest(&["--json", "estimate"], list).text(), plain.text());
}

#[test]
fn the_plans_formula_is_kept_to_the_token() {
    let list = "Create src/p/phase_finalizer.py\n\
        Create src/p/test_baseline_tracker.py\n\
        Create src/p/governance_requests.py\n\
        Modify src/p/autonomous_executor.py\n\
        Create tests/test_phase_finalizer.py\n\
        Create tests/test_baseline_tracker.py\n\
        Create tests/test_governance_requests.py\n\
        Modify src/p/main.py\nModify src/p/quality_gate.py\n\
        Create docs/IMPLEMENTATION.md\nModify docs/BUILD_HISTORY.md\n\
        Create alembic/versions/xxx_add_governance.py\n";
    let args = ["--json", "--policy", "seed", "--category", "backend"];
    let ran = tokest(&args, list);
    assert_eq!(records(&ran).last().unwrap()["p50"], 8_892);
}

#[test]
fn budgets_escalate_by_half_until_the_cap() {
    let next = |args: &[&str]| {
        let ran = tokest(&[&["next"], args].concat(), "");
        (ran.text(), ran.status)
    };
    assert_eq!(next(&["8192"]), ("12288\n".into(), 0));
    assert_eq!(next(&["12289"]), ("18433\n".into(), 0));
    assert_eq!(next(&["63999", "--stop", "max_tokens"]), ("64000\n".into(), 0));
    assert_eq!(next(&["64000"]), (String::new(), 1));
    assert_eq!(next(&["90000"]), (String::new(), 1));
    assert_eq!(next(&["8192", "--stop", "loop"]), (String::new(), 1));
    assert_eq!(next(&["8192", "--stop", "end_turn"]), (String::new(), 1));
    assert_eq!(next(&["8192", "--stop", "sunspots"]), (String::new(), 2));
    assert_eq!(next(&["many"]), (String::new(), 2));
    assert_eq!(next(&["100", "--cap", "120"]), ("120\n".into(), 0));
}

#[test]
fn counts_look_like_wc() {
    let dir = Dir::new();
    dir.put("a", "hello world");
    dir.put("b", "hello\n");
    let ran = run_in(dir.path(), "tokest", &["count", "a", "b"], b"");
    assert_eq!(ran.text(), "       2 a\n       2 b\n       4 total\n");
    assert_eq!((ran.stderr.as_str(), ran.status), ("", 0));
    let ran = run_in(dir.path(), "tokest", &["count"], b"hello world");
    assert_eq!(ran.text(), "2\n");
    let ran = run_in(dir.path(), "tokest", &["count", "a", "no"], b"");
    assert_eq!(ran.status, 2);
    assert_eq!(ran.text(), "       2 a\n       2 total\n");
    assert_eq!(
        ran.stderr,
        "tokest: cannot read 'no': No such file or directory\n"
    );
}

#[test]
fn the_first_tokens_are_counted_as_many() {
    let text = "def f(x):\n    return {'a': [1, 22, 333]}\n\n".repeat(9_000);
    let full = tokest(&["count"], &text).text();
    let full: u64 = full.trim().parse().expect("a number");
    for wanted in [0, 1, 2, 17, 1_000, full - 1, full, full + 9] {
        let taken = tokest(&["take", &wanted.to_string()], &text);
        assert_eq!(taken.status, 0);
        assert!(text.as_bytes().starts_with(&taken.stdout));
        let again = run("tokest", &["count"], &taken.stdout).text();
        assert_eq!(again.trim(), wanted.min(full).to_string());
    }
}

#[test]
fn taking_stops_reading_when_it_has_enough() {
    let ran = run("tokest", &["take", "3", "/dev/zero"], b"");
    assert_eq!(ran.status, 0);
    assert!(!ran.stdout.is_empty());
}

#[test]
fn a_run_without_split_points_is_counted_in_bounded_time() {
    for (byte, tokens) in [(b' ', "7813\n"), (b'a', "125000\n")] {
        let started = std::time::Instant::now();
        let ran = run("tokest", &["count"], &vec![byte; 1_000_000]);
        assert_eq!((ran.text().as_str(), ran.status), (tokens, 0));
        assert!(started.elapsed().as_secs() < 20);
    }
}

#[test]
fn bytes_outside_utf8_are_counted_one_by_one() {
    let ran = run("tokest", &["count"], b"hello\xff\xfe world");
    assert_eq!((ran.text().as_str(), ran.status), ("4\n", 0));
}

#[test]
fn every_option_is_in_the_manual_and_the_other_way_round() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("man/tokest.1");
    let page = fs::read_to_string(page).expect("the manual");
    let options = page.lines().filter(|l| l.starts_with(".It Fl"));
    let in_page: std::collections::BTreeSet<String> =
        options.flat_map(long_options).collect();
    let mut in_help = std::collections::BTreeSet::new();
    let help = tokest(&["--help"], "").text();
    let commands = help.lines().skip_while(|l| *l != "Commands:").skip(1);
    let names = commands.take_while(|l| !l.is_empty());
    let names = names.filter_map(|l| l.split_whitespace().next());
    let mut pages = vec![help.clone()];
    for name in names {
        assert!(page.contains(&format!(".It Cm {name}")), "{name}");
        pages.push(tokest(&[name, "--help"], "").text());
    }
    for text in pages {
        let lines = text.lines().filter(|l| l.trim_start().starts_with('-'));
        for word in lines.flat_map(str::split_whitespace) {
            if let Some(name) = word.strip_prefix("--") {
                let end =
                    name.find(|c: char| !c.is_ascii_alphanumeric() && c != '-');
                let name = name.get(..end.unwrap_or(name.len()));
                in_help.insert(name.unwrap_or(name.unwrap()).to_owned());
            }
        }
    }
    assert_eq!(in_help, in_page);
}

/// `.It Fl b , Fl -budget` names `budget`.
fn long_options(line: &str) -> Vec<String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let pairs = words.windows(2).filter(|pair| pair[0] == "Fl");
    let names = pairs.filter_map(|pair| pair[1].strip_prefix('-'));
    names.map(str::to_owned).collect()
}
