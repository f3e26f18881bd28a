//! The only owner of stdin, stdout and of files named as operands.
//!
//! Bytes flow in through [`Input`] and out through [`Output`]. Output is
//! buffered in blocks and flushed before each read that could block, so a
//! complete record is visible as soon as nothing more can be done without
//! new input. This module never looks at what the bytes mean.

mod clash;
mod draft;

use std::ffi::OsStr;
use std::fmt;
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

pub use clash::{Clash, Names};
use draft::Draft;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

/// Bytes asked of each read. Larger than a Linux pipe (64 KiB) so that one
/// read empties it, small enough to stay in the second-level cache.
pub const READ_BYTES: usize = 128 * 1024;

/// Buffered bytes that trigger a write without waiting for the next read.
const WRITE_BYTES: usize = 128 * 1024;

/// Why a stream could not be read or written.
#[derive(Debug)]
pub enum StreamError {
    /// The reader of our stdout went away; filters end quietly.
    ReaderGone,
    /// Reading failed.
    Read {
        /// The operand as given, or `stdin`.
        name: String,
        /// The system's reason.
        why: io::Error,
    },
    /// Writing failed.
    Write {
        /// The file as given, or `stdout`.
        name: String,
        /// The system's reason.
        why: io::Error,
    },
}

impl fmt::Display for StreamError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ReaderGone => f.write_str("the reader of stdout went away"),
            Self::Read { name, .. } => write!(f, "cannot read '{name}'"),
            Self::Write { name, .. } => write!(f, "cannot write '{name}'"),
        }
    }
}

impl std::error::Error for StreamError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::ReaderGone => None,
            Self::Read { why, .. } | Self::Write { why, .. } => Some(why),
        }
    }
}

/// Whether a person would have to type what is read from stdin.
#[expect(clippy::disallowed_methods, reason = "the one place that may")]
pub fn stdin_is_terminal() -> bool {
    io::IsTerminal::is_terminal(&io::stdin())
}

/// One document to read: stdin or a file.
pub struct Input {
    name: String,
    source: Box<dyn Source>,
    block: Vec<u8>,
}

/// Something to read that can also be asked whether a read would wait.
trait Source: Read + AsFd {}

impl<T: Read + AsFd> Source for T {}

impl Input {
    /// Standard input, called `stdin` in messages.
    #[expect(clippy::disallowed_methods, reason = "the one place that may")]
    pub fn stdin() -> Self {
        Self::new("stdin".into(), Box::new(io::stdin().lock()))
    }

    /// Opens an operand; `-` is standard input.
    ///
    /// Fails with [`StreamError::Read`] if the file cannot be opened.
    pub fn open(operand: &OsStr) -> Result<Self, StreamError> {
        if operand == "-" {
            return Ok(Self::stdin());
        }
        let name = operand.to_string_lossy().into_owned();
        match File::open(operand) {
            Ok(file) => Ok(Self::new(name, Box::new(file))),
            Err(why) => Err(StreamError::Read { name, why }),
        }
    }

    fn new(name: String, source: Box<dyn Source>) -> Self {
        Self { name, source, block: Vec::new() }
    }

    /// Whether the next read would return at once: with bytes, at the end,
    /// or with an error.
    pub fn is_ready(&self) -> bool {
        let fd = self.source.as_fd();
        let mut asked = [PollFd::from_borrowed_fd(fd, PollFlags::IN)];
        let now = Timespec { tv_sec: 0, tv_nsec: 0 };
        matches!(poll(&mut asked, Some(&now)), Ok(ready) if ready > 0)
    }

    /// The operand as given, or `stdin`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The next block of bytes, empty at the end. Flushes `out` first, so
    /// that nothing finished waits for input that may not come.
    pub fn next_block(
        &mut self,
        out: &mut Output,
    ) -> Result<&[u8], StreamError> {
        out.flush()?;
        self.read_block()
    }

    /// The next block of bytes, empty at the end, with no output to flush.
    pub fn read_block(&mut self) -> Result<&[u8], StreamError> {
        if self.block.is_empty() {
            self.block.resize(READ_BYTES, 0);
        }
        loop {
            match self.source.read(&mut self.block) {
                Ok(n) => return Ok(self.block.get(..n).unwrap_or_default()),
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(why) => {
                    return Err(StreamError::Read {
                        name: self.name.clone(),
                        why,
                    });
                }
            }
        }
    }

    /// Everything up to the end, for inputs that are small by nature.
    pub fn read_to_end(&mut self) -> Result<Vec<u8>, StreamError> {
        let mut all = Vec::new();
        loop {
            let block = self.read_block()?;
            if block.is_empty() {
                return Ok(all);
            }
            all.extend_from_slice(block);
        }
    }
}

/// Where data goes: stdout, a file that appears whole or not at all, or
/// nowhere.
pub struct Output {
    name: String,
    sink: Sink,
    buffer: Vec<u8>,
}

enum Sink {
    Plain(File),
    Inherited(Box<dyn Write>),
    File(Draft),
    Nowhere,
}

/// Whether a name is one that the system gives: a device, or a file that is
/// open. `/dev/stdout` may be a regular file that others write to as well,
/// while those in `/dev/shm` are files like any other.
fn is_device_name(path: &Path) -> bool {
    const OPEN: [&str; 3] =
        ["/dev/fd", "/proc/self/fd", "/proc/thread-self/fd"];
    path.parent() == Some(Path::new("/dev"))
        || OPEN.iter().any(|open| path.starts_with(open))
}

