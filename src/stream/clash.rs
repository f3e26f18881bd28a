//! Whether two names of a command line are one file: by another spelling, a
//! link, or because stdin or stdout is that file.
//!
//! Two outputs in one file would mix what is whole with what is not, and an
//! output in an input would be read again. What is no regular file (a
//! terminal, a pipe, `/dev/null`) may have several names, but for stdout.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::fs::{File, Metadata};
use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use super::is_device_name;

/// Two names of a command line that are one file.
#[derive(Debug, PartialEq, Eq)]
pub enum Clash {
    /// Of two outputs, as they were given.
    Outputs(String, String),
    /// Of an output and an input.
    Input(String),
}

impl fmt::Display for Clash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Outputs(one, other) => {
                write!(f, "cannot use one file twice: {one} and {other}")
            }
            Self::Input(output) => {
                write!(f, "cannot write to an input: {output}")
            }
        }
    }
}

impl std::error::Error for Clash {}

/// The files that a command line names.
#[derive(Debug, Default)]
pub struct Names {
    outputs: Vec<(String, Identity)>,
}

/// A file, as far as it can be told from others.
#[derive(Debug, Default)]
struct Identity {
    is_stdout: bool,
    /// Absent for what is no regular file.
    file: Option<Regular>,
}

#[derive(Debug, PartialEq, Eq)]
enum Regular {
    /// It is there: its device and number.
    Old(u64, u64),
    /// It will be there.
    New(PathBuf),
}

impl Names {
    /// Adds the output of `option`: to the file `name`, or else to stdout.
    ///
    /// Fails if an output added before is the same file.
    pub fn output(
        &mut self,
        option: &str,
        name: Option<&OsStr>,
    ) -> Result<(), Clash> {
        let identity = Identity::of_output(name.unwrap_or(OsStr::new("-")));
        let shown = match name {
            Some(name) => format!("{option} {}", name.display()),
            None => "standard output".to_owned(),
        };
        if let Some(other) = self.same(&identity) {
            return Err(Clash::Outputs(other, shown));
        }
        self.outputs.push((shown, identity));
        Ok(())
    }

    /// Fails if one of the outputs is one of the files that are read.
    pub fn inputs(&self, operands: &[OsString]) -> Result<(), Clash> {
        let mut inputs = operands.iter().map(|name| Identity::of_input(name));
        match inputs.find_map(|input| self.same(&input)) {
            Some(output) => Err(Clash::Input(output)),
            None => Ok(()),
        }
    }

    fn same(&self, identity: &Identity) -> Option<String> {
        let mut outputs = self.outputs.iter();
        let found = outputs.find(|(_, other)| other.is_same(identity))?;
        Some(found.0.clone())
    }
}

impl Identity {
    #[expect(clippy::disallowed_methods, reason = "only asks what it is")]
    fn of_output(name: &OsStr) -> Self {
        if name == "-" || name == "/dev/stdout" {
            return Self { is_stdout: true, ..Self::of_open(io::stdout()) };
        }
        let path = Path::new(name);
        let file = match std::fs::metadata(path) {
            _ if is_device_name(path) => None,
            Ok(metadata) => regular(&metadata),
            Err(_) => Some(Regular::New(absolute(path))),
        };
        Self { is_stdout: false, file }
    }

    #[expect(clippy::disallowed_methods, reason = "only asks what it is")]
    fn of_input(name: &OsStr) -> Self {
        if name == "-" {
            return Self::of_open(io::stdin());
        }
        let metadata = std::fs::metadata(name).ok();
        Self { is_stdout: false, file: metadata.as_ref().and_then(regular) }
    }

    /// What is open already.
    fn of_open(stream: impl AsFd) -> Self {
        let file = stream.as_fd().try_clone_to_owned().map(File::from);
        let metadata = file.and_then(|file| file.metadata()).ok();
        Self { is_stdout: false, file: metadata.as_ref().and_then(regular) }
    }

    fn is_same(&self, other: &Self) -> bool {
        let both = self.is_stdout && other.is_stdout;
        both || (self.file.is_some() && self.file == other.file)
    }
}

fn regular(metadata: &Metadata) -> Option<Regular> {
    let old = Regular::Old(metadata.dev(), metadata.ino());
    metadata.is_file().then_some(old)
}

/// Where a file that is not there yet will be.
fn absolute(path: &Path) -> PathBuf {
    let directory = path.parent().filter(|d| !d.as_os_str().is_empty());
    let directory = std::fs::canonicalize(directory.unwrap_or(Path::new(".")));
    match (directory, path.file_name()) {
        (Ok(directory), Some(name)) => directory.join(name),
        _ => path.to_owned(),
    }
}
