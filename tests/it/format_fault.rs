//! Every format with every fault: a table in which each cell has a value.
//!
//! The change is always the same: one line of `src/a.py`. That line stands in
//! `src/b.py` too, at the same place, so that an edit which goes astray fits
//! there. Whatever the fault: no file may get a text that nobody meant, and
//! status 0 means that all was done.

use std::fmt::Write as _;

use crate::answers::{
    Change, FORMATS, Format, Name, Piece, Tree, anthropic, body, call, fenced,
    openai, plain, unit,
};
use crate::edit_apply::{apply, tree};
use crate::support::{Dir, in_parallel, iterations};

const A: &str = "import os\n\n\ndef first():\n    return 1\n\n\n\
                 def last():\n    return os.sep\n";
const B: &str = "import sys\n\n\ndef first():\n    return 1\n\n\n\
                 def last():\n    return sys.argv\n";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// The unit names no file, and nothing stands before it.
    NoAddress,
    /// It names none behind a unit of another file and words.
    NoAddressBehind,
    /// Its name stands only in a heading behind a unit of another file.
    OnlyHeading,
    /// The line above it names another file than it does.
    AnotherNamed,
    /// A unit in another format follows.
    SecondFormat,
    /// The new text has a fence in it.
    InnerFence,
    /// It stands in a list item.
    List,
    /// A draft of it, in what the model thought, stands before it.
    Thinking,
    /// The new text leaves code out.
    Placeholder,
    /// The answer has CR LF.
    Crlf,
    /// The answer begins with a byte order mark.
    Bom,
    /// It stands in a quotation, and a unit of another file follows.
    Quotation,
    /// It is the last one and cut.
    Cut,
}

const FAULTS: [Fault; 13] = [
    Fault::NoAddress,
    Fault::NoAddressBehind,
    Fault::OnlyHeading,
    Fault::AnotherNamed,
    Fault::SecondFormat,
    Fault::InnerFence,
    Fault::List,
    Fault::Thinking,
    Fault::Placeholder,
    Fault::Crlf,
    Fault::Bom,
    Fault::Quotation,
    Fault::Cut,
];

fn change_a() -> Change {
    Change {
        path: "src/a.py".into(),
        before: Some(A.into()),
        old: "    return 1\n".into(),
        new: "    return 2\n".into(),
    }
}

fn change_b() -> Change {
    Change {
        path: "src/b.py".into(),
        before: Some(B.into()),
        old: "    return sys.argv\n".into(),
        new: "    return sys.argv[1:]\n".into(),
    }
}

/// The tree once these changes are made.
fn with(changes: &[Change]) -> Tree {
    let mut tree = Tree::new();
    for change in [change_a(), change_b()].iter() {
        let before = change.before.clone().unwrap_or_default();
        tree.insert(change.path.clone(), before);
    }
    for change in changes {
        tree.insert(change.path.clone(), change.after());
    }
    tree
}

/// An answer and the outcomes that are accepted, best first.
struct Try {
    answer: String,
    accept: Vec<(i32, Tree)>,
}

/// Outcomes by a word each: which of the two changes are made.
fn outcomes(words: &str) -> Vec<(i32, Tree)> {
    let outcome = |word: &str| {
        let (status, done) = word.split_at(1);
        let mut changes = Vec::new();
        if done.contains('a') {
            changes.push(change_a());
        }
        if done.contains('b') {
            changes.push(change_b());
        }
        (status.parse().expect("a status"), with(&changes))
    };
    words.split(' ').map(outcome).collect()
}

fn piece(format: Format, change: &Change, name: Name) -> Piece {
    match format.is_call() {
        true => Piece::Call(call(change, name)),
        false => Piece::Text(unit(format, change, name)),
    }
}

fn text(words: &str) -> Piece {
    Piece::Text(words.into())
}

/// An answer as its format is delivered.
fn render(format: Format, pieces: &[Piece]) -> String {
    match format {
        Format::Anthropic => anthropic(pieces) + "\n",
        Format::Openai => openai(pieces) + "\n",
        _ => plain(pieces),
    }
}

fn one(format: Format, pieces: &[Piece], accept: &str) -> Vec<Try> {
    let answer = render(format, pieces);
    vec![Try { answer, accept: outcomes(accept) }]
}

/// The unit without the name above it, fenced as usual.
fn nameless(format: Format, change: &Change) -> String {
    let body = body(format, change, Name::Missing);
    match format.info() {
        Some(info) => fenced("```", info, &body),
        None => body,
    }
}

