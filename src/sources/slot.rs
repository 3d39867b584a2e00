//! The time that a file's folders name, and whether its rows may be of a period.
//!
//! `…/y=2025/m=02/d=25/h=12/m=00/PT1H.json` of a diagnostic setting names the hour in which rows were received: none is
//! younger than that, but any may be older, as old as rows are late. The folders of a data export rule name the time
//! of the rows themselves. Other folders of this kind (`timestamp=`, `year=`/`month=`/`day=`/`hour=`) do not say which of
//! the two they mean, so their rows may be late as well.

use std::path::Path;

use crate::types::{Civil, TICKS_PER_DAY, TICKS_PER_HOUR, TICKS_PER_MINUTE, ticks_from_civil};

/// How far a row's time may lie beyond its folder's without being late: clocks differ, and a folder may be named by its
/// beginning or its end.
const LEEWAY: i64 = TICKS_PER_HOUR;

/// What a file's folders say of the times in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Slot {
    /// The half-open ticks the folders name.
    from: i64,
    to: i64,
    /// Whether the rows' own times chose the folder.
    exact: bool,
}

impl Slot {
    /// Reads a path.
    pub(super) fn of(path: &Path) -> Option<Self> {
        let text = path.to_string_lossy();
        let parts: Vec<&str> = text.split(['/', '\\']).collect();
        let exact = parts.iter().any(|part| part.starts_with("WorkspaceResourceId="))
            || parts.last().is_some_and(|name| name.starts_with("PT05M") || name.starts_with("part_"));
        let (from, length) = parts.iter().enumerate().find_map(|(at, _)| span(&parts[at..]))?;
        Some(Self { from, to: from + length, exact })
    }

    /// The half-open ticks in which the rows' times are, when none is later than `late` ticks.
    pub(super) const fn bounds(&self, late: i64) -> (i64, i64) {
        let late = if self.exact || late < LEEWAY { LEEWAY } else { late };
        (self.from.saturating_sub(late), self.to.saturating_add(LEEWAY))
    }

    /// Whether a row of the period may be here.
    pub(super) const fn may_hold(&self, period: (i64, i64), late: i64) -> bool {
        let (from, to) = self.bounds(late);
        from < period.1 && to > period.0
    }
}

/// The part of a path above the folders that name a time; files below it are alike.
pub(super) fn container(path: &Path) -> String {
    let text = path.to_string_lossy();
    let mut end = text.len();
    let mut at = 0;
    let parts: Vec<&str> = text.split(['/', '\\']).collect();
    for (index, part) in parts.iter().enumerate() {
        if span(&parts[index..]).is_some() {
            end = at;
            break;
        }
        at += part.len() + 1;
    }
    // Blobs that went on in a further file are numbered.
    let name = parts.last().copied().unwrap_or_default();
    let stem = name.split(['.', '_']).next().unwrap_or_default();
    format!("{}{stem}", &text[..end])
}

/// The beginning and length of the time that the first of these folders name.
fn span(parts: &[&str]) -> Option<(i64, i64)> {
    // Import's own folders, too, name the time of the rows.
    let own = parts.last()?.starts_with("part_");
    let first = parts.first()?;
    if let Some(stamp) = first.strip_prefix("timestamp=").or_else(|| first.strip_prefix("day=").filter(|_| own)) {
        return stamped(stamp);
    }
    let number = |at: usize, keys: [&str; 2], most: i64| -> Option<i64> {
        let (key, value) = parts.get(at)?.split_once('=')?;
        let digits = keys.contains(&key) && (1..=4).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_digit());
        value.parse().ok().filter(|n| digits && *n <= most)
    };
    let year = number(0, ["y", "year"], 9999)?;
    let month = number(1, ["m", "month"], 12)?;
    let day = number(2, ["d", "day"], 31)?;
    let midnight = date(year, month, day)?;
    let Some(hour) = number(3, ["h", "hour"], 23) else { return Some((midnight, TICKS_PER_DAY)) };
    let start = midnight + hour * TICKS_PER_HOUR;
    Some(match number(4, ["m", "minute"], 59) {
        // `m=00` stands under every hour of a diagnostic setting, and is five minutes of a data export.
        Some(minute) if minute > 0 || parts.last()?.starts_with("PT05M") => {
            (start + minute * TICKS_PER_MINUTE, 5 * TICKS_PER_MINUTE)
        }
        _ => (start, TICKS_PER_HOUR),
    })
}

