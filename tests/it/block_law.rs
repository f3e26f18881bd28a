//! Laws of joined answers in blocks, over real changes: the tree of the
//! uncut answer, or a clear no.

use std::collections::BTreeMap;

use tornkit::blocks::{Block, Change, Renderer};
use tornkit::resume::{AnswerEnd, Joined, Known, Lookup, join, nothing_known};

use crate::block_answers::{Answer, SPELLINGS, answer};
use crate::history::samples;
use crate::support::{Random, iterations};

/// How a model goes on after a cut.
const STYLES: [&str; 16] = [
    "exact",
    "line",
    "bare-line",
    "block",
    "file",
    "all",
    "overlap",
    "remaining",
    "prose",
    "prose-after",
    "fence",
    "refence",
    "stripped",
    "newline-exact",
    "newline-line",
    "newline-block",
];

fn line_start(text: &[u8], at: usize) -> usize {
    text[..at].iter().rposition(|b| *b == b'\n').map_or(0, |n| n + 1)
}

/// Where the last line before `at` begins that one of `words` begins.
fn back_to(text: &[u8], at: usize, words: &[&str]) -> Option<usize> {
    let mut line = line_start(text, at);
    loop {
        let rest = &text[line..];
        if words.iter().any(|word| rest.starts_with(word.as_bytes())) {
            return Some(line);
        }
        if line == 0 {
            return None;
        }
        line = line_start(text, line - 1);
    }
}

/// The line with which the prompt asks to begin: the last that can be told.
fn asked_line(text: &[u8], at: usize) -> usize {
    let mut line = line_start(text, at);
    let mut end = at;
    while line > 0 {
        let mut seen: Vec<u8> = text[line..end].trim_ascii().to_vec();
        seen.retain(|b| !b.is_ascii_whitespace());
        let solid = seen.len();
        seen.sort_unstable();
        seen.dedup();
        let is_cut = end == at && line < at;
        let (length, variety) = if is_cut { (3, 3) } else { (12, 6) };
        let is_word = seen.iter().any(u8::is_ascii_alphanumeric);
        if is_word && solid >= length && seen.len() >= variety {
            break;
        }
        end = line;
        line = line_start(text, line - 1);
    }
    line
}

/// The first answer and its continuation, if the style makes sense there.
fn parts(
    answer: &Answer,
    starts: &[usize],
    at: usize,
    style: &str,
    random: &mut Random,
) -> Option<(Vec<u8>, Vec<u8>)> {
    let text = &answer.text;
    let line = asked_line(text, at);
    let unit = starts.iter().rev().find(|s| **s <= at).copied();
    let first = text[..at].to_vec();
    let from = |start: usize| text[start..].to_vec();
    let block = || match answer.spelling {
        "v4a" => back_to(text, at, &["@@", "*** "]),
        _ => unit,
    };
    Some(match style {
        "exact" => (first, from(at)),
        "line" => (first, from(line)),
        "bare-line" => (first, from(line_start(text, at))),
        "block" => (first, from(block()?)),
        // With the name above the block.
        "file" => {
            let unit = unit?;
            let names = ["*** ", "```", "<path>"];
            let named = match answer.spelling {
                "v4a" => unit,
                "whole-file" => line_start(text, unit - 1),
                "aider" => line_start(text, line_start(text, unit - 1) - 1),
                _ => back_to(text, unit - 1, &names)?,
            };
            (first, from(named))
        }
        "all" => (first, from(0)),
        "overlap" => {
            let mut start = line_start(text, at);
            for _ in 0..=random.below(5) {
                start = line_start(text, start.saturating_sub(1));
            }
            (first, from(start))
        }
        "remaining" => {
            let next = starts.iter().find(|s| **s > at).copied()?;
            let next = match answer.spelling {
                "v4a" => next,
                "whole-file" => line_start(text, next - 1),
                "aider" => line_start(text, line_start(text, next - 1) - 1),
                _ => back_to(text, next - 1, &["```", "<path>"])?,
            };
            (text[..next].to_vec(), from(next))
        }
        "prose" => {
            let rest = [b"Sure, here is the rest:\n\n", &text[line..]].concat();
            (first, rest)
        }
        "prose-after" => {
            let rest =
                [&text[line..], b"\nThat is all that I had to change.\n"];
            (first, rest.concat())
        }
        "fence" => {
            let rest = [b"```\n", &text[line..], b"```\n"].concat();
            (first, rest)
        }
        "refence" => {
            let head = &b"Continuing where I stopped:\n\n```text\n"[..];
            (first, [head, &text[line..]].concat())
        }
        "stripped" => {
            let rest = from(line_start(text, at));
            let blanks = rest.iter().take_while(|b| b" \t\n".contains(b));
            let blanks = blanks.count();
            (first, rest[blanks..].to_vec())
        }
        "newline-exact" => ([&first[..], b"\n"].concat(), from(at)),
        "newline-line" => ([&first[..], b"\n"].concat(), from(line)),
        "newline-block" => ([&first[..], b"\n"].concat(), from(block()?)),
        other => panic!("{other}"),
    })
}

