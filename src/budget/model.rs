//! The size model: how many tokens an answer needs, as quantiles.
//!
//! Each deliverable gets a score from its kind, its action and the sizes
//! known around it; the scores of a phase add up, and quantiles of the whole
//! are linear in their logarithm. The weights were fitted on the commits that
//! models wrote to 18 public repositories (7,522 commits, 2024 and 2025), by
//! least squares and quantile regression on log tokens of canonical
//! operations in `o200k_base`. Fitted anew with each repository left out, the
//! median error is a factor of 1.80, and budgets at p95 cut 5.3 % of the
//! answers (those of 10 and more files just as often) at 2.3 times the tokens
//! needed; p80 to p98 are within 0.5 points of nominal. `calibrate` shifts the result to a repository
//! of one's own.
//!
//! Deliverables flow in, an [`Estimate`] flows out. Nothing here looks at a
//! tree or knows of a cap.

use super::action::Action;
use super::category::Category;
use super::deliverable::Deliverable;
use super::estimate::{Estimate, Quantiles, shares};
use super::kind::Kind;
use super::phase::Phase;

/// Log tokens of a modified file of [`MODIFY_BYTES`], by kind.
const MODIFY: ByKind = ByKind {
    code: 5.3791,
    test: 6.0633,
    doc: 5.5466,
    config: 5.1316,
    frontend: 5.5981,
};

/// What each factor of e in the size of a modified file adds, by kind.
const MODIFY_SIZE: ByKind = ByKind {
    code: 0.2555,
    test: 0.2851,
    doc: 0.2374,
    config: 0.1769,
    frontend: 0.1142,
};

/// Log bytes of the file that [`MODIFY`] speaks of: some 8 kB.
const MODIFY_BYTES: f64 = 9.0;

/// What each factor of e in the number of files adds to a modified one.
const MODIFY_FILES: f64 = 0.1597;

/// Bytes of a modified file whose size is not known: the median of the
/// modified files of its kind.
const UNKNOWN_BYTES: ByKind = ByKind {
    code: 12_219.0,
    test: 11_635.0,
    doc: 11_927.0,
    config: 3_096.0,
    frontend: 4_322.0,
};

/// Log tokens of a new file among siblings of [`CREATE_BYTES`], by kind.
const CREATE: ByKind = ByKind {
    code: 6.9166,
    test: 6.992,
    doc: 6.9537,
    config: 6.7827,
    frontend: 7.0208,
};

/// What each factor of e in the median size of the siblings adds.
const CREATE_SIBLING: f64 = 0.6642;

/// The same for the repository's files of that extension.
const CREATE_EXTENSION: f64 = 0.6798;

/// What the lack of siblings adds.
const CREATE_ALONE: f64 = -0.2315;

/// Log bytes of the siblings that [`CREATE`] speaks of: some 3 kB.
const CREATE_BYTES: f64 = 8.0;

/// What each factor of e in the number of files adds to a new one.
const CREATE_FILES: f64 = 0.0684;

/// Log tokens of an operation that renames a file.
const RENAME: f64 = 4.6971;

/// Log tokens of an operation that deletes a file.
const DELETE: f64 = 2.8732;

/// What a category adds to the log tokens of every file but deleted ones.
const CATEGORIES: [(Label, f64); 6] = [
    (Label::Feat, 0.121),
    (Label::Fix, -0.152),
    (Label::Docs, -0.0522),
    (Label::Test, -0.0869),
    (Label::Refactor, 0.0499),
    (Label::Chore, -0.5622),
];

/// Coefficients of log tokens of a phase at each quantile: a constant, the
/// log of the summed scores, the log of the number of files, and the part of
/// new files.
const QUANTILES: [[f64; 4]; 5] = [
    [-0.2847, 1.0454, -0.0406, -0.0677],
    [1.0871, 0.9707, -0.1204, -0.1896],
    [1.9431, 0.9122, -0.1464, -0.193],
    [2.3508, 0.9194, -0.2046, -0.3417],
    [2.7594, 0.9273, -0.2554, -0.3634],
];

/// Tokens of a diff that creates a file, of those of the operation that
/// does; measured on the same commits.
const DIFF_CREATE: f64 = 1.0;

/// The same for modified files: context lines cost more than anchors.
const DIFF_MODIFY: f64 = 1.24;

/// Tokens of a file in a fence, of those of the operation that creates it:
/// nothing is escaped. Measured on the same commits.
const WHOLE_CREATE: f64 = 0.87;

