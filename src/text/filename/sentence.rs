//! Sentences that say which file is changed: the words before and after a
//! name flow in, a yes flows out if the last clause as a whole is one of a
//! few forms (`In NAME, add`, `Add this to NAME`, `Here is the updated NAME`).
//! Any other sentence only mentions the name.

use super::foreign;
use super::gone::{is_negative, says_gone, says_shown};
use super::quiet::{announces_command, announces_more};
use super::words::{begins_any, in_list, sentences, with_commas, words};

/// How a sentence leads to its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Head {
    /// Nothing, or words such as `And` and `Next,`.
    Bare,
    /// `The`, `Your updated`.
    Definite,
    /// `In`, `Inside the file`, `At the top of`.
    Place,
    /// `Here is the new`, `Changes to`.
    Shown,
    /// `Here is what`.
    ShownHow,
    /// `Update the`, `Open`.
    Verb,
    /// `Add this to the end of`.
    Into,
    /// A head of another language.
    Foreign,
}

/// What may stand before the head of a clause.
const OPENERS: &str = "
 now next then first second third finally lastly also and so sure certainly ok
 okay please i'll we you we'll you'll i let's should must can will just simply
 alright again afterwards fourth fifth last firstly secondly thirdly similarly
 likewise great absolutely but";

/// Openers of more than one word.
const OPENING: &str = "
 of course|i will|let us|need to|needs to|have to|want to|going to|i am going
 to|i'm going to|we're going to|let me|be sure to|make sure to|remember to|you
 may want to|you'll need to|start by|begin by|finish by|we'd like to|got to|last but|as
 well|once more|to begin|to start|all right|time to";

/// What makes up the words between a head and the name.
const DETERMINERS: &str = "
 the your our this that a an my its existing updated new full complete revised
 modified corrected final fixed entire whole actual main same refactored
 file script module component template stylesheet config configuration source
 document class page helper test tests called named version contents content
 code of for project's root project layout route model view controller service
 manifest";

/// Words that may stand before `of` and `for` among them, and before `to`
/// and `in` in `changes to`.
const CONTENTS: &str = "
 version contents content code body implementation source change changes edit
 edits diff patch fix fixes update updates modification modifications rewrite
 addition additions refactor adjustment adjustments rest snippet";

/// Verbs of which the file is the object.
const VERBS: &str = "
 update edit open modify change create fix patch replace rewrite extend adjust
 write implement refactor adapt amend revise tweak correct improve complete
 finish overwrite define generate make add editing updating modifying changing
 creating adjusting extending fixing rewriting";

/// Verbs with a word after them.
const PHRASAL: &str = "
 start with|begin with|append to|write to|add to|save as|save to|insert into|
 edit in|go to|set up|clean up|work on|continue with|continue in|finish with|
 move on to|turn to|put in|put into|apply to|prepend to|save it as|save this as|
 switch to|go into|jump to";

/// Verbs with an object before the file.
const INTO: &str = "
 add insert append prepend put apply make save write paste place replace
 include change update introduce define implement set fix edit modify adjust
 rename extend declare register import perform do create store";

/// What ties that object to the file.
const PREPOSITIONS: &str = "
 at the very top of|at the top of|at the bottom of|at the end of|at the start
 of|at the beginning of|to the very top of|to the top of|to the bottom of|to
 the end of|to the start of|to the beginning of|near the top of|near the end
 of|into|inside|within|to|in|as";

/// Words between verb and preposition that show another sense.
const NO_OBJECT: &str = "
 sure from that which whether if because use using instead like than similar
 exists is are was were called output result results log logs defined found
 not never old link links reference references pointer path redirect call calls
 symlink alias dependency mention url href executable read loaded listed access
 see run command points refers";

/// What a clause with a place goes on with.
const CHANGES: &str = "
 add change replace update modify edit insert remove delete drop rename rewrite
 fix adjust append prepend set import define declare implement create extend
 move swap wrap use call return raise pass put write make introduce include
 extract inline refactor register configure enable disable bump increase
 decrease lower convert switch handle catch initialize initialise export expose
 simplify uncomment adapt tweak correct apply do read log bind mount give let
 turn split merge reorder sort guard validate check ensure allow store keep
 load parse render inject provide specify mark tighten relax allow cache hook
 require reference place paste have need require substitute";

