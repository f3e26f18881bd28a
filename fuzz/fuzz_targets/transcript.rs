//! Any bytes, as any envelope, in any chunking: the same pieces, no more of
//! them than there are bytes, no panic. `cargo +nightly fuzz run transcript`

#![no_main]

use libfuzzer_sys::fuzz_target;
use tornkit::transcript::{Decoder, ENVELOPES, From, Outcome, Piece};

fn hear(from: From, input: &[u8], chunk: usize) -> (Vec<u8>, Outcome) {
    let mut heard = Vec::new();
    let mut take = |piece: Piece<'_>| -> Result<(), ()> {
        match piece {
            Piece::Text(text) => heard.extend_from_slice(text),
            Piece::Tool(call) => heard.extend(call.record()),
            Piece::CutTool(call) => heard.extend(call.head()),
            Piece::Break => heard.push(b'\n'),
            Piece::Reasoning(_) | Piece::Next => {}
        }
        Ok(())
    };
    let mut decoder = Decoder::new(from);
    for part in input.chunks(chunk) {
        decoder.feed(part, &mut take).unwrap();
    }
    let outcome = decoder.finish(&mut take).unwrap();
    (heard, outcome)
}

fuzz_target!(|input: (u8, u8, &[u8])| {
    let (choice, chunk, input) = input;
    let from = match ENVELOPES.get(usize::from(choice) % 16) {
        Some(envelope) => From::Envelope(*envelope),
        None => From::Auto,
    };
    let whole = hear(from, input, input.len().max(1));
    assert_eq!(hear(from, input, usize::from(chunk) + 1), whole);
    let outcome = whole.1;
    assert!(outcome.decoded_bytes <= outcome.input_bytes);
});
