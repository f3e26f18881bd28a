//! What an operation came to, in words: errors and edits in, outcomes out.
//! No tree.

use std::io;

use crate::edit::{EditError, Modified, Nearest, Refusal};
use crate::path::RelPath;
use crate::report::result::{NearestPlace, Outcome};

impl Outcome {
    /// Says how large the file was and is.
    pub(super) fn sized(
        mut self,
        old: Option<usize>,
        new: Option<usize>,
    ) -> Self {
        self.old_bytes = old.map(|n| n as u64);
        self.new_bytes = new.map(|n| n as u64);
        self
    }
}

/// A file is where one was to go.
pub(super) fn taken(to: &RelPath) -> Outcome {
    Outcome::failed("exists", format!("'{to}' exists"))
}

/// The system said no.
pub(super) fn io_failed(why: &io::Error) -> Outcome {
    let text = why.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    Outcome::failed("io", text)
}

/// Edits that were made, and how they came to match.
pub(super) fn edited(new: &Modified) -> Outcome {
    let mut done = Outcome::applied();
    if !new.in_sequence.is_empty() {
        let edits: Vec<String> =
            new.in_sequence.iter().map(usize::to_string).collect();
        let edits = edits.join(", ");
        done = done.with(format!("after earlier edits: edit {edits}"));
    }
    for (edit, rung) in &new.forgiven {
        done = done.with(format!("edit {edit}: {}", rung.describe()));
    }
    done
}

/// Edits that could not be made, and what the file has instead.
pub(super) fn not_edited(error: &EditError) -> Outcome {
    let mut outcome = Outcome::failed(error.why.code(), error);
    if let Some(why) = &mut outcome.why {
        why.edit = Some(error.edit);
        match &error.why {
            Refusal::Missing(_, Some(nearest)) => {
                why.nearest = Some(place(nearest));
            }
            Refusal::Ambiguous { lines, .. } => {
                why.candidates.clone_from(lines);
            }
            Refusal::Context { line, found } => {
                why.nearest =
                    Some(place(&Nearest::at(*line, found.as_deref())));
            }
            Refusal::NoSuchLine { lines, .. } => {
                why.nearest = Some(place(&Nearest::at(lines + 1, None)));
            }
            _ => {}
        }
    }
    outcome
}

fn place(nearest: &Nearest) -> NearestPlace {
    NearestPlace {
        line: nearest.line,
        differs_at: nearest.differs_at,
        difference: nearest.difference.describe(),
        found: nearest.found.clone(),
    }
}
