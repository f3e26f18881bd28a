//! edit-apply: arguments and wiring.

mod ahead;
mod asked;
mod blocks;
mod check;
mod coverage;
mod diff_end;
mod document;
mod feedback;
mod interrupt;
mod reader;
mod session;
mod units;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Error;
use clap::{Parser, ValueEnum};

use crate::interrupt::Interrupt;
use crate::reader::Manner;
use tornkit::answer::{Format, Scope};
use tornkit::cli::{self, Diagnostics, printable};
use tornkit::edit::{Matching, Policy, globs_of};
use tornkit::path::{Names, STATE_DIR};
use tornkit::report;
use tornkit::span::Status;
use tornkit::stream::{self, Clash, Input, Output};
use tornkit::workspace::{
    Durability, Patience, Purpose, Settings, TreeNames, Trouble, Undone,
    Workspace, absolute_names,
};

/// Apply edit operations to a tree, each as soon as it is whole.
///
/// Reads operations as a model writes them: NDJSON, arrays or wrapper
/// objects, between prose and in fences, cut off anywhere. Prints one line
/// an operation: applied, unchanged, refused or failed. Nothing outside the
/// directory is read or written, and no file is ever half written.
///
/// Exit status: 0 everything asked for is in the tree; 1 the input was cut,
/// or an operation was refused or failed, or there was none; 2 trouble.
#[derive(Parser)]
#[command(name = "edit-apply", version, max_term_width = 80)]
struct Args {
    /// Documents to read; `-` or none is stdin
    files: Vec<OsString>,

    /// The tree to change
    #[arg(short = 'C', long, value_name = "DIR", default_value = ".")]
    directory: PathBuf,

    /// Say what would be done, and change nothing
    #[arg(short = 'n', long)]
    dry_run: bool,

    #[command(flatten)]
    wrapped: cli::Wrapped,

    /// The format of the input, or of the text that --instructions prints,
    /// instead of the one that the first unit shows
    #[arg(long, value_name = "FORMAT")]
    format: Option<FormatName>,

    /// Print results as JSON, one object a line
    #[arg(long)]
    json: bool,

    /// Print the changes as a git patch instead of results; what was not
    /// done is said on stderr
    #[arg(long, conflicts_with = "json")]
    diff: bool,

    /// Print a text for the model about what was not done, instead of
    /// results; with FILE, write it there as well as them
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true,
          default_missing_value = "-", conflicts_with = "diff")]
    feedback: Option<OsString>,

    /// Check that every file of a list was touched; what is missing is
    /// listed on stderr, and the status is 1
    #[arg(long, value_name = "FILE")]
    deliverables: Option<OsString>,

    /// Forgive line endings, blanks, one shift of indentation and typographic
    /// punctuation in anchors and old texts, where one place remains
    #[arg(long)]
    fuzzy: bool,

    /// Apply all operations of the input or none
    #[arg(long)]
    atomic: bool,

    /// Of a file's patch that is cut in a hunk, apply the hunks before it
    #[arg(long)]
    per_hunk: bool,

    /// Take the last hunk as whole although nothing follows it: the answer is
    /// known to be
    #[arg(long)]
    complete: bool,

    /// Drop this leading directory from names that have it
    #[arg(long, value_name = "PREFIX")]
    strip_root: Vec<String>,

    /// Refuse to touch files that match GLOB; `@FILE` reads globs, or the
    /// `protected_paths` of a run configuration, from FILE
    #[arg(long, value_name = "GLOB")]
    protect: Vec<String>,

    /// Let files that match GLOB be touched although they are protected by
    /// default
    #[arg(long, value_name = "GLOB")]
    allow: Vec<String>,

    /// Write results to FILE instead of stdout
    #[arg(short, long, value_name = "FILE")]
    output: Option<OsString>,

    /// Write a JSON report, a line a document, to FILE
    #[arg(long, value_name = "FILE")]
    report: Option<OsString>,

    /// Say nothing on stderr about cuts and findings
    #[arg(short, long)]
    quiet: bool,

    /// Do not wait for the disk: a power cut may lose or tear files
    #[arg(long)]
    no_fsync: bool,

    /// Fail if another edit-apply is writing, instead of waiting
    #[arg(long)]
    no_wait: bool,

    /// Print the prompt text that makes a model write operations, or what
    /// --format says
    #[arg(long, conflicts_with = "files")]
    instructions: bool,

    /// List the runs that changed the tree
    #[arg(long, conflicts_with = "files")]
    log: bool,

    /// Take a run back: the last one, or RUN
    #[arg(long, value_name = "RUN", num_args = 0..=1, require_equals = true,
          conflicts_with_all = ["files", "log", "dry_run"])]
    rollback: Option<Option<String>>,

    /// Only take back what a killed run left half done
    #[arg(long, conflicts_with_all = ["files", "log", "rollback", "dry_run"])]
    recover: bool,

    /// Judge files instead of applying answers: what no finished file has,
    /// such as placeholders, fences around it, conflict markers, NUL bytes
    /// and thinking tags, is said, and the status is 1
    #[arg(long, conflicts_with_all = [
        "directory", "dry_run", "from", "answer", "format", "diff",
        "feedback", "deliverables", "fuzzy", "atomic", "per_hunk",
        "complete", "strip_root", "protect", "allow", "output", "no_fsync",
        "no_wait", "instructions", "log", "rollback", "recover",
    ])]
    check: bool,
}

