//! edit-apply on diffs that end early, where only the file that is to be
//! changed shows it: its index line names what has to come out.

use std::path::Path;
use std::process::Command;

use crate::diff_apply::{apply, is_beyond, put_files, tree};
use crate::history::{Sample, samples};
use crate::support::{Dir, Ran, Random, iterations, run_in};

/// The name that git gives to a content, as its diffs have it.
fn blob(text: &str) -> String {
    let dir = Dir::new();
    let file = dir.put("f", text);
    let git = Command::new("git").arg("hash-object").arg(file).output();
    let name = String::from_utf8(git.unwrap().stdout).unwrap();
    name[..7].to_owned()
}

const OLD: &str = "one\ntwo\nthree\nfour\nfive\nsix\n";
const NEW: &str = "ONE\ntwo\nthree\nfour\nfive\nSIX\nseven\n";

/// A diff of two hunks, its index line, and its last line, which is added.
fn diff() -> String {
    format!(
        "diff --git a/f.txt b/f.txt\nindex {}..{} 100644\n--- a/f.txt\n\
         +++ b/f.txt\n@@ -1,2 +1,2 @@\n-one\n+ONE\n two\n@@ -5,2 +5,3 @@\n \
         five\n-six\n+SIX\n+seven\n",
        blob(OLD),
        blob(NEW)
    )
}

/// The same, cut in its last line, with the line feed that command lines end
/// an answer with.
fn cut() -> String {
    diff().replace("+seven\n", "+sev\n")
}

fn on_old(args: &[&str], answer: &str) -> (Dir, Ran) {
    let dir = Dir::new();
    dir.put("f.txt", OLD);
    let args = [&["--no-fsync"], args].concat();
    let ran = run_in(dir.path(), "edit-apply", &args, answer.as_bytes());
    (dir, ran)
}

#[test]
fn a_last_hunk_that_its_index_line_disproves_is_cut() {
    for args in [&[][..], &["--atomic"], &["--atomic", "--per-hunk"]] {
        let (dir, ran) = on_old(args, &cut());
        assert_eq!(ran.status, 1, "{args:?} {ran:?}");
        assert_eq!(dir.text("f.txt"), OLD, "{args:?} {ran:?}");
        let said = ran.text();
        assert!(said.contains("index line names; --complete"), "{said}");
        assert!(ran.stderr.contains("cut in a hunk of 'f.txt'"), "{ran:?}");
        let (dir, ran) = on_old(args, &diff());
        assert_eq!(ran.status, 0, "{args:?} {ran:?}");
        assert_eq!(dir.text("f.txt"), NEW);
    }
    let (dir, ran) = on_old(&["--per-hunk"], &cut());
    assert_eq!(ran.status, 1, "{ran:?}");
    assert_eq!(dir.text("f.txt"), OLD.replace("one", "ONE"), "{ran:?}");
    let (dir, ran) = on_old(&["--per-hunk"], &diff());
    assert_eq!(ran.status, 0, "{ran:?}");
    assert_eq!(dir.text("f.txt"), NEW);
    for args in [&["--complete"][..], &["--complete", "--per-hunk"]] {
        let (dir, ran) = on_old(args, &cut());
        assert_eq!(ran.status, 0, "{ran:?}");
        assert_eq!(dir.text("f.txt"), NEW.replace("seven", "sev"));
    }
}

#[test]
fn a_last_line_that_is_not_ended_is_whole_if_the_index_line_says_so() {
    let whole = diff();
    let whole = whole.trim_end();
    for args in [&[][..], &["--atomic"], &["--per-hunk"]] {
        let (dir, ran) = on_old(args, whole);
        assert_eq!(ran.status, 0, "{args:?} {ran:?}");
        assert_eq!(dir.text("f.txt"), NEW);
    }
    let (dir, ran) = on_old(&[], cut().trim_end());
    assert_eq!(ran.status, 1, "{ran:?}");
    assert_eq!(dir.text("f.txt"), OLD);
}

