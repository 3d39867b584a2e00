//! `kqlens completions` and `kqlens man`, from the same definition as `--help`.

use clap::CommandFactory;

use super::arguments::{Cli, CompletionsArguments};
use super::exit::{Exit, Failure, io_failure};
use super::output;

pub(super) fn completions(arguments: &CompletionsArguments) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Cli::command(), "kqlens", &mut script);
    output::write(&script)?;
    Ok(Exit::Whole)
}

pub(super) fn man() -> Result<Exit, Failure> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Cli::command()).render(&mut page).map_err(|e| io_failure("cannot write the manual", &e))?;
    output::write(&page)?;
    Ok(Exit::Whole)
}
