//! Damaged records among sound ones: each damage costs its record alone,
//! and nothing inside a broken record passes for a record.

use serde_json::{Value, json};
use tornkit::scan::{Config, Event, Scanner};

use crate::support::{Random, iterations};

fn scan(text: &[u8]) -> Vec<Value> {
    let mut values = Vec::new();
    let mut sink = |event: Event<'_>| {
        if let Event::Record(record) = event {
            values.push(serde_json::from_slice(record.json).unwrap());
        }
        Ok::<(), ()>(())
    };
    let mut scanner = Scanner::new(Config::default());
    scanner.feed(text, &mut sink).unwrap();
    scanner.finish(&mut sink).unwrap();
    values
}

/// A record that holds what would be records if it were torn open.
fn victim(random: &mut Random) -> String {
    let phantom = json!({"type": "phantom", "file_path": "x", "n": [1, {}]});
    let content = format!("a\n{phantom}\nb \"c\" {{d}} [e]\n");
    let operation = |content: &str| match random_kind(content) {
        0 => json!({"type": "append", "content": content}),
        _ => json!({"type": "phantom", "anchor": "{", "content": content}),
    };
    let value = json!({
        "type": "modify",
        "file_path": "victim",
        "operations": [operation(&content), operation("x"), phantom],
        "note": {"type": "phantom", "file_path": "y"},
    });
    match random.below(2) {
        0 => value.to_string(),
        _ => serde_json::to_string_pretty(&value).unwrap(),
    }
}

fn random_kind(content: &str) -> usize {
    content.len() % 2
}

/// Cuts, drops, adds or changes something behind the first member. What
/// moves a brace, a bracket or an indentation may end a record early or begin
/// another: such a damage has no one true reading, and is left out.
fn damaged(random: &mut Random, victim: &str) -> Vec<u8> {
    loop {
        let mut bytes = victim.as_bytes().to_vec();
        let first = victim.find(':').unwrap() + 1;
        let at = first + random.below(bytes.len() - first);
        let end = match random.below(4) {
            0 => at,
            _ => (at + random.below(12)).min(bytes.len()),
        };
        if random.below(3) == 0 {
            bytes.truncate(at);
            return bytes;
        }
        let new = [&b""[..], b"\"", b"\\", b":", b",", b"x", b"\xff"];
        let new = new[random.below(new.len())];
        let old: Vec<u8> = bytes.splice(at..end, new.iter().copied()).collect();
        if !old.iter().any(|byte| b"{}[] \n".contains(byte)) {
            return bytes;
        }
    }
}

/// How the sound records are dressed.
fn dressed(style: usize, n: usize) -> String {
    match style {
        0 => format!("{{\"sound\":{n}}}\n"),
        1 => format!("- {{\"sound\":{n}}}\n"),
        2 => format!("data: {{\"sound\":{n}}}\n\n"),
        _ => format!("{{\n  \"sound\": {n}\n}}\n"),
    }
}

#[test]
fn a_damage_costs_its_record_alone_and_makes_no_phantom() {
    let mut random = Random::seeded();
    for _ in 0..iterations(20_000) {
        let style = random.below(4);
        let victim = victim(&mut random);
        let mut text = Vec::new();
        for n in 0..2 {
            text.extend(dressed(style, n).bytes());
        }
        text.extend(match style {
            1 => &b"- "[..],
            2 => b"data: ",
            _ => b"",
        });
        text.extend(damaged(&mut random, &victim));
        text.push(b'\n');
        for n in 2..6 {
            text.extend(dressed(style, n).bytes());
        }
        let values = scan(&text);
        let shown = || String::from_utf8_lossy(&text).into_owned();
        let phantom = values.iter().find(|v| v["type"] == "phantom");
        assert_eq!(phantom, None, "{}", shown());
        let sound = values.iter().filter_map(|v| v["sound"].as_u64());
        let sound: Vec<_> = sound.collect();
        assert_eq!(sound, [0, 1, 2, 3, 4, 5], "{}", shown());
    }
}
