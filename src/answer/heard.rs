//! Whatever wraps an answer in, what it asks for out.
//!
//! The text of an answer is read as one stream. Each tool call is a record
//! of its own, handed on when it is whole; what there is of one that was cut
//! is the tail, like any other record's. At the end the envelope's word and
//! that of the text are brought together.

use std::sync::Arc;

use super::format::{Format, Scope};
use super::part::{End, Part};
use super::read::{Reader, Sink};
use crate::diff;
use crate::json;
use crate::scan::{
    Bytes, Config, Event, Record, Rejected, Scanner, Summary, is_path_key,
};
use crate::span::{Cut, Place, Span, Verdict};
use crate::text::filename::Known;
use crate::transcript::{Decoder, From, Outcome, Piece, Places, ToolCall};

/// A reader of answers in their envelopes; see the module.
pub struct Answer {
    decoder: Decoder,
    scans: Scans,
}

/// What is known of an answer once its input has ended.
#[derive(Debug)]
pub struct Heard {
    /// What is known of its records.
    pub summary: Summary,
    /// What is known of its envelope.
    pub outcome: Outcome,
    /// Where in the input its text stood.
    pub places: Places,
    /// How its diffs ended: whether the last unit is whole is not decided.
    pub diff: diff::Finished,
    /// The format of its first unit.
    pub first: Option<Format>,
}

impl Heard {
    /// A place of the answer's text as a place of the input, or a little
    /// before it.
    pub fn in_input(&self, place: Place) -> Place {
        self.places.input_of(place.byte).unwrap_or(place)
    }
}

/// The text's reader, and what the calls came to.
struct Scans {
    config: Config,
    text: Reader,
    calls: Calls,
    /// The end of the text so far.
    at: Place,
}

#[derive(Debug, Default)]
struct Calls {
    records: u64,
    operations: u64,
    repaired: u64,
    rejected: u64,
    bytes: Bytes,
    /// The first call that was cut: where, and its bytes.
    cut: Option<(Cut, Vec<u8>)>,
}

impl Answer {
    /// A reader that looks for what is in `scope`, in an input that is to be
    /// taken for `from`. Records are read as `config` says, and `known` is
    /// asked about names. Of several answers only the `only`th is read, if
    /// there is one.
    pub fn new(
        scope: Scope,
        config: Config,
        known: Arc<dyn Known + Send + Sync>,
        (from, only): (From, Option<u64>),
    ) -> Self {
        let scans = Scans {
            text: Reader::new(scope, config.clone(), known),
            config,
            calls: Calls::default(),
            at: Place { byte: 0, line: 1 },
        };
        Self { decoder: Decoder::new(from).only(only), scans }
    }

    /// Takes more bytes, and hands each part to `sink` as soon as its last
    /// byte is there.
    ///
    /// # Errors
    ///
    /// Those of `sink`.
    pub fn feed<E>(
        &mut self,
        bytes: &[u8],
        sink: &mut Sink<'_, E>,
    ) -> Result<(), E> {
        let Self { decoder, scans } = self;
        decoder.feed(bytes, &mut |piece| scans.take(piece, sink))
    }

    /// Takes the end of the input.
    ///
    /// # Errors
    ///
    /// Those of `sink`.
    pub fn finish<E>(self, sink: &mut Sink<'_, E>) -> Result<Heard, E> {
        let Self { mut decoder, mut scans } = self;
        let outcome = decoder.finish(&mut |piece| scans.take(piece, sink))?;
        let Scans { text, calls, at, .. } = scans;
        let End { summary, diff, first, .. } = text.finish(sink)?;
        let first = first.or((calls.records > 0).then_some(Format::Ops));
        let summary = together(summary, calls, &outcome, at);
        let places = decoder.places;
        Ok(Heard { summary, outcome, places, diff, first })
    }
}

