//! Runs that end in the middle, and are taken up again.

use std::fs;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::{Run, demo, plant, replay, script, scripts, tree};
use crate::support::{Dir, Ran, TOOLS, binary, run_in};

/// Moments of a night, and of a day.
const NIGHT: u64 = 50;
const DAY: u64 = 5;

/// Milliseconds within which the first kill falls; an undisturbed run takes
/// some two seconds.
const SPAN: u64 = 2_500;

/// A model that writes a fifth of the answer a call, in two pieces, so that
/// a call takes its time.
fn slow_model() -> String {
    let ask = replay("--style exact --max-tokens 2200");
    format!("{ask} >said.$$ && {{ head -c 5000; sleep 0.1; cat; }} <said.$$")
}

fn path() -> std::ffi::OsString {
    let tools = Path::new(binary("tokest")).parent().expect("a directory");
    let inherited = std::env::var_os("PATH").unwrap_or_default();
    let mut path = vec![tools.to_path_buf(), scripts()];
    path.extend(std::env::split_paths(&inherited));
    std::env::join_paths(path).expect("a PATH")
}

/// Starts converge in a process group of its own, and kills it, or all of
/// the group, after so many milliseconds. True if it was still at work.
fn killed(dir: &Dir, args: &[&str], after: u64, whole_group: bool) -> bool {
    let mut child = Command::new(scripts().join("converge"))
        .args(args)
        .current_dir(dir.path())
        .env("PATH", path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .expect("converge starts");
    std::thread::sleep(Duration::from_millis(after));
    let at_work = child.try_wait().expect("a status").is_none();
    let id = child.id();
    let target = if whole_group { format!("-{id}") } else { id.to_string() };
    if at_work {
        let kill = Command::new("kill")
            .args(["-9", "--", &target])
            .stderr(Stdio::null())
            .status();
        kill.expect("kill runs");
    }
    child.wait().expect("it ends");
    at_work
}

/// Operations that are whole in more than one of the raw answers.
fn written_twice(run: &Path) -> Vec<String> {
    let mut seen: Vec<String> = Vec::new();
    let mut twice = Vec::new();
    for number in 1.. {
        let answer = run.join(format!("answer.{number}"));
        if !answer.exists() {
            break;
        }
        let answer = answer.to_str().unwrap();
        let ran = run_in(run, TOOLS[2], &["status", answer], b"");
        // An object without a file is a step of an operation.
        let whole =
            |line: &&str| line.starts_with("complete") && !line.ends_with('?');
        for line in ran.text().lines().filter(whole) {
            match seen.iter().any(|known| known == line) {
                true => twice.push(line.to_owned()),
                false => seen.push(line.to_owned()),
            }
        }
    }
    twice
}

/// Kills a run at one of so many moments, then once more while it is taken
/// up, and lets it go on to its end. How it ended, and how often it was still
/// at work when it was killed.
fn kill_and_resume(
    dir: &Dir,
    args: &[&str],
    (moment, moments): (u64, u64),
) -> (Ran, u64) {
    // Spread evenly, in an order that is not that of time.
    let after = (moment * 7 + 3) % moments * SPAN / moments + 20;
    println!("killed after {after} ms");
    let group = moment % 2 == 0;
    let begun = || dir.path().join("run/settings").exists();
    let resume = ["--resume", "run"];
    let mut left = killed(dir, args, after, group);
    let mut interrupted = u64::from(left);
    if left && begun() {
        left = killed(dir, &resume, after / 2 + 50, !group);
        interrupted += u64::from(left);
    }
    if begun() {
        return (script(dir.path(), "converge", &resume, b""), interrupted);
    }
    fs::remove_dir_all(dir.path().join("run")).ok();
    (script(dir.path(), "converge", args, b""), interrupted)
}

fn moments(by_day: u64) -> u64 {
    let night = std::env::var_os("TORNKIT_NIGHTLY").is_some();
    if night { NIGHT } else { by_day }
}

#[test]
fn a_killed_run_is_taken_up_at_any_moment_and_nothing_whole_comes_twice() {
    let moments = moments(DAY);
    let mut interrupted = 0;
    for moment in 0..moments {
        let dir = Dir::new();
        plant(&demo().join("base"), &dir.path().join("tree"));
        let deliverables = demo().join("deliverables.txt");
        let task = demo().join("task.md");
        let llm = slow_model();
        let more = ["--max-attempts", "60", "--policy", "seed"];
        let mut args = vec!["--llm", &llm, "-C", "tree", "--run-dir", "run"];
        args.extend(["--deliverables", deliverables.to_str().unwrap()]);
        args.extend(["--prompt", task.to_str().unwrap()]);
        args.extend(more);
        let (ran, times) = kill_and_resume(&dir, &args, (moment, moments));
        interrupted += times;
        let what = format!("moment {moment} of {moments}");
        Run { dir, ran }.expect_resumed(&what);
    }
    assert!(interrupted >= moments / 2, "{interrupted} of {moments}");
}

#[test]
fn a_killed_run_of_diffs_is_taken_up_as_well() {
    let moments = moments(2);
    for moment in 0..moments {
        let dir = Dir::new();
        plant(&demo().join("base"), &dir.path().join("tree"));
        let demo = demo();
        let llm = format!(
            "replay-llm --format diff --style line --max-tokens 2600 \
             --answer '{0}/answer.diff' --task '{0}/task.md' >said.$$ && \
             {{ head -c 5000; sleep 0.1; cat; }} <said.$$",
            demo.display()
        );
        let deliverables = demo.join("deliverables.txt");
        let task = demo.join("task.md");
        let mut args = vec!["--llm", &llm, "-C", "tree", "--run-dir", "run"];
        args.extend(["--deliverables", deliverables.to_str().unwrap()]);
        args.extend(["--prompt", task.to_str().unwrap()]);
        args.extend(["--max-attempts", "60", "--policy", "seed"]);
        args.extend(["--format", "diff"]);
        let (ran, _) = kill_and_resume(&dir, &args, (moment, moments));
        let what = format!("diffs, moment {moment} of {moments}");
        Run { dir, ran }.expect_demo_done(&what);
    }
}

/// Phases of two files each, and the answer to each of them.
const PHASES: [&str; 3] = ["types", "core", "tests"];

fn phases(dir: &Dir) {
    let mut list = Vec::new();
    for (n, phase) in PHASES.into_iter().enumerate() {
        let files = [format!("{phase}/a.py"), format!("{phase}/b.py")];
        let mut answer =
            "{\"type\":\"meta\",\"total_operations\":2}\n".to_owned();
        for file in &files {
            let text: String =
                (0..40).map(|n| format!("{phase}_{n} = '{file}'\n")).collect();
            let op = serde_json::json!({
                "type": "create", "file_path": file, "content": text,
            });
            answer += &format!("{op}\n");
            dir.put(&format!("expected/{file}"), text);
        }
        dir.put(&format!("{phase}.ndjson"), answer);
        let before: Vec<&str> = PHASES.into_iter().take(n).collect();
        list.push(serde_json::json!({
            "phase_id": phase,
            "dependencies": before,
            "scope": {"deliverables": files},
        }));
    }
    let list = serde_json::json!({"run_id": "r", "phases": list});
    dir.put("list", list.to_string());
    dir.put(
        "model.sh",
        "cat >asked.$$\n\
         phase=$(sed -n 's/^# Phase //p' asked.$$ | head -n 1)\n\
         echo \"$phase\" >>calls\n\
         replay-llm --answer \"$phase.ndjson\" --style exact \
         --max-tokens 500 --conversation <asked.$$ >said.$$\n\
         head -c 300 said.$$; sleep 0.1; tail -c +301 said.$$\n",
    );
}

#[test]
fn a_killed_run_of_phases_makes_each_of_them_once() {
    let moments = moments(2);
    for moment in 0..moments {
        let dir = Dir::new();
        phases(&dir);
        fs::create_dir(dir.path().join("tree")).unwrap();
        let mut args = vec!["--llm", "sh model.sh", "--deliverables", "list"];
        args.extend(["-C", "tree", "--run-dir", "run"]);
        args.extend(["--max-attempts", "60"]);
        let (ran, _) = kill_and_resume(&dir, &args, (moment, moments));
        assert_eq!(ran.status, 0, "{ran:?}");
        let expected = tree(&dir.path().join("expected"));
        assert_eq!(tree(&dir.path().join("tree")), expected);
        let run = dir.path().join("run");
        for phase in 1..=PHASES.len() {
            let folder = run.join(phase.to_string());
            assert_eq!(written_twice(&folder), Vec::<String>::new());
        }
        assert!(
            dir.text("run/report")
                .ends_with("complete operations generated twice: 0\n")
        );
    }
}

impl Run {
    fn expect_resumed(self, what: &str) {
        self.expect_demo_done(what);
        let run = self.dir.path().join("run");
        assert_eq!(written_twice(&run), Vec::<String>::new(), "{what}");
        let report = self.file("run/report");
        assert!(
            report.ends_with("complete operations generated twice: 0\n"),
            "{what}: {report}"
        );
        // Every attempt is told once.
        let mut numbers: Vec<u64> = self
            .telemetry()
            .iter()
            .map(|line| line["attempt"].as_u64().unwrap())
            .collect();
        let all: Vec<u64> = (1..=numbers.len() as u64).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, all, "{what}");
    }
}

