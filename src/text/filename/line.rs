//! One line above a fence or marker: the line flows in, what it says of a
//! file flows out: a name on its own, a sentence that leads to a name, words,
//! or something that leaves it in doubt. Lines around it are not known here.

use super::foreign;
use super::gone::{is_deletion, is_negative, says_gone, says_shown};
use super::known::Known;
use super::label::{self, Label};
use super::lead::{self, Lead, Led, Rank};
use super::list;
use super::quiet::{self, Quiet};
use super::sentence::{becomes, directs};
use super::spot::{Spot, spots};
use super::tag::{self, Tag};
use super::token::{Certainty, Name};
use super::why::Why;
use super::words::words;

/// What a line says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// Nothing: blank, a fence, a rule, an empty tag.
    Skip,
    /// That something follows.
    Connective,
    /// Words that name nothing.
    Words,
    /// Something that may mean a file which is not clear.
    Doubt(Why),
    /// That the file named nearby is deleted.
    Deleted,
    /// A name.
    Names(Address),
}

/// A name in a line and how far it reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address {
    pub name: Name,
    pub reach: Reach,
    /// Whether the line says that the file is new.
    pub is_new: bool,
}

/// How far a name reaches below its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// Over words: it stands in a heading or a tag of its own.
    Section,
    /// Over words: it stands alone, or after a label.
    Alone,
    /// Over nothing: a sentence leads to it.
    Sentence,
}

/// A line that was read.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub rank: Rank,
    pub reading: Reading,
}

/// Bytes of the longest line that is read.
pub(super) const LONGEST_LINE: usize = 4096;

/// Reads one line, with or without its line end.
pub(super) fn read(line: &[u8], known: &dyn Known) -> Line {
    let doubt = |why| Line { rank: Rank::Text, reading: Reading::Doubt(why) };
    if line.len() > LONGEST_LINE {
        return doubt(Why::TooLong);
    }
    match std::str::from_utf8(line) {
        Ok(text) => read_text(text, known),
        Err(_) => doubt(Why::NotUtf8),
    }
}

fn read_text(text: &str, known: &dyn Known) -> Line {
    let text =
        text.trim_matches(|c: char| c == '\u{feff}' || c.is_whitespace());
    let line = |reading| Line { rank: Rank::Text, reading };
    if text.is_empty() || is_rule(text) {
        return line(Reading::Skip);
    }
    if let Some(info) = text.strip_prefix("```").or(text.strip_prefix("~~~")) {
        let info = info.trim_start_matches(['`', '~']);
        let code = info.contains('`');
        if !code {
            return line(match info.trim().contains(char::is_whitespace) {
                true => Reading::Words,
                false => Reading::Skip,
            });
        }
    }
    if is_deletion(text) {
        return line(Reading::Deleted);
    }
    match tag::read(text) {
        Tag::Names(name) => line(named_by_tag(name, known)),
        Tag::Empty => line(Reading::Skip),
        Tag::Shows => line(Reading::Doubt(Why::Announced)),
        Tag::Wraps(inner, level) => {
            let mut read = read_words(inner, known);
            if let Some(level) = level {
                read.rank = Rank::Heading(level);
            }
            read
        }
        Tag::None => read_words(text, known),
    }
}

/// Whether a line is a rule: marks only.
fn is_rule(text: &str) -> bool {
    let marks = text.bytes().filter(|b| b"-=*_#~".contains(b)).count();
    let blanks = text.bytes().filter(|b| *b == b' ').count();
    marks >= 3 && marks + blanks == text.len()
}

fn named_by_tag(name: &str, known: &dyn Known) -> Reading {
    use super::token::{Setting, Verdict, judge};
    match judge(name, Setting::Value, known) {
        Verdict::Name(name) => Reading::Names(Address {
            name,
            reach: Reach::Section,
            is_new: false,
        }),
        Verdict::Unfit(why) => Reading::Doubt(why),
        Verdict::Word => Reading::Doubt(Why::Unsure(name.to_owned())),
    }
}

