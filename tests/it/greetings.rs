//! A word to the reader in front of a continuation is never text of a file.

use crate::support::{Dir, run_in};

/// What models say first, and what nobody would list.
const GREETINGS: [&str; 13] = [
    "Of course.\n\n",
    "Sure!\n\n",
    "Sure!\n",
    "Sure, continuing:\n\n",
    "Sure, here is the rest:\n\n",
    "Continuing:\n\n",
    "Continuing:\n",
    "Resuming now.\n\n",
    "(continued)\n\n",
    "(continued)\n",
    "...\n\n",
    "**Here's the remainder:**\n\n",
    "Yes.\n\n",
];

/// An answer, and a line of it that is cut everywhere.
const ANSWERS: [(&str, &str); 4] = [
    ("a.py\n```python\nx = 1\n\nyes = 2\nz = 3\n```\n", "yes = 2"),
    (
        "a.py\n```python\n<<<<<<< SEARCH\nx = 1\n=======\nyes = 2\nz = 3\n\
         >>>>>>> REPLACE\n```\n",
        "yes = 2",
    ),
    (
        "*** Begin Patch\n*** Add File: new.py\n+x\n+yes = 2\n+z = 3\n\
         *** End Patch\n",
        "+yes = 2",
    ),
    (
        "*** Begin Patch\n*** Add File: new.py\n+x\n+yes = 2\n\
         *** End Patch\n",
        "*** Add File: new.py",
    ),
];

/// What `stitch` says of two parts.
fn stitch(dir: &Dir, first: &str, next: &str) -> (i32, String) {
    dir.put("first", first);
    dir.put("next", next);
    let args = ["stitch", "-q", "first", "next"];
    let ran = run_in(dir.path(), "diff-resume", &args, b"");
    (ran.status, ran.text())
}

#[test]
fn a_greeting_before_a_line_begun_again_is_left_out_or_refused() {
    let dir = Dir::new();
    let mut exact = 0;
    for (answer, line) in ANSWERS {
        let start = answer.find(line).unwrap();
        let (_, want) = stitch(&dir, answer, "");
        for cut in start + 1..start + line.len() {
            for greeting in GREETINGS {
                for from in [start, cut] {
                    let next = format!("{greeting}{}", &answer[from..]);
                    let (status, text) = stitch(&dir, &answer[..cut], &next);
                    let why = format!("{:?}|{next:?}", &answer[..cut]);
                    assert!(status == 1 || text == want, "{why}: {text}");
                    exact += usize::from(status == 0 && from == start);
                }
            }
        }
    }
    assert!(exact > 0);
}

#[test]
fn an_assignment_begun_again_is_not_doubled() {
    let dir = Dir::new();
    for greeting in ["", "Of course.\n\n", "Sure, continuing:\n\n"] {
        let first = "a.py\n```python\nx = 1\n\ny = ";
        let next = format!("{greeting}y = 2\nz\n```\n");
        let got = stitch(&dir, first, &next);
        let want = "a.py\n```python\nx = 1\n\ny = 2\nz\n```\n\n";
        assert_eq!(got, (0, want.to_owned()), "{greeting:?}");
    }
}

#[test]
fn a_greeting_within_a_string_is_never_glued_on() {
    let dir = Dir::new();
    let first = "{\"type\":\"create\",\"file_path\":\"a\",\"content\":\"";
    let cases = [
        (format!("{first}hal"), "Sure! lo\"}\n"),
        (format!("{first}hal"), "Of course. lo\"}\n"),
        // Line feeds stand in this one as they are.
        (format!("{first}x\ny = "), "Yes.\n\n2\n\"}\n"),
        (format!("{first}x\ny = "), "Continuing:\n2\n\"}\n"),
    ];
    for (first, next) in cases {
        let got = stitch(&dir, &first, next);
        assert_eq!(got, (1, String::new()), "{first}|{next}");
    }
}

#[test]
fn words_that_the_file_has_are_no_greeting() {
    let dir = Dir::new();
    dir.put("a.md", "# T\n\nNo. Sure, that is text.\n\nEnd\n");
    dir.put("first", "a.md\n```\n<<<<<<< SEARCH\n# T\n\nNo. ");
    let next = "Sure, that is text.\n=======\n# U\n>>>>>>> REPLACE\n```\n";
    dir.put("next", next);
    let args = ["stitch", "-q", "-C", ".", "first", "next"];
    let ran = run_in(dir.path(), "diff-resume", &args, b"");
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(ran.text().contains("No. Sure, that is text.\n"), "{ran:?}");
}
