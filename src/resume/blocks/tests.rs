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
    survey(text, Fenced::Doubtful).complete().map(|u| u.json.clone()).collect()
}

fn joined(parts: &[&[u8]]) -> Joined {
    let parts: Vec<_> = parts.iter().map(|part| part.to_vec()).collect();
    stitch(&parts, Fenced::Doubtful, &nothing_known)
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