/// Reads a line of words, with marks before them or not.
fn read_words(text: &str, known: &dyn Known) -> Line {
    let text = text.trim_end();
    let ends = ["*/", "-->", "#}", "*)"];
    let text =
        ends.iter().find_map(|end| text.strip_suffix(end)).unwrap_or(text);
    let led = lead::strip(text);
    let found = spots(led.text, known);
    let reading = match first_doubt(&found) {
        Some(why) => Reading::Doubt(why),
        None => match found.as_slice() {
            [] => without_name(&led),
            [first, ..] => with_name(&led, first, &found),
        },
    };
    Line { rank: led.rank, reading }
}

/// Why the names of a line leave it in doubt: one that cannot be meant, or
/// two that differ.
fn first_doubt(found: &[Spot]) -> Option<Why> {
    let mut first: Option<&Name> = None;
    for spot in found {
        match (&spot.found, first) {
            (Err(why), _) => return Some(why.clone()),
            (Ok(name), None) => first = Some(name),
            (Ok(name), Some(before)) if name.path == before.path => {}
            (Ok(name), Some(before)) => {
                return Some(Why::TwoNames(
                    before.path.clone(),
                    name.path.clone(),
                ));
            }
        }
    }
    None
}

/// Reads a line in which no name stands.
fn without_name(led: &Led<'_>) -> Reading {
    let text = led.text.trim();
    let unsure = || Reading::Doubt(Why::Unsure(text.to_owned()));
    let said = words(text);
    if led.lead != Lead::Neutral {
        return Reading::Doubt(Why::Announced);
    }
    let plain = text.trim_matches(['*', '`', '_', ':', ' ', '"']);
    let is_single = !plain.contains(char::is_whitespace) && !plain.is_empty();
    let is_marked = text.starts_with(['`', '*', '_', '"']);
    let quiet = quiet::read(text);
    let has_title = matches!(led.rank, Rank::Heading(_) | Rank::Bold);
    let address = plain.contains("://") || plain.contains('@');
    if is_single
        && plain.contains('/')
        && !address
        && !text.ends_with(['.', '!', '?'])
    {
        return unsure();
    }
    if quiet == Quiet::Connective && !(is_single && text.contains('`')) {
        return Reading::Connective;
    }
    // `### Node.js`, `**numpy.linalg**`: a file, a product, a module?
    let dotted = plain.split_whitespace().any(is_dotted);
    if has_title && dotted || is_single && is_marked && is_identifier(plain) {
        return unsure();
    }
    let label = text.ends_with([':', '：', '=']) && label_alone(&said, text);
    let empty = text.split([':', '：']).next().is_some_and(|head| {
        head.len() < text.len()
            && said.len() < 4
            && label::is_noun(head.trim_matches(['*', ' ']))
    });
    if label || empty {
        return Reading::Doubt(Why::NoName);
    }
    if quiet == Quiet::Announces || is_command(text) {
        return Reading::Doubt(Why::Announced);
    }
    Reading::Words
}

/// Whether a word has a dot between letters.
fn is_dotted(word: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    let mut parts = word.split('.');
    let letters = |part: &str| part.starts_with(char::is_alphanumeric);
    word.contains('.') && parts.all(letters)
}

/// Whether a word is one that a program could use as a name.
fn is_identifier(word: &str) -> bool {
    word.split('.').all(|part| {
        !part.is_empty()
            && part
                .chars()
                .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'))
    }) || word.contains(['{', '['])
}

/// Whether a line is a label after which no name stands.
fn label_alone(said: &[String], text: &str) -> bool {
    let noun = said.iter().any(|word| label::is_noun(word));
    noun && label::read(text).is_some()
}

/// Whether a line is a command of a shell, bare or in backticks.
pub(super) fn is_command(line: &str) -> bool {
    const COMMANDS: &str = "
     sudo nano vim vi emacs touch mkdir cd ls rm mv cp cat chmod chown pip pip3
     pipx npm npx yarn pnpm git docker docker-compose podman kubectl helm curl
     wget python python3 node deno bun cargo rustup go apt apt-get brew dnf yum
     poetry uv conda pytest jest make cmake bundle rails composer php mvn gradle
     dotnet terraform ansible-playbook systemctl service ssh scp source export
     flask uvicorn gunicorn streamlit echo tar unzip";
    let text = line.trim().trim_start_matches(['`', '*', '>', ' ']);
    let quoted = line.trim().starts_with('`');
    if text.starts_with("$ ") || text.starts_with("PS>") {
        return true;
    }
    let mut words = text.split_whitespace();
    let first = words.next().unwrap_or_default().trim_end_matches('`');
    let second = words.next();
    let starts = list::has(COMMANDS, first);
    // A word such as `make` begins sentences too; those end with a mark.
    let english =
        list::has("make go service touch source export echo node cat", first)
            && !quoted
            && line.trim_end().ends_with([':', '.', '!']);
    let noun = matches!(second, Some(":" | "=" | "is" | "are" | "has"));
    starts && !english && !noun && (quoted || !first.ends_with(':'))
}