/// Words between the name and that verb.
const ADVERBS: &str = "
 we you i we'll you'll i'll let's let us now then first also please just simply
 will should must need needs to can could have and going want the following
 file module script class component template it next finally only again would
 i'd we'd today right directly";

/// Words that begin a phrase of place between the name and the verb.
const PLACES: &str = "
 around near at inside within under below above after before line lines
 function method class section on in where directly right just between";

/// Whether the clause around a name says that this file is changed.
pub(super) fn directs(before: &str, after: &str) -> bool {
    let Some(clause) = last_clause(before) else { return false };
    let said = with_commas(clause);
    if says_gone(&words(clause)) || is_negative(&said) {
        return false;
    }
    let Some(head) = head(&said) else { return false };
    let mut parts = sentences(after).into_iter();
    let own = parts.next().unwrap_or_default();
    follows(head, own) && parts.all(goes_on)
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

/// Reads the head that the words are as a whole.
fn head(said: &[String]) -> Option<Head> {
    let rest = without_openers(said);
    if rest.is_empty() {
        return Some(Head::Bare);
    }
    if is_definite(rest) {
        return Some(Head::Definite);
    }
    place(rest)
        .or_else(|| shown(rest))
        .or_else(|| verb(rest))
        .or_else(|| into(rest))
        .or_else(|| foreign::is_head(rest).then_some(Head::Foreign))
}

/// The words after openers and after a clause of purpose (`To fix this,`).
fn without_openers(said: &[String]) -> &[String] {
    const PURPOSES: &str = "to for after as with once since because when";
    let mut rest = said;
    loop {
        let first = rest.first().map_or("", String::as_str);
        let comma = rest.iter().rposition(|word| word == ",");
        let count = match begins_any(rest, OPENING) {
            Some(count) => count,
            None if first == "," || in_list(OPENERS, first) => 1,
            None if is_ordinal_step(rest) => 2,
            None => match comma {
                Some(comma)
                    if in_list(PURPOSES, first)
                        || begins_any(
                            rest,
                            "in order to|in this step|in the next step",
                        )
                        .is_some() =>
                {
                    comma + 1
                }
                _ => return rest,
            },
        };
        rest = rest.get(count..).unwrap_or_default();
        if rest.is_empty() {
            return rest;
        }
    }
}

/// `Step 2`, `Change 3` at the beginning of a clause.
fn is_ordinal_step(said: &[String]) -> bool {
    match said {
        [step, number, ..] => {
            matches!(step.as_str(), "step" | "change" | "part")
                && number.bytes().all(|b| b.is_ascii_digit())
        }
        _ => false,
    }
}

/// Whether words are only determiners, with `of` and `for` in their place.
fn are_determiners(said: &[String]) -> bool {
    const LONGEST: usize = 8;
    let fits = |(i, word): (usize, &String)| {
        let before = i.checked_sub(1).and_then(|i| said.get(i));
        let before = before.map_or("", String::as_str);
        match word.as_str() {
            "of" | "for" => in_list(CONTENTS, before),
            word => in_list(DETERMINERS, word),
        }
    };
    said.len() <= LONGEST && said.iter().enumerate().all(fits)
}

fn is_definite(said: &[String]) -> bool {
    let first = said.first().map_or("", String::as_str);
    matches!(first, "the" | "your" | "our") && are_determiners(said)
}

fn place(said: &[String]) -> Option<Head> {
    const HEADS: &str = "
     in|inside|within|for|inside of|at the very top of|at the top of|at the
     bottom of|at the end of|at the start of|at the beginning of|near the top
     of|near the bottom of|near the end of|to|into|back in|back to|over in|
     further down in|further up in|lower down in|later in|still in|elsewhere in";
    let count = begins_any(said, &joined(HEADS))?;
    are_determiners(said.get(count..)?).then_some(Head::Place)
}

fn shown(said: &[String]) -> Option<Head> {
    const HEADS: &str = "
     here is|here's|here are|here comes|below is|below are|the following is|
     following is|this is the|these are the|i've prepared|here goes";
    let count = begins_any(said, &joined(HEADS));
    let rest = said.get(count.unwrap_or(0)..)?;
    if let (Some(_), [how]) = (count, rest)
        && matches!(how.as_str(), "how" | "what")
    {
        return Some(Head::ShownHow);
    }
    if count.is_some() && are_determiners(rest) {
        return Some(Head::Shown);
    }
    // `The changes to`, `Here is the fix for`.
    let tie = rest.iter().rposition(|word| {
        matches!(word.as_str(), "to" | "for" | "in" | "of" | "inside")
    })?;
    let noun = tie.checked_sub(1).and_then(|i| rest.get(i))?;
    let ends = are_determiners(rest.get(tie + 1..)?);
    let begin = rest.get(..tie - 1)?.iter().all(|word| {
        in_list(DETERMINERS, word) && !matches!(word.as_str(), "of" | "for")
            || in_list("necessary required needed following minimal", word)
    });
    (in_list(CONTENTS, noun) && begin && ends).then_some(Head::Shown)
}

fn verb(said: &[String]) -> Option<Head> {
    let first = said.first().map_or("", String::as_str);
    let count = begins_any(said, &joined(PHRASAL))
        .or_else(|| in_list(VERBS, first).then_some(1))?;
    are_determiners(said.get(count..)?).then_some(Head::Verb)
}

/// Verb, object and preposition, as in `Add the import at the top of`.
fn into(said: &[String]) -> Option<Head> {
    const LONGEST: usize = 12;
    let (verb, rest) = said.split_first()?;
    if !in_list(INTO, verb) {
        return None;
    }
    let prepositions = joined(PREPOSITIONS);
    for at in (0..rest.len()).rev() {
        let Some(count) = begins_any(rest.get(at..)?, &prepositions) else {
            continue;
        };
        if !are_determiners(rest.get(at + count..)?) {
            continue;
        }
        let object = rest.get(..at)?;
        let odd = |word: &String| in_list(NO_OBJECT, word) || word == ",";
        let fits = object.len() <= LONGEST && !object.iter().any(odd);
        // `Add to the end of`: the longer preposition stands further left.
        if fits {
            return Some(Head::Into);
        }
    }
    None
}

/// A list of phrases without its line breaks.
fn joined(list: &str) -> String {
    let mut words = list.split_whitespace();
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |all, word| all + " " + word)
}

