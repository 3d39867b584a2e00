//! Datetimes and timespans written by a pattern.

use crate::types::{Civil, TICKS_PER_DAY, Value, civil_from_ticks};

/// Writes a run of one format letter.
fn field(out: &mut String, letter: char, run: usize, c: &Civil, days: Option<i64>) {
    let mut number = |n: i64| out.push_str(&format!("{n:0run$}"));
    match letter {
        'd' => number(days.unwrap_or(c.day)),
        'M' => number(c.month),
        'y' if run <= 2 => number(c.year % 100),
        'y' => number(c.year),
        'H' => number(c.hour),
        'h' => number(if days.is_some() { c.hour } else { (c.hour + 11) % 12 + 1 }),
        'm' => number(c.minute),
        's' => number(c.second),
        'f' => {
            let digits = format!("{:07}", c.fraction);
            out.push_str(&digits[..run.min(7)]);
        }
        'F' => {
            let digits = format!("{:07}", c.fraction);
            out.push_str(digits[..run.min(7)].trim_end_matches('0'));
        }
        't' => out.push_str(if c.hour < 12 { "AM" } else { "PM" }),
        _ => {}
    }
}

/// `days` is set for a timespan: its whole days.
fn formatted(format: &str, c: &Civil, days: Option<i64>) -> String {
    let mut out = String::new();
    let mut chars = format.chars().peekable();
    while let Some(letter) = chars.next() {
        if !matches!(letter, 'd' | 'M' | 'y' | 'h' | 'H' | 'm' | 's' | 'f' | 'F' | 't') {
            out.push(letter);
            continue;
        }
        let mut run = 1;
        while chars.next_if_eq(&letter).is_some() {
            run += 1;
        }
        field(&mut out, letter, run, c, days);
    }
    out
}

pub(super) fn format_datetime<'a>(arguments: &[Value<'a>]) -> Value<'a> {
    let format = arguments[1].as_str().unwrap_or_default();
    arguments[0].as_ticks().map_or(Value::str(""), |at| Value::string(formatted(format, &civil_from_ticks(at), None)))
}

pub(super) fn format_timespan<'a>(arguments: &[Value<'a>]) -> Value<'a> {
    let format = arguments[1].as_str().unwrap_or_default();
    arguments[0].as_ticks().map_or(Value::str(""), |at| {
        let size = at.unsigned_abs() as i64;
        let sign = if at < 0 { "-" } else { "" };
        Value::string(format!(
            "{sign}{}",
            formatted(format, &civil_from_ticks(size % TICKS_PER_DAY), Some(size / TICKS_PER_DAY))
        ))
    })
}
