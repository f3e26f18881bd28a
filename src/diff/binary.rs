//! Binary data in git's coding: where it ends, and whether a line is sound.

/// How far the data of one file have come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Stage {
    /// A `literal` or `delta` line must come.
    #[default]
    Start,
    /// Inside the new content.
    Forward,
    /// The new content is whole; the old may follow.
    Between,
    /// Inside the old content.
    Reverse,
    /// Both are whole.
    Whole,
}

/// What a line is to the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Part of them; how far they have come with it.
    Takes(Stage),
    /// Not a part; the data are whole before it.
    EndsBefore,
    /// Not a part, where one had to be.
    Broken,
}

/// Reads the next line, without its ending.
pub(super) fn step(stage: Stage, line: &[u8]) -> Step {
    let opens = line.starts_with(b"literal ") || line.starts_with(b"delta ");
    match stage {
        Stage::Start if opens => Step::Takes(Stage::Forward),
        Stage::Between if opens => Step::Takes(Stage::Reverse),
        Stage::Start => Step::Broken,
        Stage::Between | Stage::Whole => Step::EndsBefore,
        Stage::Forward if line.is_empty() => Step::Takes(Stage::Between),
        Stage::Reverse if line.is_empty() => Step::Takes(Stage::Whole),
        Stage::Forward | Stage::Reverse if is_data(line) => Step::Takes(stage),
        Stage::Forward | Stage::Reverse => Step::Broken,
    }
}

/// Whether the first character, a length, fits the rest: five characters for
/// each four bytes.
pub(super) fn is_data(line: &[u8]) -> bool {
    let Some((&length, digits)) = line.split_first() else { return false };
    let bytes = match length {
        b'A'..=b'Z' => length - b'A' + 1,
        b'a'..=b'z' => length - b'a' + 27,
        _ => return false,
    };
    digits.len() == usize::from(bytes).div_ceil(4) * 5
        && digits.iter().all(u8::is_ascii_graphic)
}

/// Whether a line says that binary files differ, and not how.
pub(super) fn is_bare(line: &[u8]) -> bool {
    let line = line.trim_ascii_end();
    line.starts_with(b"Binary files ") && line.ends_with(b" differ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_are_whole_after_the_blank_line_of_the_old_content() {
        let mut stage = Stage::Start;
        for line in ["literal 4", "Dabcde", "", "literal 0", "HcmV?d00001", ""]
        {
            let Step::Takes(next) = step(stage, line.as_bytes()) else {
                panic!("{line}")
            };
            stage = next;
        }
        assert_eq!(stage, Stage::Whole);
        assert_eq!(step(Stage::Forward, b"Dabc"), Step::Broken);
    }
}
