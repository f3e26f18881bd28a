//! A file that a task must produce, and how people write it down.
//!
//! One line of prose flows in, a [`Deliverable`] flows out, or nothing if
//! the line names no file. Nothing here looks at a tree.

use super::action::Action;
use super::kind::{self, Kind};

/// A file a task must produce, with what is known of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Deliverable {
    /// Relative path with `/`; may be a glob pattern for one new file.
    pub path: String,
    /// What is to happen to it, if the text says so.
    pub action: Option<Action>,
    /// What the plan says of it, if that is a text.
    pub said: Option<String>,
    /// Sizes that bear on the number of tokens.
    pub sizes: Sizes,
    /// Whether the text calls it a migration.
    pub migration: bool,
    /// What the tree has to say against the action.
    pub contradiction: Option<Contradiction>,
}

/// What a list says that the tree contradicts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contradiction {
    /// It is to be modified, deleted or renamed, and is not there.
    Missing,
    /// It is to be created, and is there.
    Exists,
}

impl Contradiction {
    /// The contradiction in words.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Missing => "no such file yet",
            Self::Exists => "exists already",
        }
    }
}

/// What is known of the sizes around a deliverable, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sizes {
    /// Of the existing file.
    pub existing: Option<f64>,
    /// Median of the files of the same extension in its directory.
    pub sibling: Option<f64>,
    /// Median of the repository's files of the same extension that are tests
    /// if it is one and none if it is none; used only without siblings.
    pub extension: Option<f64>,
}

impl Deliverable {
    /// A deliverable of which only the path is known.
    pub fn of_path(path: &str) -> Self {
        Self {
            path: path.strip_prefix("./").unwrap_or(path).to_owned(),
            action: None,
            said: None,
            sizes: Sizes::default(),
            migration: kind::is_migration(path),
            contradiction: None,
        }
    }

    /// Reads a line that may name several files, `Create a.py, b.py and
    /// c.py`; none if it names no file.
    pub fn all_of_line(line: &str) -> Vec<Self> {
        if let Some(listed) = of_status_line(line) {
            return vec![listed];
        }
        let mut found: Vec<Self> = Vec::new();
        let mut next = find_path(strip_bullet(line), Place::First);
        while let Some((before, path, after)) = next {
            let (own, mut next_one) = match linked(after) {
                Some((own, linked)) => (own, Some(linked)),
                None => (after, None),
            };
            let mut one = Self::of_path(path);
            let inherited = found.last().and_then(|last| last.action);
            one.action = action_of(before, own).or(inherited);
            one.migration |= says_migration(own);
            if one.action == Some(Action::Rename) && next_one.is_none() {
                // Its new name is no deliverable of its own.
                let renamed = find_path(after, Place::First);
                next_one =
                    renamed.and_then(|(.., after)| linked(after)).map(|l| l.1);
            }
            found.push(one);
            next = next_one;
        }
        found
    }

    /// Reads a line such as `src/a.py`, `Create src/a.py`,
    /// `src/c.py (new module with X)` or `- Documentation in docs/X.md`.
    pub fn of_line(line: &str) -> Option<Self> {
        let (before, path, after) =
            find_path(strip_bullet(line), Place::First)?;
        let mut found = Self::of_path(path);
        found.action = action_of(before, after);
        found.migration |= says_migration(after);
        Some(found)
    }

    /// The kind of file.
    pub fn kind(&self) -> Kind {
        match Kind::of(&self.path) {
            Kind::Code if self.migration => Kind::Config,
            kind => kind,
        }
    }

    /// The action, taking a file of which nothing is said for a new one if
    /// it is not known to exist.
    pub fn effective_action(&self) -> Action {
        self.action.unwrap_or(match self.sizes.existing {
            Some(_) => Action::Modify,
            None => Action::Create,
        })
    }
}

/// A line of `git diff --name-status`: a letter, a tab, and the path; two
/// paths where the file gets another name or is copied.
fn of_status_line(line: &str) -> Option<Deliverable> {
    let mut fields = line.trim_end().split('\t');
    let letter = fields.next()?;
    let score = letter.get(1..)?;
    if !score.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let action = Action::of_letter(letter)?;
    let (first, second) = (fields.next()?, fields.next());
    let copied = action == Action::Create;
    let path = second.filter(|_| copied).unwrap_or(first);
    let mut one = Deliverable::of_path(path);
    one.action = Some(action);
    (!path.is_empty()).then_some(one)
}