fn no_address_behind(format: Format) -> Vec<Try> {
    let pieces = [
        piece(format, &change_b(), Name::Said),
        text("\nThe second one matters more than it seems:\n\n"),
        piece(format, &change_a(), Name::Missing),
    ];
    // A fence that nothing names is an example: nobody can tell it from one.
    let accept = match format {
        Format::WholeFile => "0b 1b 1",
        _ => "1b 1",
    };
    one(format, &pieces, accept)
}

fn only_heading(format: Format) -> Vec<Try> {
    let last = match format.is_named_above() {
        true => Piece::Text(nameless(format, &change_a())),
        false => piece(format, &change_a(), Name::Said),
    };
    let pieces = [
        piece(format, &change_b(), Name::Said),
        text("\n### `src/a.py`\n\n"),
        last,
    ];
    match format.is_named_above() {
        true => one(format, &pieces, "0ab 1b 1"),
        false => one(format, &pieces, "0ab"),
    }
}

/// What stands directly above the unit names the file before. Where the unit
/// has its own name, that one counts.
fn another_named(format: Format) -> Vec<Try> {
    let words = "As was done with `src/b.py` before:\n\n";
    let first = piece(format, &change_b(), Name::Said);
    if format.is_named_above() {
        let unit = nameless(format, &change_a());
        let last = text(&format!("\nsrc/a.py\n\n{words}{unit}"));
        return one(format, &[first, last], "1b 0ab 1");
    }
    let below = |words: &str| {
        let last = piece(format, &change_a(), Name::Said);
        let pieces = [first.clone(), text(&format!("\n{words}")), last];
        one(format, &pieces, "0ab 1b 1")
    };
    ["### `src/b.py`\n\n", words].into_iter().flat_map(below).collect()
}

fn second_format(format: Format) -> Vec<Try> {
    let others = FORMATS.iter().filter(|f| !f.is_call() && **f != format);
    let both = |other: &Format| {
        let pieces = [
            piece(format, &change_a(), Name::Said),
            text("\nAnd also:\n\n"),
            Piece::Text(unit(*other, &change_b(), Name::Said)),
        ];
        one(format, &pieces, "0ab 1a 1b 1")
    };
    others.flat_map(both).collect()
}

fn inner_fence(format: Format) -> Vec<Try> {
    let new =
        "    \"\"\"Say:\n\n```\nfirst()\n```\n\n    \"\"\"\n    return 2\n";
    let change = change_a().becoming(new);
    let answer = render(format, &[piece(format, &change, Name::Said)]);
    let mut accept = vec![(0, with(&[change]))];
    // Marks at the start of a line may end a fence around them; in a string
    // or behind the sign of a diff they cannot.
    let plain = ["Aider", "Inside", "Bare", "Cline", "WholeFile"];
    if plain.contains(&&*format!("{format:?}")) {
        accept.push((1, with(&[])));
    }
    vec![Try { answer, accept }]
}

fn indented(by: usize, text: &str) -> String {
    let indent = " ".repeat(by);
    let line = |line: &str| match line.trim().is_empty() {
        true => line.to_owned(),
        false => format!("{indent}{line}"),
    };
    text.split_inclusive('\n').map(line).collect()
}

fn in_list(format: Format) -> Vec<Try> {
    if format.is_call() {
        let pieces = [
            text("1. I change it:\n\n   as you said\n2. Done\n"),
            piece(format, &change_a(), Name::Said),
        ];
        return one(format, &pieces, "0a");
    }
    let unit = unit(format, &change_a(), Name::Said);
    let mut bodies = vec![unit.clone()];
    if format == Format::V4a {
        bodies.push(fenced("```", "", &unit));
    }
    let mut tries = Vec::new();
    for body in bodies {
        for (bullet, by) in [("1.", 3), ("-", 2), ("10.", 4)] {
            let item =
                format!("{bullet} Change it:\n\n{}", indented(by, &body));
            tries.extend(one(format, &[Piece::Text(item)], "0a 1"));
        }
    }
    tries
}

fn thinking(format: Format) -> Vec<Try> {
    let draft = change_a().becoming("    return 9\n");
    let written = if format.is_call() { Format::Ops } else { format };
    let draft = unit(written, &draft, Name::Said);
    let last = piece(format, &change_a(), Name::Said);
    let marks = [
        ("<think>", "</think>"),
        ("<thinking>", "</thinking>"),
        ("<reasoning>", "</reasoning>"),
        ("[THINK]", "[/THINK]"),
        ("", "</think>"),
        (
            "<|channel|>analysis<|message|>",
            "<|end|><|start|>assistant<|channel|>final<|message|>",
        ),
    ];
    let mut tries = Vec::new();
    for (open, close) in marks {
        let thought = format!("{open}\nFirst idea:\n\n{draft}\nNo.\n{close}\n");
        let pieces = [Piece::Text(thought), last.clone()];
        tries.extend(one(format, &pieces, "0a 1a 1"));
    }
    if format.is_call() {
        let pieces = [Piece::Thought(draft), last];
        tries.extend(one(format, &pieces, "0a"));
    }
    tries
}

