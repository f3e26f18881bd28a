//! A phase: deliverables that one answer is to hold, and its place in a plan.

use super::category::{Category, Complexity};
use super::deliverable::Deliverable;

/// What one answer is to hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Phase {
    /// Its name in the plan; a plain list has none.
    pub id: Option<String>,
    /// What it is about, in words.
    pub description: Option<String>,
    /// The sort of work, if it is said and known.
    pub category: Option<Category>,
    /// How hard it is, if it is said and known.
    pub complexity: Option<Complexity>,
    /// Names of the phases that must come before it.
    pub dependencies: Vec<String>,
    /// Whether it was cut out of a plan, so that what it depends on may well
    /// stand elsewhere.
    pub excerpt: bool,
    /// The files it produces, in the order of the plan.
    pub deliverables: Vec<Deliverable>,
    /// Paths that the plan puts in its scope, if it counts them itself.
    pub scope_paths: Option<usize>,
    /// Paths that it must leave alone, as the plan has them.
    pub protected_paths: Vec<String>,
    /// By what it will be judged.
    pub acceptance_criteria: Vec<String>,
    /// Words that stood where a category or complexity belongs and are none.
    pub unknown: Vec<String>,
}

impl Phase {
    /// The phase's name for people.
    pub fn name(&self) -> &str {
        self.id.as_deref().unwrap_or("(list)")
    }

    /// The number of paths in its scope.
    pub fn scope(&self) -> usize {
        self.scope_paths.unwrap_or(self.deliverables.len())
    }

    /// Takes a category by name; an unknown name is kept aside.
    pub fn set_category(&mut self, name: &str) {
        self.category = Category::of_name(name);
        if self.category.is_none() {
            self.unknown.push(format!("category '{name}'"));
        }
    }

    /// Takes a complexity by name; an unknown name is kept aside.
    pub fn set_complexity(&mut self, name: &str) {
        self.complexity = Complexity::of_name(name);
        if self.complexity.is_none() {
            self.unknown.push(format!("complexity '{name}'"));
        }
    }
}
