//! Signals that end the run: at once while it waits for input, after the
//! group under way otherwise.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::{fs, io};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::{flag, low_level};

/// What the signal handlers and the run tell each other.
pub(crate) struct Interrupt {
    /// Nothing is under way that would have to be finished.
    idle: Arc<AtomicBool>,
    /// The signal that asked for the end, or 0.
    signal: Arc<AtomicUsize>,
}

impl Interrupt {
    /// Catches what would otherwise end the process in the middle of a group.
    /// What whoever started us wants to be ignored, as `nohup` does, stays so.
    pub(crate) fn catch() -> io::Result<Self> {
        let idle = Arc::new(AtomicBool::new(false));
        let signal = Arc::new(AtomicUsize::new(0));
        let ignored = ignored();
        for number in [SIGHUP, SIGINT, SIGTERM] {
            if ignored & (1 << (number - 1)) != 0 {
                continue;
            }
            flag::register_conditional_default(number, Arc::clone(&idle))?;
            let value = usize::try_from(number).unwrap_or_default();
            flag::register_usize(number, Arc::clone(&signal), value)?;
        }
        Ok(Self { idle, signal })
    }

    /// Runs `wait`, during which a signal ends the process at once.
    pub(crate) fn wait_in<T>(&self, wait: impl FnOnce() -> T) -> T {
        self.idle.store(true, Ordering::SeqCst);
        self.obey();
        let waited = wait();
        self.idle.store(false, Ordering::SeqCst);
        waited
    }

    /// Whether a signal has asked for the end.
    pub(crate) fn is_pending(&self) -> bool {
        self.signal.load(Ordering::SeqCst) != 0
    }

    /// Ends the process if a signal has asked for it, by that signal.
    pub(crate) fn obey(&self) {
        let signal = self.signal.load(Ordering::SeqCst);
        if let Ok(number @ 1..) = i32::try_from(signal) {
            // Returns only if the signal cannot end a process.
            low_level::emulate_default_handler(number).unwrap_or(());
        }
    }
}

/// The signals that are ignored, signal 1 in the lowest bit; none where the
/// system does not say, which on Linux it does in proc_pid_status(5).
fn ignored() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or_default()
}
