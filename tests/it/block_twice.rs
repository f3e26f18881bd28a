//! Laws of joined answers in blocks where lines stand twice in a row: a
//! continuation that begins with the second time is not taken for the first
//! once more.

use std::collections::BTreeMap;

use tornkit::resume::nothing_known;

use crate::block_answers::Answer;
use crate::block_law::{Fate, answers, judge, stitch};
use crate::support::{Random, iterations};

/// Lines that stand twice in a row, at most.
const MOST_LINES: usize = 3;

/// Places of one answer that are tried, at most.
const MOST_PLACES: usize = 12;

/// A place where lines begin that stand above it too.
struct Place {
    start: usize,
    /// Blanks and signs at the start of the first of them.
    depth: usize,
    /// The lines, however deep they are.
    lines: Vec<Vec<u8>>,
}

fn second_times(text: &[u8]) -> Vec<Place> {
    let lines: Vec<&[u8]> = text.split_inclusive(|b| *b == b'\n').collect();
    let (mut start, mut found) = (0, Vec::new());
    for (n, line) in lines.iter().enumerate() {
        let above = (1..=MOST_LINES.min(n)).find(|count| {
            let (above, here) = (&lines[n - count..n], lines.get(n..n + count));
            Some(above) == here && is_telling(&above.concat())
        });
        if let Some(count) = above {
            let depth = line.iter().take_while(|b| b"+-\t ".contains(b));
            let bare = |line: &&[u8]| line.trim_ascii().to_vec();
            let lines = lines[n..n + count].iter().map(bare).collect();
            found.push(Place { start, depth: depth.count(), lines });
        }
        start += line.len();
    }
    found
}

fn is_telling(text: &[u8]) -> bool {
    text.iter().filter(|b| b.is_ascii_alphanumeric()).count() >= 8
}

#[test]
fn what_stands_twice_in_a_row_is_not_made_one() {
    let mut random = Random::seeded();
    let (mut all, mut bad) = (BTreeMap::new(), Vec::new());
    for answer in &answers(iterations(20)) {
        let mut places = second_times(&answer.text);
        while places.len() > MOST_PLACES {
            places.remove(random.below(places.len()));
        }
        for place in &places {
            let same = |other: &&Place| other.lines == place.lines;
            let shown = places.iter().filter(same).count() > 1;
            let start = place.start;
            for at in [start, start + random.below(place.depth + 1)] {
                try_both(answer, place.start, at, shown, &mut all, &mut bad);
            }
        }
    }
    println!("{all:?}");
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

/// Cuts an answer and goes on where lines stand a second time. Where they do
/// so nowhere else, and nothing is known of the file, nothing speaks for it,
/// and they are taken for repeated, as the prompt asks for.
fn try_both(
    answer: &Answer,
    start: usize,
    at: usize,
    shown: bool,
    all: &mut BTreeMap<(&'static str, bool, Fate), usize>,
    bad: &mut Vec<String>,
) {
    let want = answer.blocks(&answer.text).unwrap();
    let parts = [answer.text[..at].to_vec(), answer.text[start..].to_vec()];
    let lookup = |name: &[u8]| answer.preimage(name);
    for known in [false, true] {
        let joined = match known {
            true => stitch(answer, &parts, &lookup),
            false => stitch(answer, &parts, &nothing_known),
        };
        let fate = judge(answer, &want, &joined);
        *all.entry((answer.spelling, known, fate)).or_default() += 1;
        let is_wrong = matches!(fate, Fate::Wrong | Fate::Misfit);
        if is_wrong && (known || shown) {
            let from = at.saturating_sub(120);
            bad.push(format!(
                "{fate:?} {} {known} {at} {:?} | {:?} {:?}",
                answer.name,
                String::from_utf8_lossy(&parts[0][from..]),
                String::from_utf8_lossy(&parts[1][..parts[1].len().min(120)]),
                joined.seams[0],
            ));
        }
    }
}
