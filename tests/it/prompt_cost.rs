//! What it costs to obey the default prompt, over real diffs: tokens beside
//! those of a continuation that begins with the very next byte.

use tornkit::answer::Format;
use tornkit::budget::encoding::{Encoding, Vocabulary};
use tornkit::resume::{
    AnswerEnd, Context, Known, Style, join, nothing_known, prompt,
};

use crate::history::{mixed, samples};
use crate::support::{Random, iterations};

/// Where a continuation begins that does what the prompt says.
fn obeyed(asked: &str, text: &[u8], unit: u64) -> usize {
    let feed = memchr::memrchr(b'\n', text);
    let line = feed.map_or(0, |feed| feed + 1);
    let (_, order) = asked.rsplit_once("```\n").unwrap();
    let order = order.trim_start();
    let hunk = || {
        let unit = usize::try_from(unit).unwrap();
        let found = memchr::memmem::rfind(&text[unit..], b"@@ -");
        unit + found.unwrap_or(0)
    };
    [
        ("Begin with the last line", line),
        ("Go on with the next line", text.len()),
        ("Go on with the diff of the next file", text.len()),
        ("Begin with the hunk that was cut", hunk()),
        ("Begin again with the first line", unit as usize),
    ]
    .into_iter()
    .find(|(words, _)| order.starts_with(words))
    .unwrap_or_else(|| panic!("not understood: {order}"))
    .1
}

/// Counts over cuts.
#[derive(Default)]
struct Tally {
    cuts: usize,
    exact: u64,
    emitted: u64,
    whole: u64,
    /// Tokens of the longest prompt beside the tail that it quotes.
    longest: u64,
}

impl Tally {
    fn cut(&mut self, diff: &[u8], at: usize, words: Vocabulary) {
        let text = &diff[..at];
        let format = Some(Format::Diff);
        let end = AnswerEnd::MayBeCut;
        let known = Known { format, end, lookup: &nothing_known, roots: &[] };
        let joined = join(&[text.to_vec()], known).0;
        let context = Context {
            task: None,
            deliverables: Vec::new(),
            style: Style::Line,
            format: Format::Diff,
        };
        let Ok(asked) = prompt(text, &joined.survey, &context) else { return };
        let asked = String::from_utf8_lossy(&asked);
        let unit = joined
            .survey
            .cut()
            .map_or(text.len() as u64, |unit| unit.span.start);
        let from = obeyed(&asked, text, unit);
        self.cuts += 1;
        self.exact += words.count(&diff[at..]);
        self.emitted += words.count(&diff[from..]);
        self.whole += words.count(diff);
        let quoted = asked.find("```").zip(asked.rfind("```"));
        let (start, end) = quoted.unwrap();
        let beside = [&asked[..start], &asked[end..]].concat();
        self.longest = self.longest.max(words.count(beside.as_bytes()));
    }
}

#[test]
fn obeying_the_default_prompt_costs_little_beside_the_very_next_byte() {
    let mut random = Random::seeded();
    let words = Encoding::default().load().unwrap();
    let mut tally = Tally::default();
    for sample in mixed(samples(iterations(20))) {
        for _ in 0..8 {
            let at = 1 + random.below(sample.diff.len() - 1);
            tally.cut(&sample.diff, at, words);
        }
    }
    let share = |a: u64, b: u64| a as f64 / b as f64;
    let Tally { cuts, exact, emitted, whole, longest } = tally;
    println!(
        "{cuts} cuts: {:.4} of the tokens from the very next byte, {:.4} of \
         those of the whole answer; prompts of {longest} tokens at most",
        share(emitted, exact),
        share(emitted, whole),
    );
    assert!(emitted * 100 <= exact * 105, "{emitted} of {exact}");
    assert!(longest < 1000, "{longest}");
}
