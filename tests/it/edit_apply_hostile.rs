//! What an untrusted answer may try: every case must end in a clear result,
//! with nothing outside the tree, nothing in `.git`, and no file of the tree
//! touched that was not asked for.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::{Dir, Ran, binary, iterations};

/// No case may take longer: a tool that waits for a FIFO never ends.
const PATIENCE: Duration = Duration::from_secs(20);

/// A tree with traps, and a place outside it.
pub fn trapped() -> Dir {
    let dir = Dir::new();
    dir.put("outside/secret", "secret\n");
    dir.put("tree/.git/config", "[core]\n");
    dir.put("tree/.git/hooks/sample", "#!/bin/sh\n");
    dir.put("tree/sub/.git/config", "[core]\n");
    dir.put("tree/file", "one\ntwo\ntwo\n");
    dir.put("tree/dir/inner", "inner\n");
    dir.put("tree/hard", "hard\n");
    let tree = dir.path().join("tree");
    fs::hard_link(tree.join("hard"), dir.path().join("outside/hard"))
        .expect("a hard link");
    for (target, name) in [
        ("../outside", "out"),
        ("../outside/secret", "leak"),
        ("../outside/none", "dangling"),
        ("loop", "loop"),
        (".git", "gitlink"),
        ("dir", "inside"),
        ("/etc", "etc"),
        ("/proc/self/root", "magic"),
    ] {
        symlink(target, tree.join(name)).expect("a link");
    }
    let made = Command::new("mkfifo").arg(tree.join("fifo")).status();
    assert!(made.expect("mkfifo runs").success());
    dir
}

/// Everything below a directory but our own state: names, kinds, contents.
pub fn snapshot(dir: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut open = vec![dir.to_owned()];
    while let Some(at) = open.pop() {
        for entry in fs::read_dir(&at).expect("a directory") {
            let path = entry.expect("an entry").path();
            let name = path.strip_prefix(dir).expect("below").to_owned();
            if name.starts_with("tree/.edit-apply") {
                continue;
            }
            let meta = fs::symlink_metadata(&path).expect("metadata");
            let content = if meta.is_symlink() {
                format!(
                    "-> {}",
                    fs::read_link(&path).expect("a link").display()
                )
            } else if meta.is_dir() {
                open.push(path);
                "directory".into()
            } else if meta.is_file() {
                String::from_utf8_lossy(&fs::read(&path).expect("bytes"))
                    .into_owned()
            } else {
                "special".into()
            };
            found.push((name.to_string_lossy().into_owned(), content));
        }
    }
    found.sort();
    found
}

