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
fn nothing_before_a_command_is_ignored() {
    let dir = Dir::new();
    dir.put("tree/src/a.py", "x".repeat(500_000));
    let list = b"Modify src/a.py\n";
    let batch = |args: &[&str]| run_in(dir.path(), "tokest", args, list);
    let after = batch(&["batch", "-C", "tree"]).text();
    assert!(after.contains("500000"));
    assert_eq!(batch(&["-C", "tree", "batch"]).text(), after);
    for args in [
        &["--cap", "9", "batch"][..],
        &["-C", "tree", "count"],
        &["-b", "next", "9"],
    ] {
        let ran = batch(args);
        assert_eq!((ran.status, ran.text().as_str()), (2, ""), "{args:?}");
    }
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

/// Forty new modules with their tests, a model and a document.
fn large_list() -> String {
    let mut list = String::from("Create docs/ALL.md\n");
    for n in 0..40 {
        list += &format!("Create tests/test_m{n}.py\nCreate src/m{n}.py\n");
    }
    list + "Create src/models.py\n"
}

#[test]
fn a_large_list_becomes_batches_that_fit_and_are_read_again() {
    let ran = tokest(&["batch", "--cap", "16000"], &large_list());
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    let batches = records(&ran);
    assert!(batches.len() > 3);
    let mut seen = Vec::new();
    for (index, batch) in batches.iter().enumerate() {
        assert_eq!(batch["batch"], index + 1);
        assert_eq!(batch["batches"], batches.len());
        assert!(batch["p80"].as_f64().unwrap() <= 0.8 * 16_000.0);
        let files = batch["deliverables"].as_array().unwrap();
        let paths = files.iter().map(|f| f["path"].as_str().unwrap());
        let paths: Vec<String> = paths.map(str::to_owned).collect();
        if index + 1 == batches.len() {
            assert_eq!(batch["layer"], "alignment");
            assert_eq!(batch["budget"], 4_096);
            assert_eq!(paths.len(), 81);
            break;
        }
        for path in &paths {
            let test = path.replace("src/", "tests/test_");
            let module = path.contains("src/m") && !path.contains("models");
            assert!(!module || paths.contains(&test), "{path}");
        }
        let again = tokest(&["--json"], &batch.to_string());
        let estimate = records(&again).pop().unwrap();
        assert_eq!(estimate["phase_id"], batch["phase_id"]);
        assert_eq!(estimate["p80"], batch["p80"]);
        seen.extend(paths);
    }
    assert_eq!(seen[0], "src/models.py");
    assert_eq!(seen.last().unwrap(), "docs/ALL.md");
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 82);
}

#[test]
fn a_batch_that_was_cut_is_cut_again() {
    let ran = tokest(&["batch", "--cap", "16000"], &large_list());
    let first = records(&ran).remove(0);
    let ran = tokest(&["batch", "--parts", "2"], &first.to_string());
    let parts = records(&ran);
    assert!(parts.len() >= 3, "two parts and an alignment");
    let files =
        |r: &serde_json::Value| r["deliverables"].as_array().unwrap().len();
    let all: usize = parts[..parts.len() - 1].iter().map(files).sum();
    assert_eq!(all, files(&first));
    assert_eq!(parts[0]["phase_id"], "batch/1/1");
}

#[test]
fn a_file_too_large_for_any_batch_is_said() {
    let ran = tokest(&["batch", "--cap", "500"], "Create src/a.py\n");
    assert_eq!(ran.status, 1);
    assert!(ran.stderr.contains("'src/a.py'"), "{}", ran.stderr);
    assert_eq!(records(&ran)[0]["too_large"], true);
}

#[test]
fn phases_that_depend_on_each_other_are_an_error_that_names_them() {
    let list = r#"{"phases":[
        {"phase_id":"a","dependencies":["b"],"deliverables":["x/a.py"]},
        {"phase_id":"b","dependencies":["a"],"deliverables":["x/b.py"]}]}"#;
    let ran = tokest(&["batch"], list);
    assert_eq!((ran.status, ran.text().as_str()), (2, ""));
    assert_eq!(
        ran.stderr,
        "tokest: phases depend on each other: 'a' -> 'b' -> 'a'\n"
    );
}

#[test]
fn a_name_that_means_two_phases_is_an_error() {
    let phase = "{\"phase_id\":\"a\",\"deliverables\":[\"x/a.py\"]}\n";
    let ran = tokest(&["batch"], &phase.repeat(2));
    assert_eq!((ran.status, ran.text().as_str()), (2, ""));
    assert_eq!(ran.stderr, "tokest: more than one phase is called 'a'\n");
}

