//! Times as the exports write them, read without a detour: ISO 8601 at any precision, and the portal's two habits.

use chrono::{DateTime, NaiveDateTime, Offset, TimeDelta, TimeZone};
use chrono_tz::Tz;

use crate::types::{
    Civil, TICKS_PER_DAY, TICKS_PER_MINUTE, TICKS_PER_SECOND, UNIX_EPOCH_TICKS, days_from_civil, parse_datetime,
    ticks_from_civil,
};

/// How the times of one file are to be understood.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Stamps {
    /// Whether `3/4/2025` is the third of April.
    pub(super) day_first: bool,
    /// Minutes east of UTC of the times that name no zone.
    pub(super) offset_minutes: i32,
    /// The zone of those times; it counts before the minutes.
    pub(super) zone: Option<Tz>,
}

/// The instant of a clock's time in a zone. Of an hour that comes twice it is the first; in one that is left out the
/// clock is taken to go on as before.
fn instant(zone: Tz, clock: i64) -> Option<i64> {
    let since = clock - UNIX_EPOCH_TICKS;
    let naive = DateTime::from_timestamp(since.div_euclid(TICKS_PER_SECOND), 0)?.naive_utc();
    let offset = |of: NaiveDateTime| zone.offset_from_local_datetime(&of).earliest();
    let offset = offset(naive).or_else(|| offset(naive.checked_sub_signed(TimeDelta::hours(3))?))?;
    Some(clock - i64::from(offset.fix().local_minus_utc()) * TICKS_PER_SECOND)
}

impl Stamps {
    /// Reads a time; nothing when it is none.
    pub(super) fn parse(self, text: &str) -> Option<i64> {
        match self.zone {
            None => self.in_minutes(text),
            Some(_) if names_zone(text) => self.in_minutes(text),
            Some(zone) => instant(zone, Self { offset_minutes: 0, zone: None, ..self }.in_minutes(text)?),
        }
    }

    fn in_minutes(self, text: &str) -> Option<i64> {
        if let Some(ticks) = iso(text.as_bytes(), self.offset_minutes) {
            return Some(ticks);
        }
        if let Some(ticks) = slashed(text, self) {
            return Some(ticks);
        }
        if self.day_first && text.as_bytes().get(..10).is_some_and(|head| head.iter().any(|b| matches!(b, b'/' | b'.')))
        {
            return None;
        }
        let ticks = parse_datetime(text).ok()?;
        Some(if names_zone(text) { ticks } else { ticks - i64::from(self.offset_minutes) * TICKS_PER_MINUTE })
    }
}

/// Whether a text ends in a zone.
fn names_zone(text: &str) -> bool {
    let tail = text.trim_end();
    let after_colon = tail.rfind(':').map_or("", |at| &tail[at..]);
    tail.ends_with(['Z', 'z']) || tail.ends_with("UTC") || tail.ends_with("GMT") || {
        let signed = tail.rfind(['+', '-']).is_some_and(|at| tail[..at].contains(':'));
        signed || after_colon.contains(['+', '-'])
    }
}

fn digits(bytes: &[u8]) -> Option<i64> {
    let mut value = 0;
    for byte in bytes {
        value = value * 10 + i64::from(byte.is_ascii_digit().then(|| byte - b'0')?);
    }
    Some(value)
}

