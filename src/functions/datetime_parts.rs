//! Datetimes and timespans taken apart, put together and counted.

use super::datetime::{day_of_year, instant, iso_week, ticks};
use super::{Function, Meaning, ResultName, checks};
use crate::types::{
    Civil, ScalarType, TICKS_PER_DAY, TICKS_PER_HOUR, TICKS_PER_MILLISECOND, TICKS_PER_MINUTE, TICKS_PER_SECOND,
    UNIX_EPOCH_TICKS, Value, cast, civil_from_ticks, ticks_from_civil,
};

fn datetime_part<'a>(arguments: &[Value<'a>]) -> Value<'a> {
    let Some(at) = ticks(arguments, 1) else { return Value::Null };
    let c = civil_from_ticks(at);
    let name = arguments[0].as_str().unwrap_or_default().to_ascii_lowercase();
    Value::Long(match name.as_str() {
        "year" => c.year,
        "quarter" => (c.month - 1) / 3 + 1,
        "month" => c.month,
        "week_of_year" => iso_week(at),
        "day" => c.day,
        "dayofyear" => day_of_year(at),
        "hour" => c.hour,
        "minute" => c.minute,
        "second" => c.second,
        "millisecond" => c.fraction / 10_000,
        "microsecond" => c.fraction / 10,
        "nanosecond" => c.fraction * 100,
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
        "nanosecond" => (a - b).wrapping_mul(100),
        other => match unit_ticks(other) {
            Some(unit) => a.div_euclid(unit) - b.div_euclid(unit),
            None => return Value::Null,
        },
    })
}

fn make_datetime<'a>(arguments: &[Value<'a>]) -> Value<'a> {
    let number =
        |at: usize, default: i64| arguments.get(at).map_or(Some(default), |v| cast(v, ScalarType::Long).as_i64());
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
    let clock = hours * TICKS_PER_HOUR + minutes * TICKS_PER_MINUTE + (seconds * TICKS_PER_SECOND as f64) as i64;
    days.checked_mul(TICKS_PER_DAY).and_then(|d| d.checked_add(clock)).map_or(Value::Null, Value::TimeSpan)
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
        name: "datetime_part",
        aliases: &["datepart"],
        signatures: &["(part: const string, time: datetime) -> long"],
        doc: "A part of a datetime: year, quarter, month, week_of_year, day, dayofyear, hour, minute, second, millisecond, microsecond or nanosecond.",
        examples: &[("datetime_part('quarter', datetime(2025-08-01))", "3")],
        check: checks::part_of,
        meaning: Meaning::Kernel(|_, a| datetime_part(a)),
        ..Function::NEW
    },
    Function {
        name: "datetime_add",
        signatures: &["(part: const string, amount: long, time: datetime) -> datetime"],
        doc: "A datetime moved by a number of years, quarters, months, weeks, days, hours, minutes, seconds, milliseconds, microseconds or nanoseconds.",
        examples: &[("datetime_add('month', 1, datetime(2025-01-31))", "2025-02-28T00:00:00.0000000Z")],
        check: checks::part_to_count,
        meaning: Meaning::Kernel(|_, a| datetime_add(a)),
        ..Function::NEW
    },
    Function {
        name: "datetime_diff",
        signatures: &["(part: const string, time: datetime, earlier: datetime) -> long"],
        doc: "How many boundaries of a part lie between two datetimes.",
        examples: &[("datetime_diff('day', datetime(2025-02-26 00:01), datetime(2025-02-25 23:59))", "1")],
        check: checks::part_to_count,
        meaning: Meaning::Kernel(|_, a| datetime_diff(a)),
        ..Function::NEW
    },
    Function {
        name: "make_datetime",
        signatures: &[
            "(value: any) -> datetime",
            "(year: number, month: number, day: number, [hour: number], [minute: number], [second: real]) -> datetime",
        ],
        doc: "A datetime of its parts; null when one is out of range.",
        examples: &[("make_datetime(2025, 2, 25, 10, 18)", "2025-02-25T10:18:00.0000000Z")],
        naming: ResultName::OnlyArgument,
        meaning: Meaning::Kernel(|_, a| match a {
            [value] => cast(value, ScalarType::DateTime).into_owned(),
            _ => make_datetime(a),
        }),
        ..Function::NEW
    },
    Function {
        name: "make_timespan",
        signatures: &[
            "(value: any) -> timespan",
            "(hours: long, minutes: long, [seconds: real]) -> timespan",
            "(days: long, hours: long, minutes: long, seconds: real) -> timespan",
        ],
        doc: "A timespan of its parts; null when one is out of range.",
        examples: &[("make_timespan(1, 12, 30, 55.123)", "1.12:30:55.1230000")],
        naming: ResultName::OnlyArgument,
        meaning: Meaning::Kernel(|_, a| match a {
            [value] => cast(value, ScalarType::TimeSpan).into_owned(),
            _ => make_timespan(a),
        }),
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
