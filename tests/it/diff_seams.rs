//! Seams of diffs at which a line, a file or a count is easily lost: what is
//! joined is what was cut, or the continuation is left out.

use tornkit::answer::Format;
use tornkit::resume::{AnswerEnd, Joined, Known, join, nothing_known};

use crate::support::{Dir, run, run_in};

fn joined(one: &str, two: &str) -> Joined {
    let answers = [one.as_bytes().to_vec(), two.as_bytes().to_vec()];
    let format = Some(Format::Diff);
    let end = AnswerEnd::Meant;
    join(&answers, Known { format, end, lookup: &nothing_known, roots: &[] }).0
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

#[test]
fn what_reads_like_a_fence_may_be_the_rest_of_the_cut_line() {
    // A CLI ended the cut line; no fence has marks behind its own.
    let first = new_file(3, "+ls(\n");
    let whole = joined(&first, "```sh`, 1)\n+b\n+c\n");
    assert!(!printed(&whole).contains("+ls(\n+b\n"));
    // With the same counts, the fence may be a line of the file.
    let first = new_file(3, "+# Use\n+\n");
    let open = "```sh\n+ls\n";
    is_left_out(&first, open);
    let longer = new_file(4, "+# Use\n+\n");
    is_left_out(&longer, &format!("{open}+```\n"));
    is_left_out(&format!("```diff\n{first}"), &format!("{open}```\n"));
    is_left_out(&longer, "```diff\n+ls\n+```\n");
    // A fence that is closed, or one around a diff, is one.
    for fenced in ["```sh\n+ls\n```\n", "```diff\n+ls\n", "```\n+ls\n```\n"] {
        let whole = joined(&first, fenced);
        assert!(whole.is_whole(), "{fenced}");
        assert!(printed(&whole).ends_with("+# Use\n+\n+ls\n"), "{fenced}");
    }
}

#[test]
fn a_hunk_that_stands_elsewhere_is_not_the_cut_one_again() {
    let block = " \tif !ok {\n \t\tvs = []string{value}\n \t}\n+\n";
    let names = "--- a/f.go\n+++ b/f.go\n@@ -5,9 +5,13 @@\n";
    let line = "+\tif set(vs[0]) {\n";
    let rest = format!("+\t}}\n \treturn\n case B:\n{block} \treturn\n");
    let first = format!("{names}{block}{}", &line[..9]);
    let tail = format!("@@ -8,6 +9,9 @@\n{line}{rest}");
    let whole = joined(&first, &tail);
    assert!(whole.is_whole());
    assert_eq!(printed(&whole), format!("{names}{block}{line}{rest}"));
}

#[test]
fn the_header_of_a_rest_that_changes_nothing_is_none_of_its_text() {
    let first = "--- a/f\n+++ b/f\n@@ -4,3 +4,3 @@\n-x\n+y\n";
    let rest = " @@ -1 +1 @@\n z\n";
    for prose in ["", "\nThat is all.\n"] {
        let tail = format!("@@ -5,2 +5,2 @@\n{rest}{prose}");
        let whole = joined(first, &tail);
        assert!(whole.is_whole());
        assert_eq!(printed(&whole), [first, rest].concat());
    }
}

#[test]
fn a_header_does_not_change_its_name() {
    let deleted = "diff --git a/l b/l\ndeleted file mode 100644\n\
        index b9d4267..0000000\n--- a/l\n+++ /dev/null\n@@ -1 +0,0 @@\n\
        -x\n";
    let first = "diff --git a/l b/l\nnew file mode 120000\n\
        index 0000000..47dc3e3\n--- /dev/null\n+++ b/l\n";
    let hunk = "@@ -0,0 +1 @@\n+x\n\\ No newline at end of file\n";
    let rest = format!("Sure, here is the rest:\n\n{hunk}");
    for before in ["", deleted] {
        let whole = joined(&[before, first].concat(), &rest);
        assert!(whole.is_whole());
        assert_eq!(printed(&whole), [before, first, hunk].concat());
    }
    let glued = joined(&first[..first.len() - 1], &format!("ink\n{hunk}"));
    assert!(!glued.is_whole());
    assert_eq!(printed(&glued), "");
}

#[test]
fn a_header_that_is_a_unit_ends_at_the_name_of_another_file() {
    let mode = "diff --git a/m b/m\nold mode 100644\nnew mode 100755\n";
    let plain = "--- a/r\n+++ b/r\n@@ -1 +1 @@\n-a\n+b\n";
    for first in [mode, &format!("{mode}diff --git a/r")] {
        let whole = joined(first, plain);
        assert!(whole.is_whole());
        // git would read the names as more of the mode's header.
        let named = format!("{mode}diff --git a/r b/r\n{plain}");
        assert_eq!(printed(&whole), named);
    }
}

#[test]
fn a_byte_that_begins_no_character_is_kept() {
    let first = b"--- a/l\n+++ b/l\n@@ -1 +1 @@\n-\xe9\xe9\n+caf\xe9";
    let rest = b" noir\n";
    let answers = [first.to_vec(), rest.to_vec()];
    let format = Some(Format::Diff);
    let end = AnswerEnd::Meant;
    let known = Known { format, end, lookup: &nothing_known, roots: &[] };
    let whole = join(&answers, known).0;
    assert!(whole.is_whole());
    assert_eq!(whole.text, answers.concat());
}

#[test]
fn a_header_is_no_unit_without_the_content_that_it_names() {
    let first = "diff --git a/z b/z\nnew file mode 100644\n\
        index 0000000..839e0ae\nGIT binary ";
    let rest =
        "patch\nliteral 3\nKcmYdfNCE%>hycU@\n\nliteral 0\nHcmV?d00001\n\n";
    let whole = joined(&format!("{first}\n"), rest);
    assert!(whole.is_whole());
    assert!(printed(&whole).contains("literal 3\n"));
}

#[test]
fn words_to_the_reader_are_no_end_of_a_line() {
    let want = new_file(2, "+a\n+b # Note:\n") + NEXT;
    for at in ["+a\n+b", "+a\n+b # No"] {
        let at = want.find(at).unwrap() + at.len();
        let words = format!("Sure, here is the rest:\n\n{}", &want[at..]);
        let whole = joined(&want[..at], &words);
        let same = printed(&whole) == want;
        assert!(same || !whole.is_whole(), "{}", printed(&whole));
    }
}

#[test]
fn a_ruler_that_is_cut_in_the_middle_may_go_on() {
    let names = "--- a/h.rst\n+++ b/h.rst\n@@ -1 +1,3 @@\n+1.0\n";
    let rest = "++++\n 0.9\n";
    is_left_out(&format!("{names}++++"), rest);
    let whole = joined(&format!("{names}++"), &format!("+++{rest}"));
    assert!(!whole.is_whole() || printed(&whole).contains("\n+++++++++\n"));
    // A dash may begin a line, or be the first of its text.
    let lines = "+- one\n+-";
    let first = format!("--- a/f\n+++ b/f\n@@ -1 +1,3 @@\n--x\n{lines}");
    let whole = joined(&first, " two\n+- three\n");
    assert!(whole.is_whole());
    let first = "--- a/f\n+++ b/f\n@@ -1,2 +1 @@\n--x\n-";
    is_left_out(first, "- y\n+z\n");
}

#[test]
fn an_answer_that_only_says_what_follows_is_no_line() {
    let first = "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-x\n+y";
    is_left_out(first, "Sure, here is the rest:\n\n\n");
    is_left_out(first, "```diff\n\n```\n");
}

#[test]
fn blanks_that_were_lost_are_those_of_the_neighbours() {
    let want = "--- a/f\n+++ b/f\n@@ -1,5 +1,6 @@\n f {\n+    a;\n     b;\n\
        \x20    c;\n \n     d;\n";
    let cut = want.find("     c;").unwrap();
    for at in cut..cut + 5 {
        let whole = joined(&want[..at], &want[cut + 5..]);
        assert!(whole.is_whole(), "{at}");
        assert_eq!(printed(&whole), want, "{at}");
    }
    // The counts of a hunk that others follow tell that a blank line is lost.
    let next = "@@ -9 +10 @@\n-x\n+y\n";
    let want =
        format!("--- a/f\n+++ b/f\n@@ -1,3 +1,4 @@\n a\n \n+b\n c\n{next}");
    let cut = want.find(" \n+b").unwrap();
    let whole = joined(&want[..cut], &want[cut + 2..]);
    assert!(whole.is_whole());
    assert_eq!(printed(&whole), want);
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

#[test]
fn a_renaming_does_not_become_a_change_of_the_old_file() {
    let header = "diff --git a/old.py b/new.py\nsimilarity index 90%\n\
        rename from old.py\nrename to new.py\n";
    let index = "index 86828a1..01d2ec3 100644\n";
    let rest = "--- a/old.py\n+++ b/new.py\n@@ -1 +1 @@\n-x\n+y\n";
    let more = [rest, NEXT].concat();
    let full = [header, index].concat();
    // Up to its second name, it may be the header of any change.
    let second = header.find("new.py").unwrap();
    for cut in second + 1..full.len() {
        let whole = joined(&full[..cut], &more);
        let text = printed(&whole);
        if cut >= header.len() {
            assert!(whole.is_whole(), "{cut}");
            assert_eq!(text, [header, &more].concat(), "{cut}");
        } else {
            assert!(!whole.is_whole(), "{cut}");
        }
        let renames = text.contains("rename to new.py\n");
        assert!(!text.contains("-x\n") || renames, "{cut}: {text}");
    }
}

#[test]
fn a_line_again_without_its_sign_is_not_glued_on() {
    let names = "--- a/f\n+++ b/f\n@@ -1,3 +1,3 @@\n a\n-b\n";
    let cases = [
        ("+checksum ", "checksum = 1\n c\n"),
        ("+    let x", "let xs = 1;\n c\n"),
        ("+    let x", "    let xs = 1;\n c\n"),
        ("+n", "n = 1\n c\n"),
        ("+checksum \n", "checksum = 1\n c\n"),
    ];
    for (line, rest) in cases {
        let first = [names, line].concat();
        for lead in ["", "Here is the rest:\n\n```diff\n"] {
            let end = if lead.is_empty() { "" } else { "```\n" };
            is_left_out(&first, &[lead, rest, end].concat());
        }
    }
    // One of two signs is the very next byte.
    let whole = joined(&format!("{names}+/"), "/ x\n c\n");
    assert_eq!(printed(&whole), format!("{names}+// x\n c\n"));
    // A name that git gives to the content tells.
    let first = "diff --git a/n b/n\nnew file mode 100644\n\
        index 0000000..d774d4d\n--- /dev/null\n+++ b/n\n@@ -0,0 +1 @@\n";
    let whole = joined(&format!("{first}+x = "), "x = 1\n");
    assert_eq!(printed(&whole), format!("{first}+x = x = 1\n"));
}

#[test]
fn a_seam_that_makes_the_content_named_by_git_is_the_right_one() {
    let named = |name: &str, lines: &str| {
        format!(
            "diff --git a/n b/n\nnew file mode 100644\nindex 0000000..{name}\n\
             --- /dev/null\n+++ b/n\n@@ -0,0 +1,3 @@\n{lines}"
        )
    };
    let list = named("7bdac0f", "+list\n++ item\n+end\n") + NEXT;
    let code = named("c1783bb", "+x\n+++i;\n+end\n") + NEXT;
    for want in [list, code] {
        let line = want.find("\n++").unwrap() + 1;
        let line = line + want[line..].find("\n++").unwrap() + 1;
        for at in line + 1..line + 4 {
            for rest in [&want[at..], &want[line..]] {
                let whole = joined(&want[..at], rest);
                assert!(whole.is_whole(), "{at}: {rest}");
                assert_eq!(printed(&whole), want);
            }
        }
    }
}

#[test]
fn a_sign_again_may_be_the_first_of_a_list_or_of_a_table() {
    let names = "--- a/n\n+++ b/n\n@@ -1 +1,3 @@\n list\n";
    for rest in ["+ item\n+end\n", "+----+\n+end\n", "+====+\n+end\n"] {
        is_left_out(&format!("{names}+"), rest);
    }
    for line in ["+ * item\n", "+a + b\n"] {
        let rest = [line, "+end\n"].concat();
        let whole = joined(&format!("{names}+"), &rest);
        assert_eq!(printed(&whole), [names, &rest].concat());
    }
}

#[test]
fn words_that_announce_are_not_the_rest_of_a_line() {
    let words = [
        "Of course.",
        "Sure!",
        "Sure, continuing:",
        "Continuing:",
        "...",
        "Resuming now.",
        "(continued)",
        "Here is the rest:",
        "```diff",
    ];
    for count in [3, 4] {
        for words in words {
            for rest in ["+y = 2\n+z\n", "+z\n"] {
                let rest = format!("{words}\n{rest}");
                let whole = joined(&new_file(count, "+x\n+y = "), &rest);
                let text = printed(&whole);
                let right = new_file(count, "+x\n+y = 2\n+z\n");
                assert!(!whole.is_whole() || text == right, "{text}");
                assert!(!text.contains(words), "{text}");
            }
        }
    }
    // Other sentences may be, if the counts say so.
    let whole = joined(&new_file(3, "+x\n+- "), "One.\n+- Two.\n");
    let text = printed(&whole);
    assert_eq!(text, new_file(3, "+x\n+- One.\n+- Two.\n"));
}

#[test]
fn a_fence_for_a_diff_is_no_line_of_it() {
    let names = "--- a/w\n+++ b/w\n@@ -1,5 +1,5 @@\n";
    let lines = " steps:\n-  - a\n+  - b\n     with:\n     ";
    let first = [names, lines].concat();
    let rest = "```diff\n       persist: false\n\n```\n";
    for rest in [rest, &format!("\n{rest}"), &rest.replace("diff", "patch")] {
        let text = printed(&joined(&first, rest));
        assert!(!text.contains("```"), "{text}");
    }
}

#[test]
fn a_bare_fence_does_not_end_a_line_of_words() {
    let names = "diff --git a/p b/p\n--- a/p\n+++ b/p\n";
    let first = format!("{names}@@ -1 +1,4 @@\n x\n+int baz(i");
    is_left_out(&first, &format!("```\n+  return x;\n+}}\n{NEXT}"));
    // In a comment there are fences.
    let first = format!("{names}@@ -1 +1,4 @@\n x\n+/// ");
    let rest = format!("```\n+/// x();\n+/// ```\n{NEXT}");
    let whole = joined(&first, &rest);
    assert!(whole.is_whole());
    assert!(printed(&whole).contains("+/// ```\n+/// x();\n"));
}

#[test]
fn the_header_of_another_file_is_not_the_cut_one_again() {
    let first = new_file(1, "+n\n");
    for cut in ["diff --git a/lib/q b/lib/q", "diff --git a/lib/q b/l"] {
        is_left_out(&format!("{first}{cut}"), NEXT);
    }
    let whole = joined(&format!("{first}diff --git a/m"), NEXT);
    assert!(whole.is_whole());
    assert_eq!(whole.survey.complete().count(), 2);
}

#[test]
fn an_index_line_with_a_mode_that_is_none_is_not_printed() {
    let names = "diff --git a/p b/p\nindex 022e1ad..2ac42c9 100644";
    let rest = "644\n--- a/p\n+++ b/p\n@@ -1 +1 @@\n-x\n+y\n";
    let whole = joined(names, &format!("{rest}{NEXT}"));
    assert!(!printed(&whole).contains("100644644"), "{}", printed(&whole));
}
