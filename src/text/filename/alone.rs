//! Names that stand alone: what stands before and after a name in its line
//! flows in, whether that is only a label and a remark flows out.

use super::foreign;
use super::gone::{is_negative, says_gone, says_shown};
use super::label::{self, Label};
use super::list;
use super::quiet::{announces_command, announces_more};
use super::tail::becomes;
use super::token::{Certainty, Name};
use super::words::{sentences, words};

/// How a name stands in its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// Alone, or between a label and a remark.
    Alone,
    /// So, with a word for old or deleted.
    Gone,
    /// So, with a word for what a program shows.
    Shown,
    /// Within a sentence.
    Within,
}

/// What stands around a name in its line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Around<'a> {
    /// What stands before it, without the marks that begin the line.
    pub before: &'a str,
    /// What follows it.
    pub after: &'a str,
    /// What follows it where it stands last.
    pub tail: &'a str,
    /// How often it stands there.
    pub count: usize,
}

/// Judges the words around a name.
pub(super) fn judge(around: &Around<'_>, name: &Name) -> Standing {
    let Around { before, after, tail, count } = *around;
    let plain = before.trim_matches(|c: char| {
        c.is_whitespace() || "*_`\"'“‘«「『《【[(（<".contains(c)
    });
    let said = words(plain);
    let is_free = plain.chars().all(|c| !c.is_alphanumeric());
    let labelled = (!is_free).then(|| label::read(before)).flatten();
    if says_gone(&said) && said.len() < 4 {
        return Standing::Gone;
    }
    // `Final main.py`: with the blank it could be one name.
    let could_be_longer = labelled == Some(Label::Joined)
        && name.certainty != Certainty::Known
        && !name.path.contains('/')
        && !before.ends_with(['`', '"', '*', '“', '«', '「', '['])
        && !is_verb(said.last());
    let stands = is_free && !before.contains("...") && !before.contains("@@")
        || labelled.is_some() && !could_be_longer;
    if !stands || count > 1 && !is_link_text(after) {
        return Standing::Within;
    }
    remark(after, tail, labelled.is_some())
}

/// Whether a label ends with a verb, so that a name can begin after it.
fn is_verb(word: Option<&String>) -> bool {
    const VERBS: &str = "
     create update edit modify add change patch write rewrite fix extend to in
     for of writefile file replace implement";
    word.is_some_and(|word| {
        list::has(VERBS, word)
            || word.bytes().all(|b| b.is_ascii_digit())
            || !word.is_ascii()
    })
}

/// Whether the same name stands again directly after the first, as in a link
/// with its target.
fn is_link_text(after: &str) -> bool {
    let begin = after.trim_start_matches(['`', '*', ' ', ']', ')']);
    begin.starts_with(['(', '[', '|'])
}

/// Judges what follows a name that begins its line or stands after a label.
fn remark(after: &str, tail: &str, labelled: bool) -> Standing {
    let closing = [
        '`', '*', '_', '"', '\'', '”', '»', '」', '』', '》', '】', ']', ')',
        '>', '~',
    ];
    let rest = after.trim_start_matches(closing);
    let blank = rest.starts_with([' ', '\t']);
    let rest = rest.trim_start();
    let said = words(rest);
    let near = said.get(..4).unwrap_or(&said);
    let first = said.first().map_or("", String::as_str);
    let inside_brackets = rest.starts_with(['(', '[', '（']);
    let whole = if inside_brackets { bracketed(rest) } else { near.to_vec() };
    if rest.starts_with('?') || tail.trim_end().ends_with(['?', '？']) {
        return Standing::Within;
    }
    let begins = rest.chars().next();
    match begins {
        None => Standing::Alone,
        _ if said.is_empty() => marks_only(rest),
        Some('=' | '|' | '&') => match is_banner(rest) {
            true => Standing::Alone,
            false => Standing::Within,
        },
        Some('/') if blank && rest.starts_with("// ") => Standing::Alone,
        Some('+' | '/' | '\\' | '\'' | '’') => Standing::Within,
        Some(c) if c.is_alphanumeric() => {
            words_after(rest, &said, labelled, blank)
        }
        _ if says_gone(&whole) => Standing::Gone,
        _ if says_shown(whole.get(..2).unwrap_or(&whole)) => Standing::Shown,
        _ if is_arrow(rest) => arrow_after(&said),
        Some(',' | '，' | '、') => comma_after(rest, &said),
        Some('.' | ';' | '!' | '。') => match follows_stop(rest) {
            true => Standing::Alone,
            false => Standing::Within,
        },
        Some('@') if !first.starts_with("line") => Standing::Within,
        _ if announces_more(last_sentence(rest)) && rest.contains(". ") => {
            Standing::Within
        }
        Some('-') if !blank && !rest.starts_with("- ") => Standing::Within,
        Some(':' | '：' | '-' | '–' | '—') if speaks_of_it(&said) => {
            Standing::Within
        }
        _ => Standing::Alone,
    }
}

