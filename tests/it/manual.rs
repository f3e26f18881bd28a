//! The manual pages know every long option that `--help` knows, and no
//! other.

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

#[test]
fn pages_and_help_name_the_same_options() {
    for tool in TOOLS {
        let help = run(tool, &["--help"], b"").text();
        let mut known = options_of_help(&help);
        for mode in modes_of_help(&help) {
            let help = run(tool, &[mode.as_str(), "--help"], b"").text();
            known.extend(options_of_help(&help));
        }
        let path =
            Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("man/{tool}.1"));
        let page = fs::read_to_string(&path)
            .unwrap_or_else(|why| panic!("{}: {why}", path.display()));
        let page: BTreeSet<_> = options_of_page(&page)
            .into_iter()
            .filter(|name| !matches!(name.as_str(), "help" | "version"))
            .collect();
        assert_eq!(known, page, "{tool}: --help on the left, page right");
        assert!(known.len() > 5, "{tool}: {known:?}");
    }
}