/// What became of a joined answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// The blocks, or at least the tree, of the uncut answer.
    Exact,
    /// It says that something is missing, and what there is is right.
    No,
    /// It does not fit, and does not say so.
    Misfit,
    /// Another tree, or a block that the answer has not, and nothing said.
    Wrong,
}

/// What `diff-resume stitch` prints.
fn printed(joined: &Joined) -> Vec<u8> {
    let mut renderer = Renderer::default();
    let mut text = Vec::new();
    for unit in joined.survey.complete() {
        let path = unit.path.as_deref().unwrap_or_default();
        renderer.write(path.as_bytes(), &unit.json, &mut text);
    }
    renderer.finish(&mut text);
    text
}

fn said(blocks: &[Block]) -> Vec<(&[u8], &Change)> {
    blocks.iter().map(|b| (b.path.as_slice(), &b.change)).collect()
}

pub fn judge(answer: &Answer, want: &[Block], joined: &Joined) -> Fate {
    let Some(got) = answer.blocks(&printed(joined)) else {
        return Fate::Wrong;
    };
    let whole = joined.is_whole();
    if said(&got) == said(want) {
        return if whole { Fate::Exact } else { Fate::No };
    }
    if !whole {
        let is_prefix = said(want).starts_with(&said(&got));
        return if is_prefix { Fate::No } else { Fate::Wrong };
    }
    let (tree, misfits) = answer.tree(&got);
    if misfits > 0 {
        Fate::Misfit
    } else if tree == answer.tree(want).0 {
        Fate::Exact
    } else {
        Fate::Wrong
    }
}

pub fn stitch(
    answer: &Answer,
    parts: &[Vec<u8>],
    lookup: &Lookup<'_>,
) -> Joined {
    let format = Some(answer.format);
    join(parts, Known { format, end: AnswerEnd::Meant, lookup, roots: &[] }).0
}

type Key = (&'static str, &'static str, bool);
type Tally = BTreeMap<Key, BTreeMap<Fate, usize>>;

fn exact(fates: &BTreeMap<Fate, usize>) -> (usize, usize) {
    let all = fates.values().sum();
    (fates.get(&Fate::Exact).copied().unwrap_or(0), all)
}

fn say(tally: &Tally) {
    for ((spelling, style, known), fates) in tally {
        let (exact, all) = exact(fates);
        let share = 100.0 * exact as f64 / all as f64;
        let with = if *known { "-C" } else { "  " };
        println!(
            "{spelling:10} {style:13} {with} {all:6} cuts {share:7.2}% \
             {fates:?}"
        );
    }
}

/// What stands on both sides of a seam, to be shown.
const SHOWN: usize = 90;

fn tail(text: &[u8]) -> String {
    let from = text.len().saturating_sub(SHOWN);
    String::from_utf8_lossy(&text[from..]).into_owned()
}

fn head(text: &[u8]) -> String {
    let to = text.len().min(SHOWN);
    String::from_utf8_lossy(&text[..to]).into_owned()
}

