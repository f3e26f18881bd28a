//! Damaged documents: nothing panics, nothing is lost or invented, and the
//! chunking never matters.

use tornkit::scan::{
    Config, Event, MAX_RECORD, Repair, Scanner, Summary, Unwrap, Values,
};

use crate::support::{Random, iterations};

/// Pieces that damaged documents are made of.
const PIECES: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "'",
    "\\",
    "\n",
    "\r\n",
    " ",
    "  ",
    "\t",
    "/",
    "*",
    "#",
    "```",
    "```json\n",
    "\u{1e}",
    "\u{feff}",
    "“",
    "”",
    "‘",
    "’",
    "é",
    "\0",
    "\x1b[0m",
    "- ",
    "1. ",
    "data: ",
    "<a>",
    "true",
    "True",
    "NaN",
    "null",
    "-1.5e3",
    "01",
    "key",
    "\\u00e9",
    "\\x41",
    "//",
    "/*",
    "*/",
    "\"a\":1",
    "{\"type\":\"delete\",\"file_path\":\"x\"}",
    "{\"operations\":[",
    "{\"file_path\":\"y\",",
    "\"operations\":[{",
    "\"content\":\"text\\n\"",
    "\n{\"b\":2}\n",
    "\n  {\"b\":2},\n",
    "prose",
    "{'k': 'it\\'s'}",
    "\"total_operations\":3,",
    "{\"type\":\"meta\",",
    "\n]\n}\n",
    "\u{80}",
    "…",
    "\n- ",
    "\ndata: ",
    "\n\u{1e}",
    "\n42,",
    "\n\"s\" ",
    "\nnull",
    "[{},",
    "{\"a\":[{",
    "File 0: ",
];

fn document(random: &mut Random) -> Vec<u8> {
    let mut text = Vec::new();
    for _ in 0..random.below(40) {
        text.extend_from_slice(PIECES[random.below(PIECES.len())].as_bytes());
    }
    if random.below(4) == 0 && !text.is_empty() {
        let at = random.below(text.len());
        text[at] = random.below(256) as u8;
    }
    text
}

/// Everything observable of a scan, in a comparable form.
fn observe(text: &[u8], chunk: usize, config: &Config) -> (String, Summary) {
    let mut seen = String::new();
    let mut rejected = Vec::new();
    let mut sink = |event: Event<'_>| {
        match event {
            Event::Record(r) => {
                let json = std::str::from_utf8(r.json).expect("valid UTF-8");
                serde_json::from_str::<serde::de::IgnoredAny>(json)
                    .unwrap_or_else(|why| panic!("{why}: {json}"));
                assert!(!json.contains('\n'), "{json}");
                seen += &format!("{json} {:?} {}\n", r.span, r.line);
            }
            Event::Rejected(r) => {
                rejected.extend_from_slice(r.raw);
                seen += &format!("rejected {:?} {:?}\n", r.line, r.reason);
            }
            Event::RejectedMore(raw) => rejected.extend_from_slice(raw),
            Event::Refuted => seen += "refuted\n",
        }
        Ok::<(), ()>(())
    };
    let mut scanner = Scanner::new(config.clone());
    for part in text.chunks(chunk.max(1)) {
        scanner.feed(part, &mut sink).unwrap();
    }
    let summary = scanner.finish(&mut sink).unwrap();
    assert_eq!(summary.bytes.rejected, rejected.len() as u64);
    seen += &format!("{}", String::from_utf8_lossy(&rejected));
    seen += &format!("{:?} {:?}", summary.bytes, summary.cut);
    seen += &format!("{:?} {:?}", summary.verdict, summary.framing);
    (seen, summary)
}

/// What is wrong with the scan of a document, if anything.
fn flaw(text: &[u8], config: &Config) -> Option<String> {
    let (whole, summary) = observe(text, usize::MAX, config);
    if summary.bytes.total() != text.len() as u64 {
        return Some(format!("{:?} of {}", summary.bytes, text.len()));
    }
    [1, 2, 5].into_iter().find_map(|chunk| {
        let (parts, _) = observe(text, chunk, config);
        (parts != whole).then(|| format!("{chunk}: {parts}\nnot: {whole}"))
    })
}

/// The smallest document that still has a flaw.
fn shrink(mut text: Vec<u8>, config: &Config) -> Vec<u8> {
    let mut step = text.len().max(1);
    while step > 0 {
        let mut at = 0;
        while at < text.len() {
            let mut less = text.clone();
            less.drain(at..(at + step).min(text.len()));
            if flaw(&less, config).is_some() {
                text = less;
            } else {
                at += step;
            }
        }
        step /= 2;
    }
    text
}

#[test]
fn damaged_documents_are_scanned_alike_in_every_chunking() {
    let mut random = Random::seeded();
    for _ in 0..iterations(20_000) {
        let text = document(&mut random);
        let levels = [Repair::None, Repair::Safe, Repair::All];
        let repair = levels[random.below(3)];
        let values = match random.below(3) {
            0 => Values::Any,
            _ => Values::Records,
        };
        let unwrap = match random.below(5) {
            0 => Unwrap::Never,
            1 => Unwrap::Also(vec!["a".into()]),
            _ => Unwrap::Known,
        };
        let max_record = if random.below(4) == 0 { 30 } else { MAX_RECORD };
        let config = Config { repair, values, unwrap, max_record };
        if flaw(&text, &config).is_some() {
            let small = shrink(text, &config);
            let why = flaw(&small, &config).unwrap_or_default();
            panic!("{:?} {config:?}: {why}", String::from_utf8_lossy(&small));
        }
    }
}

#[test]
fn a_prefix_never_emits_what_the_whole_takes_back() {
    let mut random = Random::seeded();
    for _ in 0..iterations(2_000) {
        let text = document(&mut random);
        let values = [Values::Records, Values::Any][random.below(2)];
        let repair = [Repair::None, Repair::Safe][random.below(2)];
        let config = Config { values, repair, ..Config::default() };
        let records = |end: usize| {
            let mut out = Vec::new();
            let mut sink = |event: Event<'_>| {
                if let Event::Record(r) = event {
                    out.push((r.span, r.json.to_vec()));
                }
                Ok::<(), ()>(())
            };
            let mut scanner = Scanner::new(config.clone());
            scanner.feed(&text[..end], &mut sink).unwrap();
            // A scalar may end with the stream, and go on in a longer one.
            if values == Values::Records {
                scanner.finish(&mut sink).unwrap();
            }
            out
        };
        let whole = records(text.len());
        for end in 0..text.len() {
            let part = records(end);
            let shown = String::from_utf8_lossy(&text[..end]);
            let rest = String::from_utf8_lossy(&text[end..]);
            assert!(
                whole.starts_with(&part),
                "{shown:?} then {rest:?} {config:?}"
            );
        }
    }
}
