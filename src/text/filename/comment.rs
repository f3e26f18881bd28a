//! The first lines inside a fence: lines flow in, the name that the first
//! comment consists of flows out. Code is not read.

use super::Said;
use super::gone::{says_gone, says_shown};
use super::known::Known;
use super::label;
use super::token::{Setting, Verdict, judge};
use super::why::Why;
use super::words::words;

/// Lines of which one may be the comment; before it stand a shebang and the
/// like.
const LINES: usize = 5;

/// Openers of comments and what closes them.
const MARKS: [(&str, &str); 24] = [
    ("<!--", "-->"),
    ("{{!--", "--}}"),
    ("{{!", "}}"),
    ("{#", "#}"),
    ("<%--", "--%>"),
    ("<%#", "%>"),
    ("@*", "*@"),
    ("(*", "*)"),
    ("{-", "-}"),
    ("--[[", "]]"),
    ("\"\"\"", "\"\"\""),
    ("'''", "'''"),
    ("/**", "*/"),
    ("/*", "*/"),
    ("///", ""),
    ("//!", ""),
    ("//", ""),
    ("--", ""),
    ("::", ""),
    (";", ""),
    ("%", ""),
    ("*", "*/"),
    ("'", ""),
    ("\"", ""),
];

/// Reads the first comment line.
pub(super) fn read(first: &[&str], known: &dyn Known) -> Said {
    for line in first.iter().map(|line| line.trim()).take(LINES) {
        let line = line.trim_start_matches('\u{feff}');
        if line.is_empty() || is_preface(line) {
            continue;
        }
        return match inside(line) {
            Some(text) => of_text(text, known),
            None => Said::Silent,
        };
    }
    Said::Silent
}

/// Whether a line stands before the first comment: a shebang, `<?php`, a
/// doctype, a coding line, an empty comment, the start of front matter.
pub(super) fn is_preface(line: &str) -> bool {
    let lower = line.to_lowercase();
    let starts =
        ["#!", "<?php", "<!doctype", "<?xml", "# -*-", "// @ts-", "@charset"];
    let empty = line.bytes().all(|b| b"/*#-;%=<!".contains(&b));
    starts.iter().any(|start| lower.starts_with(start))
        && !lower.contains("<?php //")
        || empty
        || lower.starts_with("# coding")
        || lower.starts_with("# vim:")
        || line == "\"\"\""
        || line == "(*"
        || line == "{-"
}

/// Decides whether a line is a comment with a label before its text, such as
/// `File:`.
pub(super) fn is_label(line: &str) -> bool {
    let banner = |c: char| "=-#* \t".contains(c);
    let text = inside(line.trim()).map(|text| text.trim_matches(banner));
    text.is_some_and(|text| without_label(text) != text)
}

/// What a comment line says; nothing if a line is none.
fn inside(line: &str) -> Option<&str> {
    if let Some(rest) = line.strip_prefix('#') {
        let rest = rest.trim_start_matches('#');
        // `#include` and `#[derive]` are code.
        let spaced = rest.starts_with([' ', '\t', '=', '-', '%']);
        return spaced.then_some(rest);
    }
    for word in ["REM ", "rem ", "dnl ", "!! "] {
        if let Some(rest) = line.strip_prefix(word) {
            return Some(rest);
        }
    }
    let (open, close) =
        MARKS.iter().find(|(open, _)| line.starts_with(open))?;
    let rest = line.strip_prefix(open)?;
    let one_sign = open.len() == 1;
    if one_sign && !rest.starts_with([' ', '\t', ';', '%']) {
        return None;
    }
    let rest = rest.trim_start_matches(['*', '/', ';', '%', '!']);
    let text = rest.trim();
    Some(text.strip_suffix(close).unwrap_or(text))
}

