//! What leads to a name in a sentence: the words before it flow in, the form
//! that they have as a whole flows out, or nothing.

use super::foreign;
use super::words::{begins_any, in_list};

/// How a sentence leads to its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Head {
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
    /// `Update the`, `Rewrite`.
    Verb,
    /// `Add`, `Write`, `Save`: with more words after the name, they mean that
    /// the file goes elsewhere.
    Give,
    /// `Open`, `Go to`: what is to be done there follows.
    Open,
    /// `Add this to the end of`.
    Into,
    /// A place or a presentation in another language.
    ForeignPlace,
    /// A verb in another language.
    ForeignVerb,
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

/// Words that begin a clause of purpose or time.
const PURPOSES: &str = "to for after as with once since because when";

/// What makes up the words between a head and the name.
const DETERMINERS: &str = "
 the your our this that a an my its existing updated new full complete revised
 modified corrected final fixed entire whole actual main same refactored
 file script module component template stylesheet config configuration source
 document class page helper rewritten minimal simple small basic called named version contents content
 code of for project's root project layout route model view controller service
 manifest";

/// Words that may stand before `of` and `for` among them, and before `to`
/// and `in` in `changes to`.
const CONTENTS: &str = "
 version contents content code body implementation source change changes edit
 edits diff patch fix fixes update updates modification modifications rewrite
 addition additions bugfix hotfix refactor adjustment adjustments rest snippet";

/// Verbs of which the file is the object.
const VERBS: &str = "
 update edit modify change create fix patch replace rewrite extend adjust
 implement refactor adapt amend revise tweak correct improve complete finish
 overwrite simplify editing updating modifying changing creating adjusting
 extending fixing rewriting";

/// Verbs with a word after them.
const PHRASAL: &str = "
 start with|begin with|append to|write to|add to|add in|save to|insert into|
 insert in|edit in|set up|clean up|work on|continue with|continue in|
 finish with|move on to|turn to|put in|put into|apply to|prepend to";

/// Verbs that hand the file over.
const GIVING: &str = "
 add|write|save as|save it as|save this as|store as";

/// Verbs after which something is done in the file.
const OPENING_UP: &str = "
 open|open up|go to|go into|switch to|jump to|go back to|head to|navigate to";

/// Verbs with an object before the file.
const INTO: &str = "
 add insert append prepend put apply make save write paste place replace
 include change update introduce define implement set fix edit modify adjust
 rename extend declare register import perform do create store copy use call enable
 wire hook wrap handle";

/// What ties that object to the file.
const PREPOSITIONS: &str = "
 at the very top of|at the top of|at the bottom of|at the end of|at the start
 of|at the beginning of|to the very top of|to the top of|to the bottom of|to
 the end of|to the start of|to the beginning of|near the top of|near the end
 of|into|inside|within|to|in|as";

/// Words between verb and preposition that show another sense.
const NO_OBJECT: &str = "
 sure from which whether if because using instead like than similar
 exists is are was were called output result results log logs defined found
 not never old link links reference references pointer path redirect calls
 symlink alias mention url href executable read loaded listed access
 see run command points refers";

/// Reads the head that the words are as a whole.
pub(super) fn read(said: &[String]) -> Option<Head> {
    let next_to = |two: &[String]| matches!(two, [next, to] if next == "next" && to == "to");
    if said.windows(2).any(next_to) {
        return None;
    }
    const EXAMPLES: &str = "
     for example|for instance|for comparison|for reference|to compare|
     in addition|in place|in case|in contrast";
    let rest = without_openers(said);
    let purposeful = rest.len() < said.len()
        && said.first().is_some_and(|first| in_list(PURPOSES, first));
    if begins_any(said, EXAMPLES).is_some() || purposeful && rest.is_empty() {
        return None;
    }
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
        .or_else(|| foreign::is_verb(rest).then_some(Head::ForeignVerb))
        .or_else(|| foreign::is_place(rest).then_some(Head::ForeignPlace))
        .or_else(|| foreign::are_openers(rest).then_some(Head::Bare))
}

