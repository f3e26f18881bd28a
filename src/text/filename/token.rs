//! One word of a line, or what stands in quotes: a verdict whether it is a
//! file's name comes out. Nothing here knows what stands around it.

use super::known::Known;
use super::list;
use super::why::Why;

/// Bytes of the longest token that is judged; longer than any path.
const LONGEST: usize = 4096;

/// How a token stands in its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Setting {
    /// Between blanks.
    Bare,
    /// In quotation marks or backticks, which hold it whole.
    Quoted,
    /// As the value of a key that names a file.
    Value,
}

/// What a token is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// No name: a word, a call, an address, a version.
    Word,
    /// It means a file or looks so, and is none that could be meant.
    Unfit(Why),
    /// A name.
    Name(Name),
}

/// A name that a token is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name {
    /// The path with `/`, without position and leading `./`.
    pub path: String,
    /// How sure it is that this is a file.
    pub certainty: Certainty,
}

/// How sure it is that a token with the shape of a name is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Certainty {
    /// The tree knows it.
    Known,
    /// Nothing else is written like that.
    Sure,
    /// In a sentence it may be a member of a program or a plain word.
    Weak,
    /// A document of which the extension is left out.
    Stem,
}

/// Judges one token.
pub(super) fn judge(
    token: &str,
    setting: Setting,
    known: &dyn Known,
) -> Verdict {
    let token = token.trim();
    if token.len() > LONGEST || token.contains(char::is_control) {
        return Verdict::Word;
    }
    if !token.contains(char::is_alphanumeric) {
        return match (token, setting) {
            ("..", Setting::Quoted | Setting::Value) => {
                Verdict::Unfit(Why::Outside(token.to_owned()))
            }
            _ => Verdict::Word,
        };
    }
    if is_address(token) {
        return Verdict::Word;
    }
    let name = |path: &str, certainty| {
        Verdict::Name(Name { path: path.to_owned(), certainty })
    };
    if is_candidate(token, setting) && known.has(token.as_bytes()) {
        return name(token, known_certainty(token));
    }
    let path = without_dot_slash(without_position(token));
    if is_candidate(path, setting) && known.has(path.as_bytes()) {
        return name(path, known_certainty(path));
    }
    if path.contains('\\') {
        return judge_backslashes(path, setting, known);
    }
    judge_unknown(path, setting, known)
}

/// A word without dot and slash is weak even if such a file is there, unless
/// it is the usual name of a file.
fn known_certainty(path: &str) -> Certainty {
    match path.contains(['.', '/']) || list::is_bare_name(path) {
        true => Certainty::Known,
        false => Certainty::Weak,
    }
}

/// Whether the tree is worth asking about a token.
fn is_candidate(token: &str, setting: Setting) -> bool {
    token.contains(['.', '/'])
        || list::is_bare_name(token)
        || setting != Setting::Bare && !token.contains(char::is_whitespace)
}

/// Judges a token with backslashes: marks that Markdown escapes, or the
/// separators of Windows, which count only if the tree knows the path.
fn judge_backslashes(
    path: &str,
    setting: Setting,
    known: &dyn Known,
) -> Verdict {
    let slashed = path.replace('\\', "/");
    if known.has(slashed.as_bytes()) {
        return Verdict::Name(Name {
            path: slashed,
            certainty: Certainty::Known,
        });
    }
    if setting == Setting::Bare {
        let mut plain = path.to_owned();
        for mark in ["\\_", "\\*", "\\[", "\\]", "\\-", "\\.", "\\~"] {
            plain = plain.replace(mark, mark.trim_start_matches('\\'));
        }
        if plain.len() < path.len() && !plain.contains('\\') {
            return judge(&plain, setting, known);
        }
    }
    let shape = Shape::of(&slashed);
    let drive = path.as_bytes().get(1) == Some(&b':');
    match drive || shape.is_listed() || path.starts_with(['%', '$']) {
        true => Verdict::Unfit(Why::Outside(path.to_owned())),
        false => Verdict::Word,
    }
}

