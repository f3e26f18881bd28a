//! The sort of work a phase is: the names that plans use and the types of
//! conventional commits.
//!
//! A name flows in, a [`Category`] flows out, or nothing for an unknown one.

use serde::{Deserialize, Serialize};

/// The sort of work a phase is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "each is the word that a plan writes")]
pub enum Category {
    Backend,
    Frontend,
    Database,
    Deployment,
    Documentation,
    Testing,
    Refactoring,
    Configuration,
    Integration,
    Implementation,
    Feat,
    Fix,
    Docs,
    Test,
    Refactor,
    Chore,
    Other,
}

/// Every category with the name it is read and written by.
const NAMES: [(Category, &str); 17] = [
    (Category::Backend, "backend"),
    (Category::Frontend, "frontend"),
    (Category::Database, "database"),
    (Category::Deployment, "deployment"),
    (Category::Documentation, "documentation"),
    (Category::Testing, "testing"),
    (Category::Refactoring, "refactoring"),
    (Category::Configuration, "configuration"),
    (Category::Integration, "integration"),
    (Category::Implementation, "implementation"),
    (Category::Feat, "feat"),
    (Category::Fix, "fix"),
    (Category::Docs, "docs"),
    (Category::Test, "test"),
    (Category::Refactor, "refactor"),
    (Category::Chore, "chore"),
    (Category::Other, "other"),
];

impl Category {
    /// The category of that name, whatever its case.
    pub fn of_name(name: &str) -> Option<Self> {
        let name = name.trim().to_lowercase();
        NAMES.iter().find(|(_, n)| *n == name).map(|(c, _)| *c)
    }

    /// The category of a commit by the conventional type its subject begins
    /// with, `feat(scope)!: ...`; other subjects are [`Category::Other`].
    pub fn of_subject(subject: &str) -> Self {
        let kind = subject.split(':').next().unwrap_or_default();
        let kind = kind.split(['(', '!']).next().unwrap_or_default();
        match kind.trim().to_lowercase().as_str() {
            "feat" => Self::Feat,
            "fix" => Self::Fix,
            "docs" => Self::Docs,
            "test" | "tests" => Self::Test,
            "refactor" | "perf" => Self::Refactor,
            "chore" | "ci" | "build" | "style" => Self::Chore,
            _ => Self::Other,
        }
    }

    /// The name it is read and written by.
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(c, _)| *c == self).map_or("other", |(_, n)| n)
    }
}

/// How hard a phase is, in the words of a plan.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum,
)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "each is the word that a plan writes")]
pub enum Complexity {
    Low,
    Medium,
    High,
}

impl Complexity {
    /// The complexity of that name, whatever its case.
    pub fn of_name(name: &str) -> Option<Self> {
        match name.trim().to_lowercase().as_str() {
            "low" => Some(Self::Low),
            "medium" => Some(Self::Medium),
            "high" => Some(Self::High),
            _ => None,
        }
    }

    /// The name it is read and written by.
    pub fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_read_back() {
        for (category, name) in NAMES {
            assert_eq!(Category::of_name(name), Some(category));
            assert_eq!(category.name(), name);
        }
        assert_eq!(Category::of_name("poetry"), None);
    }

    #[test]
    fn a_subject_begins_with_its_category() {
        for (subject, category) in [
            ("feat(core)!: add a thing", Category::Feat),
            ("perf: go faster", Category::Refactor),
            ("Fix the thing", Category::Other),
            ("parser: accept blanks", Category::Other),
        ] {
            assert_eq!(Category::of_subject(subject), category, "{subject}");
        }
    }
}
