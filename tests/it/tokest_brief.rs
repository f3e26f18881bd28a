//! A phase in words: which one, and that a batch is said as the phase that it
//! is a part of.

use crate::support::{Dir, Ran, run_in};

/// Two phases, one with a name that JSON has to escape.
const PLAN: &str = r#"{"phases":[
 {"phase_id":"one","deliverables":["Create a.py"]},
 {"phase_id":"t\"w\u00f6","description":"Both\nlines","dependencies":["one"],
  "deliverables":["b.py (new: the models)","c.py"]}]}"#;

fn brief(dir: &Dir, args: &[&str]) -> Ran {
    run_in(dir.path(), "tokest", &[&["brief"], args].concat(), b"")
}

#[test]
fn a_phase_is_chosen_by_its_name() {
    let dir = Dir::new();
    dir.put("plan", PLAN);
    let one = brief(&dir, &["--phase", "one", "plan"]);
    assert_eq!(one.status, 0);
    assert_eq!(one.text(), "# Phase one\n\n# Deliverables\n\nCreate a.py\n");
    for args in [&["plan"][..], &["--phase", "three", "plan"]] {
        let ran = brief(&dir, args);
        assert_eq!((ran.status, ran.text().as_str()), (2, ""), "{args:?}");
        assert!(ran.stderr.contains("there are 'one', 't\"w"), "{ran:?}");
    }
}

#[test]
fn each_batch_is_said_as_its_phase() {
    let dir = Dir::new();
    dir.put("plan", PLAN);
    let args = ["batch", "--parts", "2", "--phase", "t\"w\u{f6}", "plan"];
    let batches = run_in(dir.path(), "tokest", &args, b"").text();
    assert!(batches.lines().count() > 1, "{batches}");
    for batch in batches.lines() {
        dir.put("batch", batch);
        let ran = brief(&dir, &["--batch", "batch", "plan"]);
        let wanted = "# Phase t\"w\u{f6}\n\nBoth\nlines\n\n# Deliverables\n\n\
            b.py (new: the models)\nc.py\n";
        assert_eq!((ran.status, ran.text().as_str()), (0, wanted), "{batch}");
    }
}

#[test]
fn a_batch_of_a_list_is_said_as_itself() {
    let dir = Dir::new();
    dir.put("plan", "Create a.py\nModify b.py\n");
    let batches = run_in(dir.path(), "tokest", &["batch", "plan"], b"");
    dir.put("batch", batches.text());
    let ran = brief(&dir, &["--batch", "batch", "plan"]);
    let wanted = "# Phase batch/1\n\n# Deliverables\n\n\
        create a.py\nmodify b.py\n";
    assert_eq!((ran.status, ran.text().as_str()), (0, wanted), "{ran:?}");
}

#[test]
fn what_names_no_file_is_no_phase() {
    let dir = Dir::new();
    dir.put("plan", "nothing\n");
    dir.put("batch", "{");
    for args in [&["plan"][..], &["--batch", "batch", "plan"], &["no"]] {
        let ran = brief(&dir, args);
        assert_eq!((ran.status, ran.text().as_str()), (2, ""), "{args:?}");
        assert!(ran.stderr.starts_with("tokest: cannot "), "{ran:?}");
    }
}
