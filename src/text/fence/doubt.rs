//! Whether a mark that closed a fence was the one that did.
//!
//! Lines in as they come, a judgement out. Which lines are marks of which
//! fence is not known here: a doubt is just that this may be read in two
//! ways.

use super::container::Containers;
use super::cursor::Cursor;
use super::mark::{self, BOM, Mark};

/// What is known of the end of the fence that was closed last.
///
/// A bare mark closes a fence. But where text goes on directly below it, it
/// may as well have opened an inner fence, by somebody who did not say in
/// which language. Both readings are sound if the next mark is bare again.
/// From there on, every fence is opened by one reading and closed by the
/// other, so a doubt that is shown lasts until [`super::Reader::settle`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// There is none.
    Settled,
    /// Lines that have not been seen will tell: at the latest the next mark
    /// of the kind, or the end of the text.
    Pending,
    /// A line of it stood left of the list item that it is in, so that
    /// nobody can tell what of it is content. This fence alone is in doubt.
    Left,
    /// The mark that closed it, or one before, may have opened an inner
    /// fence.
    Nested,
}

/// The doubts about a text, so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Doubts {
    /// The last line closed this fence.
    fresh: Option<Fenced>,
    /// Lengths of the marks of fences of each sign below which text goes on,
    /// and no mark has come since that is as long. The latest last: it is
    /// the shortest, for its opening mark would have told about others.
    pending: [Vec<usize>; 2],
    /// A doubt was shown.
    is_nested: bool,
}

/// The mark of a fence that was closed.
#[derive(Clone, Copy, Debug)]
struct Fenced {
    sign: u8,
    length: usize,
}

impl Doubts {
    /// What is known of all fences that have closed.
    pub(super) fn state(&self) -> Doubt {
        let is_open = self.pending.iter().any(|lengths| !lengths.is_empty());
        match (self.is_nested, self.fresh) {
            (true, _) => Doubt::Nested,
            (false, None) if !is_open => Doubt::Settled,
            (false, _) => Doubt::Pending,
        }
    }

    /// A bare mark has closed the fence that a mark like this had opened.
    pub(super) fn close(&mut self, sign: u8, length: usize) {
        self.fresh = Some(Fenced { sign, length });
    }

    /// Looks at the next line. The same line may be shown again, when the
    /// text is read again from a place behind a closing mark: what it told,
    /// it has told.
    pub(super) fn see(&mut self, line: &[u8], containers: &Containers) {
        let line = line.strip_prefix(BOM).unwrap_or(line);
        if let Some(Fenced { sign, length }) = self.fresh.take()
            && goes_on(line, containers)
        {
            self.pending_of(sign).push(length);
        }
        if self.pending.iter().all(Vec::is_empty) {
            return;
        }
        let Some(mark) = mark_anywhere(line) else { return };
        let pending = self.pending_of(mark.sign);
        let mut is_told = false;
        while pending.last().is_some_and(|length| mark.length >= *length) {
            pending.pop();
            is_told = true;
        }
        self.is_nested |= is_told && mark.is_bare();
    }

    /// The text has ended: no mark will come.
    pub(super) fn finish(&mut self) {
        *self = Self { is_nested: self.is_nested, ..Self::default() };
    }

    /// Both readings agree on what comes.
    pub(super) fn settle(&mut self) {
        *self = Self::default();
    }

    fn pending_of(&mut self, sign: u8) -> &mut Vec<usize> {
        let [backticks, tildes] = &mut self.pending;
        if sign == b'`' { backticks } else { tildes }
    }
}

/// Decides whether a line is text in the containers that are open: no blank
/// line, no mark, and nothing outside.
fn goes_on(line: &[u8], containers: &Containers) -> bool {
    let entered = containers.enter(Cursor::new(line));
    containers.hold(&entered)
        && !entered.rest.is_blank()
        && mark::read(entered.rest).is_none()
}

/// Returns the mark that a line is in one of the two readings, which differ
/// in the containers that they see.
fn mark_anywhere(line: &[u8]) -> Option<Mark<'_>> {
    let is_before = |b: &u8| matches!(b, b' ' | b'\t' | b'>');
    let start = line.iter().position(|b| !is_before(b))?;
    mark::mark(line.get(start..)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is known behind each line, below a closing mark of three.
    fn seen(lines: &[&str]) -> Vec<Doubt> {
        let mut doubts = Doubts::default();
        doubts.close(b'`', 3);
        let mut state = |line: &&str| {
            doubts.see(line.as_bytes(), &Containers::default());
            doubts.state()
        };
        lines.iter().map(&mut state).collect()
    }

    #[test]
    fn text_below_and_a_bare_mark_make_the_doubt() {
        use Doubt::{Nested, Pending, Settled};
        assert_eq!(seen(&["x\n", "\n", "```\n"]), [Pending, Pending, Nested]);
        assert_eq!(seen(&["x", "```sh\n"]), [Pending, Settled]);
        assert_eq!(seen(&["\n", "x\n", "```\n"]), [Settled; 3]);
        assert_eq!(seen(&["```\n", "x"]), [Settled; 2]);
        assert_eq!(seen(&["x", "~~~", "``", "````"])[3], Nested);
        assert_eq!(seen(&["x", "~~~"])[1], Pending);
    }

    #[test]
    fn the_end_settles_what_is_pending_and_nothing_else() {
        let mut doubts = Doubts::default();
        doubts.close(b'~', 4);
        doubts.finish();
        assert_eq!(doubts.state(), Doubt::Settled);
        doubts.is_nested = true;
        doubts.finish();
        assert_eq!(doubts.state(), Doubt::Nested);
        doubts.settle();
        assert_eq!(doubts.state(), Doubt::Settled);
    }
}
