//! What sort of file a path names, judged by its name alone.
//!
//! A relative path with `/` flows in, a [`Kind`] flows out. Nothing here
//! looks at a tree or knows what a kind costs.

use serde::{Deserialize, Serialize};

/// The sort of a file, as far as its size can be told from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Program text that is none of the others.
    Code,
    /// A test, by the convention of some large ecosystem.
    Test,
    /// Prose.
    Doc,
    /// Configuration, build files, scripts and migrations.
    Config,
    /// Components, markup and style sheets.
    Frontend,
}

/// Extensions of prose.
const DOC: [&str; 5] = ["md", "mdx", "rst", "adoc", "txt"];

/// Extensions and whole names of configuration, build files and scripts.
const CONFIG: [&str; 26] = [
    "json",
    "yaml",
    "yml",
    "toml",
    "ini",
    "cfg",
    "xml",
    "csproj",
    "props",
    "gradle",
    "kts",
    "properties",
    "mod",
    "pkl",
    "sql",
    "env",
    "conf",
    "gitignore",
    "dockerfile",
    "makefile",
    "editorconfig",
    "sh",
    "bash",
    "ps1",
    "nix",
    "tf",
];

/// Extensions of what a browser shows.
const FRONTEND: [&str; 8] =
    ["tsx", "jsx", "vue", "svelte", "html", "css", "scss", "less"];

/// Directories whose files are tests: Python, Rust and JavaScript `tests`,
/// Ruby `spec`, Jest `__tests__`, Maven `src/test`, Go `testing`.
const TEST_DIRECTORIES: [&str; 8] = [
    "test",
    "tests",
    "spec",
    "specs",
    "__tests__",
    "testing",
    "test-data",
    "it",
];

/// Marks inside a file name: Go, C and Rust `_test.`, Ruby `_spec.`,
/// JavaScript and TypeScript `.test.` and `.spec.`.
const TEST_MARKS: [&str; 4] = ["_test.", "_spec.", ".test.", ".spec."];

/// Ends of file names: JUnit, xUnit and Kotlin classes.
const TEST_ENDS: [&str; 6] =
    ["test.java", "tests.java", "test.cs", "tests.cs", "test.kt", "tests.kt"];

impl Kind {
    /// Every kind, in the order in which tables show them.
    pub const ALL: [Self; 5] =
        [Self::Code, Self::Test, Self::Doc, Self::Config, Self::Frontend];

    /// The kind of the file that `path` names.
    pub fn of(path: &str) -> Self {
        let extension = extension(path);
        let extension = extension.as_str();
        if DOC.contains(&extension) {
            Self::Doc
        } else if is_test(path) {
            Self::Test
        } else if CONFIG.contains(&extension) || is_migration(path) {
            Self::Config
        } else if FRONTEND.contains(&extension) {
            Self::Frontend
        } else {
            Self::Code
        }
    }

    /// The kind's name in tables and records.
    pub fn name(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Test => "test",
            Self::Doc => "doc",
            Self::Config => "config",
            Self::Frontend => "frontend",
        }
    }
}

/// What follows the last dot of the file name, in lower case; the whole name
/// where it has no dot but a leading one.
pub fn extension(path: &str) -> String {
    let name = file_name(path);
    let inner = name.get(1..).unwrap_or_default();
    match inner.rsplit_once('.') {
        Some((_, extension)) => extension.to_lowercase(),
        None => name.to_lowercase(),
    }
}

/// The part after the last slash.
pub fn file_name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// The part before the last slash, empty at the root.
pub fn directory(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(directory, _)| directory)
}

/// Whether the path follows a test convention.
pub fn is_test(path: &str) -> bool {
    let lower = path.to_lowercase();
    let name = file_name(&lower);
    let mut directories = directory(&lower).split('/');
    let named = |part: &str| part.starts_with("test_");
    directories.any(|d| TEST_DIRECTORIES.contains(&d) || named(d))
        || named(name)
        || TEST_MARKS.iter().any(|mark| name.contains(mark))
        || TEST_ENDS.iter().any(|end| name.ends_with(end))
}

/// Whether the path is a database migration of a common framework.
pub fn is_migration(path: &str) -> bool {
    path.contains("alembic/versions")
        || directory(path)
            .split('/')
            .any(|d| matches!(d, "migration" | "migrations"))
}

/// Ends of the names of files that tools write and nobody reads.
const GENERATED_ENDS: [&str; 12] = [
    ".lock",
    "-lock.json",
    "-lock.yaml",
    "lock.yml",
    "go.sum",
    ".min.js",
    ".min.css",
    ".map",
    ".snap",
    "_pb2.py",
    ".pb.go",
    ".g.dart",
];

/// Directories of files that tools write or that came from elsewhere.
const GENERATED_DIRECTORIES: [&str; 5] =
    ["node_modules", "vendor", "third_party", "dist", "__snapshots__"];

/// Whether a file by its name is the work of a tool: no answer would hold
/// it.
pub fn is_generated(path: &str) -> bool {
    let mut directories = directory(path).split('/');
    GENERATED_ENDS.iter().any(|end| path.ends_with(end))
        || directories.any(|d| GENERATED_DIRECTORIES.contains(&d))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tools_write_is_known_by_name() {
        assert!(is_generated("Cargo.lock"));
        assert!(is_generated("web/package-lock.json"));
        assert!(is_generated("web/node_modules/a/index.js"));
        assert!(!is_generated("src/lock.rs"));
        assert!(!is_generated("src/distance.rs"));
    }

    #[test]
    fn test_conventions_of_the_large_ecosystems_are_known() {
        for path in [
            "tests/test_a.py",
            "src/pkg/test_a.py",
            "pkg/server_test.go",
            "spec/models/user_spec.rb",
            "src/__tests__/App.tsx",
            "web/app.spec.ts",
            "core/src/test/java/a/B.java",
            "src/FooTest.java",
            "src/FooTests.cs",
        ] {
            assert_eq!(Kind::of(path), Kind::Test, "{path}");
        }
    }

    #[test]
    fn a_name_that_only_contains_test_is_no_test() {
        for path in ["src/attestation.py", "src/latest.rs", "contest/a.go"] {
            assert_eq!(Kind::of(path), Kind::Code, "{path}");
        }
    }

    #[test]
    fn a_migration_is_configuration() {
        assert_eq!(Kind::of("alembic/versions/1_a.py"), Kind::Config);
        assert_eq!(Kind::of("app/migrations/0001_x.py"), Kind::Config);
    }

    #[test]
    fn a_dotfile_has_its_whole_name_as_extension() {
        assert_eq!(extension(".bashrc"), ".bashrc");
        assert_eq!(extension("a/B.MD"), "md");
        assert_eq!(extension("Makefile"), "makefile");
    }
}
