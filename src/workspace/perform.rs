//! One operation against the tree as the group will leave it: an operation
//! in, an outcome out, and the change noted for the commit.

use std::borrow::Cow;
use std::io;
use std::sync::Arc;

use super::digest::digest;
use super::group::{Begun, Workspace};
use super::hash::Hash;
use super::log::{Change, LogEntry};
use super::outcomes::{edited, io_failed, not_edited, taken};
use super::overlay::Before;
use super::root::{FileStat, Node};
use super::source::{Read, Source, Text, fresh};
use super::stage::{Permissions, Staged};
use super::{Purpose, Trouble};
use crate::edit::{self, Action, Edit, FileMode, Operation};
use crate::path::{Portability, RelPath};
use crate::report::counted;
use crate::report::result::Outcome;

/// What stands under a name, the group's own changes included.
enum Standing {
    Absent,
    File(Source),
    Directory,
    Special(&'static str),
    BelowFile,
    Detour,
}

/// What an operation came to: done or found done, with what it made of its
/// files; or not.
type Planned = Result<(Outcome, Vec<Change>), Outcome>;

impl Workspace {
    /// Performs an operation on top of those before it. The tree changes
    /// with the group's commit.
    pub fn perform(
        &mut self,
        operation: &Operation,
    ) -> Result<Outcome, Trouble> {
        self.begin()?.operations += 1;
        let (digest, content) = digest(operation);
        let nth = self.ordinals.entry(digest).or_insert(0);
        *nth += 1;
        let nth = *nth;
        if self.is_replay(digest, nth) && self.has_mode(operation) {
            return Ok(Outcome::unchanged().with("as an earlier run left it"));
        }
        let Operation { path, action, mode } = operation;
        let mode = *mode;
        let planned = match action {
            Action::Create(text) => {
                self.create(path, Text::hashed(text, content), mode)
            }
            Action::Fill(text) => {
                self.fill(path, Text::hashed(text, content), mode)
            }
            Action::Write(text) => {
                self.write(path, Text::hashed(text, content), mode)
            }
            Action::Modify(edits) => self.modify(path, edits, mode),
            Action::Delete => self.delete(path),
            Action::Rename(to) => self.rename(path, to, mode),
            Action::Copy(to) => self.copy(path, to, mode),
        };
        let (outcome, changes) = match planned {
            Ok(done) => done,
            Err(outcome) => return Ok(outcome),
        };
        self.note(operation, digest, nth, changes);
        Ok(outcome)
    }

    /// Performs two operations on one file, or none of them.
    pub fn perform_both(
        &mut self,
        first: &Operation,
        second: &Operation,
    ) -> Result<Outcome, Trouble> {
        let path = &first.path;
        let before = self.overlay.get(path).copied();
        let was_changed = self.changed.contains(path);
        let group = self.begin()?;
        let done = group.done.len();
        group.kept = Some(Vec::new());
        let mut outcome = self.perform(first)?;
        if outcome.status.is_good() {
            outcome = self.perform(second)?;
        }
        let is_good = outcome.status.is_good();
        let Some(group) = &mut self.group else { return Ok(outcome) };
        let kept = group.kept.take().unwrap_or_default();
        if is_good {
            for (path, staged) in kept {
                group.stage.drop_content(&path, staged);
            }
            return Ok(outcome);
        }
        group.done.truncate(done);
        let after = self.overlay.restore(path, before);
        let of_first = after
            .filter(|&it| before.is_none_or(|before| before.after != Some(it)));
        if let Some(staged) = of_first {
            group.stage.drop_content(path, staged);
        }
        if !was_changed {
            self.changed.remove(path);
        }
        Ok(outcome)
    }

    fn note(
        &mut self,
        operation: &Operation,
        digest: Hash,
        nth: u32,
        changes: Vec<Change>,
    ) {
        let entry = LogEntry {
            run: Arc::clone(&self.run),
            op: Cow::Borrowed(operation.action.name()),
            digest: Some(digest),
            nth,
            undoes: None,
            changes,
        };
        if entry.changes_something() {
            self.changed.insert(operation.path.clone());
            if operation.target() != &operation.path {
                self.changed.insert(operation.target().clone());
            }
        }
        if let Some(group) = &mut self.group {
            group.done.push(entry);
        }
    }

