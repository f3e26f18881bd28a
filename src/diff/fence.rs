//! Code fences, as far as a diff stands in one.

/// An open fence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fence {
    mark: u8,
    length: usize,
}

/// What a line is to the fences.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Line {
    Opens(Fence),
    Closes,
}

/// Reads a line as a fence, given the one that is open.
pub(super) fn read(line: &[u8], open: Option<Fence>) -> Option<Line> {
    let line = line.trim_ascii();
    let mark = *line.first().filter(|b| matches!(b, b'`' | b'~'))?;
    let length = line.iter().take_while(|b| **b == mark).count();
    if length < 3 {
        return None;
    }
    let info = line.get(length..).unwrap_or_default();
    match open {
        Some(fence) if fence.mark == mark && length >= fence.length => {
            // A fence with a language inside another one opens the next
            // part of the answer: the earlier one was left open.
            let fence = Fence { mark, length };
            Some(if info.is_empty() {
                Line::Closes
            } else {
                Line::Opens(fence)
            })
        }
        Some(_) => None,
        None if memchr::memchr(b'`', info).is_some() => None,
        None => Some(Line::Opens(Fence { mark, length })),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fence_is_closed_by_one_as_long() {
        let four = Some(Fence { mark: b'`', length: 4 });
        assert_eq!(read(b"````\n", four), Some(Line::Closes));
        assert_eq!(read(b"```\n", four), None);
        assert!(matches!(read(b"```diff\n", None), Some(Line::Opens(_))));
        assert_eq!(read(b"`x`\n", None), None);
    }
}