/// The parts of a path that tell whether it is one.
struct Shape<'a> {
    /// What follows the last slash.
    base: &'a str,
    /// What follows the last dot of that, in lower case; may be empty.
    extension: String,
    slash: bool,
}

impl<'a> Shape<'a> {
    fn of(path: &'a str) -> Self {
        let base = path.rsplit('/').next().unwrap_or(path);
        let extension = base.rsplit_once('.').map_or("", |(_, ext)| ext);
        let (extension, slash) = (extension.to_lowercase(), path.contains('/'));
        Self { base, extension, slash }
    }

    /// Whether the name or its extension is listed.
    fn is_listed(&self) -> bool {
        list::is_extension(&self.extension)
            || list::is_bare_name(self.base)
            || list::is_dot_file(self.base)
            || self.has_listed_stem()
    }

    /// Whether it is such as `Dockerfile.dev` and `.env.staging`.
    fn has_listed_stem(&self) -> bool {
        let stem = self.base.split('.').next().unwrap_or_default();
        self.base.len() > stem.len()
            && stem != "BUILD"
            && list::is_bare_name(stem)
    }

    /// Whether the extension could be one that is not listed.
    fn has_likely_extension(&self) -> bool {
        (1..=8).contains(&self.extension.len())
            && self
                .extension
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b == b'+')
    }

    /// Whether the dot begins the name and all that follows is an extension.
    fn is_bare_extension(&self) -> bool {
        let rest = self.base.strip_prefix('.');
        !list::is_dot_file(self.base)
            && rest.is_some_and(|rest| list::is_extension(&rest.to_lowercase()))
    }
}

/// Judges a token of which the tree does not know the exact path.
fn judge_unknown(path: &str, setting: Setting, known: &dyn Known) -> Verdict {
    let path = match setting {
        Setting::Bare => without_lone_bracket(path),
        Setting::Quoted | Setting::Value => path,
    };
    let shape = Shape::of(path);
    if path.contains(['／', '＼', '：']) {
        let listed = shape.is_listed();
        return if listed { outside(path) } else { Verdict::Word };
    }
    if !shape.slash && !shape.is_listed() {
        return match setting {
            _ if list::is_stem(path) => stem(path),
            _ if has_placeholder(path, &shape) => {
                Verdict::Unfit(Why::Pattern(path.to_owned()))
            }
            _ => Verdict::Word,
        };
    }
    if path.ends_with(['(', ')', '=', ';', '{']) && !path.ends_with(").") {
        let known_call = setting != Setting::Bare || !path.ends_with('{');
        return if known_call { Verdict::Word } else { pattern(path) };
    }
    if list::is_product(path) && !shape.slash
        || list::begins_with_host(path)
        || is_number(path)
    {
        return Verdict::Word;
    }
    if let Some(why) = unfit(path, &shape, setting) {
        return Verdict::Unfit(why);
    }
    if shape.base == path
        && !list::is_dot_file(path)
        && path.starts_with('.')
        && !path.trim_start_matches('.').contains('.')
    {
        return Verdict::Word;
    }
    if known.in_other_case(path.as_bytes()) {
        return Verdict::Unfit(Why::OtherCase(path.to_owned()));
    }
    accept(path, &shape, setting)
}

fn stem(path: &str) -> Verdict {
    let path = path.to_owned();
    Verdict::Name(Name { path, certainty: Certainty::Stem })
}

fn outside(path: &str) -> Verdict {
    Verdict::Unfit(Why::Outside(path.to_owned()))
}

fn pattern(path: &str) -> Verdict {
    Verdict::Unfit(Why::Pattern(path.to_owned()))
}

