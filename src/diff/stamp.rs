//! The date behind a name in, whether it says that its side is not there out.

/// Minutes of a day.
const DAY: i32 = 24 * 60;

/// Decides whether a date is the first second of 1970 in UTC, in whichever
/// zone it is written: `1970-01-01 00:00:00.000000000 +0000`. So diff(1)
/// dates a file that does not exist (`diff -N`), and git and patch(1) read
/// it. A date without a zone is none.
pub(super) fn is_epoch(stamp: &[u8]) -> bool {
    minute(stamp) == Some(DAY)
}

/// The minute of a date that has no seconds, counted in UTC from the
/// beginning of 1969-12-31; nothing for a date of other days.
fn minute(stamp: &[u8]) -> Option<i32> {
    let stamp = std::str::from_utf8(stamp).ok()?;
    let mut words = stamp.split_ascii_whitespace();
    let day = match words.next()? {
        "1969-12-31" => 0,
        "1970-01-01" => DAY,
        _ => return None,
    };
    let time = clock(words.next()?)?;
    let zone = zone(words.next()?)?;
    words.next().is_none().then_some(day + time - zone)
}

/// `19:00:00`, perhaps with a fraction of zeros, in minutes.
fn clock(word: &str) -> Option<i32> {
    let (time, fraction) = match word.split_once('.') {
        Some((time, fraction)) => (time, Some(fraction)),
        None => (word, None),
    };
    let is_zero = |f: &str| !f.is_empty() && f.bytes().all(|b| b == b'0');
    let time = time.strip_suffix(":00")?;
    fraction.is_none_or(is_zero).then(|| sum(time)).flatten()
}

/// `-0500` or `-05:00`, in minutes.
fn zone(word: &str) -> Option<i32> {
    let sign = match word.bytes().next()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let digits = word.get(1..)?;
    let minutes = match digits.len() {
        4 => Some(two(digits.get(..2)?)? * 60 + two(digits.get(2..)?)?),
        _ => sum(digits),
    };
    minutes.map(|minutes| sign * minutes)
}

/// `05:30` in minutes.
fn sum(text: &str) -> Option<i32> {
    let (hours, minutes) = text.split_once(':')?;
    Some(two(hours)? * 60 + two(minutes)?)
}

fn two(digits: &str) -> Option<i32> {
    let is_number =
        digits.len() == 2 && digits.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| digits.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_second_is_one_in_every_zone() {
        for stamp in [
            "1970-01-01 00:00:00 +0000",
            "1970-01-01 00:00:00.000000000 +0000",
            "1970-01-01 00:00:00.0 -00:00",
            "1969-12-31 19:00:00 -0500",
            "1970-01-01 05:30:00.000 +0530",
            "1970-01-01 14:00:00 +14:00",
            "1969-12-31 16:00:00.000000000 -0800",
        ] {
            assert!(is_epoch(stamp.as_bytes()), "{stamp}");
        }
    }

    #[test]
    fn another_second_or_a_date_without_a_zone_says_nothing() {
        for stamp in [
            "",
            "1970-01-01",
            "1970-01-01 00:00:00",
            "1970-01-01 00:00:01 +0000",
            "1970-01-01 00:00:00.5 +0000",
            "1970-01-01 00:00:00. +0000",
            "1970-01-01 01:00:00 +0000",
            "1970-01-01 00:00:00 +0100",
            "1969-12-31 00:00:00 +0000",
            "2026-01-01 00:00:00 +0000",
            "1970-01-01 00:00:00 +0000 x",
            "1970-01-01 00:00:00 0000",
        ] {
            assert!(!is_epoch(stamp.as_bytes()), "{stamp}");
        }
    }
}
