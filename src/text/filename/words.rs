//! Words of a phrase: text flows in, words in lower case flow out. The marks
//! of emphasis and code are no part of them.

/// The words of a phrase in lower case, apostrophes made plain.
pub(super) fn words(text: &str) -> Vec<String> {
    let is_end =
        |c: char| !c.is_alphanumeric() && !matches!(c, '\'' | '’' | '-');
    let trimmed = |word: &str| {
        word.trim_matches(['\'', '’', '-']).to_lowercase().replace('’', "'")
    };
    text.split(is_end).map(trimmed).filter(|w| !w.is_empty()).collect()
}

/// The words of a clause, and its commas as words of their own.
pub(super) fn with_commas(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (i, part) in text.split([',', '，', '、']).enumerate() {
        if i > 0 {
            found.push(",".to_owned());
        }
        found.extend(words(part));
    }
    found
}

/// Whether a list, its words between blanks, has a word.
pub(super) fn in_list(list: &str, word: &str) -> bool {
    super::list::has(list, word)
}

/// Whether a phrase of one or more words begins these words; how many it has.
pub(super) fn begins(words: &[String], phrase: &str) -> Option<usize> {
    let mut count = 0;
    for wanted in phrase.split_ascii_whitespace() {
        if words.get(count)? != wanted {
            return None;
        }
        count += 1;
    }
    Some(count)
}

/// How many words the longest phrase of a list (its phrases between bars)
/// has that begins these words.
pub(super) fn begins_any(words: &[String], phrases: &str) -> Option<usize> {
    // Most words begin no phrase at all.
    let first = words.first()?;
    memchr::memmem::find(phrases.as_bytes(), first.as_bytes())?;
    phrases.split('|').filter_map(|phrase| begins(words, phrase)).max()
}

/// The sentences of a text: what stands between full stops, question and
/// exclamation marks that blanks or nothing follow.
pub(super) fn sentences(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|(_, next)| *next);
        let end = match c {
            '.' | '?' | '!' => next.is_none_or(char::is_whitespace),
            '。' | '？' | '！' => true,
            _ => false,
        };
        if end && !is_short_form(text.get(start..at).unwrap_or_default()) {
            let stop = at + c.len_utf8();
            found.extend(text.get(start..stop));
            start = stop;
        }
    }
    found.extend(text.get(start..).filter(|rest| !rest.trim().is_empty()));
    found
}

/// Whether a text ends with what a full stop makes a short form: `e.g`, `1`.
fn is_short_form(text: &str) -> bool {
    let last = text.rsplit(char::is_whitespace).next().unwrap_or_default();
    matches!(
        last.to_lowercase().as_str(),
        "e.g" | "i.e" | "etc" | "vs" | "a.k.a" | "z.b" | "no" | "approx"
    ) || !last.is_empty() && last.bytes().all(|b| b.is_ascii_digit())
}

/// Whether a character is of a script that writes without blanks.
pub(super) fn is_dense(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}')
}

/// Whether a text has a piece of a list in it.
pub(super) fn has_piece(list: &str, text: &str) -> bool {
    list.split_ascii_whitespace().any(|piece| text.contains(piece))
}

/// The longest piece of a list that begins a text.
pub(super) fn longest_piece<'a>(list: &'a str, text: &str) -> Option<&'a str> {
    let begins = |piece: &&str| text.starts_with(*piece);
    let pieces = list.split_ascii_whitespace().filter(begins);
    pieces.max_by_key(|piece| piece.len())
}
