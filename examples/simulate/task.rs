//! A task: a change of several files that was really made, as the answer
//! that makes it.
//!
//! Knows nothing of where it came from but a name, and of no policy.

use tornkit::budget::deliverable::Deliverable;
use tornkit::budget::phase::Phase;

/// Files of a change that is a task: a single file is never a question of
/// what to keep.
const FEWEST_FILES: usize = 2;

/// One change.
#[derive(Clone, Debug)]
pub(crate) struct Task {
    /// What is known before the first call.
    pub(crate) phase: Phase,
    /// What makes the change, one entry for each deliverable of the phase.
    pub(crate) parts: Vec<Part>,
    /// What the repository's earlier changes teach: the factor by which its
    /// answers are longer than the size model says.
    pub(crate) factor: f64,
}

/// The operations on one deliverable.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    /// Lines of canonical operations; empty where only sizes are known.
    pub(crate) text: String,
    /// Their length.
    pub(crate) tokens: u64,
}

impl Task {
    /// A change as a task; `None` if it has too few files.
    pub(crate) fn new(
        phase: Phase,
        parts: Vec<Part>,
        factor: f64,
    ) -> Option<Self> {
        let several = parts.len() >= FEWEST_FILES;
        let matching = parts.len() == phase.deliverables.len();
        (several && matching).then_some(Self { phase, parts, factor })
    }

    /// Tokens of the whole answer.
    pub(crate) fn tokens(&self) -> u64 {
        self.parts.iter().map(|part| part.tokens).sum()
    }

    /// Whether the answer's own text is known.
    pub(crate) fn has_text(&self) -> bool {
        self.parts.iter().all(|part| !part.text.is_empty())
    }

    /// The part that makes a deliverable.
    pub(crate) fn part(&self, file: &Deliverable) -> Option<&Part> {
        let files = self.phase.deliverables.iter();
        let mut pairs = files.zip(&self.parts);
        pairs.find(|(known, _)| known.path == file.path).map(|(_, part)| part)
    }
}

/// Numbers that look random and are the same for the same seed
/// (splitmix64).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number below `sides`.
    pub(crate) fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % sides.max(1) as u64) as usize
    }
}

/// At most `limit` of the tasks, in their order.
pub(crate) fn draw(tasks: Vec<Task>, limit: usize, seed: u64) -> Vec<Task> {
    let mut dice = Dice::new(seed);
    let (mut left, mut wanted) = (tasks.len(), limit.min(tasks.len()));
    let mut chosen = |_: &Task| {
        let take = dice.roll(left) < wanted;
        left -= 1;
        wanted -= usize::from(take);
        take
    };
    tasks.into_iter().filter(|task| chosen(task)).collect()
}
