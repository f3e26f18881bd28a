use std::convert::Infallible;

use super::super::{Chunk, Reach};
use super::*;

/// Reads an answer in pieces of every size up to seven, which must agree.
fn read(text: &str, fenced: Fenced) -> (Vec<Event>, Finished) {
    let pieces = |size: usize| {
        let mut parser = Parser::new(fenced);
        let mut events = Vec::new();
        let mut sink = |event| {
            events.push(event);
            Ok::<(), Infallible>(())
        };
        for piece in text.as_bytes().chunks(size) {
            let Ok(()) = parser.feed(piece, &mut sink);
        }
        let Ok(finished) = parser.finish(&mut sink);
        (events, finished)
    };
    let whole = pieces(text.len().max(1));
    for size in 1..8 {
        assert_eq!(pieces(size), whole, "{text}");
    }
    whole
}

fn changes(text: &str) -> Vec<(String, Result<Change, Reason>)> {
    let (events, _) = read(text, Fenced::File);
    let name = |path: Vec<u8>| String::from_utf8(path).unwrap();
    let one = |event| match event {
        Event::Block(block) => (name(block.path), Ok(block.change)),
        Event::Rejected(bad) => {
            (bad.path.map(name).unwrap_or_default(), Err(bad.reason))
        }
    };
    events.into_iter().map(one).collect()
}

/// An event without its end: the last line may lack its line feed.
fn said(event: &Event) -> Result<&Change, Reason> {
    match event {
        Event::Block(block) => Ok(&block.change),
        Event::Rejected(bad) => Err(bad.reason),
    }
}

fn replaced(old: &str, new: &str) -> Result<Change, Reason> {
    let (old, new) = (old.as_bytes().to_vec(), new.as_bytes().to_vec());
    Ok(Change::Replace { line: None, old, new })
}

#[test]
fn a_block_takes_the_name_above_or_in_its_fence_or_of_the_one_before() {
    let text = "Sure.\n\nsrc/a.py\n```python\n<<<<<<< SEARCH\na\n=======\nb\n\
        >>>>>>> REPLACE\n```\n\nThen this:\n\n```python\n<<<<<<< SEARCH\nc\n\
        =======\n>>>>>>> REPLACE\n```\n```python\nx/b.py\n<<<<<<< SEARCH\n\
        =======\nn\n>>>>>>> REPLACE\n```";
    assert_eq!(
        changes(text),
        [
            ("src/a.py".into(), replaced("a\n", "b\n")),
            ("src/a.py".into(), replaced("c\n", "")),
            ("x/b.py".into(), Ok(Change::Create(b"n\n".to_vec()))),
        ]
    );
}

#[test]
fn blocks_of_cline_and_roo_are_read() {
    let text = "<path>a.rs</path>\n<diff>\n------- SEARCH\na\n=======\nb\n\
        +++++++ REPLACE\n</diff>\n";
    assert_eq!(changes(text), [("a.rs".into(), replaced("a\n", "b\n"))]);
    let text = "<path>a.rs</path>\n<diff>\n<<<<<<< SEARCH\n:start_line:7\n\
        -------\nT\n\\=======\n=======\nU\n>>>>>>> REPLACE\n";
    let (old, new) = (b"T\n=======\n".to_vec(), b"U\n".to_vec());
    let wanted = Change::Replace { line: Some(7), old, new };
    assert_eq!(changes(text), [("a.rs".into(), Ok(wanted))]);
}

#[test]
fn a_block_that_is_broken_says_how() {
    let reason = |text: &str| {
        let found = changes(&format!("a.py\n<<<<<<< SEARCH\n{text}"));
        found.into_iter().map(|(_, c)| c.err()).collect::<Vec<_>>()
    };
    let end = ">>>>>>> REPLACE\n";
    assert_eq!(reason(&format!("a\n{end}")), [Some(Reason::NoDivider)]);
    assert_eq!(reason(&format!("=======\n{end}")), [Some(Reason::Empty)]);
    let twice = format!("T\n=======\nx\n=======\nU\n{end}");
    assert_eq!(reason(&twice), [Some(Reason::Dividers)]);
    let elided = format!("a\n=======\n# ... existing code ...\n{end}");
    assert_eq!(reason(&elided), [Some(Reason::Elision)]);
    let inner = format!("a\n<<<<<<< SEARCH\nb\n=======\nc\n{end}");
    let both = [Some(Reason::Unclosed), Some(Reason::Inside)];
    assert_eq!(reason(&inner), both);
    let next = format!("a\n```\nb.py\n<<<<<<< SEARCH\nb\n=======\nc\n{end}");
    assert_eq!(reason(&next), [Some(Reason::Unclosed), None]);
    let nameless = changes(&format!("<<<<<<< SEARCH\nb\n=======\nc\n{end}"));
    assert_eq!(nameless, [(String::new(), Err(Reason::NoPath))]);
}

