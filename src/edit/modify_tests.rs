use super::*;
use crate::edit::already_done;

fn b(text: &str) -> Vec<u8> {
    text.as_bytes().to_vec()
}

fn after_anchor(anchor: &str, text: &str) -> Edit {
    Edit::InsertAfter { anchor: b(anchor), text: b(text) }
}

fn before_anchor(anchor: &str, text: &str) -> Edit {
    Edit::InsertBefore { anchor: b(anchor), text: b(text) }
}

fn replace(old: &str, new: &str) -> Edit {
    Edit::Replace { old: b(old), new: b(new), which: Occurrence::Only }
}

fn lines(first: u64, last: u64, text: &str) -> Edit {
    Edit::ReplaceLines {
        range: LineRange { first, last },
        text: b(text),
        context: Context::default(),
    }
}

fn insert(line: u64, text: &str) -> Edit {
    Edit::Insert { line, text: b(text) }
}

#[track_caller]
fn gives(before: &str, edits: &[Edit], after: &str) {
    let result =
        modify(before.as_bytes(), edits, Matching::Exact).map(|m| m.bytes);
    let text = result.map(|bytes| String::from_utf8(bytes).unwrap());
    assert_eq!(text.as_deref(), Ok(after), "{before:?}");
}

#[track_caller]
fn fails(before: &str, edits: &[Edit]) -> Refusal {
    modify(before.as_bytes(), edits, Matching::Exact).unwrap_err().why
}

#[test]
fn append_ends_an_unterminated_line_and_takes_its_neighbours_ending() {
    let append = |text: &str| [Edit::Append(b(text))];
    gives("a\n", &append("x"), "a\nx\n");
    gives("a\n", &append("x\n"), "a\nx\n");
    gives("a", &append("x"), "a\nx\n");
    gives("a\r\n", &append("x"), "a\r\nx\r\n");
    gives("a\r\nb", &append("x"), "a\r\nb\r\nx\r\n");
    gives("", &append("x"), "x\n");
    gives("\u{feff}", &append("x"), "\u{feff}x\n");
    gives("a\n\n", &append("x"), "a\n\nx\n");
}

#[test]
fn two_appends_end_the_last_line_once() {
    let edits = [Edit::Append(b("x")), Edit::Append(b("y"))];
    gives("a", &edits, "a\nx\ny\n");
    gives("a\r\nb", &edits, "a\r\nb\r\nx\r\ny\r\n");
}

#[test]
fn prepend_stands_after_a_byte_order_mark() {
    let prepend = |text: &str| [Edit::Prepend(b(text))];
    gives("a\n", &prepend("x"), "x\na\n");
    gives("\u{feff}a\r\n", &prepend("x"), "\u{feff}x\r\na\r\n");
    gives("a", &prepend("x"), "x\na");
    gives("", &prepend("x"), "x\n");
}

#[test]
fn inserts_put_whole_lines_beside_the_anchors_lines() {
    gives("a b\nc\n", &[after_anchor("b", "x")], "a b\nx\nc\n");
    gives("a b\nc\n", &[after_anchor("a", "x")], "a b\nx\nc\n");
    gives("a b\nc\n", &[before_anchor("b", "x")], "x\na b\nc\n");
    gives("a\r\nb\r\n", &[after_anchor("a", "x")], "a\r\nx\r\nb\r\n");
    gives("a\r\nb\r\n", &[before_anchor("b", "x\n")], "a\r\nx\nb\r\n");
    gives("a\nb", &[after_anchor("b", "x")], "a\nb\nx\n");
    gives("a\r\nb", &[after_anchor("b", "x")], "a\r\nb\r\nx\r\n");
    gives("a\r\nb", &[before_anchor("b", "x")], "a\r\nx\r\nb");
    gives("\u{feff}a\n", &[before_anchor("a", "x")], "\u{feff}x\na\n");
}

