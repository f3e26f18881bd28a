//! Messages of an Amazon event stream in, JSON documents out.
//!
//! The format is that of smithy.io, "Amazon Event Stream Specification": a
//! message is its length, that of its headers, a checksum of both, headers,
//! payload, and a checksum of it all. Each payload becomes a document under
//! the name of its event, as `{"contentBlockDelta":{..}}`. Checksums are not
//! looked at: the transport has its own.

/// Bytes before the headers, and after the payload.
const PRELUDE: usize = 12;
const CHECKSUM: usize = 4;

/// The longest message that the specification allows, in bytes, is 16 MiB;
/// a length over it is none.
const LONGEST: usize = 16 * 1024 * 1024 + PRELUDE + CHECKSUM;

/// Type numbers of header values that mean something here.
const STRING: u8 = 7;

/// A resumable reader of messages; see the module.
#[derive(Debug, Default)]
pub(super) struct Messages {
    /// Bytes of the message in the making.
    kept: Vec<u8>,
}

/// What a message turned out to be.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Message {
    /// More bytes are needed.
    More,
    /// A document, and how many bytes of this block the message took.
    Document(Vec<u8>, usize),
    /// These bytes are no message.
    Foreign,
}

impl Messages {
    /// Whether a message is open.
    pub(super) fn is_open(&self) -> bool {
        !self.kept.is_empty()
    }

    /// Takes bytes up to the end of one message.
    pub(super) fn step(&mut self, bytes: &[u8]) -> Message {
        let before = self.kept.len();
        let need = match self.length(bytes) {
            Ok(Some(need)) => need,
            Ok(None) => {
                self.kept.extend_from_slice(bytes);
                return Message::More;
            }
            Err(Foreign) => return Message::Foreign,
        };
        let used = need.saturating_sub(before).min(bytes.len());
        self.kept.extend_from_slice(bytes.get(..used).unwrap_or_default());
        if self.kept.len() < need {
            return Message::More;
        }
        let message = std::mem::take(&mut self.kept);
        match document(&message) {
            Some(document) => Message::Document(document, used),
            None => Message::Foreign,
        }
    }

    /// The length of the message at hand, once enough of it is there.
    fn length(&self, bytes: &[u8]) -> Result<Option<usize>, Foreign> {
        let start = self.kept.iter().chain(bytes).copied();
        let start: Vec<u8> = start.take(PRELUDE).collect();
        let Some(total) = number(&start, 0) else { return Ok(None) };
        let Some(headers) = number(&start, 4) else { return Ok(None) };
        let least = headers.saturating_add(PRELUDE + CHECKSUM);
        if total > LONGEST || total < least {
            return Err(Foreign);
        }
        Ok(Some(total))
    }
}

/// The bytes are no message.
struct Foreign;

fn number(bytes: &[u8], at: usize) -> Option<usize> {
    let bytes = bytes.get(at..at + 4)?.try_into().ok()?;
    usize::try_from(u32::from_be_bytes(bytes)).ok()
}

/// The document that a whole message is.
fn document(message: &[u8]) -> Option<Vec<u8>> {
    let headers = number(message, 4)?;
    let payload = message.len().checked_sub(CHECKSUM)?;
    let payload = message.get(PRELUDE + headers..payload)?;
    let headers = message.get(PRELUDE..PRELUDE + headers)?;
    let name = event_name(headers)?;
    let mut document = b"{\"".to_vec();
    document.extend(name.iter().filter(|b| b.is_ascii_alphanumeric()));
    document.extend_from_slice(b"\":");
    document.extend_from_slice(payload);
    document.push(b'}');
    Some(document)
}

/// The value of the header that names the event or the exception.
fn event_name(mut headers: &[u8]) -> Option<&[u8]> {
    while let Some((&length, rest)) = headers.split_first() {
        let (name, rest) = rest.split_at_checked(usize::from(length))?;
        let (&kind, rest) = rest.split_first()?;
        let (value, rest) = value(kind, rest)?;
        let names = kind == STRING
            && matches!(name, b":event-type" | b":exception-type");
        if names {
            return Some(value);
        }
        headers = rest;
    }
    None
}

/// A header's value of this type, and what follows it.
fn value(kind: u8, rest: &[u8]) -> Option<(&[u8], &[u8])> {
    let length = match kind {
        0 | 1 => 0,
        2 => 1,
        3 => 2,
        4 => 4,
        5 | 8 => 8,
        9 => 16,
        6 | STRING => {
            let (length, rest) = rest.split_at_checked(2)?;
            let length = u16::from_be_bytes(length.try_into().ok()?);
            return rest.split_at_checked(usize::from(length));
        }
        _ => return None,
    };
    rest.split_at_checked(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(event: &str, payload: &str) -> Vec<u8> {
        let mut headers = Vec::new();
        for (name, value) in
            [(":content-type", "application/json"), (":event-type", event)]
        {
            headers.push(name.len() as u8);
            headers.extend(name.as_bytes());
            headers.push(STRING);
            headers.extend((value.len() as u16).to_be_bytes());
            headers.extend(value.as_bytes());
        }
        let total = PRELUDE + headers.len() + payload.len() + CHECKSUM;
        let mut message = (total as u32).to_be_bytes().to_vec();
        message.extend((headers.len() as u32).to_be_bytes());
        message.extend([0; 4]);
        message.extend(headers);
        message.extend(payload.as_bytes());
        message.extend([0; 4]);
        message
    }

    #[test]
    fn each_message_is_a_document_at_every_chunking() {
        let mut stream = message("messageStart", r#"{"role":"assistant"}"#);
        stream.extend(message("contentBlockStop", "{}"));
        let want = [
            r#"{"messageStart":{"role":"assistant"}}"#,
            r#"{"contentBlockStop":{}}"#,
        ];
        for chunk in [1, 3, 50, 1000] {
            let mut messages = Messages::default();
            let mut found = Vec::new();
            for mut bytes in stream.chunks(chunk) {
                while let Message::Document(document, used) =
                    messages.step(bytes)
                {
                    found.push(String::from_utf8(document).unwrap());
                    bytes = &bytes[used..];
                }
            }
            assert_eq!(found, want, "{chunk}");
            assert!(!messages.is_open());
        }
    }

    #[test]
    fn other_bytes_are_no_message() {
        let zeros = [0; 40];
        assert_eq!(Messages::default().step(&zeros), Message::Foreign);
        let text = b"just some text, long enough";
        assert_eq!(Messages::default().step(text), Message::Foreign);
    }
}
