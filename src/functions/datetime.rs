//! Points in time and lengths of time.

use super::datetime_format::{format_datetime, format_timespan};
use super::{Function, Meaning, ResultName, checks};
use crate::types::{Civil, MAX_TICKS, TICKS_PER_DAY, Value, civil_from_ticks, ticks_from_civil};

pub(super) fn instant(ticks: i64) -> Value<'static> {
    if (0..=MAX_TICKS).contains(&ticks) { Value::DateTime(ticks) } else { Value::Null }
}

pub(super) fn ticks(arguments: &[Value<'_>], at: usize) -> Option<i64> {
    arguments.get(at).and_then(Value::as_ticks)
}

/// Midnight of a date some months away from a year's first; days beyond the month's end are kept in it.
fn month_start(year: i64, month: i64) -> Option<i64> {
    let months = year.checked_mul(12)?.checked_add(month)?.checked_sub(1)?;
    let civil = Civil {
        year: months.div_euclid(12),
        month: months.rem_euclid(12) + 1,
        day: 1,
        hour: 0,
        minute: 0,
        second: 0,
        fraction: 0,
    };
    ticks_from_civil(&civil).ok()
}

#[derive(Clone, Copy)]
enum Unit {
    Day,
    Week,
    Month,
    Year,
}

fn start_of(at: i64, unit: Unit, offset: i64) -> Option<i64> {
    let civil = civil_from_ticks(at);
    let day = at.div_euclid(TICKS_PER_DAY);
    match unit {
        Unit::Day => day.checked_add(offset)?.checked_mul(TICKS_PER_DAY),
        // Day 0 of the calendar was a Monday; weeks begin on Sundays.
        Unit::Week => (day - (day + 1).rem_euclid(7)).checked_add(offset.checked_mul(7)?)?.checked_mul(TICKS_PER_DAY),
        Unit::Month => month_start(civil.year, civil.month.checked_add(offset)?),
        Unit::Year => month_start(civil.year.checked_add(offset)?, 1),
    }
}

fn start<'a>(arguments: &[Value<'a>], unit: Unit) -> Value<'a> {
    let offset = arguments.get(1).and_then(Value::as_i64).unwrap_or(0);
    ticks(arguments, 0).and_then(|at| start_of(at, unit, offset)).map_or(Value::Null, instant)
}

fn end<'a>(arguments: &[Value<'a>], unit: Unit) -> Value<'a> {
    let offset = arguments.get(1).and_then(Value::as_i64).unwrap_or(0);
    let Some(at) = ticks(arguments, 0) else { return Value::Null };
    let Some(after) = offset.checked_add(1) else { return Value::Null };
    match start_of(at, unit, after) {
        Some(next) => instant(next - 1),
        // The calendar ends with the year 9999.
        None if start_of(at, unit, offset).is_some() => Value::DateTime(MAX_TICKS),
        None => Value::Null,
    }
}

fn part<'a>(arguments: &[Value<'a>], of: fn(&Civil) -> i64) -> Value<'a> {
    ticks(arguments, 0).map_or(Value::Null, |at| Value::Long(of(&civil_from_ticks(at))))
}

pub(super) fn day_of_year(at: i64) -> i64 {
    let civil = civil_from_ticks(at);
    at.div_euclid(TICKS_PER_DAY) - crate::types::days_from_civil(civil.year, 1, 1) + 1
}

/// ISO 8601: weeks begin on Mondays, and week 1 holds the year's first Thursday.
pub(super) fn iso_week(at: i64) -> i64 {
    let day = at.div_euclid(TICKS_PER_DAY);
    let thursday = day - day.rem_euclid(7) + 3;
    let civil = civil_from_ticks(thursday * TICKS_PER_DAY);
    (thursday - crate::types::days_from_civil(civil.year, 1, 1)) / 7 + 1
}

macro_rules! boundary {
    ($name:literal, $doc:literal, $example:literal, $answer:literal, $naming:expr, $which:ident, $unit:expr) => {
        Function {
            name: $name,
            signatures: &["(time: datetime, [offset: long]) -> datetime"],
            doc: $doc,
            examples: &[($example, $answer)],
            naming: $naming,
            meaning: Meaning::Kernel(|_, a| $which(a, $unit)),
            ..Function::NEW
        }
    };
}

macro_rules! number_of {
    ($name:literal, $aliases:expr, $doc:literal, $example:literal, $answer:literal, $part:expr) => {
        Function {
            name: $name,
            aliases: $aliases,
            signatures: &["(time: datetime) -> long"],
            doc: $doc,
            examples: &[($example, $answer)],
            meaning: Meaning::Kernel(|_, a| part(a, $part)),
            ..Function::NEW
        }
    };
}

