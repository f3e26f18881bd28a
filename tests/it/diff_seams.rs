//! Seams of diffs at which a line, a file or a count is easily lost: what is
//! joined is what was cut, or the continuation is left out.

use tornkit::edit::Format;
use tornkit::resume::{AnswerEnd, Joined, Known, join, nothing_known};

use crate::support::{Dir, run, run_in};

fn joined(one: &str, two: &str) -> Joined {
    let answers = [one.as_bytes().to_vec(), two.as_bytes().to_vec()];
    let format = Some(Format::Diff);
    let end = AnswerEnd::Meant;
    join(&answers, Known { format, end, lookup: &nothing_known }).0
}

/// What is printed of a joined answer.
fn printed(joined: &Joined) -> String {
    let units = joined.survey.complete().map(|unit| unit.json.clone());
    String::from_utf8_lossy(&units.collect::<Vec<_>>().concat()).into_owned()
}

fn is_left_out(one: &str, two: &str) {
    let joined = joined(one, two);
    assert!(!joined.is_whole(), "{one}|{two}: {}", printed(&joined));
    let problem = joined.seams.iter().any(|seam| seam.problem.is_some());
    assert!(problem, "{one}|{two}: {}", printed(&joined));
}

const NEXT: &str = "diff --git a/m b/m\nnew file mode 100644\n--- /dev/null\n\
    +++ b/m\n@@ -0,0 +1 @@\n+m\n";

fn new_file(count: usize, lines: &str) -> String {
    format!(
        "diff --git a/n b/n\nnew file mode 100644\n--- /dev/null\n+++ b/n\n\
         @@ -0,0 +1,{count} @@\n{lines}"
    )
}

#[test]
fn a_hunk_that_no_reading_of_the_seam_completes_is_not_joined() {
    let rest = format!("+\n+ls\n+end\n{NEXT}");
    is_left_out(&new_file(4, "+# Ne"), &rest);
    let rest = format!("+import re\n+x\n{NEXT}");
    is_left_out(&new_file(4, "+import os\n+import s"), &rest);
    // With the counts of what is there, it is.
    let rest = format!("w\n+\n+ls\n+end\n{NEXT}");
    let whole = joined(&new_file(4, "+# Ne"), &rest);
    assert!(whole.is_whole());
    assert!(printed(&whole).contains("+# New\n+\n+ls\n+end\n"));
}

#[test]
fn what_begins_again_and_holds_less_is_no_restart() {
    let names = "--- /dev/null\n+++ b/n.py\n";
    let lines = "+import os\n+import sys\n";
    let first = format!("{names}@@ -0,0 +1,3 @@\n{lines}+pri");
    is_left_out(&first, &format!("{names}+print(os)\n"));
    let again = format!("{names}@@ -0,0 +1,3 @@\n{lines}+print(os)\n");
    let whole = joined(&first, &again);
    assert!(whole.is_whole());
    assert_eq!(printed(&whole), again);
    // A restart that is cut itself may still hold it.
    let cut = format!("{names}@@ -0,0 +1,3 @@\n+import os\n+im");
    let open = joined(&first, &cut);
    assert!(open.seams.iter().all(|seam| seam.problem.is_none()));
}

#[test]
fn a_line_that_follows_the_seam_is_not_lost_to_framing() {
    let first = new_file(2, "+import os\n+");
    let lost = joined(&first, &format!("\nprint(os)\n{NEXT}"));
    let text = printed(&lost);
    assert!(!lost.is_whole() || text.contains("+print(os)\n"), "{text}");
    for prose in ["", "```\n\nThat is all.\n", "\nThat is all.\n"] {
        let fence = if prose.starts_with('`') { "```diff\n" } else { "" };
        let first = [fence, &first].concat();
        let whole = joined(&first, &format!("print(os)\n{prose}"));
        assert!(whole.is_whole(), "{prose}");
        assert!(printed(&whole).contains("+print(os)\n"));
    }
}

