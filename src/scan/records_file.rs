//! A file of records: bytes in, what in it is no record out.
//!
//! An answer has records among other things; a file of them, NDJSON or JSON
//! Lines, has nothing else: each line is one value to the letter, or blank.
//! A file whose first value spans lines is taken for JSON that was printed
//! for people, and may have other such values, each on lines of its own and
//! with its bracket alone on the first; or it is one value.
//! Nothing is mended, and no line is kept beyond its first bytes.

use crate::json::{Exact, Step};
use crate::span::{CutState, Place};
use crate::text::damage::{Mark, SHOWN, mark};
use crate::text::{Utf8, fence};

/// What stands where a record should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stray {
    /// A record that its line does not end.
    Half(CutState),
    /// A number that ends with the file: digits may be missing.
    Number,
    /// A second record on the line of another one.
    Joined,
    /// What begins like a record and breaks the grammar.
    Broken,
    /// A line of a merge conflict.
    Conflict,
    /// A code fence.
    Fence,
    /// A tag around what a model thinks.
    Thinking,
    /// NUL bytes.
    Nul,
    /// A byte order mark that does not begin the file.
    Bom,
    /// Bytes that are no UTF-8.
    NotUtf8,
    /// Any other text.
    Text,
}

impl Stray {
    /// As a word that programs can compare.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Half(_) => "half-record",
            Self::Number => "open-number",
            Self::Joined => "joined-records",
            Self::Broken => "broken-record",
            Self::Conflict => "conflict-marker",
            Self::Fence => "fence",
            Self::Thinking => "thinking-tag",
            Self::Nul => "nul-bytes",
            Self::Bom => "byte-order-mark",
            Self::NotUtf8 => "not-utf8",
            Self::Text => "no-record",
        }
    }

    /// As words that can follow "has".
    pub fn describe(self) -> &'static str {
        match self {
            Self::Half(_) => "half a record",
            Self::Number => "a last number that may lack digits",
            Self::Joined => "two records on one line",
            Self::Broken => "a broken record",
            Self::Conflict => "a conflict marker",
            Self::Fence => "a code fence",
            Self::Thinking => "a thinking tag",
            Self::Nul => "NUL bytes",
            Self::Bom => "a byte order mark inside",
            Self::NotUtf8 => "bytes that are not UTF-8",
            Self::Text => "text that is no record",
        }
    }
}

/// A line, or a value over several, that is no record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StrayLine {
    /// What it is instead.
    pub stray: Stray,
    /// Where it ceases to be one.
    pub at: Place,
    /// The line, [`SHOWN`] bytes of it at most.
    pub text: String,
}

/// What is wrong with a file of records.
#[derive(Clone, Debug, Default)]
pub struct Strays {
    /// In order; the first [`LISTED`].
    pub lines: Vec<StrayLine>,
    /// All of them.
    pub count: u64,
}

/// Strays that are kept. Beyond it only the count grows.
pub const LISTED: usize = 1000;

const BOM: &[u8] = b"\xef\xbb\xbf";

/// A judge of one file; see the module.
#[derive(Debug)]
pub struct RecordsFile {
    /// Reads a value a line.
    by_line: Reader,
    /// Reads values over several lines, unless the first one lies in one.
    by_value: Option<Reader>,
    /// A line that is not blank has ended, and shown which it is.
    has_begun: bool,
}

impl Default for RecordsFile {
    fn default() -> Self {
        Self {
            by_line: Reader::new(Layout::Lines),
            by_value: Some(Reader::new(Layout::Values)),
            has_begun: false,
        }
    }
}

impl RecordsFile {
    /// Takes the next bytes of the file.
    pub fn feed(&mut self, bytes: &[u8]) {
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.by_line.feed(part);
            let Some(by_value) = &mut self.by_value else { continue };
            by_value.feed(part);
            if self.has_begun || !part.ends_with(b"\n") {
                continue;
            }
            let spans = by_value.state == State::Inside;
            let is_blank = by_value.values + by_value.strays.count == 0;
            self.has_begun = spans || !is_blank;
            if self.has_begun && !spans {
                self.by_value = None;
            }
        }
    }

    /// What is wrong, once the file has ended.
    pub fn finish(self) -> Strays {
        let by_line = self.by_line.finish();
        let lines = by_line.values;
        let by_line = by_line.strays;
        let Some(by_value) = self.by_value.map(Reader::finish) else {
            return by_line;
        };
        // A record that a line feed has torn in two is no value printed for
        // people, unless it is all of the file.
        let is_meant = !by_value.is_ragged || by_value.values <= 1;
        // Of a file printed for people few lines are values: then what is
        // wrong with it is not that its lines are none.
        let by_value = by_value.strays;
        let is_closer = by_value.count == 0 || by_line.count > lines;
        if is_meant && is_closer { by_value } else { by_line }
    }
}