/// Tokens a byte of a file that is written whole in order to modify it.
const WHOLE_TOKENS_PER_BYTE: f64 = 0.25;

/// A number for each kind.
struct ByKind {
    code: f64,
    test: f64,
    doc: f64,
    config: f64,
    frontend: f64,
}

impl ByKind {
    const fn of(&self, kind: Kind) -> f64 {
        match kind {
            Kind::Code => self.code,
            Kind::Test => self.test,
            Kind::Doc => self.doc,
            Kind::Config => self.config,
            Kind::Frontend => self.frontend,
        }
    }
}

/// The categories that the model was fitted with.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Label {
    Feat,
    Fix,
    Docs,
    Test,
    Refactor,
    Chore,
}

impl Label {
    /// What a plan's category amounts to. Names that say where a change is
    /// and not what it does (backend, frontend, database, deployment) say
    /// nothing of its size.
    fn of(category: Category) -> Option<Self> {
        match category {
            Category::Feat
            | Category::Implementation
            | Category::Integration => Some(Self::Feat),
            Category::Fix => Some(Self::Fix),
            Category::Docs | Category::Documentation => Some(Self::Docs),
            Category::Test | Category::Testing => Some(Self::Test),
            Category::Refactor | Category::Refactoring => Some(Self::Refactor),
            Category::Chore | Category::Configuration => Some(Self::Chore),
            Category::Backend
            | Category::Frontend
            | Category::Database
            | Category::Deployment
            | Category::Other => None,
        }
    }

    fn weight(self) -> f64 {
        let found = CATEGORIES.iter().find(|(label, _)| *label == self);
        found.map_or(0.0, |(_, weight)| *weight)
    }
}

/// How the answer is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Canonical operations.
    #[default]
    Ops,
    /// A unified diff.
    Diff,
    /// Every file whole, in a fence.
    WholeFile,
}

impl Format {
    /// The format's name in records.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ops => "ops",
            Self::Diff => "diff",
            Self::WholeFile => "whole-file",
        }
    }
}

/// What the phase is expected to need in that format.
pub fn predict(phase: &Phase, format: Format) -> Estimate {
    let files = &phase.deliverables;
    if files.is_empty() {
        return Estimate::default();
    }
    let count = files.len() as f64;
    let label = phase.category.and_then(Label::of).map_or(0.0, Label::weight);
    let scores: Vec<f64> =
        files.iter().map(|file| score(file, count, label).exp()).collect();
    let created = files.iter().filter(|f| is(f, Action::Create)).count();
    let sum: f64 = scores.iter().sum();
    let features = [1.0, sum.ln(), count.ln(), created as f64 / count];
    let known = files.iter().zip(&scores).filter(|(f, _)| is_known(f));
    let known: f64 = known.map(|(_, score)| score).sum();
    let written: Vec<f64> = files
        .iter()
        .zip(&scores)
        .map(|(file, score)| in_format(file, *score, format))
        .collect();
    Estimate {
        total: quantiles(features).scaled(written.iter().sum::<f64>() / sum),
        shares: shares(written),
        confidence: known / sum,
    }
}

fn is(file: &Deliverable, action: Action) -> bool {
    file.effective_action() == action
}

/// A median of no bytes says nothing.
fn known(bytes: Option<f64>) -> Option<f64> {
    bytes.filter(|bytes| *bytes > 0.0)
}

/// Whether the score rests on a size that somebody measured.
fn is_known(file: &Deliverable) -> bool {
    match file.effective_action() {
        Action::Create => {
            known(file.sizes.sibling.or(file.sizes.extension)).is_some()
        }
        Action::Modify => file.sizes.existing.is_some(),
        Action::Delete | Action::Rename => true,
    }
}

fn log(bytes: f64) -> f64 {
    bytes.max(1.0).ln()
}

/// Log tokens of one deliverable's operation.
fn score(file: &Deliverable, count: f64, label: f64) -> f64 {
    let kind = file.kind();
    match file.effective_action() {
        Action::Delete => DELETE,
        Action::Rename => label + RENAME,
        Action::Modify => {
            let bytes = file.sizes.existing;
            let bytes = bytes.unwrap_or(UNKNOWN_BYTES.of(kind));
            label
                + MODIFY.of(kind)
                + MODIFY_SIZE.of(kind) * (log(bytes) - MODIFY_BYTES)
                + MODIFY_FILES * count.ln()
        }
        Action::Create => {
            let base = label + CREATE.of(kind) + CREATE_FILES * count.ln();
            base + around(file)
        }
    }
}

