//! What stands between records: lines of prose, code fences, and the
//! decorations after which a record may begin a line.
//!
//! A push machine over lines that stops at each byte where a value may
//! begin. It does not look into values.

use memchr::{memchr, memchr2, memchr3};

use super::Values;
use super::likeness::{self, Strays};
use crate::span::Place;
use crate::text::fence;

/// The part of a line that the next byte belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Only blanks so far.
    Indent,
    /// Blanks and decorations: a bullet, a number, a tag, `data:`.
    Decoration,
    /// A record has just ended.
    AfterRecord,
    /// Other text.
    Prose,
    /// Text that may be a broken record's.
    Values,
}

/// What stands at the place where [`Text::advance`] stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// The bytes at hand do not tell.
    More,
    /// A value that begins a line, or follows a record on it.
    Value,
    /// An opening brace after other text.
    Brace,
    /// The start of a line, for those who asked to be told.
    Line,
}

/// An open code fence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Fence {
    mark: u8,
    length: usize,
    language: Language,
}

/// What the word behind an opening fence says of the lines below.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Language {
    Unknown,
    /// JSON of some kind.
    Json,
    Other,
}

/// Bytes of a line that are looked at before it is known to be no fence or
/// tag. Info strings and tags are a few words long.
const LOOK_AHEAD: usize = 256;

/// The text around records; see the module.
#[derive(Clone, Debug)]
pub(super) struct Text {
    pub(super) at: Place,
    pub(super) part: Part,
    /// Leading blanks of the current line, in bytes.
    pub(super) indent: u32,
    /// Text that is more than closing brackets was passed; its reader sets
    /// it back.
    pub(super) has_words: bool,
    /// A record that began this line has ended on it.
    behind_record: bool,
    /// Indentation of a record that had a quote inside that ended it too
    /// early. Lines below it that are indented deeper are its values.
    early: Option<u32>,
    /// Where such a quote shows beyond doubt; its reader sets it back.
    pub(super) ended_early: Option<Place>,
    /// Where the last record ended, and whether the rest of a string seems to
    /// follow.
    record_end: u64,
    tight: bool,
    fence: Option<Fence>,
    /// A record ended on this line or the one before, and nothing else but
    /// closing brackets and decorations has come since.
    beside_record: bool,
    /// Its reader sets it back.
    pub(super) strays: Strays,
    /// Whether to stop where a line begins.
    pub(super) stops_at_lines: bool,
    /// A line begins here, and nobody was told.
    is_at_line: bool,
    /// Whether somebody else reads fences, and says which one is open.
    is_told_fences: bool,
    values: Values,
}

enum Token {
    /// So many bytes of decoration.
    Skip(usize),
    /// So many bytes, after which the line is prose.
    SkipToProse(usize),
    Value,
    Prose,
    More,
}

impl Text {
    pub(super) fn new(values: Values) -> Self {
        Self {
            at: Place { byte: 0, line: 1 },
            part: Part::Indent,
            indent: 0,
            has_words: false,
            behind_record: false,
            early: None,
            ended_early: None,
            record_end: 0,
            tight: false,
            fence: None,
            beside_record: false,
            strays: Strays::default(),
            stops_at_lines: false,
            is_at_line: false,
            is_told_fences: false,
            values,
        }
    }

    /// Whether a code fence is open.
    pub(super) fn in_fence(&self) -> bool {
        self.fence.is_some()
    }

    /// Whether the lines here are said to be of another language than JSON.
    pub(super) fn is_other_language(&self) -> bool {
        self.fence.is_some_and(|fence| fence.language == Language::Other)
    }

    /// Whether nothing but records is likely to be here.
    pub(super) fn expects_records(&self) -> bool {
        let json = |fence: Fence| fence.language == Language::Json;
        self.beside_record || self.fence.is_some_and(json)
    }

