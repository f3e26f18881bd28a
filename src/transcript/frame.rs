//! Lines of a stream of server-sent events in, the data they carry out.
//!
//! The format is that of the HTML standard, section "Server-sent events",
//! read leniently: a document that has closed needs no blank line after it.

/// How documents follow one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    /// As the data of server-sent events.
    Events,
    /// One JSON value after the other, or in one array.
    Values,
    /// As the payload of binary messages.
    Messages,
}

/// What [`Lines::step`] found.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line<'a> {
    /// Every byte is consumed.
    More,
    /// A line of data begins.
    Begin,
    /// A stretch of data, without its line end.
    Data(&'a [u8]),
    /// A line of data ended.
    End,
    /// A blank line: the event ended.
    Blank,
    /// A line that is none of an event stream's; it is skipped.
    Foreign,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// In the name of a field.
    #[default]
    Name,
    /// After the colon, where one blank may stand.
    Colon,
    Data,
    /// In a line that carries nothing.
    Skip,
}

/// A resumable reader of lines; see the module.
#[derive(Debug, Default)]
pub(super) struct Lines {
    state: State,
    name: Vec<u8>,
}

/// Longest name of a field that means something, `event` and `retry`, and
/// room for a byte order mark before it.
const LONGEST_NAME: usize = 8;

impl Lines {
    /// Takes the next thing from the front of `bytes`, and says how many of
    /// them it consumed.
    pub(super) fn step<'b>(&mut self, bytes: &'b [u8]) -> (usize, Line<'b>) {
        let mut used = 0;
        while let Some(&byte) = bytes.get(used) {
            let rest = bytes.get(used..).unwrap_or_default();
            match self.state {
                State::Name => {
                    used += 1;
                    if let Some(line) = self.name(byte) {
                        return (used, line);
                    }
                }
                State::Colon => {
                    used += usize::from(byte == b' ');
                    self.state = State::Data;
                }
                State::Data => match memchr::memchr(b'\n', rest) {
                    Some(0) => {
                        self.state = State::Name;
                        return (used + 1, Line::End);
                    }
                    end => {
                        let len = end.unwrap_or(rest.len());
                        let data = rest.get(..len).unwrap_or_default();
                        return (used + len, Line::Data(data));
                    }
                },
                State::Skip => match memchr::memchr(b'\n', rest) {
                    Some(end) => {
                        used += end + 1;
                        self.state = State::Name;
                    }
                    None => return (bytes.len(), Line::More),
                },
            }
        }
        (used, Line::More)
    }

    fn name(&mut self, byte: u8) -> Option<Line<'static>> {
        match byte {
            b':' | b'\n' => {}
            _ if self.name.len() < LONGEST_NAME => {
                self.name.push(byte);
                return None;
            }
            _ => {
                self.name.clear();
                self.state = State::Skip;
                return Some(Line::Foreign);
            }
        }
        let name = std::mem::take(&mut self.name);
        let name = name.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&name);
        let line = byte == b'\n';
        if !line {
            self.state = State::Skip;
        }
        match name {
            b"" | b"\r" if line => Some(Line::Blank),
            b"data" if line => None,
            b"data" => {
                self.state = State::Colon;
                Some(Line::Begin)
            }
            b"" | b"event" | b"id" | b"retry" => None,
            _ => Some(Line::Foreign),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(stream: &[u8], chunk: usize) -> String {
        let mut lines = Lines::default();
        let mut told = String::new();
        for mut bytes in stream.chunks(chunk) {
            loop {
                let (used, line) = lines.step(bytes);
                match line {
                    Line::More => break,
                    Line::Begin => told.push('<'),
                    Line::Data(data) => {
                        told.push_str(std::str::from_utf8(data).unwrap());
                    }
                    Line::End => told.push('>'),
                    Line::Blank => told.push('.'),
                    Line::Foreign => told.push('?'),
                }
                bytes = &bytes[used..];
            }
        }
        told
    }

    #[test]
    fn events_are_the_same_for_every_chunking() {
        let stream = b": hello\nevent: x\ndata: {a\ndata:b:}\n\nid\n\r\n\
            surprise, surprise\nWhat: now\ndata: c";
        for chunk in [1, 3, 100] {
            assert_eq!(told(stream, chunk), "<{a><b:}>..??<c");
        }
    }
}
