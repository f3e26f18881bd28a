//! Laws of joined diffs, over real ones: the tree of the uncut answer, or a
//! clear no.

use std::collections::BTreeMap;
use std::rc::Rc;

use tornkit::answer::Format;
use tornkit::resume::{
    AnswerEnd, Joined, Known, Lookup, Preimage, join, nothing_known,
};

use crate::diff_law::{try_tree, units};
use crate::history::{Sample, mixed, samples};
use crate::support::{Dir, Random, iterations};

/// How a model goes on after a cut.
const STYLES: [&str; 17] = [
    "exact",
    "line",
    "hunk",
    "file",
    "all",
    "overlap",
    "remaining",
    "tail-hunk",
    "tail-miscounted",
    "hunk-miscounted",
    "plain-header",
    "stripped",
    "prose",
    "fence",
    "refence",
    "newline-exact",
    "newline-line",
];

fn line_start(text: &[u8], at: usize) -> usize {
    text[..at].iter().rposition(|b| *b == b'\n').map_or(0, |n| n + 1)
}

/// Where the last line before `at` begins that starts with `word`.
fn back_to(text: &[u8], at: usize, word: &[u8]) -> Option<usize> {
    let mut line = line_start(text, at);
    loop {
        if text[line..].starts_with(word) {
            return Some(line);
        }
        if line == 0 {
            return None;
        }
        line = line_start(text, line - 1);
    }
}

/// The cut hunk: where it begins, its numbers, its section; if the cut is in
/// the lines of one.
struct Hunk {
    at: usize,
    numbers: [u64; 4],
}

fn hunk(text: &[u8], at: usize) -> Option<Hunk> {
    let start = back_to(text, at, b"@@ -")?;
    let file = back_to(text, at, b"diff --git ")?;
    let line = line_start(text, at);
    if start < file || line == start {
        return None;
    }
    let head = std::str::from_utf8(&text[start..]).ok()?.lines().next()?;
    let numbers: Vec<u64> = head
        .split([' ', ',', '-', '+'])
        .filter_map(|word| word.parse().ok())
        .collect();
    let words: Vec<_> = head.split(' ').collect();
    let pair = |word: &str| -> Option<(u64, u64)> {
        let word = word.get(1..)?;
        match word.split_once(',') {
            Some((a, b)) => Some((a.parse().ok()?, b.parse().ok()?)),
            None => Some((word.parse().ok()?, 1)),
        }
    };
    let (a, b) = pair(words[1])?;
    let (c, d) = pair(words[2])?;
    drop(numbers);
    Some(Hunk { at: start, numbers: [a, b, c, d] })
}

/// A header for what of the hunk is left at a line.
fn tail_header(text: &[u8], hunk: &Hunk, line: usize) -> String {
    let [mut a, mut b, mut c, mut d] = hunk.numbers;
    let lines = text[hunk.at..line].split_inclusive(|x| *x == b'\n').skip(1);
    for line in lines {
        if matches!(line[0], b' ' | b'-') {
            a += 1;
            b -= 1;
        }
        if matches!(line[0], b' ' | b'+') {
            c += 1;
            d -= 1;
        }
    }
    format!("@@ -{a},{b} +{c},{d} @@\n")
}

