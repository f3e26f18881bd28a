//! Marks at the beginning of a line: a line flows in, what they stand before
//! flows out, with the rank of its heading. Words are not read here.

/// How a line stands among the sections of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// A heading of that level, 1 to 6.
    Heading(u8),
    /// A line that is bold as a whole.
    Bold,
    /// Any other line.
    Text,
}

/// A line without what stands before its words.
#[derive(Clone, Copy, Debug)]
pub(super) struct Led<'a> {
    /// How it stands among the sections.
    pub rank: Rank,
    /// The rest of the line.
    pub text: &'a str,
    /// What the marks say against a name after them.
    pub lead: Lead,
    /// Whether no mark stands before the text.
    pub is_plain: bool,
}

/// What the marks at the beginning say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lead {
    /// Nothing: bullets, numbers, marks of comments, pictures.
    Neutral,
    /// A prompt of a shell, a line of a diff, a place in a message.
    Foreign,
    /// A cross, a bin, a stroke: the file is gone.
    Gone,
}

/// Takes quotation, headings, bullets, boxes, numbers, steps, marks of
/// comments, banners and pictures off the beginning of a line, in any order.
pub(super) fn strip(line: &str) -> Led<'_> {
    let mut led = Led {
        rank: rank(line),
        text: line.trim(),
        lead: Lead::Neutral,
        is_plain: true,
    };
    loop {
        let text = led.text;
        if let Some(lead) = against(text) {
            led.lead = lead;
            return led;
        }
        let next = bullet(text)
            .or_else(|| number(text))
            .or_else(|| step(text))
            .or_else(|| comment(text))
            .or_else(|| banner(text))
            .or_else(|| picture(text));
        match next.map(str::trim_start) {
            Some(next) if next.len() < text.len() && !next.is_empty() => {
                led.text = next;
                led.is_plain = false;
            }
            _ => return led,
        }
    }
}

/// The rank of a line, under quotation and bullets.
fn rank(line: &str) -> Rank {
    let text = line.trim().trim_start_matches(['>', ' ']);
    let marks = text.len() - text.trim_start_matches('#').len();
    let rest = text.get(marks..).unwrap_or_default();
    if (1..=6).contains(&marks) && rest.starts_with([' ', '\t']) {
        return Rank::Heading(u8::try_from(marks).unwrap_or(6));
    }
    let text = text.trim_end_matches([':', ' ']);
    let bold = ["**", "__"].iter().any(|mark| {
        let inside = text.strip_prefix(mark).and_then(|t| t.strip_suffix(mark));
        inside.is_some_and(|t| !t.is_empty() && !t.contains(mark))
    });
    if bold { Rank::Bold } else { Rank::Text }
}

/// What a mark says against a name after it.
fn against(text: &str) -> Option<Lead> {
    let first = text.split(char::is_whitespace).next().unwrap_or_default();
    let more = first.len() < text.len();
    let crosses = ['❌', '🗑', '✖', '✗', '✘', '⛔', '🚫', '➖', '❎', '−'];
    let diff = ["---", "+++", "***"].contains(&first) && !text.ends_with(first);
    let prompt = matches!(
        first,
        "$" | ">>>" | "-->" | "..." | "PS>" | "C:\\>" | "%" | "!"
    );
    match first {
        _ if first.starts_with(crosses) => Some(Lead::Gone),
        _ if text.starts_with("~~") => Some(Lead::Gone),
        _ if more && (diff || prompt) => Some(Lead::Foreign),
        _ => None,
    }
}

/// A bullet, a heading's marks, quotation, or a box to tick.
fn bullet(text: &str) -> Option<&str> {
    let rest = text
        .strip_prefix(['>', '-', '*', '+', '•', '–', '—', '◦', '▪', '●', '·']);
    if let Some(rest) = rest.filter(|r| r.starts_with([' ', '\t'])) {
        return Some(rest);
    }
    if let Some(rest) =
        text.strip_prefix('>').filter(|_| !text.starts_with(">>"))
    {
        return Some(rest);
    }
    let marks = text.len() - text.trim_start_matches('#').len();
    let rest = text.get(marks..)?;
    if (1..=6).contains(&marks) && rest.starts_with([' ', '\t']) {
        return Some(rest);
    }
    ["[ ] ", "[x] ", "[X] ", "[-] ", "[✓] "]
        .iter()
        .find_map(|b| text.strip_prefix(b))
}

/// `1.`, `2)`, `(3)`, `1.4`, `a)`, `[2/3]`, `(1/2)`, before a blank, alone or
/// with the bold mark that begins before it.
fn number(text: &str) -> Option<&str> {
    // Emphasis that begins before the number ends after the name.
    let rest = text.strip_prefix("**").unwrap_or(text);
    let (first, after) = rest.split_once([' ', '\t'])?;
    let inner = first.trim_start_matches(['(', '[', '#']);
    let inner =
        inner.trim_end_matches([')', ']', '.', ':', '\u{fe0f}', '\u{20e3}']);
    let marked = inner.len() < first.len();
    let digit = |b: u8| b.is_ascii_digit();
    let counts =
        inner.bytes().all(|b| digit(b) || matches!(b, b'.' | b'/' | b'-'))
            && inner.bytes().any(digit)
            && (marked || inner.contains(['.', '/']));
    let roman = |b: u8| b"ivxIVX".contains(&b);
    let letter = marked
        && (inner.len() == 1
            && inner.bytes().all(|b| b.is_ascii_alphanumeric())
            || (1..5).contains(&inner.len()) && inner.bytes().all(roman));
    (counts || letter).then_some(after)
}