impl Scans {
    fn take<E>(
        &mut self,
        piece: Piece<'_>,
        sink: &mut Sink<'_, E>,
    ) -> Result<(), E> {
        match piece {
            Piece::Break => self.take(Piece::Text(b"\n"), sink),
            Piece::Text(text) => {
                self.at.byte += text.len() as u64;
                let lines = memchr::memchr_iter(b'\n', text).count();
                self.at.line += lines as u64;
                self.text.feed(text, sink)
            }
            Piece::Tool(call) => self.call(call, b"}", sink),
            Piece::CutTool(call) => self.call(call, b"", sink),
            Piece::Reasoning(_) | Piece::Next => Ok(()),
        }
    }

    /// Reads a call as a record that `end` closes. Its place is the end of
    /// the text before it.
    fn call<E>(
        &mut self,
        call: ToolCall<'_>,
        end: &[u8],
        sink: &mut Sink<'_, E>,
    ) -> Result<(), E> {
        let at = self.at;
        let span = Span { start: at.byte, end: at.byte };
        let mut scanner = Scanner::new(self.config.clone());
        let mut placed = |event: Event<'_>| {
            sink(Part::Record(match event {
                Event::Record(record) => {
                    Event::Record(Record { span, line: at.line, ..record })
                }
                Event::Rejected(rejected) => Event::Rejected(Rejected {
                    span,
                    line: at.line,
                    at,
                    ..rejected
                }),
                more => more,
            }))
        };
        let input =
            if end.is_empty() { call.args.to_vec() } else { call.input() };
        scanner.feed(&call.head(), &mut placed)?;
        scanner.feed(&input, &mut placed)?;
        scanner.feed(end, &mut placed)?;
        let summary = scanner.finish(&mut placed)?;
        self.calls.add(summary, call, at);
        Ok(())
    }
}

impl Calls {
    /// Adds what one call came to. The bytes around its arguments are not
    /// the input's.
    fn add(&mut self, summary: Summary, call: ToolCall<'_>, at: Place) {
        let arguments = call.args.len() as u64;
        self.records += summary.records;
        self.operations += summary.operations;
        self.repaired += summary.repaired;
        self.rejected += summary.rejected;
        let bytes = &mut self.bytes;
        match summary.cut {
            Some(cut) => {
                bytes.tail += arguments;
                let file_path = json::member(call.args, is_path_key);
                let cut = Cut {
                    byte: at.byte,
                    line: at.line,
                    tail: at,
                    file_path,
                    lost_bytes: arguments,
                    ..cut
                };
                self.cut.get_or_insert((cut, summary.tail));
            }
            None if summary.rejected > 0 => bytes.rejected += arguments,
            None => bytes.record += arguments,
        }
    }
}

