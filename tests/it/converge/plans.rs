//! Run configurations, batches, checks, and what bounds a run.

use super::{Run, demo, script, tree};
use crate::support::Dir;

/// Two phases, the second of which stands first.
const CONFIG: &str = r#"{"run_id":"r","phases":[
  {"phase_id":"second","description":"Say \"b\",\n\u2026 twice.","dependencies":["first"],
   "scope":{"deliverables":["Create b.txt"],"protected_paths":["a.txt"]},
   "acceptance_criteria":["b stands beside \"a\""]},
  {"phase_id":"first","task_category":"backend","complexity":"low",
   "scope":{"deliverables":["Create a.txt"],"protected_paths":["b.txt"]},
   "acceptance_criteria":["a is there"]}]}
"#;

fn create(name: &str, text: &str) -> String {
    format!(r#"{{"type":"create","file_path":"{name}","content":"{text}\n"}}"#)
}

/// A model that answers by the line of the prompt that it finds first:
/// pattern and answer, in turn. It keeps each prompt.
fn model(dir: &Dir, cases: &[(&str, &str)]) -> String {
    let mut text = "n=$(ls asked.* 2>/dev/null | wc -l)\n\
                    cat >\"asked.$((n + 1))\"\n"
        .to_owned();
    for (n, (pattern, answer)) in cases.iter().enumerate() {
        dir.put(&format!("case.{n}"), format!("{answer}\n"));
        text += &format!(
            "if grep -q -e '{pattern}' \"asked.$((n + 1))\"; then\n\
             cat case.{n}; exit; fi\n"
        );
    }
    dir.put("model.sh", text);
    "sh model.sh".to_owned()
}

fn run(dir: Dir, llm: &str, more: &[&str]) -> Run {
    let mut args = vec!["--llm", llm, "--deliverables", "list"];
    args.extend(more);
    Run::new(dir, &args)
}

#[test]
fn phases_are_made_in_the_order_of_their_dependencies() {
    let dir = Dir::new();
    dir.put("list", CONFIG);
    let (a, b) = (create("a.txt", "a"), create("b.txt", "b"));
    let cases = [("^# Phase first", a.as_str()), ("^# Phase second", &b)];
    let llm = model(&dir, &cases);
    let run = run(dir, &llm, &[]);
    assert_eq!(run.ran.status, 0, "{:?}", run.ran);
    assert_eq!(run.ran.text(), "applied create a.txt\napplied create b.txt\n");
    assert!(run.file("asked.1").contains("# Phase first"));
    let second = run.file("asked.2");
    for part in [
        "# Phase second\n\nSay \"b\",\n\u{2026} twice.\n\n# Deliverables\n\nCreate b.txt\n",
        "# Do not touch\n\n- a.txt\n",
        "# Acceptance criteria\n\n- b stands beside \"a\"\n",
    ] {
        assert!(second.contains(part), "{second}");
    }
    let phases: Vec<_> =
        run.telemetry().iter().map(|t| t["phase_id"].clone()).collect();
    assert_eq!(phases, ["first", "second"]);
    assert_eq!(run.telemetry()[0]["category"], "backend");
}

#[test]
fn what_a_phase_protects_is_refused_and_the_model_is_told() {
    let dir = Dir::new();
    dir.put("list", CONFIG);
    let a = create("a.txt", "a");
    let both = format!(
        "{}\n{}",
        create("b.txt", "b"),
        r#"{"type":"write","file_path":"a.txt","content":"mine\n"}"#
    );
    let nothing = r#"{"type":"meta","total_operations":0}"#;
    let cases = [
        ("^# Phase first", a.as_str()),
        ("is protected", nothing),
        ("^# Phase second", &both),
    ];
    let llm = model(&dir, &cases);
    let run = run(dir, &llm, &[]);
    assert_eq!(run.ran.status, 0, "{:?}", run.ran);
    assert_eq!(run.file("tree/a.txt"), "a\n");
    assert_eq!(run.file("tree/b.txt"), "b\n");
    let told = run.file("asked.3");
    assert!(told.contains("# Phase second"), "{told}");
    assert!(told.contains("write a.txt"), "{told}");
}

#[test]
fn an_operation_that_failed_goes_back_with_the_reason() {
    let dir = Dir::new();
    dir.put("tree/a.txt", "one\ntwo\n");
    dir.put("list", "Modify a.txt\n");
    let edit = |anchor: &str| {
        format!(
            r#"{{"type":"modify","file_path":"a.txt","operations":[{{"type":"insert_after","anchor":"{anchor}","content":"new"}}]}}"#
        )
    };
    let (wrong, right) = (edit("three"), edit("two"));
    let cases = [("anchor not found", right.as_str()), ("", &wrong)];
    let llm = model(&dir, &cases);
    let run = run(dir, &llm, &[]);
    assert_eq!(run.ran.status, 0, "{:?}", run.ran);
    assert_eq!(run.file("tree/a.txt"), "one\ntwo\nnew\n");
    assert_eq!(run.telemetry().len(), 2);
    assert_eq!(run.telemetry()[1]["mode"], "continuation");
    assert_eq!(run.telemetry()[1]["estimate_p50"], serde_json::Value::Null);
}

#[test]
fn a_check_that_fails_goes_back_once() {
    let dir = Dir::new();
    dir.put("list", "Create a.txt\n");
    let first = create("a.txt", "wrong");
    let second = r#"{"type":"write","file_path":"a.txt","content":"right\n"}"#;
    let cases = [("it says wrong", second), ("", &first)];
    let llm = model(&dir, &cases);
    let verify = "grep -q right a.txt || { echo it says $(cat a.txt); false; }";
    let run = run(dir, &llm, &["--verify", verify]);
    assert_eq!(run.ran.status, 0, "{:?}", run.ran);
    assert_eq!(run.file("tree/a.txt"), "right\n");
    assert!(run.file("asked.2").contains("\n$ grep -q right a.txt"));
}

#[test]
fn a_check_that_cannot_be_run_or_changes_files_is_trouble() {
    for (check, said) in [
        ("no-such-command-here", "cannot run the check"),
        ("echo more >>a.txt; false", "cannot take back"),
    ] {
        let dir = Dir::new();
        dir.put("list", "Create a.txt\n");
        dir.put("answer", create("a.txt", "a"));
        let run = run(dir, "cat answer", &["--verify", check]);
        assert_eq!(run.ran.status, 2, "{check}: {:?}", run.ran);
        assert!(run.ran.stderr.contains(said), "{check}: {:?}", run.ran);
        assert!(run.file("tree/a.txt").starts_with("a\n"), "{check}");
    }
}

#[test]
fn a_phase_that_never_passes_its_check_is_taken_back_and_ends_the_run() {
    let dir = Dir::new();
    dir.put("list", CONFIG);
    dir.put("tree/old.txt", "old\n");
    let a = create("a.txt", "a");
    let b = format!(
        "{}\n{}",
        create("b.txt", "b"),
        r#"{"type":"delete","file_path":"old.txt"}"#
    );
    let again = r#"{"type":"write","file_path":"b.txt","content":"B\n"}"#;
    let cases = [
        ("the check of the result fails", again),
        ("^# Phase first", a.as_str()),
        ("^# Phase second", &b),
    ];
    let llm = model(&dir, &cases);
    let run = run(dir, &llm, &["--verify", "test -e old.txt"]);
    assert_eq!(run.ran.status, 1, "{:?}", run.ran);
    assert!(
        run.ran.stderr.contains("the check of 'second' fails"),
        "{:?}",
        run.ran
    );
    let left = tree(&run.dir.path().join("tree"));
    let names: Vec<_> = left.keys().map(String::as_str).collect();
    assert_eq!(names, ["a.txt", "old.txt"]);
    // Taken up again, it ends the same way, and takes nothing back twice.
    let args = ["--resume", "run"];
    let ran = script(run.dir.path(), "converge", &args, b"");
    assert_eq!(ran.status, 1, "{ran:?}");
    assert_eq!(tree(&run.dir.path().join("tree")), left);
}

#[test]
fn the_tokens_of_a_run_are_bounded() {
    let replay = super::replay("--style exact --max-tokens {max_tokens}");
    let run = Run::demo(&replay, &["--max-tokens-total", "4000"]);
    assert_eq!(run.ran.status, 1, "{:?}", run.ran);
    let said = &run.ran.stderr;
    assert!(
        said.starts_with("converge: the 4000 tokens of the run are spent"),
        "{said}"
    );
    let spent: u64 = run
        .telemetry()
        .iter()
        .map(|t| t["output_tokens"].as_u64().unwrap())
        .sum();
    assert!((3990..=4000).contains(&spent), "{spent}");
}

#[test]
fn a_model_that_repeats_itself_is_given_up() {
    let ops = r#"{"type":"create","file_path":"a.txt","content":""#;
    let diff = "--- /dev/null\n+++ b/a.txt\n@@ -0,0 +1,9 @@\n";
    for (start, again) in
        [(ops, "and so on and so forth "), (diff, "+and so on and so forth\n")]
    {
        let dir = Dir::new();
        dir.put("list", "Create a.txt\n");
        // Until the budget is spent, as such a model does.
        let looping = format!("{start}{}", again.repeat(4000));
        let llm = model(&dir, &[("", &looping)]);
        let run = run(dir, &llm, &["--max-attempts", "9"]);
        assert_eq!(run.ran.status, 1, "{:?}", run.ran);
        let said = "converge: the model repeats itself";
        assert!(run.ran.stderr.contains(said), "{:?}", run.ran);
        assert_eq!(run.telemetry().len(), 2);
        assert_eq!(run.telemetry()[0]["stop_reason"], "loop");
    }
}

#[test]
fn what_is_too_large_is_made_in_batches_and_aligned() {
    let dir = Dir::new();
    let names: Vec<String> = (0..60).map(|n| format!("m{n}.py")).collect();
    let list: String = names.iter().map(|n| format!("Create {n}\n")).collect();
    dir.put("list", list);
    // Writes what the last list of the prompt asks for.
    dir.put(
        "model.sh",
        "cat >p; if grep -q 'Make their imports' p; then\n\
         echo '{\"type\":\"meta\",\"total_operations\":0}'; exit; fi\n\
         sed -n 's/^- create \\(.*\\)/{\"type\":\"create\",\"file_path\":\
         \"\\1\",\"content\":\"x\\\\n\"}/p' p\n",
    );
    let mut args = vec!["--llm", "sh model.sh", "--deliverables", "list"];
    args.extend(["-C", "tree", "--run-dir", "run"]);
    std::fs::create_dir(dir.path().join("tree")).unwrap();
    let ran = script(dir.path(), "converge", &args, b"");
    let run = Run { dir, ran };
    assert_eq!(run.ran.status, 0, "{:?}", run.ran);
    assert_eq!(tree(&run.dir.path().join("tree")).len(), 60);
    let told = run.telemetry();
    assert!(told.len() >= 3, "{}", told.len());
    let last = told.last().unwrap();
    assert_eq!(last["max_tokens"], 4096);
    assert!(run.dir.path().join("run/2/answer.1").exists());
}

#[test]
fn a_dry_run_shows_what_would_be_asked_and_leaves_nothing() {
    let dir = Dir::new();
    dir.put("list", CONFIG);
    let run = run(dir, "touch asked {max_tokens}", &["--dry-run"]);
    assert_eq!(run.ran.status, 0, "{:?}", run.ran);
    let text = run.ran.text();
    assert!(text.starts_with("first\t8192 tokens\t1 files\n"), "{text}");
    assert!(text.contains("\n$ touch asked 8192\n# Phase first\n"), "{text}");
    let left = tree(run.dir.path());
    let names: Vec<_> = left.keys().map(String::as_str).collect();
    assert_eq!(names, ["list"]);
}

#[test]
fn each_command_line_tool_has_its_own_words() {
    let dir = Dir::new();
    dir.put("list", "Create a.txt\n");
    for (cli, words) in [
        ("llm", "llm prompt -m 'x y' -o max_tokens 8192"),
        ("claude", "CLAUDE_CODE_MAX_OUTPUT_TOKENS=8192 claude -p "),
        ("codex", "codex exec --json "),
        ("gemini", "gemini --output-format stream-json --model 'x y'"),
        ("aichat", "aichat --model 'x y'"),
        ("ollama", "ask_ollama() {"),
    ] {
        let args = ["--cli", cli, "--model", "x y", "--dry-run"];
        let mut args = args.to_vec();
        args.extend(["--deliverables", "list", "--policy", "seed"]);
        args.extend(["--complexity", "low"]);
        let ran = script(dir.path(), "converge", &args, b"");
        assert_eq!(ran.status, 0, "{ran:?}");
        let wanted = format!("\n$ {words}");
        assert!(ran.text().contains(&wanted), "{}", ran.text());
    }
    let args = ["--cli", "cobol", "--deliverables", "list"];
    let ran = script(dir.path(), "converge", &args, b"");
    assert_eq!(ran.status, 2);
    assert!(
        ran.stderr
            .starts_with("converge: no such command line tool: 'cobol'\n")
    );
}

#[test]
fn the_report_is_the_score_of_the_run() {
    let run = Run::demo(&super::replay("--style exact --max-tokens 6000"), &[]);
    run.expect_demo_done("two calls");
    let telemetry =
        std::fs::read(run.dir.path().join("run/telemetry.ndjson")).unwrap();
    let score = crate::support::run("tokest", &["score"], &telemetry).text();
    assert_eq!(
        run.file("run/report"),
        format!("{score}complete operations generated twice: 0\n")
    );
    assert!(demo().exists());
}