/// How values lie in lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layout {
    /// A value a line.
    Lines,
    /// A value over any number of lines, which are its own.
    Values,
}

/// What a reader expects next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// A value, or blanks.
    Between,
    /// The rest of a value.
    Inside,
    /// The end of the line, behind a value.
    Behind,
    /// The end of a line that is wrong already.
    Lost,
}

#[derive(Debug)]
struct Reader {
    layout: Layout,
    state: State,
    value: Exact,
    utf8: Utf8,
    /// Where the next byte stands.
    at: Place,
    /// The first bytes of the line.
    head: Vec<u8>,
    /// Bytes of a byte order mark that the file begins with so far.
    bom: usize,
    /// What is wrong with the line.
    wrong: Option<(Stray, Place)>,
    /// Values that were whole.
    values: u64,
    /// The open value began on a line before.
    goes_on: bool,
    /// A value went on to another line although it had begun with more than
    /// its bracket.
    is_ragged: bool,
    strays: Strays,
}

impl Reader {
    fn new(layout: Layout) -> Self {
        Self {
            layout,
            state: State::Between,
            value: Exact::default(),
            utf8: Utf8::default(),
            at: Place { byte: 0, line: 1 },
            head: Vec::new(),
            bom: 0,
            wrong: None,
            values: 0,
            goes_on: false,
            is_ragged: false,
            strays: Strays::default(),
        }
    }

    /// Takes a part of a line, or all of it.
    fn feed(&mut self, part: &[u8]) {
        if self.layout == Layout::Values && self.strays.count > 0 {
            return;
        }
        let room = SHOWN.saturating_sub(self.head.len());
        self.head.extend(part.iter().take(room));
        let part = self.behind_bom(part);
        let broken = match self.state {
            State::Lost => None,
            _ => self.utf8.feed(part),
        };
        let sound = part.get(..broken.unwrap_or(part.len()));
        self.read(sound.unwrap_or_default());
        if let Some(broken) = broken {
            self.lose(Stray::NotUtf8, broken);
        }
        self.at.byte += part.len() as u64;
        if part.ends_with(b"\n") {
            self.end_line();
        }
    }

