//! The plan's own rules: a fixed number of tokens a deliverable, and a
//! budget by complexity and category. Kept exactly, as the measure that
//! other predictions are compared with.
//!
//! A phase flows in, tokens flow out. Everything is integer arithmetic.

use super::action::Action;
use super::category::{Category, Complexity};
use super::deliverable::Deliverable;
use super::kind;
use super::phase::Phase;

/// The largest budget there is, in tokens: the output limit of the models
/// that the plan was written for.
pub const CAP: u64 = 64_000;

/// Tokens the rules give one deliverable.
pub fn deliverable_tokens(deliverable: &Deliverable) -> u64 {
    let path = deliverable.path.to_lowercase();
    let extension = kind::extension(&path);
    let config = ["yaml", "yml", "json", "toml", "txt"];
    let in_docs = kind::directory(&path).split('/').any(|d| d == "docs");
    if in_docs || extension == "md" {
        200
    } else if config.contains(&extension.as_str()) || deliverable.migration {
        400
    } else if kind::is_test(&path) {
        600
    } else if deliverable.action == Some(Action::Create) {
        800
    } else {
        300
    }
}

/// Tokens the rules expect the phase to need.
pub fn estimate(phase: &Phase) -> u64 {
    let sum: u64 = phase.deliverables.iter().map(deliverable_tokens).sum();
    let percent = match phase.category {
        Some(Category::Backend | Category::Database) => 120,
        Some(Category::Frontend) => 140,
        _ => 100,
    };
    sum.saturating_mul(13).saturating_mul(percent) / 1000
}

/// The budget before any estimate: by complexity (medium unless said),
/// raised for some categories.
pub fn base(phase: &Phase) -> u64 {
    let by_complexity = match phase.complexity {
        Some(Complexity::Low) => 8_192,
        Some(Complexity::Medium) | None => 12_288,
        Some(Complexity::High) => 16_384,
    };
    let at_least = match phase.category {
        Some(Category::Deployment | Category::Frontend) => 16_384,
        Some(Category::Backend) if phase.scope() >= 3 => 12_000,
        _ => 0,
    };
    by_complexity.max(at_least)
}

/// The budget that follows from both, in tokens; never more than `cap`.
pub fn budget(phase: &Phase, cap: u64) -> u64 {
    let wanted = estimate(phase).saturating_mul(12) / 10;
    base(phase).max(wanted).min(cap)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phase(lines: &[&str]) -> Phase {
        let deliverables =
            lines.iter().filter_map(|l| Deliverable::of_line(l)).collect();
        Phase { deliverables, ..Phase::default() }
    }

    #[test]
    fn each_rule_of_the_plan_has_its_price() {
        for (line, tokens) in [
            ("docs/a.py", 200),
            ("notes.md", 200),
            ("a.yaml", 400),
            ("requirements.txt updated", 400),
            ("alembic/versions/1_x.py", 400),
            ("db/1.py migration", 400),
            ("tests/test_a.py", 600),
            ("Create src/a.py", 800),
            ("Modify src/a.py to add a thing", 300),
            ("src/a.py", 300),
        ] {
            assert_eq!(estimate(&phase(&[line])), tokens * 13 / 10, "{line}");
        }
    }

    #[test]
    fn budgets_follow_complexity_category_and_estimate() {
        let mut one = phase(&["src/a.py"]);
        assert_eq!(budget(&one, CAP), 12_288);
        one.complexity = Some(Complexity::Low);
        assert_eq!(budget(&one, CAP), 8_192);
        one.category = Some(Category::Frontend);
        assert_eq!(budget(&one, CAP), 16_384);
        let mut three = phase(&["a/a.py", "a/b.py", "a/c.py"]);
        three.complexity = Some(Complexity::Low);
        three.category = Some(Category::Backend);
        assert_eq!(budget(&three, CAP), 12_000);
        let many = phase(&["Create src/a.py"; 20]);
        assert_eq!(budget(&many, CAP), 20 * 800 * 13 * 12 / 100);
        assert_eq!(budget(&phase(&["Create src/a.py"; 99]), CAP), CAP);
    }
}