/// A path that nothing speaks against: a name if its shape is one.
fn accept(path: &str, shape: &Shape<'_>, setting: Setting) -> Verdict {
    let listed = shape.is_listed();
    if !listed && !shape.has_likely_extension() {
        // `scripts/deploy` and `read/write` look the same.
        return match setting {
            Setting::Quoted | Setting::Value => {
                Verdict::Unfit(Why::Unsure(path.to_owned()))
            }
            Setting::Bare => Verdict::Word,
        };
    }
    let member = !shape.slash
        && list::is_member(&shape.extension)
        && !list::is_dot_file(shape.base)
        && !matches!(path, "go.mod" | "go.sum" | "Cargo.lock")
        && !shape.has_listed_stem();
    let certainty = match member || !listed {
        true => Certainty::Weak,
        false => Certainty::Sure,
    };
    Verdict::Name(Name { path: path.to_owned(), certainty })
}

/// Why a path that looks like one cannot be a file of the tree.
fn unfit(path: &str, shape: &Shape<'_>, setting: Setting) -> Option<Why> {
    let own = || path.to_owned();
    let parts = || path.split('/');
    let drive = path.as_bytes().get(1) == Some(&b':');
    if path.starts_with(['~', '$', '%']) || drive || path.starts_with("/dev/") {
        return Some(Why::Outside(own()));
    }
    if parts().any(|part| part == ".." || part == ".") {
        return Some(Why::Outside(own()));
    }
    if path.ends_with('/') {
        return Some(Why::Folder(own()));
    }
    let marks = ['*', '?', '<', '>', '|', '{', '}', ';', '&', '"', '\0', '…'];
    if path.contains(marks) || has_ellipsis(path) {
        return Some(Why::Pattern(own()));
    }
    if shape.is_bare_extension() || has_placeholder(path, shape) {
        return Some(Why::Pattern(own()));
    }
    if path.contains("//") || path.starts_with('-') || path.contains("~~") {
        return Some(Why::Unsure(own()));
    }
    let blanks = path.contains(char::is_whitespace);
    if blanks && setting == Setting::Quoted && is_program_text(path) {
        return Some(Why::Mention(own()));
    }
    None
}

/// Three dots that stand for something left out: not those of a route such
/// as `[...slug]`.
fn has_ellipsis(path: &str) -> bool {
    let mut before = None;
    for (at, _) in path.match_indices("...") {
        before = path.get(..at).and_then(|head| head.chars().next_back());
        if !matches!(before, Some('[' | '(' | '.')) {
            return true;
        }
    }
    before == Some('.') && !path.contains("[...") && !path.contains("(...")
}

/// Whether a path stands for any: `path/to/file.py`, `your_file.py`,
/// `file.ext`.
fn has_placeholder(path: &str, shape: &Shape<'_>) -> bool {
    const STEMS: &str =
        "filename file_name file-name yourfile your-file your_file";
    let lower = path.to_lowercase();
    let base = shape.base.to_lowercase();
    let stem = base.split('.').next().unwrap_or_default();
    let yours = ["your_", "your-", "<your"];
    lower.contains("path/to/")
        || base.len() > stem.len() && list::has(STEMS, stem)
        || lower.split('/').any(|p| yours.iter().any(|y| p.starts_with(y)))
            && (shape.slash || shape.is_listed())
        || matches!(shape.extension.as_str(), "ext" | "extension")
}