    /// Takes somebody else's word for the fence that is open.
    pub(super) fn set_fence(&mut self, info: Option<&[u8]>) {
        self.is_told_fences = true;
        self.fence = info.map(|info| Fence {
            mark: b'`',
            length: 3,
            language: language(info),
        });
    }

    /// Goes on at `at`, in the middle of a line.
    pub(super) fn resume(&mut self, at: Place, part: Part) {
        self.at = at;
        if part == Part::AfterRecord {
            self.behind_record |= self.part != Part::Prose;
            self.record_end = at.byte;
        }
        self.beside_record = part == Part::AfterRecord;
        self.part = part;
    }

    /// Goes on at the first byte of a line, or of what is read like one,
    /// behind text that is somebody else's.
    pub(super) fn pass(&mut self, at: Place) {
        self.resume_line(at);
        self.is_at_line = false;
        self.early = None;
    }

    /// Goes on at the first byte of a line.
    pub(super) fn resume_line(&mut self, at: Place) {
        self.resume(at, Part::Indent);
        self.behind_record = false;
        self.indent = 0;
        self.is_at_line = true;
    }

    /// Consumes text up to the next place where a value may begin. `rest`
    /// holds the bytes from [`Text::at`] on; `last` says that no more come.
    pub(super) fn advance(&mut self, rest: &[u8], last: bool) -> Found {
        let mut rest = rest;
        if std::mem::take(&mut self.is_at_line) && self.stops_at_lines {
            return Found::Line;
        }
        loop {
            if rest.first() == Some(&b'\n') {
                self.skip(&mut rest, 1);
                self.at.line += 1;
                self.beside_record &= self.part == Part::AfterRecord;
                self.part = Part::Indent;
                self.behind_record = false;
                self.indent = 0;
                if self.stops_at_lines {
                    return Found::Line;
                }
                continue;
            }
            if matches!(self.part, Part::Prose | Part::Values) {
                match self.prose(&mut rest) {
                    Some(found) => return found,
                    None => continue,
                }
            }
            if self.early.is_some() && self.is_deeper(rest) {
                self.part = Part::Values;
                continue;
            }
            match self.token(rest, last) {
                Token::Skip(n) => self.skip_decoration(&mut rest, n),
                Token::SkipToProse(n) => {
                    self.skip(&mut rest, n);
                    self.part = Part::Prose;
                    self.beside_record = false;
                }
                Token::Value => return Found::Value,
                Token::More if !last => return Found::More,
                Token::More if rest.is_empty() => return Found::More,
                Token::More if self.expects_scalar(rest) => {
                    return Found::Value;
                }
                Token::Prose | Token::More => {
                    let Some(stray) = self.is_stray(rest, last) else {
                        return Found::More;
                    };
                    if stray {
                        self.strays.note(self.at);
                    }
                    let closer = matches!(rest.first(), Some(b'}' | b']'));
                    self.has_words |= !closer;
                    self.beside_record &= closer;
                    self.tight =
                        self.at.byte == self.record_end && goes_on(rest);
                    self.part = Part::Prose;
                }
            }
        }
    }

    /// Whether text that begins here, in the middle of a line or with it,
    /// stands in a record's place; `None` if more of it must come first.
    fn is_stray(&self, rest: &[u8], last: bool) -> Option<bool> {
        if self.is_other_language() {
            return Some(false);
        }
        match rest.first() {
            // A closing tag behind its record.
            Some(b'<') if self.behind_record => match rest.get(1) {
                None if !last => None,
                next => Some(next != Some(&b'/')),
            },
            _ if self.behind_record => Some(true),
            Some(b'}' | b']') => Some(self.beside_record),
            Some(b'"') => {
                Some(likeness::is_member(likeness::line(rest, last)?))
            }
            _ => Some(false),
        }
    }

