//! What a report's tables hold of its period, and what they lack.

use super::{Day, Period};
use crate::render::Answer;
use crate::types::{TICKS_PER_HOUR, TICKS_PER_MINUTE, Value};

/// How finely rows are counted: days of every zone begin on one of these.
const BIN: i64 = 15 * TICKS_PER_MINUTE;

/// What was read, and what is missing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// The tables that queries read, other than those without a time.
    pub tables: Vec<TableHealth>,
}

/// A table in the report's period.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableHealth {
    /// Its name.
    pub table: String,
    /// Whether files hold rows of it, of any time.
    pub is_held: bool,
    /// Its rows in the period.
    pub rows: u64,
    /// The days of which it has no row, or next to none, when files hold some of others.
    pub missing_days: Vec<String>,
    /// Spans of an hour or more without a row, in half-open ticks; those around missing days are not among them.
    pub gaps: Vec<(i64, i64)>,
}

impl Health {
    /// Whether a table lacks a day.
    pub fn lacks_days(&self) -> bool {
        self.tables.iter().any(|table| !table.missing_days.is_empty())
    }

    /// Whether none of the tables has a row.
    pub fn is_empty(&self) -> bool {
        !self.tables.is_empty() && self.tables.iter().all(|table| table.rows == 0)
    }
}

/// A table, and the answer of the query that counts its rows over time.
pub(super) struct Counted {
    pub table: String,
    pub is_held: bool,
    pub answers: Vec<Answer>,
}

/// The query that counts a table's rows over time.
pub(super) fn query(table: &str) -> String {
    let name = table.replace('\\', "\\\\").replace('\'', "\\'");
    format!("['{name}'] | summarize Rows = count() by Bin = bin(TimeGenerated, 15m)")
}

/// What its answers tell. Nothing is missing that lies after `now`.
pub(super) fn of(period: &Period, now: i64, counted: &[Counted]) -> Health {
    let days: Vec<Day> = period.each_day().into_iter().filter(|day| day.end <= now).collect();
    let mut tables = Vec::new();
    for Counted { table, is_held, answers } in counted {
        // Without a column of time there is nothing to miss.
        let Some(answer) = answers.first() else { continue };
        let mut bins: Vec<(i64, u64)> = Vec::new();
        answer.for_each_row(|row| {
            if let [Value::DateTime(bin), Value::Long(rows)] = row {
                bins.push((*bin, u64::try_from(*rows).unwrap_or(0)));
            }
        });
        bins.sort_unstable();
        let counts: Vec<u64> = days.iter().map(|day| rows_of(&bins, day)).collect();
        let usual = median(&counts);
        let missing: Vec<&Day> =
            days.iter().zip(&counts).filter(|(_, rows)| is_missing(**rows, usual)).map(|(day, _)| day).collect();
        let gaps = gaps(&bins, (period.start, period.end.min(now)));
        let is_known = |gap: &(i64, i64)| {
            missing.iter().any(|day| gap.0 <= day.start && day.end <= gap.1 || day.start <= gap.0 && gap.1 <= day.end)
        };
        let gaps: Vec<_> = gaps.into_iter().filter(|gap| !is_known(gap)).collect();
        let missing_days: Vec<_> = missing.iter().map(|day| day.name.clone()).collect();
        let rows = bins.iter().map(|(_, rows)| rows).sum();
        // The files of a cluster are not seen, but their rows are.
        let is_held = *is_held || rows > 0;
        // What the logs have never had is not missing.
        let (missing_days, gaps) = if is_held { (missing_days, gaps) } else { (Vec::new(), Vec::new()) };
        tables.push(TableHealth { table: table.clone(), is_held, rows, missing_days, gaps });
    }
    Health { tables }
}

/// A day with fewer rows than one in so many of the usual is missing as well: what stands there came in files of another.
const STRAYS: u64 = 100;

const fn is_missing(rows: u64, usual: u64) -> bool {
    rows == 0 || rows.saturating_mul(STRAYS) < usual
}

fn rows_of(bins: &[(i64, u64)], day: &Day) -> u64 {
    let from = bins.partition_point(|(bin, _)| *bin < day.start);
    bins[from..].iter().take_while(|(bin, _)| *bin < day.end).map(|(_, rows)| rows).sum()
}

