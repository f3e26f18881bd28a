//! Answers of several units in whatever formats, with what people write
//! around them, and with faults in some. Each comes of a number alone.

use crate::answers::{
    Change, Format, Name, Piece, Tree, anthropic, body, call, fenced, merged,
    openai, plain,
};
use crate::support::Random;

/// Where a unit says which file it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Address {
    /// Within itself.
    Own,
    /// Nowhere: it goes on with the file of the unit directly before it.
    Before,
    /// Nowhere, which is a fault.
    None,
    Plain,
    Label,
    Heading,
    HeadingCode,
    Numbered,
    Bold,
    BoldCode,
    Code,
    CodeColon,
    Bullet,
    PathTag,
    SentenceIn,
    SentenceUpdate,
    SentenceHere,
    SentenceNow,
    Info,
    InfoTitle,
    InfoColon,
    Comment,
}

/// Those that stand on lines above a unit; from `SentenceIn` on they have to
/// be the last line above it.
const ABOVE: [Address; 15] = [
    Address::Plain,
    Address::Label,
    Address::Heading,
    Address::HeadingCode,
    Address::Numbered,
    Address::Bold,
    Address::BoldCode,
    Address::Code,
    Address::CodeColon,
    Address::Bullet,
    Address::PathTag,
    Address::SentenceIn,
    Address::SentenceUpdate,
    Address::SentenceHere,
    Address::SentenceNow,
];

const INFO: [Address; 3] =
    [Address::Info, Address::InfoTitle, Address::InfoColon];

impl Address {
    fn above(self, path: &str) -> String {
        match self {
            Self::Plain => path.to_owned(),
            Self::Label => format!("File: {path}"),
            Self::Heading => format!("### {path}"),
            Self::HeadingCode => format!("## `{path}`"),
            Self::Numbered => format!("### 2. `{path}`"),
            Self::Bold => format!("**{path}**"),
            Self::BoldCode => format!("**`{path}`**:"),
            Self::Code => format!("`{path}`"),
            Self::CodeColon => format!("`{path}`:"),
            Self::Bullet => format!("- `{path}`:"),
            Self::PathTag => format!("<path>{path}</path>"),
            Self::SentenceIn => format!("In `{path}`, change the call:"),
            Self::SentenceUpdate => format!("Update `{path}`:"),
            Self::SentenceHere => format!("Here is the updated `{path}`:"),
            Self::SentenceNow => format!("Now `{path}`:"),
            _ => String::new(),
        }
    }

    fn info(self, language: &str, path: &str) -> String {
        match self {
            Self::Info => format!("{language} {path}"),
            Self::InfoTitle => format!("{language} title=\"{path}\""),
            Self::InfoColon => format!("{language}:{path}"),
            _ => language.to_owned(),
        }
    }
}

/// What is wrong with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    Nothing,
    NoAddress,
    Placeholder,
    OpenFence,
    Cut,
}

/// A unit of an answer, and what becomes of it.
#[derive(Clone, Debug)]
pub struct Unit {
    pub change: Change,
    pub format: Format,
    pub address: Address,
    /// All of it, with its fence and what names its file.
    text: String,
    /// So many bytes of the text show that a unit begins.
    mark: usize,
    pub fence: Option<&'static str>,
    /// Whether it must never be applied.
    pub forbidden: bool,
    /// Whether the answer, cut as it is, shows that there is such a unit.
    pub shown: bool,
}

#[derive(Debug)]
pub struct Answer {
    pub bytes: Vec<u8>,
    pub base: Tree,
    pub units: Vec<Unit>,
    pub fault: Fault,
}

fn pick<T: Copy>(random: &mut Random, from: &[T]) -> T {
    from[random.below(from.len())]
}

fn chance(random: &mut Random, percent: usize) -> bool {
    random.below(100) < percent
}

const PATHS: [&str; 8] = [
    "src/a.py",
    "src/b.py",
    "src/deep/c.py",
    "lib/util.js",
    "cmd/main.go",
    "conf/settings.toml",
    "docs/guide.md",
    "tests/test_a.py",
];

/// A language, and what begins a comment in it.
fn language(path: &str) -> (&'static str, &'static str) {
    match path.rsplit('.').next() {
        Some("js") => ("js", "//"),
        Some("go") => ("go", "//"),
        Some("toml") => ("toml", "#"),
        Some("md") => ("markdown", "<!--"),
        _ => ("python", "#"),
    }
}

