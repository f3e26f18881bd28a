//! The edge between the tools and the shell: exit statuses, the wording of
//! diagnostics, and the arguments the tools share. No tool logic.

use std::ffi::OsString;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Error};
use clap::Parser;
use clap::error::ErrorKind;

use crate::report;
use crate::span::Status;
use crate::stream::{Output, StreamError};
use crate::transcript::{self, Decoder};

/// How a process ends. The table of every tool:
///
/// | status | meaning |
/// |---|---|
/// | 0 | yes, complete |
/// | 1 | no, incomplete: stdout is valid, something is missing |
/// | 2 | trouble: usage, I/O, nothing trustworthy done |
impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        match status {
            Status::Complete => Self::SUCCESS,
            Status::Incomplete => Self::from(1),
            Status::Trouble => Self::from(2),
        }
    }
}

/// Characters of a message that are shown; a few lines of a terminal.
const LONGEST_MESSAGE: usize = 600;

/// Messages to the person at the terminal: `tool: text` on stderr.
#[derive(Clone, Copy, Debug)]
pub struct Diagnostics {
    /// The tool's name, which begins every line.
    pub tool: &'static str,
}

impl Diagnostics {
    /// Says one thing in one line, however long the name it is about, and
    /// whatever characters it has.
    pub fn say(self, text: &str) {
        let text = printable(text);
        let text = text.as_str();
        let end = text.char_indices().nth(LONGEST_MESSAGE);
        let (text, more) = match end {
            Some((end, _)) => (text.get(..end).unwrap_or(text), "..."),
            None => (text, ""),
        };
        self.raw(&format!("{}: {text}{more}\n", self.tool));
    }

    /// Shows a command that can be pasted and would help.
    pub fn hint(self, command: &str) {
        self.raw(&format!("hint: {}\n", printable(command)));
    }

    /// Says what is worth a person's attention and changes no status: only
    /// where stderr is a terminal.
    #[expect(clippy::disallowed_methods, reason = "the one place that may")]
    pub fn remark(self, text: &str) {
        use std::io::IsTerminal as _;
        if std::io::stderr().is_terminal() {
            self.say(text);
        }
    }

    /// A failure to write to stderr has nobody left to be told of it.
    #[expect(clippy::disallowed_methods, reason = "the one place that may")]
    fn raw(self, text: &str) {
        use std::io::Write as _;
        drop(std::io::stderr().write_all(text.as_bytes()));
    }
}

/// What a long run says of itself while it goes on: one line of a terminal,
/// written over and over, and gone at the end.
#[derive(Debug)]
pub struct Progress {
    diagnostics: Diagnostics,
    /// When to speak next; never where nobody would see it.
    due: Option<Instant>,
    is_shown: bool,
}

/// Nobody waits for less than this without a word.
const PATIENCE: Duration = Duration::from_secs(1);

impl Progress {
    /// Speaks where stderr is a terminal, unless results show on the same
    /// one how far the run is: then `results` is true.
    #[expect(clippy::disallowed_methods, reason = "the one place that may")]
    pub fn new(diagnostics: Diagnostics, results: bool) -> Self {
        use std::io::IsTerminal as _;
        let shows = results && std::io::stdout().is_terminal();
        let speaks = std::io::stderr().is_terminal() && !shows;
        let due = speaks.then(|| Instant::now() + PATIENCE);
        Self { diagnostics, due, is_shown: false }
    }

    /// Says how far the run is, if it is time to.
    pub fn tick(&mut self, text: impl FnOnce() -> String) {
        let now = Instant::now();
        if self.due.is_some_and(|due| now >= due) {
            self.due = Some(now + PATIENCE);
            self.is_shown = true;
            let Diagnostics { tool } = self.diagnostics;
            self.diagnostics.raw(&format!("\r\x1b[K{tool}: {}", text()));
        }
    }

