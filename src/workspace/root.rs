//! The root of the user's tree, and the only way to a file below it. Names
//! flow in, descriptors flow out. Nothing is opened by a path that a link, a
//! mount or another process could lead elsewhere.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

use rustix::fs::{
    self, AtFlags, CWD, FileType, Mode, OFlags, ResolveFlags, Stat,
};
use rustix::io::Errno;

use crate::edit::FileMode;
use crate::path::RelPath;

/// How names below the root are resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Resolver {
    /// By the kernel in one step.
    Openat2,
    /// Component by component, where the kernel cannot.
    Walk,
}

/// A directory and what lies below it.
#[derive(Debug)]
pub(super) struct Root {
    dir: OwnedFd,
    device: u64,
    resolver: Cell<Resolver>,
}

/// What is known of a file without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FileStat {
    pub(super) inode: u64,
    pub(super) len: u64,
    /// Time of the last change of its content: seconds and nanoseconds.
    pub(super) modified: (i64, u64),
    /// Permission bits, without set-user-id and its like.
    pub(super) mode: u32,
    pub(super) owner: (u32, u32),
    /// Whether it was seen that nobody may replace or remove it.
    pub(super) is_fixed: bool,
}

/// What stands under a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Node {
    Absent,
    File(FileStat),
    Directory,
    /// Neither a file nor a directory; in words.
    Special(&'static str),
    /// Something on the way is no directory.
    BelowFile,
    /// Something on the way is a link or a mount.
    Detour,
}

const DIRECTORY: OFlags = OFlags::DIRECTORY.union(OFlags::RDONLY).union(COMMON);
const COMMON: OFlags = OFlags::CLOEXEC.union(OFlags::NOFOLLOW);
const READ: OFlags =
    OFlags::RDONLY.union(OFlags::NONBLOCK).union(OFlags::NOCTTY).union(COMMON);

impl Root {
    /// Opens a directory as root; the one path that is followed as the user
    /// gave it.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let flags = OFlags::DIRECTORY | OFlags::RDONLY | OFlags::CLOEXEC;
        let dir = fs::openat(CWD, path, flags, Mode::empty())?;
        let device = fs::fstat(&dir)?.st_dev;
        Ok(Self { dir, device, resolver: Cell::new(Resolver::Openat2) })
    }

    /// The root's own descriptor.
    pub(super) fn dir(&self) -> &OwnedFd {
        &self.dir
    }

    /// Resolves names in this way from now on.
    #[cfg(test)]
    pub(super) fn resolve_by(&self, resolver: Resolver) {
        self.resolver.set(resolver);
    }

    /// What stands under a name.
    pub(super) fn look(&self, path: &RelPath) -> io::Result<Node> {
        match self.node(path.as_str()) {
            Ok(node) => Ok(node),
            Err(Errno::NOENT) => Ok(Node::Absent),
            Err(Errno::NOTDIR) => Ok(Node::BelowFile),
            Err(Errno::LOOP | Errno::XDEV) => Ok(Node::Detour),
            Err(why) => Err(why.into()),
        }
    }

    /// The bytes of a file that was looked at before. Fails if it is no
    /// longer the same one.
    pub(super) fn read(
        &self,
        path: &RelPath,
        seen: &FileStat,
    ) -> io::Result<Vec<u8>> {
        let fd = self.open_at(path.as_str(), READ)?;
        let stat = fs::fstat(&fd)?;
        let same = matches!(Node::of(&stat), Node::File(now)
            if now.inode == seen.inode);
        if !same {
            let why = "it was replaced while it was read";
            return Err(io::Error::other(why));
        }
        read_whole(&mut File::from(fd), seen.len)
    }

    /// Opens a directory below the root; the root itself for `None`.
    pub(super) fn directory(
        &self,
        path: Option<&RelPath>,
    ) -> io::Result<OwnedFd> {
        self.directory_at(path.map_or("", RelPath::as_str))
    }

    /// The same for a name that was a [`RelPath`] or a part of one; the root
    /// itself is ``.
    pub(super) fn directory_at(&self, path: &str) -> io::Result<OwnedFd> {
        match path {
            "" => Ok(self.dir.try_clone()?),
            path => Ok(self.open_at(path, DIRECTORY)?),
        }
    }

    fn node(&self, path: &str) -> Result<Node, Errno> {
        let fd = self.open_at(path, OFlags::PATH | COMMON)?;
        let mut node = Node::of(&fs::fstat(&fd)?);
        if let Node::File(stat) = &mut node {
            stat.is_fixed = is_fixed(&fd);
        }
        Ok(node)
    }

    fn open_at(&self, path: &str, flags: OFlags) -> Result<OwnedFd, Errno> {
        if self.resolver.get() == Resolver::Walk {
            return self.walk(path, flags);
        }
        match self.openat2(path, flags) {
            // Old kernels and some sandboxes do not have the call.
            Err(Errno::NOSYS | Errno::PERM) => {
                self.resolver.set(Resolver::Walk);
                self.walk(path, flags)
            }
            result => result,
        }
    }

    fn openat2(&self, path: &str, flags: OFlags) -> Result<OwnedFd, Errno> {
        let resolve = ResolveFlags::BENEATH
            | ResolveFlags::NO_SYMLINKS
            | ResolveFlags::NO_MAGICLINKS
            | ResolveFlags::NO_XDEV;
        loop {
            let mode = Mode::empty();
            match fs::openat2(&self.dir, path, flags, mode, resolve) {
                // The kernel saw a rename on the way and could not be sure.
                Err(Errno::AGAIN | Errno::INTR) => {}
                result => return result,
            }
        }
    }

    /// Opens each component from the descriptor of the one before it.
    fn walk(&self, path: &str, flags: OFlags) -> Result<OwnedFd, Errno> {
        let (parents, name) = path.rsplit_once('/').unwrap_or(("", path));
        let mut dir: Option<OwnedFd> = None;
        for parent in parents.split('/').filter(|p| !p.is_empty()) {
            let from = dir.as_ref().unwrap_or(&self.dir);
            dir = Some(self.step(from, parent, DIRECTORY)?);
        }
        self.step(dir.as_ref().unwrap_or(&self.dir), name, flags)
    }

    fn step(
        &self,
        from: &OwnedFd,
        name: &str,
        flags: OFlags,
    ) -> Result<OwnedFd, Errno> {
        let fd = match fs::openat(from, name, flags, Mode::empty()) {
            // A link gives ENOTDIR where a directory is asked for.
            Err(Errno::NOTDIR) if is_link(from, name) => {
                return Err(Errno::LOOP);
            }
            result => result?,
        };
        match fs::fstat(&fd)?.st_dev == self.device {
            true => Ok(fd),
            false => Err(Errno::XDEV),
        }
    }
}

