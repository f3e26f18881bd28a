//! How a scanner reads: what it forgives, unwraps and takes for a record.

/// What a record may be forgiven.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Repair {
    /// Nothing: RFC 8259 to the letter.
    None,
    /// Mistakes with one reading only.
    #[default]
    Safe,
    /// Mistakes whose likely reading is a guess, too. What the end of the
    /// stream cut off is never completed.
    All,
}

/// Which arrays of an object are lists of records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Unwrap {
    /// Those under `operations`, `files`, `edits` or `changes`.
    #[default]
    Known,
    /// The known ones, and those under these keys that begin with an object,
    /// whether or not it names a file.
    Also(Vec<String>),
    /// None: a wrapper is passed on as one record.
    Never,
}

/// Which values count as records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Values {
    /// Objects, and arrays that do not begin with an object.
    #[default]
    Records,
    /// Every value that begins a line, scalars too.
    Any,
}

/// How a scanner reads.
#[derive(Clone, Debug)]
pub struct Config {
    /// What a record may be forgiven.
    pub repair: Repair,
    /// Which arrays are lists of records.
    pub unwrap: Unwrap,
    /// Which values count as records.
    pub values: Values,
    /// Bytes of the largest record that is kept; a larger one is rejected.
    pub max_record: usize,
}

/// Default of [`Config::max_record`], in bytes: 64 MiB, a thousand times the
/// largest answer that a 64,000-token budget allows to write.
pub const MAX_RECORD: usize = 64 * 1024 * 1024;

impl Default for Config {
    fn default() -> Self {
        Self {
            repair: Repair::default(),
            unwrap: Unwrap::default(),
            values: Values::default(),
            max_record: MAX_RECORD,
        }
    }
}
