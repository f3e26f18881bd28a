//! How fast diff-resume is beside its peers: a Markdown section on stdout.
//!
//! `cargo bench --bench diff >> benches/RESULTS.md`. The diffs are those of
//! the histories that `TORNKIT_HISTORY` names, divided by colons, or of this
//! repository's own; `BENCH_MB` sets how much of them (100). Peers that are
//! not installed are left out. It needs git and time(1).

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    unreachable_pub,
    reason = "a measurement that fails has nobody to be kind to"
)]

mod inputs;
#[path = "../measure.rs"]
mod measure;

use std::fs;
use std::io;
use std::path::Path;

use measure::{Cost, is_installed, once};

const TOOL: &str = env!("CARGO_BIN_EXE_diff-resume");

fn main() -> io::Result<()> {
    let megabytes = measure::setting("BENCH_MB", 100);
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench-diff");
    inputs::make(&dir, megabytes)?;
    println!("# diff-resume, measured\n");
    println!(
        "{}. The tools took turns, {ROUNDS} each, stdin a file in the page \
         cache, stdout /dev/null; the figures are medians of processor time.\n",
        measure::circumstances()
    );
    speed(&dir)?;
    floods(&dir, megabytes)?;
    Ok(())
}

/// Turns that each command has. An odd number has a median.
const ROUNDS: usize = 9;

fn peers(document: &str) -> Vec<Vec<&'static str>> {
    let mut peers = vec![vec![TOOL, "--format", "diff", "-q"]];
    if document == "as git writes" {
        peers.push(vec!["filterdiff"]);
        peers.push(vec!["lsdiff"]);
        peers.push(vec!["git", "apply", "--numstat"]);
    }
    peers.push(vec!["recountdiff"]);
    peers.retain(|peer| peer[0].contains('/') || is_installed(peer[0]));
    peers
}

fn middle(costs: &[Cost], figure: impl Fn(&Cost) -> f64) -> f64 {
    measure::median(costs.iter().map(figure).collect())
}

fn speed(dir: &Path) -> io::Result<()> {
    println!("## Speed and memory\n");
    println!("| diffs | tool | user s | to ours | system s | peak kB |");
    println!("|---|---|---:|---:|---:|---:|");
    for document in inputs::DOCUMENTS {
        let input = dir.join(document);
        let peers = peers(document);
        let mut costs = vec![Vec::new(); peers.len()];
        for _ in 0..ROUNDS {
            for (peer, costs) in peers.iter().zip(&mut costs) {
                costs.push(once(peer, &input)?);
            }
        }
        let ours = middle(&costs[0], |cost| cost.user_seconds);
        for (peer, costs) in peers.iter().zip(&costs) {
            let name = match peer[0] {
                TOOL => "diff-resume".to_owned(),
                _ => peer.join(" "),
            };
            let user = middle(costs, |cost| cost.user_seconds);
            println!(
                "| {document} | {name} | {user:.2} | {:.2} | {:.2} | {:.0} |",
                user / ours,
                middle(costs, |cost| cost.system_seconds),
                middle(costs, |cost| cost.peak_kilobytes as f64),
            );
        }
    }
    println!();
    Ok(())
}

/// Answers that invite a parser to keep lines, or to look at them again.
const FLOODS: [(&str, &str, &str); 7] = [
    ("blank lines after a hunk", inputs::HUNK, "\n"),
    ("lines without a first character", inputs::HUNK, "x\n"),
    ("blank lines in a hunk", inputs::OPEN, "\n"),
    ("removed lines like a header", inputs::OPEN, "--- a/x\n"),
    ("headers without a hunk", "", "--- a/x\n+++ b/x\n"),
    ("hunks without a file", "", "@@ -1 +1 @@\n-a\n+b\n"),
    ("fences", "", "```\n"),
];

fn floods(dir: &Path, megabytes: usize) -> io::Result<()> {
    println!("## Floods\n");
    println!("Processor time, over a document and over its tenth part.\n");
    println!("| flood | ns/byte, tenth | ns/byte, all | ratio | peak kB |");
    println!("|---|---:|---:|---:|---:|");
    for (name, head, piece) in FLOODS {
        let input = dir.join("flood");
        let spent = |size: usize| -> io::Result<(f64, f64)> {
            let text = [head, &piece.repeat(size / piece.len())].concat();
            fs::write(&input, text)?;
            let mut costs = Vec::new();
            for _ in 0..3 {
                costs.push(once(&[TOOL, "--format", "diff", "-q"], &input)?);
            }
            fs::remove_file(&input)?;
            let time = middle(&costs, |cost| cost.cpu_seconds());
            let peak = middle(&costs, |cost| cost.peak_kilobytes as f64);
            Ok((time * 1e9 / size as f64, peak))
        };
        let (small, _) = spent(megabytes * 100_000)?;
        let (large, peak) = spent(megabytes * 1_000_000)?;
        let ratio = large / small;
        println!(
            "| {name} | {small:.1} | {large:.1} | {ratio:.2} | {peak:.0} |"
        );
    }
    println!();
    Ok(())
}
