//! Where in a change a file belongs: what others build on comes first.

use super::deliverable::Deliverable;
use super::kind::{self, Kind};

/// The layers of a change, in the order in which they are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// Types, models, interfaces, configuration, constants, migrations.
    Types,
    /// What works on them.
    Core,
    /// What the outside calls: endpoints, handlers, views, entry points.
    Integration,
    /// What checks and describes the rest.
    Tests,
}

/// Names of files and directories that others build on.
const TYPES: [&str; 17] = [
    "type",
    "types",
    "model",
    "models",
    "interface",
    "interfaces",
    "config",
    "configs",
    "settings",
    "constant",
    "constants",
    "schema",
    "schemas",
    "enums",
    "dto",
    "entities",
    "errors",
];

/// Names of files and directories that the outside calls.
const INTEGRATION: [&str; 24] = [
    "api",
    "endpoint",
    "endpoints",
    "route",
    "routes",
    "router",
    "routers",
    "handler",
    "handlers",
    "controller",
    "controllers",
    "view",
    "views",
    "pages",
    "components",
    "integration",
    "integrations",
    "main",
    "app",
    "server",
    "cli",
    "bin",
    "cmd",
    "index",
];

impl Layer {
    /// The layer of a deliverable, by its path.
    pub fn of(deliverable: &Deliverable) -> Self {
        match deliverable.kind() {
            Kind::Test | Kind::Doc => Self::Tests,
            Kind::Config => Self::Types,
            Kind::Frontend => Self::Integration,
            Kind::Code => by_name(&deliverable.path),
        }
    }

    /// The layer's name in records.
    pub fn name(self) -> &'static str {
        match self {
            Self::Types => "types",
            Self::Core => "core",
            Self::Integration => "integration",
            Self::Tests => "tests",
        }
    }
}

/// The file's own name counts most, then the nearest directory.
fn by_name(path: &str) -> Layer {
    let lower = path.to_lowercase();
    let name = kind::file_name(&lower);
    let stem = name.split('.').next().unwrap_or(name);
    let directories = kind::directory(&lower).rsplit('/');
    let parts = stem.rsplit(['_', '-']).chain(directories);
    let known = parts.filter_map(|part| {
        if TYPES.contains(&part) {
            Some(Layer::Types)
        } else if INTEGRATION.contains(&part) {
            Some(Layer::Integration)
        } else {
            None
        }
    });
    known.into_iter().next().unwrap_or(Layer::Core)
}

/// The name of what a test is about: `test_store.py`, `store_test.go`,
/// `store.test.ts` and `StoreTest.java` are about `store`.
pub fn subject(path: &str) -> String {
    let name = kind::file_name(path).to_lowercase();
    let stem = name.split('.').next().unwrap_or_default();
    let stem = stem.strip_prefix("test_").unwrap_or(stem);
    let ends = ["_tests", "_test", "_spec", "-test", "tests", "test"];
    let bare = ends.iter().find_map(|end| stem.strip_suffix(end));
    bare.filter(|bare| !bare.is_empty()).unwrap_or(stem).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_follow_names() {
        for (path, layer) in [
            ("src/models.py", Layer::Types),
            ("src/user_types.ts", Layer::Types),
            ("alembic/versions/1_x.py", Layer::Types),
            ("config/a.yaml", Layer::Types),
            ("src/store.py", Layer::Core),
            ("src/api/store.py", Layer::Integration),
            ("src/main.rs", Layer::Integration),
            ("src/View.tsx", Layer::Integration),
            ("tests/test_store.py", Layer::Tests),
            ("docs/STORE.md", Layer::Tests),
        ] {
            assert_eq!(Layer::of(&Deliverable::of_path(path)), layer, "{path}");
        }
    }

    #[test]
    fn a_test_names_its_subject() {
        for path in [
            "src/store.py",
            "tests/test_store.py",
            "a/store_test.go",
            "a/store.test.ts",
            "a/StoreTest.java",
            "spec/store_spec.rb",
        ] {
            assert_eq!(subject(path), "store", "{path}");
        }
    }
}