/// `Step 2:`, `Part one -`, `Phase 3`, `Step 4 of 5:`.
fn step(text: &str) -> Option<&str> {
    const STEPS: [&str; 12] = [
        "step", "part", "phase", "schritt", "étape", "paso", "passo", "stap",
        "krok", "шаг", "task", "option",
    ];
    let plain = text.trim_start_matches('*');
    let mut words = plain.splitn(3, [' ', '\u{a0}']);
    let first = words.next()?.to_lowercase();
    let second = words.next()?;
    let mut rest = words.next()?.trim_start();
    let mut end = second;
    if let Some(more) = rest.strip_prefix("of ") {
        let (total, after) = more.split_once(' ')?;
        (end, rest) = (total, after);
    }
    let dashed =
        ["- ", "– ", "— ", ": "].iter().find_map(|d| rest.strip_prefix(d));
    let parted = end.ends_with([':', '.', ')']) || end.ends_with(":**");
    let number = second.trim_end_matches([':', '.', ')', '*']);
    let is_number = number.bytes().all(|b| b.is_ascii_digit())
        || number.len() < 7 && number.bytes().all(|b| b.is_ascii_alphabetic());
    if !STEPS.contains(&first.as_str()) || !is_number || number.is_empty() {
        return None;
    }
    match dashed {
        Some(rest) => Some(rest),
        None if parted => Some(rest),
        None => None,
    }
}

/// The marks that begin a comment of a program.
fn comment(text: &str) -> Option<&str> {
    const MARKS: [&str; 8] =
        ["//", "/**", "/*", "<!--", "--", ";;", "{#", "(*"];
    let mark = MARKS.iter().find(|mark| {
        text.strip_prefix(**mark)
            .is_some_and(|rest| rest.starts_with([' ', '\t']))
    })?;
    text.strip_prefix(mark)
}

/// Signs that decorate a line: `===`, `##`, `==>`, `#-----`.
fn banner(text: &str) -> Option<&str> {
    let first = text.split([' ', '\t']).next().unwrap_or_default();
    let signs = first.trim_end_matches('>');
    let counts = signs.len() >= 2
        && signs.bytes().all(|b| b"=#*-%+~".contains(&b))
        && first != "**";
    counts.then(|| text.get(first.len()..)).flatten()
}

/// A picture, an arrow, or another sign that is no part of a name.
fn picture(text: &str) -> Option<&str> {
    let first = text.split([' ', '\t']).next().unwrap_or_default();
    let rest = text.get(first.len()..)?;
    let plain = first.trim_matches('*');
    let sign = |c: char| !c.is_alphanumeric() && !c.is_ascii();
    let is_quote = |c: char| "«»“”「」『』《》【】（）‘’„…".contains(c);
    let signs = !plain.is_empty()
        && plain.chars().all(|c| sign(c) || c == '\u{fe0f}')
        && !plain.contains(is_quote);
    let arrow = matches!(plain, "->" | "=>" | "==>" | ">");
    // `1️⃣`: a digit in a box.
    let keycap = plain.ends_with('\u{20e3}');
    if signs || arrow || keycap {
        return Some(rest);
    }
    // A picture without a blank behind it.
    let glued = text.trim_start_matches(|c: char| sign(c) && !is_quote(c));
    let begins =
        glued.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '`');
    (glued.len() < text.len() && begins).then_some(glued)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_stack_of_marks_is_taken_off() {
        for line in [
            "> ### 3. a.py",
            "- [ ] a.py",
            "(1/2) a.py",
            "📄 a.py",
            "📄a.py",
            "# === a.py",
            "## Step 3: a.py",
            "Step 4 of 5: a.py",
            "1️⃣ a.py",
            "==> a.py",
            "// a.py",
            "iv) a.py",
            "#### 1.2 a.py",
            "→ a.py",
            "* - a.py",
        ] {
            assert_eq!(strip(line).text, "a.py", "{line}");
        }
    }

    #[test]
    fn marks_that_speak_against_a_name_are_told() {
        for line in ["$ a.py", "--- a/a.py", "+++ b/a.py", "  --> a.rs:1:2"] {
            assert_eq!(strip(line).lead, Lead::Foreign, "{line}");
        }
        for line in ["❌ a.py", "- 🗑️ a.py", "~~a.py~~"] {
            assert_eq!(strip(line).lead, Lead::Gone, "{line}");
        }
        assert_eq!(strip("--- a.py ---").lead, Lead::Neutral);
    }
}