/// The first answer and its continuation, if the style makes sense there.
fn parts(
    text: &[u8],
    at: usize,
    style: &str,
    random: &mut Random,
) -> Option<(Vec<u8>, Vec<u8>)> {
    let line = line_start(text, at);
    let file = back_to(text, at, b"diff --git ").unwrap_or(0);
    let first = text[..at].to_vec();
    let from = |start: usize| text[start..].to_vec();
    let miscounted = |rest: Vec<u8>, random: &mut Random| {
        let end = rest.iter().position(|b| *b == b'\n').unwrap();
        let head = String::from_utf8_lossy(&rest[..end]).into_owned();
        let words: Vec<_> = head.splitn(4, ' ').collect();
        let wrong = |word: &str, random: &mut Random| {
            let start = word.split(',').next().unwrap().to_owned();
            format!("{start},{}", 1 + random.below(20))
        };
        let (old, new) = (wrong(words[1], random), wrong(words[2], random));
        let head = format!("@@ {old} {new} {}", words[3]);
        [head.as_bytes(), &rest[end..]].concat()
    };
    Some(match style {
        "exact" => (first, from(at)),
        "line" => (first, from(line)),
        "hunk" => (first, from(hunk(text, at)?.at)),
        "file" => (first, from(file)),
        "all" => (first, from(0)),
        "overlap" => {
            let mut start = line;
            for _ in 0..=random.below(5) {
                start = line_start(text, start.saturating_sub(1));
            }
            (first, from(start))
        }
        "remaining" => {
            let next = memchr::memmem::find(&text[at..], b"\ndiff --git ");
            let at = at + next? + 1;
            (text[..at].to_vec(), from(at))
        }
        "tail-hunk" | "tail-miscounted" => {
            let hunk = hunk(text, at)?;
            let header = tail_header(text, &hunk, line);
            let rest = [header.as_bytes(), &text[line..]].concat();
            if text[line..].starts_with(b"@@")
                || text[line..].starts_with(b"diff")
                || text[line] == b'\\'
            {
                return None;
            }
            match style {
                "tail-hunk" => (first, rest),
                _ => (first, miscounted(rest, random)),
            }
        }
        "hunk-miscounted" => {
            let rest = from(hunk(text, at)?.at);
            (first, miscounted(rest, random))
        }
        "plain-header" => {
            let names = memchr::memmem::find(&text[file..], b"\n--- ")?;
            let names = file + names + 1;
            let next =
                memchr::memmem::find(&text[file + 1..], b"\ndiff --git ");
            let head = &text[file..names];
            let special = [&b"rename "[..], b"mode ", b"copy "];
            if next.is_some_and(|next| file + next + 1 < names)
                || special
                    .iter()
                    .any(|w| memchr::memmem::find(head, w).is_some())
            {
                return None;
            }
            (first, from(names))
        }
        "stripped" => {
            let rest = from(line);
            let blanks = rest.iter().take_while(|b| b" \t\n".contains(b));
            let blanks = blanks.count();
            (first, rest[blanks..].to_vec())
        }
        "prose" => {
            let rest = [b"Sure, here is the rest:\n\n", &text[line..]].concat();
            (first, rest)
        }
        "fence" => {
            let rest = [b"```diff\n", &text[line..], b"```\n"].concat();
            (first, rest)
        }
        "refence" => {
            let first = [b"Here it is:\n\n```diff\n", &first[..]].concat();
            let head = &b"Continuing where I stopped:\n\n```diff\n"[..];
            let rest = [head, &text[line..], b"```\n\nThat is all.\n"].concat();
            (first, rest)
        }
        "newline-exact" => ([&first[..], b"\n"].concat(), from(at)),
        "newline-line" => ([&first[..], b"\n"].concat(), from(line)),
        other => panic!("{other}"),
    })
}

/// What became of a joined answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    /// The units, or at least the tree, of the uncut answer.
    Exact,
    /// It says that something is missing.
    No,
    /// It says that it is whole, or that a part of it is, and git refuses
    /// that: no tree, but no clear word either.
    Misfit,
    /// Another tree, and nothing said.
    Wrong,
}

/// Whether all units are of the uncut answer, in its order; the numbers of
/// the new side depend on what came before.
fn is_among(got: &[Vec<u8>], want: &[Vec<u8>]) -> bool {
    let bare = |unit: &Vec<u8>| -> Vec<u8> {
        let lines = unit.split_inclusive(|b| *b == b'\n');
        let lines = lines.skip_while(|line| !line.starts_with(b"@@"));
        let mut lines = lines.map(<[u8]>::to_vec);
        let head = lines.next().unwrap_or_default();
        let head = String::from_utf8_lossy(&head).into_owned();
        let old = head.split(' ').nth(1).unwrap_or_default().to_owned();
        let body: Vec<u8> = lines.flatten().collect();
        [old.as_bytes(), b"\n", &body].concat()
    };
    let mut want = want.iter().map(bare);
    got.iter().map(bare).all(|unit| want.any(|other| other == unit))
}

