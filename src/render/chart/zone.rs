//! The zone in which charts show time. "Local" ticks are a zone's wall clock written as if it were UTC.

use chrono::{DateTime, NaiveDateTime, Offset, TimeZone};
use chrono_tz::Tz;

use crate::types::{TICKS_PER_SECOND, UNIX_EPOCH_TICKS};

use super::super::RenderError;

/// A time zone.
#[derive(Clone, Debug)]
pub struct Zone {
    tz: Tz,
    /// Its name as given.
    pub name: String,
}

impl Zone {
    /// The zone of an IANA name.
    ///
    /// # Errors
    /// When there is no zone of that name.
    pub fn named(name: &str) -> Result<Self, RenderError> {
        match name.parse() {
            Ok(tz) => Ok(Self { tz, name: name.to_owned() }),
            Err(_) => Err(RenderError::TimeZone(name.to_owned())),
        }
    }

    fn naive(ticks: i64) -> Option<NaiveDateTime> {
        let since = ticks - UNIX_EPOCH_TICKS;
        let (seconds, rest) = (since.div_euclid(TICKS_PER_SECOND), since.rem_euclid(TICKS_PER_SECOND));
        Some(DateTime::from_timestamp(seconds, rest as u32 * 100)?.naive_utc())
    }

    /// The wall clock at an instant.
    pub fn local(&self, ticks: i64) -> i64 {
        let offset = Self::naive(ticks).map_or(0, |at| self.tz.offset_from_utc_datetime(&at).fix().local_minus_utc());
        ticks + i64::from(offset) * TICKS_PER_SECOND
    }

    /// The instants at which the wall clock shows this: none when a clock change skips it, two when it repeats it.
    pub fn instants(&self, local: i64) -> Vec<i64> {
        let Some(at) = Self::naive(local) else { return Vec::new() };
        let ticks = |offset: i32| local - i64::from(offset) * TICKS_PER_SECOND;
        match self.tz.offset_from_local_datetime(&at) {
            chrono::LocalResult::None => Vec::new(),
            chrono::LocalResult::Single(offset) => vec![ticks(offset.fix().local_minus_utc())],
            chrono::LocalResult::Ambiguous(first, second) => {
                vec![ticks(first.fix().local_minus_utc()), ticks(second.fix().local_minus_utc())]
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{TICKS_PER_HOUR, parse_datetime};

    #[test]
    fn clock_changes_skip_and_repeat() {
        let rome = Zone::named("Europe/Rome").unwrap();
        let at = |text| parse_datetime(text).unwrap();
        assert_eq!(rome.local(at("2025-07-01")), at("2025-07-01 02:00"));
        assert_eq!(rome.instants(at("2025-03-30 02:30")), Vec::<i64>::new());
        let twice = rome.instants(at("2025-10-26 02:30"));
        assert_eq!(twice[1] - twice[0], TICKS_PER_HOUR);
        assert!(Zone::named("Mars/Base").is_err());
    }
}
