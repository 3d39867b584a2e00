//! `datetime`: 100 ns ticks since 0001-01-01T00:00:00Z in the proleptic Gregorian calendar, always UTC.

use std::fmt;

/// Ticks in a millisecond.
pub const TICKS_PER_MILLISECOND: i64 = 10_000;
/// Ticks in a second.
pub const TICKS_PER_SECOND: i64 = 10_000_000;
/// Ticks in a minute.
pub const TICKS_PER_MINUTE: i64 = 60 * TICKS_PER_SECOND;
/// Ticks in an hour.
pub const TICKS_PER_HOUR: i64 = 60 * TICKS_PER_MINUTE;
/// Ticks in a day.
pub const TICKS_PER_DAY: i64 = 24 * TICKS_PER_HOUR;
/// The last tick: 9999-12-31T23:59:59.9999999Z.
pub const MAX_TICKS: i64 = 3_652_059 * TICKS_PER_DAY - 1;
/// 1970-01-01T00:00:00Z.
pub const UNIX_EPOCH_TICKS: i64 = 719_162 * TICKS_PER_DAY;

/// A point in time as calendar fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Civil {
    /// Year, 1 to 9999.
    pub year: i64,
    /// Month, 1 to 12.
    pub month: i64,
    /// Day of the month, 1 to 31.
    pub day: i64,
    /// Hour, 0 to 23.
    pub hour: i64,
    /// Minute, 0 to 59.
    pub minute: i64,
    /// Second, 0 to 59.
    pub second: i64,
    /// Ticks within the second, 0 to 9,999,999.
    pub fraction: i64,
}

/// A text or a set of fields that is no datetime of years 1 to 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateTimeError;

impl fmt::Display for DateTimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a date and time of years 1 to 9999")
    }
}

impl std::error::Error for DateTimeError {}

/// Days from 0001-01-01 to a date (Howard Hinnant's algorithm, shifted from its 1970 epoch).
pub const fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let year_of_era = y - era * 400;
    let day_of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 306
}

/// The calendar fields of a tick count.
pub const fn civil_from_ticks(ticks: i64) -> Civil {
    let days = ticks.div_euclid(TICKS_PER_DAY);
    let rest = ticks.rem_euclid(TICKS_PER_DAY);
    let z = days + 306;
    let era = z.div_euclid(146_097);
    let day_of_era = z - era * 146_097;
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let mp = (5 * day_of_year + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    Civil {
        year: year_of_era + era * 400 + if month <= 2 { 1 } else { 0 },
        month,
        day: day_of_year - (153 * mp + 2) / 5 + 1,
        hour: rest / TICKS_PER_HOUR,
        minute: rest / TICKS_PER_MINUTE % 60,
        second: rest / TICKS_PER_SECOND % 60,
        fraction: rest % TICKS_PER_SECOND,
    }
}

/// The ticks of calendar fields.
///
/// # Errors
/// When a field is out of its range.
pub fn ticks_from_civil(c: &Civil) -> Result<i64, DateTimeError> {
    let leap = c.year % 4 == 0 && (c.year % 100 != 0 || c.year % 400 == 0);
    let month_days = match c.month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return Err(DateTimeError),
    };
    let inside = (1..=9999).contains(&c.year)
        && (1..=month_days).contains(&c.day)
        && (0..24).contains(&c.hour)
        && (0..60).contains(&c.minute)
        && (0..60).contains(&c.second)
        && (0..TICKS_PER_SECOND).contains(&c.fraction);
    if !inside {
        return Err(DateTimeError);
    }
    Ok(days_from_civil(c.year, c.month, c.day) * TICKS_PER_DAY
        + c.hour * TICKS_PER_HOUR
        + c.minute * TICKS_PER_MINUTE
        + c.second * TICKS_PER_SECOND
        + c.fraction)
}

/// `2020-01-02T03:04:05.6000000Z`, as `tostring` writes it.
pub fn format_datetime(ticks: i64) -> String {
    let c = civil_from_ticks(ticks);
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:07}Z",
        c.year, c.month, c.day, c.hour, c.minute, c.second, c.fraction
    )
}