/// Whether what follows the name goes with the head.
fn follows(head: Head, after: &str) -> bool {
    let said = with_commas(after);
    let begin = after.trim_start_matches(['`', '*', '_', '"', '\'', ' ']);
    let odd = after.contains('?') || begin.starts_with('=');
    if odd || is_negative(&said) || announces_command(after) {
        return false;
    }
    let first = words(after);
    let near = first.get(..3).unwrap_or(&first);
    match head {
        Head::Bare | Head::Definite => ends(after) || becomes(&said),
        Head::ShownHow => becomes(&said),
        Head::Place => place_follows(after, &said),
        Head::Shown => shown_follows(after, &said) && !says_shown(near),
        Head::Verb | Head::Into => verb_follows(after, &said, near),
        Head::Foreign => !says_gone(near) && foreign::follows(after),
    }
}

/// Whether nothing of weight follows a name: marks, a remark in brackets, or
/// a noun for what it is.
pub(super) fn ends(after: &str) -> bool {
    const NOUNS: &str = "
     file module script class component template page stylesheet config
     configuration manifest target rule section function part code test tests
     entry imports dependencies changes change document accordingly next first
     again here below now view model";
    let rest = without_remark(after);
    let said = words(rest);
    said.len() <= 2 && said.iter().all(|word| in_list(NOUNS, word))
}

/// A text without a remark in brackets at its start that says nothing of old
/// or deleted.
fn without_remark(after: &str) -> &str {
    let begin = after
        .trim_start_matches(['`', '*', '_', '"', '\'', ' ', '」', '»', '”']);
    let inside = begin.strip_prefix('(').and_then(|rest| rest.split_once(')'));
    match inside {
        Some((remark, rest)) if !says_gone(&words(remark)) => rest,
        _ => after,
    }
}

