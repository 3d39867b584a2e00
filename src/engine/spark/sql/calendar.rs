//! Years, months and days out of ticks. Dates have no time zone, so no session can shift them.

use super::literal::{long, text as quoted};
use super::{Beyond, Said};
use crate::types::{TICKS_PER_DAY, TICKS_PER_HOUR, TICKS_PER_MINUTE, TICKS_PER_SECOND, UNIX_EPOCH_TICKS};

/// Days from year 1 to 1970.
const EPOCH_DAYS: i64 = UNIX_EPOCH_TICKS / TICKS_PER_DAY;

/// The date of ticks.
pub(super) fn date(ticks: &str) -> String {
    format!("date_from_unix_date(CAST({ticks} div {} - {} AS INT))", long(TICKS_PER_DAY), long(EPOCH_DAYS))
}

/// The ticks of a date's midnight.
pub(super) fn midnight(date: &str) -> String {
    format!("((CAST(unix_date({date}) AS BIGINT) + {}) * {})", long(EPOCH_DAYS), long(TICKS_PER_DAY))
}

/// A part of the clock: how many units of a length there are, beyond the next greater one.
pub(super) fn clock(ticks: &str, unit: i64, greater: i64) -> String {
    format!("(pmod({ticks}, {}) div {})", long(greater), long(unit))
}

fn padded(number: &str, digits: usize) -> String {
    format!("lpad(CAST({number} AS STRING), {digits}, '0')")
}

/// `2020-01-02T03:04:05.6000000Z`; the empty text for null.
pub(super) fn text(ticks: &str) -> String {
    let parts = [
        padded(&format!("year({})", date(ticks)), 4),
        quoted("-"),
        padded(&format!("month({})", date(ticks)), 2),
        quoted("-"),
        padded(&format!("day({})", date(ticks)), 2),
        quoted("T"),
        padded(&clock(ticks, TICKS_PER_HOUR, TICKS_PER_DAY), 2),
        quoted(":"),
        padded(&clock(ticks, TICKS_PER_MINUTE, TICKS_PER_HOUR), 2),
        quoted(":"),
        padded(&clock(ticks, TICKS_PER_SECOND, TICKS_PER_MINUTE), 2),
        quoted("."),
        padded(&format!("pmod({ticks}, {})", long(TICKS_PER_SECOND)), 7),
        quoted("Z"),
    ];
    format!("coalesce(concat({}), '')", parts.join(", "))
}

/// `format_datetime` for the runs of letters that have one width.
pub(super) fn formatted(ticks: &str, format: &str) -> Said {
    let mut parts: Vec<String> = Vec::new();
    let mut chars = format.chars().peekable();
    while let Some(letter) = chars.next() {
        let mut run = 1;
        while letter.is_ascii_alphabetic() && chars.next_if_eq(&letter).is_some() {
            run += 1;
        }
        parts.push(match (letter, run) {
            ('y', 4) => padded(&format!("year({})", date(ticks)), 4),
            ('M', 2) => padded(&format!("month({})", date(ticks)), 2),
            ('d', 2) => padded(&format!("day({})", date(ticks)), 2),
            ('H', 2) => padded(&clock(ticks, TICKS_PER_HOUR, TICKS_PER_DAY), 2),
            ('m', 2) => padded(&clock(ticks, TICKS_PER_MINUTE, TICKS_PER_HOUR), 2),
            ('s', 2) => padded(&clock(ticks, TICKS_PER_SECOND, TICKS_PER_MINUTE), 2),
            (c, _) if !c.is_ascii_alphabetic() => quoted(&c.to_string()),
            (c, run) => return Err(Beyond::new(format!("format_datetime() with `{}`", c.to_string().repeat(run)))),
        });
    }
    Ok(if parts.is_empty() { quoted("") } else { format!("coalesce(concat({}), '')", parts.join(", ")) })
}