/// Everything in a file that was `len` bytes long a moment ago: in one read,
/// if it still is.
fn read_whole(file: &mut File, len: u64) -> io::Result<Vec<u8>> {
    let len = usize::try_from(len).map_err(io::Error::other)?;
    let mut bytes = vec![0; len + 1];
    let mut filled = 0;
    while let Some(room) = bytes.get_mut(filled..) {
        match file.read(room) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(why) if why.kind() == io::ErrorKind::Interrupted => {}
            Err(why) => return Err(why),
        }
        // There was room for one byte more, and there was none.
        if filled == len {
            break;
        }
        if filled == bytes.len() {
            bytes.resize(filled * 2, 0);
        }
    }
    bytes.truncate(filled);
    Ok(bytes)
}

/// Whether a file or directory is marked as one that stays as it is, or only
/// grows.
#[cfg(target_os = "linux")]
pub(super) fn is_fixed(file: &OwnedFd) -> bool {
    use rustix::fs::{StatxAttributes, StatxFlags};
    let marks = StatxAttributes::IMMUTABLE | StatxAttributes::APPEND;
    fs::statx(file, "", AtFlags::EMPTY_PATH, StatxFlags::empty())
        .is_ok_and(|stat| stat.stx_attributes.intersects(marks))
}

#[cfg(not(target_os = "linux"))]
pub(super) fn is_fixed(_: &OwnedFd) -> bool {
    false
}

fn is_link(from: &OwnedFd, name: &str) -> bool {
    fs::statat(from, name, AtFlags::SYMLINK_NOFOLLOW)
        .is_ok_and(|s| FileType::from_raw_mode(s.st_mode) == FileType::Symlink)
}

impl Node {
    pub(super) fn of(stat: &Stat) -> Self {
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile => Self::File(FileStat::of(stat)),
            FileType::Directory => Self::Directory,
            FileType::Symlink => Self::Special("a symbolic link"),
            FileType::Fifo => Self::Special("a FIFO"),
            FileType::Socket => Self::Special("a socket"),
            _ => Self::Special("a device"),
        }
    }
}

