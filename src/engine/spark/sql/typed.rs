//! A text of the logs as a value of its column's type.

use super::cast::json_of;
use super::literal::{long, null, text as quoted};
use super::type_name;
use crate::types::{ScalarType, TICKS_PER_DAY, TICKS_PER_HOUR, TICKS_PER_MINUTE, TICKS_PER_SECOND, UNIX_EPOCH_TICKS};

/// The value that a text is; a missing one is null, and of a string the empty text.
pub(super) fn typed(text: &str, scalar_type: ScalarType) -> String {
    match scalar_type {
        ScalarType::String => format!("coalesce({text}, '')"),
        ScalarType::Int | ScalarType::Long => {
            let real = format!("try_cast({text} AS DOUBLE)");
            let name = type_name(scalar_type);
            // A spreadsheet leaves 200.0 behind.
            format!(
                "coalesce(try_cast({text} AS {name}), CASE WHEN {real} = floor({real}) THEN \
                 try_cast(try_cast({real} AS BIGINT) AS {name}) END)"
            )
        }
        ScalarType::Real => format!("try_cast({text} AS DOUBLE)"),
        ScalarType::Bool => format!(
            "CASE WHEN {text} IN ('true', 'True', 'TRUE', '1') THEN true \
             WHEN {text} IN ('false', 'False', 'FALSE', '0') THEN false END"
        ),
        ScalarType::DateTime => moment(text),
        ScalarType::Dynamic => json_of(text),
        ScalarType::Guid => format!("lower({text})"),
        ScalarType::TimeSpan | ScalarType::Decimal => null(scalar_type),
    }
}

/// The ticks of an ISO 8601 text. A timestamp has microseconds there, so the seventh digit is read apart; a text that
/// names no zone is UTC, whatever the session's.
fn moment(text: &str) -> String {
    let iso = quoted("\\A[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}");
    let zoned = quoted("(?:Z|[+-][0-9]{2}:[0-9]{2})\\z");
    let seventh = quoted("[.][0-9]{6}([0-9])");
    let full = format!("CASE WHEN {text} RLIKE {zoned} THEN {text} ELSE concat({text}, 'Z') END");
    format!(
        "CASE WHEN {text} RLIKE {iso} THEN unix_micros(try_cast({full} AS TIMESTAMP)) * 10L + {} \
         + coalesce(try_cast(regexp_extract({text}, {seventh}, 1) AS BIGINT), 0L) END",
        long(UNIX_EPOCH_TICKS)
    )
}

/// The ticks of a cell of the portal's CSV, `2/25/2025, 10:18:36.099 AM`, or of one that has the usual form. Another way
/// of writing a date may have the day first, and nothing in one cell tells: it ends the run.
pub(super) fn moment_of_cell(text: &str) -> String {
    const PORTAL: &str = "\\A(0?[1-9]|1[0-2])/([0-9]{1,2})/([0-9]{4}), ([0-9]{1,2}):([0-9]{2}):([0-9]{2})(?:[.]([0-9]{1,7}))? ([AP])M\\z";
    let part = |group: usize| format!("regexp_extract({text}, {}, {group})", quoted(PORTAL));
    let number = |group: usize| format!("CAST({} AS BIGINT)", part(group));
    let date = format!("make_date(CAST({} AS INT), CAST({} AS INT), CAST({} AS INT))", part(3), part(1), part(2));
    let hour = format!("({} % 12L + CASE {} WHEN 'P' THEN 12L ELSE 0L END)", number(4), part(8));
    let told =
        "a time that is not written as the portal's CSV writes times in UTC, which is read here but not on a cluster";
    format!(
        "CASE WHEN {text} RLIKE {} THEN CAST(unix_date({date}) AS BIGINT) * {} + {hour} * {} + {} * {} + {} * {} \
         + CAST(rpad({}, 7, '0') AS BIGINT) + {} WHEN {text} RLIKE {} THEN CAST(raise_error({}) AS BIGINT) ELSE {} END",
        quoted(PORTAL),
        long(TICKS_PER_DAY),
        long(TICKS_PER_HOUR),
        number(5),
        long(TICKS_PER_MINUTE),
        number(6),
        long(TICKS_PER_SECOND),
        part(7),
        long(UNIX_EPOCH_TICKS),
        quoted("\\A\\s*[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{4}"),
        quoted(told),
        moment(text)
    )
}
