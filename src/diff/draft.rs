//! A file header while its lines arrive.

use super::binary;
use super::file::{FileHeader, Kind};
use super::mend::Mend;
use super::name::{self, Prefix};
use super::range::{self, Said};
use super::stamp;
use super::unit::Reason;
use crate::path::{Portability, RelPath};
use crate::span::Place;

/// The lines of a header so far. Names are as written, with prefixes.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    /// Where it begins.
    pub(super) at: Place,
    /// Whether a `diff --git` line began it.
    pub(super) is_git: bool,
    /// Whether its lines end with CR LF.
    pub(super) has_cr: bool,
    /// The names of the `diff --git` line.
    git: Option<(Vec<u8>, Vec<u8>)>,
    /// The names of the `---` and `+++` lines.
    pub(super) old: Option<Vec<u8>>,
    pub(super) new: Option<Vec<u8>>,
    /// Whether their dates say that the side is not there.
    old_is_gone: bool,
    new_is_gone: bool,
    from: Option<Vec<u8>>,
    to: Option<Vec<u8>>,
    is_copy: bool,
    old_mode: Option<Vec<u8>>,
    new_mode: Option<Vec<u8>>,
    created: Option<Vec<u8>>,
    deleted: Option<Vec<u8>>,
    similarity: Option<Vec<u8>>,
    index: Option<Vec<u8>>,
    /// A line says that binary files differ, and nothing more.
    pub(super) has_no_bytes: bool,
}

/// A header that was understood, and what was put right in it.
pub(super) type Settled = Result<(FileHeader, Vec<Mend>), Reason>;

impl Draft {
    pub(super) fn new(at: Place) -> Self {
        Self {
            at,
            is_git: false,
            has_cr: false,
            git: None,
            old: None,
            new: None,
            old_is_gone: false,
            new_is_gone: false,
            from: None,
            to: None,
            is_copy: false,
            old_mode: None,
            new_mode: None,
            created: None,
            deleted: None,
            similarity: None,
            index: None,
            has_no_bytes: false,
        }
    }

    /// Begins with a `diff --git` line.
    pub(super) fn git(at: Place, rest: &[u8]) -> Self {
        let git = name::of_git_line(rest);
        let has_cr = rest.ends_with(b"\r\n");
        Self { is_git: true, git, has_cr, ..Self::new(at) }
    }

    /// Takes a line between `diff --git` and the first hunk, if it is one.
    pub(super) fn take(&mut self, line: &[u8]) -> Taken {
        if let Some(rest) = line.strip_prefix(b"--- ") {
            self.old = Some(name::of_line(rest));
            self.old_is_gone = self.is_gone(rest);
            self.has_cr |= rest.ends_with(b"\r\n");
            return Taken::Yes;
        }
        if let Some(rest) = line.strip_prefix(b"+++ ") {
            self.new = Some(name::of_line(rest));
            self.new_is_gone = self.is_gone(rest);
            self.has_cr |= rest.ends_with(b"\r\n");
            return Taken::Yes;
        }
        self.take_extended(line)
    }

    /// Whether the date behind a name says that there is no such file. git
    /// says that in other words, and writes no dates.
    fn is_gone(&self, rest: &[u8]) -> bool {
        let stamp = name::stamp_of_line(rest);
        !self.is_git && stamp.is_some_and(stamp::is_epoch)
    }

    /// Heeds the first hunk's header. A side of which it has lines is there:
    /// the date is only that of a file which was given none. Returns whether
    /// a date counts for nothing by that.
    pub(super) fn heed(&mut self, line: &[u8]) -> bool {
        let (Said::Numbers(numbers), _) = range::read(line.trim_ascii_end())
        else {
            return false;
        };
        let old = self.old_is_gone && numbers.old.count > 0;
        let new = self.new_is_gone && numbers.new.count > 0;
        self.old_is_gone &= !old;
        self.new_is_gone &= !new;
        old || new
    }

