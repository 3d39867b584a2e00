//! The time a report is about, in whole days of a zone where it can be.

use crate::render::Zone;
use crate::types::{TICKS_PER_DAY, TICKS_PER_MINUTE, civil_from_ticks, days_from_civil, parse_datetime};

/// A half-open span of time with the name its report has.
#[derive(Clone, Debug)]
pub struct Period {
    /// Its beginning, in ticks.
    pub start: i64,
    /// Its end, in ticks; no longer part of it.
    pub end: i64,
    /// The first day and the one after the last, as numbers of days since 0001-01-01, when it is whole days.
    days: Option<(i64, i64)>,
    zone: Zone,
}

/// A day of a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Day {
    /// Its date.
    pub name: String,
    /// Its first tick.
    pub start: i64,
    /// The first tick after it: 23, 24 or 25 hours later where clocks change.
    pub end: i64,
}

/// What may be asked for.
const WORDS: &str = "write yesterday, last-week, last-month, month-to-date, a day such as 2025-02-25, a month such as 2025-02, or START/END";

/// Every day of a period is looked at.
const MOST_DAYS: i64 = 10 * 366;
const TOO_LONG: &str = "a period is at most ten years long";

impl Period {
    /// Reads a period: `yesterday`, `last-week` (Monday to Sunday), `last-month`, `month-to-date` (the month that
    /// yesterday is of, up to its end), a day, a month, or `START/END`. Days and times without an offset are the zone's.
    ///
    /// # Errors
    /// What cannot be read, and what to write.
    pub fn parse(text: &str, zone: &Zone, now: i64) -> Result<Self, String> {
        let text = text.trim();
        let today = zone.local(now).div_euclid(TICKS_PER_DAY);
        let (year, month, _) = date(today);
        let (first, after) = match text {
            "yesterday" => (today - 1, today),
            "last-week" => {
                let monday = today - weekday(today);
                (monday - 7, monday)
            }
            "last-month" => (month_start(year, month - 1), month_start(year, month)),
            "month-to-date" => {
                let (year, month, _) = date(today - 1);
                (month_start(year, month), today)
            }
            _ => match text.split_once('/') {
                Some((start, end)) => return Self::between(text, start, end, zone),
                None => Self::named(text).ok_or_else(|| format!("'{text}' is no period; {WORDS}"))?,
            },
        };
        Self::of_days(first, after, zone)
    }

    /// The first and last day of `2025-02-25` and of `2025-02`.
    fn named(text: &str) -> Option<(i64, i64)> {
        let parts: Vec<i64> = text.split('-').map(|part| part.parse().ok()).collect::<Option<_>>()?;
        match parts.as_slice() {
            [year, month] if text.len() == 7 && (1..=12).contains(month) && (1..9999).contains(year) => {
                Some((month_start(*year, *month), month_start(*year, *month + 1)))
            }
            [..] if parts.len() == 3 && text.len() == 10 => {
                let day = parse_datetime(text).ok()? / TICKS_PER_DAY;
                Some((day, day + 1))
            }
            _ => None,
        }
    }

    fn of_days(first: i64, after: i64, zone: &Zone) -> Result<Self, String> {
        let known = days_from_civil(1, 1, 3)..days_from_civil(9999, 12, 1);
        if !known.contains(&first) || !known.contains(&after) {
            return Err("a period lies between the years 1 and 9999".to_owned());
        }
        if after - first > MOST_DAYS {
            return Err(TOO_LONG.to_owned());
        }
        let (start, end) = (instant(zone, first * TICKS_PER_DAY), instant(zone, after * TICKS_PER_DAY));
        Ok(Self { start, end, days: Some((first, after)), zone: zone.clone() })
    }

    fn between(text: &str, start: &str, end: &str, zone: &Zone) -> Result<Self, String> {
        let read = |part: &str| moment(part.trim(), zone).ok_or_else(|| format!("'{part}' is no time; {WORDS}"));
        let (start, end) = (read(start)?, read(end)?);
        if start >= end {
            return Err(format!("'{text}' ends before it begins; the end is no longer part of a period"));
        }
        if end - start > MOST_DAYS * TICKS_PER_DAY {
            return Err(TOO_LONG.to_owned());
        }
        let day = |ticks: i64| {
            let day = zone.local(ticks).div_euclid(TICKS_PER_DAY);
            (instant(zone, day * TICKS_PER_DAY) == ticks).then_some(day)
        };
        match (day(start), day(end)) {
            (Some(first), Some(after)) => Self::of_days(first, after, zone),
            _ => Ok(Self { start, end, days: None, zone: zone.clone() }),
        }
    }

    /// The period to compare with: the day, week or month before, the same days of the month before, or as much time.
    #[must_use]
    pub fn before(&self) -> Self {
        let Some((first, after)) = self.days else {
            let start = self.start.saturating_sub(self.end - self.start);
            return Self { start, end: self.start, days: None, zone: self.zone.clone() };
        };
        let (year, month, day) = date(first);
        let month_end = month_start(year, month + 1);
        let (from, to) = if day == 1 && after <= month_end && after - first > 1 {
            let from = month_start(year, month - 1);
            // The last of a month ends with that of the other, however long each is.
            (from, if after == month_end { first } else { (from + after - first).min(first) })
        } else {
            (first - (after - first), first)
        };
        Self::of_days(from, to, &self.zone).unwrap_or_else(|_| self.clone())
    }