#[test]
fn lists_without_a_name_make_batches_of_different_names() {
    let dir = Dir::new();
    dir.put("one", "Create x/a.py\n");
    dir.put("two", "Create x/b.py\n");
    let named = r#"{"phase_id":"batch-2","deliverables":["x/c.py"]}"#;
    dir.put("named", named);
    let args = ["batch", "one", "two", "named"];
    let ran = run_in(dir.path(), "tokest", &args, b"");
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    let records = records(&ran);
    let ids: Vec<_> = records.iter().map(|r| &r["phase_id"]).collect();
    assert_eq!(ids, ["batch/1", "batch-3/1", "batch-2/1"]);
}

#[test]
fn a_dependency_that_is_not_there_is_said() {
    let phase = r#"{"phase_id":"a","dependencies":["b","b"],
        "deliverables":["x/a.py"]}"#;
    let ran = tokest(&["batch"], phase);
    assert_eq!(ran.status, 1);
    assert!(
        ran.stderr
            .starts_with("tokest: cannot find phase 'b' that 'a' depends on\n"),
        "{}",
        ran.stderr
    );
    let records = records(&ran);
    assert_eq!(records[0]["dependencies"], serde_json::json!(["b"]));
    // A batch is part of a plan that stands elsewhere, and so is a phase
    // that was chosen from one.
    let again = tokest(&["batch"], &records[0].to_string());
    assert_eq!((again.status, again.stderr.as_str()), (0, ""));
    let other = r#"{"phase_id":"b","deliverables":["x/b.py"]}"#;
    let ran = tokest(&["batch", "--phase", "a"], &format!("{phase}{other}"));
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
}

#[test]
fn a_share_keeps_files_with_their_tests() {
    let list: String = (0..5)
        .map(|n| format!("Create src/m{n}.py\nCreate tests/test_m{n}.py\n"))
        .collect();
    let ran = tokest(&["batch", "--parts", "4"], &list);
    assert_eq!(ran.status, 0);
    let batches = records(&ran);
    assert!(batches.len() > 4, "four and an alignment");
    for batch in &batches[..batches.len() - 1] {
        let files = batch["deliverables"].as_array().unwrap();
        let paths: Vec<_> =
            files.iter().map(|f| f["path"].as_str().unwrap()).collect();
        for path in paths.iter().filter(|p| p.starts_with("src/")) {
            let test = path.replace("src/", "tests/test_");
            assert!(paths.contains(&test.as_str()), "{paths:?}");
        }
    }
}

#[test]
fn budgets_follow_quantile_floor_and_cap() {
    let list = "Create src/a.py\nCreate src/b.py\n";
    let of = |args: &[&str]| {
        let ran = tokest(&[&["-b"], args].concat(), list);
        let budget: u64 = ran.text().trim().parse().expect("a budget");
        (budget, ran.status)
    };
    let (p90, _) = of(&[]);
    assert_eq!(of(&["--quantile", "p90"]), (p90, 0));
    assert!(of(&["--quantile", "p50"]).0 < p90);
    let (p95, _) = of(&["--restart"]);
    assert!(p95 > p90);
    assert_eq!(of(&["--quantile", "p95"]), (p95, 0));
    assert_eq!(of(&["--floor", "50000"]), (50_000, 0));
    assert_eq!(of(&["--cap", "1500"]), (1_500, 1));
    assert!(of(&["--format", "diff"]).0 >= p90);
    let (doubled, _) = of(&["--model-factor", "2"]);
    assert!(doubled.abs_diff(2 * p90) <= 2);
    assert!(of(&["--model-factor", "claude"]).0 > p90);
}

/// The budget is then the cap, and less than was asked for, however it is
/// written down.
#[test]
fn a_quantile_above_the_cap_is_said() {
    let list = "Create src/a.py\nCreate src/b.py\n";
    for form in [&["-b"][..], &[], &["--json"]] {
        let ran = tokest(&[form, &["--cap", "1500"]].concat(), list);
        assert_eq!(ran.status, 1, "{form:?}");
        let said = "tokest: cannot cover '(list)' with 1500 tokens: p90 is ";
        assert!(ran.stderr.starts_with(said), "{}", ran.stderr);
        assert!(ran.stderr.ends_with("hint: tokest batch\n"));
        assert!(ran.text().contains("1500"), "{}", ran.text());
        let within = tokest(&[form, &["--cap", "64000"]].concat(), list);
        assert_eq!((within.status, within.stderr.as_str()), (0, ""));
    }
}

