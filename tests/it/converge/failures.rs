//! Runs that end badly, and how they say so.

use super::{Run, demo, plant, replay, script};
use crate::support::{Dir, Ran};

/// One file to make, and what the model is given.
fn small(dir: &Dir, deliverables: &str, answer: &str) {
    dir.put("deliverables.txt", deliverables);
    dir.put("answer.ndjson", answer);
}

const ONE: &str =
    "{\"type\":\"create\",\"file_path\":\"a.txt\",\"content\":\"a\\n\"}\n";

#[test]
fn a_model_command_that_fails_twice_is_trouble_and_keeps_its_answers() {
    let run = Run::demo(
        &format!("{}; exit 7", replay("--max-tokens 3000")),
        &["--max-attempts", "5"],
    );
    assert_eq!(run.ran.status, 2, "{:?}", run.ran);
    let mut said = run.ran.stderr.lines();
    assert_eq!(
        said.next(),
        Some("converge: cannot go on: the model command ended with 7")
    );
    let hint = said.next().unwrap_or_default();
    assert!(hint.starts_with("hint: converge --resume '"), "{hint}");
    assert!(hint.ends_with("/run'"), "{hint}");

    let whole = std::fs::read_to_string(demo().join("answer.ndjson")).unwrap();
    let kept = run.file("run/answer.1");
    assert!(whole.starts_with(&kept) && kept.len() > 5000);
    let want = demo().join("expected/src/gatehouse/waivers.py");
    assert_eq!(
        run.file("tree/src/gatehouse/waivers.py"),
        std::fs::read_to_string(want).unwrap()
    );
    let attempts = run.telemetry();
    assert_eq!(attempts.len(), 2);
    assert_eq!(attempts[0]["stop_reason"], "error");
}

#[test]
fn what_a_failing_model_command_wrote_is_built_on() {
    let llm = format!(
        "if [ -e asked ]; then {0}; else : >asked; {0}; exit 7; fi",
        replay("--max-tokens 6000")
    );
    let run = Run::demo(&llm, &[]);
    run.expect_demo_done("a dropped connection");
    assert_eq!(run.telemetry()[0]["stop_reason"], "error");
}

#[test]
fn a_model_that_fails_at_the_second_call_leaves_what_was_applied() {
    let llm = format!(
        "if [ -e asked ]; then exit 3; fi; : >asked; {}",
        replay("--max-tokens 6000")
    );
    let run = Run::demo(&llm, &[]);
    assert_eq!(run.ran.status, 2, "{:?}", run.ran);
    assert_eq!(run.telemetry().len(), 2);
    let want = demo().join("expected/src/gatehouse/waivers.py");
    assert_eq!(
        run.file("tree/src/gatehouse/waivers.py"),
        std::fs::read_to_string(want).unwrap()
    );
}

#[test]
fn the_number_of_attempts_is_bounded_and_what_is_missing_is_listed() {
    let llm = replay("--style exact --max-tokens 3000");
    let run = Run::demo(&llm, &["--max-attempts", "2"]);
    assert_eq!(run.ran.status, 1, "{:?}", run.ran);
    assert_eq!(run.telemetry().len(), 2);
    let said = &run.ran.stderr;
    assert!(said.starts_with("converge: not complete after 2 attempts"));
    assert!(said.contains("missing: docs/build-history.md\n"), "{said}");
    assert!(!said.contains("missing: src/gatehouse/waivers.py\n"), "{said}");
}

#[test]
fn eight_attempts_are_the_default() {
    let run = Run::demo(&replay("--style exact --max-tokens 1000"), &[]);
    assert_eq!(run.ran.status, 1, "{:?}", run.ran);
    assert_eq!(run.telemetry().len(), 8);
}

#[test]
fn a_deliverable_that_the_answer_leaves_out_is_named() {
    let dir = Dir::new();
    let meta = "{\"type\":\"meta\",\"total_operations\":1}\n";
    small(&dir, "Create a.txt\nCreate b.txt\n", &format!("{meta}{ONE}"));
    let run = Run::new(
        dir,
        &["--llm", "cat answer.ndjson", "--deliverables", "deliverables.txt"],
    );
    assert_eq!(run.ran.status, 1, "{:?}", run.ran);
    assert!(run.ran.stderr.ends_with("converge: missing: b.txt\n"));
    assert_eq!(run.file("tree/a.txt"), "a\n");
}

#[test]
fn a_pattern_is_covered_by_a_file_that_fits() {
    let dir = Dir::new();
    small(
        &dir,
        "Create notes/*_first.txt\n",
        &ONE.replace("a.txt", "notes/7_first.txt"),
    );
    let run = Run::new(
        dir,
        &["--llm", "cat answer.ndjson", "--deliverables", "deliverables.txt"],
    );
    assert_eq!(run.ran.status, 0, "{:?}", run.ran);
}

