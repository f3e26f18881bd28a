//! Paths that cannot be meant: a path flows in, why no file of the tree has
//! that name flows out.

use super::list;
use super::shape::Shape;
use super::token::Setting;
use super::why::Why;

/// Words of the longest name with blanks: more are a sentence in quotes.
const MOST_WORDS: usize = 5;

/// Why a path that looks like one cannot be a file of the tree.
pub(super) fn unfit(
    path: &str,
    shape: &Shape<'_>,
    setting: Setting,
) -> Option<Why> {
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
    // `@/a.ts` is an alias of an import, `@a/b.py` a mention of a file.
    // Of `+` only the names of SvelteKit begin with it.
    let sign = path.starts_with(['@', '#', '!', '=', '^'])
        || path.starts_with('+') && shape.slash;
    if sign
        || path.contains("//")
        || path.starts_with('-')
        || path.contains("~~")
    {
        return Some(Why::Unsure(own()));
    }
    let blanks = path.contains(char::is_whitespace);
    if blanks && setting == Setting::Quoted && is_program_text(path) {
        return Some(Why::Mention(own()));
    }
    if path.split_whitespace().count() > MOST_WORDS {
        return Some(Why::Blanks(own()));
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
pub(super) fn has_placeholder(path: &str, shape: &Shape<'_>) -> bool {
    const STEMS: &str =
        "filename file_name file-name yourfile your-file your_file";
    let lower = path.to_lowercase();
    let base = shape.base.to_lowercase();
    let stem = base.split('.').next().unwrap_or_default();
    let yours = ["your_", "your-", "<your", "path-to-", "path_to_"];
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
