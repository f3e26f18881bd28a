//! A hunk whose diff ends its own lines with CR LF, and its file, in; the
//! hunk with the line endings that the file shows to be meant out.
//!
//! Such a diff is one of a file that has CR LF, or one of a file that has LF
//! which something on its way has changed. git(1) takes it for the one,
//! patch(1) for the other; the bytes of the file tell them apart.

use std::borrow::Cow;

use super::hunks::Ground;
use crate::diff::{Hunk, Side};

/// The file fits both readings, or neither, and they make different texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InDoubt;

/// The hunk as it is meant for a file that holds `text`; as it stands if its
/// diff's own lines end with LF.
///
/// # Errors
///
/// If the file does not tell the reading, and that matters.
pub fn settle<'a>(
    hunk: &'a Hunk,
    text: &[u8],
) -> Result<Cow<'a, Hunk>, InDoubt> {
    if hunk.as_came.is_empty() || hunk.as_came == hunk.body {
        return Ok(Cow::Borrowed(hunk));
    }
    let with =
        |body: Vec<u8>| Hunk { body, as_came: Vec::new(), ..hunk.clone() };
    let exact = with(hunk.as_came.clone());
    let ended = with(without_cr_at_end(&hunk.as_came));
    let ground = Ground::new(text);
    for side in [Side::Old, Side::New] {
        let stands = |one: &Hunk| ground.has(&one.side(side));
        // What git reads. A CR before an end without LF is the diff's own,
        // though, where everything else is as well.
        if stands(&exact) {
            let is_alike = exact.side(side) == ended.side(side);
            let is_replay = side == Side::New;
            return match is_alike && !is_replay && exact.body != ended.body {
                true => Err(InDoubt),
                false => Ok(Cow::Owned(exact)),
            };
        }
        if has_cr(&ended.side(side)) && stands(&ended) {
            return Ok(Cow::Owned(ended));
        }
        if stands(hunk) {
            return Ok(Cow::Borrowed(hunk));
        }
    }
    match Endings::of(text) {
        Endings::Lf => Ok(Cow::Borrowed(hunk)),
        Endings::CrLf if exact.body == ended.body => Ok(Cow::Owned(exact)),
        // It stands nowhere: what is said of that is said of the lines.
        _ if hunk.old_lines > 0 => Ok(Cow::Borrowed(hunk)),
        _ => Err(InDoubt),
    }
}

/// As [`settle`]; as it stands where there is doubt.
pub fn for_text<'a>(hunk: &'a Hunk, text: &[u8]) -> Cow<'a, Hunk> {
    settle(hunk, text).unwrap_or(Cow::Borrowed(hunk))
}

/// How the lines of a text end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Endings {
    /// With LF alone, or there is no end of a line that tells.
    Lf,
    CrLf,
    Mixed,
}

impl Endings {
    fn of(text: &[u8]) -> Self {
        let lines = memchr::memchr_iter(b'\n', text).count();
        match memchr::memmem::find_iter(text, b"\r\n").count() {
            0 => Self::Lf,
            with_cr if with_cr == lines => Self::CrLf,
            _ => Self::Mixed,
        }
    }
}

fn has_cr(text: &[u8]) -> bool {
    memchr::memmem::find(text, b"\r\n").is_some()
}

/// The lines of a hunk, without the CR of those that have no LF in the file:
/// such a line has no ending of its own.
fn without_cr_at_end(body: &[u8]) -> Vec<u8> {
    let mut out: Vec<u8> = Vec::with_capacity(body.len());
    for line in body.split_inclusive(|byte| *byte == b'\n') {
        if line.starts_with(b"\\") && out.ends_with(b"\r\n") {
            out.truncate(out.len() - 2);
            out.push(b'\n');
        }
        out.extend_from_slice(line);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A hunk of a diff whose lines all end with CR LF.
    fn hunk(body: &str) -> Hunk {
        let as_came = body.replace('\n', "\r\n");
        let as_came = as_came.replace("file\r\n", "file\n").into_bytes();
        let count = |signs: [char; 2]| {
            let lines = body.lines().filter(|line| line.starts_with(signs));
            u32::try_from(lines.count()).unwrap()
        };
        Hunk {
            body: body.into(),
            as_came,
            old_lines: count([' ', '-']),
            new_lines: count([' ', '+']),
            ..Hunk::default()
        }
    }

    fn settled(body: &str, text: &str) -> Option<String> {
        let hunk = hunk(body);
        let settled = settle(&hunk, text.as_bytes()).ok()?;
        Some(String::from_utf8(settled.body.clone()).unwrap())
    }

    const CHANGE: &str = " a\n-b\n+c\n";
    const MARKER: &str = "\\ No newline at end of file\n";

    #[test]
    fn lines_end_as_those_of_the_file_do() {
        let with_cr = CHANGE.replace('\n', "\r\n");
        assert_eq!(settled(CHANGE, "x\na\nb\n").unwrap(), CHANGE);
        assert_eq!(settled(CHANGE, "x\r\na\r\nb\r\n").unwrap(), with_cr);
        // Where it has both, the lines of the hunk count.
        assert_eq!(settled(CHANGE, "x\r\na\nb\n").unwrap(), CHANGE);
        assert_eq!(settled(CHANGE, "x\na\r\nb\r\n").unwrap(), with_cr);
        // So do they once the change is made.
        assert_eq!(settled(CHANGE, "x\na\r\nc\r\n").unwrap(), with_cr);
        assert_eq!(settled(CHANGE, "a\r\nb\n").unwrap(), CHANGE);
    }

    #[test]
    fn lines_that_are_only_added_end_as_all_of_the_file_do() {
        assert_eq!(settled("+c\n", "a\nb\n").unwrap(), "+c\n");
        assert_eq!(settled("+c\n", "a\r\nb\r\n").unwrap(), "+c\r\n");
        assert_eq!(settled("+c\n", "").unwrap(), "+c\n");
        assert_eq!(settled("+c\n", "a\r\nb\n"), None);
    }

    #[test]
    fn a_line_without_its_end_has_no_cr() {
        let body = format!(" a\n-b\n{MARKER}+c\n{MARKER}");
        let want = format!(" a\r\n-b\n{MARKER}+c\n{MARKER}");
        assert_eq!(settled(&body, "a\r\nb").unwrap(), want);
        assert_eq!(settled(&body, "a\nb").unwrap(), body);
        // git would leave a CR at the end of the file.
        let body = format!(" a\n-b\n+c\n{MARKER}");
        assert_eq!(settled(&body, "a\r\nb\r\n"), None);
        assert_eq!(settled(&body, "a\nb\n").unwrap(), body);
    }
}