    /// Whether the log says that this very operation was done and nothing
    /// else has touched its files since.
    fn is_replay(&self, digest: Hash, nth: u32) -> bool {
        self.history.holds(digest, nth, |path| {
            let path = RelPath::parse(path, Portability::Unix).ok()?;
            match self.standing(&path) {
                Ok(Standing::File(Source::Stage(staged))) => Some(staged.hash),
                Ok(Standing::File(source)) => {
                    Some(Hash::of(&self.bytes(&path, source).ok()?))
                }
                _ => None,
            }
        })
    }

    /// Whether the file that the operation is about has the mode that it
    /// asks for.
    fn has_mode(&self, operation: &Operation) -> bool {
        let there = || self.source(operation.target()).ok().flatten();
        operation.mode.is_none()
            || there().is_some_and(|source| source.has(operation.mode))
    }

    fn create(
        &mut self,
        path: &RelPath,
        text: Text<'_>,
        mode: Option<FileMode>,
    ) -> Planned {
        match self.look(path)? {
            Standing::Absent => {
                let new = Some((text, fresh(mode)));
                let change = self.put(path, None, new)?;
                let size = Some(text.bytes.len());
                let mut done = Outcome::applied().sized(None, size);
                done.warning = self.case_warning(path);
                Ok((done, vec![change]))
            }
            Standing::File(source) => {
                if source.len() == text.bytes.len() as u64 {
                    let there = self.read(path, source)?;
                    if there.bytes == text.bytes {
                        return self.settle_mode(path, &there, mode);
                    }
                }
                let size = counted(source.len(), "byte");
                let why = format!("another file of {size} is there");
                Err(Outcome::failed("exists", why))
            }
            other => Err(other.in_the_way(path)),
        }
    }

    fn fill(
        &mut self,
        path: &RelPath,
        text: Text<'_>,
        mode: Option<FileMode>,
    ) -> Planned {
        match self.look(path)? {
            Standing::File(source) if source.len() == 0 => {
                self.write(path, text, mode)
            }
            _ => self.create(path, text, mode),
        }
    }

    /// A file that has its content already gets its mode.
    fn settle_mode(
        &mut self,
        path: &RelPath,
        there: &Read,
        mode: Option<FileMode>,
    ) -> Planned {
        if there.source.has(mode) {
            return Ok(found_done([(path, Some(there))]));
        }
        let new = (there.text(), there.source.permissions(mode));
        let change = self.put(path, Some(there), Some(new))?;
        let done = match mode {
            Some(FileMode::Executable) => "made executable",
            _ => "made not executable",
        };
        Ok((Outcome::applied().with(done), vec![change]))
    }

    fn write(
        &mut self,
        path: &RelPath,
        text: Text<'_>,
        mode: Option<FileMode>,
    ) -> Planned {
        match self.look(path)? {
            Standing::Absent => self.create(path, text, mode),
            Standing::File(source) => {
                let old = self.read(path, source)?;
                if old.bytes == text.bytes {
                    return self.settle_mode(path, &old, mode);
                }
                let before = old.bytes.len();
                let new = Some((text, source.permissions(mode)));
                let change = self.put(path, Some(&old), new)?;
                let done = Outcome::applied()
                    .with(format!(
                        "replaced {}",
                        counted(before as u64, "byte")
                    ))
                    .sized(Some(before), Some(text.bytes.len()));
                Ok((done, vec![change]))
            }
            other => Err(other.in_the_way(path)),
        }
    }

    fn modify(
        &mut self,
        path: &RelPath,
        edits: &[Edit],
        mode: Option<FileMode>,
    ) -> Planned {
        let old = self.existing(path)?;
        let is_first = !self.changed.contains(path);
        let recognise = is_first && self.begun == Begun::WithoutLog;
        if recognise && edit::already_done(&old.bytes, edits) {
            return Ok(found_done([(path, Some(&old))]));
        }
        let matching = self.settings.matching;
        let new = match edit::modify(&old.bytes, edits, matching) {
            Ok(new) => new,
            Err(_) if edit::already_done(&old.bytes, edits) => {
                return Ok(found_done([(path, Some(&old))]));
            }
            Err(why) => return Err(not_edited(&why)),
        };
        if new.bytes == old.bytes {
            return self.settle_mode(path, &old, mode);
        }
        let after = (Text::new(&new.bytes), old.source.permissions(mode));
        let change = self.put(path, Some(&old), Some(after))?;
        let sizes = (Some(old.bytes.len()), Some(new.bytes.len()));
        let done = edited(&new).sized(sizes.0, sizes.1);
        Ok((done, vec![change]))
    }

    fn delete(&mut self, path: &RelPath) -> Planned {
        let old = self.existing(path)?;
        let change = self.put(path, Some(&old), None)?;
        let size = old.bytes.len();
        Ok((Outcome::applied().sized(Some(size), None), vec![change]))
    }

