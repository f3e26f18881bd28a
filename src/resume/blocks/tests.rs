use std::rc::Rc;

use super::*;
use crate::resume::nothing_known;

const PATCH: &str = "*** Begin Patch\n*** Add File: n.py\n+import os\n\
    +import sys\n*** Update File: a.py\n@@ def f():\n     x = 1\n-    y\n\
    +    value = 2\n*** Delete File: old.py\n*** End Patch\n";

const BLOCKS: &str = "src/a.py\n```python\n<<<<<<< SEARCH\nimport os\n\
    =======\nimport os\nimport sys\n>>>>>>> REPLACE\n```\n\nsrc/b.py\n\
    ```python\n<<<<<<< SEARCH\nvalue = 1\n=======\nvalue = 2\n\
    >>>>>>> REPLACE\n```\n";

fn texts(text: &[u8]) -> Vec<Vec<u8>> {
    survey(text).complete().map(|u| u.json.clone()).collect()
}

fn joined(parts: &[&[u8]]) -> Joined {
    let parts: Vec<_> = parts.iter().map(|part| part.to_vec()).collect();
    stitch(&parts, &nothing_known)
}

#[test]
fn a_cut_at_every_byte_is_joined_exactly_or_not_at_all() {
    for text in [PATCH, BLOCKS].map(str::as_bytes) {
        let want = texts(text);
        let mut exact = 0;
        for at in 1..text.len() {
            let line = text[..at].iter().rposition(|b| *b == b'\n');
            for from in [at, line.map_or(0, |n| n + 1), 0] {
                let joined = joined(&[&text[..at], &text[from..]]);
                let got = texts(&joined.text);
                if got == want {
                    exact += 1;
                } else {
                    assert!(
                        !joined.is_whole(),
                        "{at} {from} {:?} {}",
                        joined.seams,
                        String::from_utf8_lossy(&joined.text)
                    );
                }
            }
        }
        let all = (text.len() - 1) * 3;
        assert!(exact * 100 >= all * 85, "{exact} of {all}");
    }
}

#[test]
fn the_next_block_is_not_taken_for_the_unfinished_one() {
    let first = &b"a.py\n<<<<<<< SEARCH\none = 1\n=======\none = 11\ntw"[..];
    let next = b"<<<<<<< SEARCH\nthree = 3\n=======\nthree\n>>>>>>> REPLACE\n";
    let joined = joined(&[first, next]);
    assert!(!joined.is_whole());
    assert_eq!(joined.survey.complete().count(), 0);
}

/// A new file, cut, and its continuation, as a patch and as a block.
fn new_file(before: &str, after: &str) -> [[String; 2]; 2] {
    let patch = format!("*** Begin Patch\n*** Add File: n.rs\n{before}");
    let end = format!("{after}\n*** End Patch\n");
    let plain = |text: &str| {
        let text = text.replace("\n+", "\n");
        text.strip_prefix('+').map_or(text.clone(), str::to_owned)
    };
    let block =
        format!("n.rs\n```text\n<<<<<<< SEARCH\n=======\n{}", plain(before));
    let shut = format!("{}\n>>>>>>> REPLACE\n```\n", plain(after));
    [[patch, end], [block, shut]]
}

#[test]
fn what_may_be_next_or_repeated_is_never_taken_for_repeated() {
    let cases = [
        ("+//! Changes.\n+", "\n+use std::io;"),
        ("+    }\n+\n", "+    fn next() {}"),
        ("+    /// One.\n+    ///", "\n+    /// Fails never."),
        ("+.Sh NAME\n+.Pp\n+Words.\n+.Pp", "\n+More of them:\n+.Pp\n+End."),
        ("+    /// ", "The path is told:\n+    /// The path is more."),
        ("+Write this:\n+\n+", "```python\n+import sys\n+```"),
        ("+a = format(\"{b} \\\n+     ", "        and {c}\")"),
        ("+    f(x,\n+        ", "            y)"),
        ("+end\n+  end\n", "+  end\n+end"),
        ("+# Hi\n+", "```sh\n+ls\n+```"),
        ("+# Hi\n+", "\n+```sh\n+ls\n+```"),
        ("+-- zwei", "\n+\n+-- zwei"),
        ("+f(\n+    None,\n+    ", "None,\n+    None)"),
        ("+s {\n+    long ", "long integer;\n+}"),
        ("+long long a;\n+long ", "long b;"),
        ("+t = {0xFF, 0xFF, 0xFF, ", "0xFF, 0xFF, 0xFF, 0xFF, 0xFE}"),
    ];
    for (before, after) in cases {
        for [first, next] in new_file(before, after) {
            let want = texts([first.as_str(), &next].concat().as_bytes());
            assert_eq!(want.len(), 1, "{first}|{next}");
            let joined = joined(&[first.as_bytes(), next.as_bytes()]);
            let got = texts(&joined.text);
            let right = got == want || !joined.is_whole() && got.is_empty();
            assert!(right, "{first}|{next}: {:?}", joined.seams);
        }
    }
}

