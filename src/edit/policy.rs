//! Which files an untrusted answer may not touch, however it names them.
//! Operations in, refusals out; pure.

use std::fmt;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use serde_json::Value;

use super::{Action, Operation};
use crate::path::RelPath;

/// Files that make other programs run commands, or that tell other agents
/// what to do: writing one of them is more than editing source.
const PROTECTED: &[&str] = &[
    ".aider*",
    ".appveyor.yml",
    ".buildkite/",
    ".cargo/config",
    ".cargo/config.toml",
    ".circleci/",
    ".claude/",
    ".codex/",
    ".continue/",
    ".cursor/",
    ".cursorrules",
    ".devcontainer/",
    ".drone.yml",
    ".envrc",
    ".forgejo/workflows/",
    ".gemini/",
    ".gitea/workflows/",
    ".githooks/",
    ".github/actions/",
    ".github/copilot-instructions.md",
    ".github/workflows/",
    ".gitlab-ci.yml",
    ".gitmodules",
    ".husky/",
    ".idea/",
    ".lefthook/",
    ".mcp.json",
    ".npmrc",
    ".pre-commit-config.yaml",
    ".pre-commit-hooks.yaml",
    ".ssh/",
    ".tokest/",
    ".tornkit/",
    ".travis.yml",
    ".vscode/",
    ".windsurf/",
    ".windsurfrules",
    ".woodpecker.yml",
    ".woodpecker/",
    ".yarnrc.yml",
    ".zed/",
    "AGENTS.md",
    "CLAUDE.md",
    "GEMINI.md",
    // Git takes a directory with this file for a repository, and runs what
    // the configuration beside it says.
    "HEAD",
    "Jenkinsfile",
    "azure-pipelines.yml",
    "bitbucket-pipelines.yml",
    "lefthook.yml",
];

/// What may not be touched.
#[derive(Clone, Debug)]
pub struct Policy {
    /// By the user's word; nothing lifts it.
    forbidden: GlobSet,
    /// By default.
    protected: GlobSet,
    /// Lifts the default.
    allowed: GlobSet,
}

/// Why an operation is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Protection {
    /// The user has protected this file.
    Forbidden(RelPath),
    /// It is protected by default.
    Default(RelPath),
}

impl fmt::Display for Protection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Forbidden(path) => write!(f, "'{path}' is protected"),
            Self::Default(path) => {
                write!(f, "'{path}' is protected by default; --allow lifts it")
            }
        }
    }
}

/// A pattern that is no glob.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadGlob {
    glob: String,
    why: String,
}

impl fmt::Display for BadGlob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot read glob '{}': {}", self.glob, self.why)
    }
}

impl std::error::Error for BadGlob {}

impl Policy {
    /// The default protection, what the user adds to it, and what the user
    /// lifts of it. A glob without `/` inside matches at any depth; one that
    /// matches a directory matches all below it. Case does not count.
    pub fn new(
        forbidden: &[String],
        allowed: &[String],
    ) -> Result<Self, BadGlob> {
        Ok(Self {
            forbidden: set(forbidden.iter().map(String::as_str))?,
            protected: set(PROTECTED.iter().copied())?,
            allowed: set(allowed.iter().map(String::as_str))?,
        })
    }

    /// Whether an operation may be performed; both names of a rename count,
    /// and of a copy the new one.
    pub fn check(&self, operation: &Operation) -> Result<(), Protection> {
        match &operation.action {
            Action::Copy(to) => self.check_path(to),
            Action::Rename(to) => {
                self.check_path(&operation.path)?;
                self.check_path(to)
            }
            _ => self.check_path(&operation.path),
        }
    }

    fn check_path(&self, path: &RelPath) -> Result<(), Protection> {
        let text = path.as_str();
        if self.forbidden.is_match(text) {
            return Err(Protection::Forbidden(path.clone()));
        }
        if self.protected.is_match(text) && !self.allowed.is_match(text) {
            return Err(Protection::Default(path.clone()));
        }
        Ok(())
    }
}

fn set<'a>(globs: impl Iterator<Item = &'a str>) -> Result<GlobSet, BadGlob> {
    let mut builder = GlobSetBuilder::new();
    for glob in globs {
        let bad = |why: globset::Error| BadGlob {
            glob: glob.to_owned(),
            why: why.kind().to_string(),
        };
        let stem = glob.trim_start_matches("./").trim_end_matches('/');
        // Nothing, as a variable that is not set, must not mean everything.
        if stem.trim_matches('/').is_empty() {
            let why = "it names nothing".to_owned();
            return Err(BadGlob { glob: glob.to_owned(), why });
        }
        let stem = match stem.contains('/') {
            true => stem.trim_start_matches('/').to_owned(),
            false => format!("**/{stem}"),
        };
        for glob in [format!("{stem}/**"), stem] {
            let mut glob = GlobBuilder::new(&glob);
            let glob = glob.literal_separator(true).case_insensitive(true);
            builder.add(glob.build().map_err(bad)?);
        }
    }
    builder.build().map_err(|why| BadGlob {
        glob: "all".into(),
        why: why.kind().to_string(),
    })
}

