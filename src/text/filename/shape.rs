//! The form of a path: a path flows in, its base name and extension flow out,
//! and whether they are listed. The tree is not asked.

use super::list;

/// The parts of a path that tell whether it is one.
pub(super) struct Shape<'a> {
    /// What follows the last slash.
    pub base: &'a str,
    /// What follows the last dot of that, in lower case; may be empty.
    pub extension: String,
    /// Whether a directory stands before the base name.
    pub slash: bool,
}

impl<'a> Shape<'a> {
    /// Takes a path apart; nothing is judged.
    pub(super) fn of(path: &'a str) -> Self {
        let base = path.rsplit('/').next().unwrap_or(path);
        let extension = base.rsplit_once('.').map_or("", |(_, ext)| ext);
        let (extension, slash) = (extension.to_lowercase(), path.contains('/'));
        Self { base, extension, slash }
    }

    /// Whether the name or its extension is listed.
    pub(super) fn is_listed(&self) -> bool {
        list::is_extension(&self.extension)
            || list::is_bare_name(self.base)
            || list::is_dot_file(self.base)
            || self.has_listed_stem()
    }

    /// Whether it is such as `Dockerfile.dev` and `.env.staging`.
    pub(super) fn has_listed_stem(&self) -> bool {
        let stem = self.base.split('.').next().unwrap_or_default();
        self.base.len() > stem.len()
            && stem != "BUILD"
            && list::is_bare_name(stem)
    }

    /// Whether the extension could be one that is not listed.
    pub(super) fn has_likely_extension(&self) -> bool {
        (1..=8).contains(&self.extension.len())
            && self
                .extension
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b == b'+')
    }

    /// Whether the dot begins the name and all that follows is an extension.
    pub(super) fn is_bare_extension(&self) -> bool {
        let rest = self.base.strip_prefix('.');
        !list::is_dot_file(self.base)
            && rest.is_some_and(|rest| list::is_extension(&rest.to_lowercase()))
    }
}
