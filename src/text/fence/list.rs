//! The fences of a whole text.

use super::doubt::Doubt;
use super::reader::{Reader, Role};

/// A fence with what it holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fence {
    /// Its info string, as [`super::Mark::info`] has it.
    pub info: Vec<u8>,
    /// Its lines, without the marks of containers and the fence's
    /// indentation.
    pub content: Vec<u8>,
    /// A mark closes it.
    pub closed: bool,
    /// There is a doubt about where it begins or ends.
    pub doubt: bool,
}

/// Returns the fences of a text, in order. No name above a fence ends a
/// doubt here.
pub fn fences(text: &[u8]) -> Vec<Fence> {
    let mut reader = Reader::default();
    let mut found: Vec<Fence> = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let end = memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
        let (line, behind) = rest.split_at(end);
        let role = reader.take(line);
        if role != Role::Ends {
            rest = behind;
        }
        if let Role::Opens(opening) = role {
            let doubt = reader.doubt() == Doubt::Nested;
            let info = opening.info;
            found.push(Fence { info, doubt, ..Fence::default() });
            continue;
        }
        let Some(fence) = found.last_mut() else { continue };
        match role {
            Role::Inside(content) => {
                fence.content.extend_from_slice(&content);
                fence.doubt |= reader.is_left();
            }
            Role::Closes => {
                fence.closed = true;
                fence.doubt = ahead(&mut reader, behind) != Doubt::Settled;
            }
            Role::Outside(_) | Role::Opens(_) | Role::Ends => {}
        }
    }
    found
}

/// Looks at the lines behind a closing mark until they tell whether it was
/// the one.
fn ahead(reader: &mut Reader, text: &[u8]) -> Doubt {
    let mut doubt = reader.doubt();
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        if doubt != Doubt::Pending {
            return doubt;
        }
        doubt = reader.judge(line);
    }
    if doubt == Doubt::Pending { reader.finish() } else { doubt }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A line of the table: a text, and the fences that are in it.
    #[derive(serde::Deserialize)]
    struct Case {
        text: String,
        why: String,
        want: Vec<Want>,
    }

    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Want {
        info: String,
        content: String,
        closed: bool,
        doubt: bool,
    }

    fn cases() -> Vec<Case> {
        let table = include_str!("../../../tests/cases/text/fences.ndjson");
        let case = |line| serde_json::from_str(line).unwrap();
        table.lines().map(case).collect()
    }

    fn found(text: &str) -> Vec<Want> {
        let utf8 = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let fences = fences(text.as_bytes()).into_iter();
        let fences = fences.map(|fence| Want {
            info: utf8(fence.info),
            content: utf8(fence.content),
            closed: fence.closed,
            doubt: fence.doubt,
        });
        fences.collect()
    }

    #[test]
    fn every_text_of_the_table_has_the_fences_that_it_says() {
        let mut failed = Vec::new();
        for Case { text, why, want } in cases() {
            let found = found(&text);
            if found != want {
                failed.push(format!("{why}: {text:?} gives {found:#?}"));
            }
        }
        assert!(failed.is_empty(), "{}", failed.join("\n"));
    }

    #[test]
    fn carriage_returns_are_content_and_change_nothing_else() {
        for Case { text, mut want, .. } in cases() {
            let crlf = |text: &str| text.replace('\n', "\r\n");
            for fence in &mut want {
                fence.content = crlf(&fence.content);
            }
            assert_eq!(found(&crlf(&text)), want, "{text:?}");
        }
    }

    #[test]
    fn a_text_in_a_quotation_or_list_item_has_the_same_fences() {
        for Case { text, want, .. } in cases() {
            // The columns of a tab are others there, and blanks behind the
            // number make an item wider.
            if text.contains('\t') || text.starts_with([' ', '\n']) {
                continue;
            }
            let in_item = |line: &str| match line {
                "\n" | "\r\n" => line.to_owned(),
                _ => format!("   {line}"),
            };
            let quoted = |line: &str| format!("> {line}");
            let lines: Vec<&str> = text.split_inclusive('\n').collect();
            let item: String = lines.iter().map(|l| in_item(l)).collect();
            let item = item.replacen("   ", "1. ", 1);
            assert_eq!(found(&item), want, "{item:?}");
            let quoted: String = lines.iter().map(|l| quoted(l)).collect();
            assert_eq!(found(&quoted), want, "{quoted:?}");
        }
    }

    #[test]
    fn a_fence_that_has_closed_is_the_same_in_the_whole_text() {
        for Case { text, want, .. } in cases() {
            for (feed, _) in text.match_indices('\n') {
                let begun = found(&text[..=feed]);
                let closed = begun.iter().zip(&want).filter(|(f, _)| f.closed);
                for (fence, want) in closed {
                    assert!(want.closed, "{text:?} {feed}");
                    assert_eq!(fence.content, want.content, "{text:?} {feed}");
                }
            }
        }
    }
}