    /// The part without the byte order mark that may begin the file.
    fn behind_bom<'p>(&mut self, mut part: &'p [u8]) -> &'p [u8] {
        while self.bom as u64 == self.at.byte
            && let Some((first, rest)) = part.split_first()
            && BOM.get(self.bom) == Some(first)
        {
            self.bom += 1;
            self.at.byte += 1;
            part = rest;
        }
        if self.has_torn_bom() && !part.is_empty() {
            self.lose(Stray::NotUtf8, 0);
        }
        part
    }

    /// Whether the file begins with a part of a byte order mark alone.
    fn has_torn_bom(&self) -> bool {
        self.bom > 0 && self.bom < BOM.len()
    }

    /// Reads text of one line.
    fn read(&mut self, text: &[u8]) {
        let mut used = 0;
        loop {
            let mut rest = text.get(used..).unwrap_or_default();
            if matches!(self.state, State::Between | State::Behind) {
                let blanks = rest.iter().take_while(|b| is_blank(**b));
                used += blanks.count();
                rest = text.get(used..).unwrap_or_default();
            }
            if self.layout == Layout::Lines {
                rest = rest.strip_suffix(b"\n").unwrap_or(rest);
            }
            let Some(first) = rest.first() else { return };
            match self.state {
                State::Lost => return,
                State::Behind => {
                    let begins = matches!(first, b'{' | b'[' | b'"');
                    let joined = begins.then_some(Stray::Joined);
                    let stray = joined.unwrap_or(Self::fault(*first));
                    return self.lose(stray, used);
                }
                State::Between | State::Inside => {}
            }
            let (taken, step) = self.value.step(rest);
            used += taken;
            self.state = State::Inside;
            match step {
                Step::More => return,
                Step::Fault => {
                    let byte = rest.get(taken).copied();
                    return self.lose(Self::fault(byte.unwrap_or(b' ')), used);
                }
                Step::Whole => {
                    self.values += 1;
                    self.state = State::Behind;
                }
            }
        }
    }

    /// What a byte is that cannot follow.
    fn fault(byte: u8) -> Stray {
        if byte == 0 { Stray::Nul } else { Stray::Text }
    }

    /// The rest of the line is lost: why, and how far behind the place.
    fn lose(&mut self, stray: Stray, behind: usize) {
        if self.state != State::Lost {
            let byte = self.at.byte + behind as u64;
            self.wrong = Some((stray, Place { byte, ..self.at }));
            self.state = State::Lost;
        }
    }

    fn end_line(&mut self) {
        let is_open = self.state == State::Inside;
        if self.layout == Layout::Values && is_open {
            let is_bracket = matches!(self.head.trim_ascii(), b"{" | b"[");
            self.is_ragged |= !self.goes_on && !is_bracket;
            self.goes_on = true;
            return self.next_line();
        }
        self.goes_on = false;
        if is_open && self.value.is_whole_number() {
            self.values += 1;
        } else if is_open {
            let at = Place { byte: self.at.byte - 1, ..self.at };
            self.wrong = Some((Stray::Half(self.value.open_state()), at));
        }
        self.tell();
        self.value = Exact::default();
        self.state = State::Between;
        self.next_line();
    }

    fn next_line(&mut self) {
        self.head.clear();
        self.utf8 = Utf8::default();
        self.at.line += 1;
    }

    /// Keeps what is wrong with the line.
    fn tell(&mut self) {
        let Some((stray, at)) = self.wrong.take() else { return };
        let head = self.head.trim_ascii();
        let stray = match stray {
            Stray::Text => named(head),
            other => other,
        };
        let text = match head.iter().all(|byte| *byte == 0) {
            true => String::new(),
            false => String::from_utf8_lossy(head).into_owned(),
        };
        self.strays.count += 1;
        if self.strays.lines.len() < LISTED {
            self.strays.lines.push(StrayLine { stray, at, text });
        }
    }

    /// The end of the file.
    fn finish(mut self) -> Self {
        if !self.utf8.is_whole() || self.has_torn_bom() {
            self.lose(Stray::NotUtf8, 0);
        }
        if self.state == State::Inside {
            let stray = match self.value.is_whole_number() {
                true => Stray::Number,
                false => Stray::Half(self.value.open_state()),
            };
            self.wrong = Some((stray, self.at));
        }
        self.tell();
        self
    }
}

