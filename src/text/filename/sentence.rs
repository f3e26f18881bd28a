//! Sentences that say which file is changed: the words before and after a
//! name flow in, a yes flows out if the last clause as a whole is one of a
//! few forms (`In NAME, add`, `Add this to NAME`, `Here is the updated NAME`).
//! Any other sentence only mentions the name.

use super::gone::{is_negative, says_gone};
use super::head;
use super::quiet::{announces_more, without_code};
use super::tail;
use super::words::{in_list, sentences, with_commas, words};

/// Whether the clause around a name says that this file is changed.
pub(super) fn directs(before: &str, after: &str) -> bool {
    let before = without_code(before);
    let Some(clause) = last_clause(&before) else { return false };
    let said = with_commas(clause);
    if says_gone(&words(clause)) || is_negative(&said) {
        return false;
    }
    let Some(head) = head::read(&said) else { return false };
    let mut parts = sentences(after).into_iter();
    let own = parts.next().unwrap_or_default();
    tail::fits(head, own) && parts.all(goes_on)
}

/// The clause that leads to the name: what follows the last full stop. A
/// colon within it ends a label such as `Note:`; other words before one are
/// those of a message, whose names are no addresses.
fn last_clause(before: &str) -> Option<&str> {
    const NOTES: &str = "
     note step fix solution now next then finally change edit part todo hint
     first second third option sure ok okay update and also";
    let parts = sentences(before);
    let ended = before.trim_end().ends_with(['!', '?']);
    let last =
        if ended { "" } else { parts.last().copied().unwrap_or_default() };
    let after_stop = last.rsplit(['?', '!', '。', ';']).next()?;
    let Some((label, clause)) = after_stop.rsplit_once([':', '：']) else {
        return Some(after_stop);
    };
    let said = words(label);
    let is_note = (1..=3).contains(&said.len())
        && said.iter().all(|w| {
            in_list(NOTES, w) || w.bytes().all(|b| b.is_ascii_digit())
        });
    is_note.then_some(clause)
}

/// Whether a later sentence of the line still belongs to the address: it
/// announces nothing else.
fn goes_on(sentence: &str) -> bool {
    let asks = sentence.trim_end().ends_with(['?', '？']);
    !asks && !announces_more(sentence)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_that_say_where_direct() {
        for (before, after) in [
            ("In `", "`, change the port:"),
            ("Then, at the top of `", "`:"),
            ("Add the import to ", ":"),
            ("Here's the full `", "`:"),
            ("The code was wrong. Fix `", "` like this:"),
            ("To make it work, open `", "` and add:"),
            ("Note: in `", "`, we rename it:"),
            ("Your `", "` should look like this:"),
        ] {
            assert!(directs(before, after), "{before} | {after}");
        }
    }

    #[test]
    fn other_sentences_only_mention() {
        for (before, after) in [
            ("Run `", "` again:"),
            ("Unlike `", "`, this has state:"),
            ("Error: in `", "`:"),
            ("Next up is `", "`:"),
            ("In `", "`, the port is read:"),
            ("The `", "` imports it:"),
            ("Add a link to `", "`:"),
            ("Create `", "` by running:"),
            ("Update `", "`? No:"),
            ("Nothing changes in `", "`."),
        ] {
            assert!(!directs(before, after), "{before} | {after}");
        }
    }
}
