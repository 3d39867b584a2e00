//! One file per command. Everything printed goes through [`output`].

mod about;
mod arguments;
mod check;
mod completions;
mod config;
mod engine;
mod exit;
mod fmt;
mod functions;
mod import;
mod init;
mod interrupt;
mod kusto;
mod logs;
mod notify;
mod output;
mod privacy;
mod progress;
mod publish;
mod query;
mod report;
mod run;
mod tables;
mod times;

use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};

use self::arguments::{Cli, Command};
use self::exit::Exit;

/// Runs the command line: parses the arguments, calls the command, maps its outcome to an exit code.
pub fn main() -> ExitCode {
    // Deep but legal expressions need more stack than the main thread may have.
    const STACK: usize = 64 * 1024 * 1024;
    let worker = std::thread::Builder::new().name("kqlens".to_owned()).stack_size(STACK).spawn(commands);
    match worker.map(std::thread::JoinHandle::join) {
        Ok(Ok(exit)) => exit.into(),
        _ => Exit::Environment.into(),
    }
}

fn commands() -> Exit {
    let matches = Cli::command().color(output::clap_color()).get_matches();
    let outcome = match Cli::from_arg_matches(&matches) {
        Ok(cli) => match cli.command {
            Command::Run(arguments) => run::run(&arguments),
            Command::Report(arguments) => {
                let flags = matches.subcommand_matches("report");
                let is_given = |flag: &str| {
                    flags.is_some_and(|m| m.value_source(flag) == Some(clap::parser::ValueSource::CommandLine))
                };
                report::report(*arguments, &is_given)
            }
            Command::Init(arguments) => init::init(&arguments),
            Command::Check(arguments) => check::check(&arguments),
            Command::Fmt(arguments) => fmt::fmt(&arguments),
            Command::Import(arguments) => import::run(&arguments),
            Command::Tables(arguments) => tables::tables(&arguments),
            Command::Functions(arguments) => functions::functions(&arguments),
            Command::Completions(arguments) => completions::completions(&arguments),
            Command::Man => completions::man(),
        },
        Err(error) => error.exit(),
    };
    match outcome {
        Ok(exit) => exit,
        Err(failure) => {
            output::failure(&failure.message);
            failure.exit
        }
    }
}
