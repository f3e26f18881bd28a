//! The open objects and arrays around a token, at one bit a level.

use super::machine::Kind;

/// A stack of kinds; a million levels take 125 kB.
#[derive(Clone, Debug, Default)]
pub(super) struct Depth {
    words: Vec<u64>,
    levels: u32,
}

impl Depth {
    /// How many levels are open.
    pub(super) fn levels(&self) -> u32 {
        self.levels
    }

    /// Opens a level.
    pub(super) fn push(&mut self, kind: Kind) {
        let (word, bit) = split(self.levels);
        if self.words.len() <= word {
            self.words.push(0);
        }
        if let Some(bits) = self.words.get_mut(word) {
            match kind {
                Kind::Object => *bits |= bit,
                Kind::Array => *bits &= !bit,
            }
        }
        self.levels += 1;
    }

    /// Closes the innermost level; at level 0 nothing happens.
    pub(super) fn pop(&mut self) {
        self.levels = self.levels.saturating_sub(1);
    }

    /// Closes all but the outermost `levels`.
    pub(super) fn truncate(&mut self, levels: u32) {
        self.levels = self.levels.min(levels);
    }

    /// A stack of the outermost `levels` alone.
    pub(super) fn outermost(&self, levels: u32) -> Self {
        let levels = levels.min(self.levels);
        let words = self.words.iter().take(levels.div_ceil(64) as usize);
        Self { words: words.copied().collect(), levels }
    }

    /// The innermost open level.
    pub(super) fn top(&self) -> Option<Kind> {
        let (word, bit) = split(self.levels.checked_sub(1)?);
        let set = self.words.get(word)? & bit != 0;
        Some(if set { Kind::Object } else { Kind::Array })
    }
}

fn split(level: u32) -> (usize, u64) {
    ((level / 64) as usize, 1 << (level % 64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remembers_kinds_across_words() {
        let mut depth = Depth::default();
        let kind = |n: u32| {
            if n.is_multiple_of(3) { Kind::Object } else { Kind::Array }
        };
        for n in 0..200 {
            depth.push(kind(n));
        }
        for n in (0..200).rev() {
            assert_eq!(depth.top(), Some(kind(n)));
            depth.pop();
        }
        assert_eq!(depth.top(), None);
    }
}
