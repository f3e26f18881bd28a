//! Envelopes of real and of written transcripts, against a second reading.

mod corpus;
mod fixtures;
mod oracle;
mod tools;

use tornkit::span::Verdict;
use tornkit::transcript::{Decoder, From, Outcome, Piece};

/// Everything a decoder handed out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Heard {
    text: Vec<u8>,
    reasoning: Vec<u8>,
    /// Name and arguments of whole calls, in order.
    calls: Vec<(String, String)>,
    cut_calls: Vec<(String, String)>,
    argument_bytes: usize,
    /// Where in the text further answers begin.
    next: Vec<usize>,
    outcome: Outcome,
}

impl Heard {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.text).into_owned()
    }
}

fn hear(input: &[u8], from: From, chunk: usize) -> Heard {
    hear_from(input, Decoder::new(from), chunk)
}

fn hear_from(input: &[u8], mut decoder: Decoder, chunk: usize) -> Heard {
    let mut heard = Heard::default();
    let mut take = |piece: Piece<'_>| -> Result<(), ()> {
        if let Piece::Tool(call) | Piece::CutTool(call) = piece {
            heard.argument_bytes += call.args.len();
        }
        match piece {
            Piece::Text(text) => heard.text.extend_from_slice(text),
            Piece::Reasoning(text) => heard.reasoning.extend_from_slice(text),
            Piece::Tool(call) => heard.calls.push(owned(call)),
            Piece::CutTool(call) => heard.cut_calls.push(owned(call)),
            Piece::Break => heard.text.push(b'\n'),
            Piece::Next => heard.next.push(heard.text.len()),
        }
        Ok(())
    };
    for block in input.chunks(chunk) {
        decoder.feed(block, &mut take).unwrap();
    }
    let outcome = decoder.finish(&mut take).unwrap();
    heard.outcome = outcome;
    let decoded = (heard.text.len() + heard.argument_bytes) as u64;
    assert!(heard.outcome.decoded_bytes <= heard.outcome.input_bytes);
    assert_eq!(heard.outcome.decoded_bytes, decoded);
    assert_eq!(heard.outcome.input_bytes, input.len() as u64);
    heard
}

fn owned(call: tornkit::transcript::ToolCall<'_>) -> (String, String) {
    let args = String::from_utf8_lossy(call.args).into_owned();
    (call.name.to_owned(), args)
}

/// What is heard of every prefix is a beginning of what is heard of all.
fn prefixes_invent_nothing(name: &str, input: &[u8], step: usize) {
    let whole = hear(input, From::Auto, 4096);
    let envelope = whole.outcome.envelope.map_or(From::Raw, From::Envelope);
    for end in (0..input.len()).step_by(step) {
        let prefix = hear(&input[..end], envelope, 4096);
        let at = format!("{name} cut at {end}");
        assert!(
            whole.text.starts_with(&trim_half(&prefix.text)),
            "{at}: invented text\n{:?}\nnot a prefix of\n{:?}",
            prefix.text(),
            whole.text()
        );
        for call in &prefix.calls {
            assert!(whole.calls.contains(call), "{at}: invented {call:?}");
        }
        if prefix.outcome.verdict() == Verdict::Complete {
            assert_eq!(prefix.text, whole.text, "{at}: called complete");
        }
        let auto = hear(&input[..end], From::Auto, 7);
        if auto.outcome.envelope.is_some() {
            assert_eq!(auto, hear(&input[..end], envelope, 1), "{at}");
        } else {
            assert_eq!(auto.text, &input[..end], "{at}: raw, and not whole");
        }
    }
}

/// Text without the first half of a surrogate pair at its end, which a cut
/// escape leaves behind.
fn trim_half(text: &[u8]) -> Vec<u8> {
    text.strip_suffix("\u{fffd}".as_bytes()).unwrap_or(text).to_vec()
}