fn main() -> ExitCode {
    cli::run("edit-apply", |args: Args, diagnostics| {
        run(&args, diagnostics).or_else(|why| {
            let trouble = why.downcast_ref::<Trouble>();
            if !trouble.is_some_and(Trouble::is_damaged_state) {
                return Err(why);
            }
            diagnostics.say(&cli::describe(&why));
            let away = format!("{STATE_DIR}.damaged");
            diagnostics.hint(&format!(
                "mv {} {}",
                quoted(&args.directory.join(STATE_DIR)),
                quoted(&args.directory.join(away))
            ));
            Ok(Status::Trouble)
        })
    })
}

fn run(args: &Args, diagnostics: Diagnostics) -> Result<Status, Error> {
    args.check_files()?;
    if args.check {
        return check::run(args, diagnostics);
    }
    let mut out = match &args.output {
        Some(file) => Output::file(file)?,
        None => Output::stdout(),
    };
    let status = if args.instructions {
        let format = args.format().unwrap_or(Format::Ops);
        out.write(format.instructions().as_bytes())?;
        Status::Complete
    } else if args.log {
        print_log(args, &mut out)?
    } else if let Some(run) = &args.rollback {
        roll_back(args, run.as_deref(), &mut out, diagnostics)?
    } else if args.recover {
        recover(args, diagnostics)?
    } else {
        return session::run(args, out, diagnostics);
    };
    out.finish()?;
    Ok(status)
}

/// A format as it is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FormatName {
    Ops,
    Diff,
    #[value(name = "v4a")]
    V4a,
    SearchReplace,
    WholeFile,
}

/// What stdout carries; never two of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shown {
    /// A line of text an operation.
    Lines,
    /// A JSON object an operation.
    Records,
    /// The changes.
    Patch,
    /// A text for the model.
    Feedback,
}

impl Args {
    fn settings(&self) -> Settings {
        Settings {
            purpose: if self.dry_run { Purpose::Look } else { Purpose::Change },
            durability: match self.no_fsync {
                true => Durability::None,
                false => Durability::Power,
            },
            matching: match self.fuzzy {
                true => Matching::Fuzzy,
                false => Matching::Exact,
            },
            patience: match self.no_wait {
                true => Patience::GiveUp,
                false => Patience::Wait,
            },
        }
    }

    /// The format that the input is said to have.
    fn format(&self) -> Option<Format> {
        Some(match self.format? {
            FormatName::Ops => Format::Ops,
            FormatName::Diff => Format::Diff,
            FormatName::V4a => Format::V4a,
            FormatName::SearchReplace => Format::SearchReplace,
            FormatName::WholeFile => Format::WholeFile,
        })
    }

    /// Whether each hunk is done before the next one is seen. With `--atomic`
    /// none is done before the input has ended.
    fn does_each_hunk(&self) -> bool {
        self.per_hunk && !self.atomic
    }

    /// Whether stdout says something of each operation at once.
    fn speaks_of_each(&self) -> bool {
        let each = matches!(self.shown(), Shown::Lines | Shown::Records);
        each && self.output.is_none() && !self.atomic
    }

    /// No file may be two outputs, or an output and an input.
    fn check_files(&self) -> Result<(), Clash> {
        let mut names = stream::Names::default();
        names.output("-o", self.output.as_deref())?;
        if let Some(file) = &self.report {
            names.output("--report", Some(file))?;
        }
        if let Some(file) = &self.feedback
            && self.shown() != Shown::Feedback
        {
            names.output("--feedback", Some(file))?;
        }
        names.inputs(self.deliverables.as_slice())?;
        let other = self.instructions || self.log;
        if other || self.rollback.is_some() || self.recover {
            return Ok(());
        }
        names.inputs(&cli::operands(self.files.clone()))
    }

    /// The files that this run writes beside its operations, as globs, where
    /// they stand below the root.
    fn outputs_in_tree(&self) -> Vec<String> {
        let Ok(root) = self.directory.canonicalize() else { return Vec::new() };
        let outputs = [&self.output, &self.report, &self.feedback];
        let outputs = outputs.into_iter().flatten().map(Path::new);
        let below = |file: &Path| {
            let dir = match file.parent() {
                Some(dir) if dir != Path::new("") => dir.canonicalize().ok()?,
                _ => Path::new(".").canonicalize().ok()?,
            };
            let file = dir.join(file.file_name()?);
            let name = file.strip_prefix(&root).ok()?.to_str()?;
            Some(format!("/{}", globset::escape(name)))
        };
        outputs.filter_map(below).collect()
    }

