//! Lines of tags: a line flows in, the name in a tag's attribute or the text
//! within tags flows out. Only tags at both ends of a line are seen.

/// What the tags of a line are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tag<'a> {
    /// An attribute names a file.
    Names(&'a str),
    /// Tags and nothing else.
    Empty,
    /// A tag for output, an example or what is deleted.
    Shows,
    /// Text between tags; the level, if they are those of a heading.
    Wraps(&'a str, Option<u8>),
    /// No tag.
    None,
}

/// Attributes that name a file.
const ATTRIBUTES: &str = "
 path file name filename filepath file_path file-path file_name file-name
 title target_file target target-file location";

/// Tags that hold the name of a file, and nothing else.
const PATHS: [&str; 6] =
    ["path", "file_path", "filepath", "file-path", "filename", "file_name"];

/// Pieces of the names of tags whose content is no file.
const SHOWN: [&str; 15] = [
    "delete", "remove", "output", "result", "example", "command", "shell",
    "terminal", "stdout", "stderr", "log", "old", "original", "before",
    "think",
];

/// Reads the tags of a line.
pub(super) fn read(text: &str) -> Tag<'_> {
    if !text.starts_with('<') || text.starts_with("<!--") {
        return Tag::None;
    }
    let mut rest = text;
    let mut level = None;
    let mut any = false;
    let mut is_path = false;
    while let Some((inside, after)) = opening(rest) {
        let name = name_of(inside);
        let lower = name.trim_start_matches('/').to_lowercase();
        if is_shown(&lower) {
            return Tag::Shows;
        }
        if let Some(value) = attribute(inside) {
            return match after.trim().is_empty() || closes_only(after) {
                true => Tag::Names(value),
                false => Tag::Shows,
            };
        }
        if let Some(digit) =
            lower.strip_prefix('h').and_then(|d| d.parse().ok())
            && (1..=6).contains(&digit)
        {
            level = Some(digit);
        }
        any = true;
        is_path = PATHS.contains(&&*lower);
        rest = after.trim_start();
    }
    if !any {
        return alone(text);
    }
    while let Some(head) = closing(rest) {
        rest = head;
    }
    match rest.trim() {
        "" => Tag::Empty,
        // Such tags delimit the name: it may have blanks.
        inner if is_path => Tag::Names(inner),
        inner => Tag::Wraps(inner, level),
    }
}

/// `<src/app.py>`: a name in angle brackets.
fn alone(text: &str) -> Tag<'_> {
    let inside = text.strip_prefix('<').and_then(|t| t.strip_suffix('>'));
    let is_name = |t: &&str| {
        t.contains('.')
            && !t.contains(char::is_whitespace)
            && !t.contains(['<', '>', ':', '@'])
    };
    inside.filter(is_name).map_or(Tag::None, Tag::Names)
}

/// Whether a tag holds what is no content of a file.
fn is_shown(name: &str) -> bool {
    let parts = || name.split(['_', '-', ':']);
    SHOWN.iter().any(|shown| {
        parts().any(|part| {
            part.strip_suffix(['d', 's']).unwrap_or(part) == *shown
                || part == *shown
        })
    })
}

/// The tag that begins a text, and what follows it.
fn opening(text: &str) -> Option<(&str, &str)> {
    let rest = text.strip_prefix('<')?;
    let (inside, after) = rest.split_once('>')?;
    let name = name_of(inside).trim_start_matches('/');
    let named = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ':'));
    // `<https://a.b>` is an address.
    (named && (!inside.contains("://") || inside.contains("path=")))
        .then_some((inside, after))
}

/// The name of a tag, from what stands between its brackets.
fn name_of(inside: &str) -> &str {
    inside.split([' ', '\t']).next().unwrap_or_default().trim_end_matches('/')
}

/// The text before a closing tag at its end.
fn closing(text: &str) -> Option<&str> {
    let rest = text.trim_end().strip_suffix('>')?;
    let (head, name) = rest.rsplit_once("</")?;
    let plain = name
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ':'));
    plain.then_some(head)
}

/// Whether a text is closing tags and nothing else.
fn closes_only(text: &str) -> bool {
    let mut rest = text.trim();
    while let Some(head) = closing(rest) {
        rest = head.trim();
    }
    rest.is_empty()
}

/// The value of an attribute that names a file.
fn attribute(inside: &str) -> Option<&str> {
    let mut rest = inside.split_once([' ', '\t'])?.1.trim();
    while let Some((key, after)) = rest.split_once('=') {
        let key = key.trim().to_lowercase();
        let after = after.trim_start();
        let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''));
        let (value, next) = match quote {
            Some(quote) => after.get(1..)?.split_once(quote)?,
            None => after.split_once([' ', '\t']).unwrap_or((after, "")),
        };
        if super::list::has(ATTRIBUTES, &key) {
            return Some(value.trim_end_matches('/').trim());
        }
        rest = next.trim_start();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_name_files_by_attributes_or_wrap_them() {
        assert_eq!(read("<file path=\"a b.py\">"), Tag::Names("a b.py"));
        assert_eq!(read("<edit id=1 file=a.py />"), Tag::Names("a.py"));
        assert_eq!(read("<h3>a.py</h3>"), Tag::Wraps("a.py", Some(3)));
        assert_eq!(read("<b><code>a.py</code></b>"), Tag::Wraps("a.py", None));
        assert_eq!(read("</details>"), Tag::Empty);
        assert_eq!(read("<output>"), Tag::Shows);
        assert_eq!(read("<deleted path=\"a.py\">"), Tag::Shows);
        assert_eq!(read("<https://a.b/c.html>"), Tag::None);
        assert_eq!(read("<src/a.py>"), Tag::Names("src/a.py"));
    }
}
