//! Ticks of a time axis: at round moments of the wall clock, with the day or year named where it changes.

use std::fmt::Write as _;

use crate::types::{
    Civil, TICKS_PER_DAY, TICKS_PER_HOUR, TICKS_PER_MILLISECOND, TICKS_PER_MINUTE, TICKS_PER_SECOND, civil_from_ticks,
    days_from_civil,
};

use super::zone::Zone;

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
/// The least room between two labels, in pixels.
const ROOM: f64 = 22.0;

/// The distance of two ticks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// A duration that divides a day, or whole days.
    Ticks(i64),
    /// Calendar months.
    Months(i64),
}

impl Step {
    const fn ticks(self) -> i64 {
        match self {
            Self::Ticks(ticks) => ticks,
            Self::Months(months) => months * 30 * TICKS_PER_DAY,
        }
    }

    fn label(self, local: i64) -> String {
        let c = civil_from_ticks(local);
        match self {
            Self::Months(months) if months % 12 == 0 => c.year.to_string(),
            Self::Months(_) => month(&c).to_owned(),
            Self::Ticks(step) if step >= TICKS_PER_DAY => format!("{} {}", c.day, month(&c)),
            Self::Ticks(step) => clock(&c, step),
        }
    }

    /// What the second line names under a tick: the day for hours, the year for days and months.
    fn group(self, local: i64) -> Option<(i64, String)> {
        let c = civil_from_ticks(local);
        match self {
            Self::Months(months) if months % 12 == 0 => None,
            Self::Ticks(step) if step < TICKS_PER_DAY => Some((local.div_euclid(TICKS_PER_DAY), day(local))),
            _ => Some((c.year, c.year.to_string())),
        }
    }
}

fn month(c: &Civil) -> &'static str {
    MONTHS[(c.month - 1) as usize]
}

fn clock(c: &Civil, step: i64) -> String {
    let mut text = format!("{:02}:{:02}", c.hour, c.minute);
    if step < TICKS_PER_MINUTE {
        let _ = write!(text, ":{:02}", c.second);
    }
    if step < TICKS_PER_SECOND {
        let _ = write!(text, ".{:03}", c.fraction / TICKS_PER_MILLISECOND);
    }
    text
}

/// `Wed 26 Feb`.
fn day(local: i64) -> String {
    let c = civil_from_ticks(local);
    // 0001-01-01 was a Monday.
    let weekday = WEEKDAYS[local.div_euclid(TICKS_PER_DAY).rem_euclid(7) as usize];
    format!("{weekday} {} {}", c.day, month(&c))
}

/// A moment as tooltips and category labels show it: as much of the clock as says something.
pub fn moment(zone: &Zone, ticks: i64) -> String {
    let c = civil_from_ticks(zone.local(ticks));
    let date = format!("{} {} {}", c.day, month(&c), c.year);
    let step = match (c.fraction, c.second, c.hour + c.minute) {
        (0, 0, 0) => return date,
        (0, 0, _) => TICKS_PER_MINUTE,
        (0, ..) => TICKS_PER_SECOND,
        _ => 1,
    };
    format!("{date} {}", clock(&c, step))
}

/// A tick.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeTick {
    /// The instant.
    pub at: i64,
    /// Its label.
    pub label: String,
    /// The day or year that begins here (or holds the first tick).
    pub group: Option<String>,
}

fn steps() -> Vec<Step> {
    let mut steps = Vec::new();
    let times = |unit: i64, of: &[i64]| of.iter().map(|n| Step::Ticks(n * unit)).collect::<Vec<_>>();
    steps.extend(times(TICKS_PER_MILLISECOND, &[1, 2, 5, 10, 20, 50, 100, 200, 500]));
    steps.extend(times(TICKS_PER_SECOND, &[1, 2, 5, 10, 15, 30]));
    steps.extend(times(TICKS_PER_MINUTE, &[1, 2, 5, 10, 15, 30]));
    steps.extend(times(TICKS_PER_HOUR, &[1, 2, 3, 6, 12]));
    steps.extend(times(TICKS_PER_DAY, &[1, 2, 7]));
    steps.extend([1, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 2400, 6000, 12_000, 60_000].map(Step::Months));
    steps
}

