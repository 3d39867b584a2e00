//! Functions that look at neighbouring rows of a serialized table.

use super::{Function, Meaning, ResultName, checks};
use crate::types::Value;

type Columns = [Vec<Value<'static>>];

fn shifted(columns: &Columns, rows: usize, direction: i64) -> Vec<Value<'static>> {
    (0..rows)
        .map(|row| {
            let offset = columns.get(1).map_or(Some(1), |c| c[row].as_i64()).unwrap_or(1).saturating_mul(direction);
            let from =
                i64::try_from(row).ok().and_then(|r| r.checked_add(offset)).and_then(|r| usize::try_from(r).ok());
            match from.and_then(|r| columns[0].get(r)) {
                Some(value) => value.clone(),
                None => columns.get(2).map_or(Value::Null, |default| default[row].clone()),
            }
        })
        .collect()
}

fn restarts(columns: &Columns, at: usize, row: usize) -> bool {
    columns.get(at).is_some_and(|c| c[row].as_bool() == Some(true))
}

fn row_number(columns: &Columns, rows: usize) -> Vec<Value<'static>> {
    let start = columns.first().and_then(|c| c.first()).and_then(Value::as_i64).unwrap_or(1);
    let mut next = start;
    (0..rows)
        .map(|row| {
            if restarts(columns, 1, row) {
                next = start;
            }
            let number = next;
            next = next.wrapping_add(1);
            Value::Long(number)
        })
        .collect()
}

fn row_cumsum(columns: &Columns, rows: usize) -> Vec<Value<'static>> {
    let mut sum: Option<Value<'static>> = None;
    (0..rows)
        .map(|row| {
            if restarts(columns, 1, row) {
                sum = None;
            }
            let value = &columns[0][row];
            let next = match (&sum, value) {
                (None, v) => v.clone(),
                (Some(s), Value::Null) => s.clone(),
                (Some(Value::Null), v) => v.clone(),
                (Some(Value::Real(s)), v) => Value::Real(s + v.as_f64().unwrap_or_default()),
                (Some(Value::TimeSpan(s)), v) => Value::TimeSpan(s.wrapping_add(v.as_ticks().unwrap_or_default())),
                (Some(Value::Decimal(s)), Value::Decimal(v)) => s.checked_add(*v).map_or(Value::Null, Value::Decimal),
                (Some(s), v) => {
                    Value::Long(s.as_i64().unwrap_or_default().wrapping_add(v.as_i64().unwrap_or_default()))
                }
            };
            // An int column sums up as itself.
            let next = match (&next, value) {
                (Value::Long(n), Value::Int(_)) => Value::Int(*n as i32),
                _ => next,
            };
            sum = Some(next.clone());
            next
        })
        .collect()
}

fn rank(columns: &Columns, rows: usize, dense: bool) -> Vec<Value<'static>> {
    let (mut rank, mut since) = (0_i64, 0_i64);
    (0..rows)
        .map(|row| {
            if row == 0 || restarts(columns, 1, row) {
                (rank, since) = (1, 1);
            } else {
                since += 1;
                if columns[0][row] != columns[0][row - 1] {
                    rank = if dense { rank + 1 } else { since };
                }
            }
            Value::Long(rank)
        })
        .collect()
}

fn session(columns: &Columns, rows: usize) -> Vec<Value<'static>> {
    let limit = |at: usize, row: usize| columns.get(at).and_then(|c| c[row].as_ticks()).unwrap_or(i64::MAX);
    let tick = Value::as_ticks;
    let mut first: Option<Value<'static>> = None;
    let mut previous: Option<i64> = None;
    (0..rows)
        .map(|row| {
            let value = columns[0][row].clone();
            let now = tick(&value);
            let (from_first, between) = (limit(1, row), limit(2, row));
            let begins = restarts(columns, 3, row)
                || match (now, previous, first.as_ref().and_then(tick)) {
                    (Some(now), Some(previous), Some(first)) => {
                        now.saturating_sub(first) >= from_first || now.saturating_sub(previous) >= between
                    }
                    _ => true,
                };
            if begins {
                first = Some(value);
            }
            previous = now.or(previous);
            first.clone().unwrap_or(Value::Null)
        })
        .collect()
}

/// The family.
pub const FUNCTIONS: &[Function] = &[
    Function {
        name: "prev",
        signatures: &["(column: any, [offset: long], [default: const any]) -> column"],
        doc: "The value some rows before, or a default where there is none.",
        examples: &[],
        check: checks::rows_away,
        meaning: Meaning::Window(|_, columns, rows| shifted(columns, rows, -1)),
        ..Function::NEW
    },
    Function {
        name: "next",
        signatures: &["(column: any, [offset: long], [default: const any]) -> column"],
        doc: "The value some rows after, or a default where there is none.",
        examples: &[],
        check: checks::rows_away,
        meaning: Meaning::Window(|_, columns, rows| shifted(columns, rows, 1)),
        ..Function::NEW
    },
    Function {
        name: "row_number",
        signatures: &["([start: long], [restart: bool]) -> long"],
        doc: "The row's number, from 1 or another start, and again from there where a condition holds.",
        examples: &[("row_number(5)", "5")],
        meaning: Meaning::Window(|_, columns, rows| row_number(columns, rows)),
        ..Function::NEW
    },
    Function {
        name: "row_cumsum",
        signatures: &["(term: number, [restart: bool]) -> term"],
        doc: "The sum of a column up to the row, beginning anew where a condition holds.",
        examples: &[],
        meaning: Meaning::Window(|_, columns, rows| row_cumsum(columns, rows)),
        ..Function::NEW
    },
    Function {
        name: "row_rank_dense",
        aliases: &["row_rank"],
        signatures: &["(term: scalar, [restart: bool]) -> long"],
        doc: "The row's rank: one more wherever the value changes.",
        examples: &[],
        meaning: Meaning::Window(|_, columns, rows| rank(columns, rows, true)),
        ..Function::NEW
    },
    Function {
        name: "row_rank_min",
        signatures: &["(term: scalar, [restart: bool]) -> long"],
        doc: "The row's rank: equal values share the rank of the first of them.",
        examples: &[],
        meaning: Meaning::Window(|_, columns, rows| rank(columns, rows, false)),
        ..Function::NEW
    },
    Function {
        name: "row_window_session",
        signatures: &["(time: datetime, maxFromFirst: timespan, maxBetween: timespan, [restart: bool]) -> time"],
        doc: "The first time of the row's session: a new one begins after too long a time, or too long a pause.",
        examples: &[],
        naming: ResultName::None,
        meaning: Meaning::Window(|_, columns, rows| session(columns, rows)),
        ..Function::NEW
    },
];