/// A file whose every line but the blank ones stands in it once, and some of
/// them in the other files as well.
fn file(random: &mut Random, path: &str) -> String {
    let stem = path.replace(['/', '.'], "_");
    let mut lines: Vec<String> = (0..6 + random.below(8))
        .map(|n| match random.below(3) {
            0 => format!("{stem}_{n} = {n}\n"),
            1 => format!("    return {stem}({n})\n"),
            _ => format!("def {stem}_{n}():\n"),
        })
        .collect();
    for shared in 0..3 {
        let at = random.below(lines.len() + 1);
        lines.insert(at, format!("    shared_{shared}()\n"));
    }
    if path.ends_with(".md") {
        let at = random.below(lines.len() + 1);
        lines.insert(at, "\n```sh\nmake it\n```\n\n".into());
    }
    for _ in 0..random.below(3) {
        let at = random.below(lines.len() + 1);
        lines.insert(at, "\n".into());
    }
    lines.concat()
}

/// A line of the text that stands in it once and is worth changing.
fn line_of(random: &mut Random, text: &str) -> String {
    let lines: Vec<&str> = text
        .split_inclusive('\n')
        .filter(|line| line.contains('_') || line.contains("return"))
        .collect();
    pick(random, &lines).to_owned()
}

fn new_lines(random: &mut Random, number: usize) -> String {
    let line = |n: usize| format!("    changed_{number}_{n}()\n");
    (0..1 + random.below(3)).map(line).collect()
}

/// A change of this file, or one that makes or removes it.
fn change(random: &mut Random, base: &Tree, number: usize) -> Change {
    let path = PATHS[number % PATHS.len()].to_owned();
    let text = base.get(&path).cloned().unwrap_or_default();
    let new = new_lines(random, number);
    match random.below(12) {
        0 => Change {
            path: format!("src/new_{number}.py"),
            before: None,
            old: String::new(),
            new,
        },
        1 => Change {
            path,
            old: text.clone(),
            before: Some(text),
            new: String::new(),
        },
        _ => Change {
            path,
            old: line_of(random, &text),
            before: Some(text),
            new,
        },
    }
}

/// The formats that can say a change.
fn format_of(random: &mut Random, change: &Change, calls: bool) -> Format {
    let any = [
        Format::Ops,
        Format::GitDiff,
        Format::PlainDiff,
        Format::Hunk,
        Format::V4a,
        Format::Aider,
        Format::Inside,
        Format::Bare,
        Format::Cline,
        Format::WholeFile,
    ];
    if change.is_deletion() {
        return pick(random, &[Format::Ops, Format::GitDiff, Format::V4a]);
    }
    // Without an API's body, a call is a record on a line.
    if chance(random, if calls { 50 } else { 5 }) {
        return Format::Anthropic;
    }
    match pick(random, &any) {
        Format::Hunk if change.before.is_none() => Format::PlainDiff,
        format => format,
    }
}

fn address_of(random: &mut Random, format: Format, path: &str) -> Address {
    if !format.is_named_above() {
        return Address::Own;
    }
    match random.below(8) {
        0 if format != Format::Bare => pick(random, &INFO),
        1 if format == Format::Aider && !path.ends_with(".md") => {
            Address::Comment
        }
        2 | 3 => Address::Plain,
        _ => pick(random, &ABOVE),
    }
}

/// A fence that is longer than any in the body; within a diff no line of the
/// file begins with a mark.
fn fence_for(random: &mut Random, body: &str, diff: bool) -> &'static str {
    match random.below(10) {
        0 => "~~~",
        1 => "`````",
        _ if body.contains("```") && !diff => "````",
        _ => "```",
    }
}

/// What stands on the lines above a unit.
fn lines_above(random: &mut Random, address: Address, path: &str) -> String {
    let mut above = address.above(path);
    if above.is_empty() {
        return above;
    }
    above.push('\n');
    let reaches = address < Address::SentenceIn;
    if !reaches || (above.starts_with('#') && chance(random, 50)) {
        above.push('\n');
    } else if chance(random, 15) {
        above += "\nOnly the call changes.\n\n";
    }
    above
}

/// Whether a unit stands in a fence, and the language behind its mark.
fn fence_info(
    random: &mut Random,
    format: Format,
    path: &str,
) -> Option<&'static str> {
    let (percent, info) = match format {
        Format::Ops | Format::Anthropic => (40, "json"),
        Format::GitDiff | Format::PlainDiff => (80, "diff"),
        Format::Hunk => (100, "diff"),
        Format::V4a => (40, ""),
        Format::Bare | Format::Cline => (0, ""),
        _ => (100, language(path).0),
    };
    chance(random, percent).then_some(info)
}

