//! A recorded answer, and the ways in which a model goes on after a cut.

use tornkit::resume::survey;

/// How a model goes on after a cut.
pub const STYLES: [&str; 14] = [
    "exact",
    "line",
    "op",
    "file",
    "all",
    "remaining",
    "prose",
    "after",
    "fence",
    "refence",
    "overlap",
    "stretch",
    "newline",
    "newline-op",
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
        // Operations of one line each are lines; of a pretty one, some lines
        // are repeated.
        let lines = text[..at].iter().enumerate().rev();
        let mut feeds = lines.filter(|(_, b)| **b == b'\n').map(|(n, _)| n + 1);
        let above = feeds.nth(1 + at % 3).unwrap_or(0);
        let from = match style {
            "exact" | "newline" => at,
            "line" => line,
            "file" => file.min(at),
            "all" => 0,
            "stretch" => at.saturating_sub(40),
            "overlap" => above,
            _ => op,
        };
        let rest = &text[from..];
        // One in a fence closes it itself.
        let is_closed = text.ends_with(b"```\n");
        let end = if is_closed { &b""[..] } else { b"\n```\n" };
        match style {
            "prose" => [b"Sure, here is the rest:\n\n", rest].concat(),
            "after" => {
                [rest, b"\nThat is all that I had to change.\n"].concat()
            }
            "fence" => [b"```json\n", rest, end].concat(),
            "refence" => {
                let head = &b"Continuing where I stopped:\n\n```json\n"[..];
                [head, rest, end, b"\nThat is all.\n"].concat()
            }
            _ => rest.to_vec(),
        }
    }
}