/// Reads any spelling `todatetime` takes: ISO 8601, RFC 822, RFC 850, `MM/dd/yyyy` and its kin, `yyyyMMdd`,
/// `2 Dec 2022`. An offset is applied; without one the time is UTC.
///
/// # Errors
/// When the text is none of these.
pub fn parse_datetime(text: &str) -> Result<i64, DateTimeError> {
    let text = text.trim();
    let mut scan = Scan { rest: text };
    let (year, month, day) = scan.date().ok_or(DateTimeError)?;
    let mut civil = Civil { year, month, day, hour: 0, minute: 0, second: 0, fraction: 0 };
    let offset = scan.time(&mut civil).ok_or(DateTimeError)?;
    let ticks = ticks_from_civil(&civil)? - offset * TICKS_PER_MINUTE;
    if (0..=MAX_TICKS).contains(&ticks) { Ok(ticks) } else { Err(DateTimeError) }
}

struct Scan<'a> {
    rest: &'a str,
}

impl<'a> Scan<'a> {
    fn eat(&mut self, c: char) -> bool {
        match self.rest.strip_prefix(c) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn spaces(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn digits(&mut self, least: usize, most: usize) -> Option<&'a str> {
        let n = self.rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
        if n < least {
            return None;
        }
        let (digits, rest) = self.rest.split_at(n);
        self.rest = rest;
        Some(digits)
    }

    fn number(&mut self, least: usize, most: usize) -> Option<i64> {
        self.digits(least, most)?.parse().ok()
    }

    fn word(&mut self) -> &'a str {
        let n = self.rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        let (word, rest) = self.rest.split_at(n);
        self.rest = rest;
        word
    }

    fn month(&mut self) -> Option<i64> {
        const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
        let word = self.word().to_ascii_lowercase();
        let at = MONTHS.iter().position(|m| word.starts_with(m))?;
        Some(at as i64 + 1)
    }

