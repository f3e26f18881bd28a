//! The markers of V4A patches.

/// What a line is to a V4A patch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Marker<'a> {
    Begin,
    End,
    Add(&'a [u8]),
    Delete(&'a [u8]),
    Update(&'a [u8]),
    MoveTo(&'a [u8]),
    EndOfFile,
    /// `@@`, and what follows it.
    Chunk(&'a [u8]),
}

/// Reads a line as a marker; blanks around it do not matter.
pub(super) fn marker(line: &[u8]) -> Option<Marker<'_>> {
    let text = line.trim_ascii();
    if let Some(rest) = text.strip_prefix(b"@@")
        && line.starts_with(b"@@")
    {
        let rest = rest.strip_prefix(b" ").unwrap_or(rest);
        return Some(Marker::Chunk(rest));
    }
    // An added or removed line may hold what looks like a marker.
    if matches!(line.first(), Some(b'+' | b'-')) {
        return None;
    }
    let text = text.strip_prefix(b"*** ")?;
    let named = |word: &[u8]| text.strip_prefix(word).map(<[u8]>::trim_ascii);
    match text {
        b"Begin Patch" => return Some(Marker::Begin),
        b"End Patch" => return Some(Marker::End),
        b"End of File" => return Some(Marker::EndOfFile),
        _ => {}
    }
    named(b"Add File:")
        .map(Marker::Add)
        .or_else(|| named(b"Delete File:").map(Marker::Delete))
        .or_else(|| named(b"Update File:").map(Marker::Update))
        .or_else(|| named(b"Move to:").map(Marker::MoveTo))
}
