//! `kqlens import`: exports into a data set of Parquet files.

use super::arguments::ImportArguments;
use super::exit::{Exit, Failure};
use super::{logs, output};
use crate::render::encode::terminal;
use crate::sources::import;

/// How many files are named that were left out.
const SHOWN: usize = 5;

pub(super) fn run(arguments: &ImportArguments) -> Result<Exit, Failure> {
    if arguments.logs.logs.is_empty() {
        return Err(Failure::new(Exit::Usage, "name the exported logs with --logs PATH"));
    }
    if !arguments.logs.table.is_empty() {
        return Err(Failure::new(Exit::Usage, "--table stands beside logs when a query runs; import takes logs only"));
    }
    let options = logs::options(&arguments.logs)?;
    let quiet = arguments.quiet;
    let mut tell = |text: &str| {
        if !quiet {
            output::note(&terminal(text));
        }
    };
    let account = logs::without_files(&arguments.logs)?;
    let done = import(&arguments.logs.logs, &arguments.to, &options, arguments.group_bytes, &mut tell)
        .map_err(|e| Failure::new(Exit::Environment, logs::told(&e)))?;
    tell(&format!(
        "{} row(s) are new in {}; {} file(s) new, {} changed, {} as before",
        done.rows,
        arguments.to.display(),
        done.new_files,
        done.grown_files,
        done.same_files
    ));
    done.no_logs.iter().take(SHOWN).for_each(|file| tell(&format!("  left out {file}")));
    if let Some(more) = done.no_logs.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        tell(&format!("  left out {more} more"));
    }
    account.add("", done.tally);
    let exit = account.report(quiet)?;
    match done.failed.as_slice() {
        [] => Ok(exit),
        [first, rest @ ..] => Err(Failure::new(
            Exit::Environment,
            format!(
                "{first}{}; the next import tries again",
                match rest.len() {
                    0 => String::new(),
                    more => format!(" (and {more} more files)"),
                }
            ),
        )),
    }
}
