//! What a run has changed, file by file, as it was and as it is.

use std::collections::BTreeSet;
use std::io;

use super::group::Workspace;
use super::root::{Node, look_in};
use super::source::Source;
use super::undo::{Turn, kept_groups, turns, undo_dir};
use super::{Purpose, Trouble, state};
use crate::edit::{FileChange, Version};
use crate::path::RelPath;

impl Workspace {
    /// Calls `visit` for every file that the run has changed, or would, in
    /// the order of names. Holds one file's versions at a time.
    pub fn each_change<E: From<Trouble>>(
        &self,
        visit: &mut impl FnMut(FileChange) -> Result<(), E>,
    ) -> Result<(), E> {
        match self.settings.purpose {
            Purpose::Look => self.each_planned(visit),
            Purpose::Change => self.each_committed(visit),
        }
    }

    /// The bytes that stand under a name, the group's own changes included;
    /// nothing if no file can be read there.
    pub fn peek(&self, path: &RelPath) -> Option<Vec<u8>> {
        self.current(path).ok().flatten().map(|version| version.bytes)
    }

    fn each_planned<E: From<Trouble>>(
        &self,
        visit: &mut impl FnMut(FileChange) -> Result<(), E>,
    ) -> Result<(), E> {
        for (path, touched) in self.overlay.iter() {
            let trouble = |why| Trouble::new("read", path.as_str(), why);
            let before = touched
                .before
                .map(|before| self.version(path, Source::Disk(before.stat)));
            let after = touched
                .after
                .map(|staged| self.version(path, Source::Stage(staged)));
            visit(FileChange {
                path: path.clone(),
                before: before.transpose().map_err(trouble)?,
                after: after.transpose().map_err(trouble)?,
            })?;
        }
        Ok(())
    }

    fn version(&self, path: &RelPath, source: Source) -> io::Result<Version> {
        let is_executable = source.is_executable();
        let bytes = self.bytes(path, source)?;
        Ok(Version { bytes, is_executable })
    }

    fn each_committed<E: From<Trouble>>(
        &self,
        visit: &mut impl FnMut(FileChange) -> Result<(), E>,
    ) -> Result<(), E> {
        let trouble = |why| Trouble::new("read", "what was replaced", why);
        let Some(state) = &self.state else { return Ok(()) };
        let Some(undo) = undo_dir(state).map_err(trouble)? else {
            return Ok(());
        };
        let groups: BTreeSet<String> =
            kept_groups(&undo, &self.run).map_err(trouble)?;
        let (turns, _) = turns(&undo, &groups).map_err(trouble)?;
        for (path, turn) in turns {
            let trouble = |why| Trouble::new("read", path.as_str(), why);
            let before = kept_version(&undo, &turn).map_err(trouble)?;
            let after = self.current(&path).map_err(trouble)?;
            visit(FileChange { path, before, after })?;
        }
        Ok(())
    }

    fn current(&self, path: &RelPath) -> io::Result<Option<Version>> {
        match self.source(path)? {
            Some(source) => self.version(path, source).map(Some),
            None => Ok(None),
        }
    }
}

/// A file as it was before the run.
fn kept_version(
    undo: &std::os::fd::OwnedFd,
    turn: &Turn,
) -> io::Result<Option<Version>> {
    let Some((group, old, _)) = &turn.before else { return Ok(None) };
    let gone = || io::Error::other("it is no longer kept");
    let dir = state::open_dir(undo, group)?.ok_or_else(gone)?;
    let Node::File(stat) = look_in(&dir, old)? else { return Err(gone()) };
    let bytes = state::read_file(&dir, old)?.ok_or_else(gone)?;
    Ok(Some(Version { bytes, is_executable: stat.is_executable() }))
}
