//! What is written around a path and is no part of it: a token flows in, the
//! path in it flows out.

use super::list;
use super::shape::Shape;

/// A path without one leading `./`, or several.
pub(super) fn without_dot_slash(path: &str) -> &str {
    let mut rest = path;
    while let Some(next) = rest.strip_prefix("./") {
        rest = next.trim_start_matches('/');
    }
    if rest.is_empty() { path } else { rest }
}

/// A bare path without a closing bracket that none before it opens.
pub(super) fn without_lone_bracket(path: &str) -> &str {
    let stripped = path.strip_suffix([')', ']']);
    stripped.filter(|_| !path.contains(['(', '['])).unwrap_or(path)
}

/// A path without the place that it points at: `:10-20`, `:3:7`, `#L3`,
/// `(12)`, `::symbol`.
pub(super) fn without_position(token: &str) -> &str {
    let token = without_lines(token);
    without_symbol(token).unwrap_or(token)
}

/// A path without the lines that it points at.
fn without_lines(token: &str) -> &str {
    let after_word =
        |head: &str| head.ends_with(|c: char| c.is_alphanumeric() || c == '_');
    if let Some((head, inside)) =
        token.strip_suffix(')').and_then(|rest| rest.rsplit_once('('))
        && is_digits(inside)
        && after_word(head)
    {
        return head;
    }
    if let Some((head, tail)) = token.split_once('#') {
        let place = tail.strip_prefix('L').unwrap_or(tail);
        if place.starts_with(|c: char| c.is_ascii_digit()) && after_word(head) {
            return head;
        }
    }
    let place =
        |c: char| c.is_ascii_digit() || matches!(c, ':' | ',' | '-' | 'L');
    let head = token.trim_end_matches(place);
    let tail = token.get(head.len()..).unwrap_or_default();
    let digits = tail.trim_start_matches(':').trim_start_matches('L');
    let counts = tail.starts_with(':')
        && digits.starts_with(|c: char| c.is_ascii_digit());
    if counts && after_word(head) { head } else { token }
}

/// Whether a text is numbers, perhaps with commas and dashes between.
fn is_digits(text: &str) -> bool {
    let place = |b: u8| b.is_ascii_digit() || matches!(b, b',' | b'-');
    !text.is_empty() && text.bytes().all(place)
}

/// The path before `::symbol` or `:symbol`, if what stands before is surely a
/// path.
fn without_symbol(token: &str) -> Option<&str> {
    let (head, symbol) = token.split_once(':')?;
    let symbol = symbol.trim_start_matches(':');
    let symbol = symbol.strip_suffix("()").unwrap_or(symbol);
    let is_symbol = symbol.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && symbol
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | ':' | '.'));
    let shape = Shape::of(head);
    let member = list::is_member(&shape.extension) && !shape.slash;
    (is_symbol && list::is_extension(&shape.extension) && !member)
        .then_some(head)
}
