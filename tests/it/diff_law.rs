//! Laws of cut diffs, over real ones: what is printed is whole, all of it,
//! and git takes it.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use tornkit::answer::Format;
use tornkit::resume::{AnswerEnd, Joined, Known, Lookup, join, nothing_known};

use crate::history::{Sample, mixed, samples};
use crate::support::{Dir, Random, iterations};

fn read(text: &[u8], end: AnswerEnd, lookup: &Lookup<'_>) -> Joined {
    let format = Some(Format::Diff);
    join(&[text.to_vec()], Known { format, end, lookup, roots: &[] }).0
}

pub fn units(joined: &Joined) -> Vec<Vec<u8>> {
    joined.survey.complete().map(|unit| unit.json.clone()).collect()
}

/// What `git apply` with these arguments makes of a patch.
pub fn git_apply(dir: &Path, args: &[&str], patch: &[u8]) -> (bool, String) {
    let mut child = Command::new("git")
        .arg("apply")
        .args(args)
        .current_dir(dir)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let patch = patch.to_vec();
    let feeder = std::thread::spawn(move || drop(stdin.write_all(&patch)));
    let output = child.wait_with_output().unwrap();
    feeder.join().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.success(), said)
}

/// The tree that a patch makes of the parent's, by git's own hand; nothing
/// if git refuses it.
pub fn try_tree(sample: &Sample, patch: &[u8], dir: &Dir) -> Option<String> {
    let index = dir.path().join("index");
    drop(std::fs::remove_file(&index));
    let git = |args: &[&str], stdin: &[u8]| {
        let mut child = Command::new("git")
            .arg("-C")
            .arg(&sample.repo)
            .args(args)
            .env("GIT_INDEX_FILE", &index)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        drop(child.stdin.take().unwrap().write_all(stdin));
        let output = child.wait_with_output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        output.status.success().then(|| text.trim().to_owned())
    };
    git(&["read-tree", &sample.parent], b"")?;
    if !patch.is_empty() {
        git(&["apply", "--cached", "--whitespace=nowarn"], patch)?;
    }
    git(&["write-tree"], b"")
}

#[test]
fn a_whole_diff_comes_out_as_the_patch_that_it_is() {
    let dir = Dir::new();
    let mut trees = 0;
    let samples = samples(iterations(30));
    for sample in &samples {
        let lookup = |name: &[u8]| sample.preimage(name);
        let joined = read(&sample.diff, AnswerEnd::Meant, &lookup);
        assert!(joined.is_whole(), "{}: {:?}", sample.name, joined.survey);
        assert!(joined.survey.mended.is_empty(), "{}", sample.name);
        let patch = units(&joined).concat();
        let args = ["rev-parse", &format!("{}^{{tree}}", sample.commit)];
        let output = Command::new("git")
            .arg("-C")
            .arg(&sample.repo)
            .args(args)
            .output()
            .unwrap();
        let want = String::from_utf8(output.stdout).unwrap();
        let tree = try_tree(sample, &patch, &dir);
        assert_eq!(tree.as_deref(), Some(want.trim()), "{}", sample.name);
        trees += 1;
    }
    println!("{trees} whole diffs: the same trees");
}

/// Counts over cuts.
#[derive(Debug, Default)]
struct Tally {
    cuts: usize,
    wrong: Vec<String>,
    maximal: usize,
    kept: u64,
    whole: u64,
}

impl Tally {
    /// Looks at one cut of a diff whose units are known.
    fn cut(
        &mut self,
        sample: &Sample,
        all: &Joined,
        at: usize,
        lookup: &Lookup<'_>,
    ) -> Vec<u8> {
        let want = units(all);
        let ends = all.survey.complete().map(|unit| unit.span.end);
        let due = ends.filter(|end| *end <= at as u64).count();
        let prefix = &sample.diff[..at];
        let joined = read(prefix, AnswerEnd::MayBeCut, lookup);
        let got = units(&joined);
        self.cuts += 1;
        if !want.starts_with(&got) {
            self.wrong.push(format!("{} at {at}", sample.name));
        }
        self.maximal += usize::from(got.len() >= due);
        let size = |n: usize| -> u64 {
            let spans = all.survey.complete().take(n);
            spans.map(|unit| unit.span.end - unit.span.start).sum()
        };
        self.whole += size(due);
        self.kept += size(got.len().min(due));
        got.concat()
    }

    fn say(&self, name: &str) {
        let share = |a: u64, b: u64| 100.0 * a as f64 / b.max(1) as f64;
        println!(
            "{name}: {} cuts, {} wrong, maximal {:.2}%, bytes kept {:.3}%",
            self.cuts,
            self.wrong.len(),
            share(self.maximal as u64, self.cuts as u64),
            share(self.kept, self.whole),
        );
    }
}

