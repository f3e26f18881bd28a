//! A diff against the files that it changes: how much of it fits them.

use std::borrow::Cow;
use std::collections::HashMap;
use std::rc::Rc;

use super::patch::{Part, Patch};
use crate::diff::{FileHeader, Hunk, Kind, Last, Side};
use crate::edit::endings::for_text;
use crate::edit::hunks::{Ground, Placed};
use crate::resume::preimage::{Lookup, Preimage};

/// The units of a patch that cannot belong to the files as they are, by the
/// byte at which they begin. What is not known does not count. The last,
/// unfinished hunk counts as far as it is there. Only file patches that end
/// at byte `from` or later are judged.
pub(super) fn misfits(
    patch: &Patch,
    from: u64,
    lookup: &Lookup<'_>,
) -> Vec<u64> {
    let misfits = Vec::new();
    let mut files = Files { lookup, changed: HashMap::new(), misfits };
    let last = patch.end.last.as_ref();
    let mut rest = patch.parts.as_slice();
    while let Some(first) = rest.first() {
        let more = rest.iter().skip(1).take_while(|part| !part.is_first);
        let (group, tail) = rest.split_at(1 + more.count());
        rest = tail;
        let last = last.filter(|last| tail.is_empty() && !last.is_first);
        let end = group.last().map_or(0, |part| part.span.end);
        let touched = group
            .iter()
            .any(|part| files.changed.contains_key(part.file.path()));
        if end >= from || last.is_some() || touched {
            files.take(&first.file, group, last);
        }
    }
    if let Some(last) = last.filter(|last| last.is_first) {
        files.take(&last.file, &[], Some(last));
    }
    files.misfits
}

/// The files, as the patches so far leave them.
struct Files<'a> {
    lookup: &'a Lookup<'a>,
    changed: HashMap<Vec<u8>, Preimage>,
    misfits: Vec<u64>,
}

impl Files<'_> {
    fn get(&self, name: &[u8]) -> Preimage {
        let changed = self.changed.get(name).cloned();
        changed.unwrap_or_else(|| (self.lookup)(name))
    }

    /// Takes the patch of one file.
    fn take(&mut self, file: &FileHeader, group: &[Part], last: Option<&Last>) {
        let hunks = group.iter().filter_map(Part::hunk);
        match file.kind {
            Kind::New => {
                let text = hunks.flat_map(|h| h.side(Side::New)).collect();
                self.note(&file.new, Preimage::Text(Rc::new(text)));
            }
            Kind::Delete => {
                self.delete(file, group);
                self.note(&file.old, Preimage::Absent);
            }
            _ => self.modify(file, group, last),
        }
    }

    fn note(&mut self, name: &[u8], state: Preimage) {
        self.changed.insert(name.to_vec(), state);
    }

    fn delete(&mut self, file: &FileHeader, group: &[Part]) {
        let Preimage::Text(text) = self.get(&file.old) else { return };
        let hunks = group.iter().filter(|part| part.hunk().is_some());
        let old = group.iter().filter_map(Part::hunk);
        let old = old.flat_map(|h| for_text(h, &text).side(Side::Old));
        let old: Vec<u8> = old.collect();
        if old != text.as_slice() {
            self.misfits.extend(hunks.map(|part| part.span.start));
        }
    }

    fn modify(
        &mut self,
        file: &FileHeader,
        group: &[Part],
        last: Option<&Last>,
    ) {
        let hunks = group.iter();
        let hunks = hunks.filter_map(|p| Some((p.span.start, p.hunk()?)));
        let text = match self.get(&file.old) {
            Preimage::Text(text) => text,
            Preimage::Unknown => return,
            Preimage::Absent => {
                let needs = hunks.filter(|(_, hunk)| hunk.old_lines > 0);
                self.misfits.extend(needs.map(|(at, _)| at));
                return;
            }
        };
        let ground = Ground::new(&text);
        let mut spots: Vec<(Placed, Cow<'_, Hunk>)> = Vec::new();
        let mut numbered = true;
        for (at, hunk) in hunks {
            let after = spots.last().map_or(0, |(spot, _)| spot.range.end);
            let hunk = for_text(hunk, &text);
            match ground.place(&hunk, 0) {
                Ok(spot) if spot.range.start >= after => {
                    numbered &= spot.is_as_numbered;
                    spots.push((spot, hunk));
                }
                _ => self.misfits.push(at),
            }
        }
        if let Some(last) = last
            && let Some(hunk) = &last.hunk
            && !last_fits(&ground, &for_text(hunk, &text), last, numbered)
        {
            self.misfits.push(last.hunk_at);
        }
        let new = applied(&text, &spots);
        if file.kind == Kind::Rename {
            self.note(&file.old, Preimage::Absent);
        }
        self.note(&file.new, Preimage::Text(Rc::new(new)));
    }
}

fn applied(text: &[u8], spots: &[(Placed, Cow<'_, Hunk>)]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    for (spot, hunk) in spots {
        out.extend_from_slice(text.get(at..spot.range.start).unwrap_or(b""));
        out.extend_from_slice(&hunk.side(Side::New));
        at = spot.range.end;
    }
    out.extend_from_slice(text.get(at..).unwrap_or_default());
    out
}

/// Whether the beginning of a hunk stands where its number says, or, where
/// numbers are not to be trusted, anywhere.
fn last_fits(
    ground: &Ground<'_>,
    hunk: &Hunk,
    last: &Last,
    numbered: bool,
) -> bool {
    let mut old = hunk.side(Side::Old);
    if !last.is_line_ended && !ends_with_new_line(hunk) {
        old.pop();
    }
    if old.is_empty() {
        return true;
    }
    let text = ground.text();
    let number = hunk.numbers.map(|n| u64::from(n.old.start.max(1)));
    if numbered && let Some(line) = number {
        let start = usize::try_from(line - 1).ok();
        let start = start.and_then(|_| ground.start(line));
        let here = start.and_then(|start| text.get(start..));
        if here.is_some_and(|here| here.starts_with(&old)) {
            return true;
        }
    }
    // A hunk with a wrong number may still stand elsewhere.
    let mut found = memchr::memmem::find_iter(text, &old);
    found.any(|at| at == 0 || text.get(at - 1) == Some(&b'\n'))
}

fn ends_with_new_line(hunk: &Hunk) -> bool {
    hunk.lines().last().is_some_and(|line| line.side == Side::New)
}