    fn copy(
        &mut self,
        from: &RelPath,
        to: &RelPath,
        mode: Option<FileMode>,
    ) -> Planned {
        let model = self.existing(from)?;
        match self.look(to)? {
            Standing::Absent => {}
            Standing::File(source) => {
                let there = self.read(to, source)?;
                if there.bytes == model.bytes {
                    return self.settle_mode(to, &there, mode);
                }
                let why = format!("'{to}' exists");
                return Err(Outcome::failed("exists", why));
            }
            other => return Err(other.in_the_way(to)),
        }
        let is_program = match mode {
            Some(mode) => mode == FileMode::Executable,
            None => model.source.is_executable(),
        };
        let mode = is_program.then_some(FileMode::Executable);
        let new = (model.text(), fresh(mode));
        let come = self.put(to, None, Some(new))?;
        let mut done = Outcome::applied();
        done.warning = self.case_warning(to);
        Ok((done, vec![come]))
    }

    fn rename(
        &mut self,
        from: &RelPath,
        to: &RelPath,
        mode: Option<FileMode>,
    ) -> Planned {
        let target = self.look(to)?;
        if let (Standing::Absent, Standing::File(source)) =
            (self.look(from)?, &target)
        {
            let there = self.read(to, *source)?;
            if !there.source.has(mode) {
                return self.settle_mode(to, &there, mode);
            }
            return Ok(found_done([(from, None), (to, Some(&there))]));
        }
        let old = self.existing(from)?;
        match target {
            Standing::Absent => {}
            Standing::File(_) => return Err(taken(to)),
            other => return Err(other.in_the_way(to)),
        }
        // What can fail comes first.
        self.may_change(from, Some(&old))?;
        let after = (old.text(), old.source.permissions(mode));
        let come = self.put(to, None, Some(after))?;
        let gone = self.put(from, Some(&old), None)?;
        let mut done = Outcome::applied();
        // A name that is given up differs from none.
        let is_own = from.parent_str() == to.parent_str();
        done.warning = self
            .namesake(to)
            .filter(|other| !is_own || other != from.file_name())
            .map(|other| differs_in_case(&other));
        Ok((done, vec![gone, come]))
    }

    /// What is in the way of a rename, if its file is there; nothing is in
    /// the way of other operations.
    pub fn obstacle(&self, operation: &Operation) -> Option<Outcome> {
        let Action::Rename(to) = &operation.action else { return None };
        let Ok(Standing::File(_)) = self.look(&operation.path) else {
            return None;
        };
        match self.look(to) {
            Ok(Standing::Absent) => None,
            Ok(Standing::File(_)) => Some(taken(to)),
            Ok(other) => Some(other.in_the_way(to)),
            Err(outcome) => Some(outcome),
        }
    }

    fn case_warning(&mut self, path: &RelPath) -> Option<String> {
        let other = self.namesake(path)?;
        Some(differs_in_case(&other))
    }

    /// The file under a name, read; anything else is a failure.
    fn existing(&self, path: &RelPath) -> Result<Read, Outcome> {
        match self.look(path)? {
            Standing::File(source) => self.read(path, source),
            Standing::Absent => Err(Outcome::failed("missing", "no such file")),
            other => Err(other.in_the_way(path)),
        }
    }

    fn read(&self, path: &RelPath, source: Source) -> Result<Read, Outcome> {
        let bytes = self.bytes(path, source).map_err(|why| io_failed(&why))?;
        let hash = Hash::of(&bytes);
        Ok(Read { source, bytes, hash })
    }

    pub(super) fn bytes(
        &self,
        path: &RelPath,
        source: Source,
    ) -> io::Result<Vec<u8>> {
        match (source, &self.group) {
            (Source::Disk(stat), _) => self.root.read(path, &stat),
            (Source::Stage(staged), Some(group)) => {
                group.stage.get(path, staged)
            }
            (Source::Stage(_), None) => {
                Err(io::Error::other("a staged file is gone"))
            }
        }
    }

    fn look(&self, path: &RelPath) -> Result<Standing, Outcome> {
        self.standing(path).map_err(|why| io_failed(&why))
    }

    /// Where the file under a name is, if one can be read there.
    pub(super) fn source(&self, path: &RelPath) -> io::Result<Option<Source>> {
        match self.standing(path)? {
            Standing::File(source) => Ok(Some(source)),
            _ => Ok(None),
        }
    }

