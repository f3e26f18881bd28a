//! The manual pages know every long option that `--help` knows, and no
//! other, and every value of those that take one of a few.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::support::{TOOLS, run};

/// Long options in a help text: words like `--json` that begin a line, but
/// for the short form.
fn options_of_help(help: &str) -> BTreeSet<String> {
    help.lines()
        .map(str::trim_start)
        .filter(|line| line.starts_with('-'))
        .filter_map(|line| {
            let long = &line[line.find("--")?..];
            let end = |c: char| !c.is_ascii_alphanumeric() && c != '-';
            let name = &long[2..];
            Some(name[..name.find(end).unwrap_or(name.len())].to_owned())
        })
        .filter(|name| !matches!(name.as_str(), "help" | "version" | ""))
        .collect()
}

/// Values in a help text: of `[possible values: a, b]`, and of lists of
/// `- a: what it means`.
fn values_of_help(help: &str) -> BTreeSet<String> {
    let listed = |line: &str| -> Vec<String> {
        if let Some((_, list)) = line.split_once("[possible values: ") {
            let list = list.trim_end_matches(']').split(", ");
            return list.map(str::to_owned).collect();
        }
        let value = line.trim_start().strip_prefix("- ");
        let value = value.and_then(|text| text.split_once(':'));
        value.map(|(name, _)| name.to_owned()).into_iter().collect()
    };
    help.lines().flat_map(listed).collect()
}

/// Words after `Commands:` in a help text.
fn modes_of_help(help: &str) -> Vec<String> {
    let Some((_, list)) = help.split_once("Commands:\n") else {
        return Vec::new();
    };
    list.lines()
        .take_while(|line| line.starts_with("  "))
        .filter(|line| !line.starts_with("    "))
        .filter_map(|line| line.split_whitespace().next())
        .map(str::to_owned)
        .collect()
}

/// Long options in a manual page: the arguments of `Fl` that begin with a
/// hyphen.
fn options_of_page(page: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for line in page.lines() {
        let mut after_fl = false;
        for word in line.split_whitespace() {
            if let Some(name) = word.strip_prefix('-')
                && after_fl
            {
                found.insert(name.to_owned());
            }
            after_fl = word.ends_with("Fl");
        }
    }
    found
}

/// The help texts of a tool and of each of its modes.
fn helps(tool: &str) -> Vec<String> {
    let main = run(tool, &["--help"], b"").text();
    let of_mode = |mode: &String| run(tool, &[mode, "--help"], b"").text();
    let mut helps: Vec<_> = modes_of_help(&main).iter().map(of_mode).collect();
    helps.push(main);
    helps
}

fn page_of(tool: &str) -> String {
    let manual = Path::new(env!("CARGO_MANIFEST_DIR")).join("man");
    let path = manual.join(format!("{tool}.1"));
    fs::read_to_string(&path)
        .unwrap_or_else(|why| panic!("{}: {why}", path.display()))
}

#[test]
fn pages_name_every_value_that_help_lists() {
    let mut checked = 0;
    for tool in TOOLS {
        let page = page_of(tool);
        let words: BTreeSet<&str> = page.split_whitespace().collect();
        for value in helps(tool).iter().flat_map(|help| values_of_help(help)) {
            assert!(words.contains(value.as_str()), "{tool}: {value}");
            checked += 1;
        }
    }
    assert!(checked > 10, "only {checked} values were seen");
}

#[test]
fn pages_and_help_name_the_same_options() {
    for tool in TOOLS {
        let known: BTreeSet<_> =
            helps(tool).iter().flat_map(|help| options_of_help(help)).collect();
        let page: BTreeSet<_> = options_of_page(&page_of(tool))
            .into_iter()
            .filter(|name| !matches!(name.as_str(), "help" | "version"))
            .collect();
        assert_eq!(known, page, "{tool}: --help on the left, page right");
        assert!(known.len() > 5, "{tool}: {known:?}");
    }
}