fn crlf(format: Format) -> Vec<Try> {
    let pieces =
        [text("Here it is.\n\n"), piece(format, &change_a(), Name::Said)];
    let answer = render(format, &pieces).replace('\n', "\r\n");
    let diff = [Format::GitDiff, Format::PlainDiff, Format::Hunk];
    let strict =
        format.is_call() || format == Format::Ops || diff.contains(&format);
    let mut accept = outcomes(if strict { "0a" } else { "0a 1" });
    if format == Format::WholeFile {
        // A whole file may keep the line endings that it came with.
        let whole = change_a().after().replace('\n', "\r\n");
        let mut tree = with(&[]);
        tree.insert("src/a.py".into(), whole);
        accept.push((0, tree));
    }
    vec![Try { answer, accept }]
}

fn bom(format: Format) -> Vec<Try> {
    let answer = render(format, &[piece(format, &change_a(), Name::Said)]);
    // Where a name comes first, it is the name that the mark stands before.
    let accept = if format.is_named_above() { "0a 1" } else { "0a" };
    let answer = format!("\u{feff}{answer}");
    vec![Try { answer, accept: outcomes(accept) }]
}

/// A unit in a quotation is one like others, or is rejected: that it was only
/// cited, nobody can know.
fn quotation(format: Format) -> Vec<Try> {
    let written = if format.is_call() { Format::Ops } else { format };
    let unit = unit(written, &change_a(), Name::Said);
    let mark = |line: &str| match line {
        "\n" => ">\n".to_owned(),
        _ => format!("> {line}"),
    };
    let quoted: String = unit.split_inclusive('\n').map(mark).collect();
    let pieces = [
        text(&format!("You wrote:\n\n{quoted}\nI would do this:\n\n")),
        piece(format, &change_b(), Name::Said),
    ];
    one(format, &pieces, "0b 1b 1")
}

/// From where on a cut of the unit must be seen, and up to where nothing of
/// it may be taken for whole without a word.
fn cut_range(format: Format, unit: &str) -> (usize, usize) {
    let last_line = |lines: usize| {
        let ends = unit.match_indices('\n').rev().nth(lines);
        ends.map_or(0, |(at, _)| at)
    };
    let first_mark = match format {
        Format::Ops => return (20, unit.trim_end().len() - 1),
        Format::GitDiff | Format::PlainDiff | Format::Hunk => "```diff\n",
        Format::Aider | Format::Inside | Format::WholeFile => "```python\n",
        Format::V4a => "*** Begin Patch\n",
        Format::Bare => "<<<<<<< SEARCH\n",
        Format::Cline => "------- SEARCH\n",
        Format::Anthropic | Format::Openai => "\"tool",
    };
    let from = unit.find(first_mark).expect("its mark") + first_mark.len();
    let to = match format {
        // The file itself says that its last line is whole.
        Format::GitDiff | Format::PlainDiff | Format::Hunk => last_line(1) - 1,
        Format::WholeFile => last_line(1) + 1,
        Format::Aider | Format::Inside => last_line(2) + 1,
        Format::V4a | Format::Bare => last_line(1) + 1,
        Format::Cline => last_line(3) + 1,
        _ => unit.trim_end().len() - 1,
    };
    (from, to)
}

fn cut(format: Format) -> Vec<Try> {
    let before = piece(format, &change_b(), Name::Said);
    let last = piece(format, &change_a(), Name::Said);
    let answer = render(format, &[before, text("\n"), last]);
    let start = match format.is_call() {
        true => answer.rfind("Edit").expect("the last call") - 30,
        false => {
            let last = unit(format, &change_a(), Name::Said);
            answer.len() - last.len()
        }
    };
    let (from, to) = match format.is_call() {
        true => (0, answer[start..].trim_end().len() - 1),
        false => cut_range(format, &answer[start..]),
    };
    let step = if iterations(1) > 1 { 1 } else { 5 };
    let mut places: Vec<usize> = (from..answer.len() - start).collect();
    places.retain(|at| {
        at % step == 0 || answer[start..start + at].ends_with('\n')
    });
    let at = |at: usize| {
        let words = if at <= to { "1b 1 1ab" } else { "1ab 0ab 1b 1" };
        let answer = answer[..start + at].to_owned();
        Try { answer, accept: outcomes(words) }
    };
    places.into_iter().map(at).collect()
}