    fn take_extended(&mut self, line: &[u8]) -> Taken {
        let text = line.trim_ascii_end();
        for (word, field) in [
            (&b"old mode "[..], &mut self.old_mode),
            (b"new mode ", &mut self.new_mode),
            (b"new file mode ", &mut self.created),
            (b"deleted file mode ", &mut self.deleted),
            (b"similarity index ", &mut self.similarity),
            (b"index ", &mut self.index),
        ] {
            if let Some(rest) = text.strip_prefix(word) {
                *field = Some(rest.to_vec());
                return Taken::Yes;
            }
        }
        for (word, is_copy, is_from) in [
            (&b"rename from "[..], false, true),
            (b"rename to ", false, false),
            (b"copy from ", true, true),
            (b"copy to ", true, false),
        ] {
            if let Some(rest) = line.strip_prefix(word) {
                let field = if is_from { &mut self.from } else { &mut self.to };
                let name = name::of_line(rest);
                *field = Some(name::undotted(&name).to_vec());
                self.is_copy = is_copy;
                return Taken::Yes;
            }
        }
        let differ = binary::is_bare(text);
        self.has_no_bytes |= differ;
        let known = differ || text.starts_with(b"dissimilarity index ");
        if known { Taken::Yes } else { Taken::No }
    }

    /// Whether it says that lines or data follow: it names the sides of a
    /// text, or two contents of a file that stays, which are not the same.
    pub(super) fn promises(&self) -> bool {
        let is_text = self.old.is_some() || self.new.is_some();
        let is_whole = self.created.is_some() || self.deleted.is_some();
        let changes = self.index.is_some() && !is_whole;
        let share = self.similarity.as_deref();
        is_text || changes || share.is_some_and(|share| share != b"100%")
    }

    /// Whether an unended line that is none of the header's yet may become
    /// one, or the first of what a header promises. After a header that
    /// leaves nothing open, only the next file follows.
    pub(super) fn may_go_on_with(&self, text: &[u8]) -> bool {
        const LINES: [&[u8]; 16] = [
            b"--- ",
            b"+++ ",
            b"@@ ",
            b"index ",
            b"old mode ",
            b"new mode ",
            b"new file mode ",
            b"deleted file mode ",
            b"similarity index ",
            b"dissimilarity index ",
            b"rename from ",
            b"rename to ",
            b"copy from ",
            b"copy to ",
            b"Binary files ",
            b"GIT binary patch",
        ];
        let may_be =
            |line: &&[u8]| line.starts_with(text) || text.starts_with(line);
        !self.is_closed() && LINES.iter().any(may_be)
    }

    /// Whether nothing of its file can follow: the file is empty where it
    /// exists, or has only got another name.
    fn is_closed(&self) -> bool {
        let share = self.similarity.as_deref();
        let is_named = self.from.is_some() && self.to.is_some();
        let is_moved = is_named && !self.is_copy && share == Some(b"100%");
        let is_text = self.old.is_some() || self.new.is_some();
        let is_empty = match self.settle() {
            Ok((file, _)) => file.is_whole_file() && file.names_empty_blob(),
            Err(_) => false,
        };
        !is_text && (is_moved || is_empty)
    }

    /// The name as far as it is known, for messages.
    pub(super) fn path(&self) -> Option<Vec<u8>> {
        let git = self.git.as_ref();
        let new = self.new.as_deref().or(git.map(|g| g.1.as_slice()));
        let old = self.old.as_deref().or(git.map(|g| g.0.as_slice()));
        let real = |name: &&[u8]| !name::is_null(name);
        let (old, new) = (old.filter(real), new.filter(real));
        let (old, new, _) = name::strip(old, new, self.sides());
        new.or(old)
    }

    /// The prefixes that the first line shows, or the names of a plain diff.
    fn sides(&self) -> Option<(&[u8], &[u8])> {
        if self.is_git {
            let (old, new) = self.git.as_ref()?;
            return name::sides(old, new);
        }
        name::compared(self.old.as_ref()?, self.new.as_ref()?)
    }

    /// What the header says as a whole.
    pub(super) fn settle(&self) -> Settled {
        let (old, new, mut mends) = self.names()?;
        let kind = self.kind(old.as_deref(), new.as_deref());
        let (old, new) = self.agree(&kind, old, new, &mut mends)?;
        let other = Some(&new).filter(|new| **new != old);
        for name in std::iter::once(&old).chain(other) {
            if !name.is_empty() {
                check(name)?;
            }
        }
        let mode = |mode: &Option<Vec<u8>>| mode.clone().filter(|m| is_mode(m));
        if self.similarity.as_deref().is_some_and(|text| !is_share(text)) {
            return Err(Reason::Header);
        }
        let is_whole = matches!(kind, Kind::New | Kind::Delete);
        let named = self.created.is_some() || self.deleted.is_some();
        if is_whole && self.is_git && !named {
            mends.push(Mend::FileMode);
        }
        Ok((
            FileHeader {
                old_mode: match kind {
                    Kind::Delete => mode(&self.deleted),
                    Kind::New => None,
                    _ => mode(&self.old_mode),
                },
                new_mode: match kind {
                    Kind::New => mode(&self.created),
                    Kind::Delete => None,
                    _ => mode(&self.new_mode),
                },
                similarity: self.similarity.clone(),
                index: self.index.clone().filter(|text| is_index(text)),
                is_git: self.is_git,
                kind,
                old,
                new,
            },
            mends,
        ))
    }