/// What a whole file and its continuation come to where the file is new, or
/// was this.
fn known_files(first: &str, next: &str, old: Option<&str>) -> Option<String> {
    let lookup = |_: &[u8]| match old {
        Some(old) => {
            crate::resume::Preimage::Text(Rc::new(old.as_bytes().to_vec()))
        }
        None => crate::resume::Preimage::Absent,
    };
    let parts = [first.as_bytes().to_vec(), next.as_bytes().to_vec()];
    let joined = stitch(&parts, &lookup);
    let text = String::from_utf8_lossy(&joined.text).into_owned();
    joined.is_whole().then_some(text)
}

const CALL: &str = "    self.push_token(Token::ZeroOrMore)?;\n";

#[test]
fn lines_that_stand_twice_elsewhere_are_not_taken_for_repeated() {
    let twice = format!("fn e() {{\n    {CALL}    {CALL}}}\n\n");
    let head = format!("a.rs\n```\nfn f() {{\n{CALL}");
    let rest = format!("{CALL}    return Ok(());\n}}\n```\n");
    for blanks in ["", "  ", "    "] {
        let first = format!("{head}{blanks}");
        // Nothing speaks for a second time.
        let once = known_files(&first, &rest, None);
        let want = format!("a.rs\n```\nfn f() {{\n{rest}");
        assert_eq!(once, Some(want), "{blanks:?}");
        // The text before it, the file and the text below it do.
        let before = first.replace("fn f", &format!("{twice}fn f"));
        assert_eq!(known_files(&before, &rest, None), None, "{blanks:?}");
        assert_eq!(known_files(&first, &rest, Some(&twice)), None);
        let above = first.replace("{\n", &format!("{{\n{CALL}"));
        assert_eq!(known_files(&above, &rest, None), None, "{blanks:?}");
        let third = format!("{CALL}{rest}");
        assert_eq!(known_files(&first, &third, None), None, "{blanks:?}");
        let below = rest.replace("}\n```", &format!("}}\n\n{twice}```"));
        assert_eq!(known_files(&first, &below, None), None, "{blanks:?}");
    }
}

#[test]
fn others_that_stand_twice_speak_for_lines_of_their_kind() {
    let rest = format!("{CALL}    return Ok(());\n}}\n```\n");
    let first = format!("a.rs\n```\nfn f() {{\n{CALL}  ");
    assert!(files(&first, &rest).is_some());
    let other = "fn f() {\n    next();\n    next();\n";
    assert_eq!(files(&first.replace("fn f() {\n", other), &rest), None);
}

#[test]
fn a_line_may_begin_as_the_one_above_a_line_feed_does() {
    let first = "a.md\n```\nTry this:\n    node negatable.js\n";
    let rest =
        "    node negatable.js --one\n    node negatable.js --two\n```\n";
    assert_eq!(files(first, rest), None);
    // A tool has ended the line, which nothing speaks against.
    let rest = "    node negatable.js --one\n    npm test\n```\n";
    let want = format!("```\nTry this:\n{rest}");
    assert_eq!(files(first, rest), Some(vec![want]));
}

#[test]
fn a_text_that_repeats_itself_is_not_taken_for_words_to_the_reader() {
    let first = "a.md\n```\nPrevented by:\n\n* `Rack::Protection";
    let rest = "Sure, here is the rest:\n\n* `Rack::Protection::One`\n\n## Two\n\n\
        Prevented by:\n\n* `Rack::Protection::Two`\n```\n";
    let want = "```\nPrevented by:\n\n* `Rack::Protection::One`\n\n## Two\n\n\
        Prevented by:\n\n* `Rack::Protection::Two`\n```\n";
    let got = files(first, rest);
    assert!(got.is_none_or(|got| got == [want]));
}

#[test]
fn a_line_that_is_doubled_elsewhere_need_not_be_here() {
    let file = "#if A\n#if B\na();\n#endif\n#endif\n#if C\nb();\n#endif\n\
        c();\n";
    let lookup = |_: &[u8]| {
        crate::resume::Preimage::Text(Rc::new(file.as_bytes().to_vec()))
    };
    let first = "a.c\n<<<<<<< SEARCH\nb();\n=======\nb(1);\n#endif\n";
    let rest = "Sure, here is the rest:\n\n#endif\nd();\n>>>>>>> REPLACE\n";
    let parts = [first.as_bytes().to_vec(), rest.as_bytes().to_vec()];
    let joined = stitch(&parts, &lookup);
    let doubled = joined.text.windows(14).any(|w| w == b"#endif\n#endif\n");
    assert!(!doubled || !joined.is_whole(), "{:?}", joined.seams);
}

/// What a whole file and its continuation come to, if anything.
fn files(first: &str, next: &str) -> Option<Vec<String>> {
    let parts = [first.as_bytes().to_vec(), next.as_bytes().to_vec()];
    let joined = stitch(&parts, &nothing_known);
    let text = |u: &crate::resume::survey::Unit| {
        String::from_utf8_lossy(&u.json).into_owned()
    };
    let units = joined.survey.complete().map(text).collect();
    joined.is_whole().then_some(units)
}

