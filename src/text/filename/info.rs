//! The info string of a fence: a string flows in, the name in it flows out.
//! Attributes of other meaning, languages and numbers say nothing.

use super::Said;
use super::known::Known;
use super::list;
use super::token::{Name, Setting, Verdict, judge};
use super::why::Why;

/// Keys whose value is a file's name.
const KEYS: &str = "
 filename file path filepath file_path file-path file_name file-name name title
 target";

/// Reads an info string: `py src/a.py`, `py title="src/a.py"`, `py:src/a.py`.
pub(super) fn read(info: &str, known: &dyn Known) -> Said {
    let mut said = Said::Silent;
    let mut words = 0;
    let mut lone = 0;
    for (i, part) in parts(info).into_iter().enumerate() {
        let found = match part {
            Part::Pair(key, value) if list::has(KEYS, &key.to_lowercase()) => {
                of_value(key, value, known)
            }
            Part::Pair(..) => continue,
            Part::Word(word) => {
                let found = of_word(word, i, known);
                lone +=
                    usize::from(found == Said::Silent && !is_attribute(word));
                // What stands before a name is a language at most: other
                // words could be part of a name with blanks.
                if matches!(found, Said::Name(_)) {
                    words += lone;
                }
                found
            }
        };
        said = match (said, found) {
            (said, Said::Silent) => said,
            (Said::Silent, found) => found,
            (Said::Unfit(why), _) | (_, Said::Unfit(why)) => Said::Unfit(why),
            (Said::Name(one), Said::Name(two)) if one == two => Said::Name(one),
            (Said::Name(one), Said::Name(two)) => {
                Said::Unfit(Why::TwoNames(one.path, two.path))
            }
        };
    }
    match said {
        Said::Name(_) if words > 1 => Said::Unfit(Why::Blanks(info.to_owned())),
        said => said,
    }
}

/// One part of an info string.
enum Part<'a> {
    /// `key="value"`, `key=value`.
    Pair(&'a str, &'a str),
    Word(&'a str),
}

/// Splits an info string at blanks, and at commas before a key; quotes and
/// braces hold what is in them together.
fn parts(info: &str) -> Vec<Part<'_>> {
    let mut found = Vec::new();
    let mut rest = info.trim();
    while !rest.is_empty() {
        if let Some((key, value, next)) = pair(rest) {
            found.push(Part::Pair(key, value));
            rest = next.trim_start_matches([' ', '\t', ',', '}']);
            continue;
        }
        let braces = rest.starts_with('{').then(|| rest.find('}')).flatten();
        if let Some(inside) = braces.and_then(|close| rest.get(1..close))
            && inside.contains('=')
        {
            found.extend(parts(inside));
            rest = rest.get(inside.len() + 2..).unwrap_or_default();
            rest = rest.trim_start_matches([' ', '\t', ',']);
            continue;
        }
        let end = match braces {
            Some(close) => close + 1,
            None => rest.find([' ', '\t']).unwrap_or(rest.len()),
        };
        let word = rest.get(..end).unwrap_or(rest);
        // `rust,file=src/lib.rs`: the comma parts a key from a language.
        let key = word.find('=').and_then(|at| word.get(..at));
        let comma = key.and_then(|key| key.rfind(',')).filter(|at| {
            let tail = rest.get(at + 1..).unwrap_or_default();
            pair(tail).is_some() && braces.is_none()
        });
        let end = comma.unwrap_or(end);
        found.extend(rest.get(..end).map(Part::Word));
        rest = rest.get(end..).unwrap_or_default();
        rest = rest.trim_start_matches([' ', '\t', ',']);
    }
    found
}

/// A key and its value at the beginning of a text, and what follows.
fn pair(text: &str) -> Option<(&str, &str, &str)> {
    let (key, after) = text.split_once('=')?;
    let inner = key.trim_start_matches(['{', '.', '#']);
    let is_key = !inner.is_empty()
        && inner
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    if !is_key {
        return None;
    }
    let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''));
    match quote {
        Some(quote) => {
            let (value, next) = after.get(1..)?.split_once(quote)?;
            Some((inner, value, next))
        }
        None => {
            let end = after.find([' ', '\t', ',', '}']).unwrap_or(after.len());
            Some((inner, after.get(..end)?, after.get(end..)?))
        }
    }
}

/// Reads the value of a key that names a file. A title with blanks is a
/// title, even if it ends like a file.
fn of_value(key: &str, value: &str, known: &dyn Known) -> Said {
    let title = matches!(key.to_lowercase().as_str(), "title" | "name");
    if title && value.contains(char::is_whitespace) {
        let last = value.split_whitespace().next_back().unwrap_or_default();
        return match judge(last, Setting::Bare, known) {
            Verdict::Word => Said::Silent,
            _ => Said::Unfit(Why::Blanks(value.to_owned())),
        };
    }
    said(judge(value, Setting::Value, known))
}

/// What a word of an info string says.
fn said(verdict: Verdict) -> Said {
    match verdict {
        Verdict::Word => Said::Silent,
        Verdict::Unfit(why) => Said::Unfit(why),
        Verdict::Name(name) => Said::Name(name),
    }
}

/// Whether a word of an info string has the form of no name: braces, a mark
/// of a comment, a remark, a number.
fn is_attribute(word: &str) -> bool {
    word.starts_with(['{', '(', '-', '#', '/', '<', '+'])
        || word.bytes().all(|b| b.is_ascii_digit() || b == b'.')
}

/// Reads one word: a path, `lang:path`, `path:lang`, `3:9:path`, `[path]`.
fn of_word(word: &str, index: usize, known: &dyn Known) -> Said {
    if word.starts_with('{') {
        return Said::Silent;
    }
    let inner = word.strip_prefix('[').and_then(|w| w.strip_suffix(']'));
    let word = inner.unwrap_or(word).trim_matches(['`', '"', '\'']);
    // A lone word is a language, however it is written.
    if !word.contains(['.', '/', '\\']) {
        let known_bare = index > 0 && list::is_bare_name(word);
        return match known_bare {
            true => Said::Name(Name {
                path: word.to_owned(),
                certainty: super::token::Certainty::Sure,
            }),
            false => after_colon(word, known).unwrap_or(Said::Silent),
        };
    }
    if let Some(found) = after_colon(word, known) {
        return found;
    }
    let path = word.rsplit_once(':').filter(|(_, language)| {
        language.starts_with(|c: char| c.is_ascii_lowercase())
            && language.bytes().all(|b| b.is_ascii_alphanumeric())
    });
    said(judge(path.map_or(word, |(path, _)| path), Setting::Bare, known))
}

/// The path after `lang:` or `3:9:`.
fn after_colon(word: &str, known: &dyn Known) -> Option<Said> {
    let (language, path) = word.split_once(':')?;
    if language.len() == 1 && path.starts_with(['\\', '/']) {
        return Some(said(judge(word, Setting::Bare, known)));
    }
    let named = language
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"+#-_".contains(&b));
    if !named || path.is_empty() || path.starts_with("//") {
        return None;
    }
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let path = match path.split_once(':') {
        Some((line, path)) if digits(language) && digits(line) => path,
        _ if digits(path) => return None,
        _ => path,
    };
    let verdict = judge(path, Setting::Bare, known);
    // `Dockerfile:Dockerfile`; a name after a colon needs no dot.
    Some(said(verdict))
}
