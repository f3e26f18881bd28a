//! The documents that are measured: the same operations as NDJSON, as one
//! compact wrapper, pretty-printed, and as a model would really write them.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

/// Makes the four documents of about `megabytes` in `dir`, unless they are
/// there from an earlier run. What they are made of are the package's own
/// sources and manuals.
pub fn make(dir: &Path, megabytes: usize) -> io::Result<()> {
    let done = dir.join("done");
    let stamp = format!("{megabytes} {}", env!("CARGO_PKG_VERSION"));
    if fs::read_to_string(&done).is_ok_and(|text| text == stamp) {
        return Ok(());
    }
    let texts = texts()?;
    let mut files = Files::open(dir)?;
    let mut size = 0;
    for n in 0.. {
        let operation = operation(n, &texts);
        size += files.write(n, &operation)?;
        if size >= megabytes * 1_000_000 {
            break;
        }
    }
    files.finish()?;
    fs::write(done, stamp)
}

fn texts() -> io::Result<Vec<String>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    for folder in ["src", "tests/it", "man"] {
        walk(&root.join(folder), &mut paths)?;
    }
    paths.sort();
    paths.iter().map(fs::read_to_string).collect()
}

fn walk(dir: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() {
            walk(&path, found)?;
        } else {
            found.push(path);
        }
    }
    Ok(())
}

/// The operation with this number: 12 creations, 7 modifications and a
/// deletion of 20.
fn operation(n: usize, texts: &[String]) -> Value {
    let text = &texts[n * 31 % texts.len()];
    let path = format!("round{}/file{}.rs", n / texts.len(), n % texts.len());
    let lines: Vec<_> = text.lines().collect();
    let part = |at: usize| {
        let from = at * 17 % lines.len();
        lines[from..(from + 1 + at % 40).min(lines.len())].join("\n")
    };
    match n % 20 {
        0 => json!({"type": "delete", "file_path": path}),
        1..8 => {
            let edits = (0..=n % 6).map(|k| match k % 3 {
                0 => json!({"type": "append", "content": part(n + k)}),
                1 => json!({"type": "replace", "old_text": part(n + k),
                    "new_text": part(n + k + 1)}),
                _ => json!({"type": "replace_lines", "start_line": k,
                    "end_line": n, "content": part(n)}),
            });
            let edits: Vec<_> = edits.collect();
            json!({"type": "modify", "file_path": path, "operations": edits})
        }
        _ => json!({"type": "create", "file_path": path, "content": text}),
    }
}

struct Files {
    ndjson: BufWriter<File>,
    compact: BufWriter<File>,
    pretty: BufWriter<File>,
    dirty: BufWriter<File>,
}

impl Files {
    fn open(dir: &Path) -> io::Result<Self> {
        fs::create_dir_all(dir)?;
        let open =
            |name: &str| File::create(dir.join(name)).map(BufWriter::new);
        let mut files = Self {
            ndjson: open("ndjson")?,
            compact: open("compact")?,
            pretty: open("pretty")?,
            dirty: open("dirty")?,
        };
        files.compact.write_all(b"{\"summary\":\"s\",\"operations\":[")?;
        files
            .pretty
            .write_all(b"{\n  \"summary\": \"s\",\n  \"operations\": [\n")?;
        files.dirty.write_all(b"Sure, here are the edits:\n\n```json\n")?;
        Ok(files)
    }

    /// Writes an operation to all four; the bytes of its line.
    fn write(&mut self, n: usize, operation: &Value) -> io::Result<usize> {
        let line = operation.to_string();
        writeln!(self.ndjson, "{line}")?;
        let comma = if n > 0 { "," } else { "" };
        write!(self.compact, "{comma}{line}")?;
        let pretty = serde_json::to_string_pretty(operation)?;
        let pretty = pretty.replace('\n', "\n    ");
        let comma = if n > 0 { ",\n" } else { "" };
        write!(self.pretty, "{comma}    {pretty}")?;
        match n % 20 {
            7 => {
                python(operation, &mut self.dirty)?;
                writeln!(self.dirty)?;
            }
            1 | 5 | 9 | 13 => writeln!(self.dirty, "{line},")?,
            11 => writeln!(self.dirty, "{},}}", &line[..line.len() - 1])?,
            _ => writeln!(self.dirty, "{line}")?,
        }
        if n % 20 == 3 {
            self.dirty
                .write_all(b"Next (see {\"note\": 1}), don't worry:\n")?;
        }
        Ok(line.len() + 1)
    }

    fn finish(mut self) -> io::Result<()> {
        self.compact.write_all(b"]}\n")?;
        self.pretty.write_all(b"\n  ]\n}\n")?;
        self.dirty
            .write_all(b"{\"type\":\"create\",\"file_path\":\"z\",\"con")?;
        self.ndjson.flush()?;
        self.compact.flush()?;
        self.pretty.flush()?;
        self.dirty.flush()
    }
}

/// A value as Python's `repr` writes it.
fn python(value: &Value, out: &mut impl Write) -> io::Result<()> {
    match value {
        Value::Null => out.write_all(b"None"),
        Value::Bool(true) => out.write_all(b"True"),
        Value::Bool(false) => out.write_all(b"False"),
        Value::Number(number) => write!(out, "{number}"),
        Value::String(text) => {
            let text = text.replace('\\', "\\\\").replace('\'', "\\'");
            let text = text.replace('\n', "\\n").replace('\t', "\\t");
            write!(out, "'{text}'")
        }
        Value::Array(elements) => {
            out.write_all(b"[")?;
            for element in elements {
                python(element, out)?;
                out.write_all(b", ")?;
            }
            out.write_all(b"]")
        }
        Value::Object(members) => {
            out.write_all(b"{")?;
            for (key, value) in members {
                write!(out, "'{key}': ")?;
                python(value, out)?;
                out.write_all(b", ")?;
            }
            out.write_all(b"}")
        }
    }
}
