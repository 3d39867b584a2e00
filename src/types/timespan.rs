//! `timespan`: signed 100 ns ticks.

use super::datetime::{TICKS_PER_DAY, TICKS_PER_HOUR, TICKS_PER_MILLISECOND, TICKS_PER_MINUTE, TICKS_PER_SECOND};

/// `[-][d.]hh:mm:ss[.fffffff]`, as `tostring` writes it.
pub fn format_timespan(ticks: i64) -> String {
    let sign = if ticks < 0 { "-" } else { "" };
    let t = ticks.unsigned_abs();
    let (day, hour, minute, second) =
        (TICKS_PER_DAY as u64, TICKS_PER_HOUR as u64, TICKS_PER_MINUTE as u64, TICKS_PER_SECOND as u64);
    let days = if t >= day { format!("{}.", t / day) } else { String::new() };
    let fraction = match t % second {
        0 => String::new(),
        f => format!(".{f:07}"),
    };
    format!("{sign}{days}{:02}:{:02}:{:02}{fraction}", t % day / hour, t % hour / minute, t % minute / second)
}

/// Reads what `totimespan` takes: `[-][d.]hh:mm[:ss[.fffffff]]`, a bare number of days, or a literal such as `1.5h`.
pub fn parse_timespan(text: &str) -> Option<i64> {
    let text = text.trim();
    if !text.contains(':') {
        return parse_timespan_literal(text);
    }
    let (sign, text) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (head, clock) = match text.split_once(':')?.0.split_once('.') {
        Some((days, _)) => (days.parse::<u32>().ok()?, &text[days.len() + 1..]),
        None => (0, text),
    };
    let mut parts = clock.split(':');
    let number = |part: Option<&str>| -> Option<i64> {
        let part = part?;
        (!part.is_empty() && part.len() <= 2 && part.bytes().all(|b| b.is_ascii_digit())).then(|| part.parse().ok())?
    };
    let hours = number(parts.next())?;
    let minutes = number(parts.next())?;
    let (seconds, fraction) = match parts.next() {
        None => (0, 0),
        Some(part) => match part.split_once('.') {
            None => (number(Some(part))?, 0),
            Some((seconds, digits)) => {
                if digits.is_empty() || digits.len() > 7 || !digits.bytes().all(|b| b.is_ascii_digit()) {
                    return None;
                }
                (number(Some(seconds))?, digits.parse::<i64>().ok()? * 10_i64.pow(7 - digits.len() as u32))
            }
        },
    };
    if parts.next().is_some() || hours > 23 || minutes > 59 || seconds > 59 {
        return None;
    }
    let clock = hours * TICKS_PER_HOUR + minutes * TICKS_PER_MINUTE + seconds * TICKS_PER_SECOND + fraction;
    // With its sign from the start: the least timespan has no positive.
    i64::from(head).checked_mul(sign * TICKS_PER_DAY)?.checked_add(sign * clock)
}

/// Reads a literal: a number and a unit (`1d`, `1.5 h`, `30min`, `100ms`, `2tick`); a bare number is days.
pub fn parse_timespan_literal(text: &str) -> Option<i64> {
    let text = text.trim();
    let at = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (number, unit) = (text[..at].trim(), text[at..].trim());
    let per_unit = match unit.to_ascii_lowercase().as_str() {
        "" | "d" | "day" | "days" => TICKS_PER_DAY,
        "h" | "hr" | "hrs" | "hour" | "hours" => TICKS_PER_HOUR,
        "m" | "min" | "mins" | "minute" | "minutes" => TICKS_PER_MINUTE,
        "s" | "sec" | "secs" | "second" | "seconds" => TICKS_PER_SECOND,
        "ms" | "milli" | "millis" | "millisec" | "millisecs" | "millisecond" | "milliseconds" => TICKS_PER_MILLISECOND,
        "micro" | "micros" | "microsec" | "microsecs" | "microsecond" | "microseconds" => 10,
        "nano" | "nanos" | "nanosec" | "nanosecs" | "nanosecond" | "nanoseconds" => {
            return number.parse::<f64>().ok().map(|n| (n / 100.0) as i64);
        }
        "tick" | "ticks" => 1,
        _ => return None,
    };
    match number.parse::<i64>() {
        Ok(n) => n.checked_mul(per_unit),
        Err(_) => {
            let ticks = (number.parse::<f64>().ok()? * per_unit as f64).round();
            (ticks.is_finite() && ticks.abs() < i64::MAX as f64).then_some(ticks as i64)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_ticks_agree() {
        for (text, shown) in [
            ("1d", "1.00:00:00"),
            ("1.5h", "01:30:00"),
            ("1ms", "00:00:00.0010000"),
            ("-1.02:03:04.5", "-1.02:03:04.5000000"),
            ("12:30", "12:30:00"),
            ("2", "2.00:00:00"),
            ("15 seconds", "00:00:15"),
            ("1tick", "00:00:00.0000001"),
            ("10675199.02:48:05.4775807", "10675199.02:48:05.4775807"),
            ("-10675199.02:48:05.4775808", "-10675199.02:48:05.4775808"),
        ] {
            assert_eq!(parse_timespan(text).map(format_timespan).as_deref(), Some(shown), "{text}");
        }
        for text in
            ["", "x", "1w", "25:00", "1:2:3:4", "1::2", "é", "99999999999d", "--1.00:00", "10675199.02:48:05.4775808"]
        {
            assert_eq!(parse_timespan(text), None, "{text}");
        }
    }
}
