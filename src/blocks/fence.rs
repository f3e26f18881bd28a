//! Code fences: a line in, what it opens or closes out.

/// An open fence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fence {
    mark: u8,
    length: usize,
}

/// What a line inside a fence is to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Inner {
    /// It ends the fence.
    Closes,
    /// It would open one no shorter.
    Opens,
}

/// The fence that a line opens where none is open, and its info string.
pub fn opening(line: &[u8]) -> Option<(Fence, &[u8])> {
    let line = line.trim_ascii();
    let mark = *line.first().filter(|b| matches!(b, b'`' | b'~'))?;
    let length = line.iter().take_while(|b| **b == mark).count();
    let info = line.get(length..).unwrap_or_default().trim_ascii();
    let is_code = mark == b'`' && info.contains(&b'`');
    let fence = Fence { mark, length };
    (length >= SHORTEST && !is_code).then_some((fence, info))
}

/// Marks of the shortest fence.
const SHORTEST: usize = 3;

/// Whether a line is the beginning of a fence that is too short yet.
pub fn begins(line: &[u8]) -> bool {
    let Some(mark) = line.first() else { return false };
    b"`~".contains(mark)
        && line.len() < SHORTEST
        && line.iter().all(|b| b == mark)
}

impl Fence {
    /// Whether a line inside the fence ends it.
    pub fn is_closed_by(self, line: &[u8]) -> bool {
        self.read(line) == Some(Inner::Closes)
    }

    /// What a line inside the fence is to it; nothing for text.
    pub(super) fn read(self, line: &[u8]) -> Option<Inner> {
        let (fence, info) = opening(line)?;
        if fence.mark != self.mark || fence.length < self.length {
            return None;
        }
        Some(if info.is_empty() { Inner::Closes } else { Inner::Opens })
    }
}

/// Tags that models put around blocks in the place of a fence.
pub(super) fn is_tag(line: &[u8]) -> bool {
    const TAGS: [&[u8]; 6] = [
        b"<source>",
        b"<pre>",
        b"<code>",
        b"<diff>",
        b"<content>",
        b"<![CDATA[",
    ];
    TAGS.iter().any(|tag| line.starts_with(tag))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fence_is_closed_by_one_as_long_without_info() {
        let (fence, info) = opening(b"````python\n").unwrap();
        assert_eq!(info, b"python");
        assert_eq!(fence.read(b"````\n"), Some(Inner::Closes));
        assert_eq!(fence.read(b"```\n"), None);
        assert_eq!(fence.read(b"````c\n"), Some(Inner::Opens));
        assert_eq!(opening(b"```x``` in prose\n"), None);
    }
}