/// Styles in which a line of the text may be had in two ways that look alike:
/// with blanks or a line feed more or less. A no is right there.
const LOOK_ALIKE: [&str; 3] = ["bare-line", "stripped", "newline-exact"];

/// How often an answer is cut to go on in a style. What goes on exactly comes
/// near its bound, so that few cuts would miss it by chance.
fn cuts_of(style: &str) -> usize {
    match style {
        "exact" => 30,
        // More of these are refused, so that few would miss the bound by
        // chance.
        "overlap" | "newline-line" => 8,
        _ => 2,
    }
}

/// Prints a line a style, and sees that each is exact often enough.
fn judge_styles(tally: &Tally) {
    let (mut shares, mut all_cuts) = (Vec::new(), 0);
    for style in STYLES {
        for known in [false, true] {
            let of = tally
                .iter()
                .filter(|((_, s, k), _)| (*s, *k) == (style, known));
            let (yes, all) = of
                .map(|(_, fates)| exact(fates))
                .fold((0, 0), |(a, b), (c, d)| (a + c, b + d));
            let share = 100.0 * yes as f64 / all.max(1) as f64;
            let with = if known { "-C" } else { "  " };
            println!("{style:13} {with} {all:6} cuts {share:7.2}% exact");
            if known && !LOOK_ALIKE.contains(&style) && all > 0 {
                shares.push(share);
                all_cuts += all;
                let enough = all < 200 || yes * 100 >= all * 97;
                assert!(enough, "{style}: {yes} of {all}");
            }
        }
    }
    // Each style counts alike, however often it was cut.
    let mean = shares.iter().sum::<f64>() / shares.len().max(1) as f64;
    println!("{mean:.2}% of {all_cuts} exact where it can be told");
    assert!(all_cuts < 1000 || mean >= 99.0, "{mean:.2}%");
}

pub fn answers(count: usize) -> Vec<Answer> {
    let mut found = Vec::new();
    for sample in &samples(count) {
        for (spelling, format) in SPELLINGS {
            found.extend(answer(sample, spelling, format));
        }
    }
    found
}