/// `2025-02-25T10:18:36.0990000Z` and its shorter forms: the spelling of every export but the portal's.
fn iso(text: &[u8], offset_minutes: i32) -> Option<i64> {
    if text.len() < 19 || text[4] != b'-' || text[7] != b'-' || !matches!(text[10], b'T' | b't' | b' ') {
        return None;
    }
    if text[13] != b':' || text[16] != b':' {
        return None;
    }
    let (year, month, day) = (digits(&text[..4])?, digits(&text[5..7])?, digits(&text[8..10])?);
    let (hour, minute, second) = (digits(&text[11..13])?, digits(&text[14..16])?, digits(&text[17..19])?);
    let mut rest = &text[19..];
    let mut fraction = 0;
    if let Some(after) = rest.strip_prefix(b".") {
        let count = after.iter().take_while(|b| b.is_ascii_digit()).count();
        let kept = count.min(7);
        fraction = digits(&after[..kept])? * 10_i64.pow(7 - kept as u32);
        rest = &after[count..];
        if count == 0 {
            return None;
        }
    }
    let offset = match rest {
        b"Z" | b"z" => 0,
        b"" => i64::from(offset_minutes),
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let minutes = digits(&[*h1, *h2])? * 60 + digits(&[*m1, *m2])?;
            if *sign == b'-' { -minutes } else { minutes }
        }
        _ => return None,
    };
    if day <= 28 && (1..=12).contains(&month) && year >= 1 && day >= 1 && hour < 24 && minute < 60 && second < 60 {
        // Nothing to check in a calendar.
        let seconds = hour * 3600 + minute * 60 + second;
        let ticks = days_from_civil(year, month, day) * TICKS_PER_DAY + seconds * TICKS_PER_SECOND + fraction;
        return Some(ticks - offset * TICKS_PER_MINUTE);
    }
    let ticks = ticks_from_civil(&Civil { year, month, day, hour, minute, second, fraction }).ok()?;
    Some(ticks - offset * TICKS_PER_MINUTE)
}

/// `2/25/2025, 1:02:03.004 PM` and `25/02/2025 13:02:03.004`, also with points or dashes between the date's parts.
fn slashed(text: &str, stamps: Stamps) -> Option<i64> {
    let mut rest = text.trim();
    let mut number = |ends: &[char]| -> Option<i64> {
        let count = rest.bytes().take_while(u8::is_ascii_digit).count();
        if count == 0 || count > 4 {
            return None;
        }
        let value = digits(&rest.as_bytes()[..count])?;
        rest = &rest[count..];
        if !ends.is_empty() {
            rest = rest.strip_prefix(ends)?;
        }
        Some(value)
    };
    let first = number(&['/', '.', '-'])?;
    let second_part = number(&['/', '.', '-'])?;
    let year = number(&[',', ' '])?;
    rest = rest.trim_start();
    let mut number = |last: bool| -> Option<i64> {
        let count = rest.bytes().take_while(u8::is_ascii_digit).count();
        if count == 0 || count > 2 {
            return None;
        }
        let value = digits(&rest.as_bytes()[..count])?;
        rest = if last { &rest[count..] } else { rest[count..].strip_prefix([':', '.'])? };
        Some(value)
    };
    let (mut hour, minute, second) = (number(false)?, number(false)?, number(true)?);
    let mut fraction = 0;
    if let Some(after) = rest.strip_prefix(['.', ',']) {
        let count = after.bytes().take_while(u8::is_ascii_digit).count();
        let kept = count.min(7);
        fraction = digits(&after.as_bytes()[..kept])? * 10_i64.pow(7 - kept as u32);
        rest = &after[count..];
    }
    // Newer browsers put a narrow no-break space before AM and PM; `trim` knows it.
    let half = rest.trim();
    if half.eq_ignore_ascii_case("pm") || half.eq_ignore_ascii_case("am") {
        if !(1..=12).contains(&hour) {
            return None;
        }
        hour = hour % 12 + if half.eq_ignore_ascii_case("pm") { 12 } else { 0 };
    } else if !half.is_empty() {
        return None;
    }
    let (month, day) = if stamps.day_first { (second_part, first) } else { (first, second_part) };
    let ticks = ticks_from_civil(&Civil { year, month, day, hour, minute, second, fraction }).ok()?;
    Some(ticks - i64::from(stamps.offset_minutes) * TICKS_PER_MINUTE)
}

