//! Names of files beside fences and blocks: a line in, the name that it is
//! out. Whether the name is allowed is not asked here.

/// Files that have neither a dot nor a slash in their names, and that models
/// often write.
const DOTLESS: [&[u8]; 8] = [
    b"Makefile",
    b"Dockerfile",
    b"Gemfile",
    b"Rakefile",
    b"Procfile",
    b"Jenkinsfile",
    b"LICENSE",
    b"README",
];

/// Words before a name.
const LEADS: [&[u8]; 6] =
    [b"File:", b"file:", b"Filename:", b"filename:", b"Path:", b"path:"];

/// The name that a line above a fence or block is, if it is nothing else:
/// bare, or as a heading, in bold, in backticks, in a `<path>` tag, after
/// `File:` or before a colon.
pub fn file_above(line: &[u8]) -> Option<&[u8]> {
    let line = line.trim_ascii();
    let tagged = line.strip_prefix(b"<path>");
    if let Some(name) = tagged.and_then(|l| l.strip_suffix(b"</path>")) {
        return Some(name.trim_ascii()).filter(|name| !name.is_empty());
    }
    let mut text = line;
    while let [b'#', rest @ ..] = text {
        text = rest;
    }
    text = undecorated(text.trim_ascii());
    for lead in LEADS {
        text = text.strip_prefix(lead).unwrap_or(text);
    }
    text = undecorated(text.trim_ascii());
    looks_like_file(text).then_some(text)
}

/// A text without marks of emphasis or code and a colon at its end.
fn undecorated(text: &[u8]) -> &[u8] {
    let text = text.strip_suffix(b":").unwrap_or(text);
    let start = text.iter().take_while(|b| b"*`".contains(b)).count();
    let text = text.get(start..).unwrap_or_default();
    let end = text.iter().rev().take_while(|b| b"*`".contains(b)).count();
    let text = text.get(..text.len() - end).unwrap_or_default();
    text.strip_suffix(b":").unwrap_or(text)
}

/// The name in the info string of a fence: `python:src/a.py`,
/// `python src/a.py`, `src/a.py`, `python title="src/a.py"`.
pub fn file_in_info(info: &[u8]) -> Option<&[u8]> {
    let last = info.rsplit(u8::is_ascii_whitespace).next()?;
    let unquoted =
        |text: &'static [u8]| last.strip_prefix(text).map(strip_quotes);
    let named = unquoted(b"title=")
        .or_else(|| unquoted(b"filename="))
        .or_else(|| unquoted(b"file="))
        .or_else(|| unquoted(b"path="))
        .unwrap_or_else(|| {
            let colon = memchr::memchr(b':', last);
            let language = colon.filter(|at| {
                let head = last.get(..*at).unwrap_or_default();
                head.iter().all(u8::is_ascii_alphanumeric)
            });
            last.get(language.map_or(0, |at| at + 1)..).unwrap_or_default()
        });
    looks_like_file(named).then_some(named)
}

fn strip_quotes(text: &[u8]) -> &[u8] {
    let inner = text.strip_prefix(b"\"").and_then(|t| t.strip_suffix(b"\""));
    inner.unwrap_or(text)
}

/// Whether a text can only be a file's name: one word, with a slash or a dot
/// inside, that does not end as a sentence does.
fn looks_like_file(text: &[u8]) -> bool {
    let is_word = !text.is_empty()
        && !text
            .iter()
            .any(|b| b.is_ascii_whitespace() || b"<>|\"*`(){}=,;".contains(b));
    let is_url = text.windows(3).any(|three| three == b"://");
    let file = text.rsplit(|b| *b == b'/').next().unwrap_or(text);
    let dot = memchr::memrchr(b'.', file);
    let has_extension = dot.is_some_and(|at| {
        let extension = file.get(at + 1..).unwrap_or_default();
        !extension.is_empty() && extension.iter().any(u8::is_ascii_alphabetic)
    });
    let in_directory = text.contains(&b'/') && !file.is_empty();
    is_word
        && !is_url
        && !text.ends_with(b".")
        && (has_extension || in_directory || DOTLESS.contains(&text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stands_alone_on_its_line() {
        let lines = [
            "src/a.py",
            "### `src/a.py`",
            "**src/a.py:**",
            "**File: `src/a.py`**",
            "src/a.py:",
            "<path>src/a.py</path>",
        ];
        for line in lines {
            let found = file_above(line.as_bytes());
            assert_eq!(found, Some(&b"src/a.py"[..]), "{line}");
        }
        let none =
            ["Here is a.py:", "Done.", "```", "", "https://x.y/z", "1.5", "##"];
        for line in none {
            assert_eq!(file_above(line.as_bytes()), None, "{line}");
        }
        assert_eq!(file_above(b"Makefile"), Some(&b"Makefile"[..]));
    }

    #[test]
    fn a_name_stands_in_the_info_of_a_fence() {
        let infos = [
            "python:src/a.py",
            "src/a.py",
            "py src/a.py",
            "py title=\"src/a.py\"",
        ];
        for info in infos {
            let found = file_in_info(info.as_bytes());
            assert_eq!(found, Some(&b"src/a.py"[..]), "{info}");
        }
        for info in ["python", "", "c++", "text linenums=\"1\""] {
            assert_eq!(file_in_info(info.as_bytes()), None, "{info}");
        }
    }
}