/// Whether the text after a path is an arrow to another one.
fn says_becomes(after: &str) -> bool {
    let after = after.trim_start_matches(['`', '"', '\'', ' ']);
    let arrow = ["->", "=>", "\u{2192}"];
    let target = arrow.iter().find_map(|a| after.strip_prefix(a));
    target.is_some_and(|text| find_path(text, Place::First).is_some())
}

/// How many words after a path can still say what happens to it; the words
/// after them describe the content (`(15 tests for new records)`).
const WORDS_AFTER: usize = 3;

/// Names without an extension or slash that are files all the same.
const BARE_NAMES: [&str; 12] = [
    "makefile",
    "dockerfile",
    "license",
    "readme",
    "changelog",
    "jenkinsfile",
    "rakefile",
    "gemfile",
    "procfile",
    "justfile",
    "vagrantfile",
    "codeowners",
];

/// The line without its list marker: `- `, `* `, `12. `, `3) `, `[x] `.
fn strip_bullet(line: &str) -> &str {
    let mut rest = line.trim();
    loop {
        let digits = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        let numbered = digits.len() < rest.len();
        let next = ["- ", "* ", "+ ", "• ", "[ ] ", "[x] ", "[X] "]
            .iter()
            .find_map(|mark| rest.strip_prefix(mark))
            .or_else(|| {
                let mark = [". ", ") "];
                let after = mark.iter().find_map(|m| digits.strip_prefix(m));
                after.filter(|_| numbered)
            });
        match next {
            Some(next) => rest = next.trim_start(),
            None => return rest,
        }
    }
}

/// The text before the path, the path, and the text after it.
type Found<'a> = (&'a str, &'a str, &'a str);

/// What stands between a path and the next one that the line is about as
/// well (`(new)` in `a.py (new), b.py`), and that path: after a comma or the
/// like, directly or after a verb of its own (`and remove b.py`).
fn linked(after: &str) -> Option<(&str, Found<'_>)> {
    let bare = after.trim_start_matches(['`', '"', '\'', '*']);
    let own = bare.len() - without_remark(bare).len();
    let (own, link) = bare.split_at_checked(own)?;
    let rest = without_joiners(link);
    if rest.len() == link.trim_start().len() {
        return None;
    }
    let found = find_path(rest, Place::Next)?;
    is_clause(found.0).then_some((own, found))
}

/// The text without one remark in parentheses at its start.
fn without_remark(text: &str) -> &str {
    let inside = text.trim_start().strip_prefix('(');
    let rest = inside.and_then(|text| text.split_once(')'));
    rest.map_or(text, |(_, rest)| rest)
}

/// The text without the marks and words that join clauses at its start.
fn without_joiners(text: &str) -> &str {
    const MARKS: [char; 5] = [',', ';', '&', '+', '.'];
    const WORDS: [&str; 4] = ["and ", "then ", "also ", "as well as "];
    let mut rest = text.trim_start();
    loop {
        let word = WORDS.iter().find_map(|word| rest.strip_prefix(word));
        match word.or_else(|| rest.strip_prefix(MARKS)) {
            Some(next) => rest = next.trim_start(),
            None => return rest,
        }
    }
}

/// Whether words before a path say that something is done to it: none at all,
/// or a verb and its object (`remove`, `add a flag to`), but not another
/// statement (`add a test that imports`).
fn is_clause(before: &str) -> bool {
    const LINKS: [&str; 9] =
        ["to", "into", "in", "from", "the", "a", "an", "file", "module"];
    const MARKS: [char; 7] = ['(', ' ', '*', '_', '`', '"', '\''];
    let said = |word: &str| Action::of_word(word).is_some();
    let (first, last) = (words(before).next(), words(before).last());
    match first.zip(last) {
        Some((first, last)) => {
            said(first) && (said(last) || LINKS.contains(&last))
        }
        None => before.trim_matches(MARKS).is_empty(),
    }
}

/// The first path of a line, which begins at that place of a sentence.
fn find_path(line: &str, place: Place) -> Option<Found<'_>> {
    let found = [quoted_path(line), bare_path(line, place)];
    // In quotes a path may hold blanks, so what begins there counts first.
    found.into_iter().flatten().min_by_key(|(before, ..)| before.len())
}

