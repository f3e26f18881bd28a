//! A diff inside an answer: lines in, units out, and the lines that are none
//! of the diff's given back.
//!
//! A diff does not say where it ends: blank lines and lines without a sign
//! may still be a hunk's. So a line is taken until it is known, and whoever
//! feeds this keeps what is undecided ([`Section::is_undecided`]).

use super::binary;
use super::body::is_body;
use super::file::{FileHeader, Kind};
use super::finish::Finished;
use super::moved::Moved;
use super::parser::{Machine, Sink, State, Totals};
use super::unit::Reason;
use crate::span::Place;
use crate::text::Line;

/// The diffs of an answer, one after the other; see the module.
#[derive(Clone, Debug)]
pub struct Section {
    machine: Machine,
}

impl Default for Section {
    fn default() -> Self {
        let mut machine = Machine::default();
        machine.given_back = Some(0);
        Self { machine }
    }
}

impl Section {
    /// Decides whether a line begins a diff by itself. A `---` line does so
    /// only if the next one goes on as a diff: see [`Section::goes_on`].
    pub fn begins(line: &[u8]) -> bool {
        const OPENERS: [&[u8]; 4] =
            [b"diff --git ", b"@@ ", b"@@@ ", b"diff --c"];
        OPENERS.iter().any(|opener| line.starts_with(opener))
            || line.trim_ascii_end() == b"@@"
            || binary::is_bare(line)
    }

    /// Decides whether a line behind a `---` line shows that both begin a
    /// diff.
    pub fn goes_on(line: &[u8]) -> bool {
        line.starts_with(b"+++ ") || line.starts_with(b"@@ ")
    }

    /// Reads a line. Returns how many of the last lines, this one among
    /// them, are none of the diff's; 0 while it goes on.
    ///
    /// # Errors
    ///
    /// Those of `sink`.
    pub fn take<E>(
        &mut self,
        line: &Line<'_>,
        sink: &mut Sink<'_, E>,
    ) -> Result<usize, E> {
        self.machine.totals.bytes = line.end();
        self.machine.given_back = Some(0);
        self.machine.line(line, sink)?;
        Ok(self.machine.given_back.unwrap_or(0))
    }

    /// Whether some of the last lines may still be given back.
    pub fn is_undecided(&self) -> bool {
        self.machine.body.has_pending()
    }

    /// The file that a hunk without a header would be about.
    pub fn path(&self) -> Option<Vec<u8>> {
        self.machine.path()
    }

    /// Says that other text stands before what comes, and whose the hunks
    /// are that come without a header: those of the file that is in hand if
    /// that is not said.
    pub fn stands_apart(&mut self, named: Option<Vec<u8>>, at: Place) {
        self.machine.is_apart = true;
        if let Some(path) = named {
            self.set_file(Ok(path), at);
        }
    }

    /// Says that nothing names the file of the hunks that come without a
    /// header.
    pub fn forget_file(&mut self, at: Place) {
        self.set_file(Err(Reason::NoFile), at);
    }

    fn set_file(&mut self, path: Result<Vec<u8>, Reason>, at: Place) {
        self.machine.begin_named(path, at);
    }

    /// Begins a hunk that has not even a header of its own, under a name if
    /// there is one.
    /// `line` is one of the lines around it, which ends as those of the diff
    /// do.
    pub fn open_bare(&mut self, path: Option<Vec<u8>>, at: Place, line: &[u8]) {
        self.set_file(path.ok_or(Reason::NoFile), at);
        self.machine.has_cr = line.ends_with(b"\r\n");
        self.machine.body.open_bare(at);
        self.machine.begin_body();
    }

    /// Decides whether a line can stand in a hunk.
    pub fn is_line_of_hunk(line: &[u8]) -> bool {
        is_body(line)
    }

    /// Reads the end of an answer that ends in a diff, with the line that
    /// has not ended. Returns with it how many of the last lines are none of
    /// the diff's.
    ///
    /// # Errors
    ///
    /// Those of `sink`.
    pub fn finish<E>(
        &mut self,
        partial: &Line<'_>,
        sink: &mut Sink<'_, E>,
    ) -> Result<(Finished, usize), E> {
        self.machine.given_back = Some(0);
        self.machine.totals.bytes = partial.end();
        let ended = self.machine.clone().finish(partial, sink)?;
        // What may follow is read anew, outside of all that was open.
        self.machine.totals = ended.0.totals;
        self.machine.leave();
        Ok(ended)
    }

    /// Counts over the diffs so far.
    pub fn totals(&self) -> Totals {
        self.machine.totals
    }
}

impl Machine {
    /// Leaves what is open.
    fn leave(&mut self) {
        self.state = State::Outside;
        self.body.take_pending();
    }

    /// Goes over to a file that other text than a header names.
    fn begin_named(&mut self, path: Result<Vec<u8>, Reason>, at: Place) {
        self.file_at = at;
        self.is_first = true;
        self.has_cr = false;
        self.moved = Moved::default();
        self.header_mends.clear();
        self.file = match path {
            Ok(path) => Ok(FileHeader::named(path)),
            Err(reason) => Err((reason, None)),
        };
    }
}

impl FileHeader {
    /// The header of a file that is changed, and that nothing but its name
    /// is known of.
    fn named(path: Vec<u8>) -> Self {
        Self {
            kind: Kind::Modify,
            old: path.clone(),
            new: path,
            old_mode: None,
            new_mode: None,
            similarity: None,
            index: None,
            is_git: false,
        }
    }
}
