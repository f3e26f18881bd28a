//! Where phases come from, and what predicts their size: the arguments that
//! `estimate` and `batch` share.

use std::collections::HashSet;
use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::{Context, Error, bail};

use tornkit::budget::calibration::Correction;
use tornkit::budget::category::Complexity;
use tornkit::budget::choose::{FLOOR, Limits};
use tornkit::budget::document::{self, Document, Unread};
use tornkit::budget::estimate::{Estimate, Quantile};
use tornkit::budget::family::ModelFactor;
use tornkit::budget::model::{self, Format};
use tornkit::budget::phase::Phase;
use tornkit::budget::seed;
use tornkit::budget::tree::Tree;
use tornkit::cli::{self, Diagnostics};
use tornkit::span::Status;
use tornkit::stream::Input;

use crate::calibrate;

/// Phases, and what predicts their size.
#[derive(clap::Args, PartialEq)]
pub(crate) struct SourceArgs {
    /// Lists or run configurations; `-` or none is standard input.
    #[arg(value_name = "FILE")]
    files: Vec<OsString>,

    /// Look only at this phase of a run configuration.
    #[arg(long, value_name = "ID")]
    phase: Option<String>,

    /// The category of phases that name none (backend, frontend, docs, ...).
    #[arg(long, value_name = "NAME")]
    category: Option<String>,

    /// The complexity of phases that name none.
    #[arg(long, value_enum)]
    complexity: Option<Complexity>,

    /// Find the sizes of files in this tree.
    #[arg(short = 'C', long, value_name = "DIR")]
    pub(crate) directory: Option<PathBuf>,

    /// The rules that predict.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) policy: Policy,

    /// How the answer is written.
    #[arg(long, value_enum, default_value_t)]
    format: Format,

    /// Tokens of the model for each of o200k: a number, or the approximate
    /// one of a family (openai, llama, qwen, deepseek, mistral, claude,
    /// gemini).
    #[arg(long, value_name = "FACTOR", default_value = "1")]
    model_factor: ModelFactor,

    /// The model that will answer, as telemetry calls it.
    #[arg(long, value_name = "NAME")]
    model: Option<String>,

    /// What `calibrate` learned; DIR/.tokest/calibration.json with -C.
    #[arg(long, value_name = "FILE")]
    calibration: Option<PathBuf>,
}

/// What a budget is held to.
#[derive(clap::Args, PartialEq)]
pub(crate) struct LimitArgs {
    /// The quantile that the budget covers.
    #[arg(long, value_enum, default_value_t)]
    quantile: Quantile,

    /// A cut answer is generated anew from the start: cover p95.
    #[arg(long, conflicts_with = "quantile")]
    restart: bool,

    /// The largest budget there is, in tokens.
    #[arg(long, value_name = "N", default_value_t = seed::CAP)]
    pub(crate) cap: u64,

    /// The smallest budget, in tokens.
    #[arg(long, value_name = "N", default_value_t = FLOOR)]
    floor: u64,
}

impl LimitArgs {
    pub(crate) fn limits(&self) -> Limits {
        let Self { quantile, cap, floor, restart } = *self;
        let quantile = if restart { Quantile::P95 } else { quantile };
        Limits { quantile, floor, cap }
    }
}

/// The rules that predict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Policy {
    /// The size model, which knows sizes and uncertainty.
    #[default]
    Model,
    /// A fixed number of tokens a deliverable, as the plan has it.
    Seed,
}

impl Policy {
    /// Its name in records.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Model => "model",
            Self::Seed => "seed",
        }
    }
}

/// What the operands and options come to.
pub(crate) struct Source {
    /// At least one, unless the input is empty or trouble.
    pub(crate) phases: Vec<Phase>,
    /// Names of all phases, those that were not asked for included.
    pub(crate) known: HashSet<String>,
    /// Whether everything was understood.
    pub(crate) status: Status,
    /// What the predictions are multiplied by.
    pub(crate) factors: Factors,
}

/// What predictions are multiplied by.
#[derive(Clone, Copy)]
pub(crate) struct Factors {
    /// For the model's own tokens.
    tokens: f64,
    /// For what was learned.
    pub(crate) learned: Correction,
}

/// What an input without a byte means.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum EmptyInput {
    /// Nothing is asked for.
    Fine,
    /// An answer is expected all the same.
    Trouble,
}

