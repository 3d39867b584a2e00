//! Spans of time as the query API and workbooks' time pickers mean them.

use crate::types::{
    TICKS_PER_DAY, TICKS_PER_HOUR, TICKS_PER_MINUTE, TICKS_PER_SECOND, format_datetime, parse_datetime,
};

/// A span of time: from an instant up to another, or back from now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeSpan {
    /// Its beginning, in ticks.
    pub start: i64,
    /// Its end.
    pub end: i64,
    /// Whether it was told as a length back from now.
    pub relative: bool,
}

impl TimeSpan {
    /// Reads an ISO 8601 duration back from now, `START/END`, `START/DURATION` or `DURATION/END`.
    pub fn parse(text: &str, now: i64) -> Option<Self> {
        let Some((first, second)) = text.split_once('/') else {
            return Some(Self { start: now.checked_sub(duration(text.trim())?)?, end: now, relative: true });
        };
        let (first, second) = (first.trim(), second.trim());
        let instant = |part: &str| parse_datetime(part).ok();
        let (start, end) = match (instant(first), instant(second)) {
            (Some(start), Some(end)) => (start, end),
            (Some(start), None) => (start, start.checked_add(duration(second)?)?),
            (None, Some(end)) => (end.checked_sub(duration(first)?)?, end),
            (None, None) => return None,
        };
        Some(Self { start, end, relative: false })
    }

    /// Its length.
    pub const fn length(self) -> i64 {
        self.end.saturating_sub(self.start)
    }

    /// What follows a time's name in a query: `> ago(1d)`.
    pub(super) fn condition(self) -> String {
        if self.relative {
            return format!("> ago({})", literal(self.length()));
        }
        format!("between ({} .. {})", instant(self.start), instant(self.end))
    }

    /// How the portal names it.
    pub(super) fn label(self) -> String {
        if !self.relative {
            return format!("{} - {}", format_datetime(self.start), format_datetime(self.end));
        }
        let (count, unit) = match self.length() {
            n if n % TICKS_PER_HOUR != 0 => (n / TICKS_PER_MINUTE, "minute"),
            n if n <= 2 * TICKS_PER_DAY || n % TICKS_PER_DAY != 0 => (n / TICKS_PER_HOUR, "hour"),
            n => (n / TICKS_PER_DAY, "day"),
        };
        if count == 1 { format!("Last {unit}") } else { format!("Last {count} {unit}s") }
    }

    /// The width of a bin that fits: the one of the usual widths that comes nearest to 48 bins, as 30 minutes for a day.
    pub(super) fn grain(self) -> String {
        const BINS: f64 = 48.0;
        let widths = [1, 5, 15, 30, 60, 360, 720, 1440].map(|minutes| minutes * TICKS_PER_MINUTE);
        let off = |width: &i64| (self.length() as f64 / *width as f64 / BINS).max(f64::MIN_POSITIVE).ln().abs();
        let best = widths.into_iter().min_by(|a, b| off(a).total_cmp(&off(b)));
        literal(best.unwrap_or(TICKS_PER_HOUR))
    }
}

/// An instant in a query.
pub(super) fn instant(ticks: i64) -> String {
    format!("datetime({})", format_datetime(ticks))
}

/// A length of time in a query, in the greatest unit that divides it.
pub(super) fn literal(ticks: i64) -> String {
    let units =
        [(TICKS_PER_DAY, "d"), (TICKS_PER_HOUR, "h"), (TICKS_PER_MINUTE, "m"), (TICKS_PER_SECOND, "s"), (1, "tick")];
    let (unit, name) = units.into_iter().find(|(unit, _)| ticks % unit == 0).unwrap_or((1, "tick"));
    format!("{}{name}", ticks / unit)
}

/// An ISO 8601 duration in ticks. Months and years have no fixed length and are refused.
fn duration(text: &str) -> Option<i64> {
    let rest = text.strip_prefix(['P', 'p'])?;
    let (days, time) = match rest.split_once(['T', 't']) {
        Some((_, "")) => return None,
        Some(parts) => parts,
        None => (rest, ""),
    };
    let part = |text: &str, units: &[(char, i64)]| -> Option<i64> {
        let mut total = 0_i64;
        let mut number = String::new();
        for c in text.chars() {
            if c.is_ascii_digit() || c == '.' {
                number.push(c);
                continue;
            }
            let (_, unit) = units.iter().find(|(u, _)| *u == c.to_ascii_uppercase())?;
            total = total.checked_add((number.parse::<f64>().ok()? * *unit as f64) as i64)?;
            number.clear();
        }
        number.is_empty().then_some(total)
    };
    let days = part(days, &[('W', 7 * TICKS_PER_DAY), ('D', TICKS_PER_DAY)])?;
    let time = part(time, &[('H', TICKS_PER_HOUR), ('M', TICKS_PER_MINUTE), ('S', TICKS_PER_SECOND)])?;
    days.checked_add(time).filter(|total| *total > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_iso_8601() {
        assert_eq!(duration("P1D"), Some(TICKS_PER_DAY));
        assert_eq!(duration("P1DT12H"), Some(TICKS_PER_DAY * 3 / 2));
        assert_eq!(duration("PT30M"), Some(TICKS_PER_DAY / 48));
        assert_eq!(duration("P2W"), Some(14 * TICKS_PER_DAY));
        for wrong in ["", "P", "1D", "P1", "P1M", "PT1D", "P1DT"] {
            assert_eq!(duration(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn grains_give_about_as_many_bins() {
        let grain = |text: &str| TimeSpan::parse(text, TICKS_PER_DAY * 1000).map(TimeSpan::grain);
        for (span, want) in [
            ("PT5M", "1m"),
            ("PT1H", "1m"),
            ("PT4H", "5m"),
            ("P1D", "30m"),
            ("P2D", "1h"),
            ("P7D", "6h"),
            ("P90D", "1d"),
        ] {
            assert_eq!(grain(span).as_deref(), Some(want), "{span}");
        }
    }

    #[test]
    fn spans_are_told_as_the_portal_tells_them() {
        let span = |text: &str| TimeSpan::parse(text, TICKS_PER_DAY * 1000);
        for (text, label, condition) in [
            ("PT30M", "Last 30 minutes", "> ago(30m)"),
            ("PT1H", "Last hour", "> ago(1h)"),
            ("P1D", "Last 24 hours", "> ago(1d)"),
            ("P7D", "Last 7 days", "> ago(7d)"),
        ] {
            let span = span(text).unwrap();
            assert_eq!((span.label().as_str(), span.condition().as_str()), (label, condition));
        }
        let day = span("2025-02-25/P1D").unwrap();
        assert_eq!(
            day.condition(),
            "between (datetime(2025-02-25T00:00:00.0000000Z) .. datetime(2025-02-26T00:00:00.0000000Z))"
        );
        assert_eq!(span("P1D/2025-02-26"), Some(day));
        assert_eq!(span("2025-02-25/2025-02-26T00:00Z"), Some(day));
        assert_eq!(span("yesterday"), None);
    }
}