impl FileStat {
    /// Permission bits that are carried over to a new version of a file.
    const KEPT_MODE: u32 = 0o777;

    pub(super) fn of(stat: &Stat) -> Self {
        Self {
            inode: stat.st_ino,
            len: stat.st_size.try_into().unwrap_or_default(),
            modified: (stat.st_mtime, stat.st_mtime_nsec),
            mode: stat.st_mode & Self::KEPT_MODE,
            owner: (stat.st_uid, stat.st_gid),
            is_fixed: false,
        }
    }

    /// A program that is only thought of.
    pub(super) fn program() -> Self {
        let (inode, len, modified, owner) = (0, 0, (0, 0), (0, 0));
        let (mode, is_fixed) = (0o755, false);
        Self { inode, len, modified, mode, owner, is_fixed }
    }

    /// Whether its owner may execute it.
    pub(super) fn is_executable(&self) -> bool {
        self.mode & 0o100 != 0
    }

    /// The same file with another mode: who may read it may execute it, or
    /// nobody may.
    pub(super) fn with_mode(mut self, mode: FileMode) -> Self {
        self.mode = match mode {
            FileMode::Executable => self.mode | (self.mode & 0o444) >> 2,
            FileMode::Plain => self.mode & !0o111,
        };
        self
    }
}

/// What stands under one name of an open directory.
pub(super) fn look_in(dir: impl AsFd, name: &str) -> io::Result<Node> {
    match fs::statat(dir, name, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(stat) => Ok(Node::of(&stat)),
        Err(Errno::NOENT) => Ok(Node::Absent),
        Err(why) => Err(why.into()),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;
    use std::path::PathBuf;

    use super::*;
    use crate::path::Portability;

    struct Tree(PathBuf);

    #[expect(clippy::disallowed_methods, reason = "a test's own tree")]
    impl Tree {
        fn new(name: &str) -> Self {
            let name = format!("tornkit-root-{name}-{}", std::process::id());
            let path = std::env::temp_dir().join(name);
            drop(std::fs::remove_dir_all(&path));
            std::fs::create_dir_all(path.join("tree/dir")).unwrap();
            std::fs::write(path.join("tree/dir/file"), "in").unwrap();
            std::fs::write(path.join("out"), "out").unwrap();
            symlink("../out", path.join("tree/link")).unwrap();
            symlink("dir", path.join("tree/way")).unwrap();
            symlink("..", path.join("tree/dir/up")).unwrap();
            Self(path)
        }
    }

    #[expect(clippy::disallowed_methods, reason = "a test's own tree")]
    impl Drop for Tree {
        fn drop(&mut self) {
            drop(std::fs::remove_dir_all(&self.0));
        }
    }

    fn name(text: &str) -> RelPath {
        RelPath::parse(text, Portability::Everywhere).unwrap()
    }

    #[test]
    fn no_link_is_followed_in_either_way() {
        for resolver in [Resolver::Openat2, Resolver::Walk] {
            let tree = Tree::new(&format!("{resolver:?}"));
            let root = Root::open(&tree.0.join("tree")).unwrap();
            root.resolve_by(resolver);
            let look = |text: &str| root.look(&name(text)).unwrap();
            let link = Node::Special("a symbolic link");
            assert_eq!(look("link"), link, "{resolver:?}");
            assert_eq!(look("way"), link, "{resolver:?}");
            assert_eq!(look("way/file"), Node::Detour, "{resolver:?}");
            assert_eq!(look("dir/up/link"), Node::Detour, "{resolver:?}");
            assert_eq!(look("dir/file/x"), Node::BelowFile, "{resolver:?}");
            assert_eq!(look("dir/none"), Node::Absent, "{resolver:?}");
            assert_eq!(look("none/x"), Node::Absent, "{resolver:?}");
            assert_eq!(look("dir"), Node::Directory, "{resolver:?}");
            let file = name("dir/file");
            let Node::File(stat) = look("dir/file") else { panic!() };
            assert_eq!(root.read(&file, &stat).unwrap(), b"in");
            assert!(root.read(&name("link"), &stat).is_err());
            assert!(root.directory(Some(&name("way"))).is_err());
        }
    }
}