#[test]
fn an_anchor_over_several_lines_keeps_them_together() {
    let text = "a\nb\nc\nd\n";
    gives(text, &[after_anchor("b\nc", "x")], "a\nb\nc\nx\nd\n");
    gives(text, &[before_anchor("b\nc", "x")], "a\nx\nb\nc\nd\n");
    gives(text, &[after_anchor("b\n", "x")], "a\nb\nx\nc\nd\n");
    gives(text, &[before_anchor("\nc", "x")], "a\nx\nb\nc\nd\n");
}

#[test]
fn replace_is_exact_to_the_byte() {
    gives("a b c", &[replace("b", "xx")], "a xx c");
    gives("a\r\nb\r\n", &[replace("a\r\n", "")], "b\r\n");
    let latin = b"caf\xe9 = 1\n";
    let done =
        modify(latin, &[replace("= 1", "= 2")], Matching::Exact).unwrap();
    assert_eq!(done.bytes, b"caf\xe9 = 2\n");
}

#[test]
fn replace_takes_the_occurrence_that_is_named() {
    let nth = |n| {
        [Edit::Replace { old: b("x"), new: b("y"), which: Occurrence::Nth(n) }]
    };
    gives("x x x", &nth(2), "x y x");
    let refusal = fails("x x x", &nth(4));
    assert_eq!(refusal, Refusal::Places { wanted: 4, found: 3 });
}

#[test]
fn replace_all_replaces_every_place_and_checks_a_number_that_is_given() {
    let all = |places| [Edit::ReplaceAll { old: b("x"), new: b("yy"), places }];
    gives("x-x", &all(None), "yy-yy");
    gives("x-x", &all(Some(2)), "yy-yy");
    assert_eq!(
        fails("x-x", &all(Some(3))),
        Refusal::Places { wanted: 3, found: 2 }
    );
}

#[test]
fn insert_counts_lines_from_one_and_appends_one_past_the_last() {
    gives("a\nb\n", &[insert(1, "x")], "x\na\nb\n");
    gives("a\nb\n", &[insert(2, "x")], "a\nx\nb\n");
    gives("a\nb\n", &[insert(3, "x")], "a\nb\nx\n");
    gives("a\nb", &[insert(3, "x")], "a\nb\nx\n");
    gives("a\r\nb", &[insert(2, "x")], "a\r\nx\r\nb");
    gives("", &[insert(1, "x")], "x\n");
    gives("\u{feff}a\n", &[insert(1, "x")], "\u{feff}x\na\n");
    for line in [0, 4] {
        let refusal = fails("a\nb\n", &[insert(line, "x")]);
        assert_eq!(refusal, Refusal::NoSuchLine { wanted: line, lines: 2 });
    }
}

#[test]
fn line_ranges_keep_the_ending_of_what_they_replace() {
    let text = "a\r\nb\r\nc\r\n";
    gives(text, &[lines(2, 2, "x")], "a\r\nx\r\nc\r\n");
    gives(text, &[lines(2, 3, "x\ny")], "a\r\nx\ny\r\n");
    gives(text, &[lines(1, 2, "")], "c\r\n");
    gives("a\nb", &[lines(2, 2, "x")], "a\nx");
    gives("\u{feff}a\nb\n", &[lines(1, 1, "x")], "\u{feff}x\nb\n");
    let refusal = fails(text, &[lines(3, 4, "x")]);
    assert_eq!(refusal, Refusal::NoSuchLine { wanted: 4, lines: 3 });
}

#[test]
fn line_numbers_are_those_of_the_file_before_any_edit() {
    let edits = [
        insert(1, "top"),
        lines(2, 2, "B\nB2"),
        insert(3, "mid"),
        lines(4, 4, ""),
    ];
    gives("a\nb\nc\nd\n", &edits, "top\na\nB\nB2\nmid\nc\n");
}

