//! A recorded answer, and the ways in which a model goes on after a cut.

use tornkit::resume::survey;

/// How a model goes on after a cut.
pub const STYLES: [&str; 9] = [
    "exact", "line", "op", "file", "all", "prose", "fence", "overlap",
    "newline",
];

/// An answer, and where each of its operations starts.
pub struct Recorded {
    pub name: &'static str,
    pub text: String,
    pub starts: Vec<usize>,
}

impl Recorded {
    pub fn new(name: &'static str, text: String) -> Self {
        let units = survey(text.as_bytes()).units;
        let starts = units.iter().map(|u| u.span.start as usize).collect();
        Self { name, text, starts }
    }

    /// The answer as NDJSON, and the same as one object, compact and pretty.
    pub fn layouts(ndjson: &str) -> Vec<Self> {
        let mut lines = ndjson.lines();
        let meta = lines.next().expect("a meta line");
        let meta: serde_json::Value =
            serde_json::from_str(meta).expect("a meta record");
        let total = &meta["total_operations"];
        let compact = format!(
            "{{\"summary\":{},\"total_operations\":{total},\"operations\":[{}]}}\n",
            meta["summary"],
            lines.clone().collect::<Vec<_>>().join(",")
        );
        let value: serde_json::Value =
            serde_json::from_str(&compact).expect("a wrapper");
        let pretty = serde_json::to_string_pretty(&value).expect("JSON");
        vec![
            Self::new("ndjson", ndjson.to_owned()),
            Self::new("compact wrapper", compact),
            Self::new("pretty wrapper", pretty + "\n"),
        ]
    }

    /// What a model writes after a cut at `at`.
    pub fn rest(&self, at: usize, style: &str) -> Vec<u8> {
        let text = self.text.as_bytes();
        let before = self.starts.iter().rposition(|&s| s <= at);
        let open = before.map_or(0, |n| self.starts[n]);
        let whole = survey(&text[..at]).cut().is_none();
        let op = if whole { at } else { open };
        let line = text[..at].iter().rposition(|b| *b == b'\n');
        let line = line.map_or(0, |n| n + 1).max(op);
        let file = before.map_or(0, |n| self.starts[n.saturating_sub(1)]);
        let from = match style {
            "exact" | "newline" => at,
            "line" => line,
            "file" => file.min(at),
            "all" => 0,
            "overlap" => at.saturating_sub(40),
            _ => op,
        };
        let rest = &text[from..];
        match style {
            "prose" => [b"Sure, here is the rest:\n\n", rest].concat(),
            "fence" => [b"```json\n", rest, b"\n```\n"].concat(),
            _ => rest.to_vec(),
        }
    }
}
