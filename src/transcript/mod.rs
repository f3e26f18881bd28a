//! Envelopes in, pieces of the answer out: text, reasoning, tool calls.
//!
//! A [`Decoder`] is fed what an API or a command-line tool printed, and hands
//! on what the model wrote in it as it arrives. It recognises an envelope by
//! its first value or event; what is none goes through as it is. At the end
//! an [`Outcome`] says why the answer ended, what it cost, and whether the
//! envelope itself was cut.
//!
//! It does not know what the text means, and does no I/O. Memory is that of
//! one event, or of one part whose nature only its end tells, and of tool
//! calls until they are whole.

mod envelope;
mod stop;
mod frame;
mod binary;
mod routes;
mod tables;
mod tools;
mod scope;
mod channel;
mod answer;
mod walk;
mod close;
mod sniff;
mod reader;
mod places;
mod piece;
mod outcome;
mod decoder;
mod answers;

pub use answers::{Answers, answers};
pub use decoder::Decoder;
pub use envelope::{ENVELOPES, Envelope, From, UnknownEnvelope};
pub use outcome::{Absent, Outcome};
pub use piece::{Piece, ToolCall};
pub use places::Places;
pub use stop::{Ended, ended};