impl Output {
    /// Standard output, unbuffered beneath our own buffer.
    pub fn stdout() -> Self {
        Self::new("stdout", stdout_sink())
    }

    /// Swallows everything, for `--check` and `--quiet`.
    pub fn nowhere() -> Self {
        Self::new("nowhere", Sink::Nowhere)
    }

    /// A file that replaces `target` when [`Output::finish`] succeeds and
    /// leaves it untouched otherwise; `-` is stdout. What is no regular file
    /// (a device, a pipe) is written to as it is; a link is followed.
    pub fn file(target: &OsStr) -> Result<Self, StreamError> {
        if target == "-" {
            return Ok(Self::stdout());
        }
        let name = target.to_string_lossy().into_owned();
        let target = PathBuf::from(target);
        let special = std::fs::metadata(&target).is_ok_and(|m| !m.is_file());
        let opened = if special || is_device_name(&target) {
            File::options().append(true).open(&target).map(Sink::Plain)
        } else {
            let target = std::fs::canonicalize(&target).unwrap_or(target);
            Draft::new(target).map(Sink::File)
        };
        match opened {
            Ok(sink) => Ok(Self::new(&name, sink)),
            Err(why) => Err(StreamError::Write { name, why }),
        }
    }

    fn new(name: &str, sink: Sink) -> Self {
        Self { name: name.to_owned(), sink, buffer: Vec::new() }
    }

    /// Queues bytes; writes when a block is full.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), StreamError> {
        if matches!(self.sink, Sink::Nowhere) {
            return Ok(());
        }
        if self.buffer.len() + bytes.len() > WRITE_BYTES {
            self.flush()?;
        }
        if bytes.len() >= WRITE_BYTES {
            return self.pass(bytes);
        }
        self.buffer.extend_from_slice(bytes);
        Ok(())
    }

    /// Queues bytes and a line feed.
    pub fn write_line(&mut self, line: &[u8]) -> Result<(), StreamError> {
        self.write(line)?;
        self.write(b"\n")
    }

    /// Hands everything queued to the system.
    pub fn flush(&mut self) -> Result<(), StreamError> {
        let buffer = std::mem::take(&mut self.buffer);
        let done = self.pass(&buffer);
        self.buffer = buffer;
        self.buffer.clear();
        done
    }

    /// The last flush; for a file, also makes it durable and gives it its
    /// name. Nothing counts as written before this returned `Ok`.
    pub fn finish(mut self) -> Result<(), StreamError> {
        self.flush()?;
        let done = match std::mem::replace(&mut self.sink, Sink::Nowhere) {
            Sink::File(draft) => draft.publish(),
            _ => Ok(()),
        };
        done.map_err(|why| self.failed(why))
    }

    fn pass(&mut self, bytes: &[u8]) -> Result<(), StreamError> {
        if bytes.is_empty() {
            return Ok(());
        }
        let done = match &mut self.sink {
            Sink::Plain(file) => file.write_all(bytes),
            Sink::File(draft) => draft.file.write_all(bytes),
            Sink::Inherited(writer) => {
                writer.write_all(bytes).and_then(|()| writer.flush())
            }
            Sink::Nowhere => Ok(()),
        };
        done.map_err(|why| self.failed(why))
    }

    fn failed(&self, why: io::Error) -> StreamError {
        if why.kind() == io::ErrorKind::BrokenPipe {
            return StreamError::ReaderGone;
        }
        StreamError::Write { name: self.name.clone(), why }
    }
}

/// A duplicate of descriptor 1, free of the standard library's line buffer;
/// the locked handle where no duplicate can be had.
///
/// A process that is started with stdout closed writes into the void: Rust's
/// runtime puts a `/dev/null` there, open for reading as well, and what
/// Python's and Node's ways to discard an output pass on looks the same.
#[expect(clippy::disallowed_methods, reason = "the one place that may")]
fn stdout_sink() -> Sink {
    #[cfg(unix)]
    {
        use std::os::fd::AsFd;
        if let Ok(fd) = io::stdout().as_fd().try_clone_to_owned() {
            return Sink::Plain(File::from(fd));
        }
    }
    Sink::Inherited(Box::new(io::stdout().lock()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unfinished_file_leaves_nothing() {
        let dir = std::env::temp_dir();
        let target = dir.join(format!("tornkit-out-{}", std::process::id()));
        let mut out = Output::file(target.as_os_str()).unwrap();
        out.write(b"half").unwrap();
        drop(out);
        assert!(!target.exists());
    }

    #[test]
    fn a_device_is_written_to_and_not_replaced() {
        let null = Path::new("/dev/null");
        let mut out = Output::file(null.as_os_str()).unwrap();
        out.write(b"x").unwrap();
        out.finish().unwrap();
        assert!(!std::fs::metadata(null).unwrap().is_file());
    }

    #[test]
    fn a_missing_operand_is_named() {
        let error = Input::open(OsStr::new("no/such/file")).err().unwrap();
        assert_eq!(error.to_string(), "cannot read 'no/such/file'");
    }
}
