//! Deliverables in, tokens out.
//!
//! A [`document`] is read into [`phase`]s of [`deliverable`]s, each of a
//! [`kind`] and with an [`action`]; [`tree`] adds the sizes of a directory
//! tree; a policy ([`model`] with its [`weights`], or the plan's rules,
//! [`seed`]) says how many tokens they need ([`estimate`]), and a budget
//! follows ([`choose`]). What is too large for one answer is cut into
//! [`batch`]es by [`layer`] and [`order`]; [`escalate`] gives the budget after
//! one that was too small.
//! A [`brief`] says a phase in words, for the prompt.
//! Beside it, [`encoding`] counts the tokens of a stream that [`segment`]
//! has cut where no token reaches across; [`approx`] estimates them without a
//! vocabulary.
//!
//! What became of predictions comes back as [`telemetry`]: [`score`] sums it
//! up, [`board`] by group, [`gate`] holds the figures against a bound,
//! [`calibration`] learns the [`shift`] of a repository (from its
//! [`history`]) and of a model, [`watch`] counts the marks that a run leaves
//! in its log.
//!
//! Nothing here calls a model, and no estimate loads a vocabulary.

pub mod kind;
pub mod action;
pub mod category;
pub mod deliverable;
pub mod phase;
pub mod document;
pub mod brief;
pub mod seed;
pub mod estimate;
pub mod weights;
pub mod model;
pub mod family;
pub mod neighbours;
pub mod tree;
pub mod choose;
pub mod layer;
pub mod order;
pub mod batch;
pub mod escalate;
pub mod segment;
mod torn;
pub mod encoding;
pub mod approx;
pub mod score;
pub mod lines;
pub mod telemetry;
pub mod board;
pub mod gate;
pub mod shift;
pub mod calibration;
pub mod history;
pub mod watch;
