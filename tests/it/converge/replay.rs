//! The stand-in for a model, on its own.

use super::{demo, script};
use crate::support::{Dir, Ran, run};

const META: &str = "{\"type\":\"meta\",\"total_operations\":3}\n";
const FIRST: &str = "{\"type\":\"modify\",\"file_path\":\"a\",\
    \"operations\":[{\"type\":\"append\",\"content\":\"`x` ```` 1\\n\"}]}\n";
const SECOND: &str = "{\"type\":\"modify\",\"file_path\":\"a\",\
    \"operations\":[{\"type\":\"append\",\"content\":\"zwölf 試験\\n\"}]}\n";
const THIRD: &str =
    "{\"type\":\"create\",\"file_path\":\"b\",\"content\":\"end\\n\"}\n";

/// The stand-in on the answer above, told to go on after `so_far` bytes.
fn go_on(so_far: usize, args: &[&str]) -> Ran {
    let answer = [META, FIRST, SECOND, THIRD].concat();
    let mut quoted = &answer.as_bytes()[..so_far];
    while std::str::from_utf8(quoted).is_err() {
        quoted = &quoted[..quoted.len() - 1];
    }
    let quoted = std::str::from_utf8(quoted).unwrap();
    let start = quoted.len().saturating_sub(60);
    let tail: String =
        quoted.char_indices().filter(|c| c.0 >= start).map(|c| c.1).collect();
    let prompt = format!(
        "Do it.\n\nThe answer so far ends with:\n`````tail\n{tail}\n`````\n\
         Go on.\n"
    );
    ask(&answer, &prompt, args)
}

fn ask(answer: &str, prompt: &str, args: &[&str]) -> Ran {
    let dir = Dir::new();
    dir.put("answer", answer);
    dir.put("task", "Do it.\n");
    let mut all = vec!["--answer", "answer", "--max-tokens", "1000"];
    all.extend(["--task", "task"]);
    all.extend(args);
    script(dir.path(), "replay-llm", &all, prompt.as_bytes())
}

/// A byte inside the second operation's content.
fn cut() -> usize {
    META.len() + FIRST.len() + SECOND.find("试").unwrap_or(90)
}

#[test]
fn a_first_prompt_gets_the_start_and_at_most_so_many_tokens() {
    let demo = demo();
    let path = demo.join("answer.ndjson");
    let whole = std::fs::read(&path).unwrap();
    let dir = Dir::new();
    for n in ["0", "1", "777"] {
        let args = ["--answer", path.to_str().unwrap(), "--max-tokens", n];
        let ran = script(dir.path(), "replay-llm", &args, b"Do it.\n");
        assert_eq!(ran.status, 0, "{ran:?}");
        assert!(whole.starts_with(&ran.stdout));
        assert_eq!(ran.stdout, run("tokest", &["take", n], &whole).stdout);
    }
}

#[test]
fn each_style_goes_on_where_it_says() {
    let at = cut();
    let rest =
        |from: usize| [META, FIRST, SECOND, THIRD].concat()[from..].to_owned();
    let op = rest(META.len() + FIRST.len());
    let cases = [
        ("exact", rest(at)),
        ("line", op.clone()),
        ("op", op.clone()),
        ("file", rest(META.len())),
        ("all", rest(0)),
        ("fence", format!("```json\n{op}```\n")),
    ];
    for (style, wanted) in cases {
        let ran = go_on(at, &["--style", style]);
        assert_eq!(ran.status, 0, "{style}: {ran:?}");
        assert_eq!(ran.text(), wanted, "{style}");
        assert_eq!(ran.stderr, "");
    }
    let prose = go_on(at, &["--style", "prose"]).text();
    let (sentence, after) = prose.split_once("\n\n").unwrap();
    assert!(!sentence.contains('{'), "{sentence}");
    assert_eq!(after, op);
}

