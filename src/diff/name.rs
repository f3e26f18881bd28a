//! Names as headers write them: quoted, with dates behind, with prefixes.

/// The name that a `---` or `+++` line gives, without its date.
pub(super) fn of_line(rest: &[u8]) -> Vec<u8> {
    let rest = trim_end(rest);
    if let Some((name, _)) = unquote(rest) {
        return name;
    }
    // Behind a side that is not there, some tools write a date of their own.
    let is_missing = |rest: &[u8]| matches!(rest, [b' ' | b'\t', ..]);
    if rest.strip_prefix(NULL).is_some_and(is_missing) {
        return NULL.to_vec();
    }
    let end = memchr::memchr(b'\t', rest).or_else(|| date_at(rest));
    let name = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
    trim_end(name).to_vec()
}

/// The two names of a `diff --git` line. Without quotes, the place where the
/// first ends is the one at which both, without their prefixes, are the same;
/// otherwise the only blank.
pub(super) fn of_git_line(rest: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let rest = trim_end(rest);
    if rest.first() == Some(&b'"') {
        let (old, rest) = unquote(rest)?;
        let rest = rest.strip_prefix(b" ")?;
        let new = unquote(rest).map_or(rest.to_vec(), |(name, _)| name);
        return Some((old, new));
    }
    if let Some(at) = memchr::memmem::find(rest, b" \"") {
        let (new, _) = unquote(rest.get(at + 1..)?)?;
        return Some((rest.get(..at)?.to_vec(), new));
    }
    let blanks = memchr::memchr_iter(b' ', rest);
    let pairs: Vec<_> = blanks
        .filter_map(|at| Some((rest.get(..at)?, rest.get(at + 1..)?)))
        .collect();
    let same = pairs.iter().find(|(old, new)| {
        let whole = old == new;
        whole || (first_dir(old).is_some() && base(old) == base(new))
    });
    let pair = same.or(match pairs.as_slice() {
        [only] => Some(only),
        _ => None,
    });
    pair.map(|(old, new)| (old.to_vec(), new.to_vec()))
}

/// The pairs of first directories that tools and models write before a name.
const PREFIXES: [(&[u8], &[u8]); 8] = [
    (b"a", b"b"),
    (b"b", b"a"),
    (b"a", b"a"),
    (b"b", b"b"),
    (b"i", b"w"),
    (b"c", b"i"),
    (b"c", b"w"),
    (b"o", b"w"),
];

/// The first directories of the two names of a `diff --git` line, if these
/// are one file behind two different letters or digits: git writes no other
/// line for a file that keeps its name, so they are prefixes (git-config(1),
/// diff.mnemonicPrefix), whichever they are.
pub(super) fn sides<'a>(
    old: &'a [u8],
    new: &'a [u8],
) -> Option<(&'a [u8], &'a [u8])> {
    let is_short = |dir: &[u8]| {
        dir.len() == 1 && dir.iter().all(u8::is_ascii_alphanumeric)
    };
    let dirs = (first_dir(old)?, first_dir(new)?);
    let differ = dirs.0 != dirs.1 && base(old) == base(new);
    (differ && is_short(dirs.0) && is_short(dirs.1)).then_some(dirs)
}

/// The first directories of the two names of a plain header, if the names
/// differ in these alone: `diff -r old new` writes so, and what is compared
/// there is one file.
pub(super) fn compared<'a>(
    old: &'a [u8],
    new: &'a [u8],
) -> Option<(&'a [u8], &'a [u8])> {
    let (old, new) = (undotted(old), undotted(new));
    let dirs = (first_dir(old)?, first_dir(new)?);
    let is_there = |name| !is_null(name) && !base(name).is_empty();
    let differ = dirs.0 != dirs.1 && base(old) == base(new);
    let are_dirs = !dirs.0.is_empty() && !dirs.1.is_empty();
    (differ && are_dirs && is_there(old) && is_there(new)).then_some(dirs)
}

