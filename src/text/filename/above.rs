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
                let adjacent = rest.clone().next().copied();
                let name = address.name.path.clone();
                let doubt = match (deleted, adjacent) {
                    (true, _) => return Above::Gone(Why::Gone(name)),
                    _ if !reaches(&address, rank, &below, last) => {
                        Some(Why::OutOfReach(name))
                    }
                    (_, Some(line)) if address.wraps && is_open(line) => {
                        Some(Why::Mention(name))
                    }
                    _ => clash(&address, rank, rest, known),
                };
                return match doubt {
                    Some(why) => Above::Doubt(why),
                    None => Above::Names(address),
                };
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

/// Whether a name reaches over the lines below it.
fn reaches(address: &Address, rank: Rank, below: &[Rank], last: bool) -> bool {
    let ends = |below: &Rank| *below <= rank.min(Rank::Bold);
    let far = address.reach == Reach::Sentence && !last;
    !far && !below.iter().any(ends)
}

/// Whether a line ends within a sentence, so that the line below goes on with
/// it.
fn is_open(line: &[u8]) -> bool {
    const SHORTEST: usize = 3;
    let Ok(text) = std::str::from_utf8(line) else { return true };
    let text = text.trim();
    let said = text.split_whitespace().count();
    let ends = ['.', ':', '!', '?', '>', '|', '。', '：', '！', '？', '*', '`'];
    let begins = text.starts_with(['#', '<', '|', '`', '~']);
    said >= SHORTEST && !begins && !text.ends_with(ends)
}

/// The other name that a line shortly above has, if the two are a list: then
/// neither is meant more than the other.
fn clash<'a>(
    address: &Address,
    rank: Rank,
    above: impl Iterator<Item = &'a &'a [u8]>,
    known: &dyn Known,
) -> Option<Why> {
    let mut blank = false;
    for line in above {
        let Line { rank: upper, reading } = read(line, known);
        let other = match reading {
            Reading::Skip => {
                blank = true;
                continue;
            }
            Reading::Names(other) => other,
            _ => return None,
        };
        let (one, two) =
            (other.name.path.as_bytes(), address.name.path.as_bytes());
        let same =
            one == two || ends_at_slash(one, two) || ends_at_slash(two, one);
        // A list and then a heading: the heading begins something new. So
        // does a name that a heading stands over.
        let heads = match (other.reach, address.reach) {
            (_, Reach::Sentence) => true,
            (Reach::Section, Reach::Section) => rank < upper,
            (Reach::Section, _) => blank,
            (_, Reach::Section) => true,
            _ => false,
        };
        let names = (other.name.path.clone(), address.name.path.clone());
        return (!same && !heads).then_some(Why::TwoNames(names.0, names.1));
    }
    None
}
