//! Names of files below a root, and every refusal of a name.
//!
//! Text that a model wrote flows in; a [`RelPath`] flows out, which by its
//! type is a clean relative name: no code further on checks a name again.
//! Pure: nothing here asks a file system, so a link or a missing directory is
//! not seen. That is the workspace's part.

use std::borrow::{Borrow, Cow};
use std::fmt;
use std::sync::Arc;

/// Bytes of the longest component: `NAME_MAX` of every common file system.
const COMPONENT_BYTES: usize = 255;

/// Bytes of the longest name: Linux's `PATH_MAX` without its final NUL.
const NAME_BYTES: usize = 4095;

/// The directory below the root in which edit-apply keeps its own state.
pub const STATE_DIR: &str = ".edit-apply";

/// A relative name, `/` between its components, each of them an ordinary
/// file name. Never empty, never absolute, never `.`, `..` or `.git`. A clone
/// shares the text: one name stands in many tables.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RelPath(Arc<str>);

/// Which names a project may hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Portability {
    /// Only those that every platform can check out.
    #[default]
    Everywhere,
    /// Those of Unix: backslashes, colons and Windows' device names too.
    Unix,
}

/// How names are read.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// Leading directories that are dropped if a name has them, such as the
    /// root itself as the user wrote it.
    pub prefixes: Vec<String>,
    /// Which names a project may hold.
    pub portability: Portability,
}

/// Why a name is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameError {
    /// No name at all.
    Empty,
    /// It begins at the file system's root, and not below ours.
    Absolute,
    /// It begins with a drive letter.
    Drive,
    /// A component is `.` or `..`.
    Dots,
    /// Two slashes in a row.
    EmptyComponent,
    /// It ends with a slash.
    Directory,
    /// A NUL or another control character, or a line separator.
    Control,
    /// A character that turns the direction of text.
    Bidi,
    /// Bytes that are not UTF-8.
    NotUtf8,
    /// Longer than a file system takes.
    TooLong,
    /// A component that some file system takes for `.git`.
    Git,
    /// The directory of edit-apply's own state.
    OwnState,
    /// A backslash, which is a separator elsewhere.
    Backslash,
    /// A colon, which names a stream or a drive elsewhere.
    Colon,
    /// A name that is a device elsewhere.
    Device,
    /// A component that ends with a dot or a blank, which vanish elsewhere.
    TrailingDot,
}

impl NameError {
    /// A short word that programs can compare.
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty => "empty-name",
            Self::Absolute | Self::Drive | Self::Dots => "outside-root",
            Self::EmptyComponent | Self::Directory => "not-a-file-name",
            Self::Control | Self::Bidi | Self::NotUtf8 => "bad-character",
            Self::TooLong => "name-too-long",
            Self::Git => "git-directory",
            Self::OwnState => "own-state",
            Self::Backslash
            | Self::Colon
            | Self::Device
            | Self::TrailingDot => "not-portable",
        }
    }
}

impl fmt::Display for NameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "the name is empty",
            Self::Absolute => "the name is absolute and not below the root",
            Self::Drive => "the name begins with a drive",
            Self::Dots => "the name has a '.' or '..' component",
            Self::EmptyComponent => "the name has an empty component",
            Self::Directory => "the name ends with a slash",
            Self::Control => "the name has a control character",
            Self::Bidi => "the name has a bidirectional control character",
            Self::NotUtf8 => "the name is not UTF-8",
            Self::TooLong => "the name is too long",
            Self::Git => "the name leads into a git directory",
            Self::OwnState => "the name leads into edit-apply's own state",
            Self::Backslash => "the name has a backslash",
            Self::Colon => "the name has a colon",
            Self::Device => "the name is a device on Windows",
            Self::TrailingDot => "the name has a trailing dot or blank",
        })
    }
}

impl std::error::Error for NameError {}

impl Names {
    /// Reads a name as a model wrote it. One leading `./` and one of the
    /// known prefixes are dropped, everything else is checked as it stands.
    pub fn read(&self, text: &str) -> Result<RelPath, NameError> {
        let text = text.strip_prefix("./").unwrap_or(text);
        RelPath::parse(self.below_prefix(text), self.portability)
    }