#[test]
fn a_cut_diff_gives_its_whole_units_and_nothing_else() {
    let mut random = Random::seeded();
    let dir = Dir::new();
    let samples = mixed(samples(iterations(30)));
    let (mut bare, mut known) = (Tally::default(), Tally::default());
    let (mut accepted, mut asked) = (0, 0);
    for sample in &samples {
        let lookup = |name: &[u8]| sample.preimage(name);
        let all = read(&sample.diff, AnswerEnd::Certain, &nothing_known);
        for n in 0..40 {
            let at = 1 + random.below(sample.diff.len());
            let patch = bare.cut(sample, &all, at, &nothing_known);
            known.cut(sample, &all, at, &lookup);
            if n < 10 && !patch.is_empty() {
                asked += 1;
                let (ok, why) = git_apply(dir.path(), &["--numstat"], &patch);
                assert!(ok, "{} at {at}: {why}", sample.name);
                accepted += 1;
            }
        }
    }
    bare.say("without the files");
    known.say("with the files");
    println!("git accepts {accepted} of {asked}");
    for tally in [&bare, &known] {
        assert!(tally.wrong.is_empty(), "{:#?}", tally.wrong);
        assert!(tally.kept * 1000 >= tally.whole * 995, "bytes");
    }
    assert!(bare.maximal * 100 >= bare.cuts * 96, "without the files");
    assert!(known.maximal * 100 >= known.cuts * 99, "with the files");
}

#[test]
fn the_law_of_the_prefix_holds_at_every_byte() {
    let mut tally = Tally::default();
    let mut short = mixed(samples(iterations(40)));
    short.retain(|sample| sample.diff.len() < 6000);
    for sample in short.iter().take(20) {
        let all = read(&sample.diff, AnswerEnd::Certain, &nothing_known);
        let lookup = |name: &[u8]| sample.preimage(name);
        for at in 0..=sample.diff.len() {
            tally.cut(sample, &all, at, &nothing_known);
            tally.cut(sample, &all, at, &lookup);
        }
    }
    tally.say("every byte");
    assert!(tally.wrong.is_empty(), "{:#?}", tally.wrong);
}

/// Diffs that are not cut, and of how many of them the last unit is held
/// back.
#[derive(Default)]
struct Uncut {
    all: usize,
    new_files: usize,
    others: Vec<String>,
}

impl Uncut {
    fn look(&mut self, sample: &Sample, whole: &Joined, text: &[u8]) {
        self.all += 1;
        let lookup = |name: &[u8]| sample.preimage(name);
        let got = read(text, AnswerEnd::MayBeCut, &lookup);
        let last = whole.survey.complete().last().unwrap();
        if units(&got).len() == units(whole).len() {
            return;
        }
        if last.op.as_deref() == Some("create") {
            self.new_files += 1;
            return;
        }
        let line = String::from_utf8_lossy(&last.json);
        let line = line.lines().last().unwrap();
        self.others.push(format!("{}: {line}", sample.name));
    }

    fn say(&self, name: &str) {
        let Self { all, new_files, others } = self;
        let held = others.len();
        println!("{name}: of {all}: {new_files} new files, {held} others");
        println!("{:#?}", &others[..held.min(10)]);
    }
}

#[test]
fn nothing_of_a_diff_that_is_not_cut_is_held_back() {
    let [mut fenced, mut bare, mut unnamed] =
        [(); 3].map(|()| Uncut::default());
    for sample in samples(iterations(100)) {
        let whole = read(&sample.diff, AnswerEnd::Certain, &nothing_known);
        let text = [b"Here:\n\n```diff\n", &sample.diff[..], b"```\n"].concat();
        fenced.look(&sample, &whole, &text);
        // No model writes the commit of another repository.
        if memchr::memmem::find(&sample.diff, b"Subproject commit").is_some() {
            continue;
        }
        bare.look(&sample, &whole, &sample.diff);
        let sample = sample.without_blobs();
        unnamed.look(&sample, &whole, &sample.diff);
    }
    fenced.say("held back in a fence");
    bare.say("held back bare");
    unnamed.say("held back bare, without the names of blobs");
    assert_eq!((fenced.new_files, fenced.others.len()), (0, 0));
    assert!(bare.others.len() * 100 <= bare.all, "{:#?}", bare.others);
    // A new last line may be half where nothing says that it is not; so many
    // diffs end with one, at the end of a file.
    let held = unnamed.others.len();
    assert!(held * 5 <= unnamed.all, "{:#?}", unnamed.others);
}
