//! What a filter before this one said about the end of its input: the last
//! record of `--end`. A cut that it saw is a cut of what comes after.

use serde::Deserialize;
use serde_json::Value;

use tornkit::scan::Summary;
use tornkit::span::{Cut, Verdict};

/// What was said so far.
#[derive(Default)]
pub(crate) struct Before {
    /// Such records.
    pub(crate) count: u64,
    /// The cut that was said first, and where it was if that was said, too.
    cut: Option<Option<Cut>>,
    /// The verdict of the last record, if that was one of these.
    last: Option<Verdict>,
}

#[derive(Deserialize)]
struct Said {
    r#type: String,
    verdict: Verdict,
    #[serde(default)]
    cut: Value,
}

impl Before {
    /// Takes a record that is about the stream; whether it is one of these.
    pub(crate) fn hear(&mut self, json: &[u8]) -> bool {
        let said = serde_json::from_slice::<Said>(json).ok();
        let Some(said) = said.filter(|said| said.r#type == "end") else {
            self.other();
            return false;
        };
        self.count += 1;
        self.last = Some(said.verdict);
        if said.verdict == Verdict::Cut && self.cut.is_none() {
            self.cut = Some(serde_json::from_value(said.cut).ok());
        }
        true
    }

    /// Another record came.
    pub(crate) fn other(&mut self) {
        self.last = None;
    }

    /// Whether it said that its input was cut.
    pub(crate) fn says_cut(&self) -> bool {
        self.cut.is_some()
    }

    /// What is true of this filter's own input in the light of it.
    pub(crate) fn correct(&self, summary: &mut Summary) {
        match (&self.cut, summary.verdict) {
            (Some(cut), Verdict::Complete | Verdict::Unsure) => {
                summary.verdict = Verdict::Cut;
                summary.cut = cut.clone();
            }
            (None, Verdict::Unsure) => {
                summary.verdict = self.last.unwrap_or(Verdict::Unsure);
            }
            _ => {}
        }
    }
}