    /// Both names without prefixes; none for a missing side.
    fn names(&self) -> Result<Names, Reason> {
        if let (Some(from), Some(to)) = (&self.from, &self.to) {
            let other = |name: &Option<Vec<u8>>, of: &[u8]| {
                name.as_deref().is_some_and(|name| !fits(name, of))
            };
            let git = self.git.as_ref();
            let contradicts =
                git.is_some_and(|git| !fits(&git.0, from) || !fits(&git.1, to));
            if contradicts || other(&self.old, from) || other(&self.new, to) {
                return Err(Reason::Header);
            }
            return Ok((Some(from.clone()), Some(to.clone()), Vec::new()));
        }
        let git = self.git.as_ref();
        if git.is_some_and(|git| self.contradicts(git)) {
            return Err(Reason::Header);
        }
        let old = self.old.as_ref().or(git.map(|g| &g.0));
        let new = self.new.as_ref().or(git.map(|g| &g.1));
        let mut mends = Vec::new();
        if self.old.is_some() && self.new.is_none() {
            mends.push(Mend::NewName);
        }
        let new = new.or(old).ok_or(Reason::NoFile)?;
        let old = old.unwrap_or(new);
        if self.old_is_gone != self.new_is_gone
            && !name::is_null(old)
            && !name::is_null(new)
        {
            return self.name_of_whole(old, new);
        }
        let is_there = |name: &Vec<u8>, whole: &Option<Vec<u8>>| {
            !name::is_null(name) && whole.is_none()
        };
        let real_old = Some(old).filter(|n| is_there(n, &self.created));
        let real_new = Some(new).filter(|n| is_there(n, &self.deleted));
        // A header may name a file that it says does not exist.
        let (real_old, real_new) = match (real_old, real_new) {
            (None, None) if self.created.is_some() => (None, Some(new)),
            (None, None) => (Some(old), None),
            sides => sides,
        };
        if [real_old, real_new].into_iter().flatten().any(|n| name::is_null(n))
        {
            return Err(Reason::Header);
        }
        let (a, b) = (real_old.map(|n| &n[..]), real_new.map(|n| &n[..]));
        let (old, new, prefix) = name::strip(a, b, self.sides());
        if prefix == Prefix::None {
            mends.push(Mend::NamePrefix);
        }
        Ok((old, new, mends))
    }

    /// The names of a file of which a date says that it appears or goes away.
    /// Both are written, and have to be one.
    fn name_of_whole(&self, old: &[u8], new: &[u8]) -> Result<Names, Reason> {
        let (old, new, prefix) =
            name::strip(Some(old), Some(new), self.sides());
        let is_one = old == new || old.zip(new.as_ref()).is_some_and(extends);
        if !is_one {
            return Err(Reason::Header);
        }
        let mends = match prefix {
            Prefix::None => vec![Mend::NamePrefix],
            Prefix::Taken => Vec::new(),
        };
        Ok(match self.old_is_gone {
            true => (None, new, mends),
            false => (new, None, mends),
        })
    }

    /// Whether a `---` line names another file than the one that the header
    /// changes by itself: then it begins the next file's.
    pub(super) fn is_of_other(&self, line: &[u8]) -> bool {
        let Some(rest) = line.strip_prefix(b"--- ") else { return false };
        let name = name::of_line(rest);
        let moved = self.from.as_ref().filter(|_| self.to.is_some());
        let is_named = |git: &(Vec<u8>, Vec<u8>)| {
            is_alike(&git.0, &git.1) && !is_alike(&name, &git.0)
        };
        let is_change = self.created.is_some()
            || self.deleted.is_some()
            || self.new_mode.is_some();
        !name::is_null(&name)
            && (moved.is_some_and(|from| !fits(&name, from))
                || is_change && self.git.as_ref().is_some_and(is_named))
    }

