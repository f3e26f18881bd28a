//! A phase in words, as the first prompt for its answer says them.
//!
//! A [`Phase`] flows in, Markdown flows out: its name, what it is about, its
//! files in the words of the plan, what must be left alone, and by what it
//! will be judged. Nothing here knows how an answer is written.

use super::deliverable::Deliverable;
use super::phase::Phase;

/// The phase in words; ends with a line feed.
pub fn brief(phase: &Phase) -> String {
    let mut parts = Vec::new();
    if let Some(id) = &phase.id {
        parts.push(format!("# Phase {}", one_line(id)));
    }
    if let Some(text) = &phase.description {
        parts.push(text.trim_end().to_owned());
    }
    parts.push(String::from("# Deliverables"));
    parts.push(files(&phase.deliverables).join("\n"));
    let lists = [
        ("# Do not touch", &phase.protected_paths),
        ("# Acceptance criteria", &phase.acceptance_criteria),
    ];
    for (title, items) in lists {
        if !items.is_empty() {
            parts.push(title.to_owned());
            let bullet = |item: &String| format!("- {}", one_line(item));
            parts.push(items.iter().map(bullet).collect::<Vec<_>>().join("\n"));
        }
    }
    parts.retain(|part| !part.is_empty());
    parts.join("\n\n") + "\n"
}

/// A line for what each file was called in the plan: once where one text
/// named several.
fn files(deliverables: &[Deliverable]) -> Vec<String> {
    let mut lines: Vec<String> = deliverables.iter().map(file).collect();
    lines.dedup();
    lines
}

fn file(deliverable: &Deliverable) -> String {
    let path = &deliverable.path;
    match &deliverable.said {
        Some(text) if text.contains(path.as_str()) => one_line(text),
        said => {
            let action = deliverable.effective_action().name();
            let more = said.iter().map(|text| one_line(text));
            let named = std::iter::once(format!("{action} {path}"));
            named.chain(more).collect::<Vec<_>>().join(": ")
        }
    }
}

/// A text on one line.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use crate::budget::document;

    use super::*;

    fn of(text: &str) -> String {
        let document = document::read(text.as_bytes());
        document.phases.iter().map(brief).collect()
    }

    #[test]
    fn a_phase_is_said_in_the_words_of_the_plan() {
        let text = r#"{"phase_id":"p \"q\"","description":"a\nb \\ \u00e9\n",
            "scope":{"deliverables":["Create a.py","b.py, c.py (models)"],
            "protected_paths":["core/"]},
            "acceptance_criteria":["it works,\n twice"]}"#;
        let wanted = "# Phase p \"q\"\n\na\nb \\ \u{e9}\n\n# Deliverables\n\n\
            Create a.py\nb.py, c.py (models)\n\n# Do not touch\n\n- core/\n\n\
            # Acceptance criteria\n\n- it works, twice\n";
        assert_eq!(of(text), wanted);
    }

    #[test]
    fn a_file_of_which_no_more_is_said_has_its_action() {
        let text = r#"{"deliverables":[{"path":"a.py","action":"modify"},
            {"path":"b.py","description":"the models"}]}"#;
        let wanted = "# Deliverables\n\nmodify a.py\ncreate b.py: the models\n";
        assert_eq!(of(text), wanted);
    }
}