/// How many bytes of an unfenced unit show that there is one.
fn mark_of(format: Format, text: &str) -> usize {
    let line_end = |at: usize| text[at..].find('\n').map_or(0, |n| at + n + 1);
    match format {
        Format::Ops | Format::Anthropic => 20,
        // A line of dashes and a name may be anything.
        Format::PlainDiff => line_end(text.find("@@ ").unwrap_or(0)),
        Format::Cline => line_end(text.find("SEARCH").unwrap_or(0)),
        _ => line_end(0),
    }
}

/// A unit with all that belongs to it, written out.
fn write_unit(
    random: &mut Random,
    change: &Change,
    format: Format,
    address: Address,
) -> Unit {
    let path = &change.path;
    let name = match address {
        Address::None => Name::Missing,
        _ => Name::Said,
    };
    let mut inside = body(format, change, name);
    if address == Address::Comment {
        inside = format!("{} {path}\n{inside}", language(path).1);
    }
    let info = fence_info(random, format, path);
    let mut above = lines_above(random, address, path);
    if address == Address::Own && info.is_none() && chance(random, 30) {
        // Many repeat the name above a unit that has it.
        above = pick(random, &ABOVE).above(path) + "\n";
    }
    let (text, mark, fence) = match info {
        Some(info) => {
            let diff = info == "diff";
            let fence = fence_for(random, &inside, diff);
            let info = address.info(info, path);
            let mark = fence.len() + info.len() + 1;
            (fenced(fence, &info, &inside), mark, Some(fence))
        }
        None => {
            let mark = mark_of(format, &inside);
            (inside, mark, None)
        }
    };
    Unit {
        mark: above.len() + mark,
        text: above + &text,
        change: change.clone(),
        format,
        address,
        fence,
        forbidden: false,
        shown: true,
    }
}

const WORDS: [&str; 8] = [
    "Next comes the part that matters.\n",
    "## Changes\n\nThe call is renamed throughout.\n",
    "This needs Node.js 18 or later, e.g. on the server.\n",
    "Why:\n\n- it was slow\n- nobody used it\n",
    "1. Rename the call\n2. Keep the rest\n",
    "Note that the return value stays as it is.\n",
    "---\n\nThen this one:\n",
    "> Keep it short, please.\n\nYes.\n",
];

const EXAMPLES: [&str; 5] = [
    "Run it:\n\n```bash\nmake test\n```\n",
    "It prints:\n\n```\nok 3\n```\n",
    "A request looks like this:\n\n\
     ```json\n{\"status\": \"ok\", \"items\": [1, 2]}\n```\n",
    "In another language it would be:\n\n```ruby\nputs 1\n```\n",
    "The server then says {\"status\": \"ok\"} and waits.\n",
];

/// Words around the units, which ask for nothing.
fn surroundings(random: &mut Random) -> String {
    let mut text = String::new();
    if chance(random, 50) {
        text += pick(random, &WORDS);
        text.push('\n');
    }
    if chance(random, 15) {
        text += pick(random, &EXAMPLES);
        text.push('\n');
    }
    text
}

const THINKING: [(&str, &str); 4] = [
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<reasoning>", "</reasoning>"),
    ("[THINK]", "[/THINK]"),
];

/// A draft of the first unit, which must not be applied.
fn thinking(random: &mut Random, first: &Unit) -> String {
    let draft = first.change.becoming("    draft()\n");
    let address = match first.format.is_named_above() {
        true => Address::Plain,
        false => Address::Own,
    };
    let draft = write_unit(random, &draft, first.format, address);
    format!("Perhaps:\n\n{}\nNo.\n", draft.text)
}

fn in_tags(random: &mut Random, thought: &str) -> Piece {
    let (open, close) = pick(random, &THINKING);
    Piece::Text(format!("{open}\n{thought}{close}\n\n"))
}

/// The units of an answer: one a file, and now and then a second one that
/// goes on with the file of the first.
fn units(random: &mut Random, base: &Tree, calls: bool) -> Vec<Unit> {
    let mut units: Vec<Unit> = Vec::new();
    let first = random.below(PATHS.len());
    for number in first..first + 2 + random.below(5) {
        let change = change(random, base, number);
        let format = format_of(random, &change, calls);
        let address = address_of(random, format, &change.path);
        units.push(write_unit(random, &change, format, address));
        let goes_on = matches!(format, Format::Aider | Format::Bare)
            && change.before.is_some();
        if goes_on && chance(random, 20) {
            let text = change.after();
            let mut next = change.clone();
            next.old = line_of(random, &text);
            if change.new.contains(&next.old) || next.old == change.old {
                continue;
            }
            next.new = new_lines(random, number + 100);
            units.push(write_unit(random, &next, format, Address::Before));
        }
    }
    units
}