#[test]
fn a_fence_cut_in_its_line_is_written_again_below_a_greeting() {
    const GREETING: &str = "Continuing from where I left off:\n\n";
    let cases = [
        ("a.py\n```pyt", "```python\nimport os\n```\n"),
        ("a.py\n```pyt", "```python\ndef a():\n    pass\n```\n"),
        ("a.py\n`", "```python\nimport os\n```\n"),
        ("### c.txt\n``", "```\nC = 1\n```\n"),
    ];
    for (first, next) in cases {
        let want = Some(vec![next.trim_end().to_owned() + "\n"]);
        let got = files(first, &format!("{GREETING}{next}"));
        assert_eq!(got, want, "{first}|{next}");
        assert_eq!(files(first, next), want, "{first}|{next}");
    }
    let got = files("a.py\n```py\nA = 1\n``", &format!("{GREETING}```\n"));
    assert_eq!(got, Some(vec!["```py\nA = 1\n```\n".to_owned()]));
    // Words in the place of the fence are no block's.
    assert_eq!(files("a.py\n```\nA\n```\nc.py\n`", "C = 1\n"), None);
}

#[test]
fn a_fence_around_all_of_it_is_no_file_before_anything_has_begun() {
    const GREETING: &str = "Continuing where I stopped:\n\n```text\n";
    let text = "I make the changes.\n\na.py\n```\nA = 1\n```\n\n";
    let want = Some(vec!["```\nA = 1\n```\n".to_owned()]);
    for at in 3..text.find("```").unwrap() {
        let line = text[..at].rfind('\n').map_or(0, |n| n + 1);
        let from = if text[line..at].trim().len() < 3 { 0 } else { line };
        let next = format!("{GREETING}{}", &text[from..]);
        assert_eq!(files(&text[..at], &next), want, "{at}");
    }
    // The fence of a file that is cut again is left open.
    let cut = "Here is a.md:\n\na.md\n```md\n# A\n\nb.py\n```py\nB\n```\n";
    let whole = files("I make", cut);
    assert!(whole.is_none_or(|all| all.iter().all(|one| one != "B\n")));
}

#[test]
fn a_run_of_marks_that_is_repeated_may_go_on() {
    let first = "new.md\n<<<<<<< SEARCH\n==";
    let next = "=====\n# New\n\nTitle\n=======\n\ntext\n>>>>>>> REPLACE\n";
    let joined = joined(&[first.as_bytes(), next.as_bytes()]);
    assert!(!joined.is_whole(), "{:?}", joined.seams);
    assert_eq!(joined.survey.complete().count(), 0);
}

#[test]
fn a_greeting_that_is_read_as_a_blank_line_proves_none() {
    let file = "a();\nif b {\n    break;\n}\n\nc();\n";
    let lookup = |_: &[u8]| {
        crate::resume::Preimage::Text(Rc::new(file.as_bytes().to_vec()))
    };
    let first = "*** Begin Patch\n*** Update File: a.rs\n@@\n a();\n-if b {\n\
        -    break;\n";
    let rest = "Sure, here is the rest:\n\n-    break;\n-}\n+b();\n";
    let parts = [first.as_bytes().to_vec(), rest.as_bytes().to_vec()];
    let joined = stitch(&parts, &lookup);
    let text = String::from_utf8_lossy(&joined.text);
    assert_eq!(text.matches("break;").count(), 1, "{text}");
}

#[test]
fn a_value_with_others_below_it_elsewhere_may_be_doubled() {
    let first = "a.md\n<<<<<<< SEARCH\nflatten\n=======\nflatten\n\
        [0, [1], [[2]]]\n[0, 1, 2]\n\nflatten(0)\n[0, [1], [[2]]]\n";
    let rest = "[0, [1], [[2]]]\n\nflatten(1)\n[0, [1], [[2]]]\n[0, 1, [2]]\n\
        >>>>>>> REPLACE\n";
    let got = joined(&[first.as_bytes(), rest.as_bytes()]);
    assert!(!got.is_whole(), "{:?}", got.seams);
    // It stands alone elsewhere too.
    let alone = first.replace("[0, 1, 2]\n", "");
    let got = joined(&[alone.as_bytes(), rest.as_bytes()]);
    assert!(got.is_whole(), "{:?}", got.seams);
}

#[test]
fn a_line_of_a_list_may_be_all_of_the_next_one_s_beginning() {
    let first = "*** Begin Patch\n*** Update File: a.js\n@@\n // Try:\n\
        -// node command.js help serve\n-// node command.js serve --debug\n";
    let rest = "-// node command.js serve --debug --port 8080\n\
        +// Try it.\n*** End Patch\n";
    assert!(!joined(&[first.as_bytes(), rest.as_bytes()]).is_whole());
    // Nothing above it is like it.
    let first = first.replace("-// node command.js help serve\n", "");
    assert!(joined(&[first.as_bytes(), rest.as_bytes()]).is_whole());
}

#[test]
fn a_row_of_marks_is_no_divider_outside_of_old_lines() {
    let rest = "=======\n\nHow to install it.\n```\n";
    assert_eq!(files("a.rst\n```\nInstallation\n=====", rest), None);
}
