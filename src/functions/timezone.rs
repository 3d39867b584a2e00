//! UTC and the clocks of places. Places are named as in the IANA database: `Europe/Berlin`, `US/Pacific`.

use chrono::{DateTime, NaiveDateTime, Offset, TimeDelta, TimeZone};
use chrono_tz::Tz;

use super::datetime::{instant, ticks};
use super::{Function, text};
use crate::types::{Json, TICKS_PER_SECOND, UNIX_EPOCH_TICKS, Value};

fn naive(ticks: i64) -> Option<NaiveDateTime> {
    let since = ticks.checked_sub(UNIX_EPOCH_TICKS)?;
    DateTime::from_timestamp(since.div_euclid(TICKS_PER_SECOND), 0).map(|t| t.naive_utc())
}

/// How far a place's clock is ahead of UTC at an instant of UTC, in ticks.
fn ahead(place: Tz, utc: i64) -> Option<i64> {
    let offset = place.offset_from_utc_datetime(&naive(utc)?).fix();
    Some(i64::from(offset.local_minus_utc()) * TICKS_PER_SECOND)
}

/// The instant of UTC when a place's clock shows a time. Of a time that the clock skips or shows twice, the clock's
/// later offset counts.
fn to_utc(place: Tz, local: i64) -> Option<i64> {
    let shown = naive(local)?;
    let offset = match place.offset_from_local_datetime(&shown) {
        chrono::LocalResult::Single(offset) => offset.fix(),
        chrono::LocalResult::Ambiguous(_, later) => later.fix(),
        // No clock is turned by more than a day.
        chrono::LocalResult::None => {
            place.offset_from_local_datetime(&shown.checked_add_signed(TimeDelta::days(1))?).latest()?.fix()
        }
    };
    local.checked_sub(i64::from(offset.local_minus_utc()) * TICKS_PER_SECOND)
}

fn converted<'a>(arguments: &[Value<'a>], convert: fn(Tz, i64) -> Option<i64>) -> Value<'a> {
    let place: Option<Tz> = text(arguments, 1).parse().ok();
    place.zip(ticks(arguments, 0)).and_then(|(place, at)| convert(place, at)).map_or(Value::Null, instant)
}

/// The family.
pub const FUNCTIONS: &[Function] = &[
    Function::kernel(
        "datetime_utc_to_local",
        &["(utc: datetime, place: string) -> datetime"],
        "What a place's clock shows at an instant of UTC; null for a place that is not known.",
        &[("datetime_utc_to_local(datetime(2025-07-01 12:00), 'Europe/Berlin')", "2025-07-01T14:00:00.0000000Z")],
        |_, a| converted(a, |place, utc| utc.checked_add(ahead(place, utc)?)),
    ),
    Function::kernel(
        "datetime_local_to_utc",
        &["(local: datetime, place: string) -> datetime"],
        "The instant of UTC at which a place's clock shows a time; null for a place that is not known.",
        &[
            ("datetime_local_to_utc(datetime(2025-01-01 12:00), 'America/New_York')", "2025-01-01T17:00:00.0000000Z"),
            ("datetime_local_to_utc(datetime(2025-03-30 02:30), 'Europe/Berlin')", "2025-03-30T00:30:00.0000000Z"),
        ],
        |_, a| converted(a, to_utc),
    ),
    Function::kernel(
        "datetime_list_timezones",
        &["() -> dynamic"],
        "The names of all places whose clocks are known.",
        &[("set_has_element(datetime_list_timezones(), 'Europe/Berlin')", "True")],
        |_, _| Value::dynamic(Json::Array(chrono_tz::TZ_VARIANTS.iter().map(|tz| Json::from(tz.name())).collect())),
    ),
];
