//! `tokest calibrate`: telemetry or a repository's history in, a calibration
//! out.

use std::ffi::{OsStr, OsString};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Error, bail};
use serde::Serialize;

use tornkit::budget::calibration::{Calibration, Correction, Joiner, Source};
use tornkit::budget::encoding::{Encoding, Vocabulary};
use tornkit::budget::history::{CONTEXT, Change, FORMAT, History};
use tornkit::budget::lines::{Line, Lines};
use tornkit::budget::model::{self, Format};
use tornkit::budget::telemetry;
use tornkit::cli::{self, Diagnostics};
use tornkit::span::Status;
use tornkit::stream::{Input, Names, Output};

use crate::Style;

/// Learn how far a repository and its models are from the predictions.
///
/// From telemetry, an attempt a line; what was learned from telemetry before
/// is replaced, unless there is nothing to learn from. An answer that was cut
/// is a lower bound.
#[derive(clap::Args)]
pub(crate) struct CalibrateArgs {
    /// Telemetry; `-` or none is standard input, unless --git is given.
    #[arg(value_name = "FILE")]
    files: Vec<OsString>,

    /// Learn from the commits of this repository, those not yet seen.
    #[arg(long)]
    git: bool,

    /// The repository; here unless said.
    #[arg(short = 'C', long, value_name = "DIR")]
    pub(crate) directory: Option<PathBuf>,

    /// Keep what is learned here, not in DIR/.tokest/calibration.json.
    #[arg(long, value_name = "FILE")]
    calibration: Option<PathBuf>,

    /// Say what would be learned; write nothing.
    #[arg(short = 'n', long)]
    dry_run: bool,
}

/// Commits of a repository that has not been seen before: ten half-lives of
/// what is learned. Older ones weigh nothing.
const COMMITS: &str = "--max-count=600";

/// Commits between two words of progress.
const PROGRESS: usize = 100;

/// One entry.
#[derive(Serialize)]
#[serde(tag = "type", rename = "calibrated")]
struct CalibratedLine<'a> {
    source: &'static str,
    model: Option<&'a str>,
    format: Option<&'a str>,
    answers: u64,
    factor: f64,
    spread: f64,
}

/// Bytes that no calibration has, and a device that is given for one may.
const LARGEST: usize = 16 << 20;

/// Where a repository keeps its calibration.
pub(crate) fn place(directory: &Path) -> PathBuf {
    directory.join(".tokest").join("calibration.json")
}

/// Reads a calibration; `None` if there is no such file.
pub(crate) fn read(file: &Path) -> Result<Option<Calibration>, Error> {
    if !file.exists() {
        return Ok(None);
    }
    let name = file.display();
    let mut input = Input::open(file.as_os_str())?;
    let mut bytes = Vec::new();
    loop {
        let block = input.read_block()?;
        if block.is_empty() {
            break;
        }
        bytes.extend_from_slice(block);
        if bytes.len() > LARGEST {
            bail!("cannot read calibration '{name}': it is too large");
        }
    }
    let read = serde_json::from_slice(&bytes);
    read.with_context(|| format!("cannot read calibration '{name}'"))
}

pub(crate) fn run(
    args: &CalibrateArgs,
    style: Style,
    diagnostics: Diagnostics,
) -> Result<Status, Error> {
    let directory = args.directory.as_deref().unwrap_or(Path::new("."));
    let usual = place(directory);
    let file = args.calibration.as_deref().unwrap_or(&usual);
    if !args.dry_run {
        let mut names = Names::default();
        names.output("--calibration", Some(file.as_os_str()))?;
        names.inputs(&args.files)?;
    }
    let mut calibration = read(file)?.unwrap_or_default();
    let mut status = Status::Complete;
    let mut learned = Learned::Nothing;
    if args.git {
        learn_history(&mut calibration, directory, diagnostics)?;
        learned = Learned::Something;
    }
    if !args.git || !args.files.is_empty() {
        let (end, what) = learn_telemetry(&mut calibration, args, diagnostics)?;
        status = end;
        learned = learned.max(what);
    }
    let mut out = Output::stdout();
    show(&calibration, style, &mut out)?;
    out.finish()?;
    if !args.dry_run && learned == Learned::Something {
        if args.calibration.is_none() {
            prepare(directory)?;
        }
        write(&calibration, file.as_os_str())?;
    }
    Ok(status)
}