    fn date(&mut self) -> Option<(i64, i64, i64)> {
        if self.rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
            // "Tue, 3 Jun 2014" or "Jun 3 2014"
            let before = self.rest;
            let word = self.word();
            if self.eat(',') || word.to_ascii_lowercase().ends_with("day") {
                self.spaces();
                return self.day_month_year();
            }
            self.rest = before;
            let month = self.month()?;
            self.spaces();
            let day = self.number(1, 2)?;
            self.eat(',');
            self.spaces();
            return Some((self.year()?, month, day));
        }
        let first = self.digits(1, 8)?;
        match first.len() {
            8 => Some((first[..4].parse().ok()?, first[4..6].parse().ok()?, first[6..].parse().ok()?)),
            4 if self.rest.starts_with(['-', '/', '.']) => {
                self.rest = &self.rest[1..];
                let month = self.number(1, 2)?;
                let day = if self.rest.starts_with(['-', '/', '.']) {
                    self.rest = &self.rest[1..];
                    self.number(1, 2)?
                } else {
                    1
                };
                Some((first.parse().ok()?, month, day))
            }
            4 => Some((first.parse().ok()?, 1, 1)),
            1 | 2 if self.rest.starts_with(['-', '/', '.']) => {
                let before = self.rest;
                self.rest = &self.rest[1..];
                if self.rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
                    self.rest = before;
                    return self.rest_of_day(first.parse().ok()?);
                }
                let day = self.number(1, 2)?;
                if !self.rest.starts_with(['-', '/', '.']) {
                    return None;
                }
                self.rest = &self.rest[1..];
                Some((self.number(4, 4)?, first.parse().ok()?, day))
            }
            1 | 2 => self.rest_of_day(first.parse().ok()?),
            _ => None,
        }
    }

    fn day_month_year(&mut self) -> Option<(i64, i64, i64)> {
        let day = self.number(1, 2)?;
        self.rest_of_day(day)
    }

    fn rest_of_day(&mut self, day: i64) -> Option<(i64, i64, i64)> {
        if !self.eat('-') {
            self.spaces();
        }
        let month = self.month()?;
        if !self.eat('-') {
            self.spaces();
        }
        Some((self.year()?, month, day))
    }

    /// Four digits, or two with .NET's pivot (00 to 49 are 20xx).
    fn year(&mut self) -> Option<i64> {
        let digits = self.digits(2, 4)?;
        let year: i64 = digits.parse().ok()?;
        match digits.len() {
            2 => Some(if year < 50 { 2000 + year } else { 1900 + year }),
            4 => Some(year),
            _ => None,
        }
    }

    /// The time of day and the zone; the answer is the offset in minutes. Nothing may follow.
    fn time(&mut self, civil: &mut Civil) -> Option<i64> {
        if !self.eat('T') && !self.eat('t') {
            self.eat(',');
            self.spaces();
        }
        if self.rest.is_empty() {
            return Some(0);
        }
        if self.rest.starts_with(|c: char| c.is_ascii_digit()) {
            civil.hour = self.number(1, 2)?;
            if !self.eat(':') {
                return None;
            }
            civil.minute = self.number(1, 2)?;
            if self.eat(':') {
                civil.second = self.number(1, 2)?;
                if self.eat('.') || self.eat(',') {
                    let digits = self.digits(1, 30)?;
                    let kept = &digits[..digits.len().min(7)];
                    civil.fraction = kept.parse::<i64>().ok()? * 10_i64.pow(7 - kept.len() as u32);
                }
            }
            self.spaces();
            let rest = self.rest.to_ascii_uppercase();
            let half = if rest.starts_with("AM") {
                Some(0)
            } else if rest.starts_with("PM") {
                Some(12)
            } else {
                None
            };
            if let Some(half) = half {
                if !(1..=12).contains(&civil.hour) {
                    return None;
                }
                civil.hour = civil.hour % 12 + half;
                self.rest = self.rest[2..].trim_start();
            }
        }
        self.zone()
    }

    fn zone(&mut self) -> Option<i64> {
        const ZONES: [(&str, i64); 12] = [
            ("Z", 0),
            ("UTC", 0),
            ("GMT", 0),
            ("UT", 0),
            ("EST", -300),
            ("EDT", -240),
            ("CST", -360),
            ("CDT", -300),
            ("MST", -420),
            ("MDT", -360),
            ("PST", -480),
            ("PDT", -420),
        ];
        let sign = match self.rest.chars().next() {
            None => return Some(0),
            Some('+') => 1,
            Some('-') => -1,
            Some(_) => {
                let rest = self.rest.to_ascii_uppercase();
                return ZONES.iter().find(|(name, _)| *name == rest).map(|(_, offset)| *offset);
            }
        };
        self.rest = &self.rest[1..];
        let hours = self.number(1, 2)?;
        self.eat(':');
        let minutes = if self.rest.is_empty() { 0 } else { self.number(2, 2)? };
        (self.rest.is_empty() && hours <= 14 && minutes < 60).then_some(sign * (hours * 60 + minutes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_documented_spelling_is_the_same_instant() {
        let noon = format_datetime(parse_datetime("2014-11-08T15:05:02.0000000Z").unwrap());
        for text in [
            "2014-11-08 15:05:02",
            "2014-11-08T15:05:02Z",
            "2014-11-08 16:05:02+01:00",
            "Sat, 8 Nov 14 15:05:02",
            "Sat, 8 Nov 14 15:05:02 GMT",
            "8 Nov 14 15:05:02 GMT",
            "Saturday, 08-Nov-14 15:05:02 UTC",
            "11/8/2014, 3:05:02 PM",
            "11-08-2014 15:05:02",
            "20141108 15:05:02",
        ] {
            assert_eq!(parse_datetime(text).map(format_datetime).as_deref(), Ok(noon.as_str()), "{text}");
        }
    }

    #[test]
    fn impossible_dates_are_refused() {
        for text in ["", "13-01-2022", "2022-02-29", "2022-01-01T24:00", "10000-01-01", "0000-01-01", "x", "12:30", "é"]
        {
            assert_eq!(parse_datetime(text), Err(DateTimeError), "{text}");
        }
    }

    #[test]
    fn the_calendar_goes_there_and_back() {
        for ticks in [0, 1, UNIX_EPOCH_TICKS, MAX_TICKS, 636_000_000_000_000_000] {
            assert_eq!(ticks_from_civil(&civil_from_ticks(ticks)), Ok(ticks));
        }
    }
}
