//! Running a command over a file: how long, how much memory, and in what
//! circumstances. What the benches share; no bench uses all of it.

#![allow(dead_code, reason = "each bench takes what it needs")]

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What a run cost.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// From start to exit.
    pub seconds: f64,
    /// Of all processors, for the command and its children.
    pub user_seconds: f64,
    /// The same, in the kernel.
    pub system_seconds: f64,
    /// Largest resident set of one process, in kilobytes.
    pub peak_kilobytes: u64,
}

impl Cost {
    /// Time of all processors.
    pub fn cpu_seconds(self) -> f64 {
        self.user_seconds + self.system_seconds
    }
}

/// The day and the machine, to begin a sentence with.
pub fn circumstances() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let cpu = read("/proc/cpuinfo");
    let cpu = cpu.lines().find(|line| line.starts_with("model name"));
    let cpu = cpu.and_then(|line| line.split(": ").nth(1)).unwrap_or("unknown");
    let load = read("/proc/loadavg");
    let load = load.split(' ').next().unwrap_or("?");
    let date = Command::new("date").arg("+%Y-%m-%d").output();
    let date = date.map(|out| out.stdout).unwrap_or_default();
    let date = String::from_utf8_lossy(&date);
    let date = date.trim();
    format!("{date}, {cores} cores of {cpu}, load {load} before the first run")
}

/// A size that the environment may set.
pub fn setting(name: &str, default: usize) -> usize {
    let value = std::env::var(name).ok();
    value.and_then(|n| n.parse().ok()).unwrap_or(default)
}

/// The middle one; there is at least one.
pub fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
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

/// One run, as [`best`] makes them.
pub fn once(command: &[&str], input: &Path) -> io::Result<Cost> {
    let started = Instant::now();
    let mut child = Command::new("/usr/bin/time")
        .args(["-q", "-f", "%U %S %M"])
        .args(command)
        .stdin(File::open(input)?)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()?;
    let mut said = String::new();
    if let Some(mut pipe) = child.stderr.take() {
        pipe.read_to_string(&mut said)?;
    }
    let status = child.wait()?;
    let seconds = started.elapsed().as_secs_f64();
    // 1 is a finding; anything else has not done the work.
    if !matches!(status.code(), Some(0 | 1)) {
        return Err(io::Error::other(format!("{command:?}: {status}: {said}")));
    }
    let figures = said.lines().last().unwrap_or_default();
    let figures: Vec<f64> =
        figures.split(' ').filter_map(|word| word.parse().ok()).collect();
    let [user_seconds, system_seconds, peak] = figures[..] else {
        return Err(io::Error::other(said));
    };
    let peak_kilobytes = peak as u64;
    Ok(Cost { seconds, user_seconds, system_seconds, peak_kilobytes })
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