#[test]
fn an_interrupted_run_says_how_to_go_on() {
    let dir = Dir::new();
    plant(&demo().join("base"), &dir.path().join("tree"));
    let deliverables = demo().join("deliverables.txt");
    let task = demo().join("task.md");
    let llm = format!("{}; sleep 20", replay("--max-tokens 3000"));
    let child = Command::new(scripts().join("converge"))
        .args(["--llm", &llm, "-C", "tree", "--run-dir", "run"])
        .args(["--prompt", task.to_str().unwrap()])
        .args(["--deliverables", deliverables.to_str().unwrap()])
        .current_dir(dir.path())
        .env("PATH", path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()
        .expect("converge starts");
    let part = dir.path().join("run/answer.1.part");
    while fs::metadata(&part).map_or(0, |m| m.len()) == 0 {
        std::thread::sleep(Duration::from_millis(20));
    }
    // A shell in the background has its interrupts ignored, so not those.
    let group = format!("-{}", child.id());
    let kill = Command::new("kill").args(["-TERM", "--", &group]).status();
    assert!(kill.expect("kill runs").success());
    let ended = child.wait_with_output().expect("it ends");
    assert_eq!(ended.status.code(), Some(143), "{ended:?}");
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert!(said.contains("hint: converge --resume '"), "{said}");

    let llm = replay("--style exact --max-tokens 9000");
    let args = ["--resume", "run", "--llm", &llm];
    let ran = script(dir.path(), "converge", &args, b"");
    let resumed = Run { dir, ran };
    resumed.expect_demo_done("after an interrupt");
    assert_eq!(resumed.telemetry().len(), 2);
    let run = resumed.dir.path().join("run");
    assert_eq!(written_twice(&run), Vec::<String>::new());
    assert!(!tree(&run).contains_key("pid"));
}

#[test]
fn a_run_that_ended_is_not_asked_for_again() {
    let run = Run::demo(&replay("--style exact --max-tokens 6000"), &[]);
    run.expect_demo_done("once");
    let before = run.file("run/telemetry.ndjson");
    let args = ["--resume", "run", "--llm", "echo asked >asked; exit 9"];
    let ran = script(run.dir.path(), "converge", &args, b"");
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(!run.dir.path().join("asked").exists());
    assert_eq!(run.file("run/telemetry.ndjson"), before);
}

#[test]
fn a_run_that_had_too_few_attempts_goes_on_with_more() {
    let llm = replay("--style exact --max-tokens 3000");
    let run = Run::demo(&llm, &["--max-attempts", "2"]);
    assert_eq!(run.ran.status, 1, "{:?}", run.ran);
    let args = ["--resume", "run", "--max-attempts", "9"];
    let ran = script(run.dir.path(), "converge", &args, b"");
    let resumed = Run { dir: run.dir, ran };
    resumed.expect_demo_done("with more attempts");
    assert_eq!(resumed.telemetry().len(), 4);
}

#[test]
fn a_folder_without_a_run_cannot_be_resumed() {
    let dir = Dir::new();
    let ran = script(dir.path(), "converge", &["--resume", "no"], b"");
    assert_eq!(ran.status, 2);
    assert_eq!(ran.stderr, "converge: cannot resume 'no': it holds no run\n");
}

#[test]
fn a_run_at_work_is_left_alone() {
    let run = Run::demo(&replay("--style exact --max-tokens 20000"), &[]);
    run.expect_demo_done("once");
    run.dir.put("run/pid", format!("{}\n", std::process::id()));
    let ran = script(run.dir.path(), "converge", &["--resume", "run"], b"");
    assert_eq!(ran.status, 2, "{ran:?}");
    assert!(ran.stderr.contains("is at work on it"), "{ran:?}");
}