    /// Takes the line away, before something else is said.
    pub fn clear(&mut self) {
        if std::mem::take(&mut self.is_shown) {
            self.diagnostics.raw("\r\x1b[K");
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.clear();
    }
}

/// Runs a tool from its arguments to its exit status.
///
/// `body` gets the parsed arguments. An error it returns is printed once as
/// `tool: what: why`, status 2; a reader that went away ends quietly with 0.
pub fn run<Args: Parser>(
    tool: &'static str,
    body: impl FnOnce(Args, Diagnostics) -> Result<Status, Error>,
) -> ExitCode {
    let diagnostics = Diagnostics { tool };
    let body = |args| {
        large_files_are_errors()?;
        body(args, diagnostics)
    };
    let status = match Args::try_parse() {
        Ok(args) => {
            body(args).unwrap_or_else(|error| failed(&error, diagnostics))
        }
        Err(error) => usage(&error, diagnostics),
    };
    status.into()
}

/// A file that grows too large is an error of the write, like a full disk,
/// and not the end of the process.
fn large_files_are_errors() -> Result<(), Error> {
    let ignored = Arc::new(AtomicBool::new(false));
    signal_hook::flag::register(signal_hook::consts::SIGXFSZ, ignored)
        .map(drop)
        .context("cannot catch a signal")
}

/// `--from`, the same in every tool that reads answers.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct Wrapped {
    /// What the answer is wrapped in: auto, raw (nothing), openai-chat,
    /// anthropic, gemini, ollama, llm, claude, codex, ... (see tornkit(7))
    #[arg(
        long,
        value_name = "ENVELOPE",
        default_value = "auto",
        global = true
    )]
    pub from: transcript::From,

    /// Of several answers in one input, read only the Nth
    #[arg(
        long,
        value_name = "N",
        global = true,
        value_parser = clap::value_parser!(u64).range(1..)
    )]
    pub answer: Option<u64>,
}

impl Wrapped {
    /// A decoder of one input.
    pub fn decoder(self) -> Decoder {
        Decoder::new(self.from).only(self.answer)
    }
}

/// The operands to read: those given, or stdin alone if there are none.
pub fn operands(given: Vec<OsString>) -> Vec<OsString> {
    if given.is_empty() { vec![OsString::from("-")] } else { given }
}

/// Text made fit for one line of a terminal: control characters, bidi
/// controls and line ends are shown as escapes.
pub fn printable(text: &str) -> String {
    report::escaped(text, |c| format!("\\u{{{:x}}}", u32::from(c)))
}

/// The words for an input that could not be read, where others follow it.
pub fn cannot_read(name: &str, why: &std::io::Error) -> String {
    let why = plain_os_error(&why.to_string());
    format!("cannot read '{}': {why}", printable(name))
}

fn failed(error: &Error, diagnostics: Diagnostics) -> Status {
    let gone = error
        .chain()
        .filter_map(|e| e.downcast_ref::<StreamError>())
        .any(|e| matches!(e, StreamError::ReaderGone));
    if gone {
        return Status::Complete;
    }
    diagnostics.say(&describe(error));
    Status::Trouble
}

/// An error and what caused it, in one line.
pub fn describe(error: &Error) -> String {
    plain_os_error(&format!("{error:#}"))
}

/// Drops Rust's ` (os error N)`: the words before it say the same.
fn plain_os_error(text: &str) -> String {
    match text.rsplit_once(" (os error ") {
        Some((head, tail)) if tail.ends_with(')') => head.to_owned(),
        _ => text.to_owned(),
    }
}

/// `--help` and `--version` go to stdout with status 0; anything else is
/// one line and a hint.
fn usage(error: &clap::Error, diagnostics: Diagnostics) -> Status {
    let text = error.to_string();
    if matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
    ) {
        let mut out = Output::stdout();
        return match out.write(text.as_bytes()).and_then(|()| out.finish()) {
            Ok(()) => Status::Complete,
            Err(why) => failed(&why.into(), diagnostics),
        };
    }
    diagnostics.say(&first_sentence(&text));
    diagnostics.hint(&format!("{} --help", diagnostics.tool));
    Status::Trouble
}

/// clap's message without its prefix, its usage block and its line breaks.
fn first_sentence(text: &str) -> String {
    let body = text.strip_prefix("error: ").unwrap_or(text);
    let paragraph = body.split("\n\n").next().unwrap_or(body);
    paragraph.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_usage_error_is_one_line() {
        let text = "error: unexpected argument '--x' found\n\nUsage: t";
        assert_eq!(first_sentence(text), "unexpected argument '--x' found");
    }

    #[test]
    fn the_number_of_an_os_error_is_dropped() {
        let text = "cannot read 'd': Is a directory (os error 21)";
        assert_eq!(plain_os_error(text), "cannot read 'd': Is a directory");
    }

    #[test]
    fn control_and_bidi_characters_are_shown_as_escapes() {
        assert_eq!(printable("a\x1b[1m\u{202e}b"), "a\\u{1b}[1m\\u{202e}b");
    }
}
