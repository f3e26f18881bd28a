//! The name of a run: its time and its process, so that names sort by time
//! and no two are the same.

use std::time::{SystemTime, UNIX_EPOCH};

const SECONDS_A_DAY: u64 = 24 * 60 * 60;

/// A new run's name, such as `20260131T235959.123456Z-4711`.
pub(super) fn name() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let since = since.unwrap_or_default();
    let time = stamp(since.as_secs());
    format!("{time}.{:06}Z-{}", since.subsec_micros(), std::process::id())
}

/// Seconds since 1970 as a date and time of UTC.
fn stamp(seconds: u64) -> String {
    let (year, month, day) = date(seconds / SECONDS_A_DAY);
    let rest = seconds % SECONDS_A_DAY;
    let (hour, minute) = (rest / 3600, rest / 60 % 60);
    format!("{year:04}{month:02}{day:02}T{hour:02}{minute:02}{:02}", rest % 60)
}

/// Days since 1970 as year, month and day.
fn date(mut days: u64) -> (u64, u64, u64) {
    let mut year = 1970;
    while days >= days_of_year(year) {
        days -= days_of_year(year);
        year += 1;
    }
    let february = days_of_year(year) - 337;
    let months = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut month = 1;
    for length in months {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    (year, month, days + 1)
}

fn days_of_year(year: u64) -> u64 {
    let leap = year.is_multiple_of(4)
        && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    if leap { 366 } else { 365 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_the_calendar() {
        assert_eq!(stamp(0), "19700101T000000");
        assert_eq!(stamp(951_782_399), "20000228T235959");
        assert_eq!(stamp(951_782_400), "20000229T000000");
        assert_eq!(stamp(1_798_761_599), "20261231T235959");
    }
}