/// The ticks between two instants on an axis of so many pixels: the first step whose labels have room, not finer than
/// the data's bins.
pub fn ticks(
    zone: &Zone,
    (min, max): (i64, i64),
    pixels: f64,
    bin: Option<i64>,
    width: &dyn Fn(&str) -> f64,
) -> Vec<TimeTick> {
    let span = (max - min).max(1) as f64;
    let all = steps();
    let last = all.len() - 1;
    let step = all
        .iter()
        .copied()
        .enumerate()
        .find(|(at, step)| {
            let sample = match step {
                Step::Ticks(ticks) if *ticks >= TICKS_PER_DAY => width("30 Mmm"),
                _ => width(&step.label(zone.local(min))),
            };
            let fits = step.ticks() as f64 / span * pixels >= sample + ROOM;
            *at == last || fits && bin.is_none_or(|bin| step.ticks() >= bin / 10 * 9 || *step == Step::Months(12))
        })
        .map_or(Step::Ticks(TICKS_PER_DAY), |(_, step)| step);

    let mut ticks = Vec::new();
    let mut group_before = None;
    for local in candidates(step, zone.local(min), zone.local(max)) {
        let instants = zone.instants(local);
        let repeated = if step.ticks() <= TICKS_PER_HOUR { instants.len() } else { 1 };
        for at in instants.into_iter().take(repeated).filter(|at| (min..=max).contains(at)) {
            let group = step.group(local);
            let key = group.as_ref().map(|(key, _)| *key);
            let mut name = group.map(|(_, name)| name).filter(|_| key != group_before);
            if ticks.is_empty() && step.ticks() < TICKS_PER_DAY {
                name = name.map(|name| format!("{name} {}", civil_from_ticks(local).year));
            }
            group_before = key;
            ticks.push(TimeTick { at, label: step.label(local), group: name });
        }
    }
    ticks
}

/// Round wall-clock moments around a range, with a day to spare for clock changes.
fn candidates(step: Step, low: i64, high: i64) -> Vec<i64> {
    match step {
        Step::Ticks(step) => {
            let spare = (TICKS_PER_DAY / step).clamp(1, 3);
            let first = low.div_euclid(step) - spare;
            (first..=high.div_euclid(step) + spare).take(20_000).map(|n| n * step).filter(|t| *t >= 0).collect()
        }
        Step::Months(step) => {
            let index = |local| {
                let c = civil_from_ticks(local);
                c.year * 12 + c.month - 1
            };
            (index(low).div_euclid(step)..=index(high).div_euclid(step) + 1)
                .map(|n| n * step)
                .filter(|month| (12..120_000).contains(month))
                .map(|month| days_from_civil(month.div_euclid(12), month.rem_euclid(12) + 1, 1) * TICKS_PER_DAY)
                .collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::parse_datetime;

    fn labels(zone: &str, from: &str, to: &str, pixels: f64) -> Vec<String> {
        let zone = Zone::named(zone).unwrap();
        let range = (parse_datetime(from).unwrap(), parse_datetime(to).unwrap());
        let ticks = ticks(&zone, range, pixels, None, &|text| text.len() as f64 * 6.0);
        ticks.into_iter().map(|t| t.group.map_or(t.label.clone(), |g| format!("{}/{g}", t.label))).collect()
    }

    #[test]
    fn hours_name_their_day() {
        assert_eq!(
            labels("UTC", "2025-02-25 12:00", "2025-02-26 15:00", 700.0),
            [
                "12:00/Tue 25 Feb 2025",
                "15:00",
                "18:00",
                "21:00",
                "00:00/Wed 26 Feb",
                "03:00",
                "06:00",
                "09:00",
                "12:00",
                "15:00"
            ]
        );
    }

    #[test]
    fn every_span_has_room_and_labels() {
        assert_eq!(labels("UTC", "2025-12-22", "2026-01-12", 300.0), ["22 Dec/2025", "29 Dec", "5 Jan/2026", "12 Jan"]);
        assert_eq!(labels("UTC", "2020-03-01", "2025-01-01", 300.0), ["2021", "2022", "2023", "2024", "2025"]);
        assert_eq!(labels("UTC", "2025-01-01", "2025-12-31", 300.0), ["Jan/2025", "Apr", "Jul", "Oct"]);
        assert_eq!(
            labels("UTC", "2025-01-01 10:00:00", "2025-01-01 10:00:01", 300.0)[..2],
            ["10:00:00.000/Wed 1 Jan 2025", "10:00:00.500"]
        );
        for (from, to) in [("0001-01-01", "9999-12-31"), ("0001-01-01", "0001-01-02"), ("9999-12-30", "9999-12-31")] {
            let labels = labels("America/New_York", from, to, 600.0);
            assert!((1..=20).contains(&labels.len()), "{labels:?}");
        }
    }

    #[test]
    fn clock_changes_keep_round_hours() {
        let spring = labels("Europe/Rome", "2025-03-29 23:00", "2025-03-30 04:00", 400.0);
        assert_eq!(
            spring.iter().map(|l| &l[..5]).collect::<Vec<_>>(),
            ["00:00", "01:00", "03:00", "04:00", "05:00", "06:00"]
        );
        let autumn = labels("Europe/Rome", "2025-10-25 23:00", "2025-10-26 03:00", 300.0);
        assert_eq!(autumn.iter().filter(|l| l.starts_with("02:00")).count(), 2);
    }
}