/// The first path that stands there without quotes.
fn bare_path(line: &str, begin: Place) -> Option<Found<'_>> {
    let mut place = begin;
    let mut from = 0;
    while let Some((start, end)) = next_word(line, from) {
        let word = line.get(start..end)?;
        let bare = trim_marks(word);
        let at = start + word.find(bare)?;
        let rest = line.get(at + bare.len()..)?;
        if looks_like_path(bare, place)
            || place == Place::First && is_bare_path(bare, rest)
        {
            return Some((line.get(..at)?, bare, rest));
        }
        place = match (Action::of_word(bare.trim_end_matches(':')), place) {
            (Some(_), Place::First | Place::Next) => Place::First,
            _ => Place::Later,
        };
        from = end;
    }
    None
}

/// A path between backticks or quotes, which may hold blanks.
fn quoted_path(line: &str) -> Option<Found<'_>> {
    ['`', '"', '\''].into_iter().find_map(|mark| {
        let start = line.find(mark)? + 1;
        let inside = line.get(start..)?;
        let end = start + inside.find(mark)?;
        let path = line.get(start..end)?;
        let fits =
            looks_like_path(path, Place::First) && !path.starts_with(' ');
        let before = line.get(..start - 1)?;
        fits.then_some((before, path, line.get(end + 1..)?))
    })
}

fn next_word(line: &str, from: usize) -> Option<(usize, usize)> {
    let rest = line.get(from..)?;
    let start = from + rest.find(|c: char| !c.is_whitespace())?;
    let word = line.get(start..)?;
    let len = word.find(char::is_whitespace).unwrap_or(word.len());
    Some((start, start + len))
}

/// A word without the punctuation around it and the line that it points at;
/// a leading dot and a trailing slash belong to it.
fn trim_marks(word: &str) -> &str {
    without_place(trim_punctuation(word))
}

/// A path without `:10`, `:10-20` or `#L10` after it.
fn without_place(path: &str) -> &str {
    let place = |c: char| c.is_ascii_digit() || matches!(c, '-' | ':' | 'L');
    let bare = path.trim_end_matches(place);
    let digits = path.get(bare.len()..).unwrap_or_default();
    match bare.strip_suffix('#') {
        Some(bare) if digits.starts_with('L') => bare,
        // The digits may have taken the colon along.
        _ if digits.starts_with(':') => bare,
        _ => path,
    }
}

fn trim_punctuation(word: &str) -> &str {
    let marks = ['"', '\'', '`'];
    let end = [')', ']', '>', ',', ':', ';', '.', '!', '?'];
    let unquoted = word.trim_start_matches(marks);
    let opened = match begins_with_brackets(unquoted) {
        true => unquoted,
        false => word.trim_start_matches(['(', '[', '<']),
    };
    let bare = opened
        .trim_start_matches(marks)
        .trim_end_matches(|c| end.contains(&c) || marks.contains(&c));
    let bare = without_emphasis(bare).trim_start_matches(marks);
    bare.trim_end_matches(|c| end.contains(&c) || marks.contains(&c))
}

/// Whether brackets around its beginning belong to a name, as in
/// `[id].tsx` and `(group)/page.tsx`.
fn begins_with_brackets(word: &str) -> bool {
    let close = match word.chars().next() {
        Some('[') => ']',
        Some('(') => ')',
        _ => return false,
    };
    let rest = word.split_once(close).map_or("", |(_, rest)| rest);
    let rest = rest.strip_prefix(close).unwrap_or(rest);
    rest.starts_with(['/', '.'])
        && rest.contains(|c: char| c.is_ascii_alphanumeric())
}

/// A word without the marks of Markdown for bold and italics, which may begin
/// before it or end after it; a pattern such as `**/*.rs`, and a name such as
/// `__init__.py`, keep theirs.
fn without_emphasis(word: &str) -> &str {
    let pair = ["**", "__", "*", "_"].into_iter().find_map(|mark| {
        let inside = word.strip_prefix(mark)?.strip_suffix(mark)?;
        (!inside.is_empty()).then_some(inside)
    });
    if let Some(inside) = pair {
        return inside;
    }
    let begun = word.strip_prefix("**").filter(|rest| {
        rest.starts_with(|c: char| c.is_alphanumeric() || c == '`')
    });
    let word = begun.unwrap_or(word);
    let ended = word.strip_suffix("**").filter(|rest| !rest.ends_with('/'));
    ended.unwrap_or(word)
}

/// Where a word stands in its line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Nothing but a verb stands before it.
    First,
    /// Another path and a comma or the like stand before it.
    Next,
    /// In mid-sentence.
    Later,
}

