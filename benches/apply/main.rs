//! How fast edit-apply is beside `git apply`, and what waiting for the disk
//! costs beside the disk's own: a Markdown section on stdout.
//!
//! `cargo bench --bench apply >> benches/RESULTS.md`. `BENCH_ROUNDS` sets how
//! often everything is done (5), `BENCH_DIR` where (below the build
//! directory). All contenders take turns in each round, on a fresh tree.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    unreachable_pub,
    reason = "a measurement that fails has nobody to be kind to"
)]

#[path = "../measure.rs"]
mod measure;

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use measure::median;

const TOOL: &str = env!("CARGO_BIN_EXE_edit-apply");

/// What ext4 takes to forget that an inode was freed, once that is on disk.
const FORGOTTEN: Duration = Duration::from_secs(6);

/// Files of the largest group.
const GROUP: usize = 256;

/// Lines of each file, some 40 bytes a line.
const LINES: usize = 25;

fn main() -> io::Result<()> {
    let rounds = measure::setting("BENCH_ROUNDS", 5);
    let base = std::env::var_os("BENCH_DIR").map_or_else(
        || Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench-apply"),
        PathBuf::from,
    );
    println!("\n# edit-apply, measured\n");
    println!(
        "{}. Medians of {rounds} rounds, in each of which all take turns on a \
         fresh tree; the last column is the median of the rounds' ratios.\n",
        measure::circumstances()
    );
    println!("| work | tool | files/s | s | speed to git apply's |");
    println!("|---|---|---:|---:|---:|");
    drop(fs::remove_dir_all(&base));
    beside_git(&base, "10,000 creates", &creates(10_000), rounds)?;
    beside_git(&base, "2,000 modifies", &modifies(2_000), rounds)?;
    beside_the_disk(&base, rounds)?;
    fs::remove_dir_all(&base)
}

/// Changes in the words of both tools, and the tree that they begin with.
struct Work {
    files: usize,
    before: Vec<(String, String)>,
    operations: String,
    patch: String,
}

fn name(n: usize) -> String {
    format!("d{}/f{n}.txt", n / 100)
}

fn line(n: usize, at: usize) -> String {
    format!("line {at} of file {n}, with some text in it")
}

fn content(n: usize) -> String {
    (0..LINES).map(|at| line(n, at) + "\n").collect()
}

fn creates(files: usize) -> Work {
    let (mut operations, mut patch) = (String::new(), String::new());
    for n in 0..files {
        let (name, text) = (name(n), content(n));
        let op = serde_json::json!(
            {"type": "create", "file_path": name, "content": text});
        writeln!(operations, "{op}").unwrap();
        write!(
            patch,
            "diff --git a/{name} b/{name}\nnew file mode 100644\n\
             --- /dev/null\n+++ b/{name}\n@@ -0,0 +1,{LINES} @@\n"
        )
        .unwrap();
        text.lines().for_each(|line| writeln!(patch, "+{line}").unwrap());
    }
    Work { files, before: Vec::new(), operations, patch }
}

fn modifies(files: usize) -> Work {
    let (mut operations, mut patch) = (String::new(), String::new());
    let at = LINES / 2;
    for n in 0..files {
        let name = name(n);
        let op = serde_json::json!(
            {"type": "modify", "file_path": name, "operations": [
                {"type": "replace", "old_text": line(n, at),
                 "new_text": "another line"}]});
        writeln!(operations, "{op}").unwrap();
        write!(
            patch,
            "diff --git a/{name} b/{name}\n--- a/{name}\n+++ b/{name}\n\
             @@ -{},3 +{},3 @@\n {}\n-{}\n+another line\n {}\n",
            at,
            at,
            line(n, at - 1),
            line(n, at),
            line(n, at + 1)
        )
        .unwrap();
    }
    let before = (0..files).map(|n| (name(n), content(n))).collect();
    Work { files, before, operations, patch }
}

/// The tree that a work begins with, under a name of its own, and its inputs
/// beside it. No tree is removed before the end: ext4 passes over every inode
/// that was freed in the last seconds, so that whoever makes files next would
/// pay for it, up to tenfold.
fn prepare(base: &Path, work: &Work) -> io::Result<PathBuf> {
    fs::create_dir_all(base)?;
    let tree = base.join(format!("tree{}", fs::read_dir(base)?.count()));
    fs::create_dir(&tree)?;
    fs::write(base.join("ops"), &work.operations)?;
    fs::write(base.join("patch"), &work.patch)?;
    for (name, text) in &work.before {
        let path = tree.join(name);
        fs::create_dir_all(path.parent().unwrap())?;
        fs::write(path, text)?;
    }
    // What is written back meanwhile is nobody's cost.
    Command::new("sync").arg("-f").arg(base).status()?;
    Ok(tree)
}

fn timed(command: &[&str], tree: &Path) -> io::Result<f64> {
    let begun = Instant::now();
    let ran = Command::new(command[0])
        .args(&command[1..])
        .env("GIT_CEILING_DIRECTORIES", tree.parent().unwrap())
        .current_dir(tree)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status()?;
    assert!(ran.success(), "{command:?}: {ran}");
    Ok(begun.elapsed().as_secs_f64())
}