/// What a line is that begins with these bytes and is no record.
fn named(head: &[u8]) -> Stray {
    match mark(head) {
        Some(Mark::Thinks | Mark::Thought) => Stray::Thinking,
        Some(_) => Stray::Conflict,
        None if fence::mark(head).is_some() => Stray::Fence,
        None if head.starts_with(BOM) => Stray::Bom,
        None if matches!(head.first(), Some(b'{' | b'[' | b'"')) => {
            Stray::Broken
        }
        None => Stray::Text,
    }
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is wrong with a file: a word and a line each.
    fn wrong(bytes: &[u8]) -> Vec<(&'static str, u64, u64)> {
        let told = |chunk: usize| {
            let mut file = RecordsFile::default();
            bytes.chunks(chunk).for_each(|part| file.feed(part));
            let strays = file.finish();
            assert_eq!(strays.count, strays.lines.len() as u64);
            let told = |line: &StrayLine| {
                (line.stray.reason(), line.at.line, line.at.byte)
            };
            strays.lines.iter().map(told).collect::<Vec<_>>()
        };
        let whole = told(bytes.len().max(1));
        for chunk in [1, 2, 3, 7] {
            assert_eq!(told(chunk), whole, "chunks of {chunk}");
        }
        whole
    }

    #[test]
    fn lines_of_one_value_are_whole() {
        for text in [
            "",
            "{\"a\":1}\n{\"b\":[1,2]}\n\"s\"\n3\n",
            "{\"a\":1}\r\n\r\n{\"b\":2}\r\n3\r\n",
            "\u{feff}{\"a\":1}\n",
            "\n \t\n{\"a\":1}\n\n",
            "{\"a\":1}",
            "  [1] \n-1.5e3\ntrue\nnull\n[]\n{}\n",
            "{\"a\":\"\u{2028}\u{e9}{[\"}\n",
        ] {
            assert_eq!(wrong(text.as_bytes()), [], "{text}");
        }
    }

    #[test]
    fn a_file_printed_for_people_is_whole() {
        for text in [
            "{\n  \"a\": 1\n}\n",
            "[\n{\"a\":1},\n{\"b\":2}\n]\n",
            "\n{\n\"a\": 1\n}\n{}\n3\n[\n1\n]",
            "[{\"a\":1},\n{\"b\":2}]\n",
        ] {
            assert_eq!(wrong(text.as_bytes()), [], "{text}");
        }
        let cut = b"{\n  \"a\": [\n    1,\n    \"x";
        assert_eq!(wrong(cut), [("half-record", 4, 24)]);
        let mixed = b"{\n\"a\": 1\n}\nKilled\n";
        assert_eq!(wrong(mixed), [("no-record", 4, 11)]);
        let joined = b"{\n\"a\": 1\n}{\n\"b\": 1\n}\n";
        assert_eq!(wrong(joined), [("joined-records", 3, 10)]);
    }

    #[test]
    fn everything_else_is_told_with_its_place() {
        let one = |text: &str| {
            let all = wrong(text.as_bytes());
            assert_eq!(all.len(), 1, "{text}: {all:?}");
            (all[0].0, all[0].1)
        };
        assert_eq!(one("{\"a\":1}\nKilled\n"), ("no-record", 2));
        assert_eq!(one("{\"a\":1}\n{\"b\":"), ("half-record", 2));
        assert_eq!(one("{}\n{\"b\":\"x\n{}\n"), ("half-record", 2));
        assert_eq!(one("{\"b\":\n{}\n{}\n"), ("half-record", 1));
        let torn = wrong(b"{\"a\":1,\n\"b\":2}\n{}\n{}\n");
        assert_eq!(torn[0], ("half-record", 1, 7));
        assert_eq!(one("{}\nrld\"}\n{}\n"), ("no-record", 2));
        assert_eq!(one("{}\n\"b\":1}\n{}\n"), ("broken-record", 2));
        assert_eq!(one("{}{}\n"), ("joined-records", 1));
        assert_eq!(one("{} \"a\"\n"), ("joined-records", 1));
        assert_eq!(one("{},\n{}\n"), ("broken-record", 1));
        assert_eq!(one("{}\n\0\0\0\n"), ("nul-bytes", 2));
        assert_eq!(one("{}\0\0"), ("nul-bytes", 1));
        assert_eq!(one("{}\n{\"a\":\"\0\0"), ("nul-bytes", 2));
        assert_eq!(one("{}\n\u{feff}{}\n"), ("byte-order-mark", 2));
        assert_eq!(one("{}\n// note\n"), ("no-record", 2));
        assert_eq!(one("{}\n{\"a\":NaN}\n"), ("broken-record", 2));
        assert_eq!(one("{}\n12"), ("open-number", 2));
        assert_eq!(one("{}\r[]\r"), ("joined-records", 1));
        assert_eq!(one("<think>\n{}\n"), ("thinking-tag", 1));
        assert_eq!(wrong(b"{}\n{\"a\":\"\xff\"}\n"), [("not-utf8", 2, 9)]);
        assert_eq!(wrong(b"\xff\xfe{\0}\0"), [("not-utf8", 1, 0)]);
        assert_eq!(wrong(b"\xef\xbb"), [("not-utf8", 1, 2)]);
        let marks: Vec<_> =
            wrong(b"{}\n<<<<<<< HEAD\n{}\n=======\n>>>>>>> x\n")
                .into_iter()
                .map(|(word, line, _)| (word, line))
                .collect();
        let marker = |line| ("conflict-marker", line);
        assert_eq!(marks, [marker(2), marker(4), marker(5)]);
        let fenced = wrong(b"```json\n{}\n```\n");
        assert_eq!(fenced, [("fence", 1, 0), ("fence", 3, 11)]);
    }
}