#[test]
fn a_patch_that_breaks_off_between_its_hunks_is_cut_though_it_is_ended() {
    let whole = diff();
    let first = &whole[..whole.rfind("@@ -5").unwrap()];
    for end in ["", "\n", "\r\n"] {
        let answer = format!("{first}{end}");
        for args in [&[][..], &["--atomic"], &["--per-hunk"]] {
            let (dir, ran) = on_old(args, &answer);
            assert_eq!(ran.status, 1, "{args:?} {end:?} {ran:?}");
            assert!(ran.text().contains("index line names"), "{ran:?}");
            let one = OLD.replace("one", "ONE");
            let done = args == ["--per-hunk"] && !end.is_empty();
            assert_eq!(dir.text("f.txt"), if done { &one } else { OLD });
            let (_, ran) = on_old(&["--complete"], &answer);
            assert_eq!(ran.status, 0, "{ran:?}");
        }
    }
    // Words or a fence below it say that the model meant no more.
    let (_, ran) = on_old(&[], &format!("{first}\nThat is all.\n"));
    assert_eq!(ran.status, 0, "{ran:?}");
}

#[test]
fn an_index_line_that_is_made_up_says_nothing() {
    for old in ["1234567", &blob(NEW)] {
        let answer = cut().replace(&blob(OLD), old);
        let (dir, ran) = on_old(&[], &answer);
        assert_eq!(ran.status, 0, "{ran:?}");
        assert_eq!(dir.text("f.txt"), NEW.replace("seven", "sev"));
    }
}

#[test]
fn an_index_line_is_compared_with_the_file_as_it_is_by_then() {
    let first = format!(
        "diff --git a/f.txt b/f.txt\nindex {}..{} 100644\n--- a/f.txt\n\
         +++ b/f.txt\n@@ -3 +3 @@\n-III\n+three\n",
        blob(&OLD.replace("three", "III")),
        blob(OLD)
    );
    let moved = "diff --git a/g.txt b/f.txt\nsimilarity index 100%\n\
                 rename from g.txt\nrename to f.txt\n";
    let before = OLD.replace("three", "III");
    for (name, first) in [("f.txt", first.clone()), ("g.txt", moved.into())] {
        let before = if name == "g.txt" { OLD } else { &before };
        for args in [&[][..], &["--atomic"], &["--per-hunk"], &["-n"]] {
            for (last, status) in [(cut(), 1), (diff(), 0)] {
                let dir = Dir::new();
                dir.put(name, before);
                let args = [&["--no-fsync"], args].concat();
                let answer = format!("{first}{last}");
                let answer = answer.as_bytes();
                let ran = run_in(dir.path(), "edit-apply", &args, answer);
                assert_eq!(ran.status, status, "{args:?} {name} {ran:?}");
            }
        }
        // The same in documents of their own.
        let dir = Dir::new();
        dir.put(name, before);
        let answers = Dir::new();
        let files = [answers.put("1", &first), answers.put("2", cut())];
        for atomic in [&["--atomic"][..], &[]] {
            let mut args: Vec<&str> = vec!["--no-fsync"];
            args.extend(atomic);
            args.extend(files.iter().map(|file| file.to_str().unwrap()));
            let ran = run_in(dir.path(), "edit-apply", &args, b"");
            assert_eq!(ran.status, 1, "{ran:?}");
            assert_eq!(ran.text().matches("index line").count(), 1, "{ran:?}");
        }
        assert_eq!(dir.text("f.txt"), OLD);
    }
}

#[test]
fn a_new_file_whose_last_marker_is_cut_is_not_made() {
    let whole = format!(
        "diff --git a/n b/n\nnew file mode 100644\nindex 0000000..{}\n\
         --- /dev/null\n+++ b/n\n@@ -0,0 +1 @@\n+x\n\
         \\ No newline at end of file\n",
        blob("x")
    );
    let cut = &whole[..whole.find('\\').unwrap()];
    let (dir, ran) = on_old(&[], cut);
    assert_eq!(ran.status, 1, "{ran:?}");
    assert!(!dir.path().join("n").exists());
    let (dir, ran) = on_old(&[], &whole);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert_eq!(dir.text("n"), "x");
}

