//! How fast ndjson-salvage is beside its peers: a Markdown page on stdout.
//!
//! `cargo bench --bench salvage`, whose page is the first part of
//! `benches/RESULTS.md`. `BENCH_MB` sets the
//! size of the inputs (200). Peers that are not installed are left out. It
//! needs time(1).

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
use std::io::{self, BufRead, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use measure::Cost;
use serde::de::IgnoredAny;

const TOOL: &str = env!("CARGO_BIN_EXE_ndjson-salvage");

fn main() -> io::Result<()> {
    if std::env::args().any(|arg| arg == "--validate-lines") {
        return validate_lines();
    }
    let megabytes = measure::setting("BENCH_MB", 200);
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench-salvage");
    inputs::make(&dir, megabytes)?;
    println!("# ndjson-salvage, measured\n");
    println!(
        "{}. Best of three runs each, stdin a file in the page cache, stdout \
         /dev/null. Ratios are of times from start to exit.\n",
        measure::circumstances()
    );
    speed(&dir)?;
    linearity(&dir, megabytes)?;
    waiting()
}

/// The peer that does the least a checked copy can do: each line through
/// serde_json, without building values, and out again.
fn validate_lines() -> io::Result<()> {
    let mut input =
        io::BufReader::with_capacity(128 * 1024, io::stdin().lock());
    let mut out = io::BufWriter::with_capacity(128 * 1024, io::stdout().lock());
    let mut line = Vec::new();
    while input.read_until(b'\n', &mut line)? > 0 {
        let text = std::str::from_utf8(&line);
        let valid = text
            .is_ok_and(|text| serde_json::from_str::<IgnoredAny>(text).is_ok());
        if valid {
            out.write_all(&line)?;
        }
        line.clear();
    }
    out.flush()
}

/// A command line, and what it is called in the table.
struct Peer {
    name: &'static str,
    command: Vec<&'static str>,
}

fn peers(document: &str) -> Vec<Peer> {
    let peer = |name, command: &[&'static str]| Peer {
        name,
        command: command.to_vec(),
    };
    let list = matches!(document, "compact" | "pretty");
    let filter = if list { ".operations[]" } else { "." };
    let own = std::env::current_exe().unwrap().display().to_string();
    let own: &'static str = own.leak();
    let mut peers = vec![peer("ndjson-salvage", &[TOOL, "-q"])];
    if document != "dirty" {
        peers.push(peer("jq", &["jq", "-c", filter]));
        peers.push(peer("jaq", &["jaq", "-c", filter]));
    }
    if document == "ndjson" {
        let command = [own, "--validate-lines"];
        peers.push(peer("serde_json, line by line", &command));
    }
    peers.push(peer("cat \\| cat \\| cat", &["sh", "-c", "cat | cat | cat"]));
    let there = |name: &str| name.contains('/') || measure::is_installed(name);
    peers.retain(|peer| there(peer.command[0]));
    peers
}

fn speed(dir: &Path) -> io::Result<()> {
    println!("## Speed and memory\n");
    println!("| document | tool | MB/s | CPU s | time to ours | peak kB |");
    println!("|---|---|---:|---:|---:|---:|");
    for document in ["ndjson", "compact", "pretty", "dirty"] {
        let input = dir.join(document);
        let bytes = fs::metadata(&input)?.len() as f64;
        let mut ours: Option<Cost> = None;
        for peer in peers(document) {
            let cost = measure::best(&peer.command, &input)?;
            let ours = ours.get_or_insert(cost);
            println!(
                "| {document} | {} | {:.0} | {:.2} | {:.2} | {} |",
                peer.name,
                bytes / cost.seconds / 1e6,
                cost.cpu_seconds(),
                cost.seconds / ours.seconds,
                cost.peak_kilobytes
            );
        }
    }
    println!();
    Ok(())
}

/// Documents that invite a scanner to look at the same bytes again.
const FLOODS: [(&str, &str); 8] = [
    ("quotes", "\""),
    ("braces", "{"),
    ("commas", ","),
    ("backslashes", "\\"),
    ("quotes in a string", "\\\""),
    ("records that break", "{\"a\":1 x}\n"),
    ("records left open", "{\"type\":\"a\",\"b\":[1,\n"),
    ("strings left open", "{\"a\":\"x\n[1\n"),
];

/// Runs of the tool over the same file, so that a short one can be timed.
const AGAIN: &str = "i=0; while [ $i -lt $2 ]; do \"$0\" -q < \"$1\"; \
                     i=$((i + 1)); done";

fn linearity(dir: &Path, megabytes: usize) -> io::Result<()> {
    println!("## Floods\n");
    println!("Processor time, over one document and 100 times over its");
    println!("hundredth part.\n");
    println!("| flood | ns/byte, hundredth | ns/byte, all | ratio |");
    println!("|---|---:|---:|---:|");
    for (name, piece) in FLOODS {
        let spent = |size: usize, runs: usize| -> io::Result<f64> {
            let input: PathBuf = dir.join("flood");
            fs::write(&input, piece.repeat(size / piece.len()))?;
            let (file, runs) = (input.display().to_string(), runs.to_string());
            let command = ["sh", "-c", AGAIN, TOOL, &file, &runs];
            let cost = measure::best(&command, &input)?;
            fs::remove_file(&input)?;
            Ok(cost.cpu_seconds() * 1e3 / megabytes as f64)
        };
        let small = spent(megabytes * 10_000, 100)?;
        let large = spent(megabytes * 1_000_000, 1)?;
        println!("| {name} | {small:.1} | {large:.1} | {:.2} |", large / small);
    }
    println!();
    Ok(())
}

fn waiting() -> io::Result<()> {
    println!("## Waiting\n");
    println!("| | median | 99 % |");
    println!("|---|---:|---:|");
    let row = |name: &str, taken: &[Duration]| {
        let at = |n: usize| taken[taken.len() * n / 100].as_secs_f64() * 1e3;
        println!("| {name} | {:.3} ms | {:.3} ms |", at(50), at(99));
    };
    row("a record, from write to read", &measure::latencies(TOOL, 5000)?);
    row("start to exit, no input", &measure::starts(TOOL, 500)?);
    Ok(())
}
