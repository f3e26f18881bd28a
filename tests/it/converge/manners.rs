//! Models that answer otherwise than they were asked to: in another format,
//! in none, inside an envelope, or never.

use super::{Run, demo, replay};
use crate::support::Dir;

const DIFF: &str = "diff --git a/a.txt b/a.txt\nnew file mode 100644\n\
    --- /dev/null\n+++ b/a.txt\n@@ -0,0 +1 @@\n+hello\n";

/// One file to make, by a shell script for a model.
fn one(script: &str, more: &[&str]) -> Run {
    let dir = Dir::new();
    dir.put("list", "Create a.txt\n");
    dir.put("answer.diff", DIFF);
    dir.put("model.sh", script);
    let mut args = vec!["--llm", "sh model.sh", "--deliverables", "list"];
    args.extend(more);
    Run::new(dir, &args)
}

#[test]
fn an_answer_in_another_format_is_taken_as_it_is() {
    let run = one("cat answer.diff", &[]);
    assert_eq!(run.ran.status, 0, "{:?}", run.ran);
    assert_eq!(run.file("tree/a.txt"), "hello\n");
    assert_eq!(run.telemetry().len(), 1);
}

#[test]
fn every_format_that_edit_apply_reads_is_taken() {
    for answer in [
        "*** Begin Patch\n*** Add File: a.txt\n+hello\n*** End Patch\n",
        "a.txt\n<<<<<<< SEARCH\n=======\nhello\n>>>>>>> REPLACE\n",
        "Here it is:\n\na.txt\n```text\nhello\n```\n",
    ] {
        let dir = Dir::new();
        dir.put("list", "Create a.txt\n");
        dir.put("answer", answer);
        let args = ["--llm", "cat answer", "--deliverables", "list"];
        let run = Run::new(dir, &args);
        assert_eq!(run.ran.status, 0, "{answer}: {:?}", run.ran);
        assert_eq!(run.file("tree/a.txt"), "hello\n", "{answer}");
        assert_eq!(run.telemetry().len(), 1, "{answer}");
    }
}

#[test]
fn a_cut_answer_in_another_format_is_continued_in_that_format() {
    let demo = demo();
    let llm = format!(
        "replay-llm --format diff --style line --max-tokens 6000 \
         --answer '{0}/answer.diff' --task '{0}/task.md'",
        demo.display()
    );
    let run = Run::demo(&llm, &[]);
    run.expect_demo_done("a diff that nobody asked for");
    assert_eq!(run.telemetry().len(), 2);
    assert!(run.file("run/prompt.1").contains("edit operations only"));
    let second = run.file("run/prompt.2");
    assert!(second.contains("one unified diff only"), "{second}");
    assert!(!second.contains("edit operations only"), "{second}");
}

#[test]
fn a_model_that_disobeys_twice_is_asked_for_the_next_format() {
    let script = "cat >asked; if grep -q 'one unified diff only' asked; then \
                  cat answer.diff; else echo 'I would rather not.'; fi";
    let run = one(script, &[]);
    assert_eq!(run.ran.status, 0, "{:?}", run.ran);
    assert_eq!(run.file("tree/a.txt"), "hello\n");
    let told = run.telemetry();
    assert_eq!(told.len(), 3);
    for refused in &told[..2] {
        assert_eq!(refused["kept_tokens"], 0);
        assert_eq!(refused["truncated"], false);
    }
    assert!(run.file("run/prompt.2").contains("# Once more"));
    let third = run.file("run/prompt.3");
    assert!(!third.contains("edit operations only"), "{third}");
}

#[test]
fn a_model_that_obeys_no_format_is_given_up() {
    let run = one("echo 'I would rather not.'", &[]);
    assert_eq!(run.ran.status, 1, "{:?}", run.ran);
    let said = &run.ran.stderr;
    let why = "converge: the model answers in no format that was asked for";
    assert!(said.starts_with(why), "{said}");
    assert!(said.ends_with("converge: missing: a.txt\n"), "{said}");
    assert_eq!(run.telemetry().len(), 4);
    let ran = super::script(
        run.dir.path(),
        "converge",
        &["--resume", "run", "--llm", "cat answer.diff"],
        b"",
    );
    assert_eq!(ran.status, 1, "it was asked four times already: {ran:?}");
}