#[test]
fn a_file_that_gets_a_name_covers_it() {
    let ops = "{\"type\":\"rename\",\"file_path\":\"old.txt\",\
        \"new_path\":\"a.txt\"}\n";
    let patch = "*** Begin Patch\n*** Update File: old.txt\n\
        *** Move to: a.txt\n@@\n-x\n+y\n*** End Patch\n";
    for answer in [ops, patch] {
        let dir = Dir::new();
        dir.put("tree/old.txt", "x\n");
        small(&dir, "Create a.txt\n", answer);
        let list = ["--deliverables", "deliverables.txt"];
        let run = Run::new(
            dir,
            &[&["--llm", "cat answer.ndjson"], &list[..]].concat(),
        );
        assert_eq!(run.ran.status, 0, "{:?}", run.ran);
        assert!(run.dir.path().join("tree/a.txt").exists());
    }
}

#[test]
fn an_operation_that_cannot_be_applied_is_shown_and_the_status_is_one() {
    let dir = Dir::new();
    dir.put("tree/a.txt", "something else\n");
    small(&dir, "Create a.txt\n", ONE);
    let run = Run::new(
        dir,
        &["--llm", "cat answer.ndjson", "--deliverables", "deliverables.txt"],
    );
    assert_eq!(run.ran.status, 1, "{:?}", run.ran);
    assert!(run.ran.text().starts_with("failed"), "{:?}", run.ran);
    assert!(run.ran.stderr.contains("1 operation"), "{:?}", run.ran);
    assert_eq!(run.file("tree/a.txt"), "something else\n");
    assert_eq!(run.telemetry()[0]["operations_failed"], 1);
}

#[test]
fn a_call_is_never_repeated_unchanged() {
    // Says nothing, whatever it is asked, and remembers each question.
    let silent = "cat >>asked; printf '%s\\n' =cut= >>asked";
    for (llm, calls) in [
        (silent.to_owned(), 1),
        (format!("{silent}; echo {{max_tokens}} >>budgets"), 4),
    ] {
        let dir = Dir::new();
        small(&dir, "Create a.txt\n", "");
        let run = Run::new(
            dir,
            &[
                "--llm",
                &llm,
                "--deliverables",
                "deliverables.txt",
                "--max-attempts",
                "4",
            ],
        );
        assert_eq!(run.ran.status, 1, "{:?}", run.ran);
        assert_eq!(run.telemetry().len(), calls, "{:?}", run.ran);
        assert_eq!(run.file("asked").matches("=cut=").count(), calls);
        assert!(run.ran.stderr.ends_with("missing: a.txt\n"));
        if calls > 1 {
            let budgets = run.file("budgets");
            let mut numbers: Vec<u32> =
                budgets.lines().map(|line| line.parse().unwrap()).collect();
            assert!(numbers.windows(2).all(|w| w[0] < w[1]), "{budgets}");
            numbers.dedup();
            assert_eq!(numbers.len(), calls);
        }
    }
}

#[test]
fn a_continuation_that_adds_nothing_changes_the_way_of_asking() {
    // Answers the first half, and afterwards with an apology.
    let llm = format!(
        "if [ -e asked ]; then echo Sorry.; else : >asked; {}; fi",
        replay("--max-tokens 6000")
    );
    let run = Run::demo(&llm, &["--max-attempts", "6"]);
    assert_eq!(run.ran.status, 1, "{:?}", run.ran);
    let attempts = run.telemetry();
    assert!((3..=6).contains(&attempts.len()), "{}", attempts.len());
    let mut prompts: Vec<String> = (1..=attempts.len())
        .map(|n| {
            let budget = &attempts[n - 1]["max_tokens"];
            format!("{budget} {}", run.file(&format!("run/prompt.{n}")))
        })
        .collect();
    prompts.sort();
    prompts.dedup();
    assert_eq!(prompts.len(), attempts.len());
    assert!(run.ran.stderr.contains("missing: docs/build-history.md"));
}

#[test]
fn a_run_folder_is_used_once() {
    let dir = Dir::new();
    small(&dir, "Create a.txt\n", ONE);
    let args =
        &["--llm", "cat answer.ndjson", "--deliverables", "deliverables.txt"];
    let run = Run::new(dir, args);
    assert_eq!(run.ran.status, 0, "{:?}", run.ran);
    let before = run.file("run/telemetry.ndjson");
    let again = Run::new(run.dir, args);
    assert_eq!(again.ran.status, 2);
    assert_eq!(
        again.ran.stderr,
        "converge: cannot use 'run' as run folder: it holds another run\n"
    );
    assert_eq!(again.file("run/telemetry.ndjson"), before);
}

