//! The import direction: a module knows only modules listed above it in
//! `src/lib.rs`.

use std::fs;
use std::path::{Path, PathBuf};

/// The modules in the order in which `src/lib.rs` lists them.
fn order() -> Vec<String> {
    let lib = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs");
    let text = fs::read_to_string(lib).expect("src/lib.rs");
    text.lines()
        .filter_map(|line| line.strip_prefix("pub mod "))
        .filter_map(|line| line.strip_suffix(';'))
        .map(str::to_owned)
        .collect()
}

fn sources(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).expect("a source directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

/// Module names that follow `crate::` in a source text, braces included.
fn imports(text: &str) -> Vec<String> {
    let word = |s: &str| -> String {
        s.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect()
    };
    let mut found = Vec::new();
    for (at, prefix) in text.match_indices("crate::") {
        let rest = &text[at + prefix.len()..];
        if let Some(group) = rest.strip_prefix('{') {
            let group = group.split(';').next().unwrap_or(group);
            let names = group.split([',', '{', '}']).map(str::trim);
            found.extend(names.map(word).filter(|name| !name.is_empty()));
        } else {
            found.push(word(rest));
        }
    }
    found
}

#[test]
fn a_module_imports_only_modules_listed_above_it() {
    let order = order();
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    let rank = |name: &str| order.iter().position(|m| m == name);
    let mut checked = 0;
    for file in files {
        let inside = file.strip_prefix(&src).expect("a source file");
        let first = inside.components().next().expect("a name");
        let module = first.as_os_str().to_string_lossy();
        let module = module.trim_end_matches(".rs");
        let Some(own) = rank(module) else { continue };
        let text = fs::read_to_string(&file).expect("a source file");
        for import in imports(&text) {
            let Some(other) = rank(&import) else { continue };
            assert!(
                other <= own,
                "{} imports crate::{import}, which stands below it",
                file.display()
            );
            checked += 1;
        }
    }
    assert!(checked > 10, "only {checked} imports were seen");
}

#[test]
fn grouped_imports_are_seen() {
    assert_eq!(imports("use crate::{span::Cut, scan};"), ["span", "scan"]);
    assert_eq!(imports("use crate::json::Lexer;"), ["json"]);
}
