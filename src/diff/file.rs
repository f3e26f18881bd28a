//! The header of a file patch.

/// What a file patch does to its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Its text, its mode or both change.
    Modify,
    /// It appears.
    New,
    /// It goes away.
    Delete,
    /// It gets another name.
    Rename,
    /// It is copied to another name.
    Copy,
}

/// The header of a file patch, its names without `a/` and `b/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileHeader {
    /// What happens to the file.
    pub kind: Kind,
    /// The name before; empty for a new file.
    pub old: Vec<u8>,
    /// The name after; empty for a deleted file.
    pub new: Vec<u8>,
    /// The mode before, as six octal digits, where the header has one; for a
    /// deleted file the mode that it has.
    pub old_mode: Option<Vec<u8>>,
    /// The mode after; for a new file the mode that it gets.
    pub new_mode: Option<Vec<u8>>,
    /// What follows `similarity index `.
    pub similarity: Option<Vec<u8>>,
    /// What follows `index `.
    pub index: Option<Vec<u8>>,
    /// Whether a `diff --git` line began it.
    pub is_git: bool,
}

impl FileHeader {
    /// The name by which the file is known: the new one, if there is one.
    pub fn path(&self) -> &[u8] {
        if self.new.is_empty() { &self.old } else { &self.new }
    }

    /// Whether the header changes something by itself, without a hunk.
    pub fn is_change(&self) -> bool {
        let mode = self.old_mode.is_some() && self.new_mode.is_some();
        matches!(self.kind, Kind::Rename | Kind::Copy) || mode
    }

    /// Whether the file appears or goes away as a whole.
    pub fn is_whole_file(&self) -> bool {
        matches!(self.kind, Kind::New | Kind::Delete)
    }

    /// The names that the index line gives to the content before and after:
    /// at least seven hexadecimal digits each. Both are written with as many;
    /// one with fewer was cut.
    pub fn blobs(&self) -> Option<(&[u8], &[u8])> {
        let index = self.index.as_deref()?;
        let at = memchr::memmem::find(index, b"..")?;
        let (old, new) = (index.get(..at)?, index.get(at + 2..)?);
        let new = new.split(|b| *b == b' ').next()?;
        let is_name = old.len() >= SHORTEST_NAME && old.len() == new.len();
        is_name.then_some((old, new))
    }

    /// Whether the index line says that the file is empty where it exists.
    pub fn names_empty_blob(&self) -> bool {
        let Some((old, new)) = self.blobs() else { return false };
        let name = if self.kind == Kind::Delete { old } else { new };
        name.starts_with(EMPTY_BLOB)
    }

    /// Whether the index line says that the file has content before.
    pub fn names_lines_before(&self) -> bool {
        self.blobs().is_some_and(|(old, _)| {
            !old.starts_with(EMPTY_BLOB) && old.iter().any(|b| *b != b'0')
        })
    }

    /// Whether it says that lines or data follow: it names two contents that
    /// are not the same.
    pub fn names_a_change(&self) -> bool {
        let share = self.similarity.as_deref();
        let differs = self.index.is_some()
            && !(self.is_whole_file() && self.names_empty_blob());
        differs || share.is_some_and(|share| share != b"100%")
    }

    /// Whether two headers do the same; what git notes beside does not.
    pub fn does_as(&self, other: &Self) -> bool {
        let modes = |file: &Self| match file.kind {
            Kind::New => {
                let mode = file.new_mode.as_deref().unwrap_or(PLAIN_MODE);
                (None, Some(mode.to_vec()))
            }
            Kind::Delete => (None, None),
            _ => (file.old_mode.clone(), file.new_mode.clone()),
        };
        self.kind == other.kind
            && (&self.old, &self.new) == (&other.old, &other.new)
            && modes(self) == modes(other)
    }
}

/// The mode of a new file whose header gives none.
const PLAIN_MODE: &[u8] = b"100644";

/// Digits of the shortest name of a blob that git writes by itself
/// (git-config(1), core.abbrev).
const SHORTEST_NAME: usize = 7;

/// The beginning of the name that git gives to empty content.
const EMPTY_BLOB: &[u8] = b"e69de29";