    /// As [`Names::read`], for names that come as bytes.
    pub fn read_bytes(&self, bytes: &[u8]) -> Result<RelPath, NameError> {
        let text =
            std::str::from_utf8(bytes).map_err(|_| NameError::NotUtf8)?;
        self.read(text)
    }

    fn below_prefix<'a>(&self, text: &'a str) -> &'a str {
        below(text, &self.prefixes).unwrap_or(text)
    }
}

/// The rest of a name behind the first of some leading directories that it
/// has.
pub fn below<'a>(text: &'a str, prefixes: &[String]) -> Option<&'a str> {
    let below = |prefix: &String| {
        let prefix = prefix.trim_end_matches('/');
        let rest = text.strip_prefix(prefix)?.strip_prefix('/')?;
        (!rest.is_empty()).then_some(rest)
    };
    prefixes.iter().find_map(below)
}

impl RelPath {
    /// Reads a relative name; see [`NameError`] for every refusal.
    pub fn parse(
        text: &str,
        portability: Portability,
    ) -> Result<Self, NameError> {
        check_whole(text)?;
        for component in text.split('/') {
            check_component(component)?;
            if portability == Portability::Everywhere {
                check_portable(component)?;
            }
        }
        Ok(Self(text.into()))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The same, to be kept where a name need not be clean.
    pub fn shared(&self) -> Arc<str> {
        Arc::clone(&self.0)
    }

    /// The components, outermost first.
    pub fn components(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.split('/')
    }

    /// The last component.
    pub fn file_name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }

    /// The directory the file stands in; nothing for one at the root.
    pub fn parent(&self) -> Option<Self> {
        self.parent_str().map(|head| Self(head.into()))
    }

    /// The same as text.
    pub fn parent_str(&self) -> Option<&str> {
        self.0.rsplit_once('/').map(|(head, _)| head)
    }

    /// The directories above the file, outermost first.
    pub fn ancestors(&self) -> impl Iterator<Item = Self> {
        self.ancestor_strs().map(|head| Self(head.into()))
    }

    /// The same as text.
    pub fn ancestor_strs(&self) -> impl Iterator<Item = &str> {
        let ends = self.0.match_indices('/').map(|(at, _)| at);
        ends.filter_map(|at| self.0.get(..at))
    }

    /// The name as a file system that ignores case would compare it.
    pub fn folded(&self) -> String {
        self.0.to_lowercase()
    }
}

impl fmt::Display for RelPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A table of names is asked by text.
impl Borrow<str> for RelPath {
    fn borrow(&self) -> &str {
        &self.0
    }
}

fn check_whole(text: &str) -> Result<(), NameError> {
    if text.is_empty() {
        return Err(NameError::Empty);
    }
    if text.len() > NAME_BYTES {
        return Err(NameError::TooLong);
    }
    if let Some(error) = text.chars().find_map(refused_character) {
        return Err(error);
    }
    if text.starts_with('/') || text.starts_with("\\\\") {
        return Err(NameError::Absolute);
    }
    if is_drive(text) {
        return Err(NameError::Drive);
    }
    if text.ends_with('/') {
        return Err(NameError::Directory);
    }
    Ok(())
}

fn refused_character(c: char) -> Option<NameError> {
    match c {
        '\u{2028}' | '\u{2029}' => Some(NameError::Control),
        '\u{200e}'
        | '\u{200f}'
        | '\u{061c}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}' => Some(NameError::Bidi),
        c if c.is_control() => Some(NameError::Control),
        _ => None,
    }
}

/// `C:` and whatever follows, which is a place of its own on Windows.
fn is_drive(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|c| c.is_ascii_alphabetic())
        && chars.next() == Some(':')
}

fn check_component(component: &str) -> Result<(), NameError> {
    if component.is_empty() {
        return Err(NameError::EmptyComponent);
    }
    if component == "." || component == ".." {
        return Err(NameError::Dots);
    }
    if component.len() > COMPONENT_BYTES {
        return Err(NameError::TooLong);
    }
    // A backslash ends a component where it is a separator.
    component.split('\\').try_for_each(check_reserved)
}

