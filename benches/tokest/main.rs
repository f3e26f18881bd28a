//! How fast tokest is: a Markdown page on stdout.
//!
//! `cargo bench --bench tokest >> benches/RESULTS.md`, in place of the part
//! that is there. `BENCH_MB` sets the size of the texts (50), `BENCH_TEXT`
//! names a text to count in place of this package's own sources. It needs
//! time(1).

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

#[path = "../measure.rs"]
mod measure;

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const TOOL: &str = env!("CARGO_BIN_EXE_tokest");

fn main() -> io::Result<()> {
    let megabytes = measure::setting("BENCH_MB", 50);
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench-tokest");
    fs::create_dir_all(&dir)?;
    println!("# tokest, measured\n");
    println!(
        "{}. Speeds are the best of three runs, by processor time: what else \
         runs counts little.\n",
        measure::circumstances()
    );
    starting(&dir)?;
    speed(&dir, megabytes)?;
    runs(&dir)
}

/// Samples of a start.
const SAMPLES: usize = 300;

fn starting(dir: &Path) -> io::Result<()> {
    println!("## Start to exit\n");
    println!("| | median | 99 % |");
    println!("|---|---:|---:|");
    let list = dir.join("list");
    let lines = (0..12).map(|n| format!("Modify d{n}/f{n}.rs\n"));
    fs::write(&list, lines.collect::<String>())?;
    let tree = dir.join("tree");
    for n in 0..2_000 {
        let inside = tree.join(format!("d{}", n % 40));
        fs::create_dir_all(&inside)?;
        fs::write(inside.join(format!("f{n}.rs")), "x\n".repeat(n))?;
    }
    let tree = tree.display().to_string();
    for (name, command) in [
        ("cat", &["cat"][..]),
        ("estimate of 12 files", &[TOOL, "-b"]),
        ("the same, sizes from a tree of 2,000", &[TOOL, "-b", "-C", &tree]),
        ("count (unpacks a vocabulary)", &[TOOL, "count"]),
        ("count --approx", &[TOOL, "count", "--approx"]),
    ] {
        let taken = starts(command, &list)?;
        let at = |n: usize| taken[taken.len() * n / 100].as_secs_f64() * 1e3;
        println!("| {name} | {:.2} ms | {:.2} ms |", at(50), at(99));
    }
    println!();
    Ok(())
}

/// From start to exit, sorted.
fn starts(command: &[&str], input: &Path) -> io::Result<Vec<Duration>> {
    let mut taken = Vec::with_capacity(SAMPLES);
    for _ in 0..SAMPLES {
        let stdin = File::open(input)?;
        let started = Instant::now();
        let status = Command::new(command[0])
            .args(&command[1..])
            .stdin(stdin)
            .stdout(Stdio::null())
            .status()?;
        taken.push(started.elapsed());
        assert!(status.success(), "{command:?}");
    }
    taken.sort();
    Ok(taken)
}

/// The smallest time that time(1) tells apart from none, in seconds.
const TICK: f64 = 0.01;

fn speed(dir: &Path, megabytes: usize) -> io::Result<()> {
    println!("## Speed and memory\n");
    println!("| | MB | MB/s | CPU s | peak kB |");
    println!("|---|---:|---:|---:|---:|");
    let text = match std::env::var("BENCH_TEXT") {
        Ok(name) => PathBuf::from(name),
        Err(_) => own_sources(dir, megabytes)?,
    };
    let attempts = telemetry(dir)?;
    let markers = dir.join("markers");
    let lines = ["fn main", "TODO", "assert!("]
        .map(|marker| format!("{{\"marker\":\"{marker}\",\"baseline\":0}}\n"));
    fs::write(&markers, lines.concat())?;
    let markers = markers.display().to_string();
    for (name, command, input) in [
        ("count, o200k", &[TOOL, "count"][..], &text),
        ("count, cl100k", &[TOOL, "count", "--encoding", "cl100k"], &text),
        ("count --approx", &[TOOL, "count", "--approx"], &text),
        ("score, 1,000,000 attempts", &[TOOL, "score"], &attempts),
        ("watch, 3 markers", &[TOOL, "watch", "--baseline", &markers], &text),
    ] {
        let tried = Command::new(command[0])
            .args(&command[1..])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .status()?;
        assert!(tried.success(), "{command:?}");
        let cost = measure::best(command, input)?;
        let bytes = fs::metadata(input)?.len() as f64 / 1e6;
        println!(
            "| {name} | {bytes:.0} | {:.0} | {:.2} | {} |",
            bytes / cost.cpu_seconds().max(TICK),
            cost.cpu_seconds(),
            cost.peak_kilobytes
        );
    }
    println!();
    Ok(())
}

