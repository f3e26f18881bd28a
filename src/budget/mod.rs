//! Deliverables in, tokens out.
//!
//! A [`document`] is read into [`phase`]s of [`deliverable`]s, each of a
//! [`kind`] and with an [`action`]; a policy ([`seed`]) says how many tokens
//! they need, and a budget follows. [`escalate`] gives the budget after one
//! that was too small. Beside it, [`encoding`] counts the tokens of a stream
//! that [`segment`] has cut where no token reaches across.
//!
//! Nothing here calls a model, and no estimate loads a vocabulary.

pub mod kind;
pub mod action;
pub mod category;
pub mod deliverable;
pub mod phase;
pub mod document;
pub mod seed;
pub mod estimate;
pub mod choose;
pub mod escalate;
pub mod segment;
pub mod encoding;