/// Whether a word names a file by its extension or by being well known.
fn looks_like_path(word: &str, place: Place) -> bool {
    let no_path = word.contains("://") || word.contains("//");
    if no_path || word.ends_with('/') || word.contains(char::is_control) {
        return false;
    }
    let name = kind::file_name(word);
    let slashed = name.len() < word.len();
    if BARE_NAMES.contains(&name.to_lowercase().as_str()) {
        return slashed || place != Place::Later;
    }
    let Some((stem, ext)) = name.rsplit_once('.') else { return false };
    let likely = place == Place::First && stem.len() != 1;
    is_extension(ext)
        && (slashed || is_stem(stem) && (likely || is_known(word)))
}

/// Whether a word without an extension is a path all the same: `Create
/// bin/tool`, but not `improve read/write speed` or `I/O`.
fn is_bare_path(word: &str, rest: &str) -> bool {
    let parts = word.split('/').filter(|part| part.len() > 1).count();
    let ends = rest.trim_start();
    parts > 1
        && !word.contains(char::is_control)
        && parts == word.split('/').count()
        && (ends.is_empty() || ends.starts_with(['(', ':', '-']))
}

/// Extensions begin with a letter and are short.
fn is_extension(text: &str) -> bool {
    text.len() <= 12
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// What can stand before the dot of a file name.
fn is_stem(text: &str) -> bool {
    let odd = |c: char| {
        let may_stand = "_-.*@ +~%=#![]()".contains(c);
        !c.is_alphanumeric() && !may_stand
    };
    !text.contains(odd)
}

/// Whether a bare name in mid-sentence ends like a file and not like a
/// member access.
fn is_known(word: &str) -> bool {
    const MORE: [&str; 18] = [
        "py", "rs", "ts", "js", "go", "rb", "java", "kt", "cs", "c", "h", "cc",
        "cpp", "hpp", "php", "swift", "scala", "lua",
    ];
    Kind::of(word) != Kind::Code
        || MORE.contains(&kind::extension(word).as_str())
}

/// What the words around a path say is to happen to the file.
fn action_of(before: &str, after: &str) -> Option<Action> {
    let said = words(before).find_map(Action::of_word);
    let into = words(before)
        .last()
        .is_some_and(|w| matches!(w, "to" | "into" | "from"));
    match said {
        Some(Action::Create | Action::Delete) if into => Some(Action::Modify),
        Some(action) => Some(action),
        None if says_becomes(after) => Some(Action::Rename),
        None => words(after).take(WORDS_AFTER).find_map(Action::of_word),
    }
}

fn says_migration(after: &str) -> bool {
    words(after).any(|word| {
        matches!(word.to_lowercase().as_str(), "migration" | "migrations")
    })
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '-' && c != '_')
        .filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Option<(String, Option<Action>)> {
        Deliverable::of_line(line).map(|d| (d.path, d.action))
    }

    #[test]
    fn every_documented_spelling_is_read() {
        use Action::{Create, Delete, Modify, Rename};
        for (line, path, action) in [
            ("src/a.py", "src/a.py", None),
            ("Create src/a.py", "src/a.py", Some(Create)),
            ("Modify src/b.py to add X", "src/b.py", Some(Modify)),
            ("src/c.py (new module with f)", "src/c.py", Some(Create)),
            ("src/d.py modifications (x)", "src/d.py", Some(Modify)),
            (
                "alembic/versions/*_add_x.py migration",
                "alembic/versions/*_add_x.py",
                None,
            ),
            ("Documentation in docs/X.md", "docs/X.md", None),
            ("requirements.txt updated", "requirements.txt", Some(Modify)),
            ("- [ ] `my notes.md`: new", "my notes.md", Some(Create)),
            ("3. Delete old/a.go.", "old/a.go", Some(Delete)),
            ("Rename a.py to b.py", "a.py", Some(Rename)),
            ("Add a flag to src/cli.rs", "src/cli.rs", Some(Modify)),
            ("Create bin/tool", "bin/tool", Some(Create)),
            ("Makefile", "Makefile", None),
            ("**src/a.rs**", "src/a.rs", None),
            ("**`src/a.rs`**: new", "src/a.rs", Some(Create)),
            ("**Create src/a.rs**", "src/a.rs", Some(Create)),
            ("_src/a.rs_", "src/a.rs", None),
            ("**/*.rs", "**/*.rs", None),
            ("Modify **/*.rs", "**/*.rs", Some(Modify)),
            ("src/**/*.rs", "src/**/*.rs", None),
            ("*_test.go", "*_test.go", None),
            ("*.rs", "*.rs", None),
            ("__init__.py", "__init__.py", None),
            ("tests/t.py (15 tests of new x)", "tests/t.py", None),
            ("./src/a.rs", "src/a.rs", None),
            (".gitignore", ".gitignore", None),
            ("Fix src/a.py:10-20", "src/a.py", Some(Modify)),
            ("src/a.py#L7", "src/a.py", None),
            ("src/a.py -> src/b.py", "src/a.py", Some(Rename)),
            ("git mv src/a.py src/b.py", "src/a.py", Some(Rename)),
        ] {
            assert_eq!(read(line), Some((path.into(), action)), "{line}");
        }
    }

    #[test]
    fn names_may_have_marks_in_them() {
        for path in [
            "a+b.txt",
            "a~b.txt",
            "a=b.txt",
            "a%20b.txt",
            "[id].tsx",
            "[...slug].tsx",
            "[[...all]].vue",
            "(group)/page.tsx",
            "app/[id]/page.tsx",
            "+page.svelte",
        ] {
            let wanted = Some((path.to_owned(), None));
            assert_eq!(read(path), wanted);
            let line = format!("Create {path}");
            let wanted = Some((path.to_owned(), Some(Action::Create)));
            assert_eq!(read(&line), wanted);
        }
        let found = read("(see src/a.py)").map(|found| found.0);
        assert_eq!(found.as_deref(), Some("src/a.py"));
    }

    #[test]
    fn a_line_may_name_several_files() {
        for (line, paths) in [
            ("Create src/a.py, src/b.py and src/c.py", 3),
            ("src/a.py and `tests/test_a.py` (new)", 2),
            ("Modify src/a.py to use src/b.py", 1),
            ("Rename src/a.py to src/b.py", 1),
            ("src/a.py (like src/b.py)", 1),
            ("nothing here", 0),
            ("src/a.py -> src/b.py", 1),
            ("M\tsrc/a b.py", 1),
            ("R100\tsrc/a.py\tsrc/b.py", 1),
            ("Create Makefile and Dockerfile", 2),
            ("Create src/a.py and add a test that imports src/b.py", 1),
            ("src/a.py, where src/b.py is used", 1),
            ("src/a.py. See src/b.py", 1),
        ] {
            let found = Deliverable::all_of_line(line);
            assert_eq!(found.len(), paths, "{line}");
        }
        let listed = Deliverable::all_of_line("D\tsrc/a b.py");
        assert_eq!(listed[0].path, "src/a b.py");
        assert_eq!(listed[0].action, Some(Action::Delete));
        let all = Deliverable::all_of_line("Create src/a.py, src/b.py");
        assert_eq!(all[1].action, Some(Action::Create));
    }

    #[test]
    fn every_clause_of_a_line_says_what_happens_to_its_files() {
        use Action::{Create, Delete, Modify, Rename};
        for (line, wanted) in [
            (
                "Remove src/a.py and create src/b.py",
                &[("src/a.py", Some(Delete)), ("src/b.py", Some(Create))][..],
            ),
            (
                "src/a.py and create src/b.py",
                &[("src/a.py", None), ("src/b.py", Some(Create))],
            ),
            (
                "Create a.py, b.py; then update `c.py`. Delete d.py",
                &[
                    ("a.py", Some(Create)),
                    ("b.py", Some(Create)),
                    ("c.py", Some(Modify)),
                    ("d.py", Some(Delete)),
                ],
            ),
            (
                "src/a.py (new), src/b.py (modified: x)",
                &[("src/a.py", Some(Create)), ("src/b.py", Some(Modify))],
            ),
            (
                "Create src/a.py and add a flag to src/b.py",
                &[("src/a.py", Some(Create)), ("src/b.py", Some(Modify))],
            ),
            (
                "Create a.py and rename b.py to c.py, delete d.py",
                &[
                    ("a.py", Some(Create)),
                    ("b.py", Some(Rename)),
                    ("d.py", Some(Delete)),
                ],
            ),
        ] {
            let found = Deliverable::all_of_line(line);
            let found: Vec<_> =
                found.iter().map(|d| (d.path.as_str(), d.action)).collect();
            assert_eq!(found, wanted, "{line}");
        }
    }

    #[test]
    fn prose_is_no_deliverable() {
        for line in [
            "All existing tests pass",
            "improve I/O and/or CPU use",
            "see https://example.org/a.html",
            "Improve read/write speed",
            "e.g. python 3.10 or later",
            "src/a\0b.py",
            "src/frontend/",
            "",
            "-",
        ] {
            assert_eq!(read(line), None, "{line}");
        }
    }
}