/// The sources of this package, over and over.
fn own_sources(dir: &Path, megabytes: usize) -> io::Result<PathBuf> {
    let mut all = Vec::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for part in ["src", "tests/it", "man", "scripts", "docs"] {
        gather(&root.join(part), &mut all)?;
    }
    let path = dir.join("text");
    let mut file = File::create(&path)?;
    for _ in 0..(megabytes * 1_000_000).div_ceil(all.len()) {
        file.write_all(&all)?;
    }
    Ok(path)
}

fn gather(path: &Path, all: &mut Vec<u8>) -> io::Result<()> {
    if !path.is_dir() {
        all.extend(fs::read(path)?);
        return Ok(());
    }
    let mut inside: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(path)? {
        inside.push(entry?.path());
    }
    inside.sort();
    inside.iter().try_for_each(|entry| gather(entry, all))
}

/// A million attempts, of three models.
fn telemetry(dir: &Path) -> io::Result<PathBuf> {
    let path = dir.join("attempts");
    let mut file = io::BufWriter::new(File::create(&path)?);
    for n in 0..1_000_000_u64 {
        let p50 = 100 + n * 7_919 % 20_000;
        let output = 1 + n * 104_729 % 30_000;
        writeln!(
            file,
            "{{\"type\":\"attempt\",\"run_id\":\"r{}\",\"phase_id\":\"p{n}\",\
             \"attempt\":1,\"mode\":\"initial\",\"category\":\"feat\",\
             \"complexity\":\"high\",\"deliverables\":[\"src/a.rs\",\
             \"src/b.rs\",\"tests/it/c.rs\"],\"estimate_p50\":{p50},\
             \"estimate_p90\":{},\"max_tokens\":{},\"output_tokens\":{output},\
             \"stop_reason\":\"stop\",\"truncated\":false,\
             \"kept_tokens\":{output},\"wasted_tokens\":0,\
             \"operations_applied\":3,\"operations_failed\":0,\
             \"model\":\"m{}\",\"timestamp\":\"2026-01-01T00:00:00Z\"}}",
            n % 50,
            2 * p50,
            3 * p50,
            n % 3
        )?;
    }
    file.flush()?;
    Ok(path)
}

/// Texts of a megabyte that invite a tokenizer to look at the same bytes
/// again.
const RUNS: [(&str, &str); 12] = [
    ("spaces", " "),
    ("a", "a"),
    ("digits", "7"),
    ("line feeds", "\n"),
    ("NUL", "\0"),
    ("slashes", "/"),
    ("apostrophes", "'"),
    ("combining marks", "a\u{301}"),
    ("emoji", "\u{1f469}\u{200d}\u{1f467}"),
    ("ideographs", "\u{6f22}"),
    ("no-break spaces", " \u{a0}"),
    ("mixed blanks", " \u{2003}\t\u{3000}"),
];

fn runs(dir: &Path) -> io::Result<()> {
    println!("## A megabyte of one thing, counted\n");
    println!("| | CPU s |");
    println!("|---|---:|");
    let input = dir.join("run");
    for (name, piece) in RUNS {
        fs::write(&input, piece.repeat(1_000_000 / piece.len()))?;
        let cost = measure::best(&[TOOL, "count"], &input)?;
        println!("| {name} | {:.2} |", cost.cpu_seconds());
    }
    let mut state = 1_u64;
    let any = std::iter::repeat_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        char::from_u32((state >> 33) as u32 % 0x11_0000).unwrap_or('x')
    });
    fs::write(&input, any.take(270_000).collect::<String>())?;
    let cost = measure::best(&[TOOL, "count"], &input)?;
    println!(
        "| characters of all planes by chance | {:.2} |",
        cost.cpu_seconds()
    );
    fs::remove_file(&input)
}
