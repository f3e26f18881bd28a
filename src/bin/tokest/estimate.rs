//! `tokest estimate`: deliverables in, expected tokens and a budget out.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::{Context, Error, bail};

use tornkit::budget::category::{Category, Complexity};
use tornkit::budget::choose::{self, FLOOR, Fit, Limits};
use tornkit::budget::deliverable::Contradiction;
use tornkit::budget::document::{self, Document, Unread};
use tornkit::budget::estimate::{Estimate, Quantile, tokens};
use tornkit::budget::family::ModelFactor;
use tornkit::budget::model::{self, Format};
use tornkit::budget::phase::Phase;
use tornkit::budget::seed;
use tornkit::budget::tree::Tree;
use tornkit::cli::{self, Diagnostics};
use tornkit::report::estimate::{DeliverableLine, EstimateLine};
use tornkit::span::Status;
use tornkit::stream::{Input, Output};

use crate::Style;

/// Predict the tokens of deliverables.
#[derive(clap::Args)]
pub(crate) struct EstimateArgs {
    /// Lists or run configurations; `-` or none is standard input.
    #[arg(value_name = "FILE")]
    files: Vec<OsString>,

    /// Print only the budget, in tokens, of the one phase.
    #[arg(short, long)]
    budget: bool,

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
    directory: Option<PathBuf>,

    /// The rules that predict.
    #[arg(long, value_enum, default_value_t)]
    policy: Policy,

    /// How the answer is written.
    #[arg(long, value_enum, default_value_t)]
    format: Format,

    /// Tokens of the model for each of o200k: a number, or the approximate
    /// one of a family (openai, llama, qwen, deepseek, mistral, claude,
    /// gemini).
    #[arg(long, value_name = "FACTOR", default_value = "1")]
    model_factor: ModelFactor,

    #[command(flatten)]
    limits: LimitArgs,
}

/// What a budget is held to.
#[derive(clap::Args)]
pub(crate) struct LimitArgs {
    /// The quantile that the budget covers.
    #[arg(long, value_enum, default_value_t)]
    quantile: Quantile,

    /// A cut answer is generated anew from the start: cover p95.
    #[arg(long, conflicts_with = "quantile")]
    restart: bool,

    /// The largest budget there is, in tokens.
    #[arg(long, value_name = "N", default_value_t = seed::CAP)]
    cap: u64,

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
enum Policy {
    /// The size model, which knows sizes and uncertainty.
    #[default]
    Model,
    /// A fixed number of tokens a deliverable, as the plan has it.
    Seed,
}

impl Policy {
    fn name(self) -> &'static str {
        match self {
            Self::Model => "model",
            Self::Seed => "seed",
        }
    }
}

/// A phase with what is expected of it.
struct Judged {
    phase: Phase,
    estimate: Estimate,
    budget: u64,
    fit: Fit,
}

pub(crate) fn run(
    args: EstimateArgs,
    style: Style,
    diagnostics: Diagnostics,
) -> Result<Status, Error> {
    let (mut phases, mut status) = read(&args, diagnostics)?;
    if phases.is_empty() {
        return Ok(status);
    }
    if let Some(id) = &args.phase {
        phases = chosen(phases, id)?;
    }
    if let Some(directory) = &args.directory {
        let tree = Tree::read(directory).with_context(|| {
            format!("cannot read '{}'", directory.display())
        })?;
        for phase in &mut phases {
            tree.complete(phase);
        }
    }
    let judged: Vec<Judged> =
        phases.into_iter().map(|phase| judge(phase, &args)).collect();
    let mut out = Output::stdout();
    if args.budget {
        let one = only(&judged)?;
        out.write_line(one.budget.to_string().as_bytes())?;
        if one.fit == Fit::Over {
            status = status.worst(Status::Incomplete);
        }
    } else {
        for one in &judged {
            show(one, args.policy, style, &mut out)?;
        }
    }
    out.finish()?;
    Ok(status)
}

