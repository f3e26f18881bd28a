//! Diffs that models wrote, most of them malformed, where they are at hand:
//! what is mended, git takes.

use std::path::PathBuf;

use tornkit::answer::Format;
use tornkit::resume::{AnswerEnd, Joined, Known, join, nothing_known};

use crate::diff_law::{git_apply, units};
use crate::support::{Dir, data};

fn diffs() -> Vec<(PathBuf, Vec<u8>)> {
    let Some(data) = data() else { return Vec::new() };
    let Ok(entries) = std::fs::read_dir(data.join("corpus/diffs")) else {
        return Vec::new();
    };
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = paths.filter(|path| path.is_file()).collect();
    files.sort();
    let read = |path: PathBuf| {
        let text = std::fs::read(&path).unwrap();
        (path, text)
    };
    files.into_iter().map(read).collect()
}

fn read(text: &[u8], end: AnswerEnd) -> Joined {
    let format = Some(Format::Diff);
    let known = Known { format, end, lookup: &nothing_known, roots: &[] };
    join(&[text.to_vec()], known).0
}

/// Whether an answer has a line that a diff would add or remove, somewhere
/// below a hunk's header.
fn has_change(text: &[u8]) -> bool {
    let mut lines = text.split(|b| *b == b'\n');
    lines.any(|line| line.starts_with(b"@@"))
        && lines.any(|line| {
            let is_name = line.starts_with(b"---") || line.starts_with(b"+++");
            matches!(line.first(), Some(b'+' | b'-')) && !is_name
        })
}

#[test]
fn what_is_mended_in_a_diff_of_a_model_git_takes() {
    let dir = Dir::new();
    let takes = |patch: &[u8]| {
        !patch.is_empty() && git_apply(dir.path(), &["--numstat"], patch).0
    };
    let (mut all, mut refused, mut mended, mut held) = (0, 0, 0, 0);
    for (path, text) in diffs() {
        all += 1;
        let shown = path.display();
        let meant = units(&read(&text, AnswerEnd::Meant)).concat();
        assert!(meant.is_empty() || takes(&meant), "{shown}");
        let joined = read(&text, AnswerEnd::Certain);
        let whole = units(&joined).concat();
        if takes(&text) {
            assert!(takes(&whole), "{shown}: git takes it as it is");
            continue;
        }
        refused += 1;
        if whole.is_empty() {
            assert!(!has_change(&text), "{shown}: nothing is left");
            continue;
        }
        let said = joined.survey.mended.len() + joined.survey.reasons.len();
        assert!(said > 0, "{shown}: mended without a word");
        assert!(takes(&whole), "{shown}: git refuses what was mended");
        mended += 1;
        held += usize::from(meant.is_empty());
    }
    println!(
        "{all} diffs, git refuses {refused}; mended {mended}, and git takes \
         all of them; {held} of those only with --complete"
    );
}
