//! What follows a name in a sentence: the text after it flows in, a yes flows
//! out if it goes with what led to the name.

use super::foreign;
use super::gone::{is_negative, says_gone, says_shown};
use super::head::Head;
use super::quiet::announces_command;
use super::words::{begins_any, in_list, with_commas, words};

/// Verbs of a change.
const CHANGES: &str = "
 add change replace update modify edit insert remove delete drop rename rewrite
 fix adjust append prepend define declare implement create extend move swap
 wrap write introduce include extract inline refactor register configure enable
 disable bump increase decrease lower convert switch uncomment adapt tweak
 correct apply put set place paste make turn split merge substitute";

/// Verbs that are such only as an order: `use the flag`, but not `we use`.
const ORDERS: &str = "
 import use call return raise pass handle catch initialize initialise export
 expose simplify do bind mount give let reorder sort guard validate check ensure
 allow store keep parse render inject provide specify mark tighten relax cache
 hook log load throw emit print skip comment";

/// Words between the name and that verb.
const ADVERBS: &str = "
 now then first also please just simply and the following file module script
 class component template it next finally only again today right directly";

/// Subjects of that verb.
const SUBJECTS: &str = "we you i";

/// Words that make an order of what a subject does.
const MODALS: &str = "
 we'll you'll i'll let's let us will should must need needs to can could want
 going have would i'd we'd";

/// Words that begin a phrase of place between the name and the verb.
const PLACES: &str = "
 around near at inside within under below above after before line lines
 function method class section on in where directly right just between";

/// Verbs of a statement: what follows is told, not asked for.
const STATES: &str = "
 is are was were has does fails shows sits lives seems exists calls reads looks
 contains returns raises";

/// Whether a word can be the verb of a change.
pub(super) fn is_verb(word: &str) -> bool {
    in_list(CHANGES, word) || in_list(ORDERS, word)
}