    /// Whether the line that begins here is a broken record's.
    fn is_deeper(&mut self, rest: &[u8]) -> bool {
        let blank = |b: &u8| matches!(b, b' ' | b'\t' | b'\r');
        if self.part != Part::Indent || rest.first().is_none_or(blank) {
            return false;
        }
        let indent = self.indent;
        self.early = self.early.filter(|early| indent > *early);
        self.early.is_some()
    }

    /// Whether a scalar that counts may begin here.
    fn expects_scalar(&self, rest: &[u8]) -> bool {
        self.values == Values::Any && begins_scalar(rest)
    }

    fn skip(&mut self, rest: &mut &[u8], n: usize) {
        let n = n.min(rest.len());
        *rest = rest.get(n..).unwrap_or_default();
        self.at.byte += n as u64;
    }

    fn skip_decoration(&mut self, rest: &mut &[u8], n: usize) {
        let blank = matches!(rest.first(), Some(b' ' | b'\t'));
        match self.part {
            Part::Indent if blank => {
                self.indent = self.indent.saturating_add(n as u32);
            }
            Part::Indent => self.part = Part::Decoration,
            _ => {}
        }
        self.skip(rest, n);
    }

    /// The rest of a line of prose; `None` when a line feed was reached.
    ///
    /// A quote in it behind a record shows that the record had one inside
    /// that ended it too early: what follows on the line are its values.
    fn prose(&mut self, rest: &mut &[u8]) -> Option<Found> {
        loop {
            let found = match self.part {
                Part::Values => memchr(b'\n', rest),
                _ if self.behind_record => memchr3(b'{', b'\n', b'"', rest),
                _ => memchr2(b'{', b'\n', rest),
            };
            let Some(n) = found else {
                self.skip(rest, rest.len());
                return Some(Found::More);
            };
            self.skip(rest, n);
            match *rest {
                [b'"', ..] => {
                    self.part = Part::Values;
                    self.early = Some(self.indent);
                    self.ended_early = self.tight.then_some(self.at);
                }
                // No key begins like this; floods of braces do.
                [b'{', b'{' | b'[' | b',' | b':' | b']', ..] => {
                    self.skip(rest, 1);
                }
                [b'{', ..] => return Some(Found::Brace),
                _ => return None,
            }
        }
    }

    /// What the next bytes are, before the line has turned into prose.
    fn token(&mut self, rest: &[u8], last: bool) -> Token {
        let Some(&byte) = rest.first() else { return Token::More };
        let starts_line = self.part != Part::AfterRecord;
        match byte {
            b'{' | b'[' => Token::Value,
            b' ' | b'\t' | b'\r' | b',' | 0 | 0x1E => Token::Skip(1),
            b'`' | b'~' => self.marks(rest, byte, last),
            0x1B => ansi(rest),
            0xEF => literal(rest, "\u{feff}".as_bytes()),
            _ if self.expects_scalar(rest) => scalar(rest, starts_line),
            _ if !starts_line => Token::Prose,
            b'<' => tag(rest),
            b'd' => literal(rest, b"data:"),
            b'-' | b'*' | b'+' => bullet(rest, 1),
            0xE2 => literal(rest, "•".as_bytes()),
            b'0'..=b'9' => numbering(rest),
            _ => Token::Prose,
        }
    }

    /// A run of backticks or tildes: a fence, or inline code.
    fn marks(&mut self, rest: &[u8], mark: u8, last: bool) -> Token {
        let length = rest.iter().take_while(|b| **b == mark).count();
        let line = memchr(b'\n', rest);
        let looked = rest.len().min(LOOK_AHEAD);
        if line.is_none() && rest.len() < LOOK_AHEAD && !last {
            return Token::More;
        }
        if length < 3 {
            let code = mark == b'`';
            return if code { Token::Skip(length) } else { Token::Prose };
        }
        let end = line.unwrap_or(looked);
        let text = rest.get(..end).unwrap_or_default();
        let info = text.get(length..).unwrap_or_default();
        let is_mark = !self.is_told_fences && fence::mark(text).is_some();
        if is_mark && self.closes(mark, length, info) {
            self.fence = None;
            return Token::SkipToProse(length);
        }
        let word = info.iter().take_while(|b| is_info(**b)).count();
        let language = language(info);
        let body = info.get(word..).unwrap_or_default().trim_ascii_start();
        if is_mark && self.fence.is_none() && self.part != Part::AfterRecord {
            self.fence = Some(Fence { mark, length, language });
        }
        if matches!(body.first(), Some(b'{' | b'[')) {
            return Token::Skip(end - body.len());
        }
        Token::SkipToProse(length)
    }

