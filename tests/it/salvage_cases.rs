//! Cases that a reader can pipe by hand: `tests/cases/ndjson-salvage/*` hold
//! `in`, `args` (one a line), and the `out`, `err` and `status` they give.

use std::fs;
use std::path::Path;

use crate::support::run;

#[test]
fn every_case_gives_what_its_directory_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = root.join("tests/cases/ndjson-salvage");
    let mut seen = 0;
    for case in fs::read_dir(root).unwrap() {
        let case = case.unwrap().path();
        let read = |name: &str| fs::read(case.join(name)).unwrap_or_default();
        let text = |name: &str| String::from_utf8(read(name)).unwrap();
        let args = text("args");
        let args: Vec<_> = args.lines().collect();
        let ran = run("ndjson-salvage", &args, &read("in"));
        let shown = case.display();
        assert_eq!(ran.text(), text("out"), "{shown}");
        assert_eq!(ran.stderr, text("err"), "{shown}");
        assert_eq!(format!("{}\n", ran.status), text("status"), "{shown}");
        seen += 1;
    }
    assert!(seen > 20, "{seen} cases");
}