    /// The zone whose days these are.
    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    /// The name of its report: `2025-02-25`, `2025-W09`, `2025-02`, `2025-02-01--2025-02-20`, or with times.
    pub fn name(&self) -> String {
        let Some((first, after)) = self.days else {
            return format!("{}--{}", self.stamp(self.start, ""), self.stamp(self.end, ""));
        };
        let (year, month, day) = date(first);
        if after - first == 1 {
            return written(first);
        }
        if after - first == 7 && weekday(first) == 0 {
            let (year, week) = week(first);
            return format!("{year:04}-W{week:02}");
        }
        if day == 1 && after == month_start(year, month + 1) {
            return format!("{year:04}-{month:02}");
        }
        format!("{}--{}", written(first), written(after - 1))
    }

    /// What a reader is told: `Tuesday, 25 February 2025`.
    pub fn label(&self) -> String {
        const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
        let Some((first, after)) = self.days else {
            return format!("{} to {}", self.stamp(self.start, ":"), self.stamp(self.end, ":"));
        };
        let (year, month, day) = date(first);
        let last = after - 1;
        let day_name = DAYS.get(usize::try_from(weekday(first)).unwrap_or(0)).copied().unwrap_or_default();
        if after - first == 1 {
            return format!("{day_name}, {}", spelt(first));
        }
        if day == 1 && after == month_start(year, month + 1) {
            return format!("{} {year}", month_name(month));
        }
        let whole = format!("{} to {}", spelt(first), spelt(last));
        if after - first == 7 && weekday(first) == 0 { format!("Week {}, {whole}", week(first).1) } else { whole }
    }

    /// Its days; a period that begins or ends within one has only the part.
    pub fn each_day(&self) -> Vec<Day> {
        let first = self.zone.local(self.start).div_euclid(TICKS_PER_DAY);
        (first..first + MOST_DAYS + 2)
            .map(|day| {
                let bound = |day: i64| instant(&self.zone, day * TICKS_PER_DAY).clamp(self.start, self.end);
                Day { name: written(day), start: bound(day), end: bound(day + 1) }
            })
            .take_while(|day| day.start < self.end)
            .filter(|day| day.start < day.end)
            .collect()
    }

    fn stamp(&self, ticks: i64, between: &str) -> String {
        let c = civil_from_ticks(self.zone.local(ticks));
        let date = format!("{:04}-{:02}-{:02}", c.year, c.month, c.day);
        let seconds = if c.second == 0 { String::new() } else { format!("{between}{:02}", c.second) };
        let gap = if between.is_empty() { "T" } else { " " };
        format!("{date}{gap}{:02}{between}{:02}{seconds}", c.hour, c.minute)
    }
}

/// The instant at which a zone's clocks first show this, or, where a change of clocks skips it, the one of the change.
fn instant(zone: &Zone, local: i64) -> i64 {
    (0..96).find_map(|step| zone.instants(local + step * 15 * TICKS_PER_MINUTE).first().copied()).unwrap_or(local)
}

/// A time as people write it: with an offset it is absolute, without one it is the zone's.
fn moment(text: &str, zone: &Zone) -> Option<i64> {
    let ticks = parse_datetime(text).ok()?;
    let time = text.split_once(['T', 't', ' ']).map_or("", |(_, time)| time);
    let is_absolute = time.ends_with(['Z', 'z']) || time.contains(['+', '-']);
    Some(if is_absolute { ticks } else { instant(zone, ticks) })
}

/// The year, month and day of a day.
fn date(day: i64) -> (i64, i64, i64) {
    let c = civil_from_ticks(day * TICKS_PER_DAY);
    (c.year, c.month, c.day)
}

/// 0 for Monday; 0001-01-01 was one.
fn weekday(day: i64) -> i64 {
    day.rem_euclid(7)
}

/// The first of a month; month 0 is December of the year before, 13 January of the next.
fn month_start(year: i64, month: i64) -> i64 {
    let months = year * 12 + month - 1;
    days_from_civil(months.div_euclid(12), months.rem_euclid(12) + 1, 1)
}

/// The ISO 8601 year and week of a day: those of its week's Thursday.
fn week(day: i64) -> (i64, i64) {
    let thursday = day - weekday(day) + 3;
    let (year, ..) = date(thursday);
    (year, (thursday - days_from_civil(year, 1, 1)) / 7 + 1)
}

fn written(day: i64) -> String {
    let (year, month, day) = date(day);
    format!("{year:04}-{month:02}-{day:02}")
}

fn spelt(day: i64) -> String {
    let (year, month, day) = date(day);
    format!("{day} {} {year}", month_name(month))
}