    /// Whether a file that appears or goes away is not the one which the
    /// first line names. git refuses that too.
    fn contradicts(&self, git: &(Vec<u8>, Vec<u8>)) -> bool {
        let is_null =
            |name: &Option<Vec<u8>>| name.as_deref().is_some_and(name::is_null);
        let other = |name: &Option<Vec<u8>>, first: &[u8]| {
            let name = name.as_deref().filter(|name| !name::is_null(name));
            name.is_some_and(|name| !is_alike(name, first))
        };
        let appears = self.created.is_some() || is_null(&self.old);
        let goes = self.deleted.is_some() || is_null(&self.new);
        let is_null = |name: &[u8]| name::is_null(name);
        if !is_alike(&git.0, &git.1) {
            let is_half = is_null(&git.0) || is_null(&git.1);
            return (appears || goes) && !is_half;
        }
        appears && other(&self.new, &git.1) || goes && other(&self.old, &git.0)
    }

    fn kind(&self, old: Option<&[u8]>, new: Option<&[u8]>) -> Kind {
        match (old, new) {
            (None, _) => Kind::New,
            (_, None) => Kind::Delete,
            _ if self.from.is_none() || self.to.is_none() => Kind::Modify,
            _ if self.is_copy => Kind::Copy,
            _ => Kind::Rename,
        }
    }

    /// One name for both sides of a file that keeps its name. Where two are
    /// given without a word of renaming, git's header means a renaming; in a
    /// plain diff the second is the first with something behind it, or the
    /// first one counts.
    fn agree(
        &self,
        kind: &Kind,
        old: Option<Vec<u8>>,
        new: Option<Vec<u8>>,
        mends: &mut Vec<Mend>,
    ) -> Result<(Vec<u8>, Vec<u8>), Reason> {
        let (old, new) = (old.unwrap_or_default(), new.unwrap_or_default());
        if *kind != Kind::Modify || old == new {
            return Ok((old, new));
        }
        if self.is_git {
            return Err(Reason::Header);
        }
        mends.push(Mend::NewName);
        let one = if old.starts_with(&new) { new } else { old };
        Ok((one.clone(), one))
    }
}

/// Whether the first name is the second with something behind it, as that of
/// a copy that somebody kept.
fn extends((old, new): (Vec<u8>, &Vec<u8>)) -> bool {
    !new.is_empty() && old.starts_with(new)
}

type Names = (Option<Vec<u8>>, Option<Vec<u8>>, Vec<Mend>);

/// Whether a name is the one that a renaming gives, prefixes aside.
fn fits(name: &[u8], of: &[u8]) -> bool {
    let dir = name.strip_suffix(of);
    dir.is_some_and(|dir| dir.is_empty() || dir.ends_with(b"/"))
}

/// Whether two names are one, the first directory aside, which may be the
/// prefix of a side.
fn is_alike(one: &[u8], two: &[u8]) -> bool {
    let bare = |name: &'_ [u8]| {
        let at = memchr::memchr(b'/', name).map_or(0, |at| at + 1);
        name.get(at..).unwrap_or_default().to_vec()
    };
    one == two || bare(one) == bare(two) || fits(one, two) || fits(two, one)
}

/// Whether a line was part of a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    Yes,
    No,
}

/// Refuses a name that no tree can have. An absolute one may be that of a
/// file below the root, which is not known here.
fn check(name: &[u8]) -> Result<(), Reason> {
    let refused = |_| Reason::Name(crate::path::NameError::NotUtf8);
    let text = std::str::from_utf8(name).map_err(refused)?;
    let text = text.strip_prefix('/').unwrap_or(text);
    RelPath::parse(text, Portability::Unix).map(drop).map_err(Reason::Name)
}

/// `95%`.
fn is_share(text: &[u8]) -> bool {
    text.strip_suffix(b"%").is_some_and(|digits| {
        !digits.is_empty() && digits.iter().all(u8::is_ascii_digit)
    })
}

fn is_mode(mode: &[u8]) -> bool {
    mode.len() == 6 && mode.iter().all(|b| (b'0'..=b'7').contains(b))
}

/// `1234abc..5678def`, perhaps with a mode.
fn is_index(text: &[u8]) -> bool {
    let Some(at) = memchr::memmem::find(text, b"..") else { return false };
    let (old, new) = text.split_at(at);
    let new = new.get(2..).unwrap_or_default();
    let space = memchr::memchr(b' ', new).unwrap_or(new.len());
    let (new, mode) = new.split_at(space);
    let has_mode = mode.is_empty() || mode.get(1..).is_some_and(is_mode);
    let hash = |h: &[u8]| {
        (4..=64).contains(&h.len()) && h.iter().all(u8::is_ascii_hexdigit)
    };
    has_mode && hash(old) && hash(new)
}