/// Whether what follows the name goes with the head.
pub(super) fn fits(head: Head, after: &str) -> bool {
    let said = with_commas(after);
    let begin = after.trim_start_matches(['`', '*', '_', '"', '\'', ' ']);
    let odd = after.contains('?') || begin.starts_with('=');
    if odd || is_negative(&said) || announces_command(after) {
        return false;
    }
    let plain = words(after);
    let near = plain.get(..3).unwrap_or(&plain);
    match head {
        Head::Bare | Head::Definite => {
            ends(after) || becomes(&plain) && !says_gone(near)
        }
        Head::ShownHow => becomes(&plain) && !says_gone(near),
        Head::Place => place_fits(after, &plain),
        Head::Shown => shown_fits(after, &plain) && !says_shown(near),
        Head::Verb => verb_fits(after, &plain, near),
        Head::Into => into_fits(after, &plain),
        Head::Give => ends(after) || gives(&plain),
        Head::Open => ends_open(after, &plain),
        Head::ForeignPlace => !says_gone(near) && foreign::follows(after),
        Head::ForeignVerb => !says_gone(near),
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
    let Some(count) = begins_any(core, PHRASES) else { return false };
    let next = core.get(count).map_or("", String::as_str);
    if in_list("no nothing not", next) {
        return false;
    }
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
fn place_fits(after: &str, plain: &[String]) -> bool {
    if ends(after) || becomes(plain) || foreign::begins_change(after) {
        return true;
    }
    let begin = after.trim_start_matches(['`', '*', '_', '"']);
    if begin.starts_with("'s") {
        return false;
    }
    let rest = with_commas(without_remark(after));
    let parts = rest.split(|word| word == ",").filter(|part| !part.is_empty());
    if parts.clone().all(is_spot) && after.trim_end().ends_with(':') {
        return true;
    }
    let mut parts = parts.skip_while(|part| is_place(part) && !orders(part));
    parts.next().is_some_and(|part| orders(part) || turns(part))
}

/// Whether a part of a sentence says where in the file.
fn is_place(part: &[String]) -> bool {
    let first = part.first().map_or("", String::as_str);
    in_list(PLACES, first) || part.iter().all(|word| in_list(ADVERBS, word))
}

/// Whether a part of a sentence is a place in the file and no more: `around
/// line 12`, `function run`.
fn is_spot(part: &[String]) -> bool {
    const SPOTS: &str = "
     around near at inside within under below above after before line lines
     function method class section";
    let first = part.first().map_or("", String::as_str);
    in_list(SPOTS, first)
        && part.len() <= 4
        && !part.iter().any(|word| in_list(STATES, word))
}

/// Whether a part of a sentence asks for a change: a verb of change, with
/// adverbs, a subject and a modal verb before it.
fn orders(part: &[String]) -> bool {
    let skipped = |word: &&String| {
        in_list(ADVERBS, word)
            || in_list(SUBJECTS, word)
            || in_list(MODALS, word)
    };
    // `around line 20 change it`: the place has no comma after it.
    let begin = part.iter().take_while(skipped).count();
    let (head, rest) = part.split_at_checked(begin).unwrap_or_default();
    let has = |list| head.iter().any(|word| in_list(list, word));
    let free = !has(SUBJECTS) || has(MODALS);
    let verb = rest.first().map_or("", String::as_str);
    let stated = rest.iter().take(4).any(|word| in_list(STATES, word));
    let ends = rest.is_empty() && (has("following") || has(MODALS));
    !stated && (ends || in_list(CHANGES, verb) || free && in_list(ORDERS, verb))
}

/// Whether a part of a sentence says what something in the file becomes.
fn turns(part: &[String]) -> bool {
    part.iter().any(|word| word == "becomes")
        || part.windows(2).any(|two| {
            matches!(two, [a, b] if a == "should"
                && in_list("be look become now", b))
        })
}

/// `Here is NAME` and then nothing or a remark.
fn shown_fits(after: &str, plain: &[String]) -> bool {
    const BEGIN: &str = "
     with after in as including now file updated again for to so once
     module script class component template";
    let first = plain.first().map_or("", String::as_str);
    ends(after)
        || in_list(BEGIN, first)
            && !plain.iter().any(|word| {
                in_list("failing failed currently called", word)
                    || in_list(STATES, word)
            })
}

/// `Update NAME` and then how, why or where.
fn verb_fits(after: &str, plain: &[String], near: &[String]) -> bool {
    const BEGIN: &str = "
     to so with as like for where in at around inside near such using
     adding changing replacing accordingly first next again now file module script class component template
     page line lines the this that's because since after once";
    const WAYS: &str = "
     running run copying executing using command typing renaming moving hand";
    let begin = after.trim_start_matches(['`', '*', '_', '"']);
    let first = plain.first().map_or("", String::as_str);
    let next = plain.get(1..).unwrap_or_default();
    let goes_on = match first {
        "and" => orders(next),
        "by" => !next.iter().any(|word| in_list(WAYS, word)),
        first => in_list(BEGIN, first),
    };
    let gone = says_gone(near) && !in_list("by and to so", first);
    !begin.starts_with("'s") && !gone && (ends(after) || goes_on)
}

/// `Add this to NAME` and then where, why or nothing.
fn into_fits(after: &str, plain: &[String]) -> bool {
    const BEGIN: &str = "
     to so as like for where in at around inside near such using first next
     again now file module script class component template page line lines after
     before under above below right just directly between on because since
     with too instead";
    let first = plain.first().map_or("", String::as_str);
    let next = plain.get(1..).unwrap_or_default();
    ends(after) || in_list(BEGIN, first) || first == "and" && orders(next)
}

/// `Create NAME with this content`, `Add NAME containing`.
fn gives(plain: &[String]) -> bool {
    let first = plain.first().map_or("", String::as_str);
    in_list("with containing like as so where", first)
}

/// `Open NAME and add`: an order has to follow, or a colon.
fn ends_open(after: &str, plain: &[String]) -> bool {
    let colon = after.trim_end().ends_with([':', '：']);
    match plain {
        [] => colon,
        [and, rest @ ..] if and == "and" => orders(rest),
        rest => orders(rest),
    }
}