/// What text, calls and envelope say together.
fn together(
    mut summary: Summary,
    calls: Calls,
    outcome: &Outcome,
    at: Place,
) -> Summary {
    let whole = summary
        .declared
        .is_some_and(|n| summary.operations + calls.operations >= n);
    summary.records += calls.records;
    summary.operations += calls.operations;
    summary.repaired += calls.repaired;
    summary.rejected += calls.rejected;
    summary.bytes.record += calls.bytes.record;
    summary.bytes.rejected += calls.bytes.rejected;
    summary.bytes.tail += calls.bytes.tail;
    if let Some((cut, tail)) = calls.cut
        && summary.tail.is_empty()
    {
        summary.cut = Some(cut);
        summary.tail = tail;
    }
    let says_cut = outcome.verdict() == Verdict::Cut && !whole;
    if summary.cut.is_none() && says_cut {
        summary.cut = Some(Cut::between_records(at, summary.records));
    }
    if let Some(cut) = &mut summary.cut {
        cut.record = summary.records;
        cut.last_complete = summary.records.checked_sub(1);
        summary.verdict = Verdict::Cut;
    } else if outcome.verdict() == Verdict::Complete {
        summary.verdict = Verdict::Complete;
        summary.looping = None;
    }
    summary
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::CutState;
    use crate::text::filename::NoneKnown;

    fn read(input: &str) -> (Vec<String>, Summary, Outcome) {
        let mut records = Vec::new();
        let mut sink = |part: Part<'_>| -> Result<(), ()> {
            if let Part::Record(Event::Record(record)) = part {
                let json = String::from_utf8(record.json.to_vec()).unwrap();
                records.push(json);
            }
            Ok(())
        };
        let known = Arc::new(NoneKnown);
        let config = Config::default();
        let from = (From::Auto, None);
        let mut answer = Answer::new(Scope::All, config, known, from);
        for block in input.as_bytes().chunks(5) {
            answer.feed(block, &mut sink).unwrap();
        }
        let heard = answer.finish(&mut sink).unwrap();
        let Heard { summary, outcome, .. } = heard;
        assert_eq!(summary.bytes.total(), outcome.decoded_bytes, "{input}");
        (records, summary, outcome)
    }

    fn body(content: &str, stop: &str) -> String {
        format!(
            r#"{{"type":"message","role":"assistant","content":[{content}],"stop_reason":"{stop}"}}"#
        )
    }

    const DELETE: &str =
        r#"{"type":"text","text":"{\"type\":\"delete\",\"path\":\"a\"}\n"}"#;

    #[test]
    fn text_and_calls_are_records_in_the_order_of_completion() {
        let call = r#"{"type":"tool_use","id":"1","name":"Write","input":{"file_path":"b",
            "content":"x"}}"#;
        let input = body(&format!("{DELETE},{call},{DELETE}"), "tool_use");
        let (records, summary, _) = read(&input);
        assert_eq!(records.len(), 3);
        assert_eq!(
            records[1],
            r#"{"type":"tool_call","name":"Write","input":{"file_path":"b","content":"x"}}"#
        );
        assert_eq!(summary.verdict, Verdict::Complete);
        assert_eq!((summary.records, summary.cut), (3, None));
    }

    #[test]
    fn a_cut_call_is_the_tail() {
        let call = r#"{"type":"tool_use","id":"1","name":"Write","input":{"file_path":"b","content":"x"#;
        let all = body(&format!("{DELETE},{call}"), "");
        let input = &all[..all.find("\"x").unwrap() + 2];
        let (records, summary, outcome) = read(input);
        assert_eq!(records.len(), 1);
        assert!(outcome.open);
        let cut = summary.cut.unwrap();
        assert_eq!(cut.file_path.as_deref(), Some("b"));
        assert_eq!((cut.state, cut.record), (CutState::String, 1));
        assert_eq!(cut.path, "$.input.content");
        assert!(summary.tail.ends_with(b"\"content\":\"x"));
    }

    #[test]
    fn the_stop_reason_decides_what_the_text_leaves_open() {
        let (_, summary, _) = read(&body(DELETE, "end_turn"));
        assert_eq!(summary.verdict, Verdict::Complete);
        let (_, summary, _) = read(&body(DELETE, "max_tokens"));
        assert_eq!(summary.verdict, Verdict::Cut);
        assert_eq!(summary.cut.unwrap().state, CutState::BetweenRecords);
        // Mislabelled: the text itself is open.
        let half = r#"{"type":"text","text":"{\"type\":\"delete\","}"#;
        let (_, summary, _) = read(&body(half, "end_turn"));
        assert_eq!(summary.verdict, Verdict::Cut);
    }

    #[test]
    fn all_that_was_announced_is_all_there_is() {
        let meta = r#"{"type":"text","text":"{\"type\":\"meta\",\"total_operations\":1}\n"}"#;
        let input = body(&format!("{meta},{DELETE}"), "max_tokens");
        let (_, summary, outcome) = read(&input);
        assert_eq!(outcome.verdict(), Verdict::Cut);
        assert_eq!(summary.verdict, Verdict::Complete);
    }
}
