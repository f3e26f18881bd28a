//! What a transaction is about to do, in the words of the file that makes it
//! recoverable. Entries in, NDJSON out, and back.

use std::borrow::Cow;
use std::io;

use serde::{Deserialize, Serialize};

use super::hash::Hash;
use super::stage::Place;
use crate::path::{Portability, RelPath};

/// A transaction's plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Journal {
    /// The run it belongs to.
    pub(super) run: String,
    /// Length of the log before the transaction, in bytes.
    pub(super) log_bytes: u64,
    /// What happens to each file, in the order in which it happens.
    pub(super) entries: Vec<Entry>,
}

/// What happens to one file. Its old content is kept where the new one was
/// staged, if the two change places, and else as `N.old`, where N is the
/// entry's number from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) path: RelPath,
    /// Directories made for it, or removed with it, outermost first.
    pub(super) dirs: Vec<RelPath>,
    /// Digest of the content before; nothing for a new file.
    pub(super) before: Option<Hash>,
    /// The content after; nothing for a deleted file.
    pub(super) after: Option<After>,
}

/// The new content of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct After {
    pub(super) hash: Hash,
    /// Where it is staged.
    pub(super) at: Place,
}

/// A line of the file.
#[derive(Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Line<'a> {
    Begin {
        run: Cow<'a, str>,
        log_bytes: u64,
    },
    File {
        path: Cow<'a, str>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        dirs: Vec<Cow<'a, str>>,
        before: Option<Hash>,
        after: Option<Hash>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        staged: Option<u64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        new_dir: Option<u64>,
    },
    End {
        files: usize,
    },
}

impl Journal {
    /// The journal as the bytes of a file.
    pub(super) fn encode(&self) -> Vec<u8> {
        let run = Cow::Borrowed(self.run.as_str());
        let begin = Line::Begin { run, log_bytes: self.log_bytes };
        let end = Line::End { files: self.entries.len() };
        let files = self.entries.iter().map(Entry::line);
        let lines = std::iter::once(begin).chain(files).chain([end]);
        let mut bytes = Vec::new();
        for line in lines {
            // Strings and numbers always have a JSON form.
            serde_json::to_writer(&mut bytes, &line).unwrap_or(());
            bytes.push(b'\n');
        }
        bytes
    }

    /// Reads a journal; one that is not whole is an error.
    pub(super) fn decode(bytes: &[u8]) -> io::Result<Self> {
        let broken = || {
            let why = "the journal is damaged";
            io::Error::new(io::ErrorKind::InvalidData, why)
        };
        let mut lines = bytes
            .split(|&b| b == b'\n')
            .filter(|line| !line.is_empty())
            .map(serde_json::from_slice);
        let Some(Ok(Line::Begin { run, log_bytes })) = lines.next() else {
            return Err(broken());
        };
        let run = run.into_owned();
        let mut entries = Vec::new();
        for line in lines {
            match line {
                Ok(Line::File {
                    path,
                    dirs,
                    before,
                    after,
                    staged,
                    new_dir,
                }) => {
                    let new_dir = new_dir.map(Place::NewDir);
                    let at = staged.map(Place::Alone).or(new_dir);
                    let after = after.zip(at);
                    let entry = Entry::read(&path, &dirs, before, after);
                    entries.push(entry.ok_or_else(broken)?);
                }
                Ok(Line::End { files }) if files == entries.len() => {
                    return Ok(Self { run, log_bytes, entries });
                }
                _ => return Err(broken()),
            }
        }
        Err(broken())
    }
}

impl Entry {
    /// The number of the new directory that it is staged in.
    pub(super) fn new_dir(&self) -> Option<u64> {
        match self.after?.at {
            Place::NewDir(number) => Some(number),
            Place::Alone(_) => None,
        }
    }

    /// For an entry whose old and new file can change places: their digests,
    /// which tell one from the other afterwards, and where the new one is
    /// staged.
    pub(super) fn exchanged(&self) -> Option<((Hash, Hash), u64)> {
        let (before, after) = (self.before?, self.after?);
        match after.at {
            Place::Alone(number) if before != after.hash => {
                Some(((before, after.hash), number))
            }
            _ => None,
        }
    }

    fn line(&self) -> Line<'_> {
        fn text(path: &RelPath) -> Cow<'_, str> {
            path.as_str().into()
        }
        Line::File {
            path: text(&self.path),
            dirs: self.dirs.iter().map(text).collect(),
            before: self.before,
            after: self.after.map(|after| after.hash),
            staged: self.after.and_then(|after| match after.at {
                Place::Alone(number) => Some(number),
                Place::NewDir(_) => None,
            }),
            new_dir: self.new_dir(),
        }
    }

    fn read(
        path: &str,
        dirs: &[Cow<'_, str>],
        before: Option<Hash>,
        after: Option<(Hash, Place)>,
    ) -> Option<Self> {
        let name = |text: &str| RelPath::parse(text, Portability::Unix).ok();
        Some(Self {
            path: name(path)?,
            dirs: dirs.iter().map(|d| name(d)).collect::<Option<_>>()?,
            before,
            after: after.map(|(hash, at)| After { hash, at }),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn journal() -> Journal {
        let name =
            |text: &str| RelPath::parse(text, Portability::Unix).unwrap();
        let entry = Entry {
            path: name("a/b/c"),
            dirs: vec![name("a"), name("a/b")],
            before: None,
            after: Some(After { hash: Hash::of(b"x"), at: Place::Alone(3) }),
        };
        Journal { run: "r1".into(), log_bytes: 7, entries: vec![entry] }
    }

    #[test]
    fn a_journal_is_read_back_as_it_was_written() {
        let journal = journal();
        let bytes = journal.encode();
        assert_eq!(Journal::decode(&bytes).unwrap(), journal);
    }

    #[test]
    fn a_journal_cut_anywhere_or_leading_outside_is_not_taken() {
        let bytes = journal().encode();
        for end in 0..bytes.len() - 1 {
            assert!(Journal::decode(&bytes[..end]).is_err(), "{end}");
        }
        let text = String::from_utf8(bytes).unwrap();
        let evil = text.replace("a/b/c", "../b/c");
        assert!(Journal::decode(evil.as_bytes()).is_err());
    }
}
