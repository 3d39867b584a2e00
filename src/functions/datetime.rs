//! Points in time and lengths of time.

use super::datetime_format::{format_datetime, format_timespan};
use super::{Function, Meaning, ResultName};
use crate::types::{
    Civil, MAX_TICKS, TICKS_PER_DAY, TICKS_PER_HOUR, TICKS_PER_MILLISECOND, TICKS_PER_MINUTE, TICKS_PER_SECOND,
    UNIX_EPOCH_TICKS, Value, civil_from_ticks, ticks_from_civil,
};

fn instant(ticks: i64) -> Value<'static> {
    if (0..=MAX_TICKS).contains(&ticks) { Value::DateTime(ticks) } else { Value::Null }
}

fn ticks(arguments: &[Value<'_>], at: usize) -> Option<i64> {
    arguments.get(at).and_then(Value::as_ticks)
}

/// Midnight of a date some months away from a year's first; days beyond the month's end are kept in it.
fn month_start(year: i64, month: i64) -> Option<i64> {
    let months = year * 12 + month - 1;
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
    match start_of(at, unit, offset + 1) {
        Some(next) => instant(next - 1),
        None => Value::Null,
    }
}

fn part<'a>(arguments: &[Value<'a>], of: fn(&Civil) -> i64) -> Value<'a> {
    ticks(arguments, 0).map_or(Value::Null, |at| Value::Long(of(&civil_from_ticks(at))))
}

fn day_of_year(at: i64) -> i64 {
    let civil = civil_from_ticks(at);
    at.div_euclid(TICKS_PER_DAY) - crate::types::days_from_civil(civil.year, 1, 1) + 1
}

/// ISO 8601: weeks begin on Mondays, and week 1 holds the year's first Thursday.
fn iso_week(at: i64) -> i64 {
    let day = at.div_euclid(TICKS_PER_DAY);
    let thursday = day - day.rem_euclid(7) + 3;
    let civil = civil_from_ticks(thursday * TICKS_PER_DAY);
    (thursday - crate::types::days_from_civil(civil.year, 1, 1)) / 7 + 1
}

fn datetime_part<'a>(arguments: &[Value<'a>]) -> Value<'a> {
    let Some(at) = ticks(arguments, 1) else { return Value::Null };
    let c = civil_from_ticks(at);
    let name = arguments[0].as_str().unwrap_or_default().to_ascii_lowercase();
    Value::Long(match name.as_str() {
        "year" => c.year,
        "quarter" => (c.month - 1) / 3 + 1,
        "month" => c.month,
        "week_of_year" | "weekofyear" | "week" => iso_week(at),
        "day" => c.day,
        "dayofyear" => day_of_year(at),
        "hour" => c.hour,
        "minute" => c.minute,
        "second" => c.second,
        "millisecond" => c.fraction / 10_000,
        "microsecond" => c.fraction / 10 % 1000,
        "nanosecond" => c.fraction % 10 * 100,
        _ => return Value::Null,
    })
}

/// The ticks of a unit of fixed length.
fn unit_ticks(name: &str) -> Option<i64> {
    Some(match name {
        "week" => 7 * TICKS_PER_DAY,
        "day" => TICKS_PER_DAY,
        "hour" => TICKS_PER_HOUR,
        "minute" => TICKS_PER_MINUTE,
        "second" => TICKS_PER_SECOND,
        "millisecond" => TICKS_PER_MILLISECOND,
        "microsecond" => 10,
        _ => return None,
    })
}

fn datetime_add<'a>(arguments: &[Value<'a>]) -> Value<'a> {
    let name = arguments[0].as_str().unwrap_or_default().to_ascii_lowercase();
    let (Some(amount), Some(at)) = (arguments[1].as_i64(), ticks(arguments, 2)) else { return Value::Null };
    if name == "nanosecond" {
        return instant(at.saturating_add(amount / 100));
    }
    if let Some(unit) = unit_ticks(&name) {
        return unit.checked_mul(amount).and_then(|d| at.checked_add(d)).map_or(Value::Null, instant);
    }
    let months = match name.as_str() {
        "year" => 12,
        "quarter" => 3,
        "month" => 1,
        _ => return Value::Null,
    };
    let c = civil_from_ticks(at);
    let Some(total) = amount.checked_mul(months).and_then(|m| m.checked_add(c.year * 12 + c.month - 1)) else {
        return Value::Null;
    };
    let (year, month) = (total.div_euclid(12), total.rem_euclid(12) + 1);
    // The 31st of a month with 30 days is its 30th.
    (0..4)
        .find_map(|less| ticks_from_civil(&Civil { year, month, day: c.day - less, ..c }).ok())
        .map_or(Value::Null, instant)
}