/// Whether a text after a colon or dash turns it round, or says that the name
/// is one in a message.
fn speaks_of_it(said: &[String]) -> bool {
    const MESSAGES: &str = "
     error errors warning warnings undefined syntaxerror typeerror permission
     denied";
    let near = said.get(..5).unwrap_or(said);
    let (first, rest) = near.split_first().map_or(("", near), |(f, r)| (f, r));
    let no_such = first == "no" && rest.first().is_some_and(|w| w == "such");
    is_negative(said) && first != "no"
        || no_such
        || first == "note"
        || near.iter().any(|word| list::has(MESSAGES, word))
}

/// Words in the brackets at the beginning of a text.
fn bracketed(text: &str) -> Vec<String> {
    let end = text.find([')', ']', '）']).unwrap_or(text.len());
    words(text.get(..end).unwrap_or(text))
}

/// Whether signs after a name are those of a banner: `===`.
fn is_banner(rest: &str) -> bool {
    rest.trim_start_matches(['=', '*', '#', '-', '<', '+', '~', ' ']).is_empty()
}

/// Signs without a word after a name.
fn marks_only(rest: &str) -> Standing {
    let crosses = ['❌', '🗑', '✖', '✗', '✘', '⛔', '🚫', '➖', '❎'];
    match rest {
        _ if rest.contains(crosses) => Standing::Gone,
        _ if rest.contains('?') => Standing::Within,
        _ if rest.starts_with('=') && !is_banner(rest) => Standing::Within,
        _ => Standing::Alone,
    }
}

/// Whether a text begins with an arrow.
fn is_arrow(rest: &str) -> bool {
    ["->", "=>", "→", "➜", "⇒", "-->"]
        .iter()
        .any(|arrow| rest.starts_with(arrow))
}

/// After an arrow only a remark can stand; anything else is another name.
fn arrow_after(said: &[String]) -> Standing {
    let remark = said.first().is_some_and(|word| {
        list::has("new updated modified changed created added edited", word)
            || label::is_news(word)
    });
    match remark && said.len() < 4 {
        true => Standing::Alone,
        false => Standing::Within,
    }
}

/// After a comma a place in the file or a remark can stand, and no sentence.
fn comma_after(rest: &str, said: &[String]) -> Standing {
    const PLACES: &str = "
     line lines function method class section around near in inside at within
     struct trait impl module test top bottom end beginning updated new modified
     changed created v1 v2 v3 second first third again zeile zeilen ligne lignes
     línea líneas linha linhas riga righe regel wiersz строка строки funktion
     fonction función função funzione";
    let first = said.first().map_or("", String::as_str);
    let placed = list::has(PLACES, first)
        || first.starts_with('l')
            && first.get(1..).is_some_and(|d| {
                !d.is_empty() && d.bytes().all(|b| b.is_ascii_digit())
            })
        || foreign::is_changed(rest);
    // `File "a.py", line 3, in run`: where a program stopped.
    let traced = matches!(said, [line, _, tie, ..]
        if line == "line" && tie == "in");
    match placed
        && !traced
        && said.len() < 8
        && !says_gone(said)
        && !is_negative(said)
    {
        true => Standing::Alone,
        false => Standing::Within,
    }
}

/// Whether a sentence after the name and a full stop announces nothing.
fn follows_stop(rest: &str) -> bool {
    let rest = rest.trim_start_matches(['.', ';', '!', '。', ' ']);
    let said = words(rest);
    said.len() < 6
        && !says_gone(&said)
        && !is_negative(&said)
        && !announces_more(rest)
}

/// The last sentence of a text; empty if there is none.
fn last_sentence(text: &str) -> &str {
    sentences(text).last().copied().unwrap_or_default()
}

/// Words directly after the name: lines of the file, or what it shall be.
fn words_after(
    rest: &str,
    said: &[String],
    labelled: bool,
    blank: bool,
) -> Standing {
    const LINES: &str = "
     line lines around file updated new modified zeile zeilen ligne lignes línea
     líneas linha linhas";
    let first = said.first().map_or("", String::as_str);
    let numbered = first.starts_with('l')
        && first
            .get(1..)
            .is_some_and(|d| d.bytes().all(|b| b.is_ascii_digit()));
    let near = said.get(..4).unwrap_or(said);
    if is_negative(said) || says_gone(near) || announces_command(rest) {
        return Standing::Within;
    }
    let lines = list::has(LINES, first) && said.len() < 6
        || numbered && first.len() > 1;
    let counts = lines && blank
        || becomes(said) && blank && !labelled
        || foreign::is_changed(rest)
        || labelled && foreign::is_infinitive(said);
    match counts {
        true => Standing::Alone,
        false => Standing::Within,
    }
}
