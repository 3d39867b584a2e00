//! The query's text, its parameters and its clock, from the command line.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use super::arguments::QueryArguments;
use super::exit::{Exit, Failure, io_failure};
use crate::ir::Context;
use crate::types::{TICKS_PER_DAY, TICKS_PER_SECOND, UNIX_EPOCH_TICKS, parse_datetime};

/// Reads a query file; `-` is standard input.
pub(super) fn read(path: &Path) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    let doing = format!("cannot read the query {}", path.display());
    if path.as_os_str() == "-" {
        std::io::stdin().read_to_end(&mut bytes).map_err(|e| io_failure(&doing, &e))?;
    } else {
        bytes = std::fs::read(path).map_err(|e| io_failure(&doing, &e))?;
    }
    let text = String::from_utf8(bytes).map_err(|e| {
        let at = e.utf8_error().valid_up_to();
        Failure::new(Exit::Query, format!("{doing}: byte {at} is not UTF-8; save the file as UTF-8"))
    })?;
    Ok(text.strip_prefix('\u{feff}').map_or_else(|| text.clone(), ToOwned::to_owned))
}

/// The run's clock.
pub(super) fn context(arguments: &QueryArguments) -> Result<Context, Failure> {
    let now = match &arguments.now {
        Some(text) => parse_datetime(text)
            .map_err(|e| Failure::new(Exit::Usage, format!("--now '{text}': {e}; write e.g. 2025-02-25T12:00Z")))?,
        None => {
            let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
            UNIX_EPOCH_TICKS + since.as_secs() as i64 * TICKS_PER_SECOND + i64::from(since.subsec_nanos() / 100)
        }
    };
    Ok(Context { now })
}

/// The values given with `--param`.
pub(super) fn parameters(arguments: &QueryArguments) -> Result<BTreeMap<String, String>, Failure> {
    arguments
        .params
        .iter()
        .map(|given| match given.split_once('=') {
            Some((name, value)) => Ok((name.trim().to_owned(), value.to_owned())),
            None => Err(Failure::new(Exit::Usage, format!("--param '{given}': write NAME=VALUE"))),
        })
        .collect()
}

/// The half-open period of `--timespan`: an ISO 8601 duration back from now, `START/END`, or `START/DURATION`.
pub(super) fn period(arguments: &QueryArguments, context: &Context) -> Result<Option<(i64, i64)>, Failure> {
    let Some(text) = &arguments.timespan else { return Ok(None) };
    let wrong = || {
        Failure::new(Exit::Usage, format!("--timespan '{text}': write a duration such as P1D or PT6H, or START/END"))
    };
    let instant = |part: &str| parse_datetime(part).ok();
    let span = match text.split_once('/') {
        None => duration(text).map(|length| (context.now - length, context.now)),
        Some((start, end)) => match (instant(start), duration(start), instant(end), duration(end)) {
            (Some(from), _, Some(to), _) => Some((from, to)),
            (Some(from), _, None, Some(length)) => Some((from, from + length)),
            (None, Some(length), Some(to), _) => Some((to - length, to)),
            _ => None,
        },
    };
    span.map(Some).ok_or_else(wrong)
}

/// An ISO 8601 duration in ticks. Months and years have no fixed length and are refused.
fn duration(text: &str) -> Option<i64> {
    let rest = text.strip_prefix(['P', 'p'])?;
    let (days, time) = rest.split_once(['T', 't']).unwrap_or((rest, ""));
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
    let hour = 3600 * TICKS_PER_SECOND;
    let total = part(days, &[('W', 7 * TICKS_PER_DAY), ('D', TICKS_PER_DAY)])?
        + part(time, &[('H', hour), ('M', hour / 60), ('S', TICKS_PER_SECOND)])?;
    (total > 0).then_some(total)
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
            assert_eq!(duration(wrong).filter(|_| wrong != "P1DT"), None, "{wrong}");
        }
    }
}