#[test]
fn a_header_that_lost_its_first_line_is_not_passed_over() {
    let empty = "new file mode 100644\nindex 0000000..e69de29\n";
    let before = "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n+b\n";
    for before in ["", before] {
        for begun in ["d", "diff", "diff -", "diff --git "] {
            let first = [before, begun].concat();
            is_left_out(&first, &[empty, NEXT].concat());
        }
    }
}

#[test]
fn an_answer_that_begins_anew_keeps_every_file() {
    let whole = format!(
        "diff --git a/e b/e\nnew file mode 100644\nindex 0000000..e69de29\n\
         diff --git a/g b/g\ndeleted file mode 100644\n\
         index b9d4267..0000000\n--- a/g\n+++ /dev/null\n@@ -1,3 +0,9 @@\n\
         -bye\n-bye\n{NEXT}"
    );
    let alone = joined(&whole, "");
    assert!(printed(&alone).contains("-bye\n-bye\n"));
    for cut in 1..whole.find("@@").unwrap() {
        let again = joined(&whole[..cut], &whole);
        let same = printed(&again) == printed(&alone);
        assert!(same || !again.is_whole(), "{cut}: {}", printed(&again));
    }
}

#[test]
fn a_renaming_that_its_names_contradict_is_none() {
    let first = "diff --git a/a.txt b/new name.txt\nsimilarity index 90%\n\
        rename from a.txt\nrename to ne";
    let rest = "index 56d6bb1..01d2ec3 100644\n--- a/a.txt\n\
        +++ b/new name.txt\n@@ -1 +1 @@\n-x\n+y\n";
    let whole = joined(first, rest);
    assert!(!whole.is_whole(), "{}", printed(&whole));
    assert_eq!(printed(&whole), "");
    let right = joined(first, &format!("w name.txt\n{rest}"));
    assert!(right.is_whole());
}

#[test]
fn a_line_of_blanks_is_context_and_may_be_written_again() {
    let first = "--- a/a.py\n+++ b/a.py\n@@ -15,4 +15,5 @@\n \n ";
    let lines = "def f3(x):\n     y = x + 3\n+    y = y * 2\n \n";
    let whole = joined(first, &format!(" \n {lines}"));
    let text = printed(&whole);
    let want = format!("{first}{lines}");
    assert!(whole.is_whole());
    assert_eq!(text, want);
}

/// Hunks without line numbers: the second one of a file stands once in it.
const UNNUMBERED: &str = "\
--- a/r
+++ b/r
@@ ... @@
 x
 x
-x
+y
 x
@@ ... @@
-two
+three

";

#[test]
fn no_place_of_a_hunk_without_numbers_is_made_up_in_silence() {
    let dir = Dir::new();
    dir.put("r", &("x\n".repeat(20) + "two\n"));
    let text = UNNUMBERED.as_bytes();
    for mode in [&["stitch", "--complete"][..], &["--complete"]] {
        let ran = run("diff-resume", mode, text);
        assert_eq!(ran.status, 0, "{ran:?}");
        assert!(ran.stderr.contains("made up"), "{ran:?}");
        let args = [mode, &["-C", "."]].concat();
        let ran = run_in(dir.path(), "diff-resume", &args, text);
        assert_eq!(ran.status, 1, "{ran:?}");
        assert!(ran.stderr.contains("several places"), "{ran:?}");
        let want = "--- a/r\n+++ b/r\n@@ -21 +21 @@\n-two\n+three\n";
        assert_eq!(ran.text(), want, "{mode:?}");
        // Where the lines stand once, both have the numbers of the file.
        let one = Dir::new();
        one.put("r", "a\nx\nx\nx\nx\nb\ntwo\n");
        let ran = run_in(one.path(), "diff-resume", &args, text);
        assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
        assert!(ran.text().contains("@@ -2,4 +2,4 @@\n"), "{ran:?}");
        assert!(ran.text().contains("@@ -7 +7 @@\n"), "{ran:?}");
    }
}
