//! tokest on lines put together by chance: nothing is invented, and nothing
//! that was written plainly is lost.

use tornkit::budget::deliverable::Deliverable;
use tornkit::budget::document;

use crate::support::Random;

/// What lines of lists and of prose are made of.
const PIECES: [&str; 44] = [
    "src/a.py",
    "b.rs",
    "**/*.rs",
    "*_test.go",
    "`my notes.md`",
    "Makefile",
    "src/",
    "docs/X.md",
    "\"q.ts\"",
    "__init__.py",
    "Create",
    "remove",
    "modify",
    "rename",
    "and",
    "then",
    ",",
    ";",
    ".",
    "(new)",
    "(",
    ")",
    "to",
    "->",
    "- ",
    "* ",
    "1. ",
    "[x] ",
    "**",
    "`",
    "\"",
    "'",
    "_",
    ":10-20",
    "#L7",
    "://",
    "\t",
    "M\t",
    "R100\t",
    "\u{e9}",
    "\u{1f680}",
    "\0",
    "\r",
    "x",
];

fn line(random: &mut Random) -> String {
    let pieces = 1 + random.below(12);
    let one = |_| {
        let piece = PIECES[random.below(PIECES.len())];
        let gap = ["", " ", " ", "  "][random.below(4)];
        format!("{piece}{gap}")
    };
    (0..pieces).map(one).collect()
}

#[test]
fn a_path_of_any_line_stands_in_it() {
    let mut random = Random::seeded();
    let mut found = 0;
    for _ in 0..20_000 {
        let line = line(&mut random);
        for one in Deliverable::all_of_line(&line) {
            assert!(line.contains(&one.path), "{:?} of {line:?}", one.path);
            assert!(!one.path.is_empty(), "{line:?}");
            found += 1;
        }
    }
    assert!(found > 5_000, "{found} paths");
}

/// Sentences whose files are known.
#[test]
fn every_file_of_a_sentence_is_read() {
    let mut random = Random::seeded();
    for _ in 0..5_000 {
        let mut text = String::new();
        let mut wanted = Vec::new();
        for clause in 0..1 + random.below(4) {
            if clause > 0 {
                text += [", ", " and ", "; ", ", then ", ". "][random.below(5)];
            }
            let verb = ["Create ", "modify ", "Remove ", "update the file "];
            text += verb[random.below(4)];
            for file in 0..1 + random.below(3) {
                if file > 0 {
                    text += [", ", " and ", " & "][random.below(3)];
                }
                let path = format!("src/m{}.py", random.below(100));
                let mark = ["", "`", "**"][random.below(3)];
                text += &format!("{mark}{path}{mark}");
                wanted.push(path);
            }
        }
        let found = Deliverable::all_of_line(&text);
        let found: Vec<&str> = found.iter().map(|d| &*d.path).collect();
        assert_eq!(found, wanted, "{text:?}");
    }
}

#[test]
fn any_document_is_read_to_its_end() {
    let mut random = Random::seeded();
    let json = ["{", "}", "[", "]", "\"path\":", "\"a.py\"", ",", "\n", "[{"];
    for _ in 0..3_000 {
        let parts = random.below(30);
        let text: String = (0..parts)
            .map(|_| match random.below(3) {
                0 => line(&mut random),
                _ => json[random.below(json.len())].to_owned(),
            })
            .collect();
        let document = document::read(text.as_bytes());
        for phase in &document.phases {
            assert!(!phase.deliverables.is_empty(), "{text:?}");
        }
        for unread in document.unread {
            assert!(unread.byte <= text.len(), "{text:?}");
        }
    }
}