    /// How the input is read.
    fn manner(&self, names: &Names) -> Result<Manner, Trouble> {
        Ok(Manner {
            wrapped: self.wrapped,
            scope: self.format().map_or(Scope::All, Scope::Only),
            names: names.clone(),
            known: Arc::new(TreeNames::open(&self.directory)?),
        })
    }

    /// A command on the same tree that can be pasted.
    fn command(&self, what: &str) -> String {
        if self.directory.as_os_str() == "." {
            return format!("edit-apply {what}");
        }
        format!("edit-apply -C {} {what}", quoted(&self.directory))
    }

    /// What stdout carries.
    fn shown(&self) -> Shown {
        if self.diff {
            Shown::Patch
        } else if self.feedback.as_deref() == Some("-".as_ref()) {
            Shown::Feedback
        } else if self.json {
            Shown::Records
        } else {
            Shown::Lines
        }
    }

    fn workspace(&self) -> Result<Workspace, Trouble> {
        Workspace::open(&self.directory, self.settings())
    }

    /// What may not be touched.
    fn policy(&self) -> Result<Policy, Error> {
        let mut forbidden = Vec::new();
        for glob in &self.protect {
            match glob.strip_prefix('@') {
                None => forbidden.push(glob.clone()),
                Some(file) => {
                    let text = Input::open(file.as_ref())?.read_to_end()?;
                    let text = String::from_utf8_lossy(&text);
                    forbidden.extend(globs_of(&text));
                }
            }
        }
        forbidden.extend(self.outputs_in_tree());
        Ok(Policy::new(&forbidden, &self.allow)?)
    }

    /// How names are read: the root's own name, as given and in full, and
    /// what the user says are dropped from their front.
    fn names(&self) -> Names {
        let roots = absolute_names(&self.directory).into_iter();
        let stripped = self.strip_root.iter().cloned();
        Names { prefixes: roots.chain(stripped).collect(), ..Names::default() }
    }
}

/// A name as a word of a shell.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let is_plain =
        |c: char| c.is_ascii_alphanumeric() || "/._-+,@%".contains(c);
    match text.chars().all(is_plain) {
        true => text,
        false => format!("'{}'", text.replace('\'', "'\\''")),
    }
}

fn print_log(args: &Args, out: &mut Output) -> Result<Status, Error> {
    let settings = Settings { purpose: Purpose::Look, ..args.settings() };
    for run in Workspace::open(&args.directory, settings)?.runs()? {
        if args.json {
            out.write_line(report::json_line(&run).as_bytes())?;
            continue;
        }
        let mark = match (&run.undoes, run.undone) {
            (Some(undone), _) => format!(" took back {undone}"),
            (None, true) => " taken back".to_owned(),
            (None, false) => String::new(),
        };
        let files = run.files.into_iter().collect::<Vec<_>>().join(" ");
        let line = format!("{}{mark} {} {files}", run.run, run.operations);
        out.write_line(printable(&line).as_bytes())?;
    }
    Ok(Status::Complete)
}

fn roll_back(
    args: &Args,
    wanted: Option<&str>,
    out: &mut Output,
    diagnostics: Diagnostics,
) -> Result<Status, Error> {
    let interrupt = Interrupt::catch()?;
    let mut workspace = interrupt.wait_in(|| args.workspace())?;
    if workspace.has_state()? {
        interrupt.wait_in(|| workspace.wait_for_turn())?;
    }
    let undone = workspace.roll_back(wanted);
    interrupt.obey();
    let mut say = |line: String| out.write_line(printable(&line).as_bytes());
    match undone? {
        Undone::Restored { files, removed, .. } => {
            for file in files {
                say(format!("restored {file}"))?;
            }
            for file in removed {
                say(format!("removed {file}"))?;
            }
            Ok(Status::Complete)
        }
        Undone::ChangedSince { run, files } => {
            for file in files {
                say(format!("refused {file}: changed since {run}"))?;
            }
            Ok(Status::Incomplete)
        }
        Undone::NoSuchRun => {
            diagnostics.say("cannot roll back: no such run is kept");
            diagnostics.hint(&args.command("--log"));
            Ok(Status::Incomplete)
        }
    }
}

fn recover(args: &Args, diagnostics: Diagnostics) -> Result<Status, Error> {
    let settings = Settings { purpose: Purpose::Look, ..args.settings() };
    let mut workspace = Workspace::open(&args.directory, settings)?;
    if let Some(run) = workspace.recover()?
        && !args.quiet
    {
        diagnostics.say(&format!("took back the unfinished part of {run}"));
    }
    Ok(Status::Complete)
}