fn datetime_diff<'a>(arguments: &[Value<'a>]) -> Value<'a> {
    let name = arguments[0].as_str().unwrap_or_default().to_ascii_lowercase();
    let (Some(a), Some(b)) = (ticks(arguments, 1), ticks(arguments, 2)) else { return Value::Null };
    let months = |at: i64| {
        let c = civil_from_ticks(at);
        c.year * 12 + c.month - 1
    };
    Value::Long(match name.as_str() {
        "year" => months(a).div_euclid(12) - months(b).div_euclid(12),
        "quarter" => months(a).div_euclid(3) - months(b).div_euclid(3),
        "month" => months(a) - months(b),
        // Boundaries are Sundays.
        "week" => (a + TICKS_PER_DAY).div_euclid(7 * TICKS_PER_DAY) - (b + TICKS_PER_DAY).div_euclid(7 * TICKS_PER_DAY),
        "nanosecond" => (a - b) * 100,
        other => match unit_ticks(other) {
            Some(unit) => a.div_euclid(unit) - b.div_euclid(unit),
            None => return Value::Null,
        },
    })
}

fn make_datetime<'a>(arguments: &[Value<'a>]) -> Value<'a> {
    let number = |at: usize, default: i64| arguments.get(at).map_or(Some(default), Value::as_i64);
    let fields = (number(0, 1), number(1, 1), number(2, 1), number(3, 0), number(4, 0));
    let (Some(year), Some(month), Some(day), Some(hour), Some(minute)) = fields else { return Value::Null };
    let seconds = match arguments.get(5) {
        None => 0.0,
        Some(value) => value.as_f64().unwrap_or(-1.0),
    };
    if !(0.0..60.0).contains(&seconds) {
        return Value::Null;
    }
    let part = (seconds * TICKS_PER_SECOND as f64).round() as i64;
    let civil =
        Civil { year, month, day, hour, minute, second: part / TICKS_PER_SECOND, fraction: part % TICKS_PER_SECOND };
    ticks_from_civil(&civil).map_or(Value::Null, Value::DateTime)
}

fn make_timespan<'a>(arguments: &[Value<'a>]) -> Value<'a> {
    let days = if arguments.len() == 4 { arguments[0].as_i64() } else { Some(0) };
    let rest = &arguments[arguments.len().saturating_sub(3).min(usize::from(arguments.len() == 4))..];
    let (Some(days), Some(hours), Some(minutes)) = (days, rest[0].as_i64(), rest[1].as_i64()) else {
        return Value::Null;
    };
    let seconds = rest.get(2).map_or(Some(0.0), Value::as_f64).unwrap_or(-1.0);
    if !(0..24).contains(&hours)
        || !(0..60).contains(&minutes)
        || !(0.0..60.0).contains(&seconds)
        || !(0..=10_675_199).contains(&days)
    {
        return Value::Null;
    }
    Value::TimeSpan(
        days * TICKS_PER_DAY
            + hours * TICKS_PER_HOUR
            + minutes * TICKS_PER_MINUTE
            + (seconds * TICKS_PER_SECOND as f64) as i64,
    )
}

fn from_unix<'a>(arguments: &[Value<'a>], unit: f64) -> Value<'a> {
    match &arguments[0] {
        value if value.as_i64().is_some() => {
            let ticks = i128::from(value.as_i64().unwrap_or_default()) * (unit * 100.0) as i128 / 100;
            i64::try_from(ticks + i128::from(UNIX_EPOCH_TICKS)).map_or(Value::Null, instant)
        }
        value => value.as_f64().map_or(Value::Null, |x| {
            let ticks = x * unit;
            if ticks.abs() < 1e18 { instant(UNIX_EPOCH_TICKS + ticks.round() as i64) } else { Value::Null }
        }),
    }
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

