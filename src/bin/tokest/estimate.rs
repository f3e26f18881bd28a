//! `tokest estimate`: deliverables in, expected tokens and a budget out.

use std::collections::BTreeMap;

use anyhow::{Error, bail};

use tornkit::budget::category::{Category, Complexity};
use tornkit::budget::choose::{self, Fit, Limits};
use tornkit::budget::deliverable::Contradiction;
use tornkit::budget::estimate::{Estimate, tokens};
use tornkit::budget::phase::Phase;
use tornkit::budget::seed;
use tornkit::cli::{self, Diagnostics};
use tornkit::report::estimate::{DeliverableLine, EstimateLine};
use tornkit::span::Status;
use tornkit::stream::Output;

use crate::Style;
use crate::source::{self, EmptyInput, Factors, LimitArgs, Policy, SourceArgs};

/// Predict the tokens of deliverables.
#[derive(clap::Args, PartialEq)]
pub(crate) struct EstimateArgs {
    #[command(flatten)]
    pub(crate) source: SourceArgs,

    /// Print only the budget, in tokens, of the one phase.
    #[arg(short, long)]
    budget: bool,

    #[command(flatten)]
    limits: LimitArgs,
}

/// A phase with what is expected of it.
struct Judged {
    phase: Phase,
    estimate: Estimate,
    /// The median before calibration.
    model_p50: Option<u64>,
    budget: u64,
    fit: Fit,
}

pub(crate) fn run(
    args: EstimateArgs,
    style: Style,
    diagnostics: Diagnostics,
) -> Result<Status, Error> {
    let empty =
        if args.budget { EmptyInput::Trouble } else { EmptyInput::Fine };
    let source = source::read(&args.source, empty, diagnostics)?;
    let mut status = source.status;
    if source.phases.is_empty() {
        return Ok(status);
    }
    let phases = source.phases.into_iter();
    let judged: Vec<Judged> =
        phases.map(|p| judge(p, &args, source.factors)).collect();
    let mut out = Output::stdout();
    if args.budget {
        let one = only(&judged)?;
        out.write_line(one.budget.to_string().as_bytes())?;
    } else {
        for one in &judged {
            show(one, args.source.policy, style, &mut out)?;
        }
    }
    out.finish()?;
    let over = judged.iter().filter(|one| one.fit == Fit::Over);
    let said = over.map(|one| say_over(one, &args, diagnostics)).count();
    if said > 0 {
        diagnostics.hint("tokest batch");
        status = status.worst(Status::Incomplete);
    }
    Ok(status)
}

/// The budget covers less than was asked for.
fn say_over(one: &Judged, args: &EstimateArgs, diagnostics: Diagnostics) {
    let Limits { quantile, cap, .. } = args.limits.limits();
    let wanted = tokens(one.estimate.total.at(quantile).ceil());
    diagnostics.say(&format!(
        "cannot cover '{}' with {cap} tokens: {} is {wanted}",
        one.phase.name(),
        quantile.name()
    ));
}

fn only(judged: &[Judged]) -> Result<&Judged, Error> {
    match judged {
        [one] => Ok(one),
        many => bail!(
            "cannot choose one budget for {} phases, name one with --phase: \
             {}",
            many.len(),
            source::names(many.iter().map(|one| &one.phase))
        ),
    }
}

fn judge(phase: Phase, args: &EstimateArgs, factors: Factors) -> Judged {
    let limits = args.limits.limits();
    let estimate = source::predict(&phase, &args.source, factors);
    let (budget, fit) = choose::choose(&estimate.total, limits);
    let budget = match args.source.policy {
        Policy::Seed => seed::budget(&phase, limits.cap),
        Policy::Model => budget,
    };
    let model_p50 = match args.source.policy {
        Policy::Seed => None,
        Policy::Model => {
            let learned = factors.learned.factor;
            Some(tokens(estimate.total.p50 / learned))
        }
    };
    Judged { phase, estimate, model_p50, budget, fit }
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
    let unknown = one.phase.unknown.iter();
    let unknown: String = unknown
        .map(|word| format!("  ({} is not known)", cli::printable(word)))
        .collect();
    Ok(out.write_line(
        format!("{p50:>8} {p90:>8} total {name}  budget {budget}{unknown}")
            .as_bytes(),
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
        model_p50: one.model_p50,
        budget: one.budget,
        over_cap: one.fit == Fit::Over,
        policy: policy.name(),
        confidence: (one.estimate.confidence * 100.0).round() / 100.0,
        breakdown,
        notes: &phase.unknown,
    }
}