/// The words after openers and after a clause of purpose (`To fix this,`).
fn without_openers(said: &[String]) -> &[String] {
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
            "at" => matches!(before, "file" | "module" | "script"),
            word => in_list(DETERMINERS, word),
        }
    };
    said.len() <= LONGEST && said.iter().enumerate().all(fits)
}

/// `The new`, `Your`: an article and what belongs to the name.
fn is_definite(said: &[String]) -> bool {
    let first = said.first().map_or("", String::as_str);
    matches!(first, "the" | "your" | "our") && are_determiners(said)
}

/// `In the file`, `At the top of`.
fn place(said: &[String]) -> Option<Head> {
    const HEADS: &str = "
     in|inside|within|for|inside of|as for|on to|moving on to|over to|same in|at the very top of|at the very end of|at the top of|at the
     bottom of|at the end of|at the start of|at the beginning of|near the top
     of|near the bottom of|near the end of|to|into|back in|back to|over in|
     further down in|further up in|lower down in|later in|still in|elsewhere in";
    let count = begins_any(said, HEADS)?;
    are_determiners(said.get(count..)?).then_some(Head::Place)
}

/// `Here is the new`, `Changes to`.
fn shown(said: &[String]) -> Option<Head> {
    const HEADS: &str = "
     here is|here's|here are|here comes|below is|below are|the following is|
     following is|this is the|these are the|i've prepared|here goes";
    let count = begins_any(said, HEADS);
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
            || in_list("necessary required needed following minimal small quick tiny one-line next first second third last simple", word)
    });
    (in_list(CONTENTS, noun) && begin && ends).then_some(Head::Shown)
}

/// `Update the`, `Open`, `Write`.
fn verb(said: &[String]) -> Option<Head> {
    let first = said.first().map_or("", String::as_str);
    let fits = |count: usize| said.get(count..).is_some_and(are_determiners);
    let plain = begins_any(said, PHRASAL)
        .or_else(|| in_list(VERBS, first).then_some(1));
    if plain.is_some_and(fits) {
        return Some(Head::Verb);
    }
    if begins_any(said, OPENING_UP).is_some_and(fits) {
        return Some(Head::Open);
    }
    begins_any(said, GIVING).is_some_and(fits).then_some(Head::Give)
}

/// Verb, object and preposition, as in `Add the import at the top of`.
fn into(said: &[String]) -> Option<Head> {
    let (verb, rest) = said.split_first()?;
    if !in_list(INTO, verb) {
        return None;
    }
    (0..rest.len()).rev().find_map(|at| {
        let object = rest.get(..at)?;
        let tie = rest.get(at..)?;
        let last = object.last().map_or("", String::as_str);
        let first = tie.first().map_or("", String::as_str);
        let count = match first {
            // `line 12 of`, `the last line of`.
            "of" if is_part(last) => 1,
            _ => begins_any(tie, PREPOSITIONS)?,
        };
        let ends = are_determiners(tie.get(count..)?);
        (ends && is_object(verb, object, first)).then_some(Head::Into)
    })
}

/// Whether a word is a part of a file.
fn is_part(word: &str) -> bool {
    in_list("line lines end bottom top start beginning body rest", word)
        || word.starts_with(|c: char| c.is_ascii_digit())
}

/// Whether words are what a verb puts into a file.
fn is_object(verb: &str, object: &[String], tie: &str) -> bool {
    const LONGEST: usize = 12;
    let odd = |word: &String| {
        in_list(NO_OBJECT, word) || word == "," || word == "that"
    };
    let only_that = matches!(object, [that] if that == "that");
    let first = object.first().map_or("", String::as_str);
    // `Copy a file to` is a command, `Copy this into` is none.
    let here = matches!(first, "this" | "these" | "it" | "following")
        || first == "the" && object.iter().any(|word| word == "following");
    // `Add a call to` names what is called.
    let called = tie == "to" && object.last().is_some_and(|w| w == "call");
    object.len() <= LONGEST
        && !called
        && (only_that || !object.iter().any(odd))
        && (verb != "copy" || here)
}
