//! One line above a fence or marker: the line flows in, what it says of a
//! file flows out: a name on its own, a sentence that leads to a name, words,
//! or something that leaves it in doubt. Lines around it are not known here.

use super::alone::{self, Around, Standing};
use super::gone::is_deletion;
use super::known::Known;
use super::label;
use super::lead::{self, Lead, Led, Rank};
use super::list;
use super::quiet::{self, Quiet};
use super::sentence::directs;
use super::spot::{Spot, spots};
use super::tag::{self, Tag};
use super::token::{Certainty, Name, Setting, Verdict, judge};
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
    /// Whether a sentence that the line above begins could go on with this
    /// line.
    pub wraps: bool,
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

/// Reads a line of text: rules, fences and tags first, then words.
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

/// Reads the value of an attribute that names a file: it can be nothing else.
fn named_by_tag(name: &str, known: &dyn Known) -> Reading {
    match judge(name, Setting::Value, known) {
        Verdict::Name(name) => Reading::Names(Address {
            name,
            reach: Reach::Section,
            is_new: false,
            wraps: false,
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
    let is_single = !plain.contains(char::is_whitespace)
        && (!plain.is_empty() || text.contains('`'));
    let is_marked = text.starts_with(['`', '*', '_', '"']);
    let quiet = quiet::read(text);
    let has_title = matches!(led.rank, Rank::Heading(_) | Rank::Bold);
    let address = plain.contains("://") || plain.contains('@');
    if is_single
        && plain.contains('/')
        && !address
        && plain.contains(char::is_alphabetic)
        && !text.ends_with(['.', '!', '?'])
    {
        return unsure();
    }
    // `### Node.js`, `**numpy.linalg**`: a file, a product, a module?
    let dotted = plain.split_whitespace().any(is_dotted);
    let code = text.starts_with('`') && !plain.ends_with(')');
    if has_title && dotted
        || is_single && is_marked && (is_identifier(plain) || code)
    {
        return unsure();
    }
    if quiet == Quiet::Connective && !(is_single && text.contains('`')) {
        return Reading::Connective;
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
    // Words or a full stop after the name: a sentence may end with it.
    let ends_sentence = before.trim().chars().all(|c| !c.is_alphanumeric())
        && (tail.trim_end().ends_with('.') || !words(tail).is_empty());
    let address = |reach| {
        Reading::Names(Address {
            name: name.clone(),
            reach,
            is_new: says_new(before, after),
            wraps: led.is_plain && (ends_sentence || reach == Reach::Sentence),
        })
    };
    let around = Around { before, after, tail, count: all.len() };
    match alone::judge(&around, &name) {
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

/// Whether the words around a name say that its file is new; those after it
/// count only if they stand next to it.
fn says_new(before: &str, after: &str) -> bool {
    let said = words(after);
    let near = said.get(..2).unwrap_or(&said);
    words(before).iter().chain(near).any(|word| label::is_news(word))
}