/// Puts a fault into the units, or says that it does not fit them.
fn spoil(random: &mut Random, units: &mut [Unit], fault: Fault) -> bool {
    let at = random.below(units.len());
    let unit = units[at].clone();
    let change = unit.change;
    match fault {
        Fault::NoAddress => {
            // An unnamed fence is an example; a unit that goes on with the
            // file of this one would lose it too.
            let next = units.get(at + 1).map(|next| next.address);
            if unit.format == Format::WholeFile
                || unit.address == Address::Before
                || next == Some(Address::Before)
            {
                return false;
            }
            units[at] = write_unit(random, &change, unit.format, Address::None);
            true
        }
        Fault::Placeholder => {
            let (_, comment) = language(&change.path);
            if comment == "<!--" || change.is_deletion() {
                return false;
            }
            let new =
                format!("    {comment} ... existing code ...\n{}", change.new);
            let change = change.becoming(&new);
            units[at] = write_unit(random, &change, unit.format, unit.address);
            units[at].forbidden = true;
            true
        }
        Fault::OpenFence => {
            let last = units.last_mut().expect("a unit");
            let Some(fence) = last.fence else { return false };
            let end = last.text.len() - fence.len() - 1;
            last.text.truncate(end);
            true
        }
        Fault::Nothing | Fault::Cut => true,
    }
}

/// What an answer is delivered in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wrapping {
    Text,
    Anthropic,
    Openai,
}

/// The pieces of an answer, and where each unit begins in its text.
fn pieces(
    random: &mut Random,
    units: &[Unit],
    wrapping: Wrapping,
    fault: Fault,
) -> (Vec<Piece>, Vec<usize>) {
    let (mut pieces, mut starts) = (Vec::new(), Vec::new());
    if chance(random, 50) {
        pieces.push(Piece::Text("Here are the changes.\n\n".into()));
    }
    if chance(random, 15) {
        let draft = thinking(random, &units[0]);
        let inline = wrapping == Wrapping::Text || chance(random, 50);
        pieces.push(match inline {
            true => in_tags(random, &draft),
            false => Piece::Thought(draft),
        });
    }
    for unit in units {
        if unit.address == Address::None {
            let words = "This one matters more than it seems:\n\n";
            pieces.push(Piece::Text(words.into()));
        } else if unit.address != Address::Before {
            pieces.push(Piece::Text(surroundings(random)));
        }
        starts.push(plain(&pieces).len());
        if wrapping != Wrapping::Text && unit.format.is_call() {
            let name = match unit.address {
                Address::None => Name::Missing,
                _ => Name::Said,
            };
            pieces.push(Piece::Call(call(&unit.change, name)));
        } else {
            pieces.push(Piece::Text(unit.text.clone() + "\n"));
        }
    }
    match (fault, pieces.last_mut()) {
        // A fence that stays open would swallow what follows.
        (Fault::OpenFence, Some(Piece::Text(last))) => drop(last.pop()),
        (Fault::OpenFence, _) => {}
        _ if chance(random, 40) => {
            let words = "That is all; the tests pass.\n";
            pieces.push(Piece::Text(words.into()));
        }
        _ => {}
    }
    (pieces, starts)
}

/// The answer of a number: the same number, the same answer.
pub fn answer(seed: u64) -> Answer {
    let random = &mut Random::from_seed(seed);
    let text = |path: &&str| ((*path).to_owned(), file(random, path));
    let base: Tree = PATHS.iter().map(text).collect();
    let wrapping = match random.below(10) {
        0 => Wrapping::Anthropic,
        1 => Wrapping::Openai,
        _ => Wrapping::Text,
    };
    let mut units = units(random, &base, wrapping != Wrapping::Text);
    let wanted = match random.below(20) {
        0..2 => Fault::NoAddress,
        2..4 => Fault::Placeholder,
        4..6 => Fault::OpenFence,
        6..10 => Fault::Cut,
        _ => Fault::Nothing,
    };
    let fits = spoil(random, &mut units, wanted);
    let fault = if fits { wanted } else { Fault::Nothing };
    let (pieces, starts) = pieces(random, &units, wrapping, fault);
    let mut bytes = match wrapping {
        Wrapping::Text => plain(&pieces),
        Wrapping::Anthropic => anthropic(&merged(pieces)) + "\n",
        Wrapping::Openai => openai(&merged(pieces)) + "\n",
    }
    .into_bytes();
    if fault == Fault::Cut {
        bytes.truncate(1 + random.below(bytes.len() - 1));
        // Of a body that is cut, all that is missing is known to be.
        for (unit, start) in units.iter_mut().zip(starts) {
            unit.shown =
                wrapping != Wrapping::Text || start + unit.mark <= bytes.len();
        }
    }
    Answer { bytes, base, units, fault }
}
