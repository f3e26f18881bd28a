//! The lines above a fence or marker: lines flow in, the name that reaches
//! the last of them flows out.

use super::known::{Known, ends_at_slash};
use super::lead::Rank;
use super::line::{Address, Line, Reach, Reading, read};
use super::why::Why;

/// Lines that are read at most, from the last upwards: a name further away
/// belongs to nothing.
const FARTHEST: usize = 200;

/// What the lines above say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Above {
    /// A name reaches down to here.
    Names(Address),
    /// No name, and nothing but connectives.
    Bare,
    /// No name, and words.
    Words,
    /// What leaves the file in doubt.
    Doubt(Why),
    /// A name of which the lines say that it is deleted or old, which counts
    /// even where the unit names itself.
    Gone(Why),
}

/// Reads the lines above, oldest first.
pub(super) fn above(lines: &[&[u8]], known: &dyn Known) -> Above {
    let mut below: Vec<Rank> = Vec::new();
    let mut deleted = false;
    let mut words = false;
    let mut last = true;
    let far = lines.len() > FARTHEST;
    let mut rest = lines.iter().rev().take(FARTHEST);
    while let Some(line) = rest.next() {
        let Line { rank, reading } = read(line, known);
        match reading {
            Reading::Skip => continue,
            Reading::Connective | Reading::Words => {
                words |= reading == Reading::Words;
                below.push(rank);
            }
            Reading::Deleted => deleted = true,
            Reading::Doubt(why @ Why::Gone(_)) => return Above::Gone(why),
            Reading::Doubt(why) => return Above::Doubt(why),
            Reading::Names(address) => {
                let before = rest.next().map(|line| read(line, known));
                return judge(address, rank, &below, before, last, deleted);
            }
        }
        last = false;
    }
    match (deleted, words || far) {
        (true, _) => Above::Gone(Why::Gone(String::new())),
        (_, true) => Above::Words,
        (_, false) => Above::Bare,
    }
}

/// Judges whether a name reaches over the lines below it.
fn judge(
    address: Address,
    rank: Rank,
    below: &[Rank],
    before: Option<Line>,
    last: bool,
    deleted: bool,
) -> Above {
    let path = || address.name.path.clone();
    if deleted {
        return Above::Gone(Why::Gone(path()));
    }
    let ends = |below: &Rank| *below <= rank.min(Rank::Bold);
    let far = address.reach == Reach::Sentence && !last;
    if far || below.iter().any(ends) {
        return Above::Doubt(Why::OutOfReach(path()));
    }
    if let Some(Line { rank: upper, reading: Reading::Names(other) }) = before {
        let (one, two) = (other.name.path.as_bytes(), path().into_bytes());
        let same =
            one == two || ends_at_slash(one, &two) || ends_at_slash(&two, one);
        // A list and then a heading: the heading begins something new.
        let heads = address.reach == Reach::Section
            && other.reach != Reach::Section
            || rank < upper && other.reach == Reach::Section
            || address.reach == Reach::Sentence;
        if !same && !heads {
            return Above::Doubt(Why::TwoNames(other.name.path, path()));
        }
    }
    Above::Names(address)
}
