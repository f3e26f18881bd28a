//! The reader of answers: the same parts for every chunking, and no answer
//! that keeps it from coming to an end.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tornkit::answer::{Part, Reader, Scope};
use tornkit::scan::Config;
use tornkit::text::filename::NoneKnown;

/// What an answer is read as in chunks of a size, in words.
fn parts(text: &[u8], size: usize, scope: Scope) -> Vec<String> {
    let mut parts = Vec::new();
    let mut sink = |part: Part<'_>| {
        // Bytes that are rejected piece by piece come in any pieces.
        match (format!("{part:?}"), &part) {
            (_, Part::Record(tornkit::scan::Event::RejectedMore(_))) => {}
            (_, Part::Record(tornkit::scan::Event::Rejected(bad))) => {
                parts.push(format!("rejected {:?} {:?}", bad.reason, bad.at));
            }
            (words, _) => parts.push(words),
        }
        Ok::<(), ()>(())
    };
    let known = Arc::new(NoneKnown);
    let mut reader = Reader::new(scope, Config::default(), known);
    for chunk in text.chunks(size.max(1)) {
        reader.feed(chunk, &mut sink).unwrap();
    }
    let end = reader.finish(&mut sink).unwrap();
    parts.push(format!("{end:?}"));
    parts
}

/// The answers of the field's cases.
fn answers() -> Vec<(PathBuf, Vec<u8>)> {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/field");
    let mut found = Vec::new();
    let folders = |dir: &Path| -> Vec<PathBuf> {
        let entries = fs::read_dir(dir).unwrap();
        entries.map(|entry| entry.unwrap().path()).collect()
    };
    for kind in folders(&cases).into_iter().filter(|path| path.is_dir()) {
        for case in folders(&kind) {
            for file in folders(&case) {
                let name = file.file_name().unwrap().to_string_lossy();
                if name.starts_with("in") {
                    found.push((file.clone(), fs::read(&file).unwrap()));
                }
            }
        }
    }
    found.sort();
    assert!(found.len() > 400, "only {} answers", found.len());
    found
}

/// The longest answer that is cut everywhere.
const SHORT: usize = 2000;

#[test]
fn chunks_make_no_difference_to_what_an_answer_says() {
    for (file, text) in answers() {
        for scope in [Scope::All, Scope::Records] {
            let whole = parts(&text, usize::MAX, scope);
            for size in [1, 2, 7, 64] {
                let seen = parts(&text, size, scope);
                assert_eq!(seen, whole, "{} by {size}", file.display());
            }
        }
    }
}

#[test]
fn every_cut_of_an_answer_is_read_alike_and_to_its_end() {
    for (file, text) in answers() {
        if text.len() > SHORT {
            continue;
        }
        for end in 0..text.len() {
            let cut = &text[..end];
            let whole = parts(cut, usize::MAX, Scope::All);
            let seen = parts(cut, 3, Scope::All);
            assert_eq!(seen, whole, "{} at {end}", file.display());
        }
    }
}
