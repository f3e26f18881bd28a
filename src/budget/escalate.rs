//! The budget after one that was too small.
//!
//! A budget and the reason why the answer stopped flow in, the next budget
//! flows out, or why a larger one would not help.

use std::fmt;

use crate::transcript::{Ended, ended};

/// Why an answer stopped, as far as the next budget depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// At the output limit.
    Length,
    /// Because it was finished.
    Finished,
    /// It repeated itself until it was stopped.
    Loop,
    /// The model or its keeper would not go on.
    Refused,
    /// Something else came between: an error, a person, a clock.
    Interrupted,
}

/// Why there is no next budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoNext {
    /// It would be larger than this cap, in tokens.
    AtCap(u64),
    /// The answer was not cut.
    Finished,
    /// More room only makes the loop longer.
    Loop,
    /// More room does not change the model's mind.
    Refused,
    /// The limit was not what stopped it.
    Interrupted,
}

impl fmt::Display for NoNext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtCap(cap) => {
                write!(f, "no budget above {cap} tokens; continue or batch")
            }
            Self::Finished => f.write_str("the answer was not cut"),
            Self::Loop => f.write_str(
                "the answer repeated itself; a larger budget would only \
                 buy more of it",
            ),
            Self::Refused => f.write_str(
                "the answer was stopped for its content; a larger budget \
                 does not help",
            ),
            Self::Interrupted => f.write_str(
                "the answer was not stopped by its limit; try the same \
                 budget again",
            ),
        }
    }
}

/// Reasons that stand for a limit, in lower case and without punctuation.
const LENGTH: [&str; 18] = [
    "length",
    "maxtokens",
    "maxoutputtokens",
    "maxcompletiontokens",
    "maxlength",
    "modellength",
    "maxmodellength",
    "modelcontextwindowexceeded",
    "contextlength",
    "contextlengthexceeded",
    "contextwindowexceeded",
    "tokenlimit",
    "errorlimit",
    "outputlimit",
    "limit",
    "incomplete",
    "truncated",
    "cut",
];

/// Reasons that stand for the content.
const REFUSED: [&str; 11] = [
    "refusal",
    "contentfilter",
    "contentfiltered",
    "guardrailintervened",
    "safety",
    "recitation",
    "language",
    "blocklist",
    "prohibitedcontent",
    "spii",
    "errortoxic",
];

impl Stop {
    /// The reason of that name, as providers and tools spell it; case and
    /// punctuation do not matter.
    pub fn of_name(name: &str) -> Option<Self> {
        let mut word = name.to_ascii_lowercase();
        word.retain(|c| c.is_ascii_alphanumeric());
        let word = word.as_str();
        if LENGTH.contains(&word) {
            return Some(Self::Length);
        }
        if REFUSED.contains(&word) {
            return Some(Self::Refused);
        }
        if matches!(word, "loop" | "repetition") {
            return Some(Self::Loop);
        }
        match ended(word) {
            Ended::Whole => Some(Self::Finished),
            Ended::Early => Some(Self::Interrupted),
            Ended::Unknown => None,
        }
    }
}

/// Half as much again, rounded down, at most `cap`; never `current` again.
pub fn next(current: u64, stop: Stop, cap: u64) -> Result<u64, NoNext> {
    match stop {
        Stop::Finished => return Err(NoNext::Finished),
        Stop::Loop => return Err(NoNext::Loop),
        Stop::Refused => return Err(NoNext::Refused),
        Stop::Interrupted => return Err(NoNext::Interrupted),
        Stop::Length => {}
    }
    let wanted =
        current.saturating_add(current / 2).max(current.saturating_add(1));
    let next = wanted.min(cap);
    if next > current { Ok(next) } else { Err(NoNext::AtCap(cap)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escalation_ends_at_the_cap_and_never_repeats() {
        let mut budget = 8_192;
        let mut seen = vec![budget];
        while let Ok(larger) = next(budget, Stop::Length, 64_000) {
            assert!(larger > budget);
            budget = larger;
            seen.push(larger);
        }
        assert_eq!(seen, [8192, 12288, 18432, 27648, 41472, 62208, 64000]);
    }

    #[test]
    fn the_smallest_budgets_grow_too() {
        assert_eq!(next(0, Stop::Length, 64_000), Ok(1));
        assert_eq!(next(1, Stop::Length, 64_000), Ok(2));
        assert_eq!(next(3, Stop::Length, 64_000), Ok(4));
    }

    #[test]
    fn only_a_length_stop_escalates() {
        assert_eq!(next(9, Stop::Loop, 64_000), Err(NoNext::Loop));
        assert_eq!(Stop::of_name("MAX_TOKENS"), Some(Stop::Length));
        assert_eq!(Stop::of_name("end_turn"), Some(Stop::Finished));
        assert_eq!(Stop::of_name("timeout"), Some(Stop::Interrupted));
        assert_eq!(Stop::of_name("what"), None);
    }

    #[test]
    fn every_limit_and_refusal_ends_an_answer_early() {
        for word in LENGTH.iter().chain(&REFUSED) {
            let known = matches!(*word, "truncated" | "cut");
            assert!(known || ended(word) == Ended::Early, "{word}");
        }
    }
}
