//! The numbers of the size model, and which of them a deliverable meets.
//!
//! Nothing flows in but a deliverable; its [`terms`] flow out, the same for
//! who predicts and for who fits (`examples/fit`, which prints these numbers
//! anew and says how good they are on repositories it has not seen).

use super::action::Action;
use super::category::Category;
use super::deliverable::Deliverable;
use super::kind::Kind;

/// Everything that was fitted.
#[derive(Clone, Debug, PartialEq)]
pub struct Weights {
    /// A weight for each term of the log tokens of a deliverable.
    pub scores: [f64; TERMS],
    /// Coefficients of the log tokens of a phase at p50, p80, p90, p95 and
    /// p98: a constant, the log of the summed scores, the log of the number
    /// of files, and the part of new files.
    pub quantiles: [[f64; FEATURES]; 5],
}

/// The number of score weights.
pub const TERMS: usize = 28;

/// The number of coefficients of a quantile.
pub const FEATURES: usize = 4;

/// A modified file of [`MODIFY_BYTES`]: a weight a kind, as the kinds are
/// listed in [`Kind::ALL`].
const MODIFY: usize = 0;

/// What each factor of e in the size of a modified file adds, by kind.
const MODIFY_SIZE: usize = 5;

/// What each factor of e in the number of files adds to a modified one.
const MODIFY_FILES: usize = 10;

/// A new file among siblings of [`CREATE_BYTES`], by kind.
const CREATE: usize = 11;

/// What each factor of e in the median size of the siblings adds.
const CREATE_SIBLING: usize = 16;

/// The same for the repository's files of that extension.
const CREATE_EXTENSION: usize = 17;

/// What the lack of siblings adds.
const CREATE_ALONE: usize = 18;

/// What each factor of e in the number of files adds to a new one.
const CREATE_FILES: usize = 19;

/// A file that gets another name.
const RENAME: usize = 20;

/// A file that goes.
const DELETE: usize = 21;

/// What a category adds to every file but those that go: feat, fix, docs,
/// test, refactor, chore.
const CATEGORY: usize = 22;

/// Log bytes of the file that [`MODIFY`] speaks of: some 8 kB.
const MODIFY_BYTES: f64 = 9.0;

/// Log bytes of the siblings that [`CREATE`] speaks of: some 3 kB.
const CREATE_BYTES: f64 = 8.0;

/// The weights that predict: fitted to 7,522 commits that models wrote to 18
/// public repositories in 2024 and 2025, by least squares and quantile
/// regression on log tokens of canonical operations in `o200k_base`.
pub const FITTED: Weights = Weights {
    scores: [
        // Modified: code, test, doc, config, frontend; the same by size.
        5.3791, 6.0633, 5.5466, 5.1316, 5.5981, //
        0.2555, 0.2851, 0.2374, 0.1769, 0.1142, //
        0.1597, // by number of files
        // New: code, test, doc, config, frontend.
        6.9166, 6.992, 6.9537, 6.7827, 7.0208, //
        0.6642, 0.6798, -0.2315, // sibling, extension, alone
        0.0684,  // by number of files
        4.6971, 2.8732, // renamed, deleted
        // feat, fix, docs, test, refactor, chore
        0.121, -0.152, -0.0522, -0.0869, 0.0499, -0.5622,
    ],
    quantiles: [
        [-0.2847, 1.0454, -0.0406, -0.0677],
        [1.0871, 0.9707, -0.1204, -0.1896],
        [1.9431, 0.9122, -0.1464, -0.193],
        [2.3508, 0.9194, -0.2046, -0.3417],
        [2.7594, 0.9273, -0.2554, -0.3634],
    ],
};

/// Bytes of a modified file whose size is not known: the median of the
/// modified files of its kind in the same commits.
pub fn usual_bytes(kind: Kind) -> f64 {
    match kind {
        Kind::Code => 12_219.0,
        Kind::Test => 11_635.0,
        Kind::Doc => 11_927.0,
        Kind::Config => 3_096.0,
        Kind::Frontend => 4_322.0,
    }
}

/// The terms of a deliverable among `count`: which weights it meets, and
/// what each is multiplied by.
pub fn terms(
    file: &Deliverable,
    count: f64,
    category: Option<Category>,
) -> Vec<(usize, f64)> {
    let kind = by_kind(file.kind());
    let mut terms = Vec::new();
    match file.effective_action() {
        Action::Delete => return vec![(DELETE, 1.0)],
        Action::Rename => terms.push((RENAME, 1.0)),
        Action::Modify => {
            let bytes = file.sizes.existing;
            let bytes = bytes.unwrap_or(usual_bytes(file.kind()));
            terms.push((MODIFY + kind, 1.0));
            terms.push((MODIFY_SIZE + kind, log(bytes) - MODIFY_BYTES));
            terms.push((MODIFY_FILES, count.ln()));
        }
        Action::Create => {
            terms.push((CREATE + kind, 1.0));
            terms.push((CREATE_FILES, count.ln()));
            terms.extend(around(file));
        }
    }
    terms.extend(category.and_then(label).map(|at| (CATEGORY + at, 1.0)));
    terms
}

/// What the sizes around a new file amount to.
fn around(file: &Deliverable) -> Vec<(usize, f64)> {
    let over = |bytes: f64| log(bytes) - CREATE_BYTES;
    if let Some(bytes) = known(file.sizes.sibling) {
        return vec![(CREATE_SIBLING, over(bytes))];
    }
    let extension = known(file.sizes.extension);
    let extension = extension.map(|bytes| (CREATE_EXTENSION, over(bytes)));
    [(CREATE_ALONE, 1.0)].into_iter().chain(extension).collect()
}

/// A median of no bytes says nothing.
pub fn known(bytes: Option<f64>) -> Option<f64> {
    bytes.filter(|bytes| *bytes > 0.0)
}

fn log(bytes: f64) -> f64 {
    bytes.max(1.0).ln()
}

fn by_kind(kind: Kind) -> usize {
    Kind::ALL.iter().position(|one| *one == kind).unwrap_or(0)
}

/// What a plan's category amounts to. Names that say where a change is and
/// not what it does (backend, frontend, database, deployment) say nothing of
/// its size.
fn label(category: Category) -> Option<usize> {
    Some(match category {
        Category::Feat | Category::Implementation | Category::Integration => 0,
        Category::Fix => 1,
        Category::Docs | Category::Documentation => 2,
        Category::Test | Category::Testing => 3,
        Category::Refactor | Category::Refactoring => 4,
        Category::Chore | Category::Configuration => 5,
        Category::Backend
        | Category::Frontend
        | Category::Database
        | Category::Deployment
        | Category::Other => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_weight_is_met_by_some_deliverable() {
        let paths = ["a.py", "test_a.py", "a.md", "a.yaml", "a.css"];
        let actions =
            [Action::Create, Action::Modify, Action::Delete, Action::Rename];
        let categories = [
            Category::Feat,
            Category::Fix,
            Category::Docs,
            Category::Test,
            Category::Refactor,
            Category::Chore,
        ];
        let mut met = [false; TERMS];
        let mut meet = |file: &Deliverable, category| {
            for (at, _) in terms(file, 2.0, Some(category)) {
                met[at] = true;
            }
        };
        for (path, category) in paths
            .iter()
            .flat_map(|path| categories.map(|category| (path, category)))
        {
            for action in actions {
                let mut file = Deliverable::of_path(path);
                file.action = Some(action);
                file.sizes.extension = Some(10.0);
                meet(&file, category);
                file.sizes.sibling = Some(10.0);
                meet(&file, category);
            }
        }
        assert_eq!(met, [true; TERMS]);
    }
}