macro_rules! unix {
    ($name:literal, $doc:literal, $example:literal, $answer:literal, $unit:expr) => {
        Function {
            name: $name,
            signatures: &["(time: number) -> datetime"],
            doc: $doc,
            examples: &[($example, $answer)],
            meaning: Meaning::Kernel(|_, a| from_unix(a, $unit)),
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
        name: "datetime_part",
        aliases: &["datepart"],
        signatures: &["(part: string, time: datetime) -> long"],
        doc: "A part of a datetime: year, quarter, month, week_of_year, day, dayofyear, hour, minute, second, millisecond, microsecond or nanosecond.",
        examples: &[("datetime_part('quarter', datetime(2025-08-01))", "3")],
        meaning: Meaning::Kernel(|_, a| datetime_part(a)),
        ..Function::NEW
    },
    Function {
        name: "datetime_add",
        signatures: &["(part: string, amount: long, time: datetime) -> datetime"],
        doc: "A datetime moved by a number of years, quarters, months, weeks, days, hours, minutes, seconds, milliseconds, microseconds or nanoseconds.",
        examples: &[("datetime_add('month', 1, datetime(2025-01-31))", "2025-02-28T00:00:00.0000000Z")],
        meaning: Meaning::Kernel(|_, a| datetime_add(a)),
        ..Function::NEW
    },
    Function {
        name: "datetime_diff",
        signatures: &["(part: string, time: datetime, earlier: datetime) -> long"],
        doc: "How many boundaries of a part lie between two datetimes.",
        examples: &[("datetime_diff('day', datetime(2025-02-26 00:01), datetime(2025-02-25 23:59))", "1")],
        meaning: Meaning::Kernel(|_, a| datetime_diff(a)),
        ..Function::NEW
    },
    Function {
        name: "make_datetime",
        signatures: &[
            "(text: string) -> datetime",
            "(year: long, month: long, [day: long], [hour: long], [minute: long], [second: real]) -> datetime",
        ],
        doc: "A datetime of its parts; null when one is out of range.",
        examples: &[("make_datetime(2025, 2, 25, 10, 18)", "2025-02-25T10:18:00.0000000Z")],
        meaning: Meaning::Kernel(|_, a| match a {
            [Value::String(text)] => crate::types::parse_datetime(text).map_or(Value::Null, Value::DateTime),
            _ => make_datetime(a),
        }),
        ..Function::NEW
    },
    Function {
        name: "make_timespan",
        signatures: &[
            "(text: string) -> timespan",
            "(hours: long, minutes: long, [seconds: real]) -> timespan",
            "(days: long, hours: long, minutes: long, seconds: real) -> timespan",
        ],
        doc: "A timespan of its parts; null when one is out of range.",
        examples: &[("make_timespan(1, 12, 30, 55.123)", "1.12:30:55.1230000")],
        meaning: Meaning::Kernel(|_, a| match a {
            [Value::String(text)] => crate::types::parse_timespan(text).map_or(Value::Null, Value::TimeSpan),
            _ => make_timespan(a),
        }),
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
        meaning: Meaning::Kernel(|_, a| format_datetime(a)),
        ..Function::NEW
    },
    Function {
        name: "format_timespan",
        signatures: &["(span: timespan, format: string) -> string"],
        doc: "A timespan written by a pattern of d h H m s f F runs.",
        examples: &[("format_timespan(29h, 'd.hh:mm')", "1.05:00")],
        naming: ResultName::FirstArgument,
        meaning: Meaning::Kernel(|_, a| format_timespan(a)),
        ..Function::NEW
    },
    unix!(
        "unixtime_seconds_todatetime",
        "The instant so many seconds after 1970.",
        "unixtime_seconds_todatetime(1740478716)",
        "2025-02-25T10:18:36.0000000Z",
        10_000_000.0
    ),
    unix!(
        "unixtime_milliseconds_todatetime",
        "The instant so many milliseconds after 1970.",
        "unixtime_milliseconds_todatetime(1740478716099)",
        "2025-02-25T10:18:36.0990000Z",
        10_000.0
    ),
    unix!(
        "unixtime_microseconds_todatetime",
        "The instant so many microseconds after 1970.",
        "unixtime_microseconds_todatetime(1740478716099000)",
        "2025-02-25T10:18:36.0990000Z",
        10.0
    ),
    unix!(
        "unixtime_nanoseconds_todatetime",
        "The instant so many nanoseconds after 1970.",
        "unixtime_nanoseconds_todatetime(1740478716099000000)",
        "2025-02-25T10:18:36.0990000Z",
        0.01
    ),
];
