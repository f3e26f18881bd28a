//! The machine inside quotes: keys and strings in all the spellings that
//! models use, their escapes, and the raw line feeds that JSON forbids.

use super::cursor::Cursor;
use super::machine::{Fault, Machine, State, Stop};
use super::run;

/// What closes a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quote {
    Double,
    Single,
    /// U+201C or U+201D opened it, U+201D closes it.
    TypographicDouble,
    /// U+2018 opened it, U+2019 closes it.
    TypographicSingle,
}

/// What a string is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Key,
    Value,
}

impl Machine {
    pub(super) fn begin_typographic(
        &mut self,
        c: &mut Cursor<'_>,
        role: Role,
    ) -> Option<Stop> {
        match c.rest() {
            [0xE2, 0x80, 0x9C | 0x9D, ..] => {
                self.repairs += 1;
                self.begin_text(c, Quote::TypographicDouble, 3, role)
            }
            [0xE2, 0x80, 0x98, ..] => {
                self.repairs += 1;
                self.begin_text(c, Quote::TypographicSingle, 3, role)
            }
            [0xE2] | [0xE2, 0x80] => Some(Stop::More),
            _ => Some(Stop::Fault),
        }
    }

    pub(super) fn begin_text(
        &mut self,
        c: &mut Cursor<'_>,
        quote: Quote,
        width: usize,
        role: Role,
    ) -> Option<Stop> {
        if quote == Quote::Single {
            self.repairs += 1;
            self.python = true;
        }
        self.token = c.at();
        self.quote = quote;
        self.in_key = role == Role::Key;
        self.state = State::Text;
        c.i += width;
        None
    }

    pub(super) fn text(&mut self, c: &mut Cursor<'_>) -> Option<Stop> {
        if self.indent.is_some() {
            return self.text_line_start(c);
        }
        let stop = self.closing_byte();
        c.i += run::plain(c.rest(), stop);
        // Most of what stops a run are escapes of one letter.
        while let [b'\\', letter, rest @ ..] = c.rest()
            && b"n\"\\tr/bf".contains(letter)
            && !self.python
        {
            c.i += 2 + run::plain(rest, stop);
        }
        match c.peek() {
            None => Some(Stop::More),
            Some(b'\\') => {
                c.i += 1;
                self.state = State::Escape;
                None
            }
            Some(0..0x20) if self.levels() == 0 => Some(Stop::Fault),
            Some(byte) if byte < 0x20 => {
                c.i += 1;
                self.repairs += 1;
                if byte == b'\n' {
                    self.line_feed();
                }
                None
            }
            Some(_) => self.maybe_end_text(c),
        }
    }

    /// What closes the open string.
    pub(super) fn closing_quote(&self) -> &'static [u8] {
        match self.quote {
            Quote::Double => b"\"",
            Quote::Single => b"'",
            Quote::TypographicDouble => "”".as_bytes(),
            Quote::TypographicSingle => "’".as_bytes(),
        }
    }

    /// The first byte of what closes the string.
    fn closing_byte(&self) -> u8 {
        match self.quote {
            Quote::Double => b'"',
            Quote::Single => b'\'',
            _ => 0xE2,
        }
    }

    fn maybe_end_text(&mut self, c: &mut Cursor<'_>) -> Option<Stop> {
        let last = match self.quote {
            Quote::Double | Quote::Single => return self.end_text(c, 1),
            Quote::TypographicDouble => 0x9D,
            Quote::TypographicSingle => 0x99,
        };
        match c.rest() {
            [_] | [_, 0x80] => Some(Stop::More),
            [_, 0x80, byte, ..] if *byte == last => self.end_text(c, 3),
            _ => {
                c.i += 1;
                None
            }
        }
    }

    fn end_text(&mut self, c: &mut Cursor<'_>, width: usize) -> Option<Stop> {
        c.i += width;
        if !self.in_key {
            self.state = State::AfterValue;
            return None;
        }
        self.state = State::Colon;
        let start = self.token;
        (self.levels() <= self.watch).then_some(Stop::Key { start })
    }

    /// Blanks after a raw line feed in a string, up to the first other byte.
    fn text_line_start(&mut self, c: &mut Cursor<'_>) -> Option<Stop> {
        let Some(byte) = c.peek() else { return Some(Stop::More) };
        if matches!(byte, b' ' | b'\t' | b'\r') {
            self.indent = self.indent.map(|n| n.saturating_add(1));
            self.repairs += u32::from(byte < b' ');
            c.i += 1;
            return None;
        }
        self.starts_line(byte).then_some(Stop::LineStart)
    }

    pub(super) fn escape(&mut self, c: &mut Cursor<'_>) -> Option<Stop> {
        let Some(byte) = c.peek() else { return Some(Stop::More) };
        self.state = match (byte, self.python) {
            (b'u', _) => State::Hex(4),
            (b'x', true) => State::Hex(2),
            (b'U', true) => State::Hex(8),
            _ => State::Text,
        };
        match (byte, self.python) {
            (b'\n', true) => self.line_feed(),
            (b'N', true) => self.broken(Fault::Escape, c),
            (_, true) => {}
            (b'"' | b'\\' | b'/' | b'b' | b'f' | b'n', false) => {}
            (b'r' | b't' | b'u', false) => {}
            (_, false) => {
                self.broken(Fault::Escape, c);
                if byte < 0x20 {
                    return None;
                }
            }
        }
        c.i += 1;
        None
    }

    pub(super) fn hex(&mut self, c: &mut Cursor<'_>, left: u8) -> Option<Stop> {
        let Some(byte) = c.peek() else { return Some(Stop::More) };
        self.state = State::Text;
        if byte.is_ascii_hexdigit() {
            c.i += 1;
            if left > 1 {
                self.state = State::Hex(left - 1);
            }
        } else {
            self.broken(Fault::Escape, c);
        }
        None
    }
}
