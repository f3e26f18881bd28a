//! `tokest batch`: phases in, batches that fit the cap out, ready for a loop.

use std::collections::HashSet;

use anyhow::Error;

use tornkit::budget::action::Action;
use tornkit::budget::batch::{self, ALIGNMENT_TOKENS, Batch, Limit, Size};
use tornkit::budget::category::{Category, Complexity};
use tornkit::budget::choose;
use tornkit::budget::deliverable::Deliverable;
use tornkit::budget::estimate::tokens;
use tornkit::budget::kind::Kind;
use tornkit::budget::order::{self, Names};
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
    let ids = Names::of(&phases)?;
    let order = order::order(&phases, &ids)?;
    status = status.worst(say_missing(&phases, &source.known, diagnostics));
    let plan = Plan {
        phases: &phases,
        ids: &ids,
        names: names(&phases, &ids),
        split: phases.iter().map(|p| split(p, args, source.factors)).collect(),
    };
    let mut out = Output::stdout();
    for index in order {
        let Some(named) = plan.at(index) else { continue };
        for line in lines(&named, &plan.before(&named), args) {
            out.write_line(serde_json::to_string(&line)?.as_bytes())?;
        }
        let batches = named.batches.iter();
        for batch in batches.filter(|b| b.size == Size::TooLarge) {
            say_too_large(batch, diagnostics);
            status = status.worst(Status::Incomplete);
        }
    }
    out.finish()?;
    Ok(status)
}

/// Phases and what becomes of them.
struct Plan<'a> {
    phases: &'a [Phase],
    ids: &'a Names<'a>,
    /// What the batches of each phase are named after.
    names: Vec<String>,
    split: Vec<Vec<Batch>>,
}

/// One of them.
#[derive(Clone, Copy)]
struct Named<'a> {
    phase: &'a Phase,
    name: &'a str,
    batches: &'a [Batch],
}

impl Plan<'_> {
    fn at(&self, index: usize) -> Option<Named<'_>> {
        let phase = self.phases.get(index)?;
        let name = self.names.get(index)?;
        let batches = self.split.get(index)?;
        Some(Named { phase, name, batches })
    }

    /// The last batches of the phases that a phase depends on; a name that
    /// no phase here has is passed on.
    fn before(&self, named: &Named<'_>) -> Vec<String> {
        let last = |id: &String| {
            let before = self.at(self.ids.find(id)?)?;
            Some(before.batch(before.count()))
        };
        let mut seen = HashSet::new();
        let names = named.phase.dependencies.iter();
        let names = names.filter(|id| seen.insert(*id));
        names.map(|id| last(id).unwrap_or_else(|| id.clone())).collect()
    }
}

impl Named<'_> {
    /// The number of lines its batches make: one more where they have to be
    /// aligned.
    fn count(&self) -> usize {
        let batches = self.batches.len();
        if batches > 1 { batches + 1 } else { batches }
    }

    /// A batch's own name.
    fn batch(&self, number: usize) -> String {
        format!("{}/{number}", self.name)
    }
}

/// A name for each phase that no other has: a plain list gets one.
fn names(phases: &[Phase], ids: &Names<'_>) -> Vec<String> {
    let mut given = (1_u64..).map(|number| match number {
        1 => String::from(LIST),
        _ => format!("{LIST}-{number}"),
    });
    let mut free = || given.find(|name| ids.find(name).is_none());
    let name = |phase: &Phase| phase.id.clone().or_else(&mut free);
    phases.iter().map(name).map(Option::unwrap_or_default).collect()
}

/// What the batches of a list without a name are named after.
const LIST: &str = "batch";

fn split(phase: &Phase, args: &BatchArgs, factors: Factors) -> Vec<Batch> {
    let predict = |part: &Phase| source::predict(part, &args.source, factors);
    let limit = Limit::new(&predict(phase), args.limits.cap, args.parts);
    batch::split(phase, limit, &predict)
}

/// Says which dependencies no phase is called by. Those of a batch, which is
/// part of a plan, may stand elsewhere.
fn say_missing(
    phases: &[Phase],
    known: &HashSet<String>,
    diagnostics: Diagnostics,
) -> Status {
    let mut status = Status::Complete;
    for phase in phases.iter().filter(|phase| !phase.excerpt) {
        let names = phase.dependencies.iter();
        for name in names.filter(|name| !known.contains(*name)) {
            status = Status::Incomplete;
            diagnostics.say(&format!(
                "cannot find phase '{name}' that '{}' depends on",
                phase.name()
            ));
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

fn lines<'a>(
    named: &Named<'a>,
    before: &[String],
    args: &BatchArgs,
) -> Vec<BatchLine<'a>> {
    let batches = named.batches;
    let count = named.count();
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
            ..line(named, index + 1, dependencies)
        });
    }
    if count > batches.len() {
        let all = lines.iter().map(|line| line.phase_id.clone()).collect();
        lines.push(alignment(named, all, args.limits.cap));
    }
    lines
}

fn line<'a>(
    named: &Named<'a>,
    number: usize,
    dependencies: Vec<String>,
) -> BatchLine<'a> {
    let phase = named.phase;
    BatchLine {
        phase_id: named.batch(number),
        of: phase.id.as_deref(),
        batch: number,
        batches: named.count(),
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
fn alignment<'a>(
    named: &Named<'a>,
    all: Vec<String>,
    cap: u64,
) -> BatchLine<'a> {
    let written = named.phase.deliverables.iter().filter(|file| {
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
        ..line(named, named.count(), all)
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