fn beside_git(
    base: &Path,
    title: &str,
    work: &Work,
    rounds: usize,
) -> io::Result<()> {
    let contenders: [(&str, Vec<&str>); 4] = [
        ("git apply", vec!["git", "apply", "--whitespace=nowarn", "../patch"]),
        ("edit-apply --no-fsync", vec![TOOL, "--no-fsync", "../ops"]),
        (
            "edit-apply --no-fsync, the same diff",
            vec![TOOL, "--no-fsync", "../patch"],
        ),
        ("edit-apply", vec![TOOL, "../ops"]),
    ];
    let mut seconds: Vec<Vec<f64>> = vec![Vec::new(); contenders.len()];
    for round in 0..rounds {
        for turn in 0..contenders.len() {
            let who = (round + turn) % contenders.len();
            let tree = prepare(base, work)?;
            // `git apply` removes what it modifies: see there.
            std::thread::sleep(FORGOTTEN);
            seconds[who].push(timed(&contenders[who].1, &tree)?);
        }
    }
    for (who, (name, _)) in contenders.iter().enumerate() {
        let ratios = seconds[0].iter().zip(&seconds[who]).map(|(g, s)| g / s);
        let middle = median(seconds[who].clone());
        println!(
            "| {title} | {name} | {:.0} | {middle:.3} | {:.2} |",
            work.files as f64 / middle,
            median(ratios.collect())
        );
    }
    Ok(())
}

/// One group made durable, beside what the disk takes for its bytes alone.
fn beside_the_disk(base: &Path, rounds: usize) -> io::Result<()> {
    let work = creates(GROUP);
    let bytes: String = (0..GROUP).map(content).collect();
    let (mut group, mut lazy, mut one, mut each, mut rate) =
        (vec![], vec![], vec![], vec![], vec![]);
    let (mut bare, mut together) = (vec![], vec![]);
    for _ in 0..rounds * 4 {
        let tree = prepare(base, &work)?;
        group.push(timed(&[TOOL, "../ops"], &tree)?);
        let tree = prepare(base, &work)?;
        lazy.push(timed(&[TOOL, "--no-fsync", "../ops"], &tree)?);
        let tree = prepare(base, &work)?;
        one.push(written_at_once(&tree, &bytes)?);
        let tree = prepare(base, &work)?;
        each.push(written_as_files(&tree, Sync::Each)?);
        let tree = prepare(base, &work)?;
        bare.push(written_as_files(&tree, Sync::None)?);
        let tree = prepare(base, &work)?;
        together.push(written_as_files(&tree, Sync::Together)?);
        rate.push(32.0 / small_writes(base, 32)?);
    }
    let to = |others: &[f64]| {
        let ratios = group.iter().zip(others).map(|(ours, its)| ours / its);
        median(ratios.collect())
    };
    let (to_one, to_each) = (to(&one), to(&each));
    let (to_bare, to_together) = (to(&bare), to(&together));
    let more = |durable: &[f64], not: &[f64]| {
        let more =
            durable.iter().zip(not).map(|(with, without)| with - without);
        median(more.collect()) * 1000.0
    };
    let ours = more(&group, &lazy);
    let theirs = more(&together, &bare);
    let bytes_alone = median(one.clone()) * 1000.0;
    println!("\n## Waiting for the disk\n");
    println!(
        "The disk makes {:.0} small writes durable a second, one by one. One \
         group of {GROUP} new files, {} kB in all, start and end of the \
         process included:\n",
        median(rate),
        bytes.len() / 1000
    );
    println!("| what | ms | edit-apply's to it |");
    println!("|---|---:|---:|");
    let row = |what: &str, seconds: f64, ratio: f64| {
        println!("| {what} | {:.1} | {ratio:.2} |", seconds * 1000.0);
    };
    row("edit-apply, durable", median(group.clone()), 1.0);
    row("edit-apply --no-fsync", median(lazy.clone()), to(&lazy));
    row("the bytes in one file, one fsync", median(one), to_one);
    row("the files, an fsync each", median(each), to_each);
    row("the files, and one `sync -f`", median(together), to_together);
    row("the files, not durable", median(bare), to_bare);
    println!(
        "\nBeing durable adds {ours:.1} ms to a group, {theirs:.1} ms to the \
         same files written plainly and made durable at once: {:.2} times as \
         much. To have all bytes in one file with one fsync takes \
         {bytes_alone:.1} ms.",
        ours / theirs
    );
    Ok(())
}

fn written_at_once(tree: &Path, bytes: &str) -> io::Result<f64> {
    let begun = Instant::now();
    let mut file = File::create(tree.join("bytes"))?;
    file.write_all(bytes.as_bytes())?;
    file.sync_all()?;
    Ok(begun.elapsed().as_secs_f64())
}

/// When files are made durable.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sync {
    None,
    Each,
    /// All at once at the end, by sync(1).
    Together,
}

fn written_as_files(tree: &Path, sync: Sync) -> io::Result<f64> {
    let begun = Instant::now();
    for n in 0..GROUP {
        let path = tree.join(name(n));
        fs::create_dir_all(path.parent().unwrap())?;
        let mut file = File::create(path)?;
        file.write_all(content(n).as_bytes())?;
        if sync == Sync::Each {
            file.sync_all()?;
        }
    }
    if sync == Sync::Together {
        let ran = Command::new("sync").arg("-f").arg(tree).status()?;
        assert!(ran.success());
    }
    Ok(begun.elapsed().as_secs_f64())
}

fn small_writes(base: &Path, count: usize) -> io::Result<f64> {
    let mut file = File::create(base.join("small"))?;
    let begun = Instant::now();
    for _ in 0..count {
        file.write_all(&[b'x'; 4096])?;
        file.sync_all()?;
    }
    Ok(begun.elapsed().as_secs_f64())
}
