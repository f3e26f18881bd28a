//! What an untrusted answer may try in a diff or in blocks: the same traps as
//! for records, and those that only these formats have.

use crate::edit_apply_hostile::{are_repelled, names, run, snapshot, trapped};

/// A name as git quotes it.
fn quoted(prefix: &str, name: &str) -> String {
    let mut text = format!("\"{prefix}");
    for byte in name.bytes() {
        match byte {
            b'"' | b'\\' => text += &format!("\\{}", char::from(byte)),
            b' '..=b'~' => text.push(char::from(byte)),
            _ => text += &format!("\\{byte:03o}"),
        }
    }
    text + "\""
}

/// A name as most models write it.
fn bare(prefix: &str, name: &str) -> String {
    format!("{prefix}{name}")
}

type Spelling = fn(&str, &str) -> String;

fn diffs(name: &str, spell: Spelling) -> Vec<String> {
    let (a, b) = (spell("a/", name), spell("b/", name));
    let plain = spell("", name);
    let git = format!("diff --git {a} {b}\n");
    vec![
        format!("--- /dev/null\n+++ {b}\n@@ -0,0 +1 @@\n+x\n"),
        format!(
            "{git}new file mode 100644\n--- /dev/null\n+++ {b}\n\
             @@ -0,0 +1 @@\n+x\n"
        ),
        format!("--- {a}\n+++ {b}\n@@ -1 +1 @@\n-secret\n+x\n"),
        format!("{git}--- {a}\n+++ {b}\n@@ -1 +1 @@\n-inner\n+x\n"),
        format!(
            "{git}deleted file mode 100644\n--- {a}\n+++ /dev/null\n\
             @@ -1 +0,0 @@\n-secret\n"
        ),
        format!(
            "diff --git a/file {b}\nsimilarity index 100%\n\
             rename from file\nrename to {plain}\n"
        ),
        format!(
            "diff --git {a} b/stolen\nsimilarity index 100%\n\
             rename from {plain}\nrename to stolen\n"
        ),
        format!(
            "diff --git {a} b/stolen\nsimilarity index 100%\n\
             copy from {plain}\ncopy to stolen\n"
        ),
    ]
}

fn blocks(name: &str) -> Vec<String> {
    vec![
        format!("*** Begin Patch\n*** Add File: {name}\n+x\n*** End Patch\n"),
        format!("*** Begin Patch\n*** Delete File: {name}\n*** End Patch\n"),
        format!(
            "*** Begin Patch\n*** Update File: {name}\n@@\n-secret\n+x\n\
             *** End Patch\n"
        ),
        format!(
            "*** Begin Patch\n*** Update File: file\n*** Move to: {name}\n\
             @@\n-one\n+x\n*** End Patch\n"
        ),
        format!(
            "{name}\n<<<<<<< SEARCH\nsecret\n=======\nx\n>>>>>>> REPLACE\n"
        ),
        format!(
            "{name}\n```\n<<<<<<< SEARCH\n=======\nx\n>>>>>>> REPLACE\n```\n"
        ),
    ]
}

#[test]
fn no_name_in_a_diff_leads_where_no_answer_may_go() {
    let dir = trapped();
    let before = snapshot(dir.path());
    let mut cases = 0;
    for name in names() {
        // An empty name beside its prefix, and one that a prefix makes good.
        if name.is_empty() || name == "./" {
            continue;
        }
        let mut inputs = diffs(&name, quoted);
        // What a line cannot hold, or holds without its last blank.
        if !name.contains(['\n', '\r', '\t']) && !name.ends_with(' ') {
            inputs.truncate(3);
            inputs.extend(diffs(&name, bare));
        }
        cases += are_repelled(&dir, &before, &inputs);
    }
    println!("{cases} cases");
    assert!(cases > 500);
}

#[test]
fn no_name_of_a_block_leads_where_no_answer_may_go() {
    let dir = trapped();
    let before = snapshot(dir.path());
    let mut cases = 0;
    for name in names() {
        // A line cannot hold these, or holds them without the blank.
        if name.is_empty() || name.contains(['\n', '\r']) || name == "x " {
            continue;
        }
        cases += are_repelled(&dir, &before, &blocks(&name));
    }
    println!("{cases} cases");
    assert!(cases > 400);
}