/// Every operand's phases, with the defaults of the command line. Says what
/// is no deliverable.
fn read(
    args: &EstimateArgs,
    diagnostics: Diagnostics,
) -> Result<(Vec<Phase>, Status), Error> {
    let mut phases = Vec::new();
    let mut status = Status::Complete;
    for operand in cli::operands(args.files.clone()) {
        let mut input = Input::open(&operand)?;
        let bytes = input.read_to_end()?;
        let document = document::read(&bytes);
        let name = input.name();
        say_unread(&document.unread, name, diagnostics);
        status = status.worst(verdict(&document));
        if document.phases.is_empty() && !(bytes.is_empty() && !args.budget) {
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
    Ok((phases, status))
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
fn complete(phase: &mut Phase, args: &EstimateArgs, diagnostics: Diagnostics) {
    if let (None, Some(name)) = (phase.category, &args.category) {
        phase.set_category(name);
    }
    phase.complexity = phase.complexity.or(args.complexity);
    for word in &phase.unknown {
        diagnostics.remark(&format!("cannot use {word}: it is not known"));
    }
}

/// The phases of that name.
fn chosen(phases: Vec<Phase>, id: &str) -> Result<Vec<Phase>, Error> {
    let names = names(phases.iter());
    let found: Vec<Phase> =
        phases.into_iter().filter(|p| p.id.as_deref() == Some(id)).collect();
    if found.is_empty() {
        bail!("cannot find phase '{id}': there are {names}");
    }
    Ok(found)
}

fn only(judged: &[Judged]) -> Result<&Judged, Error> {
    match judged {
        [one] => Ok(one),
        many => bail!(
            "cannot choose one budget for {} phases, name one with --phase: \
             {}",
            many.len(),
            names(many.iter().map(|one| &one.phase))
        ),
    }
}

fn names<'a>(phases: impl Iterator<Item = &'a Phase>) -> String {
    let quoted = phases.map(|p| format!("'{}'", cli::printable(p.name())));
    quoted.collect::<Vec<_>>().join(", ")
}

fn judge(phase: Phase, args: &EstimateArgs) -> Judged {
    let limits = args.limits.limits();
    match args.policy {
        Policy::Seed => {
            let estimate = Estimate::seed(&phase);
            let (_, fit) = choose::choose(&estimate.total, limits);
            let budget = seed::budget(&phase, limits.cap);
            Judged { phase, estimate, budget, fit }
        }
        Policy::Model => {
            let mut estimate = model::predict(&phase, args.format);
            estimate.total = estimate.total.scaled(args.model_factor.0);
            let (budget, fit) = choose::choose(&estimate.total, limits);
            Judged { phase, estimate, budget, fit }
        }
    }
}

fn show(
    one: &Judged,
    policy: Policy,
    style: Style,
    out: &mut Output,
) -> Result<(), Error> {
    let lines = lines(one);
    let total = total(one, policy, &lines);
    if style == Style::Json {
        for line in &lines {
            out.write_line(serde_json::to_string(line)?.as_bytes())?;
        }
        return Ok(out.write_line(serde_json::to_string(&total)?.as_bytes())?);
    }
    for line in &lines {
        let DeliverableLine { p50, p90, action, path, .. } = line;
        let path = cli::printable(path);
        let note = line.note.map(|n| format!("  ({n})")).unwrap_or_default();
        out.write_line(
            format!("{p50:>8} {p90:>8} {action} {path}{note}").as_bytes(),
        )?;
    }
    let EstimateLine { p50, p90, budget, .. } = total;
    let name = cli::printable(one.phase.name());
    Ok(out.write_line(
        format!("{p50:>8} {p90:>8} total {name}  budget {budget}").as_bytes(),
    )?)
}

fn lines(one: &Judged) -> Vec<DeliverableLine<'_>> {
    let total = one.estimate.total;
    let each = one.phase.deliverables.iter().zip(&one.estimate.shares);
    each.map(|(deliverable, share)| DeliverableLine {
        phase_id: one.phase.id.as_deref(),
        path: &deliverable.path,
        action: deliverable.effective_action().name(),
        kind: deliverable.kind().name(),
        p50: tokens(total.p50 * share),
        p90: tokens(total.p90 * share),
        note: deliverable.contradiction.map(Contradiction::describe),
    })
    .collect()
}

fn total<'a>(
    one: &'a Judged,
    policy: Policy,
    lines: &[DeliverableLine<'_>],
) -> EstimateLine<'a> {
    let phase = &one.phase;
    let total = one.estimate.total;
    let mut breakdown = BTreeMap::new();
    for line in lines {
        *breakdown.entry(line.kind).or_default() += line.p50;
    }
    EstimateLine {
        phase_id: phase.id.as_deref(),
        category: phase.category.map(Category::name),
        complexity: phase.complexity.map(Complexity::name),
        deliverables: phase.deliverables.len(),
        p50: tokens(total.p50),
        p80: tokens(total.p80),
        p90: tokens(total.p90),
        p95: tokens(total.p95),
        p98: tokens(total.p98),
        budget: one.budget,
        over_cap: one.fit == Fit::Over,
        policy: policy.name(),
        confidence: (one.estimate.confidence * 100.0).round() / 100.0,
        breakdown,
        notes: &phase.unknown,
    }
}
