//! What was put right, by kind.

use tornkit::report::resume::Mend;
use tornkit::resume::Mended;

/// Kinds of mistakes in the order in which they were seen first.
#[derive(Debug, Default)]
pub(crate) struct Mends {
    seen: Vec<(Mended, u64)>,
}

impl Mends {
    pub(crate) fn of(mended: &[Mended]) -> Self {
        let mut mends = Self::default();
        for mend in mended {
            mends.add(mend.what, mend.line, || mend.path.clone());
        }
        mends
    }

    /// Notes one; `path` is asked for only if its kind is new.
    pub(crate) fn add(
        &mut self,
        what: &'static str,
        line: u64,
        path: impl FnOnce() -> String,
    ) {
        match self.seen.iter_mut().find(|(mend, _)| mend.what == what) {
            Some((_, count)) => *count += 1,
            None => self.seen.push((Mended { path: path(), line, what }, 1)),
        }
    }

    pub(crate) fn report(self) -> Vec<Mend> {
        let mend = |(mend, count): (Mended, u64)| Mend {
            what: mend.what,
            count,
            file_path: mend.path,
            line: mend.line,
        };
        self.seen.into_iter().map(mend).collect()
    }
}