fn tries(format: Format, fault: Fault) -> Vec<Try> {
    match fault {
        Fault::NoAddress => {
            one(format, &[piece(format, &change_a(), Name::Missing)], "1")
        }
        Fault::NoAddressBehind => no_address_behind(format),
        Fault::OnlyHeading => only_heading(format),
        Fault::AnotherNamed => another_named(format),
        Fault::SecondFormat => second_format(format),
        Fault::InnerFence => inner_fence(format),
        Fault::List => in_list(format),
        Fault::Thinking => thinking(format),
        Fault::Placeholder => {
            let new = "    # ... existing code ...\n    return 2\n";
            let change = change_a().becoming(new);
            one(format, &[piece(format, &change, Name::Said)], "1")
        }
        Fault::Crlf => crlf(format),
        Fault::Bom => bom(format),
        Fault::Quotation => quotation(format),
        Fault::Cut => cut(format),
    }
}

/// What came of a try. The worst one stands for its cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    Best,
    Accepted,
    /// What should have been done was refused.
    Refused,
    /// Less was done than status 0 says.
    Lost,
    /// A file has a text that nobody meant.
    Wrong,
}

impl Verdict {
    fn sign(self) -> char {
        match self {
            Self::Best => '.',
            Self::Accepted => 'o',
            Self::Refused => 'r',
            Self::Lost => 'L',
            Self::Wrong => 'W',
        }
    }
}

/// Applies an answer, and says what came of it and what it looked like.
fn judge(tried: &Try) -> (Verdict, String) {
    let dir = Dir::new();
    dir.put("src/a.py", A);
    dir.put("src/b.py", B);
    let ran = apply(&dir, &["--no-fsync"], &tried.answer);
    let now: Tree = tree(&dir).into_iter().collect();
    let have = (ran.status, now);
    let place = tried.accept.iter().position(|wanted| *wanted == have);
    let (status, now) = have;
    let meant =
        tried.accept.iter().any(|(_, tree)| *tree == now) || now == with(&[]);
    let verdict = match place {
        Some(0) => Verdict::Best,
        Some(_) => Verdict::Accepted,
        None if !meant || ![0, 1].contains(&status) => Verdict::Wrong,
        None if status == 0 => Verdict::Lost,
        None => Verdict::Refused,
    };
    let mut told = String::new();
    if verdict > Verdict::Accepted {
        let stdout = ran.text();
        let _ = write!(
            told,
            "---- status {status}\n{}\n---- stdout\n{stdout}---- stderr\n{}",
            tried.answer, ran.stderr
        );
        for (name, text) in now {
            if with(&[]).get(&name) != Some(&text) {
                let _ = write!(told, "---- {name} is now\n{text}");
            }
        }
    }
    (verdict, told)
}

/// Judges a cell: its worst verdict, and what its first failure looked like.
fn cell(format: Format, fault: Fault) -> (Verdict, String) {
    let all = tries(format, fault);
    let judged: Vec<_> = all.iter().map(judge).collect();
    let bad = judged.iter().filter(|(v, _)| *v > Verdict::Accepted).count();
    let (verdict, told) = judged
        .iter()
        .rev()
        .max_by_key(|(verdict, _)| *verdict)
        .expect("each cell has tries");
    let head = format!("{bad} of {} tries fail, such as\n", all.len());
    (*verdict, if bad == 0 { String::new() } else { head + told })
}

#[test]
fn no_fault_of_any_format_gives_a_text_that_nobody_meant() {
    let of = |format: &Format| FAULTS.map(|fault| (*format, fault));
    let cells: Vec<_> = FORMATS.iter().flat_map(of).collect();
    let judged = in_parallel(&cells, |(format, fault)| cell(*format, *fault));

    let mut matrix = String::new();
    for (at, fault) in FAULTS.iter().enumerate() {
        let _ = writeln!(matrix, "{:10} {}{fault:?}", "", "| ".repeat(at));
    }
    for (row, results) in judged.chunks(FAULTS.len()).enumerate() {
        let _ = write!(matrix, "{:10}", format!("{:?}", FORMATS[row]));
        for (verdict, _) in results {
            let _ = write!(matrix, " {}", verdict.sign());
        }
        matrix.push('\n');
    }
    matrix += ". best  o accepted  r refused needlessly  L lost at status 0  \
               W wrong text\n";
    println!("{matrix}");

    let mut told = String::new();
    for ((format, fault), (_, why)) in cells.iter().zip(&judged) {
        if !why.is_empty() {
            let _ = writeln!(told, "==== {format:?} x {fault:?}: {why}");
        }
    }
    assert!(told.is_empty(), "{told}\n{matrix}");
}
