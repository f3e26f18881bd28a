//! Every format that edit-apply reads, as its prompt text makes a model write
//! it.

use std::collections::BTreeMap;

use crate::edit_apply::{apply, files, tree};
use crate::support::{Dir, run_in};

const FORMATS: [&str; 5] =
    ["ops", "diff", "v4a", "search-replace", "whole-file"];

#[test]
fn the_prompt_text_names_every_operation_and_is_short() {
    let dir = Dir::new();
    let ran = apply(&dir, &["--instructions"], "");
    assert_eq!(ran.status, 0);
    let text = ran.text();
    for word in [
        "create",
        "write",
        "modify",
        "delete",
        "rename",
        "meta",
        "insert_after",
        "insert_before",
        "replace",
        "replace_all",
        "append",
        "prepend",
        "replace_lines",
        "delete_lines",
    ] {
        assert!(text.contains(&format!("\"type\":\"{word}\"")), "{word}");
    }
}

#[test]
fn each_prompt_text_costs_at_most_400_tokens() {
    let dir = Dir::new();
    let mut texts = Vec::new();
    for format in FORMATS {
        let args = ["--instructions", "--format", format];
        let text = apply(&dir, &args, "").stdout;
        let counted = run_in(dir.path(), "tokest", &["count"], &text).text();
        let tokens: u32 = counted
            .split_whitespace()
            .find_map(|word| word.parse().ok())
            .expect("a number");
        println!("{format}: {tokens} tokens");
        assert!(tokens > 100 && tokens <= 400, "{format}: {tokens}");
        texts.push(text);
    }
    texts.dedup();
    assert_eq!(texts.len(), FORMATS.len(), "each has its own");
    assert_eq!(apply(&dir, &["--instructions"], "").stdout, texts[0]);
}

#[test]
fn the_examples_of_a_prompt_text_are_never_applied() {
    for format in FORMATS {
        let dir = Dir::new();
        let args = ["--instructions", "--format", format];
        let text = apply(&dir, &args, "").text();
        let before = tree(&dir);
        for args in [&[][..], &["--format", format][..]] {
            let ran = apply(&dir, args, &text);
            assert_eq!(ran.status, 1, "{format}: {}", ran.text());
            assert_eq!(tree(&dir), before, "{format}");
        }
    }
}

/// One change of each kind, as each prompt text asks for it: an insertion, a
/// changed and a deleted line, a new file, and where the format knows them, a
/// deleted and a renamed one.
fn answer(format: &str) -> &'static str {
    match format {
        "ops" => {
            r#"{"type":"meta","summary":"s","total_operations":4}
{"type":"modify","file_path":"src/a.py","operations":[{"type":"insert_after","anchor":"import os","content":"import sys"},{"type":"replace","old_text":"    return 1\n\n    # end\n","new_text":"    return 2\n\n"}]}
{"type":"create","file_path":"src/new.py","content":"x = 1\n\ny = 2\n"}
{"type":"delete","file_path":"old.py"}
{"type":"rename","file_path":"b.py","new_path":"c.py"}
"#
        }
        "diff" => {
            "\
diff --git a/src/a.py b/src/a.py
--- a/src/a.py
+++ b/src/a.py
@@ -1,7 +1,7 @@
 import os
+import sys
 
 def f():
-    return 1
+    return 2
 
-    # end
 def g():
diff --git a/src/new.py b/src/new.py
new file mode 100644
--- /dev/null
+++ b/src/new.py
@@ -0,0 +1,3 @@
+x = 1
+
+y = 2
diff --git a/old.py b/old.py
deleted file mode 100644
--- a/old.py
+++ /dev/null
@@ -1 +0,0 @@
-old
diff --git a/b.py b/c.py
rename from b.py
rename to c.py
"
        }
        "v4a" => {
            "\
*** Begin Patch
*** Update File: src/a.py
@@
 import os
+import sys
 
@@ def f():
-    return 1
+    return 2
 
-    # end
 def g():
*** Add File: src/new.py
+x = 1
+
+y = 2
*** Delete File: old.py
*** Update File: b.py
*** Move to: c.py
*** End Patch
"
        }
        "search-replace" => {
            "\
src/a.py
<<<<<<< SEARCH
import os
=======
import os
import sys
>>>>>>> REPLACE

src/a.py
<<<<<<< SEARCH
    return 1

    # end
def g():
=======
    return 2

def g():
>>>>>>> REPLACE

src/new.py
<<<<<<< SEARCH
=======
x = 1

y = 2
>>>>>>> REPLACE
"
        }
        _ => {
            "\
src/a.py
```python
import os
import sys

def f():
    return 2

def g():
    return 1
```

src/new.py
```python
x = 1

y = 2
```
"
        }
    }
}