/// `2025-02-25T12`, or a day.
fn stamped(text: &str) -> Option<(i64, i64)> {
    let (day, hour) = text.split_once('T').map_or((text, None), |(day, hour)| (day, Some(hour)));
    let numbers: Vec<i64> = day.split('-').map(str::parse).collect::<Result<_, _>>().ok()?;
    let [year, month, day] = numbers[..] else { return None };
    let midnight = date(year, month, day)?;
    let Some(hour) = hour else { return Some((midnight, TICKS_PER_DAY)) };
    let hour: i64 = hour.get(..2)?.parse().ok().filter(|hour| (0..24).contains(hour))?;
    Some((midnight + hour * TICKS_PER_HOUR, TICKS_PER_HOUR))
}

fn date(year: i64, month: i64, day: i64) -> Option<i64> {
    ticks_from_civil(&Civil { year, month, day, hour: 0, minute: 0, second: 0, fraction: 0 }).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::parse_datetime;

    fn ticks(text: &str) -> i64 {
        parse_datetime(text).unwrap()
    }

    #[test]
    fn folders_name_the_time_of_receipt_or_of_the_rows() {
        let late = 24 * TICKS_PER_HOUR;
        for (path, from, to) in [
            ("c/y=2025/m=02/d=25/h=12/m=00/PT1H.json", "2025-02-24T12:00", "2025-02-25T14:00"),
            ("c/y=2025/m=02/d=25/h=12/m=05/PT05M_3.json", "2025-02-25T11:05", "2025-02-25T13:10"),
            ("c/y=2025/m=02/d=25/h=12/m=00/PT05M.json", "2025-02-25T11:00", "2025-02-25T13:05"),
            ("WorkspaceResourceId=/x/y=2025/m=02/d=25/h=12/m=00/x.gz", "2025-02-25T11:00", "2025-02-25T14:00"),
            ("jobId/7/timestamp=2025-02-25T12/a.parquet", "2025-02-24T12:00", "2025-02-25T14:00"),
            ("jobId/7/year=2025/month=02/day=25/hour=23/a.parquet", "2025-02-24T23:00", "2025-02-26T01:00"),
            ("x/year=2025/month=2/day=5/a.parquet", "2025-02-04T00:00", "2025-02-06T01:00"),
            ("x/table=T/day=2025-02-05/part_000001.parquet", "2025-02-04T23:00", "2025-02-06T01:00"),
            ("x/timestamp=2025-02-05/a.parquet", "2025-02-04T00:00", "2025-02-06T01:00"),
        ] {
            let slot = Slot::of(Path::new(path)).unwrap();
            assert_eq!(slot.bounds(late), (ticks(from), ticks(to)), "{path}");
            assert!(slot.may_hold((ticks(from), ticks(from) + 1), late), "{path}");
            assert!(!slot.may_hold((ticks(to), ticks(to) + 1), late), "{path}");
        }
    }

    #[test]
    fn what_names_no_time_is_always_read() {
        for path in [
            "a.json",
            "y=2025/a.json",
            "y=2025/m=13/d=01/h=00/a",
            "y=2025/m=02/d=00/a",
            "y=2025/m=02/d=30/a",
            "y=+025/m=02/d=01/a",
            "timestamp=now/a",
            "table=T/day=none/part_000001.parquet",
            "timestamp=2025-02-25T99/a",
            "timestamp=2025-02-25Té/a",
            "y=20250000000000000000000/m=1/d=1/a",
        ] {
            assert_eq!(Slot::of(Path::new(path)), None, "{path}");
        }
    }

    #[test]
    fn files_below_one_folder_are_alike() {
        let of = |path: &str| container(Path::new(path));
        assert_eq!(of("a/b/y=2025/m=02/d=25/h=12/m=05/PT05M_1.json"), "a/b/PT05M");
        assert_eq!(of("a/b/timestamp=2025-02-25T01/x.json.gz"), "a/b/x");
        assert_ne!(of("a/b/y=2025/m=02/d=25/llm.json"), of("a/b/y=2025/m=02/d=25/gateway.json"));
    }
}
