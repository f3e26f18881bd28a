//! Real transcripts, where they are at hand.

use std::path::Path;

use serde_json::Value;
use tornkit::span::Verdict;
use tornkit::transcript::From;

use crate::support::{Random, data, iterations};

use super::oracle::{Expected, of_body, of_stream};
use super::{hear, prefixes_invent_nothing};

/// The files of a part of the corpus, each with what its index says of it.
pub(super) fn files(part: &str) -> Option<Vec<(String, Vec<u8>, Value)>> {
    let root = data()?.join("corpus");
    let index = root.join(format!("INDEX.{part}.ndjson"));
    let index = std::fs::read_to_string(&index).unwrap();
    let entries = index.lines().map(|line| {
        let entry: Value = serde_json::from_str(line).unwrap();
        let name = entry["file"].as_str().unwrap().to_owned();
        let bytes = std::fs::read(root.join(&name)).unwrap();
        (name, bytes, entry)
    });
    Some(entries.collect())
}

/// The second reading; nothing for a file without an envelope.
pub(super) fn expected(name: &str, bytes: &[u8]) -> Option<Expected> {
    let text = std::str::from_utf8(bytes).unwrap();
    match Path::new(name).extension().and_then(|e| e.to_str()) {
        Some("sse") => Some(of_stream(text)),
        Some("json") => Some(of_body(text)),
        _ => None,
    }
}

fn agrees(part: &str, count: usize) {
    let Some(files) = files(part) else { return };
    assert_eq!(files.len(), count);
    let mut random = Random::seeded();
    for (name, bytes, entry) in files {
        let whole = hear(&bytes, From::Auto, usize::MAX);
        for chunk in [1, 7, 4096, 1 + random.below(bytes.len())] {
            assert_eq!(
                hear(&bytes, From::Auto, chunk),
                whole,
                "{name} {chunk}"
            );
        }
        let Some(want) = expected(&name, &bytes) else {
            assert_eq!(whole.outcome.envelope, None, "{name}");
            assert_eq!(whole.text, bytes, "{name}");
            continue;
        };
        let outcome = &whole.outcome;
        let envelope = outcome.envelope.map(|e| e.name());
        assert_eq!(envelope, Some(want.envelope), "{name}");
        assert_eq!(whole.text(), want.text, "{name}");
        assert_eq!(outcome.stop_reason, want.stop, "{name}");
        assert_eq!(outcome.output_tokens, want.tokens, "{name}");
        let parsed = |calls: &[(String, String)]| {
            let mut parsed: Vec<(String, String)> = calls
                .iter()
                .map(|(name, args)| {
                    let args: Value = serde_json::from_str(args).unwrap();
                    (name.clone(), args.to_string())
                })
                .collect();
            parsed.sort();
            parsed
        };
        assert_eq!(parsed(&whole.calls), parsed(&want.calls), "{name}");
        let cut = entry["truncated"].as_str().unwrap().starts_with("yes");
        let verdict = outcome.verdict();
        let want = match (cut, want.stop) {
            (true, _) => Verdict::Cut,
            (false, Some(_)) => Verdict::Complete,
            (false, None) => Verdict::Unsure,
        };
        assert_eq!(verdict, want, "{name} {outcome:?}");
    }
}

#[test]
fn every_stream_of_the_corpus_says_what_its_provider_says() {
    agrees("json", 82);
}

#[test]
fn every_cut_answer_of_the_corpus_is_known_to_be_cut() {
    agrees("truncated", 65);
}

#[test]
fn no_prefix_of_a_real_transcript_invents_anything() {
    for part in ["json", "truncated"] {
        let Some(files) = files(part) else { return };
        for (name, bytes, _) in files {
            let step = bytes.len() / iterations(150) + 1;
            prefixes_invent_nothing(&name, &bytes, step);
        }
    }
}
