//! Strings whose closing quote is in doubt.
//!
//! A quote ends a string if what follows it can follow a string there; any
//! other quote was meant as text. Bytes flow in from the opening quote on,
//! the string as JSON flows out.

use super::depth::Depth;
use super::machine::Kind;

/// Where a string stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Context {
    Key,
    /// A member's value, or an array's element, so many levels deep.
    Value(Kind, u32),
}

/// A string that was read.
pub(super) struct Text {
    /// Bytes from its opening quote to its end.
    pub(super) length: usize,
    pub(super) repairs: u32,
}

/// Bytes that are searched for the end of a key after a comma; longer than
/// any key of an edit.
const LONGEST_KEY: usize = 128;

/// Levels whose closers are looked for behind a string that lacks its quote;
/// no edit nests deeper.
const DEEPEST: u32 = 16;

/// The quote that `rest` begins with: its width and what closes it.
pub(super) fn opening(rest: &[u8]) -> Option<(usize, &'static [u8])> {
    match rest {
        [b'"', ..] => Some((1, b"\"")),
        [b'\'', ..] => Some((1, b"'")),
        [0xE2, 0x80, 0x9C | 0x9D, ..] => Some((3, "”".as_bytes())),
        [0xE2, 0x80, 0x98, ..] => Some((3, "’".as_bytes())),
        _ => None,
    }
}

/// What follows blanks. Comments are text here: whoever writes quotes wrong
/// writes code.
fn without_blanks(rest: &[u8]) -> &[u8] {
    let blank = |b: &u8| matches!(b, b' ' | b'\t' | b'\r' | b'\n');
    let blanks = rest.iter().take_while(|b| blank(b)).count();
    rest.get(blanks..).unwrap_or_default()
}

/// The letters, digits and underscores that `rest` begins with.
pub(super) fn word(rest: &[u8]) -> &[u8] {
    let inside = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
    let end = rest.iter().position(|b| !inside(b)).unwrap_or(rest.len());
    rest.get(..end).unwrap_or_default()
}

/// Reads the string that `rest` begins with and appends it to `out`.
///
/// `at_end` are the levels open around it, if a string that lacks its
/// closing quote may be closed where the stretch ends. `None` if it must
/// not, or if it is a Python string whose escapes are not JSON's.
pub(super) fn read(
    rest: &[u8],
    context: Context,
    at_end: Option<&Depth>,
    out: &mut Vec<u8>,
) -> Option<Text> {
    let (width, closer) = opening(rest)?;
    let mut reader = Reader { rest, at: width, repairs: 0, out };
    reader.repairs += u32::from(closer != b"\"");
    reader.out.push(b'"');
    let end = match at_end {
        Some(depth) => before_closers(rest, depth),
        None => None,
    };
    loop {
        let left = reader.left();
        if left.starts_with(closer) && reader.ends(closer.len(), context) {
            reader.at += closer.len();
            break;
        }
        if end == Some(reader.at) || reader.line_is_a_member(context) {
            reader.repairs += 1;
            break;
        }
        reader.character(closer)?;
    }
    reader.out.push(b'"');
    Some(Text { length: reader.at, repairs: reader.repairs })
}

/// Whether a quote after which `after` comes may end a value.
pub(super) fn closes(after: &[u8], kind: Kind, levels: u32) -> bool {
    let gap = without_blanks(after);
    let blank = gap.len() < after.len();
    let next = gap.get(1..).map(without_blanks).unwrap_or_default();
    match (gap.first(), kind) {
        (None, _) => true,
        (Some(b','), Kind::Object) => {
            next.is_empty() || next.starts_with(b"}") || is_key(next)
        }
        (Some(b','), Kind::Array) => begins_value(next),
        (Some(b'}' | b']'), _) => closers_end(gap, levels),
        (Some(b'"' | b'\''), Kind::Object) => blank && is_key(gap),
        (Some(b'"' | b'\'' | b'{'), Kind::Array) => blank,
        _ => false,
    }
}

/// Whether the closers that `rest` begins with are followed by more of the
/// value, or close all of it.
fn closers_end(mut rest: &[u8], levels: u32) -> bool {
    let mut closed = 0;
    while let [b'}' | b']', after @ ..] = rest {
        closed += 1;
        if closed == levels {
            let text = after.first();
            return text.is_none_or(|b| b" \t\r\n,]}{<`".contains(b));
        }
        rest = without_blanks(after);
    }
    matches!(rest.first(), None | Some(b',' | b'{' | b'"'))
}

fn begins_value(rest: &[u8]) -> bool {
    let scalar = ["true", "false", "null", "True", "False", "None"].iter();
    let mut scalar = scalar.map(|word| word.as_bytes());
    match rest.first() {
        None => true,
        Some(b'"' | b'\'' | b'{' | b'[' | b']' | b'-' | b'0'..=b'9') => true,
        Some(_) => scalar.any(|word| rest.starts_with(word)),
    }
}

