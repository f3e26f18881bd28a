//! A file that gets its name when it is whole, and never exists in part.
//!
//! Where the system allows it the file has no name at all until then, so
//! that nothing is left of it however the process ends. What it replaces
//! lends it its permissions; its owner and its other names it does not.

use std::ffi::OsString;
use std::fs::{File, Permissions};
use std::io;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

/// Permissions of a file that replaces none, less those of the umask.
const NEW_FILE: u32 = 0o666;

/// Names that are tried for the file before it has its own.
const ATTEMPTS: u32 = 64;

/// The file in the making; see the module.
pub(super) struct Draft {
    pub(super) file: File,
    /// Its name so far, if it has one.
    temporary: Option<PathBuf>,
    target: PathBuf,
}

impl Draft {
    /// The beginning of a file that will be `target`.
    pub(super) fn new(target: PathBuf) -> io::Result<Self> {
        let before = std::fs::metadata(&target).ok();
        let mode = before.map(|old| old.permissions().mode() & 0o777);
        let (file, temporary) = match nameless(&target, mode) {
            Some(file) => (file, None),
            None => named(&target, mode)?,
        };
        if let Some(mode) = mode {
            file.set_permissions(Permissions::from_mode(mode))?;
        }
        Ok(Self { file, temporary, target })
    }

    /// Makes it durable and gives it its name.
    #[expect(clippy::disallowed_methods, reason = "an output the user named")]
    pub(super) fn publish(mut self) -> io::Result<()> {
        self.file.sync_all()?;
        let temporary = match self.temporary.take() {
            Some(temporary) => temporary,
            None => link(&self.file, &self.target)?,
        };
        let done = std::fs::rename(&temporary, &self.target);
        self.temporary = done.is_err().then_some(temporary);
        done
    }
}

impl Drop for Draft {
    /// What was never published leaves nothing behind.
    #[expect(clippy::disallowed_methods, reason = "our own temporary")]
    fn drop(&mut self) {
        if let Some(temporary) = &self.temporary {
            drop(std::fs::remove_file(temporary));
        }
    }
}

/// A file without a name on the target's file system.
#[cfg(target_os = "linux")]
fn nameless(target: &Path, mode: Option<u32>) -> Option<File> {
    use rustix::fs::{Mode, OFlags};
    let flags = OFlags::TMPFILE | OFlags::WRONLY | OFlags::CLOEXEC;
    let mode = Mode::from_bits_truncate(mode.unwrap_or(NEW_FILE));
    let directory = target.parent().filter(|d| !d.as_os_str().is_empty());
    let directory = directory.unwrap_or(Path::new("."));
    let file = File::from(rustix::fs::open(directory, flags, mode).ok()?);
    // Without this way to it, it could never get a name.
    descriptor(&file).exists().then_some(file)
}

#[cfg(not(target_os = "linux"))]
fn nameless(_: &Path, _: Option<u32>) -> Option<File> {
    None
}

/// A file that has a name nobody else uses; it is there and empty.
fn named(
    target: &Path,
    mode: Option<u32>,
) -> io::Result<(File, Option<PathBuf>)> {
    let mut options = File::options();
    options.write(true).create_new(true).mode(mode.unwrap_or(NEW_FILE));
    let (file, name) = first_free(target, |name| options.open(name))?;
    Ok((file, Some(name)))
}

/// Names a file that has no name yet; what it is called.
#[cfg(target_os = "linux")]
fn link(file: &File, target: &Path) -> io::Result<PathBuf> {
    use rustix::fs::{AtFlags, CWD, linkat};
    let from = descriptor(file);
    let follow = AtFlags::SYMLINK_FOLLOW;
    let named = first_free(target, |name| {
        linkat(CWD, &from, CWD, name, follow).map_err(io::Error::from)
    });
    named.map(|((), name)| name)
}

#[cfg(not(target_os = "linux"))]
fn link(_: &File, _: &Path) -> io::Result<PathBuf> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(target_os = "linux")]
fn descriptor(file: &File) -> PathBuf {
    use std::os::fd::AsRawFd as _;
    PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()))
}

/// Does `make` with the first name beside the target that is not taken.
fn first_free<T>(
    target: &Path,
    make: impl Fn(&Path) -> io::Result<T>,
) -> io::Result<(T, PathBuf)> {
    let mut attempt = 0;
    loop {
        let name = beside(target, attempt);
        attempt += 1;
        match make(&name) {
            Ok(made) => return Ok((made, name)),
            Err(why)
                if why.kind() == io::ErrorKind::AlreadyExists
                    && attempt < ATTEMPTS => {}
            Err(why) => return Err(why),
        }
    }
}

/// A name in the target's directory that no other run uses.
fn beside(target: &Path, attempt: u32) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(target.file_name().unwrap_or_default());
    name.push(format!(".{}.{attempt}.tmp", std::process::id()));
    target.with_file_name(name)
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a test owns its directory")]
mod tests {
    use super::*;

    #[test]
    fn with_and_without_a_name_it_appears_whole_and_leaves_no_other() {
        let dir = std::env::temp_dir();
        let dir = dir.join(format!("tornkit-draft-{}", std::process::id()));
        std::fs::create_dir(&dir).unwrap();
        let target = dir.join("target");
        let entries = || std::fs::read_dir(&dir).unwrap().count();
        for name in [false, true] {
            let mut draft = Draft::new(target.clone()).unwrap();
            if name {
                let (file, temporary) = named(&target, Some(0o600)).unwrap();
                let target = target.clone();
                draft = Draft { file, temporary, target };
            }
            io::Write::write_all(&mut draft.file, b"whole").unwrap();
            draft.publish().unwrap();
            assert_eq!(std::fs::read(&target).unwrap(), b"whole");
            assert_eq!(entries(), 1);
            let (file, temporary) = named(&target, None).unwrap();
            drop(Draft { file, temporary, target: target.clone() });
            assert_eq!(entries(), 1);
            std::fs::remove_file(&target).unwrap();
        }
        std::fs::remove_dir(&dir).unwrap();
    }
}