#[test]
fn a_patch_adds_updates_moves_and_deletes() {
    let text = " *** Begin Patch \n*** Add File: a\n+x\n+\n*** Update File: b\n\
        *** Move to: c\n@@ class A\n@@ def f\n k\n-o\n+n\n\n@@\n+end\n\
        *** End of File\n*** Delete File: d\n*** End Patch\nDone.\n";
    let chunks = vec![
        Chunk {
            anchors: vec![b"class A".to_vec(), b"def f".to_vec()],
            old: b"k\no\n".to_vec(),
            new: b"k\nn\n".to_vec(),
            reach: Reach::Anywhere,
        },
        Chunk { new: b"end\n".to_vec(), reach: Reach::End, ..Chunk::default() },
    ];
    let update = Change::Update { to: Some(b"c".to_vec()), chunks };
    assert_eq!(
        changes(text),
        [
            ("a".into(), Ok(Change::Create(b"x\n\n".to_vec()))),
            ("b".into(), Ok(update)),
            ("d".into(), Ok(Change::Delete)),
        ]
    );
}

#[test]
fn an_empty_patch_hunk_or_update_fails() {
    let reason = |body: &str| {
        let text = format!("*** Begin Patch\n{body}*** End Patch\n");
        let found = changes(&text);
        found.into_iter().map(|(_, c)| c.err()).collect::<Vec<_>>()
    };
    assert_eq!(reason(""), [Some(Reason::Empty)]);
    assert_eq!(reason("*** Update File: a\n"), [Some(Reason::Empty)]);
    assert_eq!(reason("*** Update File: a\n@@\n"), [Some(Reason::Empty)]);
    let hunk = "*** Update File: a\n@@ x\n@@\n-a\n+b\n";
    assert_eq!(reason(hunk), [Some(Reason::Empty)]);
    let bare = "*** Update File: a\n@@\nno sign\n*** Delete File: b\n";
    assert_eq!(reason(bare), [Some(Reason::NoSign), None]);
}

#[test]
fn a_closed_fence_with_a_name_is_a_file() {
    let text = "### `src/a.py`\n\n```python\nx = 1\n```\n\n```rust:b.rs\nfn\n```\n\
        ```sh\nls\n```\n";
    let write = |text: &str| Ok(Change::Write(text.as_bytes().to_vec()));
    let files =
        [("src/a.py".into(), write("x = 1\n")), ("b.rs".into(), write("fn\n"))];
    assert_eq!(changes(text), files);
    let nested = "a.md\n```md\nx\n```sh\nls\n```\ny\n```\n";
    let wanted = [("a.md".into(), Err(Reason::NestedFence))];
    assert_eq!(changes(nested), wanted);
    let elided = "a.js\n```js\nf();\n// ... rest of the file ...\n```\n";
    assert_eq!(changes(elided), [("a.js".into(), Err(Reason::Elision))]);
}

#[test]
fn a_whole_file_among_blocks_is_doubtful() {
    let (events, _) = read("a.py\n```\nx\n```\n", Fenced::Doubtful);
    let reasons = events.iter().map(|event| match event {
        Event::Rejected(bad) => Some(bad.reason),
        Event::Block(_) => None,
    });
    assert_eq!(reasons.collect::<Vec<_>>(), [Some(Reason::Mixed)]);
}

#[test]
fn every_prefix_gives_the_blocks_that_are_whole_in_it() {
    let texts = [
        "a.py\n```\n<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n```\nok\n",
        "*** Begin Patch\n*** Add File: a\n+x\n*** Update File: b\n@@\n-a\n+b\n\
         *** End Patch\n",
        "a.py\n```python\nx = 1\n```\nDone.\n",
    ];
    for text in texts {
        let (whole, finished) = read(text, Fenced::File);
        assert_eq!(finished.open, None);
        assert!(!finished.in_fence);
        for cut in 0..text.len() {
            let (part, finished) = read(&text[..cut], Fenced::File);
            for (one, other) in part.iter().zip(&whole) {
                assert_eq!(said(one), said(other), "{cut}");
            }
            assert_eq!(finished.end.byte, cut as u64);
            let missing = part.len() < whole.len();
            let begun = text[..cut].contains("<<<<<<< SEARCH")
                || text[..cut].contains("*** Begin Patch")
                || text[..cut].contains("```python");
            let open = finished.open.is_some() || finished.in_fence;
            assert!(!(missing && begun) || open, "{cut}");
        }
    }
}

#[test]
fn one_mark_below_a_name_begins_a_block() {
    let block = "a.py\n<<<<<<< SEARCH\nx\n=======\ny\n>>>>>>> REPLACE\n\n";
    let open = |end: &str| {
        let text = format!("{block}{end}");
        let (events, finished) = read(&text, Fenced::File);
        assert_eq!(events.len(), 1, "{end}");
        finished.open.map(|open| {
            assert_eq!(open.start.byte as usize, text.rfind('\n').unwrap() + 1);
            String::from_utf8(open.path.unwrap()).unwrap()
        })
    };
    for end in ["<", "<<", "<<<<<<<", "-", "`", "``", "~"] {
        let new = Some("new.md".to_owned());
        assert_eq!(open(&format!("new.md\n{end}")), new, "{end}");
        assert_eq!(open(&format!("### `new.md`\n\n{end}")), new, "{end}");
    }
    assert_eq!(open("```md\nnew.md\n<"), Some("new.md".to_owned()));
    assert_eq!(open("<<<"), Some("a.py".to_owned()));
    for end in ["<", "`", "Done.\n`", "new.md\n<\n", "new.md\n`new`"] {
        assert_eq!(open(end), None, "{end}");
    }
}
