//! Real model outputs, where they are at hand: every tool ends in good order
//! on each of them.

use std::ffi::OsStr;
use std::path::PathBuf;

use crate::support::{Dir, data, run_in};

/// The files of one kind of real output.
fn files(kind: &str) -> Vec<PathBuf> {
    let Some(data) = data() else { return Vec::new() };
    let Ok(entries) = std::fs::read_dir(data.join("corpus").join(kind)) else {
        return Vec::new();
    };
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = paths.filter(|path| path.is_file()).collect();
    files.sort();
    files
}

#[test]
fn every_tool_ends_in_good_order_on_real_outputs() {
    for kind in ["json", "truncated"] {
        for file in files(kind) {
            for (tool, args) in [
                ("ndjson-salvage", &[][..]),
                ("edit-apply", &["-n"]),
                ("diff-resume", &[]),
                ("diff-resume", &["prompt"]),
            ] {
                let dir = Dir::new();
                let args: Vec<&OsStr> = args
                    .iter()
                    .map(OsStr::new)
                    .chain([file.as_os_str()])
                    .collect();
                let ran = run_in(dir.path(), tool, &args, b"");
                let shown = file.display();
                assert!(
                    matches!(ran.status, 0 | 1),
                    "{tool} {shown}: {}: {}",
                    ran.status,
                    ran.stderr
                );
                let told = ran.status == 0 || !ran.stderr.is_empty();
                let told = told || !ran.stdout.is_empty();
                assert!(told, "{tool} {shown}: status 1 and no word");
            }
        }
    }
}