/// The family.
pub const FUNCTIONS: &[Function] = &[
    Function {
        name: "now",
        signatures: &["([offset: timespan]) -> datetime"],
        doc: "The instant the run began, moved by an offset; the same everywhere in a run.",
        examples: &[("now() - now(-1h)", "01:00:00")],
        meaning: Meaning::Kernel(|context, a| instant(context.now.saturating_add(ticks(a, 0).unwrap_or(0)))),
        ..Function::NEW
    },
    Function {
        name: "ago",
        signatures: &["(span: timespan) -> datetime"],
        doc: "The instant a timespan before now().",
        examples: &[("now() - ago(1d)", "1.00:00:00")],
        meaning: Meaning::Kernel(|context, a| {
            ticks(a, 0).map_or(Value::Null, |t| instant(context.now.saturating_sub(t)))
        }),
        ..Function::NEW
    },
    boundary!(
        "startofday",
        "Midnight of the day, moved by a number of days.",
        "startofday(datetime(2025-02-25 10:18))",
        "2025-02-25T00:00:00.0000000Z",
        ResultName::FirstArgument,
        start,
        Unit::Day
    ),
    boundary!(
        "startofweek",
        "Midnight of the Sunday the week begins with, moved by a number of weeks.",
        "startofweek(datetime(2025-02-25))",
        "2025-02-23T00:00:00.0000000Z",
        ResultName::None,
        start,
        Unit::Week
    ),
    boundary!(
        "startofmonth",
        "Midnight of the first day of the month, moved by a number of months.",
        "startofmonth(datetime(2025-02-25), 1)",
        "2025-03-01T00:00:00.0000000Z",
        ResultName::None,
        start,
        Unit::Month
    ),
    boundary!(
        "startofyear",
        "Midnight of the first day of the year, moved by a number of years.",
        "startofyear(datetime(2025-02-25))",
        "2025-01-01T00:00:00.0000000Z",
        ResultName::None,
        start,
        Unit::Year
    ),
    boundary!(
        "endofday",
        "The last tick of the day.",
        "endofday(datetime(2025-02-25))",
        "2025-02-25T23:59:59.9999999Z",
        ResultName::None,
        end,
        Unit::Day
    ),
    boundary!(
        "endofweek",
        "The last tick of the Saturday the week ends with.",
        "endofweek(datetime(2025-02-25))",
        "2025-03-01T23:59:59.9999999Z",
        ResultName::None,
        end,
        Unit::Week
    ),
    boundary!(
        "endofmonth",
        "The last tick of the month.",
        "endofmonth(datetime(2025-02-25))",
        "2025-02-28T23:59:59.9999999Z",
        ResultName::None,
        end,
        Unit::Month
    ),
    boundary!(
        "endofyear",
        "The last tick of the year.",
        "endofyear(datetime(2025-02-25))",
        "2025-12-31T23:59:59.9999999Z",
        ResultName::None,
        end,
        Unit::Year
    ),
    number_of!("getyear", &[], "The year.", "getyear(datetime(2025-02-25))", "2025", |c| c.year),
    number_of!("monthofyear", &["getmonth"], "The month, 1 to 12.", "monthofyear(datetime(2025-02-25))", "2", |c| c
        .month),
    number_of!("dayofmonth", &[], "The day of the month.", "dayofmonth(datetime(2025-02-25))", "25", |c| c.day),
    number_of!("hourofday", &[], "The hour, 0 to 23.", "hourofday(datetime(2025-02-25 10:18))", "10", |c| c.hour),
    Function {
        name: "dayofyear",
        signatures: &["(time: datetime) -> long"],
        doc: "The day of the year, from 1.",
        examples: &[("dayofyear(datetime(2025-02-25))", "56")],
        meaning: Meaning::Kernel(|_, a| ticks(a, 0).map_or(Value::Null, |t| Value::Long(day_of_year(t)))),
        ..Function::NEW
    },
    Function {
        name: "dayofweek",
        signatures: &["(time: datetime) -> timespan"],
        doc: "The time since Sunday in whole days, as a timespan.",
        examples: &[("dayofweek(datetime(2025-02-25))", "2.00:00:00")],
        meaning: Meaning::Kernel(|_, a| {
            ticks(a, 0).map_or(Value::Null, |t| {
                Value::TimeSpan((t.div_euclid(TICKS_PER_DAY) + 1).rem_euclid(7) * TICKS_PER_DAY)
            })
        }),
        ..Function::NEW
    },
    Function {
        name: "week_of_year",
        aliases: &["weekofyear"],
        signatures: &["(time: datetime) -> long"],
        doc: "The ISO 8601 week of the year.",
        examples: &[("week_of_year(datetime(2025-02-25))", "9")],
        meaning: Meaning::Kernel(|_, a| ticks(a, 0).map_or(Value::Null, |t| Value::Long(iso_week(t)))),
        ..Function::NEW
    },
    Function {
        name: "format_datetime",
        signatures: &["(time: datetime, format: string) -> string"],
        doc: "A datetime written by a pattern of d M y h H m s f F t runs.",
        examples: &[(
            "format_datetime(datetime(2025-02-25 15:04:05.6), 'yyyy-MM-dd hh:mm:ss.ff tt')",
            "2025-02-25 03:04:05.60 PM",
        )],
        naming: ResultName::FirstArgument,
        check: checks::datetime_format,
        meaning: Meaning::Kernel(|_, a| format_datetime(a)),
        ..Function::NEW
    },
    Function {
        name: "format_timespan",
        signatures: &["(span: timespan, format: string) -> string"],
        doc: "A timespan written by a pattern of d h H m s f F runs.",
        examples: &[("format_timespan(29h, 'd.hh:mm')", "1.05:00")],
        naming: ResultName::FirstArgument,
        check: checks::timespan_format,
        meaning: Meaning::Kernel(|_, a| format_timespan(a)),
        ..Function::NEW
    },
];