/// The middle one of the days that have rows.
fn median(counts: &[u64]) -> u64 {
    let mut counts: Vec<u64> = counts.iter().copied().filter(|rows| *rows > 0).collect();
    counts.sort_unstable();
    counts.get(counts.len() / 2).copied().unwrap_or(0)
}

/// The spans of an hour or more between bins with rows.
fn gaps(bins: &[(i64, u64)], (start, end): (i64, i64)) -> Vec<(i64, i64)> {
    let mut found = Vec::new();
    let mut seen = start;
    for (bin, _) in bins {
        if bin - seen >= TICKS_PER_HOUR {
            found.push((seen, *bin));
        }
        seen = seen.max(bin + BIN);
    }
    if end - seen >= TICKS_PER_HOUR {
        found.push((seen, end));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::Zone;
    use crate::types::{Column, ScalarType, TICKS_PER_DAY, Table, format_datetime, parse_datetime};

    fn health(period: &str, zone: &str, now: &str, times: &[&str]) -> TableHealth {
        let at = |text: &str| parse_datetime(text).unwrap();
        let period = Period::parse(period, &Zone::named(zone).unwrap(), at(now)).unwrap();
        let bins = times.iter().map(|t| Value::DateTime(at(t).div_euclid(BIN) * BIN)).collect();
        let columns = vec![
            Column { name: "Bin".to_owned(), scalar_type: ScalarType::DateTime, values: bins },
            Column {
                name: "Rows".to_owned(),
                scalar_type: ScalarType::Long,
                values: vec![Value::Long(2); times.len()],
            },
        ];
        let batch = Table { rows: times.len(), columns }.to_batch().unwrap();
        let answer = Answer { name: "T".to_owned(), schema: batch.schema(), batches: vec![batch], visualization: None };
        let counted = Counted { table: "T".to_owned(), is_held: true, answers: vec![answer] };
        of(&period, at(now), &[counted]).tables.remove(0)
    }

    #[test]
    fn days_of_the_zone_are_missing_and_hours_are_gaps() {
        let found = health(
            "2025-02-24/2025-02-28",
            "Asia/Kathmandu",
            "2025-03-01",
            &["2025-02-23T18:20Z", "2025-02-24T09:00Z", "2025-02-24T09:50Z", "2025-02-26T18:15Z", "2025-02-27T17:00Z"],
        );
        // 2025-02-27 begins at 18:15 the day before.
        assert_eq!(found.missing_days, ["2025-02-25", "2025-02-26"]);
        assert_eq!(found.rows, 10);
        let gaps: Vec<_> =
            found.gaps.iter().map(|(a, b)| (format_datetime(*a)[5..16].to_owned(), (b - a) / TICKS_PER_HOUR)).collect();
        assert_eq!(
            gaps,
            [("02-23T18:30".to_owned(), 14), ("02-26T18:30".to_owned(), 22), ("02-27T17:15".to_owned(), 1)]
        );
    }

    #[test]
    fn a_day_of_strays_is_missing() {
        let at = |day: i64| 640_000_000_000_000_000 / TICKS_PER_DAY * TICKS_PER_DAY + day * TICKS_PER_DAY;
        let day = |n: i64| Day { name: format!("day {n}"), start: at(n), end: at(n + 1) };
        let bins = [(at(0), 5000), (at(1) + BIN, 20), (at(2), 900), (at(3), 4000)];
        let counts: Vec<u64> = (0..5).map(|n| rows_of(&bins, &day(n))).collect();
        assert_eq!(counts, [5000, 20, 900, 4000, 0]);
        assert_eq!(median(&counts), 4000);
        let missing: Vec<bool> = counts.iter().map(|rows| is_missing(*rows, 4000)).collect();
        assert_eq!(missing, [false, true, false, false, true]);
    }

    #[test]
    fn the_future_is_not_missing() {
        let found = health("2025-02-25/2025-03-05", "UTC", "2025-02-26T01:30Z", &["2025-02-25T12:00Z"]);
        assert_eq!(found.missing_days, Vec::<String>::new());
        assert_eq!(found.gaps.len(), 2);
        let found = health("2025-02-25/2025-03-05", "UTC", "2025-02-27T00:00Z", &[]);
        assert_eq!(found.missing_days, ["2025-02-25", "2025-02-26"]);
    }
}