#[test]
fn between_operations_every_small_restart_goes_on_at_once() {
    let at = META.len() + FIRST.len();
    for style in ["exact", "line", "op", "file"] {
        let ran = go_on(at, &["--style", style]);
        assert_eq!(ran.text(), [SECOND, THIRD].concat(), "{style}");
    }
}

#[test]
fn a_cut_meta_record_is_written_again() {
    for style in ["line", "op", "file"] {
        let ran = go_on(META.len() - 3, &["--style", style]);
        let whole = [META, FIRST, SECOND, THIRD].concat();
        assert_eq!(ran.text(), whole, "{style}");
    }
}

#[test]
fn the_line_of_a_pretty_answer_begins_later_than_its_operation() {
    let answer = "{\n  \"operations\": [\n    {\n      \"type\": \
                  \"create\",\n      \"file_path\": \"a\",\n      \
                  \"content\": \"some words\"\n    }\n  ]\n}\n";
    let at = answer.find("words").unwrap();
    let prompt = format!(
        "Do it.\nThe answer so far ends with:\n```tail\n{}\n```\n",
        &answer[..at]
    );
    let line = ask(answer, &prompt, &["--style", "line"]).text();
    assert!(line.starts_with("      \"content\""), "{line}");
    let op = ask(answer, &prompt, &["--style", "op"]).text();
    assert!(op.starts_with("{\n      \"type\""), "{op}");
}

#[test]
fn a_fence_is_closed_only_when_the_answer_reaches_its_end() {
    let whole = go_on(cut(), &["--style", "fence"]).text();
    assert!(whole.ends_with("}\n```\n"));
    let short = go_on(cut(), &["--style", "fence", "--max-tokens", "12"]);
    assert!(whole.starts_with(&short.text()));
    assert!(!short.text().ends_with("```\n"));
}

#[test]
fn the_same_prompt_gets_the_same_answer() {
    for style in super::STYLES {
        let one = go_on(cut(), &["--style", style, "--max-tokens", "20"]);
        let two = go_on(cut(), &["--style", style, "--max-tokens", "20"]);
        assert_eq!(one.stdout, two.stdout, "{style}");
        assert_eq!(one.status, 0);
    }
}

#[test]
fn a_prompt_that_no_model_could_answer_is_refused() {
    let answer = [META, FIRST, SECOND, THIRD].concat();
    let with = |task: &str, tail: &str| {
        format!("{task}The answer so far ends with:\n```tail\n{tail}\n```\n")
    };
    let cases = [
        (with("Do something.\n", "\"end"), "has lost the task"),
        (with("Do it.\n", "never written"), "is not in 'answer'"),
        (
            "Do it.\nThe answer so far ends with:\n".to_owned(),
            "announced but not quoted",
        ),
        ("Something else.\n".to_owned(), "has lost the task"),
    ];
    for (prompt, wanted) in cases {
        let ran = ask(&answer, &prompt, &[]);
        assert_eq!(ran.status, 2, "{prompt}: {ran:?}");
        assert!(ran.stdout.is_empty());
        assert!(ran.stderr.starts_with("replay-llm: "), "{ran:?}");
        assert!(ran.stderr.contains(wanted), "{ran:?}");
        assert_eq!(ran.stderr.lines().count(), 1, "{ran:?}");
    }
}

#[test]
fn what_is_written_again_later_does_not_move_the_place() {
    let answer = "{\"content\":\"la la la la\"}\n";
    let prompt = "Do it.\nThe answer so far ends with:\n```tail\n\
                  \"la la\n```\n";
    let ran = ask(answer, prompt, &[]);
    assert_eq!(ran.text(), " la la\"}\n", "{ran:?}");
}

#[test]
fn in_a_conversation_a_continuation_need_not_repeat_the_task() {
    let answer = [META, FIRST, SECOND, THIRD].concat();
    let prompt = "The answer so far ends with:\n```tail\n\"end\n```\n";
    let ran = ask(&answer, prompt, &["--conversation"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert_eq!(ran.text(), "\\n\"}\n");
}
