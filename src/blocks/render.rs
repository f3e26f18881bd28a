//! Blocks one by one in, an answer that holds nothing else out: the parser
//! reads the same blocks from it.

use super::patch;
use crate::text::filename::{Kind, Named, NoneKnown, in_line};

/// Writes blocks as an answer.
#[derive(Debug, Default)]
pub struct Renderer {
    in_patch: bool,
}

impl Renderer {
    /// Writes one block: `raw` is what stands in the span of the block that
    /// changes `path`.
    pub fn write(&mut self, path: &[u8], raw: &[u8], out: &mut Vec<u8>) {
        match raw.trim_ascii_start().first() {
            Some(b'*') => {
                if !self.in_patch {
                    out.extend_from_slice(patch::BEGIN);
                    out.push(b'\n');
                }
                self.in_patch = true;
                write_lines(raw, out);
            }
            Some(b'`' | b'~') => {
                self.finish(out);
                write_name(path, out);
                write_lines(raw, out);
                out.push(b'\n');
            }
            _ => {
                self.finish(out);
                let fence = fence_around(raw);
                write_name(path, out);
                write_lines(&fence, out);
                write_lines(raw, out);
                write_lines(&fence, out);
                out.push(b'\n');
            }
        }
    }

    /// Ends the answer, or what of it needs an end.
    pub fn finish(&mut self, out: &mut Vec<u8>) {
        if std::mem::take(&mut self.in_patch) {
            out.extend_from_slice(patch::END);
            out.push(b'\n');
        }
    }
}

/// Whole lines: the last one gets its line feed.
fn write_lines(text: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(text);
    if !text.ends_with(b"\n") {
        out.push(b'\n');
    }
}

/// A name as a line that cannot be read as another one.
fn write_name(path: &[u8], out: &mut Vec<u8>) {
    let read = in_line(path, Kind::Edit, &NoneKnown);
    if read == Named::Path(path.to_vec()) {
        return write_lines(path, out);
    }
    write_lines(&[b"<path>", path, b"</path>"].concat(), out);
}

/// A fence longer than any inside.
fn fence_around(raw: &[u8]) -> Vec<u8> {
    let runs = raw.split(|b| *b != b'`').map(<[u8]>::len);
    vec![b'`'; runs.max().unwrap_or(0).max(2) + 1]
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::super::{Block, Event, Fenced, Parser};
    use super::*;

    fn blocks(text: &[u8]) -> Vec<Block> {
        let mut blocks = Vec::new();
        let mut sink = |event| {
            match event {
                Event::Block(block) => blocks.push(block),
                Event::Rejected(bad) => panic!("{bad:?}"),
            }
            Ok::<(), Infallible>(())
        };
        let mut parser = Parser::new(Fenced::File);
        let Ok(()) = parser.feed(text, &mut sink);
        let Ok(finished) = parser.finish(&mut sink);
        assert_eq!(finished.open, None);
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
            "<path>a b.x</path>\n<<<<<<< SEARCH\n=======\nn\n>>>>>>> REPLACE\n",
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
