//! Fits the size model of tokest to changes that were really made, and says
//! how good it is on repositories that it has not seen.
//!
//! ```sh
//! cargo run --release --example fit < RECORDS
//! ```
//!
//! Each repository is predicted by weights that were fitted to all others:
//! as they are, and corrected by the repository's own earlier changes. Beside
//! it stand the weights that tokest has and those fitted to all changes, both
//! judged by what they have seen. One JSON object a row, then one with the
//! last weights.

#![allow(
    clippy::indexing_slicing,
    reason = "figures of fixed numbers of columns"
)]

mod change;
mod fit;
mod judge;
#[path = "../records/mod.rs"]
mod records;
mod solve;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;

use anyhow::{Error, bail};

use tornkit::budget::calibration::{Calibration, Source};
use tornkit::budget::estimate::Quantiles;
use tornkit::budget::model::{self, Format};
use tornkit::budget::weights::{FITTED, Weights};
use tornkit::stream::{Input, Output};

use change::Change;
use judge::Judged;

fn main() -> Result<(), Error> {
    let text = Input::open(OsStr::new("-"))?.read_to_end()?;
    let records = records::read(&text)?.into_iter();
    let changes: Vec<Change> = records.map(Change::of).collect();
    let repos: BTreeSet<&str> = changes.iter().map(|c| &*c.repo).collect();
    if repos.len() < 2 {
        bail!("cannot leave a repository out: there are {}", repos.len());
    }
    let (mut plain, mut corrected) = (Vec::new(), Vec::new());
    for repo in repos {
        let (out, others): (Vec<_>, Vec<_>) =
            changes.iter().partition(|change| change.repo == repo);
        let weights = fit::fit(&others);
        plain.extend(out.iter().map(|c| judged(c, predict(c, &weights))));
        corrected.extend(in_turn(&out, &weights));
    }
    let all: Vec<&Change> = changes.iter().collect();
    let fresh = fit::fit(&all);
    let with = |weights: &Weights| -> Vec<Judged> {
        changes.iter().map(|c| judged(c, predict(c, weights))).collect()
    };
    let mut out = Output::stdout();
    for (name, all) in [
        ("left out", &plain),
        ("left out, corrected", &corrected),
        ("built in", &with(&FITTED)),
        ("fitted to all", &with(&fresh)),
    ] {
        for row in judge::rows(name, all) {
            out.write_line(serde_json::to_string(&row)?.as_bytes())?;
        }
    }
    let weights = BTreeMap::from([
        ("scores", vec![fresh.scores.to_vec()]),
        ("quantiles", fresh.quantiles.iter().map(|q| q.to_vec()).collect()),
    ]);
    out.write_line(serde_json::to_string(&weights)?.as_bytes())?;
    Ok(out.finish()?)
}

fn predict(change: &Change, weights: &Weights) -> Quantiles {
    let scores = model::scores(&change.phase, weights);
    model::quantiles(model::features(&change.phase, &scores), weights)
}

fn judged(change: &Change, total: Quantiles) -> Judged {
    Judged { files: change.phase.deliverables.len(), log: change.log, total }
}

/// The changes of a repository, each corrected by those before it.
fn in_turn(changes: &[&Change], weights: &Weights) -> Vec<Judged> {
    let mut calibration = Calibration::default();
    let one = |change: &&Change| {
        let total = predict(change, weights);
        let known = calibration.correction(None, Format::Ops.name());
        let residual = change.log - total.p50.ln();
        calibration.shift(Source::Git, None, None).learn(residual);
        judged(change, known.apply(total))
    };
    changes.iter().map(one).collect()
}