/// Whether `rest` begins with a key and its colon.
fn is_key(rest: &[u8]) -> bool {
    let Some((width, closer)) = opening(rest) else {
        let name = word(rest);
        let after = rest.get(name.len()..).unwrap_or_default();
        let after = after.strip_prefix(b"\"").unwrap_or(after);
        return !name.is_empty() && without_blanks(after).starts_with(b":");
    };
    let name = rest.get(width..).unwrap_or_default();
    let looked = name.get(..LONGEST_KEY).unwrap_or(name);
    let Some(end) = memchr::memmem::find(looked, closer) else {
        return false;
    };
    let after = name.get(end + closer.len()..).unwrap_or_default();
    without_blanks(after).starts_with(b":")
}

/// Where a string must end so that exactly the closers of all open levels,
/// and then only blanks and commas, stand between it and the stretch's end.
fn before_closers(rest: &[u8], depth: &Depth) -> Option<usize> {
    let blank = |b: u8| matches!(b, b' ' | b'\t' | b'\r' | b'\n');
    if depth.levels() > DEEPEST {
        return None;
    }
    let mut end = rest.len();
    let last = |end: usize| rest.get(end.checked_sub(1)?).copied();
    while last(end).is_some_and(|b| blank(b) || b == b',') {
        end -= 1;
    }
    for level in 0..depth.levels() {
        let kind = depth.outermost(level + 1).top()?;
        let closer = if kind == Kind::Object { b'}' } else { b']' };
        while last(end).is_some_and(blank) {
            end -= 1;
        }
        if last(end) != Some(closer) {
            return None;
        }
        end -= 1;
    }
    (end > 0).then_some(end)
}

struct Reader<'r, 'o> {
    rest: &'r [u8],
    at: usize,
    repairs: u32,
    out: &'o mut Vec<u8>,
}

impl<'r> Reader<'r, '_> {
    fn left(&self) -> &'r [u8] {
        self.rest.get(self.at..).unwrap_or_default()
    }

    /// Whether the quote here, `width` bytes wide, ends the string.
    fn ends(&self, width: usize, context: Context) -> bool {
        let after = self.left().get(width..).unwrap_or_default();
        match context {
            Context::Key => true,
            Context::Value(kind, levels) => closes(after, kind, levels),
        }
    }

    /// Whether a line ends here, and the next one is a member of the object
    /// that the string stands in. A comma before the line's end is no text.
    fn line_is_a_member(&self, context: Context) -> bool {
        let left = self.left();
        let line = left.strip_prefix(b",").unwrap_or(left);
        let line = line.strip_prefix(b"\r").unwrap_or(line);
        let Some(next) = line.strip_prefix(b"\n") else { return false };
        let blanks = next.iter().take_while(|b| matches!(b, b' ' | b'\t'));
        let next = next.get(blanks.count()..).unwrap_or_default();
        matches!(context, Context::Value(Kind::Object, _))
            && matches!(next.first(), Some(b'"' | b'\''))
            && is_key(next)
    }

    fn character(&mut self, closer: &[u8]) -> Option<()> {
        let left = self.left();
        match *left.first()? {
            b'\\' => self.escape(closer)?,
            b'"' => {
                self.repairs += u32::from(closer == b"\"");
                self.put(b"\\\"", 1);
            }
            byte @ 0..0x20 => {
                self.repairs += 1;
                let text = match byte {
                    b'\n' => "\\n".to_owned(),
                    b'\r' => "\\r".to_owned(),
                    b'\t' => "\\t".to_owned(),
                    _ => format!("\\u{byte:04x}"),
                };
                self.put(text.as_bytes(), 1);
            }
            _ => self.plain(left),
        }
        Some(())
    }

    fn put(&mut self, text: &[u8], width: usize) {
        self.out.extend_from_slice(text);
        self.at += width;
    }

    /// One character of text; invalid bytes become U+FFFD.
    fn plain(&mut self, left: &[u8]) {
        match bstr::decode_utf8(left) {
            (Some(_), width) => {
                self.put(left.get(..width).unwrap_or_default(), width);
            }
            (None, width) => {
                self.repairs += 1;
                self.put("\u{fffd}".as_bytes(), width.max(1));
            }
        }
    }

    /// A backslash that begins no escape of JSON stands for itself.
    fn escape(&mut self, closer: &[u8]) -> Option<()> {
        let left = self.left();
        match left {
            [_, b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', ..] => {
                self.put(left.get(..2)?, 2);
            }
            [_, b'u', a, b, c, d, ..]
                if [a, b, c, d].iter().all(|x| x.is_ascii_hexdigit()) =>
            {
                self.put(left.get(..6)?, 6);
            }
            [_, b'\'', ..] => {
                self.repairs += u32::from(closer != b"'");
                self.put(b"'", 2);
            }
            _ if closer == b"'" => return None,
            [_, _, ..] => {
                self.repairs += 1;
                self.put(b"\\\\", 1);
            }
            _ => return None,
        }
        Some(())
    }
}