/// Reads a line in which one name stands, perhaps more than once.
fn with_name(led: &Led<'_>, first: &Spot, all: &[Spot]) -> Reading {
    let Ok(name) = first.found.clone() else {
        return Reading::Doubt(Why::NoName);
    };
    let path = || name.path.clone();
    match led.lead {
        Lead::Foreign => return Reading::Doubt(Why::Mention(path())),
        Lead::Gone => return Reading::Doubt(Why::Gone(path())),
        Lead::Neutral => {}
    }
    let before = led.text.get(..first.range.start).unwrap_or_default();
    let after = led.text.get(first.range.end..).unwrap_or_default();
    let last = all.last().map_or(0, |spot| spot.range.end);
    let tail = led.text.get(last..).unwrap_or_default();
    let address = |reach| {
        Reading::Names(Address {
            name: name.clone(),
            reach,
            is_new: says_new(before, after),
        })
    };
    match alone(before, after, tail, &name, all.len()) {
        Standing::Alone => address(match led.rank {
            Rank::Heading(_) => Reach::Section,
            Rank::Bold | Rank::Text => Reach::Alone,
        }),
        Standing::Gone => Reading::Doubt(Why::Gone(path())),
        Standing::Shown => Reading::Doubt(Why::Mention(path())),
        Standing::Within => {
            let unsure = matches!(name.certainty, Certainty::Weak);
            match !unsure && directs(before, after) {
                true => address(Reach::Sentence),
                false => Reading::Doubt(Why::Mention(path())),
            }
        }
    }
}

fn says_new(before: &str, after: &str) -> bool {
    let said = words(after);
    let near = said.get(..2).unwrap_or(&said);
    words(before).iter().chain(near).any(|word| label::is_news(word))
}

/// How a name stands in its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// Alone, or between a label and a remark.
    Alone,
    /// So, with a word for old or deleted.
    Gone,
    /// So, with a word for what a program shows.
    Shown,
    /// Within a sentence.
    Within,
}

/// Judges the words around a name; `tail` is what follows the last mention
/// of it.
fn alone(
    before: &str,
    after: &str,
    tail: &str,
    name: &Name,
    count: usize,
) -> Standing {
    let plain = before.trim_matches(|c: char| {
        c.is_whitespace() || "*_`\"'“«「『《【[(（<~@".contains(c)
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
    let stands = is_free && !before.contains("...")
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
            || word.chars().any(|c| !c.is_ascii())
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
        _ if says_shown(&whole) => Standing::Shown,
        _ if is_arrow(rest) => arrow_after(&said),
        Some(',' | '，' | '、') => comma_after(rest, &said),
        Some('.' | ';' | '!' | '。') => match follows_stop(rest) {
            true => Standing::Alone,
            false => Standing::Within,
        },
        Some('@') if !first.starts_with("line") => Standing::Within,
        _ if quiet::announces_more(last_sentence(rest))
            && rest.contains(". ") =>
        {
            Standing::Within
        }
        Some(':' | '：' | '-' | '–' | '—') if speaks_of_it(&said) => {
            Standing::Within
        }
        _ => Standing::Alone,
    }
}

/// Whether a text after a colon or dash turns it round, or says that the name
/// is one in a message.
fn speaks_of_it(said: &[String]) -> bool {
    let first = said.first().map_or("", String::as_str);
    is_negative(said) && first != "no"
        || list::has(
            "error errors warning warnings note no-such undefined syntaxerror typeerror permission",
            first,
        )
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
    match placed && said.len() < 8 && !says_gone(said) && !is_negative(said) {
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
        && !quiet::announces_more(rest)
}

fn last_sentence(text: &str) -> &str {
    super::words::sentences(text).last().copied().unwrap_or_default()
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
    if is_negative(said) || says_gone(near) || quiet::announces_command(rest) {
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