/// What one time tells about the order of day and month: day first, month first, or nothing.
pub(super) fn day_first(text: &str) -> Option<bool> {
    let mut parts = text.trim().splitn(3, ['/', '.', '-']);
    let first: u32 = parts.next()?.parse().ok()?;
    let second: u32 = parts.next()?.parse().ok()?;
    parts.next()?;
    match (first, second) {
        (13..=31, 1..=12) => Some(true),
        (1..=12, 13..=31) => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::types::format_datetime;

    use super::*;

    fn text(stamps: Stamps, text: &str) -> Option<String> {
        stamps.parse(text).map(format_datetime)
    }

    #[test]
    fn the_spellings_of_every_export_are_one_instant() {
        let utc = Stamps::default();
        let rome = Stamps { day_first: true, offset_minutes: 60, zone: None };
        let want = Some("2025-02-25T13:02:03.0040000Z".to_owned());
        for (stamps, spelling) in [
            (utc, "2025-02-25T13:02:03.004Z"),
            (utc, "2025-02-25T13:02:03.0040000Z"),
            (utc, "2025-02-25T13:02:03.004000099Z"),
            (utc, "2025-02-25 13:02:03.0040000"),
            (utc, "2025-02-25T13:02:03.004+00:00"),
            (utc, "2025-02-25T14:02:03.004+01:00"),
            (utc, "2/25/2025, 1:02:03.004 PM"),
            (utc, "2/25/2025, 1:02:03.004\u{202f}PM"),
            (rome, "25/02/2025, 14:02:03.004"),
            (rome, "25/02/2025 14:02:03.004"),
            (rome, "25.02.2025, 14:02:03.004"),
            (rome, "25/02/2025, 02:02:03.004 PM"),
            (rome, "2025-02-25T13:02:03.004Z"),
            (rome, "Tue, 25 Feb 2025 13:02:03.004 GMT"),
        ] {
            assert_eq!(text(stamps, spelling), want, "{spelling}");
        }
        assert_eq!(text(utc, "1/9/2026, 12:44:10.000 AM").as_deref(), Some("2026-01-09T00:44:10.0000000Z"));
        assert_eq!(text(utc, "2024-02-29T00:00:00Z").as_deref(), Some("2024-02-29T00:00:00.0000000Z"));
    }

    #[test]
    fn what_is_no_time_is_nothing() {
        let utc = Stamps::default();
        for spelling in [
            "",
            "None",
            "2025-02-30T00:00:00Z",
            "2025-02-25T24:00:00Z",
            "25/02/2025, 14:02:03",
            "2025-02-25T13:02:03.Z",
        ] {
            assert_eq!(text(utc, spelling), None, "{spelling}");
        }
        assert_eq!(text(Stamps { day_first: true, ..utc }, "2/25/2025, 1:02:03 PM"), None);
    }

    #[test]
    fn a_zone_knows_when_its_clocks_change() {
        let rome = Stamps { zone: Some(chrono_tz::Europe::Rome), ..Stamps::default() };
        for (clock, want) in [
            ("3/30/2025, 1:59:59.999 AM", "2025-03-30T00:59:59.9990000Z"),
            ("3/30/2025, 3:00:00.000 AM", "2025-03-30T01:00:00.0000000Z"),
            ("10/26/2025, 2:30:00.000 AM", "2025-10-26T00:30:00.0000000Z"),
            ("10/26/2025, 3:00:00.000 AM", "2025-10-26T02:00:00.0000000Z"),
            ("2025-07-01T12:00:00", "2025-07-01T10:00:00.0000000Z"),
            ("2025-07-01T12:00:00Z", "2025-07-01T12:00:00.0000000Z"),
            // No clock of Rome shows this; the one that was not put forward would.
            ("3/30/2025, 2:30:00.000 AM", "2025-03-30T01:30:00.0000000Z"),
        ] {
            assert_eq!(text(rome, clock).as_deref(), Some(want), "{clock}");
        }
    }

    #[test]
    fn days_above_twelve_tell_the_order() {
        assert_eq!(day_first("25/02/2025, 14:02"), Some(true));
        assert_eq!(day_first("2/25/2025, 1:02 PM"), Some(false));
        assert_eq!(day_first("2/3/2025, 1:02 PM"), None);
        assert_eq!(day_first("2025-02-25T00:00"), None);
    }
}