#[test]
fn line_ranges_that_overlap_are_refused() {
    let edits = [lines(1, 2, "x"), lines(2, 3, "y")];
    assert_eq!(fails("a\nb\nc\n", &edits), Refusal::Overlap(1));
    let edits = [replace("b", "x"), lines(2, 3, "y")];
    assert_eq!(fails("a\nb\nc\n", &edits), Refusal::Overlap(1));
}

#[test]
fn context_around_a_range_is_checked() {
    let edit = |before: &str, after: &str| {
        [Edit::ReplaceLines {
            range: LineRange { first: 3, last: 3 },
            text: b("x"),
            context: Context { before: b(before), after: b(after) },
        }]
    };
    let text = "a\r\nb\r\nc\r\nd\r\n";
    gives(text, &edit("a\nb", "d\n"), "a\r\nb\r\nx\r\nd\r\n");
    let found = Some(b("b"));
    assert_eq!(
        fails(text, &edit("a\nz", "")),
        Refusal::Context { line: 2, found }
    );
    assert_eq!(
        fails(text, &edit("", "d\ne")),
        Refusal::Context { line: 5, found: None }
    );
    assert!(matches!(
        fails(text, &edit("x\na\nb", "")),
        Refusal::Context { found: None, .. }
    ));
}

#[test]
fn a_text_that_stands_nowhere_or_twice_fails() {
    let refusal = fails("foo(a)\nfoo(a)\n", &[replace("foo", "bar")]);
    let ambiguous = Refusal::Ambiguous {
        sought: Sought::OldText,
        lines: vec![1, 2],
        places: 2,
    };
    assert_eq!(refusal, ambiguous);
    let refusal = fails("foo(a)\n", &[after_anchor("foo(b)", "x")]);
    assert!(matches!(refusal, Refusal::Missing(Sought::Anchor, Some(_))));
    for edit in [replace("", "x"), after_anchor("", "x")] {
        assert!(matches!(fails("a\n", &[edit]), Refusal::Empty(_)));
    }
    assert_eq!(
        fails("a\n", &[after_anchor("a", "")]),
        Refusal::NothingToInsert
    );
}

#[test]
fn edits_are_placed_in_the_original_where_it_is_unambiguous() {
    // The first edit writes a second 'b'; the original has one.
    gives("a\nb\n", &[replace("a", "b"), replace("b", "c")], "b\nc\n");
    // Insertions at one place stand in the order of the edits.
    let edits = [after_anchor("a", "1"), after_anchor("a", "2")];
    gives("a\nb\n", &edits, "a\n1\n2\nb\n");
    let edits = [before_anchor("b", "2"), after_anchor("a", "1")];
    gives("a\nb\n", &edits, "a\n1\n2\nb\n");
}

#[test]
fn an_edit_that_needs_an_earlier_ones_result_comes_after_it() {
    let edits = [after_anchor("a", "new()"), replace("new()", "newer()")];
    let done = modify(b"a\nb\n", &edits, Matching::Exact).unwrap();
    assert_eq!(done.bytes, b"a\nnewer()\nb\n");
    assert_eq!(done.in_sequence, [2]);
    // Ambiguous in the original, single after the first edit.
    let edits = [replace("x 1", "y 1"), replace("x", "z")];
    gives("x 1\nx 2\n", &edits, "y 1\nz 2\n");
    // The anchor is part of what the first edit wrote again.
    let edits = [
        replace("import os", "import os, re"),
        after_anchor("import os", "import sys"),
    ];
    gives("import os\nx\n", &edits, "import os, re\nimport sys\nx\n");
    // The anchor is gone, its line's place is not.
    let edits = [
        replace("import os", "import re"),
        after_anchor("import os", "import sys"),
    ];
    gives("import os\nx\n", &edits, "import re\nimport sys\nx\n");
}

