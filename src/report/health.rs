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
    /// The days of which it has no row, when files hold some of others.
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
        let has_rows = |from: i64, to: i64| {
            let first = bins.partition_point(|(bin, _)| bin + BIN <= from);
            bins.get(first).is_some_and(|(bin, _)| *bin < to)
        };
        let missing: Vec<&Day> = days.iter().filter(|day| !has_rows(day.start, day.end)).collect();
        let gaps = gaps(&bins, (period.start, period.end.min(now)));
        let is_known = |gap: &(i64, i64)| missing.iter().any(|day| gap.0 <= day.start && day.end <= gap.1);
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
    use crate::types::{Column, ScalarType, Table, format_datetime, parse_datetime};

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
    fn the_future_is_not_missing() {
        let found = health("2025-02-25/2025-03-05", "UTC", "2025-02-26T01:30Z", &["2025-02-25T12:00Z"]);
        assert_eq!(found.missing_days, Vec::<String>::new());
        assert_eq!(found.gaps.len(), 2);
        let found = health("2025-02-25/2025-03-05", "UTC", "2025-02-27T00:00Z", &[]);
        assert_eq!(found.missing_days, ["2025-02-25", "2025-02-26"]);
    }
}
