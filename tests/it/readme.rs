//! README keeps its word: its examples run, in order, and print what stands
//! there; its table of statuses is the one of the tools.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::{Dir, TOOLS, binary};

fn readme() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    fs::read_to_string(path).expect("README.md")
}

/// The commands of the `console` blocks, each with what it prints.
fn examples(text: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        match line {
            "```console" => inside = true,
            "```" => inside = false,
            _ if !inside => {}
            _ => match line.strip_prefix("$ ") {
                Some(command) => found.push((command.into(), String::new())),
                None => {
                    let (_, output) = found.last_mut().expect("a command");
                    output.push_str(line);
                    output.push('\n');
                }
            },
        }
    }
    found
}

#[test]
fn the_examples_print_what_stands_there() {
    let dir = Dir::new();
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    for name in ["answer.1", "answer.2"] {
        let text = fs::read(cases.join("readme").join(name)).unwrap();
        dir.put(name, text);
    }
    fs::create_dir(dir.path().join("tree")).unwrap();
    let tools = Path::new(binary(TOOLS[0])).parent().unwrap();
    let path = std::env::var("PATH").unwrap();
    let examples = examples(&readme());
    assert!(examples.len() >= 6, "only {} examples", examples.len());
    for (command, want) in examples {
        let output = Command::new("sh")
            .args(["-c", &format!("{{ {command}\n}} 2>&1")])
            .current_dir(dir.path())
            .env("PATH", format!("{}:{path}", tools.display()))
            .output()
            .unwrap();
        let got = String::from_utf8_lossy(&output.stdout);
        assert_eq!(got, want, "$ {command}");
    }
}

#[test]
fn the_first_commands_are_the_two_that_matter() {
    let text = readme();
    let block = text.split("```sh\n").nth(1).expect("a block");
    let commands: Vec<_> = block
        .lines()
        .take_while(|line| *line != "```")
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert_eq!(commands, ["scripts/demo", "scripts/test"]);
    for command in commands {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(command);
        assert!(path.is_file(), "{command}");
    }
}
