//! Whether lines may be meant to stand twice in a row.

/// Whether all of these lines may: calls, whose effect comes again. Most others
/// do nothing new a second time: a definition, an assignment, a condition, a
/// sentence; and what closes something closes it once.
pub(super) fn may_stand_twice(lines: &[u8]) -> bool {
    lines.split(|b| *b == b'\n').all(|line| {
        let line = line.trim_ascii();
        line.is_empty() || is_call(line)
    })
}

/// Whether a line is nothing but a call: blanks and assignments are in its
/// brackets alone.
fn is_call(line: &[u8]) -> bool {
    let marks = |b: &u8| matches!(b, b';' | b',' | b'?');
    let end = line.iter().rposition(|b| !marks(b)).map_or(0, |at| at + 1);
    let text = line.get(..end).unwrap_or_default();
    let text = text.strip_prefix(b"await ").unwrap_or(text);
    let mut depth = 0_usize;
    let is_one = text.iter().all(|b| {
        match b {
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > 0 || b.is_ascii_graphic() && *b != b'='
    });
    is_one && text.ends_with(b")") && !text.starts_with(b"(")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_may_stand_twice() {
        let may = [
            "    self.push(Token::ZeroOrMore)?;\n",
            "print('a')\n\n",
            "  await page.keyDown(1);",
            "\n",
        ];
        for lines in may {
            assert!(may_stand_twice(lines.as_bytes()), "{lines}");
        }
        let never = [
            "let x = f(1);\n",
            "if (x)\n",
            "fn f(a)",
            "f(1);\n}\n",
            "f(1);\nreturn g(2);\n",
            "It stops (see below).\n",
            "Some(n) => Some(n),\n",
        ];
        for lines in never {
            assert!(!may_stand_twice(lines.as_bytes()), "{lines}");
        }
    }
}
