//! tokest calibrate: predictions that learn from what became of them.

use std::path::Path;
use std::process::Command;

use crate::support::{Dir, Ran, run_in};

fn tokest(dir: &Path, args: &[&str], stdin: &str) -> Ran {
    run_in(dir, "tokest", args, stdin.as_bytes())
}

/// Standard normal numbers, always the same.
struct Noise(u64);

impl Noise {
    fn uniform(&mut self) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0
    }
}

fn attempt(n: usize, predicted: f64, output: f64) -> String {
    format!(
        "{{\"type\":\"attempt\",\"phase_id\":\"p{n}\",\
         \"estimate_p50\":{predicted:.0},\"output_tokens\":{output:.0}}}\n"
    )
}

/// The factor and the spread that are learned from telemetry.
fn learned(dir: &Path, telemetry: &str) -> (f64, f64) {
    let args = ["calibrate", "-n", "--json"];
    let ran = tokest(dir, &args, telemetry);
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    let text = ran.text();
    let first = text.lines().next().expect("an entry");
    let entry: serde_json::Value = serde_json::from_str(first).unwrap();
    let number = |key: &str| entry[key].as_f64().expect("a number");
    (number("factor"), number("spread"))
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}

/// Deviation of log tokens that the model's quantiles allow for.
const MODEL_DEVIATION: f64 = 0.917;

/// Answers are three times the prediction, with the deviation that the model
/// has on its own commits.
#[test]
fn a_stream_three_times_too_long_is_learned_in_twenty_answers() {
    let dir = Dir::new();
    let truth = 3_f64.ln();
    let (mut before, mut after, mut naive) = (0.0, 0.0, 0.0);
    let mut within = (0, 0);
    for seed in 1..=30 {
        let mut noise = Noise(seed);
        let residuals: Vec<f64> =
            (0..260).map(|_| truth + 0.8 * noise.normal()).collect();
        let lines: Vec<String> = residuals
            .iter()
            .enumerate()
            .map(|(n, r)| attempt(n, 10_000.0, 10_000.0 * r.exp()))
            .collect();
        let twenty = learned(dir.path(), &lines[..20].concat()).0.ln();
        let running = median(residuals[..20].to_vec());
        before += truth;
        after += (twenty - truth).abs();
        naive += (running - truth).abs();
        // The 90th percentile as the model has it, which allows for the
        // differences between repositories, and as it is corrected.
        let (sixty, spread) = learned(dir.path(), &lines[..60].concat());
        let p90 = sixty.ln() + spread * MODEL_DEVIATION * 1.2816;
        let rest = residuals[60..].iter();
        within.0 += rest.filter(|r| **r <= p90).count();
        within.1 += residuals.len() - 60;
    }
    assert!(after <= before / 2.0, "{after} of {before}");
    assert!(after <= naive, "{after}, running median {naive}");
    let coverage = f64::from(within.0 as u32) / f64::from(within.1 as u32);
    assert!((0.875..0.925).contains(&coverage), "{coverage}");
}

#[test]
fn estimates_use_what_was_learned_for_their_model() {
    let dir = Dir::new();
    let lines: String = (0..40)
        .map(|n| attempt(n, 1_000.0, 2_500.0))
        .map(|line| line.replace("}\n", ",\"model\":\"wordy\"}\n"))
        .collect();
    dir.put("telemetry", lines);
    let ran = tokest(dir.path(), &["calibrate", "telemetry"], "");
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    assert_eq!(dir.text(".tokest/.gitignore"), "*\n");
    let p50 = |args: &[&str]| {
        let args = [&["--json"], args].concat();
        let ran = tokest(dir.path(), &args, "Create src/a.py\n");
        assert_eq!(ran.status, 0, "{}", ran.stderr);
        let text = ran.text();
        let last = text.lines().last().expect("an estimate");
        let last: serde_json::Value = serde_json::from_str(last).unwrap();
        let number = |key: &str| last[key].as_f64().expect("tokens");
        (number("p50"), number("model_p50"))
    };
    let (plain, uncalibrated) = p50(&[]);
    assert_eq!(plain, uncalibrated);
    let file = ".tokest/calibration.json";
    let (wordy, uncalibrated) =
        p50(&["--calibration", file, "--model", "wordy"]);
    assert_eq!(uncalibrated, plain);
    assert!((2.2..2.6).contains(&(wordy / plain)), "{wordy} {plain}");
    assert_eq!(p50(&["-C", ".", "--model", "wordy"]).0, wordy);
    // The same telemetry again teaches nothing new.
    let once = dir.text(file);
    tokest(dir.path(), &["calibrate", "telemetry"], "");
    assert_eq!(dir.text(file), once);
}

/// Answers that all agree, and answers that do not, around the same median:
/// the budget follows, the median does not.
#[test]
fn a_budget_is_as_wide_as_the_answers_are() {
    let dir = Dir::new();
    let estimate = |spread: f64| {
        let mut noise = Noise(5);
        let all = (0..200).map(|n| {
            attempt(n, 9_000.0, 9_000.0 * (spread * noise.normal()).exp())
        });
        dir.put("telemetry", all.collect::<String>());
        tokest(dir.path(), &["calibrate", "telemetry"], "");
        let args = ["--json", "-C", "."];
        let ran = tokest(dir.path(), &args, "Create src/a.py\n");
        let text = ran.text();
        let last = text.lines().last().expect("an estimate");
        let last: serde_json::Value = serde_json::from_str(last).unwrap();
        let number = |key: &str| last[key].as_f64().expect("tokens");
        (number("p50"), number("p90"))
    };
    let (narrow, narrow_budget) = estimate(0.2);
    let (wide, wide_budget) = estimate(1.3);
    assert!((wide / narrow - 1.0).abs() < 0.25, "{narrow} {wide}");
    assert!(wide_budget > 1.2 * narrow_budget);
}