#[test]
fn without_a_run_folder_one_is_made_that_git_ignores() {
    let dir = Dir::new();
    small(&dir, "Create a.txt\n", ONE);
    let llm = format!("cat '{}'", dir.path().join("answer.ndjson").display());
    let args = ["--llm", llm.as_str(), "--deliverables", "deliverables.txt"];
    let ran = script(dir.path(), "converge", &args, b"");
    assert_eq!(ran.status, 0, "{ran:?}");
    let runs: Vec<_> = std::fs::read_dir(dir.path().join(".tornkit"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert_eq!(runs.len(), 1);
    let ignored = std::fs::read_to_string(runs[0].join(".gitignore"));
    assert_eq!(ignored.unwrap(), "*\n");
    assert!(runs[0].join("telemetry.ndjson").exists());
}

#[test]
fn a_file_that_the_answer_leaves_undone_is_missing_all_the_same() {
    let dir = Dir::new();
    dir.put("list", "Create a.txt\n");
    dir.put(
        "answer",
        "{\"type\":\"create\",\"file_path\":\"a.txt\",\"content\":\"x\"}\n\
         {\"type\":\"delete\",\"file_path\":\"a.txt\"}\n",
    );
    let args = ["--llm", "cat answer", "--deliverables", "list"];
    let run = Run::new(dir, &args);
    assert_eq!(run.ran.status, 1, "{:?}", run.ran);
    assert!(run.ran.stderr.contains("missing: a.txt"), "{:?}", run.ran);
}

#[test]
fn what_names_no_file_is_said_and_the_status_is_one() {
    let dir = Dir::new();
    dir.put("list", "Create a.txt\nmake it nice\n");
    dir.put("answer", r#"{"type":"create","file_path":"a.txt","content":"x"}"#);
    let args = ["--llm", "cat answer", "--deliverables", "list"];
    let run = Run::new(dir, &args);
    assert_eq!(run.ran.status, 1, "{:?}", run.ran);
    assert!(run.ran.stderr.contains("'make it nice'"), "{:?}", run.ran);
    assert_eq!(run.file("tree/a.txt"), "x");
}

/// What is in the run folder is run when it is taken up.
#[test]
fn no_answer_reaches_the_run_folder() {
    let dir = Dir::new();
    dir.put("list", "Create a.txt\n");
    let write = |path: &str| {
        format!(
            r#"{{"type":"write","file_path":"{path}","content":"touch no\n"}}"#
        )
    };
    let names = ["r[1]/settings", "R[1]/settings", ".tornkit/x/settings"];
    dir.put("answer", names.map(write).join("\n"));
    let args = ["--llm=cat answer", "--deliverables=list", "--run-dir=r[1]"];
    let ran = script(dir.path(), "converge", &args, b"");
    assert_eq!(ran.status, 1, "{ran:?}");
    let refused = ran.text().matches("refused write").count();
    assert_eq!(refused, 3, "{ran:?}");
    let again = script(dir.path(), "converge", &["--resume=r[1]"], b"");
    assert_eq!(again.status, 1, "{again:?}");
    assert!(!dir.path().join("no").exists());
}

#[test]
fn arguments_that_make_no_sense_are_one_line_and_status_two() {
    let dir = Dir::new();
    dir.put("d.txt", "Create a.txt\n");
    dir.put("none.txt", "");
    plant(&demo().join("base"), &dir.path().join("tree"));
    let cases: [(&[&str], &str); 8] = [
        (&[], "--llm COMMAND is required"),
        (&["--llm", "true"], "--deliverables FILE is required"),
        (&["--llm"], "a value is required for '--llm'"),
        (&["--no-such"], "unexpected argument '--no-such'"),
        (&["--llm=true", "--deliverables=no"], "cannot read 'no'"),
        (
            &["--llm=true", "--deliverables=d.txt", "--max-attempts=0"],
            "not a number of attempts: '0'",
        ),
        (
            &["--llm=true", "--deliverables=d.txt", "-C", "no"],
            "cannot change 'no': not a directory",
        ),
        (
            &["--llm=true", "--deliverables=none.txt", "--run-dir=r"],
            "cannot find a deliverable in 'none.txt'",
        ),
    ];
    for (args, wanted) in cases {
        let Ran { status, stdout, stderr } =
            script(dir.path(), "converge", args, b"");
        assert_eq!(status, 2, "{args:?}: {stderr}");
        assert!(stdout.is_empty());
        assert!(stderr.contains(&format!("converge: {wanted}")), "{stderr}");
    }
}