/// What the sizes around a new file add to its log tokens.
fn around(file: &Deliverable) -> f64 {
    if let Some(bytes) = known(file.sizes.sibling) {
        return CREATE_SIBLING * (log(bytes) - CREATE_BYTES);
    }
    let extension = known(file.sizes.extension)
        .map_or(0.0, |bytes| CREATE_EXTENSION * (log(bytes) - CREATE_BYTES));
    CREATE_ALONE + extension
}

/// Tokens of an operation as another format writes them.
fn in_format(file: &Deliverable, tokens: f64, format: Format) -> f64 {
    match (format, file.effective_action()) {
        (Format::Ops, _) | (_, Action::Delete | Action::Rename) => tokens,
        (Format::Diff, Action::Create) => tokens * DIFF_CREATE,
        (Format::Diff, Action::Modify) => tokens * DIFF_MODIFY,
        (Format::WholeFile, Action::Create) => tokens * WHOLE_CREATE,
        (Format::WholeFile, Action::Modify) => {
            let bytes = file.sizes.existing;
            let bytes = bytes.unwrap_or(UNKNOWN_BYTES.of(file.kind()));
            tokens.max(bytes * WHOLE_TOKENS_PER_BYTE)
        }
    }
}

/// The quantiles of a phase; a higher one is never below a lower one.
fn quantiles(features: [f64; 4]) -> Quantiles {
    let mut above = 0.0_f64;
    let [p50, p80, p90, p95, p98] = QUANTILES.map(|weights| {
        let pairs = weights.iter().zip(features);
        let log: f64 = pairs.map(|(weight, feature)| weight * feature).sum();
        above = above.max(log.exp());
        above
    });
    Quantiles { p50, p80, p90, p95, p98 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::deliverable::Sizes;

    fn phase(files: &[(&str, Action, Sizes)]) -> Phase {
        let one = |(path, action, sizes): &(&str, Action, Sizes)| {
            let mut file = Deliverable::of_path(path);
            file.action = Some(*action);
            file.sizes = *sizes;
            file
        };
        Phase {
            deliverables: files.iter().map(one).collect(),
            ..Phase::default()
        }
    }

    #[test]
    fn a_larger_file_and_more_files_need_more_tokens() {
        let of = |bytes: f64| {
            let sizes = Sizes { existing: Some(bytes), ..Sizes::default() };
            predict(&phase(&[("a.py", Action::Modify, sizes)]), Format::Ops)
        };
        assert!(of(100_000.0).total.p50 > of(1_000.0).total.p50);
        assert!(of(1.0).total.p50 > 0.0);
        let many = [("a.py", Action::Create, Sizes::default()); 9];
        let few = predict(&phase(&many[..2]), Format::Ops);
        let many = predict(&phase(&many), Format::Ops);
        assert!(many.total.p90 > 3.0 * few.total.p90);
    }

    #[test]
    fn quantiles_never_cross() {
        for count in [1, 2, 5, 20, 100, 1_000] {
            for action in [Action::Create, Action::Delete] {
                let files = vec![("a.py", action, Sizes::default()); count];
                let all = predict(&phase(&files), Format::Ops).total;
                assert!(all.p50 <= all.p80 && all.p80 <= all.p90);
                assert!(all.p90 <= all.p95 && all.p95 <= all.p98);
            }
        }
    }

    #[test]
    fn writing_files_whole_costs_their_size() {
        let sizes = Sizes { existing: Some(400_000.0), ..Sizes::default() };
        let one = phase(&[("a.py", Action::Modify, sizes)]);
        let ops = predict(&one, Format::Ops).total.p50;
        let diff = predict(&one, Format::Diff).total.p50;
        let whole = predict(&one, Format::WholeFile).total.p50;
        assert!(ops < diff && diff < 2.0 * ops && whole > 20.0 * ops);
    }

    #[test]
    fn confidence_is_the_part_that_rests_on_known_sizes() {
        let known = Sizes { sibling: Some(3_000.0), ..Sizes::default() };
        let of = |sizes| {
            let files = [("a.py", Action::Create, sizes)];
            predict(&phase(&files), Format::Ops).confidence
        };
        assert_eq!(of(Sizes::default()), 0.0);
        assert_eq!(of(known), 1.0);
    }
}