    fn standing(&self, path: &RelPath) -> io::Result<Standing> {
        if let Some(touched) = self.overlay.get(path) {
            let below = self.overlay.has_below(path);
            return Ok(match touched.after {
                Some(staged) => Standing::File(Source::Stage(staged)),
                None if below => Standing::Directory,
                None => Standing::Absent,
            });
        }
        if self.overlay.file_above(path).is_some() {
            return Ok(Standing::BelowFile);
        }
        if self.overlay.has_below(path) {
            return Ok(Standing::Directory);
        }
        let group = self.group.as_ref();
        if group.is_some_and(|group| group.stage.is_new_below(path)) {
            return Ok(Standing::Absent);
        }
        Ok(match self.root.look(path)? {
            Node::Absent => Standing::Absent,
            Node::File(stat) => Standing::File(Source::Disk(stat)),
            Node::Directory => Standing::Directory,
            Node::Special(kind) => Standing::Special(kind),
            Node::BelowFile if self.overlay.cleared_above(path) => {
                Standing::Absent
            }
            Node::BelowFile => Standing::BelowFile,
            Node::Detour => Standing::Detour,
        })
    }

    /// Fails if a name may not be changed, or not the file that has it.
    fn may_change(
        &mut self,
        path: &RelPath,
        old: Option<&Read>,
    ) -> Result<(), Outcome> {
        let owner = old.and_then(Read::owner);
        self.is_changeable(path, owner).map_err(|why| {
            let mut outcome = io_failed(&why);
            if let Some(why) = &mut outcome.why {
                why.why = format!("its directory is closed: {}", why.why);
            }
            outcome
        })?;
        old.map_or(Ok(()), Read::may_go)
    }

    /// Notes a new content, or none, for a name.
    fn put(
        &mut self,
        path: &RelPath,
        old: Option<&Read>,
        new: Option<(Text<'_>, Permissions)>,
    ) -> Result<Change, Outcome> {
        self.may_change(path, old)?;
        let group = self
            .group
            .as_mut()
            .ok_or_else(|| Outcome::failed("io", "no group has begun"))?;
        let staged = match new {
            None => None,
            Some((Text { bytes, hash }, permissions)) => {
                let (at, like) = group
                    .stage
                    .put(&self.root, path, bytes, permissions)
                    .map_err(|why| io_failed(&why))?;
                let len = bytes.len() as u64;
                group.bytes += len;
                Some(Staged { at, len, hash, like })
            }
        };
        let before = old.and_then(|old| match old.source {
            Source::Disk(stat) => Some(Before { stat, hash: old.hash }),
            Source::Stage(_) => None,
        });
        if let Some(overtaken) = self.overlay.put(path, before, staged) {
            group.overtaken(path, overtaken);
        }
        let mode = |like: Option<FileStat>| like.map(|stat| stat.mode);
        let was = old.and_then(|old| mode(old.source.like()));
        let is = staged.and_then(|staged| mode(staged.like));
        Ok(Change {
            path: path.shared(),
            before: old.map(|old| old.hash),
            after: staged.map(|staged| staged.hash),
            mode: was.zip(is).is_some_and(|(was, is)| was != is),
        })
    }

    /// Whether this run leaves the tree alone.
    pub fn only_looks(&self) -> bool {
        self.settings.purpose == Purpose::Look
    }
}

fn differs_in_case(other: &str) -> String {
    format!("'{other}' differs only in case")
}

impl Standing {
    /// Why a file cannot be here.
    fn in_the_way(&self, path: &RelPath) -> Outcome {
        match self {
            Self::Directory => {
                Outcome::failed("is-a-directory", "a directory is there")
            }
            Self::BelowFile => {
                let why = "a file stands where a directory should be";
                Outcome::failed("not-a-directory", why)
            }
            Self::Detour => {
                let why = "a symbolic link or a mount is on the way";
                Outcome::refused("symlink", why)
            }
            Self::Special(kind) => {
                Outcome::refused("not-a-file", format!("it is {kind}"))
            }
            Self::Absent | Self::File(_) => {
                Outcome::failed("exists", format!("'{path}' is in the way"))
            }
        }
    }
}

/// What was to be done was there already: these files stay as they are.
fn found_done<const N: usize>(
    files: [(&RelPath, Option<&Read>); N],
) -> (Outcome, Vec<Change>) {
    let stays = |(path, there): (&RelPath, Option<&Read>)| {
        let hash = there.map(|read| read.hash);
        Change { path: path.shared(), before: hash, after: hash, mode: false }
    };
    (Outcome::unchanged(), files.into_iter().map(stays).collect())
}