    fn closes(&self, mark: u8, length: usize, info: &[u8]) -> bool {
        let Some(open) = self.fence else { return false };
        let blank = info.trim_ascii().is_empty();
        blank && open.mark == mark && length >= open.length
    }
}

/// What the info string of a fence says.
fn language(info: &[u8]) -> Language {
    let info = info.trim_ascii_start();
    let word = info.iter().take_while(|b| is_info(**b)).count();
    let word = info.get(..word).unwrap_or_default().to_ascii_lowercase();
    match word.as_slice() {
        b"" => Language::Unknown,
        b"json" | b"jsonl" | b"ndjson" | b"json5" | b"jsonc" | b"jsonlines" => {
            Language::Json
        }
        _ => Language::Other,
    }
}

fn is_info(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'+' | b'-' | b'.')
}

/// Whether a decoration and then a value begin the line that `rest` begins
/// with: [`Found::Value`] if so, [`Found::Brace`] if not.
pub(super) fn decorates(rest: &[u8], last: bool) -> Found {
    let decoration = rest.first().is_some_and(|byte| {
        matches!(byte, b'-' | b'*' | b'+' | b'<' | b'd' | b'0'..=b'9')
            || matches!(byte, 0 | 0x1B | 0x1E | 0xE2 | 0xEF)
    });
    if !decoration {
        return Found::Brace;
    }
    let looked = rest.get(..LOOK_AHEAD).unwrap_or(rest);
    let end = memchr(b'\n', looked);
    if end.is_none() && rest.len() < LOOK_AHEAD && !last {
        return Found::More;
    }
    let line = end.and_then(|n| rest.get(..n)).unwrap_or(looked);
    match Text::new(Values::Records).advance(line, true) {
        Found::Value => Found::Value,
        Found::More | Found::Brace | Found::Line => Found::Brace,
    }
}

/// Whether what follows a record reads like the rest of a string in which
/// the record ended: code goes on so, and nobody's prose.
pub(super) fn goes_on(rest: &[u8]) -> bool {
    matches!(rest.first(), Some(b'"' | b'\'' | b'\\' | b')' | b';'))
}

/// Whether a string, number or literal of JSON may begin here.
fn begins_scalar(rest: &[u8]) -> bool {
    match rest.first() {
        Some(b'-') => rest.get(1).is_none_or(u8::is_ascii_digit),
        Some(byte) => {
            matches!(byte, b'"' | b'0'..=b'9' | b't' | b'f' | b'n')
        }
        None => false,
    }
}

/// A scalar, unless it is the number of a list item or another word.
fn scalar(rest: &[u8], starts_line: bool) -> Token {
    let word: &[u8] = match rest.first() {
        Some(b'"') => return Token::Value,
        Some(b't') => b"true",
        Some(b'f') => b"false",
        Some(b'n') => b"null",
        Some(b'-') if rest.len() > 1 => return Token::Value,
        Some(b'-') => return Token::More,
        _ => match numbering(rest) {
            Token::Prose => return Token::Value,
            Token::Skip(_) if !starts_line => return Token::Value,
            other => return other,
        },
    };
    match literal(rest, word) {
        Token::Skip(_) => Token::Value,
        other => other,
    }
}

