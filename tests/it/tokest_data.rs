//! tokest on real data that lies beside the package, where it does: commits
//! that models wrote, and the case of twelve deliverables that was cut twice.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::support::{Dir, Ran, run};

/// The folder of real data, if this machine has it; says so if not.
fn data(name: &str) -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let root = std::env::var_os("TORNKIT_DATA").map_or(beside, PathBuf::from);
    let path = root.join(name);
    if path.exists() {
        return Some(path);
    }
    // Not eprintln, which the test harness keeps to itself.
    let said = format!("SKIPPED: no {}, set TORNKIT_DATA\n", path.display());
    std::io::stderr().write_all(said.as_bytes()).expect("stderr");
    None
}

fn last(ran: &Ran) -> serde_json::Value {
    let text = ran.text();
    let line = text.lines().last().expect("a line");
    serde_json::from_str(line).expect("a record")
}

/// Files of the sizes that a table gives, without content.
fn sparse_tree(table: &Path) -> Dir {
    let dir = Dir::new();
    let table = fs::read_to_string(table).expect("the table");
    for line in table.lines() {
        let (path, bytes) = line.split_once('\t').expect("two columns");
        let path = dir.put(path, "");
        let file = fs::File::options().write(true).open(path);
        let bytes = bytes.parse().expect("a size");
        file.and_then(|f| f.set_len(bytes)).expect("a sparse file");
    }
    dir
}

#[test]
fn the_case_that_was_cut_twice_is_foreseen() {
    let Some(case) = data("build127") else { return };
    let tree = sparse_tree(&case.join("tree.tsv"));
    for (list, tokens) in
        [("deliverables-spec.txt", 18_382), ("deliverables-run.txt", 19_252)]
    {
        let list = case.join(list);
        let args = ["--json".as_ref(), "-C".as_ref(), tree.path().as_os_str()];
        let args = [&args[..], &[list.as_os_str()]].concat();
        let ran = run("tokest", &args, b"");
        assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
        let estimate = last(&ran);
        let p50 = estimate["p50"].as_u64().expect("tokens");
        assert!((18_000..=22_000).contains(&p50), "{p50}");
        assert_eq!(p50, tokens, "as the reference has it");
        assert_eq!(estimate["deliverables"], 12);
        assert!(estimate["budget"].as_u64() > Some(20_000));
    }
}
