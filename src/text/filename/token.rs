//! One word of a line, or what stands in quotes: a verdict whether it is a
//! file's name comes out. Nothing here knows what stands around it.

use super::known::Known;
use super::list;
use super::position::{
    without_dot_slash, without_lone_bracket, without_position,
};
use super::shape::Shape;
use super::unfit::{has_placeholder, unfit};
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
    let last = path.rsplit(char::is_whitespace).next().unwrap_or(path);
    if list::is_product(last) && !shape.slash
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

/// A document of which the extension is left out.
fn stem(path: &str) -> Verdict {
    let path = path.to_owned();
    Verdict::Name(Name { path, certainty: Certainty::Stem })
}

/// A path that leads out of the tree.
fn outside(path: &str) -> Verdict {
    Verdict::Unfit(Why::Outside(path.to_owned()))
}

/// A path that stands for many.
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
