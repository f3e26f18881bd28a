//! Runs that end well.

use std::process::Command;

use super::{Run, STYLES, demo, finish, plant, replay, scripts, tree};
use crate::support::Dir;

#[test]
fn every_style_of_continuation_ends_in_the_recorded_tree() {
    for style in STYLES {
        let llm =
            replay(&format!("--style {style} --max-tokens {{max_tokens}}"));
        let run = Run::demo(&llm, &[]);
        run.expect_demo_done(style);

        let attempts = run.telemetry();
        assert_eq!(attempts[0]["mode"], "initial");
        assert_eq!(attempts[0]["truncated"], true);
        assert_eq!(attempts[0]["operations_applied"], 10);
        let expected = if style == "all" { 3 } else { 2 };
        assert_eq!(attempts.len(), expected, "{style}");
        let last = attempts.last().unwrap();
        assert_eq!(last["mode"], "continuation");
        assert_eq!(last["truncated"], false);
        assert_eq!(last["operations_applied"], 2, "{style}");
    }
}

#[test]
fn several_cuts_in_a_row_end_in_the_recorded_tree() {
    for style in ["exact", "line", "op", "file", "prose", "fence"] {
        let llm = replay(&format!("--style {style} --max-tokens 2500"));
        let run = Run::demo(&llm, &["--max-attempts", "9"]);
        run.expect_demo_done(style);
        assert!(run.telemetry().len() >= 5, "{style}");
    }
}

#[test]
fn tokens_kept_and_wasted_add_up_to_those_generated() {
    let run = Run::demo(&replay("--style op --max-tokens {max_tokens}"), &[]);
    run.expect_demo_done("op");
    let mut kept = 0;
    for attempt in run.telemetry() {
        let of = |key: &str| attempt[key].as_u64().unwrap();
        assert_eq!(
            of("kept_tokens") + of("wasted_tokens"),
            of("output_tokens")
        );
        kept += of("kept_tokens");
    }
    // The restarted operation is counted once; a seam may cost a token.
    let answer = std::fs::read(demo().join("answer.ndjson")).unwrap();
    let counted = crate::support::run("tokest", &["count"], &answer);
    let needed: u64 = counted.text().trim().parse().unwrap();
    assert!(kept.abs_diff(needed) <= 2, "{kept} of {needed}");
}

#[test]
fn an_answer_that_is_complete_at_once_needs_one_attempt() {
    let run = Run::demo(&replay("--max-tokens 64000"), &[]);
    run.expect_demo_done("whole");
    let attempts = run.telemetry();
    assert_eq!(attempts.len(), 1);
    assert_eq!(attempts[0]["wasted_tokens"], 0);
    assert_eq!(attempts[0]["operations_applied"], 12);
    assert_eq!(run.ran.text().lines().count(), 12, "{:?}", run.ran);
}

#[test]
fn a_conversation_gets_the_short_prompt_and_a_stranger_the_whole_task() {
    let limit = "--style op --max-tokens {max_tokens}";
    let alone = Run::demo(&replay(limit), &[]);
    alone.expect_demo_done("alone");
    let next = replay(&format!("--conversation {limit}"));
    let talk = Run::demo(&replay(limit), &["--llm-next", &next]);
    talk.expect_demo_done("talk");

    let task = std::fs::read_to_string(demo().join("task.md")).unwrap();
    assert!(alone.file("run/prompt.1").contains(&task));
    assert!(alone.file("run/prompt.2").contains(&task));
    assert!(!talk.file("run/prompt.2").contains(&task));
    assert!(talk.file("run/prompt.2").len() < 6000);
}

#[test]
fn the_first_prompt_has_task_deliverables_and_instructions() {
    let run = Run::demo(&replay("--max-tokens 64000"), &[]);
    let prompt = run.file("run/prompt.1");
    let demo = demo();
    for name in ["task.md", "deliverables.txt"] {
        let text = std::fs::read_to_string(demo.join(name)).unwrap();
        assert!(prompt.contains(&text), "{name}");
    }
    let wanted = crate::support::run("edit-apply", &["--instructions"], b"");
    assert!(!wanted.stdout.is_empty());
    assert!(prompt.contains(&wanted.text()));
}

#[test]
fn raw_answers_are_kept_as_they_came() {
    let run = Run::demo(&replay("--style fence --max-tokens 6000"), &[]);
    run.expect_demo_done("fence");
    let whole = std::fs::read_to_string(demo().join("answer.ndjson")).unwrap();
    assert!(whole.starts_with(&run.file("run/answer.1")));
    assert!(run.file("run/answer.2").starts_with("```json\n"));
    assert!(run.file("run/answer.2").ends_with("\n```\n"));
    assert_eq!(run.file("run/.gitignore"), "*\n");
}