#[test]
fn a_tree_gives_sizes_and_contradicts() {
    let dir = Dir::new();
    dir.put("src/a.py", "x".repeat(90_000));
    dir.put("src/b.py", "x".repeat(30_000));
    dir.put("src/ignored.py", "x".repeat(900_000));
    dir.put("src/deep/old1.go", "y");
    dir.put("src/deep/old2.go", "y");
    dir.put(".gitignore", "ignored.py\n");
    let list = "Modify src/a.py\nModify src/gone.py\nCreate src/b.py\n\
        src/new.py\nDelete src/deep/*.go\nModify ../outside.py\n";
    let args = ["--json", "-C", ".", "--cap", "200000"];
    let ran = run_in(dir.path(), "tokest", &args, list.as_bytes());
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    let lines = records(&ran);
    let said: Vec<_> = lines[..7]
        .iter()
        .map(|line| {
            let text = |key: &str| line[key].as_str().unwrap_or("");
            [text("path"), text("action"), text("note")].join(" ")
        })
        .collect();
    assert_eq!(
        said,
        [
            "src/a.py modify ",
            "src/gone.py create no such file yet",
            "src/b.py create exists already",
            "src/new.py create ",
            "src/deep/old1.go delete ",
            "src/deep/old2.go delete ",
            "../outside.py create no such file yet",
        ]
    );
    let alone = tokest(&["--json"], "src/new.py\n");
    let without = &records(&alone)[0]["p50"];
    assert!(lines[3]["p50"].as_u64() > without.as_u64());
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
fn approximate_counts_are_near_and_need_no_vocabulary() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let names = [
        "src/cli.rs",
        "src/span.rs",
        "src/stream.rs",
        "src/budget/model.rs",
        "tests/it/tokest.rs",
        "man/tokest.1",
        "Cargo.toml",
        "Cargo.lock",
    ];
    let count = |args: &[&str]| -> Vec<f64> {
        let ran = run_in(root, "tokest", &[args, &names].concat(), b"");
        assert_eq!(ran.status, 0);
        let records = records(&ran);
        records.iter().map(|r| r["tokens"].as_f64().unwrap()).collect()
    };
    let exact = count(&["count", "--json"]);
    let near = count(&["count", "--json", "--approx"]);
    assert_ne!(exact, near);
    for (exact, near) in exact.iter().zip(near) {
        assert!((near / exact - 1.0).abs() < 0.2, "{near} for {exact}");
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

/// Keys of every object in a value, but for those that are data.
fn keys(value: &serde_json::Value, found: &mut Vec<String>) {
    if let Some(object) = value.as_object() {
        for (key, member) in object {
            found.push(key.clone());
            if key != "breakdown" {
                keys(member, found);
            }
        }
    }
    value.as_array().into_iter().flatten().for_each(|item| keys(item, found));
}

#[test]
fn every_field_of_a_record_is_in_the_manual() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("man/tokest.1");
    let page = fs::read_to_string(page).expect("the manual");
    let named: std::collections::BTreeSet<&str> = page
        .lines()
        .filter(|line| line.contains("Va "))
        .flat_map(str::split_whitespace)
        .collect();
    let attempt = r#"{"type":"attempt","estimate_p50":9,"output_tokens":9}"#;
    let list = r#"[{"path":"a.py","bytes":9,"sibling_bytes":9,
        "extension_bytes":9,"action":"create"}]"#;
    let dir = Dir::new();
    dir.put("a.py", "");
    dir.put("base", r#"{"marker":"m","baseline":1}"#);
    for (args, input) in [
        (&["--category", "gardening", "-C", "."][..], list),
        (&["batch"], list),
        (&["count", "a.py"], ""),
        (&["calibrate", "-n"], attempt),
        (&["score"], attempt),
        (&["watch", "--baseline", "base"], "m"),
    ] {
        let args = [args, &["--json"]].concat();
        let ran = run_in(dir.path(), "tokest", &args, input.as_bytes());
        assert_eq!(ran.status, 0, "{}", ran.stderr);
        for record in records(&ran) {
            let kind = record["type"].as_str().expect("a type");
            let title = format!(".It Va type Ql {kind}\n");
            assert!(page.contains(&title), "{kind}");
            let mut all = Vec::new();
            keys(&record, &mut all);
            for key in all {
                assert!(named.contains(key.as_str()), "{kind}: {key}");
            }
        }
    }
    let telemetry = tornkit::report::attempt::Attempt {
        estimate_model_p50: Some(1),
        estimate_p80: Some(1),
        estimate_p95: Some(1),
        budget: Some(1),
        format: Some(String::new()),
        ..Default::default()
    };
    let mut all = Vec::new();
    keys(&serde_json::to_value(telemetry).unwrap(), &mut all);
    assert!(all.len() > 20);
    for key in all {
        assert!(named.contains(key.as_str()), "attempt: {key}");
    }
}

/// `.It Fl b , Fl -budget` names `budget`.
fn long_options(line: &str) -> Vec<String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let pairs = words.windows(2).filter(|pair| pair[0] == "Fl");
    let names = pairs.filter_map(|pair| pair[1].strip_prefix('-'));
    names.map(str::to_owned).collect()
}