/// Whether there is anything new to keep.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Learned {
    Nothing,
    Something,
}

fn write(calibration: &Calibration, file: &OsStr) -> Result<(), Error> {
    let mut out = Output::file(file)?;
    out.write_line(&serde_json::to_vec(calibration)?)?;
    Ok(out.finish()?)
}

/// Makes the directory of the repository's own state, which git ignores.
fn prepare(directory: &Path) -> Result<(), Error> {
    let state = directory.join(".tokest");
    if state.is_dir() {
        return Ok(());
    }
    #[expect(clippy::disallowed_methods, reason = "our own state directory")]
    std::fs::create_dir(&state)
        .with_context(|| format!("cannot create '{}'", state.display()))?;
    let mut ignore = Output::file(state.join(".gitignore").as_os_str())?;
    ignore.write_line(b"*")?;
    Ok(ignore.finish()?)
}

/// Puts what telemetry teaches in the place of what it taught before, unless
/// it teaches nothing.
fn learn_telemetry(
    calibration: &mut Calibration,
    args: &CalibrateArgs,
    diagnostics: Diagnostics,
) -> Result<(Status, Learned), Error> {
    let mut anew = calibration.clone();
    anew.forget(Source::Telemetry);
    let mut joiner = Joiner::default();
    let mut status = Status::Complete;
    let mut empty = true;
    for operand in cli::operands(args.files.clone()) {
        let mut input = Input::open(&operand)?;
        let name = cli::printable(input.name());
        let unread = telemetry::each(
            |feed| loop {
                let block = input.read_block()?;
                if block.is_empty() {
                    return Ok::<(), Error>(());
                }
                empty = false;
                feed(block);
            },
            |call| joiner.add(call, &mut anew),
        )?;
        status = status.worst(crate::score::say(&unread, &name, diagnostics));
    }
    joiner.finish(&mut anew);
    if anew.entries.iter().any(|entry| entry.source == Source::Telemetry) {
        *calibration = anew;
        return Ok((status, Learned::Something));
    }
    if !empty {
        status = status.worst(Status::Incomplete);
        diagnostics.say(
            "cannot learn from telemetry: no attempt in it has both an \
             estimate and its output tokens",
        );
    }
    Ok((status, Learned::Nothing))
}

/// Learns from every commit since the last one learned from; from all of
/// them if that one is gone.
fn learn_history(
    calibration: &mut Calibration,
    directory: &Path,
    diagnostics: Diagnostics,
) -> Result<(), Error> {
    let head = git(directory, &["rev-parse", "HEAD"])?;
    let head = head.trim().to_owned();
    let known = calibration.head.clone().filter(|seen| {
        git(directory, &["merge-base", "--is-ancestor", seen, "HEAD"]).is_ok()
    });
    if known.is_none() {
        calibration.forget(Source::Git);
    }
    let range = known.as_ref().map(|seen| format!("{seen}..HEAD"));
    let range = range.as_deref().unwrap_or("HEAD");
    let list = ["rev-list", "--reverse", "--no-merges", COMMITS, range];
    let commits = git(directory, &list)?;
    let mut history = History::default();
    let base = known.or_else(|| {
        let first = commits.lines().next()?;
        let parent = format!("{first}^");
        git(directory, &["rev-parse", "--verify", "-q", &parent]).ok()
    });
    if let Some(base) = base {
        read_tree(directory, base.trim(), &mut history)?;
    }
    let vocabulary = Encoding::O200k
        .load()
        .context("cannot count tokens: no vocabulary in this build")?;
    let total = commits.lines().count();
    let mut learned = 0;
    let mut learn = |change: Change| {
        learn_change(calibration, &change, vocabulary);
        learned += 1;
        if learned % PROGRESS == 0 {
            diagnostics
                .remark(&format!("learned from {learned} of {total} commits"));
        }
    };
    read_changes(directory, commits, &mut history, &mut learn)?;
    calibration.head = Some(head);
    Ok(())
}