/// Reads the text of a comment: a name, with a label before it and a remark
/// after it.
fn of_text(text: &str, known: &dyn Known) -> Said {
    let banner = |c: char| "=-#* \t".contains(c);
    let text = text.trim_matches(banner);
    let text = without_label(text);
    let text = text.trim_matches(banner);
    let text = text.trim_matches(['`', '"', '*']);
    if let Some(two) = two_names(text, known) {
        return two;
    }
    if known_with_blanks(text, known) {
        return of_verdict(judge(text, Setting::Quoted, known), text);
    }
    let (name, rest) = match text.split_once([' ', '\t']) {
        Some((name, rest)) => (name, rest.trim()),
        None => (text, ""),
    };
    let parted = name.ends_with(':');
    let remark =
        is_remark(rest) || parted && !rest.is_empty() && rest.len() < 80;
    if !rest.is_empty() && !remark {
        return Said::Silent;
    }
    let name = name.trim_end_matches([':', ',', '.']).trim_matches(['`', '"']);
    match judge(name, Setting::Bare, known) {
        Verdict::Name(name) if says_gone(&words(rest)) => {
            Said::Unfit(Why::Gone(name.path))
        }
        Verdict::Name(name) if says_shown(&words(rest)) => {
            Said::Unfit(Why::Mention(name.path))
        }
        // A lone word with a bracket or the like is code.
        verdict => of_verdict(verdict, name),
    }
}

/// What a comment says whose only word has this verdict.
fn of_verdict(verdict: Verdict, token: &str) -> Said {
    use super::token::Certainty;
    match verdict {
        Verdict::Word => Said::Silent,
        Verdict::Unfit(why) => Said::Unfit(why),
        // `# README` and `# Changelog` are titles of a text.
        Verdict::Name(name) if name.certainty == Certainty::Stem => {
            Said::Silent
        }
        Verdict::Name(name)
            if name.certainty == Certainty::Weak
                && !token.contains(['.', '/']) =>
        {
            Said::Silent
        }
        Verdict::Name(name) => Said::Name(name),
    }
}

/// Whether a whole comment is a known path with blanks, asked only if it has
/// the shape of one.
fn known_with_blanks(text: &str, known: &dyn Known) -> bool {
    text.contains(' ')
        && text.contains(['.', '/'])
        && text.len() < 256
        && known.has(text.as_bytes())
}

/// A text without a label before its name: `File:`, `@file`, `Path =`.
fn without_label(text: &str) -> &str {
    let ends = [':', '：', '=', ' '];
    for end in ends {
        if let Some((head, rest)) = text.split_once(end) {
            let drive = head.len() == 1;
            let head = head.trim().trim_start_matches(['@', '\\', '*']);
            let noun = label::is_noun(head);
            let spaced = head.contains(' ')
                && end != ' '
                && label::read(&format!("{head}:")).is_some();
            if !drive && (noun || spaced) {
                return rest.trim_start_matches([':', '：', '=', ' ', '\t']);
            }
        }
    }
    text
}

/// Whether what follows a name is a remark: in brackets, or after a dash.
fn is_remark(rest: &str) -> bool {
    let bracket = rest.starts_with('(') && rest.ends_with(')')
        || rest.starts_with('[') && rest.ends_with(']')
        || rest.starts_with('（');
    let dash = ["- ", "– ", "— ", "-- "].iter().any(|d| rest.starts_with(d));
    bracket || dash
}

/// A comment that is a list or a move of two names leaves it in doubt.
fn two_names(text: &str, known: &dyn Known) -> Option<Said> {
    let apart =
        [", ", " -> ", " → ", " => ", " and ", " & ", " | ", " + ", " or "];
    let (one, two) = apart.iter().find_map(|mark| text.split_once(mark))?;
    let name = |text: &str| match judge(text.trim(), Setting::Bare, known) {
        Verdict::Name(name) => Some(name.path),
        _ => None,
    };
    let last = two.split([' ', ',']).next().unwrap_or_default();
    let (one, two) = (name(one)?, name(last)?);
    Some(Said::Unfit(Why::TwoNames(one, two)))
}