/// No join comes out wrong and says nothing.
fn hold_silent_faults(bad: &[(Fate, String)], tally: &Tally) {
    let silent = |fate: &Fate| !matches!(fate, Fate::Exact | Fate::No);
    let faults: Vec<&str> = bad
        .iter()
        .filter(|(fate, _)| silent(fate))
        .map(|(_, why)| why.as_str())
        .collect();
    let all: usize = tally.values().flat_map(|f| f.values()).sum();
    println!("{} of {all} joins wrong without a word", faults.len());
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn one_cut_in_a_real_answer_and_every_way_to_go_on() {
    let mut random = Random::seeded();
    let mut tally = Tally::new();
    let mut bad = Vec::new();
    let only = std::env::var("TORNKIT_STYLE").ok();
    let answers = answers(iterations(20));
    for answer in &answers {
        let lookup = |name: &[u8]| answer.preimage(name);
        let want = answer.blocks(&answer.text).unwrap();
        let starts: Vec<_> =
            want.iter().map(|b| b.span.start as usize).collect();
        for style in STYLES {
            if only.as_ref().is_some_and(|only| only != style) {
                continue;
            }
            for _ in 0..cuts_of(style) {
                let at = 1 + random.below(answer.text.len() - 1);
                let parts = parts(answer, &starts, at, style, &mut random);
                let Some((first, rest)) = parts else { continue };
                let answers = [first, rest];
                for known in [false, true] {
                    let joined = match known {
                        true => stitch(answer, &answers, &lookup),
                        false => stitch(answer, &answers, &nothing_known),
                    };
                    let fate = judge(answer, &want, &joined);
                    let key = (answer.spelling, style, known);
                    *tally.entry(key).or_default().entry(fate).or_default() +=
                        1;
                    if fate != Fate::Exact {
                        let why = format!(
                            "{fate:?} {key:?} {at} {:?} | {:?} {:?}",
                            tail(&answers[0]),
                            head(&answers[1]),
                            joined.seams[0],
                        );
                        bad.push((fate, why));
                    }
                }
            }
        }
    }
    say(&tally);
    if std::env::var_os("TORNKIT_SHOW").is_some() {
        for (_, why) in &bad {
            println!("{why}");
        }
    }
    hold_silent_faults(&bad, &tally);
    judge_styles(&tally);
}

/// An answer that was cut at each of these places, and gone on with.
fn cut_again(
    answer: &Answer,
    starts: &[usize],
    cuts: &[usize],
    random: &mut Random,
) -> Vec<Vec<u8>> {
    let text = &answer.text;
    let mut said = vec![text[..cuts[0]].to_vec()];
    for (n, &at) in cuts.iter().enumerate() {
        let styles = ["line", "block", "prose", "line"];
        let style = styles[random.below(styles.len())];
        let rest = parts(answer, starts, at, style, random)
            .or_else(|| parts(answer, starts, at, "line", random));
        let Some((_, rest)) = rest else { continue };
        let until = cuts.get(n + 1).copied().unwrap_or(text.len());
        let keep = rest.len().saturating_sub(text.len() - until);
        said.push(rest[..keep].to_vec());
    }
    said
}

/// Answers that are cut several times, the first time at a place that
/// `first` draws below their length: what becomes of them, known and not.
fn several_cuts(
    times: usize,
    first: impl Fn(&mut Random, usize) -> usize,
) -> Tally {
    let mut random = Random::seeded();
    let (mut tally, mut bad) = (Tally::new(), Vec::new());
    for answer in &answers(iterations(20)) {
        let lookup = |name: &[u8]| answer.preimage(name);
        let length = answer.text.len();
        let want = answer.blocks(&answer.text).unwrap();
        let starts: Vec<_> =
            want.iter().map(|b| b.span.start as usize).collect();
        let counts = [("two", 2), ("three", 3)];
        for (name, count) in counts.into_iter().cycle().take(times * 2) {
            let mut cuts: Vec<_> =
                (1..count).map(|_| 1 + random.below(length - 1)).collect();
            cuts.push(1 + first(&mut random, length - 1));
            cuts.sort_unstable();
            cuts.dedup();
            let said = cut_again(answer, &starts, &cuts, &mut random);
            for known in [false, true] {
                let joined = match known {
                    true => stitch(answer, &said, &lookup),
                    false => stitch(answer, &said, &nothing_known),
                };
                let fate = judge(answer, &want, &joined);
                let key = (answer.spelling, name, known);
                *tally.entry(key).or_default().entry(fate).or_default() += 1;
                if fate != Fate::Exact {
                    let why = format!("{fate:?} {key:?} {cuts:?}");
                    bad.push((fate, format!("{why} {:?}", joined.seams)));
                }
            }
        }
    }
    say(&tally);
    if std::env::var_os("TORNKIT_SHOW").is_some() {
        for (_, why) in &bad {
            println!("{why}");
        }
    }
    hold_silent_faults(&bad, &tally);
    tally
}

#[test]
fn several_cuts_of_a_real_answer_in_a_row() {
    // As many as it takes to tell the bound from chance.
    let tally = several_cuts(32, Random::below);
    let known = tally.iter().filter(|((_, _, known), _)| *known);
    let (yes, all) = known
        .map(|(_, fates)| exact(fates))
        .fold((0, 0), |(a, b), (c, d)| (a + c, b + d));
    println!("{yes} of {all} exact");
    assert!(all < 200 || yes * 100 >= all * 98, "{yes} of {all}");
}

/// Bytes at the start of an answer: the greeting, and some of what follows.
const HEAD: usize = 60;

#[test]
fn a_cut_before_anything_has_begun_and_more_of_them() {
    let tally =
        several_cuts(2, |random, length| random.below(length.min(HEAD)));
    let exact: usize = tally.values().map(|fates| exact(fates).0).sum();
    assert!(exact > 0);
}
