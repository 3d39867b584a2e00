//! The query's text, its parameters and its clock, from the command line.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use super::arguments::QueryArguments;
use super::exit::{Exit, Failure, io_failure};
use crate::ir::Context;
use crate::types::{TICKS_PER_SECOND, UNIX_EPOCH_TICKS, parse_datetime};
use crate::workbook::{TimeSpan, Values};

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
        None => clock(),
    };
    Ok(Context { now })
}

/// The machine's clock, in ticks.
pub(super) fn clock() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    UNIX_EPOCH_TICKS + since.as_secs() as i64 * TICKS_PER_SECOND + i64::from(since.subsec_nanos() / 100)
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

/// What the placeholders of workbooks are filled with.
pub(super) fn placeholders(arguments: &QueryArguments, context: &Context) -> Values {
    Values { given: given(arguments), timespan: arguments.timespan.clone(), now: context.now }
}

/// The values of each name given with `--param`, in their order.
pub(super) fn given(arguments: &QueryArguments) -> BTreeMap<String, Vec<String>> {
    let mut given: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in arguments.params.iter().filter_map(|given| given.split_once('=')) {
        given.entry(name.trim().to_owned()).or_default().push(value.to_owned());
    }
    given
}

/// The half-open period of `--timespan`: an ISO 8601 duration back from now, `START/END`, or `START/DURATION`.
pub(super) fn period(arguments: &QueryArguments, context: &Context) -> Result<Option<(i64, i64)>, Failure> {
    let Some(text) = &arguments.timespan else { return Ok(None) };
    let span = TimeSpan::parse(text, context.now).ok_or_else(|| {
        Failure::new(Exit::Usage, format!("--timespan '{text}': write a duration such as P1D or PT6H, or START/END"))
    })?;
    Ok(Some((span.start, span.end)))
}