/// Runs the tool on `tree`, and fails if it does not end.
pub fn run(dir: &Dir, input: &[u8], args: &[&str]) -> Ran {
    let file = dir.path().join("input");
    fs::write(&file, input).expect("the input");
    let child = Command::new(binary("edit-apply"))
        .args(["--no-fsync", "-C", "tree", "input"])
        .args(args)
        .current_dir(dir.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = child.expect("it starts");
    let begun = Instant::now();
    while child.try_wait().expect("a state").is_none() {
        if begun.elapsed() > PATIENCE {
            child.kill().expect("killed");
            panic!("hung on {}", String::from_utf8_lossy(input));
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    let output = child.wait_with_output().expect("output");
    fs::remove_file(file).expect("removed");
    Ran {
        status: output.status.code().unwrap_or(-1),
        stdout: output.stdout,
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

fn is_unprintable(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\t')
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{061c}'
            | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// None of these cases may be done; how many they are.
#[track_caller]
pub fn are_repelled(
    dir: &Dir,
    before: &[(String, String)],
    inputs: &[String],
) -> usize {
    for input in inputs {
        is_repelled(dir, before, input.as_bytes());
    }
    inputs.len()
}

/// The case must not be done, must be said, and must leave all as it was.
#[track_caller]
pub fn is_repelled(dir: &Dir, before: &[(String, String)], input: &[u8]) {
    let shown = String::from_utf8_lossy(input);
    let shown: String = shown.chars().take(300).collect();
    let aside = |name: &str| dir.path().with_extension(name);
    let (report, feedback) = (aside("report"), aside("feedback"));
    let option = |name: &str, file: &Path| format!("{name}={}", file.display());
    let to_files =
        [option("--report", &report), option("--feedback", &feedback)];
    let all = [
        &[][..],
        &["--json", to_files[0].as_str(), to_files[1].as_str()],
        &["--feedback", "--fuzzy"],
        &["--atomic", to_files[0].as_str(), to_files[1].as_str()],
    ];
    // By day each case is said in one way, by night in all.
    let chosen = iterations(1);
    let ways = all.iter().cycle().skip(input.len()).take(chosen.min(4));
    for args in ways {
        let ran = run(dir, input, args);
        assert_eq!(ran.status, 1, "{shown}: {ran:?}");
        let text = ran.text();
        let said = text.contains("refused")
            || text.contains("failed")
            || text.contains("could not be done")
            || ran.stderr.contains("cannot find an operation");
        assert!(said, "silent on {shown}: {ran:?}");
        assert!(!text.contains(is_unprintable), "raw: {text:?}");
        assert!(!ran.stderr.contains(is_unprintable), "raw: {ran:?}");
        assert_eq!(snapshot(dir.path()), before, "{shown}: {ran:?}");
    }
    for file in [report, feedback] {
        let Ok(text) = fs::read_to_string(&file) else { continue };
        assert!(!text.contains(is_unprintable), "raw: {text:?}");
        fs::remove_file(file).expect("removed");
    }
}

pub fn json(text: &str) -> String {
    serde_json::to_string(text).expect("text")
}

/// Names that lead where no answer may go, or are none.
pub fn names() -> Vec<String> {
    let mut names: Vec<String> = [
        "",
        ".",
        "..",
        "/",
        "//",
        "./",
        "../x",
        "../../x",
        "dir/../../x",
        "dir/..",
        "dir/../x",
        "dir/./x",
        "dir//x",
        "dir/",
        "x/",
        "././x",
        "/etc/passwd",
        "/x",
        "//x",
        "\\x",
        "\\\\host\\share\\x",
        "C:x",
        "C:\\x",
        "c:/x",
        "dir\\..\\..\\x",
        "..\\x",
        "x\0y",
        "x\ny",
        "x\ry",
        "x\ty",
        "\u{1b}[2Jx",
        "x\u{7f}",
        "x\u{85}y",
        "x\u{9b}y",
        "x\u{2028}y",
        "x\u{202e}txt.exe",
        "x\u{200f}y",
        "\u{2066}x",
        "x\u{61c}",
        ".git",
        ".git/config",
        ".git/hooks/post-checkout",
        ".GIT/config",
        ".Git/x",
        "sub/.git/config",
        "sub/.gIt/x",
        "new/.git/config",
        ".git./config",
        ".git /config",
        ".git. ./x",
        ".git::$INDEX_ALLOCATION/x",
        ".git:x/y",
        "git~1/config",
        "GIT~1/config",
        "git~2/x",
        ".g\u{200c}it/config",
        ".git\u{200b}/config",
        "\u{feff}.git/config",
        ".gi\u{2060}t/x",
        ".git\\config",
        "dir\\.git\\config",
        ".edit-apply/log",
        ".edit-apply/txn/journal",
        ".edit-apply",
        ".EDIT-APPLY/x",
        "edit-a~1/log",
        "sub/.edit-apply/x",
        "CON",
        "nul.txt",
        "dir/AUX",
        "com1",
        "LPT9.log",
        "x:y",
        "dir/x:$DATA",
        "x.",
        "x ",
        "dir./x",
        "out/x",
        "out/secret",
        "etc/passwd",
        "magic/tmp/x",
        "gitlink/config",
        "gitlink/x",
        "inside/new",
        "loop/x",
        "dangling",
        "leak",
        "loop",
        "fifo",
        "dir",
        "sub",
        "file/x",
        "file/x/y",
        "fifo/x",
        "leak/x",
        ".envrc",
        ".github/workflows/x.yml",
        ".GITHUB/WORKFLOWS/x.yml",
        ".vscode/tasks.json",
        ".husky/pre-commit",
        "dir/.claude/settings.json",
        ".pre-commit-config.yaml",
        ".cargo/config.toml",
    ]
    .map(str::to_owned)
    .into();
    names.push("x".repeat(256));
    names.push("d/".repeat(3000) + "x");
    names.push("../".repeat(50) + "etc/passwd");
    names
}

#[test]
fn no_name_leads_where_no_answer_may_go() {
    let dir = trapped();
    let before = snapshot(dir.path());
    let mut cases = 0;
    for name in names() {
        let name = json(&name);
        let mut inputs = vec![
            format!(r#"{{"type":"create","file_path":{name},"content":"!"}}"#),
            format!(
                r#"{{"type":"rename","file_path":"file","new_path":{name}}}"#
            ),
            format!(
                r#"{{"type":"modify","file_path":{name},"operations":[{{"type":"append","content":"!"}}]}}"#
            ),
        ];
        inputs.push(format!(r#"{{"type":"delete","file_path":{name}}}"#));
        inputs.push(format!(
            r#"{{"type":"rename","file_path":{name},"new_path":"stolen"}}"#
        ));
        inputs.push(format!(
            r#"{{"type":"tool_call","name":"Write","input":{{"path":{name},"content":"!"}}}}"#
        ));
        cases += are_repelled(&dir, &before, &inputs);
    }
    println!("{cases} cases");
    assert!(cases > 500);
}

#[test]
fn no_record_that_deviates_is_done() {
    let dir = trapped();
    let before = snapshot(dir.path());
    let deep = "[".repeat(5000) + &"]".repeat(5000);
    let modify = |edit: &str| {
        format!(
            r#"{{"type":"modify","file_path":"file","operations":[{edit}]}}"#
        )
    };
    let mut cases: Vec<String> = vec![
        r#"{"type":"create","file_path":"n","content":"a","content":"b"}"#.into(),
        r#"{"type":"create","file_path":"n","file_path":"../x","content":"b"}"#.into(),
        r#"{"type":"create","path":"n","file":"m","content":"b"}"#.into(),
        r#"{"type":"create","op":"delete","path":"file","content":"b"}"#.into(),
        r#"{"type":"create","file_path":"n","content":"\ud800"}"#.into(),
        r#"{"type":"create","file_path":"n\udfff","content":"x"}"#.into(),
        r#"{"type":"create","file_path":"n","content":"x","_cut":{}}"#.into(),
        r#"{"type":"create","file_path":"n"}"#.into(),
        r#"{"type":"create","file_path":"n","content":null}"#.into(),
        r#"{"type":"create","file_path":"n","content":7}"#.into(),
        r#"{"type":"create","file_path":"n","content":["x"]}"#.into(),
        r#"{"type":"create","file_path":"n","content":{"x":1}}"#.into(),
        r#"{"type":"create","file_path":["n"],"content":"x"}"#.into(),
        r#"{"type":"create","file_path":null,"content":"x"}"#.into(),
        r#"{"type":["create"],"file_path":"n","content":"x"}"#.into(),
        r#"{"type":"Create","file_path":"n","content":"x"}"#.into(),
        r#"{"type":"chmod","file_path":"file","mode":"777"}"#.into(),
        r#"{"type":"symlink","file_path":"n","target":"/etc"}"#.into(),
        r#"{"type":"exec","file_path":"n","command":"id"}"#.into(),
        r#"{"type":"create","file_path":"n","content":"x","mode":"0777"}"#.into(),
        r#"{"type":"create","file_path":"n","content":"x","encoding":"base64"}"#.into(),
        r#"{"type":"delete","file_path":"dir","recursive":true}"#.into(),
        r#"{"type":"delete","file_path":"*"}"#.into(),
        r#"{"type":"delete","file_path":"none"}"#.into(),
        r#"{"type":"rename","file_path":"file"}"#.into(),
        r#"{"type":"rename","file_path":"file","new_path":"file"}"#.into(),
        r#"{"type":"rename","file_path":"file","new_path":"hard"}"#.into(),
        r#"{"type":"rename","file_path":"dir","new_path":"moved"}"#.into(),
        r#"{"type":"rename","file_path":"none","new_path":"moved"}"#.into(),
        r#"{"type":"create","file_path":"file","content":"other"}"#.into(),
        r#"{"type":"modify","file_path":"file"}"#.into(),
        r#"{"type":"modify","file_path":"file","operations":[]}"#.into(),
        r#"{"type":"modify","file_path":"file","operations":{}}"#.into(),
        r#"{"type":"modify","file_path":"file","operations":[1]}"#.into(),
        r#"{"type":"modify","file_path":"file","content":"all"}"#.into(),
        r#"{"type":"modify","file_path":"none","operations":[{"type":"append","content":"x"}]}"#.into(),
        r#"{"type":"tool_call","name":"Bash","input":{"path":"n","command":"id"}}"#.into(),
        r#"{"type":"tool_call","name":"Write","input":"{\"path\":\"n\""}"#.into(),
        r#"{"type":"tool_call","name":"Write","input":[]}"#.into(),
        r#"{"type":"tool_call","name":"Write"}"#.into(),
        r#"{"type":"tool_call","name":"Write","input":{"path":"n","content":"x"},"_cut":1}"#.into(),
        r#"{"type":"end"}"#.into(),
        r#"{"type":"end","verdict":"fine"}"#.into(),
        r#"{"type":"create","file_path":"n","content":1E400}"#.into(),
        r#"{"type":"create","file_path":"n","content":"x""#.into(),
        r#"{"type":"create","file_path":"n","content":"x"#.into(),
        r#"{"type":"create","file_path":"n","content":NaN}"#.into(),
        r#"{"type":"create","file_path":"n","content":"\x41"}"#.into(),
        format!(r#"{{"type":"create","file_path":"n","content":"x","id":{deep}}}"#),
        "[1,2,3]".into(),
        r#"{"path":"n"}"#.into(),
        r#"{"note":"x"}"#.into(),
    ];
    for edit in [
        r#"{"type":"replace","old_text":"","new_text":"x"}"#,
        r#"{"type":"replace","old_text":"two","new_text":"x"}"#,
        r#"{"type":"replace","old_text":"three","new_text":"x"}"#,
        r#"{"type":"replace","old_text":"one"}"#,
        r#"{"type":"replace","old_text":"two","new_text":"x","occurrence":0}"#,
        r#"{"type":"replace","old_text":"two","new_text":"x","occurrence":3}"#,
        r#"{"type":"replace","old_text":"two","new_text":"x","occurrence":-1}"#,
        r#"{"type":"replace","old_text":"two","new_text":"x","occurrence":18446744073709551615}"#,
        r#"{"type":"replace","old_text":"one","new_text":"x","regex":true}"#,
        r#"{"type":"replace_all","old_text":"","new_text":"x"}"#,
        r#"{"type":"replace_all","old_text":"none","new_text":"x"}"#,
        r#"{"type":"insert_after","anchor":"","content":"x"}"#,
        r#"{"type":"insert_after","anchor":"two","content":"x"}"#,
        r#"{"type":"insert_after","anchor":"none","content":"x"}"#,
        r#"{"type":"insert_before","content":"x"}"#,
        r#"{"type":"insert_before","anchor":"one"}"#,
        r#"{"type":"insert","line":0,"content":"x"}"#,
        r#"{"type":"insert","line":5,"content":"x"}"#,
        r#"{"type":"insert","line":18446744073709551615,"content":"x"}"#,
        r#"{"type":"insert","line":"1","content":"x"}"#,
        r#"{"type":"replace_lines","start_line":0,"end_line":1,"content":"x"}"#,
        r#"{"type":"replace_lines","start_line":2,"end_line":1,"content":"x"}"#,
        r#"{"type":"replace_lines","start_line":3,"end_line":4,"content":"x"}"#,
        r#"{"type":"replace_lines","start_line":1,"end_line":1,"content":"x","context_after":"no"}"#,
        r#"{"type":"delete_lines","start_line":1,"end_line":18446744073709551615}"#,
        r#"{"type":"delete_lines","start_line":18446744073709551615,"end_line":18446744073709551615,"context_after":"x"}"#,
        r#"{"type":"delete_lines","start_line":1}"#,
        r#"{"type":"append"}"#,
        r#"{"type":"append","content":""}"#,
        r#"{"type":"truncate"}"#,
        r#"{"type":"append","content":"x","path":"other"}"#,
        r#"{"type":"append","content":"x"},{"type":"replace","old_text":"two","new_text":"x"}"#,
        r#"{"type":"delete_lines","start_line":1,"end_line":2},{"type":"delete_lines","start_line":2,"end_line":3}"#,
    ] {
        cases.push(modify(edit));
    }
    are_repelled(&dir, &before, &cases);
    is_repelled(
        &dir,
        &before,
        b"{\"type\":\"create\",\"file_path\":\"n\xff\",\"content\":\"x\"}\n",
    );
    println!("{} cases", cases.len() + 1);
    assert!(cases.len() > 80);
}

#[test]
fn an_answer_cannot_set_a_trap_for_itself() {
    let dir = trapped();
    let cases: [(&str, &str); 8] = [
        (
            r#"{"type":"create","file_path":"t","content":"1"}
{"type":"create","file_path":"t/x","content":"2"}"#,
            "applied failed",
        ),
        (
            r#"{"type":"create","file_path":"u/x","content":"1"}
{"type":"create","file_path":"u","content":"2"}"#,
            "applied failed",
        ),
        (
            r#"{"type":"create","file_path":"v","content":"1"}
{"type":"create","file_path":"v","content":"2"}
{"type":"create","file_path":"v","content":"1"}"#,
            "applied failed unchanged",
        ),
        (
            r#"{"type":"delete","file_path":"file"}
{"type":"modify","file_path":"file","operations":[{"type":"append","content":"x"}]}
{"type":"delete","file_path":"file"}"#,
            "applied failed failed",
        ),
        (
            r#"{"type":"delete","file_path":"hard"}
{"type":"create","file_path":"hard/now/deep","content":"x"}"#,
            "applied applied",
        ),
        (
            r#"{"type":"rename","file_path":"v","new_path":"w"}
{"type":"rename","file_path":"w","new_path":"v"}
{"type":"rename","file_path":"w","new_path":"z"}"#,
            "applied applied failed",
        ),
        (
            r#"{"type":"delete","file_path":"leak"}
{"type":"create","file_path":"leak/x","content":"x"}"#,
            "refused refused",
        ),
        (
            r#"{"type":"create","file_path":"out2/../out/x","content":"x"}
{"type":"create","file_path":"A","content":"x"}
{"type":"create","file_path":"a","content":"y"}"#,
            "refused applied applied",
        ),
    ];
    let outside = snapshot(&dir.path().join("outside"));
    for (input, expected) in cases {
        let ran = run(&dir, input.as_bytes(), &[]);
        let text = ran.text();
        let words: Vec<&str> =
            text.lines().filter_map(|line| line.split(' ').next()).collect();
        assert_eq!(words.join(" "), expected, "{input}: {ran:?}");
        assert_eq!(snapshot(&dir.path().join("outside")), outside);
    }
    assert_eq!(dir.text("tree/hard/now/deep"), "x");
    assert_eq!(dir.text("outside/hard"), "hard\n");
}