#[test]
fn a_model_that_hangs_is_ended_and_what_it_wrote_is_built_on() {
    let llm = format!(
        "if [ -e asked ]; then {0}; else : >asked; {0}; sleep 600; fi",
        replay("--style exact --max-tokens 6000")
    );
    let began = std::time::Instant::now();
    let run = Run::demo(&llm, &["--timeout", "20"]);
    run.expect_demo_done("a model that hangs");
    assert!(began.elapsed().as_secs() < 300);
    assert_eq!(run.telemetry().len(), 2);
    assert_eq!(run.telemetry()[0]["stop_reason"], "error");
}

/// What a model said, as a chat API streams it: pieces of a few characters.
fn streamed(text: &str, reason: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let event = |content: &str, reason: serde_json::Value| {
        let event = serde_json::json!({
            "id": "x", "object": "chat.completion.chunk", "model": "m",
            "choices": [{"index": 0, "delta": {"content": content},
                         "finish_reason": reason}],
        });
        format!("data: {event}\n\n")
    };
    let pieces = letters.chunks(3);
    let mut stream: String = pieces
        .map(|piece| {
            event(&piece.iter().collect::<String>(), serde_json::Value::Null)
        })
        .collect();
    stream += &event("", reason.into());
    stream + "data: [DONE]\n\n"
}

#[test]
fn tokens_are_those_of_the_answer_and_not_of_its_envelope() {
    let dir = Dir::new();
    dir.put("list", "Create a.txt\n");
    let line = r#"{"type":"create","file_path":"a.txt","content":"é\n"}"#;
    dir.put("answer", streamed(line, "stop"));
    let args = ["--llm", "cat answer", "--deliverables", "list"];
    let run = Run::new(dir, &args);
    assert_eq!(run.ran.status, 0, "{:?}", run.ran);
    let counted = crate::support::run("tokest", &["count"], line.as_bytes());
    let counted: u64 = counted.text().trim().parse().unwrap();
    let told = run.telemetry();
    assert_eq!(told[0]["output_tokens"], counted);
    assert_eq!(told[0]["wasted_tokens"], 0);
    assert_eq!(told[0]["stop_reason"], "stop");
}

#[test]
fn half_a_character_at_the_end_of_an_envelope_is_no_part_of_the_answer() {
    let dir = Dir::new();
    dir.put("list", "Create a.txt\n");
    let line = "{\"type\":\"create\",\"file_path\":\"a.txt\",\
                \"content\":\"zwölf 試験 und mehr\"}\n";
    let at = line.find('験').unwrap();
    let half = format!("{}\u{fffd}", &line[..at]);
    dir.put("first", streamed(&half, "length"));
    dir.put("second", streamed(&line[at..], "stop"));
    let llm = "if [ -e asked ]; then cat second; \
               else : >asked; cat first; fi";
    let run = Run::new(dir, &["--llm", llm, "--deliverables", "list"]);
    assert_eq!(run.ran.status, 0, "{:?}", run.ran);
    assert_eq!(run.file("tree/a.txt"), "zwölf 試験 und mehr");
    assert_eq!(run.telemetry()[0]["stop_reason"], "length");
}

#[test]
fn a_continuation_is_given_room_for_what_is_missing_only() {
    let dir = Dir::new();
    let files: Vec<String> = (0..8).map(|n| format!("m{n}.py")).collect();
    let list: String = files.iter().map(|f| format!("Create {f}\n")).collect();
    dir.put("list", list);
    let line = |file: &String| {
        format!(
            "{{\"type\":\"create\",\"file_path\":\"{file}\",\
             \"content\":\"{file}\\n\"}}\n"
        )
    };
    let text: Vec<String> = files.iter().map(line).collect();
    dir.put("first", text[..7].concat() + &text[7][..30]);
    dir.put("second", &text[7]);
    let llm = "if [ -e asked ]; then cat second; \
               else : >asked; cat first; fi";
    let args = ["--llm", llm, "--deliverables", "list", "-C", "tree"];
    std::fs::create_dir(dir.path().join("tree")).unwrap();
    let mut all = args.to_vec();
    all.extend(["--run-dir", "run"]);
    let ran = super::script(dir.path(), "converge", &all, b"");
    assert_eq!(ran.status, 0, "{ran:?}");
    let run = Run { dir, ran };
    let budgets: Vec<u64> = run
        .telemetry()
        .iter()
        .map(|line| line["max_tokens"].as_u64().unwrap())
        .collect();
    assert_eq!(budgets.len(), 2);
    assert!(budgets[1] * 2 < budgets[0], "{budgets:?}");
}
