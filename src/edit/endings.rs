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
    let exact = with(hunk, hunk.as_came.clone());
    let ended = with_cr(hunk);
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
            // An old side without an end of a line tells nothing itself.
            let tells = hunk.side(side).contains(&b'\n');
            return match Endings::of(text) {
                _ if tells => Ok(Cow::Borrowed(hunk)),
                Endings::Lf => Ok(Cow::Borrowed(hunk)),
                Endings::CrLf => Ok(Cow::Owned(ended)),
                _ if ended.body == hunk.body => Ok(Cow::Borrowed(hunk)),
                _ => Err(InDoubt),
            };
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

/// The hunk as it is meant if the lines of its file end with CR LF.
pub fn with_cr(hunk: &Hunk) -> Hunk {
    with(hunk, without_cr_at_end(&hunk.as_came))
}

fn with(hunk: &Hunk, body: Vec<u8>) -> Hunk {
    Hunk { body, as_came: Vec::new(), ..hunk.clone() }
}

/// What the files that an answer has changed so far show of its other ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Habit {
    has_lf: bool,
    has_crlf: bool,
}

impl Habit {
    /// As [`settle`]. Where a file does not tell, as one that is new, those
    /// before it do if all of them are alike.
    ///
    /// # Errors
    ///
    /// If nothing tells the reading, and that matters.
    pub fn settle<'a>(
        &mut self,
        hunk: &'a Hunk,
        text: &[u8],
    ) -> Result<Cow<'a, Hunk>, InDoubt> {
        let settled = settle(hunk, text);
        let tells =
            |old: &[u8]| old.contains(&b'\n') && Ground::new(text).has(old);
        if let Ok(settled) = &settled
            && hunk.as_came != hunk.body
            && !hunk.as_came.is_empty()
            && tells(&settled.side(Side::Old))
        {
            let is_lf = settled.body == hunk.body;
            self.has_lf |= is_lf;
            self.has_crlf |= !is_lf;
        }
        match (settled, self.has_lf, self.has_crlf) {
            (Err(InDoubt), true, false) => Ok(Cow::Borrowed(hunk)),
            (Err(InDoubt), false, true) => Ok(Cow::Owned(with_cr(hunk))),
            (settled, ..) => settled,
        }
    }
}

/// How the lines of a text end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Endings {
    /// There is no end of a line that tells.
    None,
    /// With LF alone.
    Lf,
    CrLf,
    Mixed,
}

impl Endings {
    fn of(text: &[u8]) -> Self {
        let lines = memchr::memchr_iter(b'\n', text).count();
        match memchr::memmem::find_iter(text, b"\r\n").count() {
            0 if lines == 0 => Self::None,
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
        assert_eq!(settled("+c\n", ""), None);
        assert_eq!(settled("+c\n", "a\r\nb\n"), None);
    }

    #[test]
    fn a_new_file_has_the_endings_of_those_before_it() {
        let (new, change) = (hunk("+c\n"), hunk(CHANGE));
        let told = |habit: &mut Habit| {
            let settled = habit.settle(&new, b"").ok()?;
            Some(String::from_utf8(settled.body.clone()).unwrap())
        };
        let mut habit = Habit::default();
        assert_eq!(told(&mut habit), None);
        habit.settle(&change, b"a\r\nb\r\n").unwrap();
        assert_eq!(told(&mut habit).unwrap(), "+c\r\n");
        habit.settle(&change, b"a\nb\n").unwrap();
        assert_eq!(told(&mut habit), None);
        let mut habit = Habit::default();
        habit.settle(&change, b"a\nb\n").unwrap();
        assert_eq!(told(&mut habit).unwrap(), "+c\n");
    }

    #[test]
    fn a_line_without_its_end_has_no_cr() {
        let body = format!(" a\n-b\n{MARKER}+c\n{MARKER}");
        let want = format!(" a\r\n-b\n{MARKER}+c\n{MARKER}");
        assert_eq!(settled(&body, "a\r\nb").unwrap(), want);
        let more = format!("-b\n{MARKER}+c\n+d\n{MARKER}");
        let want = format!("-b\n{MARKER}+c\r\n+d\n{MARKER}");
        assert_eq!(settled(&more, "a\r\nb").unwrap(), want);
        assert_eq!(settled(&more, "a\nb").unwrap(), more);
        assert_eq!(settled(&more, "b"), None);
        assert_eq!(settled(&body, "a\nb").unwrap(), body);
        // git would leave a CR at the end of the file.
        let body = format!(" a\n-b\n+c\n{MARKER}");
        assert_eq!(settled(&body, "a\r\nb\r\n"), None);
        assert_eq!(settled(&body, "a\nb\n").unwrap(), body);
    }
}