#[test]
fn nothing_beyond_a_link_speaks_for_an_index_line() {
    let out = Dir::new();
    out.put("f.txt", OLD);
    let dir = Dir::new();
    std::os::unix::fs::symlink(out.path(), dir.path().join("d")).unwrap();
    let answer = cut().replace("f.txt", "d/f.txt");
    let ran = apply(dir.path(), answer.as_bytes());
    assert_eq!(ran.status, 1, "{ran:?}");
    assert!(ran.text().starts_with("refused"), "{ran:?}");
    assert!(!ran.text().contains("index line"), "{ran:?}");
    assert_eq!(out.text("f.txt"), OLD);
}

/// What both tools say of cuts in last hunks.
#[derive(Default)]
struct Tally {
    cuts: usize,
    applied: usize,
    applied_whole: usize,
    wrong: Vec<String>,
    differ: Vec<String>,
}

impl Tally {
    fn cut(&mut self, sample: &Sample, whole: &Path, text: &[u8]) {
        let dir = Dir::new();
        put_files(sample, &dir);
        let args = ["-C", dir.path().to_str().unwrap(), "stitch"];
        let told = run_in(dir.path(), "diff-resume", &args, text);
        let ran = apply(dir.path(), text);
        self.cuts += 1;
        let name = format!("{} at {}", sample.name, text.len());
        if ran.status == 0 {
            self.applied += 1;
            if tree(dir.path()) != tree(whole) {
                self.wrong.push(name.clone());
            }
        }
        // That a hunk does not fit, or that one is missing after a blank
        // line, diff-resume does not see.
        if ran.status == 0 && told.status != 0 {
            self.differ.push(format!("{name}: diff-resume {}", told.status));
        }
    }
}

/// Where the last hunk of a diff begins, if the last file has one.
fn last_hunk(diff: &[u8]) -> Option<usize> {
    let hunk = memchr::memmem::rfind(diff, b"\n@@ ")? + 1;
    let file = memchr::memmem::rfind(diff, b"\ndiff --git ");
    file.is_none_or(|file| file < hunk).then_some(hunk)
}

/// Whether a cut leaves half a line that the line feed after it makes seem
/// whole, in a file that is new: then nothing tells, for the name that an
/// index line gives to a new file may be made up.
fn is_hidden(diff: &[u8], at: usize) -> bool {
    let file = memchr::memmem::rfind(diff, b"\ndiff --git ").unwrap_or(0);
    let file = diff.get(file..).unwrap_or_default();
    let is_new = memchr::memmem::find(file, b"\nnew file mode").is_some();
    is_new && !diff.get(..at).unwrap_or_default().ends_with(b"\n")
}

#[test]
fn a_diff_that_is_cut_in_its_last_hunk_is_never_taken_for_the_whole() {
    let mut random = Random::seeded();
    let mut tally = Tally::default();
    for sample in samples(iterations(12)) {
        let Some(start) = last_hunk(&sample.diff) else { continue };
        if is_beyond(&sample.diff) {
            continue;
        }
        let whole = Dir::new();
        put_files(&sample, &whole);
        let ran = apply(whole.path(), &sample.diff);
        assert_eq!(ran.status, 0, "{}: {ran:?}", sample.name);
        tally.applied_whole += 1;
        let end = sample.diff.len();
        let some = (0..12).map(|_| start + random.below(end - start));
        let cuts = some.chain(end.saturating_sub(12).max(start)..end);
        for at in cuts.collect::<Vec<_>>() {
            let text = &sample.diff[..at];
            tally.cut(&sample, whole.path(), text);
            if !is_hidden(&sample.diff, at) {
                let ended = [text, b"\n"].concat();
                tally.cut(&sample, whole.path(), &ended);
            }
        }
    }
    let Tally { cuts, applied, applied_whole, .. } = tally;
    println!("{cuts} cuts of {applied_whole} diffs, {applied} taken as whole");
    println!("{:#?}", &tally.differ[..tally.differ.len().min(20)]);
    assert!(tally.wrong.is_empty(), "{:#?}", tally.wrong);
    assert!(tally.differ.is_empty(), "{} differ", tally.differ.len());
}
