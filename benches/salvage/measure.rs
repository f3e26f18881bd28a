//! Running a command over a file: how long, how much memory.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What the best of some runs cost.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// From start to exit.
    pub seconds: f64,
    /// Of all processors, for the command and its children.
    pub cpu_seconds: f64,
    /// Largest resident set of one process, in kilobytes.
    pub peak_kilobytes: u64,
}

/// Whether a command can be started.
pub fn is_installed(name: &str) -> bool {
    let mut command = Command::new(name);
    command.arg("--version").stdin(Stdio::null());
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
}

/// The best of three runs of a command with `input` as stdin and its output
/// thrown away, as time(1) tells it.
pub fn best(command: &[&str], input: &Path) -> io::Result<Cost> {
    let mut best: Option<Cost> = None;
    for _ in 0..3 {
        let cost = once(command, input)?;
        if best.is_none_or(|b| cost.seconds < b.seconds) {
            best = Some(cost);
        }
    }
    best.ok_or_else(|| io::Error::other("no run"))
}

fn once(command: &[&str], input: &Path) -> io::Result<Cost> {
    let started = Instant::now();
    let mut child = Command::new("/usr/bin/time")
        .args(["-q", "-f", "%e %U %S %M"])
        .args(command)
        .stdin(File::open(input)?)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()?;
    let mut said = String::new();
    if let Some(mut pipe) = child.stderr.take() {
        pipe.read_to_string(&mut said)?;
    }
    child.wait()?;
    let seconds = started.elapsed().as_secs_f64();
    let figures = said.lines().last().unwrap_or_default();
    let figures: Vec<f64> =
        figures.split(' ').filter_map(|word| word.parse().ok()).collect();
    let [_, user, system, peak] = figures[..] else {
        return Err(io::Error::other(said));
    };
    let (cpu_seconds, peak_kilobytes) = (user + system, peak as u64);
    Ok(Cost { seconds, cpu_seconds, peak_kilobytes })
}

/// From the write of a record to its arrival, sorted, while the pipe stays
/// open.
pub fn latencies(tool: &str, samples: usize) -> io::Result<Vec<Duration>> {
    let mut child = Command::new(tool)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let gone = || io::Error::other("a pipe is missing");
    let mut input = child.stdin.take().ok_or_else(gone)?;
    let mut output = BufReader::new(child.stdout.take().ok_or_else(gone)?);
    let mut line = String::new();
    let mut taken = Vec::with_capacity(samples);
    for _ in 0..samples {
        let started = Instant::now();
        input
            .write_all(b"{\"type\":\"delete\",\"file_path\":\"src/a.rs\"}\n")?;
        line.clear();
        output.read_line(&mut line)?;
        taken.push(started.elapsed());
    }
    drop(input);
    child.wait()?;
    taken.sort();
    Ok(taken)
}

/// From start to exit on an empty input, sorted.
pub fn starts(tool: &str, samples: usize) -> io::Result<Vec<Duration>> {
    let mut taken = Vec::with_capacity(samples);
    for _ in 0..samples {
        let started = Instant::now();
        Command::new(tool)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .status()?;
        taken.push(started.elapsed());
    }
    taken.sort();
    Ok(taken)
}
