//! A whole input in, the answers in it out, each as one text: for tools that
//! must have an answer before they can say anything of it.

use std::convert::Infallible;

use super::decoder::Decoder;
use super::outcome::Outcome;
use super::piece::{Piece, ToolCall};

/// The answers of one input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answers {
    /// Each answer's text, in order; never empty. Tool calls follow it, each
    /// as a record on a line of its own, a cut one as far as it goes.
    pub texts: Vec<Vec<u8>>,
    /// What is known of the last one.
    pub outcome: Outcome,
}

/// Reads a whole input.
pub fn answers(input: &[u8], mut decoder: Decoder) -> Answers {
    let mut texts = vec![Text::default()];
    let mut take = |piece: Piece<'_>| -> Result<(), Infallible> {
        match (piece, texts.last_mut()) {
            (Piece::Next, _) => texts.push(Text::default()),
            (piece, Some(text)) => text.take(piece),
            (_, None) => {}
        }
        Ok(())
    };
    let Ok(()) = decoder.feed(input, &mut take);
    let Ok(outcome) = decoder.finish(&mut take);
    let texts = texts.into_iter().map(Text::whole).collect();
    Answers { texts, outcome }
}

#[derive(Debug, Default)]
struct Text {
    text: Vec<u8>,
    calls: Vec<Vec<u8>>,
    /// A call that was cut; it comes last, for nothing can follow it.
    cut: Option<Vec<u8>>,
    /// The text so far is to be followed by a line feed if more follows.
    apart: bool,
}

impl Text {
    fn take(&mut self, piece: Piece<'_>) {
        match piece {
            Piece::Text(text) => {
                if std::mem::take(&mut self.apart) {
                    self.text.push(b'\n');
                }
                self.text.extend_from_slice(text);
            }
            Piece::Break => self.apart = true,
            Piece::Tool(call) => self.calls.push(call.record()),
            Piece::CutTool(call) => {
                self.cut.get_or_insert_with(|| beginning(call));
            }
            Piece::Reasoning(_) | Piece::Next => {}
        }
    }

    fn whole(self) -> Vec<u8> {
        let mut text = self.text;
        for call in self.calls.into_iter().chain(self.cut) {
            if text.last().is_some_and(|byte| *byte != b'\n') {
                text.push(b'\n');
            }
            text.extend_from_slice(&call);
        }
        text
    }
}

/// A call as far as it goes.
fn beginning(call: ToolCall<'_>) -> Vec<u8> {
    let mut beginning = call.head();
    beginning.extend_from_slice(call.args);
    beginning
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::From;

    fn read(input: &str) -> Vec<String> {
        let answers = answers(input.as_bytes(), Decoder::new(From::Auto));
        let texts = answers.texts.into_iter();
        texts.map(|text| String::from_utf8(text).unwrap()).collect()
    }

    #[test]
    fn each_answer_of_a_log_is_a_text() {
        let log = r#"[{"id":"1","model":"m","prompt":"p","system":null,"response":"a{"},
            {"id":"2","model":"m","prompt":"p","system":null,"response":"}b"}]"#;
        assert_eq!(read(log), ["a{", "}b"]);
        assert_eq!(read("raw {"), ["raw {"]);
        assert_eq!(read(""), [""]);
    }

    #[test]
    fn tool_calls_follow_the_text() {
        let body = r#"{"type":"message","role":"assistant","content":[
            {"type":"tool_use","id":"1","name":"t","input":{"x":1}},
            {"type":"text","text":"hi"},
            {"type":"tool_use","id":"2","name":"u","input":{"y":"#;
        let want = r#"hi
{"type":"tool_call","name":"t","input":{"x":1}}
{"type":"tool_call","name":"u","input":{"y":"#;
        assert_eq!(read(body), [want]);
    }
}