/// Whether quoted words with blanks are a command or a line of a program
/// rather than a file's name with blanks.
fn is_program_text(text: &str) -> bool {
    const FIRST: &str = "
     python python2 python3 py node npm npx yarn pnpm bun deno cargo rustc go
     bash sh zsh fish pwsh source git cat less more head tail grep rg sed awk
     touch nano vim vi emacs code cd ls mkdir rm rmdir mv cp ln docker podman
     kubectl helm terraform ansible pip pip3 pipx uv poetry conda make cmake
     gcc clang cc javac java kotlinc kotlin scala sbt gradle mvn ant dotnet ruby
     rake bundle rails gem php composer perl lua luajit julia swift dart flutter
     pytest jest vitest mocha tox ruff black mypy flake8 pylint eslint tsc tsx
     webpack vite rollup uvicorn gunicorn flask django streamlit sudo su chmod
     chown curl wget ssh scp rsync tar zip unzip echo export set env open start
     run exec eval psql mysql sqlite3 redis-cli apt apt-get brew systemctl crontab
     import from require include using use return const let var def class fn
     func function public private static if for while new await async select
     insert update delete create drop copy add entrypoint cmd workdir expose
     extends implements package namespace with as load call type interface enum
     diff patch edit nodemon ts-node esbuild babel protoc sass lessc latex
     pdflatex xelatex pandoc time nohup watch test vi ed @import @include
     %run !python !pip !cat";
    let lower = text.to_lowercase();
    let mut words = lower.split_whitespace();
    let first = words.next().unwrap_or_default();
    let plain_first = !first.contains(['.', '/']);
    list::has(FIRST, first)
        || lower.contains(['=', '\'', '"', '`', '$'])
        || lower.split_whitespace().any(|word| word.starts_with('-') && word.len() > 1)
        // `tool src/app.py`: a directory would stand in the first word too.
        || plain_first && text.starts_with(|c: char| c.is_ascii_lowercase())
            && words.any(|word| word.contains('/'))
}

/// Whether a token is an address of the internet or of a person.
fn is_address(token: &str) -> bool {
    let host = token.split_once('@').map(|(_, host)| host);
    let at_host = host.is_some_and(|host| {
        host.contains(':')
            || host.rsplit_once('.').is_some_and(|(_, end)| {
                !list::is_extension(&end.to_lowercase())
            }) && !host.contains('/')
    });
    token.contains("://")
        || token.starts_with("www.")
        || token.starts_with("mailto:")
        || at_host
}

/// Whether a token is a number with a unit or a version.
fn is_number(token: &str) -> bool {
    let rest = token.strip_prefix(['v', 'V']).unwrap_or(token);
    let digits = rest.trim_start_matches(|c: char| {
        c.is_ascii_digit() || matches!(c, '.' | ',')
    });
    digits.len() < rest.len() && digits.len() <= 1
}

/// A path without one leading `./`, or several.
fn without_dot_slash(path: &str) -> &str {
    let mut rest = path;
    while let Some(next) = rest.strip_prefix("./") {
        rest = next.trim_start_matches('/');
    }
    if rest.is_empty() { path } else { rest }
}

/// A bare path without a closing bracket that none before it opens.
fn without_lone_bracket(path: &str) -> &str {
    let stripped = path.strip_suffix([')', ']']);
    stripped.filter(|_| !path.contains(['(', '['])).unwrap_or(path)
}

/// A path without the place that it points at: `:10-20`, `:3:7`, `#L3`,
/// `(12)`, `::symbol`.
fn without_position(token: &str) -> &str {
    let token = without_lines(token);
    without_symbol(token).unwrap_or(token)
}

fn without_lines(token: &str) -> &str {
    let after_word =
        |head: &str| head.ends_with(|c: char| c.is_alphanumeric() || c == '_');
    if let Some((head, inside)) =
        token.strip_suffix(')').and_then(|rest| rest.rsplit_once('('))
        && is_digits(inside)
        && after_word(head)
    {
        return head;
    }
    if let Some((head, tail)) = token.split_once('#') {
        let place = tail.strip_prefix('L').unwrap_or(tail);
        if place.starts_with(|c: char| c.is_ascii_digit()) && after_word(head) {
            return head;
        }
    }
    let place =
        |c: char| c.is_ascii_digit() || matches!(c, ':' | ',' | '-' | 'L');
    let head = token.trim_end_matches(place);
    let tail = token.get(head.len()..).unwrap_or_default();
    let digits = tail.trim_start_matches(':').trim_start_matches('L');
    let counts = tail.starts_with(':')
        && digits.starts_with(|c: char| c.is_ascii_digit());
    if counts && after_word(head) { head } else { token }
}