/// Whether what follows says what the file shall be: `should look like`.
pub(super) fn becomes(said: &[String]) -> bool {
    const PHRASES: &str = "
     should look|should be|should become|should now|should contain|should have|
     should read|becomes|becomes now|now becomes|now looks|now reads|now|looks
     like|looks as|needs|need|gets|will look|will become|will be|will now|will
     need|as follows|as shown|like this|like so|with|must|receives|changes to|
     also needs|now needs|now gets|also gets|could look|would look|would become|
     after|then becomes|ends up|can be|is now|is updated|is changed|to";
    let core = match said {
        [noun, rest @ ..]
            if in_list(
                "file module script class component template page",
                noun,
            ) =>
        {
            rest
        }
        said => said,
    };
    let Some(count) = begins_any(core, &joined(PHRASES)) else { return false };
    let next = core.get(count).map_or("", String::as_str);
    let first = core.first().map_or("", String::as_str);
    match (first, count) {
        // `now fails` and `must exist` say nothing of what it shall be.
        ("now" | "must", 1) => {
            next.is_empty()
                || in_list("read look be become contain have need", next)
        }
        ("to" | "is" | "can", _) => false,
        _ => true,
    }
}

/// `In NAME` and then nothing, a verb of change, or what becomes of it.
fn place_follows(after: &str, said: &[String]) -> bool {
    let whole = words(after);
    if ends(after) || becomes(&whole) || foreign::begins_change(after) {
        return true;
    }
    let begin = after.trim_start_matches(['`', '*', '_', '"']);
    if begin.starts_with("'s") {
        return false;
    }
    let rest = without_remark(after);
    let rest = with_commas(rest);
    let said = if rest.is_empty() { said } else { &rest };
    said.split(|word| word == ",").filter(|part| !part.is_empty()).any(|part| {
        let skip = part.iter().take_while(|w| in_list(ADVERBS, w)).count();
        let verb = part.get(skip).map_or("", String::as_str);
        in_list(CHANGES, verb)
            || verb.is_empty() && skip > 0
            || part.iter().any(|w| w == "becomes")
            || part.windows(2).any(|two| {
                matches!(two, [a, b] if a == "should" && matches!(b.as_str(), "be" | "look" | "become" | "now"))
            })
    }) && said
        .split(|word| word == ",")
        .filter(|part| !part.is_empty())
        .take_while(|part| {
            let skip = part.iter().take_while(|w| in_list(ADVERBS, w)).count();
            !part.get(skip).is_some_and(|w| in_list(CHANGES, w))
        })
        .all(|part| {
            let first = part.first().map_or("", String::as_str);
            in_list(PLACES, first) || part.iter().any(|w| w == "becomes" || w == "should")
                || part.iter().all(|w| in_list(ADVERBS, w))
        })
}

/// `Here is NAME` and then nothing or a remark.
fn shown_follows(after: &str, said: &[String]) -> bool {
    const BEGIN: &str = "
     with after in as including now file updated again for to so once based
     module script class component template";
    let first = said.iter().find(|word| *word != ",");
    ends(after)
        || first.is_some_and(|word| in_list(BEGIN, word))
            && !words(after).iter().any(|w| {
                in_list("fails failing failed looks currently does called", w)
            })
}

/// `Update NAME` and then anything that is not about another thing.
fn verb_follows(after: &str, said: &[String], near: &[String]) -> bool {
    const TO_OTHERS: &str = "by via from";
    let first =
        said.iter().find(|word| *word != ",").map_or("", String::as_str);
    let gone = says_gone(near) && !in_list("by and to so", first);
    let by_command = in_list(TO_OTHERS, first)
        && said.iter().any(|w| {
            in_list(
                "running run copying executing using command typing renaming",
                w,
            )
        });
    let begin = after.trim_start_matches(['`', '*', '_', '"']);
    !gone
        && !by_command
        && first != "from"
        && !begin.starts_with("'s")
        && !in_list("if unless when exists is was are has", first)
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