fn judge(
    sample: &Sample,
    want: &[Vec<u8>],
    joined: &Joined,
    dir: &Dir,
) -> Fate {
    let got = units(joined);
    if joined.is_whole() && got == want {
        return Fate::Exact;
    }
    if !joined.is_whole() {
        // What is printed must be right all the same: the first units of the
        // uncut answer, or others that do the same, or all but those that it
        // says were skipped.
        let skips = joined.seams.iter().any(|seam| seam.lost.is_some());
        if want.starts_with(&got) || skips && is_among(&got, want) {
            return Fate::No;
        }
        let Some(tree) = try_tree(sample, &got.concat(), dir) else {
            return Fate::Misfit;
        };
        let is_true = (0..=want.len()).any(|n| {
            try_tree(sample, &want[..n].concat(), dir).as_ref() == Some(&tree)
        });
        return if is_true { Fate::No } else { Fate::Wrong };
    }
    let tree = try_tree(sample, &got.concat(), dir);
    match (tree, try_tree(sample, &want.concat(), dir)) {
        (None, _) => Fate::Misfit,
        (Some(got), Some(want)) if got == want => Fate::Exact,
        _ => Fate::Wrong,
    }
}

fn stitch(answers: &[Vec<u8>], lookup: &Lookup<'_>) -> Joined {
    let format = Some(Format::Diff);
    join(answers, Known { format, end: AnswerEnd::Meant, lookup, roots: &[] }).0
}