fn is_digits(text: &str) -> bool {
    let place = |b: u8| b.is_ascii_digit() || matches!(b, b',' | b'-');
    !text.is_empty() && text.bytes().all(place)
}

/// The path before `::symbol` or `:symbol`, if what stands before is surely a
/// path.
fn without_symbol(token: &str) -> Option<&str> {
    let (head, symbol) = token.split_once(':')?;
    let symbol = symbol.trim_start_matches(':');
    let symbol = symbol.strip_suffix("()").unwrap_or(symbol);
    let is_symbol = symbol.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && symbol
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | ':' | '.'));
    let shape = Shape::of(head);
    let member = list::is_member(&shape.extension) && !shape.slash;
    (is_symbol && list::is_extension(&shape.extension) && !member)
        .then_some(head)
}

#[cfg(test)]
mod tests {
    use super::super::known::{Listed, NoneKnown};
    use super::*;

    fn name(token: &str, setting: Setting) -> Option<String> {
        match judge(token, setting, &NoneKnown) {
            Verdict::Name(name) => Some(name.path),
            _ => None,
        }
    }

    #[test]
    fn the_place_in_a_file_is_no_part_of_its_name() {
        for token in [
            "./src/a.py",
            "src/a.py:3",
            "src/a.py:3:7",
            "src/a.py:3-9",
            "src/a.py#L3",
            "src/a.py#L3-L9",
            "src/a.py(12)",
            "src/a.py::run",
            "src/a.py:run()",
            "src/a.py::Test::run",
            "src/a.py:L3-L9",
        ] {
            let found = name(token, Setting::Bare);
            assert_eq!(found.as_deref(), Some("src/a.py"), "{token}");
        }
    }

    #[test]
    fn words_with_dots_and_slashes_are_no_names() {
        for token in [
            "and/or",
            "1.5",
            "v1.2.3",
            "e.g.",
            "i.e",
            "3.5s/op",
            "HTTP/2",
            "os.path",
            "np.zeros",
            "Node.js",
            "D3.js",
            "vb.net",
            "a@b.org",
            "foo()",
            "src/foo.bar()",
            "https://a.b/c.html",
            "1.5x",
            "A/B",
            "github.com/a/b.go",
            "U.S.A",
            ".circle",
            ".src",
            "self.log",
            "response.json",
            "2.0.0-rc.1",
            "9110/section",
            "Vec<u8>",
        ] {
            assert_eq!(name(token, Setting::Bare), None, "{token}");
        }
    }

    #[test]
    fn what_is_in_quotes_may_have_blanks_but_is_no_command() {
        for token in ["docs/My Notes.md", "file (1).txt", "a b.txt"] {
            assert_eq!(name(token, Setting::Quoted).as_deref(), Some(token));
        }
        for token in [
            "python src/a.py",
            "tool src/a.py",
            "ls -l a.py",
            "import a from './a.js'",
            "x = a.py",
            "FROM a/b.c",
        ] {
            assert_eq!(name(token, Setting::Quoted), None, "{token}");
        }
    }

    #[test]
    fn backslashes_count_only_where_the_tree_has_slashes() {
        let tree = [b"src/a.py".to_vec()];
        let found = judge("src\\a.py", Setting::Quoted, &Listed(&tree));
        assert!(
            matches!(found, Verdict::Name(name) if name.path == "src/a.py")
        );
        assert_eq!(name("src\\a.py", Setting::Quoted), None);
        assert_eq!(name("a\\_b.py", Setting::Bare).as_deref(), Some("a_b.py"));
    }

    #[test]
    fn a_known_word_in_quotes_is_a_name_but_not_in_a_sentence() {
        let tree = [b"tool".to_vec()];
        let found = judge("tool", Setting::Quoted, &Listed(&tree));
        let weak = Certainty::Weak;
        assert!(matches!(found, Verdict::Name(name) if name.certainty == weak));
        let bare = judge("tool", Setting::Bare, &Listed(&tree));
        assert_eq!(bare, Verdict::Word);
    }
}