/// The globs of a file: every `protected_paths` of a run configuration, or
/// one a line, `#` beginning a comment.
pub fn globs_of(text: &str) -> Vec<String> {
    if let Ok(config @ Value::Object(_)) = serde_json::from_str(text) {
        let mut globs = Vec::new();
        collect(&config, &mut globs);
        return globs;
    }
    let lines = text.lines().map(str::trim);
    let lines = lines.filter(|l| !l.is_empty() && !l.starts_with('#'));
    lines.map(str::to_owned).collect()
}

/// A JSON value that was read is never nested deeper than its reader allows.
fn collect(value: &Value, globs: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|it| collect(it, globs)),
        Value::Object(members) => {
            for (key, value) in members {
                match value {
                    Value::Array(paths) if key == "protected_paths" => {
                        let texts = paths.iter().filter_map(Value::as_str);
                        globs.extend(texts.map(str::to_owned));
                    }
                    value => collect(value, globs),
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::path::Portability;

    fn refused(policy: &Policy, name: &str) -> bool {
        let path = RelPath::parse(name, Portability::Everywhere).unwrap();
        let operation = Operation::new(path, Action::Delete);
        policy.check(&operation).is_err()
    }

    #[test]
    fn files_that_run_commands_are_protected_in_any_case_and_depth() {
        let policy = Policy::new(&[], &[]).unwrap();
        for name in [
            ".github/workflows/ci.yml",
            ".GitHub/Workflows/a/b",
            ".envrc",
            ".tornkit/run/settings",
            "sub/.envrc",
            "sub/.vscode/tasks.json",
            ".husky/pre-commit",
            ".pre-commit-config.yaml",
            ".claude/settings.json",
            "claude.md",
            ".cargo/config.toml",
            ".aider.conf.yml",
            "Jenkinsfile",
        ] {
            assert!(refused(&policy, name), "{name}");
        }
        for name in [
            "src/a.py",
            ".github/ISSUE_TEMPLATE.md",
            "workflows/x",
            ".gitignore",
            "docs/AGENTS.rst",
            "vscode/x",
        ] {
            assert!(!refused(&policy, name), "{name}");
        }
    }

    #[test]
    fn allow_lifts_the_default_and_protect_stands() {
        let own = |globs: &[&str]| -> Vec<String> {
            globs.iter().map(|g| (*g).to_owned()).collect()
        };
        let policy = Policy::new(
            &own(&["src/core/", "*.lock", "a/*/c"]),
            &own(&[".github/workflows/**", "src/**"]),
        )
        .unwrap();
        assert!(!refused(&policy, ".github/workflows/ci.yml"));
        assert!(refused(&policy, ".envrc"));
        assert!(refused(&policy, "src/core/x/y.rs"));
        assert!(refused(&policy, "src/core"));
        assert!(!refused(&policy, "src/core2"));
        assert!(refused(&policy, "x/Cargo.lock"));
        assert!(refused(&policy, "a/b/c/d"));
        assert!(!refused(&policy, "a/b/d/c"));
        assert!(Policy::new(&own(&["a[",]), &[]).is_err());
        for nothing in ["", "/", "./", "//"] {
            assert!(Policy::new(&own(&[nothing]), &[]).is_err());
            assert!(Policy::new(&[], &own(&[nothing])).is_err());
        }
    }

    #[test]
    fn a_rename_is_refused_for_either_name() {
        let policy = Policy::new(&["locked".into()], &[]).unwrap();
        let name =
            |text: &str| RelPath::parse(text, Portability::Unix).unwrap();
        for (from, to) in [("locked", "x"), ("x", "locked")] {
            let action = Action::Rename(name(to));
            let operation = Operation::new(name(from), action);
            assert!(policy.check(&operation).is_err());
        }
    }

    #[test]
    fn protected_paths_of_a_run_configuration_are_read() {
        let config = r#"{"run_id":"r","phases":[{"scope":{
            "protected_paths":["src/core/","a.py"]}},
            {"scope":{"protected_paths":["b"]}}]}"#;
        assert_eq!(globs_of(config), ["src/core/", "a.py", "b"]);
        assert_eq!(globs_of("# no\n a/*.py \n\nb\n"), ["a/*.py", "b"]);
    }
}
