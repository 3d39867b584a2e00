//! The folders of a period. Azure writes `y=2026/m=11/d=20/h=00/m=00` below a prefix of its own; where the folders can
//! be listed from here, the server is sent only to those that can hold rows of the period.

use std::path::{Path, PathBuf};

use crate::types::{TICKS_PER_DAY, TICKS_PER_HOUR, days_from_civil};

/// More folders than these are read as the one above them.
const MOST: usize = 40;
/// How far a row's time may lie beyond its folder's: clocks differ.
const LEEWAY: i64 = TICKS_PER_HOUR;
/// How much later than its time a row may have been received, and so be in the folder of a later hour.
const LATE: i64 = TICKS_PER_DAY;
/// How deep the folders of a place are looked into.
const DEEPEST: usize = 24;

/// The paths below a path that can hold rows of a period; the path itself when that is not known.
pub(super) fn within(path: &str, period: Option<(i64, i64)>) -> Vec<String> {
    let whole = || vec![path.to_owned()];
    let Some((from, to)) = period else { return whole() };
    let root = Path::new(path);
    if !root.is_dir() {
        return whole();
    }
    let wanted = (from.saturating_sub(LEEWAY), to.saturating_add(LATE));
    // Hours while they are few, else days, else all.
    for finest in [Part::Hour, Part::Day] {
        let mut found = Vec::new();
        if walk(root, Slot::default(), wanted, finest, 0, &mut found).is_none() {
            return whole();
        }
        if found.len() <= MOST {
            return found.into_iter().map(|path| path.display().to_string()).collect();
        }
    }
    whole()
}

/// The parts of a slot's path, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Day,
    Hour,
}

/// What the path so far tells of the time.
#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    year: Option<i64>,
    month: Option<i64>,
    day: Option<i64>,
    hour: Option<i64>,
}

impl Slot {
    /// The slot of a folder inside this one.
    fn inside(self, name: &str) -> Self {
        let number = |prefix: &str| name.strip_prefix(prefix).and_then(|digits| digits.parse::<i64>().ok());
        if self.year.is_none() {
            return Self { year: number("y=").filter(|y| (1..=9999).contains(y)), ..self };
        }
        if self.month.is_none() {
            return Self { month: number("m=").filter(|m| (1..=12).contains(m)), ..self };
        }
        if self.day.is_none() {
            return Self { day: number("d=").filter(|d| (1..=31).contains(d)), ..self };
        }
        Self { hour: self.hour.or(number("h=").filter(|h| (0..=23).contains(h))), ..self }
    }

    /// The half-open period it stands for; `None` before the path tells a day.
    fn period(self) -> Option<(i64, i64)> {
        let start = days_from_civil(self.year?, self.month?, self.day?) * TICKS_PER_DAY;
        Some(match self.hour {
            Some(hour) => (start + hour * TICKS_PER_HOUR, start + (hour + 1) * TICKS_PER_HOUR),
            None => (start, start + TICKS_PER_DAY),
        })
    }
}

/// Gathers the folders; `None` when files lie where only slots are looked for.
fn walk(
    folder: &Path,
    slot: Slot,
    wanted: (i64, i64),
    finest: Part,
    depth: usize,
    found: &mut Vec<PathBuf>,
) -> Option<()> {
    if let Some((from, to)) = slot.period() {
        if to <= wanted.0 || from >= wanted.1 {
            return Some(());
        }
        if slot.hour.is_some() || finest == Part::Day {
            found.push(folder.to_owned());
            return Some(());
        }
    }
    if depth > DEEPEST {
        return None;
    }
    let mut folders: Vec<PathBuf> = Vec::new();
    for entry in std::fs::read_dir(folder).ok()? {
        let path = entry.ok()?.path();
        if !path.is_dir() {
            return None;
        }
        folders.push(path);
    }
    folders.sort();
    for inner in folders {
        let name = inner.file_name()?.to_str()?.to_owned();
        walk(&inner, slot.inside(&name), wanted, finest, depth + 1, found)?;
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::parse_datetime;

    fn logs() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for day in 1..=3 {
            for hour in 0..24 {
                let slot = format!("resourceId=/X/y=2026/m=11/d={day:02}/h={hour:02}/m=00");
                std::fs::create_dir_all(folder.path().join(&slot)).unwrap();
                std::fs::write(folder.path().join(slot).join("PT1H.json"), "{}").unwrap();
            }
        }
        folder
    }

    fn found(folder: &Path, from: &str, to: &str) -> Vec<String> {
        let at = |text: &str| parse_datetime(text).unwrap();
        let found = within(&folder.display().to_string(), Some((at(from), at(to))));
        found.iter().map(|p| p.split("y=2026/").nth(1).unwrap_or("all").to_owned()).collect()
    }

    #[test]
    fn only_the_slots_of_the_period_are_read() {
        let folder = logs();
        let hours = found(folder.path(), "2026-11-01T10:00Z", "2026-11-01T11:00Z");
        assert_eq!(hours.len(), 1 + 1 + 24, "the hour before, the hour, and a day of late ones");
        assert_eq!((hours[0].as_str(), hours[25].as_str()), ("m=11/d=01/h=09", "m=11/d=02/h=10"));
        let days = found(folder.path(), "2026-11-01T12:00Z", "2026-11-02T23:00Z");
        assert_eq!(days, ["m=11/d=01", "m=11/d=02", "m=11/d=03"]);
        assert!(found(folder.path(), "2025-01-01", "2025-01-02").is_empty());
    }

    #[test]
    fn folders_without_slots_are_read_whole() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.json"), "{}").unwrap();
        assert_eq!(found(folder.path(), "2026-11-02", "2026-11-03"), ["all"]);
        assert_eq!(within("abfss://x@y/z", Some((0, 1))), ["abfss://x@y/z"]);
    }
}