/// Names that reach git's or our own state on some file system.
fn check_reserved(component: &str) -> Result<(), NameError> {
    if component == ".." {
        return Err(NameError::Dots);
    }
    let seen = as_seen_by_file_systems(component);
    if seen == ".git" || is_short_name(&seen, "git") {
        return Err(NameError::Git);
    }
    if seen == STATE_DIR || is_short_name(&seen, "edit-a") {
        return Err(NameError::OwnState);
    }
    Ok(())
}

/// The component without what NTFS and HFS+ ignore in a name: case, trailing
/// dots and blanks, a stream's name after a colon, invisible characters.
fn as_seen_by_file_systems(component: &str) -> Cow<'_, str> {
    fn stem(visible: &str) -> &str {
        let stream = visible.split(':').next().unwrap_or(visible);
        stream.trim_end_matches(['.', ' '])
    }
    let is_plain = |b: u8| b.is_ascii() && !b.is_ascii_uppercase();
    if component.bytes().all(is_plain) {
        return stem(component).into();
    }
    let visible: String = component
        .chars()
        .filter(|&c| !is_ignored_by_hfs(c))
        .flat_map(char::to_lowercase)
        .collect();
    stem(&visible).to_owned().into()
}

/// Characters that HFS+ leaves out when it compares names.
fn is_ignored_by_hfs(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2064}' | '\u{206a}'..='\u{206f}' | '\u{feff}')
}

/// `STEM~N`, the short name that FAT and NTFS give to a longer one.
fn is_short_name(seen: &str, stem: &str) -> bool {
    let digits = seen.strip_prefix(stem).and_then(|s| s.strip_prefix('~'));
    digits
        .is_some_and(|d| !d.is_empty() && d.bytes().all(|b| b.is_ascii_digit()))
}

fn check_portable(component: &str) -> Result<(), NameError> {
    if component.contains('\\') {
        return Err(NameError::Backslash);
    }
    if component.contains(':') {
        return Err(NameError::Colon);
    }
    if component.ends_with(['.', ' ']) {
        return Err(NameError::TrailingDot);
    }
    if is_device(component) {
        return Err(NameError::Device);
    }
    Ok(())
}

