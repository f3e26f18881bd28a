//! Where the tools meet the shell: what every one of them does alike.

use std::fs::File;
use std::process::{Command, Stdio};

use crate::support::{Dir, Ran, TOOLS, binary, run, run_in};

/// Arguments with which each tool reads the document on its stdin.
fn reading(tool: &str) -> Vec<&'static str> {
    match tool {
        "tokest" => vec!["count"],
        "edit-apply" => vec!["-n"],
        _ => vec![],
    }
}

/// A small document that each tool has something to say about.
const DOCUMENT: &[u8] =
    b"{\"type\":\"create\",\"file_path\":\"a\",\"content\":\"x\"}\n";

fn is_one_clear_line(tool: &str, ran: &Ran, about: &str) {
    let lines: Vec<_> =
        ran.stderr.lines().filter(|l| !l.starts_with("hint: ")).collect();
    assert_eq!(lines.len(), 1, "{tool}: {ran:?}");
    let line = lines[0];
    assert!(line.starts_with(&format!("{tool}: ")), "{tool}: {line}");
    assert!(line.contains(about), "{tool}: {line}");
}

#[test]
fn an_unknown_flag_is_one_clear_line_and_status_two() {
    for tool in TOOLS {
        let ran = run(tool, &["--no-such-flag"], b"");
        assert_eq!(ran.status, 2, "{tool}: {ran:?}");
        is_one_clear_line(tool, &ran, "--no-such-flag");
        assert!(ran.stdout.is_empty());
    }
}

#[test]
fn empty_input_is_complete_and_silent() {
    for tool in TOOLS {
        let dir = Dir::new();
        let ran = run_in(dir.path(), tool, &reading(tool), b"");
        assert_eq!(ran.status, 0, "{tool}: {ran:?}");
        assert_eq!(ran.stderr, "", "{tool}");
    }
}

#[test]
fn a_missing_file_is_trouble() {
    for tool in TOOLS {
        let dir = Dir::new();
        let mut args = reading(tool);
        args.push("no/such/file");
        let ran = run_in(dir.path(), tool, &args, b"");
        assert_eq!(ran.status, 2, "{tool}: {ran:?}");
        is_one_clear_line(tool, &ran, "'no/such/file': No such file");
    }
}

#[test]
fn a_directory_is_no_document() {
    for tool in TOOLS {
        let dir = Dir::new();
        dir.put("sub/file", "x");
        let mut args = reading(tool);
        args.push("sub");
        let ran = run_in(dir.path(), tool, &args, b"");
        assert_eq!(ran.status, 2, "{tool}: {ran:?}");
        is_one_clear_line(tool, &ran, "'sub': Is a directory");
    }
}

#[test]
fn help_and_version_go_to_stdout() {
    for tool in TOOLS {
        let ran = run(tool, &["--version"], b"");
        let version = env!("CARGO_PKG_VERSION");
        assert_eq!(ran.text(), format!("{tool} {version}\n"));
        assert_eq!(ran.status, 0);
        let ran = run(tool, &["--help"], b"");
        assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
        assert!(ran.text().contains("Usage:"), "{tool}");
    }
}

/// Runs a tool with stdout connected elsewhere.
fn run_into(tool: &str, stdout: Stdio, document: &[u8]) -> (i32, String) {
    let dir = Dir::new();
    let input = dir.put("input", document);
    let output = Command::new(binary(tool))
        .args(reading(tool))
        .current_dir(dir.path())
        .stdin(File::open(input).unwrap())
        .stdout(stdout)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
        .wait_with_output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code().unwrap_or(-1), stderr)
}

#[test]
fn a_full_disk_is_trouble() {
    let Ok(full) = File::options().write(true).open("/dev/full") else {
        println!("SKIPPED: a full disk (missing /dev/full)");
        return;
    };
    for tool in TOOLS {
        let stdout = full.try_clone().unwrap().into();
        let (status, stderr) = run_into(tool, stdout, DOCUMENT);
        assert_eq!(status, 2, "{tool}: {stderr}");
        let line = format!("{tool}: cannot write 'stdout': No space left");
        assert!(stderr.starts_with(&line), "{tool}: {stderr}");
    }
}

#[test]
fn a_reader_that_goes_away_ends_a_filter_quietly() {
    for tool in TOOLS {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let (status, stderr) = run_into(tool, writer.into(), DOCUMENT);
        assert_eq!((status, stderr.as_str()), (0, ""), "{tool}");
    }
}

#[test]
fn an_output_may_be_discarded() {
    // Python and Node open it for reading as well.
    for read in [false, true] {
        for tool in TOOLS {
            let mut options = File::options();
            let null = options.read(read).write(true).open("/dev/null");
            let stdout = null.unwrap().into();
            let (status, stderr) = run_into(tool, stdout, DOCUMENT);
            assert_eq!((status, stderr.as_str()), (0, ""), "{tool}");
        }
    }
}