type Tally = BTreeMap<(&'static str, bool), BTreeMap<Fate, usize>>;

fn say(tally: &Tally) {
    for ((style, known), fates) in tally {
        let all: usize = fates.values().sum();
        let exact = fates.get(&Fate::Exact).copied().unwrap_or(0);
        let share = 100.0 * exact as f64 / all as f64;
        let with = if *known { "-C" } else { "  " };
        println!("{style:16} {with} {all:6} cuts {share:7.2}% exact {fates:?}");
    }
}

#[test]
fn one_cut_in_a_real_diff_and_every_way_to_go_on() {
    let mut random = Random::seeded();
    let dir = Dir::new();
    let mut tally = Tally::new();
    let mut bad = Vec::new();
    let only = std::env::var("TORNKIT_STYLE").ok();
    let samples = mixed(samples(iterations(20)));
    for sample in &samples {
        let text = &sample.diff;
        let lookup = |name: &[u8]| sample.preimage(name);
        let whole = stitch(std::slice::from_ref(text), &nothing_known);
        let want = units(&whole);
        for style in STYLES {
            if only.as_ref().is_some_and(|only| only != style) {
                continue;
            }
            for _ in 0..4 {
                let at = 1 + random.below(text.len() - 1);
                let Some((first, rest)) = parts(text, at, style, &mut random)
                else {
                    continue;
                };
                let answers = [first, rest];
                for known in [false, true] {
                    let joined = match known {
                        true => stitch(&answers, &lookup),
                        false => stitch(&answers, &nothing_known),
                    };
                    let fate = judge(sample, &want, &joined, &dir);
                    let fates = tally.entry((style, known)).or_default();
                    *fates.entry(fate).or_default() += 1;
                    if fate != Fate::Exact {
                        bad.push((
                            fate,
                            known,
                            style,
                            at,
                            &sample.name,
                            joined.seams,
                        ));
                    }
                }
            }
        }
    }
    say(&tally);
    if std::env::var_os("TORNKIT_SHOW").is_some() {
        for (fate, known, style, at, name, seams) in &bad {
            println!("{fate:?} {known} {style} {at} {name} {seams:?}");
        }
    }
    let wrong = bad.iter().filter(|b| b.0 == Fate::Wrong).count();
    assert_eq!(wrong, 0);
    for ((style, known), fates) in &tally {
        let all: usize = fates.values().sum();
        let exact = fates.get(&Fate::Exact).copied().unwrap_or(0);
        if *known && all >= 50 {
            assert!(exact * 100 >= all * 97, "{style}: {exact} of {all}");
        }
    }
}

#[test]
fn several_cuts_of_a_real_diff_in_a_row() {
    let mut random = Random::seeded();
    let dir = Dir::new();
    let mut tally = Tally::new();
    let samples = mixed(samples(iterations(20)));
    let mut bad = Vec::new();
    for sample in &samples {
        let text = &sample.diff;
        let lookup = |name: &[u8]| sample.preimage(name);
        let want = units(&stitch(std::slice::from_ref(text), &nothing_known));
        for n in 0..8 {
            let count = 2 + n % 2;
            let mut cuts: Vec<_> =
                (0..count).map(|_| 1 + random.below(text.len() - 1)).collect();
            cuts.sort_unstable();
            cuts.dedup();
            let mut answers = vec![text[..cuts[0]].to_vec()];
            for (n, &at) in cuts.iter().enumerate() {
                let styles = ["exact", "line", "hunk", "prose"];
                let style = styles[random.below(styles.len())];
                let style = if parts(text, at, style, &mut random).is_some() {
                    style
                } else {
                    "line"
                };
                let Some((_, rest)) = parts(text, at, style, &mut random)
                else {
                    continue;
                };
                let until = cuts.get(n + 1).copied().unwrap_or(text.len());
                let keep = rest.len().saturating_sub(text.len() - until);
                answers.push(rest[..keep].to_vec());
            }
            for known in [false, true] {
                let joined = match known {
                    true => stitch(&answers, &lookup),
                    false => stitch(&answers, &nothing_known),
                };
                let fate = judge(sample, &want, &joined, &dir);
                let style = if count == 2 { "two" } else { "three" };
                let fates = tally.entry((style, known)).or_default();
                *fates.entry(fate).or_default() += 1;
                if fate != Fate::Exact {
                    bad.push((
                        fate,
                        known,
                        cuts.clone(),
                        &sample.name,
                        joined.seams,
                    ));
                }
            }
        }
    }
    say(&tally);
    if std::env::var_os("TORNKIT_SHOW").is_some() {
        for bad in &bad {
            println!("{bad:?}");
        }
    }
    assert!(bad.iter().all(|bad| bad.0 != Fate::Wrong));
}

const SMALL: &str = "\
diff --git a/f.py b/f.py
--- a/f.py
+++ b/f.py
@@ -1,4 +1,5 @@
 def first(x):
+    check(x)
     if x:
         return 1
 
@@ -9,3 +10,3 @@ class C:
     def second(self):
-        return self.old
+        return self.new
 # end
diff --git a/n.txt b/n.txt
new file mode 100644
--- /dev/null
+++ b/n.txt
@@ -0,0 +1,2 @@
+one @ two
+@@ three
";

const SMALL_FILE: &str = "\
def first(x):
    if x:
        return 1

def other():
    pass

class C:
    def second(self):
        return self.old
# end
";

#[test]
fn a_cut_at_any_byte_is_joined_exactly_or_not_at_all() {
    let mut random = Random::seeded();
    let text = SMALL.as_bytes();
    let lookup = |name: &[u8]| match name {
        b"f.py" => Preimage::Text(Rc::new(SMALL_FILE.into())),
        _ => Preimage::Absent,
    };
    // A plain header does the same as git's; what stands behind the numbers
    // of a hunk does nothing.
    let plain = |units: &[Vec<u8>]| -> Vec<String> {
        let unit = |unit: &Vec<u8>| {
            let text = String::from_utf8_lossy(unit).into_owned();
            let lines = text.split_inclusive('\n').filter(|line| {
                !line.starts_with("diff ") && !line.starts_with("new file ")
            });
            let numbers = |line: &str| match line.starts_with("@@ ") {
                true => line.split(" @@").next().map(str::to_owned),
                false => None,
            };
            lines.map(|l| numbers(l).unwrap_or_else(|| l.to_owned())).collect()
        };
        units.iter().map(unit).collect()
    };
    let want = plain(&units(&stitch(&[text.to_vec()], &nothing_known)));
    let (mut all, mut exact) = (0, 0);
    for at in 1..text.len() {
        for style in STYLES {
            let Some((first, rest)) = parts(text, at, style, &mut random)
            else {
                continue;
            };
            let joined = stitch(&[first, rest], &lookup);
            let got = plain(&units(&joined));
            all += 1;
            exact += usize::from(got == want);
            if joined.is_whole() {
                assert_eq!(got, want, "{style} at {at}");
            } else {
                let skips = joined.seams.iter().any(|s| s.lost.is_some());
                let is_true = want.starts_with(&got);
                assert!(is_true || skips, "{style} at {at}: {got:?}");
            }
        }
    }
    println!("{exact} of {all} exact");
    assert!(exact * 100 >= all * 98);
}