/// Takes the prefixes off two names of one file patch; one may be missing
/// because the file is new or deleted. `sides` are the prefixes that the
/// header shows. The last value says whether there were none. A `./` before
/// a name or behind its prefix is dropped; where it stands before names that
/// are the same otherwise, they have no other prefix.
pub(super) fn strip(
    old: Option<&[u8]>,
    new: Option<&[u8]>,
    sides: Option<(&[u8], &[u8])>,
) -> (Option<Vec<u8>>, Option<Vec<u8>>, Prefix) {
    let are_dotted = [old, new].iter().flatten().all(|n| is_dotted(n));
    let (old, new) = (old.map(undotted), new.map(undotted));
    if are_dotted && (old == new || old.is_none() || new.is_none()) {
        let keep = |name: &[u8]| name.to_vec();
        return (old.map(keep), new.map(keep), Prefix::None);
    }
    let dirs = (old.and_then(first_dir), new.and_then(first_dir));
    let is_shown = |(o, n): (&[u8], &[u8])| {
        let is_there = old.is_some() || new.is_some();
        is_there
            && (old.is_none() || dirs.0 == Some(o))
            && (new.is_none() || dirs.1 == Some(n))
    };
    let known = match (old.is_some(), new.is_some()) {
        _ if sides.is_some_and(is_shown) => true,
        (true, true) => PREFIXES
            .iter()
            .any(|&(o, n)| dirs.0 == Some(o) && dirs.1 == Some(n)),
        (true, false) => dirs.0.is_some_and(is_side),
        (false, true) => dirs.1.is_some_and(is_side),
        (false, false) => false,
    };
    if known {
        let cut = |name: &[u8]| undotted(base(name)).to_vec();
        return (old.map(cut), new.map(cut), Prefix::Taken);
    }
    let keep = |name: &[u8]| name.to_vec();
    (old.map(keep), new.map(keep), Prefix::None)
}

/// Whether a name had a prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Prefix {
    Taken,
    None,
}

fn is_dotted(name: &[u8]) -> bool {
    name.starts_with(b"./")
}

/// A name without a `./` before it.
pub(super) fn undotted(name: &[u8]) -> &[u8] {
    name.strip_prefix(b"./").unwrap_or(name)
}

fn is_side(dir: &[u8]) -> bool {
    matches!(dir, b"a" | b"b")
}

fn first_dir(name: &[u8]) -> Option<&[u8]> {
    name.get(..memchr::memchr(b'/', name)?)
}

/// A name without its first directory.
fn base(name: &[u8]) -> &[u8] {
    let from = memchr::memchr(b'/', name).map_or(0, |at| at + 1);
    name.get(from..).unwrap_or_default()
}

/// The name of a side that is not there.
const NULL: &[u8] = b"/dev/null";

/// Whether this is how a missing side is named.
pub(super) fn is_null(name: &[u8]) -> bool {
    matches!(name, b"/dev/null" | b"a/dev/null" | b"b/dev/null" | b"dev/null")
}

/// What stands behind the name of a `---` or `+++` line; nothing if it has no
/// date.
pub(super) fn stamp_of_line(rest: &[u8]) -> Option<&[u8]> {
    let rest = trim_end(rest);
    let tail = unquote(rest).map_or(rest, |(_, tail)| tail);
    let tab = memchr::memrchr(b'\t', tail);
    let at = tab.or_else(|| date_at(tail))?;
    tail.get(at + 1..)
}

/// Where a date begins that only a blank divides from the name.
fn date_at(text: &[u8]) -> Option<usize> {
    memchr::memchr_iter(b' ', text).find(|&at| {
        let date = text.get(at + 1..at + 11).unwrap_or_default();
        let fits = |(n, b): (usize, &u8)| match n {
            4 | 7 => *b == b'-',
            _ => b.is_ascii_digit(),
        };
        date.len() == 10 && date.iter().enumerate().all(fits)
    })
}

/// Reads a name in quotes, as C and git write them; also what follows it.
fn unquote(text: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut rest = text.strip_prefix(b"\"")?;
    let mut name = Vec::new();
    loop {
        let (&byte, tail) = rest.split_first()?;
        rest = tail;
        match byte {
            b'"' => return Some((name, rest)),
            b'\\' => {
                let (byte, tail) = escape(rest)?;
                name.push(byte);
                rest = tail;
            }
            byte => name.push(byte),
        }
    }
}

/// One escape, after its backslash, and what follows it.
fn escape(text: &[u8]) -> Option<(u8, &[u8])> {
    let (&byte, tail) = text.split_first()?;
    let plain = match byte {
        b'a' => 7,
        b'b' => 8,
        b't' => b'\t',
        b'n' => b'\n',
        b'v' => 11,
        b'f' => 12,
        b'r' => b'\r',
        b'"' | b'\\' => byte,
        b'0'..=b'3' => {
            let digits = text.get(..3)?;
            let digits = std::str::from_utf8(digits).ok()?;
            let value = u8::from_str_radix(digits, 8).ok()?;
            return Some((value, text.get(3..)?));
        }
        _ => return None,
    };
    Some((plain, tail))
}