fn before(dir: &Dir) {
    dir.put(
        "src/a.py",
        "import os\n\ndef f():\n    return 1\n\n    # end\ndef g():\n    \
         return 1\n",
    );
    dir.put("old.py", "old\n");
    dir.put("b.py", "b\n");
}

#[test]
fn what_each_prompt_text_asks_for_is_read() {
    let changed = "import os\nimport sys\n\ndef f():\n    return 2\n\ndef g():\n    \
         return 1\n";
    let new = ("src/new.py", "x = 1\n\ny = 2\n");
    for format in FORMATS {
        let whole = matches!(format, "ops" | "diff" | "v4a");
        let rest = match whole {
            true => vec![("c.py", "b\n")],
            false => vec![("b.py", "b\n"), ("old.py", "old\n")],
        };
        let after = [rest, vec![("src/a.py", changed), new]].concat();
        let text = answer(format);
        let fenced = format!("Here it is:\n\n```\n{text}```\n\nDone.\n");
        let told = ["--format", format];
        let mut ways = vec![(&[][..], text), (&told[..], text)];
        // A fence around files would be a file's own.
        if format != "whole-file" {
            ways.push((&[], &fenced));
        }
        for (args, input) in ways {
            let dir = Dir::new();
            before(&dir);
            let ran = apply(&dir, &[args, &["--no-fsync"]].concat(), input);
            assert_eq!(
                (ran.status, ran.stderr.as_str()),
                (0, ""),
                "{format}: {}",
                ran.text()
            );
            assert_eq!(tree(&dir), files(&after), "{format}");
            // The same again, with the log and without it.
            let again = apply(&dir, args, input);
            assert_eq!(again.status, 0, "{format}: {}", again.text());
            assert!(!again.text().contains("applied"), "{format}");
        }
    }
}

#[test]
fn a_text_format_cut_at_any_byte_leaves_each_file_old_or_new() {
    for format in ["diff", "v4a", "search-replace", "whole-file"] {
        let text = answer(format);
        let (start, whole) = (Dir::new(), Dir::new());
        before(&start);
        before(&whole);
        assert_eq!(apply(&whole, &["--no-fsync"], text).status, 0);
        let old: BTreeMap<_, _> = tree(&start).into_iter().collect();
        let new: BTreeMap<_, _> = tree(&whole).into_iter().collect();
        let ends = (1..text.len()).filter(|end| {
            let is_ended = text[..*end].ends_with('\n');
            end % 9 == 0 || format == "diff" && is_ended
        });
        for end in ends {
            let dir = Dir::new();
            before(&dir);
            let ran = apply(&dir, &["--no-fsync"], &text[..end]);
            assert!(matches!(ran.status, 0 | 1), "{format} {end}: {ran:?}");
            for (name, text) in tree(&dir) {
                // A file of several blocks may have some of them.
                let between = format == "search-replace" && name == "src/a.py";
                assert!(
                    between
                        || Some(&text) == old.get(&name)
                        || Some(&text) == new.get(&name),
                    "{format} {end}: {name} is {text:?}"
                );
            }
            let ran = apply(&dir, &["--no-fsync"], text);
            assert_eq!(ran.status, 0, "{format} {end}: {}", ran.text());
            assert_eq!(tree(&dir), tree(&whole), "{format} {end}");
        }
    }
}

#[test]
fn blocks_are_read_as_three_tools_spell_them() {
    let spellings = [
        "a.txt\n```\n<<<<<<< SEARCH\nb\n=======\nx\n>>>>>>> REPLACE\n```\n",
        "```py\na.txt\n<<<<<<< SEARCH\nb\n=======\nx\n>>>>>>> REPLACE\n```\n",
        "<replace_in_file>\n<path>a.txt</path>\n<diff>\n------- SEARCH\nb\n\
         =======\nx\n+++++++ REPLACE\n</diff>\n</replace_in_file>\n",
        "<apply_diff>\n<path>a.txt</path>\n<diff>\n<<<<<<< SEARCH\n\
         :start_line:2\n-------\nb\n=======\nx\n>>>>>>> REPLACE\n</diff>\n\
         </apply_diff>\n",
    ];
    for input in spellings {
        let dir = Dir::new();
        dir.put("a.txt", "a\nb\nc\n");
        let ran = apply(&dir, &[], input);
        assert_eq!(ran.text(), "applied modify a.txt\n", "{input}");
        assert_eq!(dir.text("a.txt"), "a\nx\nc\n");
    }
}