/// Input without a usable attempt leaves what was learned, and makes nothing.
#[test]
fn nothing_to_learn_from_leaves_what_was_learned() {
    let nothing = "tokest: cannot learn from telemetry: no attempt in it has \
                   both an estimate and its output tokens\n";
    let unread = "tokest: cannot read an attempt: expected value \
                  (stdin:1)\n";
    let cases = [
        ("", 0, String::new()),
        ("\n", 1, nothing.to_owned()),
        ("garbage\n", 1, format!("{unread}{nothing}")),
        ("{\"type\":\"run\"}\n", 1, nothing.to_owned()),
        ("{\"type\":\"attempt\",\"estimate_p50\":9}\n", 1, nothing.into()),
    ];
    let dir = Dir::new();
    for (input, status, said) in &cases {
        let ran = tokest(dir.path(), &["calibrate"], input);
        assert_eq!((ran.status, &ran.stderr), (*status, said), "{input}");
        assert!(!dir.path().join(".tokest").exists(), "{input}");
    }
    let ran = tokest(dir.path(), &["calibrate"], &attempt(1, 9.0, 27.0));
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    let file = ".tokest/calibration.json";
    let before = dir.text(file);
    for (input, status, said) in &cases {
        let again = tokest(dir.path(), &["calibrate"], input);
        assert_eq!((again.status, &again.stderr), (*status, said), "{input}");
        assert_eq!(again.text(), ran.text(), "{input}");
        assert_eq!(dir.text(file), before, "{input}");
    }
}

#[test]
fn one_absurd_attempt_moves_the_factor_little() {
    let dir = Dir::new();
    let absurd = attempt(0, 10.0, 5e9);
    let (alone, _) = learned(dir.path(), &absurd);
    assert!((1.0..1.5).contains(&alone), "{alone}");
    let usual: String = (1..=6).map(|n| attempt(n, 900.0, 900.0)).collect();
    for all in [format!("{absurd}{usual}"), format!("{usual}{absurd}")] {
        let (factor, _) = learned(dir.path(), &all);
        assert!((1.0..1.3).contains(&factor), "{factor}");
    }
}

#[test]
fn a_dry_run_writes_nothing() {
    let dir = Dir::new();
    let ran = tokest(dir.path(), &["calibrate", "-n"], &attempt(1, 9.0, 9.0));
    assert_eq!(ran.status, 0);
    assert!(!dir.path().join(".tokest").exists());
}

fn git(dir: &Path, args: &[&str]) {
    let name = ["-c", "user.name=a", "-c", "user.email=a@example.org"];
    let done = Command::new("git")
        .args(name)
        .args(args)
        .current_dir(dir)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .expect("git runs");
    assert!(done.status.success(), "{done:?}");
}

#[test]
fn history_is_learned_from_once() {
    let dir = Dir::new();
    git(dir.path(), &["init", "-q"]);
    let commit = |from: usize, to: usize| {
        for n in from..to {
            // Every line changes: much more than a change usually takes.
            dir.put("src/m.py", format!("x = {n}\n").repeat(2_000));
            dir.put("Cargo.lock", format!("lock {n}\n"));
            git(dir.path(), &["add", "."]);
            git(dir.path(), &["commit", "-q", "-m", "feat: change everything"]);
        }
    };
    let learned = || {
        let ran = tokest(dir.path(), &["calibrate", "--git", "--json"], "");
        assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
        let entry: serde_json::Value =
            serde_json::from_str(ran.text().trim()).expect("an entry");
        assert_eq!(entry["source"], "git");
        (entry["answers"].as_u64().unwrap(), entry["factor"].as_f64().unwrap())
    };
    commit(0, 3);
    let (answers, early) = learned();
    assert_eq!(answers, 3);
    assert_eq!(learned().0, 3, "nothing new");
    commit(3, 12);
    let (answers, late) = learned();
    assert_eq!(answers, 12);
    assert!(late > early && early > 1.0, "{early} {late}");
}

#[test]
fn no_repository_is_trouble() {
    let dir = Dir::new();
    let args = ["calibrate", "--git", "-C", "/"];
    let ran = tokest(dir.path(), &args, "");
    assert_eq!((ran.status, ran.text().as_str()), (2, ""));
    assert!(ran.stderr.starts_with("tokest: cannot read the history of '/'"));
}

#[test]
fn an_endless_calibration_is_refused() {
    let dir = Dir::new();
    let args = ["calibrate", "--calibration", "/dev/zero"];
    let ran = tokest(dir.path(), &args, &attempt(1, 9.0, 9.0));
    assert_eq!((ran.status, ran.text().as_str()), (2, ""));
    let said = "tokest: cannot read calibration '/dev/zero': it is too large\n";
    assert_eq!(ran.stderr, said);
}

#[test]
fn a_broken_calibration_is_not_overwritten() {
    let dir = Dir::new();
    dir.put(".tokest/calibration.json", "{\"oops\":");
    let ran = tokest(dir.path(), &["calibrate"], &attempt(1, 9.0, 9.0));
    assert_eq!(ran.status, 2);
    assert_eq!(dir.text(".tokest/calibration.json"), "{\"oops\":");
}