fn month_name(month: i64) -> &'static str {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    usize::try_from(month - 1).ok().and_then(|at| MONTHS.get(at)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{TICKS_PER_HOUR, format_datetime};

    fn at(text: &str) -> i64 {
        parse_datetime(text).unwrap()
    }

    fn period(text: &str, zone: &str) -> Period {
        Period::parse(text, &Zone::named(zone).unwrap(), at("2025-03-12T08:00Z")).unwrap()
    }

    fn span(period: &Period) -> String {
        format!("{} {}", &format_datetime(period.start)[..16], &format_datetime(period.end)[..16])
    }

    #[test]
    fn words_mean_whole_days_before_today() {
        for (text, name, want, before) in [
            ("yesterday", "2025-03-11", "2025-03-11T00:00 2025-03-12T00:00", "2025-03-10"),
            ("last-week", "2025-W10", "2025-03-03T00:00 2025-03-10T00:00", "2025-W09"),
            ("last-month", "2025-02", "2025-02-01T00:00 2025-03-01T00:00", "2025-01"),
            ("month-to-date", "2025-03-01--2025-03-11", "2025-03-01T00:00 2025-03-12T00:00", "2025-02-01--2025-02-11"),
            ("2025-02-25", "2025-02-25", "2025-02-25T00:00 2025-02-26T00:00", "2025-02-24"),
            ("2024-12", "2024-12", "2024-12-01T00:00 2025-01-01T00:00", "2024-11"),
            ("2025-02-25/2025-02-26", "2025-02-25", "2025-02-25T00:00 2025-02-26T00:00", "2025-02-24"),
            ("2025-03-01/2025-03-31", "2025-03-01--2025-03-30", "2025-03-01T00:00 2025-03-31T00:00", "2025-02"),
            (
                "2025-02-25T06:00/2025-02-25T12:30:05",
                "2025-02-25T0600--2025-02-25T123005",
                "2025-02-25T06:00 2025-02-25T12:30",
                "2025-02-24T232955--2025-02-25T0600",
            ),
        ] {
            let period = period(text, "UTC");
            assert_eq!((period.name(), span(&period)), (name.to_owned(), want.to_owned()), "{text}");
            assert_eq!(period.before().name(), before, "{text}");
        }
    }

    #[test]
    fn a_day_is_the_zones_and_has_23_or_25_hours_where_clocks_change() {
        let hours = |text: &str, zone: &str| {
            let period = period(text, zone);
            (period.end - period.start) / TICKS_PER_HOUR
        };
        assert_eq!(span(&period("2025-02-25", "Europe/Rome")), "2025-02-24T23:00 2025-02-25T23:00");
        assert_eq!(hours("2025-03-30", "Europe/Rome"), 23);
        assert_eq!(hours("2025-10-26", "Europe/Rome"), 25);
        // There clocks change at midnight: the day begins at one.
        assert_eq!(hours("2025-04-25", "Africa/Cairo"), 23);
        assert_eq!(period("2025-04-25", "Africa/Cairo").name(), "2025-04-25");
        assert_eq!(
            period("2025-03-01T10:00+05:00/2025-03-01T06:00Z", "Asia/Tokyo").name(),
            "2025-03-01T1400--2025-03-01T1500"
        );
        let month = period("2025-03", "Europe/Rome").each_day();
        assert_eq!(month.len(), 31);
        assert_eq!((month[29].name.as_str(), month[29].end - month[29].start), ("2025-03-30", 23 * TICKS_PER_HOUR));
    }

    #[test]
    fn yesterday_is_told_by_the_clock_of_the_zone() {
        let name =
            |zone: &str, now: &str| Period::parse("yesterday", &Zone::named(zone).unwrap(), at(now)).unwrap().name();
        assert_eq!(name("UTC", "2025-03-01T00:30Z"), "2025-02-28");
        assert_eq!(name("America/New_York", "2025-03-01T00:30Z"), "2025-02-27");
        assert_eq!(name("Asia/Tokyo", "2025-03-01T16:00Z"), "2025-03-01");
    }

    #[test]
    fn labels_are_for_people() {
        for (text, label) in [
            ("2025-02-25", "Tuesday, 25 February 2025"),
            ("last-week", "Week 10, 3 March 2025 to 9 March 2025"),
            ("2025-02", "February 2025"),
            ("month-to-date", "1 March 2025 to 11 March 2025"),
            ("2025-02-25T06:00/2025-02-25T12:00", "2025-02-25 06:00 to 2025-02-25 12:00"),
        ] {
            assert_eq!(period(text, "UTC").label(), label);
        }
    }

    #[test]
    fn what_is_no_period_is_refused() {
        for text in [
            "",
            "today",
            "2025-2",
            "2025-13",
            "2025-02-30",
            "2025-02-26/2025-02-25",
            "x/2025-01-01",
            "2000-01-01/2025-01-01",
            "2000-01-01T01:00/2025-01-01",
            "0001-01-01",
        ] {
            assert!(Period::parse(text, &Zone::named("UTC").unwrap(), at("2025-03-12")).is_err(), "{text}");
        }
    }
}
