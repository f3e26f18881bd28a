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