#[test]
fn no_diff_that_deviates_is_done() {
    let dir = trapped();
    let before = snapshot(dir.path());
    let git = "diff --git a/file b/file\n";
    let names = "--- a/file\n+++ b/file\n";
    let hunk = |numbers: &str, body: &str| {
        format!("{git}{names}@@ {numbers} @@\n{body}")
    };
    let mut cases: Vec<String> = vec![
        format!("{git}old mode 100644\nnew mode 104755\n"),
        format!("{git}old mode 100644\nnew mode 120000\n"),
        format!("{git}old mode 100644\nnew mode 100777\n"),
        format!(
            "{git}index 1234567..89abcde 100644\nGIT binary patch\n\
             literal 3\nKcmZ?xU\n\nliteral 0\nHcmV?d00001\n\n"
        ),
        format!("{git}Binary files a/file and b/file differ\n"),
        "0a1\n> x\n".into(),
        "1d\n".into(),
        "1,2c\nx\n.\nw\n".into(),
        "*** file\n--- file\n***************\n*** 1 ****\n! one\n--- 1 ----\n! x\n"
            .into(),
        hunk("-1 +1", "-three\n+x\n"),
        hunk("-2 +2", "-one two\n+x\n"),
        hunk("--1 +1", "-one\n+x\n"),
        hunk("-1,-1 +1", "-one\n+x\n"),
        hunk("-1 +-1", "-one\n+x\n"),
        hunk("-99999999999999999999 +1", "-one\n+x\n"),
        hunk("-1,99999999999999999999 +1", "-one\n+x\n"),
        hunk("-4294967296 +1", "-one\n+x\n"),
        hunk("-1,3 +1,3", " one\n-two\n+x\n"),
        hunk("-1,2 +1,2", "-one\n+x\n"),
        hunk("-1 +1", ""),
        hunk("-9 +9", "-two\n+x\n"),
        names.to_owned(),
        git.to_owned(),
        format!("{git}rename from file\n"),
        format!("{git}rename from file\nrename to file\n"),
        "diff --git a/file b/hard\nsimilarity index 100%\nrename from file\n\
         rename to hard\n"
            .into(),
        "diff --git a/none b/x\nsimilarity index 100%\nrename from none\n\
         rename to x\n"
            .into(),
        "diff --git a/dir b/moved\nsimilarity index 100%\nrename from dir\n\
         rename to moved\n"
            .into(),
        "--- /dev/null\n+++ /dev/null\n@@ -0,0 +1 @@\n+x\n".into(),
        "--- /dev/null\n+++ b/file\n@@ -0,0 +1 @@\n+x\n".into(),
        "--- /dev/null\n+++ b/dir\n@@ -0,0 +1 @@\n+x\n".into(),
        "--- a/none\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n".into(),
        "--- a/file\n+++ /dev/null\n@@ -1 +0,0 @@\n-one\n".into(),
        "--- a/fifo\n+++ b/fifo\n@@ -1 +1 @@\n-x\n+y\n".into(),
        "*** Begin Patch\n*** End Patch\n".into(),
        "*** Begin Patch\n*** Update File: file\n*** End Patch\n".into(),
        "*** Begin Patch\n*** Update File: file\n@@\n*** End Patch\n".into(),
        "*** Begin Patch\n*** Update File: file\n@@\n-two\n+x\n*** End Patch\n"
            .into(),
        "*** Begin Patch\n*** Update File: file\n@@\n-three\n+x\n*** End Patch\n"
            .into(),
        "*** Begin Patch\n*** Add File: file\n+x\n*** End Patch\n".into(),
        "*** Begin Patch\n*** Add File: n\n+x\n".into(),
        "file\n<<<<<<< SEARCH\ntwo\n=======\nx\n>>>>>>> REPLACE\n".into(),
        "file\n<<<<<<< SEARCH\nthree\n=======\nx\n>>>>>>> REPLACE\n".into(),
        "file\n<<<<<<< SEARCH\n=======\nx\n>>>>>>> REPLACE\n".into(),
        "file\n<<<<<<< SEARCH\none\n=======\n// ... existing code ...\n\
         >>>>>>> REPLACE\n"
            .into(),
        "file\n<<<<<<< SEARCH\none\n=======\nx\n".into(),
        "file\n<<<<<<< SEARCH\none\n".into(),
        "<<<<<<< SEARCH\none\n=======\nx\n>>>>>>> REPLACE\n".into(),
    ];
    let mut cut = hunk("-1,3 +1,3", " one\n-two\n+x\n two\n");
    cut.truncate(cut.len() - 3);
    cases.push(cut);
    are_repelled(&dir, &before, &cases);
    println!("{} cases", cases.len());
    assert!(cases.len() > 45);
}

#[test]
fn a_diff_cannot_set_a_trap_for_itself() {
    let moved = "diff --git a/out b/away\nsimilarity index 100%\n\
                 rename from out\nrename to away\n";
    let through = "diff --git a/away/secret b/away/secret\n--- a/away/secret\n\
                   +++ b/away/secret\n@@ -1 +1 @@\n-secret\n+x\n";
    for (input, expected) in [
        (format!("{moved}{through}"), "refused failed"),
        (
            "*** Begin Patch\n*** Update File: file\n*** Move to: out/x\n@@\n\
             -one\n+x\n*** Add File: out/y\n+x\n*** End Patch\n"
                .to_owned(),
            "refused refused",
        ),
    ] {
        let dir = trapped();
        let outside = snapshot(&dir.path().join("outside"));
        let ran = run(&dir, input.as_bytes(), &[]);
        let text = ran.text();
        let words: Vec<&str> =
            text.lines().filter_map(|line| line.split(' ').next()).collect();
        assert_eq!(words.join(" "), expected, "{input}: {ran:?}");
        assert_eq!(snapshot(&dir.path().join("outside")), outside);
    }
}