/// Every operand's phases, with the defaults of the command line and the
/// sizes of the tree. Says what is no deliverable.
pub(crate) fn read(
    args: &SourceArgs,
    empty: EmptyInput,
    diagnostics: Diagnostics,
) -> Result<Source, Error> {
    let mut phases = Vec::new();
    let mut status = Status::Complete;
    for operand in cli::operands(args.files.clone()) {
        let mut input = Input::open(&operand)?;
        let bytes = input.read_to_end()?;
        let document = document::read(&bytes);
        let name = input.name();
        say_unread(&document.unread, name, diagnostics);
        status = status.worst(verdict(&document));
        let nothing = bytes.is_empty() && empty == EmptyInput::Fine;
        if document.phases.is_empty() && !nothing {
            diagnostics.say(&format!(
                "cannot estimate '{}': it names no deliverable",
                cli::printable(name)
            ));
            diagnostics.hint("tokest count");
            status = Status::Trouble;
        }
        phases.extend(document.phases);
    }
    for phase in &mut phases {
        complete(phase, args, diagnostics);
    }
    let known = phases.iter().filter_map(|p| p.id.clone()).collect();
    if let Some(id) = args.phase.as_ref().filter(|_| !phases.is_empty()) {
        phases = chosen(phases, id)?;
    }
    measure(&mut phases, args)?;
    Ok(Source { phases, known, status, factors: factors(args)? })
}

fn factors(args: &SourceArgs) -> Result<Factors, Error> {
    let usual = args.directory.as_deref().map(calibrate::place);
    let calibration = match (&args.calibration, usual) {
        (Some(file), _) => {
            let name = file.display();
            let missing = || format!("cannot read calibration '{name}'");
            Some(calibrate::read(file)?.with_context(missing)?)
        }
        (None, Some(file)) => calibrate::read(&file)?,
        (None, None) => None,
    };
    let model = args.model.as_deref();
    let format = args.format.name();
    let learned =
        calibration.map_or(Correction::NONE, |c| c.correction(model, format));
    Ok(Factors { tokens: args.model_factor.0, learned })
}

/// Adds the sizes of the tree.
fn measure(phases: &mut [Phase], args: &SourceArgs) -> Result<(), Error> {
    let Some(directory) = &args.directory else { return Ok(()) };
    let tree = Tree::read(directory)
        .with_context(|| format!("cannot read '{}'", directory.display()))?;
    for phase in phases {
        tree.complete(phase);
    }
    Ok(())
}

/// What the chosen rules expect of a phase.
pub(crate) fn predict(
    phase: &Phase,
    args: &SourceArgs,
    factors: Factors,
) -> Estimate {
    match args.policy {
        Policy::Seed => Estimate::seed(phase),
        Policy::Model => {
            let mut estimate = model::predict(phase, args.format);
            let total = factors.learned.apply(estimate.total);
            estimate.total = total.scaled(factors.tokens);
            estimate
        }
    }
}

fn verdict(document: &Document) -> Status {
    match document.unread.as_slice() {
        [] => Status::Complete,
        _ => Status::Incomplete,
    }
}

fn say_unread(unread: &[Unread], name: &str, diagnostics: Diagnostics) {
    for Unread { line, byte, text } in unread {
        let text = cli::printable(text);
        diagnostics.say(&format!(
            "cannot read a deliverable from '{text}': it names no file \
             ({name}:{line}, byte {byte})"
        ));
    }
}

/// Gives a phase what the command line says of all.
fn complete(phase: &mut Phase, args: &SourceArgs, diagnostics: Diagnostics) {
    if let (None, Some(name)) = (phase.category, &args.category) {
        phase.set_category(name);
    }
    phase.complexity = phase.complexity.or(args.complexity);
    for word in &phase.unknown {
        diagnostics.remark(&format!("cannot use {word}: it is not known"));
    }
}

/// The phases of that name.
pub(crate) fn chosen(
    phases: Vec<Phase>,
    id: &str,
) -> Result<Vec<Phase>, Error> {
    let names = names(phases.iter());
    let found: Vec<Phase> =
        phases.into_iter().filter(|p| p.id.as_deref() == Some(id)).collect();
    if found.is_empty() {
        bail!("cannot find phase '{id}': there are {names}");
    }
    Ok(found)
}

pub(crate) fn names<'a>(phases: impl Iterator<Item = &'a Phase>) -> String {
    let quoted = phases.map(|p| format!("'{}'", cli::printable(p.name())));
    quoted.collect::<Vec<_>>().join(", ")
}
