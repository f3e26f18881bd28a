use super::*;

/// A fence as the table has it.
#[derive(Debug, PartialEq)]
struct Fence {
    info: String,
    content: String,
    closed: bool,
    doubt: bool,
}

/// All fences of a text.
fn fences(text: &str) -> Vec<Fence> {
    let lines: Vec<&[u8]> =
        text.as_bytes().split_inclusive(|b| *b == b'\n').collect();
    let mut reader = Reader::default();
    let mut found: Vec<Fence> = Vec::new();
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        match reader.take(line) {
            Role::Opens => found.push(Fence {
                info: String::from_utf8_lossy(&reader.open().unwrap().info)
                    .into(),
                content: String::new(),
                closed: false,
                doubt: reader.is_in_doubt(),
            }),
            Role::Inside(text) => {
                let text = String::from_utf8_lossy(&text).into_owned();
                let fence = found.last_mut().unwrap();
                fence.content += &text;
                fence.doubt |= reader.open().unwrap().is_left;
            }
            Role::Closes => {
                let below = lines.iter().skip(at + 1);
                let mut judged = reader.clone();
                let doubt = below
                    .map(|line| judged.judge(line))
                    .find(|doubt| *doubt != Doubt::Pending)
                    .unwrap_or_else(|| judged.judge_at_end());
                reader = judged;
                let fence = found.last_mut().unwrap();
                fence.closed = true;
                fence.doubt |= doubt == Doubt::Confirmed;
            }
            Role::Outside(_) => {}
            Role::Ends => continue,
        }
        at += 1;
    }
    found
}

#[test]
fn the_table_of_fences_holds() {
    let table = include_str!("../../../tests/cases/text/fences.ndjson");
    let mut rows = 0;
    for row in table.lines() {
        let row: serde_json::Value = serde_json::from_str(row).unwrap();
        let want: Vec<Fence> = row["want"]
            .as_array()
            .unwrap()
            .iter()
            .map(|fence| Fence {
                info: fence["info"].as_str().unwrap().into(),
                content: fence["content"].as_str().unwrap().into(),
                closed: fence["closed"].as_bool().unwrap(),
                doubt: fence["doubt"].as_bool().unwrap(),
            })
            .collect();
        let text = row["text"].as_str().unwrap();
        assert_eq!(fences(text), want, "{}: {text:?}", row["why"]);
        rows += 1;
    }
    assert!(rows > 100, "only {rows} rows");
}