#[test]
fn an_operation_is_applied_exactly_once() {
    let dir = Dir::new();
    dir.put("tree/log.txt", "zero\n");
    dir.put("task.md", "Write the log.\n");
    dir.put("deliverables.txt", "Modify log.txt\nCreate b.txt\n");
    // Appending again would show: no text is there to tell it by.
    let filler: String = (100..300).map(|n| format!("{n} ")).collect();
    let mut answer = String::from(
        r#"{"type":"modify","file_path":"log.txt","operations":[{"type":"append","content":"one\n"}]}"#,
    );
    answer.push_str(&format!(
        "\n{{\"type\":\"create\",\"file_path\":\"b.txt\",\"content\":\"{filler}\"}}\n"
    ));
    dir.put("answer.ndjson", &answer);
    let llm = "replay-llm --answer answer.ndjson --task task.md \
               --style exact --max-tokens 80";
    let run = Run::new(
        dir,
        &[
            "--llm",
            llm,
            "--deliverables",
            "deliverables.txt",
            "--prompt",
            "task.md",
            "--max-attempts",
            "9",
        ],
    );
    assert_eq!(run.ran.status, 0, "{:?}", run.ran);
    assert!(run.telemetry().len() >= 3);
    assert_eq!(run.file("tree/log.txt"), "zero\none\n");
    assert_eq!(run.file("tree/b.txt"), filler);
}

#[test]
fn odd_names_and_values_still_give_valid_telemetry() {
    let dir = Dir::new();
    let names = ["a \"b\".txt", "back\\slash.txt", "café 試験 🧪.txt", "a.txt"];
    let list = serde_json::json!({
        "run_id": "r",
        "phases": [{"phase_id": "p\"1", "scope": {"deliverables": names}}],
    });
    dir.put("deliverables.txt", list.to_string());
    let run = Run::new(
        dir,
        &[
            "--llm",
            "printf ''",
            "--deliverables",
            "deliverables.txt",
            "--phase",
            "p\"1",
            "--model",
            "m\"\\\t\u{1f9ea}\u{7f}",
            "--max-attempts",
            "1",
        ],
    );
    let attempts = run.telemetry();
    assert_eq!(attempts.len(), 1);
    assert_eq!(attempts[0]["model"], "m\"\\\t\u{1f9ea}\u{7f}");
    assert_eq!(attempts[0]["phase_id"], "p\"1");
    let listed = attempts[0]["deliverables"].as_array().unwrap();
    assert!(listed.contains(&"a.txt".into()), "{listed:?}");
}

#[test]
fn the_scripts_need_no_more_than_a_small_posix_shell() {
    let dir = Dir::new();
    plant(&demo().join("base"), &dir.path().join("tree"));
    let applets = dir.path().join("applets");
    std::fs::create_dir(&applets).unwrap();
    let installed = Command::new("busybox")
        .args(["--install", "-s"])
        .arg(&applets)
        .output();
    if !installed.is_ok_and(|output| output.status.success()) {
        println!("SKIPPED: the scripts in a small shell (missing busybox)");
        return;
    }
    let demo = demo();
    let converge = scripts().join("converge");
    let text = format!(
        "PATH='{}':$PATH; busybox sh '{}' -C tree --run-dir run \
         --policy seed --complexity low --category database --llm \"$1\" \
         --deliverables '{}/deliverables.txt' --prompt '{}/task.md'",
        applets.display(),
        converge.display(),
        demo.display(),
        demo.display()
    );
    let llm = format!(
        "busybox sh '{}'/{}",
        scripts().display(),
        replay("--style file --max-tokens {max_tokens}")
    );
    let mut command = Command::new("busybox");
    command.args(["sh", "-c", &text, "sh", &llm]);
    let ran = finish(&mut command, dir.path(), b"");
    assert_eq!(ran.status, 0, "{ran:?}");
    assert_eq!(tree(&dir.path().join("tree")), tree(&demo.join("expected")));
}

#[test]
fn the_demo_prints_its_table_and_ends_with_zero() {
    let dir = Dir::new();
    let ran = super::script(dir.path(), "demo", &["--style", "op"], b"");
    assert_eq!(ran.status, 0, "{ran:?}");
    assert_eq!(ran.stderr, "");
    let table = ran.text();
    let row = |name: &str| {
        table
            .lines()
            .find(|line| line.starts_with(name))
            .unwrap_or_else(|| panic!("no {name} in {table}"))
            .to_owned()
    };
    assert!(row("attempts").contains('2'));
    assert!(row("files identical").contains("12 of 12"));
    let twice = row("files written twice");
    let fields: Vec<_> = twice.split_whitespace().collect();
    assert_eq!(fields[fields.len() - 2..], ["0", "10"]);
}

/// First budgets of the sweep are this many tokens apart: a prime, so that
/// cuts fall everywhere in a line, and few enough for one night.
const SWEEP_STEP: usize = 277;

#[test]
fn wherever_the_first_cut_falls_every_style_ends_in_the_recorded_tree() {
    if std::env::var_os("TORNKIT_NIGHTLY").is_none() {
        println!("SKIPPED: the sweep of first cuts (missing --nightly)");
        return;
    }
    for first in (1..11_300).step_by(SWEEP_STEP) {
        for style in STYLES {
            let llm = format!(
                "n={{max_tokens}}; [ -e asked ] || n={first}; : >asked; {}",
                replay(&format!("--style {style} --max-tokens $n"))
            );
            let run = Run::demo(&llm, &["--max-attempts", "5"]);
            run.expect_demo_done(&format!("{style} after {first}"));
        }
    }
}
