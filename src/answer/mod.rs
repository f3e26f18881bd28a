//! The one model of an answer in any format.
//!
//! An answer is a sequence of segments: units, prose, fences, thinking. A
//! [`Reader`] is fed its text as it arrives and hands out each [`Part`] that
//! asks for something as soon as it is whole: a record, a unit of a diff, a
//! block, or lines that carry the mark of an edit and cannot be taken as one.
//! None vanishes. An [`Answer`] does the same for an answer in whatever wraps
//! it. Whose file a unit is about, is found out here once, for every format.
//!
//! Nothing here opens a file, or asks whether a unit fits.

mod format;
mod part;
mod surroundings;
mod thinking;
mod fenced;
mod totals;
mod read;
mod units;
mod heard;

pub use format::{Format, Scope};
pub use heard::{Answer, Heard};
pub use part::{End, Part, Rejected, Why};
pub use read::Reader;

use std::convert::Infallible;
use std::sync::Arc;

use crate::scan::Config;
use crate::text::filename::NoneKnown;

/// Reads the whole text of an answer, of whose tree nothing is known: the
/// parts of it that are in `scope`, and its end.
///
/// # Errors
///
/// Those of `sink`.
pub fn read<E>(
    text: &[u8],
    scope: Scope,
    sink: &mut impl FnMut(Part<'_>) -> Result<(), E>,
) -> Result<End, E> {
    let known = Arc::new(NoneKnown);
    let mut reader = Reader::new(scope, Config::default(), known);
    reader.feed(text, sink)?;
    reader.finish(sink)
}

/// The format of the first unit in the text of an answer, whole or not.
pub fn detect(text: &[u8]) -> Option<Format> {
    let Ok(end) = read(text, Scope::All, &mut |_| Ok::<(), Infallible>(()));
    end.first
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blocks::{Block, Event, Renderer};

    fn blocks(text: &[u8]) -> Vec<Block> {
        let mut blocks = Vec::new();
        let mut sink = |part: Part<'_>| {
            match part {
                Part::Block(Event::Block(block)) => blocks.push(block),
                bad => panic!("{bad:?}"),
            }
            Ok::<(), Infallible>(())
        };
        let Ok(end) = read(text, Scope::Blocks, &mut sink);
        assert_eq!(end.blocks.open, None);
        blocks
    }

    #[test]
    fn what_is_written_is_read_as_the_same() {
        let texts = [
            "Two:\n*** Begin Patch\n*** Add File: n.py\n+a\n\n*** Update File: \
             b\n*** Move to: c\n@@ x\n-y\n+z\n*** End of File\n*** End Patch\n\
             *** Begin Patch\n*** Delete File: d\n*** End Patch",
            "src/a.md\n```\n<<<<<<< SEARCH\n````\n=======\nb\n>>>>>>> REPLACE\n\
             ```\nand\n<<<<<<< SEARCH\nc\n=======\n>>>>>>> REPLACE",
            "<path>a b.py</path>\n<<<<<<< SEARCH\n=======\nn\n>>>>>>> REPLACE\n",
            "**a/b.py**\n~~~~py\nx = 1\n~~~\n~~~~\n```py:c.py\ny\n```",
        ];
        for text in texts {
            let want = blocks(text.as_bytes());
            let mut renderer = Renderer::default();
            let mut out = Vec::new();
            for block in &want {
                let span = block.span.start as usize..block.span.end as usize;
                renderer.write(&block.path, text[span].as_bytes(), &mut out);
            }
            renderer.finish(&mut out);
            let what = |b: Block| (b.path, b.change);
            let got: Vec<_> = blocks(&out).into_iter().map(what).collect();
            let want: Vec<_> = want.into_iter().map(what).collect();
            assert_eq!(got, want, "{}", String::from_utf8_lossy(&out));
        }
    }
}
