//! JSON as models write it: bytes in, structure and clean text out.
//!
//! [`Machine`] recognises one value after the other in a stream that may
//! stop and go on at any byte; [`compact`] rewrites a recognised value as
//! strict JSON on one line; [`path_at_end`] names the place where a value
//! broke off. [`Tokens`] reads what programs write, and [`Exact`] says whether
//! a value is one to the letter. None of them knows what a record is, or does
//! any I/O.

mod cursor;
mod depth;
mod machine;
mod string;
mod number;
mod path;
mod render;
mod run;
mod squeeze;
mod strict;
mod quote;
mod mend;
mod close;
mod tokens;
mod exact;

pub use close::{CUT_MARK, close};
pub use exact::{Exact, Step};
pub use machine::{Fault, Kind, Machine, Stop};
pub use mend::{Ending, Mended, mend};
pub use path::{member, path_at_end};
pub use render::{compact, key_text};
pub use squeeze::squeeze;
pub use strict::has_unique_keys;
pub use tokens::{Token, Tokens};