/// Whether Windows opens a device under this name, with any extension.
fn is_device(component: &str) -> bool {
    let stem = component.split('.').next().unwrap_or(component);
    let stem = stem.trim_end_matches(' ');
    if stem.len() > "conout$".len() {
        return false;
    }
    let stem = stem.to_ascii_lowercase();
    if matches!(
        stem.as_str(),
        "con" | "prn" | "aux" | "nul" | "conin$" | "conout$"
    ) {
        return true;
    }
    let port = stem.strip_prefix("com").or_else(|| stem.strip_prefix("lpt"));
    let mut digits = port.unwrap_or_default().chars();
    let is_digit = |c| matches!(c, '0'..='9' | '\u{b9}' | '\u{b2}' | '\u{b3}');
    digits.next().is_some_and(is_digit) && digits.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> NameError {
        RelPath::parse(text, Portability::Everywhere)
            .expect_err(&format!("{text:?} was taken"))
    }

    #[test]
    fn ordinary_names_are_taken_as_they_are() {
        for name in [
            "a",
            "src/a.py",
            ".github/x.yml",
            ".gitignore",
            "a..b",
            "..a",
            "Größe/naïve café.md",
            "git/x",
            "common/x",
        ] {
            let path = RelPath::parse(name, Portability::Everywhere);
            assert_eq!(path.expect(name).as_str(), name);
        }
    }

    #[test]
    fn every_way_out_of_the_root_is_refused() {
        assert_eq!(refusal(""), NameError::Empty);
        assert_eq!(refusal("/etc/passwd"), NameError::Absolute);
        assert_eq!(refusal("\\\\host\\share"), NameError::Absolute);
        assert_eq!(refusal("C:/x"), NameError::Drive);
        assert_eq!(refusal("c:x"), NameError::Drive);
        for name in ["..", "../x", "a/../x", "a/..", ".", "a/./b", "a\\..\\b"] {
            assert_eq!(refusal(name), NameError::Dots, "{name}");
        }
        assert_eq!(refusal("a//b"), NameError::EmptyComponent);
        assert_eq!(refusal("a/"), NameError::Directory);
    }

    #[test]
    fn unprintable_and_endless_names_are_refused() {
        for name in ["a\0b", "a\nb", "a\x7f", "a\u{85}b", "a\u{2028}b"] {
            assert_eq!(refusal(name), NameError::Control, "{name:?}");
        }
        for name in ["a\u{202e}b", "\u{2066}a", "a\u{200f}"] {
            assert_eq!(refusal(name), NameError::Bidi, "{name:?}");
        }
        assert_eq!(refusal(&"a".repeat(256)), NameError::TooLong);
        assert_eq!(refusal(&"a/".repeat(2100)), NameError::TooLong);
        let names = Names::default();
        assert_eq!(names.read_bytes(b"a\xff"), Err(NameError::NotUtf8));
    }

    #[test]
    fn git_directories_are_refused_in_every_spelling() {
        for name in [
            ".git",
            ".git/config",
            ".GIT/x",
            "sub/.git/hooks/x",
            ".Git",
            "git~1",
            "GIT~2/config",
            ".git.",
            ".git ",
            ".git . .",
            ".git::$INDEX_ALLOCATION/x",
            ".git:x",
            ".g\u{200c}it",
            "\u{feff}.git/x",
            ".git\\config",
            "a\\.git",
        ] {
            assert_eq!(refusal(name), NameError::Git, "{name:?}");
        }
    }

    #[test]
    fn the_tools_own_state_is_refused() {
        for name in [
            ".edit-apply",
            ".EDIT-APPLY/log",
            "a/.edit-apply/x",
            ".edit-apply. ",
            "EDIT-A~1/log",
        ] {
            assert_eq!(refusal(name), NameError::OwnState, "{name:?}");
        }
    }

    #[test]
    fn names_that_another_platform_reads_otherwise_are_refused_by_default() {
        let cases = [
            ("a\\b", NameError::Backslash),
            ("ab:c", NameError::Colon),
            ("nul", NameError::Device),
            ("src/Aux.py", NameError::Device),
            ("COM1", NameError::Device),
            ("lpt\u{b9}.txt", NameError::Device),
            ("a.", NameError::TrailingDot),
            ("a /b", NameError::TrailingDot),
        ];
        for (name, error) in cases {
            assert_eq!(refusal(name), error, "{name}");
            assert!(RelPath::parse(name, Portability::Unix).is_ok(), "{name}");
        }
        assert!(RelPath::parse("common", Portability::Everywhere).is_ok());
        assert!(RelPath::parse("com10", Portability::Everywhere).is_ok());
    }

    #[test]
    fn a_leading_dot_slash_and_a_known_prefix_are_dropped() {
        let names = Names {
            prefixes: vec!["/repo/".into(), "project".into()],
            ..Names::default()
        };
        let read = |text| names.read(text).map(|path| path.0);
        assert_eq!(read("./src/a"), Ok("src/a".into()));
        assert_eq!(read("/repo/src/a"), Ok("src/a".into()));
        assert_eq!(read("project/src/a"), Ok("src/a".into()));
        assert_eq!(read("/repository/a"), Err(NameError::Absolute));
        assert_eq!(read("/repo/../a"), Err(NameError::Dots));
        assert_eq!(read("/repo//etc"), Err(NameError::Absolute));
        assert_eq!(read("././a"), Err(NameError::Dots));
        assert_eq!(read("/repo/"), Err(NameError::Absolute));
    }

    #[test]
    fn ancestors_come_outermost_first() {
        let path =
            RelPath::parse("a/b/c.txt", Portability::Everywhere).unwrap();
        let names: Vec<&str> = path.ancestor_strs().collect();
        assert_eq!(names, ["a", "a/b"]);
        assert_eq!(path.file_name(), "c.txt");
        assert_eq!(path.parent().unwrap().as_str(), "a/b");
    }
}