/// `text`, as a decoration, if it stands here.
fn literal(rest: &[u8], text: &[u8]) -> Token {
    if rest.starts_with(text) {
        return Token::Skip(text.len());
    }
    if text.starts_with(rest) { Token::More } else { Token::Prose }
}

/// A bullet, which a blank must follow.
fn bullet(rest: &[u8], width: usize) -> Token {
    match rest.get(width) {
        None => Token::More,
        Some(b' ' | b'\t') => Token::Skip(width),
        Some(_) => Token::Prose,
    }
}

/// `12.` or `12)`, followed by a blank.
fn numbering(rest: &[u8]) -> Token {
    let digits = rest.iter().take(16).take_while(|b| b.is_ascii_digit());
    let digits = digits.count();
    match rest.get(digits) {
        None => Token::More,
        Some(b'.' | b')') => bullet(rest, digits + 1),
        Some(_) => Token::Prose,
    }
}

/// An XML-like tag: `<edits>`, `</edits>`, `<file name="x">`.
fn tag(rest: &[u8]) -> Token {
    match rest.get(1) {
        None => return Token::More,
        Some(b'/' | b'!' | b'?') => {}
        Some(byte) if byte.is_ascii_alphabetic() => {}
        Some(_) => return Token::Prose,
    }
    let looked = rest.get(1..rest.len().min(LOOK_AHEAD)).unwrap_or_default();
    match looked.iter().position(|b| matches!(b, b'>' | b'<' | b'\n')) {
        Some(n) if looked.get(n) == Some(&b'>') => Token::Skip(n + 2),
        None if rest.len() < LOOK_AHEAD => Token::More,
        _ => Token::Prose,
    }
}

/// A colour or style sequence (ECMA-48 SGR): `ESC [ ... m`.
fn ansi(rest: &[u8]) -> Token {
    match rest.get(1) {
        None => return Token::More,
        Some(b'[') => {}
        Some(_) => return Token::Prose,
    }
    let parameters = rest.iter().skip(2).take(LOOK_AHEAD);
    let parameters = parameters
        .take_while(|b| matches!(b, b'0'..=b'9' | b';' | b':' | b'?'))
        .count();
    match rest.get(2 + parameters) {
        None => Token::More,
        Some(byte) if byte.is_ascii_alphabetic() => Token::Skip(parameters + 3),
        Some(_) => Token::Prose,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Advances over a whole text; what was found, where, and in which line.
    fn found(text: &str) -> (Found, u64, u64) {
        let mut state = Text::new(Values::Records);
        let found = state.advance(text.as_bytes(), true);
        (found, state.at.byte, state.at.line)
    }

    #[test]
    fn a_value_may_follow_a_decoration() {
        for prefix in [
            "",
            "  ",
            "- ",
            "12. ",
            "3) ",
            "data: ",
            "data:",
            "\u{1e}",
            "<edits>",
            "• ",
            "`",
            "```",
            "```json ",
            "\u{feff}",
            "\x1b[1m",
            ",",
            "\0",
            "- 1. <a b=\"c\"> ",
        ] {
            let text = format!("{prefix}{{\"a\":1}}");
            let want = (Found::Value, prefix.len() as u64, 1);
            assert_eq!(found(&text), want, "{prefix:?}");
        }
    }

    #[test]
    fn other_text_makes_a_brace() {
        for prefix in ["File 0: ", "-", "1", "a ", "~", "<3 ", "datum ", "// "]
        {
            let text = format!("\n{prefix}{{\"a\":1}}");
            let want = (Found::Brace, prefix.len() as u64 + 1, 2);
            assert_eq!(found(&text), want, "{prefix:?}");
        }
    }

    #[test]
    fn fences_open_and_close() {
        let mut state = Text::new(Values::Records);
        state.advance(b"```json\n", true);
        assert!(state.in_fence());
        state.advance(b"~~~\n``\n```\n", true);
        assert!(!state.in_fence());
    }
}