#[test]
fn edits_after_one_in_sequence_still_count_in_the_original() {
    let edits = [
        replace("b", "bb"),
        replace("bb", "B"),
        insert(3, "mid"),
        replace("c", "C"),
        Edit::ReplaceAll { old: b("mid"), new: b("MID"), places: None },
        Edit::Append(b("end")),
    ];
    gives("a\nb\nc", &edits, "a\nB\nMID\nC\nend\n");
}

#[test]
fn an_edit_of_a_place_that_is_gone_fails() {
    let edits = [replace("one two", "x"), replace("two three", "y")];
    assert_eq!(fails("one two three\n", &edits), Refusal::Overlap(1));
}

#[test]
fn what_is_already_there_is_recognised() {
    let done = |text: &str, edit: Edit| already_done(text.as_bytes(), &[edit]);
    assert!(done("b\n", replace("a", "b")));
    assert!(!done("b b\n", replace("a", "b")), "twice");
    assert!(!done("a b\n", replace("a", "b")), "not yet");
    assert!(!done("c\n", replace("a", "")), "nothing to recognise");
    assert!(done("a\nx\nb\n", after_anchor("a", "x")));
    assert!(done("a\r\nx\r\nb\r\n", after_anchor("a", "x")));
    assert!(done("x\na\n", before_anchor("a", "x")));
    assert!(!done("x\na\n", after_anchor("a", "x")), "another place");
    assert!(!done("a\nx\nx\n", after_anchor("a", "x")), "twice");
    assert!(
        done(
            "import os\nimport os.path\n",
            after_anchor("import os", "import os.path")
        ),
        "anchor in the text"
    );
    assert!(!done("a\nx\n", Edit::Append(b("x"))));
    assert!(!done("x\n", lines(1, 1, "x")));
}

/// The slow and obvious way: every edit in the text the last one left.
fn one_by_one(text: &[u8], edits: &[Edit]) -> Option<Vec<u8>> {
    edits.iter().try_fold(text.to_vec(), |text, edit| {
        Some(
            modify(&text, std::slice::from_ref(edit), Matching::Exact)
                .ok()?
                .bytes,
        )
    })
}

#[test]
fn edits_apart_from_each_other_give_the_same_in_any_way() {
    let words: Vec<String> = (0..40).map(|n| format!("word{n:02}")).collect();
    let mut seed = 1_u64;
    let mut next = |n: usize| {
        seed = seed.wrapping_mul(6364136223846793005).wrapping_add(99);
        (seed >> 33) as usize % n
    };
    for round in 0..300 {
        let ending = ["\n", "\r\n"][next(2)];
        let mut text = words.join(ending);
        if next(2) == 0 {
            text.push_str(ending);
        }
        let edits: Vec<Edit> = (0..1 + next(6))
            .map(|n| {
                let word = &words[(n * 6 + next(6)) % 40];
                let new = format!("new{round}-{n}");
                match next(4) {
                    0 => replace(word, &new),
                    1 => after_anchor(word, &new),
                    2 => before_anchor(word, &new),
                    _ => replace(word, &format!("{new}{ending}{new}b")),
                }
            })
            .collect();
        let slow = one_by_one(text.as_bytes(), &edits);
        let fast = modify(text.as_bytes(), &edits, Matching::Exact)
            .ok()
            .map(|m| m.bytes);
        assert_eq!(fast, slow, "{edits:?}");
    }
}

#[test]
fn almost_the_same_is_taken_only_where_it_is_allowed_and_named() {
    let text = b"if x:\r\n    a()\r\n";
    let edits = [
        replace("if x:\n    a()\n", "if y:\n    b()\n"),
        after_anchor("b()", "c()"),
    ];
    assert!(modify(text, &edits, Matching::Exact).is_err());
    let done = modify(text, &edits, Matching::Fuzzy).unwrap();
    assert_eq!(done.bytes, b"if y:\r\n    b()\r\nc()\r\n");
    assert_eq!(done.forgiven, [(1, Rung::LineEnding)]);
    assert_eq!(done.in_sequence, [2]);
}