fn learn_change(
    calibration: &mut Calibration,
    change: &Change,
    vocabulary: Vocabulary,
) {
    let predicted = model::predict(&change.phase, Format::Ops).total.p50;
    let tokens = vocabulary.count(change.operations.as_bytes());
    let residual = (tokens as f64 / predicted).ln();
    calibration.shift(Source::Git, None, None).learn(residual);
}

/// The files of a commit's tree and their sizes.
fn read_tree(
    directory: &Path,
    commit: &str,
    history: &mut History,
) -> Result<(), Error> {
    let tree = git(directory, &["ls-tree", "-r", "-l", "-z", commit])?;
    for entry in tree.split('\0') {
        // MODE TYPE OBJECT SIZE<TAB>PATH
        let Some((facts, path)) = entry.split_once('\t') else { continue };
        let size = facts.split_whitespace().nth(3);
        if let Some(bytes) = size.and_then(|s| s.parse().ok()) {
            history.add_file(path, bytes);
        }
    }
    Ok(())
}

fn read_changes(
    directory: &Path,
    commits: String,
    history: &mut History,
    learn: &mut impl FnMut(Change),
) -> Result<(), Error> {
    let mut child = git_command(directory)
        .args(["diff-tree", "--stdin", "-r", "--root", "-M", "--raw", "-p"])
        .args(["--no-color", "--no-ext-diff", "--no-textconv"])
        .args(["--src-prefix=a/", "--dst-prefix=b/", CONTEXT, FORMAT])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot run git")?;
    let feeder = feed(&mut child, commits)?;
    let mut stdout = child.stdout.take().context("cannot read from git")?;
    let mut lines = Lines::default();
    let mut sink = |_, line: Line<'_>| {
        if let Line::Whole(text) = line
            && let Some(change) = history.line(text)
        {
            learn(change);
        }
    };
    let mut block = vec![0; 64 * 1024];
    loop {
        let read = stdout.read(&mut block).context("cannot read from git")?;
        if read == 0 {
            break;
        }
        lines.feed(block.get(..read).unwrap_or_default(), &mut sink);
    }
    lines.finish(&mut sink);
    if let Some(change) = history.finish() {
        learn(change);
    }
    let status = child.wait().context("cannot wait for git")?;
    let fed = feeder.join();
    if !status.success() || !matches!(fed, Ok(Ok(()))) {
        bail!("cannot read commits: git diff-tree failed");
    }
    Ok(())
}

type Feeder = std::thread::JoinHandle<std::io::Result<()>>;

/// Writes the list of commits beside the reading of their diffs: both pipes
/// are smaller than what goes through them.
fn feed(child: &mut Child, commits: String) -> Result<Feeder, Error> {
    let mut stdin = child.stdin.take().context("cannot write to git")?;
    let feed = move || stdin.write_all(commits.as_bytes());
    Ok(std::thread::spawn(feed))
}

fn git_command(directory: &Path) -> Command {
    let mut command = Command::new("git");
    command.arg("-C").arg(directory);
    command.args(["-c", "core.quotePath=false"]);
    command
}

/// What git prints, or what it complains of.
fn git(directory: &Path, args: &[&str]) -> Result<String, Error> {
    let output = git_command(directory)
        .args(args)
        .stdin(Stdio::null())
        .output()
        .context("cannot run git")?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let said = said.lines().next().unwrap_or("it says nothing");
        bail!(
            "cannot read the history of '{}': {}",
            directory.display(),
            cli::printable(said)
        );
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn show(
    calibration: &Calibration,
    style: Style,
    out: &mut Output,
) -> Result<(), Error> {
    for entry in &calibration.entries {
        let (model, format) = (entry.model.as_deref(), entry.format.as_deref());
        let Correction { factor, spread } = entry.correction();
        let line = match style {
            Style::Json => serde_json::to_string(&CalibratedLine {
                source: entry.source.name(),
                model,
                format,
                answers: entry.shift.answers,
                factor,
                spread,
            })?,
            Style::Table => format!(
                "{:>8} x{factor:.3} ^{spread:.2} {} {} {}",
                entry.shift.answers,
                entry.source.name(),
                cli::printable(model.unwrap_or("-")),
                cli::printable(format.unwrap_or("-")),
            ),
        };
        out.write_line(line.as_bytes())?;
    }
    Ok(())
}
