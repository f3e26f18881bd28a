//! `tokest batch`: phases in, batches that fit the cap out, ready for a loop.

use anyhow::Error;

use tornkit::budget::action::Action;
use tornkit::budget::batch::{self, ALIGNMENT_TOKENS, Batch, Limit, Size};
use tornkit::budget::category::{Category, Complexity};
use tornkit::budget::choose;
use tornkit::budget::deliverable::Deliverable;
use tornkit::budget::estimate::tokens;
use tornkit::budget::kind::Kind;
use tornkit::budget::order;
use tornkit::budget::phase::Phase;
use tornkit::cli::{self, Diagnostics};
use tornkit::report::batch::{BatchLine, FileLine};
use tornkit::span::Status;
use tornkit::stream::Output;

use crate::source::{self, EmptyInput, Factors, LimitArgs, SourceArgs};

/// Cut phases into batches that fit the cap, one JSON object a line.
///
/// What others build on comes first: types, configuration and migrations,
/// then the core, then what the outside calls, then tests and documentation.
#[derive(clap::Args)]
pub(crate) struct BatchArgs {
    #[command(flatten)]
    pub(crate) source: SourceArgs,

    /// Cut each phase into at least this many batches: for a batch that was
    /// cut all the same.
    #[arg(long, value_name = "N", default_value_t = 1)]
    parts: usize,

    #[command(flatten)]
    limits: LimitArgs,
}

pub(crate) fn run(
    args: &BatchArgs,
    diagnostics: Diagnostics,
) -> Result<Status, Error> {
    let source = source::read(&args.source, EmptyInput::Fine, diagnostics)?;
    let phases = source.phases;
    let mut status = source.status;
    let order = order::order(&phases)?;
    status = status.worst(say_missing(&phases, diagnostics));
    let split: Vec<Vec<Batch>> =
        phases.iter().map(|p| split(p, args, source.factors)).collect();
    let mut out = Output::stdout();
    for index in order {
        let (Some(phase), Some(batches)) =
            (phases.get(index), split.get(index))
        else {
            continue;
        };
        let before = dependencies(phase, &phases, &split);
        for line in lines(phase, batches, &before, args) {
            out.write_line(serde_json::to_string(&line)?.as_bytes())?;
        }
        for batch in batches.iter().filter(|b| b.size == Size::TooLarge) {
            say_too_large(batch, diagnostics);
            status = status.worst(Status::Incomplete);
        }
    }
    out.finish()?;
    Ok(status)
}

fn split(phase: &Phase, args: &BatchArgs, factors: Factors) -> Vec<Batch> {
    let predict = |part: &Phase| source::predict(part, &args.source, factors);
    let limit = Limit::new(&predict(phase), args.limits.cap, args.parts);
    batch::split(phase, limit, &predict)
}

fn say_missing(phases: &[Phase], diagnostics: Diagnostics) -> Status {
    let mut status = Status::Complete;
    for phase in phases {
        for name in &phase.dependencies {
            if phases.len() > 1 && order::find(phases, name).is_none() {
                status = Status::Incomplete;
                diagnostics.say(&format!(
                    "cannot find phase '{}' that '{}' depends on",
                    cli::printable(name),
                    cli::printable(phase.name())
                ));
            }
        }
    }
    status
}

fn say_too_large(batch: &Batch, diagnostics: Diagnostics) {
    let file = batch.phase.deliverables.first();
    let path = file.map_or("", |file| &file.path);
    diagnostics.say(&format!(
        "cannot cut '{}' further: {} tokens at the 80th percentile",
        cli::printable(path),
        tokens(batch.estimate.total.p80)
    ));
}

/// The number of lines a phase's batches make: one more where they have to
/// be aligned.
fn count(batches: &[Batch]) -> usize {
    if batches.len() > 1 { batches.len() + 1 } else { batches.len() }
}

/// A batch's own name.
fn name(phase: &Phase, number: usize) -> String {
    match &phase.id {
        Some(id) => format!("{id}/{number}"),
        None => format!("batch/{number}"),
    }
}

/// The last batches of the phases that a phase depends on; a name that no
/// phase here has is passed on.
fn dependencies(
    phase: &Phase,
    phases: &[Phase],
    split: &[Vec<Batch>],
) -> Vec<String> {
    let last = |id: &String| {
        let index = order::find(phases, id)?;
        Some(name(phases.get(index)?, count(split.get(index)?)))
    };
    let names = phase.dependencies.iter();
    names.map(|id| last(id).unwrap_or_else(|| id.clone())).collect()
}

fn lines<'a>(
    phase: &'a Phase,
    batches: &'a [Batch],
    before: &[String],
    args: &BatchArgs,
) -> Vec<BatchLine<'a>> {
    let count = count(batches);
    let mut lines: Vec<BatchLine<'a>> = Vec::new();
    for (index, batch) in batches.iter().enumerate() {
        let total = &batch.estimate.total;
        let (budget, _) = choose::choose(total, args.limits.limits());
        let dependencies = match lines.last() {
            Some(previous) => vec![previous.phase_id.clone()],
            None => before.to_vec(),
        };
        let files = batch.phase.deliverables.iter();
        lines.push(BatchLine {
            layer: batch.layer.name(),
            deliverables: files
                .map(|d| file(d, d.effective_action()))
                .collect(),
            p50: tokens(total.p50),
            p80: tokens(total.p80),
            p90: tokens(total.p90),
            budget,
            too_large: batch.size == Size::TooLarge,
            ..line(phase, index + 1, count, dependencies)
        });
    }
    if count > batches.len() {
        let all = lines.iter().map(|line| line.phase_id.clone()).collect();
        lines.push(alignment(phase, count, all, args.limits.cap));
    }
    lines
}

fn line(
    phase: &Phase,
    number: usize,
    count: usize,
    dependencies: Vec<String>,
) -> BatchLine<'_> {
    BatchLine {
        phase_id: name(phase, number),
        of: phase.id.as_deref(),
        batch: number,
        batches: count,
        layer: "alignment",
        task_category: phase.category.map(Category::name),
        complexity: phase.complexity.map(Complexity::name),
        dependencies,
        deliverables: Vec::new(),
        protected_paths: &phase.protected_paths,
        p50: 0,
        p80: 0,
        p90: 0,
        budget: 0,
        too_large: false,
    }
}

/// A small pass over everything that can disagree between batches.
fn alignment(
    phase: &Phase,
    count: usize,
    all: Vec<String>,
    cap: u64,
) -> BatchLine<'_> {
    let written = phase.deliverables.iter().filter(|file| {
        matches!(file.effective_action(), Action::Create | Action::Modify)
            && file.kind() != Kind::Doc
    });
    let budget = ALIGNMENT_TOKENS.min(cap);
    BatchLine {
        deliverables: written.map(|d| file(d, Action::Modify)).collect(),
        p50: budget,
        p80: budget,
        p90: budget,
        budget,
        ..line(phase, count, count, all)
    }
}

fn file(deliverable: &Deliverable, action: Action) -> FileLine<'_> {
    FileLine {
        path: &deliverable.path,
        action: action.name(),
        said: deliverable.said.as_deref(),
        bytes: deliverable.sizes.existing,
        sibling_bytes: deliverable.sizes.sibling,
        extension_bytes: deliverable.sizes.extension,
    }
}
