//! tokest score and watch: what became of predictions.

use crate::support::{Dir, Ran, run, run_in};

/// Telemetry of `count` attempts that differ in everything.
fn telemetry(count: u64) -> Vec<String> {
    let line = |n: u64| {
        let category = ["feat", "fix", "docs"][(n % 3) as usize];
        let model = ["m1", "m2"][(n % 2) as usize];
        let p50 = 100 + n * 37 % 9_000;
        let output = 1 + n * n * 7 % 20_000;
        let cap = 2 * p50;
        let cut = output >= cap;
        let output = output.min(cap);
        format!(
            "{{\"type\":\"attempt\",\"attempt\":{},\"category\":\"{category}\",\
             \"deliverables\":[{}],\"estimate_p50\":{p50},\
             \"estimate_p90\":{cap},\"max_tokens\":{cap},\
             \"output_tokens\":{output},\"truncated\":{cut},\
             \"wasted_tokens\":{},\"model\":\"{model}\"}}\n",
            1 + n % 2,
            vec!["\"a\""; (n % 14) as usize + 1].join(","),
            if cut { 50 } else { 0 },
        )
    };
    (0..count).map(line).collect()
}

fn score(dir: &Dir, args: &[&str], stdin: &str) -> Ran {
    let args = [&["score"], args].concat();
    run_in(dir.path(), "tokest", &args, stdin.as_bytes())
}

#[test]
fn merged_shards_are_the_whole_to_the_byte() {
    let dir = Dir::new();
    let lines = telemetry(3_000);
    let whole = score(&dir, &["--state-out", "whole"], &lines.concat());
    assert_eq!((whole.status, whole.stderr.as_str()), (0, ""));
    for (name, part) in
        [("a", &lines[..1]), ("b", &lines[1..1_777]), ("c", &lines[1_777..])]
    {
        let ran = score(&dir, &["--state-out", name], &part.concat());
        assert_eq!(ran.status, 0);
    }
    let args = ["--merge", "c", "a", "b", "--state-out", "merged"];
    let merged = score(&dir, &args, "not read");
    assert_eq!(merged.text(), whole.text());
    assert_eq!(dir.text("merged"), dir.text("whole"));
    let json = score(&dir, &["--json", "--merge", "merged"], "");
    let first = json.text().lines().next().unwrap_or("").to_owned();
    let first: serde_json::Value = serde_json::from_str(&first).unwrap();
    assert_eq!(first["by"], "all");
    assert_eq!(first["attempts"], 3_000);
}

#[test]
fn a_file_that_is_no_state_is_not_merged() {
    let dir = Dir::new();
    dir.put("other", "{\"all\":{}}");
    let ran = score(&dir, &["--merge", "other"], "");
    assert_eq!((ran.status, ran.text().as_str()), (2, ""));
    assert!(ran.stderr.starts_with("tokest: cannot merge 'other': "));
}

#[test]
fn gates_decide_the_status() {
    let dir = Dir::new();
    let lines = telemetry(500).concat();
    let status = |gate: &str| {
        let ran = score(&dir, &["--gate", gate], &lines);
        (ran.status, ran.stderr)
    };
    assert_eq!(status("truncation<=1,attempts>=1"), (0, String::new()));
    let (code, said) = status("truncation<=0.01,waste_total<99");
    assert_eq!(code, 1);
    assert!(said.starts_with("tokest: cannot pass gate 'truncation<=0.01'"));
    assert_eq!(said.lines().count(), 1);
    assert_eq!(status("smape[model:m9]<=999").0, 1);
    assert_eq!(status("truncation[scope:>=10]<=1").0, 0);
    assert_eq!(status("beauty<=1").0, 2);
}

#[test]
fn many_unreadable_lines_are_said_in_few() {
    let dir = Dir::new();
    let ran = score(&dir, &[], &"{oops\n".repeat(5_000));
    assert_eq!(ran.status, 1);
    assert_eq!(ran.stderr.lines().count(), 11);
    assert!(ran.stderr.contains("(stdin:1)"), "{}", ran.stderr);
    assert!(ran.stderr.contains("4990 more"), "{}", ran.stderr);
}

#[test]
fn absurd_numbers_are_no_crash() {
    let dir = Dir::new();
    let line = |number: &str| {
        format!(
            "{{\"type\":\"attempt\",\"attempt\":{number},\
             \"estimate_p50\":{number},\"estimate_p90\":1,\
             \"max_tokens\":{number},\"output_tokens\":1,\
             \"budget\":{number},\"wasted_tokens\":{number}}}\n"
        )
    };
    let numbers = ["0", "-1", "1e300", "18446744073709551615", "1e-300"];
    let all: String = numbers.map(line).concat().repeat(40_000);
    let ran = score(&dir, &["--state-out", "state"], &all);
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    let twice = score(&dir, &["--merge", "state", "state"], "");
    assert_eq!(twice.status, 0);
    let ran = tokest_calibrate(&dir, &all);
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
}

fn tokest_calibrate(dir: &Dir, telemetry: &str) -> Ran {
    let args = ["calibrate", "-n"];
    run_in(dir.path(), "tokest", &args, telemetry.as_bytes())
}

#[test]
fn no_telemetry_is_no_figure() {
    let dir = Dir::new();
    let ran = score(&dir, &[], "");
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    assert_eq!(ran.text().lines().count(), 2);
}

#[test]
fn a_baseline_without_markers_is_refused() {
    let dir = Dir::new();
    dir.put("none", "");
    dir.put("odd", "{\"marker\":\"\",\"baseline\":3}");
    for name in ["none", "odd", "missing"] {
        let args = ["watch", "--baseline", name];
        let ran = run_in(dir.path(), "tokest", &args, b"log");
        assert_eq!((ran.status, ran.text().as_str()), (2, ""), "{name}");
    }
}

#[test]
fn a_marker_in_a_large_log_is_counted_across_reads() {
    let dir = Dir::new();
    dir.put("base", "{\"marker\":\"needle] found\",\"baseline\":40000}");
    let log = "hay, and a [needle] found in it\n".repeat(40_000);
    let args = ["watch", "--baseline", "base"];
    let ran = run_in(dir.path(), "tokest", &args, log.as_bytes());
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    assert!(ran.text().contains("\"count\":40000"), "{}", ran.text());
    let args = ["watch", "--baseline", "base", "--periods", "2"];
    let ran = run_in(dir.path(), "tokest", &args, log.as_bytes());
    assert_eq!(ran.status, 1);
    assert_eq!(run("tokest", &["watch"], b"").status, 2);
}
