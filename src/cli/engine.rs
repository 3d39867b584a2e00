//! Which engine computes, and what it is told.

use std::path::Path;
use std::time::Duration;

use super::arguments::{EngineArguments, EngineChoice, LogsArguments};
use super::exit::{Exit, Failure};
use super::logs::{Logs, late};
use crate::engine::{Engine, EngineError, Execution, PolarsEngine};

/// The environment's variable with the token for a server.
const TOKEN: &str = "KQLENS_TOKEN";
/// The environment's variable that Spark's own clients read the server from.
const REMOTE: &str = "SPARK_REMOTE";

/// The logs that are read here: those of a cluster are not.
pub(super) fn logs_here(engine: &EngineArguments, logs: &LogsArguments) -> LogsArguments {
    match engine.engine {
        EngineChoice::Polars => logs.clone(),
        EngineChoice::Spark | EngineChoice::Kusto => LogsArguments { logs: Vec::new(), ..logs.clone() },
    }
}

/// The engine that was asked for.
pub(super) fn open(arguments: &EngineArguments, logs: &LogsArguments, here: &Logs) -> Result<Box<dyn Engine>, Failure> {
    let local = local(arguments)?;
    match arguments.engine {
        // Kusto is asked elsewhere: it takes text, not plans.
        EngineChoice::Polars | EngineChoice::Kusto => Ok(Box::new(local)),
        EngineChoice::Spark => spark(arguments, logs, here, local),
    }
}

/// The engine of this machine.
fn local(arguments: &EngineArguments) -> Result<PolarsEngine, Failure> {
    let Some(memory) = bytes(&arguments.memory) else {
        let message = format!("--memory '{}': write a number of bytes, such as 512MiB or 2GB", arguments.memory);
        return Err(Failure::new(Exit::Usage, message));
    };
    let default = PolarsEngine::default();
    Ok(PolarsEngine {
        execution: if arguments.in_memory { Execution::InMemory } else { Execution::Streaming },
        memory,
        batch: arguments.batch_rows.unwrap_or(default.batch),
    })
}

/// A number of bytes: alone, or with a unit.
fn bytes(text: &str) -> Option<usize> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let unit: usize = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "kb" => 1_000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        "k" | "kib" => 1 << 10,
        "m" | "mib" => 1 << 20,
        "g" | "gib" => 1 << 30,
        _ => return None,
    };
    number.parse::<usize>().ok()?.checked_mul(unit)
}

#[cfg(feature = "spark")]
fn spark(
    arguments: &EngineArguments,
    logs: &LogsArguments,
    here: &Logs,
    local: PolarsEngine,
) -> Result<Box<dyn Engine>, Failure> {
    use crate::engine::{Remote, SparkEngine, SparkOptions};
    let Some(remote) = arguments.remote.clone().or_else(|| std::env::var(REMOTE).ok()) else {
        return Err(Failure::new(Exit::Usage, "--engine spark: name the server with --remote sc://host:15002"));
    };
    let token = std::env::var(TOKEN).ok().filter(|token| !token.is_empty());
    let usage = |e: EngineError| Failure::new(Exit::Usage, e.message);
    let options = SparkOptions {
        remote: Remote::parse(&remote, token).map_err(usage)?,
        logs: logs.logs.iter().map(|path| as_named_there(path)).collect(),
        beside: here.catalog.tables().into_iter().collect(),
        allow_fetch: arguments.allow_fetch,
        timeout: arguments.timeout.as_deref().map(duration).transpose()?,
        late: late(&logs.late)?,
    };
    Ok(Box::new(SparkEngine::new(options, local)))
}

#[cfg(not(feature = "spark"))]
fn spark(_: &EngineArguments, _: &LogsArguments, _: &Logs, _: PolarsEngine) -> Result<Box<dyn Engine>, Failure> {
    Err(Failure::new(Exit::Usage, "this kqlens was built without Spark; build it with `--features spark`"))
}

/// A path as a server names it that shares this machine's files; one that names its storage is that server's already.
fn as_named_there(path: &str) -> String {
    if path.contains("://") {
        return path.to_owned();
    }
    let path = Path::new(path);
    std::fs::canonicalize(path)
        .or_else(|_| std::path::absolute(path))
        .unwrap_or_else(|_| path.to_owned())
        .display()
        .to_string()
}

/// A time such as 90s, 15m or 2h; a bare number counts seconds.
pub(super) fn duration(text: &str) -> Result<Duration, Failure> {
    let (number, unit) = text.trim().split_at(text.trim().trim_end_matches(|c: char| c.is_ascii_alphabetic()).len());
    let seconds = match unit {
        "" | "s" => Some(1.0),
        "m" => Some(60.0),
        "h" => Some(3600.0),
        _ => None,
    };
    let length = number.parse::<f64>().ok().zip(seconds).map(|(number, seconds)| number * seconds);
    length
        .filter(|s| *s > 0.0)
        .and_then(|s| Duration::try_from_secs_f64(s).ok())
        .ok_or_else(|| Failure::new(Exit::Usage, format!("--timeout '{text}': write a time such as 90s, 15m or 2h")))
}

/// An engine's error as the end of a command.
pub(super) fn failure(error: EngineError) -> Failure {
    Failure::new(if error.interrupted { Exit::Interrupted } else { Exit::Environment }, error.message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_units() {
        assert_eq!(duration("90s").unwrap(), Duration::from_secs(90));
        assert_eq!(duration("1.5m").unwrap(), Duration::from_secs(90));
        assert_eq!(duration("20").unwrap(), Duration::from_secs(20));
        for text in ["", "s", "-1s", "5d", "1e400h", "0"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn sizes_have_units_or_none() {
        assert_eq!(bytes("128MiB"), Some(128 << 20));
        assert_eq!((bytes("2 GB"), bytes("64k"), bytes("0")), (Some(2_000_000_000), Some(65_536), Some(0)));
        assert_eq!((bytes("MiB"), bytes("1.5G"), bytes("-1"), bytes("99999999999999999999")), (None, None, None, None));
        assert_eq!(bytes("18446744073709551615k"), None);
    }
}
