//! Compares the counts of `tokest count` with those of a second tokenizer,
//! one that keeps to the published regular expressions, on every character
//! of Unicode and on the files named:
//!
//! ```sh
//! cd tests/second-tokenizer && cargo run --release -- FILE...
//! ```
//!
//! Each text is counted in chunks of 1, 7 and 65,536 bytes. Prints a line
//! for each difference, then a line for all; status 1 if there was one.

use std::process::ExitCode;

use tiktoken_rs::{CoreBPE, cl100k_base, o200k_base};
use tornkit::budget::encoding::{Counter, Encoding, Vocabulary};

/// Characters between two separators of the text of all characters.
const ROW: usize = 64;

/// Bytes of a text above which the second tokenizer's regular expressions
/// may run out of stack on white space.
const LARGEST: usize = 1 << 20;

struct Pair {
    name: &'static str,
    ours: Vocabulary,
    second: CoreBPE,
}

fn pairs() -> Vec<Pair> {
    let load = |encoding: Encoding| encoding.load().expect("a vocabulary");
    vec![
        Pair {
            name: "o200k",
            ours: load(Encoding::O200k),
            second: o200k_base().expect("a second vocabulary"),
        },
        Pair {
            name: "cl100k",
            ours: load(Encoding::Cl100k),
            second: cl100k_base().expect("a second vocabulary"),
        },
    ]
}

/// Every character there is, in rows with all sorts of separators.
fn all_characters() -> Vec<String> {
    let separators =
        ["\n", " ", "a", "1", "", "'s", "/", "\r\n", "  \n ", "\u{a0}", ".\n/"];
    let characters: Vec<char> = ('\0'..=char::MAX).collect();
    let mut texts = vec![String::new()];
    for (index, row) in characters.chunks(ROW).enumerate() {
        let last = texts.last_mut().expect("a text");
        last.extend(row);
        last.push_str(separators[index % separators.len()]);
        // In texts of 16 kB: both tokenizers search long ones for long.
        if last.len() > 1 << 14 {
            texts.push(String::new());
        }
    }
    texts
}

fn count(text: &str, chunk: usize, vocabulary: Vocabulary) -> u64 {
    let mut counter = Counter::new(vocabulary);
    for part in text.as_bytes().chunks(chunk) {
        counter.feed(part);
    }
    counter.finish().tokens
}

fn main() -> ExitCode {
    let mut texts: Vec<(String, String)> = all_characters()
        .into_iter()
        .enumerate()
        .map(|(index, text)| (format!("characters {index}"), text))
        .collect();
    for name in std::env::args().skip(1) {
        let bytes = std::fs::read(&name).expect("a file");
        let text = String::from_utf8_lossy(&bytes);
        for (index, part) in text.as_bytes().chunks(LARGEST).enumerate() {
            let part = String::from_utf8_lossy(part).into_owned();
            texts.push((format!("{name} {index}"), part));
        }
    }
    let (mut bytes, mut differences) = (0, 0);
    for pair in pairs() {
        for (name, text) in &texts {
            let second = pair.second.encode_ordinary(text).len() as u64;
            bytes += text.len();
            for chunk in [1, 7, 65_536] {
                let ours = count(text, chunk, pair.ours);
                if ours != second {
                    differences += 1;
                    println!(
                        "{} {name} in chunks of {chunk}: {ours}, not {second}",
                        pair.name
                    );
                }
            }
        }
    }
    println!("{bytes} bytes, {} texts, {differences} differences", texts.len());
    ExitCode::from(u8::from(differences > 0))
}