/// Writes a name so that git reads it back: in quotes if it must be.
pub(super) fn write(prefix: &[u8], name: &[u8], out: &mut Vec<u8>) {
    let special = |b: &u8| *b < b' ' || matches!(b, b'"' | b'\\' | 127);
    if !name.iter().any(special) {
        out.extend_from_slice(prefix);
        out.extend_from_slice(name);
        return;
    }
    out.push(b'"');
    out.extend_from_slice(prefix);
    for &byte in name {
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            b if special(&b) => {
                out.extend_from_slice(format!("\\{b:03o}").as_bytes());
            }
            b => out.push(b),
        }
    }
    out.push(b'"');
}

fn trim_end(text: &[u8]) -> &[u8] {
    let blank = |b: &u8| matches!(b, b' ' | b'\r' | b'\n');
    let end = text.iter().rposition(|b| !blank(b)).map_or(0, |at| at + 1);
    text.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stripped(old: &str, new: &str) -> (String, String, Prefix) {
        let text =
            |name: Option<Vec<u8>>| String::from_utf8(name.unwrap()).unwrap();
        let (old, new, prefix) =
            strip(Some(old.as_bytes()), Some(new.as_bytes()), None);
        (text(old), text(new), prefix)
    }

    #[test]
    fn dates_are_no_part_of_a_name() {
        assert_eq!(of_line(b"a/x y.c\t2020-01-01 10:00\n"), b"a/x y.c");
        assert_eq!(of_line(b"x.java 2023-04-10 12:34:56 +08\n"), b"x.java");
        assert_eq!(of_line(b"a/x\r\n"), b"a/x");
        assert_eq!(of_line(b"\"a/t\\tb\\303\\244\"\n"), "a/t\tbä".as_bytes());
    }

    #[test]
    fn the_line_of_git_is_divided_where_both_names_are_the_same() {
        let pair = |text: &str| {
            let (old, new) = of_git_line(text.as_bytes()).unwrap();
            let text = |name| String::from_utf8(name).unwrap();
            (text(old), text(new))
        };
        let want = ("a/x y".to_owned(), "b/x y".to_owned());
        assert_eq!(pair("a/x y b/x y\n"), want);
        assert_eq!(pair("\"a/x y\" b/x y"), want);
        assert_eq!(pair("x x"), ("x".to_owned(), "x".to_owned()));
        assert_eq!(pair("a/x b/y"), ("a/x".to_owned(), "b/y".to_owned()));
    }

    #[test]
    fn prefixes_are_taken_off_in_pairs_only() {
        let (old, new, prefix) = stripped("a/src/x", "b/src/x");
        assert_eq!((old.as_str(), new.as_str()), ("src/x", "src/x"));
        assert_eq!(prefix, Prefix::Taken);
        let (old, _, prefix) = stripped("src/x", "src/x");
        assert_eq!((old.as_str(), prefix), ("src/x", Prefix::None));
        let (old, _, _) = strip(None, Some(b"b/n"), None);
        assert_eq!(old, None);
    }

    #[test]
    fn the_line_of_git_shows_prefixes_where_it_names_one_file_twice() {
        assert_eq!(sides(b"i/n", b"w/n"), Some((&b"i"[..], &b"w"[..])));
        assert_eq!(sides(b"w/d/n", b"c/d/n"), Some((&b"w"[..], &b"c"[..])));
        for (old, new) in [("w/n", "w/n"), ("src/n", "w/n"), ("i/n", "w/m")] {
            assert_eq!(sides(old.as_bytes(), new.as_bytes()), None);
        }
        let shown = sides(b"i/n", b"w/n");
        let new = |name: &[u8], sides| strip(None, Some(name), sides).1;
        assert_eq!(new(b"w/n", shown), Some(b"n".to_vec()));
        assert_eq!(new(b"w/n", None), Some(b"w/n".to_vec()));
        assert_eq!(new(b"i/n", shown), Some(b"i/n".to_vec()));
    }

    #[test]
    fn a_name_with_a_quote_is_quoted() {
        let mut out = Vec::new();
        write(b"a/", b"x\"\ty", &mut out);
        assert_eq!(out, b"\"a/x\\\"\\011y\"");
    }
}
